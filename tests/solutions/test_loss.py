"""The references of `loss` against independent truths: 60-digit decimals, torch, measured slopes."""

import math
from decimal import Decimal, localcontext

import numpy as np
import pytest

from autograder import check_gradient
from autograder.ask import ask
from autograder.exercises import find
from autograder.exercises.loss import smoothing_cases, smoothing_edges
from autograder.exercises.loss_logits import (
    binary_cases,
    binary_large,
    binary_small,
    class_cases,
    class_large,
    class_small,
)
from autograder.exercises.loss_regression import huber_cases
from autograder.record import solution
from solutions.loss import (
    bce_with_logits,
    bce_with_logits_grad,
    cross_entropy,
    cross_entropy_grad,
    expected_initial_loss,
    huber,
    huber_grad,
    l2_penalty,
    l2_penalty_grad,
    label_smoothing_cross_entropy,
    mse,
    mse_grad,
)

DIGITS = 60
TWELVE = 1e-12


def questions(*cases):
    """The questions that the exercises ask, from twenty seeds."""
    return [q for seed in range(20) for each in cases for q in each(np.random.default_rng(seed))]


def exact_binary(logits, target):
    """Binary cross-entropy by its definition, −t log σ(z) − (1 − t) log(1 − σ(z)), in decimals."""
    total = Decimal(0)
    for z, t in zip(logits.tolist(), target.tolist(), strict=True):
        z, t = Decimal(z), Decimal(t)
        total += t * log_of_one_plus_exp(-z) + (1 - t) * log_of_one_plus_exp(z)
    return total / len(logits)


def log_of_one_plus_exp(x):
    if abs(x) > 10**6:  # exp(-10**6) is 0 in every digit that is kept
        return max(x, Decimal(0))
    if x < -100:  # 1 + exp(x) would need more digits than there are: two terms of the series do
        return x.exp() - (2 * x).exp() / 2
    return (1 + x.exp()).ln()


def exact_surprise(row, label):
    """−log softmax(row)[label] in decimals, as the log of a sum of exponentials of differences."""
    gaps = [Decimal(z) - Decimal(row[label]) for j, z in enumerate(row) if j != label]
    leader = max(gaps)
    if leader > 10**6:
        return leader
    if leader < -100:
        first = sum(gap.exp() for gap in gaps)
        return first - first * first / 2
    return (1 + sum(gap.exp() if gap > -(10**6) else Decimal(0) for gap in gaps)).ln()


def exact_classes(logits, labels, smoothing=0.0):
    share = Decimal(smoothing)
    total = Decimal(0)
    for row, label in zip(logits.tolist(), labels.tolist(), strict=True):
        total += (1 - share) * exact_surprise(row, label)
        total += share * sum(exact_surprise(row, c) for c in range(len(row))) / len(row)
    return total / len(labels)


def relative_error(got, exact):
    if exact == 0:
        return abs(got)
    return float(abs((Decimal(got) - exact) / exact))


def test_the_decimal_truth_may_use_a_series_where_60_digits_are_too_few():
    with localcontext(prec=400):
        for x in (Decimal(-101), Decimal(-150), Decimal("-200.5")):
            definition = (1 + x.exp()).ln()
            with localcontext(prec=DIGITS):
                shortcut = log_of_one_plus_exp(x)
            assert abs(shortcut / definition - 1) < Decimal("1e-55")


def test_bce_is_right_to_12_digits_on_every_question():
    for asked in questions(binary_cases, binary_large, binary_small):
        with localcontext(prec=DIGITS):
            exact = exact_binary(**asked.arguments)
            assert relative_error(bce_with_logits(**asked.arguments), exact) < TWELVE, asked


def test_cross_entropy_is_right_to_12_digits_on_every_question():
    for asked in questions(class_cases, class_large, class_small):
        with localcontext(prec=DIGITS):
            exact = exact_classes(**asked.arguments)
            assert relative_error(cross_entropy(**asked.arguments), exact) < TWELVE, asked


def test_label_smoothing_is_right_to_12_digits_on_every_question():
    for asked in questions(smoothing_cases, smoothing_edges):
        with localcontext(prec=DIGITS):
            exact = exact_classes(**asked.arguments)
            assert (
                relative_error(label_smoothing_cross_entropy(**asked.arguments), exact) < TWELVE
            ), asked


