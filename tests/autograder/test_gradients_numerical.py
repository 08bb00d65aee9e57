"""What `numerical_gradient` promises: exact to its error bar, intervals at kinks, honest elsewhere."""

import numpy as np
import pytest

from autograder.gradients import Estimate, numerical_gradient

RNG = np.random.default_rng(11)
X = RNG.standard_normal((5, 4))
W = RNG.standard_normal((4, 3))
B = RNG.standard_normal(3)
UPSTREAM = RNG.standard_normal((5, 3))


def relu(z):
    return np.maximum(z, 0)


def one(f, x, **options) -> Estimate:
    (estimate,) = numerical_gradient(f, x, **options)
    return estimate


def assert_measures(estimate, right):
    """Accurate to 1e-10 of the norm, and within the error bar that is stated."""
    size = np.linalg.norm(right)
    assert np.abs(estimate.value - right).max() <= 1e-10 * size
    assert (np.abs(estimate.value - right) <= 4 * estimate.error + 1e-13 * size).all()
    assert estimate.error.max() <= 1e-9 * size
    assert estimate.certain
    assert not estimate.kinks.any()


def test_a_smooth_layer_is_measured_to_ten_digits():
    def f(x, w, b):
        return np.tanh(x @ w + b)

    dz = UPSTREAM * (1 - f(X, W, B) ** 2)
    right = dz @ W.T, X.T @ dz, dz.sum(axis=0)
    for estimate, gradient in zip(
        numerical_gradient(f, X, W, B, upstream=UPSTREAM), right, strict=True
    ):
        assert_measures(estimate, gradient)


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_units_do_not_matter(scale):
    estimate = one(lambda x: scale * np.sin(x / scale).sum(), scale * B)
    assert_measures(estimate, np.cos(B))


def test_arguments_held_fixed_are_none():
    def f(x, index, name, flag, nothing, rng, function, count):
        return function(x)[index].sum() * count + rng.random()

    fixed = np.array([0, 1]), "name", True, None, np.random.default_rng(0), np.sin, 3
    found = numerical_gradient(f, B, *fixed)
    assert isinstance(found[0], Estimate)
    assert found[1:] == (None,) * 7
    assert found[0].value == pytest.approx([3 * np.cos(B[0]), 3 * np.cos(B[1]), 0], abs=1e-9)


def test_a_list_of_pairs_gives_estimates_in_the_same_structure():
    params = [(W, B), (W.T, RNG.standard_normal(4))]
    (found,) = numerical_gradient(lambda p: sum((w**2).sum() + b.sum() for w, b in p), params)
    assert_measures(found[1][0], 2 * W.T)
    assert_measures(found[0][1], np.ones(3))


def test_wrt_leaves_the_others_alone():
    found = numerical_gradient(lambda x, w: (x @ w).sum(), X, W, wrt=[1])
    assert found[0] is None
    assert found[1].value.shape == W.shape


def test_several_outputs_take_a_tuple_upstream():
    up = RNG.standard_normal(3), RNG.standard_normal(3)
    estimate = one(lambda x: (np.sin(x), x**2), B, upstream=up)
    assert_measures(estimate, up[0] * np.cos(B) + up[1] * 2 * B)


def test_a_kink_is_an_interval_and_every_number_in_it_is_contained():
    z = np.array([0.0, 1.0, -1.0, 0.0])
    weights = np.array([2.0, 1.0, 1.0, -3.0])
    estimate = one(lambda z: weights @ relu(z), z)
    assert estimate.kinks.tolist() == [True, False, False, True]
    assert estimate.lower == pytest.approx([0, 1, 0, -3], abs=1e-8)
    assert estimate.upper == pytest.approx([2, 1, 0, 0], abs=1e-8)
    assert estimate.contains([0.7, 1, 0, -2.9]).all()
    assert estimate.contains([2.1, 1.001, 1e-3, 0.1]).tolist() == [False] * 4


