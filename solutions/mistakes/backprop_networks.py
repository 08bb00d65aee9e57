"""Wrong and alternative implementations of the exercises of `backprop` about networks of any depth."""

from __future__ import annotations

import numpy as np

from solutions.backprop import mlp_loss_and_grads, train_step
from solutions.loss import cross_entropy, cross_entropy_grad
from solutions.mistakes import alternative, mistake


def _mlp(parameters, x, labels, activation=None, slope=None, after_last=False):
    """The right computation, with some of its steps replaced."""
    activation = activation or (lambda z: np.maximum(z, 0))
    slope = slope or (lambda z, upstream: z > 0)
    inputs, sums = [x], []
    for w, b in parameters:
        sums.append(inputs[-1] @ w + b)
        inputs.append(activation(sums[-1]))
    logits = inputs[-1] if after_last else sums[-1]
    upstream = cross_entropy_grad(logits, labels)
    if after_last:
        upstream = upstream * slope(sums[-1], upstream)
    gradients = []
    for layer in reversed(range(len(parameters))):
        w, _ = parameters[layer]
        gradients.append((inputs[layer].T @ upstream, upstream.sum(axis=0)))
        upstream = upstream @ w.T
        if layer:
            upstream = upstream * slope(sums[layer - 1], upstream)
    return cross_entropy(logits, labels), gradients[::-1]


# mlp_loss_and_grads


@mistake(
    of=mlp_loss_and_grads,
    says="The masks of the ReLUs are missing on the way back: where a unit was off, nothing passes.",
)
def masks_missing(parameters, x, labels):
    return _mlp(parameters, x, labels, slope=lambda z, upstream: 1.0)


@mistake(
    of=mlp_loss_and_grads,
    says="The masks ask where upstream is positive. They must ask where the input of the ReLU was.",
)
def masks_of_upstream(parameters, x, labels):
    return _mlp(parameters, x, labels, slope=lambda z, upstream: upstream > 0)


@mistake(
    of=mlp_loss_and_grads,
    says="The last layer has a ReLU too. Its outputs are the logits, and those may be negative.",
)
def relu_after_the_last(parameters, x, labels):
    return _mlp(parameters, x, labels, after_last=True)


@mistake(
    of=mlp_loss_and_grads,
    says="There is no ReLU between the layers. However many linear layers in a row are one.",
)
def no_relu_at_all(parameters, x, labels):
    return _mlp(parameters, x, labels, activation=lambda z: z, slope=lambda z, upstream: 1.0)


@mistake(
    of=mlp_loss_and_grads,
    says="The gradients are listed last layer first, in the order in which they are found. Turn the "
    "list round.",
)
def last_layer_first(parameters, x, labels):
    loss, gradients = mlp_loss_and_grads(parameters, x, labels)
    return loss, gradients[::-1]


@mistake(
    of=mlp_loss_and_grads,
    says="The loss is summed over the samples, and its gradient with it. It should be their mean: "
    "divide both by n.",
)
def mlp_summed(parameters, x, labels):
    loss, gradients = mlp_loss_and_grads(parameters, x, labels)
    return len(x) * loss, [(len(x) * dw, len(x) * db) for dw, db in gradients]


@mistake(
    of=mlp_loss_and_grads,
    says="The loss is a mean over the samples, but the gradients are those of the sum. Divide the "
    "gradient with respect to the logits by n.",
)
def mlp_mean_forgotten(parameters, x, labels):
    loss, gradients = mlp_loss_and_grads(parameters, x, labels)
    return loss, [(len(x) * dw, len(x) * db) for dw, db in gradients]


@mistake(
    of=mlp_loss_and_grads,
    says="The biases' gradients are averaged over the samples. The 1/n is in the loss already: sum.",
)
def mlp_biases_averaged(parameters, x, labels):
    loss, gradients = mlp_loss_and_grads(parameters, x, labels)
    return loss, [(dw, db / len(x)) for dw, db in gradients]


