"""What the exercises of the chapter `backprop` ask."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from autograder.checks import Again, Broken, Gradient, Property, Values
from autograder.compare import Tolerance
from autograder.exercise import Exercise, Question, question
from autograder.exercises import backprop_checkers as checkers
from autograder.exercises.backprop_bugs import EXPOSE
from autograder.exercises.backprop_networks import NETWORKS, STEP
from autograder.exercises.backprop_values import VALUES
from autograder.losses_and_gradients import LossAndGradients

Cases = Iterator[Question]


def hand_cases(rng: np.random.Generator) -> Cases:
    yield question("the numbers of the page", x=2.0, w=-1.0, b=5.0)
    x, w, b = rng.uniform(0.5, 2, size=3)
    yield question("other numbers", x=float(x), w=float(w), b=float(b))
    x, w, b = -rng.uniform(0.5, 2, size=3)
    yield question("negative numbers", x=float(x), w=float(w), b=float(b))


def linear_case(rng: np.random.Generator, n: int, d_in: int, d_out: int) -> dict[str, np.ndarray]:
    """A linear layer's arguments, with an upstream gradient."""
    shapes = {"upstream": (n, d_out), "x": (n, d_in), "w": (d_in, d_out), "b": (d_out,)}
    return {name: rng.normal(size=shape) for name, shape in shapes.items()}


def linear_cases(rng: np.random.Generator) -> Cases:
    yield question("four samples, three inputs, two outputs", **linear_case(rng, 4, 3, 2))
    yield question("one sample", **linear_case(rng, 1, 2, 5))
    yield question("as many inputs as outputs", **linear_case(rng, 5, 3, 3))


