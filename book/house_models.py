"""The models of the chapter `feedforward` that its figure compares, on one split of the sales.

The page writes the same network out where it explains it; this module is for the figure's numbers.
"""

import numpy as np

from course.data import load_ames

SIZES = ("living_area", "basement_area", "garage_area", "lot_area")
HELD_OUT = 600
SEED = 0
KM_PER_DEGREE = 111.2


def table() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return features (n, 6), prices (n,), neighborhoods (n,) of the houses up to 4,000 sq ft."""
    houses = load_ames()
    kept = houses["living_area"] <= 4000
    columns = [houses[name][kept] for name in (*SIZES, "longitude", "latitude")]
    return np.stack(columns, axis=1), houses["price"][kept], houses["neighborhood"][kept]


def split(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows to train on and those to hold out."""
    order = np.random.default_rng(SEED).permutation(count)
    return order[HELD_OUT:], order[:HELD_OUT]


def kilometers(features: np.ndarray) -> np.ndarray:
    """Return (n, 2): how far east and north of the middle of the sales."""
    east, north = (features[:, -2:] - features[:, -2:].mean(axis=0)).T * KM_PER_DEGREE
    return np.stack([east * np.cos(np.radians(features[:, -1].mean())), north], axis=1)


def linear(x: np.ndarray, y: np.ndarray, x_new: np.ndarray) -> np.ndarray:
    """Least squares of the logarithm of the price."""
    weights = np.linalg.lstsq(np.c_[x, np.ones(len(x))], np.log(y), rcond=None)[0]
    return np.exp(np.c_[x_new, np.ones(len(x_new))] @ weights)


def network(x: np.ndarray, y: np.ndarray, x_new: np.ndarray) -> np.ndarray:
    """The chapter's network: two hidden layers of 32, from one seed."""
    from solutions.feedforward import train_house_prices

    return train_house_prices(x, y, np.random.default_rng(SEED))(x_new)


def trees(x: np.ndarray, y: np.ndarray, x_new: np.ndarray) -> np.ndarray:
    """Gradient-boosted trees on the logarithm of the price."""
    from sklearn.ensemble import HistGradientBoostingRegressor

    model = HistGradientBoostingRegressor(
        max_iter=250, learning_rate=0.06, max_leaf_nodes=15, random_state=SEED
    )
    return np.exp(model.fit(x, np.log(y)).predict(x_new))


def predictions() -> dict[str, np.ndarray]:
    """Return what each model says of the held-out houses, and ``price``, what they sold for."""
    features, prices, _ = table()
    train, held_out = split(len(prices))
    given = features[train], prices[train], features[held_out]
    found = {model.__name__: model(*given) for model in (linear, network, trees)}
    return {"price": prices[held_out], **found}
