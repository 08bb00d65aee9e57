"""Check a gradient without knowing the answer.  NumPy only.

You wrote a function and, by hand, its gradient. Is the gradient right? `check_gradient` answers
*right*, *wrong* or *cannot tell*, and shows the evidence. The whole method is one idea:

**Look at f along a line.** Move all entries of ``x`` at once, in a random direction ``v``. What is left
is a function of one number, ``phi(t) = f(x + t v)``, and by the chain rule its slope at 0 is ``g · v``
if ``g`` is the gradient. Measure that slope and compare. One random direction sees an error in any
entry, so that a gradient of a million entries costs no more evaluations than one of three.

1. *Quickly* (`gradient_search.Probe.agrees`). Central differences at three steps, extrapolated to step
   0 (Richardson 1911), agree with a right gradient to ten digits: six evaluations.
2. *Carefully* (`gradient_slopes`), only if they do not. Smaller and smaller steps tell apart what can be
   the reason: the error of the estimate falls until rounding takes over, which gives an **error bar**
   that is measured and not assumed (Ridders 1982; Moré & Wild 2011); the slopes to the left and to the
   right may differ, a **kink**, where every number between them is a valid subgradient (Clarke 1983); or
   ``phi(t)`` does not return to ``phi(0)``, a **jump**, and there is no gradient to check.
3. *At a kink* (`gradient_judge.Judge.at_kink`) the interval of valid slopes may hide an error. If the
   gradient is a function, step a little off the kink and check there, where nothing is hidden.
4. *If it is wrong* (`gradient_search.search`), halve the set of entries again and again to find those to
   blame.

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
from typing import Any

import numpy as np

from autograder.gradient_arguments import (
    Array,
    Point,
    argument_names,
    differentiable_paths,
    fingerprint,
    path_name,
    random_weights,
)
from autograder.gradient_claims import match_claims
from autograder.gradient_estimate import Estimate, given_upstream, numerical_gradient
from autograder.gradient_judge import ROUNDING, Claimant, Judge
from autograder.gradient_report import Block, Entry, Line, Report, Verdict

__all__ = ["Block", "Entry", "Estimate", "Line", "Report", "check_gradient", "numerical_gradient"]


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
        must be visible before "right" is said. Default: accept what rounding explains (1e-10), insist
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
        claimant = _claimant(gradient, point, given, plain, notes)
        claimed = claimant(point) if claimant else gradient
        if claimant and fingerprint([claimed]) != fingerprint([claimant(point)]):
            return report("wrong", "two calls of gradient with the same arguments differ.")

        names = argument_names(f, len(args))
        claims = match_claims(claimed, point, names, ROUNDING)
        if claims.structure:
            return report("wrong", claims.structure)
        judge = Judge(point, claims, names, claimant, tolerance, directions, rng)
        blocks = [
            judge.block(path) for path in paths if path in claims.arrays or path in claims.problems
        ]
        skipped = [path_name(names, p) for p in paths if p not in claims.arrays | claims.problems]
        if skipped:
            notes.append(f"no gradient was given for {', '.join(skipped)}: not checked.")
        if point.was_changed:
            return report("cannot tell", "f changes its arguments now and then.")
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
    again = point.call(point.again())
    again = list(again) if isinstance(again, list | tuple) else [again]
    if any(not np.array_equal(a, b) for a, b in zip(again, point.outputs, strict=False)):
        return (
            "f is random: two calls with the same arguments differ. Freeze what it draws, for example "
            "by making a generator with a fixed seed inside f."
        )
    return ""


def _random_upstream(point: Point, rng: np.random.Generator) -> tuple[Array, ...]:
    return tuple(random_weights(rng, out.shape) for out in point.outputs)


def _claimant(
    gradient: Any, point: Point, upstream: tuple[Array, ...], plain: bool, notes: list[str]
) -> Claimant | None:
    """The gradient as a function of the point, or None if it was given as arrays."""
    if not callable(gradient):
        return None
    note = "gradient changes its arguments in place; it was given copies."

    def claimed(at: Point) -> Any:
        used = at.fresh() if note in notes or not at.gradient_called else at.again()
        copies = () if plain else tuple(np.array(u) for u in upstream)
        above = () if plain else (copies[0] if point.single else copies,)
        found = gradient(*above, *used)
        changed = (not at.gradient_called and at.changed(used)) or not all(
            map(np.array_equal, copies, upstream)
        )
        at.gradient_called = True
        if changed and note not in notes:
            notes.append(note)
        return found

    return claimed
