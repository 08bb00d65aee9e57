"""What the exercises of the chapter `feedforward` ask."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np

from autograder.checks import Broken, Property, Values
from autograder.compare import Tolerance
from autograder.exercise import Exercise, Question, question
from autograder.exercises.held_out import HeldOutScore, train_and_predict
from autograder.exercises.house_prices import (
    CEILING,
    FULL,
    NOTHING,
    explained,
    house_cases,
    slips,
)
from autograder.losses_and_gradients import LossAndGradients

Cases = Iterator[Question]
STREETS = (
    "Old Town",
    "Gilbert",
    "Sawyer",
    "Crawford",
    "Briardale",
    "Greens",
    "Veenker",
    "Somerset",
)


def category_cases(rng: np.random.Generator) -> Cases:
    words = [str(word) for word in rng.permutation(STREETS)[:4]]
    training = [words[i] for i in rng.permutation([0, 0, 1, 2, 2, 2, 3])]
    yield question("the training samples themselves", training=training, values=list(training))
    some = [words[i] for i in rng.permutation([1, 3, 3])]
    yield question(
        "other samples, in which not every category occurs", training=training, values=some
    )
    unseen = ["Ames Airport", "Middle Lane", "Zoo Road"]
    mixed = [str(word) for word in rng.permutation([*words, *unseen])]
    yield question("words that the training samples do not have", training=training, values=mixed)
    yield question("only unseen words", training=training, values=unseen[:2])
    years = [str(year) for year in rng.permutation([9, 10, 100, 10])]
    yield question("words made of digits", training=years, values=["10", "9", "8"])
    alone = words[:1] * 3
    yield question("a single category", training=alone, values=[words[0], words[1]])
    letters = ["b", "B", "a", "A", "ab"]
    values = [str(letter) for letter in rng.permutation(letters)]
    yield question("capitals and beginnings alike", training=letters, values=[*values, "AB", ""])


def as_plain_words(student: Any, arguments: dict[str, Any]) -> Any:
    """The names as one text, also where NumPy's own kind of text stands in the list."""
    result = student(*arguments.values())
    if type(result) not in (tuple, list) or len(result) != 2:
        return result
    names, encoded = result
    if type(names) in (tuple, list) or (type(names) is np.ndarray and names.ndim == 1):
        names = ", ".join(map(str, names))
    return names, encoded


def price_cases(rng: np.random.Generator) -> Cases:
    def prices(n: int, unit: float = 1.0) -> np.ndarray:
        return unit * np.exp(rng.normal(12, 0.4, size=n))

    yield question("seven prices", prices=prices(7), predicted=rng.normal(size=5))
    yield question(
        "other numbers of prices and of predictions", prices=prices(4), predicted=rng.normal(size=9)
    )
    yield question("a table of predictions", prices=prices(6), predicted=rng.normal(size=(3, 2)))
    yield question("one prediction", prices=prices(5), predicted=rng.normal(size=1))
    yield question("prices below 1", prices=prices(5, 1e-9), predicted=rng.normal(size=4))
    wide = 10 ** rng.uniform(-3, 9, size=8)
    yield question("prices from 0.001 to a billion", prices=wide, predicted=rng.normal(size=3))


def float32_prices(rng: np.random.Generator) -> Cases:
    prices = np.exp(rng.normal(12, 0.4, size=5)).astype(np.float32)
    predicted = rng.normal(size=3).astype(np.float32)
    yield question("the dtype, with float32 prices", prices=prices, predicted=predicted)


def prices_stay_float32(value: Any, asked: Question, again: Any) -> Broken | None:
    """The property: float32 in, float32 out, there and back, and nearly the same numbers."""
    wide = {name: array.astype(np.float64) for name, array in asked.arguments.items()}
    whats = ("the target is", "the prices that back gives are")
    for what, narrow, expected in zip(whats, value, again(**wide), strict=True):
        if narrow.dtype != np.float32:
            says = f"float32 comes in, but {what} {narrow.dtype}."
            return Broken(says, mistake="target_widened")
        if not np.allclose(narrow, expected, rtol=1e-3, atol=1e-4):
            return Broken("The result for float32 differs from the one for float64.")
    return None


def equal_prices(rng: np.random.Generator) -> Cases:
    yield question(
        "prices that are all equal",
        prices=np.full(4, float(rng.integers(2, 9))),
        predicted=np.zeros(3),  # how far a target of 1 would lead is anybody's choice here
    )


