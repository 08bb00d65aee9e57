"""Wrong and alternative implementations of the class `Value`: quotients, powers, functions."""

from __future__ import annotations

import math

from solutions.backprop import Value
from solutions.mistakes import mistake
from solutions.mistakes.backprop_graphs import new_node

FUNCTIONS = "backprop.Value_functions"


def _function(data, slope):
    """A method: its data and its slope, both from (input, output)."""

    def method(self):
        out = data(self.data)

        def push(node):
            self.grad += slope(self.data, out) * node.grad

        return new_node(out, (self,), push)

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

        return new_node(math.tanh(self.data), (self,), push)

    def exp(self):
        def push(out):
            self.grad += out.data

        return new_node(math.exp(self.data), (self,), push)


@mistake(
    of=FUNCTIONS,
    says="Functions assign the gradient with =. A value that is used elsewhere too loses what arrived "
    "from there: add with +=.",
)
class FunctionsAssign(Value):
    def tanh(self):
        def push(out):
            self.grad = (1 - out.data**2) * out.grad

        return new_node(math.tanh(self.data), (self,), push)

    def __pow__(self, exponent):
        def push(out):
            self.grad = exponent * self.data ** (exponent - 1) * out.grad

        return new_node(self.data**exponent, (self,), push)


@mistake(
    of=FUNCTIONS,
    says="The slope of a power keeps the exponent as it was. The derivative of xⁿ is n xⁿ⁻¹.",
)
class ExponentNotLowered(Value):
    def __pow__(self, exponent):
        def push(out):
            self.grad += exponent * out.data * out.grad

        return new_node(self.data**exponent, (self,), push)


@mistake(of=FUNCTIONS, says="The factor n is missing from the slope of a power: n xⁿ⁻¹.")
class ExponentNotAFactor(Value):
    def __pow__(self, exponent):
        def push(out):
            self.grad += self.data ** (exponent - 1) * out.grad

        return new_node(self.data**exponent, (self,), push)


@mistake(
    of=FUNCTIONS,
    says="Powers go through the logarithm, exp(n log x), which has no value for a negative x.",
)
class PowersByLogarithm(Value):
    def __pow__(self, exponent):
        return (self.log() * exponent).exp()

    def log(self):
        return new_node(math.log(self.data), (self,), lambda out: self._pass(out))

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
