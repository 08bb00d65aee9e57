"""The references of `training` against independent truths: torch's optimizers, fractions, many seeds."""

import math
from fractions import Fraction

import numpy as np
import pytest

from autograder.ask import ask
from autograder.checking import judge
from autograder.exercise import Question
from autograder.exercises import find
from autograder.exercises.training_batches import rows_of
from autograder.exercises.training_classifier import FULL, accuracy, scrambled
from autograder.exercises.training_network import initial_parameters, logits_of, loss_and_grads
from autograder.exercises.training_runs import FAULTS, run_with
from autograder.gradients import check_gradient
from autograder.keys import Key
from autograder.record import solution
from solutions.mistakes import training_networks
from solutions.training import (
    adam_step,
    adamw_step,
    confusion_matrix,
    cosine_schedule,
    diagnose_runs,
    early_stopping,
    gradient_descent,
    minibatches,
    momentum_step,
    nesterov_step,
    overfit_one_batch,
    rmsprop_step,
    sgd_step,
    train_classifier,
)

ETA, BETA, RHO, EPS = 0.07, 0.85, 0.93, 1e-3
STEPS = 25


def zeros(w):
    return np.zeros_like(w)


def averages(w):
    return np.zeros_like(w), np.zeros_like(w), 0


OPTIMIZERS = {
    "sgd": (
        lambda w, g, s: (sgd_step(w, g, ETA), s),
        zeros,
        lambda torch, p: torch.optim.SGD(p, lr=ETA),
    ),
    "momentum": (
        lambda w, g, s: momentum_step(w, g, s, ETA, BETA),
        zeros,
        lambda torch, p: torch.optim.SGD(p, lr=ETA, momentum=BETA),
    ),
    "nesterov": (
        lambda w, g, s: nesterov_step(w, g, s, ETA, BETA),
        zeros,
        lambda torch, p: torch.optim.SGD(p, lr=ETA, momentum=BETA, nesterov=True),
    ),
    "rmsprop": (
        lambda w, g, s: rmsprop_step(w, g, s, ETA, RHO, EPS),
        zeros,
        lambda torch, p: torch.optim.RMSprop(p, lr=ETA, alpha=RHO, eps=EPS),
    ),
    "adam": (
        lambda w, g, s: adam_step(w, g, s, ETA, BETA, RHO, EPS),
        averages,
        lambda torch, p: torch.optim.Adam(p, lr=ETA, betas=(BETA, RHO), eps=EPS),
    ),
    "adamw": (
        lambda w, g, s: adamw_step(w, g, s, ETA, BETA, RHO, EPS, 0.3),
        averages,
        lambda torch, p: torch.optim.AdamW(p, lr=ETA, betas=(BETA, RHO), eps=EPS, weight_decay=0.3),
    ),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_iterates_of_an_optimizer_are_those_of_torch(name):
    import torch

    step, start, theirs = OPTIMIZERS[name]
    rng = np.random.default_rng(1)
    arrays = [rng.normal(size=shape) for shape in ((3, 2), (4,), (2, 1, 3))]
    states = [start(w) for w in arrays]
    tensors = [torch.from_numpy(w.copy()).requires_grad_() for w in arrays]
    optimizer = theirs(torch, tensors)
    for _ in range(STEPS):
        gradients = [rng.normal(size=w.shape) for w in arrays]
        for i, g in enumerate(gradients):
            tensors[i].grad = torch.from_numpy(g.copy())
            arrays[i], states[i] = step(arrays[i], g, states[i])
        optimizer.step()
        for w, tensor in zip(arrays, tensors, strict=True):
            np.testing.assert_allclose(w, tensor.detach().numpy(), rtol=1e-11, atol=1e-13)


def test_the_running_average_of_adam_is_corrected_exactly():
    beta = Fraction(9, 10)
    gradients = [Fraction(n, 7) for n in (3, -2, 5, 1)]
    exact = Fraction(0)
    state = (np.zeros(1), np.zeros(1), 0)
    w = np.zeros(1)
    for t, g in enumerate(gradients, 1):
        exact = beta * exact + (1 - beta) * g
        w, state = adam_step(w, np.array([float(g)]), state, 0.1, 0.9, 0.999, 0.0)
        corrected = state[0][0] / (1 - 0.9**t)
        assert corrected == pytest.approx(float(exact / (1 - beta**t)), rel=1e-13)
        assert state[2] == t


def test_the_first_step_of_adam_has_the_length_of_the_learning_rate_whatever_the_gradient():
    g = np.array([1e-3, 1.0, -1e3])
    w, _ = adam_step(np.zeros(3), g, averages(g), 0.01, 0.9, 0.999, 0.0)
    np.testing.assert_allclose(w, -0.01 * np.sign(g), rtol=1e-12)


def test_gradient_descent_on_a_bowl_shrinks_each_direction_by_its_own_factor():
    curvature = np.array([1.0, 4.0, 10.0])
    start = np.array([1.0, -2.0, 3.0])
    path = gradient_descent(lambda w: curvature * w, start, 0.15, 20)
    factors = (1 - 0.15 * curvature) ** np.arange(21)[:, None]
    np.testing.assert_allclose(path, start * factors, rtol=1e-12)


@pytest.mark.parametrize(("n", "size"), [(23, 4), (24, 6), (7, 10), (1, 1), (5, 1)])
def test_an_epoch_holds_every_sample_once_with_its_label(n, size):
    x, labels = np.arange(n * 2.0).reshape(n, 2), np.arange(n) * 10
    batches = list(minibatches(x, labels, size, np.random.default_rng(0)))
    rows, ys = (np.concatenate(part) for part in zip(*batches, strict=True))
    np.testing.assert_array_equal(np.sort(rows[:, 0]), x[:, 0])
    np.testing.assert_array_equal(rows[:, 0] * 5, ys)
    assert [len(batch) for batch, _ in batches[:-1]] == [size] * (len(batches) - 1)


def test_an_epoch_of_far_too_many_rows_is_not_looked_at_row_by_row():
    """Sixty million rows fit into one answer, and took the grader a minute for each question."""
    x = np.arange(6.0).reshape(3, 2)
    assert rows_of([(x, np.arange(3))] * 100, x) == [0, 1, 2] * 100
    assert rows_of([(np.zeros((400, 1), np.uint8), np.zeros(400))], x) == [-1]


def test_every_order_of_samples_occurs():
    x = np.arange(3)
    rng = np.random.default_rng(0)
    seen = {tuple(np.concatenate([b for b, _ in minibatches(x, x, 1, rng)])) for _ in range(100)}
    assert len(seen) == 6


def test_the_schedule_agrees_with_torch_behind_the_warm_up():
    import torch

    weight = torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.SGD([weight], lr=0.3)
    theirs = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=17, eta_min=0.02)
    for step in range(18):
        ours = cosine_schedule(4 + step, 21, 4, 0.3, 0.02)
        assert ours == pytest.approx(theirs.get_last_lr()[0], rel=1e-12)
        optimizer.step()
        theirs.step()


