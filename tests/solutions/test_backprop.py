"""The references of `backprop` against independent truths: torch, measured slopes, linear algebra."""

from itertools import pairwise

import numpy as np
import pytest
import torch

from autograder import check_gradient
from autograder.ask import ask
from autograder.exercises import backprop_checkers as checkers
from autograder.exercises import find, registry
from autograder.exercises.backprop import (
    broadcast_cases,
    embedding_cases,
    hand_cases,
    linear_cases,
    numbers_in,
    relu_cases,
    sigmoid_cases,
    sigmoid_extreme,
    softmax_cases,
    softmax_extreme,
)
from autograder.exercises.backprop_bugs import BUGS, LARGEST, exposed, measured, problem_with
from autograder.exercises.backprop_graphs import OPERATORS, back_by_a_tape, back_by_itself
from autograder.exercises.backprop_networks import (
    mlp_cases,
    mlp_large,
    step_cases,
    two_layer_cases,
    two_layer_large,
)
from autograder.exercises.backprop_values import (
    add_mul_cases,
    deep_cases,
    function_cases,
    number_cases,
    quotient_cases,
    random_functions,
    random_sums_and_products,
    repeated_cases,
    whole_expressions,
    wired_cases,
)
from autograder.record import alternatives_of, mistakes_of
from solutions import backprop
from solutions.backprop import Value, mlp_loss_and_grads, train_step
from solutions.backprop_forward import evaluate

CHAPTER = [e for e in registry().values() if e.chapter == "backprop"]
EXACT = {"rtol": 1e-11, "atol": 1e-13}


def questions(*cases, seeds=5):
    """The questions that the exercises ask, from several seeds."""
    return [q for seed in range(seeds) for each in cases for q in each(np.random.default_rng(seed))]


def tensors(*arrays):
    return [torch.tensor(a, requires_grad=a.dtype.kind == "f") for a in arrays]


def torch_gradients(out, upstream, *inputs):
    return [g.numpy() for g in torch.autograd.grad(out, inputs, torch.as_tensor(upstream))]


FORWARD = {
    "linear_backward": (lambda x, w, b: x @ w + b, linear_cases),
    "relu_backward": (torch.relu, relu_cases),
    "sigmoid_backward": (torch.sigmoid, sigmoid_cases, sigmoid_extreme),
    "softmax_backward": (lambda z: torch.softmax(z, 1), softmax_cases, softmax_extreme),
    "broadcast_backward": (lambda a, b: a + b, broadcast_cases),
    "embedding_backward": (lambda table, i: table[i], embedding_cases),
}


@pytest.mark.parametrize("name", FORWARD)
def test_a_layer_backwards_agrees_with_torch(name):
    forward, *cases = FORWARD[name]
    for asked in questions(*cases):
        upstream, *arguments = asked.arguments.values()
        inputs = tensors(*arguments)
        wanted = torch_gradients(
            forward(*inputs), upstream, *[i for i in inputs if i.requires_grad]
        )
        got = getattr(backprop, name)(upstream, *arguments)
        got = got if isinstance(got, tuple) else (got,)
        for g, w in zip(got, wanted, strict=True):
            assert g.dtype == w.dtype, asked.about
            single = w.dtype == np.float32
            tolerance = {"rtol": 1e-4, "atol": 1e-6} if single else EXACT
            np.testing.assert_allclose(g, w, **tolerance, err_msg=asked.about)


def test_the_slope_of_the_sigmoid_keeps_its_digits_far_out():
    got = backprop.sigmoid_backward(np.ones(2), np.array([-700.0, 700.0]))
    np.testing.assert_allclose(got, np.exp(-700.0), rtol=1e-12)


@pytest.mark.parametrize("name", ["linear_backward", "softmax_backward", "sigmoid_backward"])
def test_the_checker_of_the_project_agrees(name):
    forwards = {
        "linear_backward": lambda x, w, b: x @ w + b,
        "softmax_backward": lambda z: np.exp(z) / np.exp(z).sum(axis=1, keepdims=True),
        "sigmoid_backward": lambda z: 1 / (1 + np.exp(-z)),
    }
    asked = questions(FORWARD[name][1], seeds=1)[0]
    _, *arguments = asked.arguments.values()
    assert check_gradient(forwards[name], getattr(backprop, name), *arguments)


def torch_mlp(parameters, x, labels, activation):
    pairs = [tensors(w, b) for w, b in parameters]
    z = torch.tensor(x)
    for i, (w, b) in enumerate(pairs):
        z = (activation(z) if i else z) @ w + b
    loss = torch.nn.functional.cross_entropy(z, torch.tensor(labels))
    leaves = [p for pair in pairs for p in pair]
    return loss.item(), [g.numpy() for g in torch.autograd.grad(loss, leaves)]


