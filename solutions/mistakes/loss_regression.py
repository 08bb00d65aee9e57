"""Wrong and alternative implementations of losses of predicted numbers."""

from __future__ import annotations

import numpy as np

from solutions.loss import huber, huber_grad, mse, mse_grad
from solutions.mistakes import alternative, mistake


def same_shape(prediction, target):
    if prediction.shape != target.shape:
        raise ValueError("shapes differ")


# mse


@mistake(
    of=mse,
    says="Unequal shapes pass unnoticed. A column (n, 1) minus a row (n,) is an (n, n) table of "
    "every prediction against every target, and its mean is a number that looks like a loss. "
    "Compare the two shapes first.",
    look="Print (prediction - target).shape for a column of predictions and a row of targets.",
)
def broadcasts_to_a_square(prediction, target):
    return float(np.mean((prediction - target) ** 2))


@mistake(of=mse, says="The squares are summed, not averaged: the loss grows with the batch.")
def summed(prediction, target):
    same_shape(prediction, target)
    return float(np.sum((prediction - target) ** 2))


@mistake(
    of=mse,
    says="The sum is divided by the number of samples. With several outputs a sample, the mean goes "
    "over all entries: N times D of them.",
)
def divided_by_the_rows(prediction, target):
    same_shape(prediction, target)
    return float(np.sum((prediction - target) ** 2) / len(prediction))


@mistake(
    of=mse,
    says="There is a half too much. Some texts define the loss as half of the mean square, to make "
    "the gradient shorter; here it is the mean square itself.",
)
def halved(prediction, target):
    same_shape(prediction, target)
    return float(np.mean((prediction - target) ** 2) / 2)


@mistake(
    of=mse,
    says="The errors are averaged without being squared, so that positive and negative ones cancel.",
)
def not_squared(prediction, target):
    same_shape(prediction, target)
    return float(np.mean(prediction - target))


@mistake(of=mse, says="This is the mean absolute error: the errors are not squared.")
def absolute(prediction, target):
    same_shape(prediction, target)
    return float(np.mean(np.abs(prediction - target)))


@mistake(
    of=mse,
    says="This is the root of the mean square. It has the unit of the target, which is pleasant to "
    "read, but the loss of the contract has no root.",
)
def rooted(prediction, target):
    same_shape(prediction, target)
    return float(np.sqrt(np.mean((prediction - target) ** 2)))


@mistake(
    of=mse,
    says="The mean comes before the square: this squares the average error, in which errors of "
    "different sign have canceled.",
)
def mean_before_square(prediction, target):
    same_shape(prediction, target)
    return float(np.mean(prediction - target) ** 2)


@mistake(
    of=mse, says="One squared error for each entry comes back. A loss is one number: their mean."
)
def not_averaged(prediction, target):
    same_shape(prediction, target)
    return (prediction - target) ** 2


@mistake(
    of=mse,
    says="The mean goes over the samples only and leaves one number for each output. Without axis= "
    "it goes over everything.",
)
def averaged_over_rows_only(prediction, target):
    same_shape(prediction, target)
    return np.mean((prediction - target) ** 2, axis=0)


@alternative(of=mse)
def mse_with_a_loop(prediction, target):
    if np.shape(prediction) != np.shape(target):
        raise ValueError("unequal shapes")
    total = 0.0
    for p, t in zip(prediction.ravel(), target.ravel(), strict=True):
        total += (t - p) ** 2
    return total / prediction.size


@alternative(of=mse)
def mse_with_a_dot_product(prediction, target):
    same_shape(prediction, target)
    error = (target - prediction).ravel()
    return error @ error / error.size


@alternative(of=mse)
def mse_by_the_norm(prediction, target):
    same_shape(prediction, target)
    return np.array(np.linalg.norm(np.ravel(prediction - target)) ** 2 / np.size(target))


# mse_grad


@mistake(of=mse_grad, says="The 2 from differentiating the square is missing.")
def factor_2_missing(prediction, target):
    return (prediction - target) / prediction.size


