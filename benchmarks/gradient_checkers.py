"""Gradient checkers side by side, on the same pairs in one run.

    python benchmarks/gradient_checkers.py                 everything but torch's own samples
    python benchmarks/gradient_checkers.py --pairs 500     the same on fewer pairs
    python benchmarks/gradient_checkers.py --opinfo        also torch's samples of its own operators

Each table is printed, and kept in benchmarks/results/gradient_checkers.md, which the book shows. A
part that is left out (0 for its option) keeps its last result there. The other checkers need seconds a
pair; they run on the first ``--others`` pairs. About ten minutes on two cores that have nothing else to do.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import itertools
import platform
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from autograder.gradients import Report, check_gradient
from benchmarks.gradients.corpus import MISTAKES, REPORT_SEED, Change, Pair, pairs
from benchmarks.gradients.families import FAMILIES

RESULTS = Path(__file__).resolve().parent / "results" / "gradient_checkers.md"
RIGHT = "right"
FOR_THE_SLOWEST = ("scaled by 1 + 1e-4", "one entry off by 1 %")
WORKERS = 2

HEADINGS = (OTHERS, ACCURACY, OPERATORS, TIME, OWN, SEARCH) = (
    "Side by side",
    "On the whole corpus",
    "On torch's operators",
    "Time",
    "Own time",
    "One wrong entry",
)


def changes_of(pair: Pair) -> dict[str, Change | None]:
    """The gradients to check for a pair: the right one, and every mistake that changes something.

    Where arrays are handed over at a kink, a changed gradient may be another valid subgradient; there
    only the right one is checked.
    """
    changes: dict[str, Change | None] = {RIGHT: None}
    if not (pair.as_arrays and pair.on_kink):
        rng = np.random.default_rng(pair.seed % 2**32)
        for name, make in MISTAKES.items():
            change = make(pair, rng)
            if change is not None:
                changes[name] = change
    return changes


def blames(report: Report, entry: tuple[int, tuple[int, ...]]) -> bool:
    """Whether the first entry blamed is the one that was changed."""
    block, index = entry
    worst = report.blocks[block].worst
    return bool(worst) and worst[0].index == index


@dataclass
class Tally:
    """What came out on some pairs; tallies add up."""

    verdicts: dict[str, Counter[str]] = field(default_factory=dict)
    accepted: dict[str, dict[str, Counter[bool]]] = field(default_factory=dict)
    unsure: Counter[str] = field(default_factory=Counter)
    blamed: Counter[bool] = field(default_factory=Counter)
    misjudged: list[str] = field(default_factory=list)

    def accept(self, name: str, checker: str, verdict: bool) -> None:
        row = self.accepted.setdefault(name, {})
        row.setdefault(checker, Counter())[verdict] += 1

    def add(self, other: Tally) -> None:
        for name, counts in other.verdicts.items():
            self.verdicts.setdefault(name, Counter()).update(counts)
        for name, row in other.accepted.items():
            for checker, answers in row.items():
                self.accepted.setdefault(name, {}).setdefault(checker, Counter()).update(answers)
        self.unsure.update(other.unsure)
        self.blamed.update(other.blamed)
        self.misjudged += other.misjudged


def in_parallel(task: Callable[..., Tally], *args: Any) -> Tally:
    """``task(*args, worker)`` on every core, each worker with its share of the pairs."""
    total = Tally()
    with ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn")) as pool:
        for future in [pool.submit(task, *args, worker) for worker in range(WORKERS)]:
            total.add(future.result())
    return total


def share(count: int, seed: int, worker: int) -> Iterator[Pair]:
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    return itertools.islice(pairs(count, seed), worker, None, WORKERS)


def judge_ours(count: int, seed: int, worker: int) -> Tally:
    tally = Tally()
    for pair in share(count, seed, worker):
        for name, change in changes_of(pair).items():
            report = check_gradient(
                pair.f, pair.gradient(change), *pair.args, upstream=pair.upstream
            )
            tally.verdicts.setdefault(name, Counter())[report.verdict] += 1
            if name == "one entry off by 1 %" and change is not None:
                tally.blamed[blames(report, change.entry)] += 1  # type: ignore[attr-defined]
            if report.verdict == ("wrong" if name == RIGHT else "right"):
                tally.misjudged.append(f"{name}: {pair.family}, {pair.profile}, seed {pair.seed}")
            if name == RIGHT and report.verdict == "cannot tell":
                tally.unsure[pair.profile] += 1
    return tally


def judge_others(count: int, seed: int, slowest: int, worker: int) -> Tally:
    """All checkers on the same pairs; numdifftools, the slowest, only on the first few."""
    from benchmarks.gradients.others import CHECKERS, numdifftools_gradient

    tally = Tally()
    for number, pair in enumerate(share(count, seed, worker)):
        for name, change in changes_of(pair).items():
            ours = check_gradient(pair.f, pair.gradient(change), *pair.args, upstream=pair.upstream)
            tally.accept(name, "autograder", bool(ours))
            checkers = dict(CHECKERS)
            if number < slowest // WORKERS and name in (RIGHT, *FOR_THE_SLOWEST):
                checkers["numdifftools"] = numdifftools_gradient
            for checker, check in checkers.items():
                with contextlib.redirect_stderr(io.StringIO()):
                    try:
                        verdict = check(pair, change)
                    except Exception:  # a checker that raises does not accept
                        verdict = False
                tally.accept(name, checker, verdict)
    return tally


def accuracy(count: int, seed: int) -> str:
    tally = in_parallel(judge_ours, count, seed)
    rows = [["gradient given", "pairs", "right", "wrong", "cannot tell"]]
    for name in [RIGHT, *MISTAKES]:
        row = tally.verdicts.get(name, Counter())
        n = row.total()
        shares = [f"{100 * row[v] / max(n, 1):.2f} %" for v in ("right", "wrong", "cannot tell")]
        rows.append([name, f"{n}", *shares])
    blamed = 100 * tally.blamed[True] / (tally.blamed.total() or 1)
    unsure = ", ".join(f"{k} {v}" for k, v in tally.unsure.most_common()) or "none"
    notes = [
        f"{count} pairs of {len(FAMILIES)} families, seed {seed}.",
        f"One entry off by 1 %: the right one is blamed in {blamed:.2f} %.",
        f"Right gradients of which it cannot tell, by profile: {unsure}.",
        *(f"Misjudged: {text}." for text in tally.misjudged[:40]),
    ]
    return "\n".join([*table(rows), "", *(f"- {note}" for note in notes)])


def side_by_side(count: int, seed: int, slowest: int) -> str:
    tally = in_parallel(judge_others, count, seed, slowest)
    checkers = list(tally.accepted[RIGHT])
    rows = [["gradient given", *checkers]]
    for name in [RIGHT, *MISTAKES]:
        answers = [tally.accepted.get(name, {}).get(c, Counter()) for c in checkers]
        rows.append([name, *(f"{100 * a[True] / a.total():.1f}" if a else "" for a in answers)])
    few = min(slowest, count)
    note = (
        f"Gradients accepted, in %: 100 is best in the first row, 0 in all others. The first {count} "
        f"pairs of the corpus, seed {seed}; numdifftools, which takes seconds for one, on {few} of them."
    )
    return "\n".join([*table(rows), "", note])


def table(rows: list[list[str]]) -> list[str]:
    """A Markdown table whose columns also line up as plain text."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]

    def line(row: list[str]) -> str:
        first, *rest = (
            (cell.ljust if i == 0 else cell.rjust)(widths[i]) for i, cell in enumerate(row)
        )
        return "| " + " | ".join([first, *rest]) + " |"

    rule = "| " + " | ".join(
        "-" * w if i == 0 else "-" * (w - 1) + ":" for i, w in enumerate(widths)
    )
    return [line(rows[0]), rule + " |", *map(line, rows[1:])]