@pytest.mark.parametrize("scale", [1e-8, 1e-3, 1.0, 10.0, 40.0, 300.0, 1000.0, 1e5])
def test_losses_from_logits_are_right_to_12_digits_at_every_scale(scale):
    rng = np.random.default_rng(int(scale * 10) % 97)
    for _ in range(25):
        z, t = scale * rng.normal(size=1), rng.choice([0.0, 1.0, rng.uniform()], size=1)
        logits, labels = scale * rng.normal(size=(1, 4)), rng.integers(4, size=1)
        with localcontext(prec=DIGITS):
            if abs(z[0]) < 700:  # beyond it, the loss itself is below the normal numbers
                assert relative_error(bce_with_logits(z, t), exact_binary(z, t)) < TWELVE
            exact = exact_classes(logits, labels)
            if exact > Decimal("1e-300"):
                assert relative_error(cross_entropy(logits, labels), exact) < TWELVE


@pytest.mark.parametrize("size", [1e-12, 1e-15, 1e-17, 1e-100, 1e-300])
def test_a_tiny_loss_keeps_its_digits(size):
    margin = -math.log(size)
    logits, labels = np.array([[0.0, margin]]), np.array([1])
    with localcontext(prec=DIGITS):
        exact = exact_classes(logits, labels)
        assert relative_error(cross_entropy(logits, labels), exact) < TWELVE
        assert relative_error(bce_with_logits(np.array([margin]), np.ones(1)), exact) < TWELVE


def test_log_of_a_sum_loses_the_digits_that_log1p_keeps():
    margin = -math.log(1e-12)
    standard = math.log(1 + math.exp(-margin))
    assert 1e-5 < abs(standard / 1e-12 - 1) < 1e-3


def test_the_losses_agree_with_torch():
    import torch

    functional = torch.nn.functional
    rng = np.random.default_rng(1)
    prediction, target = rng.normal(size=(2, 5, 3))
    logits, labels = rng.normal(size=(5, 3)), rng.integers(3, size=5)
    z, t = logits[:, 0], rng.uniform(size=5)
    p, q, z_, t_, l_, y_ = map(torch.from_numpy, (prediction, target, z, t, logits, labels))
    pairs = [
        (mse(prediction, target), functional.mse_loss(p, q)),
        (huber(prediction, target, 0.7), functional.huber_loss(p, q, delta=0.7)),
        (bce_with_logits(z, t), functional.binary_cross_entropy_with_logits(z_, t_)),
        (cross_entropy(logits, labels), functional.cross_entropy(l_, y_)),
        (
            label_smoothing_cross_entropy(logits, labels, 0.2),
            functional.cross_entropy(l_, y_, label_smoothing=0.2),
        ),
    ]
    for ours, theirs in pairs:
        assert ours == pytest.approx(theirs.item(), rel=1e-13)


def test_the_gradients_agree_with_torch():
    import torch

    functional = torch.nn.functional
    rng = np.random.default_rng(2)
    prediction, target = rng.normal(size=(2, 5, 3))
    labels, t = rng.integers(3, size=5), rng.uniform(size=5)

    def torch_gradient(loss, array, *rest):
        variable = torch.from_numpy(array).clone().requires_grad_()
        loss(variable, *rest).backward()
        return variable.grad.numpy()

    q, y_, t_ = map(torch.from_numpy, (target, labels, t))
    z = np.ascontiguousarray(prediction[:, 0])
    pairs = [
        (mse_grad(prediction, target), torch_gradient(functional.mse_loss, prediction, q)),
        (
            huber_grad(prediction, target, 0.7),
            torch_gradient(lambda v: functional.huber_loss(v, q, delta=0.7), prediction),
        ),
        (
            bce_with_logits_grad(z, t),
            torch_gradient(functional.binary_cross_entropy_with_logits, z, t_),
        ),
        (
            cross_entropy_grad(prediction, labels),
            torch_gradient(functional.cross_entropy, prediction, y_),
        ),
        (
            l2_penalty_grad(prediction, 0.3),
            torch_gradient(lambda v: 0.15 * (v**2).sum(), prediction),
        ),
    ]
    for ours, theirs in pairs:
        np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-16)


@pytest.mark.parametrize("seed", range(5))
def test_every_gradient_is_the_measured_slope_of_its_loss(seed):
    rng = np.random.default_rng(seed)
    prediction, target = rng.normal(size=(2, 4, 3))
    labels, t = rng.integers(3, size=4), rng.uniform(size=4)
    z = prediction[:, 0].copy()
    for f, gradient, x in (
        (lambda p: mse(p, target), lambda p: mse_grad(p, target), prediction),
        (lambda p: huber(p, target, 0.5), lambda p: huber_grad(p, target, 0.5), prediction),
        (lambda p: bce_with_logits(p, t), lambda p: bce_with_logits_grad(p, t), z),
        (lambda p: cross_entropy(p, labels), lambda p: cross_entropy_grad(p, labels), prediction),
        (lambda p: l2_penalty(p, 0.3), lambda p: l2_penalty_grad(p, 0.3), prediction),
    ):
        report = check_gradient(f, gradient, x)
        assert report.verdict == "right", report


