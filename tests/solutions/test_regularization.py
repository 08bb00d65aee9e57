"""The references of `regularization` against independent truths: torch, fractions, measured slopes."""

from fractions import Fraction

import numpy as np
import pytest

from autograder import check_gradient
from autograder.ask import ask
from autograder.chance import ALARM, share_range
from autograder.exercises import registry
from autograder.exercises.regularization import clip_cases
from autograder.exercises.regularization_random import find_shifts, window
from autograder.record import solution
from solutions.regularization import (
    augment_shift,
    batchnorm_backward,
    batchnorm_forward,
    batchnorm_inference,
    clip_by_norm,
    dropout_backward,
    dropout_forward,
    l1_penalty_grad,
    layernorm_backward,
    layernorm_forward,
    residual_backward,
)

NAMES = [e.name for e in registry().values() if e.chapter == "regularization"]


def drawn(seed, *shape):
    rng = np.random.default_rng(seed)
    d = shape[-1]
    x = rng.normal(2, 3, size=shape)
    return x, rng.normal(size=d), rng.normal(size=d), rng.normal(size=shape)


@pytest.mark.parametrize("shape", [(2, 3), (7, 4), (5, 5)])
@pytest.mark.parametrize("eps", [1e-5, 0.1])
def test_batch_norm_in_training_its_averages_and_its_gradient_agree_with_torch(shape, eps):
    import torch

    x, gamma, beta, upstream = drawn(1, *shape)
    mean, var = np.linspace(-1, 1, shape[1]), np.linspace(0.5, 2, shape[1])
    tensors = [torch.from_numpy(a).clone().requires_grad_() for a in (x, gamma, beta)]
    running = torch.from_numpy(mean).clone(), torch.from_numpy(var).clone()
    theirs = torch.nn.functional.batch_norm(
        tensors[0], *running, tensors[1], tensors[2], training=True, momentum=0.3, eps=eps
    )
    theirs.backward(torch.from_numpy(upstream))
    out, new_mean, new_var = batchnorm_forward(x, gamma, beta, mean, var, 0.3, eps)
    np.testing.assert_allclose(out, theirs.detach().numpy(), rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(new_mean, running[0].numpy(), rtol=1e-12)
    np.testing.assert_allclose(new_var, running[1].numpy(), rtol=1e-12)
    ours = batchnorm_backward(upstream, x, gamma, beta, eps)
    for mine, tensor in zip(ours, tensors, strict=True):
        np.testing.assert_allclose(mine, tensor.grad.numpy(), rtol=1e-8, atol=1e-11)


@pytest.mark.parametrize("n", [1, 4])
def test_batch_norm_after_training_agrees_with_torch(n):
    import torch

    x, gamma, beta, _ = drawn(2, n, 3)
    mean, var = np.array([1.0, -2, 0.5]), np.array([0.3, 4, 1])
    arrays = [torch.from_numpy(a) for a in (x, mean, var, gamma, beta)]
    theirs = torch.nn.functional.batch_norm(*arrays, training=False, eps=0.1).numpy()
    ours = batchnorm_inference(x, gamma, beta, mean, var, 0.1)
    np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-14)


def test_torch_too_refuses_to_train_on_a_batch_of_one():
    import torch

    x, gamma, beta, _ = drawn(3, 1, 3)
    with pytest.raises(ValueError, match="more than 1 value"):
        torch.nn.functional.batch_norm(torch.from_numpy(x), None, None, training=True)
    with pytest.raises(ValueError, match="batch of 1"):
        batchnorm_forward(x, gamma, beta, np.zeros(3), np.ones(3), 0.1, 0.1)


@pytest.mark.parametrize("shape", [(4, 3), (2, 3, 5), (1, 6), (2, 2, 3, 4)])
@pytest.mark.parametrize("eps", [1e-5, 0.1])
def test_layer_norm_and_its_gradient_agree_with_torch(shape, eps):
    import torch

    x, gamma, beta, upstream = drawn(4, *shape)
    tensors = [torch.from_numpy(a).clone().requires_grad_() for a in (x, gamma, beta)]
    theirs = torch.nn.functional.layer_norm(tensors[0], shape[-1:], *tensors[1:], eps=eps)
    theirs.backward(torch.from_numpy(upstream))
    ours = layernorm_forward(x, gamma, beta, eps)
    np.testing.assert_allclose(ours, theirs.detach().numpy(), rtol=1e-10, atol=1e-12)
    for mine, tensor in zip(
        layernorm_backward(upstream, x, gamma, beta, eps), tensors, strict=True
    ):
        np.testing.assert_allclose(mine, tensor.grad.numpy(), rtol=1e-8, atol=1e-11)