def impossible_prices(rng: np.random.Generator) -> Cases:
    good = np.exp(rng.normal(12, 0.4, size=5))
    for about, bad in (
        ("a price of 0", 0.0),
        ("a negative price", -1.5),
        ("a price that is NaN", np.nan),
    ):
        prices = good.copy()
        prices[rng.integers(5)] = bad
        yield question(about, prices=prices, predicted=np.zeros(2))


def there_and_back(student: Any, arguments: dict[str, Any]) -> Any:
    """The target, and what its way back makes of given predictions."""
    prices, predicted = arguments.values()
    result = student(prices) if np.all(prices > 0) else noting_a_refusal(student, prices)
    if type(result) not in (tuple, list) or len(result) != 2 or not callable(result[1]):
        return result
    target, back = result
    return target, back(predicted)


def noting_a_refusal(student: Any, *arguments: Any) -> Any:
    """What comes back, or the name of the exception that comes instead."""
    try:
        return student(*arguments)
    except NotImplementedError:
        raise
    except Exception as error:
        return f"raised {type(error).__name__}"


def refused(value: Any, asked: Question, again: Any) -> Broken | None:
    """The property: nothing but ValueError comes."""
    if value == "raised ValueError":
        return None
    if isinstance(value, str) and value.startswith("raised "):
        return Broken(f"ValueError should come, but your function {value}.")
    about = asked.about
    says = f"This should raise ValueError ({about}), but a result came back."
    return Broken(says)


def score_cases(rng: np.random.Generator) -> Cases:
    def case(about: str, n: int, error: float, far: float = 0.0, **kind: Any) -> Question:
        target = far + rng.normal(size=n)
        prediction = target + error * rng.normal(size=n) + 0.3 * error
        return question(about, prediction=prediction.astype(**kind), target=target.astype(**kind))

    yield case("good predictions", 8, 0.3, dtype=np.float64)
    yield case("predictions worse than the mean", 6, 3.0, dtype=np.float64)
    yield case("two samples", 2, 0.5, dtype=np.float64)
    yield case("targets far from 0", 7, 0.5, 1e8, dtype=np.float64)
    target = rng.normal(size=5)
    yield question("perfect predictions", prediction=target.copy(), target=target)
    mean = np.full(5, target.mean())
    yield question("the mean of the targets everywhere", prediction=mean, target=target)
    doubled = 2 * target + 1
    yield question("a line through the targets, shifted", prediction=doubled, target=target)
    yield question("predictions that are all equal", prediction=np.full(5, 3.0), target=target)
    yield question(
        "targets of either sign and large",
        prediction=1e5 * rng.normal(size=6),
        target=1e6 * rng.normal(size=6),
    )


def impossible_scores(rng: np.random.Generator) -> Cases:
    column, flat = rng.normal(size=(4, 1)), rng.normal(size=4)
    yield question("a column of 4 predictions, 4 targets in a row", prediction=column, target=flat)
    yield question(
        "targets that are all equal", prediction=rng.normal(size=3), target=np.full(3, 2.5)
    )


def scored_or_refused(student: Any, arguments: dict[str, Any]) -> Any:
    """Where there is nothing to score, note the exception that should come, as text."""
    prediction, target = arguments.values()
    if prediction.shape == target.shape and np.ptp(target) > 0:
        return student(prediction, target)
    return noting_a_refusal(student, prediction, target)


def network(rng: np.random.Generator, n: int, *widths: int) -> dict[str, Any]:
    """A network with these widths before its one output, and data for it."""
    parameters = [
        (rng.normal(size=(before, after)), 0.5 * rng.normal(size=after))
        for before, after in pairwise((*widths, 1))
    ]
    return {
        "parameters": parameters,
        "x": rng.normal(size=(n, widths[0])),
        "target": rng.normal(loc=0.5, size=n),
    }


def network_cases(rng: np.random.Generator) -> Cases:
    yield question("three layers", **network(rng, 5, 3, 4, 2))
    yield question("two layers, one sample", **network(rng, 1, 2, 4))
    yield question("one layer alone", **network(rng, 4, 3))
    yield question("five layers of equal width", **network(rng, 6, 3, 3, 3, 3, 3))
    yield question("a layer of one unit before the last", **network(rng, 7, 2, 4, 1))


def float32_network(rng: np.random.Generator) -> Cases:
    case = network(rng, 6, 3, 4, 2)
    yield question(
        "the dtype, with float32 arrays",
        parameters=[(w.astype(np.float32), b.astype(np.float32)) for w, b in case["parameters"]],
        x=case["x"].astype(np.float32),
        target=case["target"].astype(np.float32),
    )


