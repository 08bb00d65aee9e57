"""What random arrays have in common, tested so that a right one is refused almost never.

Each test takes the probability `alarm` with which it may refuse an array of independent normal
entries of mean 0, at most. The bounds are inequalities that hold for every size, so `alarm` is a
promise and no estimate:

- mean: |Σw| ≥ t √Σw² has probability at most 2 exp(-t²/2) for independent symmetric entries
  (Hoeffding's inequality, given the magnitudes);
- variance: Σw²/σ² is χ² with N degrees of freedom; it exceeds N + 2√(Nx) + 2x with probability at
  most exp(-x), and stays below N - 2√(Nx) with at most exp(-x) (Laurent and Massart 2000, lemma 1);
- angles: the cosine between two independent normal rows of length d exceeds t in absolute value
  with probability at most 2 exp(-d t²/2);
- distribution: the empirical distribution function of N draws leaves the true one by t somewhere
  with probability at most 2 exp(-2 N t²) (Dvoretzky, Kiefer and Wolfowitz; Massart 1990).
"""

from __future__ import annotations

import math

import numpy as np

ALARM = 1e-8  # of one test; a verdict takes fewer than a hundred, so it errs in one of 10⁶ at most


def mean_is_zero(w: np.ndarray, alarm: float = ALARM) -> bool:
    """Whether the entries may come from a symmetric distribution around 0."""
    return abs(w.sum()) <= math.sqrt(2 * math.log(2 / alarm) * float(np.square(w).sum()))


def variance_range(n_entries: int, alarm: float = ALARM) -> tuple[float, float]:
    """Between which multiples of the variance the mean square of normal entries lies."""
    x = math.log(2 / alarm) / n_entries
    return 1 - 2 * math.sqrt(x), 1 + 2 * math.sqrt(x) + 2 * x


def rows_are_independent(w: np.ndarray, alarm: float = ALARM) -> bool:
    """Whether no two rows point in the same, or the opposite, direction."""
    n_rows, length = w.shape
    norms = np.linalg.norm(w, axis=1, keepdims=True)
    directions = w / np.where(norms == 0, 1, norms)
    cosines = np.abs(directions @ directions.T)[np.triu_indices(n_rows, 1)]
    bound = math.sqrt(2 * math.log(2 * max(cosines.size, 1) / alarm) / length)
    return bool(np.all(cosines <= bound))


def distance_from_normal(w: np.ndarray, std: float) -> float:
    """The largest gap between the distribution function of the entries and the normal one."""
    values = np.sort(w, axis=None) / (std * math.sqrt(2))
    normal = np.array([(1 + math.erf(value)) / 2 for value in values])
    steps = np.arange(values.size + 1) / values.size
    return float(max(np.max(steps[1:] - normal), np.max(normal - steps[:-1])))


def distance_bound(n_entries: int, alarm: float = ALARM) -> float:
    """What `distance_from_normal` stays below."""
    return math.sqrt(math.log(2 / alarm) / (2 * n_entries))
