"""Wrong and alternative implementations of what trains and judges whole networks."""

from __future__ import annotations

import numpy as np

from solutions.mistakes import alternative, mistake
from solutions.training import (
    adam_step,
    diagnose_runs,
    minibatches,
    momentum_step,
    overfit_one_batch,
    train_classifier,
)

# overfit_one_batch


def _stepped(parameters, gradients, learning_rate):
    return [
        (w - learning_rate * dw, b - learning_rate * db)
        for (w, b), (dw, db) in zip(parameters, gradients, strict=True)
    ]


@mistake(
    of=overfit_one_batch,
    says="The loss after the last step is missing, and so the step that reaches the target may go "
    "unnoticed. There is one loss more than there are steps.",
)
def last_loss_missing(loss_and_grads, parameters, x, labels, learning_rate, max_steps, target):
    losses = []
    for _ in range(max_steps):
        loss, gradients = loss_and_grads(parameters, x, labels)
        losses.append(loss)
        if loss <= target:
            break
        parameters = _stepped(parameters, gradients, learning_rate)
    return np.array(losses), bool(losses) and losses[-1] <= target


@mistake(
    of=overfit_one_batch,
    says="The loss before the first step is missing.",
)
def first_loss_missing(loss_and_grads, parameters, x, labels, learning_rate, max_steps, target):
    losses, learned = overfit_one_batch(
        loss_and_grads, parameters, x, labels, learning_rate, max_steps, target
    )
    return losses[1:], learned


@mistake(
    of=overfit_one_batch,
    says="It goes on when the target is reached. Stop there: the question is answered.",
)
def never_stops_early(loss_and_grads, parameters, x, labels, learning_rate, max_steps, target):
    losses, _ = overfit_one_batch(
        loss_and_grads, parameters, x, labels, learning_rate, max_steps, -1.0
    )
    return losses, bool(losses[-1] <= target)


@mistake(
    of=overfit_one_batch,
    says="A loss that has become NaN counts as learned: not (loss > target) is True for NaN. Ask for "
    "loss <= target.",
)
def nan_counts_as_learned(loss_and_grads, parameters, x, labels, learning_rate, max_steps, target):
    losses = []
    while True:
        loss, gradients = loss_and_grads(parameters, x, labels)
        losses.append(loss)
        if not loss > target or len(losses) > max_steps:
            return np.array(losses), not loss > target
        parameters = _stepped(parameters, gradients, learning_rate)


@mistake(
    of=overfit_one_batch,
    says="learned says whether the loss fell, not whether it came down to the target. A network with a "
    "bug often learns a little.",
)
def fell_at_all(loss_and_grads, parameters, x, labels, learning_rate, max_steps, target):
    losses, _ = overfit_one_batch(
        loss_and_grads, parameters, x, labels, learning_rate, max_steps, target
    )
    return losses, bool(losses[-1] < losses[0])


@mistake(
    of=overfit_one_batch,
    says="The gradients are computed once, before the loop, and used for every step.",
)
def stale_gradients(loss_and_grads, parameters, x, labels, learning_rate, max_steps, target):
    loss, gradients = loss_and_grads(parameters, x, labels)
    losses = [loss]
    while not losses[-1] <= target and len(losses) <= max_steps:
        parameters = _stepped(parameters, gradients, learning_rate)
        losses.append(loss_and_grads(parameters, x, labels)[0])
    return np.array(losses), losses[-1] <= target


@mistake(
    of=overfit_one_batch,
    says="Only the weights are updated; the biases are parameters too.",
)
def biases_left_out(loss_and_grads, parameters, x, labels, learning_rate, max_steps, target):
    def without(parameters, x, labels):
        loss, gradients = loss_and_grads(parameters, x, labels)
        return loss, [(dw, np.zeros_like(db)) for dw, db in gradients]

    return overfit_one_batch(without, parameters, x, labels, learning_rate, max_steps, target)


