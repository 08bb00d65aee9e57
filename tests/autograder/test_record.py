"""Recording: a key is certain, the same every time, and refused where it could not be."""

import dataclasses
import importlib
import types

import numpy as np
import pytest

from autograder import record as recording
from autograder.checks import Gradient, Values
from autograder.data import encode
from autograder.exercise import Exercise, question
from autograder.exercises import registry
from autograder.keys import save
from autograder.record import RecordError, record, solution

RELU = registry()["structure.relu"]


def put(monkeypatch, solve, *checks, mistakes=()):
    """An exercise whose solution is `solve`."""
    monkeypatch.setattr(recording, "solution", lambda name: solve)
    known = [types.SimpleNamespace(name=m.__name__, says="", look="", function=m) for m in mistakes]
    monkeypatch.setattr(recording, "mistakes_of", lambda name: known)
    return Exercise("demo.exercise", 1, checks, ("a", "b", "c"))


def one(rng):
    yield question("one", x=rng.normal(size=3), n=2, name="a")


def test_one_seed_gives_one_key_and_another_seed_another(tmp_path):
    files = []
    for number, seed in enumerate((1, 1, 2)):
        save(record(RELU, seed), RELU, tmp_path / str(number))
        files.append((tmp_path / str(number)).read_bytes())
    assert files[0] == files[1] != files[2]


def test_exercises_with_the_same_seed_draw_different_questions():
    one, other = (
        record(registry()[n], 0).questions[0] for n in ("structure.relu", "structure.gelu")
    )
    assert encode([q.arguments for q in one]) != encode([q.arguments for q in other])


def test_a_key_is_secret_unless_it_is_said_to_be_public():
    assert not record(RELU, 1).public
    assert record(RELU, 1, public=True).public


def test_the_arguments_that_move_the_answer_are_recorded(monkeypatch):
    exercise = put(monkeypatch, lambda x, n, name: x * n, Values(one))
    assert record(exercise, 0).depends == ("x",)


def test_an_argument_that_moves_one_entry_of_a_large_answer_is_noticed(monkeypatch):
    def cases(rng):
        yield question("large", x=rng.normal(size=(100, 100)), y=2.0)

    def solve(x, y):
        out = np.zeros((100, 100))
        out[50, 50] = y
        return out

    assert record(put(monkeypatch, solve, Values(cases)), 0).depends == ("y",)


def test_a_solution_that_fails_is_refused_with_the_case(monkeypatch):
    exercise = put(monkeypatch, lambda x, n, name: x @ x @ x, Values(one))
    with pytest.raises(RecordError, match=r"demo\.exercise: the solution fails on 'one'"):
        record(exercise, 0)


def test_a_solution_that_changes_its_argument_is_refused(monkeypatch):
    exercise = put(monkeypatch, lambda x, n, name: x.sort() or 1.0, Values(one))
    with pytest.raises(RecordError, match="changes its argument"):
        record(exercise, 0)


def test_a_case_without_a_certain_answer_is_refused(monkeypatch):
    def jump(rng):
        yield question("a jump", x=np.array([0.0]))

    exercise = put(monkeypatch, np.sign, Gradient(jump, of="demo.f", elementwise=True))
    with pytest.raises(RecordError, match=r"demo\.exercise: .*'a jump'\. Change the case"):
        record(exercise, 0)


def test_a_check_without_a_case_is_refused(monkeypatch):
    exercise = put(monkeypatch, len, Values(lambda rng: []))
    with pytest.raises(RecordError, match="'values' has no case"):
        record(exercise, 0)


def test_a_reference_that_fails_its_own_check_is_refused(monkeypatch):
    answers = iter(range(100))
    exercise = put(monkeypatch, lambda x, n, name: float(next(answers)), Values(one))
    with pytest.raises(RecordError, match="The solution fails its own check"):
        record(exercise, 0)


def test_a_solution_that_is_not_there_is_named():
    with pytest.raises(RecordError, match=r"solutions/structure\.py has no nothing"):
        solution("structure.nothing")


def test_every_exercise_has_its_solution():
    for exercise in registry().values():
        assert callable(solution(exercise.solution_name))
        importlib.import_module(f"solutions.mistakes.{exercise.chapter}")


def test_a_mistake_that_does_not_end_is_refused_by_its_name(monkeypatch):
    def for_ever(x, n, name):
        while True:
            pass

    monkeypatch.setattr(recording, "HANGS", 0.1)
    exercise = put(monkeypatch, lambda x, n, name: x * n, Values(one), mistakes=[for_ever])
    with pytest.raises(RecordError, match="the mistake for_ever does not end"):
        record(exercise, 0)


def test_an_exercise_that_trains_is_not_trained_for_each_argument(monkeypatch):
    asked = []

    def train(x, n, name):
        asked.append(n)
        return x * n

    exercise = dataclasses.replace(put(monkeypatch, train, Values(one)), seconds=1.0)
    assert record(exercise, 0).depends == ()
    assert len(asked) == 2  # for the key, and to see that the solution passes its own check