def test_ties_in_max_pooling_are_intervals():
    x = np.array([[1.0, 1.0], [2.0, 1.0]])
    estimate = one(lambda x: x.max(axis=1), x, upstream=np.array([3.0, -2.0]))
    assert estimate.lower == pytest.approx(np.array([[0, 0], [-2, 0]]), abs=1e-8)
    assert estimate.upper == pytest.approx(np.array([[3, 3], [-2, 0]]), abs=1e-8)


def test_where_several_kinks_meet_what_backpropagation_returns_is_contained():
    w = np.array([[1.0, -1.0, 2.0], [2.0, 1.0, -1.0]])
    a = np.array([1.0, -2.0, 1.5])
    estimate = one(lambda x: relu(x @ w) @ a, np.zeros(2))
    for at_zero in (0.0, 0.5, 1.0):
        assert estimate.contains(w @ (at_zero * a)).all()
    assert not estimate.contains(w @ (50 * a)).any()


def test_a_kink_close_by_does_not_spoil_the_slope():
    for distance in (1e-2, 1e-4, 1e-6):
        estimate = one(relu, np.array([distance, -distance]), elementwise=True)
        assert estimate.value == pytest.approx([1, 0], abs=1e-6)
        assert not estimate.kinks.any()


@pytest.mark.parametrize("f", [np.sign, np.log, lambda x: np.sqrt(np.abs(x))])
def test_what_cannot_be_measured_has_an_infinite_error_bar(f):
    with np.errstate(all="ignore"):
        estimate = one(lambda x: f(x).sum(), np.array([1.0]))
        assert estimate.certain
        estimate = one(lambda x: f(x), np.array([0.0]))
    assert not estimate.certain


def test_the_error_bar_tells_of_cancellation():
    estimate = one(lambda x: (np.sin(x) + 1e9).sum() - 3e9, B)
    assert (np.abs(estimate.value - np.cos(B)) <= 4 * estimate.error).all()
    assert estimate.error.max() > 1e-9


def test_a_stack_of_inputs_costs_few_evaluations_and_changes_nothing():
    calls = 0

    def f(x):
        nonlocal calls
        calls += 1
        return np.tanh(x @ W + B)

    stacked = one(f, X, upstream=UPSTREAM, stacked=True)
    assert calls <= 20
    plain = one(f, X, upstream=UPSTREAM)
    assert stacked.value == pytest.approx(plain.value, rel=1e-10, abs=1e-11)


def test_an_elementwise_function_of_any_size_costs_a_dozen_evaluations():
    calls = 0

    def f(z):
        nonlocal calls
        calls += 1
        return np.tanh(z)

    z = RNG.standard_normal((200, 50))
    assert_measures(one(f, z, elementwise=True), 1 - np.tanh(z) ** 2)
    assert calls <= 12


def test_a_promise_that_is_not_kept_is_an_error():
    with pytest.raises(ValueError, match="elementwise"):
        numerical_gradient(lambda z: z - z.mean(), B, elementwise=True)
    with pytest.raises(ValueError, match="elementwise"):
        numerical_gradient(lambda z: z.sum(), B, elementwise=True)
    with pytest.raises(ValueError, match="stacked"):
        numerical_gradient(lambda z: z.sum(), B, stacked=True)
    with pytest.raises(ValueError, match="upstream"):
        numerical_gradient(np.tanh, B, upstream=np.ones(4))


def test_the_arguments_are_never_changed_even_if_f_tries():
    def f(x):
        x *= 2
        return (x**2).sum()

    before = B.copy()
    assert_measures(one(f, B), 8 * B)
    assert np.array_equal(B, before)


def test_zero_size_zero_dimensions_and_strides():
    assert one(lambda x: (x**2).sum(), np.zeros((0, 2))).value.shape == (0, 2)
    assert one(lambda x: x**3, np.array(2.0)).value == pytest.approx(12, rel=1e-11)
    assert one(lambda x: x**3, 2.0).value == pytest.approx(12, rel=1e-11)
    strided = RNG.standard_normal((6, 8))[::2, ::-2].T
    assert_measures(one(lambda x: (x**2).sum(), strided), 2 * strided)
