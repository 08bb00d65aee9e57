"""Wrong and alternative implementations of the exercises of `loss`."""

from __future__ import annotations

import numpy as np

from solutions.loss import (
    bce_with_logits,
    bce_with_logits_grad,
    cross_entropy,
    cross_entropy_grad,
    expected_initial_loss,
    huber,
    huber_grad,
    l2_penalty,
    l2_penalty_grad,
    label_smoothing_cross_entropy,
    mse,
    mse_grad,
)
from solutions.mistakes import alternative, mistake


def same_shape(prediction, target):
    if prediction.shape != target.shape:
        raise ValueError("shapes differ")


def softmax(logits, axis=1):
    weights = np.exp(logits - logits.max(axis=axis, keepdims=True))
    return weights / weights.sum(axis=axis, keepdims=True)


def log_softmax(logits, axis=1):
    shifted = logits - logits.max(axis=axis, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))


def sigmoid(logits):
    return np.exp(-np.logaddexp(0, -logits))


def one_hot(labels, n_classes):
    return np.eye(n_classes)[labels]


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


# bce_with_logits


@mistake(
    of=bce_with_logits,
    says="The code computed the logarithm of a sigmoid. At a logit of 40 the sigmoid is already "
    "rounded to 1, and 1 minus it to 0, whose logarithm is infinite. Simplify −log σ(z) on paper: "
    "the sigmoid disappears, and with it the rounding.",
    look="Look at a logit of 40 with the target 0, and print every intermediate result.",
)
def log_of_a_sigmoid(logits, target):
    p = sigmoid(logits)
    return float(np.mean(-target * np.log(p) - (1 - target) * np.log(1 - p)))


@mistake(
    of=bce_with_logits,
    says="The probability is clipped (or a small number is added to it) to keep the logarithm "
    "finite. The loss then stops growing, and the worst samples get almost no gradient: exactly "
    "those that most need to change. Compute the loss from the logits instead.",
    look="Compare the loss of a logit of 40 with that of 80, both with the target 0.",
)
def clipped_probability(logits, target):
    p = np.clip(sigmoid(logits), 1e-12, 1 - 1e-12)
    return float(np.mean(-target * np.log(p) - (1 - target) * np.log(1 - p)))


@mistake(
    of=bce_with_logits,
    says="1 + exp(…) rounds a small exp away before the logarithm sees it: a loss of 1e-17 becomes "
    "0, and one of 1e-12 keeps four digits. np.log1p(x) computes log(1 + x) without forming 1 + x.",
    look="Look at a sample whose loss is tiny, a logit of 30 with the target 1.",
)
def rounded_near_zero(logits, target):
    size = np.maximum(logits, 0) - logits * target
    return float(np.mean(size + np.log(1 + np.exp(-np.abs(logits)))))


@mistake(
    of=bce_with_logits,
    says="exp overflows: its argument is a large positive number for logits of one sign. Write the "
    "formula so that exp only sees negative numbers, or use np.logaddexp.",
    look="Look at the largest and the smallest logit, and at the argument of every exp.",
)
def overflowing(logits, target):
    return float(np.mean(np.log1p(np.exp(-logits)) + (1 - target) * logits))


@mistake(
    of=bce_with_logits,
    says="The logits are taken for probabilities. They have to pass through a sigmoid, on paper or "
    "in the code; a logarithm of a negative logit is NaN.",
)
def logits_as_probabilities(logits, target):
    return float(np.mean(-target * np.log(logits) - (1 - target) * np.log(1 - logits)))


@mistake(
    of=bce_with_logits,
    says="The sigmoid is applied twice: the loss takes logits and applies it itself. So no sample "
    "can cost less than log(1 + 1/e) ≈ 0.31, however right it is.",
)
def sigmoid_twice(logits, target):
    return bce_with_logits(sigmoid(logits), target)


@mistake(
    of=bce_with_logits,
    says="Only samples with target 1 cost anything: the half of the formula for target 0 is "
    "missing, and a model that always says 1 is perfect.",
)
def zeros_cost_nothing(logits, target):
    return float(np.mean(target * np.logaddexp(0, -logits)))


@mistake(of=bce_with_logits, says="The two targets are exchanged: being right is what costs here.")
def targets_exchanged(logits, target):
    return bce_with_logits(logits, 1 - target)


