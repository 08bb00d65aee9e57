"""What holds for the repository as a whole: imports, dependencies, and what is tracked."""

import ast
import graphlib
import re
import shlex
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from autograder.exercises import CHAPTERS, chapters
from autograder.versions import CHECKING

ROOT = Path(__file__).resolve().parent.parent

# The half that ships to students and runs in the browser, from the bottom to the top. A module may
# import those above it in this list. What is not in the list is the instructor's.
STUDENTS = (
    "gradient_arguments", "gradient_slopes", "gradient_report", "gradient_search",
    "gradient_estimate", "gradient_picture", "gradient_claims", "gradient_judge", "gradients",
    "data", "compare", "ask", "exercise", "checks", "losses_and_gradients", "real_size", "chance", "exercises",
    "whole_file", "keys", "likeness", "slips", "where_to_look", "diagnose", "checking", "feedback", "interactive", "",
)  # fmt: skip
TOUCH_SOLUTIONS = {"record", "audit", "notebook"}
DRAWN_ON_REQUEST = {("gradient_report", "gradient_picture"), ("gradient_picture", "matplotlib")}


def tracked():
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [name for name in listed.stdout.split("\0") if name and (ROOT / name).exists()]


TRACKED = tracked()


def texts():
    for name in TRACKED:
        path = ROOT / name
        if path.is_file() and path.suffix not in (".npz", ".png", ".woff2", ".ico"):
            yield name, path.read_text(encoding="utf-8", errors="replace")


# Imports ------------------------------------------------------------------------------------


def sources():
    """Every module of the package, by its name without `autograder.`."""
    for path in sorted((ROOT / "autograder").rglob("*.py")):
        parts = path.relative_to(ROOT / "autograder").with_suffix("").parts
        yield ".".join(part for part in parts if part != "__init__"), path


MODULES = {name: ast.parse(path.read_text()) for name, path in sources()}


def imports(tree):
    """The full names of what a module imports at run time, wherever in it."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        yield from imports(node)


def ours(name):
    """The module of the package that is imported, or None."""
    parts = name.split(".")
    if parts[0] != "autograder":
        return None
    inner = ".".join(parts[1:])
    return inner if inner in MODULES else inner.rpartition(".")[0]


def layer(name):
    """The place of a module in the list; a chapter's exercises stand where `exercises` does."""
    top = "exercises" if name.startswith("exercises") else name
    return STUDENTS.index(top) if top in STUDENTS else None


@pytest.mark.parametrize("name", [name for name in MODULES if layer(name) is not None])
def test_imports_run_one_way_through_the_half_that_ships_to_students(name):
    for imported in map(ours, imports(MODULES[name])):
        if imported is None or (name, imported) in DRAWN_ON_REQUEST:
            continue
        assert layer(imported) is not None, f"{imported} is not in STUDENTS, in this file"
        assert layer(imported) < layer(name) or name.startswith("exercises"), imported


def test_no_two_modules_import_each_other():
    graph = {
        name: {
            found
            for found in map(ours, imports(tree))
            if found not in (None, name) and (name, found) not in DRAWN_ON_REQUEST
        }
        for name, tree in MODULES.items()
    }
    graphlib.TopologicalSorter(graph).prepare()


def test_what_decides_a_verdict_is_part_of_its_version():
    """A result that is kept is computed again where one of these modules changed. What reads keys
    decides nothing: the key itself is part of the result's name."""
    waiting = ["checking", "feedback", *(name for name in MODULES if name.startswith("exercises"))]
    reached = set()
    while waiting:
        name = waiting.pop()
        reached.add(name)
        waiting += {ours(found) for found in imports(MODULES[name])} - reached - {None}
    general = {name for name in reached if not name.startswith(("exercises", "gradient"))}
    assert general - {"keys", "whole_file"} <= CHECKING


@pytest.mark.parametrize("name", [name for name in MODULES if layer(name) is not None])
def test_the_students_half_needs_numpy_and_the_standard_library_alone(name):
    for imported in imports(MODULES[name]):
        package = imported.partition(".")[0]
        if (name, package) not in DRAWN_ON_REQUEST:
            assert package in {"autograder", "numpy", "course"} | set(sys.stdlib_module_names)


def touches_solutions(tree):
    if any(name.partition(".")[0] == "solutions" for name in imports(tree)):
        return True
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    return any(
        "import" in ast.unparse(call.func) and "solutions." in ast.unparse(call) for call in calls
    )


def test_only_the_instructors_modules_touch_the_solutions():
    assert {name for name, tree in MODULES.items() if touches_solutions(tree)} <= TOUCH_SOLUTIONS


def test_the_course_does_not_import_the_solutions():
    for path in (ROOT / "course").rglob("*.py"):
        assert not touches_solutions(ast.parse(path.read_text())), path


# Chapters -----------------------------------------------------------------------------------


@pytest.mark.parametrize("chapter", chapters())
def test_a_chapter_is_one_slug_everywhere(chapter):
    assert chapter in CHAPTERS
    for name in (
        f"solutions/{chapter}.py",
        f"solutions/mistakes/{chapter}.py",
        f"autograder/exercises/{chapter}.py",
        f"course/{chapter}.md",
    ):
        assert (ROOT / name).is_file(), f"{name} is missing"


# What is tracked ----------------------------------------------------------------------------


def test_nothing_that_is_built_is_tracked():
    built = re.compile(
        r"\.(ipynb|key|whl|pyc|db)$|\.tar\.gz$|(^|/)(_build|build|dist|node_modules|__pycache__|"
        r"\.ipynb_checkpoints|\.jupyter_cache|course/keys)/|\.egg-info"
    )
    assert [name for name in TRACKED if built.search(name)] == []


