"""Wrong and alternative implementations of labels and predicted classes, and of finding a leak."""

from __future__ import annotations

import numpy as np

from solutions.forward import find_the_leak, mlp_forward, one_hot, predict, softmax
from solutions.mistakes import alternative, mistake

# one_hot


@mistake(
    of=one_hot,
    says="The number of columns is taken from the labels. If the last class does not occur in this "
    "batch, its column is missing: use n_classes.",
)
def classes_from_the_labels(labels, n_classes):
    one_hot(labels, n_classes)
    return np.eye(labels.max() + 1)[labels]


@mistake(
    of=one_hot,
    says="Only the classes that occur get a column. Another batch would get other columns.",
)
def only_classes_that_occur(labels, n_classes):
    one_hot(labels, n_classes)
    return (labels[:, None] == np.unique(labels)).astype(float)


@mistake(
    of=one_hot,
    says="The ones are counted from 1. Class 0 belongs in column 0.",
)
def counted_from_one(labels, n_classes):
    one_hot(labels, n_classes)
    return np.eye(n_classes)[labels.astype(int) - 1]


@mistake(
    of=one_hot,
    says="The array is transposed: each label should have a row.",
)
def labels_in_columns(labels, n_classes):
    return one_hot(labels, n_classes).T


@mistake(
    of=one_hot,
    says="rows[:, labels] = 1 sets these columns in every row. Pair each row with its own label: "
    "rows[np.arange(n), labels] = 1.",
)
def columns_filled(labels, n_classes):
    rows = np.zeros_like(one_hot(labels, n_classes))
    rows[:, labels] = 1
    return rows


@mistake(
    of=one_hot,
    says="The result holds whole numbers. It will meet probabilities: make it float64.",
)
def whole_numbers(labels, n_classes):
    return one_hot(labels, n_classes).astype(int)


@mistake(
    of=one_hot,
    says="A comparison gives True and False. Turn them into numbers with astype(float).",
)
def booleans(labels, n_classes):
    return one_hot(labels, n_classes) == 1


@mistake(
    of=one_hot,
    says="A label of -1 becomes the last class, since NumPy counts negative indices from the end. "
    "Such labels come from missing data; the function should refuse them.",
)
def minus_one_accepted(labels, n_classes):
    return np.eye(n_classes)[labels]


@mistake(
    of=one_hot,
    says="A label that is no class gets a row of zeros, and no one notices. The function should "
    "refuse it.",
)
def rows_of_zeros(labels, n_classes):
    return (labels[:, None] == np.arange(n_classes)).astype(float)


@alternative(of=one_hot)
def by_index_pairs(labels, n_classes):
    if min(labels) < 0:
        raise ValueError(f"negative label {min(labels)}")
    rows = np.zeros((len(labels), n_classes))
    rows[np.arange(len(labels)), labels] = 1
    return rows


@alternative(of=one_hot)
def by_comparison(labels, n_classes):
    if not set(labels.tolist()) <= set(range(n_classes)):
        raise IndexError("a label that is no class")
    return (labels[:, None] == np.arange(n_classes)).astype(float)


@alternative(of=one_hot)
def label_by_label(labels, n_classes):
    rows = []
    for label in labels:
        if not 0 <= label < n_classes:
            raise ValueError(f"{label} is no class")
        rows.append([1.0 if k == label else 0.0 for k in range(n_classes)])
    return np.array(rows)


# predict


@mistake(
    of=predict,
    says="The largest entry is looked for in each column: for each class the sample that fits best. "
    "Each sample needs its class: axis=1.",
)
def best_sample_of_each_class(x, parameters):
    return mlp_forward(x, parameters).argmax(axis=0)


@mistake(
    of=predict,
    says="Without an axis, argmax finds one position in the whole array. Each sample needs its class.",
)
def one_for_all(x, parameters):
    return mlp_forward(x, parameters).argmax()


@mistake(
    of=predict,
    says="max gives the largest logit, argmax its position. The position is the class.",
)
def largest_logit(x, parameters):
    return mlp_forward(x, parameters).max(axis=1)


