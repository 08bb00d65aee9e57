"""Wrong and alternative implementations of the backward passes of ReLU, sigmoid and softmax."""

from __future__ import annotations

import numpy as np

from solutions.backprop import relu_backward, sigmoid_backward, softmax_backward
from solutions.mistakes import alternative, mistake

# relu_backward


@mistake(
    of=relu_backward,
    says="The upstream gradient is ignored: this is the slope of the ReLU, 0 or 1. Multiply it by "
    "what arrives.",
)
def slope_alone(upstream, z):
    return (z > 0).astype(z.dtype)


@mistake(
    of=relu_backward,
    says="This sends the upstream gradient through the ReLU: the mask asks where upstream is "
    "positive. It must ask where z is.",
)
def relu_of_upstream(upstream, z):
    return np.maximum(upstream, 0)


@mistake(
    of=relu_backward,
    says="The upstream gradient is multiplied by the output max(z, 0). Multiply by the slope there, "
    "which is 1.",
)
def times_the_output(upstream, z):
    return upstream * np.maximum(z, 0)


@mistake(
    of=relu_backward, says="The mask is the other way round: where z is negative, nothing passes."
)
def mask_reversed(upstream, z):
    return np.where(z < 0, upstream, 0)


@mistake(of=relu_backward, says="Everything passes: the mask is missing.")
def mask_missing(upstream, z):
    return upstream.copy()


@mistake(
    of=relu_backward,
    says="The mask is made of |z|, so that only exact zeros are stopped. Where z is negative, nothing "
    "passes.",
)
def only_zeros_stopped(upstream, z):
    return upstream * (z != 0)


@mistake(
    of=relu_backward,
    says="upstream is changed in place. The caller still needs it; make a new array.",
)
def upstream_changed(upstream, z):
    upstream[z <= 0] = 0
    return upstream


@mistake(
    of=relu_backward,
    says="Negative entries get -upstream: that is the derivative of |z|, not of max(z, 0).",
)
def derivative_of_abs(upstream, z):
    return upstream * np.sign(z)


@alternative(of=relu_backward)
def slope_one_at_zero(upstream, z):
    return upstream * (z >= 0)


@alternative(of=relu_backward)
def slope_half_at_zero(upstream, z):
    return upstream * np.heaviside(z, 0.5).astype(z.dtype)


@alternative(of=relu_backward)
def in_a_copy(upstream, z):
    dz = np.array(upstream, order="F")
    dz[z <= 0] = 0
    return dz


def _sigmoid(z):
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, small) / (1 + small)


# sigmoid_backward


@mistake(
    of=sigmoid_backward,
    says="This is upstream * z * (1 - z), with z in the place of the output a = σ(z).",
)
def z_for_a(upstream, z):
    return upstream * z * (1 - z)


@mistake(
    of=sigmoid_backward,
    says="The upstream gradient is ignored: this is the slope of the sigmoid. Multiply it by what "
    "arrives.",
)
def sigmoid_slope_alone(upstream, z):
    return sigmoid_backward(np.ones_like(upstream), z)


@mistake(
    of=sigmoid_backward,
    says="The sigmoid is applied twice: z is already its input, so a is σ(z), not σ(σ(z)).",
)
def sigmoid_twice(upstream, z):
    return sigmoid_backward(upstream, _sigmoid(z))


@mistake(
    of=sigmoid_backward,
    says="The slope is taken as a. It is a times (1 - a): the sigmoid flattens where a comes near 1.",
)
def second_factor_missing(upstream, z):
    return upstream * _sigmoid(z)


@mistake(
    of=sigmoid_backward,
    says="This is 1 - a², the derivative of tanh in terms of its output. That of the sigmoid is "
    "a (1 - a).",
)
def derivative_of_tanh(upstream, z):
    return upstream * (1 - _sigmoid(z) ** 2)


@mistake(
    of=sigmoid_backward, says="The sign is wrong: the sigmoid rises everywhere, a (1 - a) > 0."
)
def sign_wrong(upstream, z):
    return -sigmoid_backward(upstream, z)


