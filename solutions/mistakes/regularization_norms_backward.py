"""Wrong and alternative implementations of batch and layer normalization, backward."""

from __future__ import annotations

import numpy as np

from solutions.mistakes import alternative, mistake
from solutions.mistakes.regularization_norms import EPS_FORGOTTEN, EPS_OUTSIDE, LOOK_EPS, pieces
from solutions.regularization import batchnorm_backward, layernorm_backward

MEAN_CONSTANT = (
    "The mean is treated as a constant. It moves with every entry of x, and that detour carries a "
    "gradient of its own: without it dx does not add up to 0 along the axis that is averaged."
)
VARIANCE_CONSTANT = (
    "The variance is treated as a constant. It moves with every entry of x, and that detour carries "
    "a gradient of its own, proportional to the normalized input."
)
BOTH_CONSTANT = (
    "The mean and the variance are treated as constants, as if they came from outside. Both are "
    "computed from x, and the gradient flows through them too."
)
LOOK_CONSTANT = (
    "Add 1 to every entry that is averaged together: the output stays. What does that say about the "
    "sum of dx over them? Now stretch them about their mean: what about the sum of dx · x̂?"
)


# batchnorm_backward


@mistake(of=batchnorm_backward, says=BOTH_CONSTANT, look=LOOK_CONSTANT)
def statistics_constant(upstream, x, gamma, beta, eps):
    _, dgamma, dbeta = batchnorm_backward(upstream, x, gamma, beta, eps)
    _, std = pieces(x, eps, 0)
    return upstream * gamma / std, dgamma, dbeta


@mistake(of=batchnorm_backward, says=MEAN_CONSTANT, look=LOOK_CONSTANT)
def mean_constant(upstream, x, gamma, beta, eps):
    _, dgamma, dbeta = batchnorm_backward(upstream, x, gamma, beta, eps)
    normalized, std = pieces(x, eps, 0)
    g = upstream * gamma
    return (g - normalized * (g * normalized).mean(axis=0)) / std, dgamma, dbeta


@mistake(of=batchnorm_backward, says=VARIANCE_CONSTANT, look=LOOK_CONSTANT)
def variance_constant(upstream, x, gamma, beta, eps):
    _, dgamma, dbeta = batchnorm_backward(upstream, x, gamma, beta, eps)
    _, std = pieces(x, eps, 0)
    g = upstream * gamma
    return (g - g.mean(axis=0)) / std, dgamma, dbeta


@mistake(
    of=batchnorm_backward,
    says="The two detours are summed over the batch where they should be averaged: the mean and the "
    "variance hold a 1/n each.",
)
def detours_not_averaged(upstream, x, gamma, beta, eps):
    _, dgamma, dbeta = batchnorm_backward(upstream, x, gamma, beta, eps)
    normalized, std = pieces(x, eps, 0)
    g = upstream * gamma
    dx = (g - g.sum(axis=0) - normalized * (g * normalized).sum(axis=0)) / std
    return dx, dgamma, dbeta


@mistake(
    of=batchnorm_backward, says="gamma is missing in dx: what arrives at x̂ is upstream times gamma."
)
def gamma_forgotten(upstream, x, gamma, beta, eps):
    dx, _, _ = batchnorm_backward(upstream, x, np.ones_like(gamma), beta, eps)
    _, dgamma, dbeta = batchnorm_backward(upstream, x, gamma, beta, eps)
    return dx, dgamma, dbeta


@mistake(
    of=batchnorm_backward,
    says="dx is not divided by the standard deviation. Where x̂ moves by 1/std for each unit of x, "
    "the gradient shrinks likewise.",
)
def std_forgotten(upstream, x, gamma, beta, eps):
    dx, dgamma, dbeta = batchnorm_backward(upstream, x, gamma, beta, eps)
    return dx * pieces(x, eps, 0)[1], dgamma, dbeta


@mistake(
    of=batchnorm_backward,
    says="dgamma is computed with x. gamma multiplies the normalized input x̂, so that is its factor.",
)
def dgamma_from_x(upstream, x, gamma, beta, eps):
    dx, _, dbeta = batchnorm_backward(upstream, x, gamma, beta, eps)
    return dx, (upstream * x).sum(axis=0), dbeta


@mistake(
    of=batchnorm_backward,
    says="dgamma and dbeta are averaged over the batch. The loss already holds the 1/n; sum over the "
    "samples.",
)
def parameters_averaged(upstream, x, gamma, beta, eps):
    dx, dgamma, dbeta = batchnorm_backward(upstream, x, gamma, beta, eps)
    return dx, dgamma / len(x), dbeta / len(x)


@mistake(of=batchnorm_backward, says=EPS_FORGOTTEN, look=LOOK_EPS)
def eps_left_out(upstream, x, gamma, beta, eps):
    return batchnorm_backward(upstream, x, gamma, beta, 0.0)


