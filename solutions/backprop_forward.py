"""Forward functions that the exercises of `backprop` differentiate and that are no exercises."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from solutions.forward import mlp_forward
from solutions.loss import cross_entropy


def add(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """``a + b``; either may be broadcast to the shape of the other."""
    return a + b


def lookup(table: np.ndarray, indices: np.ndarray) -> np.ndarray:
    """The rows of `table` that `indices` names: an embedding."""
    return table[indices]


def two_layer_loss(
    w1: np.ndarray,
    b1: np.ndarray,
    w2: np.ndarray,
    b2: np.ndarray,
    x: np.ndarray,
    labels: np.ndarray,
) -> float:
    """The mean cross-entropy of a network with one hidden layer of tanh units."""
    return cross_entropy(np.tanh(x @ w1 + b1) @ w2 + b2, labels)


def mlp_loss(
    parameters: list[tuple[np.ndarray, np.ndarray]], x: np.ndarray, labels: np.ndarray
) -> float:
    """The mean cross-entropy of a network of any depth with ReLU between its layers."""
    return cross_entropy(mlp_forward(x, parameters), labels)


OPERATIONS: dict[str, Any] = {
    "add": operator.add, "sub": operator.sub, "mul": operator.mul, "div": operator.truediv,
    "pow": operator.pow, "neg": operator.neg, "relu": lambda v: np.maximum(v, 0), "tanh": np.tanh,
    "exp": np.exp, "log": np.log,
}  # fmt: skip


def evaluate(operations: list[list[Any]], inputs: np.ndarray) -> float:
    """The last value of a list of operations.

    An operation ``["add", 0, 2.5]`` adds 2.5 to the value number 0: whole
    numbers name values, the inputs first and then the result of every
    operation; numbers with a point are constants.
    """
    values = list(inputs)
    for name, *operands in operations:
        arguments = [values[o] if type(o) is int else o for o in operands]
        values.append(OPERATIONS[name](*arguments))
    return float(values[-1])
