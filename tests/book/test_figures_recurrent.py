"""The numbers of `time_gradient` are those of the reference solutions, and its caption is true."""

import json
import subprocess

import numpy as np

from book.static_recurrent import walk_back
from course.bundle import literal
from tests.book.test_figures import FIGURES, node


def in_node(networks):
    """What lib/through_time.js computes for each of these networks."""
    program = f"""
    import {{ walkBack }} from {json.dumps((FIGURES / "lib" / "through_time.js").as_uri())};
    console.log(JSON.stringify({json.dumps(networks)}.map(walkBack)));
    """
    run = subprocess.run(
        [node(), "--input-type=module"], input=program, capture_output=True, text=True, timeout=60
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def test_the_gradient_at_every_step_is_that_of_the_solutions():
    networks = [
        {"cell": cell, "steps": steps, "size": size, "bias": bias}
        for cell in ("vanilla", "LSTM", "GRU")
        for steps, size, bias in ((40, 0.8, 0.0), (60, 0.3, 3.0), (2, 1.5, -2.0), (25, 1.2, 5.0))
    ]
    for network, found in zip(networks, in_node(networks), strict=True):
        assert len(found) == network["steps"] + 1
        np.testing.assert_allclose(found, walk_back(**network), rtol=1e-7)


def arrives(cell="vanilla", steps=40, size=0.8, bias=0.0):
    return walk_back(cell, steps, size, bias)[0]


def test_the_figure_starts_where_its_caption_says():
    assert literal("time_gradient.js", "defaults") == {
        "cell": "vanilla", "steps": 40, "size": 0.8, "bias": 0,
    }  # fmt: skip
    assert 1e-8 < arrives() < 1e-6


def test_gates_help_only_where_they_are_open():
    for cell in ("LSTM", "GRU"):
        assert arrives(cell) < arrives("vanilla")
        for steps in (40, 60):
            assert arrives(cell, steps, bias=3.0) > 0.05
    assert 0.3 < arrives("LSTM", bias=3.0) < 3
    assert 0.05 < arrives("GRU", 60, bias=3.0) < arrives("GRU", 40, bias=3.0) < 0.3


def test_larger_weights_bring_the_gradient_through_the_vanilla_cell():
    assert arrives(size=1.0) < 0.05 < arrives(size=1.2)
    assert arrives(size=2.0) > 0.05
