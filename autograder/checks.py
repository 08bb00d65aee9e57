"""The kinds of check: values, gradient, property."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from autograder.ask import Answer
from autograder.compare import (
    Difference,
    Tolerance,
    compare,
    describe,
    interval,
    leaves,
    sentence,
)
from autograder.exercise import Ask, Cases, Exercise, Finding, Outcome, Question, Reference
from autograder.gradients import numerical_gradient

UPSTREAM = "upstream"  # the argument of a backward function that holds dJ/d(output)


class CannotTell(ValueError):
    """The right answer of a case cannot be established; the case must be changed."""


@dataclass(frozen=True)
class Values:
    """The answers equal the reference's.

    Each part of the result (`dx`, `dw`, `db`) that is right in every case earns its part of the
    share. A part may be left out of the comparison by naming those that count in `parts`.
    """

    cases: Cases
    title: str = "values"
    share: float = 1.0
    tolerance: Tolerance | None = None
    asks_mistakes: ClassVar[bool] = True

    def questions(self, rng: np.random.Generator) -> list[Question]:
        """Draw the cases."""
        return list(self.cases(rng))

    def right(self, asked: Question, solve: Callable[[Question], Any], reference: Reference) -> Any:
        """The reference's own answer."""
        return solve(asked)

    def judge(
        self, exercise: Exercise, questions: list[Question], rights: list[Any], ask: Ask
    ) -> Outcome:
        """Compare every answer, entry by entry."""
        findings: list[Finding] = []
        answers: list[Answer] = []
        names = [name for name, _ in leaves(rights[0], exercise.result, exercise.returns)]
        failed: set[str] = set()
        for asked, right in zip(questions, rights, strict=True):
            answer = ask(asked)
            answers.append(answer)
            if problem := find_problem(exercise, self.title, answer, asked):
                findings.append(problem)
                failed.update(names)
                continue
            for difference in compare(
                answer.value, right, exercise.result, exercise.returns, self.tolerance
            ):
                findings.append(find_difference(self.title, difference, asked))
                which = difference.which
                inside = {name for name in names if name == which or name.startswith(f"{which}[")}
                failed.update(inside or names)
        if not names:  # the right answer is an empty list
            return Outcome(float(not findings), tuple(findings), tuple(answers))
        return Outcome(1 - len(failed) / len(names), tuple(findings), tuple(answers))


@dataclass(frozen=True)
class Gradient(Values):
    """The answers are the gradient of a forward function, within its numerical error bar.

    Parameters
    ----------
    of : full name of the forward function in solutions/, which takes the case's arguments
        without the upstream gradient
    wrt : the arguments to differentiate with respect to; by default every floating one
    elementwise : whether the exercise returns the derivative entry by entry
    """

    of: str = ""
    wrt: tuple[str, ...] = ()
    elementwise: bool = False
    title: str = "gradient"

    def right(self, asked: Question, solve: Callable[[Question], Any], reference: Reference) -> Any:
        """The numerical derivative of the reference forward: a reference backward is not trusted.

        Raises
        ------
        CannotTell
            Where the derivative cannot be established at a recorded case.
        """
        inputs = dict(asked.arguments)
        upstream = inputs.pop(UPSTREAM, None)
        forward = reference(self.of)
        if self.elementwise:
            upstream = np.ones_like(forward(*inputs.values()))
        wrt = [list(inputs).index(name) for name in self.wrt] or None
        estimates = numerical_gradient(forward, *inputs.values(), upstream=upstream, wrt=wrt)
        wanted = [estimate for estimate in estimates if estimate is not None]
        rights = tuple(as_interval(estimate, self.of, asked.about) for estimate in wanted)
        return rights[0] if len(rights) == 1 else rights


def as_interval(estimate: Any, of: str, about: str) -> Any:
    """What accepts every right gradient: a leaf for each estimate, in the same structure."""
    if isinstance(estimate, (list, tuple)):
        return type(estimate)(as_interval(part, of, about) for part in estimate)
    if not np.all(np.isfinite(estimate.error)):
        raise CannotTell(f"the derivative of {of} cannot be established for the case {about!r}")
    return interval(estimate.lower, estimate.upper, estimate.error)


class AskedInVain(Exception):
    """Student code gave no value where a property asked again."""

    def __init__(self, answer: Answer, asked: Question) -> None:
        super().__init__(answer.problem)
        self.answer = answer
        self.asked = asked


@dataclass(frozen=True)
class Broken:
    """A property does not hold. `says` holds no number of the question; `evidence` may."""

    says: str
    evidence: str = ""
    mistake: str = ""


Again = Callable[..., Any]


