"""Wrong and alternative implementations of the gradients of a network for regression."""

from __future__ import annotations

import numpy as np

from solutions.feedforward import mlp_regression_loss_and_grads
from solutions.mistakes import alternative, mistake


def _regression(parameters, x, target, *, start=None, mask=True, relu_last=False, loss=None):
    """The right computation, with some of its steps replaced."""
    inputs, z = [], x
    for layer, (w, b) in enumerate(parameters):
        inputs.append(np.maximum(z, 0) if layer else x)
        z = inputs[-1] @ w + b
    output = np.maximum(z, 0) if relu_last else z
    error = output[:, 0] - target
    upstream = (2 / len(x) * error)[:, None] if start is None else start(output, target)
    if relu_last:
        upstream = upstream * (z > 0)
    gradients = []
    for a, (w, _) in zip(reversed(inputs), reversed(parameters), strict=True):
        gradients.append((a.T @ upstream, upstream.sum(axis=0)))
        upstream = upstream @ w.T
        if mask:
            upstream = upstream * (a > 0)
    value = float((error**2).mean()) if loss is None else loss(output, target)
    return value, gradients[::-1]


@mistake(
    of=mlp_regression_loss_and_grads,
    says="The network's output is a column (n, 1), the target a row (n,): their difference is a table "
    "of every prediction against every target, n × n. Take column 0 of the output first. A network "
    "trained with this loss learns the mean of the targets and nothing else.",
    look="Print (output - target).shape, for one sample and for several.",
)
def column_against_row(parameters, x, target):
    return _regression(
        parameters,
        x,
        target,
        start=lambda output, target: (
            2 * (output - target).sum(axis=1, keepdims=True) / (len(x) * len(x))
        ),
        loss=lambda output, target: float(((output - target) ** 2).mean()),
    )


@mistake(
    of=mlp_regression_loss_and_grads,
    says="The derivative of the square is twice the error: the 2 is missing on the way back.",
)
def two_forgotten(parameters, x, target):
    loss, gradients = mlp_regression_loss_and_grads(parameters, x, target)
    return loss, [(dw / 2, db / 2) for dw, db in gradients]


@mistake(
    of=mlp_regression_loss_and_grads,
    says="Loss and gradients are those of half the mean squared error. Some texts define it so, to be "
    "rid of the 2; here the loss has no half.",
)
def halved(parameters, x, target):
    loss, gradients = mlp_regression_loss_and_grads(parameters, x, target)
    return loss / 2, [(dw / 2, db / 2) for dw, db in gradients]


@mistake(
    of=mlp_regression_loss_and_grads,
    says="The loss is a mean over the samples, but the gradients are those of the sum: divide the "
    "gradient at the output by n.",
)
def mean_forgotten_in_the_gradient(parameters, x, target):
    loss, gradients = mlp_regression_loss_and_grads(parameters, x, target)
    return loss, [(len(x) * dw, len(x) * db) for dw, db in gradients]


@mistake(
    of=mlp_regression_loss_and_grads,
    says="The squared errors are summed, and the gradients with them. The loss should be their mean.",
)
def summed(parameters, x, target):
    loss, gradients = mlp_regression_loss_and_grads(parameters, x, target)
    return len(x) * loss, [(len(x) * dw, len(x) * db) for dw, db in gradients]


@mistake(
    of=mlp_regression_loss_and_grads,
    says="The division by n happens twice: in the gradient at the output, and again in those of the "
    "parameters.",
)
def divided_twice(parameters, x, target):
    loss, gradients = mlp_regression_loss_and_grads(parameters, x, target)
    return loss, [(dw / len(x), db / len(x)) for dw, db in gradients]


@mistake(
    of=mlp_regression_loss_and_grads,
    says="Every gradient has the wrong sign: at the output stands target minus prediction. The loss grows "
    "with the prediction where that is too large already.",
)
def wrong_sign(parameters, x, target):
    loss, gradients = mlp_regression_loss_and_grads(parameters, x, target)
    return loss, [(-dw, -db) for dw, db in gradients]


@mistake(
    of=mlp_regression_loss_and_grads,
    says="There is a ReLU after the last layer. It keeps the network from ever predicting a number "
    "below 0, and half of all standardized targets lie there.",
)
def relu_after_the_last(parameters, x, target):
    return _regression(parameters, x, target, relu_last=True)


