"""torch's own samples of its own operators: right gradients by its autograd, wrong ones scaled.

torch's test code needs the package ``expecttest``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch

from autograder.gradients import check_gradient

MOST_NUMBERS = 150  # in all inputs of a sample
SAMPLES = 3  # of each operator


def floating_outputs(result: Any) -> list[torch.Tensor]:
    items = result if isinstance(result, list | tuple) else [result]
    found = [item for item in items if isinstance(item, torch.Tensor)]
    return [item for item in found if item.dtype == torch.float64 and item.requires_grad]


def samples() -> Iterator[tuple[str, Callable[..., list[torch.Tensor]], list[torch.Tensor]]]:
    """(name, function of the differentiable inputs, those inputs)"""
    from torch.testing._internal.common_methods_invocations import op_db

    for op in op_db:
        if torch.float64 not in op.dtypes or not op.supports_autograd:
            continue
        taken = 0
        torch.manual_seed(0)
        try:
            drawn = op.sample_inputs("cpu", torch.float64, requires_grad=True)
            for sample in drawn:
                found = _prepare(op, sample)
                if found is not None:
                    yield (op.formatted_name, *found)
                    taken += 1
                if taken == SAMPLES:
                    break
        except Exception:
            continue


def _prepare(op: Any, sample: Any) -> Any:
    """The sample as a function of its differentiable inputs, or None if it is no case for us."""
    leaves, spec = torch.utils._pytree.tree_flatten((sample.input, sample.args, sample.kwargs))
    live = [
        i for i, leaf in enumerate(leaves)
        if isinstance(leaf, torch.Tensor) and leaf.requires_grad and leaf.dtype == torch.float64
        and leaf.layout == torch.strided
    ]  # fmt: skip
    if not live or not 0 < sum(leaves[i].numel() for i in live) <= MOST_NUMBERS:
        return None

    def f(*tensors: torch.Tensor) -> list[torch.Tensor]:
        filled = list(leaves)
        for i, tensor in zip(live, tensors, strict=True):
            filled[i] = tensor
        first, args, kwargs = torch.utils._pytree.tree_unflatten(filled, spec)
        torch.manual_seed(0)
        result = op(first, *args, **kwargs)
        return floating_outputs(sample.output_process_fn_grad(result))

    tensors = [leaves[i].detach().clone().requires_grad_() for i in live]
    outputs = f(*tensors)
    if not outputs or not all(torch.isfinite(out).all() for out in outputs):
        return None
    return f, tensors


def scaled_function(f: Callable[..., Any], factor: float) -> Callable[..., Any]:
    """The same function, its gradient multiplied by a factor."""

    class Scale(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: torch.Tensor) -> torch.Tensor:
            return x.clone()

        @staticmethod
        def backward(ctx: Any, g: torch.Tensor) -> torch.Tensor:
            return g * factor

    return lambda *tensors: tuple(Scale.apply(out) for out in f(*tensors))


def ours(f: Callable[..., Any], tensors: list[torch.Tensor]) -> str:
    """The verdict of `check_gradient` on torch's own gradient."""

    def forward(*arrays: np.ndarray) -> tuple[np.ndarray, ...]:
        inputs = [torch.from_numpy(np.array(a)).requires_grad_() for a in arrays]
        return tuple(out.detach().resolve_conj().numpy().copy() for out in f(*inputs))

    def backward(upstream: tuple[np.ndarray, ...], *arrays: np.ndarray) -> list[np.ndarray]:
        inputs = [torch.from_numpy(np.array(a)).requires_grad_() for a in arrays]
        outputs = f(*inputs)
        above = [torch.from_numpy(u) for u in upstream]
        found = torch.autograd.grad(outputs, inputs, above, allow_unused=True)
        return [
            np.zeros(a.shape) if g is None else g.to_dense().numpy()
            for g, a in zip(found, arrays, strict=True)
        ]

    return check_gradient(forward, backward, *[t.detach().numpy() for t in tensors]).verdict


def gradcheck(f: Callable[..., Any], tensors: list[torch.Tensor], fast: bool) -> str:
    inputs = [t.detach().clone().requires_grad_() for t in tensors]
    accepted = torch.autograd.gradcheck(
        lambda *xs: tuple(f(*xs)), inputs, raise_exception=False, check_undefined_grad=False,
        fast_mode=fast,
    )  # fmt: skip
    return "right" if accepted else "wrong"


def compare(limit: int | None = None) -> tuple[dict[str, Counter[str]], list[str], int]:
    """Verdicts by checker and gradient, the samples on which we and torch disagree, and the number
    of operators."""
    table: dict[str, Counter[str]] = {}
    disagreements, operators = [], set()
    for count, (name, f, tensors) in enumerate(samples()):
        if limit is not None and count >= limit:
            break
        operators.add(name)
        for gradient, factor in (("right", 1.0), ("scaled by 1 + 1e-5", 1 + 1e-5)):
            function = f if factor == 1 else scaled_function(f, factor)
            if factor != 1 and not _matters(f, tensors):
                continue
            verdicts = {}
            for checker, run in (
                ("autograder", lambda g=function, t=tensors: ours(g, t)),
                ("torch slow", lambda g=function, t=tensors: gradcheck(g, t, False)),
                ("torch fast", lambda g=function, t=tensors: gradcheck(g, t, True)),
            ):
                try:
                    verdicts[checker] = run()
                except Exception as error:
                    verdicts[checker] = f"error {type(error).__name__}"
                table.setdefault(f"{checker} · {gradient}", Counter())[verdicts[checker]] += 1
            wanted = "right" if factor == 1 else "wrong"
            if verdicts["autograder"] != wanted:
                shapes = [tuple(t.shape) for t in tensors]
                disagreements.append(f"{name} {shapes} {gradient}: {verdicts}")
    return table, disagreements, len(operators)


def _matters(f: Callable[..., Any], tensors: list[torch.Tensor]) -> bool:
    """Whether the gradient is not zero, so that scaling it changes it."""
    outputs = f(*tensors)
    above = [torch.ones_like(out) + torch.rand_like(out) for out in outputs]
    found = torch.autograd.grad(outputs, tensors, above, allow_unused=True)
    return any(g is not None and float(g.to_dense().norm()) > 1e-8 for g in found)
