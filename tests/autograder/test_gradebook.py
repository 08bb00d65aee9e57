"""The gradebook, the autograded notebooks and the feedback are what stock nbgrader would write."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbgrader.api import Gradebook

import autograder.gradebook as gradebook_module
from autograder.gradebook import (
    GradebookProblem,
    Writer,
    as_plain_markdown,
    course_settings,
    database_url,
    read_timestamp,
)
from autograder.release import nbgrader

STOCK = """
c = get_config()
c.CourseDirectory.course_id = "neural-networks"
c.CourseDirectory.db_url = "sqlite:///gradebook.db"
c.Execute.timeout = 120
"""
LATE = "c.LateSubmissionPlugin.penalty_method = 'zero'\n"


def set_duedate(course: Path) -> None:
    with Gradebook(f"sqlite:///{course}/gradebook.db", "neural-networks") as gradebook:
        gradebook.update_or_create_assignment("structure", duedate="2026-01-01 12:00:00 UTC")


def hand_in_at(made, student: str, when: str) -> None:
    made.notebook(student).with_name("timestamp.txt").write_text(when)


def files_of(course: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(course)): path.read_bytes()
        for step in ("autograded", "feedback")
        for path in sorted((course / step).rglob("*"))
        if path.is_file()
    }


def test_the_points_are_those_that_each_student_deserves(made_class, grade, rows):
    grade(made_class.course)
    found = rows(made_class.course)
    for student, expected in made_class.expected.items():
        for cell, points in expected.items():
            assert found[student, "structure", cell][0] == pytest.approx(points), (student, cell)


def test_the_rows_are_those_of_stock_nbgrader(made_class, grade, rows, keys, tmp_path: Path):
    """Honest submissions, one of them late, one without a written answer, one with a scratch cell."""
    course = made_class.course
    hand_in_at(made_class, "bela", "2026-01-02 12:00:00 UTC")
    hand_in_at(made_class, "ada", "2026-01-01 11:00:00 UTC")
    unanswered = nbformat.read(made_class.notebook("chidi"), as_version=4)
    unanswered.cells = [
        cell if not cell.metadata.get("nbgrader", {}).get("grade") or cell.cell_type == "code"
        else nbformat.from_dict({**cell, "source": "YOUR ANSWER HERE"})
        for cell in unanswered.cells
    ]  # fmt: skip
    unanswered.cells.append(nbformat.v4.new_code_cell("scratch = 1"))
    nbformat.write(unanswered, made_class.notebook("chidi"))
    for student in ("emre", "fatou"):
        shutil.rmtree(course / "submitted" / student)
    set_duedate(course)
    stock = tmp_path / "stock"
    shutil.copytree(course, stock)
    (stock / "nbgrader_config.py").write_text(STOCK + LATE)
    nbgrader(stock, "autograde", "structure")
    with (course / "nbgrader_config.py").open("a") as config:
        config.write(LATE)
    grade(course)
    assert rows(course) == rows(stock)
    assert rows(course)["bela", "structure"][0] > 0, "the late penalty is there to be compared"
    for student in ("ada", "bela", "chidi", "dana"):
        ours, theirs = (
            nbformat.read(each / f"autograded/{student}/structure/structure.ipynb", as_version=4)
            for each in (course, stock)
        )
        assert [c.source for c in ours.cells] == [c.source for c in theirs.cells]
        assert [c.metadata.get("nbgrader") for c in ours.cells] == [
            c.metadata.get("nbgrader") for c in theirs.cells
        ]


def test_grading_twice_changes_nothing(made_class, grade, rows):
    grade(made_class.course)
    before, files = rows(made_class.course), files_of(made_class.course)
    times = {p: p.stat().st_mtime_ns for p in made_class.course.glob("autograded/*/*/*")}
    grade(made_class.course)
    assert rows(made_class.course) == before
    assert files_of(made_class.course) == files
    assert {p: p.stat().st_mtime_ns for p in times} == times


def test_what_a_grader_wrote_survives_a_regrade(made_class, grade, rows):
    course = made_class.course
    grade(course, "ada")
    where = ("structure", "structure", "ada")
    with Gradebook(f"sqlite:///{course}/gradebook.db", "neural-networks") as gradebook:
        gradebook.find_grade("structure-relu", *where).manual_score = 0.5
        gradebook.find_grade("structure-relu", *where).extra_credit = 3
        gradebook.find_comment("structure-relu-code", *where).manual_comment = "Well *done*."
        gradebook.find_grade("structure-why-nonlinearity", *where).manual_score = 2
        gradebook.db.commit()
    grade(course, "ada")
    found = rows(course)
    auto, manual, extra, needs, score = found["ada", "structure", "structure-relu"]
    assert (manual, extra, score) == (0.5, 3, 3.5)
    assert auto == made_class.expected["ada"]["structure-relu"]
    assert needs, "as stock: a cell that was graded by hand wants to be looked at again"
    assert found["ada", "structure", "structure-relu-code", "comment"][1] == "Well *done*."
    page = (course / "feedback/ada/structure/structure.html").read_text()
    assert "Well <em>done</em>." in page
    assert f"(Score: {found['ada', 'structure'][1]:g}" in re.sub(r"(\d)\.0\b", r"\1", page)


def test_nothing_handed_in_is_zero_and_needs_no_grader(made_class, grade, rows):
    made_class.notebook("ada").unlink()
    grade(made_class.course, "ada")
    grades = {key: row for key, row in rows(made_class.course).items() if len(key) == 3}
    assert grades
    assert all(row == (0.0, None, None, False, 0.0) for row in grades.values())
    page = (made_class.course / "feedback/ada/structure/structure.html").read_text()
    assert "No notebook was handed in" in page


def test_a_cell_that_is_no_exercise_of_ours_waits_for_a_grader(made_class, grade, rows):
    """Stock nbgrader gives all points for a test cell that printed nothing: nothing ran it."""
    course = made_class.course
    for step in ("source", "release"):
        path = course / step / "structure/structure.ipynb"
        path.chmod(0o644)
        notebook = nbformat.read(path, as_version=4)
        cell = nbformat.v4.new_code_cell("assert relu(1) == 1")
        cell.metadata["nbgrader"] = {
            "grade_id": "own-test", "grade": True, "solution": False, "locked": True, "points": 4,
            "schema_version": 3, "task": False,
        }  # fmt: skip
        notebook.cells.append(cell)
        nbformat.write(notebook, path)
    with Gradebook(f"sqlite:///{course}/gradebook.db", "neural-networks") as gradebook:
        where = {"notebook": "structure", "assignment": "structure"}
        gradebook.add_grade_cell("own-test", max_score=4, cell_type="code", **where)
    grade(course, "ada")
    assert rows(course)["ada", "structure", "own-test"] == (None, None, None, True, 0.0)


def test_what_was_mended_stands_above_the_notebook(made_class, grade):
    path = made_class.notebook("ada")
    path.rename(path.with_name("<img src=x onerror=alert(1)>.ipynb"))
    summary = grade(made_class.course, "ada")
    assert summary.mended == [
        ("ada", "<img src=x onerror=alert(1)>.ipynb was taken for structure.ipynb.")
    ]
    page = (made_class.course / "feedback/ada/structure/structure.html").read_text()
    assert "was taken for structure.ipynb" in page
    assert "<img src=x" not in page


def test_nbgraders_own_feedback_and_export_accept_what_we_wrote(made_class, grade):
    course = made_class.course
    grade(course)
    ours = (course / "feedback/ada/structure/structure.html").read_text()
    nbgrader(course, "generate_feedback", "structure", "--force")
    theirs = (course / "feedback/ada/structure/structure.html").read_text()

    def words(page: str) -> list[str]:
        body = BeautifulSoup(page, "html.parser").body
        assert body is not None
        return body.get_text(" ").split()

    assert words(ours) == words(theirs)
    nbgrader(course, "export", "--to", "grades.csv")
    assert len((course / "grades.csv").read_text().splitlines()) == 1 + len(made_class.expected)


def test_other_files_come_along_but_no_link_and_no_pipe(made_class, grade, tmp_path: Path):
    import os

    folder = made_class.notebook("ada").parent
    (folder / "data").mkdir()
    (folder / "data/mine.csv").write_text("1,2")
    (tmp_path / "secret").write_text("secret")
    (folder / "link.txt").symlink_to(tmp_path / "secret")
    os.mkfifo(folder / "pipe")
    grade(made_class.course, "ada")
    graded = made_class.course / "autograded/ada/structure"
    assert (graded / "data/mine.csv").read_text() == "1,2"
    assert {path.name for path in graded.iterdir()} == {"data", "structure.ipynb"}


def test_a_second_run_on_a_class_is_refused_while_the_first_writes(made_class, grade, monkeypatch):
    """Both would make the same students, and one ended in a traceback of the database's."""
    monkeypatch.setattr(gradebook_module, "OTHER_ENDS", 0.2)
    course = made_class.course
    with Writer(course), pytest.raises(GradebookProblem, match="Another `autograder grade`"):
        grade(course, "ada")
    grade(course, "ada")


