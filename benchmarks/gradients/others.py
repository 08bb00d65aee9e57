"""What users would pick instead: the other gradient checkers, each on the same pair."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numdifftools
import numpy as np
import torch

from benchmarks.gradients.corpus import Change, Pair, flatten, unflatten


def as_torch(pair: Pair, change: Change | None) -> tuple[Callable[..., Any], list[torch.Tensor]]:
    """The pair as a custom autograd function whose backward is the claimed gradient."""
    leaves = flatten(list(pair.args))
    live = [
        i
        for i, leaf in enumerate(leaves)
        if isinstance(leaf, np.ndarray) and leaf.dtype.kind == "f"
    ]

    def arguments(arrays: Any) -> list[Any]:
        filled = list(leaves)
        for i, array in zip(live, arrays, strict=True):
            filled[i] = array
        return unflatten(list(pair.args), filled)

    class Claimed(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, *tensors: torch.Tensor) -> Any:
            ctx.save_for_backward(*tensors)
            result = pair.f(*arguments([t.detach().numpy() for t in tensors]))
            if isinstance(result, tuple):
                return tuple(torch.from_numpy(np.array(out, dtype=float)) for out in result)
            return torch.from_numpy(np.array(result, dtype=float))

        @staticmethod
        def backward(ctx: Any, *above: torch.Tensor) -> Any:
            upstream = tuple(g.numpy() for g in above)
            args = arguments([t.detach().numpy() for t in ctx.saved_tensors])
            many = isinstance(pair.upstream, tuple)
            found = flatten(pair.backward(upstream if many else upstream[0], *args))
            return tuple(
                torch.from_numpy(np.array(g)) for g in (change(found) if change else found)
            )

    tensors = [torch.tensor(leaves[i], requires_grad=True) for i in live]
    return Claimed.apply, tensors


def torch_gradcheck(**options: Any) -> Callable[[Pair, Change | None], bool]:
    def check(pair: Pair, change: Change | None) -> bool:
        f, tensors = as_torch(pair, change)
        return torch.autograd.gradcheck(
            f, tensors, raise_exception=False, check_undefined_grad=False, **options
        )

    return check


def _numerical(pair: Pair, h: float) -> list[np.ndarray]:
    """The gradient by central differences with one step, entry by entry: the CS231n recipe."""
    leaves = [np.array(a) if isinstance(a, np.ndarray) else a for a in flatten(list(pair.args))]
    found = []
    for leaf in leaves:
        if not (isinstance(leaf, np.ndarray) and leaf.dtype.kind == "f"):
            continue
        g, flat = np.zeros(leaf.shape), leaf.reshape(-1)
        for i in range(leaf.size):
            kept = flat[i]
            flat[i] = kept + h
            ahead = _phi(pair, leaves)
            flat[i] = kept - h
            behind = _phi(pair, leaves)
            flat[i] = kept
            g.reshape(-1)[i] = (ahead - behind) / (2 * h)
        found.append(g)
    return found


def _phi(pair: Pair, leaves: list[Any]) -> float:
    result = pair.f(*unflatten(list(pair.args), leaves))
    if pair.upstream is None:
        return float(result)
    many = isinstance(pair.upstream, tuple)
    above, outputs = (pair.upstream, result) if many else ((pair.upstream,), (result,))
    return float(sum((u * out).sum() for u, out in zip(above, outputs, strict=True)))


def _claimed(pair: Pair, change: Change | None) -> list[np.ndarray]:
    right = flatten(pair.right)
    return change(right) if change else right


def cs231n(limit: float) -> Callable[[Pair, Change | None], bool]:
    """``grad_check`` of CS231n's assignments: h = 1e-5, the largest relative error below a limit."""

    def check(pair: Pair, change: Change | None) -> bool:
        for g, numeric in zip(_claimed(pair, change), _numerical(pair, 1e-5), strict=True):
            relative = np.abs(g - numeric) / np.maximum(1e-8, np.abs(g) + np.abs(numeric))
            if not np.max(relative, initial=0.0) < limit:
                return False
        return True

    return check


def numdifftools_gradient(pair: Pair, change: Change | None) -> bool:
    """numdifftools' Gradient, accepted within ten of its own error bars or 1e-6 of the norm."""
    leaves = flatten(list(pair.args))
    live = [
        i
        for i, leaf in enumerate(leaves)
        if isinstance(leaf, np.ndarray) and leaf.dtype.kind == "f"
    ]
    claimed = _claimed(pair, change)
    for i, g in zip(live, claimed, strict=True):
        if leaves[i].size == 0:
            continue

        def phi(flat: np.ndarray, i: int = i) -> float:
            moved = list(leaves)
            moved[i] = flat.reshape(leaves[i].shape)
            return _phi(pair, moved)

        gradient = numdifftools.Gradient(phi, full_output=True)
        found = gradient(leaves[i].reshape(-1))
        slack = 10 * np.abs(np.ravel(found.error_estimate)) + 1e-6 * np.linalg.norm(g)
        if not (np.abs(np.ravel(found.estimate) - g.reshape(-1)) <= slack).all():
            return False
    return True


CHECKERS: dict[str, Callable[[Pair, Change | None], bool]] = {
    "torch slow": torch_gradcheck(),
    "torch fast": torch_gradcheck(fast_mode=True),
    "torch tight": torch_gradcheck(eps=1e-6, atol=1e-8, rtol=1e-6),
    "CS231n 1e-5": cs231n(1e-5),
    "CS231n 1e-7": cs231n(1e-7),
}
