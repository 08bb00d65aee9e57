"""The references of `structure` against independent truths: decimals, fractions, torch, slopes."""

import inspect
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
import torch

from autograder import check_gradient
from autograder.ask import ask
from autograder.audit import _verdict
from autograder.exercises import find, registry
from autograder.exercises.structure import computes_xor
from autograder.feedback import to_text
from autograder.record import mistakes_of, record, solution
from solutions import structure
from solutions.structure import (
    count_parameters,
    gelu,
    gelu_derivative,
    layer,
    layer_shapes,
    leaky_relu,
    leaky_relu_derivative,
    neuron,
    relu,
    relu_derivative,
    sigmoid,
    sigmoid_derivative,
    tanh,
    tanh_derivative,
    xor_weights,
)

DIGITS = 60
EXERCISES = [exercise for exercise in registry().values() if exercise.chapter == "structure"]
ACTIVATIONS = [
    (sigmoid, sigmoid_derivative),
    (tanh, tanh_derivative),
    (relu, relu_derivative),
    (leaky_relu, leaky_relu_derivative),
    (gelu, gelu_derivative),
]
ENTRY_BY_ENTRY = [function for pair in ACTIVATIONS for function in pair]


def questions(exercise, seeds=range(20)):
    """The questions that an exercise asks, from several seeds."""
    return [
        asked
        for seed in seeds
        for check in exercise.checks
        for asked in check.questions(np.random.default_rng(seed))
    ]


def exact_sigmoid(z):
    with localcontext(prec=DIGITS):
        return 1 / (1 + (-Decimal(z)).exp())


def exact_probability(z):
    """Φ(z) by the series of the error function, whose terms stay far below 10**DIGITS here."""
    with localcontext(prec=DIGITS):
        x, term, total = Decimal(z) / Decimal(2).sqrt(), Decimal(1), Decimal(0)
        for n in range(1, 400):
            total += term / (2 * n - 1)
            term *= -x * x / n
        pi = Decimal("3.14159265358979323846264338327950288419716939937510582097494")
        return (1 + 2 * x * total / pi.sqrt()) / 2


def relative_error(got, right):
    return abs((Decimal(float(got)) - right) / right)


# Activations -------------------------------------------------------------------------------------


@pytest.mark.parametrize("z", [-700.0, -88.7, -37.5, -1.0, -1e-9, 0.0, 1e-9, 0.5, 5.0, 36.7, 700.0])
def test_sigmoid_is_exact_to_the_last_digits_of_float64(z):
    assert relative_error(sigmoid(np.array(z)), exact_sigmoid(z)) < 1e-15


def test_sigmoid_neither_overflows_nor_warns_at_the_edges_of_float64():
    largest = np.finfo(np.float64).max
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        assert sigmoid(np.array([-largest, largest])).tolist() == [0.0, 1.0]
        assert sigmoid(np.array([0.0, -0.0])).tolist() == [0.5, 0.5]


@pytest.mark.parametrize("z", [-6.0, -2.5, -1.0, -0.1, 1e-6, 0.3, 1.0, 4.0, 7.0])
def test_gelu_is_z_times_the_normal_probability(z):
    right = Decimal(z) * exact_probability(z)
    error = abs(Decimal(float(gelu(np.array([z]))[0])) - right)
    assert error < Decimal("1e-15") * max(1, abs(int(z)))


def test_gelu_is_the_exact_form_of_torch():
    z = np.linspace(-12, 12, 1001)
    right = torch.nn.functional.gelu(torch.from_numpy(z), approximate="none").numpy()
    np.testing.assert_allclose(gelu(z), right, rtol=1e-13, atol=1e-14)


