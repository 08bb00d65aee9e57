"""Wrong and alternative implementations of the gradients of a network with two layers."""

from __future__ import annotations

import numpy as np

from solutions.backprop import two_layer_loss_and_grads
from solutions.loss import cross_entropy, cross_entropy_grad
from solutions.mistakes import alternative, mistake


def _two_layers(w1, b1, w2, b2, x, labels, **steps):
    """The right computation, with some of its steps replaced."""
    activation = steps.get("activation", np.tanh)
    loss = steps.get("loss", cross_entropy)
    loss_grad = steps.get("loss_grad", cross_entropy_grad)
    slope = steps.get("slope", lambda z, a: 1 - a**2)
    z = x @ w1 + b1
    a = activation(z)
    logits = a @ w2 + b2
    dlogits = loss_grad(logits, labels)
    dz = (dlogits @ w2.T) * slope(z, a)
    gradients = x.T @ dz, dz.sum(axis=0), a.T @ dlogits, dlogits.sum(axis=0)
    return loss(logits, labels), gradients


@mistake(
    of=two_layer_loss_and_grads,
    says="The loss is summed over the samples, and its gradient with it. It should be their mean: "
    "divide both by n.",
)
def summed(w1, b1, w2, b2, x, labels):
    loss, gradients = two_layer_loss_and_grads(w1, b1, w2, b2, x, labels)
    return len(x) * loss, tuple(len(x) * gradient for gradient in gradients)


@mistake(
    of=two_layer_loss_and_grads,
    says="The loss is a mean over the samples, but the gradients are those of the sum. Divide the "
    "gradient with respect to the logits by n.",
)
def mean_forgotten_in_the_gradient(w1, b1, w2, b2, x, labels):
    loss, gradients = two_layer_loss_and_grads(w1, b1, w2, b2, x, labels)
    return loss, tuple(len(x) * gradient for gradient in gradients)


@mistake(
    of=two_layer_loss_and_grads,
    says="The division by n happens twice: once in the gradient of the loss, and again in those of "
    "the parameters.",
)
def divided_twice(w1, b1, w2, b2, x, labels):
    loss, gradients = two_layer_loss_and_grads(w1, b1, w2, b2, x, labels)
    return loss, tuple(gradient / len(x) for gradient in gradients)


@mistake(
    of=two_layer_loss_and_grads,
    says="The slope of tanh is missing on the way back: the gradient passes the hidden layer as if it "
    "were linear.",
)
def slope_missing(w1, b1, w2, b2, x, labels):
    return _two_layers(w1, b1, w2, b2, x, labels, slope=lambda z, a: 1.0)


@mistake(of=two_layer_loss_and_grads, says="The slope of tanh is 1 - a², not 1 - a.")
def slope_without_square(w1, b1, w2, b2, x, labels):
    return _two_layers(w1, b1, w2, b2, x, labels, slope=lambda z, a: 1 - a)


@mistake(
    of=two_layer_loss_and_grads,
    says="The slope of tanh is taken at its output: a is passed through tanh once more. It is 1 - a², "
    "with a as it is.",
)
def slope_at_the_output(w1, b1, w2, b2, x, labels):
    return _two_layers(w1, b1, w2, b2, x, labels, slope=lambda z, a: 1 - np.tanh(a) ** 2)


@mistake(
    of=two_layer_loss_and_grads,
    says="The slope of tanh is written with the input: 1 - z². It is one minus the square of the "
    "output a.",
)
def slope_with_the_input(w1, b1, w2, b2, x, labels):
    return _two_layers(w1, b1, w2, b2, x, labels, slope=lambda z, a: 1 - z**2)


@mistake(
    of=two_layer_loss_and_grads,
    says="a (1 - a) is the slope of the sigmoid. That of tanh is 1 - a².",
)
def slope_of_the_sigmoid(w1, b1, w2, b2, x, labels):
    return _two_layers(w1, b1, w2, b2, x, labels, slope=lambda z, a: a * (1 - a))


@mistake(
    of=two_layer_loss_and_grads,
    says="The hidden layer has no activation: two linear layers in a row are one.",
)
def no_activation(w1, b1, w2, b2, x, labels):
    linear = {"activation": lambda z: z, "slope": lambda z, a: 1.0}
    return _two_layers(w1, b1, w2, b2, x, labels, **linear)


@mistake(
    of=two_layer_loss_and_grads, says="The hidden layer has ReLU units. They should be tanh units."
)
def relu_for_tanh(w1, b1, w2, b2, x, labels):
    relu = {"activation": lambda z: np.maximum(z, 0), "slope": lambda z, a: z > 0}
    return _two_layers(w1, b1, w2, b2, x, labels, **relu)


@mistake(
    of=two_layer_loss_and_grads,
    says="The gradient with respect to the logits has the wrong sign: it is the probabilities less "
    "the labels, not the labels less the probabilities.",
)
def labels_minus_probabilities(w1, b1, w2, b2, x, labels):
    return _two_layers(
        w1, b1, w2, b2, x, labels, loss_grad=lambda z, labels: -cross_entropy_grad(z, labels)
    )


