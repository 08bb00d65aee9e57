"""What the exercises of `recurrent` about characters and forecasts ask."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from autograder.chance import share_range
from autograder.checks import Again, Broken, Property, Values
from autograder.compare import SINGLE, describe
from autograder.data import Seed
from autograder.exercise import Exercise, Question, question
from autograder.losses_and_gradients import LossAndGradients

Cases = Iterator[Question]
DRAWS = 3000


# sample_with_temperature


def seed(rng: np.random.Generator) -> Seed:
    """A generator for the student's function."""
    return Seed(int(rng.integers(2**31 - 100)))


def temperature_cases(rng: np.random.Generator) -> Cases:
    logits = rng.permutation(np.array([0.1, 0.8, 1.5, 2.2])) + rng.uniform(-0.1, 0.1, size=4)
    for about, temperature in (
        ("temperature 1", 1.0),
        ("temperature 0.4", 0.4),
        ("temperature 3", 3.0),
    ):
        yield question(about, logits=logits, temperature=temperature, rng=seed(rng), draws=DRAWS)


def certain_cases(rng: np.random.Generator) -> Cases:
    ranks = rng.permutation(np.array([1.0, 2, 3, 4, 5]))
    for about, logits, temperature in (
        ("temperature 0.001", ranks, 0.001),
        ("logits of ±1000", 1000 * np.sign(ranks - 4.5), 1.0),
        ("all logits near -1000", ranks * 100 - 1300, 1.0),
        ("float32, temperature 0.001", ranks.astype(np.float32), 0.001),
    ):
        yield question(about, logits=logits, temperature=temperature, rng=seed(rng), draws=3)


def source_cases(rng: np.random.Generator) -> Cases:
    yield question(
        "where the numbers come from",
        logits=rng.normal(size=50), temperature=5.0, rng=seed(rng), draws=20,
    )  # fmt: skip


def drawn_often(student: Any, arguments: dict[str, Any]) -> Any:
    """Draw as often as is asked, one after the other with one generator; count long rows."""
    logits, temperature, rng, draws = arguments.values()
    drawn = [student(logits, temperature, rng) for _ in range(draws)]
    whole = all(isinstance(d, (int, np.integer)) and 0 <= d < len(logits) for d in drawn)
    if not whole:
        return next(
            d for d in drawn if not (isinstance(d, (int, np.integer)) and 0 <= d < len(logits))
        )
    numbers = [int(d) for d in drawn]
    return numbers if draws < DRAWS else np.bincount(numbers, minlength=len(logits))


def no_class(value: Any, asked: Question) -> Broken | None:
    """What drawing once gave, where it is no class."""
    classes = len(asked.arguments["logits"])
    if type(value) in (int, np.int64) or isinstance(value, np.integer):
        return Broken(f"It drew a class that does not exist; there are {classes}, from 0.")
    if type(value) is np.ndarray and value.shape == (classes,) and value.dtype.kind in "iu":
        return None
    if type(value) is list and all(type(each) is int for each in value):
        return None
    says = f"The result should be an int, the number of a class, but is {describe(value)}."
    return Broken(says)


def frequent(value: Any, asked: Question, again: Again) -> Broken | None:
    """Every class comes as often as its probability says, within what chance allows."""
    if broken := no_class(value, asked):
        return broken
    logits, temperature = asked.arguments["logits"], asked.arguments["temperature"]
    shares = np.asarray(value) / DRAWS
    wanted = softmax(logits / temperature)
    if all_within(shares, wanted):
        return None
    evidence = f"Shares {np.round(shares, 3)}, but should be near {np.round(wanted, 3)}."
    says = "Some classes are drawn too often and others too rarely, by more than chance allows."
    uniform = np.full(len(logits), 1 / len(logits))
    named = {
        "always_the_largest": np.eye(len(logits))[logits.argmax()],
        "temperature_ignored": softmax(logits) if temperature != 1 else None,
        "temperature_multiplied": softmax(logits * temperature) if temperature != 1 else None,
        "probabilities_divided": softmax(softmax(logits) / temperature),
        "temperature_squared": softmax(logits / temperature**2) if temperature != 1 else None,
        "softmax_forgotten": linear_shares(logits),
        "uniform": uniform,
    }
    for mistake, expected in named.items():
        if expected is not None and all_within(shares, expected):
            return Broken(says, evidence, mistake)
    return Broken(says, evidence)