def test_huber_is_continuous_and_smooth_where_its_parts_meet():
    delta = 0.75
    at = np.array([delta])
    near = np.array([delta * (1 + 1e-9)])
    zero = np.zeros(1)
    assert huber(near, zero, delta) - huber(at, zero, delta) == pytest.approx(
        delta**2 * 1e-9, rel=1e-6
    )
    assert huber(at, zero, delta) == delta**2 / 2
    np.testing.assert_array_equal(huber_grad(at, zero, delta), huber_grad(near, zero, delta))


def test_huber_is_half_the_mse_for_a_large_delta_and_delta_times_the_mae_for_a_small_one():
    rng = np.random.default_rng(3)
    prediction, target = rng.normal(size=(2, 50))
    assert huber(prediction, target, 100.0) == pytest.approx(mse(prediction, target) / 2)
    absolute = np.abs(prediction - target).mean()
    assert huber(prediction, target, 1e-6) / 1e-6 == pytest.approx(absolute, rel=1e-5)


def test_mse_refuses_unequal_shapes():
    with pytest.raises(ValueError, match=r"\(4, 1\).*\(4,\)"):
        mse(np.zeros((4, 1)), np.zeros(4))


def test_rows_of_the_cross_entropy_gradient_sum_to_zero():
    rng = np.random.default_rng(4)
    gradient = cross_entropy_grad(100 * rng.normal(size=(7, 5)), rng.integers(5, size=7))
    np.testing.assert_allclose(gradient.sum(axis=1), 0, atol=1e-15)


@pytest.mark.parametrize("n_classes", [1, 2, 10, 1000])
def test_equal_logits_cost_the_expected_initial_loss(n_classes):
    logits = np.full((3, n_classes), 7.5)
    labels = np.arange(3) % n_classes
    assert cross_entropy(logits, labels) == pytest.approx(expected_initial_loss(n_classes))
    smoothed = label_smoothing_cross_entropy(logits, labels, 0.3)
    assert smoothed == pytest.approx(expected_initial_loss(n_classes))


def test_two_classes_are_the_binary_loss_of_the_difference():
    rng = np.random.default_rng(5)
    logits, labels = rng.normal(size=(6, 2)), rng.integers(2, size=6)
    assert bce_with_logits(logits[:, 1] - logits[:, 0], labels) == pytest.approx(
        cross_entropy(logits, labels), rel=1e-14
    )


def exercises_with_arrays():
    names = ["mse", "mse_grad", "huber", "huber_grad", "bce_with_logits", "bce_with_logits_grad",
             "cross_entropy", "cross_entropy_grad", "l2_penalty", "l2_penalty_grad",
             "label_smoothing_cross_entropy"]  # fmt: skip
    return [f"loss.{name}" for name in names]


@pytest.mark.parametrize("name", exercises_with_arrays())
def test_nothing_is_changed_printed_or_warned_about(name):
    exercise = find(name)
    for check in exercise.checks:
        for asked in check.questions(np.random.default_rng(6)):
            answer = ask(solution(name), exercise.drive, asked.arguments)
            assert not answer.problem, answer.traceback
            assert not answer.changed
            assert not answer.printed
            assert not answer.warnings, (asked.about, answer.warnings)


@pytest.mark.parametrize("name", exercises_with_arrays())
def test_a_loss_is_a_float_and_a_gradient_keeps_float32(name):
    asked = find(name).checks[0].questions(np.random.default_rng(7))[0]
    single = {
        key: value.astype(np.float32)
        if type(value) is np.ndarray and value.dtype == np.float64
        else value
        for key, value in asked.arguments.items()
    }
    for arguments, dtype in ((asked.arguments, np.float64), (single, np.float32)):
        result = solution(name)(**arguments)
        if name.endswith("_grad"):
            assert result.dtype == dtype
        else:
            assert type(result) is float


def test_every_case_of_huber_meets_both_parts_or_says_so():
    for asked in questions(huber_cases):
        size = np.abs(asked.arguments["prediction"] - asked.arguments["target"])
        small, large = (size < asked.arguments["delta"]), (size > asked.arguments["delta"])
        if "only" not in asked.about and "exactly" not in asked.about:
            assert small.any(), asked.about
            assert large.any(), asked.about
