"""Grading goes on where it was, whatever stopped it, and gives each exercise what it deserves."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import time
from io import StringIO
from itertools import chain
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest

from autograder import grading, versions
from autograder.exercise import Exercise
from autograder.exercises import find, registry
from autograder.grading import (
    STATE,
    TOGETHER,
    Grader,
    by_number,
    grade_submission,
    make_job,
    students_who_submitted,
    warm_sandbox,
    workers,
)
from autograder.run import grade_class
from autograder.sandbox.policy import Limits
from autograder.sandbox.session import Sandbox, Session
from autograder.secret_keys import course_secret, number_for

KILLS = 50


def results_of(course: Path) -> dict[str, bytes]:
    folder = course / STATE / "results"
    return {path.name: path.read_bytes() for path in folder.rglob("[!.]*.json")}


def kept_in(course: Path) -> list[dict[str, Any]]:
    """The results of single exercises that are kept."""
    return [each for text in results_of(course).values() for each in json.loads(text).values()]


def files_of(course: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(course)): path.read_bytes()
        for step in ("autograded", "feedback")
        for path in sorted((course / step).rglob("*"))
        if path.is_file()
    }


def write_cell(made, student: str, grade_id: str, source: str) -> None:
    path = made.notebook(student)
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == grade_id:
            cell.source = source
    nbformat.write(notebook, path)


def test_fifty_kills_at_random_moments_lose_nothing(made_class, rows):
    """Each kill may hit repair, judging, the gradebook, a notebook or a feedback page."""
    course = made_class.course
    job = make_job(course, "structure")
    students = students_who_submitted(course, "structure")[:4]
    warm_sandbox(job.isolation, job.preload).ready()  # shared by all the runs that are forked here

    def run() -> int:
        child = os.fork()
        if child == 0:
            try:
                os.setpgid(0, 0)
                with workers(job, 1) as executor:
                    grade_class(job, students, executor, StringIO())
                os._exit(0)
            finally:
                os._exit(1)
        return child

    def forget() -> None:
        for path in (course / STATE / "results").rglob("*.json"):
            path.unlink()

    started = time.monotonic()
    assert os.waitstatus_to_exitcode(os.waitpid(run(), 0)[1]) == 0
    whole = time.monotonic() - started
    expected = rows(course), results_of(course), files_of(course)
    chance = random.Random(5)
    runs = killed = 0
    while killed < KILLS:  # a run may have ended before it is killed
        if runs % 3 == 0:
            forget()
        runs += 1
        child = run()
        time.sleep(chance.uniform(0, min(whole, 1.2)))
        os.kill(child, signal.SIGKILL)
        killed += os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
        for content in results_of(course).values():
            json.loads(content)
    assert os.waitstatus_to_exitcode(os.waitpid(run(), 0)[1]) == 0
    assert (rows(course), results_of(course), files_of(course)) == expected


def test_workers_that_live_on_keep_nobody_from_the_gradebook(made_class):
    job = make_job(made_class.course, "structure")
    with workers(job, 1) as executor:
        for _ in range(2):
            assert grade_class(job, ["ada"], executor, StringIO()).submissions == 1


def test_no_reference_is_run_before_its_own_exercise_was_judged():
    """The student's process runs references where something builds on a wrong answer, and keeps what
    it likes of them."""
    judged: set[str] = set()
    for exercise in registry().values():
        needed = {each.name for each in grading._needed(exercise)}
        assert needed <= judged
        judged.add(exercise.name)


def test_cells_that_never_end_are_not_run_for_each_exercise_anew(made_class, monkeypatch):
    """Thirteen exercises, two tries, sixty seconds: half an hour for one `while True`."""
    write_cell(made_class, "ada", "structure-neuron-code", "while True: pass")
    opened, really_open = [], Sandbox.open_ahead
    monkeypatch.setattr(Sandbox, "open_ahead", lambda *a: (opened.append(1), really_open(*a))[1])
    with Sandbox() as sandbox:
        grader = Grader(made_class.course, sandbox, Limits(wall=0.5))
        (result,) = grader.grade("ada", "structure")
    assert len(opened) <= grading.MOST_ENDLESS
    assert not any(score["points"] for score in result.scores.values())


def test_a_submission_that_takes_long_costs_the_next_one_nothing(made_class, monkeypatch):
    """The next one's process starts, and its time runs, while the one before it is graded."""
    (alone,) = grade_submission(make_job(made_class.course, "structure"), "ada")
    write_cell(made_class, "bela", "structure-neuron-code", "while True: pass")
    monkeypatch.setattr(grading, "LONG_AGO", 0.5)
    lost, really_left = [], Session.leave
    monkeypatch.setattr(Session, "leave", lambda s: (lost.append(s.lost), really_left(s))[1])
    with Sandbox() as sandbox:
        grader = Grader(made_class.course, sandbox, Limits(wall=2.0, call=2.0, cpu=2))
        shutil.rmtree(made_class.course / STATE / "results")
        (slow,), (fast,) = grader.grade_each(["bela", "ada"], "structure")
    assert not any(score["points"] for score in slow.scores.values())
    assert fast.scores == alone.scores
    assert lost.count("") >= 2, "the process that had waited, and the one in its place"