def test_batch_norm_in_exact_fractions():
    """Three samples 1, 2, 6 and an eps that makes the root rational: variance 14/3, eps 19/12."""
    x = np.array([[1.0], [2.0], [6.0]])
    out, mean, var = batchnorm_forward(
        x,
        np.array([2.0]),
        np.array([0.5]),
        np.array([1.0]),
        np.array([1.0]),
        0.25,
        19 / 12,
    )
    variance = Fraction(4 + 1 + 9, 3)
    assert variance + Fraction(19, 12) == Fraction(25, 4)
    expected = [2 * (value - 3) / Fraction(5, 2) + Fraction(1, 2) for value in (1, 2, 6)]
    np.testing.assert_allclose(out[:, 0], [float(value) for value in expected], rtol=1e-14)
    assert mean[0] == pytest.approx(0.75 * 1 + 0.25 * 3)
    assert var[0] == pytest.approx(0.75 * 1 + 0.25 * 7)  # 14 / (3 - 1)


def test_every_backward_pass_is_the_measured_slope_of_its_forward_pass():
    x, gamma, beta, upstream = drawn(5, 4, 3)
    averages = np.zeros(3), np.ones(3)
    mask = np.arange(12).reshape(4, 3) % 3 > 0
    w = np.random.default_rng(5).normal(size=(3, 3))

    def branch(x):
        return np.tanh(x @ w)

    def branch_backward(upstream, x):
        return (upstream * (1 - np.tanh(x @ w) ** 2)) @ w.T

    for forward, gradients, inputs in (
        (lambda x, g, b: batchnorm_forward(x, g, b, *averages, 0.1, 0.1)[0],
         batchnorm_backward(upstream, x, gamma, beta, 0.1), (x, gamma, beta)),
        (lambda x, g, b: layernorm_forward(x, g, b, 0.1),
         layernorm_backward(upstream, x, gamma, beta, 0.1), (x, gamma, beta)),
        (lambda x: x * mask / 0.6, (dropout_backward(upstream, x, 0.4, mask),), (x,)),
        (lambda x: x + branch(x), (residual_backward(upstream, x, branch_backward),), (x,)),
    ):  # fmt: skip
        report = check_gradient(forward, gradients, *inputs, upstream=upstream)
        assert report.verdict == "right", report
    report = check_gradient(lambda w: 0.3 * np.abs(w).sum(), lambda w: l1_penalty_grad(w, 0.3), x)
    assert report.verdict == "right", report


@pytest.mark.parametrize("axis", [0, 1])
def test_there_is_no_gradient_along_the_mean_nor_along_the_normalized_input(axis):
    x, gamma, beta, upstream = drawn(6, 6, 5)
    backward = layernorm_backward if axis else batchnorm_backward
    dx = backward(upstream, x, gamma, beta, 1e-14)[0]
    normalized = (x - x.mean(axis, keepdims=True)) / x.std(axis, keepdims=True)
    np.testing.assert_allclose(dx.sum(axis), 0, atol=1e-12)
    np.testing.assert_allclose((dx * normalized).sum(axis), 0, atol=1e-12)
    large = backward(upstream, x, gamma, beta, 1.0)[0]
    assert np.abs((large * normalized).sum(axis)).max() > 1e-3  # a large eps breaks the property


def test_dropout_keeps_the_expectation_and_drops_with_probability_p():
    rng = np.random.default_rng(7)
    x = rng.normal(size=(50, 40))
    for p in (0.0, 0.1, 0.5, 0.9):
        draws = [dropout_forward(x, p, rng, True) for _ in range(40)]
        dropped = 1 - np.mean([mask for _, mask in draws])
        low, high = share_range(40 * x.size, p) if p else (0, 0)
        assert low <= dropped <= high
        for out, mask in draws[:3]:
            np.testing.assert_array_equal(out == 0, ~mask)
            np.testing.assert_allclose(out[mask], x[mask] / (1 - p), rtol=1e-15)


def test_dropout_does_nothing_after_training():
    x = np.random.default_rng(8).normal(size=(3, 4))
    out, mask = dropout_forward(x, 0.7, np.random.default_rng(0), False)
    np.testing.assert_array_equal(out, x)
    assert mask.all()