@mistake(
    of=overfit_one_batch,
    says="The caller's parameters are changed: w -= … works on the array itself. Make new ones.",
)
def parameters_changed(loss_and_grads, parameters, x, labels, learning_rate, max_steps, target):
    losses = []
    while True:
        loss, gradients = loss_and_grads(parameters, x, labels)
        losses.append(loss)
        if loss <= target or len(losses) > max_steps:
            return np.array(losses), loss <= target
        for (w, b), (dw, db) in zip(parameters, gradients, strict=True):
            w -= learning_rate * dw
            b -= learning_rate * db


@mistake(of=overfit_one_batch, says="The losses come back alone. learned is wanted as well.")
def verdict_missing(loss_and_grads, parameters, x, labels, learning_rate, max_steps, target):
    return overfit_one_batch(
        loss_and_grads, parameters, x, labels, learning_rate, max_steps, target
    )[0]


@alternative(of=overfit_one_batch)
def with_a_for_loop(loss_and_grads, parameters, x, labels, learning_rate, max_steps, target):
    loss, gradients = loss_and_grads(parameters, x, labels)
    losses = [loss]
    for _ in range(max_steps):
        if losses[-1] <= target:
            break
        parameters = _stepped(parameters, gradients, learning_rate)
        loss, gradients = loss_and_grads(parameters, x, labels)
        losses.append(loss)
    return [np.array(losses), np.bool_(losses[-1] <= target)]


@alternative(of=overfit_one_batch)
def by_itself_again(loss_and_grads, parameters, x, labels, learning_rate, max_steps, target):
    parameters, losses = [(w.copy(), b.copy()) for w, b in parameters], np.empty(0)
    for step in range(max_steps + 1):
        loss, gradients = loss_and_grads(parameters, x, labels)
        losses = np.append(losses, loss)
        if loss <= target or step == max_steps:
            break
        for pair, (dw, db) in zip(parameters, gradients, strict=True):
            pair[0][...] -= learning_rate * dw
            pair[1][...] -= learning_rate * db
    return losses, bool(loss <= target)


# diagnose_runs


def _rediagnosed(runs, change):
    """The right diagnoses, except where `change(name, run)` gives another."""
    return [change(name, run) or name for name, run in zip(diagnose_runs(runs), runs, strict=True)]


@mistake(
    of=diagnose_runs,
    says="Only the training loss is looked at. Overfitting, shuffled labels and another scale of the "
    "validation set cannot be seen in it: with them, it falls as it should.",
)
def training_loss_alone(runs):
    seen_in_validation = ("overfitting", "labels shuffled", "scaled differently")
    return _rediagnosed(runs, lambda name, run: "healthy" if name in seen_in_validation else None)


@mistake(
    of=diagnose_runs,
    says="Shuffled labels are taken for overfitting. In both the validation loss rises, but a network "
    "that overfits still gets far more validation digits right than one in ten: it has learned "
    "something about digits.",
)
def shuffled_labels_as_overfitting(runs):
    return _rediagnosed(
        runs, lambda name, run: "overfitting" if name == "labels shuffled" else None
    )


@mistake(
    of=diagnose_runs,
    says="Another scale of the validation set is taken for overfitting. The two losses differ before "
    "the first step already, when nothing can have been overfitted.",
)
def scale_as_overfitting(runs):
    return _rediagnosed(
        runs, lambda name, run: "overfitting" if name == "scaled differently" else None
    )


@mistake(
    of=diagnose_runs,
    says="Dead units are taken for a learning rate that is too low. With a low rate the loss falls "
    "slowly but steadily; here it does not fall at all, however long you wait.",
)
def dead_as_too_low(runs):
    return _rediagnosed(runs, lambda name, run: "rate too low" if name == "dead units" else None)


@mistake(
    of=diagnose_runs,
    says="A learning rate that is too high is taken for dead units, since the training loss ends near "
    "log 10 in both. Look at the loss of the batches: one of them leaps far above it.",
)
def too_high_as_dead(runs):
    return _rediagnosed(runs, lambda name, run: "dead units" if name == "rate too high" else None)


@mistake(
    of=diagnose_runs,
    says="Sorted samples are overlooked. The sign is in the losses of the batches: they lie below the "
    "loss of the whole training set, since each batch is like the one that was just learned.",
)
def sorting_overlooked(runs):
    return _rediagnosed(runs, lambda name, run: "healthy" if name == "not shuffled" else None)


