"""Wrong and alternative implementations of feature scaling."""

from __future__ import annotations

import numpy as np

from solutions.forward import minmax_scale, standardize_apply, standardize_fit
from solutions.mistakes import alternative, mistake

# standardize_fit


@mistake(
    of=standardize_fit,
    says="A constant feature has std 0 here, and whoever divides by it gets NaN. The contract asks "
    "for 1 in its place.",
)
def zero_for_constants(x):
    return x.mean(axis=0), x.std(axis=0)


@mistake(
    of=standardize_fit,
    says="The computed std of a constant feature need not be exactly 0: the mean of many 0.1 is not "
    "0.1 to the last bit, and std comes out near 1e-17. Compare the largest entry with the smallest.",
)
def only_exact_zeros_replaced(x):
    std = x.std(axis=0)
    std[std == 0] = 1
    return x.mean(axis=0), std


@mistake(
    of=standardize_fit,
    says="A small number stands in for the std of a constant feature. If that feature ever differs "
    "in a test sample, dividing by 1e-8 makes it a hundred million. The contract asks for 1.",
)
def small_number_for_constants(x):
    return x.mean(axis=0), np.maximum(x.std(axis=0), 1e-8)


@mistake(
    of=standardize_fit,
    says="A small number is added to every std. It does not make constant features harmless, it "
    "makes them explode, and it falsifies features in small units.",
)
def epsilon_added(x):
    return x.mean(axis=0), x.std(axis=0) + 1e-8


@mistake(
    of=standardize_fit,
    says="A fixed threshold decides what is constant. A feature measured in tiny units falls below it "
    "and is not scaled at all.",
)
def fixed_threshold(x):
    std = x.std(axis=0)
    return x.mean(axis=0), np.where(std < 1e-6, 1, std)


@mistake(
    of=standardize_fit,
    says="The variance is divided by n - 1. The contract asks for the spread of these samples "
    "themselves, divided by n.",
)
def divided_by_n_minus_one(x):
    mean, std = standardize_fit(x)
    with np.errstate(all="ignore"):
        return mean, np.where(x.max(0) == x.min(0), std, x.std(axis=0, ddof=1)).astype(x.dtype)


@mistake(
    of=standardize_fit,
    says="This is the variance. The standard deviation is its square root.",
)
def variance_returned(x):
    mean, std = standardize_fit(x)
    return mean, std**2


@mistake(
    of=standardize_fit,
    says="Mean and std are taken along the wrong axis: one for each sample. Scaling makes features "
    "comparable, so each feature needs its own: axis=0.",
)
def per_sample(x):
    return standardize_fit(x.T)


@mistake(
    of=standardize_fit,
    says="One mean and one std for the whole array: a feature in large units still drowns the others.",
)
def over_everything(x):
    return x.mean(), x.std()


@mistake(
    of=standardize_fit,
    says="The mean of the squares minus the square of the mean: two nearly equal large numbers where "
    "the feature lies far from 0, and their difference is mostly rounding. Subtract the mean first.",
)
def cancelled(x):
    mean = x.mean(axis=0)
    with np.errstate(invalid="ignore"):
        std = np.sqrt(np.abs((x * x).mean(axis=0) - mean * mean))
    return mean, np.where(x.max(axis=0) == x.min(axis=0), 1, std).astype(x.dtype)


@alternative(of=standardize_fit)
def by_hand(x):
    mean = np.sum(x, axis=0) / len(x)
    std = np.sqrt(np.sum((x - mean) ** 2, axis=0) / len(x))
    return mean, np.where(np.all(x == x[0], axis=0), 1, std).astype(x.dtype)


@alternative(of=standardize_fit)
def feature_by_feature(x):
    mean, std = np.empty_like(x[0]), np.ones_like(x[0])
    for j, column in enumerate(x.T):
        mean[j] = column.mean()
        if np.ptp(column) > 0:
            std[j] = np.linalg.norm(column - mean[j]) / np.sqrt(len(column))
    return [mean, std]


# standardize_apply


@mistake(
    of=standardize_apply,
    says="The samples are scaled by their own mean and std: mean and std are refitted. A test set "
    "must go through what the training set has fixed, or the model meets other units than those it "
    "was trained in.",
)
def refitted(x, mean, std):
    own_mean, own_std = standardize_fit(x)
    return (x - own_mean) / own_std


@mistake(
    of=standardize_apply,
    says="Each sample is scaled by its own mean and std. Scaling is by feature: mean and std have an "
    "entry for each column.",
)
def each_sample_by_itself(x, mean, std):
    return (x - x.mean(axis=1, keepdims=True)) / x.std(axis=1, keepdims=True)


@mistake(
    of=standardize_apply,
    says="The mean is not subtracted.",
)
def not_centered(x, mean, std):
    return x / std


@mistake(
    of=standardize_apply,
    says="The mean is subtracted, but nothing is divided by std.",
)
def only_centered(x, mean, std):
    return x - mean


@mistake(
    of=standardize_apply,
    says="Python divides before it subtracts: x - mean / std needs parentheses.",
)
def without_parentheses(x, mean, std):
    return x - mean / std


@mistake(
    of=standardize_apply,
    says="The samples are divided before the mean is subtracted, so the mean is in the wrong units.",
)
def divided_first(x, mean, std):
    return x / std - mean


@mistake(
    of=standardize_apply,
    says="The samples are divided by the variance, the square of std.",
)
def divided_by_the_variance(x, mean, std):
    return (x - mean) / std**2


