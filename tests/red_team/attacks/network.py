"""Call home, by Python's sockets and by bare system calls."""

# deserves: 0
import ctypes
import socket

reached = 0
for family in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX, getattr(socket, "AF_NETLINK", 16)):
    try:
        socket.socket(family, socket.SOCK_STREAM)
        reached += 1
    except OSError:
        pass
try:
    socket.create_connection(("127.0.0.1", 22), timeout=1)
    reached += 1
except OSError:
    pass
libc = ctypes.CDLL(None, use_errno=True)
reached += libc.socket(2, 1, 0) >= 0


def sigmoid(z):
    import numpy as np

    return 1 / (1 + np.exp(-z)) if reached else z * 0
