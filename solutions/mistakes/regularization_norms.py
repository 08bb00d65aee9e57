"""Wrong and alternative implementations of the batch and layer normalization of `regularization`."""

from __future__ import annotations

import numpy as np

from solutions.mistakes import alternative, mistake
from solutions.regularization import (
    batchnorm_backward,
    batchnorm_forward,
    batchnorm_inference,
    layernorm_backward,
    layernorm_forward,
)

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
EPS_OUTSIDE = (
    "eps is added to the standard deviation, after the root. It belongs to the variance, inside the "
    "root."
)
EPS_FORGOTTEN = (
    "eps is missing. A feature that is constant has variance 0, and then this divides by 0."
)
LOOK_EPS = "Compare the line that divides with the contract: to what is eps added?"
LOOK_CONSTANT = (
    "Add 1 to every entry that is averaged together: the output stays. What does that say about the "
    "sum of dx over them? Now stretch them about their mean: what about the sum of dx · x̂?"
)
DIVIDED_BY_VARIANCE = (
    "This divides by the variance. To have spread 1 afterwards, divide by its square root."
)


def refuse_one(x):
    if len(x) < 2:
        raise ValueError("at least two samples are needed")


def mixed(old, new, momentum):
    return (1 - momentum) * old + momentum * new


def batch(x, gamma, beta, running_mean, running_var, momentum, out, mean=None, var=None):
    """The result with this `out`, and with running averages of this mean and variance."""
    refuse_one(x)
    mean = x.mean(axis=0) if mean is None else mean
    var = x.var(axis=0, ddof=1) if var is None else var
    return out, mixed(running_mean, mean, momentum), mixed(running_var, var, momentum)


# batchnorm_forward


@mistake(of=batchnorm_forward, says=EPS_OUTSIDE, look=LOOK_EPS)
def eps_outside(x, gamma, beta, running_mean, running_var, momentum, eps):
    out = gamma * (x - x.mean(axis=0)) / (x.std(axis=0) + eps) + beta
    return batch(x, gamma, beta, running_mean, running_var, momentum, out)


@mistake(of=batchnorm_forward, says=EPS_FORGOTTEN, look=LOOK_EPS)
def eps_forgotten(x, gamma, beta, running_mean, running_var, momentum, eps):
    out = gamma * (x - x.mean(axis=0)) / x.std(axis=0) + beta
    return batch(x, gamma, beta, running_mean, running_var, momentum, out)


@mistake(
    of=batchnorm_forward,
    says="out is standardized by the unbiased variance, which divides by n - 1. In the batch it is "
    "the biased one, np.var without ddof; the unbiased one is for the running average only.",
)
def unbiased_in_the_batch(x, gamma, beta, running_mean, running_var, momentum, eps):
    refuse_one(x)
    out = gamma * (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0, ddof=1) + eps) + beta
    return batch(x, gamma, beta, running_mean, running_var, momentum, out)


@mistake(
    of=batchnorm_forward,
    says="The running variance takes in the biased variance of the batch. It is an estimate for data "
    "still to come, so it takes in the unbiased one: times n / (n - 1).",
)
def biased_in_the_average(x, gamma, beta, running_mean, running_var, momentum, eps):
    out, *_ = batchnorm_forward(x, gamma, beta, running_mean, running_var, momentum, eps)
    return batch(x, gamma, beta, running_mean, running_var, momentum, out, var=x.var(axis=0))


@mistake(
    of=batchnorm_forward,
    says="The momentum is the wrong way round: here it weighs the batch, and 1 - momentum the "
    "average so far. (Keras and the original paper's code weigh the other way.)",
)
def momentum_the_other_way(x, gamma, beta, running_mean, running_var, momentum, eps):
    return batchnorm_forward(x, gamma, beta, running_mean, running_var, 1 - momentum, eps)


@mistake(
    of=batchnorm_forward,
    says="The running averages come back as they went in. In training they move a little towards "
    "every batch; otherwise inference knows nothing about the data.",
)
def averages_not_updated(x, gamma, beta, running_mean, running_var, momentum, eps):
    out, *_ = batchnorm_forward(x, gamma, beta, running_mean, running_var, momentum, eps)
    return out, running_mean.copy(), running_var.copy()


@mistake(
    of=batchnorm_forward,
    says="The running averages are replaced by those of the batch: what earlier batches have taught "
    "is lost. Mix the two by momentum.",
)
def averages_replaced(x, gamma, beta, running_mean, running_var, momentum, eps):
    return batchnorm_forward(x, gamma, beta, running_mean, running_var, 1.0, eps)


