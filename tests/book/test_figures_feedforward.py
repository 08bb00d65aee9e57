"""The numbers of `house_map` are NumPy's, and its houses are what their script makes."""

import json
import re
import subprocess

import numpy as np
import pytest

from book.make_house_points import TARGET, make_points
from book.static_feedforward import read_points
from course.bundle import literal
from solutions.feedforward import r_squared
from tests.book.test_figures import FIGURES, node

POINTS = read_points()


def in_node(code: str, given: object = None) -> object:
    """Run code with the modules ``valuation`` and ``houses``; return what it leaves in ``result``."""
    imports = "\n".join(
        f"import * as {name} from {json.dumps((FIGURES / 'lib' / f'{name}.js').as_uri())};"
        for name in ("valuation", "houses")
    )
    program = f"""
    {imports}
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


def test_the_houses_are_what_their_script_makes():
    names, points = make_points()
    listed = re.search(r"neighborhoods = (\[.*?\]);", TARGET.read_text(encoding="utf-8"), re.DOTALL)
    assert json.loads(listed[1]) == names
    models = [3, 4, 5]
    others = [0, 1, 2, 6, 7]
    np.testing.assert_array_equal(POINTS[:, others], points[:, others])
    # Training adds in another order on another machine; a dollar or two may change.
    np.testing.assert_allclose(POINTS[:, models], points[:, models], rtol=0.01)


def test_node_reads_the_houses_that_python_reads():
    assert np.array_equal(np.array(in_node("result = houses.houses;")), POINTS)


@pytest.mark.parametrize("column", [3, 4, 5])
def test_the_scores_are_those_of_the_solutions(column):
    price, predicted = POINTS[:, 2], POINTS[:, column]
    given = [predicted.tolist(), price.tolist()]
    score = in_node("result = valuation.rSquared(...given);", given)
    errors = in_node("result = valuation.relativeErrors(...given);", given)
    middle = in_node("result = valuation.median(given);", np.abs(predicted / price - 1).tolist())
    assert score == pytest.approx(r_squared(predicted, price), rel=1e-12)
    assert errors == pytest.approx((predicted / price - 1).tolist(), rel=1e-9, abs=1e-12)
    assert middle == pytest.approx(np.median(np.abs(predicted / price - 1)), rel=1e-9)


@pytest.mark.parametrize("count", [1, 2, 7])
def test_the_median_of_even_and_odd_many(count):
    values = np.random.default_rng(count).normal(size=count).tolist()
    assert in_node("result = valuation.median(given);", values) == pytest.approx(np.median(values))


def test_the_nearest_house_is_chosen():
    places = POINTS[:50, :2]
    for x, y in ((0.0, 0.0), (2.0, -1.0)):
        index = in_node("result = valuation.nearest(...given);", [places.tolist(), x, y])
        assert index == np.square(places - [x, y]).sum(axis=1).argmin()


def test_every_house_lies_on_the_map():
    text = (FIGURES / "house_map.js").read_text(encoding="utf-8")
    (x0, x1), (y0, y1) = (
        map(float, re.search(rf"{axis}: \[([-\d.]+), ([-\d.]+)\]", text).groups()) for axis in "xy"
    )
    assert POINTS[:, 0].min() > x0
    assert POINTS[:, 0].max() < x1
    assert POINTS[:, 1].min() > y0
    assert POINTS[:, 1].max() < y1


def test_the_caption_is_true():
    """What the page says of the figure: the linear model's errors have an address."""
    price, names = POINTS[:, 2], json.loads(json.dumps(in_node("result = houses.neighborhoods;")))
    places = POINTS[:, 7]

    def bias(column, name):
        chosen = places == names.index(name)
        return np.median(POINTS[chosen, column] / price[chosen] - 1)

    for name in ("Timberland", "Stone Brook", "Mitchell"):
        assert bias(3, name) < -0.15
    assert bias(3, "Edwards") > 0.1
    assert abs(bias(4, "Timberland")) < 0.05
    assert abs(bias(4, "Mitchell")) < 0.05
    cheapest, dearest = POINTS[:120], POINTS[-120:]
    for column in (3, 4, 5):
        assert np.median(cheapest[:, column] / cheapest[:, 2]) > 1.03
        assert np.median(dearest[:, column] / dearest[:, 2]) < 0.95


def test_the_figure_starts_from_a_house_that_is_there():
    assert 1 <= literal("house_map.js", "defaults")["house"] <= len(POINTS)
