"""The numbers of `loss_surface` and `outlier` are NumPy's."""

import json
import subprocess

import numpy as np
import pytest
from scipy.optimize import linprog, minimize

from book.make_slant_points import make_points
from book.make_slant_points import source as slant_source
from course.bundle import literal
from solutions.loss import huber, huber_grad, mse, mse_grad
from tests.book.test_figures import FIGURES, node

POINTS = make_points()
WILD = np.vstack([POINTS, [4.0, 8.0]])


def in_node(code: str, given: object = None) -> object:
    """Run code with the modules ``losses`` and ``contours``; return what it leaves in ``result``."""
    imports = "\n".join(
        f"import * as {name} from {json.dumps((FIGURES / 'lib' / f'{name}.js').as_uri())};"
        for name in ("losses", "contours", "slants")
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


def mae(prediction, target):
    return float(np.abs(prediction - target).mean())


def expected(name, points, w, b, delta):
    x, y = points.T
    prediction = w * x + b
    loss, slope = {
        "mse": (mse(prediction, y), mse_grad(prediction, y)),
        "mae": (mae(prediction, y), np.sign(prediction - y) / len(y)),
        "huber": (huber(prediction, y, delta), huber_grad(prediction, y, delta)),
    }[name]
    return {"loss": loss, "dw": (slope * x).sum(), "db": slope.sum()}


def test_the_points_are_what_their_script_makes():
    assert (FIGURES / "lib" / "slants.js").read_text(encoding="utf-8") == slant_source()


@pytest.mark.parametrize("name", ["mse", "mae", "huber"])
@pytest.mark.parametrize(("w", "b"), [(-2.2, -0.6), (0.3, 1.1), (-0.8, 0.5)])
def test_a_loss_and_its_partial_derivatives_are_those_of_the_solutions(name, w, b):
    found = in_node("result = losses.meanLoss(...given);", [name, WILD.tolist(), w, b, 0.7])
    wanted = expected(name, WILD, w, b, 0.7)
    assert {key: pytest.approx(value, rel=1e-12) for key, value in wanted.items()} == found


def test_the_squared_errors_line_is_least_squares():
    found = in_node("result = losses.fitLine('mse', given, 1);", WILD.tolist())
    assert found == pytest.approx(np.polyfit(*WILD.T, 1), rel=1e-10)


def test_the_absolute_errors_line_is_the_best_of_a_linear_program():
    x, y = WILD.T
    n = len(x)
    cost = np.concatenate([[0, 0], np.ones(n)])
    line = np.column_stack([x, np.ones(n)])
    bounds = [(None, None)] * 2 + [(0, None)] * n
    above = np.block([[line, -np.eye(n)], [-line, -np.eye(n)]])
    best = linprog(cost, A_ub=above, b_ub=np.concatenate([y, -y]), bounds=bounds).fun / n
    w, b = in_node("result = losses.fitLine('mae', given, 1);", WILD.tolist())
    assert mae(w * x + b, y) == pytest.approx(best, rel=1e-9)


@pytest.mark.parametrize("delta", [0.1, 0.5, 2.0, 10.0])
def test_hubers_line_has_the_smallest_loss(delta):
    x, y = WILD.T
    w, b = in_node("result = losses.fitLine('huber', ...given);", [WILD.tolist(), delta])
    best = minimize(lambda p: huber(p[0] * x + p[1], y, delta), np.polyfit(x, y, 1), tol=1e-12).fun
    assert huber(w * x + b, y, delta) <= best * (1 + 1e-8)


def test_a_large_delta_gives_the_squared_errors_line():
    code = "result = [losses.fitLine('huber', given, 100), losses.fitLine('mse', given, 100)];"
    first, second = in_node(code, WILD.tolist())
    assert first == pytest.approx(second, rel=1e-12)


def test_the_wild_points_share_of_the_pull():
    x, y = WILD.T
    for name in ("mse", "huber"):
        w, b = in_node("result = losses.fitLine(...given);", [name, WILD.tolist(), 0.5])
        pulls = np.abs(mse_grad(w * x + b, y) if name == "mse" else huber_grad(w * x + b, y, 0.5))
        share = in_node(
            "result = losses.shareOfPull(...given);", [name, WILD.tolist(), 40, w, b, 0.5]
        )
        assert share == pytest.approx(pulls[-1] / pulls.sum(), rel=1e-9)


def test_a_wild_point_does_about_a_quarter_of_the_pulling_as_the_caption_says():
    shares = {}
    for name in ("mse", "mae", "huber"):
        w, b = in_node("result = losses.fitLine(...given);", [name, WILD.tolist(), 0.5])
        given = [name, WILD.tolist(), 40, w, b, 0.5]
        shares[name] = in_node("result = losses.shareOfPull(...given);", given)
    assert shares["mse"] == pytest.approx(0.25, abs=0.05)
    assert max(shares["mae"], shares["huber"]) < 0.05


def test_a_contour_lies_on_its_level():
    code = """
    const ground = contours.surface(41, (c, r) => (c - 20) ** 2 / 4 + (r - 12) ** 2);
    result = contours.contour(ground, 30);
    """
    pieces = np.array(in_node(code))
    ends = np.concatenate([pieces[:, :2], pieces[:, 2:]])
    heights = (ends[:, 0] - 20) ** 2 / 4 + (ends[:, 1] - 12) ** 2
    np.testing.assert_allclose(heights, 30, atol=0.3)  # straight between the points of the grid
    length = np.hypot(*(pieces[:, 2:] - pieces[:, :2]).T).sum()
    angle = np.linspace(0, 2 * np.pi, 10001)
    ellipse = np.column_stack([2 * np.cos(angle), np.sin(angle)]) * np.sqrt(30)
    assert length == pytest.approx(np.hypot(*np.diff(ellipse, axis=0).T).sum(), rel=0.01)


@pytest.mark.parametrize(
    ("most", "count", "step"), [(50, 26, 2), (4.7, 26, 0.2), (1, 26, 0.05), (99, 10, 10)]
)
def test_contours_have_round_heights(most, count, step):
    assert in_node("result = contours.roundStep(...given);", [most, count]) == pytest.approx(step)


def test_the_best_line_lies_on_the_map():
    start = literal("loss_surface.js", "defaults")
    for name in ("mse", "mae", "huber"):
        w, b = in_node(
            "result = losses.fitLine(...given);", [name, POINTS.tolist(), start["delta"]]
        )
        assert -2.6 < w < 1
        assert -1.2 < b < 2.4