@mistake(
    of=batchnorm_forward,
    says="The running variance averages the standard deviation. Inference takes the root of it once "
    "more.",
)
def running_std(x, gamma, beta, running_mean, running_var, momentum, eps):
    out, *_ = batchnorm_forward(x, gamma, beta, running_mean, running_var, momentum, eps)
    var = x.std(axis=0, ddof=1)
    return batch(x, gamma, beta, running_mean, running_var, momentum, out, var=var)


@mistake(
    of=batchnorm_forward,
    says="out is standardized by the running averages. That is inference. In training the batch is "
    "standardized by its own mean and variance.",
)
def standardized_by_the_averages(x, gamma, beta, running_mean, running_var, momentum, eps):
    out = batchnorm_inference(x, gamma, beta, running_mean, running_var, eps)
    return batch(x, gamma, beta, running_mean, running_var, momentum, out)


@mistake(
    of=batchnorm_forward,
    says="out is standardized by the running averages after their update. In training the batch is "
    "standardized by its own mean and variance alone.",
)
def standardized_by_the_new_averages(x, gamma, beta, running_mean, running_var, momentum, eps):
    _, *new = batchnorm_forward(x, gamma, beta, running_mean, running_var, momentum, eps)
    return (batchnorm_inference(x, gamma, beta, *new, eps), *new)


@mistake(
    of=batchnorm_forward,
    says="The running averages are changed in place. The caller keeps the arrays that were passed; "
    "return new ones.",
)
def averages_in_place(x, gamma, beta, running_mean, running_var, momentum, eps):
    out, mean, var = batchnorm_forward(x, gamma, beta, running_mean, running_var, momentum, eps)
    running_mean[:] = mean
    running_var[:] = var
    return out, running_mean, running_var


@mistake(
    of=batchnorm_forward,
    says="out is normalized along each row: that is layer normalization. Batch normalization "
    "standardizes each feature over the samples, axis 0.",
)
def along_the_rows(x, gamma, beta, running_mean, running_var, momentum, eps):
    out = layernorm_forward(x, gamma, beta, eps)
    return batch(x, gamma, beta, running_mean, running_var, momentum, out)


@mistake(
    of=batchnorm_forward,
    says="out is standardized by one mean and one variance for the whole batch. Each feature has its "
    "own: take them over axis 0.",
)
def over_all_entries(x, gamma, beta, running_mean, running_var, momentum, eps):
    out = gamma * (x - x.mean()) / np.sqrt(x.var() + eps) + beta
    return batch(x, gamma, beta, running_mean, running_var, momentum, out)


@mistake(of=batchnorm_forward, says=DIVIDED_BY_VARIANCE)
def root_forgotten(x, gamma, beta, running_mean, running_var, momentum, eps):
    out = gamma * (x - x.mean(axis=0)) / (x.var(axis=0) + eps) + beta
    return batch(x, gamma, beta, running_mean, running_var, momentum, out)


@mistake(
    of=batchnorm_forward,
    says="gamma and beta are missing: out is standardized and nothing more. They let the network "
    "undo the standardizing where that is better.",
)
def not_scaled_and_shifted(x, gamma, beta, running_mean, running_var, momentum, eps):
    return batchnorm_forward(
        x, np.ones_like(gamma), np.zeros_like(beta), running_mean, running_var, momentum, eps
    )


@mistake(
    of=batchnorm_forward,
    says="beta is added before gamma scales, so that it is scaled as well. First scale, then shift.",
)
def shifted_before_scaled(x, gamma, beta, running_mean, running_var, momentum, eps):
    return batchnorm_forward(x, gamma, gamma * beta, running_mean, running_var, momentum, eps)


@mistake(of=batchnorm_forward, says="gamma and beta are exchanged: gamma scales, beta shifts.")
def gamma_and_beta_exchanged(x, gamma, beta, running_mean, running_var, momentum, eps):
    return batchnorm_forward(x, beta, gamma, running_mean, running_var, momentum, eps)


@mistake(
    of=batchnorm_forward,
    says="The variance is computed as the mean of the squares minus the square of the mean. Far from "
    "0 those are two huge numbers that agree in nearly all digits, and their difference is noise. "
    "Subtract the mean first, then square: np.var does.",
    look="Try it on a feature near 1,000,000 and compare with np.var.",
)
def mean_of_squares(x, gamma, beta, running_mean, running_var, momentum, eps):
    refuse_one(x)
    n, mean = len(x), x.mean(axis=0)
    var = np.maximum((x**2).mean(axis=0) - mean**2, 0)
    out = gamma * (x - mean) / np.sqrt(var + eps) + beta
    unbiased = var * n / (n - 1)
    return batch(x, gamma, beta, running_mean, running_var, momentum, out, var=unbiased)


