"""The structure of a network: activations and their derivatives, neurons, layers, parameters."""

from __future__ import annotations

import numpy as np


def tanh(z):
    """The hyperbolic tangent: no exercise, but what `tanh_derivative` is the derivative of."""
    return np.tanh(z)


def leaky_relu(z, slope=0.01):
    """The leaky ReLU: no exercise, but what `leaky_relu_derivative` is the derivative of."""
    return np.where(z > 0, z, slope * z)


def neuron(x, w, b, activation):
    """One neuron: an activation of a weighted sum of its inputs plus a bias.

    Parameters
    ----------
    x : (d_in,) array   the inputs
    w : (d_in,) array   one weight for each input
    b : float           the bias
    activation : function of one number

    Returns
    -------
    float   the neuron's output
    """
    ### BEGIN SOLUTION
    return float(activation(x @ w + b))
    ### END SOLUTION


def sigmoid(z):
    """The logistic function, entry by entry; finite for every finite input.

    Parameters
    ----------
    z : array of any shape   also entries as large as 1000 and as small as
        -1000

    Returns
    -------
    array of the shape and dtype of ``z``, between 0 and 1
    """
    ### BEGIN SOLUTION
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, small) / (1 + small)
    ### END SOLUTION


def sigmoid_derivative(z):
    """The derivative of the sigmoid at every entry of ``z``.

    Parameters
    ----------
    z : array of any shape   the inputs of the sigmoid, not its outputs

    Returns
    -------
    array of the shape and dtype of ``z``, finite for every finite input
    """
    ### BEGIN SOLUTION
    a = sigmoid(z)
    return a * (1 - a)
    ### END SOLUTION


def tanh_derivative(z):
    """The derivative of the hyperbolic tangent at every entry of ``z``.

    Parameters
    ----------
    z : array of any shape   the inputs of tanh, not its outputs

    Returns
    -------
    array of the shape and dtype of ``z``, finite for every finite input
    """
    ### BEGIN SOLUTION
    a = np.tanh(z)
    return 1 - a**2
    ### END SOLUTION


def relu(z):
    """The rectified linear unit, entry by entry.

    Parameters
    ----------
    z : array of any shape   it is left as it is

    Returns
    -------
    a new array of the shape and dtype of ``z``
    """
    ### BEGIN SOLUTION
    return np.maximum(z, 0)
    ### END SOLUTION


def relu_derivative(z):
    """The derivative of ReLU at every entry of ``z``.

    Parameters
    ----------
    z : array of any shape   it is left as it is

    Returns
    -------
    a new array of the shape and dtype of ``z``. At the kink, ``z = 0``, any
    number from 0 to 1
    """
    ### BEGIN SOLUTION
    return (z > 0).astype(z.dtype)
    ### END SOLUTION


def leaky_relu_derivative(z, slope=0.01):
    """The derivative of the leaky ReLU at every entry of ``z``.

    Parameters
    ----------
    z : array of any shape   it is left as it is
    slope : float, 0 to 1    how steep the leaky ReLU is where its input is
        negative

    Returns
    -------
    a new array of the shape and dtype of ``z``. At the kink, ``z = 0``, any
    number from ``slope`` to 1
    """
    ### BEGIN SOLUTION
    return np.where(z > 0, 1, slope).astype(z.dtype)
    ### END SOLUTION


def gelu(z):
    """The Gaussian error linear unit, entry by entry: the exact form, by the error function.

    Parameters
    ----------
    z : array of any shape

    Returns
    -------
    array of the shape and dtype of ``z``
    """
    ### BEGIN SOLUTION
    from math import erf

    probability_below = 0.5 * (1 + np.vectorize(erf)(z / np.sqrt(2)))
    return (z * probability_below).astype(z.dtype)
    ### END SOLUTION


def gelu_derivative(z):
    """The derivative of the exact GELU at every entry of ``z``.

    Parameters
    ----------
    z : array of any shape

    Returns
    -------
    array of the shape and dtype of ``z``
    """
    ### BEGIN SOLUTION
    from math import erf

    probability_below = 0.5 * (1 + np.vectorize(erf)(z / np.sqrt(2)))
    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    return (probability_below + z * density).astype(z.dtype)
    ### END SOLUTION


def layer(x, w, b, activation):
    """One layer: every neuron on every sample at once.

    Parameters
    ----------
    x : (n, d_in) array       one sample a row
    w : (d_in, d_out) array   one neuron a column
    b : (d_out,) array        one bias for each neuron
    activation : function of an array, entry by entry

    Returns
    -------
    (n, d_out) array of the dtype of ``x``
    """
    ### BEGIN SOLUTION
    return activation(x @ w + b)
    ### END SOLUTION


def layer_shapes(sizes):
    """The shapes of the weights and of the bias of every layer, first layer first.

    Parameters
    ----------
    sizes : list of at least two ints   the number of inputs, then the number
        of neurons of each layer; ``[784, 16, 10]`` has 784 inputs, 16 hidden
        neurons and 10 outputs

    Returns
    -------
    list of pairs ``(shape of w, shape of b)``, one for each layer; both shapes
    are tuples
    """
    ### BEGIN SOLUTION
    from itertools import pairwise

    return [((d_in, d_out), (d_out,)) for d_in, d_out in pairwise(sizes)]
    ### END SOLUTION


def count_parameters(sizes):
    """How many parameters a fully connected network has: its weights and its biases.

    Parameters
    ----------
    sizes : list of at least two ints   the number of inputs, then the number
        of neurons of each layer

    Returns
    -------
    int
    """
    ### BEGIN SOLUTION
    from itertools import pairwise

    return sum(d_in * d_out + d_out for d_in, d_out in pairwise(sizes))
    ### END SOLUTION


def xor_weights():
    """Weights, found by hand, of a network that computes XOR.

    The network has two inputs, two hidden neurons with ReLU and one output
    neuron without an activation. Its output is at least 0.75 for the inputs
    (0, 1) and (1, 0), and at most 0.25 for (0, 0) and (1, 1).

    Returns
    -------
    ``[(w1, b1), (w2, b2)]``, arrays of the shapes (2, 2), (2,), (2, 1), (1,)
    """
    ### BEGIN SOLUTION
    # The first hidden neuron counts the ones; the second switches on at two, and takes them back.
    w1, b1 = np.array([[1.0, 1.0], [1.0, 1.0]]), np.array([0.0, -1.0])
    w2, b2 = np.array([[1.0], [-2.0]]), np.array([0.0])
    return [(w1, b1), (w2, b2)]
    ### END SOLUTION
