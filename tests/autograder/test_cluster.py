"""Grading on a cluster gives what grading on one machine does."""

from __future__ import annotations

import shutil
from io import StringIO

import pytest
from distributed import LocalCluster

from autograder.cli import main
from autograder.grading import NoCluster, cluster, make_job, students_who_submitted
from autograder.run import grade_class


@pytest.fixture(scope="module")
def scheduler():
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as made:
        yield made.scheduler_address


def test_the_rows_are_those_of_one_machine(made_class, grade, rows, scheduler, tmp_path):
    alone = tmp_path / "alone"
    shutil.copytree(made_class.course, alone)
    grade(alone)
    course = made_class.course
    students = students_who_submitted(course, "structure")
    with cluster(scheduler) as executor:
        grade_class(make_job(course, "structure"), students, executor, StringIO())
    assert rows(course) == rows(alone)


def test_the_command_takes_a_schedulers_address(made_class, rows, scheduler, capsys):
    course = str(made_class.course)
    assert main(["grade", "structure", "--course", course, "--dask", scheduler]) == 0
    assert "graded 6 submissions" in capsys.readouterr().out
    assert rows(made_class.course)["ada", "structure", "structure-relu"][0] > 0


def test_a_scheduler_that_does_not_answer_is_named():
    with pytest.raises(NoCluster, match=r"tcp://127\.0\.0\.1:9"), cluster("tcp://127.0.0.1:9"):
        pass