@mistake(
    of=mlp_regression_loss_and_grads,
    says="There is no ReLU between the layers, neither on the way there nor back: the network is one "
    "linear layer in disguise.",
)
def linear(parameters, x, target):
    activations = [x]
    for w, b in parameters:
        activations.append(activations[-1] @ w + b)
    error = activations[-1][:, 0] - target
    upstream = (2 / len(x) * error)[:, None]
    gradients = []
    for a, (w, _) in zip(reversed(activations[:-1]), reversed(parameters), strict=True):
        gradients.append((a.T @ upstream, upstream.sum(axis=0)))
        upstream = upstream @ w.T
    return float((error**2).mean()), gradients[::-1]


@mistake(
    of=mlp_regression_loss_and_grads,
    says="The slope of ReLU is missing on the way back: the gradient passes units that were switched "
    "off. Set it to zero wherever the output of the ReLU is 0.",
)
def slope_missing(parameters, x, target):
    return _regression(parameters, x, target, mask=False)


@mistake(
    of=mlp_regression_loss_and_grads,
    says="The loss is squared, but the gradient is that of the absolute error: at the output stands "
    "only the sign of the error.",
)
def sign_of_the_error(parameters, x, target):
    return _regression(
        parameters,
        x,
        target,
        start=lambda output, target: np.sign(output - target[:, None]) / len(x),
    )


@mistake(
    of=mlp_regression_loss_and_grads,
    says="The bias gradients are averaged over the samples. The loss holds the 1/n already; sum over "
    "the samples.",
)
def bias_averaged(parameters, x, target):
    loss, gradients = mlp_regression_loss_and_grads(parameters, x, target)
    return loss, [(dw, db / len(x)) for dw, db in gradients]


@mistake(
    of=mlp_regression_loss_and_grads,
    says="The gradients stand in the order in which the way back finds them, last layer first. Turn the "
    "list round at the end.",
)
def last_layer_first(parameters, x, target):
    loss, gradients = mlp_regression_loss_and_grads(parameters, x, target)
    return loss, gradients[::-1]


@mistake(
    of=mlp_regression_loss_and_grads,
    says="The loss is the root of the mean square, the gradients are those of the mean square itself.",
)
def loss_rooted(parameters, x, target):
    loss, gradients = mlp_regression_loss_and_grads(parameters, x, target)
    return loss**0.5, gradients


@mistake(
    of=mlp_regression_loss_and_grads,
    says="float32 comes in and float64 goes out. Somewhere an array of float64, such as np.zeros without "
    "a dtype, joins the computation: it takes twice the memory and time.",
    look="Print the dtype after every step, for float32 arguments.",
)
def dtype_changed(parameters, x, target):
    loss, gradients = mlp_regression_loss_and_grads(parameters, x, target)
    return loss, [(dw.astype(np.float64), db.astype(np.float64)) for dw, db in gradients]


@alternative(of=mlp_regression_loss_and_grads)
def target_as_a_column(parameters, x, target):
    zs, activations = [], [x]
    for layer, (w, b) in enumerate(parameters):
        zs.append(activations[-1] @ w + b)
        last = layer == len(parameters) - 1
        activations.append(zs[-1] if last else zs[-1] * (zs[-1] > 0))
    error = activations[-1] - target.reshape(-1, 1)
    delta = 2 * error / error.size
    gradients = [None] * len(parameters)
    for layer in reversed(range(len(parameters))):
        if layer < len(parameters) - 1:
            delta = np.where(zs[layer] > 0, delta, 0)
        gradients[layer] = (activations[layer].T @ delta, delta.sum(axis=0))
        delta = delta @ parameters[layer][0].T
    return np.mean(error**2), gradients


@alternative(of=mlp_regression_loss_and_grads)
def sample_by_sample(parameters, x, target):
    total, sums = 0.0, [[np.zeros_like(w), np.zeros_like(b)] for w, b in parameters]
    for row, wanted in zip(x, target, strict=True):
        inputs, z = [], row
        for layer, (w, b) in enumerate(parameters):
            inputs.append(np.maximum(z, 0) if layer else row)
            z = b + inputs[-1] @ w
        error = z[0] - wanted
        total += float(error) ** 2
        delta = np.array([2 * error], dtype=x.dtype)
        for layer in range(len(parameters) - 1, -1, -1):
            a = inputs[layer]
            sums[layer][0] += np.outer(a, delta)
            sums[layer][1] += delta
            delta = (parameters[layer][0] @ delta) * (a > 0)
    n = len(x)
    return total / n, [((dw / n).astype(x.dtype), (db / n).astype(x.dtype)) for dw, db in sums]