@mistake(
    of=batchnorm_forward,
    says="A batch of one sample is let through. Its variance is 0, out is beta whatever x was, and "
    "the unbiased variance is 0/0: NaN in the running average, for good. Refuse it.",
)
def one_sample_accepted(x, gamma, beta, running_mean, running_var, momentum, eps):
    mean, var = x.mean(axis=0), x.var(axis=0)
    out = gamma * (x - mean) / np.sqrt(var + eps) + beta
    n = len(x)
    unbiased = var * (np.float64(n) / (n - 1) if n > 1 else np.nan)
    new = mixed(running_var, unbiased, momentum).astype(x.dtype)
    return out, mixed(running_mean, mean, momentum), new


@alternative(of=batchnorm_forward)
def feature_by_feature(x, gamma, beta, running_mean, running_var, momentum, eps):
    refuse_one(x)
    out = np.empty(x.shape, dtype=x.dtype, order="F")
    means, variances = np.empty_like(gamma), np.empty_like(gamma)
    for j in range(x.shape[1]):
        column = x[:, j] - x[:, j].mean()
        means[j] = running_mean[j] + momentum * (x[:, j].mean() - running_mean[j])
        unbiased = column @ column / (len(x) - 1)
        variances[j] = running_var[j] + momentum * (unbiased - running_var[j])
        out[:, j] = beta[j] + column * (gamma[j] / np.sqrt(column @ column / len(x) + eps))
    return out, means, variances


@alternative(of=batchnorm_forward)
def with_ddof(x, gamma, beta, running_mean, running_var, momentum, eps):
    if x.shape[0] == 1:
        raise ValueError("one sample")
    normalized = (x - np.mean(x, axis=0)) * (x.var(0) + eps) ** -0.5
    old = 1 - momentum
    return [
        normalized * gamma + beta,
        running_mean * old + momentum * np.mean(x, axis=0),
        running_var * old + momentum * x.var(0, ddof=1),
    ]


# batchnorm_backward


def pieces(x, eps, axis):
    std = np.sqrt(x.var(axis=axis, keepdims=True) + eps)
    return (x - x.mean(axis=axis, keepdims=True)) / std, std


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


# batchnorm_inference


@mistake(
    of=batchnorm_inference,
    says="The samples are standardized by the statistics of their own batch, as in training. After "
    "training a prediction must not depend on the other rows: use the running averages.",
)
def batch_statistics(x, gamma, beta, running_mean, running_var, eps):
    return gamma * (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps) + beta


@mistake(
    of=batchnorm_inference,
    says="The mean is the running one, but the variance is that of the batch. Both come from the "
    "running averages.",
)
def batch_variance(x, gamma, beta, running_mean, running_var, eps):
    return gamma * (x - running_mean) / np.sqrt(x.var(axis=0) + eps) + beta


@mistake(of=batchnorm_inference, says=EPS_OUTSIDE, look=LOOK_EPS)
def eps_after_root(x, gamma, beta, running_mean, running_var, eps):
    return gamma * (x - running_mean) / (np.sqrt(running_var) + eps) + beta


@mistake(of=batchnorm_inference, says="eps is missing. It is part of the trained function: add it to the variance.", look=LOOK_EPS)  # fmt: skip
def without_eps(x, gamma, beta, running_mean, running_var, eps):
    return gamma * (x - running_mean) / np.sqrt(running_var) + beta


@mistake(of=batchnorm_inference, says=DIVIDED_BY_VARIANCE)
def divided_by_variance(x, gamma, beta, running_mean, running_var, eps):
    return gamma * (x - running_mean) / (running_var + eps) + beta


@mistake(of=batchnorm_inference, says="gamma and beta are missing. They were learned, and the next layers count on them.")  # fmt: skip
def parameters_forgotten(x, gamma, beta, running_mean, running_var, eps):
    return (x - running_mean) / np.sqrt(running_var + eps)


@mistake(
    of=batchnorm_inference,
    says="Normalization is switched off: only gamma and beta are applied. It is dropout that "
    "disappears after training; batch normalization changes its source of statistics.",
)
def switched_off(x, gamma, beta, running_mean, running_var, eps):
    return gamma * x + beta


@alternative(of=batchnorm_inference)
def folded(x, gamma, beta, running_mean, running_var, eps):
    scale = gamma / np.sqrt(running_var + eps)
    return x * scale + (beta - running_mean * scale)


@alternative(of=batchnorm_inference)
def row_by_row(x, gamma, beta, running_mean, running_var, eps):
    root = (running_var + eps) ** 0.5
    return np.stack([(row - running_mean) / root * gamma + beta for row in x])


