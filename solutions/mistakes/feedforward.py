"""Wrong and alternative implementations of the exercises of `feedforward`."""

from __future__ import annotations

import numpy as np

from solutions.feedforward import (
    encode_categories,
    log_target,
    mlp_regression_loss_and_grads,
    r_squared,
)
from solutions.mistakes import (
    alternative,
    feedforward_training,  # noqa: F401  registers those of train_house_prices
    mistake,
)


def one_hot_of(names, values):
    return np.array([[float(value == name) for name in names] for value in values]).reshape(
        len(values), len(names)
    )


# encode_categories


@mistake(
    of=encode_categories,
    says="The columns come from the words to encode, not from the training samples. A network that was "
    "trained with other columns cannot read this table: only `training` decides which there are.",
)
def columns_of_the_values(training, values):
    names = sorted(set(values))
    return names, one_hot_of(names, values)


@mistake(
    of=encode_categories,
    says="The columns come from both lists. An unseen word gets a column of its own, which no training "
    "sample ever fills and which changes the width of the table: only `training` decides.",
)
def columns_of_both(training, values):
    names = sorted(set(training) | set(values))
    return names, one_hot_of(names, values)


@mistake(
    of=encode_categories,
    says="Each category became a number, its place in the list. A network takes places for sizes: the "
    "third neighborhood is not three times the first. Give each category a column.",
)
def places(training, values):
    names = sorted(set(training))
    return names, np.array([float(names.index(v)) if v in names else -1.0 for v in values])


@mistake(
    of=encode_categories,
    says="An unseen word is counted as the first category. A lookup with a default of 0 does that, and "
    "argmax of a row without a hit. Its row should hold zeros only.",
)
def unseen_is_the_first(training, values):
    names = sorted(set(training))
    where = {name: i for i, name in enumerate(names)}
    return names, np.eye(len(names))[[where.get(value, 0) for value in values]]


@mistake(
    of=encode_categories,
    says="An unseen word is counted as the last category: its place was set to -1, and index -1 counts "
    "from the end. Its row should hold zeros only.",
)
def unseen_is_the_last(training, values):
    names = sorted(set(training))
    where = {name: i for i, name in enumerate(names)}
    return names, np.eye(len(names))[[where.get(value, -1) for value in values]]


@mistake(
    of=encode_categories,
    says="An unseen word takes the place where it would be sorted in, and so the column of a stranger. "
    "np.searchsorted does not say whether the word is there. Its row should hold zeros only.",
)
def unseen_is_a_neighbor(training, values):
    names = sorted(set(training))
    places = np.searchsorted(np.array(names), np.array(values)).clip(max=len(names) - 1)
    return names, np.eye(len(names))[places]


@mistake(
    of=encode_categories,
    says="An unseen word stops the program. A house in a street that the training data do not have "
    "must get a price, too: its row holds zeros only.",
    look="The case that stops holds a word of values that training does not have.",
)
def unseen_raises(training, values):
    names = sorted(set(training))
    return names, np.eye(len(names))[[names.index(value) for value in values]]


@mistake(
    of=encode_categories,
    says="An unseen word is dropped, and its row with it: the rows no longer belong to the houses they "
    "came from. Keep one row for each value.",
)
def unseen_is_dropped(training, values):
    names = sorted(set(training))
    return names, one_hot_of(names, [value for value in values if value in names])


@mistake(
    of=encode_categories,
    says="The columns stand in the order in which the words first occur. Shuffle the training samples, "
    "and the columns change places; the contract asks for sorted names.",
)
def in_order_of_occurrence(training, values):
    names = list(dict.fromkeys(training))
    return names, one_hot_of(names, values)


@mistake(
    of=encode_categories,
    says="There is a column for each training sample, not for each category: the words that repeat "
    "were not reduced to one.",
)
def names_repeat(training, values):
    names = sorted(training)
    return names, one_hot_of(names, values)


@mistake(
    of=encode_categories,
    says="The training samples are encoded, not the values: the second argument is not used.",
)
def training_encoded(training, values):
    names = sorted(set(training))
    return names, one_hot_of(names, training)


