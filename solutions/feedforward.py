"""Feedforward networks for tables: categories, prices, a score, a network with one output, houses."""

from __future__ import annotations

import numpy as np


def encode_categories(training, values):
    """Turn words into numbers: a column for each category of the training samples.

    Parameters
    ----------
    training : list of str, at least one
        The column of the training samples; words repeat.
    values : list of str   the words to encode, perhaps of other samples

    Returns
    -------
    (names, encoded)
        names : list of str
            The different words of ``training``, sorted as ``sorted`` does.
        encoded : (len(values), len(names)) float64 array
            One row for each word of ``values``: 1 in the column of its name,
            0 elsewhere. A word that ``training`` does not have is none of
            the known categories: its row holds zeros only.
    """
    ### BEGIN SOLUTION
    names = sorted(set(training))
    encoded = [[float(value == name) for name in names] for value in values]
    return names, np.array(encoded).reshape(len(values), len(names))
    ### END SOLUTION


def log_target(prices):
    """Prepare prices for a network that predicts them, and the way back.

    Parameters
    ----------
    prices : (n,) float array   of the training samples, all above 0

    Returns
    -------
    (target, back)
        target : (n,) array
            The logarithms of the prices, standardized to mean 0 and standard
            deviation 1 (that of all n, not of a sample). Where all prices
            are equal, all zeros. float32 in, float32 out, also for ``back``.
        back : function
            Takes an array of any shape, on the scale of ``target``, of these
            or of other samples, and returns prices of that shape.

    Raises
    ------
    ValueError
        Where a price is 0, negative or NaN.
    """
    ### BEGIN SOLUTION
    if not np.all(prices > 0):
        raise ValueError(f"prices must be above 0, but the smallest is {np.min(prices)}")
    logs = np.log(prices)
    mean, std = logs.mean(), logs.std()
    if np.all(prices == prices[0]):
        mean, std = logs[0], 1

    def back(target):
        return np.exp(target * std + mean)

    return (logs - mean) / std, back
    ### END SOLUTION


def r_squared(prediction, target):
    """How much of the spread of the targets the predictions explain.

    Parameters
    ----------
    prediction, target : (n,) float arrays

    Returns
    -------
    float
        1 for perfect predictions, 0 for those that are as good as the mean of
        ``target`` everywhere, negative for worse ones.

    Raises
    ------
    ValueError
        Where the shapes differ, or where all targets are equal: there is
        nothing to explain.
    """
    ### BEGIN SOLUTION
    if prediction.shape != target.shape:
        raise ValueError(f"shapes differ: {prediction.shape} and {target.shape}")
    if np.all(target == target[0]):
        raise ValueError("all targets are equal, there is nothing to explain")
    residual = ((target - prediction) ** 2).sum()
    spread = ((target - target.mean()) ** 2).sum()
    return float(1 - residual / spread)
    ### END SOLUTION


def mlp_regression_loss_and_grads(parameters, x, target):
    """The loss of a network that predicts one number, and its gradients.

    Every layer is linear; ReLU stands between one layer and the next, not
    after the last. The last layer has one unit. The loss is the mean squared
    error of the predictions.

    Parameters
    ----------
    parameters : list of (w, b) pairs, first layer first, at least one
        ``w`` is (units before, units of the layer), ``b`` is (units of the
        layer,).
    x : (n, d_in) array      one sample a row
    target : (n,) array      the number to predict for each sample

    Returns
    -------
    (loss, gradients)
        loss : float
        gradients : list of (dw, db) pairs, first layer first
            Shaped like ``parameters``; float32 in, float32 out.
    """
    ### BEGIN SOLUTION
    inputs, z = [], x
    for layer, (w, b) in enumerate(parameters):
        inputs.append(np.maximum(z, 0) if layer else x)
        z = inputs[-1] @ w + b
    error = z[:, 0] - target
    upstream = (2 / len(x) * error)[:, None]
    gradients = []
    for a, (w, _) in zip(reversed(inputs), reversed(parameters), strict=True):
        gradients.append((a.T @ upstream, upstream.sum(axis=0)))
        upstream = (upstream @ w.T) * (a > 0)
    return float((error**2).mean()), gradients[::-1]
    ### END SOLUTION


def train_house_prices(x_train, y_train, rng):
    """Train a network on houses that were sold, to predict the price of others.

    Parameters
    ----------
    x_train : (n, 6) float64 array
        One house a row: four sizes and two coordinates. The columns are in no
        particular order and in no particular units, and tell nothing by
        themselves.
    y_train : (n,) float64 array   what each house was sold for
    rng : numpy.random.Generator   for everything that is random

    Returns
    -------
    predict : function
        Takes ``x_new``, an (m, 6) array of other houses in the columns and
        units of ``x_train``, one or many, and returns an (m,) array of prices
        in the currency of ``y_train``. What it says of a house does not
        depend on which others it is asked about.
    """
    ### BEGIN SOLUTION
    mean, std = x_train.mean(axis=0), x_train.std(axis=0)

    def scale(x):
        return np.clip((x - mean) / std, -3, 3)  # a house far outside is treated as one at the edge

    x = scale(x_train)
    target, back = log_target(y_train)
    parameters = [
        (rng.normal(size=(before, after)) * np.sqrt(2 / before), np.zeros(after))
        for before, after in ((x.shape[1], 32), (32, 32), (32, 1))
    ]
    arrays = [array for layer in parameters for array in layer]
    moments = [np.zeros_like(array) for array in arrays]
    squares = [np.zeros_like(array) for array in arrays]

    epochs, batch, decay = 60, 150, 0.1
    batches = len(x) // batch
    for step, rate in enumerate(np.linspace(0.015, 0, epochs * batches)):
        if step % batches == 0:
            order = rng.permutation(len(x))
        rows = order[step % batches * batch :][:batch]
        _, gradients = mlp_regression_loss_and_grads(parameters, x[rows], target[rows])
        flat = [gradient for layer in gradients for gradient in layer]
        # Adam: the running means of the gradients and of their squares, corrected for their start
        fresh, fresh_square = 1 - 0.9 ** (step + 1), 1 - 0.999 ** (step + 1)
        for p, g, m, s in zip(arrays, flat, moments, squares, strict=True):
            m += 0.1 * (g - m)
            s += 0.001 * (g * g - s)
            p -= rate * (m / fresh / (np.sqrt(s / fresh_square) + 1e-8))
            if p.ndim == 2:
                p -= rate * decay * p

    def predict(x_new):
        z = scale(x_new)
        for layer, (w, b) in enumerate(parameters):
            z = (np.maximum(z, 0) if layer else z) @ w + b
        return back(z[:, 0])

    return predict
    ### END SOLUTION