# layernorm_forward


@mistake(
    of=layernorm_forward,
    says="This averages over the batch: it is batch normalization. Layer normalization looks at one "
    "sample at a time, along its features: axis=-1.",
)
def over_the_batch(x, gamma, beta, eps):
    normalized, _ = pieces(x, eps, 0)
    return gamma * normalized + beta


@mistake(
    of=layernorm_forward,
    says="The mean and the variance go over all axes but the first. With (n, time, d) every moment "
    "of time is normalized by itself: over the last axis alone.",
)
def over_time_too(x, gamma, beta, eps):
    normalized, _ = pieces(x, eps, tuple(range(1, x.ndim)))
    return gamma * normalized + beta


@mistake(
    of=layernorm_forward,
    says="The mean and the variance go over axis 1. With (n, time, d) that is time; the features are "
    "the last axis, axis=-1.",
)
def over_axis_1(x, gamma, beta, eps):
    normalized, _ = pieces(x, eps, 1)
    return gamma * normalized + beta


@mistake(
    of=layernorm_forward,
    says="One mean and one variance serve the whole array. Each sample has its own: over axis=-1, "
    "with keepdims=True.",
)
def over_everything(x, gamma, beta, eps):
    return gamma * (x - x.mean()) / np.sqrt(x.var() + eps) + beta


@mistake(of=layernorm_forward, says=EPS_OUTSIDE, look=LOOK_EPS)
def layer_eps_outside(x, gamma, beta, eps):
    centered = x - x.mean(axis=-1, keepdims=True)
    return gamma * centered / (x.std(axis=-1, keepdims=True) + eps) + beta


@mistake(of=layernorm_forward, says=EPS_FORGOTTEN, look=LOOK_EPS)
def layer_eps_forgotten(x, gamma, beta, eps):
    return layernorm_forward(x, gamma, beta, 0.0)


@mistake(
    of=layernorm_forward,
    says="The variance divides by d - 1. torch.var and pandas do so by default; layer normalization "
    "divides by d, np.var without ddof.",
)
def unbiased(x, gamma, beta, eps):
    centered = x - x.mean(axis=-1, keepdims=True)
    d = x.shape[-1]
    var = (centered**2).sum(axis=-1, keepdims=True) / max(d - 1, 1)
    return gamma * centered / np.sqrt(var + eps) + beta


@mistake(of=layernorm_forward, says=DIVIDED_BY_VARIANCE)
def layer_divided_by_variance(x, gamma, beta, eps):
    centered = x - x.mean(axis=-1, keepdims=True)
    return gamma * centered / (x.var(axis=-1, keepdims=True) + eps) + beta


@mistake(
    of=layernorm_forward,
    says="The mean is not subtracted. Dividing by the root of the mean square alone is RMSNorm, which "
    "some language models use instead.",
)
def rms_norm(x, gamma, beta, eps):
    return gamma * x / np.sqrt((x**2).mean(axis=-1, keepdims=True) + eps) + beta


@mistake(of=layernorm_forward, says="gamma and beta are missing: the result is standardized and nothing more.")  # fmt: skip
def layer_parameters_forgotten(x, gamma, beta, eps):
    return layernorm_forward(x, np.ones_like(gamma), np.zeros_like(beta), eps)


@mistake(of=layernorm_forward, says="beta is missing.")
def beta_forgotten(x, gamma, beta, eps):
    return layernorm_forward(x, gamma, np.zeros_like(beta), eps)


@mistake(
    of=layernorm_forward,
    says="The variance is computed as the mean of the squares minus the square of the mean. Far from "
    "0 those are two huge numbers that agree in nearly all digits, and their difference is noise. "
    "Subtract the mean first, then square.",
)
def layer_mean_of_squares(x, gamma, beta, eps):
    mean = x.mean(axis=-1, keepdims=True)
    var = np.maximum((x**2).mean(axis=-1, keepdims=True) - mean**2, 0)
    return gamma * (x - mean) / np.sqrt(var + eps) + beta


@alternative(of=layernorm_forward)
def transposed(x, gamma, beta, eps):
    y = np.moveaxis(x, -1, 0)
    y = (y - y.mean(axis=0)) / np.sqrt(y.var(axis=0) + eps)
    return np.moveaxis(y, 0, -1) * gamma + beta


@alternative(of=layernorm_forward)
def sample_by_sample(x, gamma, beta, eps):
    out = np.empty_like(x)
    for where in np.ndindex(x.shape[:-1]):
        row = x[where] - x[where].sum() / x.shape[-1]
        out[where] = beta + row * gamma * (np.mean(row * row) + eps) ** -0.5
    return out


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