@pytest.mark.parametrize(
    ("function", "derivative", "twin"),
    [
        (sigmoid, sigmoid_derivative, torch.sigmoid),
        (tanh, tanh_derivative, torch.tanh),
        (relu, relu_derivative, torch.relu),
        (leaky_relu, leaky_relu_derivative, torch.nn.functional.leaky_relu),
        (gelu, gelu_derivative, torch.nn.functional.gelu),
    ],
)
def test_values_and_slopes_agree_with_torch(function, derivative, twin):
    numbers = np.random.default_rng(0).normal(scale=4, size=(50, 20))
    z = torch.from_numpy(numbers).requires_grad_()
    value = twin(z)
    value.sum().backward()
    np.testing.assert_allclose(function(numbers), value.detach().numpy(), rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(derivative(numbers), z.grad.numpy(), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(("function", "derivative"), ACTIVATIONS)
@pytest.mark.parametrize("scale", [1e-3, 1.0, 8.0])
def test_slopes_are_what_a_numerical_derivative_measures(function, derivative, scale):
    z = np.random.default_rng(1).normal(scale=scale, size=(4, 5))
    report = check_gradient(function, lambda upstream, z: upstream * derivative(z), z)
    assert report.verdict == "right", report


def test_slopes_at_zero_have_their_known_values():
    zero = np.zeros(1)
    assert sigmoid_derivative(zero) == 0.25
    assert tanh_derivative(zero) == 1
    assert gelu_derivative(zero) == 0.5
    assert 0 <= relu_derivative(zero) <= 1
    assert 0.3 <= leaky_relu_derivative(zero, 0.3) <= 1


@pytest.mark.parametrize("function", ENTRY_BY_ENTRY)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(), (1,), (2, 3), (2, 1, 3)])
def test_activations_keep_shape_and_dtype(function, dtype, shape):
    z = np.full(shape, -1.5, dtype)
    got = np.asarray(function(z))
    assert got.shape == shape
    assert got.dtype == dtype


@pytest.mark.parametrize("function", ENTRY_BY_ENTRY)
def test_activations_are_finite_for_every_finite_input(function):
    z = np.array([-1e4, -1000.0, -745.5, -0.0, 0.0, 710.0, 1000.0, 1e4])
    assert np.isfinite(function(z)).all()


def test_relu_keeps_the_positive_and_leaves_its_argument_alone():
    z = np.array([-2.0, -0.0, 0.0, 3.0])
    assert relu(z).tolist() == [0.0, 0.0, 0.0, 3.0]
    assert z.tolist() == [-2.0, -0.0, 0.0, 3.0]


# Neurons, layers, parameters ---------------------------------------------------------------------


def test_a_neuron_by_hand():
    x, w = np.array([1.0, 2.0]), np.array([0.5, -1.0])
    assert neuron(x, w, 4.0, lambda z: z) == 2.5
    assert neuron(x, w, 0.5, lambda z: max(z, 0.0)) == 0.0


def test_a_layer_is_exact_on_whole_numbers():
    rng = np.random.default_rng(2)
    x, w, b = (rng.integers(-9, 10, shape) for shape in ((5, 3), (3, 4), (4,)))
    got = layer(x.astype(float), w.astype(float), b.astype(float), np.square)
    for sample, o in product(range(5), range(4)):
        z = sum(Fraction(int(x[sample, i])) * int(w[i, o]) for i in range(3)) + int(b[o])
        assert got[sample, o] == z * z


def test_a_layer_is_its_neurons_side_by_side():
    rng = np.random.default_rng(3)
    x, w, b = rng.normal(size=(4, 3)), rng.normal(size=(3, 2)), rng.normal(size=2)
    one_by_one = [[neuron(row, w[:, o], b[o], np.tanh) for o in range(2)] for row in x]
    np.testing.assert_allclose(layer(x, w, b, np.tanh), one_by_one, rtol=1e-14)


def test_a_layer_agrees_with_torch_linear():
    rng = np.random.default_rng(4)
    x, w, b = rng.normal(size=(4, 3)), rng.normal(size=(3, 2)), rng.normal(size=2)
    right = torch.nn.functional.linear(*map(torch.from_numpy, (x, w.T.copy(), b))).tanh().numpy()
    np.testing.assert_allclose(layer(x, w, b, np.tanh), right, rtol=1e-13)


def test_the_digit_classifier_has_12730_parameters():
    assert layer_shapes([784, 16, 10]) == [((784, 16), (16,)), ((16, 10), (10,))]
    assert count_parameters([784, 16, 10]) == 12_730