@mistake(
    of=predict,
    says="argmin picks the least probable class.",
)
def least_probable(x, parameters):
    return mlp_forward(x, parameters).argmin(axis=1)


@mistake(
    of=predict,
    says="The last layer goes through ReLU before argmax. Where all logits are negative they all "
    "become 0, and class 0 wins every time.",
)
def rectified_logits(x, parameters):
    return np.maximum(mlp_forward(x, parameters), 0).argmax(axis=1)


@mistake(
    of=predict,
    says="exp overflows for large logits, and NaN counts as the largest. The logits have the same "
    "order as the probabilities: no softmax is needed.",
)
def overflowing_softmax(x, parameters):
    with np.errstate(all="ignore"):
        e = np.exp(mlp_forward(x, parameters))
        return (e / e.sum(axis=1, keepdims=True)).argmax(axis=1)


@mistake(
    of=predict,
    says="The softmax runs over the batch before argmax, so what wins for one sample depends on the "
    "others.",
)
def batch_softmax(x, parameters):
    return softmax(mlp_forward(x, parameters).T).T.argmax(axis=1)


@mistake(
    of=predict,
    says="The result is one-hot. A class is a whole number: the position of the 1.",
)
def one_hot_rows(x, parameters):
    z = mlp_forward(x, parameters)
    return np.eye(z.shape[1])[z.argmax(axis=1)]


@mistake(
    of=predict,
    says="The classes are counted from 1. They should start at 0, as argmax does.",
)
def classes_from_one(x, parameters):
    return mlp_forward(x, parameters).argmax(axis=1) + 1


@alternative(of=predict)
def by_probabilities(x, parameters):
    return np.argmax(softmax(mlp_forward(x, parameters)), axis=-1)


@alternative(of=predict)
def each_sample_alone(x, parameters):
    return np.array([int(np.argmax(mlp_forward(row[None], parameters))) for row in x])


@alternative(of=predict)
def as_small_integers(x, parameters):
    z = mlp_forward(x, parameters)
    return (z == z.max(axis=1, keepdims=True)).argmax(axis=1).astype(np.uint8)


def _accuracy(model, x, y):
    return float(np.mean(model(x).argmax(axis=1) == y))


# find_the_leak


@mistake(
    of=find_the_leak,
    says="The pipeline with the highest score is accused. A high score is no proof: an honest model "
    "may be better, and a leak may help little.",
)
def highest_score(pipelines, x_train, y_train, x_test, y_test, x_fresh, y_fresh):
    fitted = [pipeline(x_train, y_train, x_test, y_test) for pipeline in pipelines]
    which = int(np.argmax([score for score, _ in fitted]))
    score, model = fitted[which]
    return which, score - _accuracy(model, x_fresh, y_fresh)


@mistake(
    of=find_the_leak,
    says="The pipeline whose score falls most on fresh samples is accused. On thirty test samples an "
    "honest score falls or rises by a tenth by luck alone. Ask what the model depends on.",
)
def largest_gap(pipelines, x_train, y_train, x_test, y_test, x_fresh, y_fresh):
    fitted = [pipeline(x_train, y_train, x_test, y_test) for pipeline in pipelines]
    gaps = [score - _accuracy(model, x_fresh, y_fresh) for score, model in fitted]
    return int(np.argmax(gaps)), max(gaps)


@mistake(
    of=find_the_leak,
    says="The model was fitted with the fresh samples as its test set, so the leak reached them "
    "too: they are no longer fresh. Measure the model that has seen (x_test, y_test).",
)
def fresh_no_longer(pipelines, x_train, y_train, x_test, y_test, x_fresh, y_fresh):
    which, _ = find_the_leak(pipelines, x_train, y_train, x_test, y_test, x_fresh, y_fresh)
    score, _ = pipelines[which](x_train, y_train, x_test, y_test)
    fresh_score, _ = pipelines[which](x_train, y_train, x_fresh, y_fresh)
    return which, score - fresh_score


