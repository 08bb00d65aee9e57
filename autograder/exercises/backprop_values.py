"""What the exercises of `backprop` ask that grow the class `Value`."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from autograder.checks import Values
from autograder.exercise import Exercise, Question
from autograder.exercises.backprop_graphs import (
    METHODS,
    Operation,
    back_by_a_tape,
    back_by_a_tape_written,
    back_by_itself,
    back_by_itself_written,
    graph,
    random_graph,
    wired_graph,
)
from autograder.losses_and_gradients import LossAndGradients

Cases = Iterator[Question]


def add_mul_cases(rng: np.random.Generator) -> Cases:
    a, b, c = rng.uniform(1.5, 3, size=3) * [1, -1, 1]
    yield graph("a + b", [a, b], ["add", 0, 1], rng=rng)
    yield graph("a * b", [a, b], ["mul", 0, 1], rng=rng)
    yield graph("a * b + c", [a, b, c], ["mul", 0, 1], ["add", 3, 2], rng=rng)
    yield graph("(a + b) * c", [a, b, c], ["add", 0, 1], ["mul", 3, 2], rng=rng)
    yield graph("a + a, one value used twice", [a], ["add", 0, 0], rng=rng)
    yield graph("a * a, one value used twice", [a], ["mul", 0, 0], rng=rng)
    about = "a * b + (a + b), values used twice"
    yield graph(about, [a, b], ["mul", 0, 1], ["add", 0, 1], ["add", 2, 3], rng=rng)


def number_cases(rng: np.random.Generator) -> Cases:
    a, b = rng.uniform(1.5, 3, size=2)
    k = float(rng.uniform(1.5, 3))
    yield graph("a number on the right: a * k + k", [a], ["mul", 0, k], ["add", 1, k], rng=rng)
    yield graph("a number on the left: k * a", [a], ["mul", k, 0], rng=rng)
    yield graph("a number on the left: k + a", [a], ["add", k, 0], rng=rng)
    yield graph("-a", [a], ["neg", 0], rng=rng)
    yield graph("a - b", [a, b], ["sub", 0, 1], rng=rng)
    yield graph("a - k, with a number k", [a], ["sub", 0, k], rng=rng)
    yield graph("a number on the left: k - a", [a], ["sub", k, 0], rng=rng)


def random_sums_and_products(rng: np.random.Generator) -> Cases:
    for _ in range(2):
        yield random_graph(rng, "a random graph", ("add", "mul", "sub", "neg"), 12, "add")


def function_cases(rng: np.random.Generator) -> Cases:
    a = float(rng.uniform(0.3, 0.9))
    for name in METHODS:
        yield graph(f"{name} of a positive number", [a], [name, 0], rng=rng)
    yield graph("relu of a negative number", [-a], ["relu", 0], rng=rng)
    yield graph("a ** 3", [a], ["pow", 0, 3.0], rng=rng)
    yield graph("a negative number squared", [-a], ["pow", 0, 2.0], rng=rng)
    yield graph("a ** -0.5", [a], ["pow", 0, -0.5], rng=rng)


def quotient_cases(rng: np.random.Generator) -> Cases:
    a, b = rng.uniform(1.5, 3, size=2)
    k = float(rng.uniform(1.5, 3))
    yield graph("a / b", [a, b], ["div", 0, 1], rng=rng)
    yield graph("a / k, with a number k", [a], ["div", 0, k], rng=rng)
    yield graph("a number on the left: k / a", [a], ["div", k, 0], rng=rng)
    yield graph("a / b / a, one value used twice", [a, b], ["div", 0, 1], ["div", 2, 0], rng=rng)
    yield graph("a ** 3 / a ** 2, one value used twice", [a], *_twice("pow", 3.0), rng=rng)
    for name in METHODS:
        about = f"{name}(a) ** 2 / {name}(a), one value used twice"
        yield graph(about, [a], *_twice(name), rng=rng)


def _twice(name: str, *constants: float) -> list[Operation]:
    if constants:
        return [[name, 0, constants[0]], [name, 0, constants[0] - 1], ["div", 1, 2]]
    return [[name, 0], [name, 0], ["pow", 1, 2.0], ["div", 3, 2]]


def random_functions(rng: np.random.Generator) -> Cases:
    for _ in range(2):
        yield random_graph(rng, "a random graph", ("div", "pow", *METHODS), 8, "div")


def whole_expressions(rng: np.random.Generator) -> Cases:
    """Every operator, twice on the same values, and a random graph."""
    a, b = rng.uniform(1.5, 3, size=2)
    k = float(rng.uniform(1.5, 3))
    each: list[Operation] = [
        ["add", 0, 1], ["add", k, 0], ["add", 1, k], ["sub", 0, 1], ["sub", 0, k], ["sub", k, 1],
        ["mul", 0, 1], ["mul", k, 0], ["mul", 1, k], ["div", 0, 1], ["div", 0, k], ["div", k, 1],
        ["neg", 0], ["pow", 1, 2.0], ["pow", 0, -1.0], ["relu", 0], ["tanh", 1], ["exp", 0],
        ["log", 1], ["neg", 1], ["relu", 1], ["tanh", 0], ["exp", 1], ["log", 0],
        ["sub", 0, 1], ["div", 0, 1], ["mul", 0, 1], ["add", 0, 1],
    ]  # fmt: skip
    squares: list[Operation] = [["mul", 2 + i, 2 + i] for i in range(len(each))]
    first = 2 + len(each)
    total: list[Operation] = [["add", first, first + 1]]
    for i in range(2, len(squares)):
        total.append(["add", first + len(squares) + i - 2, first + i])
    yield graph("every operator and function", [a, b], *each, *squares, *total)
    kinds = ("add", "mul", "sub", "div", "neg", "pow", *METHODS)
    question = random_graph(rng, "a random graph", kinds, 14, "add")
    arguments = {name: question.arguments[name] for name in ("operations", "inputs")}
    yield Question(question.about, arguments)


def wired_cases(rng: np.random.Generator) -> Cases:
    def slopes(count: int) -> np.ndarray:
        return rng.uniform(0.5, 1.5, size=(count, 2)) * rng.choice([-1, 1], size=(count, 2))

    chain: list[tuple[int, ...]] = [(), (0,), (1,), (2,)]
    yield wired_graph("a chain of four nodes", chain, slopes(4))
    yield wired_graph("two parents", [(), (), (0, 1)], slopes(3))
    diamond: list[tuple[int, ...]] = [(), (0,), (0,), (1, 2)]
    yield wired_graph("two paths that meet again", diamond, slopes(4))
    uneven: list[tuple[int, ...]] = [(), (0,), (1,), (0, 2), (1, 3)]
    yield wired_graph("two paths of different length", uneven, slopes(5))
    mirrored: list[tuple[int, ...]] = [(), (0,), (1,), (2, 0), (3, 1)]
    yield wired_graph("two paths of different length, the long one first", mirrored, slopes(5))
    yield wired_graph("one value as both operands", [(), (0, 0), (1,)], slopes(3))
    outside: list[tuple[int, ...]] = [(), (0,), (0,), (1,)]
    yield wired_graph("a node that the output does not depend on", outside, slopes(4))
    parents: list[tuple[int, ...]] = [(), ()]
    parents += [tuple(int(i) for i in rng.integers(n, size=2)) for n in range(2, 15)]
    yield wired_graph("a random graph", parents, slopes(15))


def repeated_cases(rng: np.random.Generator) -> Cases:
    slopes = rng.uniform(0.5, 1.5, size=(5, 2))
    chain: list[tuple[int, ...]] = [(), (0,), (1,), (2,)]
    yield wired_graph("backward() called twice", chain, slopes[:4], calls=(-1, -1))
    shared: list[tuple[int, ...]] = [(), (0,), (1,), (1,)]
    about = "backward() from two outputs that share a node"
    yield wired_graph(about, shared, slopes[:4], calls=(2, 3))
    grads = rng.normal(size=4)
    yield wired_graph("gradients that are there before", chain, slopes[:4], grads=grads)
    about = "backward() from a node in the middle, then from the end"
    yield wired_graph(about, chain, slopes[:4], calls=(1, 3))


def deep_cases(rng: np.random.Generator) -> Cases:
    depth = 1500  # half as deep again as Python lets a function call itself
    chain = [()] + [(i,) for i in range(depth)]
    yield wired_graph("a chain of 1,500 nodes", chain, np.ones((depth + 1, 2)))
    ladder: list[tuple[int, ...]] = [(), (0,)] + [(i, i - 1) for i in range(1, 17)]
    slopes = np.full((18, 2), 0.5)  # 2,584 paths: enough to hand on a node's gradient too often
    yield wired_graph("18 nodes, each used by the next two", ladder, slopes)


def expressions(cases: Callable[..., Cases], title: str, share: float = 1.0) -> LossAndGradients:
    """The check of a value and its gradients with respect to the inputs of a graph."""
    return LossAndGradients(
        cases, title=title, share=share, of="backprop_forward.evaluate", wrt=("inputs",)
    )


RESULT = ("the value", "the gradient")

VALUES = [
    Exercise(
        "backprop.Value_add_mul",
        points=2,
        checks=(
            expressions(add_mul_cases, "sums and products"),
            expressions(number_cases, "numbers and signs", share=0.5),
            expressions(random_sums_and_products, "random graphs", share=0.5),
        ),
        returns=RESULT,
        drive=back_by_a_tape,
        asked_as=back_by_a_tape_written,
        defined_by="Value",
        hints=(
            "Make the new Value first, with its operands as parents. Then define a function that adds "
            "to the grad of both operands, and put it into the new Value's _backward.",
            "The function must look at the grad of the new Value when it is called, not when it is "
            "made; a function defined inside sees the variables around it. Add with +=, since a value "
            "may be used twice.",
            "A sum hands its grad to both operands as it is. A product hands to each operand its own "
            "grad times the data of the other one. All the rest can be written with these two: "
            "-a is a * -1.",
        ),
    ),
    Exercise(
        "backprop.Value_functions",
        points=2,
        checks=(
            expressions(function_cases, "functions"),
            expressions(quotient_cases, "quotients", share=0.5),
            expressions(random_functions, "random graphs", share=0.5),
        ),
        returns=RESULT,
        needs=("backprop.Value_add_mul",),
        drive=back_by_a_tape,
        asked_as=back_by_a_tape_written,
        defined_by="Value",
        hints=(
            "Every function follows one pattern: the new Value with one parent, and a _backward that "
            "adds (slope at this number) times (grad of the new Value) to the parent's grad.",
            "The slopes of exp and tanh are written most easily with the output; those of log, relu "
            "and the power need the input.",
            "A quotient is a product with a power of -1. For k / a the number stands on the left: "
            "Python then calls __rtruediv__ of the Value.",
        ),
    ),
    Exercise(
        "backprop.Value_backward",
        points=3,
        checks=(
            Values(wired_cases, title="graphs"),
            Values(repeated_cases, title="several calls", share=0.25),
            Values(deep_cases, title="deep graphs", share=0.5),
            expressions(whole_expressions, "whole expressions", share=0.25),
        ),
        returns=RESULT,
        result="the nodes' grad",
        needs=("backprop.Value_add_mul", "backprop.Value_functions"),
        drive=back_by_itself,
        asked_as=back_by_itself_written,
        defined_by="Value",
        hints=(
            "A node may call its _backward only when everything that uses it has called its own. In "
            "which order must the nodes be visited?",
            "Make a list in which every node comes after all its parents, each node once; walk "
            "through it from the end. A set of the nodes already seen keeps it short.",
            "Instead of a function that calls itself, keep a list of nodes still to visit: take the "
            "last; if its parents are not yet in the order, put the node back and its parents after "
            "it. For repeated calls, note the old gradients, start from 0, and add the old ones at "
            "the end.",
        ),
    ),
]
