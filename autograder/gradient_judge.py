"""Come to a verdict on each block of a gradient: right, wrong or cannot tell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np

from autograder.gradient_arguments import (
    Array,
    Path,
    Point,
    norm_of,
    path_name,
    scale_of,
    typical_exponent,
)
from autograder.gradient_claims import Claims, match_claims
from autograder.gradient_report import Block
from autograder.gradient_search import LOST, Finding, Probe, Task, direction_of, search

ROUNDING = 1e-10  # what a right float64 gradient may be off by, relative to the norm of its block
COARSEST = 1e-5  # an error of this size, relative to the norm, must be visible to say "right"
BUDGET = 900  # evaluations to find the entries to blame
SADDLE = 2.0**-3  # how far to step off a point where f does not respond at all
OFF_KINK = 2.0**-10  # how far to step off a kink, relative to the scale of each entry
NEARBY = 128  # points at most that are looked at until two say something: most may claim zero
QUIET = 2.0**-10  # steps up to here move a locally constant f by nothing at all
FAR = (2.0**10, 2.0**20, 2.0**40)  # steps that move every f but a constant

Claimant = Callable[[Point], Any]
"""The claimed gradient as a function of the point."""


class Judge:
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

    @cached_property
    def whole(self) -> float:
        """Norm of the gradient of all arrays together, each entry times its scale."""
        sizes = [0.0]
        for path, g in self.claims.arrays.items():
            x = self.point.array(path)
            sizes.append(norm_of(g * scale_of(x, typical_exponent(x))))
        return max(sizes)

    def needed(self, task: Task) -> float:
        """The resolution without which a gradient is not called right."""
        return max(self.coarsest, 2 * task.rounding)

    def task(self, path: Path, point: Point, claimed: Array) -> Task:
        return Task(
            point, path, claimed, self.claims.rounding[path], self.coarsest, self.accepted,
            self.rng, lambda: self.whole,
        )  # fmt: skip

    def block(self, path: Path) -> Block:
        """The verdict on the gradient with respect to one array."""
        name = path_name(self.names, path)
        if path in self.claims.problems:
            return Block(name, path, "wrong", notes=(self.claims.problems[path],))
        claimed = self.claims.arrays[path]
        task = self.task(path, self.point, claimed)
        notes = tuple(self.claims.notes[path])
        if claimed.size == 0:
            return Block(name, path, "right", claimed, notes=notes, resolution=0.0)
        block = Block(name, path, "right", claimed, notes=notes, resolution=task.rounding)
        for k in range(self.directions):
            # First every entry moves in proportion to itself, then small ones as far as typical ones.
            probe = Probe(task, direction_of(task, None, typical=k % 2 == 1))
            if probe.agrees():
                block = block if block.line else replace(block, line=probe.line())
                continue
            block = self.closely(task, probe, block)
            if block.verdict != "right" or block.kinks:
                break
        return block

    def closely(self, task: Task, probe: Probe, block: Block) -> Block:
        """The verdict along a direction in which the claim does not agree at once."""
        finding = probe.measure()
        if not finding.known or (finding.consistent and finding.resolution > self.needed(task)):
            better = probe.measure(large=True)
            if better.known and not better.kink and better.line.error < finding.line.error:
                finding = better
        block = replace(block, line=finding.line)
        if not finding.known:
            return self.unknown(task, finding, block)
        if finding.kink:
            return self.at_kink(task, finding, block)
        if finding.consistent:
            return self.with_resolution(task, probe, finding, block)
        if self.is_lost(finding):
            return replace(block, resolution=max(block.resolution, finding.resolution))
        return self.confirm(task, block)

    def with_resolution(self, task: Task, probe: Probe, finding: Finding, block: Block) -> Block:
        """The verdict on a claim that agrees: right, if an error would have been visible."""
        resolution = max(block.resolution, finding.resolution)
        block = replace(block, resolution=resolution)
        if finding.resolution <= self.needed(task) or self.is_zero(task, probe, finding):
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
        rises = np.nanmax(np.abs([probe.rises[t] for t in steps]), axis=1, initial=0.0)
        natural = steps <= 1
        if finding.bar <= self.coarsest * np.max(rises[natural] / steps[natural]):
            return True
        return not rises[steps <= QUIET].any() and self.is_locally_constant(task)

    def is_locally_constant(self, task: Task) -> bool:
        """Whether f does not respond to small steps in any of several directions, but does to large
        ones, up to 16 times the size of x, by far more than rounding; or is zero, and stays
        zero however large they are: beside zero nothing is swallowed by rounding."""
        large, jumps = 1e6 * self.point.last_bit, False
        silent = not any(np.any(out) for out in self.point.outputs)
        for _ in range(8):
            probe = Probe(task, direction_of(task, None, typical=True))
            if any(probe.at(QUIET)):
                return False
            jumps |= any(abs(rise) > large for t in (1.0, 4.0, 16.0) for rise in probe.at(t))
            silent = silent and not any(rise != 0 for t in FAR for rise in probe.at(t))
        return jumps or silent

    def unknown(self, task: Task, finding: Finding, block: Block) -> Block:
        """The verdict where f has no slope along a direction."""
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
        if self.claimant and self.is_right_nearby(task):
            return _unsure(block, "right nearby, but not at this very point: kinks that cancel?")
        found = search(task, BUDGET)
        if found.wrong:
            return replace(block, verdict="wrong", worst=tuple(found.wrong))
        second = Probe(task, direction_of(task, None, typical=True)).measure()
        if second.known and not second.consistent and not second.kink:
            note = "wrong along random directions; no single entry stands out."
            return replace(block, verdict="wrong", line=second.line, notes=(*block.notes, note))
        return _unsure(block, "two measurements contradict each other.")

    def at_kink(self, task: Task, finding: Finding, block: Block) -> Block:
        """The verdict where the slopes to the left and to the right differ."""
        note = "a kink: any slope between the left and the right one is accepted."
        resolution = max(block.resolution, task.rounding)
        block = replace(block, kinks=1, resolution=resolution, notes=(*block.notes, note))
        return self.off_kink(task, finding, block) if self.claimant else self.on_kink(task, block)

    def on_kink(self, task: Task, block: Block) -> Block:
        """Only arrays were given: every entry that sits on a kink must be looked at."""
        found = search(task, 5 * BUDGET)
        if found.wrong:
            return replace(block, verdict="wrong", worst=tuple(found.wrong))
        if found.complete and not found.unclear and self.ties_add_up(task):
            return replace(block, kinks=found.kinks)
        return _unsure(block, "too many kinks to look at each; pass the gradient as a function.")

    def ties_add_up(self, task: Task) -> bool:
        """Whether the claim agrees where all entries move together, which leaves ties tied.

        Of two equal numbers either may be the maximum, but the gradient must not be given to both.
        """
        together = Probe(task, scale_of(task.x, task.exponent + 40))
        if together.agrees():
            return True
        finding = together.measure()
        return finding.kink or finding.consistent or not finding.known

    def off_kink(self, task: Task, finding: Finding, block: Block) -> Block:
        """Check the gradient function a little off the kink, where nothing is hidden."""
        near = self.near_block(task, OFF_KINK, 2)
        if near is None:
            return _unsure(block, "kinks so close together that no smooth point was found nearby.")
        if near.verdict == "wrong":
            return replace(block, verdict="wrong", worst=near.worst)
        block = replace(block, resolution=max(block.resolution, near.resolution))
        wrong = [entry for entry in search(task, BUDGET).wrong if entry.kink]
        if wrong:
            return replace(block, verdict="wrong", worst=tuple(wrong))
        if not (finding.consistent or self.mixture(task)):
            return _unsure(block, "the slope claimed at the kink is none that f has nearby.")
        if not self.ties_add_up(task):
            return _unsure(
                block, "right nearby, but here the claim gives a tie more than its share."
            )
        return block

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
        finding = self.disagreement(task)
        if finding is None:
            return block
        if not finding.known or finding.kink or finding.resolution > self.needed(task):
            return None
        if finding.consistent:
            return replace(block, resolution=finding.resolution)
        found = search(task, BUDGET)
        return replace(block, verdict="wrong", worst=tuple(found.wrong)) if found.wrong else None

    def disagreement(self, task: Task) -> Finding | None:
        """What is found along a random direction; None if the claim agrees at once."""
        probe = Probe(task, direction_of(task, None, typical=True))
        return None if probe.agrees() else probe.measure()

    def is_right_nearby(self, task: Task) -> bool:
        """Whether the claimed function is right at random points nearby, at two of them not by
        claiming nothing."""
        telling = 0
        for _ in range(NEARBY):
            point, claimed = self.nearby(task.path, OFF_KINK)
            if claimed is None:
                return False
            near = self.task(task.path, point, claimed)
            finding = self.disagreement(near)
            self.point.evaluations += point.evaluations
            says_nothing = not claimed.any()
            seen = finding is None or finding.resolution <= self.needed(near) or says_nothing
            if not seen or (finding and not finding.consistent):
                return False
            telling += not says_nothing
            if telling == 2:
                return True
        return False

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
    text = f"rounding in f hides errors below {finding.resolution:.0e} of the gradient"
    if _is_float32(task.point, finding):
        return text + ": f computes in float32."
    return text + ": a small difference of large numbers, or a gradient that underflows."


def _is_float32(point: Point, finding: Finding) -> bool:
    """Whether f returns float32, or stops to respond to steps that float32 cannot represent."""
    if any(out.dtype.itemsize < 8 for out in point.outputs if out.dtype.kind == "f"):
        return True
    line = finding.line
    moved = (line.ahead != 0) | (line.behind != 0)
    fine, middle = line.steps < 2.0**-26, (line.steps > 2.0**-22) & (line.steps <= 2.0**-10)
    return bool(fine.any() and not moved[fine].any() and moved[middle].all())