@mistake(
    of=sigmoid_backward,
    says="For a large negative z, exp(-z) is infinite, and infinity divided by infinity is NaN. Take "
    "exp of -|z| only: the slope is the same for z and -z.",
)
def overflowing(upstream, z):
    e = np.exp(-z)
    return upstream * e / (1 + e) ** 2


@alternative(of=sigmoid_backward)
def by_the_output(upstream, z):
    a = _sigmoid(z)
    return a * (1 - a) * upstream


@alternative(of=sigmoid_backward)
def by_the_hyperbolic_cosine(upstream, z):
    return upstream / (2 * np.cosh(np.minimum(np.abs(z), 700 if z.itemsize == 8 else 80) / 2)) ** 2


def _softmax(z, axis=1):
    e = np.exp(z - z.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


# softmax_backward


@mistake(
    of=softmax_backward,
    says="The Jacobian is taken as diagonal, p (1 - p), as if each probability depended on its own "
    "logit alone. The rows of dz then do not sum to 0.",
)
def diagonal_only(upstream, z):
    p = _softmax(z)
    return upstream * p * (1 - p)


@mistake(
    of=softmax_backward,
    says="This is upstream * p: the common term of each row is not subtracted. All probabilities of a "
    "row share their denominator, so every logit moves all of them.",
)
def common_term_missing(upstream, z):
    return upstream * _softmax(z)


@mistake(
    of=softmax_backward,
    says="The common term is summed over the samples. It belongs to each row by itself: axis=1, and "
    "keepdims=True.",
)
def common_term_over_samples(upstream, z):
    p = _softmax(z)
    return p * (upstream - (upstream * p).sum(axis=0, keepdims=True))


@mistake(
    of=softmax_backward,
    says="The common term is the plain mean of upstream. It is the mean weighted by the probabilities.",
)
def common_term_not_weighted(upstream, z):
    return _softmax(z) * (upstream - upstream.mean(axis=1, keepdims=True))


@mistake(
    of=softmax_backward,
    says="The common term is not weighted by p: this subtracts the sum of upstream over the row.",
)
def common_term_summed(upstream, z):
    return _softmax(z) * (upstream - upstream.sum(axis=1, keepdims=True))


@mistake(
    of=softmax_backward,
    says="The common term is subtracted after the multiplication by p. It belongs inside: "
    "p (upstream - common).",
)
def subtracted_outside(upstream, z):
    p = _softmax(z)
    return p * upstream - (upstream * p).sum(axis=1, keepdims=True)


@mistake(of=softmax_backward, says="The softmax is taken down the columns; a sample is a row.")
def softmax_of_columns(upstream, z):
    p = _softmax(z, axis=0)
    return p * (upstream - (upstream * p).sum(axis=0, keepdims=True))


@mistake(
    of=softmax_backward,
    says="The upstream gradient is taken for labels: this is p - upstream, the gradient of a "
    "cross-entropy. Here upstream is the gradient with respect to the probabilities.",
)
def softmax_minus_upstream(upstream, z):
    return _softmax(z) - upstream


@mistake(
    of=softmax_backward,
    says="exp overflows for large logits. Subtract each row's maximum first; the softmax stays the "
    "same.",
)
def softmax_overflowing(upstream, z):
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    return p * (upstream - (upstream * p).sum(axis=1, keepdims=True))


@mistake(
    of=softmax_backward,
    says="z is taken for probabilities already: the softmax itself is missing.",
)
def z_as_probabilities(upstream, z):
    return z * (upstream - (upstream * z).sum(axis=1, keepdims=True))


@alternative(of=softmax_backward)
def with_jacobians(upstream, z):
    dz = np.empty_like(z)
    for i, p in enumerate(_softmax(z)):
        dz[i] = (np.diag(p) - np.outer(p, p)) @ upstream[i]
    return dz


@alternative(of=softmax_backward)
def product_first(upstream, z):
    p = _softmax(z)
    product = p * upstream
    return product - p * product.sum(1)[:, None]
