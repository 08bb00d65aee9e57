"""Compare a claimed gradient with the slopes of the function; find the entries to blame."""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from autograder.gradient_arguments import (
    Array,
    Path,
    Point,
    norm_of,
    random_weights,
    scale_of,
    typical_exponent,
)
from autograder.gradient_report import Entry, Line
from autograder.gradient_slopes import RATIO, SAFETY, falling_steps, slopes

QUICK_STEPS = [2.0**-6, 2.0**-8, 2.0**-10]
DEEP_STEPS = falling_steps(0, -40)
LARGE_STEPS = falling_steps(20, 2)


LOST = 1e-10  # a gradient this small beside the whole gradient drowns in rounding
NEAR, NEARER = 2.0**-22, 2.0**-30  # how far away, and with which step, slopes nearby are taken


@dataclass
class Task:
    """One array, the gradient claimed for it, and what is needed to test the claim."""

    point: Point
    path: Path
    claimed: Array
    rounding: float  # relative error that a right gradient may have
    coarsest: float  # relative error that must be visible before a gradient is called right
    accepted: float  # relative error that the caller accepts
    rng: np.random.Generator
    whole: Callable[[], float]  # norm of the gradient of all arrays together, each times its scale

    def __post_init__(self) -> None:
        self.x = self.point.array(self.path)
        self.flat = self.claimed.reshape(-1)
        self.exponent = typical_exponent(self.x)
        # How far each entry moves: in proportion to itself, or small ones as far as a typical one.
        self.scale = scale_of(self.x, self.exponent - 20 if self.x.any() else self.exponent)
        typical = math.ldexp(1.0, self.exponent)
        self.typical_scale = np.maximum(self.scale, typical) * (self.scale > 0)


class Probe:
    """``phi`` along one direction: evaluates it where asked and remembers."""

    def __init__(self, task: Task, direction: Array) -> None:
        self.task, self.direction = task, direction
        terms = task.flat * direction.reshape(-1)
        self.claim = float(terms.sum())
        self.norm = norm_of(terms)
        self.allowed = task.rounding * self.norm
        self.best = np.nan  # the slope, as far as `agrees` got
        self.rises: dict[float, tuple[float, float]] = {}

    def at(self, t: float) -> tuple[float, float]:
        """``phi(t) - phi(0)`` and ``phi(-t) - phi(0)``."""
        found = self.rises.get(t)
        if found is None:
            task, move = self.task, t * self.direction
            found = self.rises[t] = (
                task.point.rise(task.path, task.x + move),
                task.point.rise(task.path, task.x - move),
            )
        return found

    def agrees(self) -> bool:
        """Whether three central differences, extrapolated, meet the claim: the quick way to *right*.

        Neither chance nor rounding may bring the two together: the less extrapolated estimate must be
        near the claim too, the smallest step must be far above the last bit of ``phi``, and the slopes
        to the left and to the right must be on their way to each other.
        """
        allowed, claim = self.allowed, self.claim
        noise = self.task.point.last_bit
        rough = better = bend = 0.0
        for level, t in enumerate(QUICK_STEPS):
            ahead, behind = self.at(t)
            last_rough, rough = rough, (ahead - behind) / (2 * t)
            last_bend, bend = bend, (ahead + behind) / t
            if level == 0:
                continue
            if noise > 10 * allowed * t:
                return False
            last_better, better = better, rough + (rough - last_rough) / (RATIO**2 - 1)
            best, previous = better, rough
            if level == 2:
                best, previous = better + (better - last_better) / (RATIO**4 - 1), better
            straight = abs(bend + (bend - last_bend) / (RATIO - 1)) <= 0.01 * self.norm
            self.best = best
            if abs(best - claim) <= allowed and abs(previous - claim) <= 1e3 * allowed and straight:
                return True
        return False

    def line(self) -> Line:
        """What was sampled, if that was enough to agree."""
        sampled = [(t, *self.rises[t]) for t in QUICK_STEPS if t in self.rises]
        steps, ahead, behind = np.array(sampled).T
        error = max(abs(self.best - self.claim), self.allowed)
        return Line(steps, ahead, behind, self.claim, self.best, self.best, error, self.norm)

    def discrepancy(self) -> float:
        """Rough distance of the claim from the slope; NaN where there is none."""
        t = QUICK_STEPS[-1]
        ahead, behind = self.at(t)
        return abs((ahead - behind) / (2 * t) - self.claim)

    def measure(self, large: bool = False) -> Finding:
        """Find the slope with its error bar, whatever it takes."""
        steps = np.concatenate([LARGE_STEPS, DEEP_STEPS]) if large else DEEP_STEPS
        ahead, behind = np.array([self.at(float(t)) for t in steps]).T
        floor = self.task.point.last_bit
        found = slopes(steps, ahead[:, None], behind[:, None], floor)
        line = Line(
            steps, ahead, behind, self.claim, float(found.low[0]), float(found.high[0]),
            float(found.error[0]), self.norm,
        )  # fmt: skip
        return Finding(
            line=line,
            rounding=self.allowed,
            allowed=max(self.allowed, self.task.accepted * self.norm),
            kink=bool(found.kink[0]),
            jump=bool(found.jump[0]),
            steep=bool(found.steep[0]),
        )