def keep(heading: str, text: str) -> None:
    """Print a section, and put it in the place of its last version in the file of results."""
    print(f"\n## {heading}\n\n{text}", flush=True)
    old = RESULTS.read_text() if RESULTS.exists() else ""
    parts = old.split("\n## ")[1:]
    sections = dict(part.split("\n", 1) for part in parts)
    sections[heading] = f"\n{text}\n"
    body = "".join(f"\n## {h}\n{sections[h].rstrip()}\n" for h in HEADINGS if h in sections)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(f"# Gradient checkers side by side\n\n{about()}\n{body}")


def about() -> str:
    import torch

    return (
        "Written by `python benchmarks/gradient_checkers.py`, with Python "
        f"{platform.python_version()}, NumPy {np.__version__}, PyTorch {torch.__version__}, "
        f"numdifftools {version('numdifftools')}."
    )


def network(
    sizes: tuple[int, int, int], batch: int = 32
) -> tuple[Callable[..., Any], Callable[..., Any], tuple[Any, ...]]:
    """A tanh network with a mean squared error on a batch, its gradient by hand."""
    rng = np.random.default_rng(0)
    i, h, o = sizes
    x, y = rng.standard_normal((batch, i)), rng.standard_normal((batch, o))

    def loss(w, b, v, c):
        return np.mean((np.tanh(x @ w + b) @ v + c - y) ** 2)

    def grads(w, b, v, c):
        a = np.tanh(x @ w + b)
        dz = 2 * (a @ v + c - y) / y.size
        da = (dz @ v.T) * (1 - a * a)
        return x.T @ da, da.sum(0), a.T @ dz, dz.sum(0)

    args = (
        rng.standard_normal((i, h)) / i**0.5,
        np.zeros(h) + 0.1,
        rng.standard_normal((h, o)),
        np.zeros(o),
    )
    return loss, grads, args