def gradients_stay_float32(value: Any, asked: Question, again: Any) -> Broken | None:
    """The property: float32 in, float32 out."""
    for dw, db in value[1]:
        for gradient in (dw, db):
            if gradient.dtype != np.float32:
                says = f"float32 comes in, but the gradients are {gradient.dtype}."
                return Broken(says, mistake="dtype_changed")
    return None


EXERCISES = [
    Exercise(
        "feedforward.encode_categories",
        points=1,
        checks=(Values(category_cases),),
        returns=("the list of names", "the table"),
        drive=as_plain_words,
        hints=(
            "Two questions, two sources: which columns are there? Only `training` decides. What stands "
            "in the rows? Only `values` decides.",
            "`sorted(set(training))` are the names. Each row compares one word with all of them; a "
            "word that equals none of them gets a row of zeros without any special case.",
            "A list of lists does it: for each value a row, in it for each name the truth of "
            "`value == name` as a float. Then an array of shape (len(values), len(names)).",
        ),
    ),
    Exercise(
        "feedforward.log_target",
        points=2,
        checks=(
            Values(price_cases, title="there and back", tolerance=Tolerance(1e-8, 1e-10)),
            Values(equal_prices, title="equal prices", share=0.15),
            Property("impossible prices are refused", impossible_prices, refused, share=0.25),
            Property("float32 stays float32", float32_prices, prices_stay_float32, share=0.1),
        ),
        returns=("the target", "what back gives"),
        drive=there_and_back,
        asked_as="target, back = log_target(prices); back(predicted)",
        hints=(
            "Three steps lead there: logarithm, less the mean, divided by the standard deviation. The "
            "way back undoes them from the last to the first.",
            "`back` is a function inside your function: it remembers the mean and the standard "
            "deviation of the training prices. What it is given belongs to other houses.",
            "Inside `back`: times the standard deviation, plus the mean, then the exponential. Before "
            "everything, look whether all prices are above 0; a comparison with NaN is False.",
        ),
    ),
    Exercise(
        "feedforward.r_squared",
        points=1,
        core=True,
        checks=(
            Values(score_cases, tolerance=Tolerance(1e-6, 1e-9)),
            Property("what cannot be scored is refused", impossible_scores, refused, share=0.3),
        ),
        result="the score",
        drive=scored_or_refused,
        hints=(
            "Compare two sums of squares: the errors of the predictions, and the errors that the mean "
            "of the targets makes.",
            "The fraction of the two is what stays unexplained. The rest is the score.",
            "One minus the sum of the squared residuals over the sum of the squared deviations of the "
            "targets from their own mean. Look at the shapes and for equal targets first.",
        ),
    ),
    Exercise(
        "feedforward.mlp_regression_loss_and_grads",
        points=3,
        core=True,
        checks=(
            LossAndGradients(
                network_cases, of="feedforward_forward.mlp_regression_loss", wrt=("parameters",)
            ),
            Property("float32 stays float32", float32_network, gradients_stay_float32, share=0.1),
        ),
        returns=("the loss", "(dw, db) of layer"),
        hints=(
            "Only the end is new against the classifier of the chapter on backpropagation: one "
            "output, and another loss. Write down the shape of the network's output and that of the "
            "target before you subtract.",
            "The output is a column (n, 1), the target a row of n numbers. Make one of them like the "
            "other. The gradient of the loss starts the way back, and is a column there.",
            "Back at the output: two, divided by the number of samples, times the error, as a column. Then, "
            "from the last layer to the first: dw, db, the gradient of the layer's input, and zero in "
            "it wherever that input, the output of a ReLU, is 0.",
        ),
    ),
    Exercise(
        "feedforward.train_house_prices",
        points=3,
        checks=(
            HeldOutScore(
                house_cases,
                score=explained,
                called="R² on the held-out houses",
                full=FULL,
                nothing=NOTHING,
                ceiling=CEILING,
                slips=slips,
            ),
        ),
        result="what your model predicts",
        drive=train_and_predict,
        asked_as="predict = train_house_prices(x_train, y_train, rng); predict(x_new)",
        needs=("feedforward.log_target", "feedforward.mlp_regression_loss_and_grads"),
        hints=(
            "You have all the parts. Standardize the features by the training houses, take the log "
            "target, draw weights by He's rule, and go down the gradient in mini-batches.",
            "Two hidden layers of some thirty units are plenty, and sixty times through the data with "
            "Adam. Print the loss after each epoch: it should fall to about 0.1 on the log target. "
            "Let the learning rate shrink towards the end.",
            "`predict` is a function inside your function: it scales new houses by the mean and the "
            "standard deviation of the *training* houses, goes forward through the trained layers, "
            "takes column 0, and hands it to `back`.",
        ),
        seconds=10,
    ),
]
