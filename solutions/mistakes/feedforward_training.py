"""Wrong and alternative ways to train on house prices."""

from __future__ import annotations

import numpy as np

from solutions.feedforward import log_target, train_house_prices
from solutions.mistakes import alternative, mistake


def fit(x, target, rng, *, hidden=(32, 32), epochs=60, rate=0.015, relu=True, gain=2.0, grad=None):
    """Parameters of a network trained with Adam; `grad` gives the gradient at the output."""
    widths = (x.shape[1], *hidden, 1)
    shapes = [(widths[i], widths[i + 1]) for i in range(len(widths) - 1)]
    layers = [[rng.normal(size=s) * np.sqrt(gain / s[0]), np.zeros(s[1])] for s in shapes]
    means = [[np.zeros_like(p) for p in layer] for layer in layers]
    squares = [[np.zeros_like(p) for p in layer] for layer in layers]
    steps = epochs * (len(x) // 150)
    for step in range(steps):
        rows = rng.permutation(len(x))[:150]
        inputs, z = [], x[rows]
        for number, (w, b) in enumerate(layers):
            inputs.append(np.maximum(z, 0) if number and relu else z)
            z = inputs[-1] @ w + b
        if grad is None:
            upstream = 2 / len(rows) * (z - target[rows, None])
        else:
            upstream = grad(z, target[rows])
        for number in reversed(range(len(layers))):
            w, a = layers[number][0], inputs[number]
            gradients = a.T @ upstream + 0.0005 * w, upstream.sum(axis=0)
            upstream = upstream @ w.T * (a > 0 if relu else 1)
            for i, g in enumerate(gradients):
                means[number][i] += 0.1 * (g - means[number][i])
                squares[number][i] += 0.001 * (g * g - squares[number][i])
                size = np.sqrt(squares[number][i] / (1 - 0.999 ** (step + 1))) + 1e-8
                slow = rate * (1 - step / steps) / (1 - 0.9 ** (step + 1))
                layers[number][i] = layers[number][i] - slow * means[number][i] / size
    return layers


def outputs(layers, x, relu=True):
    """The network's one output for each row, as a column."""
    for number, (w, b) in enumerate(layers):
        x = (np.maximum(x, 0) if number and relu else x) @ w + b
    return x


def scaler(x_train):
    """Standardize as the training samples say."""
    mean, std = x_train.mean(axis=0), x_train.std(axis=0)
    return lambda x: np.clip((x - mean) / std, -3, 3)


@mistake(
    of=train_house_prices,
    says="Predictions come back, for the training houses. The contract asks for a function that values "
    "any houses: define predict inside, and return it without calling it.",
    look="The last line of your function should be return predict, without parentheses behind it.",
)
def no_function(x_train, y_train, rng):
    return np.full(len(x_train), y_train.mean())


@mistake(
    of=train_house_prices,
    says="The network's output is a column, and so are the predictions: one row of one number for each "
    "house. Take column 0.",
)
def column_predicted(x_train, y_train, rng):
    scale, (target, back) = scaler(x_train), log_target(y_train)
    layers = fit(scale(x_train), target, rng, epochs=4)
    return lambda x: back(outputs(layers, scale(x)))


@mistake(
    of=train_house_prices,
    says="The predictions are logarithms of prices. Take the exponential at the end of predict; back does "
    "it.",
)
def log_not_undone(x_train, y_train, rng):
    scale, (target, _) = scaler(x_train), log_target(y_train)
    layers = fit(scale(x_train), target, rng, epochs=15)
    logs = np.log(y_train)
    return lambda x: outputs(layers, scale(x))[:, 0] * logs.std() + logs.mean()


@mistake(
    of=train_house_prices,
    says="The predictions are on the scale of the standardized target, around 0. Hand them to back at the "
    "end of predict.",
)
def scaling_not_undone(x_train, y_train, rng):
    scale, (target, _) = scaler(x_train), log_target(y_train)
    layers = fit(scale(x_train), target, rng, epochs=15)
    return lambda x: outputs(layers, scale(x))[:, 0]


@mistake(
    of=train_house_prices,
    says="The network predicts about the mean price for every house. One way there: the output, a column "
    "(n, 1), minus the target, a row (n,), is a table of every house against every other, and the mean "
    "is what fits it best. Other ways: weights that all start at 0, a learning rate far too large, inputs that were not "
    "scaled. Look at the loss on one batch: does it go below 1?",
    look="Print the loss of the first steps and the shape of the error.",
)
def target_a_column(x_train, y_train, rng):
    scale, (target, back) = scaler(x_train), log_target(y_train)

    def grad(z, target):
        return 2 * (z - target).sum(axis=1, keepdims=True) / len(target) ** 2

    layers = fit(scale(x_train), target, rng, epochs=15, grad=grad)
    return lambda x: back(outputs(layers, scale(x))[:, 0])


@mistake(
    of=train_house_prices,
    says="All weights start at 0. Every hidden unit then outputs 0 and gets no gradient: only the last "
    "bias learns, the mean of the target. Draw the weights from rng.",
    look="Print the first layer's weights before and after a few steps.",
)
def zeros_at_the_start(x_train, y_train, rng):
    scale, (target, back) = scaler(x_train), log_target(y_train)
    layers = fit(scale(x_train), target, rng, epochs=5, gain=0.0)
    return lambda x: back(outputs(layers, scale(x))[:, 0])


@mistake(
    of=train_house_prices,
    says="predict scales the new houses by their own mean and standard deviation. A house alone then has "
    "only zeros, and every house changes with its company. Keep the statistics of the training houses.",
    look="Call your predict with one house, and with the same house among others.",
)
def scaled_by_the_new_samples(x_train, y_train, rng):
    scale, (target, back) = scaler(x_train), log_target(y_train)
    layers = fit(scale(x_train), target, rng, epochs=10)

    def predict(x):
        std = np.where(x.std(axis=0) > 0, x.std(axis=0), 1)
        return back(outputs(layers, (x - x.mean(axis=0)) / std)[:, 0])

    return predict


@mistake(
    of=train_house_prices,
    says="predict forgets to scale the new houses: the network was trained on standardized features and "
    "is asked about raw ones.",
    look="Call predict with the training houses: does it know at least those?",
)
def new_houses_not_scaled(x_train, y_train, rng):
    scale, (target, back) = scaler(x_train), log_target(y_train)
    layers = fit(scale(x_train), target, rng, epochs=4)
    return lambda x: back(np.clip(outputs(layers, x)[:, 0], -20, 20))


@mistake(
    of=train_house_prices,
    says="The features enter as they are. One column lies near a thousand and another near one, and the "
    "largest drowns the others: standardize each column by its mean and standard deviation.",
    look="Print the mean and the standard deviation of each column of what enters the network.",
)
def features_not_scaled(x_train, y_train, rng):
    target, back = log_target(y_train)
    layers = fit(x_train, target, rng, epochs=10)
    return lambda x: back(np.clip(outputs(layers, x)[:, 0], -20, 20))


@mistake(
    of=train_house_prices,
    says="There is no activation between the layers, so that the network is a linear model, however many "
    "layers it has. Put a ReLU between them.",
    look="Is the ReLU there in training and in predict?",
)
def no_activation(x_train, y_train, rng):
    scale, (target, back) = scaler(x_train), log_target(y_train)
    layers = fit(scale(x_train), target, rng, epochs=10, relu=False)
    return lambda x: back(outputs(layers, scale(x), relu=False)[:, 0])


@mistake(
    of=train_house_prices,
    says="Features and prices are shuffled apart: each house trains on the price of another. Draw one "
    "permutation and index both with it.",
    look="Print the loss on one batch of the training houses: it does not go below 1.",
)
def shuffled_apart(x_train, y_train, rng):
    scale, (target, back) = scaler(x_train), log_target(y_train)
    layers = fit(scale(x_train), rng.permutation(target), rng, epochs=8)
    return lambda x: back(outputs(layers, scale(x))[:, 0])


@mistake(
    of=train_house_prices,
    says="The weights grow without bound, and the predictions are infinite or NaN. A learning rate that "
    "suits a standardized target is far too large for raw prices: lower it, or scale the target.",
    look="Print the loss of the first ten steps.",
)
def diverged(x_train, y_train, rng):
    x = scaler(x_train)(x_train)
    w1, w2 = rng.normal(size=(x.shape[1], 32)) * 0.6, rng.normal(size=32) * 0.25
    for _ in range(60):
        hidden = np.maximum(x @ w1, 0)
        error = hidden @ w2 - y_train
        w1 = w1 - 0.1 * x.T @ (np.outer(error, w2) * (hidden > 0)) / len(x)
        w2 = w2 - 0.1 * hidden.T @ error / len(x)
    return lambda x: np.maximum(scaler(x_train)(x) @ w1, 0) @ w2


@mistake(
    of=train_house_prices,
    says="The training stops too early: the loss on the training houses is still falling. Go through them "
    "more often, or take larger steps at first.",
    look="Plot the loss against the epoch: is it flat at the end?",
)
def too_few_epochs(x_train, y_train, rng):
    scale, (target, back) = scaler(x_train), log_target(y_train)
    layers = fit(scale(x_train), target, rng, epochs=1, rate=0.002)
    return lambda x: back(outputs(layers, scale(x))[:, 0])


@mistake(
    of=train_house_prices,
    says="The network is trained on too few of the houses, and knows those by heart. Use all of them, a "
    "batch at a time.",
    look="Count the different rows that ever enter a batch.",
)
def one_batch_only(x_train, y_train, rng):
    scale, (target, back) = scaler(x_train), log_target(y_train)
    rows = rng.permutation(len(x_train))[:150]
    x = np.tile(scale(x_train)[rows], (3, 1))
    layers = fit(x, np.tile(target[rows], 3), rng, epochs=60)
    return lambda x: back(np.clip(outputs(layers, scale(x))[:, 0], -5, 5))


@alternative(of=train_house_prices)
def prices_without_a_logarithm(x_train, y_train, rng):
    scale = scaler(x_train)
    mean, std = y_train.mean(), y_train.std()
    layers = fit(scale(x_train), (y_train - mean) / std, rng, epochs=90, rate=0.01)
    return lambda x: outputs(layers, scale(x))[:, 0] * std + mean


@alternative(of=train_house_prices)
def one_wide_layer(x_train, y_train, rng):
    scale, (target, back) = scaler(x_train), log_target(y_train)
    layers = fit(scale(x_train), target, rng, hidden=(64,), epochs=100, rate=0.02)

    class Model:
        def __call__(self, x):
            return np.asfortranarray(back(outputs(layers, scale(x)).ravel()))

    return Model()


@alternative(of=train_house_prices)
def average_of_two_networks(x_train, y_train, rng):
    scale, (target, back) = scaler(x_train), log_target(y_train)
    both = [fit(scale(x_train), target, rng, epochs=50) for _ in range(2)]
    return lambda x: back(np.mean([outputs(each, scale(x))[:, 0] for each in both], axis=0))