def test_clipping_agrees_with_torch_and_keeps_the_direction():
    import torch

    for asked in clip_cases(np.random.default_rng(9)):
        gradients, max_norm = asked.arguments["gradients"], asked.arguments["max_norm"]
        parameters = []
        for array in (array for pair in gradients for array in pair):
            parameter = torch.nn.Parameter(torch.from_numpy(array).clone())
            parameter.grad = torch.from_numpy(array).clone()
            parameters.append(parameter)
        torch.nn.utils.clip_grad_norm_(parameters, max_norm)
        ours = [array for pair in clip_by_norm(gradients, max_norm) for array in pair]
        for mine, parameter in zip(ours, parameters, strict=True):
            np.testing.assert_allclose(mine, parameter.grad.numpy(), rtol=5e-6)


def test_clipping_survives_zeros_and_what_overflows_when_squared():
    zeros = clip_by_norm([(np.zeros((2, 2)), np.zeros(2))], 1.0)
    assert all(not array.any() for pair in zeros for array in pair)
    dw, db = clip_by_norm([(np.full((2, 2), 3e200), np.full(1, 8e200))], 10.0)[0]
    np.testing.assert_allclose(dw, 3.0, rtol=1e-12)
    np.testing.assert_allclose(db, 8.0, rtol=1e-12)


@pytest.mark.parametrize("shape", [(30, 1, 6, 5), (10, 3, 4, 7)])
def test_a_shifted_image_is_its_own_image_moved(shape):
    images = np.random.default_rng(10).uniform(0.1, 1, size=shape)
    out = augment_shift(images, 2, np.random.default_rng(11))
    shifts, found = find_shifts(out, images, 2)
    assert found.all()
    for i, (dy, dx) in enumerate(shifts[:, 0]):
        np.testing.assert_array_equal(out[i], window(images[i : i + 1], 2, dy, dx, "constant")[0])


def test_a_shift_down_and_right_moves_a_pixel_down_and_right():
    image = np.zeros((1, 1, 5, 5))
    image[0, 0, 1, 1] = 1
    assert window(image, 2, 1, 2, "constant")[0, 0, 2, 3] == 1


def test_every_shift_is_as_likely_as_every_other():
    images = np.random.default_rng(12).uniform(0.1, 1, size=(4000, 1, 3, 3))
    shifts, _ = find_shifts(augment_shift(images, 1, np.random.default_rng(13)), images, 1)
    pairs, counts = np.unique(shifts[:, 0], axis=0, return_counts=True)
    assert len(pairs) == 9
    low, high = share_range(4000, 1 / 9)
    assert low <= counts.min() / 4000
    assert counts.max() / 4000 <= high


@pytest.mark.parametrize(("n", "p"), [(20, 0.5), (200, 0.3), (1000, 0.04), (3000, 0.9)])
def test_the_bounds_on_a_share_hold_what_they_promise(n, p):
    """Exact binomial tails, summed in the logarithm, beyond the bounds."""
    log_factorial = np.concatenate([[0], np.cumsum(np.log(np.arange(1, n + 1)))])
    k = np.arange(n + 1)
    log_pmf = (
        log_factorial[n]
        - log_factorial
        - log_factorial[::-1]
        + k * np.log(p)
        + (n - k) * np.log1p(-p)
    )
    low, high = share_range(n, p)
    outside = np.exp(log_pmf)[(k / n < low) | (k / n > high)].sum()
    assert outside <= ALARM
    assert high - low < 15 * np.sqrt(p * (1 - p) / n) + 20 / n  # and they are not needlessly wide


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_changed_printed_or_warned_about(name):
    exercise = registry()[name]
    for check in exercise.checks:
        for asked in check.questions(np.random.default_rng(14)):
            answer = ask(solution(name), exercise.drive, asked.arguments)
            assert not answer.problem, answer.traceback
            assert not answer.changed
            assert not answer.printed
            assert not answer.warnings, (asked.about, answer.warnings)


def arrays_in(value):
    if isinstance(value, np.ndarray):
        return [value]
    if isinstance(value, (list, tuple)):
        return [array for item in value for array in arrays_in(item)]
    return []


@pytest.mark.parametrize("name", NAMES)
def test_float32_comes_in_and_goes_out(name):
    exercise = registry()[name]
    singles = [
        asked
        for check in exercise.checks
        for asked in check.questions(np.random.default_rng(15))
        if "float32" in asked.about
    ]
    assert singles
    for asked in singles:
        answer = ask(solution(name), exercise.drive, asked.arguments)
        floats = [a for a in arrays_in(answer.value) if a.dtype.kind == "f"]
        assert floats
        assert all(array.dtype == np.float32 for array in floats)
