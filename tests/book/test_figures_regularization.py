"""The numbers of `gradient_depth` and `capacity` are NumPy's, and the recorded table is the page's code's."""

import csv
import itertools
import json
import subprocess

import numpy as np
import pytest

from book.make_overfitting import SEEDS, SETTINGS, TARGET, measure, page_code
from book.make_slant_points import make_points
from book.make_small_digits import standardized
from book.static_forward import normals
from book.static_regularization import DEEPEST, HIGHEST, MOST, WIDTH, error, features, fit, walk
from course.bundle import literal
from solutions.regularization import layernorm_backward, layernorm_forward, residual_backward
from tests.book.test_figures import FIGURES, node


def in_node(module: str, code: str, given: object = None) -> object:
    """Run code with a module of lib/ under the name ``lib``; return what it leaves in ``result``."""
    program = f"""
    import * as lib from {json.dumps((FIGURES / "lib" / f"{module}.js").as_uri())};
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


NETWORKS = [
    {"depth": depth, "activation": activation, "norm": norm, "skip": skip, "factor": factor}
    for depth, activation, norm, skip, factor in (
        (20, "sigmoid", "none", False, 1.0),
        (40, "sigmoid", "batch", False, 1.0),
        (40, "tanh", "none", False, 0.25),
        (7, "tanh", "layer", True, 3.0),
        (30, "relu", "none", True, 1.2),
        (30, "relu", "batch", False, 1.5),
        (2, "relu", "layer", False, 0.5),
    )
]


@pytest.mark.parametrize("network", NETWORKS, ids=lambda n: "-".join(map(str, n.values())))
def test_gradient_and_signal_are_numpys_at_every_layer(network):
    found = in_node("depth", "result = lib.walk(given);", network)
    gradients, signals = walk(**network)
    assert len(found["gradients"]) == len(found["signals"]) == network["depth"] + 1
    np.testing.assert_allclose(found["gradients"], gradients, rtol=1e-7)
    np.testing.assert_allclose(found["signals"], signals, rtol=1e-9)


def test_the_walk_back_is_that_of_the_exercises():
    """With layer normalization and skip connections, from the students' own functions."""
    depth, factor = 5, 1.3
    draws = normals(196 * WIDTH + DEEPEST * WIDTH**2)
    a = standardized() @ draws[: 196 * WIDTH].reshape(196, WIDTH) / 14
    weights = draws[196 * WIDTH :].reshape(DEEPEST, WIDTH, WIDTH)[:depth] * factor / np.sqrt(WIDTH)
    one, zero = np.ones(WIDTH), np.zeros(WIDTH)
    inputs = []
    for w in weights:
        inputs.append(a)
        a = a + np.tanh(layernorm_forward(a @ w, one, zero, 1e-5))
    g = normals(a.size, seed=2).reshape(a.shape)
    g /= np.linalg.norm(g)
    for w, x in zip(weights[::-1], inputs[::-1], strict=True):

        def branch_backward(upstream, x, w=w):
            h = np.tanh(layernorm_forward(x @ w, one, zero, 1e-5))
            dz = layernorm_backward(upstream * (1 - h**2), x @ w, one, zero, 1e-5)[0]
            return dz @ w.T

        g = residual_backward(g, x, branch_backward)
    gradients, _ = walk(depth, "tanh", "layer", True, factor)
    assert np.linalg.norm(g) == pytest.approx(gradients[0], rel=1e-10)


def test_what_the_caption_of_the_gradient_figure_says():
    def arrives(**changed):
        start = {"depth": 20, "activation": "sigmoid", "norm": "none", "skip": False, "factor": 1.0}
        return walk(**{**start, **changed})[0][0]

    assert literal("gradient_depth.js", "defaults") == {
        "depth": 20, "factor": 1, "activation": "sigmoid", "norm": "none", "skip": "no",
    }  # fmt: skip
    assert 1e-14 < arrives() < 1e-10
    assert arrives(depth=40) == pytest.approx(arrives() ** 2, rel=30)
    assert 0.1 < arrives(activation="relu", factor=1.4) < 10
    assert 0.1 < arrives(skip=True) < 10
    assert 0.1 < arrives(norm="batch") < 10
    assert arrives(norm="layer") < 1e-3  # the positive outputs of a sigmoid: see the caption
    assert 0.05 < arrives(norm="layer", activation="tanh") < 30
    assert arrives(activation="relu", factor=2.0) > 100
    assert arrives(activation="relu", factor=2.0, skip=True) > 100 * arrives(
        activation="relu", factor=2.0
    )
    growth = arrives(depth=40, norm="batch", activation="relu", factor=1.4) ** (1 / 40)
    assert growth == pytest.approx(1.2, abs=0.05)
    assert arrives(activation="relu", factor=1.7, skip=True) > 1e3


@pytest.mark.parametrize("degree", [0, 1, 4, 11])
@pytest.mark.parametrize(("count", "strength"), [(12, 0.0), (12, 1e-6), (17, 0.1), (20, 100.0)])
def test_the_fitted_polynomial_is_numpys(degree, count, strength):
    found = in_node(
        "polynomials",
        "const weights = lib.fit(lib.learnedFrom(given[1]), given[0], given[2]);"
        "result = { weights, seen: lib.error(weights, lib.learnedFrom(given[1])),"
        "           fresh: lib.error(weights, lib.heldOut), at: lib.predict(weights, 2.5) };",
        [degree, count, strength],
    )
    points = make_points()
    weights = fit(points[:count], degree, strength)
    close = {"rtol": 1e-6, "atol": 1e-6 * float(np.abs(weights).max())}
    np.testing.assert_allclose(found["weights"], weights, **close)
    assert found["seen"] == pytest.approx(error(weights, points[:count]), rel=1e-5, abs=1e-6)
    assert found["fresh"] == pytest.approx(error(weights, points[MOST:]), rel=1e-5)
    wanted = float((features(np.array([2.5]), degree) @ weights)[0])
    assert found["at"] == pytest.approx(wanted, rel=1e-5, abs=1e-6)


def test_what_the_caption_of_the_capacity_figure_says():
    assert literal("capacity.js", "defaults") == {"degree": 1, "points": 12, "power": -7}
    points = make_points()
    seen, new = points[:12], points[MOST:]
    fits = [fit(seen, degree, 0.0) for degree in range(HIGHEST + 1)]
    on_seen = [error(weights, seen) for weights in fits]
    on_new = [error(weights, new) for weights in fits]
    assert all(a >= b - 1e-9 for a, b in itertools.pairwise(on_seen))
    assert on_seen[-1] < 1e-6  # twelve weights, twelve points
    assert on_new[-1] > 1000
    assert on_new.index(min(on_new)) == 3
    penalized = error(fit(seen, HIGHEST, 0.1), new)
    assert penalized < on_new[-1] / 1000
    more = error(fit(points[:MOST], HIGHEST, 0.0), new)
    assert penalized < more < on_new[-1] / 100


def rows():
    with TARGET.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_table_has_a_row_for_every_seed_and_remedy():
    assert [(int(row["seed"]), row["remedy"]) for row in rows()] == [
        (seed, remedy) for seed in SEEDS for remedy in SETTINGS
    ]


def test_a_recorded_row_is_what_the_pages_code_computes_today():
    wanted = next(row for row in rows() if row["seed"] == "3" and row["remedy"] == "nothing")
    found = measure(page_code(), 3, "nothing")
    assert float(found["test_accuracy"]) == pytest.approx(float(wanted["test_accuracy"]), abs=0.01)
    assert float(found["test_loss"]) == pytest.approx(float(wanted["test_loss"]), rel=0.05)
