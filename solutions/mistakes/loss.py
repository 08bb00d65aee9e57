"""Wrong and alternative implementations of the penalty on weights and the first loss.

Those of the losses of predictions stand in loss_*.py.
"""

from __future__ import annotations

import numpy as np

from solutions.loss import cross_entropy, expected_initial_loss, l2_penalty, l2_penalty_grad
from solutions.mistakes import alternative, loss_binary, loss_classes, loss_regression, mistake  # noqa: F401

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
