"""Wrong and alternative implementations of gradient descent, mini-batches and the schedule.

Those of the other exercises of `training` stand in training_*.py.
"""

from __future__ import annotations

import numpy as np

from solutions.mistakes import (  # noqa: F401
    alternative,
    mistake,
    training_adaptive,
    training_networks,
    training_optimizers,
    training_scores,
)
from solutions.training import cosine_schedule, gradient_descent, minibatches

# gradient_descent


@mistake(of=gradient_descent, says="The walk goes uphill: the gradient is added. Go against it.")
def uphill(gradient, start, learning_rate, steps):
    return gradient_descent(gradient, start, -learning_rate, steps)


@mistake(
    of=gradient_descent,
    says="The gradient is asked for once, at the start, and used for every step. It is another one at "
    "every point.",
)
def gradient_of_the_start(gradient, start, learning_rate, steps):
    slope = gradient(start)
    return np.array([start - k * learning_rate * slope for k in range(steps + 1)], start.dtype)


@mistake(of=gradient_descent, says="The path lacks the start: it begins after the first step.")
def start_missing(gradient, start, learning_rate, steps):
    return gradient_descent(gradient, start, learning_rate, steps)[1:]


@mistake(of=gradient_descent, says="Only the last point comes back. Return the whole path.")
def last_point_only(gradient, start, learning_rate, steps):
    return gradient_descent(gradient, start, learning_rate, steps)[-1]


@mistake(
    of=gradient_descent,
    says="All entries of the list are the same array, which w -= … changes again and again. Write "
    "w = w - …, which makes a new one.",
)
def one_array_many_times(gradient, start, learning_rate, steps):
    w = start.copy()
    path = [w]
    for _ in range(steps):
        w -= learning_rate * gradient(w)
        path.append(w)
    return np.array(path)


@mistake(
    of=gradient_descent,
    says="w -= … changes the start that you were given. Write w = w - …, which makes a new array.",
)
def start_changed(gradient, start, learning_rate, steps):
    path, w = [start.copy()], start
    for _ in range(steps):
        w -= learning_rate * gradient(w)
        path.append(w.copy())
    return np.array(path)


@mistake(of=gradient_descent, says="There is one step too few. The path has steps + 1 points.")
def one_step_too_few(gradient, start, learning_rate, steps):
    return gradient_descent(gradient, start, learning_rate, max(steps - 1, 0))


@mistake(
    of=gradient_descent,
    says="Every step is scaled to the same length. A step is the learning rate times the gradient, so "
    "that it becomes small where the ground becomes level.",
)
def steps_of_one_length(gradient, start, learning_rate, steps):
    def direction(w):
        slope = gradient(w)
        return slope / np.linalg.norm(slope)

    return gradient_descent(direction, start, learning_rate, steps)


@mistake(
    of=gradient_descent,
    says="The walk stops as soon as the gradient grows. Take all the steps: where the learning rate is "
    "too high, the path should show it.",
)
def stops_when_it_climbs(gradient, start, learning_rate, steps):
    path = [start]
    for _ in range(steps):
        ahead = path[-1] - learning_rate * gradient(path[-1])
        if np.linalg.norm(gradient(ahead)) > np.linalg.norm(gradient(path[-1])):
            break
        path.append(ahead)
    return np.array(path)


@alternative(of=gradient_descent)
def into_an_empty_array(gradient, start, learning_rate, steps):
    path = np.empty((steps + 1, *start.shape), start.dtype, order="F")
    path[0] = start
    for k in range(steps):
        path[k + 1] = path[k] - gradient(path[k]) * learning_rate
    return path


@alternative(of=gradient_descent)
def by_itself_again(gradient, start, learning_rate, steps):
    if steps == 0:
        return start[None]
    ahead = start - learning_rate * gradient(start)
    return np.concatenate([start[None], by_itself_again(gradient, ahead, learning_rate, steps - 1)])


def _cut(x, labels, order, batch_size):
    return [
        (x[order[i : i + batch_size]], labels[order[i : i + batch_size]])
        for i in range(0, len(order), batch_size)
    ]


# minibatches