@mistake(
    of=encode_categories,
    says="The first category has no column. Statistics drops one, so that the columns do not add up to "
    "the bias; here an unseen word would then look like the dropped one.",
)
def first_column_dropped(training, values):
    names = sorted(set(training))[1:]
    return names, one_hot_of(names, values)


@mistake(
    of=encode_categories,
    says="The table holds True and False. A network multiplies it with weights: return float64.",
)
def booleans(training, values):
    names, encoded = encode_categories(training, values)
    return names, encoded.astype(bool)


@mistake(
    of=encode_categories,
    says="The table holds integers. Standardizing or stacking it later may cut off what follows the "
    "point: return float64.",
)
def integers(training, values):
    names, encoded = encode_categories(training, values)
    return names, encoded.astype(np.int64)


@mistake(
    of=encode_categories,
    says="Samples stand in columns. Rows are samples, as everywhere in this course: transpose the table.",
)
def samples_in_columns(training, values):
    names, encoded = encode_categories(training, values)
    return names, encoded.T


@mistake(
    of=encode_categories,
    says="Each word is compared in lower case, so that two categories that differ in a capital alike "
    "share their column's ones. Compare the words as they are.",
)
def capitals_ignored(training, values):
    names = sorted(set(training))
    lower = [name.lower() for name in names]
    return names, one_hot_of(lower, [value.lower() for value in values])


@mistake(
    of=encode_categories,
    says="`name in value` asks whether one text occurs inside the other. Compare whole words, with ==.",
)
def part_of_the_word(training, values):
    names = sorted(set(training))
    return names, np.array([[float(n in v) for n in names] for v in values])


@alternative(of=encode_categories)
def by_comparing_arrays(training, values):
    names = np.unique(np.array(training))
    return list(names), (np.array(values)[:, None] == names).astype(np.float64)


@alternative(of=encode_categories)
def by_setting_ones(training, values):
    names = list(dict.fromkeys(training))
    names.sort()
    encoded = np.zeros((len(values), len(names)), order="F")
    for row, value in enumerate(values):
        if value in names:
            encoded[row, names.index(value)] = 1
    return [names, encoded]


@alternative(of=encode_categories)
def with_a_column_for_the_unseen_cut_off(training, values):
    names = tuple(sorted({*training}))
    where = dict(zip(names, range(len(names)), strict=True))
    wide = np.eye(len(names) + 1)[[where.get(value, len(names)) for value in values]]
    return names, wide[:, :-1]


# log_target


def _checked(prices):
    if not np.all(prices > 0):
        raise ValueError("prices must be above 0")
    return prices


def _spread(logs):
    return logs.std() if logs.std() > 1e-7 * np.abs(logs).max() else 1


@mistake(
    of=log_target,
    says="The prices are standardized without a logarithm. Errors then count in dollars, and those of "
    "the dearest houses drown all others.",
)
def no_logarithm(prices):
    prices = _checked(prices)
    mean, std = prices.mean(), prices.std() or 1
    return (prices - mean) / std, lambda target: target * std + mean


@mistake(
    of=log_target,
    says="The logarithms are returned as they are, around 12 for dollars. A network starts with outputs "
    "near 0 and spends its first epochs on the way there: standardize the logarithms.",
)
def not_standardized(prices):
    return np.log(_checked(prices)), np.exp


@mistake(
    of=log_target,
    says="The mean is subtracted, but the division by the standard deviation is missing, on the way "
    "there and back.",
)
def only_centered(prices):
    logs = np.log(_checked(prices))
    mean = logs.mean()
    return logs - mean, lambda target: np.exp(target + mean)


@mistake(
    of=log_target,
    says="The standard deviation is that of a sample, with n - 1 (ddof=1). The contract asks for that of "
    "all n, so that the target's own is 1.",
)
def sample_deviation(prices):
    logs = np.log(_checked(prices))
    mean, std = logs.mean(), logs.std(ddof=1) or 1
    return (logs - mean) / std, lambda target: np.exp(target * std + mean)


@mistake(
    of=log_target,
    says="The variance stands where the standard deviation belongs: the root is missing.",
)
def variance(prices):
    logs = np.log(_checked(prices))
    mean, var = logs.mean(), logs.var() if logs.var() > 1e-14 else 1
    return (logs - mean) / var, lambda target: np.exp(target * var + mean)