def test_no_file_of_a_students_takes_the_place_of_ours(made_class, grade):
    """`structure.html` was what nbgrader would have released as the feedback."""
    folder = made_class.notebook("ada").parent
    (folder / "structure.html").write_text("10 of 10 points<script>forge()</script>")
    (folder / "data.csv").write_text("theirs")
    source = made_class.course / "source/structure"
    (source / "data.csv").write_text("the instructor's")
    grade(made_class.course, "ada")
    page = made_class.course / "feedback/ada/structure/structure.html"
    assert "forge" not in page.read_text()
    assert "structure.sigmoid" in page.read_text()
    copied = made_class.course / "autograded/ada/structure/data.csv"
    assert copied.read_text() == "the instructor's"


@pytest.mark.parametrize("ours", ["structure.ipynb", "structure.html", "data", "data/cities.csv"])
def test_a_folder_with_the_name_of_a_file_of_ours_stops_nothing(made_class, grade, ours):
    """It ended the whole batch, each time anew."""
    source = made_class.course / "source/structure/data"
    source.mkdir()
    (source / "cities.csv").write_text("the instructor's")
    handed_in = made_class.notebook("ada")
    other = handed_in.rename(handed_in.with_name("mine.ipynb"))
    in_the_way = handed_in.parent / ours
    if ours == "data":
        in_the_way.write_text("a file where a folder must be")
    else:
        in_the_way.mkdir(parents=True)
        (in_the_way / "note.txt").write_text("below it")
    for _ in range(2):
        grade(made_class.course, "ada")
        course = made_class.course
        assert nbformat.read(course / "autograded/ada/structure/structure.ipynb", 4).cells
        assert "structure.sigmoid" in (course / "feedback/ada/structure/structure.html").read_text()
        cities = course / "autograded/ada/structure/data/cities.csv"
        assert cities.read_text() == "the instructor's"
    assert other.exists()


