"""The students' notebooks, as files of the site: ``notebooks/<chapter>.ipynb``, and the course's wheel.

They are what ``autograder release`` gives a class, so that a notebook that was filled anywhere can be
handed in. The folder ``binder`` lets Binder install the course from the published site.
"""

import shutil
import tempfile
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell

from autograder.exercises import chapters
from autograder.notebook import COURSE
from autograder.release import release
from book.ext.execution import fingerprint
from book.ext.notebook_links import published_to

ROOT = Path(__file__).resolve().parents[2]
MADE_FROM = ("course", "solutions", "autograder")
RAW = "https://raw.githubusercontent.com/{repository}/{branch}/notebooks/{wheel}"
BINDERS_PYTHON = "python-3.12"  # unless told, Binder takes one that is too old for the course
ON_BINDER = "numpy\nmatplotlib\nipywidgets\nanywidget\njupyterlab\n./notebooks/{wheel}\n"


def release_all(folder: Path) -> None:
    """Release every chapter that has a page into ``folder``, unless nothing has changed."""
    note, now = folder / ".made-from", fingerprint(ROOT, MADE_FROM)
    if note.is_file() and note.read_text() == now:
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as scratch:
        for chapter in chapters():
            if (COURSE / f"{chapter}.md").exists():  # else it is being written
                shutil.copy(release(chapter, Path(scratch)), folder)
    note.write_text(now)


def for_colab(folder: Path, wheel_name: str, place: dict[str, str]) -> None:
    """Write copies of the notebooks whose first cell installs the course, and what Colab lacks."""
    wheel = RAW.format(wheel=wheel_name, **place)
    target = folder / "colab"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    for path in folder.glob("*.ipynb"):
        notebook = nbformat.read(path, as_version=4)
        install = new_code_cell(f"%pip install --quiet {wheel} anywidget", id="install-course")
        notebook.cells.insert(0, install)
        nbformat.write(notebook, target / path.name)


def for_binder(folder: Path, wheel_name: str) -> None:
    """Write what Binder reads: which Python, and which packages."""
    folder.mkdir(exist_ok=True)
    (folder / "runtime.txt").write_text(BINDERS_PYTHON + "\n")
    (folder / "requirements.txt").write_text(ON_BINDER.format(wheel=wheel_name))


def publish(site: Path, wheel_name: str, wheel: bytes) -> None:
    """Put the notebooks and the wheel that they need into the site."""
    folder = site / "notebooks"
    release_all(folder)
    for old in folder.glob("*.whl"):
        old.unlink()
    (folder / wheel_name).write_bytes(wheel)
    if place := published_to():
        for_colab(folder, wheel_name, place)
        for_binder(site / "binder", wheel_name)