@mistake(
    of=mse_grad,
    says="The gradient is divided by the number of samples. The loss is the mean over all entries, "
    "so its gradient is divided by N times D.",
)
def grad_divided_by_the_rows(prediction, target):
    return 2 * (prediction - target) / len(prediction)


@mistake(
    of=mse_grad,
    says="The gradient has the wrong sign: it is target − prediction. As it stands, gradient "
    "descent would climb.",
)
def wrong_sign(prediction, target):
    return 2 * (target - prediction) / prediction.size


@mistake(
    of=mse_grad,
    says="The division by the number of entries is missing: this is the gradient of the summed "
    "squares.",
)
def mean_forgotten(prediction, target):
    return 2 * (prediction - target)


@mistake(
    of=mse_grad,
    says="This adds up the gradient to a single number. Each prediction has a partial derivative of "
    "its own; together they are an array shaped like the prediction.",
)
def collapsed(prediction, target):
    return float(np.mean(2 * (prediction - target)))


@mistake(
    of=mse_grad,
    says="This is the sign of the error, the gradient of the mean absolute error. A square's "
    "derivative grows with the error.",
)
def sign_only(prediction, target):
    return np.sign(prediction - target) / prediction.size


@mistake(
    of=mse_grad,
    says="The errors are changed in the prediction array itself. The caller still needs it: work on "
    "a new array.",
)
def grad_in_place(prediction, target):
    prediction -= target
    prediction *= 2 / prediction.size
    return prediction


@alternative(of=mse_grad)
def mse_grad_with_a_loop(prediction, target):
    gradient = np.empty_like(prediction)
    for index in np.ndindex(prediction.shape):
        gradient[index] = 2 / prediction.size * (prediction[index] - target[index])
    return gradient


@alternative(of=mse_grad)
def mse_grad_in_fortran_order(prediction, target):
    return np.asfortranarray((prediction - target) * (2 / np.prod(prediction.shape).item()))


# huber


@mistake(
    of=huber,
    says="The two parts do not meet: at an error of delta the parabola has height delta²/2 and the "
    "line delta². Lower the line so that the loss is continuous.",
)
def line_not_lowered(prediction, target, delta):
    size = np.abs(prediction - target)
    return float(np.mean(np.where(size <= delta, size**2 / 2, delta * size)))


@mistake(
    of=huber,
    says="The line has slope 1. It has to leave the parabola with the parabola's slope there, "
    "which is delta.",
)
def slope_1(prediction, target, delta):
    size = np.abs(prediction - target)
    return float(np.mean(np.where(size <= delta, size**2 / 2, size - delta + delta**2 / 2)))


@mistake(
    of=huber,
    says="This is the smooth L1 loss, the Huber loss divided by delta. (PyTorch has both, and they "
    "agree only for delta = 1.)",
)
def smooth_l1(prediction, target, delta):
    return huber(prediction, target, delta) / delta


@mistake(
    of=huber,
    says="The half is missing in the middle: an error below delta costs half its square.",
)
def half_missing(prediction, target, delta):
    size = np.abs(prediction - target)
    return float(np.mean(np.where(size <= delta, size**2, delta * (size - delta / 2))))


@mistake(
    of=huber,
    says="The error is compared with delta before its sign is dropped, so every negative error "
    "counts as small and is squared. Compare its size.",
)
def sign_kept(prediction, target, delta):
    error = prediction - target
    line = delta * (np.abs(error) - delta / 2)
    return float(np.mean(np.where(error <= delta, error**2 / 2, line)))


@mistake(
    of=huber,
    says="The two parts are exchanged: small errors belong on the parabola, large ones on the line.",
)
def parts_exchanged(prediction, target, delta):
    size = np.abs(prediction - target)
    return float(np.mean(np.where(size > delta, size**2 / 2, delta * (size - delta / 2))))


@mistake(
    of=huber,
    says="Errors beyond delta all cost the same. They should go on growing, linearly, or the model "
    "has no reason to mend them.",
)
def flat_outside(prediction, target, delta):
    size = np.abs(prediction - target)
    return float(np.mean(np.minimum(size, delta) ** 2 / 2))


