"""A forward function that an exercise of `recurrent` differentiates and that is no exercise."""

from __future__ import annotations

import numpy as np

from solutions.loss import cross_entropy
from solutions.recurrent import rnn_forward


def char_lm_loss(
    parameters: tuple[np.ndarray, ...],
    inputs: np.ndarray,
    targets: np.ndarray,
    h0: np.ndarray,
) -> float:
    """The mean cross-entropy, in nats, of a recurrent model of characters."""
    embedding, w_x, w_h, b, w_out, b_out = parameters
    states, _ = rnn_forward(embedding[inputs], h0, w_x, w_h, b)
    logits = states @ w_out + b_out
    return cross_entropy(logits.reshape(-1, logits.shape[2]), targets.reshape(-1))