@dataclass(frozen=True)
class Property:
    """Something that must hold for every right answer, checked without knowing one.

    `holds(value, question, again)` returns None or what is broken; `again(x=…)` asks the same
    question with some arguments replaced and returns the value. What is broken tells most mistakes;
    where the arrays are large, because chance takes many draws, `asks_mistakes=False` keeps what
    each mistake drew out of the keys.
    """

    title: str
    cases: Cases
    holds: Callable[[Any, Question, Again], Broken | None]
    share: float = 1.0
    asks_mistakes: bool = True

    def questions(self, rng: np.random.Generator) -> list[Question]:
        """Draw the cases."""
        return list(self.cases(rng))

    def right(self, asked: Question, solve: Callable[[Question], Any], reference: Reference) -> Any:
        """Nothing: a property is judged without knowing an answer."""
        return None

    def judge(
        self, exercise: Exercise, questions: list[Question], rights: list[Any], ask: Ask
    ) -> Outcome:
        """Ask, and ask again as the property wishes."""
        findings: list[Finding] = []
        answers: list[Answer] = []
        for asked in questions:

            def again(_asked: Question = asked, **arguments: Any) -> Any:
                changed = _asked.changed(**arguments)
                answer = ask(changed)
                if answer.problem or answer.changed:
                    raise AskedInVain(answer, changed)
                return answer.value

            answer = ask(asked)
            answers.append(answer)
            if problem := find_problem(exercise, self.title, answer, asked):
                findings.append(problem)
                continue
            try:
                broken = self.holds(answer.value, asked, again)
            except AskedInVain as vain:
                findings.append(find_problem(exercise, self.title, vain.answer, vain.asked))  # type: ignore[arg-type]
                continue
            except Exception:  # no student sees a traceback of ours; `record` sees to the reference
                says = f"{sentence(exercise.result)} has not the form that the exercise asks for."
                broken = Broken(says)
            if broken:
                findings.append(
                    Finding(self.title, "property", exercise.result, broken.says, broken.evidence,
                            question=asked, mistake=broken.mistake)
                )  # fmt: skip
        return Outcome(float(not findings), tuple(findings), tuple(answers))


def stays_single(slip: str) -> Callable[[Any, Question, Again], Broken | None]:
    """Hold that float32 comes back where float32 goes in, and that the numbers are those of float64
    up to rounding; `slip` names the mistake of returning float64.

    For results of which a part is zero but for rounding, so that no two right answers agree in it:
    the two answers of the student are compared with each other.
    """

    def holds(value: Any, asked: Question, again: Again) -> Broken | None:
        single = _arrays_in(value)
        other = [part.dtype for part in single if part.dtype != np.float32]
        if not single or other:
            came = other[0] if other else describe(value)
            says = f"float32 went in, and {came} came out: the dtype should stay."
            return Broken(says, mistake=slip if other and other[0] == np.float64 else "")
        double = _arrays_in(again(**{name: doubled(a) for name, a in asked.arguments.items()}))
        largest = max(float(np.abs(part).max()) for part in double)
        if largest == 0:  # they are the same in any dtype, and nobody's answer
            return Broken("All numbers are zero, in float32 and in float64.")
        for one, other_one in zip(single, double, strict=True):
            if not np.allclose(one, other_one, rtol=1e-3, atol=1e-4 * largest):
                return Broken(
                    "In float32 the numbers differ from those in float64 by more than rounding."
                )
        return None

    return holds


def _arrays_in(value: Any) -> list[np.ndarray]:
    return [part for _, part in leaves(value, "") if type(part) is np.ndarray]


def doubled(value: Any) -> Any:
    """The same in float64, whatever of it is a floating array."""
    if type(value) is np.ndarray and value.dtype.kind == "f":
        return value.astype(np.float64)
    return type(value)(map(doubled, value)) if type(value) in (list, tuple) else value


LOST = {
    "time": "Your code ran longer than it may.",
    "died": "Your code ended the process that runs it, or used more memory than it may.",
    "protocol": "Your code interfered with the process that runs it.",
}


def find_problem(exercise: Exercise, check: str, answer: Answer, asked: Question) -> Finding | None:
    """The finding for an answer that is no value, or that cost the caller an argument."""
    if answer.problem == "not implemented":
        return Finding(check, answer.problem, "", "Not implemented yet.", question=asked)
    if answer.problem == "error":
        says = f"Your code raised {answer.detail}."
        outside = not answer.traceback.startswith("  in ")
        if answer.detail == "TypeError" and outside and " argument" in answer.traceback:
            says = f"Your code could not be called. What is asked of it: {exercise.written(asked)}."
        return Finding(check, "error", "", says, "", answer.traceback, asked)
    if answer.problem == "not callable":
        says = f"There is {answer.detail} under this name, not a function. Run its cell again."
        return Finding(check, "not callable", "", says, question=asked)
    if answer.problem == "missing":
        says = f"There is no `{answer.detail}` after your cells have run."
        return Finding(check, "missing", "", says, question=asked)
    if answer.problem == "lost":
        return Finding(check, "lost", "", LOST.get(answer.detail, LOST["died"]), question=asked)
    if answer.problem == "not data":
        says = f"Your function returned {answer.detail}{'' if answer.detail.endswith('?') else '.'}"
        return Finding(check, "not data", "", says, question=asked)
    if answer.changed:
        names = " and ".join(answer.changed)
        says = f"Your function changes its argument {names}. Work on a copy: the caller keeps it."
        if answer.changed[1:]:
            says = f"Your function changes its arguments {names}. Work on copies: the caller keeps them."
        return Finding(check, "changed", names, says, question=asked)
    return None


def find_difference(check: str, difference: Difference, asked: Question) -> Finding:
    """The finding for an array that differs from the right one."""
    return Finding(
        check, difference.kind, difference.which, sentence(difference.says),
        difference.evidence, question=asked, difference=difference,
    )  # fmt: skip