@mistake(
    of=bce_with_logits, says="The minus of the log-likelihood is missing: the loss is negative."
)
def bce_wrong_sign(logits, target):
    return -bce_with_logits(logits, target)


@mistake(of=bce_with_logits, says="The samples are summed, not averaged.")
def bce_summed(logits, target):
    return bce_with_logits(logits, target) * len(logits)


@mistake(
    of=bce_with_logits,
    says="One loss for each sample comes back. A loss is one number: their mean.",
)
def bce_not_averaged(logits, target):
    return target * np.logaddexp(0, -logits) + (1 - target) * np.logaddexp(0, logits)


@mistake(of=bce_with_logits, says="The logarithm has base 2. The loss is in nats: use np.log.")
def in_bits(logits, target):
    return bce_with_logits(logits, target) / np.log(2)


@alternative(of=bce_with_logits)
def bce_with_log1p(logits, target):
    tail = np.log1p(np.exp(-np.abs(logits)))
    return np.mean(
        target * (np.maximum(-logits, 0) + tail) + (1 - target) * (np.maximum(logits, 0) + tail)
    )


@alternative(of=bce_with_logits)
def bce_with_a_loop(logits, target):
    total = 0.0
    for z, t in zip(logits.tolist(), target.tolist(), strict=True):
        for share, wrongness in ((t, -z), (1 - t, z)):
            total += share * (max(wrongness, 0.0) + np.log1p(np.exp(-abs(wrongness))))
    return total / len(logits)


@alternative(of=bce_with_logits)
def bce_as_two_classes(logits, target):
    both = np.stack([-logits / 2, logits / 2])
    return float(
        ((1 - target) @ np.logaddexp(0, 2 * both[1]) + target @ np.logaddexp(0, -logits))
        / len(both[0])
    )


# bce_with_logits_grad


@mistake(
    of=bce_with_logits_grad,
    says="The derivative of the sigmoid is multiplied in once more. It cancels against the "
    "logarithm's 1/p: that is why this loss does not stall where the sigmoid is flat.",
)
def sigmoid_derivative_left_in(logits, target):
    p = sigmoid(logits)
    return (p - target) * p * (1 - p) / len(logits)


@mistake(
    of=bce_with_logits_grad,
    says="This is the gradient with respect to the probability. Multiply by the derivative of the "
    "sigmoid to get to the logit: almost everything cancels.",
)
def wrt_the_probability(logits, target):
    p = sigmoid(logits)
    return (p - target) / (p * (1 - p)) / len(logits)


@mistake(
    of=bce_with_logits_grad, says="The sigmoid is missing: the target is subtracted from the logit."
)
def sigmoid_forgotten(logits, target):
    return (logits - target) / len(logits)


@mistake(
    of=bce_with_logits_grad, says="The sign is wrong: this is the target minus the probability."
)
def bce_grad_wrong_sign(logits, target):
    return (target - sigmoid(logits)) / len(logits)


@mistake(
    of=bce_with_logits_grad,
    says="The mean of the loss is missing: divide by the number of samples.",
)
def bce_grad_mean_forgotten(logits, target):
    return sigmoid(logits) - target


@mistake(
    of=bce_with_logits_grad,
    says="The probability is rounded to a decision, 0 or 1, before it is compared. So a sample that "
    "is right by a hair teaches nothing. The gradient needs the probability itself.",
)
def decision_for_probability(logits, target):
    return ((logits > 0) - target) / len(logits)


@mistake(
    of=bce_with_logits_grad,
    says="exp(z) / (1 + exp(z)) is infinity over infinity, NaN, for a large z. Call exp on negative "
    "numbers only.",
)
def sigmoid_overflows(logits, target):
    e = np.exp(logits)
    return (e / (1 + e) - target) / len(logits)


@mistake(
    of=bce_with_logits_grad,
    says="The target 0 is forgotten: samples of that class get no gradient here.",
)
def zeros_teach_nothing(logits, target):
    return target * (sigmoid(logits) - 1) / len(logits)


@mistake(
    of=bce_with_logits_grad,
    says="np.zeros makes float64, whatever comes in, so float32 logits give a float64 gradient. "
    "np.zeros_like(logits) keeps their dtype.",
)
def dtype_changed(logits, target):
    gradient = np.zeros(len(logits))
    gradient += (sigmoid(logits) - target) / len(logits)
    return gradient


@alternative(of=bce_with_logits_grad)
def bce_grad_with_tanh(logits, target):
    return (0.5 * (1 + np.tanh(0.5 * logits)) - target) / logits.size


