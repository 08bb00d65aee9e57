"""Overflow the C stack, past Python's own limit."""

# deserves: 0
import sys

sys.setrecursionlimit(10**9)


def sigmoid(z):
    def deeper(f):
        return map(f, [deeper])

    thing = ()
    for _ in range(10**6):
        thing = (thing,)
    return repr(thing) and next(deeper(sigmoid))