@dataclass(frozen=True)
class Finding:
    """The slope along a direction beside the claimed one."""

    line: Line
    rounding: float
    allowed: float
    kink: bool
    jump: bool
    steep: bool

    @property
    def known(self) -> bool:
        return bool(np.isfinite(self.line.error))

    @property
    def bar(self) -> float:
        return SAFETY * self.line.error + self.allowed

    @property
    def gap(self) -> float:
        """How far the claim is outside the slopes that are right."""
        line = self.line
        return max(line.low - line.claimed, line.claimed - line.high, 0.0)

    @property
    def consistent(self) -> bool:
        return self.known and self.gap <= self.bar

    @property
    def resolution(self) -> float:
        if not self.known:
            return np.inf
        return (
            (SAFETY * self.line.error + self.rounding) / self.line.norm
            if self.line.norm
            else np.inf
        )


def direction_of(task: Task, entries: NDArray[np.intp] | None, typical: bool) -> Array:
    """A random direction through some entries (default: all).

    Entries move in proportion to their own size; where ``typical``, small ones move as far as a
    typical one, so that they count as much.
    """
    scale = task.typical_scale if typical else task.scale
    if entries is None:
        return scale * random_weights(task.rng, task.x.shape)
    direction = np.zeros(task.x.size)
    weights = random_weights(task.rng, entries.shape) if entries.size > 1 else np.ones(1)
    direction[entries] = scale.reshape(-1)[entries] * weights
    return direction.reshape(task.x.shape)


def entry_of(task: Task, probe: Probe, finding: Finding, i: int) -> Entry:
    """The finding along one entry, in units of the gradient."""
    scale = float(probe.direction.reshape(-1)[i])
    line = finding.line
    low, high = sorted((line.low / scale, line.high / scale))
    index = tuple(int(k) for k in np.unravel_index(i, task.x.shape))
    return Entry(index, float(task.flat[i]), low, high, line.error / abs(scale), finding.kink)


@dataclass
class Search:
    """What the search for entries to blame brought up."""

    wrong: list[Entry] = field(default_factory=list)
    kinks: int = 0
    unclear: int = 0
    complete: bool = True


def search(task: Task, budget: int, enough: int = 3) -> Search:
    """Find entries whose claimed gradient is wrong, the largest discrepancy first.

    The set of all entries is halved again and again; halves whose slope agrees are dropped.
    """
    result = Search()
    limit = task.point.evaluations + budget
    order = itertools.count()
    finite = np.flatnonzero(np.isfinite(task.x.reshape(-1)))
    heap: list[tuple[float, int, NDArray[np.intp]]] = [(-np.inf, next(order), finite)]
    while heap:
        if len(result.wrong) >= enough or task.point.evaluations > limit:
            result.complete = False
            break
        _, _, entries = heapq.heappop(heap)
        if entries.size == 1:
            _look_at(task, int(entries[0]), result)
            continue
        half = entries.size // 2
        for part in (entries[:half], entries[half:]):
            probe = Probe(task, direction_of(task, part, typical=True))
            if not probe.agrees():
                distance = probe.discrepancy()
                heapq.heappush(
                    heap, (-distance if distance == distance else 0.0, next(order), part)
                )
    result.wrong.sort(key=lambda e: -max(e.low - e.claimed, e.claimed - e.high))
    return result


def _look_at(task: Task, i: int, result: Search) -> None:
    """Judge one entry by its own slope."""
    probe = Probe(task, direction_of(task, np.array([i]), typical=True))
    finding = probe.measure()
    if not finding.known:
        result.unclear += 1
        return
    whole_block = norm_of(task.flat) * abs(float(probe.direction.reshape(-1)[i]))
    result.kinks += finding.kink
    if finding.gap > finding.bar + task.rounding * whole_block:
        if finding.kink:
            near = slopes_nearby(task, probe)
            if several_slopes(near):
                # Where several kinks meet, backpropagation may return a mixture that shows in no
                # direction. Only what is inside the range of slopes nearby is known to be right.
                result.unclear += not within(finding.line.claimed, near, finding.bar)
                return
        result.wrong.append(entry_of(task, probe, finding, i))
    elif SAFETY * finding.line.error > max(task.coarsest * whole_block, LOST * task.whole()):
        result.unclear += 1


def slopes_nearby(task: Task, probe: Probe, most: int = 96) -> Array:
    """Slopes along a direction at random points near x, sorted; enough to see more than two."""
    found = np.empty(0)
    for _ in range(most):
        try:
            point = task.point.nearby(task.rng, NEAR)
        except Exception:  # outside the domain of f
            continue
        x = point.array(task.path) + task.rng.normal(0, 1.5) * NEAR * probe.direction
        move = NEARER * probe.direction
        rise = point.rise(task.path, x + move) - point.rise(task.path, x - move)
        task.point.evaluations += point.evaluations
        if np.isfinite(rise):
            found = np.sort(np.append(found, rise / (2 * NEARER)))
        if found.size >= 24 and several_slopes(found):
            break
    return found


def several_slopes(near: Array) -> bool:
    """Whether slopes at random points nearby are more than the two of a single kink.

    A slope seen once does not count, unless there are many: the kink may have been inside the step.
    """
    if near.size < 2:
        return False
    gaps = np.flatnonzero(np.diff(near) > 1e-5 * (near[-1] - near[0])) + 1
    return gaps.size > 6 or sum(group.size > 1 for group in np.split(near, gaps)) > 2


def within(claim: float, near: Array, bar: float) -> bool:
    """Whether a claim is in the range of the slopes nearby, widened three times."""
    middle, half = (near[-1] + near[0]) / 2, (near[-1] - near[0]) / 2
    return abs(claim - middle) <= 3 * half + 1e-4 * float(np.abs(near).max()) + bar
