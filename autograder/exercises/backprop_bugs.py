"""What `expose_bug` puts a student's case to: backward passes that are broken.

No backward pass is written here. A right gradient is measured; a broken one is what would be measured
if the bug were there: the derivative of another function, or the right one changed as the bug changes
it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from autograder.checks import find_problem
from autograder.exercise import Ask, Exercise, Finding, Outcome, Question, Reference, question
from autograder.gradients import Estimate, numerical_gradient

Array = np.ndarray
Case = tuple[Array, ...]  # upstream, table, indices, w, b
Right = tuple[Any, ...]  # the estimate of the gradient of each argument of `forward`
Claims = Iterator[tuple[int, Array]]  # what a broken pass says of the gradients that it gets wrong

PARTS = ("upstream", "table", "indices", "w", "b")
TABLE, W, B = 0, 2, 3
PLACES = (B, W, TABLE)  # the smallest first: one wrong gradient exposes a bug
LARGEST = 60  # entries of an array of a case
NEAR = 1e-6  # of the kink, relative to the largest number that goes into the ReLU
EPS = 8 * float(np.finfo(float).eps)
SEEN = 1e-4  # a broken gradient is exposed if it is off by this, relative to the largest entry


def forward(table: Array, indices: Array, w: Array, b: Array) -> Array:
    """Rows of a table, through a linear layer and a ReLU."""
    return np.maximum(linear(table, indices, w, b), 0)


def linear(table: Array, indices: Array, w: Array, b: Array) -> Array:
    """What goes into the ReLU; for a stack of tables, of w or of b, a stack of it."""
    return np.take(table, indices, axis=-2) @ w + b[..., None, :]


def measured(case: Case) -> Right:
    """The right gradients, as estimates.

    Where nothing is near the kink of the ReLU, as in most cases, its mask stands still.
    """
    upstream, *inputs = case
    sizes = np.abs(linear(*inputs))
    if sizes.size and sizes.min() > NEAR * sizes.max():
        found = {place: differences((masked(case), *inputs), place) for place in PLACES}
        if all(np.isfinite(part).all() for pair in found.values() for part in pair):
            return tuple(
                Estimate(found[n][0], found[n][1], found[n][0], found[n][0]) if n in found else None
                for n in range(len(inputs))
            )
    return numerical_gradient(forward, *inputs, upstream=upstream, wrt=PLACES)


def masked(case: Case) -> Array:
    """The gradient of what goes into the ReLU: `upstream` where it lets something through."""
    return case[0] * (forward(*case[1:]) > 0)


def differences(case: Case, place: int) -> tuple[Array, Array]:
    """The gradient of `linear` with respect to one argument, and what rounding may add to it; it is
    affine in every argument, so that differences are exact, whatever the step."""
    upstream, *inputs = case
    start = linear(*inputs)
    here = inputs[place].ravel()
    moved = here + np.diag(1 + np.abs(here))  # a stack, each entry moved in one of them
    stack = moved.reshape(-1, *inputs[place].shape)
    end = linear(*[stack if n == place else each for n, each in enumerate(inputs)])
    steps = np.diag(moved) - here
    slopes = np.sum(upstream * (end - start), axis=(1, 2)) / steps
    rounded = np.sum(np.abs(upstream) * (np.abs(end) + np.abs(start)), axis=(1, 2)) / steps
    return slopes.reshape(inputs[place].shape), EPS * rounded.reshape(inputs[place].shape)


def gradients(case: Case, places: tuple[int, ...] = PLACES) -> Claims:
    """Those of `linear`, each when it is asked for."""
    for place in places:
        yield place, differences(case, place)[0]


def without_mask(case: Case, right: Right) -> Claims:
    return gradients(case)


def mask_of_upstream(case: Case, right: Right) -> Claims:
    upstream, *rest = case
    return gradients((np.maximum(upstream, 0), *rest))


def upstream_ignored(case: Case, right: Right) -> Claims:
    upstream, *rest = case
    return gradients((masked((np.ones_like(upstream), *rest)), *rest))


def upstream_clipped(case: Case, right: Right) -> Claims:
    return gradients((np.clip(masked(case), -1, 1), *case[1:]))


def bias_averaged(case: Case, right: Right) -> Claims:
    yield B, right[B].value / len(case[0])


def weights_from_sorted_rows(case: Case, right: Right) -> Claims:
    """For dw, the looked-up rows are taken in the order of the table."""
    _, table, indices, w, b = case
    return gradients((masked(case), table, np.sort(indices), w, b), (W,))


def rows_overwritten(case: Case, right: Right) -> Claims:
    """Only the last sample that looks a row up reaches it."""
    _, _, indices, _, _ = case
    last = [i for i in range(len(indices)) if indices[i] not in indices[i + 1 :]]
    kept = np.zeros_like(case[0])
    kept[last] = masked(case)[last]
    return gradients((kept, *case[1:]), (TABLE,))


def weights_not_transposed(case: Case, right: Right) -> Claims | None:
    _, table, indices, w, b = case
    if w.shape[0] != w.shape[1]:
        return None  # it crashes
    return gradients((masked(case), table, indices, w.T.copy(), b), (TABLE,))


@dataclass(frozen=True)
class Bug:
    """A broken backward pass, what is wrong with it, and the mistake of a case that hides it."""

    says: str
    broken: Callable[[Case, Right], Claims | None]
    hidden_by: str


BUGS = (
    Bug("db is divided by the number of samples", bias_averaged, "one_sample"),
    Bug("a row looked up twice keeps only its last gradient", rows_overwritten, "no_row_twice"),
    Bug("the mask of the ReLU is missing", without_mask, "nothing_is_masked"),
    Bug("the mask asks where upstream is positive", mask_of_upstream, "mask_agrees_with_upstream"),
    Bug("upstream is taken as all ones", upstream_ignored, "upstream_all_ones"),
    Bug("upstream is clipped to ±1", upstream_clipped, "upstream_small"),
    Bug("w is used where its transpose belongs", weights_not_transposed, "symmetric_weights"),
    Bug("dw takes the looked-up rows in the order of the table", weights_from_sorted_rows,
        "indices_in_order"),
)  # fmt: skip


def problem_with(value: Any) -> str:
    """Why what came back is no case, or ""."""
    if type(value) not in (tuple, list) or len(value) != len(PARTS):
        return f"Return five arrays: {', '.join(PARTS)}."
    if any(type(part) is not np.ndarray for part in value):
        wrong = next(
            n for n, part in zip(PARTS, value, strict=True) if type(part) is not np.ndarray
        )
        return f"{wrong} is no array; np.array(…) makes one of a list."
    upstream, table, indices, w, b = value
    if any(part.size > LARGEST for part in value):
        return f"A small case is enough: no array may have more than {LARGEST} entries."
    if indices.dtype.kind not in "iu":
        return f"indices has dtype {indices.dtype}, but should be an array of int."
    for name, part in zip(PARTS, value, strict=True):
        if name != "indices" and part.dtype != np.float64:
            return f"{name} has dtype {part.dtype}, but should have float64."
        if not np.isfinite(part).all():
            return f"{name} holds NaN or infinity."
    if indices.ndim != 1 or table.ndim != 2 or w.ndim != 2 or b.ndim != 1:
        return "indices and b have one axis, table and w two. One of them has not."
    if not len(indices) or indices.min() < 0 or indices.max() >= len(table):
        return "indices must name rows of the table, 0 to rows - 1, at least one."
    if table.shape[1] != w.shape[0] or b.shape != w.shape[1:]:
        return f"table {table.shape}, w {w.shape} and b {b.shape} do not fit together."
    if upstream.shape != (len(indices), len(b)):
        return f"upstream has shape {upstream.shape}, but a has shape {(len(indices), len(b))}."
    return ""


def is_right(claim: Array, estimate: Any) -> bool:
    """Whether a gradient is right as far as a check can tell."""
    slack = SEEN * np.abs(estimate.value).max(initial=0) + 4 * estimate.error
    return not np.any((claim < estimate.lower - slack) | (claim > estimate.upper + slack))


@dataclass(frozen=True)
class Exposes:
    """The case that the student wrote exposes broken backward passes; each earns its part."""

    title: str = "exposing"
    share: float = 1.0
    asks_mistakes: ClassVar[bool] = True

    def questions(self, rng: np.random.Generator) -> list[Question]:
        """There is one question: your case, please."""
        return [question("your case, put to one right and eight broken backward passes")]

    def right(self, asked: Question, solve: Any, reference: Reference) -> Any:
        """Nothing: any case that exposes them will do."""
        return None

    def judge(
        self, exercise: Exercise, questions: list[Question], rights: list[Any], ask: Ask
    ) -> Outcome:
        """Ask for the case, and put it to every broken pass."""
        (asked,) = questions
        answer = ask(asked)
        if found := find_problem(exercise, self.title, answer, asked):
            return Outcome(0.0, (found,), (answer,))
        if says := problem_with(answer.value):
            return Outcome(0.0, (self.finding(says, asked),), (answer,))
        case = tuple(answer.value)
        right = measured(case)
        if not all(right[place].certain for place in PLACES):
            says = (
                "On your case not even the right gradients can be measured: its numbers differ too"
            )
            finding = self.finding(f"{says} much in size, or are too large.", asked)
            return Outcome(0.0, (finding,), (answer,))
        hidden = [bug for bug in BUGS if not exposed(bug, case, right)]
        findings = tuple(
            self.finding(
                f"One broken pass gives the right gradients for your case: {bug.says}.", asked,
                bug.hidden_by,
            )
            for bug in hidden
        )  # fmt: skip
        return Outcome(1 - len(hidden) / len(BUGS), findings, (answer,))

    def finding(self, says: str, asked: Question, mistake: str = "") -> Finding:
        """A finding about the case."""
        return Finding(self.title, "property", "your case", says, question=asked, mistake=mistake)


def exposed(bug: Bug, case: Case, right: Right) -> bool:
    """Whether a broken pass gives wrong gradients for the case, or none."""
    claims = bug.broken(case, right)
    return claims is None or not all(is_right(claim, right[place]) for place, claim in claims)


EXPOSE = Exercise(
    "backprop.expose_bug",
    points=2,
    checks=(Exposes(),),
    result="your case",
    needs=("backprop.linear_backward", "backprop.embedding_backward", "backprop.relu_backward"),
    hints=(
        "Ask of each bug: for which inputs would it make no difference? Your case must be none of "
        "these.",
        "Several samples, a row that is looked up twice, entries of either sign before the ReLU and "
        "in upstream, and numbers that are not all alike.",
        "A table, w, b and upstream from rng.normal go a long way. Then see to it that indices "
        "repeat and are not sorted, and that some entries of upstream are larger than 1.",
    ),
)
