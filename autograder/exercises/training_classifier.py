"""`training.train_classifier`: trained beside the student's code, judged where that cannot reach.

What the student's code is given are 4,000 digits: their pixels in a secret order, their classes
renamed. It returns the parameters of a network. The 1,000 digits that judge it stay on this side, and
so do the order of the pixels and the names of the classes.

What this does not stop: the whole data set is public, and is in the package `course`. Code that finds
the 4,000 digits again in it, by what scrambling leaves alone, can work out the order of the pixels and
train on all 5,000. A network that knows the held-out digits is then better at them than anyone who has
not seen them can be; above `TOO_GOOD` it is refused. Stopping short of that remains possible.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from autograder.ask import Answer
from autograder.checks import find_problem
from autograder.compare import describe
from autograder.data import Seed
from autograder.exercise import Ask, Exercise, Finding, Outcome, Question, Reference, question
from autograder.exercises.training_network import digits, logits_of, loss_and_grads

RUNS = 3
N_TRAIN = 4000
FULL, NONE = 0.92, 0.86  # the accuracy that earns everything, and that which earns nothing
TOO_GOOD = 0.985  # scikit-learn's SVC(C=10) with its RBF kernel reaches 0.96 on such a division
LARGEST = 4_000_000  # parameters of a network
ABOUT = "4,000 scrambled digits to train on, 1,000 others to judge; three times"


def scrambled(arguments: dict[str, Any]) -> dict[str, np.ndarray]:
    """All that belongs to one run: x, labels, and the held-out part."""
    images, labels = digits()
    pixels, classes = arguments["pixels"], arguments["classes"]
    chosen = np.zeros(len(images), dtype=bool)
    chosen[arguments["train"]] = True
    ink = np.rint(255 * images).astype(np.uint8)
    return {
        "x": ink[arguments["train"]][:, pixels],
        "labels": classes[labels[arguments["train"]]].astype(np.int64),
        "x_held_out": ink[~chosen][:, pixels],
        "labels_held_out": classes[labels[~chosen]].astype(np.int64),
        "images_held_out": ink[~chosen],
        "digits_held_out": labels[~chosen],
    }


def train(student: Any, arguments: dict[str, Any]) -> Any:
    """Have the network trained; a question as a key holds it has no data, and nothing is to do."""
    if "x" not in arguments:
        return None
    x, labels = arguments["x"] / 255.0, arguments["labels"]
    return student(loss_and_grads, x, labels, arguments["rng"])


@dataclass(frozen=True)
class HeldOut:
    """The accuracy on digits that the student's code never sees, as the mean of three runs."""

    title: str = "held-out digits"
    share: float = 1.0
    asks_mistakes: ClassVar[bool] = False  # no two runs of training are compared

    def questions(self, rng: np.random.Generator) -> list[Question]:
        """Which digits, which order of the pixels, which names of the classes; no digit itself."""
        n_digits, n_pixels = digits()[0].shape
        return [
            question(
                ABOUT,
                train=rng.permutation(n_digits)[:N_TRAIN].astype(np.int16),
                pixels=rng.permutation(n_pixels).astype(np.int16),
                classes=rng.permutation(10).astype(np.int16),
                rng=Seed(int(rng.integers(2**31))),
            )
            for _ in range(RUNS)
        ]

    def right(self, asked: Question, solve: Any, reference: Reference) -> Any:
        """Nothing: every network that reads the digits is right."""
        return None

    def judge(
        self, exercise: Exercise, questions: list[Question], rights: list[Any], ask: Ask
    ) -> Outcome:
        """Have three networks trained, and put them to the digits that were left out."""
        scores: list[float] = []
        findings: list[Finding] = []
        answers: list[Answer] = []
        for asked in questions:
            data = scrambled(asked.arguments)
            given = {name: data[name] for name in ("x", "labels")}
            put = Question(ABOUT, {**given, "rng": asked.arguments["rng"]})
            answer = ask(put)
            answers.append(answer)
            if problem := find_problem(exercise, self.title, answer, put):
                return Outcome(0.0, (problem,), tuple(answers))
            if says := problem_with(answer.value, given["x"].shape[1]):
                mistake = "diverged" if "NaN" in says else ""
                finding = self._finding(says, put, "structure", mistake)
                return Outcome(0.0, (finding,), tuple(answers))
            score, finding_or_none = self._judged(answer.value, data, put)
            scores.append(score)
            if finding_or_none:
                findings.append(finding_or_none)
        return self._outcome(scores, findings, put, tuple(answers))

    def _judged(
        self, parameters: Any, data: dict[str, np.ndarray], put: Question
    ) -> tuple[float, Finding | None]:
        """The accuracy on the held-out digits, and what is suspicious about the network."""
        score = accuracy(parameters, data["x_held_out"], data["labels_held_out"])
        mistake = suspicion(parameters, data, score)
        if mistake is None:
            return score, None
        name, says = mistake
        return score, self._finding(says, put, "property", name)

    def _outcome(
        self,
        scores: list[float],
        suspicions: list[Finding],
        put: Question,
        answers: tuple[Answer, ...],
    ) -> Outcome:
        mean = float(np.mean(scores))
        error = float(np.std(scores, ddof=1) / np.sqrt(len(scores)))
        each = ", ".join(f"{score:.1%}" for score in scores)
        remark = f"Right on {mean:.1%} ± {error:.1%} of the held-out digits ({len(scores)} runs: {each})."
        seen = next((f for f in suspicions if f.mistake == "trained_on_held_out_digits"), None)
        if seen:
            return Outcome(0.0, (seen,), answers, remark)
        if mean >= FULL:
            return Outcome(1.0, (), answers, remark)
        fraction = float(np.clip((mean - NONE) / (FULL - NONE), 0, 1))
        says = f"The network should be right on {FULL:.0%} of the held-out digits; it is on fewer."
        low = self._finding(says, put, "property", suspicions[0].mistake if suspicions else "")
        return Outcome(fraction, (low, *suspicions[:1]), answers, remark)

    def _finding(self, says: str, put: Question, kind: str, mistake: str = "") -> Finding:
        return Finding(self.title, kind, "the network", says, question=put, mistake=mistake)