@mistake(
    of=log_target,
    says="log1p is the logarithm of 1 + price. It is made for counts that may be 0; for prices it bends "
    "the scale, and visibly so when they are small. The contract asks for the logarithm of the price.",
)
def log1p(prices):
    logs = np.log1p(_checked(prices))
    mean, std = logs.mean(), _spread(logs)
    return (logs - mean) / std, lambda target: np.expm1(target * std + mean)


@mistake(
    of=log_target,
    says="The way there takes the decimal logarithm, the way back the natural exponential. The one that "
    "undoes log10 is 10 ** x.",
)
def two_bases(prices):
    logs = np.log10(_checked(prices))
    mean, std = logs.mean(), _spread(logs)
    return (logs - mean) / std, lambda target: np.exp(target * std + mean)


@mistake(
    of=log_target,
    says="back forgets the exponential: it returns logarithms of prices, about 12, not prices.",
)
def back_without_exponential(prices):
    target, _ = log_target(prices)
    logs = np.log(prices)
    mean, std = logs.mean(), _spread(logs)
    return target, lambda target: target * std + mean


@mistake(
    of=log_target,
    says="back takes the exponential of the standardized target. Before it, the standardizing has to be "
    "undone: times the standard deviation, plus the mean.",
)
def back_without_scaling(prices):
    return log_target(prices)[0], np.exp


@mistake(
    of=log_target,
    says="back undoes the two steps in the wrong order. What was done last, the division, is undone "
    "first: multiply, then add the mean.",
)
def back_in_the_wrong_order(prices):
    target, _ = log_target(prices)
    logs = np.log(prices)
    mean, std = logs.mean(), _spread(logs)
    return target, lambda target: np.exp((target + mean) * std)


@mistake(
    of=log_target,
    says="back undoes the scaling after the exponential, with the mean and the deviation of the prices "
    "themselves. It was the logarithms that were standardized.",
)
def back_with_the_prices_own(prices):
    target, _ = log_target(prices)
    mean, std = prices.mean(), prices.std()
    return target, lambda target: np.exp(target) * std + mean


@mistake(
    of=log_target,
    says="back computes mean and standard deviation from what it is given. These predictions belong to "
    "other houses; the statistics of the training prices have to be remembered.",
)
def back_measures_anew(prices):
    target, _ = log_target(prices)
    logs = np.log(prices)

    def back(target):
        return np.exp(target * logs.std() + target.mean())

    return target, back


@mistake(
    of=log_target,
    says="back returns the training prices, whatever it is given.",
)
def back_ignores_its_argument(prices):
    target, _ = log_target(prices)
    return target, lambda predicted: np.array(prices)


@mistake(
    of=log_target,
    says="A price of 0, a negative one or NaN passes, and the target holds infinity or NaN, which "
    "surfaces much later as a loss of NaN. Refuse it here, with ValueError.",
    look="Call your function with a price of 0, a negative one and NaN, and look at what comes back.",
)
def anything_accepted(prices):
    logs = np.log(prices)
    mean, std = logs.mean(), _spread(logs)
    return (logs - mean) / std, lambda target: np.exp(target * std + mean)


@mistake(
    of=log_target,
    says="NaN slips through: every comparison with NaN is False, also NaN <= 0. Ask whether all prices "
    "are above 0, and refuse where they are not.",
    look="Call your function with a price that is NaN.",
)
def nan_accepted(prices):
    if np.any(prices <= 0):
        raise ValueError("prices must be above 0")
    return anything_accepted(prices)


@mistake(
    of=log_target,
    says="A price of 0 passes: the logarithm of 0 is minus infinity. Only prices above 0 have one.",
    look="Call your function with a price of 0.",
)
def zero_accepted(prices):
    if not np.all(prices >= 0):
        raise ValueError("prices must not be negative")
    return anything_accepted(prices)


