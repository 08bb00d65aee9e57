"""Print verdicts, one line of JSON each: the same script runs in CPython and in Pyodide.

``verdicts.py chapter NAME`` judges the solution, the alternatives and the mistakes of a chapter with
its public keys; of an exercise that trains, which takes Pyodide up to 100 s each, the solution and
what is judged within seconds.
``verdicts.py whole NAME`` judges those too. ``verdicts.py gradients N`` judges N gradients of the
benchmark's corpus.
"""

import json
import sys
import time

# Of every exercise that trains, the mistakes and alternatives that Pyodide judges within 10 s.
SOON_JUDGED = {
    "training.train_classifier": (
        "diverged",
        "stops_too_early",
        "all_weights_zero",
        "one_batch_for_ever",
        "returns_the_beginning",
    ),
    "feedforward.train_house_prices": (
        "no_function",
        "column_predicted",
        "log_not_undone",
        "scaling_not_undone",
        "target_a_column",
        "zeros_at_the_start",
        "scaled_by_the_new_samples",
        "new_houses_not_scaled",
        "features_not_scaled",
        "no_activation",
        "shuffled_apart",
        "diverged",
        "too_few_epochs",
        "one_batch_only",
    ),
    "convolution.train_cnn": (
        "fixed_kernels_and_a_linear_layer",
        "no_function",
        "scores_predicted",
        "zeros_at_the_start",
        "dense_network",
    ),
}


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
        judged = [*alternatives_of(exercise.name), *mistakes_of(exercise.name)]
        others = {other.name: other.function for other in judged}
        if exercise.seconds and not whole:
            others = {name: others[name] for name in SOON_JUDGED[exercise.name]}
        functions = {"the solution": solution(exercise.solution_name), **others}
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
