"""Return batches of millions of rows, each of which somebody would have to look up."""

# exercise: training.minibatches
# deserves: 0
import numpy as np


def minibatches(x, labels, batch_size, rng):
    return [(np.zeros((4_000_000, 1), np.uint8), np.zeros(1))]
