"""Wrong and alternative implementations of what measures training, and of when to stop it."""

from __future__ import annotations

import numpy as np

from solutions.mistakes import alternative, mistake
from solutions.training import accuracy, confusion_matrix, early_stopping

# accuracy


@mistake(of=accuracy, says="The share of the wrong ones comes back: that is the error rate.")
def error_rate(predicted, labels):
    return 1 - accuracy(predicted, labels)


@mistake(of=accuracy, says="The right ones are counted, and not divided by the number of samples.")
def count(predicted, labels):
    return accuracy(predicted, labels) * len(labels)


@mistake(of=accuracy, says="The result is in percent. A share lies between 0 and 1.")
def in_percent(predicted, labels):
    return 100 * accuracy(predicted, labels)


@mistake(
    of=accuracy,
    says="The shapes are not compared. NumPy compares a column with a row by comparing every pair.",
)
def shapes_not_compared(predicted, labels):
    return float(np.mean(predicted == labels))


@mistake(
    of=accuracy,
    says="The result is rounded. Two models that differ by one digit in a thousand look alike then.",
)
def rounded(predicted, labels):
    return round(accuracy(predicted, labels), 2)


@mistake(
    of=accuracy,
    says="The classes are subtracted: how far a wrong class lies from the right one means nothing.",
)
def distance_of_classes(predicted, labels):
    if predicted.shape != labels.shape:
        raise ValueError("shapes differ")
    return 1 - float(np.mean(np.abs(predicted.astype(int) - labels)))


@mistake(
    of=accuracy,
    says="Class 0 is taken for False: predicted and labels are combined as truth values.",
)
def as_truth_values(predicted, labels):
    if predicted.shape != labels.shape:
        raise ValueError("shapes differ")
    return float(np.mean(np.logical_not(np.logical_xor(predicted, labels))))


@mistake(of=accuracy, says="The first sample is left out.")
def first_sample_left_out(predicted, labels):
    if predicted.shape != labels.shape:
        raise ValueError("shapes differ")
    return float((predicted[1:] == labels[1:]).sum() / len(labels))


@alternative(of=accuracy)
def counting(predicted, labels):
    if np.shape(predicted) != np.shape(labels):
        raise ValueError(f"{np.shape(predicted)} and {np.shape(labels)}")
    right = 0
    for p, y in zip(predicted, labels, strict=True):
        right += int(p == y)
    return right / len(labels)


@alternative(of=accuracy)
def from_the_wrong_ones(predicted, labels):
    if predicted.shape != labels.shape:
        raise ValueError("the shapes differ")
    return 1 - np.count_nonzero(predicted != labels) / labels.size


# confusion_matrix


@mistake(
    of=confusion_matrix,
    says="The matrix is transposed: rows are the right classes, columns the predicted ones.",
)
def transposed(predicted, labels, n_classes):
    return confusion_matrix(labels, predicted, n_classes)


@mistake(
    of=confusion_matrix,
    says="counts[labels, predicted] += 1 raises every entry once, however often it is meant: NumPy "
    "reads all of them, adds, and writes back once.",
)
def repeats_counted_once(predicted, labels, n_classes):
    counts = np.zeros((n_classes, n_classes), dtype=int)
    counts[labels, predicted] += 1
    return counts


@mistake(
    of=confusion_matrix,
    says="The matrix has a row only for the classes that occur. It must have n_classes, or two test "
    "sets give matrices that cannot be compared.",
)
def classes_that_occur(predicted, labels, n_classes):
    counts = confusion_matrix(predicted, labels, n_classes)
    there = np.union1d(predicted, labels)
    return counts[np.ix_(there, there)]


@mistake(of=confusion_matrix, says="Rows are divided by their sums. Counts are wanted.")
def shares_of_rows(predicted, labels, n_classes):
    counts = confusion_matrix(predicted, labels, n_classes)
    return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)


@mistake(
    of=confusion_matrix, says="The counts are floats. np.zeros makes floats unless told otherwise."
)
def counts_as_floats(predicted, labels, n_classes):
    return confusion_matrix(predicted, labels, n_classes).astype(float)


@mistake(
    of=confusion_matrix,
    says="Only the mistakes are counted. The diagonal holds the samples that are right.",
)
def diagonal_left_out(predicted, labels, n_classes):
    counts = confusion_matrix(predicted, labels, n_classes)
    return counts - np.diag(np.diag(counts))


@mistake(of=confusion_matrix, says="Only the right ones are counted, on the diagonal.")
def diagonal_only(predicted, labels, n_classes):
    return np.diag(np.diag(confusion_matrix(predicted, labels, n_classes)))


