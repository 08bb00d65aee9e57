"""Every exercise notebook, filled with the solutions, runs from top to bottom, demonstrations too."""

import os

import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell

from autograder.exercises import chapters, registry
from autograder.keys import KEYS_FOLDER
from autograder.notebook import COURSE, compose


@pytest.mark.parametrize("chapter", chapters())
def test_every_cell_runs_and_every_check_gives_its_points(chapter, keys_of):
    notebook = compose(COURSE / f"{chapter}.md")
    notebook.cells.insert(0, new_code_cell("%matplotlib inline"))
    NotebookClient(
        notebook, timeout=300, kernel_name="python3", skip_cells_with_tag="none of them"
    ).execute(env={**os.environ, KEYS_FOLDER: str(keys_of(chapter))})
    points = {}
    for cell in notebook.cells:
        if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("grade"):
            shown = [
                o.data["text/plain"] for o in cell.outputs if o.output_type == "execute_result"
            ]
            points[cell.metadata.nbgrader.grade_id] = shown
    assert points == {
        e.grade_id: [repr(float(e.points))] for e in registry().values() if e.chapter == chapter
    }
