"""The references of `recurrent` against independent truths: torch, decimals, measured slopes."""

from decimal import Decimal, getcontext

import numpy as np
import pytest

from autograder import check_gradient
from autograder.ask import ask
from autograder.checking import judge
from autograder.exercises import find, registry
from autograder.record import record, solution
from solutions.recurrent import (
    bits_per_character,
    char_lm_loss_and_grads,
    gru_step,
    gru_step_backward,
    lstm_step,
    lstm_step_backward,
    persistence_baseline,
    rnn_backward,
    rnn_forward,
    rnn_step,
    rnn_step_backward,
    sample_with_temperature,
)

EXERCISES = [e for e in registry().values() if e.chapter == "recurrent"]
SHAPES = range(200)


def sizes(seed):
    """Random sizes n, time, d_in and hidden, and a generator to go on with."""
    rng = np.random.default_rng([9, seed])
    n, time, d_in, hidden = rng.integers(1, 7, size=4)
    return n, time, d_in, hidden, rng


def of_torch(kind, w_x, w_h, b_x, b_h):
    """A layer or cell of torch in float64 with these weights."""
    torch = pytest.importorskip("torch")
    gates = {"RNN": 1, "LSTMCell": 4, "GRUCell": 3}[kind]
    hidden = w_h.shape[1] // gates
    more = {"batch_first": True} if kind == "RNN" else {}
    layer = getattr(torch.nn, kind)(len(w_x), hidden, dtype=torch.float64, **more)
    for parameter, value in zip(layer.parameters(), (w_x.T, w_h.T, b_x, b_h), strict=True):
        parameter.data = torch.from_numpy(value.copy())
    return torch, layer


def close(ours, theirs):
    assert len(ours) == len(theirs)
    for mine, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(mine, other.detach().numpy(), rtol=1e-10, atol=1e-10)


def leaf(torch, array):
    return torch.from_numpy(array).clone().requires_grad_()


def test_the_vanilla_cell_agrees_with_torch_forward_and_through_time_on_200_shapes():
    for seed in SHAPES:
        n, time, d_in, hidden, rng = sizes(seed)
        x, h0 = rng.normal(size=(n, time, d_in)), rng.normal(size=(n, hidden))
        w_x, w_h = rng.normal(size=(d_in, hidden)), rng.normal(size=(hidden, hidden))
        b = rng.normal(size=hidden)
        upstream = rng.normal(size=(n, time, hidden)), rng.normal(size=(n, hidden))
        torch, layer = of_torch("RNN", w_x, w_h, b, np.zeros(hidden))
        tx, th = leaf(torch, x), leaf(torch, h0)
        states, last = layer(tx, th[None])
        torch.autograd.backward(
            (states, last[0]), tuple(torch.from_numpy(part) for part in upstream)
        )
        close(rnn_forward(x, h0, w_x, w_h, b), (states, last[0]))
        close(rnn_step(x[:, 0], h0, w_x, w_h, b)[None], (states[:, 0],))
        weights = [p.grad for p in layer.parameters()]
        theirs = tx.grad, th.grad, weights[0].T, weights[1].T, weights[2]
        close(rnn_backward(upstream, x, h0, w_x, w_h, b), theirs)


def test_the_lstm_agrees_with_torch_forward_and_backward_on_200_shapes():
    for seed in SHAPES:
        n, _, d_in, hidden, rng = sizes(seed)
        x, h, c = (rng.normal(size=(n, d)) for d in (d_in, hidden, hidden))
        w_x, w_h = rng.normal(size=(d_in, 4 * hidden)), rng.normal(size=(hidden, 4 * hidden))
        b = rng.normal(size=4 * hidden)
        upstream = rng.normal(size=(n, hidden)), rng.normal(size=(n, hidden))
        torch, layer = of_torch("LSTMCell", w_x, w_h, b, np.zeros(4 * hidden))
        tx, th, tc = (leaf(torch, a) for a in (x, h, c))
        out = layer(tx, (th, tc))
        torch.autograd.backward(out, tuple(torch.from_numpy(part) for part in upstream))
        close(lstm_step(x, h, c, w_x, w_h, b), out)
        weights = [p.grad for p in layer.parameters()]
        theirs = tx.grad, th.grad, tc.grad, weights[0].T, weights[1].T, weights[2]
        close(lstm_step_backward(upstream, x, h, c, w_x, w_h, b), theirs)


def test_the_gru_agrees_with_torch_forward_and_backward_on_200_shapes():
    for seed in SHAPES:
        n, _, d_in, hidden, rng = sizes(seed)
        x, h = rng.normal(size=(n, d_in)), rng.normal(size=(n, hidden))
        w_x, w_h = rng.normal(size=(d_in, 3 * hidden)), rng.normal(size=(hidden, 3 * hidden))
        b_x, b_h = rng.normal(size=3 * hidden), rng.normal(size=3 * hidden)
        upstream = rng.normal(size=(n, hidden))
        torch, layer = of_torch("GRUCell", w_x, w_h, b_x, b_h)
        tx, th = leaf(torch, x), leaf(torch, h)
        out = layer(tx, th)
        out.backward(torch.from_numpy(upstream))
        close(gru_step(x, h, w_x, w_h, b_x, b_h)[None], out[None])
        weights = [p.grad for p in layer.parameters()]
        theirs = tx.grad, th.grad, weights[0].T, weights[1].T, weights[2], weights[3]
        close(gru_step_backward(upstream, x, h, w_x, w_h, b_x, b_h), theirs)


