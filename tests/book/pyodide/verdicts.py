"""Print verdicts, one line of JSON each: the same script runs in CPython and in Pyodide.

``verdicts.py chapter NAME`` judges the solution, the alternatives and the mistakes of a chapter with
its public keys; of an exercise that trains, which takes Pyodide a minute each, the solution alone.
``verdicts.py whole NAME`` judges those too. ``verdicts.py gradients N`` judges N gradients of the
benchmark's corpus.
"""

import json
import sys
import time


def of_chapter(chapter: str, whole: bool) -> None:
    from autograder.ask import ask
    from autograder.checking import judge
    from autograder.exercises import registry
    from autograder.keys import public_key
    from autograder.record import alternatives_of, mistakes_of, solution

    for exercise in registry().values():
        if exercise.chapter != chapter:
            continue
        key = public_key(exercise)
        others = [*alternatives_of(exercise.name), *mistakes_of(exercise.name)]
        functions = {"the solution": solution(exercise.solution_name)}
        if whole or not exercise.seconds:
            functions |= {other.name: other.function for other in others}
        for name, function in functions.items():
            started = time.perf_counter()
            verdict = judge(
                exercise,
                key,
                lambda q, f=function, e=exercise: ask(f, e.drive, q.arguments),
            )
            found = sorted({(f.check, f.kind, f.which) for f in verdict.findings})
            row = {
                "exercise": exercise.name,
                "function": name,
                "points": verdict.points,
                "mistake": verdict.mistake,
                "findings": found,
            }
            print(json.dumps(row), flush=True)
            took = time.perf_counter() - started
            if took > 5:
                print(f"{exercise.name} {name}: {took:.1f} s", file=sys.stderr)


def of_gradients(count: int) -> None:
    import itertools

    import numpy as np

    from autograder.gradients import check_gradient
    from benchmarks.gradients.corpus import MISTAKES, TUNING_SEED, pairs

    for pair in itertools.islice(pairs(10**6, TUNING_SEED), count):
        changes = {"right": None}
        for name, make in MISTAKES.items():
            changes[name] = make(pair, np.random.default_rng(pair.seed % 2**32))
        for name, change in changes.items():
            if change is None and name != "right":
                continue
            report = check_gradient(
                pair.f, pair.gradient(change), *pair.args, upstream=pair.upstream
            )
            row = {"exercise": f"{pair.family} {pair.profile} {pair.seed}", "function": name}
            print(json.dumps({**row, "verdict": report.verdict}), flush=True)


if __name__ == "__main__":
    what, which = sys.argv[1:]
    if what == "gradients":
        of_gradients(int(which))
    else:
        of_chapter(which, what == "whole")
