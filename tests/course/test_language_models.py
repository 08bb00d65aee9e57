"""The trained models are what their datasheet says, and better than counting."""

import hashlib
import re
from dataclasses import replace
from importlib.resources import files

import numpy as np
import pytest

from book import make_language_models as making
from course.data.language_models import SHA256, load_language_model

DATA = files("course.data")
NAMES = ("gpt", "lstm")
HELD_OUT = "held out, *The Tempest*"


def datasheet(row: str, name: str) -> str:
    """What the datasheet's table says of a model."""
    sheet = DATA.joinpath("language_models.md").read_text(encoding="utf-8")
    cells = re.search(rf"^\| {re.escape(row)} \|(.*)\|(.*)\|$", sheet, re.MULTILINE)
    assert cells, row
    return cells[1 + NAMES.index(name)].strip()


@pytest.fixture(scope="module", params=NAMES)
def name(request):
    return request.param


@pytest.fixture(scope="module")
def model(name):
    return load_language_model(name)


@pytest.fixture(scope="module")
def text():
    return making.texts()[1]


def test_the_file_is_the_one_the_datasheet_describes(name):
    content = DATA.joinpath(f"{name}.npz").read_bytes()
    assert hashlib.sha256(content).hexdigest() == SHA256[name]
    assert datasheet("sha256", name) == f"`{SHA256[name]}`"
    assert datasheet("file", name) == f"`{name}.npz`, {len(content)} bytes"
    assert len(content) < 2_000_000


def test_sizes_and_steps_are_the_datasheets_and_the_scripts(name, model):
    size = sum(w.size for w in model.parameters.values())
    assert datasheet("parameters", name) == f"{size:,}"
    assert datasheet("training", name).startswith(f"{making.PLANS[name].steps:,} steps")
    assert model.record[-1, 0] == making.PLANS[name].steps
    assert datasheet("processor time", name) == f"{model.record[-1, 3] / 60:.0f} minutes"


def test_the_alphabet_is_that_of_the_plays(model):
    alphabet, _ = making.texts()
    assert model.alphabet == alphabet.astype(np.uint8).tobytes().decode("ascii")


def test_training_again_begins_with_the_same_losses(name, model, text):
    """The first steps from the seed: another machine's matrix products differ in the last digits."""
    plan = making.PLANS[name]
    again = making.fresh(plan, len(model.alphabet))
    losses = [making.one_step(plan, again, text["learn"]) for _ in range(making.FIRST)]
    np.testing.assert_allclose(losses, model.first, rtol=1e-4)


def test_what_is_stored_is_as_good_as_what_was_recorded_at_the_last_step(name, model, text):
    """float16 costs next to nothing, and the parameters are those of the record."""
    chosen = making.judge(making.PLANS[name], model.parameters, text[making.CHOOSE_BY], every=10)
    assert chosen == pytest.approx(model.record[-1, 2], abs=2e-3)


def counted_bits(learn, text, n, classes):
    """Bits a character from a table of runs of up to ``n`` characters."""
    tables = [{} for _ in range(n)]
    learn, text = learn.tolist(), text.tolist()
    for length, table in enumerate(tables):
        for at in range(length, len(learn)):
            after = table.setdefault(tuple(learn[at - length : at]), {})
            after[learn[at]] = after.get(learn[at], 0) + 1
    costs = []
    for at in range(n, len(text)):
        p = 1 / classes
        for length, table in enumerate(tables):
            after = table.get(tuple(text[at - length : at]))
            if after is None:
                break
            p = (after.get(text[at], 0) + len(after) * p) / (sum(after.values()) + len(after))
        costs.append(-np.log2(p))
    return np.mean(costs)


@pytest.fixture(scope="module")
def four_gram(text):
    learn = np.concatenate([text["learn"], text[making.CHOOSE_BY]])
    return counted_bits(learn, text[making.HELD_OUT], 4, 81)


def test_both_beat_the_4_gram_on_a_play_that_nothing_has_read(name, model, text, four_gram):
    """And the page's and the datasheet's numbers are those of the whole play."""
    bits = making.judge(making.PLANS[name], model.parameters, text[making.HELD_OUT])
    assert datasheet(HELD_OUT, name) == f"{bits:.2f} bits a character"
    assert bits < four_gram - 0.1
    sheet = DATA.joinpath("language_models.md").read_text(encoding="utf-8")
    assert f"a 4-gram counted on all fifteen other plays needs {four_gram:.2f} bits" in sheet


def test_resumed_training_ends_as_if_it_had_not_stopped(tmp_path, monkeypatch):
    """Six steps at once, and three and three."""
    plan = replace(making.PLANS["gpt"], batch=1, context=8, steps=6, falling=2)
    monkeypatch.setattr(making, "judge", lambda *args, **kwargs: 0.0)
    whole, record = making.train(plan, tmp_path / "whole.npz", each=3)

    class StoppedError(Exception):
        pass

    steps = []

    def three_steps(*args):
        if len(steps) == 3:
            raise StoppedError
        steps.append(1)
        return one_step(*args)

    one_step = making.one_step
    with monkeypatch.context() as stopping:
        stopping.setattr(making, "one_step", three_steps)
        with pytest.raises(StoppedError):
            making.train(plan, tmp_path / "parts.npz", each=3)
    parts, again = making.train(plan, tmp_path / "parts.npz", each=3)
    assert parts.step == whole.step == 6
    for key, w in whole.p.items():
        np.testing.assert_array_equal(parts.p[key], w)
    np.testing.assert_array_equal(again[:, :3], record[:, :3])


def test_an_unknown_model_is_refused():
    with pytest.raises(ValueError, match=r"no language model 'bert': choose one of gpt, lstm"):
        load_language_model("bert")