def least_times(runs: Sequence[Callable[[], Any]], repeats: int) -> list[float]:
    """Seconds that each takes at best, in turns, so that a busy machine disturbs all of them alike."""
    best = [np.inf] * len(runs)
    for _ in range(repeats):
        for i, run in enumerate(runs):
            start = time.perf_counter()
            run()
            best[i] = min(best[i], time.perf_counter() - start)
    return best


def own_time(f: Callable[..., Any], g: Callable[..., Any], args: Any) -> tuple[float, float]:
    """Seconds that a check takes for itself, and seconds inside ``f`` and ``g``, each at best."""
    inside = 0.0

    def clocked(function: Callable[..., Any]) -> Callable[..., Any]:
        def run(*a: Any) -> Any:
            nonlocal inside
            start = time.perf_counter()
            result = function(*a)
            inside += time.perf_counter() - start
            return result

        return run

    least = [np.inf, np.inf]
    for _ in range(200):
        inside = 0.0
        start = time.perf_counter()
        check_gradient(clocked(f), clocked(g), *args)
        own = time.perf_counter() - start - inside
        least = [min(least[0], own), min(least[1], inside)]
    return least[0], least[1]


SIZES = ((2, 4, 2), (10, 20, 10), (30, 30, 5), (64, 64, 10))


