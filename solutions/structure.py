"""The structure of a network: activations and their derivatives, neurons, layers, parameters."""

from __future__ import annotations

import numpy as np


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
    """The logistic function, without overflow for any finite input.

    Parameters
    ----------
    z : array of any shape

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
    array of the shape and dtype of ``z``
    """
    ### BEGIN SOLUTION
    a = sigmoid(z)
    return a * (1 - a)
    ### END SOLUTION