@mistake(of=huber, says="The entries are summed, not averaged.")
def huber_summed(prediction, target, delta):
    return huber(prediction, target, delta) * prediction.size


@mistake(of=huber, says="One number for each entry comes back. A loss is one number: their mean.")
def huber_not_averaged(prediction, target, delta):
    size = np.abs(prediction - target)
    inner = np.minimum(size, delta)
    return inner * (size - inner / 2)


@mistake(
    of=huber,
    says="The parts are chosen by multiplying with a condition. Where the square overflows to "
    "infinity, 0 × infinity is NaN. np.where chooses without multiplying.",
)
def chosen_by_multiplying(prediction, target, delta):
    size = np.abs(prediction - target)
    small = size <= delta
    return float(np.mean(small * size**2 / 2 + (1 - small) * delta * (size - delta / 2)))


@alternative(of=huber)
def huber_with_where(prediction, target, delta):
    error = prediction - target
    size = np.abs(error)
    return np.mean(np.where(size < delta, 0.5 * error**2, delta * size - 0.5 * delta**2))


@alternative(of=huber)
def huber_by_indexing(prediction, target, delta):
    error = (target - prediction).ravel()
    large = np.abs(error) >= delta
    inside = (error[~large] ** 2).sum() / 2
    outside = (delta * (np.abs(error[large]) - delta / 2)).sum()
    return (inside + outside) / error.size


# huber_grad


@mistake(
    of=huber_grad,
    says="Outside, the slope is ±1 here. The line leaves the parabola with slope delta.",
)
def outer_slope_1(prediction, target, delta):
    error = prediction - target
    return np.where(np.abs(error) <= delta, error, np.sign(error)) / prediction.size


@mistake(
    of=huber_grad,
    says="Large errors get no gradient at all. Their slope is constant, not zero: delta or -delta.",
)
def zero_outside(prediction, target, delta):
    error = prediction - target
    return np.where(np.abs(error) <= delta, error, 0) / prediction.size


@mistake(
    of=huber_grad,
    says="The slope outside is +delta for negative errors too. The line falls on the left: its "
    "slope takes the sign of the error.",
)
def outer_sign_lost(prediction, target, delta):
    error = prediction - target
    return np.where(np.abs(error) <= delta, error, delta) / prediction.size


@mistake(
    of=huber_grad,
    says="Only errors above delta are bounded; those below -delta still grow like a square's.",
)
def bounded_on_one_side(prediction, target, delta):
    return np.minimum(prediction - target, delta) / prediction.size


@mistake(of=huber_grad, says="The division by the number of entries is missing.")
def huber_mean_forgotten(prediction, target, delta):
    return np.clip(prediction - target, -delta, delta)


@mistake(
    of=huber_grad,
    says="The gradient is divided by the number of samples; the loss is the mean over all entries.",
)
def huber_divided_by_the_rows(prediction, target, delta):
    return np.clip(prediction - target, -delta, delta) / len(prediction)


@mistake(of=huber_grad, says="The sign is wrong: this is target − prediction.")
def huber_wrong_sign(prediction, target, delta):
    return np.clip(target - prediction, -delta, delta) / prediction.size


@mistake(
    of=huber_grad,
    says="The small errors are doubled. The half in the loss meets the 2 of the square, so their "
    "slope is the error itself.",
)
def inner_slope_doubled(prediction, target, delta):
    error = prediction - target
    inner = np.where(np.abs(error) <= delta, 2 * error, delta * np.sign(error))
    return inner / prediction.size


@mistake(
    of=huber_grad,
    says="This is the gradient of the mean squared error: delta is not used.",
)
def delta_ignored(prediction, target, delta):
    return (prediction - target) / prediction.size


@alternative(of=huber_grad)
def huber_grad_with_where(prediction, target, delta):
    error = prediction - target
    return np.where(np.abs(error) < delta, error, delta * np.sign(error)) / error.size


@alternative(of=huber_grad)
def huber_grad_with_bounds(prediction, target, delta):
    slope = np.maximum(np.minimum(prediction - target, delta), -delta)
    return slope * (1 / slope.size)
