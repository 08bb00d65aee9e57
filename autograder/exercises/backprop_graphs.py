"""Graphs of numbers, drawn as data, and how they are put to the student's class `Value`.

A graph is a list of operations. ``["add", 0, 2.5]`` adds 2.5 to the value number 0: whole numbers name
values, the inputs first and then the result of every operation; numbers with a point are constants.
The lines that build a graph with the student's class run beside it.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograder.exercise import Question, question

Operation = list[Any]

OPERATORS: dict[str, Callable[..., Any]] = {
    "add": operator.add, "sub": operator.sub, "mul": operator.mul, "div": operator.truediv,
    "pow": operator.pow, "neg": operator.neg,
}  # fmt: skip
METHODS = ("relu", "tanh", "exp", "log")
SIGNS = {"add": "+", "sub": "-", "mul": "*", "div": "/", "pow": "**"}
LONGEST = 60  # letters of an expression that is shown; a longer one is told by its operations


def build(values: list[Any], operations: list[Operation]) -> Any:
    """The last value of the operations, computed with the student's class."""
    values = list(values)
    for name, *operands in operations:
        arguments = [values[o] if type(o) is int else o for o in operands]
        if name in METHODS:
            values.append(getattr(arguments[0], name)())
        else:
            values.append(OPERATORS[name](*arguments))
    return values[-1]


def written(arguments: dict[str, Any]) -> str:
    """The lines that `build` stands for, as a student would write them; k is a number."""
    names = [f"x{i}" for i in range(len(arguments["inputs"]))]
    values = list(names)
    for name, *operands in arguments["operations"]:
        texts = [values[o] if type(o) is int else "k" for o in operands]
        if name in METHODS:
            values.append(f"{texts[0]}.{name}()")
        elif name == "neg":
            values.append(f"(-{texts[0]})")
        else:
            values.append(f"({texts[0]} {SIGNS[name]} {texts[1]})")
    out = values[-1] if name in METHODS else values[-1][1:-1]  # nothing stands around it
    if len(out) > LONGEST:
        out = "the operations on them"
    return f"{', '.join(names)} = Value(x) for each x of inputs; out = {out}"


def back_by_a_tape_written(arguments: dict[str, Any]) -> str:
    """What `back_by_a_tape` does."""
    steps = "out.grad = upstream; node._backward() for every node, the last made first"
    return f"{written(arguments)}\n{steps}"


