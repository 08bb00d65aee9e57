"""The corpus: pairs of a function and a gradient, right or wrong in a known way. Seeded.

``pairs(count, seed)`` walks through the families in turn. Seeds below 1000 are for tuning the checker;
what the benchmark reports comes from others (`REPORT_SEED`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.gradients import tape
from benchmarks.gradients.families import FAMILIES, PROFILES, Draw

TUNING_SEED = 1
REPORT_SEED = 20_260

Tree = Any


@dataclass(frozen=True)
class Pair:
    """A function, the arguments and upstream gradient to check at, and its right gradient.

    ``held`` are the positions of arguments that are not differentiated. ``on_kink`` says that some
    piecewise operation sits exactly on its joint. ``as_arrays`` says how the gradient is to be given.
    """

    family: str
    profile: str
    f: Callable[..., Any]
    args: tuple[Any, ...]
    upstream: Any  # None where f returns one number
    backward: Callable[
        ..., Any
    ]  # (upstream, *args) -> one gradient for each differentiable argument
    right: tuple[Any, ...]
    on_kink: bool
    as_arrays: bool
    seed: int

    def gradient(self, change: Callable[[list[np.ndarray]], list[np.ndarray]] | None = None) -> Any:
        """The gradient as a checker takes it, changed in the given way."""

        def changed(found: Tree) -> Tree:
            return found if change is None else unflatten(found, change(flatten(found)))

        if self.as_arrays:
            return changed(self.right)
        if self.upstream is None:
            return lambda *args: changed(self.backward(1.0, *args))
        return lambda upstream, *args: changed(self.backward(upstream, *args))


def flatten(tree: Tree) -> list[np.ndarray]:
    if isinstance(tree, list | tuple):
        return [leaf for item in tree for leaf in flatten(item)]
    return [tree]


def unflatten(tree: Tree, leaves: list[np.ndarray]) -> Tree:
    rest = iter(leaves)

    def build(item: Tree) -> Tree:
        return type(item)(build(i) for i in item) if isinstance(item, list | tuple) else next(rest)

    return build(tree)


def _is_live(leaf: Any) -> bool:
    return isinstance(leaf, np.ndarray) and leaf.dtype.kind == "f"


def backward_of(f: Callable[..., Any]) -> Callable[..., Any]:
    """The course's backward function of ``f``, by the tape."""

    def backward(upstream: Any, *args: Any) -> Any:
        leaves = flatten(list(args))
        nodes = [tape.Node(leaf) if _is_live(leaf) else leaf for leaf in leaves]
        with np.errstate(all="ignore"):
            result = f(*unflatten(list(args), nodes))
            outputs = result if isinstance(result, tuple) else (result,)
            above = upstream if isinstance(upstream, tuple) else (upstream,)
            live = [node for node in nodes if isinstance(node, tape.Node)]
            found = iter(tape.gradients(outputs, above, live))
        back = [next(found) if isinstance(node, tape.Node) else None for node in nodes]
        tree = unflatten(list(args), back)
        return tuple(item for item in tree if item is not None)

    return backward


def make_pair(family: str, profile: str, seed: int) -> Pair | None:
    """One pair, or None if the function is not finite there."""
    rng = np.random.default_rng([seed, list(FAMILIES).index(family)])
    with np.errstate(all="ignore"):
        f, args = FAMILIES[family](Draw(rng, profile))
        result = f(*args)
        outputs = result if isinstance(result, tuple) else (result,)
        above = tuple(
            rng.uniform(0.5, 1.5, np.shape(o)) * rng.choice([-1, 1], np.shape(o)) for o in outputs
        )
        scalar = not isinstance(result, tuple) and np.ndim(result) == 0
        upstream = None if scalar else above if isinstance(result, tuple) else above[0]
        backward = backward_of(f)
        tape.Kinks.met = 0
        right = backward(1.0 if scalar else upstream, *args)
    finite = all(np.isfinite(a).all() for a in (*outputs, *flatten(right)))
    if not finite:
        return None
    return Pair(
        family,
        profile,
        f,
        args,
        upstream,
        backward,
        right,
        tape.Kinks.met > 0,
        rng.random() < 0.2,
        seed,
    )


def pairs(count: int, seed: int) -> Iterator[Pair]:
    """The first ``count`` pairs of a seed, all families in turn."""
    rng = np.random.default_rng(seed)
    names, profiles = list(FAMILIES), list(PROFILES)
    made = turn = 0
    while made < count:
        profile = str(rng.choice(profiles, p=list(PROFILES.values())))
        pair = make_pair(names[turn % len(names)], profile, int(rng.integers(1 << 60)))
        turn += 1
        if pair is not None:
            made += 1
            yield pair


