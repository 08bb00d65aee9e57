"""Reverse-mode differentiation of NumPy arrays, just enough to write the corpus with.

An operation on plain arrays returns a plain array, so that the functions of the corpus run at NumPy's
speed when they are only evaluated. On a `Node` it also records how to send a gradient back.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

_erf = np.vectorize(math.erf, otypes=[float])


class Node:
    """An array, what it was computed from, and the way back."""

    __array_priority__ = 1000
    __array_ufunc__ = None

    def __init__(self, value: Any, parents: Sequence[tuple[Node, Callable[[Any], Any]]] = ()):
        self.value, self.parents = np.asarray(value), parents
        self.shape, self.ndim, self.size = self.value.shape, self.value.ndim, self.value.size

    def __add__(self, other):
        return add(self, other)

    __radd__ = __add__

    def __mul__(self, other):
        return multiply(self, other)

    __rmul__ = __mul__

    def __neg__(self):
        return multiply(self, -1.0)

    def __sub__(self, other):
        return add(self, -other)

    def __rsub__(self, other):
        return add(other, -self)

    def __truediv__(self, other):
        return multiply(self, power(other, -1.0))

    def __rtruediv__(self, other):
        return multiply(other, power(self, -1.0))

    def __pow__(self, exponent):
        return power(self, exponent)

    def __matmul__(self, other):
        return matmul(self, other)

    def __rmatmul__(self, other):
        return matmul(other, self)

    def __getitem__(self, index):
        return take(self, index)

    @property
    def T(self):  # noqa: N802
        return transpose(self, tuple(reversed(range(self.ndim))))


class Kinks:
    """Counts how often a piecewise function was met exactly at the joint of its pieces."""

    met = 0

    @classmethod
    def note(cls, at_joint: Any) -> None:
        cls.met += int(np.count_nonzero(at_joint))


def value_of(x: Any) -> Any:
    return x.value if isinstance(x, Node) else x


def record(value: Any, *ways: tuple[Any, Callable[[Any], Any]]) -> Any:
    """``value`` as it is, or as a node if any of its origins is one."""
    parents = [(origin, back) for origin, back in ways if isinstance(origin, Node)]
    return Node(value, parents) if parents else value


def unbroadcast(g: Any, shape: tuple[int, ...]) -> Any:
    g = np.asarray(g)
    g = g.sum(axis=tuple(range(g.ndim - len(shape))))
    stretched = tuple(i for i, n in enumerate(shape) if n == 1 and g.shape[i] != 1)
    return g.sum(axis=stretched, keepdims=True) if stretched else g


def add(x, y):
    a, b = value_of(x), value_of(y)
    return record(
        a + b,
        (x, lambda g: unbroadcast(g, np.shape(a))),
        (y, lambda g: unbroadcast(g, np.shape(b))),
    )


def multiply(x, y):
    a, b = value_of(x), value_of(y)
    return record(
        a * b,
        (x, lambda g: unbroadcast(g * b, np.shape(a))),
        (y, lambda g: unbroadcast(g * a, np.shape(b))),
    )


def power(x, exponent: float):
    a = value_of(x)
    return record(a**exponent, (x, lambda g: g * exponent * a ** (exponent - 1)))


def _swap(a):
    return np.swapaxes(a, -1, -2)


def matmul(x, y):
    a, b = value_of(x), value_of(y)
    if b.ndim == 1:
        return sum_(multiply(x, y), axis=-1)
    return record(
        a @ b,
        (x, lambda g: unbroadcast(g @ _swap(b), a.shape)),
        (y, lambda g: unbroadcast(_swap(a) @ g, b.shape)),
    )


def sum_(x, axis=None, keepdims=False):
    a = value_of(x)

    def back(g):
        if axis is not None and not keepdims:
            g = np.expand_dims(g, axis)
        return np.broadcast_to(g, a.shape)

    return record(a.sum(axis=axis, keepdims=keepdims), (x, back))


def mean(x, axis=None, keepdims=False):
    total = sum_(x, axis, keepdims)
    return total * (np.size(value_of(total)) / np.size(value_of(x)))


def reshape(x, shape):
    a = value_of(x)
    return record(a.reshape(shape), (x, lambda g: g.reshape(a.shape)))


def transpose(x, axes):
    a = value_of(x)
    return record(a.transpose(axes), (x, lambda g: g.transpose(np.argsort(axes))))


def take(x, index):
    a = value_of(x)

    def back(g):
        out = np.zeros(a.shape)
        np.add.at(out, index, g)
        return out

    return record(a[index], (x, back))


def pad(x, width):
    a = value_of(x)
    inside = tuple(slice(before, before + n) for (before, _), n in zip(width, a.shape, strict=True))
    return record(np.pad(a, width), (x, lambda g: g[inside]))


def stack(items, axis):
    values = [value_of(item) for item in items]
    ways = [(item, lambda g, i=i: np.take(g, i, axis)) for i, item in enumerate(items)]
    return record(np.stack(values, axis), *ways)


def concatenate(items, axis):
    values = [value_of(item) for item in items]
    ends = np.cumsum([v.shape[axis] for v in values])
    ways = [(item, lambda g, i=i: np.split(g, ends[:-1], axis)[i]) for i, item in enumerate(items)]
    return record(np.concatenate(values, axis), *ways)


def _pointwise(f, df):
    def operation(x):
        a = value_of(x)
        y = f(a)
        return record(y, (x, lambda g: g * df(a, y)))

    return operation


def _piecewise(f, df, joint):
    def operation(x):
        a = value_of(x)
        if isinstance(x, Node):
            Kinks.note(joint(a))
        y = f(a)
        return record(y, (x, lambda g: g * df(a, y)))

    return operation


def _sigmoid(a):
    return 0.5 * (1 + np.tanh(0.5 * a))


exp = _pointwise(np.exp, lambda a, y: y)
log = _pointwise(np.log, lambda a, y: 1 / a)
log1p = _pointwise(np.log1p, lambda a, y: 1 / (1 + a))
sqrt = _pointwise(np.sqrt, lambda a, y: 0.5 / y)
tanh = _pointwise(np.tanh, lambda a, y: 1 / np.cosh(np.clip(a, -300, 300)) ** 2)
sin = _pointwise(np.sin, lambda a, y: np.cos(a))
cos = _pointwise(np.cos, lambda a, y: -np.sin(a))
arctan = _pointwise(np.arctan, lambda a, y: 1 / (1 + a * a))
sigmoid = _pointwise(_sigmoid, lambda a, y: 0.25 / np.cosh(np.clip(0.5 * a, -300, 300)) ** 2)
softplus = _pointwise(lambda a: np.logaddexp(0, a), lambda a, y: _sigmoid(a))
normal_cdf = _pointwise(
    lambda a: 0.5 * (1 + _erf(a / math.sqrt(2))),
    lambda a, y: np.exp(-0.5 * a * a) / math.sqrt(2 * math.pi),
)
relu = _piecewise(lambda a: np.maximum(a, 0), lambda a, y: (a > 0) * 1.0, lambda a: a == 0)
absolute = _piecewise(np.abs, lambda a, y: np.sign(a), lambda a: a == 0)


def leaky_relu(x, slope=0.1):
    return slope * x + (1 - slope) * relu(x)


def clip(x, low, high):
    return low + relu(x - low) - relu(x - high)


def where(mask, x, y):
    return record(
        np.where(mask, value_of(x), value_of(y)),
        (x, lambda g: unbroadcast(np.where(mask, g, 0.0), np.shape(value_of(x)))),
        (y, lambda g: unbroadcast(np.where(mask, 0.0, g), np.shape(value_of(y)))),
    )


def max_(x, axis):
    """Maximum along one axis; the first of several equal ones gets the gradient."""
    a = value_of(x)
    winner = np.expand_dims(a.argmax(axis), axis)
    if isinstance(x, Node):
        Kinks.note((a == a.max(axis, keepdims=True)).sum(axis) > 1)

    def back(g):
        out = np.zeros(a.shape)
        np.put_along_axis(out, winner, np.expand_dims(g, axis), axis)
        return out

    return record(a.max(axis), (x, back))


def maximum(x, y):
    return x + relu(y - x)


def logsumexp(x, axis=-1):
    a = value_of(x)
    top = a.max(axis, keepdims=True)
    e = np.exp(a - top)
    total = e.sum(axis, keepdims=True)
    y = (np.log(total) + top).squeeze(axis)
    return record(y, (x, lambda g: np.expand_dims(g, axis) * e / total))


def softmax(x, axis=-1):
    a = value_of(x)
    e = np.exp(a - a.max(axis, keepdims=True))
    p = e / e.sum(axis, keepdims=True)
    return record(p, (x, lambda g: p * (g - (g * p).sum(axis, keepdims=True))))


def gradients(
    outputs: Sequence[Node], upstream: Sequence[Any], inputs: Sequence[Node]
) -> list[Any]:
    """Gradient of ``sum(upstream * outputs)`` with respect to each input."""
    order: list[Node] = []
    seen: set[int] = set()
    waiting: list[tuple[Node, bool]] = [(out, False) for out in outputs if isinstance(out, Node)]
    while waiting:
        node, ready = waiting.pop()
        if ready:
            order.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            waiting.append((node, True))
            waiting.extend((parent, False) for parent, _ in node.parents)
    found: dict[int, Any] = {}
    for out, u in zip(outputs, upstream, strict=True):
        if isinstance(out, Node):
            found[id(out)] = found.get(id(out), 0.0) + np.asarray(u)
    for node in reversed(order):
        g = found.get(id(node))
        if g is not None:
            for parent, back in node.parents:
                found[id(parent)] = found.get(id(parent), 0.0) + back(g)
    return [np.array(np.broadcast_to(found.get(id(x), 0.0), x.shape)) for x in inputs]