def test_processes_that_were_started_ahead_end_with_the_one_who_grades(made_class, monkeypatch):
    left, really_left = [], Session.leave
    monkeypatch.setattr(Session, "leave", lambda s: (left.append(s), really_left(s))[1])
    opened, really_open = [], Sandbox.open_ahead
    monkeypatch.setattr(
        Sandbox, "open_ahead", lambda *a: opened.append(really_open(*a)) or opened[-1]
    )

    def fails(run) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(grading._Run, "results", fails)
    with Sandbox() as sandbox, pytest.raises(KeyboardInterrupt):
        Grader(made_class.course, sandbox).grade_each(["ada", "bela"], "structure")
    assert len(opened) == 2
    assert set(map(id, opened)) == set(map(id, left))


def test_an_answer_that_grows_in_the_comparison_costs_its_points_and_no_worker(made_class):
    """Broadcasting makes terabytes of megabytes."""
    job = make_job(made_class.course, "structure")
    with workers(job, 1) as executor:
        assert executor.submit(_grow, 2 * grading.WORKER_MEMORY).result() == "MemoryError"
        assert executor.submit(_grow, 1 << 20).result() == ""


def _grow(size: int) -> str:
    try:
        np.ones(size, np.uint8)
    except MemoryError:
        return "MemoryError"
    return ""