@mistake(of=batchnorm_backward, says=EPS_OUTSIDE, look=LOOK_EPS)
def eps_after_the_root(upstream, x, gamma, beta, eps):
    std = x.std(axis=0)
    shifted = (std + eps) ** 2 - std**2  # as an eps inside
    return batchnorm_backward(upstream, x, gamma, beta, shifted)


@mistake(
    of=batchnorm_backward,
    says="The variance divides by n - 1 here, but by n on the way forward. Where the two passes "
    "disagree, the gradient is that of another function.",
)
def unbiased_backward(upstream, x, gamma, beta, eps):
    if len(x) < 2:
        return batchnorm_backward(upstream, x, gamma, beta, eps)
    std = np.sqrt(x.var(axis=0, ddof=1) + eps)
    normalized = (x - x.mean(axis=0)) / std
    g = upstream * gamma
    dx = (g - g.mean(axis=0) - normalized * (g * normalized).mean(axis=0)) / std
    return dx, (upstream * normalized).sum(axis=0), upstream.sum(axis=0)


@mistake(
    of=batchnorm_backward,
    says="The means are taken along the rows, as in layer normalization. Here the samples are "
    "averaged: axis 0.",
)
def backward_along_the_rows(upstream, x, gamma, beta, eps):
    _, dgamma, dbeta = batchnorm_backward(upstream, x, gamma, beta, eps)
    return layernorm_backward(upstream, x, gamma, beta, eps)[0], dgamma, dbeta


@mistake(
    of=batchnorm_backward,
    says="dgamma and dbeta come back for every sample. One gamma serves all samples: sum over axis 0.",
)
def parameters_not_summed(upstream, x, gamma, beta, eps):
    dx, _, _ = batchnorm_backward(upstream, x, gamma, beta, eps)
    return dx, upstream * pieces(x, eps, 0)[0], upstream.copy()


@alternative(of=batchnorm_backward)
def through_the_graph(upstream, x, gamma, beta, eps):
    n, centered = len(x), x - x.mean(axis=0)
    var = (centered**2).mean(axis=0)
    inverse = 1 / np.sqrt(var + eps)
    dnormalized = upstream * gamma
    dvar = (dnormalized * centered).sum(axis=0) * -0.5 * inverse**3
    dcentered = dnormalized * inverse + dvar * 2 * centered / n
    dx = dcentered - dcentered.sum(axis=0) / n
    return dx, (upstream * centered * inverse).sum(axis=0), upstream.sum(axis=0)


@alternative(of=batchnorm_backward)
def through_sums(upstream, x, gamma, beta, eps):
    n, (normalized, std) = len(x), pieces(x, eps, 0)
    dbeta = np.einsum("nd->d", upstream)
    dgamma = np.einsum("nd,nd->d", upstream, normalized)
    dx = gamma / (n * std) * (n * upstream - dbeta - normalized * dgamma)
    return [np.asfortranarray(dx), dgamma, dbeta]


# layernorm_backward


@mistake(
    of=layernorm_backward,
    says="gamma is multiplied in after the averages are taken. It differs along the very axis that is "
    "averaged, so multiply it into upstream first.",
)
def gamma_last(upstream, x, gamma, beta, eps):
    dx, _, _ = layernorm_backward(upstream, x, np.ones_like(gamma), beta, eps)
    _, dgamma, dbeta = layernorm_backward(upstream, x, gamma, beta, eps)
    return gamma * dx, dgamma, dbeta


@mistake(
    of=layernorm_backward, says="gamma is missing in dx: what arrives at x̂ is upstream times gamma."
)
def layer_gamma_forgotten(upstream, x, gamma, beta, eps):
    dx, _, _ = layernorm_backward(upstream, x, np.ones_like(gamma), beta, eps)
    _, dgamma, dbeta = layernorm_backward(upstream, x, gamma, beta, eps)
    return dx, dgamma, dbeta


def layer_dx(upstream, x, gamma, eps, mean, variance):
    normalized, std = pieces(x, eps, -1)
    g = upstream * gamma
    dx = g
    if mean:
        dx = dx - g.mean(axis=-1, keepdims=True)
    if variance:
        dx = dx - normalized * (g * normalized).mean(axis=-1, keepdims=True)
    return dx / std


@mistake(of=layernorm_backward, says=BOTH_CONSTANT, look=LOOK_CONSTANT)
def layer_statistics_constant(upstream, x, gamma, beta, eps):
    _, dgamma, dbeta = layernorm_backward(upstream, x, gamma, beta, eps)
    return layer_dx(upstream, x, gamma, eps, mean=False, variance=False), dgamma, dbeta


