"""Releasing: nbgrader's own command makes the students' version, and work is never overwritten."""

import nbformat
import pytest
from nbclient import NotebookClient

from autograder.exercises import registry
from autograder.keys import KEYS_FOLDER
from autograder.notebook import COURSE, compose, student_stub
from autograder.record import solution
from autograder.release import NbgraderFailed, hand_out, lay_out, nbgrader, release
from autograder.simulate import Entry, write_submission
from autograder.student_source import source_as

EXERCISES = [e for e in registry().values() if e.chapter == "structure"]


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return tmp_path_factory.mktemp("course")


@pytest.fixture(scope="module")
def released(course):
    return release("structure", course)


def by_grade_id(path):
    cells = nbformat.read(path, as_version=4).cells
    return {c.metadata.nbgrader.grade_id: c for c in cells if "nbgrader" in c.metadata}


def run(path, keys):
    """Run a notebook from top to bottom, but for what a student would try by hand."""
    notebook = nbformat.read(path, as_version=4)
    notebook.cells = [
        c for c in notebook.cells if "skip-execution" not in c.metadata.get("tags", [])
    ]
    notebook.cells.insert(
        0, nbformat.v4.new_code_cell(f"%env {KEYS_FOLDER}={keys}\n%matplotlib inline")
    )
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    return {
        c.metadata.nbgrader.grade_id: c.outputs
        for c in notebook.cells
        if c.cell_type == "code" and c.metadata.get("nbgrader", {}).get("grade")
    }


def scores(outputs):
    return {
        grade_id: [o.data["text/plain"] for o in each if o.output_type == "execute_result"]
        for grade_id, each in outputs.items()
    }


def test_the_students_version_holds_stubs_and_no_solution(released):
    cells = by_grade_id(released)
    for exercise in EXERCISES:
        assert cells[f"structure-{exercise.symbol}-code"].source == student_stub(exercise.name)
    assert "SOLUTION" not in released.read_text()


def test_the_rubric_stays_with_the_instructor(released):
    written = [c for c in by_grade_id(released).values() if c.cell_type == "markdown"]
    answers = [c for c in written if c.metadata.nbgrader.grade]
    assert answers
    assert all(c.source == "YOUR ANSWER HERE" for c in answers)


def test_releasing_again_gives_the_same_cells(released, course):
    before = nbformat.read(released, as_version=4).cells
    assert nbformat.read(release("structure", course), as_version=4).cells == before


def test_the_source_notebook_runs_from_top_to_bottom_and_every_check_is_right(
    released, course, recorded_keys
):
    outputs = run(course / "source" / "structure" / "structure.ipynb", recorded_keys)
    expected = {e.grade_id: [repr(float(e.points))] for e in EXERCISES}
    assert scores(outputs) == expected


def test_the_students_version_filled_with_solutions_runs_and_every_check_is_right(
    released, tmp_path, recorded_keys
):
    entries = [
        Entry(e.grade_id, e.symbol, "solution", source_as(solution(e.solution_name), e.symbol), 0.0)
        for e in EXERCISES
    ]
    write_submission(released, tmp_path / "mine.ipynb", entries, "An answer.")
    outputs = run(tmp_path / "mine.ipynb", recorded_keys)
    assert scores(outputs) == {e.grade_id: [repr(float(e.points))] for e in EXERCISES}
    assert not [o for each in outputs.values() for o in each if o.output_type == "stream"]


def test_work_that_is_there_already_stays(released, tmp_path):
    mine = hand_out(released, tmp_path / "work")
    mine.write_text("my work")
    assert hand_out(released, tmp_path / "work").read_text() == "my work"


def test_a_configuration_that_was_changed_stays(tmp_path):
    lay_out(tmp_path)
    config = tmp_path / "nbgrader_config.py"
    assert "YOUR CODE HERE" in config.read_text()
    config.write_text("# mine")
    lay_out(tmp_path)
    assert config.read_text() == "# mine"


def test_what_nbgrader_refuses_is_told_in_its_words(tmp_path):
    lay_out(tmp_path)
    with pytest.raises(NbgraderFailed, match=r"`nbgrader generate_assignment nothing` in "):
        nbgrader(tmp_path, "generate_assignment", "nothing")


def test_every_page_offers_all_exercises_of_its_chapter():
    for path in COURSE.glob("*.md"):
        made = {
            c.metadata.nbgrader.grade_id for c in compose(path).cells if "nbgrader" in c.metadata
        }
        wanted = {e.grade_id for e in registry().values() if e.chapter == path.stem}
        assert wanted <= made
