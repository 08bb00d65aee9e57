"""The whole path, from source to grade: what nbgrader records is what the mixes imply."""

import csv
import os
import subprocess
import sys

import numpy as np
import pytest

from autograder.exercises import registry
from autograder.keys import KEYS_FOLDER
from autograder.simulate import (
    SHARE_RIGHT,
    STUDENTS,
    Entry,
    Result,
    choose,
    deserved,
    run_class,
    table,
)

EXERCISES = [e for e in registry().values() if e.chapter == "structure"]


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return tmp_path_factory.mktemp("class")


@pytest.fixture(scope="module")
def results(course, recorded_keys):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(KEYS_FOLDER, str(recorded_keys))
        return run_class("structure", course, keys=2)


def test_every_recorded_score_is_the_one_that_the_mix_implies(results):
    assert [r.student for r in results] == list(STUDENTS)
    for result in results:
        assert result.differing == ()
        assert result.recorded == pytest.approx(result.expected)


def test_the_class_is_a_mix_with_partial_credit_in_it(results):
    scores = [r.recorded for r in results]
    everything = sum(e.points for e in EXERCISES)
    assert scores[0] == everything
    assert len(set(scores)) >= 5
    assert any(score != int(score) for score in scores), "nobody got a part of the points"


def test_every_student_gets_feedback_with_the_verdicts(course, results):
    for student in STUDENTS:
        html = (course / "feedback" / student / "structure" / "structure.html").read_text()
        assert "is right" in html or "is not" in html
        assert "Traceback (most recent call last)" not in html or "NotImplementedError" in html


def test_the_export_has_a_line_for_each_student(course, results):
    with (course / "grades.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(STUDENTS) == 10
    recorded = {row["student_id"]: float(row["raw_score"] or row["score"]) for row in rows}
    for result in results:
        assert recorded[result.student] == pytest.approx(result.recorded)


def test_nbgrader_validates_the_source_and_finds_the_stubs(course, results, recorded_keys):
    """`nbgrader validate` on the source says that all checks pass."""
    source = course / "source" / "structure" / "structure.ipynb"
    ran = subprocess.run(
        [sys.executable, "-m", "nbgrader", "validate", str(source)],
        cwd=course, capture_output=True, text=True,
        env={**os.environ, KEYS_FOLDER: str(recorded_keys)},
    )  # fmt: skip
    assert "Success! Your notebook passes all the tests." in ran.stdout, ran.stdout + ran.stderr


# The pieces ---------------------------------------------------------------------------------


def test_the_best_student_writes_only_what_is_right_and_the_last_nothing_that_is(keys):
    rng = np.random.default_rng(0)
    for exercise in EXERCISES:
        assert choose(exercise, SHARE_RIGHT[0], rng).points == exercise.points
        assert choose(exercise, SHARE_RIGHT[-1], rng).points < exercise.points


def test_points_are_deserved_by_the_exercises_own_check(keys):
    relu = registry()["structure.relu"]
    assert deserved(relu, lambda z: np.maximum(z, 0)) == 1
    assert deserved(relu, lambda z: z) == 0


def test_a_cell_that_differs_shows_in_the_table():
    rows = [Result("ada", 3, 3, 5, ()), Result("bela", 2, 1, 5, ("structure-relu: expected 1",))]
    lines = table(rows).splitlines()
    assert "differs" not in lines[1]
    assert lines[2].endswith("← differs")
    assert lines[3] == "    structure-relu: expected 1"


def test_helpers_of_a_shared_cell_are_found_when_it_is_judged_again(keys):
    from autograder.simulate import _one_each

    relu = registry()["structure.relu"]
    source = "def helper(z):\n    return z * (z > 0)\n\n\ndef relu(z):\n    return helper(z) + 0.0"
    two = [Entry("a", "relu", "one", None, 0.0), Entry("b", "relu", "two", source, 1.0)]
    assert [e.points for e in _one_each(two, [relu, relu])] == [1.0, 1.0]
