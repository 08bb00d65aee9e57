"""What `convolution.train_cnn` asks: photographs of surfaces, cut anew and disguised for every key.

A key holds places in the photographs, not pixels: it stays small, and what student code is given is cut
on the trusted side. All images of a key are turned or mirrored in the same way and the classes are
renamed, so that the images that the course ships are not those that are asked about.

What this does not stop: the photographs are public. Code that finds the held-out images again in them
knows their classes. Telling three surfaces apart is easy enough that nobody gains by it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np

from autograder.ask import Answer
from autograder.checks import Broken
from autograder.exercise import Ask, Exercise, Finding, Outcome, Question, Reference, question
from autograder.exercises.held_out import HeldOutScore, train_and_predict

N_TRAIN, N_HELD_OUT = 100, 60  # images of each class
CLASSES = 3
SEEDS = 2
FULL, NOTHING = 0.90, 0.70  # a dense network reaches about 0.5, a linear model about 0.4
UNREACHABLE = 1.01  # every image right is honest work here
GUESSING = 0.42
ABOUT = "300 images to train on, 180 others to classify, from 2 seeds of rng"


def place_cases(rng: np.random.Generator) -> Iterator[Question]:
    """Where the images are cut out of the photographs, and how they are disguised."""
    from course.data.textures import BORDER, SIZE

    def places(count: int, first: int, end: int) -> np.ndarray:
        surface = rng.permutation(np.repeat(np.arange(CLASSES), count))
        row = rng.integers(512 - SIZE + 1, size=surface.size)
        column = rng.integers(first, end - SIZE + 1, size=surface.size)
        return np.stack([surface, row, column]).astype(np.int16)

    yield question(
        ABOUT,
        train=places(N_TRAIN, 0, BORDER),
        held_out=places(N_HELD_OUT, BORDER, 512),
        quarter_turns=int(rng.integers(4)),
        mirrored=bool(rng.integers(2)),
        names=rng.permutation(CLASSES).astype(np.int16),
        rng=[int(seed) for seed in rng.integers(2**31, size=SEEDS)],
    )


def images(asked: Question) -> tuple[dict[str, Any], np.ndarray]:
    """The arguments that student code is given, and the classes of the held-out images."""
    from course.data.textures import images_at

    a = asked.arguments

    def cut(places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        x = np.rot90(images_at(*places), a["quarter_turns"], axes=(2, 3))
        x = x[..., ::-1] if a["mirrored"] else x
        return np.ascontiguousarray(x), a["names"][places[0]].astype(np.int64)

    x_train, y_train = cut(a["train"])
    x_new, classes = cut(a["held_out"])
    given = {"x_train": x_train, "y_train": y_train, "rng": a["rng"], "x_new": x_new}
    return given, classes


def train_where_there_are_images(student: Callable[..., Any], arguments: dict[str, Any]) -> Any:
    """Train and predict; a question as a key holds it has no images, and nothing is to do."""
    return train_and_predict(student, arguments) if "x_train" in arguments else None


class HeldOutImages(HeldOutScore):
    """The share of held-out images that are classified right, as the mean over the seeds."""

    asks_mistakes: ClassVar[bool] = False  # a recorded question has no image

    def right(self, asked: Question, solve: Callable[[Question], Any], reference: Reference) -> Any:
        """Nothing: the places tell the classes."""
        return None

    def judge(
        self, exercise: Exercise, questions: list[Question], rights: list[Any], ask: Ask
    ) -> Outcome:
        """Cut the images, and judge as any score on held-out samples."""
        given, classes = images(questions[0])
        put = Question(ABOUT, given)

        def ask_for_classes(asked: Question) -> Answer:
            answer = ask(asked)
            if isinstance(answer.value, dict) and "at once" in answer.value:
                shapes = {np.shape(each) for each in answer.value["at once"]}
                if shapes == {(len(classes), CLASSES)}:
                    return replace(answer, value=SCORES)
            return answer

        outcome = super().judge(exercise, [put], [classes], ask_for_classes)
        return replace(outcome, findings=tuple(_named(finding) for finding in outcome.findings))


SCORES = "predicts three numbers for each image"


def _named(finding: Finding) -> Finding:
    if f"Your function {SCORES}" not in finding.says:
        return finding
    says = (
        "predict returns a table with a score for each class, but should return the class itself."
    )
    return replace(finding, says=says, mistake="scores_predicted")


def share_right(prediction: np.ndarray, classes: np.ndarray) -> float:
    """The accuracy."""
    return float(np.mean(np.asarray(prediction) == classes))


def slips(prediction: np.ndarray, classes: np.ndarray, asked: Question) -> Broken | None:
    """What bad predictions look like that have a known cause."""
    if np.all(prediction == prediction[0]):
        says = "Every image gets the same class."
        return Broken(says, mistake="zeros_at_the_start")
    score = share_right(prediction, classes)
    if score < GUESSING:
        says = "The predictions are about as good as guessing among three classes: do the labels of a batch belong to its images?"
        return Broken(says)
    if score < NOTHING:
        says = "The predictions are better than guessing, but no better than those of a network without convolutions."
        return Broken(says, mistake="dense_network")
    return None


TRAIN_CNN = Exercise(
    "convolution.train_cnn",
    points=3,
    checks=(
        HeldOutImages(
            place_cases,
            score=share_right,
            called="Accuracy on the held-out images",
            full=FULL,
            nothing=NOTHING,
            ceiling=UNREACHABLE,
            slips=slips,
        ),
    ),
    result="what your model predicts",
    drive=train_where_there_are_images,
    asked_as="predict = train_cnn(x_train, y_train, rng); predict(x_new)",
    needs=("convolution.cnn_loss_and_grads",),
    hints=(
        "All the parts are there: draw the weights by He's rule, shuffle, go down the gradient that "
        "cnn_loss_and_grads returns, in mini-batches. Print the loss after every epoch.",
        "Eight kernels of 5 × 5, then sixteen of 3 × 3 are enough. The fan-in of a kernel is all that "
        "one of its outputs looks at: channels in, times height, times width. Keep everything float32.",
        "Adam with a rate of 0.02 that falls to 0, batches of 20, ten epochs. predict goes forward "
        "through the same layers with the trained parameters and returns the class of the largest "
        "logit.",
    ),
    seconds=60.0,
    data=("textures",),
)  # fmt: skip