@mistake(
    of=find_the_leak,
    says="Only the labels of the test set are changed between the two fits. Scaling leaks through "
    "the features alone; then no pipeline seems to leak. Change x_test too.",
)
def only_labels_changed(pipelines, x_train, y_train, x_test, y_test, x_fresh, y_fresh):
    for which, pipeline in enumerate(pipelines):
        score, model = pipeline(x_train, y_train, x_test, y_test)
        _, other = pipeline(x_train, y_train, x_test, 1 - y_test)
        if not np.array_equal(model(x_fresh), other(x_fresh)):
            return which, score - _accuracy(model, x_fresh, y_fresh)
    return -1, 0.0


@mistake(
    of=find_the_leak,
    says="The scores on two test sets are compared. They differ for honest pipelines too, since the "
    "samples differ. Compare the two models on the same samples.",
)
def scores_compared(pipelines, x_train, y_train, x_test, y_test, x_fresh, y_fresh):
    for which, pipeline in enumerate(pipelines):
        score, model = pipeline(x_train, y_train, x_test, y_test)
        fresh_score, _ = pipeline(x_train, y_train, x_fresh, y_fresh)
        if score != fresh_score:
            return which, score - _accuracy(model, x_fresh, y_fresh)
    return -1, 0.0


@mistake(
    of=find_the_leak,
    says="The sign is reversed. A score that flatters is higher than the truth, so take the score "
    "minus the fresh accuracy.",
)
def truth_minus_score(pipelines, x_train, y_train, x_test, y_test, x_fresh, y_fresh):
    which, flatters = find_the_leak(pipelines, x_train, y_train, x_test, y_test, x_fresh, y_fresh)
    return which, -flatters


@mistake(
    of=find_the_leak,
    says="The score is compared with the accuracy on the training set. How well a model does on new "
    "samples, only fresh samples can tell.",
)
def against_training_accuracy(pipelines, x_train, y_train, x_test, y_test, x_fresh, y_fresh):
    which, _ = find_the_leak(pipelines, x_train, y_train, x_test, y_test, x_fresh, y_fresh)
    score, model = pipelines[which](x_train, y_train, x_test, y_test)
    return which, score - _accuracy(model, x_train, y_train)


@mistake(
    of=find_the_leak,
    says="The score itself is returned. It flatters only by what it has too much: subtract the "
    "accuracy on the fresh samples.",
)
def score_returned(pipelines, x_train, y_train, x_test, y_test, x_fresh, y_fresh):
    which, _ = find_the_leak(pipelines, x_train, y_train, x_test, y_test, x_fresh, y_fresh)
    return which, pipelines[which](x_train, y_train, x_test, y_test)[0]


@mistake(
    of=find_the_leak,
    says="The pipelines are counted from 1; the first is number 0.",
)
def pipelines_from_one(pipelines, x_train, y_train, x_test, y_test, x_fresh, y_fresh):
    which, flatters = find_the_leak(pipelines, x_train, y_train, x_test, y_test, x_fresh, y_fresh)
    return which + 1, flatters


@alternative(of=find_the_leak)
def by_inverted_pixels(pipelines, x_train, y_train, x_test, y_test, x_fresh, y_fresh):
    moved = []
    for pipeline in pipelines:
        _, model = pipeline(x_train, y_train, x_test, y_test)
        _, other = pipeline(x_train, y_train, 1 - x_test, y_test[::-1])
        moved.append(np.abs(model(x_train) - other(x_train)).max())
    which = int(np.argmax(moved))
    score, model = pipelines[which](x_train, y_train, x_test, y_test)
    right = sum(int(np.argmax(model(x[None])) == y) for x, y in zip(x_fresh, y_fresh, strict=True))
    return which, score - right / len(y_fresh)


@alternative(of=find_the_leak)
def by_a_tiny_test_set(pipelines, x_train, y_train, x_test, y_test, x_fresh, y_fresh):
    for which, pipeline in enumerate(pipelines):
        score, model = pipeline(x_train, y_train, x_test, y_test)
        _, other = pipeline(x_train, y_train, x_train[::-1], 1 - y_train)
        if not np.allclose(model(x_fresh), other(x_fresh)):
            return [which, np.float64(score) - (model(x_fresh).argmax(1) == y_fresh).mean()]
    return None