@mistake(
    of=log_target,
    says="Where all prices are equal, their logarithms have a standard deviation of 0, and 0 / 0 is NaN. "
    "Divide by 1 there: the target is 0 everywhere.",
    look="Only equal prices are wrong: print the standard deviation of their logarithms.",
)
def equal_prices_divide_by_zero(prices):
    logs = np.log(_checked(prices))
    mean, std = logs.mean(), logs.std()
    return (logs - mean) / std, lambda target: np.exp(target * std + mean)


@mistake(
    of=log_target,
    says="float32 comes in and float64 goes out: something converts on the way. A network in float32 "
    "would go on in float64, with twice the memory and time.",
    look="Print the dtype after every step, for float32 prices.",
)
def target_widened(prices):
    target, back = log_target(prices)
    return target.astype(np.float64), back


@alternative(of=log_target)
def binary_logarithm(prices):
    logs = np.log2(_checked(prices))  # standardizing cancels the base
    mean, std = logs.mean(), _spread(logs)
    return (logs - mean) / std, lambda target: 2 ** (mean + std * target)


@alternative(of=log_target)
def geometric(prices):
    prices = _checked(prices)
    middle = np.exp(np.mean(np.log(prices)))  # the geometric mean
    relative = np.log(prices / middle)
    std = np.sqrt(np.mean(relative**2))
    std = std if std > 1e-7 else None

    def back(target):
        return middle * np.exp((std or 1) * target)

    return [relative / std if std else np.zeros(len(prices), prices.dtype), back]


@alternative(of=log_target)
def with_a_loop_for_the_check(prices):
    for price in prices:
        if not price > 0:
            raise ValueError(price)
    logs = np.log(prices)
    center, spread = np.mean(logs), np.std(logs)
    if np.ptp(logs) == 0:
        center, spread = logs[0], 1
    return (logs - center) / spread, lambda t: np.exp(np.multiply(t, spread) + center)


# r_squared


def _same(prediction, target):
    if prediction.shape != target.shape:
        raise ValueError("shapes differ")
    if np.ptp(target) == 0:
        raise ValueError("all targets are equal")


@mistake(
    of=r_squared,
    says="The sum of squares below the line is the spread of the predictions about their own mean. What is to be explained is the spread of the targets.",
)
def spread_of_the_predictions(prediction, target):
    _same(prediction, target)
    with np.errstate(all="ignore"):
        spread = ((prediction - prediction.mean()) ** 2).sum()
        return float(1 - ((target - prediction) ** 2).sum() / spread)


@mistake(
    of=r_squared,
    says="This is the square of the correlation. It is 1 for every line through the targets, however "
    "shifted or stretched, and never negative: it forgives what a buyer would not.",
)
def squared_correlation(prediction, target):
    _same(prediction, target)
    with np.errstate(all="ignore"):
        return float(np.corrcoef(prediction, target)[0, 1] ** 2)


@mistake(
    of=r_squared,
    says="The spread is taken about 0, not about the mean of the targets. Far from 0 that makes every "
    "model look perfect.",
)
def spread_about_zero(prediction, target):
    _same(prediction, target)
    return float(1 - ((target - prediction) ** 2).sum() / (target**2).sum())


@mistake(
    of=r_squared,
    says="This is the unexplained part: 1 for predictions as good as the mean, 0 for perfect ones. The "
    "score is one minus it.",
)
def unexplained(prediction, target):
    return 1 - r_squared(prediction, target)


@mistake(
    of=r_squared,
    says="The explained part is measured as the spread of the predictions about the mean. The two "
    "definitions agree only for a least-squares fit on its own training data.",
)
def spread_explained(prediction, target):
    _same(prediction, target)
    mean = target.mean()
    return float(((prediction - mean) ** 2).sum() / ((target - mean) ** 2).sum())


@mistake(
    of=r_squared,
    says="The sum of the squared errors is divided by a variance, which is a mean: the fraction is n "
    "times too large. Take two sums, or two means.",
)
def sum_over_a_mean(prediction, target):
    _same(prediction, target)
    return float(1 - ((target - prediction) ** 2).sum() / target.var())


@mistake(
    of=r_squared,
    says="The variance in the denominator is that of a sample, with n - 1, the mean above it divides by "
    "n. The two do not cancel.",
)
def sample_variance(prediction, target):
    _same(prediction, target)
    return float(1 - ((target - prediction) ** 2).mean() / target.var(ddof=1))


