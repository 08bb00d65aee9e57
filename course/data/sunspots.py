"""Monthly sunspot numbers, 1749 to 1983. ``sunspots.md`` is the datasheet."""

import numpy as np

from course.data.packaged import read_arrays

FILE = "sunspots.npz"
SHA256 = "213275f909e2e266dfccde4f2c3c5baa97f5289e36b1bc7aee60a609fa02d17b"
FIRST_YEAR = 1749


def load_sunspots() -> tuple[np.ndarray, np.ndarray]:
    """Return 2,820 months of sunspots, in order and without a gap.

    Returns
    -------
    years : (2820,) float64 array
        When each month begins: 1749.0 is January 1749.
    sunspots : (2820,) float64 array
        The mean relative sunspot number of the month.
    """
    sunspots = read_arrays(FILE, SHA256)["tenths"] / 10
    return FIRST_YEAR + np.arange(len(sunspots)) / 12, sunspots