@mistake(
    of=minibatches,
    says="The last, shorter batch is dropped, and with it some samples of every epoch.",
)
def last_batch_dropped(x, labels, batch_size, rng):
    order = rng.permutation(len(x))
    return _cut(x, labels, order[: len(x) // batch_size * batch_size], batch_size)


@mistake(
    of=minibatches,
    says="The last batch is filled up with samples that were there before: they count twice in this "
    "epoch. A shorter batch is fine.",
)
def last_batch_padded(x, labels, batch_size, rng):
    order = rng.permutation(len(x))
    return _cut(x, labels, np.resize(order, -(-len(x) // batch_size) * batch_size), batch_size)


@mistake(
    of=minibatches,
    says="Samples are drawn with replacement: some come twice in an epoch, about a third not at all. "
    "Draw an order of all samples instead.",
)
def drawn_with_replacement(x, labels, batch_size, rng):
    return _cut(x, labels, rng.integers(len(x), size=len(x)), batch_size)


@mistake(
    of=minibatches,
    says="x is shuffled, and labels stay in their old order. Use the same order for both.",
)
def labels_left_behind(x, labels, batch_size, rng):
    firsts = range(0, len(x), batch_size)
    x = rng.permutation(x)
    return [(x[i : i + batch_size], labels[i : i + batch_size]) for i in firsts]


@mistake(
    of=minibatches,
    says="x and labels are shuffled one after the other, each in an order of its own. Draw one order "
    "and use it for both.",
)
def shuffled_apart(x, labels, batch_size, rng):
    firsts = range(0, len(x), batch_size)
    x, labels = rng.permutation(x), rng.permutation(labels)
    return [(x[i : i + batch_size], labels[i : i + batch_size]) for i in firsts]


@mistake(
    of=minibatches,
    says="Nothing is shuffled. Data that are sorted, as they often are, then come class by class.",
)
def not_shuffled(x, labels, batch_size, rng):
    return _cut(x, labels, np.arange(len(x)), batch_size)


@mistake(
    of=minibatches,
    says="The batches come in random order, but each always holds the same samples. Shuffle the "
    "samples, and cut afterwards.",
)
def only_batches_shuffled(x, labels, batch_size, rng):
    batches = _cut(x, labels, np.arange(len(x)), batch_size)
    whole = [batches[i] for i in rng.permutation(len(x) // batch_size)]
    return whole + batches[len(x) // batch_size :]


@mistake(
    of=minibatches,
    says="The function makes a generator of its own with a fixed seed and ignores rng, so that every "
    "epoch of every run has the same order.",
)
def seed_of_its_own(x, labels, batch_size, rng):
    return minibatches(x, labels, batch_size, np.random.default_rng(0))


@mistake(
    of=minibatches,
    says="The order is drawn from np.random and not from rng. Then nobody can repeat the run.",
)
def another_source_of_randomness(x, labels, batch_size, rng):
    return _cut(x, labels, np.random.permutation(len(x)), batch_size)


@mistake(
    of=minibatches,
    says="rng is copied, so that the caller's generator does not move on: every epoch has the same "
    "order.",
)
def same_order_every_epoch(x, labels, batch_size, rng):
    import copy

    return minibatches(x, labels, batch_size, copy.deepcopy(rng))


@mistake(
    of=minibatches,
    says="rng.shuffle changes the caller's arrays, and x and labels in different ways. Draw an order "
    "with rng.permutation and index with it.",
)
def caller_s_arrays_shuffled(x, labels, batch_size, rng):
    rng.shuffle(x)
    rng.shuffle(labels)
    return _cut(x, labels, np.arange(len(x)), batch_size)


@mistake(of=minibatches, says="Only the samples come back. Each batch needs its labels.")
def labels_missing(x, labels, batch_size, rng):
    return [batch for batch, _ in minibatches(x, labels, batch_size, rng)]


@alternative(of=minibatches)
def as_a_generator(x, labels, batch_size, rng):
    order = np.arange(len(x))
    rng.shuffle(order)
    for i in range(0, len(x), batch_size):
        rows = order[i : i + batch_size]
        yield x[rows], labels[rows]


@alternative(of=minibatches)
def by_random_keys(x, labels, batch_size, rng):
    order = np.argsort(rng.random(len(x)))
    cuts = range(batch_size, len(x), batch_size)
    return [[x[rows], labels[rows]] for rows in np.split(order, cuts)]


# cosine_schedule


@mistake(
    of=cosine_schedule,
    says="The fall counts the steps from 0, warm-up included, so that it does not begin at peak. Count "
    "only what comes behind the warm-up.",
)
def warmup_counts_in_the_fall(step, total_steps, warmup_steps, peak, floor):
    if step < warmup_steps:
        return peak * (step + 1) / warmup_steps
    progress = min(step / total_steps, 1)
    return floor + (peak - floor) * (1 + np.cos(np.pi * progress)) / 2


@mistake(
    of=cosine_schedule,
    says="The warm-up begins with a rate of 0: its first step is wasted. Step 0 already has a part of "
    "the peak.",
)
def warmup_from_zero(step, total_steps, warmup_steps, peak, floor):
    if step < warmup_steps:
        return peak * step / warmup_steps
    return cosine_schedule(step, total_steps, warmup_steps, peak, floor)


@mistake(
    of=cosine_schedule,
    says="Beyond the end the cosine goes on, and the rate rises again. It should stay at floor.",
)
def rises_again(step, total_steps, warmup_steps, peak, floor):
    if step < warmup_steps:
        return peak * (step + 1) / warmup_steps
    progress = (step - warmup_steps) / (total_steps - warmup_steps)
    return floor + (peak - floor) * (1 + np.cos(np.pi * progress)) / 2


@mistake(
    of=cosine_schedule,
    says="floor is added to the whole curve, so that it begins at peak + floor. The cosine spans from "
    "peak to floor: its height is peak - floor.",
)
def floor_added(step, total_steps, warmup_steps, peak, floor):
    if step < warmup_steps:
        return peak * (step + 1) / warmup_steps
    return floor + cosine_schedule(step, total_steps, warmup_steps, peak, 0.0)


@mistake(of=cosine_schedule, says="floor is not used: the rate falls to 0.")
def floor_ignored(step, total_steps, warmup_steps, peak, floor):
    return cosine_schedule(step, total_steps, warmup_steps, peak, 0.0)


@mistake(
    of=cosine_schedule,
    says="The fall is a straight line. A cosine is level at both of its ends.",
)
def straight_fall(step, total_steps, warmup_steps, peak, floor):
    if step < warmup_steps:
        return peak * (step + 1) / warmup_steps
    progress = min((step - warmup_steps) / (total_steps - warmup_steps), 1)
    return peak + (floor - peak) * progress


@mistake(
    of=cosine_schedule,
    says="A quarter of a cosine is used: it is level at the beginning and steep at the end.",
)
def quarter_of_a_cosine(step, total_steps, warmup_steps, peak, floor):
    if step < warmup_steps:
        return peak * (step + 1) / warmup_steps
    progress = min((step - warmup_steps) / (total_steps - warmup_steps), 1)
    return floor + (peak - floor) * np.cos(np.pi / 2 * progress)


@mistake(
    of=cosine_schedule,
    says="A whole cosine is used: the rate falls to floor in the middle and rises to peak again.",
)
def whole_cosine(step, total_steps, warmup_steps, peak, floor):
    if step < warmup_steps:
        return peak * (step + 1) / warmup_steps
    progress = min((step - warmup_steps) / (total_steps - warmup_steps), 1)
    return floor + (peak - floor) * (1 + np.cos(2 * np.pi * progress)) / 2


@mistake(
    of=cosine_schedule,
    says="The warm-up rises from floor. It rises from nothing, all increases being equal.",
)
def warmup_from_floor(step, total_steps, warmup_steps, peak, floor):
    if step < warmup_steps:
        return floor + (peak - floor) * (step + 1) / warmup_steps
    return cosine_schedule(step, total_steps, warmup_steps, peak, floor)


@mistake(
    of=cosine_schedule,
    says="The floor is reached one step too early, at total_steps - 1.",
)
def one_step_short(step, total_steps, warmup_steps, peak, floor):
    if step < warmup_steps:
        return peak * (step + 1) / warmup_steps
    span = max(total_steps - 1 - warmup_steps, 1)
    progress = min((step - warmup_steps) / span, 1)
    return floor + (peak - floor) * (1 + np.cos(np.pi * progress)) / 2


@mistake(of=cosine_schedule, says="np.cos takes radians: half a turn is np.pi, not 180.")
def degrees(step, total_steps, warmup_steps, peak, floor):
    if step < warmup_steps:
        return peak * (step + 1) / warmup_steps
    progress = min((step - warmup_steps) / (total_steps - warmup_steps), 1)
    return floor + (peak - floor) * (1 + np.cos(180 * progress)) / 2


@mistake(of=cosine_schedule, says="There is no warm-up: the first steps have the rate of the fall.")
def warmup_missing(step, total_steps, warmup_steps, peak, floor):
    progress = min(max(step - warmup_steps, 0) / (total_steps - warmup_steps), 1)
    return floor + (peak - floor) * (1 + np.cos(np.pi * progress)) / 2


@alternative(of=cosine_schedule)
def by_the_square_of_a_cosine(step, total_steps, warmup_steps, peak, floor):
    import math

    if step < warmup_steps:
        return peak / warmup_steps * (step + 1)
    if step >= total_steps:
        return floor
    progress = (step - warmup_steps) / (total_steps - warmup_steps)
    share = math.cos(math.pi * progress / 2) ** 2
    return share * peak + (1 - share) * floor


@alternative(of=cosine_schedule)
def as_a_numpy_number(step, total_steps, warmup_steps, peak, floor):
    progress = np.clip((step - warmup_steps) / (total_steps - warmup_steps), 0, 1)
    fall = floor + 0.5 * (peak - floor) * (1 + np.cos(np.pi * progress))
    return np.float64(peak * (step + 1) / warmup_steps) if step < warmup_steps else fall