def back_by_a_tape(student: Any, arguments: dict[str, Any]) -> Any:
    """Build the graph, then call each node's own `_backward`, the last made first.

    Every node is noted when it is made, so that this asks nothing of `backward` or of `parents`.
    """
    made: list[Any] = []
    original = student.__init__

    def noting(self: Any, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        made.append(self)

    student.__init__ = noting
    try:
        inputs = [student(float(x)) for x in arguments["inputs"]]
        out = build(inputs, arguments["operations"])
    finally:
        student.__init__ = original
    out.grad = arguments["upstream"]
    for node in reversed(made):
        node._backward()
    return out.data, np.array([x.grad for x in inputs], dtype=float)


def back_by_itself(student: Any, arguments: dict[str, Any]) -> Any:
    """Call `backward`: on an expression, or on a graph that is wired here, node by node."""
    if "operations" in arguments:
        inputs = [student(float(x)) for x in arguments["inputs"]]
        out = build(inputs, arguments["operations"])
        out.backward()
        return out.data, np.array([x.grad for x in inputs], dtype=float)
    # Python's own numbers: there are thousands of nodes, and those of an array cost ten times as much.
    parents, slopes, grads = (arguments[name].tolist() for name in ("parents", "slopes", "grads"))
    nodes: list[Any] = []
    for above, towards in zip(parents, slopes, strict=True):
        nodes.append(wired(student, [nodes[i] for i in above if i >= 0], towards))
    for node, grad in zip(nodes, grads, strict=True):
        node.grad = grad
    for number in arguments["calls"]:
        nodes[number].backward()
    return np.array([node.grad for node in nodes], dtype=float)


def back_by_itself_written(arguments: dict[str, Any]) -> str:
    """What `back_by_itself` does."""
    if "operations" in arguments:
        return f"{written(arguments)}; out.backward()"
    return "nodes with these parents, whose _backward() adds slope * grad; backward() of those in calls"


def wired(student: Any, parents: list[Any], slopes: list[float]) -> Any:
    """A node with the given slopes towards its parents, whatever operation has them."""
    node = student(1.0, parents)

    def push() -> None:
        for parent, slope in zip(parents, slopes, strict=False):
            parent.grad += slope * node.grad

    node._backward = push
    return node


def graph(
    about: str, inputs: Any, *operations: Operation, rng: np.random.Generator | None = None
) -> Question:
    """A question about an expression; with `rng`, the gradient that arrives at its end is drawn."""
    arguments: dict[str, Any] = {"operations": list(operations), "inputs": np.array(inputs, float)}
    if rng is not None:
        arguments["upstream"] = float(rng.uniform(1.5, 3))
    return question(about, **arguments)


def random_graph(
    rng: np.random.Generator, about: str, kinds: tuple[str, ...], length: int, closing: str
) -> Question:
    """Operations on three inputs that reuse values and stay of ordinary size.

    Those of kind `closing` bring what is left at the end together.
    """
    inputs = rng.uniform(0.5, 2, size=3) * rng.choice([-1, 1], size=3)
    values: list[float] = list(inputs)
    operations: list[Operation] = []
    unused = {0, 1, 2}
    while len(operations) < length or len(unused) > 1:
        at_end = len(operations) >= length
        kind = closing if at_end else str(rng.choice(kinds))
        first, second = _operands(rng, len(values), sorted(unused))
        operation: Operation = [kind, first, second]
        if kind == "pow":
            operation[2] = float(rng.choice([2, 3, -1, -2]))
        elif kind in ("neg", *METHODS):
            operation = [kind, first]
        elif not at_end and rng.random() < 0.2:
            operation[int(rng.integers(1, 3))] = float(rng.uniform(0.5, 2))
        value = _number(operation, values)
        if not at_end and not 0.1 < abs(value) < 10:
            continue
        unused -= {o for o in operation[1:] if type(o) is int}
        unused.add(len(values))
        values.append(value)
        operations.append(operation)
    return graph(about, inputs, *operations, rng=rng)


def _operands(rng: np.random.Generator, count: int, unused: list[int]) -> tuple[int, int]:
    """Two values, the first one that nothing uses yet, the second often one that is used already."""
    first = int(rng.choice(unused))
    others = [i for i in unused if i != first]
    if others and (len(unused) > 3 or rng.random() < 0.5):
        return first, int(rng.choice(others))
    return first, int(rng.integers(count))


def _number(operation: Operation, values: list[float]) -> float:
    """What the operation makes of plain numbers; NaN where it has no value or stands at a kink."""
    name, *operands = operation
    arguments = [values[o] if type(o) is int else o for o in operands]
    with np.errstate(all="ignore"):
        if name in METHODS:
            x = arguments[0]
            return float(max(x, 0.0) if name == "relu" else getattr(np, name)(x))
        return float(OPERATORS[name](*np.asarray(arguments, dtype=float)))


def wired_graph(
    about: str,
    parents: Sequence[tuple[int, ...]],
    slopes: Any,
    calls: tuple[int, ...] = (-1,),
    grads: Any = None,
) -> Question:
    """A question about a graph of which only the parents and the slopes are given; -1: no parent."""
    return question(
        about,
        parents=np.array([(*p, -1, -1)[:2] for p in parents]),
        slopes=np.asarray(slopes, dtype=float),
        calls=[int(i) % len(parents) for i in calls],
        grads=np.zeros(len(parents)) if grads is None else np.asarray(grads, dtype=float),
    )
