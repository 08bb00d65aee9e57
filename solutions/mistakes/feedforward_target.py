"""Wrong and alternative implementations of the logarithm as a target."""

from __future__ import annotations

import numpy as np

from solutions.feedforward import log_target
from solutions.mistakes import alternative, mistake


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