# --- wrong gradients ---------------------------------------------------------------------------------
# Each takes the pair and a generator, and returns how to change a list of gradients, or None where the
# mistake would change nothing.

Change = Callable[[list[np.ndarray]], list[np.ndarray]]
VISIBLE = (
    1e-9  # a block smaller than this beside the whole gradient is none that anyone could check
)


def _blocks(pair: Pair) -> list[int]:
    """Blocks whose gradient is worth changing."""
    norms = [float(np.linalg.norm(g)) for g in flatten(pair.right)]
    return [k for k, n in enumerate(norms) if n > VISIBLE * max(norms) and n > 0]


def _one_block(pair: Pair, rng: np.random.Generator, change: Callable[[np.ndarray], np.ndarray]):
    candidates = _blocks(pair)
    if not candidates:
        return None
    k = int(rng.choice(candidates))

    def changed(found: list[np.ndarray]) -> list[np.ndarray]:
        return [change(g) if i == k else g for i, g in enumerate(found)]

    before = flatten(pair.right)[k]
    if np.linalg.norm(change(before) - before) < 1e-6 * np.linalg.norm(before):
        return None
    return changed


def scaled(factor: float):
    return lambda pair, rng: _one_block(pair, rng, lambda g: g * factor)


def missing_mean(pair: Pair, rng: np.random.Generator) -> Change | None:
    n = len(flatten(list(pair.args))[0]) if np.ndim(flatten(list(pair.args))[0]) else 1
    return _one_block(pair, rng, lambda g: g * n) if n > 1 else None


def transposed(pair: Pair, rng: np.random.Generator) -> Change | None:
    square = [
        k for k in _blocks(pair)
        if (g := flatten(pair.right)[k]).ndim == 2 and g.shape[0] == g.shape[1]
        and np.linalg.norm(g - g.T) > 1e-6 * np.linalg.norm(g)
    ]  # fmt: skip
    if not square:
        return None
    k = int(rng.choice(square))
    return lambda found: [g.T if i == k else g for i, g in enumerate(found)]


def shuffled(pair: Pair, rng: np.random.Generator) -> Change | None:
    candidates = _blocks(pair)
    if not candidates:
        return None
    k = int(rng.choice(candidates))
    before = flatten(pair.right)[k]
    order = rng.permutation(before.size)

    def change(g: np.ndarray) -> np.ndarray:
        return g.reshape(-1)[order].reshape(g.shape)

    if np.linalg.norm(change(before) - before) < 1e-6 * np.linalg.norm(before):
        return None
    return lambda found: [change(g) if i == k else g for i, g in enumerate(found)]


def missing_l2(pair: Pair, rng: np.random.Generator) -> Change | None:
    """The gradient of ``strength / 2 * sum(w**2)`` is left out."""
    if 1e-4 not in [a for a in pair.args if isinstance(a, float)]:
        return None
    position = {"ridge_regression": 1}.get(pair.family, 1)
    w, g = pair.args[position], pair.right[position]
    if np.linalg.norm(1e-4 * w) < 1e-6 * np.linalg.norm(g) or not w.any():
        return None
    return lambda found: [h - 1e-4 * w if i == position else h for i, h in enumerate(found)]


def one_entry(relative: float):
    """One entry of at least 1 % of its block's norm is off. ``change.entry`` says which."""

    def make(pair: Pair, rng: np.random.Generator) -> Change | None:
        candidates = _blocks(pair)
        if not candidates:
            return None
        k = int(rng.choice(candidates))
        g = flatten(pair.right)[k]
        large = np.flatnonzero(np.abs(g) >= 0.01 * np.linalg.norm(g))
        entry = int(rng.choice(large))

        def change(found: list[np.ndarray]) -> list[np.ndarray]:
            found = list(found)
            found[k] = found[k].copy()
            found[k].reshape(-1)[entry] *= 1 + relative
            return found

        change.entry = (k, tuple(int(i) for i in np.unravel_index(entry, g.shape)))  # type: ignore[attr-defined]
        return change

    return make


MISTAKES: dict[str, Callable[[Pair, np.random.Generator], Change | None]] = {
    "scaled by 1 + 1e-3": scaled(1 + 1e-3),
    "scaled by 1 + 1e-4": scaled(1 + 1e-4),
    "sign": scaled(-1.0),
    "missing 1/N": missing_mean,
    "transposed": transposed,
    "shuffled": shuffled,
    "missing L2": missing_l2,
    "one entry off by 1 %": one_entry(1e-2),
    "one entry off by 1e-6": one_entry(1e-6),
}
