"""Return more than anybody wants to receive."""

# deserves: 0
import numpy as np


def sigmoid(z):
    return np.broadcast_to(np.float64(0.5), (1 << 40,))