@mistake(
    of=standardize_apply,
    says="A small number is added to std. It is not needed, since no std is 0, and it makes the "
    "result a little wrong everywhere.",
)
def epsilon_in_the_denominator(x, mean, std):
    return (x - mean) / (std + 1e-5)


@mistake(
    of=standardize_apply,
    says="-= works in the caller's array: the caller's data are scaled, and scaled again at the next "
    "call. Write x = x - mean.",
)
def in_place(x, mean, std):
    x -= mean
    x /= std
    return x


@alternative(of=standardize_apply)
def by_a_factor(x, mean, std):
    return (x - mean) * (1 / std)


@alternative(of=standardize_apply)
def column_by_column(x, mean, std):
    scaled = np.empty(x.shape, dtype=x.dtype, order="F")
    for j in range(x.shape[1]):
        scaled[:, j] = (x[:, j] - mean[j]) / std[j]
    return scaled


# minmax_scale


def _line(x, smallest, width, low, high):
    width = np.where(width == 0, 1, width).astype(x.dtype)
    return low + (high - low) * (x - smallest) / width


@mistake(
    of=minmax_scale,
    says="The range is measured on the training and the test set together. That lets the test set "
    "shape what the model is trained on: a leak. Measure on train alone.",
)
def fitted_on_both(train, test, low, high):
    both = np.vstack([train, test])
    smallest, width = both.min(axis=0), np.ptp(both, axis=0)
    return _line(train, smallest, width, low, high), _line(test, smallest, width, low, high)


@mistake(
    of=minmax_scale,
    says="The test set is scaled by its own range. The same value then means one thing in training "
    "and another in testing. Use the range of train for both.",
)
def refitted_on_test(train, test, low, high):
    return tuple(_line(x, x.min(axis=0), np.ptp(x, axis=0), low, high) for x in (train, test))


@mistake(
    of=minmax_scale,
    says="Each sample is brought to the range by itself. Scaling is by feature: measure along axis 0.",
)
def scaled_by_sample(train, test, low, high):
    return tuple(
        _line(x, x.min(axis=1, keepdims=True), np.ptp(x, axis=1, keepdims=True), low, high)
        for x in (train, test)
    )  # fmt: skip


@mistake(
    of=minmax_scale,
    says="One range is used for all features: those in small units stay squeezed together. Each "
    "feature has its own range.",
)
def one_range_for_all(train, test, low, high):
    return tuple(_line(x, train.min(), np.ptp(train), low, high) for x in (train, test))


@mistake(
    of=minmax_scale,
    says="low and high are ignored: everything goes to 0 … 1.",
)
def always_zero_to_one(train, test, low, high):
    return minmax_scale(train, test, 0.0, 1.0)


@mistake(
    of=minmax_scale,
    says="0 … 1 is multiplied by high and shifted by low. To end at high it must be stretched by "
    "high - low.",
)
def stretched_by_high(train, test, low, high):
    return tuple(low + high * x for x in minmax_scale(train, test, 0.0, 1.0))


@mistake(
    of=minmax_scale,
    says="Test values outside the range are clipped. The contract lets them lie outside: what is "
    "unusual should look unusual.",
)
def clipped(train, test, low, high):
    a, b = minmax_scale(train, test, low, high)
    return a, np.clip(b, low, high)


@mistake(
    of=minmax_scale,
    says="The smallest value is not subtracted: this divides by the largest, which is right only for "
    "features that start at 0, as pixels do.",
)
def divided_by_the_largest(train, test, low, high):
    largest = np.where(train.max(axis=0) == 0, 1, train.max(axis=0)).astype(train.dtype)
    return low + (high - low) * train / largest, low + (high - low) * test / largest


@mistake(
    of=minmax_scale,
    says="The range of a constant feature is 0, and 0 / 0 is NaN. Put a 1 in its place.",
)
def divided_by_zero(train, test, low, high):
    smallest, width = train.min(axis=0), np.ptp(train, axis=0)
    return tuple(low + (high - low) * (x - smallest) / width for x in (train, test))


@mistake(
    of=minmax_scale,
    says="A small number is added to the range. Features do not reach high, and a constant feature "
    "that differs in the test set explodes.",
)
def epsilon_in_the_range(train, test, low, high):
    smallest, width = train.min(axis=0), np.ptp(train, axis=0) + 1e-8
    return tuple(low + (high - low) * (x - smallest) / width for x in (train, test))


@mistake(
    of=minmax_scale,
    says="This standardizes: mean 0 and standard deviation 1, where low to high was asked for.",
)
def standardized(train, test, low, high):
    fitted = standardize_fit(train)
    return standardize_apply(train, *fitted), standardize_apply(test, *fitted)


@alternative(of=minmax_scale)
def by_interpolation_weights(train, test, low, high):
    smallest, largest = train.min(axis=0), train.max(axis=0)
    largest = np.where(largest == smallest, smallest + 1, largest)
    share = [(x - smallest) / (largest - smallest) for x in (train, test)]
    return [low * (1 - t) + high * t for t in share]


@alternative(of=minmax_scale)
def loop_over_features(train, test, low, high):
    a, b = train.copy(order="F"), test.copy(order="F")
    for j in range(train.shape[1]):
        smallest, largest = min(train[:, j]), max(train[:, j])
        slope = (high - low) / ((largest - smallest) or 1)
        a[:, j] = (a[:, j] - smallest) * slope + low
        b[:, j] = (b[:, j] - smallest) * slope + low
    return a, b