@mistake(
    of=diagnose_runs,
    says="Every run whose validation loss ends above its training loss is called overfitting. That is "
    "so in nearly every run: judge by how far apart they are.",
)
def any_gap_is_overfitting(runs):
    return _rediagnosed(runs, lambda name, run: "overfitting" if name == "healthy" else None)


@mistake(
    of=diagnose_runs,
    says="A learning rate that is too low is called healthy, because the loss falls. After all the "
    "epochs it is still near that of guessing.",
)
def slow_is_healthy(runs):
    return _rediagnosed(runs, lambda name, run: "healthy" if name == "rate too low" else None)


@mistake(of=diagnose_runs, says="Every run is called healthy.")
def all_healthy(runs):
    return ["healthy"] * len(runs)


@alternative(of=diagnose_runs)
def by_accuracy(runs):
    names = []
    for run in runs:
        train, validation = run["train_loss"], run["validation_loss"]
        accuracy = run["validation_accuracy"]
        last_batches = run["batch_loss"].reshape(len(train) - 1, -1)[-1]
        if validation[0] > 3 * train[0]:
            name = "scaled differently"
        elif np.isnan(run["batch_loss"]).any() or run["batch_loss"].max() > 3 * np.log(10):
            name = "rate too high"
        elif accuracy[-1] < 0.25 and train[-1] < 1.5:
            name = "labels shuffled"
        elif np.ptp(train) < 0.02:
            name = "dead units"
        elif train[-1] > 1.5:
            name = "rate too low"
        elif train[-1] < 0.1:
            name = "overfitting"
        elif last_batches.mean() < 0.93 * train[-1]:
            name = "not shuffled"
        else:
            name = "healthy"
        names.append(name)
    return names


@alternative(of=diagnose_runs)
def as_a_tuple(runs):
    return tuple(diagnose_runs(runs))


# train_classifier


def _start(x, rng, hidden):
    w1 = rng.normal(0, np.sqrt(2 / x.shape[1]), size=(x.shape[1], hidden))
    return [(w1, np.zeros(hidden)), (0.1 * rng.normal(size=(hidden, 10)), np.zeros(10))]


def _by_sgd(loss_and_grads, parameters, x, labels, rng, epochs=2, rate=0.2):
    for _ in range(epochs):
        for x_batch, labels_batch in minibatches(x, labels, 50, rng):
            _, gradients = loss_and_grads(parameters, x_batch, labels_batch)
            parameters = _stepped(parameters, gradients, rate)
    return parameters


@mistake(
    of=train_classifier,
    says="The training digits are loaded from the course's data set, and x and labels are not used. "
    "The digits that count have their pixels in another order: train on what your function is given.",
)
def loads_the_digits_itself(loss_and_grads, x, labels, rng):
    from course.data import load_mnist

    images, digits = load_mnist()
    return _by_sgd(loss_and_grads, _start(images, rng, 32), images, digits, rng)


@mistake(
    of=train_classifier,
    says="The network has seen the digits that judge it. What it scores on them says nothing about new "
    "ones. Train on x alone, and keep part of x aside if you want to choose between settings.",
)
def trained_on_held_out_digits(loss_and_grads, x, labels, rng):
    """Find the scrambled digits again in the public data set, and train on all of it."""
    from course.data import load_mnist

    images, digits = load_mnist()
    names = {np.sort(image).tobytes(): i for i, image in enumerate(images)}
    found = np.array([names[np.sort(image).tobytes()] for image in x])
    order, taken = np.empty(x.shape[1], dtype=int), {}
    for pixel, column in enumerate(images[found].T):
        taken.setdefault(column.tobytes(), []).append(pixel)
    for pixel, column in enumerate(x.T):
        order[pixel] = taken[np.ascontiguousarray(column).tobytes()].pop()
    classes = np.empty(10, dtype=int)
    classes[digits[found]] = labels
    return train_classifier(loss_and_grads, images[:, order], classes[digits], rng)