def times() -> str:
    from benchmarks.gradients.others import cs231n, torch_gradcheck

    fast, slow = torch_gradcheck(fast_mode=True), torch_gradcheck()
    rows = [["parameters", "autograder", "torch fast", "torch slow", "CS231n", "evaluations"]]
    for sizes in SIZES:
        f, g, args = network(sizes)
        pair = Pair(
            "network", "plain", f, args, None, lambda up, *a, g=g: tuple(up * d for d in g(*a)),
            g(*args), False, False, 0,
        )  # fmt: skip
        report = check_gradient(f, g, *args)
        assert report, report
        quick: list[Callable[[], Any]] = [
            partial(check_gradient, f, g, *args),
            partial(fast, pair, None),
        ]
        patient: list[Callable[[], Any]] = [
            partial(slow, pair, None),
            partial(cs231n(1e-5), pair, None),
        ]
        spent = [1e3 * t for t in least_times(quick, 300) + least_times(patient, 8)]
        size = sum(a.size for a in args)
        rows.append([f"{size}", *(f"{t:.2f}" for t in spent), f"{report.evaluations}"])
    note = (
        "A right gradient of the loss of a tanh network with two layers (four arrays) on a batch of 32, "
        "milliseconds, the best of many turns."
    )
    return "\n".join([*table(rows), "", note])


def overhead() -> str:
    rows = [["parameters", "batch", "f alone", "evaluations", "f and its gradient", "own", "share"]]
    for sizes, batch in itertools.product(SIZES[2:], (32, 256, 1024)):
        f, g, args = network(sizes, batch)
        own, inside = own_time(f, g, args)
        (alone,) = least_times([partial(f, *args)], 300)
        rows.append([
            f"{sum(a.size for a in args)}", f"{batch}", f"{1e6 * alone:.0f} µs",
            f"{check_gradient(f, g, *args).evaluations}", f"{1e3 * inside:.2f} ms",
            f"{1e3 * own:.2f} ms", f"{100 * own / inside:.0f} %",
        ])  # fmt: skip
    note = (
        "What `check_gradient` takes for itself beside the time inside the functions it is given."
    )
    return "\n".join([*table(rows), "", note])


def cost_of_an_error() -> str:
    f, g, args = network((200, 12, 1))

    def wrong(*a: Any) -> Any:
        found = list(g(*a))
        found[0] = found[0].copy()
        found[0][137, 4] *= 1.01
        return tuple(found)

    report = check_gradient(f, wrong, *args)
    return (
        f"Entry [137, 4] of {args[0].size} is off by 1 %: found at "
        f"{list(report.blocks[0].worst[0].index)} after {report.evaluations} evaluations."
    )


def judge_operators(worker: int) -> Any:
    import torch

    from benchmarks.gradients.opinfo import compare

    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    return compare(slice(worker, None, WORKERS))


def operators() -> str:
    found: dict[tuple[str, str], Counter[str]] = {}
    disagreements: list[str] = []
    names: set[str] = set()
    with ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn")) as pool:
        for part, differing, named in pool.map(judge_operators, range(WORKERS)):
            for key, counts in part.items():
                found.setdefault(key, Counter()).update(counts)
            disagreements += differing
            names |= named
    rows = [["checker", "gradient given", "samples", "right", "wrong", "cannot tell", "error"]]
    for (checker, name), row in found.items():
        said = [row[v] for v in ("right", "wrong", "cannot tell")]
        rows.append([checker, name, *map(str, [row.total(), *said, row.total() - sum(said)])])
    note = f"torch's own samples of {len(names)} operators, float64. Where ours differs:"
    return "\n".join([*table(rows), "", note, "", *(f"- {text}" for text in sorted(disagreements))])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--pairs", type=int, default=5000)
    parser.add_argument("--others", type=int, default=300, help="pairs on which the others run too")
    parser.add_argument("--numdifftools", type=int, default=20, help="of which numdifftools too")
    parser.add_argument("--times", type=int, default=1, help="0: leave the times as they are")
    parser.add_argument("--seed", type=int, default=REPORT_SEED)
    parser.add_argument("--opinfo", action="store_true")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    if options.times:
        keep(TIME, times())
        keep(OWN, overhead())
        keep(SEARCH, cost_of_an_error())
    if options.others:
        keep(OTHERS, side_by_side(options.others, options.seed, options.numdifftools))
    if options.pairs:
        keep(ACCURACY, accuracy(options.pairs, options.seed))
    if options.opinfo:
        keep(OPERATORS, operators())


if __name__ == "__main__":
    main()