def test_the_schedule_rises_evenly_and_is_level_at_both_ends_of_the_fall():
    rates = np.array([cosine_schedule(step, 1000, 100, 0.5, 0.1) for step in range(1100)])
    np.testing.assert_allclose(np.diff(rates[:100]), 0.005, rtol=1e-9)
    assert rates[0] == pytest.approx(0.005)
    assert rates[99] == rates[100] == 0.5
    assert abs(rates[101] - rates[100]) < 1e-5
    assert rates[550] == pytest.approx(0.3)
    np.testing.assert_allclose(rates[1000:], 0.1)


def test_the_confusion_matrix_agrees_with_scikit_learn():
    from sklearn import metrics

    rng = np.random.default_rng(2)
    predicted, labels = rng.integers(5, size=(2, 200))
    theirs = metrics.confusion_matrix(labels, predicted, labels=range(5))
    np.testing.assert_array_equal(confusion_matrix(predicted, labels, 5), theirs)


def test_early_stopping_is_what_a_training_that_knows_no_future_would_keep():
    rng = np.random.default_rng(3)
    for _ in range(300):
        losses = rng.integers(1, 6, size=rng.integers(1, 12)).astype(float)
        losses[1:][rng.random(len(losses) - 1) < 0.1] = np.nan
        patience = int(rng.integers(1, 5))
        seen: list[float] = []
        for loss in losses:
            seen.append(loss)
            best = seen.index(np.nanmin(seen))
            if len(seen) - 1 - best >= patience:
                break
        assert early_stopping(losses, patience) == best


def test_the_network_that_the_exercises_hand_out_has_the_right_gradients():
    rng = np.random.default_rng(4)
    (w1, b1), (w2, b2) = initial_parameters(rng, 5, 4, 3)
    x, labels = rng.normal(size=(6, 5)), rng.integers(3, size=6)

    def loss(w1, b1, w2, b2):
        return loss_and_grads([(w1, b1), (w2, b2)], x, labels)[0]

    def gradients(w1, b1, w2, b2):
        return tuple(g for pair in loss_and_grads([(w1, b1), (w2, b2)], x, labels)[1] for g in pair)

    point = (w1, b1 + 0.3, w2, b2 + 0.1)
    assert check_gradient(loss, gradients, *point).verdict == "right"
    logits = logits_of([(w1, b1), (w2, b2)], x)
    np.testing.assert_allclose(logits, np.maximum(x @ w1 + b1, 0) @ w2 + b2)