@alternative(of=bce_with_logits_grad)
def bce_grad_with_warnings(logits, target):
    return np.where(logits > -700, 1 / (1 + np.exp(-logits)), 0 * logits) / len(logits) - (
        target / len(logits)
    ).astype(logits.dtype)


@alternative(of=bce_with_logits_grad)
def bce_grad_by_target(logits, target):
    p = sigmoid(logits)
    return (-target * (1 - p) + (1 - target) * p) / len(logits)


# cross_entropy


@mistake(
    of=cross_entropy,
    says="The code computed the logarithm of a softmax. Where another class leads by 750, the "
    "label's probability is rounded to 0, and its logarithm is infinite. Take the logarithm on "
    "paper: log of a quotient is a difference, and the label's exp disappears.",
    look="Look at a row of logits like [-375, 375] with the label 0, and print every intermediate "
    "result.",
)
def log_of_a_softmax(logits, labels):
    p = softmax(logits)
    return float(-np.log(p[np.arange(len(labels)), labels]).mean())


@mistake(
    of=cross_entropy,
    says="The probability is clipped (or a small number is added to it) to keep the logarithm "
    "finite. The loss then stops growing, and the worst samples get almost no gradient: exactly "
    "those that most need to change. Compute the loss from the logits instead.",
    look="Compare the loss of a sample that is wrong by 100 with one that is wrong by 200.",
)
def clipped_probability(logits, labels):  # noqa: F811
    p = softmax(logits)
    return float(-np.log(p[np.arange(len(labels)), labels] + 1e-12).mean())


@mistake(
    of=cross_entropy,
    says="A tiny loss is rounded away. Where the label leads, the sum of exponentials is "
    "1 + something tiny, and forming that sum loses the something: a loss of 1e-17 becomes 0. Sum "
    "the others without the leader, and use np.log1p, which computes log(1 + x) without forming "
    "1 + x.",
    look="Look at a sample whose label leads by 30: the loss is about 1e-13.",
)
def rounded_near_zero(logits, labels):  # noqa: F811
    return float(-log_softmax(logits)[np.arange(len(labels)), labels].mean())


@mistake(
    of=cross_entropy,
    says="exp overflows on a logit of 1,000. Subtract the largest logit of each row from the row "
    "first: the loss stays the same.",
    look="Look at the argument of exp for the largest logit.",
)
def not_shifted(logits, labels):
    total = np.log(np.exp(logits).sum(axis=1))
    return float((total - logits[np.arange(len(labels)), labels]).mean())


@mistake(
    of=cross_entropy,
    says="The softmax is applied twice: once by the code, once by the loss, which takes logits. So "
    "even a perfect classifier cannot get below log(1 + (C − 1)/e).",
)
def softmax_twice(logits, labels):
    return cross_entropy(softmax(logits), labels)


@mistake(
    of=cross_entropy,
    says="The softmax goes down the columns: it makes the samples of the batch compete. Each row "
    "should sum to one (axis=1).",
)
def softmax_over_the_batch(logits, labels):
    return float(-log_softmax(logits, axis=0)[np.arange(len(labels)), labels].mean())


@mistake(
    of=cross_entropy,
    says="log_p[:, labels] takes the columns of all labels for every row, an (n, n) table. To pick "
    "one entry from each row, index with two arrays: log_p[np.arange(n), labels].",
)
def every_row_with_every_label(logits, labels):
    return float(-log_softmax(logits)[:, labels].mean())


@mistake(
    of=cross_entropy,
    says="The average goes over all n × C entries of the one-hot product, most of which are zero. "
    "Divide by the number of samples, n.",
)
def averaged_over_classes_too(logits, labels):
    return cross_entropy(logits, labels) / logits.shape[1]


@mistake(
    of=cross_entropy, says="The samples are summed, not averaged: the loss grows with the batch."
)
def ce_summed(logits, labels):
    return cross_entropy(logits, labels) * len(labels)


@mistake(
    of=cross_entropy,
    says="The minus is missing: this is the log-likelihood, which training should make large.",
)
def ce_wrong_sign(logits, labels):
    return -cross_entropy(logits, labels)


