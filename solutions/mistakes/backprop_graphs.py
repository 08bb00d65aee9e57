"""Wrong and alternative implementations of the class `Value`: sums and products."""

from __future__ import annotations

from solutions.backprop import Value
from solutions.mistakes import mistake

ADD_MUL = "backprop.Value_add_mul"


def _as_value(other, of):
    return other if isinstance(other, Value) else type(of)(other)


def new_node(data, parents, push):
    """A new node of the parents' class; `push` gets the node."""
    out = type(parents[0])(data, parents)
    out._backward = lambda: push(out)
    return out


@mistake(
    of=ADD_MUL,
    says="Gradients are assigned with = where they must be added with +=. A value that is used twice "
    "keeps only what arrived last.",
)
class GradientsAssigned(Value):
    def __add__(self, other):
        other = _as_value(other, self)

        def push(out):
            self.grad = out.grad
            other.grad = out.grad

        return new_node(self.data + other.data, (self, other), push)

    def __mul__(self, other):
        other = _as_value(other, self)

        def push(out):
            self.grad = other.data * out.grad
            other.grad = self.data * out.grad

        return new_node(self.data * other.data, (self, other), push)


@mistake(
    of=ADD_MUL,
    says="The factors are exchanged in the product: each operand's gradient holds the data of the "
    "other one, not its own.",
)
class FactorsExchanged(Value):
    def __mul__(self, other):
        other = _as_value(other, self)

        def push(out):
            self.grad += self.data * out.grad
            other.grad += other.data * out.grad

        return new_node(self.data * other.data, (self, other), push)


@mistake(
    of=ADD_MUL,
    says="The product hands on the slopes alone. Multiply by the grad of the result: the chain rule.",
)
class UpstreamLeftOut(Value):
    def __mul__(self, other):
        other = _as_value(other, self)

        def push(out):
            self.grad += other.data
            other.grad += self.data

        return new_node(self.data * other.data, (self, other), push)


@mistake(
    of=ADD_MUL,
    says="The sum hands on 1 to its operands. It must hand on the grad of the result, which is 1 only "
    "at the output.",
)
class SumHandsOnOnes(Value):
    def __add__(self, other):
        other = _as_value(other, self)

        def push(out):
            self.grad += 1.0
            other.grad += 1.0

        return new_node(self.data + other.data, (self, other), push)


@mistake(
    of=ADD_MUL,
    says="The product hands on the data of the result, which is the product itself. The slope with "
    "respect to one factor is the other factor.",
)
class ProductForSlope(Value):
    def __mul__(self, other):
        other = _as_value(other, self)

        def push(out):
            self.grad += out.data * out.grad
            other.grad += out.data * out.grad

        return new_node(self.data * other.data, (self, other), push)


@mistake(
    of=ADD_MUL,
    says="No gradient arrives. Either the result never got a _backward, or the grad of the result was "
    "read when _backward was made, when it was still 0: read it inside the function.",
)
class GradReadTooEarly(Value):
    def __add__(self, other):
        other = _as_value(other, self)
        return new_node(self.data + other.data, (self, other), lambda out: None)

    def __mul__(self, other):
        other = _as_value(other, self)
        return new_node(self.data * other.data, (self, other), lambda out: None)


@mistake(
    of=ADD_MUL,
    says="Only the left operand receives a gradient. The right one has a slope of its own.",
)
class OnlyLeftOperand(Value):
    def __mul__(self, other):
        other = _as_value(other, self)

        def push(out):
            self.grad += other.data * out.grad

        return new_node(self.data * other.data, (self, other), push)


@mistake(
    of=ADD_MUL,
    says="A number in place of a Value is not made into one: other.data does not exist for a float. "
    "Wrap it first.",
)
class NumbersNotWrapped(Value):
    def __add__(self, other):
        other.data  # noqa: B018
        return Value.__add__(self, other)

    def __mul__(self, other):
        other.data  # noqa: B018
        return Value.__mul__(self, other)

    def __neg__(self):
        return Value.__mul__(self, type(self)(-1.0))


@mistake(
    of=ADD_MUL,
    says="A number on the left is not understood: for 2 * a Python asks the float first, and then "
    "a.__rmul__(2); for 2 + a it is __radd__.",
)
class NumbersOnlyOnTheRight(Value):
    __radd__ = None
    __rmul__ = None


@mistake(
    of=ADD_MUL,
    says="k - a is computed as a - k. In __rsub__ the Value stands on the right: subtract it from the "
    "number.",
)
class RightDifferenceTurned(Value):
    def __rsub__(self, other):
        return self - other


@mistake(
    of=ADD_MUL,
    says="-a is made from a plain number, so that the graph is cut there: nothing flows back to a. "
    "Compute it with values.",
)
class NegationCutsTheGraph(Value):
    def __neg__(self):
        return type(self)(-self.data)

    def __sub__(self, other):
        return self + -1 * other


@mistake(
    of=ADD_MUL,
    says="In a - b the gradient of b lacks its sign.",
)
class DifferenceWithoutSign(Value):
    def __sub__(self, other):
        other = _as_value(other, self)

        def push(out):
            self.grad += out.grad
            other.grad += out.grad

        return new_node(self.data - other.data, (self, other), push)
