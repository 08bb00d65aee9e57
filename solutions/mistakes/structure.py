"""Wrong and alternative implementations of the exercises of `structure`."""

from __future__ import annotations

import numpy as np

from solutions.mistakes import alternative, mistake
from solutions.structure import neuron, sigmoid, sigmoid_derivative


@mistake(of=neuron, says="The activation is missing: this is the weighted sum alone.")
def without_activation(x, w, b, activation):
    return x @ w + b


@mistake(of=neuron, says="The bias is missing.")
def without_bias(x, w, b, activation):
    return activation(x @ w)


@mistake(of=neuron, says="The bias is added after the activation; it belongs inside.")
def bias_outside(x, w, b, activation):
    return activation(x @ w) + b


@alternative(of=neuron)
def with_a_loop(x, w, b, activation):
    z = b
    for i in range(len(x)):
        z = z + x[i] * w[i]
    return activation(z)


@alternative(of=neuron)
def bias_as_a_weight(x, w, b, activation):
    return activation(np.append(x, 1.0) @ np.append(w, b))


@mistake(of=sigmoid, says="exp overflows for large negative inputs.")
def overflowing(z):
    e = np.exp(z)
    return e / (1 + e)


@mistake(of=sigmoid_derivative, says="This is a(1 - a) with z in the place of a = σ(z).")
def z_for_a(z):
    return z * (1 - z)
