"""Start threads without end; they keep running while questions are asked."""

# deserves: 2
import threading
import time

import numpy as np

for _ in range(5000):
    try:
        threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
    except RuntimeError:
        break


def sigmoid(z):
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, small) / (1 + small)
