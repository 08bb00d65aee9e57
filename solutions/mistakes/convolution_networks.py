"""Wrong and alternative implementations of a small convolutional network and its training."""

from __future__ import annotations

import numpy as np

from solutions.convolution import (
    cnn_loss_and_grads,
    conv2d,
    conv2d_backward,
    im2col,
    input_gradient,
    max_pool2d,
    max_pool2d_backward,
    train_cnn,
)
from solutions.mistakes import alternative, mistake

LOOK_FORWARD = "Print the shape after every layer, and beside it what the contract says."
LOOK_GRADIENT = (
    "Measure one entry of each gradient with a small step, from the last layer to the first. Which is "
    "the first wrong one?"
)


def forward(parameters, x, *, stride=2, padded=True, relu=True, pool=np.mean):
    """All that the way back needs; the keywords say what is done wrong."""
    (w1, b1), (w2, b2), (w3, b3) = parameters
    halves = [w.shape[2] // 2 if padded else 0 for w in (w1, w2)]
    z1 = conv2d(x, w1, b1, stride, halves[0])
    a1 = np.maximum(z1, 0)
    pooled = max_pool2d(a1, 2, 2)
    z2 = conv2d(pooled, w2, b2, 1, halves[1])
    a2 = np.maximum(z2, 0) if relu else z2
    features = pool(a2, axis=(2, 3))
    return {
        "halves": halves, "z1": z1, "a1": a1, "pooled": pooled, "z2": z2, "a2": a2,
        "features": features, "logits": features @ w3 + b3,
    }  # fmt: skip


def softmax(logits):
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def backward(parameters, x, f, dlogits, *, stride=2, mask1=True, mask2=True, divided=True):
    """Gradients of the parameters, and of x, from that of the logits."""
    (w1, b1), (w2, b2), (w3, _) = parameters
    dw3, db3 = f["features"].T @ dlogits, dlogits.sum(axis=0)
    dz2 = np.broadcast_to((dlogits @ w3.T)[:, :, None, None], f["z2"].shape)
    if divided:
        dz2 = dz2 / f["z2"][0, 0].size
    if mask2:
        dz2 = dz2 * (f["z2"] > 0)
    dpooled, dw2, db2 = conv2d_backward(dz2, f["pooled"], w2, b2, 1, f["halves"][1])
    dz1 = max_pool2d_backward(dpooled, f["a1"], 2, 2)
    if mask1:
        dz1 = dz1 * (f["z1"] > 0)
    dx, dw1, db1 = conv2d_backward(dz1, x, w1, b1, stride, f["halves"][0])
    return [(dw1, db1), (dw2, db2), (dw3, db3)], dx


def loss_and_dlogits(logits, labels):
    own = np.arange(len(labels)), labels
    top = logits.max(axis=1, keepdims=True)
    loss = np.mean(np.log(np.exp(logits - top).sum(axis=1)) + top[:, 0] - logits[own])
    dlogits = softmax(logits)
    dlogits[own] -= 1
    return float(loss), dlogits / len(labels)


def consistent(parameters, x, labels, stride=2, mask2=True, divided=True, **wrong):
    """A loss of another network, with the gradients that belong to it."""
    f = forward(parameters, x, stride=stride, **wrong)
    loss, dlogits = loss_and_dlogits(f["logits"], labels)
    back = backward(parameters, x, f, dlogits, stride=stride, mask2=mask2, divided=divided)
    return loss, back[0]


# cnn_loss_and_grads


@mistake(
    of=cnn_loss_and_grads,
    says="The convolutions are not padded. Each has a border of half its kernel, kh // 2.",
    look=LOOK_FORWARD,
)
def not_padded(parameters, x, labels):
    return consistent(parameters, x, labels, padded=False)


@mistake(
    of=cnn_loss_and_grads,
    says="The first convolution moves by 1. Its stride is 2.",
    look=LOOK_FORWARD,
)
def first_stride_one(parameters, x, labels):
    return consistent(parameters, x, labels, stride=1)


@mistake(
    of=cnn_loss_and_grads,
    says="The ReLU behind the second convolution is missing.",
    look=LOOK_FORWARD,
)
def second_relu_missing(parameters, x, labels):
    return consistent(parameters, x, labels, relu=False, mask2=False)


@mistake(
    of=cnn_loss_and_grads,
    says="The channels are summed over their places instead of averaged. The logits then grow with "
    "the size of the image.",
    look=LOOK_FORWARD,
)
def summed_over_places(parameters, x, labels):
    return consistent(parameters, x, labels, pool=np.sum, divided=False)


@mistake(
    of=cnn_loss_and_grads,
    says="The loss is the sum over the images; it should be their mean.",
)
def loss_summed(parameters, x, labels):
    loss, gradients = cnn_loss_and_grads(parameters, x, labels)
    n = len(x)
    return n * loss, [(n * dw, n * db) for dw, db in gradients]


@mistake(
    of=cnn_loss_and_grads,
    says="The loss is a mean, but its gradient is that of the sum: dlogits is not divided by n.",
    look=LOOK_GRADIENT,
)
def dlogits_not_divided(parameters, x, labels):
    loss, gradients = cnn_loss_and_grads(parameters, x, labels)
    return loss, [(len(x) * dw, len(x) * db) for dw, db in gradients]


@mistake(
    of=cnn_loss_and_grads,
    says="On its way back through the mean over places the gradient is not divided by their number.",
    look=LOOK_GRADIENT,
)
def mean_not_divided(parameters, x, labels):
    f = forward(parameters, x)
    loss, dlogits = loss_and_dlogits(f["logits"], labels)
    return loss, backward(parameters, x, f, dlogits, divided=False)[0]


@mistake(
    of=cnn_loss_and_grads,
    says="The ReLU behind the first convolution lets every gradient through on the way back. Multiply "
    "by (z1 > 0).",
    look=LOOK_GRADIENT,
)
def first_mask_missing(parameters, x, labels):
    f = forward(parameters, x)
    loss, dlogits = loss_and_dlogits(f["logits"], labels)
    return loss, backward(parameters, x, f, dlogits, mask1=False)[0]


@mistake(
    of=cnn_loss_and_grads,
    says="The ReLU behind the second convolution lets every gradient through on the way back. Multiply "
    "by (z2 > 0).",
    look=LOOK_GRADIENT,
)
def second_mask_missing(parameters, x, labels):
    f = forward(parameters, x)
    loss, dlogits = loss_and_dlogits(f["logits"], labels)
    return loss, backward(parameters, x, f, dlogits, mask2=False)[0]


@mistake(
    of=cnn_loss_and_grads,
    says="The sign of the gradients is wrong: it is probabilities minus one-hot, not the other way "
    "round.",
    look=LOOK_GRADIENT,
)
def sign_turned(parameters, x, labels):
    loss, gradients = cnn_loss_and_grads(parameters, x, labels)
    return loss, [(-dw, -db) for dw, db in gradients]


@mistake(
    of=cnn_loss_and_grads,
    says="The exponentials overflow for large logits. Subtract each row's largest logit first.",
)
def overflows(parameters, x, labels):
    f = forward(parameters, x)
    own = np.arange(len(x)), labels
    e = np.exp(f["logits"])
    p = e / e.sum(axis=1, keepdims=True)
    loss, dlogits = float(-np.log(p[own]).mean()), p.copy()
    dlogits[own] -= 1
    return loss, backward(parameters, x, f, dlogits / len(x))[0]


@mistake(
    of=cnn_loss_and_grads,
    says="A softmax is applied to the logits, and then another one inside the loss.",
    look=LOOK_FORWARD,
)
def softmax_twice(parameters, x, labels):
    f = forward(parameters, x)
    p = softmax(f["logits"])
    loss, dp = loss_and_dlogits(p, labels)
    dlogits = p * (dp - (dp * p).sum(axis=1, keepdims=True))
    return loss, backward(parameters, x, f, dlogits)[0]


@alternative(of=cnn_loss_and_grads)
def part_by_part(parameters, x, labels):
    f = forward(parameters, x)
    loss, dlogits = loss_and_dlogits(f["logits"], labels)
    return loss, backward(parameters, x, f, dlogits)[0]


@alternative(of=cnn_loss_and_grads)
def image_by_image(parameters, x, labels):
    each = [cnn_loss_and_grads(parameters, x[i : i + 1], labels[i : i + 1]) for i in range(len(x))]
    gradients = [[sum(g[k][part] for _, g in each) / len(x) for part in range(2)] for k in range(3)]
    return np.mean([loss for loss, _ in each]), gradients


# input_gradient


def evidence(parameters, x, classes, start=None, **wrong):
    f = forward(parameters, x)
    dlogits = np.zeros_like(f["logits"])
    dlogits[np.arange(len(x)), classes] = 1
    if start is not None:
        dlogits = start(f["logits"], dlogits)
    return backward(parameters, x, f, dlogits, **wrong)[1]


@mistake(
    of=input_gradient,
    says="This is the gradient of the loss. Asked is that of the logit itself: no softmax, no mean, "
    "and more evidence counts as positive.",
)
def of_the_loss(parameters, x, classes):
    return evidence(parameters, x, classes, lambda logits, own: (softmax(logits) - own) / len(own))


@mistake(
    of=input_gradient,
    says="This is the gradient of the probability. It vanishes where the network is sure; the logit's "
    "does not.",
)
def of_the_probability(parameters, x, classes):
    def start(logits, own):
        p = softmax(logits)
        return p * (own - (own * p).sum(axis=1, keepdims=True))

    return evidence(parameters, x, classes, start)


@mistake(
    of=input_gradient,
    says="All logits are asked about at once: dlogits is 1 everywhere. It is 1 only at each image's "
    "own class.",
)
def of_all_logits(parameters, x, classes):
    return evidence(parameters, x, classes, lambda logits, own: np.ones_like(own))


@mistake(
    of=input_gradient,
    says="The gradient is divided by the number of images. Each image is asked about by itself, and "
    "its gradient does not depend on how many others there are.",
)
def divided_by_n(parameters, x, classes):
    return input_gradient(parameters, x, classes) / x.dtype.type(len(x))


@mistake(
    of=input_gradient,
    says="The sign is thrown away. A saliency map is often shown so; the gradient itself says also "
    "whether a brighter pixel speaks for or against the class.",
)
def without_sign(parameters, x, classes):
    return np.abs(input_gradient(parameters, x, classes))


@mistake(
    of=input_gradient,
    says="The ReLU layers let every gradient through on the way back. Multiply by (z1 > 0) and by "
    "(z2 > 0).",
    look=LOOK_GRADIENT,
)
def without_masks(parameters, x, classes):
    return evidence(parameters, x, classes, mask1=False, mask2=False)


@mistake(
    of=input_gradient,
    says="Only positive gradients pass the ReLU layers. Guided backpropagation does so, and makes "
    "sharper pictures that are no gradients.",
    look=LOOK_GRADIENT,
)
def guided(parameters, x, classes):
    (w1, b1), (w2, b2), (w3, _) = parameters
    f = forward(parameters, x)
    d = np.maximum(w3.T[classes], 0)[:, :, None, None] / f["z2"][0, 0].size * (f["z2"] > 0)
    d, _, _ = conv2d_backward(d, f["pooled"], w2, b2, 1, f["halves"][1])
    d = np.maximum(max_pool2d_backward(d, f["a1"], 2, 2), 0) * (f["z1"] > 0)
    return conv2d_backward(d, x, w1, b1, 2, f["halves"][0])[0]


@mistake(
    of=input_gradient,
    says="On its way back through the mean over places the gradient is not divided by their number.",
    look=LOOK_GRADIENT,
)
def places_not_counted(parameters, x, classes):
    return evidence(parameters, x, classes, divided=False)


@alternative(of=input_gradient)
def from_one_hot(parameters, x, classes):
    return evidence(parameters, x, classes)


@alternative(of=input_gradient)
def one_image_at_a_time(parameters, x, classes):
    each = [input_gradient(parameters, x[i : i + 1], classes[i : i + 1]) for i in range(len(x))]
    return np.asfortranarray(np.concatenate(each))


# train_cnn


def start(rng, shapes=((8, 1, 5, 5), (16, 8, 3, 3), (16, 3)), gain=2.0):
    """Parameters before training; `gain` 0 makes them all zero."""
    layers = []
    for shape in shapes:
        fan_in = int(np.prod(shape[1:])) if len(shape) == 4 else shape[0]
        w = (rng.normal(size=shape) * np.sqrt(gain / fan_in)).astype(np.float32)
        layers.append((w, np.zeros(shape[0] if len(shape) == 4 else shape[1], np.float32)))
    return layers


def fit(layers, x, y, rng, *, epochs=8, batch=20, rate=0.02, step=cnn_loss_and_grads, mix=None):
    """Train with Adam, in place; `mix` changes a batch before it is used."""
    arrays = [array for layer in layers for array in layer]
    moments, squares = ([np.zeros_like(a) for a in arrays] for _ in range(2))
    steps = epochs * (len(x) // batch)
    for t in range(1, steps + 1):
        rows = rng.permutation(len(x))[:batch]
        xs, ys = (x[rows], y[rows]) if mix is None else mix(x, y, rows, rng)
        _, gradients = step(layers, xs, ys)
        flat = [g for layer in gradients for g in layer]
        for p, g, m, s in zip(arrays, flat, moments, squares, strict=True):
            m += 0.1 * (g - m)
            s += 0.001 * (g * g - s)
            move = m / (1 - 0.9**t) / (np.sqrt(s / (1 - 0.999**t)) + 1e-8)
            p -= rate * (1 - t / steps) * move
    return layers


def classify(layers, x):
    return forward(layers, x)["logits"].argmax(axis=1)


@mistake(
    of=train_cnn,
    says="Classes come back, for the training images. The contract asks for a function that "
    "classifies any images: define predict inside, and return it without calling it.",
    look="The last line of your function should be return predict, without parentheses behind it.",
)
def no_function(x_train, y_train, rng):
    return classify(start(rng), x_train)


@mistake(
    of=train_cnn,
    says="predict returns the logits. The class is the column of the largest: argmax(axis=1).",
)
def scores_predicted(x_train, y_train, rng):
    layers = start(rng)
    return lambda x: forward(layers, x)["logits"]


@mistake(
    of=train_cnn,
    says="Every image gets the same class. If all weights start at 0, no ReLU passes anything and only "
    "the last bias learns: draw the weights from rng. A learning rate that is far too large ends in "
    "the same way, and so do labels that are shuffled apart from their images.",
    look="Print the first layer's weights before and after a few steps, and the loss.",
)
def zeros_at_the_start(x_train, y_train, rng):
    layers = fit(start(rng, gain=0.0), x_train, y_train, rng, epochs=1)
    return lambda x: classify(layers, x)


@mistake(
    of=train_cnn,
    says="The score is that of a network without convolutions: it learns each pixel's own weight, and a "
    "stone that lies elsewhere in a new image is new to it. Or a convolutional one was stopped too "
    "early. Use cnn_loss_and_grads, and look at the training accuracy.",
    look="How many weights has your first layer, and how many of them see the same kind of thing?",
)
def dense_network(x_train, y_train, rng):
    def step(layers, x, y):
        (w1, b1), (w2, b2) = layers
        flat = x.reshape(len(x), -1)
        z = flat @ w1 + b1
        a = np.maximum(z, 0)
        _, d = loss_and_dlogits(a @ w2 + b2, y)
        dz = (d @ w2.T) * (z > 0)
        return 0.0, [(flat.T @ dz, dz.sum(axis=0)), (a.T @ d, d.sum(axis=0))]

    layers = start(rng, ((64 * 64, 48), (48, 3)))
    fit(layers, x_train, y_train, rng, epochs=10, rate=0.001, step=step)

    def predict(x):
        a = np.maximum(x.reshape(len(x), -1) @ layers[0][0] + layers[0][1], 0)
        return (a @ layers[1][0] + layers[1][1]).argmax(axis=1)

    return predict


@mistake(
    of=train_cnn,
    says="predict uses the mean or the spread of the new images that it happens to be given together. "
    "What it says of one image then depends on the others. Keep the statistics of the training images.",
    look="Call your predict with one image, and with the same image among others.",
)
def scaled_by_the_new_samples(x_train, y_train, rng):
    layers = fit(start(rng), x_train, y_train, rng, epochs=3)

    def predict(x):
        f = forward(layers, x)["features"]
        f = (f - f.mean(axis=0)) / (f.std(axis=0) + 1e-6)
        return (f @ layers[2][0]).argmax(axis=1)

    return predict


@alternative(of=train_cnn)
def with_mirrored_images(x_train, y_train, rng):
    def mix(x, y, rows, rng):
        return (x[rows][..., ::-1] if rng.random() < 0.5 else x[rows]), y[rows]

    layers = fit(start(rng), x_train, y_train, rng, epochs=10, mix=mix)
    return lambda x: classify(layers, x)


@alternative(of=train_cnn)
def with_fewer_kernels(x_train, y_train, rng):
    layers = start(rng, ((6, 1, 5, 5), (12, 6, 3, 3), (12, 3)))
    fit(layers, x_train, y_train, rng, epochs=12, batch=25, rate=0.03)
    return lambda x: classify(layers, x).astype(np.int32)


@alternative(of=train_cnn)
def fixed_kernels_and_a_linear_layer(x_train, y_train, rng):
    """Random kernels that are never trained, and the mean of what they find: texture statistics."""
    kernels = rng.normal(size=(49, 40)).astype(np.float32)
    kernels -= kernels.mean(axis=0)

    def features(x):
        found = []
        for image in x:
            windows = np.abs(im2col(image[None], 7, 7, 3, 0) @ kernels)
            found.append(np.concatenate([windows.mean(axis=0), windows.std(axis=0)]))
        return np.log(np.array(found))

    f = features(x_train)
    mean, std = f.mean(axis=0), f.std(axis=0)

    def scaled(f):
        return np.c_[(f - mean) / std, np.ones(len(f))]

    a = scaled(f)
    weights = np.linalg.solve(a.T @ a + 5 * np.eye(a.shape[1]), a.T @ np.eye(3)[y_train])
    return lambda x: (scaled(features(x)) @ weights).argmax(axis=1)
