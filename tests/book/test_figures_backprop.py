"""The numbers of the chapter's figures are NumPy's: finite differences, and graphs run backward."""

import json
import subprocess

import numpy as np
import pytest

from tests.book.test_figures import FIGURES, node

LIB = FIGURES / "lib"
GRAIN = {"float64": 2.0**-52, "float32": 2.0**-23}
STEPS = (10.0 ** np.arange(-15, 0.1, 0.5)).tolist()


def in_node(code: str, given: object) -> object:
    """Run code with both libraries and ``given``; return what it leaves in ``result``."""
    imports = "".join(
        f"import * as {name} from {json.dumps((LIB / f'{name}.js').as_uri())};\n"
        for name in ("differences", "graphs")
    )
    program = f"{imports}const given = {json.dumps(given)};\nlet result;\n{code}\n"
    run = subprocess.run(
        [node(), "--input-type=module"],
        input=program + "console.log(JSON.stringify(result));",
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def sine(x):
    return np.sin(np.float64(x)).astype(type(x))


# name -> (function of a NumPy float, slope at 1, second, third, fifth derivative at 1 in size)
EXAMPLES = {
    "exp": (lambda x: np.exp(np.float64(x)).astype(type(x)), np.e, (np.e, np.e, np.e)),
    "sine": (sine, np.cos(1), (np.sin(1), np.cos(1), np.cos(1))),
    "offset": (lambda x: 1000 + sine(x), np.cos(1), (np.sin(1), np.cos(1), np.cos(1))),
    "kink": (
        lambda x: sine(x) + np.maximum(x - type(x)(1.001), 0),
        np.cos(1),
        (np.sin(1), np.cos(1), np.cos(1)),
    ),
}
RULES = {
    "forward": lambda f, x, h: (f(x + h) - f(x)) / h,
    "central": lambda f, x, h: (f(x + h) - f(x - h)) / (2 * h),
    "richardson": lambda f, x, h: (
        (4 * (f(x + h / 2) - f(x - h / 2)) / h - (f(x + h) - f(x - h)) / (2 * h)) / 3
    ),
}


def differences(example: str, rule: str, precision: str) -> list[dict]:
    code = """
    const { examples, rules, precisions, difference } = differences;
    const [example, rule, precision, steps] = given;
    result = steps.map((h) => difference(examples[example], rules[rule], precisions[precision], h));
    """
    return in_node(code, [example, rule, precision, STEPS])


def test_every_choice_is_tested():
    code = "result = [differences.examples, differences.rules, differences.precisions]"
    names = in_node(code + ".map((table) => Object.keys(table));", None)
    assert names == [list(EXAMPLES), list(RULES), list(GRAIN)]


@pytest.mark.parametrize("precision", GRAIN)
@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("example", EXAMPLES)
def test_a_difference_is_numpys_but_for_the_last_digit_of_f(example, rule, precision):
    f, slope, _ = EXAMPLES[example]
    number = np.dtype(precision).type
    for step, found in zip(STEPS, differences(example, rule, precision), strict=True):
        expected = RULES[rule](f, number(1), number(step))
        last_digits = 8 * GRAIN[precision] * abs(float(f(number(1)))) / step + 8 * GRAIN[precision]
        assert found["estimate"] == pytest.approx(float(expected), abs=last_digits)
        assert found["error"] == pytest.approx(
            abs(found["estimate"] / slope - 1), rel=1e-9, abs=1e-15
        )


@pytest.mark.parametrize("precision", GRAIN)
@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("example", ["exp", "sine", "offset"])
def test_an_error_stays_below_its_two_branches(example, rule, precision):
    for step, found in zip(STEPS, differences(example, rule, precision), strict=True):
        if found["rounding"] > 1:
            continue  # no digit is left
        assert found["error"] <= 1.5 * found["truncation"] + found["rounding"], step


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("example", ["exp", "sine"])
def test_for_long_steps_truncation_is_the_error(example, rule):
    found = differences(example, rule, "float64")[STEPS.index(STEPS[-4])]
    assert found["error"] == pytest.approx(found["truncation"], rel=0.1)


def test_truncation_falls_with_the_order_of_the_rule():
    for rule, order in {"forward": 1, "central": 2, "richardson": 4}.items():
        *_, before, last = differences("sine", rule, "float64")
        ratio = last["truncation"] / before["truncation"]
        assert ratio == pytest.approx(10 ** (order / 2), rel=1e-9)


def test_across_the_kink_the_central_difference_is_wrong():
    found = dict(zip(STEPS, differences("kink", "central", "float64"), strict=True))
    near, far = [found[step] for step in (STEPS[20], STEPS[26])]
    assert near["error"] < 1e-9
    assert far["error"] > 0.5


def neuron(x, w, b, t):
    return (np.maximum(x * w + b, 0) - t) ** 2


def skip(x, w):
    return (np.maximum(x * w, 0) + x) ** 2


def switch(p, q, r):
    return np.maximum(p * q, q + r) ** 2


GRAPHS = {"neuron": neuron, "skip": skip, "switch": switch}


def run_graph(name: str, inputs: list[float]) -> dict:
    code = """
    const graph = graphs.graphs[given[0]];
    const values = graphs.forward(graph, given[1]);
    const { gradients, sent } = graphs.backward(graph, values);
    const names = graphs.inputsOf(graph).map((node) => node.name);
    result = { values, sent, J: values.J, gradients: names.map((each) => gradients[each]) };
    """
    return in_node(code, [name, inputs])


def test_every_graph_is_tested():
    assert in_node("result = Object.keys(graphs.graphs);", None) == list(GRAPHS)


@pytest.mark.parametrize("name", GRAPHS)
def test_a_graph_and_its_gradients_are_those_of_the_formula(name):
    f = GRAPHS[name]
    count = f.__code__.co_argcount
    for inputs in np.random.default_rng(3).normal(size=(8, count)):
        found = run_graph(name, inputs.tolist())
        assert found["J"] == pytest.approx(f(*inputs), rel=1e-12)
        nudges = 1e-6 * np.eye(count)
        measured = [(f(*(inputs + n)) - f(*(inputs - n))) / 2e-6 for n in nudges]
        np.testing.assert_allclose(found["gradients"], measured, rtol=1e-6, atol=1e-7)


def test_the_messages_to_a_node_add_up_to_its_gradient():
    found = run_graph("skip", [2.0, 0.5])
    amounts = [each["amount"] for all_ in found["sent"] for each in all_ if each["to"] == "x"]
    assert amounts == [6, 3]
    assert found["gradients"] == [9, 12]


def test_a_backward_pass_can_stop_on_the_way():
    code = """
    const graph = graphs.graphs.neuron;
    result = graphs.backward(graph, graphs.forward(graph, graph.start), 2).gradients;
    """
    assert in_node(code, None) == {"J": 1, "e": 3, "a": 3, "t": -3}


def test_every_node_is_computed_from_earlier_ones_and_used():
    code = "result = Object.values(graphs.graphs).map((graph) => graph.nodes);"
    for nodes in in_node(code, None):
        known = []
        for each in nodes:
            assert set(each["from"]) <= set(known)
            known.append(each["name"])
        used = {name for each in nodes for name in each["from"]}
        assert set(known) - used == {"J"}