@mistake(
    of=mlp_loss_and_grads,
    says="Every layer divides by the number of samples again, so that the gradients shrink on the way "
    "back. The 1/n belongs to the loss alone.",
)
def divided_in_every_layer(parameters, x, labels):
    loss, gradients = mlp_loss_and_grads(parameters, x, labels)
    n, depth = len(x), len(gradients)
    return loss, [
        (dw / n ** (depth - i), db / n ** (depth - i)) for i, (dw, db) in enumerate(gradients)
    ]


@mistake(
    of=mlp_loss_and_grads,
    says="The biases are left out on the way forward.",
)
def biases_left_out(parameters, x, labels):
    return _mlp([(w, 0 * b) for w, b in parameters], x, labels)


@mistake(
    of=mlp_loss_and_grads,
    says="The gradients are one flat list. It should hold a pair (dw, db) for each layer, as "
    "`parameters` does.",
)
def flat_list(parameters, x, labels):
    loss, gradients = mlp_loss_and_grads(parameters, x, labels)
    return loss, [part for pair in gradients for part in pair]


@mistake(
    of=mlp_loss_and_grads,
    says="This only works for two layers. Loop over `parameters`: the network may have any depth.",
)
def only_two_layers(parameters, x, labels):
    (w1, b1), (w2, b2) = parameters
    return _mlp([(w1, b1), (w2, b2)], x, labels)


@mistake(
    of=mlp_loss_and_grads,
    says="The weights are updated on the way back, before the earlier layers' gradients are computed. "
    "Those must use the weights of the forward pass.",
)
def updated_on_the_way(parameters, x, labels):
    loss, gradients = mlp_loss_and_grads(parameters, x, labels)
    stepped = [(w - 0.1 * dw, b) for (w, b), (dw, _) in zip(parameters, gradients, strict=True)]
    return loss, _back_with(parameters, stepped, x, labels)


def _back_with(parameters, stepped, x, labels):
    """Gradients whose way back uses other weights than the way forward."""
    inputs, z = [], x
    for layer, (w, b) in enumerate(parameters):
        inputs.append(np.maximum(z, 0) if layer else x)
        z = inputs[-1] @ w + b
    upstream, gradients = cross_entropy_grad(z, labels), []
    for a, (w, _) in zip(reversed(inputs), reversed(stepped), strict=True):
        gradients.append((a.T @ upstream, upstream.sum(axis=0)))
        upstream = (upstream @ w.T) * (a > 0)
    return gradients[::-1]


@mistake(
    of=mlp_loss_and_grads,
    says="The gradient with respect to the logits is sent to every layer: upstream is not carried on "
    "from layer to layer.",
)
def upstream_not_carried_on(parameters, x, labels):
    loss, gradients = mlp_loss_and_grads(parameters, x, labels)
    ones = [(np.ones_like(w), b) for w, b in parameters]
    return loss, [*_back_with(parameters, ones, x, labels)[:-1], gradients[-1]]


@mistake(
    of=mlp_loss_and_grads,
    says="exp overflows for large logits, and the loss becomes NaN or infinite. Subtract the maximum "
    "of each row, and take the logarithm of the sum instead of that of a probability.",
)
def mlp_logits_overflow(parameters, x, labels):
    z = x
    for layer, (w, b) in enumerate(parameters):
        z = (np.maximum(z, 0) if layer else z) @ w + b
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    loss = -float(np.log(p[np.arange(len(x)), labels]).mean())
    gradients = mlp_loss_and_grads(parameters, x, labels)[1]
    return loss, [(dw + 0 * loss, db + 0 * loss) for dw, db in gradients]


@alternative(of=mlp_loss_and_grads)
def recursively(parameters, x, labels):
    def below(x, parameters):
        (w, b), *rest = parameters
        z = x @ w + b
        if not rest:
            loss, upstream, later = cross_entropy(z, labels), cross_entropy_grad(z, labels), []
        else:
            loss, da, later = below(np.maximum(z, 0), rest)
            upstream = da * (z >= 0)
        return loss, upstream @ w.T, [(x.T @ upstream, upstream.sum(0)), *later]

    loss, _, gradients = below(x, parameters)
    return loss, gradients