def test_one_step_backward_has_the_measured_slopes():
    n, _, d_in, hidden, rng = sizes(3)
    arrays = [rng.normal(size=s) for s in ((n, d_in), (n, hidden), (d_in, hidden))]
    arrays += [rng.normal(size=(hidden, hidden)), rng.normal(size=hidden)]
    upstream = rng.normal(size=(n, hidden))
    report = check_gradient(
        rnn_step, rnn_step_backward(upstream, *arrays), *arrays, upstream=upstream
    )
    assert report


def language(rng):
    classes, d, hidden, n, time = 7, 3, 5, 4, 6
    shapes = (classes, d), (d, hidden), (hidden, hidden), (hidden,), (hidden, classes), (classes,)
    parameters = tuple(rng.normal(size=shape) for shape in shapes)
    text = rng.integers(classes, size=(n, time + 1))
    return parameters, text[:, :-1], text[:, 1:], rng.normal(size=(n, hidden))


@pytest.mark.parametrize("seed", range(5))
def test_the_language_model_agrees_with_torch(seed):
    torch = pytest.importorskip("torch")
    parameters, inputs, targets, h0 = language(np.random.default_rng(seed))
    embedding, w_x, w_h, b, w_out, b_out = leaves = [leaf(torch, p) for p in parameters]
    h, losses = torch.from_numpy(h0), []
    for t in range(inputs.shape[1]):
        h = torch.tanh(embedding[inputs[:, t]] @ w_x + h @ w_h + b)
        wanted = torch.from_numpy(targets[:, t].copy())
        losses.append(torch.nn.functional.cross_entropy(h @ w_out + b_out, wanted))
    loss = sum(losses) / len(losses)
    loss.backward()
    ours, gradients = char_lm_loss_and_grads(parameters, inputs, targets, h0)
    np.testing.assert_allclose(ours, loss.item(), rtol=1e-12)
    close(gradients, [p.grad for p in leaves])


def test_bits_are_those_of_exact_decimals():
    getcontext().prec = 60
    rng = np.random.default_rng(4)
    logits, targets = 100 * rng.normal(size=(2, 3, 5)), rng.integers(5, size=(2, 3))
    bits = Decimal(0)
    for where in np.ndindex(targets.shape):
        weights = [Decimal(float(z)).exp() for z in logits[where]]
        bits -= (weights[targets[where]] / sum(weights)).ln() / Decimal(2).ln()
    exact = float(bits / targets.size)
    np.testing.assert_allclose(bits_per_character(logits, targets), exact, rtol=1e-13)


def test_equal_logits_cost_the_logarithm_of_the_number_of_classes():
    np.testing.assert_allclose(bits_per_character(np.ones((3, 8)), np.array([0, 5, 7])), 3.0)


def test_temperature_moves_the_draws_between_certain_and_uniform():
    logits, rng = np.array([1.0, 2, 3]), np.random.default_rng(0)

    def shares(temperature):
        draws = [sample_with_temperature(logits, temperature, rng) for _ in range(4000)]
        return np.bincount(draws, minlength=3) / 4000

    np.testing.assert_array_equal(shares(1e-3), [0, 0, 1])
    np.testing.assert_allclose(shares(1e3), 1 / 3, atol=0.04)
    p = np.exp(logits) / np.exp(logits).sum()
    np.testing.assert_allclose(shares(1.0), p, atol=0.04)
    assert type(sample_with_temperature(logits.astype(np.float32), 1.0, rng)) is int


def test_a_mistake_in_drawing_is_named_by_how_often_classes_come():
    """However the numbers of rng are used: no draw is compared with another's."""

    def temperature_ignored(logits, temperature, rng):
        noise = rng.gumbel(size=len(logits))  # the largest of these is a draw from the softmax
        return int((logits + noise).argmax())

    def always_the_largest(logits, temperature, rng):
        rng.random()
        return int(logits.argmax())

    exercise = find("recurrent.sample_with_temperature")
    key = record(exercise, seed=5)
    for student in (temperature_ignored, always_the_largest):
        verdict = judge(
            exercise, key, lambda asked, s=student: ask(s, exercise.drive, asked.arguments)
        )
        assert verdict.mistake == student.__name__
        assert all("has not the form" not in finding.says for finding in verdict.findings)


def test_persistence_on_a_line_is_off_by_the_slope_times_the_horizon():
    series = 0.5 * np.arange(20)
    forecast, rmse = persistence_baseline(series, 4)
    np.testing.assert_array_equal(forecast, series[:16])
    assert rmse == pytest.approx(2.0)


def test_persistence_one_month_ahead_explains_most_of_the_sunspots():
    from course.data import load_sunspots

    _, sunspots = load_sunspots()
    test = sunspots[-564:]  # the last fifth
    _, rmse = persistence_baseline(test, 1)
    assert 0.85 < 1 - rmse**2 / test[1:].var() < 0.9


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.short_name)
def test_no_argument_is_changed_and_the_dtype_is_kept(exercise):
    key = record(exercise, seed=11)
    for part in key.questions:
        for asked in part:
            answer = ask(solution(exercise.solution_name), exercise.drive, asked.arguments)
            assert not answer.changed
            assert not answer.problem


def test_float32_in_float32_out():
    single = (a.astype(np.float32) for a in sequence_arrays())
    x, h0, w_x, w_h, b = single
    states, last = rnn_forward(x, h0, w_x, w_h, b)
    gradients = rnn_backward((states, last), x, h0, w_x, w_h, b)
    assert {a.dtype for a in (states, last, *gradients)} == {np.dtype(np.float32)}


def sequence_arrays():
    rng = np.random.default_rng(0)
    return [rng.normal(size=s) for s in ((3, 4, 2), (3, 5), (2, 5), (5, 5), (5,))]
