"""`nbgrader autograde` repairs and grades as `autograder grade` does."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat

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
