"""The forward pass: layers, scaled inputs, initial weights, probabilities, predictions."""

from __future__ import annotations

import numpy as np


def linear(x, w, b):
    """A linear layer: every sample of a batch through the same weights.

    Parameters
    ----------
    x : (n, d_in) array   one sample a row
    w : (d_in, d_out) array
    b : (d_out,) array

    Returns
    -------
    (n, d_out) array   one row for each sample; float32 in, float32 out
    """
    ### BEGIN SOLUTION
    return x @ w + b
    ### END SOLUTION


def mlp_forward(x, parameters):
    """The forward pass of a fully connected network, from inputs to logits.

    Every layer is linear. Between one layer and the next stands ReLU; the
    last layer's output is returned as it is.

    Parameters
    ----------
    x : (n, d_in) array   one sample a row
    parameters : list of (w, b) pairs, first layer first, at least one
        pair; ``w`` is (units before, units of the layer), ``b`` is (units of
        the layer,)

    Returns
    -------
    (n, units of the last layer) array   the logits
    """
    ### BEGIN SOLUTION
    *hidden, (w_last, b_last) = parameters
    for w, b in hidden:
        x = np.maximum(linear(x, w, b), 0)
    return linear(x, w_last, b_last)
    ### END SOLUTION


def standardize_fit(x):
    """What `standardize_apply` needs to know about a training set.

    Parameters
    ----------
    x : (n, d) array   the training set, one sample a row

    Returns
    -------
    (mean, std)
        mean : (d,) array   the mean of each feature
        std : (d,) array   the standard deviation of each feature, of these n
            samples themselves (the variance divides by n); 1 where all entries
            of a feature are equal
    """
    ### BEGIN SOLUTION
    constant = x.max(axis=0) == x.min(axis=0)
    std = x.std(axis=0)
    std[constant] = 1
    return x.mean(axis=0), std
    ### END SOLUTION


def standardize_apply(x, mean, std):
    """Scale samples, of the training set or any other, as the training set says.

    Parameters
    ----------
    x : (n, d) array   one sample a row
    mean, std : (d,) arrays   from `standardize_fit` of the training set;
        no ``std`` is 0

    Returns
    -------
    (n, d) array   of the training set itself, every feature that is not
        constant then has mean 0 and standard deviation 1
    """
    ### BEGIN SOLUTION
    return (x - mean) / std
    ### END SOLUTION


def minmax_scale(train, test, low, high):
    """Bring each feature of a training set to a range; treat a test set alike.

    Parameters
    ----------
    train : (n, d) array   the only one that is measured
    test : (m, d) array
    low, high : floats, low < high   where the smallest and the largest
        training value of each feature go, e.g. 0 and 1, or -1 and 1

    Returns
    -------
    (train_scaled, test_scaled), shaped like ``train`` and ``test``
        A test value outside the range of the training set ends up outside
        ``low`` to ``high``. A feature that is constant in ``train`` is treated
        as if its range were 1 wide.
    """
    ### BEGIN SOLUTION
    smallest = train.min(axis=0)
    width = train.max(axis=0) - smallest
    width[width == 0] = 1
    slope = (high - low) / width
    return low + slope * (train - smallest), low + slope * (test - smallest)
    ### END SOLUTION


def xavier_init(d_in, d_out, rng):
    """Draw the weights of a layer by Xavier's rule (Glorot and Bengio 2010).

    Parameters
    ----------
    d_in : int   units before the layer (fan-in)
    d_out : int   units of the layer (fan-out)
    rng : numpy.random.Generator   the only source of randomness

    Returns
    -------
    (d_in, d_out) float64 array   independent draws from a normal distribution
        of mean 0
    """
    ### BEGIN SOLUTION
    return rng.normal(0, np.sqrt(2 / (d_in + d_out)), size=(d_in, d_out))
    ### END SOLUTION