@mistake(
    of=train_classifier,
    says="All weights begin at zero. Then all hidden units compute the same and receive the same "
    "gradient, for ever; behind a ReLU it is even zero. Draw the weights at random.",
)
def all_weights_zero(loss_and_grads, x, labels, rng):
    start = [(np.zeros((784, 32)), np.zeros(32)), (np.zeros((32, 10)), np.zeros(10))]
    return _by_sgd(loss_and_grads, start, x, labels, rng, epochs=1)


@mistake(
    of=train_classifier,
    says="The parameters from before the training come back. The step functions change nothing in "
    "place: keep what they return.",
)
def returns_the_beginning(loss_and_grads, x, labels, rng):
    start = _start(x, rng, 32)
    for x_batch, labels_batch in minibatches(x, labels, 500, rng):
        _, gradients = loss_and_grads(start, x_batch, labels_batch)
        _stepped(start, gradients, 0.2)
    return start


@mistake(
    of=train_classifier,
    says="x is shuffled and labels is not, so that the network learns from wrong labels. Use the same "
    "order for both.",
)
def labels_left_behind(loss_and_grads, x, labels, rng):
    return _by_sgd(
        loss_and_grads, _start(x, rng, 32), rng.permutation(x), labels, rng, epochs=15, rate=0.3
    )


@mistake(
    of=train_classifier,
    says="Training stops too early: even on the digits that it trained on the network is not good. More "
    "epochs, or larger steps.",
)
def stops_too_early(loss_and_grads, x, labels, rng):
    return _by_sgd(loss_and_grads, _start(x, rng, 32), x, labels, rng, epochs=1, rate=0.05)


@mistake(
    of=train_classifier,
    says="Every step uses the first digits of x. Take the next batch with each step.",
)
def one_batch_for_ever(loss_and_grads, x, labels, rng):
    parameters = _start(x, rng, 32)
    for _ in range(150):
        _, gradients = loss_and_grads(parameters, x[:50], labels[:50])
        parameters = _stepped(parameters, gradients, 0.2)
    return parameters


@mistake(
    of=train_classifier,
    says="The training has run away: with a learning rate that is too high every step makes the next "
    "gradient larger, until the numbers end. Divide it by ten.",
)
def diverged(loss_and_grads, x, labels, rng):
    parameters, exploded = _start(x, rng, 32), np.float64(1e160)
    with np.errstate(all="ignore"):
        for x_batch, labels_batch in minibatches(x, labels, 1000, rng):
            _, gradients = loss_and_grads(parameters, x_batch, labels_batch)
            parameters = _stepped(parameters, gradients, exploded)
    return parameters


@alternative(of=train_classifier)
def by_momentum(loss_and_grads, x, labels, rng):
    flat = [array.astype(np.float64) for pair in _start(x, rng, 150) for array in pair]
    velocities = [np.zeros_like(w) for w in flat]
    for epoch in range(12):
        for x_batch, labels_batch in minibatches(x, labels, 40, rng):
            _, pairs = loss_and_grads([flat[:2], flat[2:]], x_batch, labels_batch)
            for i, gradient in enumerate([g for pair in pairs for g in pair]):
                rate = 0.05 * (1 - epoch / 12)
                flat[i], velocities[i] = momentum_step(flat[i], gradient, velocities[i], rate, 0.9)
    return flat[:2], flat[2:]


@alternative(of=train_classifier)
def in_single_precision(loss_and_grads, x, labels, rng):
    x = x.astype(np.float32) - np.float32(0.1)
    flat = [array.astype(np.float32) for pair in _start(x, rng, 128) for array in pair]
    states = [(np.zeros_like(w), np.zeros_like(w), 0) for w in flat]
    for epoch in range(9):
        rate = 0.003 if epoch < 5 else 0.0006
        for x_batch, labels_batch in minibatches(x, labels, 32, rng):
            _, pairs = loss_and_grads([flat[:2], flat[2:]], x_batch, labels_batch)
            for i, gradient in enumerate([g for pair in pairs for g in pair]):
                flat[i], states[i] = adam_step(flat[i], gradient, states[i], rate, 0.9, 0.999, 1e-8)
    w1, b1, w2, b2 = flat
    return [(w1, b1 - np.float32(0.1) * w1.sum(axis=0)), (w2, b2)]