@mistake(
    of=confusion_matrix,
    says="Every pair is counted in both directions. That a 4 is taken for a 9 is one thing, that a 9 is "
    "taken for a 4 another.",
)
def both_directions(predicted, labels, n_classes):
    counts = confusion_matrix(predicted, labels, n_classes)
    return counts + counts.T


@alternative(of=confusion_matrix)
def sample_by_sample(predicted, labels, n_classes):
    counts = np.zeros((n_classes, n_classes), dtype=np.int32, order="F")
    for right, guess in zip(labels, predicted, strict=True):
        counts[right, guess] += 1
    return counts


@alternative(of=confusion_matrix)
def by_bincount(predicted, labels, n_classes):
    pairs = np.bincount(n_classes * labels + predicted, minlength=n_classes**2)
    return pairs.reshape(n_classes, n_classes)


# early_stopping


@mistake(
    of=early_stopping,
    says="The best of all epochs is returned, also of those after training has stopped. They were "
    "never trained: go through the losses one by one.",
)
def best_of_all(validation_losses, patience):
    return int(np.nanargmin(validation_losses))


@mistake(
    of=early_stopping,
    says="The epoch in which training stops comes back. Keep the best one; it lies `patience` epochs "
    "earlier.",
)
def epoch_of_the_stop(validation_losses, patience):
    best = 0
    for epoch, loss in enumerate(validation_losses):
        if loss < validation_losses[best]:
            best = epoch
        if epoch - best >= patience:
            return epoch
    return len(validation_losses) - 1


@mistake(
    of=early_stopping,
    says="Training stops one epoch too late: `patience` epochs without a better one are enough.",
)
def one_epoch_too_patient(validation_losses, patience):
    return early_stopping(validation_losses, patience + 1)


@mistake(
    of=early_stopping,
    says="Training stops one epoch too early: the epoch number `patience` after the best one still has "
    "its chance.",
)
def one_epoch_too_impatient(validation_losses, patience):
    best = 0
    for epoch, loss in enumerate(validation_losses):
        if epoch - best >= patience:
            break
        if loss < validation_losses[best]:
            best = epoch
    return best


@mistake(
    of=early_stopping,
    says="Each loss is compared with the one before it, not with the best so far. After a jump, "
    "falling losses look better though none of them is.",
)
def compared_with_the_previous(validation_losses, patience):
    best, waited = 0, 0
    for epoch in range(1, len(validation_losses)):
        if validation_losses[epoch] < validation_losses[epoch - 1]:
            best, waited = epoch, 0
        else:
            waited += 1
        if waited >= patience:
            break
    return best


@mistake(
    of=early_stopping,
    says="Epochs that are not better are counted all in all. Each new best should begin the count anew.",
)
def count_never_reset(validation_losses, patience):
    best, waited = 0, 0
    for epoch, loss in enumerate(validation_losses):
        if loss < validation_losses[best]:
            best = epoch
        elif epoch:
            waited += 1
        if waited >= patience:
            break
    return best


@mistake(
    of=early_stopping,
    says="A loss as low as the best counts as better. It is not: of equally good epochs keep the first, "
    "and be patient no longer because of it.",
)
def equal_is_better(validation_losses, patience):
    best = 0
    for epoch, loss in enumerate(validation_losses):
        if loss <= validation_losses[best]:
            best = epoch
        if epoch - best >= patience:
            break
    return best


@mistake(
    of=early_stopping,
    says="NaN counts as better: not (loss >= best) is True for it, and nothing is ever below NaN again.",
)
def nan_is_better(validation_losses, patience):
    best = 0
    for epoch, loss in enumerate(validation_losses):
        if epoch and not loss >= validation_losses[best]:
            best = epoch
        if epoch - best >= patience:
            break
    return best


@mistake(
    of=early_stopping,
    says="The lowest loss comes back. The exercise asks for the number of its epoch.",
)
def loss_itself(validation_losses, patience):
    return float(validation_losses[early_stopping(validation_losses, patience)])


@mistake(of=early_stopping, says="Epochs are counted from 1. The first one is number 0.")
def counted_from_one(validation_losses, patience):
    return early_stopping(validation_losses, patience) + 1


@alternative(of=early_stopping)
def with_a_counter(validation_losses, patience):
    lowest, kept, waited = np.inf, 0, 0
    for epoch, loss in enumerate(validation_losses):
        if loss < lowest:
            lowest, kept, waited = loss, epoch, 0
        else:
            waited += 1
            if waited == patience:
                break
    return np.int64(kept)


@alternative(of=early_stopping)
def from_the_running_minimum(validation_losses, patience):
    seen = np.where(np.isnan(validation_losses), np.inf, validation_losses)
    best = [int(np.argmin(seen[: epoch + 1])) for epoch in range(len(seen))]
    stops = [epoch for epoch in range(len(seen)) if epoch - best[epoch] >= patience]
    return best[stops[0] if stops else -1]
