"""The slope at 0 of a function of one number, with an error bar.

``rise(t) = phi(t) - phi(0)`` is known at falling steps ``t``. A difference quotient ``rise(t) / t``
misses the slope for two reasons that pull in opposite directions:

truncation
    ``phi`` bends. The error is a power series in ``t``, so that quotients at two steps can be
    combined to cancel its first term, and again for the next (Richardson 1911; Ridders 1982).
noise
    ``phi`` is computed with rounding. The error grows like ``1 / t``. How large it is cannot be known
    beforehand; it shows in how much neighbouring quotients disagree (Moré & Wild 2011).

`settle` balances the two. `slopes` applies it to the left and to the right of 0: where the two
slopes differ there is a kink, and every number between them is a valid slope (Clarke 1983).

All functions work on many lines at once: arrays are (steps, lines).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

EPS = float(np.finfo(np.float64).eps)
RATIO = 4.0  # each step is a quarter of the one before
SAFETY = 4.0  # how many error bars two numbers may be apart and still be called equal

# How the error of each quotient depends on the step: its first, second and third power.
ONE_SIDED = (1, 2, 3)  # rise(t) / t
CENTRAL = (2, 4, 6)  # (rise(t) - rise(-t)) / 2t
BEND = (1, 3, 5)  # (rise(t) + rise(-t)) / t, the right slope less the left slope


def falling_steps(first: int, last: int) -> Array:
    """Steps ``2**first, 2**(first - 2), ..., 2**last``."""
    return np.exp2(np.arange(first, last - 1, -2.0))


def extrapolate(quotients: Array, power: int) -> Array:
    """Cancel the error term ``c * step**power`` between neighbouring steps."""
    gain = RATIO**power - 1
    return quotients[1:] + (quotients[1:] - quotients[:-1]) / gain


def settle(
    quotients: Array, steps: Array, powers: tuple[int, ...], floor: Array
) -> tuple[Array, Array]:
    """Limit of difference quotients as the step goes to 0.

    Parameters
    ----------
    quotients : (steps, lines) array   NaN where a step leaves the domain of the function
    steps : (steps,) array   falling by `RATIO`
    powers : the powers of the step in the error of a quotient, lowest first
    floor : (lines,) array, noise of ``phi`` that is known to be there, e.g. its last bit

    Returns
    -------
    (value, error), each (lines,). ``error`` is inf where nothing settles.
    """
    lines = quotients.shape[1]
    value, error = np.full(lines, np.nan), np.full(lines, np.inf)
    for power in powers:
        if len(quotients) < 2:
            break
        # What neighbours disagree by, in units of phi. It bounds the noise at every coarser step,
        # and at its own step it bounds the truncation too.
        noise = np.abs(np.diff(quotients, axis=0)) * steps[1:, None]
        noise = np.maximum.accumulate(noise[::-1], axis=0)[::-1]
        bar = (noise + floor) / steps[1:, None]
        bar[~np.isfinite(bar)] = np.inf
        candidate = quotients[1:]
        # A good estimate also agrees with all finer ones, within their error bars.
        apart = np.abs(candidate[:, None] - candidate[None]) - SAFETY * bar[None]
        finer = np.triu(np.ones((len(candidate), len(candidate)), bool), 1)[:, :, None]
        bar = np.maximum(bar, np.where(finer & np.isfinite(apart), apart, 0).max(axis=1))
        best = np.argmin(bar, axis=0)
        lowest = bar[best, np.arange(lines)]
        better = lowest < error
        value = np.where(better, candidate[best, np.arange(lines)], value)
        error = np.where(better, lowest, error)
        quotients, steps = extrapolate(quotients, power), steps[1:]
    return value, error


@dataclass(frozen=True)
class Slopes:
    """What is known about the slope along each of several lines.

    ``low`` and ``high`` are equal where ``phi`` is smooth and are the slopes to the left and to the
    right at a kink. ``error`` belongs to both; it is inf where there is no slope to speak of: ``phi``
    has a ``jump``, is infinitely ``steep`` as the square root at 0 is, or has no value on either side.
    """

    low: Array
    high: Array
    error: Array
    kink: NDArray[np.bool_]
    jump: NDArray[np.bool_]
    steep: NDArray[np.bool_]
    one_sided: NDArray[np.bool_]


def slopes(steps: Array, ahead: Array, behind: Array, last_bit: Array | float) -> Slopes:
    """Slopes at 0 from ``ahead = rise(steps)`` and ``behind = rise(-steps)``, each (steps, lines).

    ``last_bit`` is the rounding of ``phi(0)``.
    """
    floor = np.maximum(_noise_floor(steps, ahead, last_bit), _noise_floor(steps, behind, last_bit))
    h = steps[:, None]
    with np.errstate(all="ignore"):
        right, right_error = settle(ahead / h, steps, ONE_SIDED, floor)
        left, left_error = settle(-behind / h, steps, ONE_SIDED, floor)
        middle, middle_error = settle((ahead - behind) / (2 * h), steps, CENTRAL, floor)
        bend, bend_error = settle((ahead + behind) / h, steps, BEND, floor)

        jump = _jumps(steps, ahead, floor) | _jumps(steps, behind, floor)
        steep = _steep(ahead, floor) | _steep(behind, floor)
        kink = (np.abs(bend) > SAFETY * bend_error) & ~jump & ~steep
        both = np.isfinite(right_error) & np.isfinite(left_error)

        low, high, error = middle, middle, middle_error
        # Without a kink the one-sided slopes estimate the same number; sometimes they do it better.
        for side, side_error in ((right, right_error), (left, left_error)):
            better = ~kink & (side_error < error)
            low, high = np.where(better, side, low), np.where(better, side, high)
            error = np.where(better, side_error, error)
        # A kink too small to be seen still hides in the uncertainty of the bend.
        hidden = np.where(
            both & ~kink, np.minimum(bend_error, np.maximum(right_error, left_error)), 0
        )
        error = np.maximum(error, hidden)
        low = np.where(kink & both, np.minimum(left, right), low)
        high = np.where(kink & both, np.maximum(left, right), high)
        error = np.where(kink, np.maximum(left_error, right_error), error)
    none = jump | steep | ~np.isfinite(low)
    error = np.where(none, np.inf, error)
    low, high = np.where(none, np.nan, low), np.where(none, np.nan, high)
    one_sided = np.isfinite(right_error) != np.isfinite(left_error)
    return Slopes(low, high, error, kink, jump, steep, one_sided)


def _noise_floor(steps: Array, rise: Array, last_bit: Array | float) -> Array:
    """Rounding of ``phi`` that must be expected, (lines,).

    ``phi`` may be a small difference of large numbers. Then its own size says nothing about its
    rounding, but two things do: how much it responds to a step of natural size (``phi`` can be no finer
    than the last bit of that), and a response to ever smaller steps that suddenly stops instead of
    shrinking with the step: the last one seen is about as large as the grain of ``phi``.
    """
    size = np.where(np.isfinite(rise), np.abs(rise), 0.0)
    middle = (steps >= 2.0**-6) & (steps <= 2.0**-4)
    response = (size[middle] / steps[middle, None]).max(axis=0, initial=0.0)
    large = size[(steps > 2.0**-4) & (steps <= 16)].max(axis=0, initial=0.0)
    response = np.where(response > 0, response, large)
    # Where phi is 0, and 0 all around, it may still be made of numbers near 1.
    response = np.where((response > 0) | (np.asarray(last_bit) >= EPS), response, 1.0)
    natural = np.maximum(last_bit, EPS * response)
    # At large steps a response may also die because phi is an exponential: be stricter there.
    likely = np.where(steps[:-1] < 2.0**-8, 1e-6, 1e-11)[:, None]
    most = np.maximum(last_bit / EPS, size[steps <= 16].max(axis=0, initial=0.0))
    stops = (size[1:] < size[:-1] / 2000) & (size[:-1] < likely * most)
    grain = np.where(stops, size[:-1], 0.0).max(axis=0, initial=0.0)
    return np.maximum(natural, grain)


def _jumps(steps: Array, rise: Array, floor: Array) -> NDArray[np.bool_]:
    """Where the smallest steps do not make ``phi`` return to ``phi(0)``."""
    last = rise[-3:]
    size = np.abs(last[0])
    return (np.ptp(last, axis=0) < 0.01 * size) & (size > 1e4 * floor) & (size > 0)


def _steep(rise: Array, floor: Array) -> NDArray[np.bool_]:
    """Where quotients keep growing by half or more with every step, as those of the square root do."""
    size = np.abs(rise[-6:])
    return np.all((size[1:] > 0.37 * size[:-1]) & (size[1:] > 100 * floor), axis=0)
