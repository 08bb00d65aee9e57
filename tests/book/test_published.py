"""What surrounds the pages: Pyodide's files, our wheels, the notebooks."""

import hashlib
import io
import json
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urljoin

import nbformat
import pytest
from packaging.specifiers import SpecifierSet

from autograder.exercises import chapters, registry
from book.ext import notebook_links
from book.ext.accessible_theme import mend
from book.publish import bytecode, own_wheels, package_files, pyodide
from book.publish.notebooks import for_binder, for_colab
from book.publish.own_wheels import in_lite
from book.publish.package_files import NoSource, cache_folder, fetch, needed

ROOT = Path(__file__).parents[2]
CONTENT = b"a package file"
RIGHT = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


# Where package files come from ----------------------------------------------------------------------


def test_a_file_comes_from_the_first_source_that_has_it_with_the_right_hash() -> None:
    asked: list[str] = []

    def source(name: str, content: bytes | None) -> package_files.Source:
        def answer(file: str) -> bytes | None:
            asked.append(name)
            return content

        return answer

    sources = {
        "one without it": source("without", None),
        "one with another": source("other", b"something else"),
        "one with it": source("right", CONTENT),
        "one too many": source("unasked", CONTENT),
    }
    assert fetch("some.whl", RIGHT, sources).read_bytes() == CONTENT
    assert asked == ["without", "other", "right"]
    assert fetch("some.whl", RIGHT, {}).read_bytes() == CONTENT, "it is in the cache now"


def test_a_file_in_the_cache_that_was_damaged_is_fetched_again() -> None:
    kept = fetch("some.whl", RIGHT, {"one": lambda name: CONTENT})
    kept.write_bytes(b"damaged")
    assert fetch("some.whl", RIGHT, {"one": lambda name: CONTENT}).read_bytes() == CONTENT


def test_where_no_source_answers_the_error_names_each_and_what_to_do() -> None:
    sources = {"the CDN": lambda name: None, "the mirror": lambda name: b"other"}
    with pytest.raises(NoSource) as error:
        fetch("numpy.whl", RIGHT, sources)
    for part in ("numpy.whl", "the CDN does not have it", "the mirror has it with another hash",
                 "PYODIDE_MIRROR"):  # fmt: skip
        assert part in str(error.value)


def test_the_mirror_is_a_folder_that_a_variable_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "some.whl").write_bytes(CONTENT)
    monkeypatch.setenv("PYODIDE_MIRROR", str(tmp_path))
    assert fetch("some.whl", RIGHT).read_bytes() == CONTENT


# The site's Pyodide -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(site: Path) -> Path:
    return site / "_static" / "pyodide"


@pytest.fixture(scope="module")
def lock(folder: Path) -> dict[str, dict[str, object]]:
    return json.loads((folder / "pyodide-lock.json").read_text("utf-8"))["packages"]


