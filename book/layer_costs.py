"""What four kinds of layers cost on a sequence: multiply-adds and memory by formula, and measured.

Each layer turns n sequences of ``time`` vectors of width d into as many vectors of width d. It is made
of the course's own functions, and the formulas count what those do: also what a backward pass computes
a second time because the functions keep nothing for it.
"""

import math
import statistics
import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np

from solutions.backprop import linear_backward
from solutions.convolution import conv2d, conv2d_backward
from solutions.forward import linear
from solutions.recurrent import rnn_backward, rnn_forward
from solutions.transformers import (
    causal_mask,
    multi_head_attention,
    multi_head_attention_backward,
)

KERNEL = 3
HEADS = 4

Draw = Callable[[tuple[int, ...]], np.ndarray]
Count = Callable[[int, int, int], int]


@dataclass(frozen=True)
class Layer:
    """A layer, and what it costs by formula for ``n`` sequences of ``time`` vectors of width ``d``."""

    name: str
    forward: Callable[..., Any]
    backward: Callable[..., Any]  # backward(upstream, *arguments)
    arguments: Callable[[int, int, int, Draw], tuple[Any, ...]]  # (n, time, d, draw)
    forward_products: Count  # multiply-adds of its matrix products
    backward_products: Count
    forward_memory: Count  # numbers alive at once when most are, arguments included
    backward_memory: Count


DENSE = Layer(
    "dense",  # from all numbers of a sequence to all numbers of the next layer
    linear,
    linear_backward,
    lambda n, time, d, draw: (
        draw((n, time * d)),
        draw((time * d, time * d)),
        draw((time * d,)),
    ),
    forward_products=lambda n, time, d: n * (time * d) ** 2,
    backward_products=lambda n, time, d: 2 * n * (time * d) ** 2,
    forward_memory=lambda n, time, d: (time * d) ** 2 + 2 * n * time * d,
    backward_memory=lambda n, time, d: 2 * (time * d) ** 2 + 3 * n * time * d,
)
CONVOLUTION = Layer(
    "convolution",  # of three neighbors in time, without padding
    lambda x, w, b: conv2d(x, w, b, 1, 0),
    lambda upstream, x, w, b: conv2d_backward(upstream, x, w, b, 1, 0),
    lambda n, time, d, draw: (draw((n, d, 1, time)), draw((d, d, 1, KERNEL)), draw((d,))),
    forward_products=lambda n, time, d: n * (time - KERNEL + 1) * KERNEL * d**2,
    backward_products=lambda n, time, d: 2 * n * (time - KERNEL + 1) * KERNEL * d**2,
    # x, x in its border, the windows and the result
    forward_memory=lambda n, time, d: (3 + KERNEL) * n * time * d + KERNEL * d**2,
    # x, upstream, with their borders x and dx; what one entry of the kernel passes on, and the one before
    backward_memory=lambda n, time, d: 6 * n * time * d + 2 * KERNEL * d**2,
)
RECURRENCE = Layer(
    "recurrence",
    rnn_forward,
    rnn_backward,
    lambda n, time, d, draw: (
        draw((n, time, d)),
        draw((n, d)),
        draw((d, d)),
        draw((d, d)),
        draw((d,)),
    ),
    forward_products=lambda n, time, d: 2 * n * time * d**2,
    # forward once for all states, and once more in every step
    backward_products=lambda n, time, d: (2 + 2 * 2 + 2) * n * time * d**2,
    forward_memory=lambda n, time, d: 3 * n * time * d + 2 * d**2,  # x, the states, and stacked
    backward_memory=lambda n, time, d: 4 * n * time * d + 7 * d**2,  # x, upstream, states and dx
)
ATTENTION = Layer(
    "attention",
    lambda x, parameters, mask: multi_head_attention(x, parameters, HEADS, mask),
    lambda upstream, x, parameters, mask: multi_head_attention_backward(
        upstream, x, parameters, HEADS, mask
    ),
    lambda n, time, d, draw: (
        draw((n, time, d)),
        [(draw((d, d)), draw((d,))) for _ in range(4)],
        causal_mask(time),
    ),
    # four projections; scores and mixture
    forward_products=lambda n, time, d: 4 * n * time * d**2 + 2 * n * time**2 * d,
    # of these twice as many, and once more three projections, and twice scores and mixture
    backward_products=lambda n, time, d: 11 * n * time * d**2 + 8 * n * time**2 * d,
    # scores, scores less the largest, their exponentials; x, queries, keys, values
    forward_memory=lambda n, time, d: 3 * n * HEADS * time**2 + 4 * n * time * d + 4 * d**2,
    # weights twice, their gradient, that of the scores and of the products; x, upstream and seven more
    backward_memory=lambda n, time, d: 5 * n * HEADS * time**2 + 9 * n * time * d + 5 * d**2,
)
LAYERS = (DENSE, CONVOLUTION, RECURRENCE, ATTENTION)


