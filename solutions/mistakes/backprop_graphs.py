"""Wrong and alternative implementations of the exercises of `backprop` that grow the class `Value`."""

from __future__ import annotations

import math
from collections import Counter, deque

from solutions.backprop import Value
from solutions.mistakes import alternative, mistake

ADD_MUL = "backprop.Value_add_mul"
FUNCTIONS = "backprop.Value_functions"
BACKWARD = "backprop.Value_backward"


def _as_value(other, of):
    return other if isinstance(other, Value) else type(of)(other)


def _node(data, parents, push):
    """A new node of the parents' class; `push` gets the node."""
    out = type(parents[0])(data, parents)
    out._backward = lambda: push(out)
    return out


# Value_add_mul


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

        return _node(self.data + other.data, (self, other), push)

    def __mul__(self, other):
        other = _as_value(other, self)

        def push(out):
            self.grad = other.data * out.grad
            other.grad = self.data * out.grad

        return _node(self.data * other.data, (self, other), push)


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

        return _node(self.data * other.data, (self, other), push)


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

        return _node(self.data * other.data, (self, other), push)


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

        return _node(self.data + other.data, (self, other), push)


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

        return _node(self.data * other.data, (self, other), push)


@mistake(
    of=ADD_MUL,
    says="No gradient arrives. Either the result never got a _backward, or the grad of the result was "
    "read when _backward was made, when it was still 0: read it inside the function.",
)
class GradReadTooEarly(Value):
    def __add__(self, other):
        other = _as_value(other, self)
        return _node(self.data + other.data, (self, other), lambda out: None)

    def __mul__(self, other):
        other = _as_value(other, self)
        return _node(self.data * other.data, (self, other), lambda out: None)


@mistake(
    of=ADD_MUL,
    says="Only the left operand receives a gradient. The right one has a slope of its own.",
)
class OnlyLeftOperand(Value):
    def __mul__(self, other):
        other = _as_value(other, self)

        def push(out):
            self.grad += other.data * out.grad

        return _node(self.data * other.data, (self, other), push)


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

        return _node(self.data - other.data, (self, other), push)


# Value_functions


def _function(data, slope):
    """A method: its data and its slope, both from (input, output)."""

    def method(self):
        out = data(self.data)

        def push(node):
            self.grad += slope(self.data, out) * node.grad

        return _node(out, (self,), push)

    return method


@mistake(of=FUNCTIONS, says="The slope of tanh is 1 - a² with the output a, not 1 - a.")
class TanhWithoutSquare(Value):
    tanh = _function(math.tanh, lambda x, out: 1 - out)


@mistake(
    of=FUNCTIONS,
    says="The slope of tanh is written with its input: 1 - x². It is one minus the square of its "
    "output.",
)
class TanhOfTheInput(Value):
    tanh = _function(math.tanh, lambda x, out: 1 - x**2)


@mistake(
    of=FUNCTIONS,
    says="The power rule is applied to exp, as if e to the power of x were x to the power of e. Its "
    "slope is its own output.",
)
class PowerRuleForExp(Value):
    exp = _function(math.exp, lambda x, out: x * math.exp(x - 1))


@mistake(of=FUNCTIONS, says="The slope of exp is the input x. It is the output, exp(x).")
class ExpOfTheInput(Value):
    exp = _function(math.exp, lambda x, out: x)


@mistake(of=FUNCTIONS, says="The slope of log is 1 over its output. It is 1 over its input.")
class LogOfTheOutput(Value):
    log = _function(math.log, lambda x, out: 1 / out)


@mistake(of=FUNCTIONS, says="log has the base 10. The natural logarithm, of base e, is asked for.")
class LogOfBaseTen(Value):
    log = _function(math.log10, lambda x, out: 1 / (x * math.log(10)))


@mistake(
    of=FUNCTIONS,
    says="relu hands the gradient on whatever its input was. Where that is negative, nothing passes.",
)
class ReluWithoutMask(Value):
    relu = _function(lambda x: max(x, 0.0), lambda x, out: 1.0)


@mistake(
    of=FUNCTIONS,
    says="The slope of relu is taken as its output. It is 1 where the input is positive.",
)
class ReluTimesItself(Value):
    relu = _function(lambda x: max(x, 0.0), lambda x, out: out)