@mistake(of=layernorm_backward, says=MEAN_CONSTANT, look=LOOK_CONSTANT)
def layer_mean_constant(upstream, x, gamma, beta, eps):
    _, dgamma, dbeta = layernorm_backward(upstream, x, gamma, beta, eps)
    return layer_dx(upstream, x, gamma, eps, mean=False, variance=True), dgamma, dbeta


@mistake(of=layernorm_backward, says=VARIANCE_CONSTANT, look=LOOK_CONSTANT)
def layer_variance_constant(upstream, x, gamma, beta, eps):
    _, dgamma, dbeta = layernorm_backward(upstream, x, gamma, beta, eps)
    return layer_dx(upstream, x, gamma, eps, mean=True, variance=False), dgamma, dbeta


@mistake(
    of=layernorm_backward,
    says="dgamma and dbeta are summed over the first axis only. gamma serves every sample at every "
    "moment: sum over all axes but the last.",
)
def first_axis_only(upstream, x, gamma, beta, eps):
    dx, _, _ = layernorm_backward(upstream, x, gamma, beta, eps)
    return dx, (upstream * pieces(x, eps, -1)[0]).sum(axis=0), upstream.sum(axis=0)


@mistake(
    of=layernorm_backward,
    says="dgamma and dbeta are summed along the features, and have one number for each sample. Only "
    "the statistics go along the features; gamma has one number for each feature.",
)
def summed_along_the_features(upstream, x, gamma, beta, eps):
    dx, _, _ = layernorm_backward(upstream, x, gamma, beta, eps)
    return dx, (upstream * pieces(x, eps, -1)[0]).sum(axis=-1), upstream.sum(axis=-1)


@mistake(
    of=layernorm_backward,
    says="dx averages over the batch, as in batch normalization. In the forward pass every sample is "
    "normalized by itself, so its gradient is found along its own features.",
)
def backward_over_the_batch(upstream, x, gamma, beta, eps):
    normalized, std = pieces(x, eps, 0)
    g = upstream * gamma
    dx = (g - g.mean(axis=0) - normalized * (g * normalized).mean(axis=0)) / std
    _, dgamma, dbeta = layernorm_backward(upstream, x, gamma, beta, eps)
    return dx, dgamma, dbeta


@mistake(
    of=layernorm_backward,
    says="The two detours are summed along the features where they should be averaged: the mean and "
    "the variance hold a 1/d each.",
)
def layer_detours_not_averaged(upstream, x, gamma, beta, eps):
    _, dgamma, dbeta = layernorm_backward(upstream, x, gamma, beta, eps)
    normalized, std = pieces(x, eps, -1)
    g = upstream * gamma
    along = (g * normalized).sum(axis=-1, keepdims=True)
    return (g - g.sum(axis=-1, keepdims=True) - normalized * along) / std, dgamma, dbeta


@mistake(
    of=layernorm_backward,
    says="dgamma is computed with x. gamma multiplies the normalized input x̂, so that is its factor.",
)
def layer_dgamma_from_x(upstream, x, gamma, beta, eps):
    dx, _, dbeta = layernorm_backward(upstream, x, gamma, beta, eps)
    return dx, (upstream * x).sum(axis=tuple(range(x.ndim - 1))), dbeta


@mistake(of=layernorm_backward, says=EPS_FORGOTTEN, look=LOOK_EPS)
def layer_eps_left_out(upstream, x, gamma, beta, eps):
    return layernorm_backward(upstream, x, gamma, beta, 0.0)


@alternative(of=layernorm_backward)
def layer_through_the_graph(upstream, x, gamma, beta, eps):
    d = x.shape[-1]
    centered = x - x.mean(axis=-1, keepdims=True)
    inverse = 1 / np.sqrt((centered**2).mean(axis=-1, keepdims=True) + eps)
    g = upstream * gamma
    dvar = (g * centered).sum(axis=-1, keepdims=True) * -0.5 * inverse**3
    dcentered = g * inverse + dvar * 2 * centered / d
    dx = dcentered - dcentered.sum(axis=-1, keepdims=True) / d
    flat = (upstream * centered * inverse).reshape(-1, d)
    return dx, flat.sum(axis=0), upstream.reshape(-1, d).sum(axis=0)


@alternative(of=layernorm_backward)
def by_its_jacobian(upstream, x, gamma, beta, eps):
    d, dx = x.shape[-1], np.empty_like(x)
    normalized, std = pieces(x, eps, -1)
    for where in np.ndindex(x.shape[:-1]):
        outer = np.outer(normalized[where], normalized[where])
        jacobian = (np.eye(d, dtype=x.dtype) - 1 / d - outer / d) / std[where]
        dx[where] = (upstream[where] * gamma) @ jacobian
    rows = upstream.reshape(-1, d)
    return dx, np.einsum("nd,nd->d", rows, normalized.reshape(-1, d)), rows.sum(axis=0)