def softmax(z: np.ndarray) -> np.ndarray:
    """What logits mean, told apart from what mistakes make of them."""
    p = np.exp(z - z.max())
    return p / p.sum()


def linear_shares(logits: np.ndarray) -> np.ndarray | None:
    """Logits taken for probabilities, where they can be."""
    return logits / logits.sum() if (logits >= 0).all() else None


def all_within(shares: np.ndarray, expected: np.ndarray) -> bool:
    """Whether every share is one that chance allows."""
    bounds = [share_range(DRAWS, float(p)) for p in expected]
    return all(low <= share <= high for share, (low, high) in zip(shares, bounds, strict=True))


def from_rng(value: Any, asked: Question, again: Again) -> Broken | None:
    """The numbers come from rng and from nowhere else."""
    if broken := no_class(value, asked):
        return broken
    number = asked.arguments["rng"].number
    if again() != value:
        return Broken(
            "Called twice with generators of the same state, your function draws different classes: "
            "they come from somewhere else than rng.",
            mistake="global_randomness",
        )
    if all(again(rng=Seed(number + k)) == value for k in (1, 2, 3)):
        return Broken(
            "Called with generators of different states, your function draws the same classes: it "
            "does not use rng.",
            mistake="own_generator",
        )
    return None


# bits_per_character


def bits_cases(rng: np.random.Generator) -> Cases:
    for about, shape, classes in (
        ("two sequences of five characters", (2, 5), 7),
        ("six characters in a row", (6,), 4),
        ("as many steps as classes", (2, 3), 3),
    ):
        logits = 2 * rng.normal(size=(*shape, classes))
        yield question(about, logits=logits, targets=rng.integers(classes, size=shape))
    yield question("all logits are equal", logits=np.ones((4, 8)), targets=rng.integers(8, size=4))


def bits_extreme(rng: np.random.Generator) -> Cases:
    logits = np.array([[1000.0, -1000, 998], [-1000, -999, -1002], [0, 900, 30]])
    logits = logits + rng.normal(size=(3, 3))
    yield question("logits near ±1000", logits=logits, targets=np.array([2, 0, 2]))


def bits_single(rng: np.random.Generator) -> Cases:
    logits = rng.normal(size=(3, 4, 5)).astype(np.float32)
    yield question("float32", logits=logits, targets=rng.integers(5, size=(3, 4)))


# char_lm_loss_and_grads


def language(
    rng: np.random.Generator, n: int, time: int, classes: int, d: int, hidden: int
) -> dict[str, Any]:
    """A model of characters and sequences of them, in which characters repeat."""
    text = rng.integers(classes - 1, size=(n, time + 1))  # the last class is never read
    parameters = (
        rng.normal(size=(classes, d)),
        rng.normal(size=(d, hidden)) / np.sqrt(d),
        0.9 * rng.normal(size=(hidden, hidden)) / np.sqrt(hidden),
        0.5 * rng.normal(size=hidden),
        rng.normal(size=(hidden, classes)),
        0.5 * rng.normal(size=classes),
    )
    return {
        "parameters": parameters,
        "inputs": text[:, :-1].copy(),
        "targets": text[:, 1:].copy(),
        "h0": rng.uniform(-0.9, 0.9, size=(n, hidden)),
    }


def language_cases(rng: np.random.Generator) -> Cases:
    yield question("three sequences of five characters", **language(rng, 3, 5, 4, 3, 5))
    yield question("one sequence of four characters", **language(rng, 1, 4, 3, 2, 3))
    yield question("two sequences of one character", **language(rng, 2, 1, 5, 2, 3))
    yield question("all sizes are four", **language(rng, 4, 4, 4, 4, 4))


def language_large(rng: np.random.Generator) -> Cases:
    case = language(rng, 2, 3, 4, 2, 3)
    *below, w_out, b_out = case["parameters"]
    targets = np.array([[0, 3, 1], [2, 1, 3]])  # far more classes than one state can serve
    large = {**case, "parameters": (*below, 5000 * w_out, b_out), "targets": targets}
    yield question("logits beyond ±1000", **large)