def test_two_layers_agree_with_torch():
    for asked in questions(two_layer_cases, two_layer_large):
        w1, b1, w2, b2, x, labels = asked.arguments.values()
        loss, gradients = backprop.two_layer_loss_and_grads(w1, b1, w2, b2, x, labels)
        wanted = torch_mlp([(w1, b1), (w2, b2)], x, labels, torch.tanh)
        assert loss == pytest.approx(wanted[0], rel=1e-11)
        for g, w in zip(gradients, wanted[1], strict=True):
            np.testing.assert_allclose(g, w, **EXACT)


def test_a_network_of_any_depth_agrees_with_torch():
    for asked in questions(mlp_cases, mlp_large):
        loss, gradients = mlp_loss_and_grads(*asked.arguments.values())
        wanted = torch_mlp(*asked.arguments.values(), torch.relu)
        assert loss == pytest.approx(wanted[0], rel=1e-11)
        flat = [part for pair in gradients for part in pair]
        for g, w in zip(flat, wanted[1], strict=True):
            np.testing.assert_allclose(g, w, **EXACT)


def test_a_network_in_float32_stays_in_float32():
    for asked in questions(mlp_cases, seeds=1):
        parameters, x, labels = asked.arguments.values()
        single = [(w.astype(np.float32), b.astype(np.float32)) for w, b in parameters]
        loss, gradients = mlp_loss_and_grads(single, x.astype(np.float32), labels)
        assert type(loss) is float
        assert {part.dtype for pair in gradients for part in pair} == {np.dtype(np.float32)}


def test_a_step_is_that_of_torch():
    for asked in questions(step_cases):
        parameters, x, labels, rate = asked.arguments.values()
        stepped, loss = train_step(parameters, x, labels, rate)
        wanted_loss, gradients = torch_mlp(parameters, x, labels, torch.relu)
        assert loss == pytest.approx(wanted_loss, rel=1e-11)
        before = [part for pair in parameters for part in pair]
        after = [part for pair in stepped for part in pair]
        for a, p, g in zip(after, before, gradients, strict=True):
            np.testing.assert_allclose(a, p - rate * g, **EXACT)


def test_small_steps_lower_the_loss():
    parameters, x, labels, _ = questions(step_cases)[0].arguments.values()
    losses = []
    for _ in range(20):
        parameters, loss = train_step(parameters, x, labels, 0.05)
        losses.append(loss)
    assert all(later < earlier for earlier, later in pairwise(losses))


def test_the_graph_by_hand_agrees_with_torch():
    for asked in questions(hand_cases):
        x, w, b = (
            torch.tensor(v, dtype=torch.float64, requires_grad=True)
            for v in asked.arguments.values()
        )
        u = w * x
        v = u + b
        a = v**2
        wanted = torch.autograd.grad(a * x, (a, v, u, w, b, x))
        got = backprop.chain_by_hand(*asked.arguments.values())
        np.testing.assert_allclose(got, [g.item() for g in wanted], rtol=1e-13)


def test_the_claims_are_right_and_wrong_as_they_say():
    for asked in questions(checkers.plain_claims, checkers.awkward_claims, checkers.kink_claims):
        wrong = asked.about.startswith(
            ("a gradient", "a wrong", "a transposed", "the right entries")
        )
        wrong |= "outside the slopes" in asked.about
        assert checkers.with_function(backprop.gradient_check, asked.arguments) is not wrong, (
            asked.about
        )


def test_the_claims_do_not_show_which_is_right():
    """Beside the student's code there are functions and numbers, no derivative."""
    asked = questions(checkers.plain_claims, seeds=1)[0]
    assert asked.arguments.keys() == {"f", "a", "x", "gradient"}


def test_derivatives_of_the_functions_agree_with_torch():
    rng = np.random.default_rng(3)
    x = rng.uniform(0.5, 2, size=(3, 4))
    for name, derivative in checkers.DERIVATIVES.items():
        a = rng.uniform(1, 2, size=(4, 2) if "@" in name else (3, 4))
        at = x if "a + x" not in name else x[0]
        assert check_gradient(
            lambda x, name=name, a=a: float(checkers.FUNCTIONS[name](x, a)),
            (derivative(at, a),),
            at,
            tolerance=1e-6,
        ), name


def torch_expression(operations, inputs):
    leaves = [torch.tensor(float(x), dtype=torch.float64, requires_grad=True) for x in inputs]
    values = list(leaves)
    for name, *operands in operations:
        arguments = [values[o] if type(o) is int else o for o in operands]
        if name in OPERATORS:
            values.append(OPERATORS[name](*arguments))
        else:
            values.append(getattr(torch, name)(arguments[0]))
    values[-1].backward()
    return values[-1].item(), np.array([x.grad.item() for x in leaves])