def single(case: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The same arguments in float32."""
    return {name: value.astype(np.float32) for name, value in case.items()}


def linear_single(rng: np.random.Generator) -> Cases:
    yield question("float32", **single(linear_case(rng, 4, 3, 2)))


def relu_cases(rng: np.random.Generator) -> Cases:
    z = rng.normal(size=(4, 3))
    yield question("a batch", upstream=rng.normal(size=(4, 3)), z=z)
    z = rng.permutation(np.array([-2.0, 0.0, 1.5, -0.0, 3.0, -1e-3, 1e-3]))
    yield question("zeros among the inputs", upstream=rng.normal(size=7), z=z)
    z = rng.normal(size=(2, 3, 2))
    yield question("three axes", upstream=rng.normal(size=z.shape), z=z)


def relu_single(rng: np.random.Generator) -> Cases:
    case = {"upstream": rng.normal(size=(3, 2)), "z": rng.normal(size=(3, 2))}
    yield question("float32", **single(case))


def sigmoid_cases(rng: np.random.Generator) -> Cases:
    z = rng.normal(scale=2, size=(4, 3))
    yield question("a batch", upstream=rng.normal(size=(4, 3)), z=z)
    yield question("a vector", upstream=rng.normal(size=5), z=rng.normal(size=5))


def sigmoid_extreme(rng: np.random.Generator) -> Cases:
    z = rng.permutation(np.array([-1000.0, -720.0, -30.0, 0.0, 30.0, 720.0, 1000.0]))
    yield question("inputs up to ±1000", upstream=rng.normal(size=7), z=z)
    z = rng.normal(size=(2, 3))
    yield question("float32", **single({"upstream": rng.normal(size=(2, 3)), "z": z}))


def softmax_cases(rng: np.random.Generator) -> Cases:
    z = rng.normal(size=(4, 3))
    yield question("four samples, three classes", upstream=rng.normal(size=(4, 3)), z=z)
    yield question("one sample", upstream=rng.normal(size=(1, 5)), z=rng.normal(size=(1, 5)))
    z = rng.normal(size=(3, 3))
    yield question("as many samples as classes", upstream=rng.normal(size=(3, 3)), z=z)


def softmax_extreme(rng: np.random.Generator) -> Cases:
    z = np.array([[1000.0, 999.0, 998.5], [-1000.0, -1001.0, -1000.5]]) + rng.normal(size=(2, 3))
    yield question("logits near ±1000", upstream=rng.normal(size=(2, 3)), z=z)
    case = {"upstream": rng.normal(size=(2, 4)), "z": rng.normal(size=(2, 4))}
    yield question("float32", **single(case))


def record_cases(rng: np.random.Generator) -> Cases:
    yield question("four samples, another call in between", **linear_case(rng, 4, 3, 2))
    yield question("one sample", **linear_case(rng, 1, 2, 5))


def stored_cases(rng: np.random.Generator) -> Cases:
    case = linear_case(rng, 6, 2, 9)
    yield question("a layer with more outputs than inputs", **case, measure="numbers in the cache")


def broadcast_cases(rng: np.random.Generator) -> Cases:
    for about, a, b in (
        ("a vector added to the rows of a matrix", (4, 3), (3,)),
        ("a column added to a matrix", (4, 3), (4, 1)),
        ("a column and a row", (4, 1), (3,)),
        ("equal shapes", (2, 3), (2, 3)),
        ("a single number, of shape ()", (), (2, 3)),
        ("three axes and two", (2, 1, 3), (4, 1)),
        ("an axis of length 1 on both sides", (1, 3), (1, 1)),
    ):
        upstream = rng.normal(size=np.broadcast_shapes(a, b))
        yield question(about, upstream=upstream, a=rng.normal(size=a), b=rng.normal(size=b))


def embedding_cases(rng: np.random.Generator) -> Cases:
    for about, indices in (
        ("indices that repeat", [3, 0, 3, 3, 1, 0]),
        ("no index twice", [2, 4, 0]),
        ("a batch of sequences", [[1, 4, 1], [0, 1, 4]]),
    ):
        where = np.array(indices)
        upstream = rng.normal(size=(*where.shape, 3))
        yield question(about, upstream=upstream, table=rng.normal(size=(5, 3)), indices=where)


def embedding_single(rng: np.random.Generator) -> Cases:
    case = single({"upstream": rng.normal(size=(4, 2)), "table": rng.normal(size=(3, 2))})
    yield question("float32", **case, indices=np.array([2, 0, 2, 2]))


def with_a_tape(student: Any, arguments: dict[str, Any]) -> Any:
    """Use the record as a tape does: go forward twice, then back from the first."""
    upstream, x, w, b = (arguments[name] for name in ("upstream", "x", "w", "b"))
    out, cache, _ = student(x, w, b)
    if "measure" in arguments:
        return numbers_in(cache)
    _, _, backward = student(2 * x + 1, -w, b + 1)
    return out, backward(upstream, cache)


def numbers_in(cache: Any) -> int:
    """How many numbers a cache holds."""
    if isinstance(cache, dict):
        cache = list(cache.values())
    if isinstance(cache, (tuple, list)):
        return sum(numbers_in(item) for item in cache)
    return int(np.size(cache))


def economical(value: Any, asked: Question, again: Again) -> Broken | None:
    """What the way back does not need is not stored."""
    allowed = sum(np.size(asked.arguments[name]) for name in ("x", "w", "b"))
    if value <= allowed:
        return None
    says = "The cache holds more numbers than x, w and b together. What does the way back not need?"
    return Broken(says, f"It holds {value}, they have {allowed}.", "output_stored_too")


EXERCISES = [
    Exercise(
        "backprop.numerical_gradient",
        points=2,
        core=True,
        checks=(
            Values(checkers.measured_cases, tolerance=Tolerance(entry=1e-7, block=1e-7)),
            Values(
                checkers.single_cases,
                title="float32",
                share=0.25,
                tolerance=Tolerance(entry=1e-7, block=1e-7),
            ),
            Values(checkers.used_cases, title="telling right from wrong", share=0.5),
            Property("rounding", checkers.linear_cases, checkers.is_not_drowned, share=0.0),
        ),
        result="the gradient",
        drive=checkers.with_function,
        asked_as=checkers.with_function_written,
        hints=(
            "Change one entry of a copy of x, leave all the others, and see what f makes of it.",
            "One number tells little about a slope; two tell it well if x lies in their middle.",
            "Move the entry up by step, then down by step, then put it back. The two values of f lie "
            "2 * step apart.",
        ),
    ),
    Exercise(
        "backprop.gradient_check",
        points=3,
        core=True,
        checks=(
            Values(checkers.plain_claims, title="right and wrong gradients"),
            Values(checkers.awkward_claims, title="awkward gradients", share=0.5),
            Values(checkers.kink_claims, title="kinks", share=0.5),
        ),
        result="the verdict",
        needs=("backprop.numerical_gradient",),
        drive=checkers.with_function,
        asked_as=checkers.with_function_written,
        hints=(
            "Measure the gradient, then compare entry by entry. How large may a difference be? That "
            "depends on how large the gradient is, not on the single entry.",
            "Look at the shape and at NaN first: broadcasting and comparisons with NaN hide both. And "
            "where the whole gradient is zero, rounding in f must still be allowed for.",
            "Where an entry disagrees, measure the slope on each side separately with a much shorter "
            "step. Without a kink the two agree; with one, every number between them is right.",
        ),
    ),
    Exercise(
        "backprop.chain_by_hand",
        points=1,
        core=True,
        checks=(Values(hand_cases),),
        returns=("da", "dv", "du", "dw", "db", "dx"),
        hints=(
            "Go forward first and write every number down. Then start at j and go back one step at a "
            "time.",
            "Each step back multiplies what has arrived by the derivative of that step alone.",
            "Two paths lead from x to j: one through u, one straight into the last product. Their "
            "contributions add up.",
        ),
    ),
    Exercise(
        "backprop.linear_backward",
        points=2,
        core=True,
        checks=(
            Gradient(linear_cases, of="forward.linear"),
            Values(linear_single, title="float32", share=0.25),
        ),
        returns=("dx", "dw", "db"),
        needs=("forward.linear",),
        hints=(
            "The shapes leave little choice: which product of upstream with x, or with w, has the "
            "shape of dx, of dw?",
            "The bias is added to every row of the batch. What reaches it from each row adds up.",
            "dx needs upstream and w, dw needs x and upstream, each time with one of the two "
            "transposed; db is what is left of upstream when the samples are summed.",
        ),
    ),
    Exercise(
        "backprop.relu_backward",
        points=1,
        core=True,
        checks=(
            Gradient(relu_cases, of="structure.relu"),
            Values(relu_single, title="float32", share=0.25),
        ),
        result="dz",
        needs=("structure.relu_derivative",),
        hints=(
            "Where does a small change of z reach a, and where does it not?",
            "Every entry of upstream either passes unchanged or is stopped. The sign of z decides.",
            "Keep upstream where z is positive and put 0 elsewhere: a comparison gives you the mask.",
        ),
    ),
    Exercise(
        "backprop.sigmoid_backward",
        points=1,
        checks=(
            Gradient(sigmoid_cases, of="structure.sigmoid"),
            Values(sigmoid_extreme, title="extreme inputs and float32", share=0.5),
        ),
        result="dz",
        needs=("structure.sigmoid_derivative",),
        hints=(
            "Two factors: what comes from above, and the slope of the sigmoid here.",
            "The slope is written most easily in terms of the output a, not of the input z.",
            "Compute a = σ(z) in a way that never takes exp of a large positive number; the slope is "
            "a times what is missing from a to 1.",
        ),
    ),
    Exercise(
        "backprop.softmax_backward",
        points=3,
        core=True,
        checks=(
            Gradient(softmax_cases, of="forward.softmax"),
            Values(softmax_extreme, title="extreme logits and float32", share=0.5),
        ),
        result="dz",
        needs=("forward.softmax",),
        hints=(
            "Each logit changes all probabilities of its row: raising one takes from the others.",
            "Write ∂p_j/∂z_i for i = j and for i ≠ j, multiply by upstream_j, and sum over j. One term "
            "is the same for all i of a row.",
            "That common term is the average of the row's upstream gradient, weighted by p. Subtract "
            "it before you multiply by p.",
        ),
    ),
    Exercise(
        "backprop.linear_with_cache",
        points=2,
        checks=(
            LossAndGradients(
                record_cases, of="forward.linear", wrt=("x", "w", "b"), title="out and gradients"
            ),
            Property("what is stored", stored_cases, economical, share=0.5),
        ),
        returns=("out", "(dx, dw, db)"),
        result="the record",
        needs=("backprop.linear_backward",),
        drive=with_a_tape,
        asked_as="out, cache, backward = linear_with_cache(x, w, b); backward(upstream, cache)",
        hints=(
            "Which of x, w, b and out appear in the three gradients of `linear_backward`?",
            "Define `backward` inside the function and return it; it may only use its arguments, so "
            "unpack the cache in its first line.",
            "Two arrays suffice in the cache: one for the gradient of the other. The bias is not "
            "needed, its shape follows from upstream.",
        ),
    ),
    Exercise(
        "backprop.broadcast_backward",
        points=2,
        checks=(Gradient(broadcast_cases, of="backprop_forward.add"),),
        returns=("da", "db"),
        hints=(
            "An entry that was broadcast is used several times. What reaches a value that is used "
            "several times adds up.",
            "Compare the shape of upstream with that of the operand: axes that are missing in front, "
            "and axes of length 1 that have become longer.",
            "First sum over the axes in front that the operand does not have; then, with "
            "keepdims=True, over each axis where the operand has length 1 and upstream has more.",
        ),
    ),
    Exercise(
        "backprop.embedding_backward",
        points=2,
        checks=(
            Gradient(embedding_cases, of="backprop_forward.lookup", wrt=("table",)),
            Values(embedding_single, title="float32", share=0.25),
        ),
        result="dtable",
        hints=(
            "Start from zeros in the shape of the table. Each lookup sends its gradient to one row.",
            "A row that is looked up twice receives twice, and both must count. What does NumPy do "
            "with a += on repeated indices?",
            "gradient[indices] += upstream keeps only one of several; np.add.at adds every one, and "
            "so does a loop.",
        ),
    ),
    *NETWORKS,
    *VALUES,
    EXPOSE,
    STEP,
]