@mistake(
    of=cross_entropy, says="One loss for each sample comes back. A loss is one number: their mean."
)
def ce_not_averaged(logits, labels):
    shifted = logits - logits.max(axis=1, keepdims=True)
    others = np.exp(shifted)
    others[np.arange(len(labels)), logits.argmax(axis=1)] = 0
    return np.log1p(others.sum(axis=1)) - shifted[np.arange(len(labels)), labels]


@mistake(
    of=cross_entropy,
    says="This is the loss of the predicted class, the one with the largest logit. The labels are "
    "not used: the model is asked to be sure, not to be right.",
)
def predicted_for_label(logits, labels):
    return cross_entropy(logits, logits.argmax(axis=1))


@mistake(
    of=cross_entropy,
    says="The logarithm is missing: this is minus the mean probability of the label (or 1 minus "
    "it). It hardly tells apart the probabilities 0.01 and 0.0001.",
)
def log_forgotten(logits, labels):
    return float(1 - softmax(logits)[np.arange(len(labels)), labels].mean())


@mistake(of=cross_entropy, says="The logarithm has base 2. The loss is in nats: use np.log.")
def ce_in_bits(logits, labels):
    return cross_entropy(logits, labels) / np.log(2)


@alternative(of=cross_entropy)
def ce_by_margins(logits, labels):
    rows = np.arange(len(labels))
    margins = logits - logits[rows, labels][:, np.newaxis]
    margins[rows, labels] = -np.inf
    return np.logaddexp(0, np.logaddexp.reduce(margins, axis=1)).mean()


@alternative(of=cross_entropy)
def ce_with_a_loop(logits, labels):
    total = 0.0
    for row, label in zip(logits.tolist(), labels.tolist(), strict=True):
        leader = row.index(max(row))
        rest = sum(np.exp(z - row[leader]) for j, z in enumerate(row) if j != leader)
        total += np.log1p(rest) + (row[leader] - row[label])
    return total / len(labels)


@alternative(of=cross_entropy)
def ce_with_sorting(logits, labels):
    ordered = np.sort(logits, axis=1)
    gap = ordered[:, -1] - np.take_along_axis(logits, labels[:, None], axis=1)[:, 0]
    return np.array((gap + np.log1p(np.exp(ordered[:, :-1] - ordered[:, -1:]).sum(axis=1))).mean())


# cross_entropy_grad


@mistake(
    of=cross_entropy_grad,
    says="The one-hot vector is forgotten: this is the softmax alone. It pushes every class down, "
    "the right one too. Subtract 1 at the label.",
)
def one_hot_forgotten(logits, labels):
    return softmax(logits) / len(labels)


@mistake(
    of=cross_entropy_grad,
    says="The label's number is subtracted from the whole row. A label is a position, not a "
    "quantity: subtract 1 at that position.",
)
def label_as_a_number(logits, labels):
    return (softmax(logits) - labels[:, np.newaxis]) / len(labels)


@mistake(of=cross_entropy_grad, says="The sign is wrong: this is one-hot minus softmax.")
def ce_grad_wrong_sign(logits, labels):
    return (one_hot(labels, logits.shape[1]) - softmax(logits)).astype(logits.dtype) / len(labels)


@mistake(
    of=cross_entropy_grad,
    says="The mean of the loss is missing: divide by the number of samples.",
)
def ce_grad_mean_forgotten(logits, labels):
    return cross_entropy_grad(logits, labels) * len(labels)


@mistake(of=cross_entropy_grad, says="The gradient is divided by the number of samples twice.")
def ce_grad_mean_twice(logits, labels):
    return cross_entropy_grad(logits, labels) / len(labels)


@mistake(
    of=cross_entropy_grad,
    says="The gradient is divided by n × C. The loss is the mean over the n samples only.",
)
def ce_grad_divided_by_all_entries(logits, labels):
    return cross_entropy_grad(logits, labels) / logits.shape[1]


@mistake(
    of=cross_entropy_grad,
    says="Only the label's own logit gets a gradient. The others appear in the softmax's sum, so "
    "raising them costs too: every row of the gradient sums to zero.",
)
def label_only(logits, labels):
    gradient = np.zeros_like(logits)
    rows = np.arange(len(labels))
    gradient[rows, labels] = (softmax(logits)[rows, labels] - 1) / len(labels)
    return gradient


@mistake(
    of=cross_entropy_grad,
    says="This is the gradient with respect to the probabilities, −1/p at the label. It still has "
    "to pass back through the softmax.",
)
def wrt_the_probabilities(logits, labels):
    gradient = np.zeros_like(logits)
    rows = np.arange(len(labels))
    gradient[rows, labels] = -1 / softmax(logits)[rows, labels] / len(labels)
    return gradient