@alternative(of=mlp_loss_and_grads)
def as_tuples(parameters, x, labels):
    loss, gradients = _mlp(parameters, x, labels)
    return np.float64(loss), tuple([np.asfortranarray(dw), db] for dw, db in gradients)


# train_step


@mistake(
    of=train_step,
    says="The step goes uphill. The gradient points to where the loss grows: subtract.",
)
def uphill(parameters, x, labels, learning_rate):
    return train_step(parameters, x, labels, -learning_rate)


@mistake(
    of=train_step,
    says="The caller's parameters are changed in place. Make new arrays: w = w - …, not w -= ….",
)
def in_place(parameters, x, labels, learning_rate):
    loss, gradients = mlp_loss_and_grads(parameters, x, labels)
    for (w, b), (dw, db) in zip(parameters, gradients, strict=True):
        w -= learning_rate * dw
        b -= learning_rate * db
    return parameters, loss


@mistake(
    of=train_step, says="The biases stay as they are. They are parameters too, and take a step."
)
def biases_stay(parameters, x, labels, learning_rate):
    stepped, loss = train_step(parameters, x, labels, learning_rate)
    return [(w, b) for (w, _), (_, b) in zip(stepped, parameters, strict=True)], loss


@mistake(
    of=train_step,
    says="The loss that comes back is the one after the step. It should be the one before, which "
    "mlp_loss_and_grads has given already.",
)
def loss_after_the_step(parameters, x, labels, learning_rate):
    stepped, _ = train_step(parameters, x, labels, learning_rate)
    return stepped, mlp_loss_and_grads(stepped, x, labels)[0]


@mistake(
    of=train_step,
    says="The gradients are computed anew for every layer, with the layers before it moved already. "
    "All gradients belong to the parameters from before the step.",
)
def layer_after_layer(parameters, x, labels, learning_rate):
    loss = mlp_loss_and_grads(parameters, x, labels)[0]
    stepped = list(parameters)
    for i, (w, b) in enumerate(parameters):
        dw, db = mlp_loss_and_grads(stepped, x, labels)[1][i]
        stepped[i] = (w - learning_rate * dw, b - learning_rate * db)
    return stepped, loss


@mistake(
    of=train_step,
    says="The step is divided by the number of samples once more. The loss is a mean already.",
)
def step_divided_by_n(parameters, x, labels, learning_rate):
    return train_step(parameters, x, labels, learning_rate / len(x))


@mistake(of=train_step, says="The learning rate is left out: the step is the whole gradient.")
def no_learning_rate(parameters, x, labels, learning_rate):
    return train_step(parameters, x, labels, 1.0)


@mistake(of=train_step, says="The gradients come back in place of the parameters after the step.")
def gradients_returned(parameters, x, labels, learning_rate):
    loss, gradients = mlp_loss_and_grads(parameters, x, labels)
    return gradients, loss


@mistake(of=train_step, says="The two results are exchanged: first the parameters, then the loss.")
def results_exchanged(parameters, x, labels, learning_rate):
    stepped, loss = train_step(parameters, x, labels, learning_rate)
    return loss, stepped


@alternative(of=train_step)
def with_a_loop(parameters, x, labels, learning_rate):
    loss, gradients = mlp_loss_and_grads(parameters, x, labels)
    stepped = []
    for i in range(len(parameters)):
        w, b = parameters[i][0].copy(), parameters[i][1].copy()
        w -= gradients[i][0] * learning_rate
        b += gradients[i][1] * -learning_rate
        stepped.append([w, b])
    return tuple(stepped), loss


@alternative(of=train_step)
def with_a_deep_copy(parameters, x, labels, learning_rate):
    import copy

    moved = copy.deepcopy(parameters)
    loss, gradients = mlp_loss_and_grads(moved, x, labels)
    for (w, b), (dw, db) in zip(moved, gradients, strict=True):
        w -= learning_rate * dw
        b -= learning_rate * db
    return moved, loss
