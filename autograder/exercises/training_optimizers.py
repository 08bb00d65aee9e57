"""What the optimizers of `training` are asked: many steps in a row, on several arrays at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from autograder.checks import Values
from autograder.compare import describe
from autograder.data import DataError
from autograder.exercise import Along, Exercise, Question

Cases = Iterator[Question]
Start = Callable[[np.ndarray], Any]  # an array of parameters -> the state before the first step

SHAPES = ((3, 2), (4,), (4,), (2, 1, 3))
STEPS = 12
WALKED = " for each array, and for each of its gradients in turn"
PATHS = tuple(
    f"the path of array {number} of {len(SHAPES)}" for number in range(1, len(SHAPES) + 1)
)
ALONG = {path: Along(0) for path in PATHS}


def walk(student: Any, arguments: dict[str, Any]) -> Any:
    """Take step after step with each array, all of them in turn; the state of each is kept apart.

    The arrays of the question go in themselves, so that changing one in place is noticed.
    """
    has_state = list(arguments)[2] != "learning_rate"
    w, gradient, *rest = arguments.values()
    w, state = list(w), list(rest.pop(0)) if has_state else []
    path: list[list[Any]] = [[] for _ in w]
    for step in range(len(gradient[0])):
        for i in range(len(w)):
            if has_state:
                w[i], state[i] = _pair(student(w[i], gradient[i][step], state[i], *rest), arguments)
            else:
                w[i] = student(w[i], gradient[i][step], *rest)
            path[i].append(np.array(w[i]))
    return [_stacked(points) for points in path]


def _pair(returned: Any, arguments: dict[str, Any]) -> Any:
    if returned is None:
        raise DataError("None. Does every path through the function end in a return?")
    if type(returned) not in (tuple, list) or len(returned) != 2:
        name = list(arguments)[2]
        raise DataError(f"{describe(returned)}, but should return two things: (w, {name})")
    return returned


def _stacked(points: list[np.ndarray]) -> Any:
    if any(point.shape != points[0].shape for point in points):
        shapes = " and then ".join(dict.fromkeys(str(point.shape) for point in points))
        raise DataError(f"a w whose shape changes from step to step: {shapes}")
    return np.array(points)


def steps(
    rng: np.random.Generator, start: Start | None, name: str, count: int, **settings: float
) -> dict[str, Any]:
    """Four arrays, and a gradient of each for every step.

    The gradients of one array are a hundred times as large as those of another, and keep a direction
    for a while as real ones do: their mean is not zero.
    """
    w = [rng.normal(size=shape) for shape in SHAPES]
    gradient = [
        scale * (rng.normal(size=shape) + rng.normal(size=(count, *shape)))
        for scale, shape in zip((1.0, 10.0, 0.5, 0.1), SHAPES, strict=True)
    ]
    state = {} if start is None else {name: [start(each) for each in w]}
    return {"w": w, "gradient": gradient, **state, **settings}


def cases_of(start: Start | None, name: str, *settings: dict[str, float]) -> Callable[..., Cases]:
    """The first step, and many steps with each of these settings, in float64."""

    def cases(rng: np.random.Generator) -> Cases:
        first, second = settings
        yield Question("the first step, on four arrays", steps(rng, start, name, 1, **first))
        about = f"{STEPS} steps in a row, on four arrays, with a gradient for each step"
        yield Question(about, steps(rng, start, name, STEPS, **first))
        about = f"{STEPS} steps in a row, with other settings"
        yield Question(about, steps(rng, start, name, STEPS, **second))

    return cases


def single_of(start: Start | None, name: str, setting: dict[str, float]) -> Callable[..., Cases]:
    """The same in float32."""

    def cases(rng: np.random.Generator) -> Cases:
        arguments = steps(rng, start, name, STEPS, **setting)
        yield Question(f"{STEPS} steps in a row in float32", _single(arguments))

    return cases


def _single(value: Any) -> Any:
    if type(value) is np.ndarray:
        return value.astype(np.float32)
    if type(value) is dict:
        return {name: _single(each) for name, each in value.items()}
    return type(value)(map(_single, value)) if type(value) in (list, tuple) else value


def checks_of(start: Start | None, name: str, *settings: dict[str, float]) -> tuple[Values, ...]:
    return (
        Values(cases_of(start, name, *settings), title="twelve steps", share=0.85),
        Values(single_of(start, name, settings[0]), title="float32 stays float32", share=0.15),
    )


def averages(w: np.ndarray) -> tuple[np.ndarray, np.ndarray, int]:
    """The state of Adam before the first step."""
    return np.zeros_like(w), np.zeros_like(w), 0


ADAM = (
    {"learning_rate": 0.3, "beta1": 0.9, "beta2": 0.99, "eps": 1e-8},
    {"learning_rate": 0.05, "beta1": 0.7, "beta2": 0.96, "eps": 0.1},
)
DECAYS = (0.2, 1.5)

OPTIMIZERS = [
    Exercise(
        "training.sgd_step",
        points=1,
        core=True,
        checks=checks_of(None, "", {"learning_rate": 0.1}, {"learning_rate": 1.7}),
        returns=PATHS,
        along=ALONG,
        drive=walk,
        asked_as=f"w = sgd_step(w, gradient, learning_rate){WALKED}",
        hints=(
            "The gradient points to where the loss grows fastest. You want it to fall.",
            "The step is the learning rate times the gradient. The result is a new array; `w` itself "
            "must be as it was.",
            "`w -= …` changes the caller's array; an expression with a minus makes a new one.",
        ),
    ),
    Exercise(
        "training.momentum_step",
        points=2,
        core=True,
        checks=checks_of(
            np.zeros_like,
            "velocity",
            {"learning_rate": 0.1, "beta": 0.9},
            {"learning_rate": 0.7, "beta": 0.4},
        ),
        returns=PATHS,
        along=ALONG,
        drive=walk,
        asked_as=f"w, velocity = momentum_step(w, gradient, velocity, learning_rate, beta){WALKED}",
        needs=("training.sgd_step",),
        hints=(
            "Two lines: first the new velocity, from the old one and the gradient; then the new w, "
            "from the old one and the new velocity.",
            "Of the old velocity the share beta is left. The gradient is added to it as it is: no "
            "learning rate yet, and no 1 - beta.",
            "Then go against the new velocity, learning_rate times. Return both, w first, and write "
            "no +=, which would change the caller's velocity.",
        ),
    ),
    Exercise(
        "training.nesterov_step",
        points=2,
        checks=checks_of(
            np.zeros_like,
            "velocity",
            {"learning_rate": 0.1, "beta": 0.9},
            {"learning_rate": 0.7, "beta": 0.4},
        ),
        returns=PATHS,
        along=ALONG,
        drive=walk,
        asked_as=f"w, velocity = nesterov_step(w, gradient, velocity, learning_rate, beta){WALKED}",
        needs=("training.momentum_step",),
        hints=(
            "The velocity is that of momentum_step. Only what is subtracted from w is new.",
            "Suppose the same gradient came once more: what would the velocity be then? Go along "
            "that one.",
            "The one ahead is the gradient plus beta times the velocity that you have just computed. "
            "It is used for w, and never returned.",
        ),
    ),
    Exercise(
        "training.rmsprop_step",
        points=2,
        checks=checks_of(
            np.zeros_like,
            "s",
            {"learning_rate": 0.1, "rho": 0.9, "eps": 1e-8},
            {"learning_rate": 0.02, "rho": 0.6, "eps": 0.1},
        ),
        returns=PATHS,
        along=ALONG,
        drive=walk,
        asked_as=f"w, s = rmsprop_step(w, gradient, s, learning_rate, rho, eps){WALKED}",
        needs=("training.sgd_step",),
        hints=(
            "Two lines again: first the new average of the squares, then the step.",
            "An average that forgets: rho parts of the old one, the rest of the newest square. "
            "Everything goes entry by entry.",
            "Divide the gradient by (the root of the new average, plus eps), not by the root of "
            "(the average plus eps).",
        ),
    ),
    Exercise(
        "training.adam_step",
        points=3,
        core=True,
        checks=checks_of(averages, "state", *ADAM),
        returns=PATHS,
        along=ALONG,
        drive=walk,
        asked_as=f"w, state = adam_step(w, gradient, state, learning_rate, beta1, beta2, eps){WALKED}",
        needs=("training.momentum_step", "training.rmsprop_step"),
        hints=(
            "Take it in this order: count the step, renew both averages, correct both into new "
            "variables, take the step.",
            "After t steps from zero, an average that keeps beta holds only the part 1 - beta**t of "
            "what it should. Dividing by that part corrects it. Which t has the very first step?",
            "The state that you return holds the averages as they are, not corrected, and the new "
            "count. The step is the corrected m, divided by (the root of the corrected s, plus eps).",
        ),
    ),
    Exercise(
        "training.adamw_step",
        points=2,
        checks=checks_of(
            averages,
            "state",
            *({**setting, "decay": decay} for setting, decay in zip(ADAM, DECAYS, strict=True)),
        ),
        returns=PATHS,
        along=ALONG,
        drive=walk,
        asked_as=f"w, state = adamw_step(w, gradient, state, learning_rate, beta1, beta2, eps, decay){WALKED}",
        needs=("training.adam_step",),
        hints=(
            "Your adam_step does all but one term. What does it never see?",
            "The decay is no part of the gradient. It is subtracted from w beside Adam's step.",
            "Call adam_step with the plain gradient; from its w subtract learning_rate times decay "
            "times the w that came in.",
        ),
    ),
]
