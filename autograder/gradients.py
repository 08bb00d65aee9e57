"""Check a gradient without knowing the answer.  NumPy only.

You wrote a function and, by hand, its gradient. Is the gradient right? `check_gradient` answers
*right*, *wrong* or *cannot tell*, and shows the evidence. The whole method is one idea:

**Look at f along a line.** Move all entries of ``x`` at once, in a random direction ``v``. What is left
is a function of one number, ``phi(t) = f(x + t v)``, and by the chain rule its slope at 0 is ``g · v``
if ``g`` is the gradient. Measure that slope and compare. One random direction sees an error in any
entry, so that a gradient of a million entries costs no more evaluations than one of three.

1. *Quickly* (`Probe.agrees`). Central differences at three steps, extrapolated to step 0 (Richardson
   1911), agree with a right gradient to nine digits: six evaluations.
2. *Carefully* (`slopes`), only if they do not. Smaller and smaller steps tell apart what can be the
   reason: the error of the estimate falls until rounding takes over, which gives an **error bar** that
   is measured and not assumed (Ridders 1982; Moré & Wild 2011); the slopes to the left and to the right
   may differ, a **kink**, where every number between them is a valid subgradient (Clarke 1983); or
   ``phi(t)`` does not return to ``phi(0)``, a **jump**, and there is no gradient to check.
3. *At a kink* the interval of valid slopes may hide an error. If the gradient is a function, step a
   little off the kink and check there, where nothing is hidden.
4. *If it is wrong* (`search`), halve the set of entries again and again to find those to blame.

Never is a gradient called right if rounding would hide an error larger than the tolerance asked for.
Complex steps are not used: they are silently wrong for abs, norms and variances.

References
----------
L. F. Richardson, The approximate arithmetical solution by finite differences (1911).
C. J. F. Ridders, Accurate computation of F'(x) and F'(x)F''(x), Adv. Eng. Software 4 (1982).
J. J. Moré and S. M. Wild, Estimating computational noise, SIAM J. Sci. Comput. 33 (2011).
F. H. Clarke, Optimization and Nonsmooth Analysis (1983).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from autograder.gradient_arguments import (
    Array,
    Path,
    Point,
    argument_names,
    differentiable_paths,
    path_name,
    random_weights,
    scale_of,
    typical_exponent,
)
from autograder.gradient_claims import Claims, match_claims
from autograder.gradient_estimate import Estimate, given_upstream, numerical_gradient
from autograder.gradient_report import Block, Entry, Line, Report, Verdict
from autograder.gradient_search import (
    LOST,
    Finding,
    Probe,
    Task,
    direction_of,
    search,
)

__all__ = ["Block", "Entry", "Estimate", "Line", "Report", "check_gradient", "numerical_gradient"]

ROUNDING = 1e-10  # what a right float64 gradient may be off by, relative to the norm of its block
COARSEST = 1e-5  # an error of this size, relative to the norm, must be visible to say "right"
BUDGET = 900  # evaluations to find the entries to blame
SADDLE = 2.0**-3  # how far to step off a point where f does not respond at all
OFF_KINK = 2.0**-10  # how far to step off a kink, relative to the scale of each entry


def check_gradient(
    f: Callable[..., Any],
    gradient: Any,
    *args: Any,
    upstream: Any = None,
    wrt: Sequence[int] | None = None,
    tolerance: float | None = None,
    directions: int = 2,
    seed: int = 0,
) -> Report:
    """Is ``gradient`` the gradient of ``f`` at ``args``?

    Parameters
    ----------
    f : returns a number, an array, or a tuple of arrays
    gradient : a function, or the gradients themselves.

        - ``gradient(*args)`` if ``f`` returns one number and no ``upstream`` is given;
        - ``gradient(upstream, *args)`` otherwise, the course's ``f_backward``. ``upstream`` is shaped
          like what ``f`` returns, a tuple of arrays if that is a tuple.

        Its value is one array for each differentiable argument, in argument order (or one for each
        argument, None where there is none), in the same structure if an argument is a list of arrays.
    args : floating arrays, or lists of them, are differentiated; everything else is held fixed. A plain
        number is differentiated only where there is no array at all, or where ``wrt`` names it
    upstream : gradient of the loss with respect to what ``f`` returns; random by default. Needed
        where ``gradient`` is given as arrays and ``f`` returns arrays
    wrt : numbers of the arguments to differentiate; default: all that hold floating arrays
    tolerance : relative error, in units of the norm of each array's gradient, that is accepted, and that
        must be visible before "right" is said. Default: accept what rounding explains (1e-9), insist
        that 1e-5 would be seen
    directions : number of random directions for each array
    seed : of the random directions and the upstream gradient

    Returns
    -------
    Report, true only if ``report.verdict == "right"``.

    Raises
    ------
    TypeError : complex arguments or outputs
    ValueError : ``upstream`` does not fit what ``f`` returns
    """
    with np.errstate(all="ignore"):
        paths = differentiable_paths(args, wrt)
        point = Point(f, args, paths)
        notes = ["f changes its arguments in place; it was given copies."] if point.mutates else []
        rng = np.random.default_rng(seed)

        def report(verdict: Verdict, *more: str, blocks: Sequence[Block] = ()) -> Report:
            return Report(verdict, tuple(blocks), (*notes, *more), point.evaluations, given)

        given: tuple[Array, ...] = ()
        if not paths:
            return report(
                "cannot tell", "no argument is a floating array: nothing to differentiate."
            )
        trouble = _trouble(point)
        if trouble:
            return report("cannot tell", trouble)
        plain = point.is_scalar and upstream is None
        point.upstream = given = (
            given_upstream(point, upstream)
            if upstream is not None or point.is_scalar
            else _random_upstream(point, rng)
        )
        if plain:
            point.upstream = None
        if not callable(gradient) and not plain and upstream is None:
            raise ValueError(
                "gradient is given as arrays and f returns arrays: say for which upstream gradient, "
                "upstream=..."
            )
        claimant = _claimant(gradient, point, given, plain)
        claimed = claimant(point) if claimant else gradient
        if claimant and not _same(claimed, claimant(point)):
            return report("wrong", "two calls of gradient with the same arguments differ.")

        names = argument_names(f, len(args))
        claims = match_claims(claimed, point, names, ROUNDING)
        if claims.structure:
            return report("wrong", claims.structure)
        judge = _Judge(point, claims, names, claimant, tolerance, directions, rng)
        blocks = [
            judge.block(path) for path in paths if path in claims.arrays or path in claims.problems
        ]
        skipped = [path_name(names, p) for p in paths if p not in claims.arrays | claims.problems]
        if skipped:
            notes.append(f"no gradient was given for {', '.join(skipped)}: not checked.")
        if point.changed(point.args):
            notes.append("f changes its arguments in place.")
        verdicts = [block.verdict for block in blocks]
        for verdict in ("wrong", "cannot tell"):
            if verdict in verdicts:
                return report(verdict, blocks=blocks)
        return report("right", blocks=blocks)


def _trouble(point: Point) -> str:
    """Why there is no point in checking at all."""
    for out in point.outputs:
        if not np.isfinite(out).all():
            return "f is not finite here: its value has NaN or inf entries."
    again = point.call(point.fresh())
    again = list(again) if isinstance(again, list | tuple) else [again]
    if any(not np.array_equal(a, b) for a, b in zip(again, point.outputs, strict=False)):
        return (
            "f is random: two calls with the same arguments differ. Freeze what it draws, for example "
            "by making a generator with a fixed seed inside f."
        )
    return ""


def _random_upstream(point: Point, rng: np.random.Generator) -> tuple[Array, ...]:
    return tuple(random_weights(rng, out.shape) for out in point.outputs)


Claimant = Callable[[Point], Any]


def _claimant(
    gradient: Any, point: Point, upstream: tuple[Array, ...], plain: bool
) -> Claimant | None:
    """The gradient as a function of the point, or None if it was given as arrays."""
    if not callable(gradient):
        return None
    if plain:
        return lambda at: gradient(*at.fresh())

    def backward(at: Point) -> Any:
        copies = tuple(u.copy() for u in upstream)
        return gradient(copies[0] if point.single else copies, *at.fresh())

    return backward


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return len(a) == len(b) and all(_same(x, y) for x, y in zip(a, b, strict=True))
    try:
        return bool(np.array_equal(a, b, equal_nan=True))
    except TypeError:
        return bool(np.array_equal(a, b))


class _Judge:
    """Comes to a verdict on each block."""

    def __init__(
        self,
        point: Point,
        claims: Claims,
        names: Sequence[str],
        claimant: Claimant | None,
        tolerance: float | None,
        directions: int,
        rng: np.random.Generator,
    ) -> None:
        self.point, self.claims, self.names, self.claimant = point, claims, names, claimant
        self.accepted = tolerance or 0.0
        self.coarsest = COARSEST if tolerance is None else tolerance
        self.directions, self.rng = directions, rng
        self.whole = max(
            (
                float(
                    np.linalg.norm(g * scale_of(point.array(p), typical_exponent(point.array(p))))
                )
                for p, g in claims.arrays.items()
            ),
            default=0.0,
        )

    def task(self, path: Path, point: Point, claimed: Array) -> Task:
        return Task(
            point, path, claimed, self.claims.rounding[path], self.coarsest, self.accepted,
            self.rng, self.whole,
        )  # fmt: skip

    def block(self, path: Path) -> Block:
        name = path_name(self.names, path)
        if path in self.claims.problems:
            return Block(name, path, "wrong", notes=(self.claims.problems[path],))
        claimed = self.claims.arrays[path]
        task = self.task(path, self.point, claimed)
        block = Block(
            name, path, "right", claimed, notes=tuple(self.claims.notes[path]), resolution=0.0
        )
        if claimed.size == 0:
            return block
        for k in range(self.directions):
            # First every entry moves in proportion to itself, then small ones as far as typical ones.
            probe = Probe(task, direction_of(task, None, typical=k % 2 == 1))
            if probe.agrees():
                block = replace(block, resolution=max(block.resolution, task.rounding))
                continue
            block = self.closely(task, probe, block)
            if block.verdict != "right" or block.kinks:
                break
        return block

    def closely(self, task: Task, probe: Probe, block: Block) -> Block:
        """The verdict along a direction in which the claim does not agree at once."""
        finding = probe.measure()
        if not finding.known or (finding.consistent and finding.resolution > self.coarsest):
            better = probe.measure(large=True)
            if better.known and not better.kink and better.line.error < finding.line.error:
                finding = better
        block = replace(block, line=finding.line)
        if not finding.known:
            return self.unknown(task, probe, finding, block)
        if finding.kink:
            return self.at_kink(task, probe, finding, block)
        if finding.consistent:
            return self.with_resolution(task, probe, finding, block)
        if self.is_lost(finding):
            return replace(block, resolution=max(block.resolution, finding.resolution))
        return self.confirm(task, block)

    def with_resolution(self, task: Task, probe: Probe, finding: Finding, block: Block) -> Block:
        resolution = max(block.resolution, finding.resolution)
        block = replace(block, resolution=resolution)
        if finding.resolution <= self.coarsest or self.is_zero(task, probe, finding):
            return block
        if self.claimant and not task.flat.any():
            near = self.near_block(task, SADDLE, 2)
            if near is not None and near.verdict == "right":
                return replace(block, resolution=near.resolution)
        return _unsure(block, _why_noisy(task, finding))

    def is_lost(self, finding: Finding) -> bool:
        """Whether both the claim and the slope are nothing beside the whole gradient."""
        line = finding.line
        sizes = (abs(line.claimed), abs(line.low), abs(line.high), finding.bar)
        return max(sizes) <= LOST * self.whole

    def is_zero(self, task: Task, probe: Probe, finding: Finding) -> bool:
        """Whether a gradient too small to be resolved may still be called right.

        It may if the block is lost in the rounding of the rest of the gradient; and where zero is
        claimed, if f ignores the argument, if the error bar is small beside how f responds to a step of
        natural size (a minimum), or if f is constant around here and jumps further away.
        """
        if self.is_lost(finding):
            return True
        if task.flat.any():
            return False
        if self.point.rise(task.path, np.full(task.x.shape, np.nan)) == 0:
            return True
        steps = np.array(sorted(probe.rises))
        rises = np.abs([probe.rises[t] for t in steps]).max(axis=1)
        natural = steps <= 1
        if finding.bar <= self.coarsest * np.max(rises[natural] / steps[natural]):
            return True
        far = (steps > QUIET) & (steps <= 16)
        return not rises[steps <= QUIET].any() and bool(
            (rises[far] > 1e6 * self.point.last_bit).any()
        )

    def unknown(self, task: Task, probe: Probe, finding: Finding, block: Block) -> Block:
        if finding.jump:
            return _unsure(block, "f jumps here: it has no gradient.")
        if finding.steep:
            return _unsure(
                block, "f is infinitely steep here, like the square root at 0: no gradient."
            )
        found = search(task, BUDGET)
        if found.wrong:
            return replace(block, verdict="wrong", worst=tuple(found.wrong))
        if found.complete and not found.unclear:
            return replace(block, kinks=found.kinks, resolution=self.coarsest)
        text = "f has no value near here"
        if self.point.failure:
            text += f" (it raised {self.point.failure})"
        return _unsure(block, text + ".")

    def confirm(self, task: Task, block: Block) -> Block:
        """A claim does not agree: find the entries to blame, or a second direction that says so too."""
        found = search(task, BUDGET)
        if found.wrong:
            return replace(block, verdict="wrong", worst=tuple(found.wrong))
        second = Probe(task, direction_of(task, None, typical=True)).measure()
        if second.known and not second.consistent and not second.kink:
            note = "wrong along random directions; no single entry stands out."
            return replace(block, verdict="wrong", line=second.line, notes=(*block.notes, note))
        return _unsure(block, "two measurements contradict each other.")

    def at_kink(self, task: Task, probe: Probe, finding: Finding, block: Block) -> Block:
        note = "a kink: any slope between the left and the right one is accepted."
        block = replace(
            block,
            kinks=1,
            resolution=max(block.resolution, task.rounding),
            notes=(*block.notes, note),
        )
        together = Probe(task, scale_of(task.x, task.exponent + 40))
        if not together.agrees():
            tied = together.measure()
            if tied.known and not tied.kink and not tied.consistent:
                return self.confirm_tie(task, tied, block)
        if self.claimant:
            return self.off_kink(task, finding, block)
        found = search(task, 5 * BUDGET)
        if found.wrong:
            return replace(block, verdict="wrong", worst=tuple(found.wrong))
        if found.complete and not found.unclear:
            return replace(block, kinks=found.kinks, resolution=task.rounding)
        return _unsure(block, "too many kinks to look at each; pass the gradient as a function.")

    def confirm_tie(self, task: Task, tied: Finding, block: Block) -> Block:
        note = "wrong when all entries move together, which leaves ties tied."
        worst = tuple(search(task, BUDGET).wrong)
        return replace(
            block, verdict="wrong", line=tied.line, worst=worst, notes=(*block.notes, note)
        )

    def off_kink(self, task: Task, finding: Finding, block: Block) -> Block:
        """Check the gradient function a little off the kink, where nothing is hidden."""
        near = self.near_block(task, OFF_KINK, 2)
        if near is None:
            return _unsure(block, "kinks so close together that no smooth point was found nearby.")
        if near.verdict == "wrong":
            return replace(block, verdict="wrong", worst=near.worst)
        block = replace(block, resolution=max(block.resolution, near.resolution))
        here = search(task, BUDGET)
        if here.wrong:
            return replace(block, verdict="wrong", worst=tuple(here.wrong))
        if finding.consistent or self.mixture(task):
            return block
        return _unsure(block, "the slope claimed at the kink is none that f has nearby.")

    def near_block(self, task: Task, distance: float, wanted: int) -> Block | None:
        """The verdict at random points nearby: wrong at one, or right at ``wanted``, or None."""
        right: list[Block] = []
        for _ in range(wanted + 4):
            point, claimed = self.nearby(task.path, distance)
            if claimed is None:
                continue
            near = self.task(task.path, point, claimed)
            block = self.smooth_block(near)
            self.point.evaluations += point.evaluations
            if block is not None and block.verdict == "wrong":
                return block
            if block is not None:
                right.append(block)
            if len(right) == wanted:
                return max(right, key=lambda b: b.resolution)
        return None

    def smooth_block(self, task: Task) -> Block | None:
        """The verdict along one direction at a point where f is smooth; None if it is unclear."""
        block = Block("", task.path, "right", resolution=task.rounding)
        probe = Probe(task, direction_of(task, None, typical=True))
        if probe.agrees():
            return block
        finding = probe.measure()
        if not finding.known or finding.kink or finding.resolution > self.coarsest:
            return None
        if finding.consistent:
            return replace(block, resolution=finding.resolution)
        found = search(task, BUDGET)
        return replace(block, verdict="wrong", worst=tuple(found.wrong)) if found.wrong else None

    def nearby(self, path: Path, distance: float) -> tuple[Point, Array | None]:
        """The function at a random point close by, and what is claimed there."""
        assert self.claimant is not None
        try:
            point = self.point.nearby(self.rng, distance)
            claims = match_claims(self.claimant(point), point, self.names, ROUNDING)
        except Exception:  # outside the domain of f: another point may be inside
            return self.point, None
        return point, claims.arrays.get(path)

    def mixture(self, task: Task) -> bool:
        """Whether a claim at several kinks at once is a mixture of the gradients nearby."""
        low, high = np.full(task.x.shape, np.inf), np.full(task.x.shape, -np.inf)
        for _ in range(64):
            _, near = self.nearby(task.path, OFF_KINK)
            if near is None:
                continue
            low, high = np.minimum(low, near), np.maximum(high, near)
            slack = (high - low) + 0.02 * float(np.max(np.maximum(-low, high)))
            if ((task.claimed >= low - slack) & (task.claimed <= high + slack)).all():
                return True
        return False


QUIET = 2.0**-10  # steps up to here move a locally constant f by nothing at all


def _unsure(block: Block, why: str) -> Block:
    return replace(block, verdict="cannot tell", notes=(*block.notes, why))


def _why_noisy(task: Task, finding: Finding) -> str:
    """Say what rounding hides, and where it is likely to come from."""
    line = finding.line
    if not line.norm:
        return (
            f"the claim is zero and f hardly responds: the slope is 0 ± {line.error:.0e}, but it may be "
            "lost in the rounding of f."
        )
    size = task.point.last_bit / np.finfo(float).eps
    noise = float(np.max(np.abs(np.diff(line.ahead[-6:])), initial=0.0))
    text = f"rounding in f hides errors below {finding.resolution:.0e} of the gradient"
    if size and 1e-9 < noise / size < 1e-5:
        return text + ": f seems to compute in float32."
    return text + ": a small difference of large numbers, or a gradient that underflows."
