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
- neighbors: what holds for a mean holds for products of entries of neighboring rows, whose signs are
  independent too, given the magnitudes;
- reach: all N entries stay within t standard deviations with probability (1 - 2 Φ(-t))^N, which
  is tiny where t is small for N; those of a uniform distribution all stay within √3.
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


def neighbors_are_uncorrelated(w: np.ndarray, alarm: float = ALARM) -> bool:
    """Whether a row tells nothing about the next one, on the average over all of them."""
    return mean_is_zero(w[:-1] * w[1:], alarm)


def reach(w: np.ndarray) -> float:
    """How far the farthest entry lies from 0, in units of the root mean square."""
    return float(np.abs(w).max() / np.sqrt(np.square(w).mean()))


def least_reach(n_entries: int, alarm: float = ALARM) -> float:
    """What the `reach` of normal entries exceeds."""
    _, upper = variance_range(n_entries, alarm / 2)  # the root mean square is measured as well
    inside = (alarm / 2) ** (1 / n_entries)  # of one entry, so that all are with alarm / 2
    low, high = 0.0, 10.0
    while high - low > 1e-6:
        t = (low + high) / 2
        low, high = (t, high) if math.erf(t / math.sqrt(2)) < inside else (low, t)
    return low / math.sqrt(upper)


def share_range(n_draws: int, probability: float, alarm: float = ALARM) -> tuple[float, float]:
    """Between which shares of n independent draws something lies that has this probability."""
    allowed = math.log(2 / alarm) / n_draws
    ends = []
    for end in (0.0, 1.0):
        near, far = probability, end
        while abs(far - near) > 1e-6:
            share = (near + far) / 2
            if _divergence(share, probability) < allowed:
                near = share
            else:
                far = share
        ends.append(far)
    return ends[0], ends[1]


def _divergence(share: float, probability: float) -> float:
    """Kullback-Leibler divergence between two coins; infinite where the second cannot show what the
    first does."""
    pairs = ((share, probability), (1 - share, 1 - probability))
    return sum(q * math.log(q / p) if p > 0 else math.inf for q, p in pairs if q > 0)
