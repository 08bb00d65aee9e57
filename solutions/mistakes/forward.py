"""Wrong and alternative implementations of the exercises of `forward`.

Those of scaling, of initialization and of softmax stand in forward_*.py.
"""

from __future__ import annotations

import numpy as np

from solutions.forward import find_the_leak, linear, mlp_forward, one_hot, predict, softmax
from solutions.mistakes import (  # noqa: F401
    alternative,
    forward_initialization,
    forward_scaling,
    forward_softmax,
    mistake,
)

# linear


@mistake(of=linear, says="The bias is missing.")
def bias_forgotten(x, w, b):
    return x @ w


@mistake(
    of=linear,
    says="* multiplies entry by entry. Every unit needs a weighted sum of all inputs: that is the "
    "matrix product, @.",
)
def elementwise_product(x, w, b):
    return x * w + b


@mistake(
    of=linear,
    says="The weights are transposed. They have a row for each input and a column for each unit "
    "already. Only a square matrix lets this pass.",
)
def transposed_weights(x, w, b):
    return x @ w.T + b


@mistake(
    of=linear,
    says="The factors stand in the wrong order. With one sample a row, x comes first: (n, d_in) "
    "times (d_in, d_out). Many books write Wx, for one sample as a column.",
)
def weights_first(x, w, b):
    return w @ x + b


@mistake(
    of=linear,
    says="The bias is added to the weights, so that it is multiplied by the inputs. Add it to the "
    "products.",
)
def bias_inside(x, w, b):
    return x @ (w + b)


@mistake(
    of=linear,
    says="A ReLU is applied. A linear layer passes negative sums on as they are.",
)
def rectified(x, w, b):
    return np.maximum(x @ w + b, 0)


@mistake(
    of=linear,
    says="float32 comes in and float64 goes out: np.zeros makes float64 unless told otherwise. "
    "Give it dtype=x.dtype, or let x @ w make the array.",
)
def double_precision(x, w, b):
    z = np.zeros((len(x), w.shape[1]))
    for i in range(len(x)):
        z[i] = x[i] @ w + b
    return z


@mistake(
    of=linear,
    says="The bias is laid along the samples: each row gets one entry of it, where each column "
    "should.",
)
def bias_by_sample(x, w, b):
    return x @ w + b[:, None]


@alternative(of=linear)
def with_einsum(x, w, b):
    return np.einsum("ni,io->no", x, w) + b


@alternative(of=linear)
def sample_by_sample(x, w, b):
    return np.array([[row @ w[:, j] + b[j] for j in range(len(b))] for row in x])


@alternative(of=linear)
def transposed_view(x, w, b):
    return (w.T @ x.T + b[:, None]).T


@alternative(of=linear)
def bias_as_a_weight(x, w, b):
    ones = np.ones((len(x), 1), dtype=x.dtype)
    return np.hstack([x, ones]) @ np.vstack([w, b])


# mlp_forward


def _relu(z):
    return np.maximum(z, 0)


@mistake(
    of=mlp_forward,
    says="ReLU is applied to the last layer too. The logits of a class may be negative; cut off at "
    "0 they all look alike.",
)
def relu_at_the_end(x, parameters):
    for w, b in parameters:
        x = _relu(x @ w + b)
    return x


@mistake(
    of=mlp_forward,
    says="There is no ReLU between the layers: the whole chain is one linear layer, however deep.",
)
def without_relu(x, parameters):
    for w, b in parameters:
        x = x @ w + b
    return x


@mistake(
    of=mlp_forward,
    says="ReLU stands before each layer instead of after it: it cuts the negative inputs off.",
)
def relu_before(x, parameters):
    for w, b in parameters:
        x = _relu(x) @ w + b
    return x


@mistake(
    of=mlp_forward,
    says="Softmax is applied at the end. The function returns logits; the probabilities are "
    "another function's work.",
)
def probabilities_returned(x, parameters):
    return softmax(mlp_forward(x, parameters))


@mistake(
    of=mlp_forward,
    says="The network is taken to have exactly two layers. parameters may hold any number of pairs: "
    "use a loop.",
)
def two_layers_only(x, parameters):
    (w1, b1), (w2, b2) = parameters
    return _relu(x @ w1 + b1) @ w2 + b2


@mistake(
    of=mlp_forward,
    says="The biases are missing.",
)
def without_biases(x, parameters):
    return mlp_forward(x, [(w, np.zeros_like(b)) for w, b in parameters])


@mistake(
    of=mlp_forward,
    says="Every layer gets x, the input of the network. A layer's input is the output of the one "
    "before it.",
)
def input_again(x, parameters):
    a = x
    for w, b in parameters[:-1]:
        a = _relu(x @ w + b)
    w, b = parameters[-1]
    return a @ w + b


@mistake(
    of=mlp_forward,
    says="The last layer is left out: what is returned is the last hidden layer.",
)
def last_layer_left_out(x, parameters):
    for w, b in parameters[:-1]:
        x = _relu(x @ w + b)
    return x


@mistake(
    of=mlp_forward,
    says="The hidden layers use the sigmoid; this network's use ReLU.",
)
def sigmoid_hidden(x, parameters):
    for w, b in parameters[:-1]:
        x = 1 / (1 + np.exp(-(x @ w + b)))
    w, b = parameters[-1]
    return x @ w + b


@mistake(
    of=mlp_forward,
    says="pop takes the last pair out of the caller's list: at the next call the network is a layer "
    "shorter. Use parameters[-1] and parameters[:-1].",
)
def popped(x, parameters):
    w_last, b_last = parameters.pop()
    for w, b in parameters:
        x = _relu(x @ w + b)
    return x @ w_last + b_last


@alternative(of=mlp_forward)
def by_recursion(x, parameters):
    (w, b), *rest = parameters
    z = linear(x, w, b)
    return by_recursion(_relu(z), rest) if rest else z


@alternative(of=mlp_forward)
def with_a_mask(x, parameters):
    for i, (w, b) in enumerate(parameters):
        x = x @ w + b
        if i < len(parameters) - 1:
            x = x * (x > 0)
    return x


@alternative(of=mlp_forward)
def one_sample_at_a_time(x, parameters):
    rows = []
    for row in x:
        for w, b in parameters[:-1]:
            row = _relu(w.T @ row + b)
        rows.append(parameters[-1][0].T @ row + parameters[-1][1])
    return np.stack(rows)


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
    return _relu(mlp_forward(x, parameters)).argmax(axis=1)


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


# find_the_leak


def _accuracy(model, x, y):
    return float(np.mean(model(x).argmax(axis=1) == y))


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
