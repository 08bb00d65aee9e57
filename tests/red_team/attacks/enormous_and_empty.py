"""Return an empty array of two gigabytes but for one axis: a sum over that axis would make it real."""

# deserves: 0
import numpy as np


def sigmoid(z):
    return np.empty((0, 1 << 28))