@mistake(
    of=FUNCTIONS,
    says="A function hands on its slope alone. Multiply by the grad of the result: the chain rule.",
)
class SlopesAlone(Value):
    def tanh(self):
        def push(out):
            self.grad += 1 - out.data**2

        return _node(math.tanh(self.data), (self,), push)

    def exp(self):
        def push(out):
            self.grad += out.data

        return _node(math.exp(self.data), (self,), push)


@mistake(
    of=FUNCTIONS,
    says="Functions assign the gradient with =. A value that is used elsewhere too loses what arrived "
    "from there: add with +=.",
)
class FunctionsAssign(Value):
    def tanh(self):
        def push(out):
            self.grad = (1 - out.data**2) * out.grad

        return _node(math.tanh(self.data), (self,), push)

    def __pow__(self, exponent):
        def push(out):
            self.grad = exponent * self.data ** (exponent - 1) * out.grad

        return _node(self.data**exponent, (self,), push)


@mistake(
    of=FUNCTIONS,
    says="The slope of a power keeps the exponent as it was. The derivative of xⁿ is n xⁿ⁻¹.",
)
class ExponentNotLowered(Value):
    def __pow__(self, exponent):
        def push(out):
            self.grad += exponent * out.data * out.grad

        return _node(self.data**exponent, (self,), push)


@mistake(of=FUNCTIONS, says="The factor n is missing from the slope of a power: n xⁿ⁻¹.")
class ExponentNotAFactor(Value):
    def __pow__(self, exponent):
        def push(out):
            self.grad += self.data ** (exponent - 1) * out.grad

        return _node(self.data**exponent, (self,), push)


@mistake(
    of=FUNCTIONS,
    says="Powers go through the logarithm, exp(n log x), which has no value for a negative x.",
)
class PowersByLogarithm(Value):
    def __pow__(self, exponent):
        return (self.log() * exponent).exp()

    def log(self):
        return _node(math.log(self.data), (self,), lambda out: self._pass(out))

    def _pass(self, out):
        self.grad += out.grad / self.data


@mistake(
    of=FUNCTIONS,
    says="k / a is computed as a / k. In __rtruediv__ the Value stands on the right: it divides the "
    "number.",
)
class RightQuotientTurned(Value):
    def __rtruediv__(self, other):
        return self / other


@mistake(
    of=FUNCTIONS,
    says="a / b takes b as a plain number, so that the graph is cut there: nothing flows back to b.",
)
class QuotientCutsTheGraph(Value):
    def __truediv__(self, other):
        return self * (1 / other.data if isinstance(other, Value) else 1 / other)


# Value_backward


def _visited(root):
    """Every node once, each after its parents."""
    order, seen, stack = [], set(), [(root, False)]
    while stack:
        node, done = stack.pop()
        if done:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            stack.extend((parent, False) for parent in node.parents)
    return order


@mistake(
    of=BACKWARD,
    says="A function that calls itself for each parent goes as deep as the graph, and Python stops it "
    "at about 1,000 nodes. Keep a list of the nodes still to visit instead.",
)
class Recursive(Value):
    def backward(self):
        order, seen = [], set()

        def visit(node):
            if node not in seen:
                seen.add(node)
                for parent in node.parents:
                    visit(parent)
                order.append(node)

        visit(self)
        before = [node.grad for node in order]
        for node in order:
            node.grad = 0.0
        self.grad = 1.0
        for node in reversed(order):
            node._backward()
        for node, grad in zip(order, before, strict=True):
            node.grad += grad


@mistake(
    of=BACKWARD,
    says="A node hands its gradient on as soon as it is reached, each time it is reached. What has "
    "been handed on already is handed on again: wait until all of it has arrived, then do it once.",
)
class HandedOnAtOnce(Value):
    def backward(self):
        self.grad = 1.0
        stack = [self]
        while stack:
            node = stack.pop()
            node._backward()
            stack.extend(node.parents)


@mistake(
    of=BACKWARD,
    says="Nodes are visited level by level from the output. Where two paths of different length meet, "
    "a node's turn comes before all of its gradient has arrived: order the nodes so that each comes "
    "after everything that uses it.",
)
class LevelByLevel(Value):
    def backward(self):
        self.grad = 1.0
        seen, queue = {self}, deque([self])
        while queue:
            node = queue.popleft()
            node._backward()
            for parent in node.parents:
                if parent not in seen:
                    seen.add(parent)
                    queue.append(parent)