def problem_with(value: Any, d_in: int) -> str:
    """Why what came back is no network for these digits, or ""."""
    wanted = "Return the trained parameters, a list of two pairs: [(w1, b1), (w2, b2)]."
    if type(value) not in (list, tuple) or not value:
        return f"{wanted} Your function returned {describe(value)}."
    for pair in value:
        if type(pair) not in (list, tuple) or len(pair) != 2:
            return wanted
        if any(type(part) is not np.ndarray or part.dtype.kind != "f" for part in pair):
            return f"{wanted} Each of the four is an array of floats."
        w, b = pair
        if w.ndim != 2 or b.shape != w.shape[1:] or len(w) != d_in:
            return (
                f"{wanted} The shapes do not fit together: w {w.shape}, b {b.shape}, {d_in} inputs."
            )
        d_in = w.shape[1]
    if d_in != 10:
        return f"The last layer has {d_in} units; there are ten classes."
    if len(value) != 2:
        return f"{wanted} Yours has {len(value)}."
    if sum(w.size for w, _ in value) > LARGEST:
        return f"More than {LARGEST:,} parameters are too many here."
    if not all(np.isfinite(part).all() for pair in value for part in pair):
        return "The parameters are no longer finite: there is NaN or infinity among them."
    return ""


def accuracy(parameters: Any, ink: np.ndarray, labels: np.ndarray) -> float:
    """The share of digits that a network gets right."""
    return float(np.mean(logits_of(parameters, ink / 255.0).argmax(axis=1) == labels))


def suspicion(parameters: Any, data: dict[str, np.ndarray], score: float) -> tuple[str, str] | None:
    """The mistake that a trained network tells by itself, and what gives it away."""
    (w1, _), _ = parameters
    right = logits_of(parameters, data["x"] / 255.0).argmax(axis=1) == data["labels"]
    learned = float(np.mean(right))
    if score > TOO_GOOD:
        return "trained_on_held_out_digits", (
            f"It is right on more than {TOO_GOOD:.1%} of digits that it should never have seen. "
            "No honest network comes near that with 4,000 scrambled digits: it has seen them."
        )
    if accuracy(parameters, data["images_held_out"], data["digits_held_out"]) > 0.5:
        return "loads_the_digits_itself", (
            "It reads digits with their pixels in the usual order, but it was given other ones."
        )
    if np.all(w1 == w1[:, :1]) and w1.shape[1] > 1:
        return "all_weights_zero", "All of its hidden units are the same unit."
    first = float(np.mean(right[:20]))
    if first == 1.0 and learned < 0.9:
        return "one_batch_for_ever", (
            "It knows the first digits of x by heart, and the others much less."
        )
    if learned < 0.3 and _logit_spread(parameters, data["x"]) < 0.35:
        return "returns_the_beginning", (
            "It is hardly better than guessing on the digits that it trained on, and its logits are "
            "as small as in a network that was never trained."
        )
    if learned < 0.5:
        return "labels_left_behind", (
            "It was trained, but is not right even on the digits that it trained on."
        )
    if learned < 0.93:
        return "stops_too_early", (
            f"It is right on only {learned:.0%} of the digits that it trained on."
        )
    return None


def _logit_spread(parameters: Any, ink: np.ndarray) -> float:
    return float(np.std(logits_of(parameters, ink / 255.0)))


CLASSIFIER = Exercise(
    "training.train_classifier",
    points=3,
    core=True,
    checks=(HeldOut(),),
    result="the network",
    drive=train,
    asked_as="train_classifier(loss_and_grads, x, labels, rng)",
    needs=("training.minibatches", "training.adam_step", "training.cosine_schedule"),
    seconds=20.0,
    data=("mnist",),
    hints=(
        "All the parts are there: initial weights as in the chapter on the forward pass, your "
        "minibatches, your step function. Start small: one epoch, and print the loss.",
        "Keep some of the digits aside for yourself and measure on them. Some fifty to two hundred "
        "hidden units, batches of a few dozen digits, about ten epochs of Adam.",
        "Adam with a rate near 0.002 that falls to 0 over the whole training goes past 0.93. Four "
        "arrays need four states. Return the parameters of after the last step.",
    ),
)