@pytest.mark.parametrize("sizes", [[1, 1], [2, 2, 1], [784, 30, 10], [784, 300, 100, 10]])
def test_parameters_are_counted_as_torch_counts_them(sizes):
    network = torch.nn.Sequential(
        *(torch.nn.Linear(sizes[i], sizes[i + 1]) for i in range(len(sizes) - 1))
    )
    assert count_parameters(sizes) == sum(p.numel() for p in network.parameters())
    # torch keeps its weights transposed, (d_out, d_in)
    shapes = [tuple(p.shape)[::-1] for p in network.parameters()]
    assert [shape for pair in layer_shapes(sizes) for shape in pair] == shapes


# XOR ---------------------------------------------------------------------------------------------


def test_the_xor_network_is_exact_on_its_four_inputs():
    (w1, b1), (w2, b2) = (
        [[[Fraction(v) for v in row] for row in np.atleast_2d(a).tolist()] for a in pair]
        for pair in xor_weights()
    )
    for x in product((0, 1), repeat=2):
        z = [sum(x[i] * w1[i][j] for i in range(2)) + b1[0][j] for j in range(2)]
        output = sum(max(z[j], 0) * w2[j][0] for j in range(2)) + b2[0][0]
        assert output == (x[0] != x[1])


def test_other_xor_weights_are_right_too():
    (w1, b1), (w2, b2) = xor_weights()
    exchanged = [(w1[:, ::-1], b1[::-1]), (w2[::-1], b2)]
    rescaled = [(3 * w1, 3 * b1), (w2 / 3, b2)]
    in_float32 = [tuple(a.astype(np.float32) for a in pair) for pair in xor_weights()]
    at_the_margin = [(w1, b1), (w2 / 2, b2 + 0.25)]
    for weights in (exchanged, rescaled, in_float32, at_the_margin):
        assert computes_xor(weights, None, None) is None


@pytest.mark.parametrize(
    ("returned", "part"),
    [
        (None, "None"),
        ([], "list of 0 items"),
        ([np.ones((2, 2)), np.ones((2, 1))], "shape (2, 2)"),
        ([([[1, 1], [1, 1]], [0, -1]), ([[1], [-2]], [0])], "w1 should be an array"),
        ([(np.ones((2, 2)), 0.0), (np.ones((2, 1)), np.zeros(1))], "b1 should be an array"),
        ([(np.ones((2, 3)), np.zeros(3)), (np.ones((3, 1)), np.zeros(1))], "w1 has shape (2, 3)"),
        ([(np.full((2, 2), np.nan), np.zeros(2)), (np.ones((2, 1)), np.zeros(1))], "not finite"),
    ],
)
def test_weights_of_another_form_are_told_apart_in_words(returned, part):
    verdict = _verdict(
        find("structure.xor_weights"), record(find("structure.xor_weights"), 0), lambda: returned
    )
    assert verdict.points == 0
    assert part in verdict.findings[0].says


# Every exercise ----------------------------------------------------------------------------------


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.short_name)
def test_references_are_pure_and_answer_in_the_dtype_of_the_question(exercise):
    for asked in questions(exercise):
        answer = ask(solution(exercise.name), exercise.drive, asked.arguments)
        assert not answer.problem, answer.traceback
        assert not answer.changed
        assert not answer.warnings
        arrays = [v for v in asked.arguments.values() if isinstance(v, np.ndarray)]
        if isinstance(answer.value, np.ndarray):
            assert answer.value.dtype == arrays[0].dtype


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.short_name)
def test_docstrings_state_the_contract_and_hints_never_the_line(exercise):
    function = getattr(structure, exercise.short_name)
    assert "Returns" in function.__doc__
    source = inspect.getsource(function)
    region = source.partition("### BEGIN SOLUTION")[2].partition("### END SOLUTION")[0]
    lines = [line.strip().removeprefix("return ") for line in region.splitlines() if line.strip()]
    for line in lines:
        if not line.startswith(("from ", "a = ", "#", "[(w1, b1)")):  # these give nothing away
            assert all(line not in hint for hint in exercise.hints)
            assert line not in function.__doc__


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.short_name)
def test_no_mistake_is_told_by_another_ones_sentence_whatever_the_seed(exercise):
    for seed in range(5):
        key = record(exercise, seed)
        for mistake in mistakes_of(exercise.name):
            verdict = _verdict(exercise, key, mistake.function)
            assert verdict.mistake == mistake.name
            assert mistake.says in to_text(verdict, "mistake")