@mistake(
    of=BACKWARD,
    says="Each node is visited once, but at the first chance: a node that is reached along one path "
    "hands on before what comes along the other path has arrived.",
)
class AtTheFirstChance(Value):
    def backward(self):
        self.grad = 1.0
        seen, stack = set(), [self]
        while stack:
            node = stack.pop()
            if node not in seen:
                seen.add(node)
                node._backward()
                stack.extend(node.parents)


@mistake(
    of=BACKWARD,
    says="The nodes are visited from the inputs on. Gradients come from the output: walk through the "
    "order from its end.",
)
class FromTheInputs(Value):
    def backward(self):
        self.grad = 1.0
        for node in _visited(self):
            node._backward()


@mistake(
    of=BACKWARD,
    says="The grad of the output is never set to 1, so that zeros flow back.",
)
class OutputNotSetToOne(Value):
    def backward(self):
        for node in reversed(_visited(self)):
            node._backward()


@mistake(
    of=BACKWARD,
    says="All gradients are set to 0 first, so that what was there before is lost. The gradients of "
    "several calls should add up.",
)
class EarlierGradientsLost(Value):
    def backward(self):
        order = _visited(self)
        for node in order:
            node.grad = 0.0
        self.grad = 1.0
        for node in reversed(order):
            node._backward()


@mistake(
    of=BACKWARD,
    says="In a second call the nodes in between still hold the gradient of the first, and hand it on "
    "once more. Start each call from 0, and add what was there before at the end.",
)
class OldGradientsHandedOn(Value):
    def backward(self):
        self.grad = 1.0
        for node in reversed(_visited(self)):
            node._backward()


@mistake(
    of=BACKWARD,
    says="In a second call the gradients of the first, the output's among them, are handed on once "
    "more. Start each call from 0, and add what was there before at the end.",
)
class OneAddedToOldGradient(Value):
    def backward(self):
        self.grad += 1.0
        for node in reversed(_visited(self)):
            node._backward()


@mistake(
    of=BACKWARD,
    says="Nodes are told apart by their numbers: two nodes of the same data are taken for one. Look "
    "for the node itself.",
)
class ToldApartByNumbers(Value):
    def backward(self):
        order, seen, stack = [], set(), [(self, False)]
        while stack:
            node, done = stack.pop()
            if done:
                order.append(node)
            elif node.data not in seen:
                seen.add(node.data)
                stack.append((node, True))
                stack.extend((parent, False) for parent in node.parents)
        before = [node.grad for node in order]
        for node in order:
            node.grad = 0.0
        self.grad = 1.0
        for node in reversed(order):
            node._backward()
        for node, grad in zip(order, before, strict=True):
            node.grad += grad


@mistake(
    of=BACKWARD,
    says="A node that is used twice stands twice in the order, and hands its gradient on twice. Look "
    "whether it has been visited when it is taken from the stack, not only when it is put there.",
)
class VisitedTwice(Value):
    def backward(self):
        order, seen, stack = [], set(), [(self, False)]
        while stack:
            node, done = stack.pop()
            if done:
                order.append(node)
            else:
                seen.add(node)
                stack.append((node, True))
                stack += [(parent, False) for parent in node.parents if parent not in seen]
        before = [(node, node.grad) for node in seen]
        for node in seen:
            node.grad = 0.0
        self.grad = 1.0
        for node in reversed(order):
            node._backward()
        for node, grad in before:
            node.grad += grad


# Alternatives


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
        return _node(math.exp(self.data), (self,), self._exp_back)

    def _exp_back(self, out):
        self.grad += math.exp(self.data) * out.grad

    def tanh(self):
        return 1 - 2 / ((2 * self).exp() + 1)


@alternative(of=BACKWARD)
class InOrderOfMaking(Value):
    """Nodes are numbered when they are made: a node is younger than its parents."""

    made = 0

    def __init__(self, data, parents=()):
        super().__init__(data, parents)
        InOrderOfMaking.made += 1
        self.number = InOrderOfMaking.made

    def backward(self):
        nodes, todo = {self}, [self]
        while todo:
            new = set(todo.pop().parents) - nodes
            nodes |= new
            todo.extend(new)
        before = {node: node.grad for node in nodes}
        for node in nodes:
            node.grad = 0.0
        self.grad = 1.0
        for node in sorted(nodes, key=lambda node: -node.number):
            node._backward()
        for node in nodes:
            node.grad += before[node]
