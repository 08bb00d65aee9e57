"""Our own packages as wheels for the browser: what a student installs, and what the pages import.

The student's wheel is built as for a release. The browser gets it in parts, so that a page waits only
for the data sets that its cells load, and a check not for the keys of other chapters.
"""

import ast
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import distribution
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Any

from autograder.exercises import chapters, registry
from autograder.keys import SUFFIX

ROOT = Path(__file__).resolve().parents[2]
# What the student's wheel is made from, and nothing else: no `build/`, no `solutions`.
SOURCES = ("autograder", "course", "pyproject.toml", "MANIFEST.in", "README.md", "LICENSE",
           "LICENSE-TEXT.md")  # fmt: skip
# What notebooks in JupyterLite need beside Pyodide's packages: installed here, pure Python.
INSTALLED = {
    "comm": ("comm", ()),
    "typing-extensions": ("typing_extensions", ()),
    "psygnal": ("psygnal", ()),
    "ipywidgets": ("ipywidgets", ("comm", "ipython", "traitlets")),
    "anywidget": ("anywidget", ("ipywidgets", "psygnal", "typing-extensions")),
}
KERNEL_WHEELS = "share/jupyter/labextensions/@jupyterlite/pyodide-kernel-extension/static/pypi"
KERNEL = {"piplite": ("micropip",), "pyodide_kernel": ("ipython", "jedi"), "ipykernel": ("comm",)}
# What JupyterLite's kernel loads as it starts: its own parts, and what every notebook imports.
IN_LITE = ("ssl", "sqlite3", "comm", "jedi", "ipython", "micropip", "piplite", "ipykernel",
           "pyodide_kernel", "numpy", "matplotlib-font-list", "course", "autograder",
           "anywidget")  # fmt: skip
FOR_PAGES = ("book/*.py", "book/figures/lib/palette.js")  # what the pages' cells import
# What only a page that imports their loader waits for.
LANGUAGE_MODELS = ("course/data/gpt.npz", "course/data/lstm.npz")
EPOCH = (2020, 1, 1, 0, 0, 0)  # the date of every file, so that the same content is the same wheel


def tagged(file_name: str, content: bytes) -> str:
    """Return a wheel's name with a hash as its build tag, so that a browser never takes an old one."""
    name, version, *platform = file_name.split("-")
    return "-".join((name, version, "0" + sha256(content).hexdigest()[:10], *platform))


@dataclass(frozen=True)
class Wheel:
    """A pure wheel for the browser, and its entry in Pyodide's lock file."""

    name: str
    version: str
    content: bytes
    imports: tuple[str, ...]
    depends: tuple[str, ...]

    @property
    def file_name(self) -> str:
        name = f"{self.name.replace('-', '_')}-{self.version}-py3-none-any.whl"
        return tagged(name, self.content)

    def entry(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "version": self.version,
            "file_name": self.file_name,
            "install_dir": "site",
            "sha256": sha256(self.content).hexdigest(),
            "package_type": "package",
            "imports": list(self.imports),
            "depends": list(self.depends),
            "unvendored_tests": False,
        }


def student_wheel() -> tuple[str, bytes]:
    """Build the wheel that students install; return its file name and its content."""
    with tempfile.TemporaryDirectory() as scratch:
        tree, out = Path(scratch) / "tree", Path(scratch) / "dist"
        tree.mkdir()
        for name in SOURCES:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, tree)
        command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out)]
        ran = subprocess.run(
            [*command, str(tree)],
            capture_output=True,
            text=True,
            env={**os.environ, "SOURCE_DATE_EPOCH": "1577836800"},
        )
        if ran.returncode:
            raise RuntimeError(f"The student's wheel cannot be built:\n{ran.stdout}{ran.stderr}")
        (made,) = out.glob("*.whl")
        return made.name, made.read_bytes()


