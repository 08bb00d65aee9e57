"""Wrong and alternative implementations of the cross-entropy of several classes."""

from __future__ import annotations

import numpy as np

from solutions.loss import cross_entropy, cross_entropy_grad, label_smoothing_cross_entropy
from solutions.mistakes import alternative, mistake


def softmax(logits, axis=1):
    weights = np.exp(logits - logits.max(axis=axis, keepdims=True))
    return weights / weights.sum(axis=axis, keepdims=True)


def log_softmax(logits, axis=1):
    shifted = logits - logits.max(axis=axis, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))


def one_hot(labels, n_classes):
    return np.eye(n_classes)[labels]


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
def clipped_probability(logits, labels):
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
def rounded_near_zero(logits, labels):
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


@mistake(
    of=cross_entropy,
    says="The labels are taken to begin with 1. Here the first class is 0: label k belongs to "
    "logits[:, k].",
)
def labels_from_one(logits, labels):
    return cross_entropy(logits, labels - 1)


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
def dtype_changed(logits, labels):
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