@mistake(
    of=r_squared,
    says="Below 0 the score is cut off. A model that is worse than the mean should show it.",
)
def never_negative(prediction, target):
    return max(r_squared(prediction, target), 0.0)


@mistake(
    of=r_squared,
    says="The errors are not squared but taken as absolute values, above and below.",
)
def absolute_errors(prediction, target):
    _same(prediction, target)
    return float(1 - np.abs(target - prediction).sum() / np.abs(target - target.mean()).sum())


@mistake(of=r_squared, says="This is in percent: the score of perfect predictions is 1, not 100.")
def in_percent(prediction, target):
    return 100 * r_squared(prediction, target)


@mistake(
    of=r_squared,
    says="The errors have a root over them, as RMSE has; the fraction is one of squares.",
)
def rooted(prediction, target):
    return 1 - (1 - r_squared(prediction, target)) ** 0.5


@mistake(
    of=r_squared,
    says="The variance is computed as the mean of the squares minus the square of the mean. Far from 0 "
    "these are two nearly equal large numbers, and their difference loses every digit.",
    look="Only targets far from 0 are wrong: print target.var() and what your code has in its place.",
)
def cancellation(prediction, target):
    _same(prediction, target)
    with np.errstate(all="ignore"):
        variance = (target**2).mean() - target.mean() ** 2
        return float(1 - ((target - prediction) ** 2).mean() / variance)


@mistake(
    of=r_squared,
    says="Nothing is refused. A column of predictions minus a row of targets is a table of n × n, and its "
    "sum makes a score that means nothing; equal targets divide by 0. Raise ValueError for both.",
    look="Print (target - prediction).shape for a column and a row.",
)
def nothing_refused(prediction, target):
    with np.errstate(all="ignore"):
        residual = ((target - prediction) ** 2).sum()
        return float(1 - residual / ((target - target.mean()) ** 2).sum())


@mistake(
    of=r_squared,
    says="Targets that are all equal pass. There is no spread to explain, and the division by 0 gives "
    "minus infinity or NaN: raise ValueError.",
    look="The shapes are compared. What is left is the case of equal targets.",
)
def equal_targets_accepted(prediction, target):
    if prediction.shape != target.shape:
        raise ValueError("shapes differ")
    return nothing_refused(prediction, target)


@mistake(
    of=r_squared,
    says="The shapes are not compared. A column of predictions minus a row of targets is a table of "
    "n × n, and its sum makes a score that means nothing.",
    look="Print (target - prediction).shape for a column and a row.",
)
def shapes_not_compared(prediction, target):
    if np.ptp(target) == 0:
        raise ValueError("all targets are equal")
    return nothing_refused(prediction, target)


@alternative(of=r_squared)
def from_two_means(prediction, target):
    if np.shape(prediction) != np.shape(target) or np.std(target) == 0:
        raise ValueError("nothing to score")
    return 1.0 - np.mean(np.square(prediction - target)) / np.var(target)


@alternative(of=r_squared)
def with_norms(prediction, target):
    assert_same = prediction.shape == target.shape
    if not assert_same or np.max(target) == np.min(target):
        raise ValueError("nothing to score")
    error = np.linalg.norm(prediction - target) / np.linalg.norm(target - np.mean(target))
    return 1 - error**2


@alternative(of=r_squared)
def with_a_loop(prediction, target):
    if prediction.shape != target.shape or len(set(target.ravel().tolist())) == 1:
        raise ValueError("nothing to score")
    mean = sum(target) / len(target)
    above = sum((t - p) ** 2 for t, p in zip(target, prediction, strict=True))
    return (sum((t - mean) ** 2 for t in target) - above) / sum((t - mean) ** 2 for t in target)


# mlp_regression_loss_and_grads