@mistake(
    of=cross_entropy_grad,
    says="A derivative p(1 − p) is multiplied in. The softmax's derivative is already contained in "
    "softmax − one-hot: it canceled against the logarithm's 1/p.",
)
def softmax_derivative_left_in(logits, labels):
    p = softmax(logits)
    return cross_entropy_grad(logits, labels) * p * (1 - p)


@mistake(
    of=cross_entropy_grad, says="The softmax is missing: the one-hot is subtracted from the logits."
)
def softmax_forgotten(logits, labels):
    return (logits - one_hot(labels, logits.shape[1])).astype(logits.dtype) / len(labels)


@mistake(
    of=cross_entropy_grad,
    says="The softmax goes down the columns (axis 0), over the samples. Each row should sum to one.",
)
def ce_grad_over_the_batch(logits, labels):
    gradient = softmax(logits, axis=0)
    gradient[np.arange(len(labels)), labels] -= 1
    return gradient / len(labels)


@mistake(
    of=cross_entropy_grad,
    says="p[:, labels] -= 1 subtracts from the columns of all labels in every row. Index with "
    "[np.arange(n), labels] to touch one entry of each row.",
)
def ones_in_every_row(logits, labels):
    gradient = softmax(logits)
    gradient[:, labels] -= 1
    return gradient / len(labels)


@mistake(
    of=cross_entropy_grad,
    says="exp overflows on a logit of 1,000, and infinity over infinity is NaN. Subtract the largest "
    "logit of each row first.",
)
def ce_grad_not_shifted(logits, labels):
    weights = np.exp(logits)
    gradient = weights / weights.sum(axis=1, keepdims=True)
    gradient[np.arange(len(labels)), labels] -= 1
    return gradient / len(labels)


@mistake(
    of=cross_entropy_grad,
    says="The one-hot table is float64, whatever the logits are, and float32 minus float64 is "
    "float64. Make it with the dtype of the logits.",
)
def dtype_changed(logits, labels):  # noqa: F811
    return (softmax(logits) - one_hot(labels, logits.shape[1])) / len(labels)


@alternative(of=cross_entropy_grad)
def ce_grad_with_a_one_hot(logits, labels):
    target = (labels[:, np.newaxis] == np.arange(logits.shape[1])).astype(logits.dtype)
    return np.asfortranarray((softmax(logits) - target) / logits.shape[0])


@alternative(of=cross_entropy_grad)
def ce_grad_with_a_loop(logits, labels):
    gradient = np.empty_like(logits)
    for i, label in enumerate(labels):
        weights = np.exp(logits[i] - logits[i].max())
        for j in range(logits.shape[1]):
            gradient[i, j] = (weights[j] / weights.sum() - (j == label)) / len(labels)
    return gradient


@alternative(of=cross_entropy_grad)
def ce_grad_by_log_softmax(logits, labels):
    gradient = np.exp(log_softmax(logits)) / len(labels)
    np.subtract.at(gradient, (np.arange(len(labels)), labels), 1 / len(labels))
    return gradient


# l2_penalty


@mistake(of=l2_penalty, says="The half is missing: the penalty is strength / 2 times the squares.")
def half_forgotten(w, strength):
    return float(strength * np.sum(w**2))


@mistake(
    of=l2_penalty,
    says="The squares are averaged. The penalty is their sum, so that a network with more weights "
    "pays for all of them.",
)
def mean_for_sum(w, strength):
    return float(strength / 2 * np.mean(w**2))


@mistake(
    of=l2_penalty,
    says="The sum of squares is divided by the number of rows of w. Those are inputs of the layer, "
    "not samples.",
)
def divided_by_rows(w, strength):
    return float(strength / 2 * np.sum(w**2) / len(w))


@mistake(of=l2_penalty, says="This is the norm, the root of the sum of squares. There is no root.")
def norm_not_squared(w, strength):
    return float(strength / 2 * np.sqrt(np.sum(w**2)))


@mistake(of=l2_penalty, says="This is an L1 penalty: absolute values in the place of squares.")
def l1_for_l2(w, strength):
    return float(strength * np.sum(np.abs(w)))


@mistake(
    of=l2_penalty,
    says="The weights are summed first and squared then, so that positive and negative ones cancel.",
)
def square_of_the_sum(w, strength):
    return float(strength / 2 * np.sum(w) ** 2)


