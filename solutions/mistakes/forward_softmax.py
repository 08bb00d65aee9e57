"""Wrong and alternative implementations of softmax and its logarithm."""

from __future__ import annotations

import numpy as np

from solutions.forward import log_softmax, softmax
from solutions.mistakes import alternative, mistake

# softmax


@mistake(
    of=softmax,
    says="exp overflows above 709: inf / inf is NaN. And far below 0 all exponentials vanish: 0 / 0. "
    "Subtract the largest logit of each row first; the probabilities do not change.",
)
def without_maximum(z):
    e = np.exp(z)
    return e / e.sum(axis=1, keepdims=True)


@mistake(
    of=softmax,
    says="The columns sum to 1: the softmax runs over the batch. The classes of one sample compete, "
    "and they stand in a row: axis=1.",
)
def over_the_batch(z):
    return softmax(z.T).T


@mistake(
    of=softmax,
    says="All entries of the batch sum to 1 together. Each row is a distribution of its own: sum "
    "along axis=1.",
)
def over_everything(z):
    e = np.exp(z - z.max())
    return e / e.sum()


@mistake(
    of=softmax,
    says="The largest logit of the whole batch is subtracted. A row that lies far below it loses all "
    "its exponentials: 0 / 0. Each row needs its own maximum.",
)
def one_maximum_for_all(z):
    e = np.exp(z - z.max())
    return e / e.sum(axis=1, keepdims=True)


@mistake(
    of=softmax,
    says="Without keepdims the row sums lie along the columns: where there are as many samples as "
    "classes each column is divided by another row's sum, and elsewhere the shapes do not fit.",
)
def keepdims_forgotten(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1)


@mistake(
    of=softmax,
    says="This is the sigmoid of each logit by itself. In a softmax the classes compete: the entries "
    "of a row sum to 1.",
)
def sigmoid_of_each(z):
    return np.exp(np.minimum(z, 0)) / (1 + np.exp(-np.abs(z)))


@mistake(
    of=softmax,
    says="The exponentials are missing: logits divided by their sum may be negative.",
)
def without_exponential(z):
    with np.errstate(all="ignore"):
        return z / z.sum(axis=1, keepdims=True)


@mistake(
    of=softmax,
    says="The mean of each row is subtracted instead of its maximum. A logit may lie a thousand "
    "above the mean, and its exponential overflows.",
)
def mean_subtracted(z):
    e = np.exp(z - z.mean(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


@mistake(
    of=softmax,
    says="-= works in the caller's array: the caller's logits have changed. Write z = z - ….",
)
def logits_changed(z):
    z -= z.max(axis=1, keepdims=True)
    return np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)


@mistake(
    of=softmax,
    says="The logits are clipped so that exp does not overflow. Large ones become equal, and so do "
    "their probabilities. Subtract the row maximum instead.",
)
def clipped_logits(z):
    e = np.exp(np.clip(z, -500, 500))
    return e / e.sum(axis=1, keepdims=True)


@alternative(of=softmax)
def from_logarithms(z):
    return np.exp(log_softmax(z))


@alternative(of=softmax)
def row_after_row(z):
    rows = []
    for row in z:
        e = np.exp(row - max(row))
        rows.append(e / sum(e))
    return np.array(rows)


@alternative(of=softmax)
def transposed_inside(z):
    e = np.exp(z.T - z.max(axis=1))
    return (e / e.sum(axis=0)).T


@alternative(of=softmax)
def one_over_a_sum(z):
    with np.errstate(over="ignore"):
        return (1 / np.exp(z[:, None, :] - z[:, :, None]).sum(axis=2)).astype(z.dtype)


# log_softmax


@mistake(
    of=log_softmax,
    says="The logarithm of a softmax: a probability below 1e-324 has become 0, and its logarithm "
    "minus infinity. Write the logarithm of the quotient as a difference: no probability is needed.",
)
def log_of_softmax(z):
    with np.errstate(divide="ignore"):
        return np.log(softmax(z))


@mistake(
    of=log_softmax,
    says="A small number under the logarithm hides the problem: every improbable class gets the "
    "same log-probability, and its gradient is lost. Write the logarithm of the quotient as a "
    "difference.",
)
def log_of_softmax_plus_epsilon(z):
    return np.log(softmax(z) + 1e-12).astype(z.dtype)


@mistake(
    of=log_softmax,
    says="The exponentials overflow, or all vanish, before the logarithm can bring them back. "
    "Subtract the largest logit of each row first.",
)
def without_the_maximum(z):
    with np.errstate(all="ignore"):
        return z - np.log(np.exp(z).sum(axis=1, keepdims=True))


@mistake(
    of=log_softmax,
    says="The maximum was subtracted inside the sum but not from z outside it, so every row is too "
    "large by its maximum.",
)
def maximum_not_restored(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return z - np.log(e.sum(axis=1, keepdims=True))


@mistake(
    of=log_softmax,
    says="The classes of one sample stand in a row; this runs over the batch. The axis should be 1.",
)
def over_the_batch(z):  # noqa: F811
    return log_softmax(z.T).T


@mistake(
    of=log_softmax,
    says="The sum of the logits is taken where the logarithm of the sum of their exponentials is "
    "needed: log(a + b) is not log a + log b.",
)
def log_of_sum_as_sum(z):
    return z - z.sum(axis=1, keepdims=True)


@mistake(
    of=log_softmax,
    says="This is the softmax; the logarithm is missing.",
)
def logarithm_missing(z):
    return softmax(z)


@mistake(
    of=log_softmax,
    says="The sign is wrong: this is the negative log-probability, which a loss uses.",
)
def negative(z):
    return -log_softmax(z)


@mistake(
    of=log_softmax,
    says="The largest logit of the whole batch is subtracted. A row that lies far below it loses all "
    "its exponentials. Each row needs its own maximum.",
)
def one_maximum_for_all(z):  # noqa: F811
    shifted = z - z.max()
    with np.errstate(divide="ignore"):
        return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


@mistake(
    of=log_softmax,
    says="The logarithm has base 2. Natural logarithms are meant: np.log.",
)
def base_two(z):
    return (log_softmax(z) / np.log(2)).astype(z.dtype)


@alternative(of=log_softmax)
def with_plain_log(z):
    shifted = z - z.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


@alternative(of=log_softmax)
def by_logaddexp(z):
    shifted = z - z.max(axis=1, keepdims=True)
    return shifted - np.logaddexp.reduce(shifted, axis=1)[:, None]


@alternative(of=log_softmax)
def each_row_by_itself(z):
    out = np.empty(z.shape, dtype=z.dtype, order="F")
    for i, row in enumerate(z):
        out[i] = (row - row.max()) - np.log(np.exp(row - row.max()).sum())
    return out