def test_every_package_of_the_lock_file_is_there_with_its_hash(folder: Path, lock) -> None:
    for name, entry in lock.items():
        content = (folder / entry["file_name"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == entry["sha256"], name
        assert not [needed for needed in entry["depends"] if norm(needed) not in lock], name


def norm(name: str) -> str:
    return name.lower().replace("_", "-")


def test_nothing_of_the_instructors_reaches_the_browser(folder: Path, lock) -> None:
    keys = map(own_wheels.keys_of, chapters())
    data = map(own_wheels.data_set, own_wheels.data_sets())
    for name in ("autograder", "course", "course-models", "book", *keys, *data):
        with zipfile.ZipFile(folder / str(lock[name]["file_name"])) as archive:
            for member in archive.namelist():
                assert "solution" not in member, member
                assert "mistakes" not in member, member


def test_trained_models_are_loaded_only_by_what_imports_them(folder: Path, lock) -> None:
    held = {}
    for name in ("course", "course-models"):
        with zipfile.ZipFile(folder / str(lock[name]["file_name"])) as archive:
            held[name] = sorted(set(archive.namelist()).intersection(own_wheels.LANGUAGE_MODELS))
    assert held == {"course": [], "course-models": sorted(own_wheels.LANGUAGE_MODELS)}
    assert lock["course-models"]["imports"] == ["course.data.language_models"]


def members(folder: Path, lock, name: str) -> set[str]:
    with zipfile.ZipFile(folder / str(lock[name]["file_name"])) as archive:
        return set(archive.namelist())


def test_a_chapters_page_loads_its_keys_and_those_it_builds_on_and_no_others(folder, lock) -> None:
    for chapter in chapters():
        own = [each for each in registry().values() if each.chapter == chapter]
        wanted = {name for each in own for name in (each.name, *each.needs)}
        loaded = list(needed(lock, own_wheels.for_checks(chapter)))
        found = {member for name in loaded for member in members(folder, lock, name)}
        keys = {Path(member).name.removesuffix(".key") for member in found if ".key" in member}
        assert keys == wanted


def data_in(names: Iterable[str]) -> set[str]:
    return {name for name in names if name.startswith("course/data/") and name.endswith(".npz")}


def test_a_chapters_check_loads_the_data_that_it_reads_and_no_other(folder, lock) -> None:
    for chapter in chapters():
        own = [each for each in registry().values() if each.chapter == chapter]
        loaded = list(needed(lock, own_wheels.for_checks(chapter)))
        found = {member for name in loaded for member in members(folder, lock, name)}
        assert data_in(found) == {f"course/data/{name}.npz" for each in own for name in each.data}


def test_a_cell_that_loads_a_data_set_waits_for_that_one_alone(folder, lock) -> None:
    packages = {module: name for name, entry in lock.items() for module in entry["imports"]}
    for loader in ("load_ames", "load_mnist", "load_shakespeare", "load_sunspots", "load_textures"):
        loaded = set(needed(lock, (packages[f"course.data.{loader}"],)))
        (name,) = loaded - {"course", *needed(lock, ("numpy",))}
        assert data_in(members(folder, lock, name)) == {f"course/data/{loader[5:]}.npz"}
    assert packages["course.data.load_photographs"] == packages["course.data.load_textures"]
    assert not data_in(members(folder, lock, "course"))


def test_jupyterlite_has_the_keys_of_every_chapter_and_every_data_set(folder, lock) -> None:
    found = {m for name in needed(lock, tuple(in_lite())) for m in members(folder, lock, name)}
    assert {f"course/keys/{name}.key" for name in registry()} <= found
    shipped = {f"course/data/{file.name}" for file in (ROOT / "course" / "data").glob("*.npz")}
    assert data_in(found) == shipped - set(own_wheels.LANGUAGE_MODELS)


def test_the_same_content_is_the_same_wheel() -> None:
    files = [("a/__init__.py", b"x = 1\n"), ("a/b.py", b"y = 2\n")]

    def made() -> str:
        return own_wheels.Wheel(
            "a", "1.0", own_wheels.pack("a", "1.0", files), ("a",), ()
        ).file_name

    first = made()
    assert made() == first
    files[1] = ("a/b.py", b"y = 3\n")
    assert made() != first


def test_with_the_cdn_only_our_own_wheels_are_in_the_site(
    tmp_path: Path, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fonts = own_wheels.Wheel("fonts", "1", own_wheels.pack("fonts", "1", []), (), ())
    monkeypatch.setattr(pyodide, "font_list", lambda: fonts)
    (wheel,) = (site / "notebooks").glob("*.whl")
    target = tmp_path / "pyodide"
    pyodide.assemble(target, wheel.read_bytes(), cdn=True)
    packages = json.loads((target / "pyodide-lock.json").read_text("utf-8"))["packages"]
    assert packages["numpy"]["file_name"].startswith("https://cdn.jsdelivr.net/pyodide/v0.27.7/")
    assert (target / packages["autograder"]["file_name"]).is_file()
    assert "{{CDN}}" not in (target / "pyodide.js").read_text("utf-8")
    assert not (target / "pyodide.asm.wasm").exists()


def test_a_browser_compiles_nothing(folder: Path, lock) -> None:
    archives = [str(entry["file_name"]) for entry in lock.values()]
    for name in ("python_stdlib.zip", *archives):
        with zipfile.ZipFile(folder / name) as archive:
            members = archive.namelist()
            modules = [archive.read(member) for member in members if member.endswith(".pyc")]
            assert not [member for member in members if member.endswith(".py")], name
        # Unchecked: a browser does not look for the source, to compare.
        assert all(module[4:8] == b"\x01\0\0\0" for module in modules), name


def made_of(source: bytes) -> dict[str, bytes]:
    """Return what a wheel with one module holds when it is compiled, from an empty cache."""
    wheel = own_wheels.pack("shop", "1.0", [("shop/till.py", source), ("shop/data.txt", b"1")])
    for kept in cache_folder().glob("bytecode/*"):
        kept.unlink()
    (made,) = bytecode.compiled(pyodide.npm_pyodide(), [bytecode.Archive(wheel)])
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_compiled_wheel_holds_all_else_and_says_where_its_modules_will_lie() -> None:
    found = made_of(b"def pay():\n    return 1\n")
    assert found["shop/data.txt"] == b"1"
    assert b"/lib/python3.12/site-packages/shop/till.py" in found["shop/till.pyc"]
    listed = found["shop-1.0.dist-info/RECORD"].decode().split(",,\n")
    assert sorted(listed) == sorted(["", *found])


def test_compiling_again_makes_the_same_bytes() -> None:
    source = b"NAMES = {'a', 'b', 'c'}\ndef pay(name):\n    return name in {'x', 'y', 'z'}\n"
    assert made_of(source) == made_of(source)


def test_a_module_of_another_python_stays_as_it_is() -> None:
    source = b"print 'two'\n"
    assert made_of(source)["shop/till.py"] == source


# The notebooks ------------------------------------------------------------------------------------------


def test_the_site_has_the_released_notebook_of_every_chapter(site: Path) -> None:
    for chapter in chapters():
        if not (site / "course" / f"{chapter}.html").is_file():
            continue
        notebook = nbformat.read(site / "notebooks" / f"{chapter}.ipynb", as_version=4)
        source = "\n".join(cell.source for cell in notebook.cells)
        assert "raise NotImplementedError" in source
        assert "SOLUTION" not in source


def test_the_copy_for_colab_installs_the_course_first(site: Path, tmp_path: Path) -> None:
    (tmp_path / "structure.ipynb").write_bytes((site / "notebooks/structure.ipynb").read_bytes())
    place = {"repository": "someone/nn", "branch": "gh-pages"}
    for_colab(tmp_path, "autograder-0.1.0-py3-none-any.whl", place)
    notebook = nbformat.read(tmp_path / "colab" / "structure.ipynb", as_version=4)
    nbformat.validate(notebook)
    wanted = "someone/nn/gh-pages/notebooks/autograder-0.1.0-py3-none-any.whl"
    command, *packages = notebook.cells[0].source.rsplit(maxsplit=2)
    assert command == "%pip install --quiet"
    assert packages == [f"https://raw.githubusercontent.com/{wanted}", "anywidget"]


def test_a_notebook_that_is_uploaded_by_hand_says_how_the_course_is_installed(site: Path) -> None:
    for chapter in chapters():
        notebook = nbformat.read(site / "notebooks" / f"{chapter}.ipynb", as_version=4)
        first = next(n for n, cell in enumerate(notebook.cells) if cell.cell_type == "code")
        above = "\n".join(cell.source for cell in notebook.cells[:first])
        assert "No module named 'autograder'" in above, chapter
        assert "`%pip install ADDRESS anywidget`" in above, "as the copy for Colab does"
        assert f"*{notebook_links.WHEEL_TITLE}*" in above, "the title of a link of the page"


def test_what_the_pages_link_offers_can_be_installed_and_checks(
    site: Path, address: str, tmp_path: Path
) -> None:
    target = dict(notebook_links.links("structure"))[notebook_links.WHEEL_TITLE]
    assert f'href="{target}"' in (site / "course" / "structure.html").read_text("utf-8")
    install = ["-m", "pip", "install", "--quiet", "--no-deps", "--target", str(tmp_path)]
    command = [sys.executable, *install, urljoin(f"{address}course/structure.html", target)]
    subprocess.run(command, check=True, timeout=120)
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "import numpy as np\nimport autograder\n"
        "report = autograder.check('structure.relu', lambda z: np.maximum(z, 0))\n"
        "print(autograder.__file__, report.verdict.right)"
    )
    ran = subprocess.run(
        [sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True
    )
    assert ran.stdout.split()[-2:] == [str(tmp_path / "autograder" / "__init__.py"), "True"]


def test_binder_is_given_a_python_that_the_course_runs_on(tmp_path: Path) -> None:
    for_binder(tmp_path, "autograder-0.1.0-py3-none-any.whl")
    name, _, version = (tmp_path / "runtime.txt").read_text().strip().partition("-")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert name == "python"
    assert version in SpecifierSet(project["requires-python"])
    packages = (tmp_path / "requirements.txt").read_text().splitlines()
    assert "./notebooks/autograder-0.1.0-py3-none-any.whl" in packages


def test_colab_and_binder_are_offered_where_the_repository_is_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("REPOSITORY", raising=False)
    assert [text for text, _ in notebook_links.links("loss")] == [
        "Open in JupyterLite",
        "Empty notebook (.ipynb)",
        notebook_links.WHEEL_TITLE,
    ]
    monkeypatch.setenv("REPOSITORY", "someone/nn")
    addresses = dict(notebook_links.links("loss"))
    assert "someone/nn/blob/gh-pages/notebooks/colab/loss.ipynb" in addresses["Colab"]
    assert "someone/nn/gh-pages" in addresses["Binder"]


# Pages -------------------------------------------------------------------------------------------------


def test_a_mended_page_is_not_mended_again() -> None:
    page = (
        '<summary aria-label="Toggle hidden content">\n<p>Show</p></summary><th class="head"></th>'
    )
    assert mend(page) == "<summary>\n<p>Show</p></summary><td></td>"
    assert mend(mend(page)) == mend(page)


def test_every_icon_of_a_page_is_in_the_font_of_icons(site: Path) -> None:
    drawn = (site / "_static" / "icons" / "icons.css").read_text("utf-8")
    for page in site.glob("book/*.html"):
        classes = re.findall(r'<i class="([^"]*)"', page.read_text("utf-8"))
        names = {name for each in classes for name in each.split() if name.startswith("fa-")}
        for name in names - {"fa-solid"}:
            assert f".{name}" in drawn, (page.name, name)