def he_init(d_in, d_out, rng):
    """Draw the weights of a layer that ReLU follows by He's rule (He et al. 2015).

    He's rule has a form for the forward pass and one for the backward pass;
    this is the one for the forward pass.

    Parameters
    ----------
    d_in : int   units before the layer (fan-in)
    d_out : int   units of the layer (fan-out)
    rng : numpy.random.Generator   the only source of randomness

    Returns
    -------
    (d_in, d_out) float64 array   independent draws from a normal distribution
        of mean 0
    """
    ### BEGIN SOLUTION
    return rng.normal(0, np.sqrt(2 / d_in), size=(d_in, d_out))
    ### END SOLUTION


def softmax(z):
    """Turn the logits of each sample into probabilities.

    No finite logits make it overflow.

    Parameters
    ----------
    z : (n, classes) array   the logits, one sample a row

    Returns
    -------
    (n, classes) array   of the dtype of ``z``; no entry is negative, each row
        sums to 1
    """
    ### BEGIN SOLUTION
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)
    ### END SOLUTION


def log_softmax(z):
    """The natural logarithm of the softmax of each row.

    It is finite and exact even where the probability itself is too small for
    a float.

    Parameters
    ----------
    z : (n, classes) array   the logits, one sample a row, finite

    Returns
    -------
    (n, classes) array   of the dtype of ``z``; no entry is positive
    """
    ### BEGIN SOLUTION
    largest = z.argmax(axis=1)
    shifted = z - z.max(axis=1, keepdims=True)
    e = np.exp(shifted)
    e[np.arange(len(z)), largest] = 0  # its exact 1 would swallow the digits of the others
    return shifted - np.log1p(e.sum(axis=1, keepdims=True))
    ### END SOLUTION


def one_hot(labels, n_classes):
    """Write each label as a row of zeros with a 1 at the place of its class.

    Parameters
    ----------
    labels : (n,) array of integers   from 0 to n_classes - 1
    n_classes : int   how many classes there are, whether or not all occur

    Returns
    -------
    (n, n_classes) float64 array

    Raises
    ------
    ValueError or IndexError
        A label is negative or not below ``n_classes``.
    """
    ### BEGIN SOLUTION
    if np.any(labels < 0) or np.any(labels >= n_classes):
        raise ValueError(f"labels should lie between 0 and {n_classes - 1}")
    return np.eye(n_classes)[labels]
    ### END SOLUTION


def predict(x, parameters):
    """The class that a network finds most probable, for every sample.

    Parameters
    ----------
    x : (n, d_in) array   one sample a row
    parameters : list of (w, b) pairs, first layer first, as in `mlp_forward`;
        the last layer has a unit for each class

    Returns
    -------
    (n,) array of integers   where classes tie, the smallest of them
    """
    ### BEGIN SOLUTION
    return mlp_forward(x, parameters).argmax(axis=1)
    ### END SOLUTION


def find_the_leak(pipelines, x_train, y_train, x_test, y_test, x_fresh, y_fresh):
    """Find the one pipeline whose model has learned from its test set, and
    measure how much its score flatters.

    A pipeline is a function. It fits a model and reports ``score``, the
    model's accuracy on the test set that it was given::

        score, model = pipeline(x_train, y_train, x_test, y_test)

    ``model(x)`` gives the logits (n, classes) of any samples. What is called
    twice with the same arguments answers the same. An honest pipeline fits its
    model on the training set alone.

    Parameters
    ----------
    pipelines : list of functions, of which exactly one leaks
    x_train, x_test, x_fresh : (n, d), (m, d), (k, d) arrays
    y_train, y_test, y_fresh : (n,), (m,), (k,) arrays of integer classes

    Returns
    -------
    (which, flatters)
        which : int   the place in ``pipelines`` of the one that leaks, from 0
        flatters : float   the score that it reports with this training and
            test set, minus the accuracy of that same model on the fresh
            samples, which it has never seen
    """
    ### BEGIN SOLUTION
    for which, pipeline in enumerate(pipelines):
        score, model = pipeline(x_train, y_train, x_test, y_test)
        _, other_model = pipeline(x_train, y_train, x_fresh, y_fresh)
        if not np.array_equal(model(x_fresh), other_model(x_fresh)):
            accuracy = np.mean(model(x_fresh).argmax(axis=1) == y_fresh)
            return which, float(score - accuracy)
    raise ValueError("no pipeline leaks")
    ### END SOLUTION