@pytest.mark.parametrize("students", [3, 40, 500])
@pytest.mark.parametrize("count", [2, 64])
def test_students_of_one_number_are_graded_one_after_the_other(
    made_class, monkeypatch, students, count
):
    """A worker then loads a key once, and has few in memory; and no worker has all the work."""
    course = made_class.course
    monkeypatch.setattr(grading, "key_count", lambda course: count)
    names = [f"student{number}" for number in range(students)]
    groups = by_number(course, names)
    assert sorted(chain(*groups)) == sorted(names)
    assert all(len(group) <= TOGETHER for group in groups)
    assert len(groups) >= min(students, grading.GROUPS)
    secret, size = course_secret(course), max(map(len, groups))
    of_groups = [[number_for(secret, each, count) for each in group] for group in groups]
    numbers = list(chain(*of_groups))
    assert numbers == sorted(numbers)
    for number in set(numbers):
        assert sum(number in group for group in of_groups) <= -(-numbers.count(number) // size)


def test_what_is_graded_is_not_run_again(made_class, monkeypatch):
    job = make_job(made_class.course, "structure")
    (first,) = grade_submission(job, "ada")

    def refuse(*arguments):
        raise AssertionError("a kept result was not used")

    monkeypatch.setattr(
        warm_sandbox(job.isolation, job.preload), "open_ahead", refuse, raising=False
    )
    (second,) = grade_submission(job, "ada")
    assert second.scores == first.scores


def test_a_changed_cell_is_graded_anew(made_class):
    job = make_job(made_class.course, "structure")
    (before,) = grade_submission(job, "ada")
    write_cell(made_class, "ada", "structure-relu-code", "def relu(z):\n    return z")
    (after,) = grade_submission(job, "ada")
    assert before.scores["structure-relu"]["points"] > 0
    assert after.scores["structure-relu"]["points"] == 0


@pytest.mark.parametrize("damaged", [b'{"points": 1, "out_', b"", b"[]", b"\xff"])
def test_a_damaged_file_of_results_is_computed_again(made_class, damaged):
    job = make_job(made_class.course, "structure")
    (before,) = grade_submission(job, "ada")
    for path in (made_class.course / STATE / "results").rglob("*.json"):
        path.write_bytes(damaged)
    (after,) = grade_submission(job, "ada")
    assert after.scores == before.scores


def test_a_changed_check_is_graded_anew_and_nothing_else(made_class, monkeypatch):
    """Grading again after a check was mended asks the students' code only what changed."""
    job = make_job(made_class.course, "structure")
    (before,) = grade_submission(job, "ada")
    version, judge, judged = grading.checking_version, grading.judge, []

    def another(exercise: Exercise) -> str:
        return version(exercise) + ("mended" if exercise.name == "structure.relu" else "")

    def counting(exercise: Exercise, key, ask):
        judged.append(exercise.name)
        return judge(exercise, key, ask)

    monkeypatch.setattr(grading, "checking_version", another)
    monkeypatch.setattr(grading, "judge", counting)
    (after,) = grade_submission(job, "ada")
    assert set(judged) == {"structure.relu"}
    assert after.scores == before.scores
    grade_submission(job, "ada")
    assert len(judged) == 1, "the new result is kept, and so are the others"


def test_what_a_limit_caused_is_not_kept(made_class):
    from dataclasses import replace

    from autograder.sandbox.policy import Limits

    write_cell(made_class, "ada", "structure-relu-code", "def relu(z):\n    while True: pass")
    job = replace(make_job(made_class.course, "structure"), limits=Limits(wall=6, call=0.3, cpu=5))
    (result,) = grade_submission(job, "ada")
    assert result.scores["structure-relu"]["points"] == 0
    assert result.scores["structure-neuron"]["points"] > 0, "the other exercises are not touched"
    kept = [result["verdict"]["exercise"] for result in kept_in(made_class.course)]
    assert "structure.relu" not in kept
    assert "structure.neuron" in kept


NEEDING = find("structure.sigmoid_derivative")
BUILT_ON = "def sigmoid_derivative(z):\n    a = sigmoid(z)\n    return a * (1 - a)"


def test_an_exercise_earns_its_points_though_what_it_builds_on_is_wrong(made_class):
    wrong = "def sigmoid(z):\n    return None"
    write_cell(made_class, "ada", "structure-sigmoid-code", wrong)
    write_cell(made_class, "ada", "structure-sigmoid_derivative-code", BUILT_ON)
    (result,) = grade_submission(make_job(made_class.course, "structure"), "ada")
    assert result.scores["structure-sigmoid"]["points"] == 0
    assert result.scores["structure-sigmoid_derivative"]["points"] == NEEDING.points


def test_the_references_are_run_only_where_the_code_uses_what_is_wrong(made_class, monkeypatch):
    """What needs another exercise may be solved without it; nothing is then to be gained."""
    write_cell(made_class, "ada", "structure-sigmoid-code", "def sigmoid(z):\n    return None")
    ran: list[str] = []
    with_references = grading.with_references

    def noting(notebook, exercise: Exercise) -> list[str]:
        ran.append(exercise.name)
        return with_references(notebook, exercise)

    monkeypatch.setattr(grading, "with_references", noting)
    job = make_job(made_class.course, "structure")
    alone = "def sigmoid_derivative(z):\n    return 0 * z"
    write_cell(made_class, "ada", "structure-sigmoid_derivative-code", alone)
    grade_submission(job, "ada")
    assert not ran
    by_a_helper = "def squash(z):\n    return sigmoid(z)\n\n" + BUILT_ON.replace(
        "sigmoid(z)\n", "squash(z)\n"
    )
    write_cell(made_class, "ada", "structure-sigmoid_derivative-code", by_a_helper)
    (result,) = grade_submission(job, "ada")
    assert ran == [NEEDING.name]
    assert result.scores["structure-sigmoid_derivative"]["points"] == NEEDING.points


def test_what_a_wrong_cell_overwrites_is_given_back(made_class):
    """A cell may spoil another one by a name that is not its exercise's own."""
    spoiling = "def sigmoid(z):\n    return None\n\nabs = None"
    write_cell(made_class, "ada", "structure-sigmoid-code", spoiling)
    spoiled = (
        "def sigmoid_derivative(z):\n"
        "    a = 1 / (1 + np.exp(-np.clip(abs(z), 0, 700)))\n"
        "    return a * (1 - a)"
    )
    write_cell(made_class, "ada", "structure-sigmoid_derivative-code", spoiled)
    (result,) = grade_submission(make_job(made_class.course, "structure"), "ada")
    assert result.scores["structure-sigmoid_derivative"]["points"] == NEEDING.points


def test_an_answer_that_cannot_be_judged_stops_nothing(made_class, monkeypatch):
    judge = grading.judge

    def fails(exercise: Exercise, key, ask):
        if exercise.name == "structure.relu":
            raise MemoryError
        return judge(exercise, key, ask)

    monkeypatch.setattr(grading, "judge", fails)
    (result,) = grade_submission(make_job(made_class.course, "structure"), "ada")
    assert result.scores["structure-relu"]["points"] == 0
    assert "could not be judged" in result.scores["structure-relu"]["html"]
    assert result.scores["structure-neuron"]["points"] > 0


def test_a_folder_that_cannot_be_repaired_stops_nothing(made_class, monkeypatch):
    def fails(*arguments):
        raise RuntimeError

    monkeypatch.setattr(grading, "repair", fails)
    (result,) = grade_submission(make_job(made_class.course, "structure"), "ada")
    assert result.notes == ["The submission could not be read (RuntimeError)."]
    assert all(score["points"] == 0 for score in result.scores.values())


# Versions ------------------------------------------------------------------------------------


def test_an_exercises_version_counts_the_helpers_of_its_checks():
    exercise = find("structure.relu")
    sources = versions._sources([check.cases for check in exercise.checks])
    assert len(sources) >= len(exercise.checks)
    assert not any(" at 0x" in text for text in sources), "an address differs in every process"


def test_versions_differ_between_exercises_and_not_between_processes():
    import subprocess
    import sys

    program = (
        "from autograder.exercises import registry; from autograder.versions import checking_version;"
        "print(*(checking_version(e) for e in registry().values() if e.chapter == 'structure'))"
    )
    root = Path(__file__).parents[2]
    ran = [
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=root,
            capture_output=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    ]
    assert ran[0] == ran[1]
    assert len(set(ran[0].split())) == len(ran[0].split()) > 5


def test_the_isolation_is_part_of_a_results_name(made_class):
    """What ran in less than full isolation must not stand for what ran in full."""
    counts = []
    for isolation in ("full", "none"):
        grade_submission(make_job(made_class.course, "structure", isolation), "ada")
        counts.append(len(kept_in(made_class.course)))
    assert counts[1] == 2 * counts[0] > 0