def _regression(parameters, x, target, *, start=None, mask=True, relu_last=False, loss=None):
    """The right computation, with some of its steps replaced."""
    inputs, z = [], x
    for layer, (w, b) in enumerate(parameters):
        inputs.append(np.maximum(z, 0) if layer else x)
        z = inputs[-1] @ w + b
    output = np.maximum(z, 0) if relu_last else z
    error = output[:, 0] - target
    upstream = (2 / len(x) * error)[:, None] if start is None else start(output, target)
    if relu_last:
        upstream = upstream * (z > 0)
    gradients = []
    for a, (w, _) in zip(reversed(inputs), reversed(parameters), strict=True):
        gradients.append((a.T @ upstream, upstream.sum(axis=0)))
        upstream = upstream @ w.T
        if mask:
            upstream = upstream * (a > 0)
    value = float((error**2).mean()) if loss is None else loss(output, target)
    return value, gradients[::-1]


@mistake(
    of=mlp_regression_loss_and_grads,
    says="The network's output is a column (n, 1), the target a row (n,): their difference is a table "
    "of every prediction against every target, n × n. Take column 0 of the output first. A network "
    "trained with this loss learns the mean of the targets and nothing else.",
    look="Print (output - target).shape, for one sample and for several.",
)
def column_against_row(parameters, x, target):
    return _regression(
        parameters,
        x,
        target,
        start=lambda output, target: (
            2 * (output - target).sum(axis=1, keepdims=True) / (len(x) * len(x))
        ),
        loss=lambda output, target: float(((output - target) ** 2).mean()),
    )


@mistake(
    of=mlp_regression_loss_and_grads,
    says="The derivative of the square is twice the error: the 2 is missing on the way back.",
)
def two_forgotten(parameters, x, target):
    loss, gradients = mlp_regression_loss_and_grads(parameters, x, target)
    return loss, [(dw / 2, db / 2) for dw, db in gradients]


@mistake(
    of=mlp_regression_loss_and_grads,
    says="Loss and gradients are those of half the mean squared error. Some texts define it so, to be "
    "rid of the 2; here the loss has no half.",
)
def halved(parameters, x, target):
    loss, gradients = mlp_regression_loss_and_grads(parameters, x, target)
    return loss / 2, [(dw / 2, db / 2) for dw, db in gradients]


@mistake(
    of=mlp_regression_loss_and_grads,
    says="The loss is a mean over the samples, but the gradients are those of the sum: divide the "
    "gradient at the output by n.",
)
def mean_forgotten_in_the_gradient(parameters, x, target):
    loss, gradients = mlp_regression_loss_and_grads(parameters, x, target)
    return loss, [(len(x) * dw, len(x) * db) for dw, db in gradients]


@mistake(
    of=mlp_regression_loss_and_grads,
    says="The squared errors are summed, and the gradients with them. The loss should be their mean.",
)
def summed(parameters, x, target):
    loss, gradients = mlp_regression_loss_and_grads(parameters, x, target)
    return len(x) * loss, [(len(x) * dw, len(x) * db) for dw, db in gradients]


@mistake(
    of=mlp_regression_loss_and_grads,
    says="The division by n happens twice: in the gradient at the output, and again in those of the "
    "parameters.",
)
def divided_twice(parameters, x, target):
    loss, gradients = mlp_regression_loss_and_grads(parameters, x, target)
    return loss, [(dw / len(x), db / len(x)) for dw, db in gradients]


@mistake(
    of=mlp_regression_loss_and_grads,
    says="Every gradient has the wrong sign: at the output stands target minus prediction. The loss grows "
    "with the prediction where that is too large already.",
)
def wrong_sign(parameters, x, target):
    loss, gradients = mlp_regression_loss_and_grads(parameters, x, target)
    return loss, [(-dw, -db) for dw, db in gradients]


@mistake(
    of=mlp_regression_loss_and_grads,
    says="There is a ReLU after the last layer. It keeps the network from ever predicting a number "
    "below 0, and half of all standardized targets lie there.",
)
def relu_after_the_last(parameters, x, target):
    return _regression(parameters, x, target, relu_last=True)


@mistake(
    of=mlp_regression_loss_and_grads,
    says="There is no ReLU between the layers, neither on the way there nor back: the network is one "
    "linear layer in disguise.",
)
def linear(parameters, x, target):
    activations = [x]
    for w, b in parameters:
        activations.append(activations[-1] @ w + b)
    error = activations[-1][:, 0] - target
    upstream = (2 / len(x) * error)[:, None]
    gradients = []
    for a, (w, _) in zip(reversed(activations[:-1]), reversed(parameters), strict=True):
        gradients.append((a.T @ upstream, upstream.sum(axis=0)))
        upstream = upstream @ w.T
    return float((error**2).mean()), gradients[::-1]


