"""The wheel is a student's: data, keys and checks, no solution; and it works where nothing else is."""

import functools
import os
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import numpy
import pytest

from autograder.exercises import registry
from autograder.notebook import BEGIN, END, solution_source

ROOT = Path(__file__).resolve().parent.parent


def run(*command, cwd, **environment):
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "AUTOGRADER"))}
    return subprocess.run(
        [str(part) for part in command], cwd=cwd, capture_output=True, text=True,
        env={**clean, **environment}, timeout=300,
    )  # fmt: skip


@pytest.fixture(scope="module")
def wheel(tmp_path_factory, recorded_keys):
    """Built from a copy of what is tracked, plus keys, so that nothing is left in the tree."""
    tree = tmp_path_factory.mktemp("tree")
    listed = run("git", "ls-files", "-z", cwd=ROOT).stdout.split("\0")
    for name in filter(None, listed):
        if (ROOT / name).exists():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tree / name, follow_symlinks=False)
    shutil.copytree(recorded_keys, tree / "course" / "keys")
    (tree / "build" / "lib" / "solutions").mkdir(parents=True)  # what an old build may leave
    (tree / "build" / "lib" / "solutions" / "__init__.py").write_text("stale = True\n")
    out = tmp_path_factory.mktemp("dist")
    ran = run(sys.executable, "-m", "build", "--no-isolation", "--outdir", out, tree, cwd=tree)
    assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr[-3000:]
    (made,) = out.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def names(wheel):
    return zipfile.ZipFile(wheel).namelist()


@pytest.fixture(scope="module")
def python(wheel, tmp_path_factory):
    """An interpreter that has the wheel and NumPy, and nothing else."""
    folder = tmp_path_factory.mktemp("student")
    venv.create(folder / "venv", with_pip=False, symlinks=True)
    only_numpy = folder / "only_numpy"
    only_numpy.mkdir()
    installed = Path(numpy.__file__).parent.parent
    for name in ("numpy", "numpy.libs"):
        if (installed / name).exists():
            (only_numpy / name).symlink_to(installed / name)
    (site,) = (folder / "venv").glob("lib/python*/site-packages")
    zipfile.ZipFile(wheel).extractall(site)
    (site / "only_numpy.pth").write_text(f"{only_numpy}\n")
    return folder / "venv" / "bin" / "python"


def test_the_wheel_holds_the_package_the_data_and_the_public_keys(names):
    for wanted in (
        "autograder/interactive.py", "autograder/exercises/structure.py", "course/data/mnist.npz",
        "course/data/mnist.md", "course/keys/structure.relu.key", "course/nbgrader_config.py",
    ):  # fmt: skip
        assert wanted in names


def test_the_wheel_holds_nothing_of_the_instructors_as_code(names):
    tops = {name.partition("/")[0] for name in names if ".dist-info/" not in name}
    assert tops == {"autograder", "course"}
    for name in names:
        assert "mistake" not in name
        assert not name.endswith((".ipynb", ".pyc"))
        assert "solutions" not in name
        assert "test" not in Path(name).name


def test_no_solution_stands_in_any_file_of_the_wheel(wheel):
    archive = zipfile.ZipFile(wheel)
    for name in archive.namelist():
        if name.endswith((".py", ".key", ".md", ".js")):
            content = archive.read(name)
            if name not in ("autograder/notebook.py", "autograder/repair.py"):
                assert b"### BEGIN SOLUTION" not in content, name
            assert b"@mistake(" not in content, name
            found = [line for line in telling_lines() if line in content]
            assert not found, f"{name} holds a line of a solution"


@functools.cache
def telling_lines():
    """Lines of the solutions that nobody writes by chance."""
    hidden = []
    for exercise in registry().values():
        inside = False
        for line in solution_source(exercise).splitlines():
            inside = (inside or BEGIN in line) and END not in line
            if inside and BEGIN not in line and len(line.strip()) > 45 and "#" not in line:
                hidden.append(line.strip().encode())
    assert len(hidden) > 10
    return hidden


CHECK = """
import sys
import numpy as np
from autograder import check

def relu(z):
    return np.maximum(z, 0)

assert check("structure.relu").verdict.right

def relu(z):
    return np.abs(z)

report = check("structure.relu", reveal="mistake")
assert report.verdict.mistake, report
assert repr(report) == "0.0"
forbidden = {"solutions", "nbgrader", "nbformat", "jupytext", "IPython", "matplotlib"}
assert not forbidden & set(sys.modules)
"""


def test_a_check_works_where_only_numpy_is(python, tmp_path):
    (tmp_path / "mine.py").write_text(CHECK)
    ran = run(python, "-W", "error", "mine.py", cwd=tmp_path)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "✓ structure.relu is right: 1 of 1 point." in ran.stdout
    assert "The mistake: " in ran.stdout


def test_the_solutions_are_not_there(python, tmp_path):
    ran = run(python, "-c", "import solutions", cwd=tmp_path)
    assert "ModuleNotFoundError" in ran.stderr


@pytest.mark.parametrize(
    "command",
    [["audit"], ["record", "--to", "keys"], ["release", "structure", "--course", "c"],
     ["class", "--course", "c"]],
    ids=lambda command: command[0],
)  # fmt: skip
def test_what_is_the_instructors_says_so(python, tmp_path, command):
    ran = run(python, "-m", "autograder.cli", *command, cwd=tmp_path)
    assert ran.returncode == 2
    assert "This command is the instructor's" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_missing_key_says_where_a_new_one_comes_from(python, tmp_path):
    ran = run(
        python, "-c", "from autograder import check; check('structure.relu', abs)",
        cwd=tmp_path, AUTOGRADER_KEYS=str(tmp_path),
    )  # fmt: skip
    assert "install the course's newest wheel" in ran.stderr
