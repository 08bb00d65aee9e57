"""What models of characters share, whatever is in them: their loss, AdamW, windows of text, bits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Array = np.ndarray
Parameters = dict[str, Array]


def cross_entropy(logits: Array, targets: Array) -> tuple[Array, Array]:
    """The loss of each character in nats, (n, time), and the softmax's log-probabilities."""
    log_p = logits - logits.max(axis=-1, keepdims=True)
    log_p -= np.log(np.exp(log_p).sum(axis=-1, keepdims=True))
    return -np.take_along_axis(log_p, targets[..., None], axis=-1)[..., 0], log_p


@dataclass
class Training:
    """A model on its way: AdamW's state beside the parameters, all changed in place."""

    p: Parameters
    mean: Parameters
    square: Parameters
    step: int = 0

    @classmethod
    def of(cls, p: Parameters) -> Training:
        def zeros() -> Parameters:
            return {name: np.zeros_like(w) for name, w in p.items()}

        return cls(p, zeros(), zeros())

    def update(self, g: Parameters, rate: float, decay: float = 0.1) -> None:
        """One step of AdamW (beta 0.9 and 0.99), after clipping the gradients to norm 1."""
        self.step += 1
        norm = sum(float(np.vdot(each, each)) for each in g.values()) ** 0.5
        shrink = min(1.0, 1 / (norm + 1e-12))
        for name, w in self.p.items():
            each = g[name] * w.dtype.type(shrink)
            mean, square = self.mean[name], self.square[name]
            mean += (each - mean) * w.dtype.type(0.1)
            each *= each
            square += (each - square) * w.dtype.type(0.01)
            if w.ndim == 2:
                w *= w.dtype.type(1 - rate * decay)
            root = np.sqrt(square / w.dtype.type(1 - 0.99**self.step)) + w.dtype.type(1e-8)
            w -= mean / root * w.dtype.type(rate / (1 - 0.9**self.step))


def windows(codes: Array, n: int, time: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Draw ``n`` windows of a text: what is read, and what follows each character."""
    at = rng.integers(len(codes) - time, size=(n, 1)) + np.arange(time + 1)
    return codes[at[:, :-1]], codes[at[:, 1:]]


def bits_per_character(
    read: Callable[[Array], Array], codes: Array, context: int, every: int = 1
) -> Array:
    """Bits that each character of a text costs, where half a context or more stands before it.

    Windows as long as the context begin at every half of it; of each, the second half counts.

    Parameters
    ----------
    read : turns (n, context) characters into (n, context, classes) logits of what follows each
    codes : (length,) array of int   a text
    context : length of a window
    every : take only every so-manyth window

    Returns
    -------
    (windows, context // 2) array
    """
    at = np.arange(0, len(codes) - context, context // 2)[::every, None] + np.arange(context + 1)
    bits = []
    for rows in np.array_split(at, max(1, len(at) // 8)):
        window = codes[rows]
        losses, _ = cross_entropy(read(window[:, :-1]), window[:, 1:])
        bits.append(losses[:, -(context // 2) :] / np.log(2))
    return np.concatenate(bits)
