"""`nbgrader autograde` repairs and grades as `autograder grade` does."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest

from autograder.cli import main
from autograder.release import nbgrader


def test_nbgrader_autograde_records_what_autograder_grade_records(
    made_class, grade, rows, tmp_path: Path
):
    """Honest, damaged, wrongly named, and one that tries to look at its grader's files."""
    course = made_class.course
    damaged = made_class.notebook("bela")
    damaged.write_bytes(damaged.read_bytes()[:-2000])
    misnamed = made_class.notebook("chidi")
    misnamed.rename(misnamed.with_name("homework.ipynb"))
    spy = nbformat.read(made_class.notebook("dana"), as_version=4)
    for cell in spy.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "structure-relu-code":
            cell.source = (
                "open('/tmp/was-here', 'w')\n"
                "def relu(z):\n    raise ValueError(open('gradebook.db').read())"
            )
    nbformat.write(spy, made_class.notebook("dana"))
    for student in ("emre", "fatou"):
        shutil.rmtree(course / "submitted" / student)
    plugged = tmp_path / "plugged"
    shutil.copytree(course, plugged)
    said = nbgrader(plugged, "autograde", "structure")
    assert "homework.ipynb was taken for structure.ipynb" in said
    assert not Path("/tmp/was-here").exists()
    grade(course)
    assert rows(plugged) == rows(course)
    for student in ("ada", "bela", "chidi", "dana"):
        where = f"autograded/{student}/structure/structure.ipynb"
        ours, theirs = (nbformat.read(each / where, as_version=4) for each in (course, plugged))
        assert [c.source for c in ours.cells] == [c.source for c in theirs.cells]
        assert [c.get("outputs") for c in ours.cells] == [c.get("outputs") for c in theirs.cells]


def test_less_than_full_isolation_must_be_chosen_in_the_configuration(made_class):
    config = made_class.course / "nbgrader_config.py"
    config.write_text(config.read_text() + '\nc.GradeInSandbox.isolation = "none"\n')
    nbgrader(made_class.course, "autograde", "structure", "--student", "ada")
    assert (made_class.course / "autograded/ada/structure/structure.ipynb").exists()


@pytest.mark.parametrize(
    ("configuration", "warned"),
    [
        (None, False),
        ("", True),
        ("c.Autograde.autograde_preprocessors.append('mine.Check')\n", True),
        ("from autograder.nbgrader_plugin import GradeInSandbox\n"
         "c.Autograde.autograde_preprocessors = [GradeInSandbox]\n", False),
    ],
)  # fmt: skip
def test_a_class_in_which_nbgrader_would_run_code_unconfined_is_told_so(
    made_class, capsys, configuration, warned
):
    if configuration is not None:
        (made_class.course / "nbgrader_config.py").write_text(
            f"c = get_config()\nc.CourseDirectory.course_id = 'neural-networks'\n{configuration}"
        )
    grade = ["grade", "structure", "--students", "ada", "--course", str(made_class.course)]
    assert main(grade) == 0
    assert ("would run it unconfined" in capsys.readouterr().err) == warned
