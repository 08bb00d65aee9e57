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

Table = dict[tuple[str, str], Counter[str]]  # (checker, gradient given) -> verdicts


def floating_outputs(result: Any) -> list[torch.Tensor]:
    items = result if isinstance(result, list | tuple) else [result]
    found = [item for item in items if isinstance(item, torch.Tensor)]
    return [item for item in found if item.dtype == torch.float64 and item.requires_grad]


def samples(
    every: slice,
) -> Iterator[tuple[str, Callable[..., list[torch.Tensor]], list[torch.Tensor]]]:
    """(name, function of the differentiable inputs, those inputs) of some of the operators"""
    from torch.testing._internal.common_methods_invocations import op_db

    for op in op_db[every]:
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
        # An operator that reads half of a symmetric matrix is wrapped as torch wraps it for gradcheck.
        result = op.gradcheck_wrapper(op.get_op(), first, *args, **kwargs)
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


def shifted_function(f: Callable[..., Any], by: float) -> Callable[..., Any]:
    """The same function, a number added to its gradient: what is added is always zero."""

    def shifted(*tensors: torch.Tensor) -> tuple[torch.Tensor, ...]:
        zero = sum((x - x.detach()).sum() for x in tensors)
        return tuple(out + by * zero for out in f(*tensors))

    return shifted


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


def compare(every: slice) -> tuple[Table, list[str], set[str]]:
    """Verdicts by checker and gradient, the samples on which we and torch disagree, and the names
    of the operators."""
    table: Table = {}
    disagreements, operators = [], set()
    for name, f, tensors in samples(every):
        operators.add(name)
        for gradient, factor in (("right", 1.0), ("scaled by 1 + 1e-5", 1 + 1e-5)):
            function = f if factor == 1 else scaled_function(f, factor)
            if factor != 1 and not gradient_norm(f, tensors) > 1e-8:  # scaling must change it
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
                table.setdefault((checker, gradient), Counter())[verdicts[checker]] += 1
            if verdicts["autograder"] != ("right" if factor == 1 else "wrong"):
                disagreements.append(_describe(name, f, tensors, gradient, verdicts))
    return table, disagreements, operators


def _describe(
    name: str, f: Callable[..., Any], tensors: list[torch.Tensor], gradient: str, verdicts: Any
) -> str:
    """Who said what; and where the gradient is zero, what torch says of another one."""
    shapes = ", ".join(str(tuple(t.shape)) for t in tensors)
    said = ", ".join(f"{checker}: {verdict}" for checker, verdict in verdicts.items())
    text = f"{name} {shapes}, gradient {gradient}: {said}."
    norm = gradient_norm(f, tensors)
    if norm < 1e-8:
        shifted = gradcheck(shifted_function(f, 1e-6), tensors, False)
        text += (
            f" The norm of the gradient is {norm:.0e}; 1e-6 for every entry is {shifted} to torch."
        )
    return text


def gradient_norm(f: Callable[..., Any], tensors: list[torch.Tensor]) -> float:
    """Norm of torch's gradient, for some upstream gradient."""
    outputs = f(*tensors)
    above = [torch.ones_like(out) + torch.rand_like(out) for out in outputs]
    found = torch.autograd.grad(outputs, tensors, above, allow_unused=True)
    return max([float(g.to_dense().norm()) for g in found if g is not None], default=0.0)