@mistake(of=l2_penalty, says="The strength is not used.")
def strength_ignored(w, strength):
    return float(np.sum(w**2) / 2)


@alternative(of=l2_penalty)
def l2_by_the_norm(w, strength):
    return 0.5 * strength * np.linalg.norm(w.ravel()) ** 2


@alternative(of=l2_penalty)
def l2_with_a_dot_product(w, strength):
    flat = w.flatten(order="F")
    return np.array(strength * (flat @ flat) / 2)


# l2_penalty_grad


@mistake(
    of=l2_penalty_grad,
    says="There is a factor 2 too much: the 2 of the square meets the half of the penalty.",
)
def doubled(w, strength):
    return 2 * strength * w


@mistake(
    of=l2_penalty_grad,
    says="There is a half too much: the half of the penalty meets the 2 of the square.",
)
def grad_halved(w, strength):
    return strength / 2 * w


@mistake(
    of=l2_penalty_grad,
    says="The weights are summed: every weight gets the same number. Each partial derivative holds "
    "only its own weight.",
)
def summed_weights(w, strength):
    return np.full_like(w, strength * w.sum())


@mistake(
    of=l2_penalty_grad,
    says="This is the gradient of an L1 penalty: the sign of the weights. An L2 penalty pulls large "
    "weights harder.",
)
def l1_grad_for_l2(w, strength):
    return strength * np.sign(w)


@mistake(of=l2_penalty_grad, says="The strength is not used.")
def grad_strength_ignored(w, strength):
    return w.copy()


@mistake(
    of=l2_penalty_grad,
    says="The gradient is divided by the number of weights. The penalty is a sum, not a mean.",
)
def grad_averaged(w, strength):
    return strength * w / w.size


@mistake(
    of=l2_penalty_grad,
    says="The sign is wrong. The step w − η · gradient is what shrinks the weights; the gradient "
    "itself points away from zero.",
)
def shrinking_sign(w, strength):
    return -strength * w


@mistake(
    of=l2_penalty_grad,
    says="This is a single number. A gradient has the shape of the weights: one partial derivative "
    "for each of them.",
)
def one_number(w, strength):
    return float(strength * np.sum(w))


@alternative(of=l2_penalty_grad)
def l2_grad_with_a_loop(w, strength):
    gradient = w.copy()
    for index in np.ndindex(w.shape):
        gradient[index] = gradient[index] * strength
    return gradient


@alternative(of=l2_penalty_grad)
def l2_grad_by_halves(w, strength):
    return strength / 2 * w + w * (strength / 2)


# label_smoothing_cross_entropy


def smoothed(logits, target):
    return float(-(target * log_softmax(logits)).sum(axis=1).mean())


@mistake(
    of=label_smoothing_cross_entropy,
    says="The mass is spread over the other C − 1 classes only. By the contract (and in PyTorch) "
    "the label gets its share of it too: 1 − smoothing + smoothing / C.",
)
def spread_over_the_others(logits, labels, smoothing):
    n_classes = logits.shape[1]
    off = smoothing / (n_classes - 1)
    return smoothed(logits, off + (1 - smoothing - off) * one_hot(labels, n_classes))


@mistake(
    of=label_smoothing_cross_entropy,
    says="The label keeps the weight 1 and every class gets smoothing / C on top, so that the "
    "target sums to more than 1. Take the mass from the label: 1 − smoothing.",
)
def label_keeps_all(logits, labels, smoothing):
    n_classes = logits.shape[1]
    return smoothed(logits, smoothing / n_classes + one_hot(labels, n_classes))


@mistake(
    of=label_smoothing_cross_entropy,
    says="Every class gets the whole smoothing. It is shared among them: smoothing / C each.",
)
def not_shared(logits, labels, smoothing):
    return smoothed(logits, smoothing + (1 - smoothing) * one_hot(labels, logits.shape[1]))


@mistake(
    of=label_smoothing_cross_entropy,
    says="The two shares are exchanged: the label gets `smoothing` and the rest 1 − smoothing.",
)
def shares_exchanged(logits, labels, smoothing):
    return label_smoothing_cross_entropy(logits, labels, 1 - smoothing)


@mistake(of=label_smoothing_cross_entropy, says="The smoothing is not used: plain cross-entropy.")
def smoothing_ignored(logits, labels, smoothing):
    return cross_entropy(logits, labels)


