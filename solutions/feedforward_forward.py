"""The forward pass whose gradient the exercises of `feedforward` are about; students write none of it."""

from __future__ import annotations

import numpy as np


def mlp_regression_loss(parameters, x, target):
    """The mean squared error of a fully connected network with one output."""
    for layer, (w, b) in enumerate(parameters):
        x = (np.maximum(x, 0) if layer else x) @ w + b
    return ((x[:, 0] - target) ** 2).mean()
