"""A check of training itself: the score of a trained model on samples that it never saw.

The student's function is given training samples and a generator, and returns a function that
predicts. It is trained from several seeds, and each trained model predicts held-out samples, all of
them at once and some of them again in small parts: a model may not learn from its company. The
answers of the held-out samples stay on the trusted side; a question does not hold them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from autograder.ask import Answer, name_type
from autograder.checks import Broken, find_problem
from autograder.exercise import Ask, Cases, Exercise, Finding, Outcome, Question, Reference

FAR_BELOW = -10  # a score that is worse needs no digits
N_AGAIN = 40  # samples that are predicted a second time, the first of them alone
ROUNDING = (
    1e-4  # relative: a product of matrices in float32 rounds otherwise for another number of rows
)


@dataclass(frozen=True, eq=False)
class HeldOut(Question):
    """A question about samples whose answers only the trusted side knows."""

    answers: Any = None


def train_and_predict(student: Callable[..., Any], arguments: dict[str, Any]) -> Any:
    """Train once for each seed; predict the held-out samples at once, and some again in parts.

    The arguments are the training samples, their answers, a list of seeds, the held-out samples.
    """
    x_train, y_train, seeds, x_new = arguments.values()
    at_once, in_parts = [], []
    for seed in seeds:
        predict = student(x_train, y_train, np.random.default_rng(seed))
        if not callable(predict):
            return f"returned {name_type(predict)}"
        at_once.append(predict(x_new))
        in_parts.append([predict(x_new[:1]), predict(x_new[1:N_AGAIN])])
    return {"at once": at_once, "in parts": in_parts}


Score = Callable[[np.ndarray, np.ndarray], float]  # predictions, answers -> the higher the better
Slips = Callable[[np.ndarray, np.ndarray, Question], Broken | None]


@dataclass(frozen=True)
class HeldOutScore:
    """The mean score over the seeds is high enough.

    Partial credit: nothing up to `nothing`, everything from `full` on, in proportion in between.
    A score beyond `ceiling` is refused: no honest model reaches it.

    Parameters
    ----------
    score : what the predictions are worth
    called : what messages call the score, "R² on the held-out houses"
    slips : what a bad score looks like that has a known cause
    """

    cases: Cases
    score: Score
    called: str
    full: float
    nothing: float
    ceiling: float
    slips: Slips
    title: str = "held-out score"
    share: float = 1.0
    asks_mistakes: ClassVar[bool] = True

    def questions(self, rng: np.random.Generator) -> list[Question]:
        """Draw the cases."""
        return list(self.cases(rng))

    def right(self, asked: Question, solve: Callable[[Question], Any], reference: Reference) -> Any:
        """The answers of the held-out samples."""
        assert isinstance(asked, HeldOut)
        return asked.answers

    def judge(
        self, exercise: Exercise, questions: list[Question], rights: list[Any], ask: Ask
    ) -> Outcome:
        """Train, score, and say where a bad score comes from if that shows."""
        fractions, findings, answers, remarks = [], [], [], []
        for asked, right in zip(questions, rights, strict=True):
            answer = ask(asked)
            answers.append(answer)
            fraction, remark, found = self._judged(exercise, asked, right, answer)
            fractions.append(fraction)
            remarks.append(remark)
            findings += found
        return Outcome(
            float(np.mean(fractions)),
            tuple(findings),
            tuple(answers),
            " ".join(filter(None, remarks)),
        )

    def _judged(
        self, exercise: Exercise, asked: Question, right: Any, answer: Answer
    ) -> tuple[float, str, list[Finding]]:
        """What one question earns, what its score is, and what is wrong."""

        def finding(broken: Broken) -> Finding:
            return Finding(self.title, "property", exercise.result, broken.says, broken.evidence,
                           question=asked, mistake=broken.mistake)  # fmt: skip

        if problem := find_problem(exercise, self.title, answer, asked):
            return 0.0, "", [problem]
        if broken := has_no_form(answer.value, len(right)):
            return 0.0, "", [finding(broken)]
        predictions = answer.value["at once"]
        scores = [self.score(each, right) for each in predictions]
        mean, spread = float(np.mean(scores)), float(np.std(scores, ddof=1))
        reached = f"{mean:.3f} ± {spread:.3f}" if mean > FAR_BELOW else f"below {FAR_BELOW}"
        remark = (
            f"{self.called}: {reached} (mean and standard deviation over {len(scores)} seeds; all "
            f"points from {self.full:.2f} on, none up to {self.nothing:.2f})."
        )
        if broken := depends_on_company(answer.value):
            return 0.0, remark, [finding(broken)]
        if mean > self.ceiling:
            says = (
                "The score is better than any model that knows only the training samples can be: "
                "the held-out answers came from somewhere else."
            )
            return 0.0, remark, [finding(Broken(says, mistake="looked_up"))]
        if mean >= self.full:
            return 1.0, remark, []
        worst = predictions[int(np.argmin(scores))]
        broken = self.slips(worst, right, asked) or Broken("The score is too low.")
        earned = (mean - self.nothing) / (self.full - self.nothing)
        return min(max(earned, 0.0), 0.99), remark, [finding(broken)]


def has_no_form(value: Any, count: int) -> Broken | None:
    """Whether the predictions are anything but one finite number for each sample."""
    if isinstance(value, str):
        says = f"Your function {value}, but should return a function that predicts."
        return Broken(says, mistake="no_function")
    everything = [(each, count) for each in value["at once"]]
    for first, rest in value["in parts"]:
        everything += [(first, 1), (rest, N_AGAIN - 1)]
    for each, length in everything:
        if type(each) is not np.ndarray:
            says = "What your function returns should predict an array, one number for each sample."
            return Broken(says)
        if each.shape == (length, 1):
            says = "The predictions form a column, of shape (n, 1), but should have shape (n,)."
            return Broken(says, mistake="column_predicted")
        if each.shape != (length,):
            return Broken("The predictions should have shape (n,): one number for each sample.")
        if each.dtype.kind not in "fiu":
            return Broken("The predictions are no numbers.")
        if not np.isfinite(each).all():
            return Broken("Some predictions are infinite or NaN.", mistake="diverged")
    return None


def depends_on_company(value: Any) -> Broken | None:
    """Whether a sample is predicted otherwise among few others than among many."""
    for at_once, parts in zip(value["at once"], value["in parts"], strict=True):
        before, again = at_once[:N_AGAIN], np.concatenate(parts)
        size = max(float(np.abs(before).max()), float(np.ptp(before)))
        if np.abs(before - again).max() > ROUNDING * size:
            says = (
                "The prediction for a sample changes with the other samples that are predicted "
                "together with it, but should depend on its own features alone."
            )
            return Broken(says, mistake="scaled_by_the_new_samples")
    return None
