"""The numbers of `activation_histograms` are NumPy's."""

import json
import subprocess

import numpy as np
import pytest

from book.make_small_digits import source, standardized
from book.static_forward import layer_outputs, normals
from course.bundle import literal
from solutions.forward import mlp_forward
from tests.book.test_figures import FIGURES, node


def in_node(code: str, given: object = None) -> object:
    """Run code with the module ``signal``; return what it leaves in ``result``."""
    program = f"""
    import * as signal from {json.dumps((FIGURES / "lib" / "signal.js").as_uri())};
    const given = {json.dumps(given)};
    let result;
    {code}
    console.log(JSON.stringify(result));
    """
    run = subprocess.run(
        [node(), "--input-type=module"], input=program, capture_output=True, text=True, timeout=60
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def test_the_digits_are_what_their_script_makes():
    assert (FIGURES / "lib" / "small_digits.js").read_text(encoding="utf-8") == source()


def test_the_inputs_have_mean_0_and_standard_deviation_1():
    found = np.array(in_node("result = signal.inputs().map((row) => [...row]);"))
    np.testing.assert_allclose(found, standardized(), rtol=1e-12)
    assert abs(found.mean()) < 1e-12
    assert found.std() == pytest.approx(1, rel=1e-12)


def test_the_weights_are_drawn_alike_here_and_there_and_are_normal():
    found = np.array(in_node("result = [...signal.normals(20001)];"))
    np.testing.assert_allclose(found, normals(20001), rtol=1e-12, atol=1e-12)
    assert abs(found.mean()) < 4 / np.sqrt(len(found))
    assert found.var() == pytest.approx(1, abs=4 * np.sqrt(2 / len(found)))
    assert np.mean(np.abs(found) < 1) == pytest.approx(0.6827, abs=0.015)


@pytest.mark.parametrize("rule", ["xavier", "he", "fixed"])
@pytest.mark.parametrize(("activation", "factor"), [("relu", 1), ("relu", 1.7), ("tanh", 2.5)])
def test_every_layer_sends_on_what_numpy_computes(activation, rule, factor):
    found = in_node(
        "result = signal.layerOutputs(...given).map((a) => [signal.rms(a), ...a.slice(0, 300)]);",
        [activation, rule, factor],
    )
    wanted = layer_outputs(activation, rule, factor)
    assert len(found) == len(wanted) == 11
    for (size, *values), a in zip(found, wanted, strict=True):
        assert size == pytest.approx(np.sqrt(np.mean(a**2)), rel=1e-10)
        np.testing.assert_allclose(values, a.ravel()[:300], rtol=1e-8, atol=1e-10 * size)


def test_the_relu_network_is_the_mlp_forward_of_the_exercises():
    draws = normals(196 * 100 + 9 * 100 * 100)
    parameters, start = [], 0
    for fan_in in [196] + 9 * [100]:
        w = draws[start : start + fan_in * 100].reshape(fan_in, 100) * np.sqrt(2 / fan_in)
        parameters.append((w, np.zeros(100)))
        start += w.size
    logits = mlp_forward(standardized(), parameters)
    np.testing.assert_allclose(
        np.maximum(logits, 0), layer_outputs("relu", "he", 1)[-1], rtol=1e-9, atol=1e-12
    )


def test_a_histogram_counts_every_value_once():
    values = [-9, -1, -0.3, 0, 0, 0.2, 0.999, 1, 4]
    found = in_node(
        "const h = signal.histogram(Float64Array.from(given), -1, 1, 4);"
        "result = { ...h, shares: [...h.shares] };",
        values,
    )
    assert found["zeros"] == pytest.approx(2 / 9)
    assert found["below"] == found["above"] == pytest.approx(1 / 9)
    inside = [value for value in values if value and abs(value) <= 1]
    np.testing.assert_allclose(found["shares"], np.histogram(inside, 4, (-1, 1))[0] / 9)


def test_the_figure_starts_where_its_caption_says():
    start = literal("activation_histograms.js", "defaults")
    assert start == {"activation": "relu", "rule": "fixed", "factor": 1}
