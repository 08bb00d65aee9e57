"""What nbgrader's own commands, and formgrader's button, need to grade as `autograder grade` does.

A class's ``nbgrader_config.py`` puts these into nbgrader's lists: the exporter that repairs what is
read, the preprocessor that stands where `Execute` stood, and the one that saves.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbgrader.preprocessors import NbGraderPreprocessor, SaveAutoGrades
from traitlets import Enum

from autograder.doctor import require
from autograder.gradebook import autograded, is_foreign_test
from autograder.grading import Grader, Result, make_job, released_notebooks, warm_sandbox
from autograder.repair import Repaired, repair
from autograder.run import keys_needed
from autograder.sandbox.session import ISOLATIONS
from autograder.secret_keys import record_missing


def expect_released_notebooks(assignment: str, student: str, notebooks: list[str]) -> None:
    """Have nbgrader look for the notebooks that were released, whatever those found are called.

    nbgrader calls it before it converts a submission (`Autograde.pre_convert_hook`), in the class's
    folder.
    """
    if not notebooks:
        return
    folder = os.path.dirname(notebooks[0])
    names = released_notebooks(Path.cwd(), assignment)
    if names:
        notebooks[:] = [os.path.join(folder, f"{name}.ipynb") for name in names]


class RepairingExporter(NotebookExporter):
    """Reads a submission whatever has happened to it (`Autograde.exporter_class`)."""

    def from_filename(self, filename: str, resources: Any = None, **kw: Any) -> tuple[Any, Any]:
        """Read a notebook: repaired where a student wrote it, as it is where we did."""
        if not getattr(self.parent, "_sanitizing", False):
            return super().from_filename(filename, resources, **kw)
        where = resources["nbgrader"]
        released = released_notebooks(Path.cwd(), where["assignment"])[where["notebook"]]
        folder = Path(filename).parent
        repaired = repair(folder, released, where["notebook"])
        made = Result(where["student"], where["assignment"], where["notebook"],
                      repaired.notebook, {})  # fmt: skip
        resources["metadata"] = {"name": where["notebook"], "path": str(folder)}
        for note in repaired.notes:
            self.log.warning("%s: %s", where["student"], note)
        return self.from_notebook_node(autograded(made, None, repaired.notes), resources, **kw)


class GradeInSandbox(NbGraderPreprocessor):
    """Judges the exercises of a repaired notebook in the sandbox, where `Execute` stood."""

    isolation = Enum(
        ISOLATIONS, "full", help="What the sandbox must give; see `autograder doctor`."
    ).tag(config=True)

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Put the verdicts into the check cells."""
        where = resources["nbgrader"]
        _require_once(self.isolation)
        job = make_job(Path.cwd(), where["assignment"], self.isolation)
        record_missing(job.course, keys_needed(job, [where["student"]]))
        grader = Grader(job.course, warm_sandbox(job.isolation, job.preload), job.limits)
        scores = grader.scores(where["student"], Repaired(nb))
        result = Result(where["student"], where["assignment"], where["notebook"], nb, scores)
        return autograded(result, None, []), resources


class SaveVerdicts(SaveAutoGrades):
    """nbgrader's own, but what nothing has tested waits for a grader instead of earning it all."""

    def _add_score(self, cell: Any, resources: Any) -> None:
        super()._add_score(cell, resources)
        if not is_foreign_test(cell):
            return
        grade = self.gradebook.find_grade(
            cell.metadata["nbgrader"]["grade_id"],
            self.notebook_id, self.assignment_id, self.student_id,
        )  # fmt: skip
        grade.auto_score, grade.needs_manual_grade = None, True
        self.gradebook.db.commit()


@cache
def _require_once(isolation: str) -> None:
    require(isolation)
