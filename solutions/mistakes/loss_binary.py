"""Wrong and alternative implementations of the binary cross-entropy."""

from __future__ import annotations

import numpy as np

from solutions.loss import bce_with_logits, bce_with_logits_grad
from solutions.mistakes import alternative, mistake


def sigmoid(logits):
    return np.exp(-np.logaddexp(0, -logits))


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