def normal(shape: tuple[int, ...]) -> np.ndarray:
    """Return an array of small normal numbers, float32, the same every time."""
    return 0.1 * np.random.default_rng(0).standard_normal(shape, dtype=np.float32)


def seconds_of(call: Callable[[], Any], repeats: int) -> list[float]:
    """Return how long a call takes, several times, after one that is not counted."""
    call()
    taken = []
    for _ in range(repeats):
        start = perf_counter()
        call()
        taken.append(perf_counter() - start)
    return taken


def peak_bytes(make: Callable[[], Callable[[], Any]]) -> int:
    """Return the bytes alive at once when most are, in ``make()()``, with what ``make`` has made.

    Python's allocator knows of NumPy's arrays, so `tracemalloc` sees them.
    """
    tracemalloc.start()
    try:
        call = make()
        tracemalloc.reset_peak()
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def calls(layer: Layer, n: int, time: int, d: int) -> tuple[Callable[[], Any], Callable[[], Any]]:
    """Return the layer's forward and backward pass, ready to be called without an argument."""
    arguments = layer.arguments(n, time, d, normal)
    upstream = layer.forward(*arguments)  # shaped as it should be
    return lambda: layer.forward(*arguments), lambda: layer.backward(upstream, *arguments)


class Counted(float):
    """A number that counts the multiplications of all its kind, in ``Counted.products``."""

    products = 0

    def __mul__(self, other: Any) -> "Counted":
        Counted.products += 1
        return Counted(float(self) * float(other))

    __rmul__ = __mul__

    def exp(self) -> "Counted":
        return Counted(math.exp(self))

    def tanh(self) -> "Counted":
        return Counted(math.tanh(self))


def _stay_counted(name: str) -> Callable[..., Counted]:
    plain = getattr(float, name)
    return lambda *operands: Counted(plain(*map(float, operands)))


for _name in "add radd sub rsub truediv rtruediv pow neg".split():
    setattr(Counted, f"__{_name}__", _stay_counted(f"__{_name}__"))


def count_products(layer: Layer, n: int, time: int, d: int) -> tuple[int, int]:
    """Run a small layer on numbers that count; return its multiplications forward and backward.

    Products of arrays entry by entry are among them; the formulas leave those out.
    """

    def draw(shape: tuple[int, ...]) -> np.ndarray:
        return np.vectorize(Counted, otypes=[object])(normal(shape))

    arguments = layer.arguments(n, time, d, draw)
    Counted.products = 0
    out = layer.forward(*arguments)
    forward = Counted.products
    layer.backward(out, *arguments)
    return forward, Counted.products - forward


@dataclass(frozen=True)
class Cost:
    """What one pass of a layer took: the median of seconds, and the most bytes alive at once."""

    time: int
    seconds: float
    bytes: int


def measure(
    layer: Layer, n: int, times: Sequence[int], d: int, repeats: int = 5
) -> tuple[list[Cost], list[Cost]]:
    """Return the costs of the forward and of the backward pass, for each length of the sequence."""
    costs: tuple[list[Cost], list[Cost]] = ([], [])
    for time in times:
        for backward, found in enumerate(costs):
            seconds = statistics.median(seconds_of(calls(layer, n, time, d)[backward], repeats))
            peak = peak_bytes(lambda: calls(layer, n, time, d)[backward])  # noqa: B023
            found.append(Cost(time, seconds, peak))
    return costs


def product_rate(size: int = 512, repeats: int = 30) -> float:
    """Return how many multiply-adds a second a product of two square float32 matrices makes here.

    The best of several: what else runs on the machine can only make it slower.
    """
    a = normal((size, size))
    return size**3 / min(seconds_of(lambda: a @ a, repeats))
