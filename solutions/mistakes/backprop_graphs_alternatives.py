"""Other right ways to write the class `Value`."""

from __future__ import annotations

import math
from collections import Counter

from solutions.backprop import Value
from solutions.mistakes import alternative
from solutions.mistakes.backprop_graphs import ADD_MUL, new_node
from solutions.mistakes.backprop_graphs_backward import BACKWARD
from solutions.mistakes.backprop_graphs_functions import FUNCTIONS


@alternative(of=ADD_MUL)
@alternative(of=FUNCTIONS)
@alternative(of=BACKWARD)
class WithSlopes:
    """Stores the slope towards each parent; `_backward` is an ordinary method."""

    def __init__(self, data, parents=(), slopes=()):
        self.data, self.grad = data, 0.0
        self.parents, self.slopes = parents, slopes

    def _backward(self):
        for parent, slope in zip(self.parents, self.slopes, strict=True):
            parent.grad = parent.grad + slope * self.grad

    def wrap(self, other):
        return other if isinstance(other, type(self)) else type(self)(other)

    def __add__(self, other):
        other = self.wrap(other)
        return type(self)(self.data + other.data, (self, other), (1.0, 1.0))

    def __sub__(self, other):
        other = self.wrap(other)
        return type(self)(self.data - other.data, (self, other), (1.0, -1.0))

    def __mul__(self, other):
        other = self.wrap(other)
        return type(self)(self.data * other.data, (self, other), (other.data, self.data))

    def __truediv__(self, other):
        other = self.wrap(other)
        slopes = 1 / other.data, -self.data / other.data**2
        return type(self)(self.data / other.data, (self, other), slopes)

    def __pow__(self, n):
        return type(self)(self.data**n, (self,), (n * self.data ** (n - 1),))

    def __neg__(self):
        return type(self)(-self.data, (self,), (-1.0,))

    def __rsub__(self, other):
        return self.wrap(other) - self

    def __rtruediv__(self, other):
        return self.wrap(other) / self

    __radd__, __rmul__ = __add__, __mul__

    def relu(self):
        return type(self)(self.data if self.data > 0 else 0.0, (self,), (float(self.data >= 0),))

    def tanh(self):
        e = math.exp(2 * self.data)
        return type(self)((e - 1) / (e + 1), (self,), (4 * e / (e + 1) ** 2,))

    def exp(self):
        return type(self)(math.exp(self.data), (self,), (math.exp(self.data),))

    def log(self):
        return type(self)(math.log(self.data), (self,), (1 / self.data,))

    def backward(self):
        waiting, reached, stack = Counter(), {self}, [self]
        while stack:
            for parent in stack.pop().parents:
                waiting[parent] += 1
                if parent not in reached:
                    reached.add(parent)
                    stack.append(parent)
        kept = {node: node.grad for node in reached}
        for node in reached:
            node.grad = 0.0
        self.grad, ready = 1.0, [self]
        while ready:
            node = ready.pop()
            node._backward()
            for parent in node.parents:
                waiting[parent] -= 1
                if not waiting[parent]:
                    ready.append(parent)
        for node, grad in kept.items():
            node.grad += grad


@alternative(of=ADD_MUL)
@alternative(of=FUNCTIONS)
class OtherFormulas(Value):
    def __sub__(self, other):
        return -(-self + other)

    def __neg__(self):
        return 0.0 - self

    def __rsub__(self, other):
        out = type(self)(other - self.data, (self,))

        def push():
            self.grad -= out.grad

        out._backward = push
        return out

    def __rtruediv__(self, other):
        return type(self)(other) / self

    def exp(self):
        return new_node(math.exp(self.data), (self,), self._exp_back)

    def _exp_back(self, out):
        self.grad += math.exp(self.data) * out.grad

    def tanh(self):
        return 1 - 2 / ((2 * self).exp() + 1)
