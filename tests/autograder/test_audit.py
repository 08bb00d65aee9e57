"""The audit as tests: for every exercise of the course, and for the audit itself.

Every mistake and every alternative of every exercise is put to its check here. Mutants are slow:
two exercises of each chapter take part, the same ones every time (the first and the middle one);
`make audit` does all of them.
"""

import types
from dataclasses import replace

import numpy as np
import pytest

from autograder import audit as auditing
from autograder.audit import AUDIT_SEED, OTHER_SEEDS, Row, audit, table
from autograder.exercises import chapters, registry
from autograder.mutants import Mutant
from autograder.record import PUBLIC_SEED, alternatives_of, mistakes_of, record, solution

RELU = registry()["structure.relu"]


@pytest.fixture(scope="module")
def verdict_of():
    keys = {}

    def verdict(name, function, seed=AUDIT_SEED):
        if (name, seed) not in keys:
            keys[name, seed] = record(registry()[name], seed)
        return auditing._verdict(registry()[name], keys[name, seed], function)

    return verdict


def every(of):
    return [pytest.param(n, each, id=f"{n}-{each.name}") for n in registry() for each in of(n)]


@pytest.mark.parametrize(("name", "mistake"), every(mistakes_of))
def test_a_mistake_is_rejected_and_named(verdict_of, name, mistake):
    verdict = verdict_of(name, mistake.function)
    assert not verdict.right
    assert verdict.points < verdict.out_of
    assert verdict.mistake == mistake.name
    assert verdict.explanation == mistake.says


@pytest.mark.parametrize(("name", "alternative"), every(alternatives_of))
def test_an_alternative_is_accepted(verdict_of, name, alternative):
    training = registry()[name].seconds  # by each key would take minutes
    for seed in (AUDIT_SEED,) if training else (AUDIT_SEED, PUBLIC_SEED):
        verdict = verdict_of(name, alternative.function, seed)
        assert verdict.right, verdict.findings
        assert verdict.points == verdict.out_of


def sampled():
    for chapter in chapters():
        names = [name for name, e in registry().items() if e.chapter == chapter]
        yield from dict.fromkeys((names[0], names[len(names) // 2]))


@pytest.mark.parametrize("name", list(sampled()))
def test_every_mutant_that_changes_a_value_is_rejected_and_located(name):
    row = audit(registry()[name])
    assert row.problems == []
    assert row.mutants == row.mutants_rejected == row.mutants_located


# The audit itself ---------------------------------------------------------------------------


def test_an_alternative_that_some_other_key_refuses_is_a_problem(rigged):
    questions = [q for part in record(RELU, AUDIT_SEED).questions for q in part]
    known = [q.arguments["z"].tobytes() for q in questions]

    def lucky(z):
        return np.maximum(z, 0) + (0 if z.tobytes() in known else 1e-3)

    row = rigged(alternatives=[lucky, right])
    assert row.alternatives_accepted == 1
    assert any(problem.startswith("refused: lucky") for problem in row.problems)


def as_mistakes(*functions):
    return [types.SimpleNamespace(name=f.__name__, says="", look="", function=f) for f in functions]


@pytest.fixture
def rigged(monkeypatch):
    """The audit of ReLU with other mistakes, alternatives or mutants."""

    def rig(mistakes=None, alternatives=None, mutants=None, seconds=0.0):
        from autograder import record as recording

        if mistakes is not None:
            for module in (auditing, recording):
                monkeypatch.setattr(module, "mistakes_of", lambda name: as_mistakes(*mistakes))
        if alternatives is not None:
            monkeypatch.setattr(
                auditing, "alternatives_of", lambda name: as_mistakes(*alternatives)
            )
        made = [Mutant(f.__name__, f) for f in mutants or ()]
        monkeypatch.setattr(auditing, "mutants", lambda reference: iter(made))
        return audit(replace(RELU, seconds=seconds))

    return rig


def right(z):
    return np.maximum(z, 0)


def absolute(z):
    return np.abs(z)


def also_absolute(z):
    return np.sqrt(z * z)


def endless(z):
    while True:
        pass


def leaving(z):
    raise SystemExit


def test_a_mistake_that_is_accepted_is_a_problem(rigged):
    row = rigged(mistakes=[right])
    assert "accepted: right" in row.problems
    assert (row.mistakes, row.rejected, row.named) == (1, 0, 0)


def test_two_mistakes_that_cannot_be_told_apart_are_a_problem(rigged):
    row = rigged(mistakes=[absolute, also_absolute])
    assert "not named: also_absolute (taken for absolute)" in row.problems
    assert (row.rejected, row.named) == (2, 1)


def test_too_few_mistakes_and_alternatives_are_a_problem(rigged):
    problems = rigged(mistakes=[absolute], alternatives=[right]).problems
    assert "1 mistakes known, and no reason why not three" in problems
    assert "1 alternatives, two are wanted" in problems


def test_an_alternative_that_is_refused_is_a_problem(rigged):
    row = rigged(alternatives=[right, absolute])
    assert row.alternatives_accepted == 1
    assert any(problem.startswith("refused: absolute (") for problem in row.problems)


def test_mutants_that_loop_or_exit_end_and_are_rejected(rigged, monkeypatch):
    monkeypatch.setattr(auditing, "SECONDS_A_CALL", 0.02)
    row = rigged(mutants=[endless, leaving, absolute])
    assert row.mutants == row.mutants_rejected == 3


def test_a_mutant_that_changes_nothing_does_not_count(rigged):
    assert rigged(mutants=[right]).mutants == 0


def test_training_that_passes_by_some_key_is_no_mutant_to_reject(rigged):
    """A score varies with the key; elsewhere a wrong value is wrong wherever it occurs."""
    questions = [q for part in record(RELU, OTHER_SEEDS[0]).questions for q in part]
    refused = [q.arguments["z"].tobytes() for q in questions]

    def worse(z):
        return np.maximum(z, 0) + (1e-3 if z.tobytes() in refused else 0)

    assert rigged(mutants=[worse, absolute], seconds=2.0).mutants == 1
    assert rigged(mutants=[worse, absolute]).mutants == 2


def test_the_keys_of_the_audit_are_no_keys_that_ship_or_grade():
    assert len({PUBLIC_SEED, AUDIT_SEED, *OTHER_SEEDS}) == 2 + len(OTHER_SEEDS)


def test_the_table_adds_up_and_lists_what_is_left_to_mend():
    rows = [Row("a", "a.one", 1, mistakes=3), Row("a", "a.two", 2, mistakes=4, problems=["p"])]
    lines = table(rows).splitlines()
    assert lines[3].split()[:3] == ["total", "3", "7"]
    assert lines[4] == "a.two: p"
    assert not rows[1].perfect


@pytest.mark.parametrize("name", registry())
def test_an_exercise_is_complete(name):
    exercise = registry()[name]
    assert callable(solution(exercise.solution_name))
    assert solution(exercise.solution_name).__doc__
    assert len(exercise.hints) == 3
    assert all(len(hint) > 15 for hint in exercise.hints), "a hint is a sentence"
    assert len(set(exercise.hints)) == 3
    assert len(mistakes_of(name)) >= 3 or exercise.few_mistakes
    assert len(alternatives_of(name)) >= 2
    assert 1 <= exercise.points <= 3
    assert set(exercise.needs) <= set(registry())
    assert all(len(m.says) > 15 and m.says.rstrip()[-1] in ".?!)" for m in mistakes_of(name))