def test_a_batch_that_is_learned_by_heart_is_told_from_one_that_cannot_be():
    rng = np.random.default_rng(5)
    start = initial_parameters(rng, 4, 16, 3)
    x, labels = rng.normal(size=(6, 4)), np.array([0, 1, 2, 0, 1, 2])
    losses, learned = overfit_one_batch(loss_and_grads, start, x, labels, 0.5, 2000, 0.01)
    assert learned is True
    assert losses[-1] <= 0.01 < losses[-2]
    x[1] = x[0]
    losses, learned = overfit_one_batch(loss_and_grads, start, x, labels, 0.2, 300, 0.01)
    assert learned is False
    assert len(losses) == 301
    assert losses[-1] > math.log(2) / 3  # two alike with different labels: a third of a coin toss


@pytest.mark.parametrize("seed", range(25))
def test_each_fault_is_diagnosed_from_its_curves(seed):
    names = list(FAULTS)
    runs = [run_with(name, np.random.default_rng([seed, 5])) for name in names]
    assert diagnose_runs(runs) == names


def questions_of_run(seed):
    return find("training.train_classifier").checks[0].questions(np.random.default_rng(seed))


def test_the_classifier_s_question_holds_no_digit_and_its_data_no_held_out_one():
    (asked, *_) = questions_of_run(0)
    assert sum(np.asarray(v).size for v in asked.arguments.values() if hasattr(v, "size")) < 5000
    data = scrambled(asked.arguments)
    train = {row.tobytes() for row in np.sort(data["x"], axis=1)}
    held_out = [row.tobytes() for row in np.sort(data["x_held_out"], axis=1)]
    assert sum(row in train for row in held_out) <= 3  # none but what is in the data set twice
    assert len(data["x"]), len(held_out) == (4000, 1000)


def test_the_student_s_code_is_given_training_digits_only():
    exercise = find("training.train_classifier")
    given = []

    def student(loss_and_grads, x, labels, rng):
        given.append((x.shape, labels.shape, rng))
        return [(np.ones((784, 2)), np.ones(2)), (np.ones((2, 10)), np.ones(10))]

    check = exercise.checks[0]
    asked = check.questions(np.random.default_rng(1))
    outcome = check.judge(
        exercise, asked, [None] * 3, lambda q: ask(student, exercise.drive, q.arguments)
    )
    assert [part[:2] for part in given] == [((4000, 784), (4000,))] * 3
    assert outcome.fraction == 0
    assert "Right on" in outcome.remark


def test_training_on_the_held_out_digits_is_refused_and_named():
    exercise = find("training.train_classifier")
    check = exercise.checks[0]
    asked = check.questions(np.random.default_rng(2))
    key = Key(exercise.name, True, (tuple(asked),), ((None,) * 3,), (), ())
    peeking = training_networks.trained_on_held_out_digits
    verdict = judge(exercise, key, lambda q: ask(peeking, exercise.drive, q.arguments))
    assert verdict.points == 0
    assert [f.mistake for f in verdict.findings] == ["trained_on_held_out_digits"]


def test_the_solution_of_the_classifier_passes():
    (asked, *_) = questions_of_run(3)
    data = scrambled(asked.arguments)
    trained = train_classifier(
        loss_and_grads, data["x"] / 255.0, data["labels"], asked.arguments["rng"].generator()
    )
    assert accuracy(trained, data["x_held_out"], data["labels_held_out"]) > FULL - 0.01


NAMES = [
    "gradient_descent", "minibatches", "sgd_step", "momentum_step", "nesterov_step",
    "rmsprop_step", "adam_step", "adamw_step", "cosine_schedule", "accuracy", "confusion_matrix",
    "early_stopping", "overfit_one_batch", "diagnose_runs",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_changed_printed_or_warned_about(name):
    exercise = find(f"training.{name}")
    for check in exercise.checks:
        for asked in check.questions(np.random.default_rng(6)):
            answer = ask(solution(exercise.name), exercise.drive, asked.arguments)
            assert not answer.problem, answer.traceback
            assert not answer.changed
            assert not answer.printed
            assert not answer.warnings, (asked.about, answer.warnings)


@pytest.mark.parametrize("name", NAMES[2:8])
def test_an_optimizer_keeps_float32(name):
    exercise = find(f"training.{name}")
    (asked,) = exercise.checks[1].questions(np.random.default_rng(7))
    assert isinstance(asked, Question)
    for path in exercise.drive(solution(exercise.name), dict(asked.arguments)):
        assert path.dtype == np.float32
