"""The numbers of `optimizers` and `learning_rate` are NumPy's, and those of the exercises."""

import json
import subprocess

import numpy as np
import pytest

from autograder import check_gradient
from book.static_training import CURVATURE, GROUNDS, descend, walk
from course.bundle import literal
from solutions.training import (
    adam_step,
    gradient_descent,
    momentum_step,
    rmsprop_step,
    sgd_step,
)
from tests.book.test_figures import FIGURES, node

OPTIMIZERS = ("sgd", "momentum", "rmsprop", "adam")


def in_node(code: str, given: object = None) -> object:
    """Run code with the module under the name ``lib``; return what it leaves in ``result``."""
    program = f"""
    import * as lib from {json.dumps((FIGURES / "lib" / "optimizers.js").as_uri())};
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


@pytest.mark.parametrize("ground", GROUNDS)
def test_the_paths_are_numpys(ground):
    start = [-1.3, 0.9]
    code = "result = lib.OPTIMIZERS.map((o) => lib.walk(o, given[0], given[1], 0.01, 60));"
    found = in_node(code, [ground, start])
    for name, path in zip(OPTIMIZERS, found, strict=True):
        expected = walk(name, ground, np.array(start), 0.01, 60)
        np.testing.assert_allclose(path, expected, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("ground", GROUNDS)
def test_the_figure_and_its_picture_have_the_same_surfaces(ground):
    height, slope, start, rates = GROUNDS[ground]
    code = """const g = lib.grounds[given];
    result = [g.start, g.rates, g.height([0.7, -1.1]), g.slope([0.7, -1.1]), g.slope(g.bottom)];"""
    found_start, found_rates, found_height, found_slope, at_bottom = in_node(code, ground)
    assert tuple(found_start) == start
    assert found_rates == rates
    assert found_height == pytest.approx(height(0.7, -1.1))
    np.testing.assert_allclose(found_slope, slope(0.7, -1.1))
    np.testing.assert_allclose(at_bottom, 0, atol=1e-12)
    point = np.array([0.7, -1.1])
    report = check_gradient(lambda w: height(*w), lambda w: slope(*w), point)
    assert report.verdict == "right"


def test_the_racers_take_the_steps_of_the_exercises():
    slope = GROUNDS["bend"][1]
    zeros = np.zeros(2)
    steps = {
        "sgd": (lambda w, g, s: (sgd_step(w, g, 0.01), s), None),
        "momentum": (lambda w, g, s: momentum_step(w, g, s, 0.01, 0.9), zeros),
        "rmsprop": (lambda w, g, s: rmsprop_step(w, g, s, 0.01, 0.9, 1e-8), zeros),
        "adam": (lambda w, g, s: adam_step(w, g, s, 0.01, 0.9, 0.99, 1e-8), (zeros, zeros, 0)),
    }
    for name, (step, state) in steps.items():
        w = np.array([-1.4, 2.4])
        for point in walk(name, "bend", w, 0.01, 40)[1:]:
            w, state = step(w, slope(*w), state)
            np.testing.assert_allclose(point, w, rtol=1e-12)


@pytest.mark.parametrize("rate", [0.001, 0.03, 0.08, 0.1])
def test_the_descent_in_the_bowl_is_numpys_and_that_of_the_exercise(rate):
    start = np.array([-4.0, 1.5])
    given = [CURVATURE.tolist(), start.tolist(), rate]
    code = """const path = lib.descend(given[0], given[1], given[2], 40);
    result = [path, path.map((w) => lib.bowl(given[0], w))];"""
    path, losses = in_node(code, given)
    expected = descend(CURVATURE, start, rate, 40)
    np.testing.assert_allclose(path, expected, rtol=1e-9)
    np.testing.assert_allclose(losses, (CURVATURE * expected**2).sum(axis=1) / 2, rtol=1e-9)
    taken = gradient_descent(lambda w: CURVATURE * w, start, rate, 40)
    np.testing.assert_allclose(path, taken, rtol=1e-9)


def test_on_its_own_ground_every_racer_gets_down():
    for ground, (height, _, start, rates) in GROUNDS.items():
        for name in OPTIMIZERS:
            path = walk(name, ground, np.array(start), rates[name], 120)
            assert height(*path[-1]) < 0.35 * height(*start), (ground, name)


def test_the_figures_start_where_their_surface_says():
    start = literal("optimizers.js", "defaults")
    assert (start["a"], start["b"]) == GROUNDS[start["ground"]][2]