def pack(name: str, version: str, files: Iterable[tuple[str, bytes]]) -> bytes:
    """Return a pure wheel of these files."""
    info = f"{name.replace('-', '_')}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    wheel = (
        "Wheel-Version: 1.0\nGenerator: book.publish\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    )
    members = [*files, (f"{info}/METADATA", metadata.encode()), (f"{info}/WHEEL", wheel.encode())]
    members.append((f"{info}/RECORD", "".join(f"{path},,\n" for path, _ in members).encode()))
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path, content in members:
            archive.writestr(zipfile.ZipInfo(path, EPOCH), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def repack(name: str) -> tuple[str, bytes]:
    """Return version and wheel of a package that is installed here, without compiled parts.

    Raises
    ------
    RuntimeError
        Where a file is not as pip installed it.
    """
    installed = distribution(name)
    files = []
    for file in installed.files or ():
        own = not str(file).startswith("..") and "__pycache__" not in file.parts
        in_info = file.parts[0].endswith(".dist-info")
        if not own or file.suffix in (".so", ".pyd") or (in_info and "licen" not in str(file)):
            continue
        content = Path(str(file.locate())).read_bytes()
        found = urlsafe_b64encode(sha256(content).digest()).decode().rstrip("=")
        if file.hash is not None and file.hash.value != found:
            raise RuntimeError(
                f"{file} of {name} was changed after pip installed it: reinstall it."
            )
        files.append((str(file), content))
    return installed.version, pack(name, installed.version, files)


def for_notebooks() -> list[Wheel]:
    """Return what only JupyterLite loads: widgets, and its kernel's own packages."""
    made = []
    for name, (imports, depends) in INSTALLED.items():
        version, content = repack(name)
        made.append(Wheel(name, version, content, (imports,), depends))
    for name, depends in KERNEL.items():
        (file,) = (Path(sys.prefix) / KERNEL_WHEELS).glob(f"{name}-*.whl")
        version = file.name.split("-")[1]
        made.append(Wheel(name.replace("_", "-"), version, file.read_bytes(), (name,), depends))
    return made


def keys_of(chapter: str) -> str:
    """Return the name of the package with a chapter's keys."""
    return f"course-keys-{chapter}"


def data_set(module: str) -> str:
    """Return the name of the package with the data set that ``course.data.<module>`` reads."""
    return f"course-data-{module}"


def data_sets() -> list[str]:
    """Return the modules of ``course.data`` that read a data set of their own."""
    files = sorted((ROOT / "course" / "data").glob("*.npz"))
    return [file.stem for file in files if str(file.relative_to(ROOT)) not in LANGUAGE_MODELS]


def loaders(module: str) -> list[str]:
    """Return the names of the functions by which cells load what ``course.data.<module>`` reads."""
    tree = ast.parse((ROOT / "course" / "data" / f"{module}.py").read_text("utf-8"))
    functions = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
    return [name for name in functions if name.startswith("load_")]


def for_checks(chapter: str) -> tuple[str, ...]:
    """Return the packages that the checks of a chapter need."""
    return ("numpy", "autograder", keys_of(chapter))


def in_lite() -> list[str]:
    """Return what JupyterLite's kernel loads as it starts, whichever notebook it is for."""
    return [*IN_LITE, *map(data_set, data_sets()), *map(keys_of, chapters())]


def keys_for(chapter: str) -> set[str]:
    """Return the names of the keys that checks of a chapter read.

    They are its own, and those of earlier exercises on which its own build: `check` says which of
    these to mend first.
    """
    own = [exercise for exercise in registry().values() if exercise.chapter == chapter]
    names = {each.name for each in own} | {need for each in own for need in each.needs}
    return {f"course/keys/{name}{SUFFIX}" for name in names}


def data_for(chapter: str) -> list[str]:
    """Return the packages with the data sets that checks of a chapter read."""
    own = [exercise for exercise in registry().values() if exercise.chapter == chapter]
    return sorted({data_set(module) for each in own for module in each.data})


def wheels(student: bytes) -> list[Wheel]:
    """Cut the student's wheel into its parts, and add what the pages import."""
    with zipfile.ZipFile(BytesIO(student)) as archive:
        version = next(n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
        version = version.partition("/")[0].removesuffix(".dist-info").rpartition("-")[2]
        parts: dict[str, list[tuple[str, bytes]]] = {
            part: [] for part in ("autograder", "course", "keys", "models", *data_sets())
        }
        for name in sorted(archive.namelist()):
            path = PurePosixPath(name)
            top = "keys" if name.startswith("course/keys/") else path.parts[0]
            if path.suffix == ".npz":
                top = "models" if name in LANGUAGE_MODELS else path.stem
            if top in parts and not name.endswith("/"):
                parts[top].append((name, archive.read(name)))
    page_files = sorted(path for glob in FOR_PAGES for path in ROOT.glob(glob))
    for_pages = [(str(path.relative_to(ROOT)), path.read_bytes()) for path in page_files]

    def wheel(name: str, files: list[tuple[str, bytes]], imports: str, *depends: str) -> Wheel:
        return Wheel(name, version, pack(name, version, files), tuple(imports.split()), depends)

    # What makes `course` a package: keys can be read where none of the data is.
    package = [file for file in parts["course"] if file[0] == "course/__init__.py"]

    def keys(chapter: str) -> Wheel:
        read = keys_for(chapter)
        files = package + [file for file in parts["keys"] if file[0] in read]
        # The name by which a page asks for the keys of an exercise that a cell names.
        imports = f"course.keys.{chapter}"
        return wheel(keys_of(chapter), files, imports, *data_for(chapter))

    def data(module: str) -> Wheel:
        # Also the names by which a page asks for what a cell loads.
        imports = " ".join(f"course.data.{name}" for name in (module, *loaders(module)))
        return wheel(data_set(module), parts[module], imports, "course")

    return [
        wheel("autograder", parts["autograder"], "autograder", "numpy"),
        wheel("course", parts["course"], "course", "numpy"),
        wheel("course-models", parts["models"], "course.data.language_models", "course"),
        wheel("book", for_pages, "book", "numpy", "matplotlib-font-list"),
        *map(data, data_sets()),
        *map(keys, chapters()),
    ]
