"""Gradient checkers side by side, on the same pairs in one run.

    python benchmarks/gradient_checkers.py                 accuracy on 5,000 pairs, and times
    python benchmarks/gradient_checkers.py --pairs 500     the same on fewer
    python benchmarks/gradient_checkers.py --opinfo        also torch's samples of its own operators

Accuracy is the percentage of gradients that each checker accepts: 100 is best in the first row, 0 in
all others. The other checkers need seconds a pair; they run on the first ``--others`` pairs, and so
does a column of ours, so that the columns of the second table are comparable.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import sys
import time
import warnings
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from autograder.gradients import Report, check_gradient
from benchmarks.gradients.corpus import MISTAKES, REPORT_SEED, Change, Pair, pairs
from benchmarks.gradients.families import FAMILIES

RIGHT = "right"


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


def accuracy(count: int, seed: int, others: int) -> None:
    table: dict[str, Counter[str]] = defaultdict(Counter)
    accepted: dict[str, dict[str, Counter[bool]]] = defaultdict(lambda: defaultdict(Counter))
    unsure: Counter[str] = Counter()
    blamed: Counter[bool] = Counter()
    misjudged: list[str] = []
    start = time.perf_counter()
    for number, pair in enumerate(pairs(count, seed)):
        for name, change in changes_of(pair).items():
            report = check_gradient(
                pair.f, pair.gradient(change), *pair.args, upstream=pair.upstream
            )
            table[name][report.verdict] += 1
            if name == "one entry off by 1 %" and change is not None:
                blamed[blames(report, change.entry)] += 1  # type: ignore[attr-defined]
            if report.verdict == ("wrong" if name == RIGHT else "right"):
                misjudged.append(f"{name}: {pair.family}, {pair.profile}, seed {pair.seed}")
            if name == RIGHT and report.verdict == "cannot tell":
                unsure[pair.profile] += 1
            if number < others:
                accepted[name]["autograder"][bool(report)] += 1
                compare_others(pair, change, accepted[name])
    seconds = time.perf_counter() - start
    print(f"\n{count} pairs of {len(FAMILIES)} families, seed {seed}, {seconds:.0f} s\n")
    print(
        f"{'autograder, gradient given':28}{'pairs':>7}{'right':>9}{'wrong':>9}{'cannot tell':>13}  %"
    )
    for name in [RIGHT, *MISTAKES]:
        row = table[name]
        n = row.total() or 1
        shares = [100 * row[v] / n for v in ("right", "wrong", "cannot tell")]
        print(f"{name:28}{n:7d}{shares[0]:9.2f}{shares[1]:9.2f}{shares[2]:13.2f}")
    print(
        f"\nentry off by 1 %: the right one is blamed in {100 * blamed[True] / (blamed.total() or 1):.2f} %"
    )
    print("cannot tell, by profile: " + ", ".join(f"{k} {v}" for k, v in unsure.most_common()))
    for text in misjudged[:40]:
        print("misjudged:", text)
    if others:
        print_others(accepted, others)


def compare_others(pair: Pair, change: Change | None, accepted: dict[str, Counter[bool]]) -> None:
    from benchmarks.gradients.others import OTHERS

    for checker, check in OTHERS.items():
        try:
            verdict = check(pair, change)
        except Exception:  # a checker that raises does not accept
            verdict = False
        accepted[checker][verdict] += 1


def print_others(accepted: dict[str, dict[str, Counter[bool]]], others: int) -> None:
    checkers = list(accepted[RIGHT])
    print(f"\nthe first {others} pairs, accepted in %\n")
    print(f"{'gradient given':24}" + "".join(f"{c:>13}" for c in checkers))
    for name in [RIGHT, *MISTAKES]:
        row = [100 * accepted[name][c][True] / (accepted[name][c].total() or 1) for c in checkers]
        print(f"{name:24}" + "".join(f"{share:13.1f}" for share in row))


def numdifftools_table(count: int, seed: int) -> None:
    """numdifftools takes seconds for one pair: a sample of its own."""
    from benchmarks.gradients.others import numdifftools_gradient

    accepted: dict[str, Counter[bool]] = defaultdict(Counter)
    for pair in pairs(count, seed):
        for name, change in changes_of(pair).items():
            if name in (RIGHT, "scaled by 1 + 1e-4", "one entry off by 1 %"):
                with contextlib.redirect_stderr(io.StringIO()):
                    try:
                        verdict = numdifftools_gradient(pair, change)
                    except Exception:
                        verdict = False
                accepted[name][verdict] += 1
    print(f"\nnumdifftools on the first {count} pairs, accepted in %")
    for name, row in accepted.items():
        print(f"{name:24}{100 * row[True] / row.total():13.1f}")


def network(
    sizes: tuple[int, int, int],
) -> tuple[Callable[..., Any], Callable[..., Any], tuple[Any, ...]]:
    """A tanh network with a mean squared error on 32 samples, its gradient by hand."""
    rng = np.random.default_rng(0)
    i, h, o = sizes
    x, y = rng.standard_normal((32, i)), rng.standard_normal((32, o))

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


def median_time(run: Callable[[], Any], least: float = 0.3) -> float:
    times: list[float] = []
    run()
    while len(times) < 3 or (sum(times) < least and len(times) < 200):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return float(np.median(times))


def own_time(f: Callable[..., Any], g: Callable[..., Any], args: Any) -> tuple[float, float]:
    """Seconds that a check takes for itself, and seconds inside ``f`` and ``g``: the best of 60."""
    best = (np.inf, 1.0)
    for _ in range(60):
        inside = 0.0

        def clocked(function: Callable[..., Any]) -> Callable[..., Any]:
            def run(*a: Any) -> Any:
                nonlocal inside
                start = time.perf_counter()
                result = function(*a)
                inside += time.perf_counter() - start
                return result

            return run

        start = time.perf_counter()
        check_gradient(clocked(f), clocked(g), *args)
        best = min(best, (time.perf_counter() - start - inside, inside))
    return best


def times() -> None:
    from benchmarks.gradients.others import cs231n, torch_gradcheck

    print("\na right gradient of a tanh network, 32 samples, milliseconds (median)\n")
    columns = ["autograder", "torch fast", "torch slow", "CS231n", "evaluations", "own share %"]
    print(f"{'parameters':>10}" + "".join(f"{c:>13}" for c in columns))
    for sizes in ((3, 4, 2), (10, 20, 10), (30, 30, 5), (64, 64, 10)):
        f, g, args = network(sizes)
        pair = Pair(
            "network", "plain", f, args, None, lambda up, *a, g=g: tuple(up * d for d in g(*a)),
            g(*args), False, False, 0,
        )  # fmt: skip
        report = check_gradient(f, g, *args)
        assert report, report
        mine = median_time(lambda f=f, g=g, args=args: check_gradient(f, g, *args))
        own, inside = own_time(f, g, args)
        row = [
            1e3 * mine,
            1e3 * median_time(lambda pair=pair: torch_gradcheck(fast_mode=True)(pair, None)),
            1e3 * median_time(lambda pair=pair: torch_gradcheck()(pair, None)),
            1e3 * median_time(lambda pair=pair: cs231n(1e-5)(pair, None)),
            report.evaluations,
            100 * own / inside,
        ]
        size = sum(a.size for a in args)
        print(f"{size:10d}" + "".join(f"{value:13.2f}" for value in row))

    f, g, args = network((200, 12, 1))
    size = args[0].size

    def wrong(*a):
        found = list(g(*a))
        found[0] = found[0].copy()
        found[0][137, 4] *= 1.01
        return tuple(found)

    report = check_gradient(f, wrong, *args)
    where = report.blocks[0].worst[0].index
    print(
        f"\none of {size} entries off by 1 %: found at {list(where)}, {report.evaluations} evaluations"
    )


def opinfo(limit: int | None) -> None:
    from benchmarks.gradients.opinfo import compare

    table, disagreements, operators = compare(limit)
    print(f"\ntorch's own samples of {operators} operators, float64\n")
    for name, row in table.items():
        print(f"{name:36}" + ", ".join(f"{verdict} {n}" for verdict, n in row.most_common()))
    for text in disagreements:
        print("differs:", text)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--pairs", type=int, default=5000)
    parser.add_argument("--others", type=int, default=300, help="pairs on which the others run too")
    parser.add_argument("--numdifftools", type=int, default=40, help="pairs for numdifftools")
    parser.add_argument("--seed", type=int, default=REPORT_SEED)
    parser.add_argument("--opinfo", action="store_true")
    parser.add_argument("--opinfo-limit", type=int, default=None)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    times()
    if options.pairs:
        accuracy(options.pairs, options.seed, min(options.others, options.pairs))
    if options.numdifftools:
        numdifftools_table(min(options.numdifftools, options.pairs or 10**9), options.seed)
    if options.opinfo:
        opinfo(options.opinfo_limit)


if __name__ == "__main__":
    main()