def test_no_text_names_a_path_of_some_machine():
    path = re.compile(r"(?<![\w.])/(?:home/\w+|root/|Users/\w+|work/(?:main|shared))")
    assert [(n, path.findall(t)) for n, t in texts() if path.search(t)] == []


def test_no_text_names_a_host_of_some_package_registry():
    host = re.compile(r"(?:index-url|registry)[ =]+\S*://|artifactory|/simple/?\b|nexus\.", re.I)
    assert [
        (n, host.findall(t)) for n, t in texts() if host.search(t) and not n.endswith(".lock")
        and n != "tests/test_repository.py"
    ] == []  # fmt: skip


# Dependencies -------------------------------------------------------------------------------

LINES = [
    line for line in (ROOT / "requirements.txt").read_text().splitlines() if line.strip()
    and not line.startswith("#")
]  # fmt: skip


def constraints():
    found = {}
    for line in (ROOT / "constraints.txt").read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            requirement = Requirement(line.partition("#")[0])
            (pin,) = requirement.specifier
            assert pin.operator == "==", line
            found[canonicalize_name(requirement.name)] = pin.version
    return found


@pytest.mark.parametrize("line", LINES, ids=lambda line: re.split(r"[=~<> ]", line)[0])
def test_every_direct_dependency_has_a_pin_a_reason_and_a_constraint(line):
    pinned, _, reason = line.partition("#")
    requirement = Requirement(pinned)
    assert reason.strip(), "each dependency says what it is for"
    assert [pin.operator for pin in requirement.specifier] in (["=="], ["~="])
    resolved = constraints()[canonicalize_name(requirement.name)]
    assert requirement.specifier.contains(resolved), f"constraints.txt has {resolved}"


def test_no_dependency_is_listed_twice():
    names = [canonicalize_name(Requirement(line.partition("#")[0]).name) for line in LINES]
    assert len(set(names)) == len(names)


def test_what_the_package_needs_is_admitted_by_the_constraints():
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["notebook"]]
    for requirement in map(Requirement, wanted):
        version = constraints()[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version), requirement


def test_the_versions_agree():
    import tomllib

    import autograder

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == autograder.__version__


# The container image ------------------------------------------------------------------------

CONTAINERFILE = (ROOT / "Containerfile").read_text().replace("\\\n", " ")


def pip_installs(text):
    """The arguments of each `pip install`, in the order of the text."""
    return [shlex.split(found) for found in re.findall(r"pip install ([^&\n]*)", text)]


def packages_of_the_image():
    words = pip_installs(CONTAINERFILE)[0]
    after_options = words[words.index("constraints.txt") + 1 :]
    return {canonicalize_name(Requirement(word).name) for word in after_options}


def test_what_the_image_copies_exists_and_is_not_left_out():
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    assert "*" in lines, "the image takes what .dockerignore names and nothing else"
    taken = {line.removeprefix("!") for line in lines if line.startswith("!")}
    assert {name for name in taken if not list(ROOT.glob(name))} == set()
    copied = re.findall(r"^COPY (.*) \S+$", CONTAINERFILE, re.M)
    assert copied == ["constraints.txt", "."]
    assert {"constraints.txt", "pyproject.toml", "autograder", "course", "solutions"} <= taken


def test_the_image_installs_as_make_does():
    of_make, of_image = (
        pip_installs(text) for text in ((ROOT / "Makefile").read_text(), CONTAINERFILE)
    )
    assert len(of_image) == 2
    for make, image in zip(of_make, of_image, strict=False):  # make installs more, for the data
        wanted = {word for word in make if word not in ("--quiet", "-r", "requirements.txt")}
        assert wanted <= set(image)


def test_the_image_pins_whatever_it_installs():
    direct = {canonicalize_name(Requirement(line.partition("#")[0]).name) for line in LINES}
    assert packages_of_the_image() <= set(constraints())
    assert packages_of_the_image() - direct == {"setuptools"}, "which builds our own package"


def all_that_comes_with(package):
    """The distributions that installing `package` alone installs, itself included."""
    found, waiting = set(), [package]
    while waiting:
        name = canonicalize_name(waiting.pop())
        if name not in found:
            found.add(name)
            for line in metadata.requires(name) or ():
                requirement = Requirement(line)
                if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                    waiting.append(requirement.name)
    return found


def test_the_image_has_whatever_the_grader_imports():
    packages = {"markdown_it": "markdown-it-py"}
    in_the_students_page = {"anywidget", "ipywidgets"}
    come_with_nbgrader = {"nbconvert", "pygments", "sqlalchemy", "traitlets"}
    assert come_with_nbgrader <= all_that_comes_with("nbgrader")
    imported = set()
    for folder in ("autograder", "solutions"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Import):
                    imported |= {alias.name.partition(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and not node.level:
                    imported.add(node.module.partition(".")[0])
    others = imported - sys.stdlib_module_names - {"autograder", "course", "solutions"}
    needed = others - in_the_students_page - come_with_nbgrader
    assert "nbgrader" in needed
    assert {packages.get(name, name) for name in needed} <= packages_of_the_image()


def test_the_readme_s_exercise_is_told_as_the_readme_says(keys: Path, capsys) -> None:
    code = (ROOT / "README.md").read_text("utf-8").split("```python\n")[1].split("```")[0]
    exec(compile(code, "README.md", "exec"), {"__name__": "readme"})
    said = capsys.readouterr().out
    found = [said.index(words) for words in (
        "structure.sigmoid is not right yet", "Where to look: ", "The mistake: ", "Hint 1 of 3: ",
    )]  # fmt: skip
    assert found == sorted(found)
