"""Wrong and alternative implementations of batch and layer normalization, forward."""

from __future__ import annotations

import numpy as np

from solutions.mistakes import alternative, mistake
from solutions.regularization import batchnorm_forward, batchnorm_inference, layernorm_forward

EPS_OUTSIDE = (
    "eps is added to the standard deviation, after the root. It belongs to the variance, inside the "
    "root."
)
EPS_FORGOTTEN = (
    "eps is missing. A feature that is constant has variance 0, and then this divides by 0."
)
LOOK_EPS = "Compare the line that divides with the contract: to what is eps added?"
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


def pieces(x, eps, axis):
    std = np.sqrt(x.var(axis=axis, keepdims=True) + eps)
    return (x - x.mean(axis=axis, keepdims=True)) / std, std


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
