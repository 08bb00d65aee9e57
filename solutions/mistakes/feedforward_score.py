"""Wrong and alternative implementations of the coefficient of determination."""

from __future__ import annotations

import numpy as np

from solutions.feedforward import r_squared
from solutions.mistakes import alternative, mistake


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
    says="The variance of the errors takes their mean off first: predictions that are all too high by "
    "the same amount would count as perfect. Average the squared errors as they are.",
)
def variance_of_the_errors(prediction, target):
    _same(prediction, target)
    return float(1 - np.var(target - prediction) / np.var(target))


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