@mistake(
    of=label_smoothing_cross_entropy,
    says="The predicted probabilities are smoothed, not the targets. So the loss cannot exceed "
    "−log(smoothing / C), and a wrong sample costs less, which is the opposite of what is wanted.",
)
def prediction_smoothed(logits, labels, smoothing):
    p = (1 - smoothing) * softmax(logits) + smoothing / logits.shape[1]
    return float(-np.log(p[np.arange(len(labels)), labels]).mean())


@mistake(
    of=label_smoothing_cross_entropy,
    says="The average goes over all n × C entries. Sum over the classes, average over the n samples.",
)
def ls_averaged_over_classes_too(logits, labels, smoothing):
    return label_smoothing_cross_entropy(logits, labels, smoothing) / logits.shape[1]


@mistake(of=label_smoothing_cross_entropy, says="The samples are summed, not averaged.")
def ls_summed(logits, labels, smoothing):
    return label_smoothing_cross_entropy(logits, labels, smoothing) * len(labels)


@mistake(
    of=label_smoothing_cross_entropy,
    says="The code computed the logarithm of a softmax. With smoothing every class's probability is "
    "under the logarithm, so a single one that is rounded to 0 makes the loss infinite or NaN.",
    look="Look at a row of logits like [-375, 375], and print every intermediate result.",
)
def log_of_a_softmax(logits, labels, smoothing):  # noqa: F811
    n_classes = logits.shape[1]
    target = smoothing / n_classes + (1 - smoothing) * one_hot(labels, n_classes)
    return float(-(target * np.log(softmax(logits))).sum(axis=1).mean())


@mistake(
    of=label_smoothing_cross_entropy,
    says="The probability is clipped (or a small number is added to it) to keep the logarithm "
    "finite, so the loss stops growing. Compute it from the logits.",
)
def clipped_probability(logits, labels, smoothing):  # noqa: F811
    n_classes = logits.shape[1]
    target = smoothing / n_classes + (1 - smoothing) * one_hot(labels, n_classes)
    return float(-(target * np.log(softmax(logits) + 1e-12)).sum(axis=1).mean())


@alternative(of=label_smoothing_cross_entropy)
def ls_with_soft_targets(logits, labels, smoothing):
    n_classes = logits.shape[1]
    target = np.full(logits.shape, smoothing / n_classes)
    target[np.arange(len(labels)), labels] += 1 - smoothing
    return smoothed(logits, target)


@alternative(of=label_smoothing_cross_entropy)
def ls_by_rows(logits, labels, smoothing):
    total = 0.0
    for row, label in zip(logits, labels, strict=True):
        surprise = row.max() - row + np.log(np.exp(row - row.max()).sum())
        total += (1 - smoothing) * surprise[label] + smoothing * surprise.mean()
    return total / len(labels)


# expected_initial_loss


@mistake(
    of=expected_initial_loss,
    says="This is the probability 1/C itself. The loss is minus its logarithm.",
)
def probability_for_loss(n_classes):
    return 1 / n_classes


@mistake(
    of=expected_initial_loss,
    says="The logarithm has base 2. The loss is in nats: the natural logarithm.",
)
def initial_loss_in_bits(n_classes):
    return np.log2(n_classes)


@mistake(of=expected_initial_loss, says="The minus is missing: log(1/C) is negative.")
def initial_loss_negative(n_classes):
    return np.log(1 / n_classes)


@mistake(
    of=expected_initial_loss,
    says="There are C classes to choose from, the right one among them: the logarithm is of C, not "
    "of C − 1.",
)
def one_class_too_few(n_classes):
    return np.log(max(n_classes - 1, 1))


@mistake(
    of=expected_initial_loss,
    says="This is the expected share of wrong answers, 1 − 1/C. The loss is −log of the probability "
    "of the right class.",
)
def error_rate(n_classes):
    return 1 - 1 / n_classes


@mistake(
    of=expected_initial_loss,
    says="This is always the loss of two classes, log 2: the number of classes is not used.",
)
def always_binary(n_classes):
    return np.log(2)


@alternative(of=expected_initial_loss)
def from_the_probability(n_classes):
    return -np.log(1 / n_classes)


@alternative(of=expected_initial_loss)
def from_a_cross_entropy(n_classes):
    return cross_entropy(np.zeros((1, n_classes)), np.array([0]))