def test_value_agrees_with_torch_on_every_graph():
    for asked in questions(
        add_mul_cases, number_cases, random_sums_and_products, function_cases, quotient_cases,
        random_functions, whole_expressions, seeds=10,
    ):  # fmt: skip
        value, gradient = torch_expression(*list(asked.arguments.values())[:2])
        upstream = asked.arguments.get("upstream")
        drive = back_by_itself if upstream is None else back_by_a_tape
        got, grads = drive(Value, asked.arguments)
        assert got == pytest.approx(value, rel=1e-12)
        assert evaluate(*list(asked.arguments.values())[:2]) == pytest.approx(value, rel=1e-12)
        np.testing.assert_allclose(grads, gradient * (upstream or 1.0), rtol=1e-9, atol=1e-12)


def test_gradients_of_wired_graphs_solve_the_linear_system():
    """grad = (I - S)⁻¹ e, where S holds the slope from each node to each of its parents."""
    for asked in questions(wired_cases, repeated_cases):
        parents, slopes, calls, grads = asked.arguments.values()
        n = len(parents)
        towards = np.zeros((n, n))
        for node in range(n):
            for parent, slope in zip(parents[node], slopes[node], strict=True):
                if parent >= 0:
                    towards[parent, node] += slope
        wanted = grads + sum(np.linalg.solve(np.eye(n) - towards, np.eye(n)[c]) for c in calls)
        np.testing.assert_allclose(
            back_by_itself(Value, asked.arguments), wanted, rtol=1e-10, atol=1e-12
        )


def test_backward_reaches_the_far_end_of_a_deep_chain():
    (chain, _) = questions(deep_cases, seeds=1)
    assert (back_by_itself(Value, chain.arguments) == 1).all()


def test_expressions_deeper_than_the_limit_of_recursion_are_differentiated():
    x = Value(0.5)
    y = x
    for _ in range(10_000):
        y = y + x
    y.backward()
    assert x.grad == 10_001


def test_the_tape_is_taken_off_the_class_again():
    before = Value.__init__
    back_by_a_tape(Value, questions(add_mul_cases, seeds=1)[0].arguments)
    assert Value.__init__ is before


def test_a_record_stores_no_output():
    rng = np.random.default_rng(0)
    x, w, b = rng.normal(size=(6, 2)), rng.normal(size=(2, 9)), rng.normal(size=9)
    out, cache, backward = backprop.linear_with_cache(x, w, b)
    assert numbers_in(cache) == x.size + w.size
    upstream = rng.normal(size=out.shape)
    for got, wanted in zip(
        backward(upstream, cache), backprop.linear_backward(upstream, x, w, b), strict=True
    ):
        np.testing.assert_array_equal(got, wanted)


def test_every_bug_can_be_hidden_and_exposed():
    good = backprop.expose_bug()
    assert not problem_with(good)
    assert all(exposed(bug, good, measured(good)) for bug in BUGS)
    cases = [m.function() for m in mistakes_of("backprop.expose_bug")]
    hidden = {
        bug.hidden_by
        for case in cases
        if not problem_with(case)
        for bug in BUGS
        if not exposed(bug, case, measured(case))
    }
    assert hidden == {bug.hidden_by for bug in BUGS}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda c: c[:4], "five arrays"),
        (lambda c: [*c[:4], [1.0, 2.0, 3.0]], "no array"),
        (lambda c: [*c[:2], c[2].astype(float), *c[3:]], "array of int"),
        (lambda c: [*c[:2], c[2] + 3, *c[3:]], "rows of the table"),
        (lambda c: [c[0], c[1] * np.nan, *c[2:]], "NaN"),
        (lambda c: [c[0].astype(np.float32), *c[1:]], "float64"),
        (lambda c: [np.ones((2, 3)), *c[1:]], "upstream has shape"),
        (lambda c: [*c[:3], c[3][:2], c[4]], "do not fit"),
        (lambda c: [c[0], np.zeros((30, 3)), *c[2:]], f"more than {LARGEST}"),
    ],
)
def test_what_is_no_case_is_said(change, says):
    assert says in problem_with(change(list(backprop.expose_bug())))


@pytest.mark.parametrize("exercise", CHAPTER, ids=lambda e: e.short_name)
def test_solutions_leave_their_arguments_alone(exercise):
    for check in exercise.checks:
        for asked in check.questions(np.random.default_rng(1)):
            answer = ask(getattr(backprop, exercise.symbol), exercise.drive, asked.arguments)
            assert not answer.problem, answer.traceback
            assert not answer.changed


def test_every_need_is_an_exercise():
    for exercise in CHAPTER:
        for name in exercise.needs:
            find(name)


@pytest.mark.parametrize("name", ["Value_add_mul", "Value_functions", "Value_backward"])
def test_the_exercises_of_value_check_one_class(name):
    exercise = find(f"backprop.{name}")
    assert exercise.symbol == "Value"
    assert len(alternatives_of(exercise.name)) >= 2
