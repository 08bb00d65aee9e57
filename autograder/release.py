"""Lay out a class's folder and release assignments into it, by nbgrader's own commands."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib import resources
from pathlib import Path

from autograder.notebook import COURSE, compose, write

CONFIG = "nbgrader_config.py"
DEFAULT_CONFIG = resources.files("course") / CONFIG


class NbgraderFailed(Exception):
    """An nbgrader command ended with an error; the message holds what it said."""


def find_commands() -> None:
    """Let nbgrader find `alembic` and `jupyter`, also where the environment is not activated."""
    scripts = str(Path(sys.executable).parent)
    path = os.environ.get("PATH", "")
    if scripts not in path.split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join((scripts, path))


def nbgrader(course: Path, *arguments: str) -> str:
    """Run an nbgrader command in a class's folder and return what it said."""
    find_commands()
    ran = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=course,
        capture_output=True,
        text=True,
    )
    if ran.returncode:
        command = " ".join(("nbgrader", *arguments))
        raise NbgraderFailed(f"`{command}` in {course} failed:\n{ran.stdout}{ran.stderr}")
    return ran.stdout + ran.stderr


def lay_out(course: Path) -> None:
    """Make the folder of a class. A configuration that is there already stays as it is."""
    course.mkdir(parents=True, exist_ok=True)
    config = course / CONFIG
    if not config.exists():
        config.write_text(DEFAULT_CONFIG.read_text(encoding="utf-8"))


def release(chapter: str, course: Path) -> Path:
    """Compose a chapter's source notebook and generate the students' version.

    Returns
    -------
    The released notebook, ``release/<chapter>/<chapter>.ipynb`` in the class's folder.

    Raises
    ------
    CourseError
        Where the course's source cannot be composed.
    NbgraderFailed
        Where nbgrader refuses, for instance because students have submitted already.
    """
    notebook = compose(COURSE / f"{chapter}.md")
    lay_out(course)
    write(notebook, course / "source" / chapter / f"{chapter}.ipynb")
    nbgrader(course, "generate_assignment", chapter, "--force")
    return course / "release" / chapter / f"{chapter}.ipynb"


def hand_out(released: Path, folder: Path) -> Path:
    """Copy a released notebook to where a student works; work that is there already stays."""
    folder.mkdir(parents=True, exist_ok=True)
    mine = folder / released.name
    if not mine.exists():
        shutil.copy(released, mine)
    return mine
