"""Print without end what nobody will read."""

# deserves: 2
import numpy as np

for _ in range(2000):
    print("x" * 10_000)


def sigmoid(z):
    print("y" * 1_000_000)
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, small) / (1 + small)
