"""What `feedforward.train_house_prices` asks: real sales, in units of the key's own.

The sales are public, so a key moves them where nobody can look them up by equal numbers: the columns
change places and units, the map is turned, every measurement is a little off, and prices are in
another currency. A score that only the true prices explain is refused as well (`CEILING`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from autograder.checks import Broken
from autograder.exercises.held_out import HeldOut

N_HELD_OUT = 600
SEEDS = 3
FULL, NOTHING = 0.80, 0.77  # a linear model of the logarithms reaches 0.77 to 0.79
CEILING = 0.95
SIZES = ("living_area", "basement_area", "garage_area", "lot_area")
LARGEST = 4000.0  # square feet: De Cock, who compiled the sales, removes the five houses above
BLUR = 0.01  # of a column's standard deviation
# A split is drawn until what closed formulas reach on it is usual, so that no key is luckier than
# another: straight lines through prices and their logarithms, a parabola through the logarithms.
USUAL = ((0.71, 0.765), (0.765, 0.785), (0.815, 0.845))


def house_cases(rng: np.random.Generator) -> Iterator[HeldOut]:
    """One town, in units of its own; some of its houses are held out."""
    features, prices = sales()
    while True:
        order = rng.permutation(len(prices))
        held_out, train = order[:N_HELD_OUT], order[N_HELD_OUT:]
        if is_usual(features[train], prices[train], features[held_out], prices[held_out]):
            break
    x = disguised(rng, features)
    y = prices * 10 ** rng.uniform(-1, 1)
    yield HeldOut(
        f"{len(train)} sales to train on, {N_HELD_OUT} houses to value, from {SEEDS} seeds of rng",
        {
            "x_train": x[train],
            "y_train": y[train],
            "rng": [int(seed) for seed in rng.integers(2**31, size=SEEDS)],
            "x_new": x[held_out],
        },
        y[held_out],
    )


def sales() -> tuple[np.ndarray, np.ndarray]:
    """Four sizes and two coordinates, and the price, of every house but the five largest."""
    from course.data import load_ames

    houses = load_ames()
    kept = houses["living_area"] <= LARGEST
    east = houses["longitude"] * np.cos(np.radians(houses["latitude"]))
    columns = [*(houses[name] for name in SIZES), east, houses["latitude"]]
    return np.stack(columns, axis=1)[kept], houses["price"][kept]


def disguised(rng: np.random.Generator, features: np.ndarray) -> np.ndarray:
    """The same houses, measured a little differently, in other units and columns."""
    x = (features - features.mean(axis=0)) / features.std(axis=0)
    x[:, -2:] = features[:, -2:] - features[:, -2:].mean(axis=0)
    x[:, -2:] /= x[:, -2:].std()
    turn = rng.uniform(0, 2 * np.pi)
    x[:, -2:] @= np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    x += rng.normal(scale=BLUR, size=x.shape)
    units = 10.0 ** rng.permutation(np.arange(x.shape[1]) - 2)  # so far apart that one must scale
    x = (x + rng.uniform(2, 20, size=x.shape[1])) * units * rng.uniform(1, 3, size=x.shape[1])
    return x[:, rng.permutation(x.shape[1])]


def is_usual(x: np.ndarray, y: np.ndarray, x_new: np.ndarray, y_new: np.ndarray) -> bool:
    """Whether closed formulas fare on this split as they do on most."""
    mean, std = x.mean(axis=0), x.std(axis=0)
    x, x_new = (np.clip((each - mean) / std, -3, 3) for each in (x, x_new))
    reached = (
        explained(least_squares(x, y, x_new), y_new),
        explained(np.exp(least_squares(x, np.log(y), x_new)), y_new),
        explained(np.exp(least_squares(squares(x), np.log(y), squares(x_new))), y_new),
    )
    return all(low <= score <= high for score, (low, high) in zip(reached, USUAL, strict=True))


def least_squares(x: np.ndarray, y: np.ndarray, x_new: np.ndarray) -> np.ndarray:
    """The predictions of a linear model."""
    weights = np.linalg.lstsq(np.c_[x, np.ones(len(x))], y, rcond=None)[0]
    return np.c_[x_new, np.ones(len(x_new))] @ weights


def squares(x: np.ndarray) -> np.ndarray:
    """The features, and the products of any two."""
    first, second = np.triu_indices(x.shape[1])
    return np.c_[x, x[:, first] * x[:, second]]


def explained(prediction: np.ndarray, answer: np.ndarray) -> float:
    """R²; a prediction may be anything finite."""
    residual = np.square(answer - np.asarray(prediction, dtype=float)).sum()
    return float(1 - residual / np.square(answer - answer.mean()).sum())


def slips(prediction: np.ndarray, answer: np.ndarray, asked: Any) -> Broken | None:
    """What predictions look like that have a known cause."""
    if prediction.std() < 0.1 * answer.std() and abs(prediction.mean() / answer.mean() - 1) < 0.5:
        says = "The predictions are nearly the same for every house, about the mean price."
        return Broken(says, mistake="target_a_column")
    follows = prediction.std() > 0 and np.corrcoef(prediction, np.log(answer))[0, 1] > 0.6
    if follows and np.abs(prediction).max() < 8:
        says = "The predictions follow the prices, but lie around 0: they are on the scale of the standardized target."
        return Broken(says, mistake="scaling_not_undone")
    if follows and np.abs(prediction).max() < 25:
        says = "The predictions follow the prices, but are logarithms."
        return Broken(says, mistake="log_not_undone")
    if is_flat(prediction, asked.arguments["x_new"]):
        says = "The predictions lie on a plane over the features: this is a linear model, of the prices or of their logarithms. It does not get beyond 0.79."
        return Broken(says, mistake="no_activation")
    return None


def is_flat(prediction: np.ndarray, x: np.ndarray) -> bool:
    """Whether the predictions, or their logarithms, are linear in the features."""
    candidates = [prediction]
    if (prediction > 0).all():
        candidates.append(np.log(prediction))
    return any(c.std() > 0 and explained(least_squares(x, c, x), c) > 0.99 for c in candidates)
