"""What `check_gradient` found out, as data and as text."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Array = NDArray[np.float64]
Verdict = Literal["right", "wrong", "cannot tell"]
WIDTH = 72  # letters of a line of notes


@dataclass(frozen=True)
class Entry:
    """One entry of a gradient: what was claimed, and what was measured, ``low`` to ``high ± error``."""

    index: tuple[int, ...]
    claimed: float
    low: float
    high: float
    error: float
    kink: bool = False

    def __str__(self) -> str:
        where = f"[{', '.join(map(str, self.index))}]" if self.index else ""
        if self.kink:
            measured = f"between {self.low:.9g} and {self.high:.9g} (a kink)"
        else:
            measured = f"{self.low:.9g} ± {self.error:.1g}"
        return f"entry {where}: claimed {self.claimed:.9g}, is {measured}".replace("  ", " ")


@dataclass(frozen=True)
class Line:
    """``phi`` along one direction, as it was sampled, and the slope that was read off.

    ``ahead[k]`` is ``phi(steps[k]) - phi(0)``, ``behind[k]`` the same at ``-steps[k]``.
    """

    steps: Array
    ahead: Array
    behind: Array
    claimed: float
    low: float
    high: float
    error: float
    norm: float  # of the terms that add up to ``claimed``


@dataclass(frozen=True)
class Block:
    """The check of the gradient with respect to one array.

    ``resolution`` is the smallest error that would have been seen, relative to the norm of the block.
    """

    name: str
    path: tuple[int, ...]
    verdict: Verdict
    claimed: Array | None = None
    line: Line | None = None
    resolution: float = np.inf
    worst: tuple[Entry, ...] = ()
    notes: tuple[str, ...] = ()
    kinks: int = 0

    def __str__(self) -> str:
        text = {"right": "right", "wrong": "WRONG", "cannot tell": "cannot tell"}[self.verdict]
        if self.verdict == "right" and self.resolution <= 1e-3:
            text += f" to within {self.resolution:.0e} of its norm"
        elif self.verdict == "right":
            text += ", zero to within rounding"
        rows = [f"{self.name}: {text}"]
        if self.verdict == "cannot tell" and self.line is not None:
            line = self.line
            rows.append(
                f"    along a random direction: claimed {line.claimed:.9g},\n"
                f"    measured {line.low:.9g} ± {line.error:.1g}"
            )
        rows += [f"    {entry}" for entry in self.worst]
        for note in self.notes:
            rows += [f"    {line}" for line in textwrap.wrap(note, WIDTH)]
        return "\n".join(rows)


@dataclass(frozen=True)
class Report:
    """The verdict on a gradient and the evidence. True only if the gradient is right."""

    verdict: Verdict
    blocks: tuple[Block, ...] = ()
    notes: tuple[str, ...] = ()
    evaluations: int = 0
    upstream: tuple[Any, ...] = field(default=(), repr=False)

    def __bool__(self) -> bool:
        return self.verdict == "right"

    def __str__(self) -> str:
        head = {
            "right": "The gradient is right.",
            "wrong": "The gradient is WRONG.",
            "cannot tell": "Cannot tell whether the gradient is right.",
        }[self.verdict]
        rows = [f"{head} ({self.evaluations} evaluations of f)"]
        for note in self.notes:
            rows += [f"  {line}" for line in textwrap.wrap(note, WIDTH)]
        rows += ["  " + str(block).replace("\n", "\n  ") for block in self.blocks]
        if self.verdict != "right" and any(block.line is not None for block in self.blocks):
            rows.append("  report.picture() draws the slope against the step size.")
        return "\n".join(rows)

    def block(self, name: str) -> Block:
        """The block of the argument called ``name``."""
        for block in self.blocks:
            if block.name == name:
                return block
        raise KeyError(f"no block {name!r}; there are {[b.name for b in self.blocks]}")

    def picture(self) -> Figure:
        """Draw the check of the first block that is not right (or of the first): needs Matplotlib."""
        from autograder.gradient_picture import draw

        return draw(self)