# persistence_baseline


def persistence_cases(rng: np.random.Generator) -> Cases:
    for about, time, horizon in (
        ("one step ahead", 12, 1),
        ("five steps ahead", 17, 5),
        ("the longest horizon", 4, 3),
    ):
        series = np.cumsum(rng.normal(size=time)) + 5
        yield question(about, series=series, horizon=horizon)
    yield question("nothing ever changes", series=np.full(6, 2.5), horizon=2)


def persistence_single(rng: np.random.Generator) -> Cases:
    series = np.cumsum(rng.normal(size=9)).astype(np.float32)
    yield question("float32", series=series, horizon=2)


TEXT = [
    Exercise(
        "recurrent.sample_with_temperature",
        points=2,
        checks=(
            Property("how often", temperature_cases, frequent),
            Values(certain_cases, title="extremes", share=0.5),
            Property("where the numbers come from", source_cases, from_rng, share=0.25),
        ),
        result="the class",
        drive=drawn_often,
        asked_as="sample_with_temperature(logits, temperature, rng), as often as draws says",
        hints=(
            "Divide first, then make probabilities. What does division by a small number do to the "
            "difference between two logits?",
            "The softmax of the forward chapter, shifted so that nothing overflows, of the logits "
            "divided by the temperature. Then draw one number according to these probabilities.",
            "rng.choice takes the number of classes and p, probabilities that add up to 1; for "
            "float32 logits make p float64 first. Return an int.",
        ),
    ),
    Exercise(
        "recurrent.bits_per_character",
        points=1,
        checks=(
            Values(bits_cases),
            Values(bits_extreme, title="extreme logits", share=0.5),
            Values(bits_single, title="float32", share=0.25, tolerance=SINGLE),
        ),
        result="the number of bits",
        needs=("loss.cross_entropy",),
        hints=(
            "It is the cross-entropy, in another unit. How many nats is one bit?",
            "Take the logarithm of the softmax along the last axis, shifted so that nothing overflows, "
            "and pick from it the entries of the targets: np.take_along_axis does.",
            "Minus the mean of what you picked is the cross-entropy in nats. A logarithm to base 2 is "
            "the natural logarithm divided by that of 2; return a float.",
        ),
    ),
    Exercise(
        "recurrent.char_lm_loss_and_grads",
        points=3,
        checks=(
            LossAndGradients(
                language_cases, of="recurrent_forward.char_lm_loss", wrt=("parameters",)
            ),
            LossAndGradients(
                language_large,
                of="recurrent_forward.char_lm_loss",
                wrt=("parameters",),
                title="large logits",
                share=0.25,
            ),
        ),
        returns=("the loss", "(dembedding, dw_x, dw_h, db, dw_out, db_out)"),
        needs=(
            "loss.cross_entropy",
            "loss.cross_entropy_grad",
            "backprop.linear_backward",
            "backprop.embedding_backward",
            "recurrent.rnn_forward",
            "recurrent.rnn_backward",
        ),
        hints=(
            "You have every part: lookup, rnn_forward, a linear layer, cross-entropy. Chain them, and "
            "chain their backward functions in the opposite order.",
            "For the linear layer and the loss, time does not exist: reshape the states to "
            "(n * time, hidden), and the targets in the same way. The mean then is over all "
            "characters.",
            "Reshape the gradient of the states back to (n, time, hidden) for rnn_backward; nothing "
            "arrives at the last state by itself, so its part of upstream is zeros. The gradient of x "
            "goes back into the embedding, added up where a character repeats.",
        ),
    ),
    Exercise(
        "recurrent.persistence_baseline",
        points=1,
        checks=(
            Values(persistence_cases),
            Values(persistence_single, title="float32", share=0.25, tolerance=SINGLE),
        ),
        returns=("forecast", "rmse"),
        hints=(
            "Write a short series on paper, with horizon 2. Which value stands in for entry 2, which "
            "for entry 3, and which is the last that is forecast?",
            "Two slices of the same series, one without its end and one without its beginning, have "
            "the same length: forecast and truth.",
            "The forecast leaves out the last `horizon` values, the truth the first `horizon`. Square "
            "the differences, take the mean, and then the root of it.",
        ),
    ),
]