def test_a_file_that_became_a_folder_since_is_copied_as_it_is_now(made_class, grade):
    folder = made_class.notebook("ada").parent
    (folder / "work").write_text("a file")
    (folder / ".half-1").mkdir()
    (folder / ".half-1/it is not.txt").write_text("")
    grade(made_class.course, "ada")
    (folder / "work").unlink()
    (folder / "work").mkdir()
    (folder / "work/more.txt").write_text("a folder")
    grade(made_class.course, "ada")
    assert (made_class.course / "autograded/ada/structure/work/more.txt").read_text() == "a folder"


def test_a_file_that_nobody_may_read_or_that_lies_too_deep_stops_nothing(
    made_class, grade, monkeypatch
):
    folder = made_class.notebook("ada").parent
    (folder / "mine.csv").write_text("1,2")
    (folder / "locked.csv").write_text("3,4")
    deep = folder.joinpath(*["d" * 250] * 11)
    deep.mkdir(parents=True)
    (deep / ("f" * 250)).write_text("deep")
    opened = gradebook_module.open_regular

    def refused(path):
        if path.name == "locked.csv":
            raise PermissionError
        return opened(path)

    monkeypatch.setattr(gradebook_module, "open_regular", refused)
    summary = grade(made_class.course, "ada")
    graded = made_class.course / "autograded/ada/structure"
    assert {path.name for path in graded.iterdir()} == {"mine.csv", "structure.ipynb"}
    assert any("too deep" in note for _, note in summary.mended)


@pytest.mark.parametrize("content", [b"", b"yesterday", b"\xff\xfe", b"2026-99-99", b"9" * 10_000,
                                     b"0001-01-01 00:00:00 +9999"])  # fmt: skip
def test_a_timestamp_of_any_form_ends_in_a_note(tmp_path: Path, content):
    """nbgrader itself stops the whole batch at one."""
    (tmp_path / "timestamp.txt").write_bytes(content)
    notes: list[str] = []
    assert read_timestamp(tmp_path, notes) is None
    assert len(notes) == bool(content)


def test_the_database_lies_where_the_class_is_or_where_its_url_says(made_class):
    _, directory = course_settings(made_class.course)
    assert database_url(directory) == f"sqlite:///{made_class.course}/gradebook.db"
    directory.db_url = "postgresql://me:secret@db.example.org/grades"
    assert database_url(directory) == "postgresql://me:secret@db.example.org/grades"


def test_text_of_strangers_is_no_markup():
    assert as_plain_markdown("a\n# *b* <c>") == "a \\# \\*b\\* \\<c\\>"