def _probabilities(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


@mistake(
    of=two_layer_loss_and_grads,
    says="The labels are missing from the gradient with respect to the logits: subtract 1 from the "
    "probability of the right class.",
)
def labels_forgotten(w1, b1, w2, b2, x, labels):
    return _two_layers(
        w1, b1, w2, b2, x, labels, loss_grad=lambda z, labels: _probabilities(z) / len(z)
    )


@mistake(
    of=two_layer_loss_and_grads,
    says="The gradient begins at the probabilities: that of -log p, without going through the "
    "softmax. With respect to the logits it is p less the labels, over n.",
)
def softmax_not_passed(w1, b1, w2, b2, x, labels):
    def at_the_probabilities(z, labels):
        p = _probabilities(z)
        gradient = np.zeros_like(z)
        rows = np.arange(len(z))
        with np.errstate(divide="ignore"):
            gradient[rows, labels] = -1 / np.maximum(p[rows, labels], 1e-300) / len(z)
        return gradient

    return _two_layers(w1, b1, w2, b2, x, labels, loss_grad=at_the_probabilities)


@mistake(
    of=two_layer_loss_and_grads,
    says="The softmax is applied twice: first by hand, then again inside the cross-entropy.",
)
def softmax_twice(w1, b1, w2, b2, x, labels):
    def again(z, labels):
        p = _probabilities(z)
        upstream = cross_entropy_grad(p, labels)
        return p * (upstream - (upstream * p).sum(axis=1, keepdims=True))

    return _two_layers(
        w1, b1, w2, b2, x, labels,
        loss=lambda z, labels: cross_entropy(_probabilities(z), labels), loss_grad=again,
    )  # fmt: skip


@mistake(
    of=two_layer_loss_and_grads,
    says="exp overflows for large logits, and the loss becomes NaN or infinite. Subtract the maximum "
    "of each row, and take the logarithm of the sum instead of that of a probability.",
)
def logits_overflow(w1, b1, w2, b2, x, labels):
    def probability(z):
        return np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)

    def loss(z, labels):
        return -float(np.log(probability(z)[np.arange(len(z)), labels]).mean())

    def loss_grad(z, labels):
        p = probability(z)
        p[np.arange(len(z)), labels] -= 1
        return p / len(z)

    return _two_layers(w1, b1, w2, b2, x, labels, loss=loss, loss_grad=loss_grad)


@mistake(
    of=two_layer_loss_and_grads,
    says="db1 does not go through tanh: it is summed from the gradient of the hidden outputs, before "
    "their slope is multiplied in.",
)
def bias_before_the_slope(w1, b1, w2, b2, x, labels):
    loss, (dw1, _, dw2, db2) = two_layer_loss_and_grads(w1, b1, w2, b2, x, labels)
    dlogits = cross_entropy_grad(np.tanh(x @ w1 + b1) @ w2 + b2, labels)
    return loss, (dw1, (dlogits @ w2.T).sum(axis=0), dw2, db2)


@mistake(
    of=two_layer_loss_and_grads,
    says="dw2 is built from z, the input of tanh. The second layer's input is its output a.",
)
def second_layer_from_z(w1, b1, w2, b2, x, labels):
    loss, (dw1, db1, _, db2) = two_layer_loss_and_grads(w1, b1, w2, b2, x, labels)
    z = x @ w1 + b1
    return loss, (dw1, db1, z.T @ cross_entropy_grad(np.tanh(z) @ w2 + b2, labels), db2)


@mistake(
    of=two_layer_loss_and_grads,
    says="The biases' gradients are averaged over the samples. The 1/n is in the loss already: sum.",
)
def biases_averaged(w1, b1, w2, b2, x, labels):
    loss, (dw1, db1, dw2, db2) = two_layer_loss_and_grads(w1, b1, w2, b2, x, labels)
    return loss, (dw1, db1 / len(x), dw2, db2 / len(x))


@alternative(of=two_layer_loss_and_grads)
def with_the_losses_of_the_chapter_before(w1, b1, w2, b2, x, labels):
    return _two_layers(w1, b1, w2, b2, x, labels)


@alternative(of=two_layer_loss_and_grads)
def sample_by_sample(w1, b1, w2, b2, x, labels):
    total, gradients = 0.0, [np.zeros_like(p, order="F") for p in (w1, b1, w2, b2)]
    for row, label in zip(x, labels, strict=True):
        a = np.tanh(w1.T @ row + b1)
        logits = a @ w2 + b2
        top = logits.max()
        log_sum = top + np.log(np.exp(logits - top).sum())
        total += (log_sum - logits[label]) / len(x)
        dlogits = (np.exp(logits - log_sum) - np.eye(len(b2))[label]) / len(x)
        dz = (w2 @ dlogits) / np.cosh(np.arctanh(a)) ** 2
        for gradient, part in zip(
            gradients, (np.outer(row, dz), dz, np.outer(a, dlogits), dlogits), strict=True
        ):
            gradient += part
    return total, gradients