@mistake(
    of=mlp_regression_loss_and_grads,
    says="The slope of ReLU is missing on the way back: the gradient passes units that were switched "
    "off. Set it to zero wherever the output of the ReLU is 0.",
)
def slope_missing(parameters, x, target):
    return _regression(parameters, x, target, mask=False)


@mistake(
    of=mlp_regression_loss_and_grads,
    says="The loss is squared, but the gradient is that of the absolute error: at the output stands "
    "only the sign of the error.",
)
def sign_of_the_error(parameters, x, target):
    return _regression(
        parameters,
        x,
        target,
        start=lambda output, target: np.sign(output - target[:, None]) / len(x),
    )


@mistake(
    of=mlp_regression_loss_and_grads,
    says="The bias gradients are averaged over the samples. The loss holds the 1/n already; sum over "
    "the samples.",
)
def bias_averaged(parameters, x, target):
    loss, gradients = mlp_regression_loss_and_grads(parameters, x, target)
    return loss, [(dw, db / len(x)) for dw, db in gradients]


@mistake(
    of=mlp_regression_loss_and_grads,
    says="The gradients stand in the order in which the way back finds them, last layer first. Turn the "
    "list round at the end.",
)
def last_layer_first(parameters, x, target):
    loss, gradients = mlp_regression_loss_and_grads(parameters, x, target)
    return loss, gradients[::-1]


@mistake(
    of=mlp_regression_loss_and_grads,
    says="The loss is the root of the mean square, the gradients are those of the mean square itself.",
)
def loss_rooted(parameters, x, target):
    loss, gradients = mlp_regression_loss_and_grads(parameters, x, target)
    return loss**0.5, gradients


@mistake(
    of=mlp_regression_loss_and_grads,
    says="float32 comes in and float64 goes out. Somewhere an array of float64, such as np.zeros without "
    "a dtype, joins the computation: it takes twice the memory and time.",
    look="Print the dtype after every step, for float32 arguments.",
)
def dtype_changed(parameters, x, target):
    loss, gradients = mlp_regression_loss_and_grads(parameters, x, target)
    return loss, [(dw.astype(np.float64), db.astype(np.float64)) for dw, db in gradients]


@alternative(of=mlp_regression_loss_and_grads)
def target_as_a_column(parameters, x, target):
    zs, activations = [], [x]
    for layer, (w, b) in enumerate(parameters):
        zs.append(activations[-1] @ w + b)
        last = layer == len(parameters) - 1
        activations.append(zs[-1] if last else zs[-1] * (zs[-1] > 0))
    error = activations[-1] - target.reshape(-1, 1)
    delta = 2 * error / error.size
    gradients = [None] * len(parameters)
    for layer in reversed(range(len(parameters))):
        if layer < len(parameters) - 1:
            delta = np.where(zs[layer] > 0, delta, 0)
        gradients[layer] = (activations[layer].T @ delta, delta.sum(axis=0))
        delta = delta @ parameters[layer][0].T
    return np.mean(error**2), gradients


@alternative(of=mlp_regression_loss_and_grads)
def sample_by_sample(parameters, x, target):
    total, sums = 0.0, [[np.zeros_like(w), np.zeros_like(b)] for w, b in parameters]
    for row, wanted in zip(x, target, strict=True):
        inputs, z = [], row
        for layer, (w, b) in enumerate(parameters):
            inputs.append(np.maximum(z, 0) if layer else row)
            z = b + inputs[-1] @ w
        error = z[0] - wanted
        total += float(error) ** 2
        delta = np.array([2 * error], dtype=x.dtype)
        for layer in range(len(parameters) - 1, -1, -1):
            a = inputs[layer]
            sums[layer][0] += np.outer(a, delta)
            sums[layer][1] += delta
            delta = (parameters[layer][0] @ delta) * (a > 0)
    n = len(x)
    return total / n, [((dw / n).astype(x.dtype), (db / n).astype(x.dtype)) for dw, db in sums]
