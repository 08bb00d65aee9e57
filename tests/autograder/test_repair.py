"""Whatever is handed in ends in a notebook that can be graded, and a note on what was mended."""

from __future__ import annotations

import copy
import io
import json
import os
import resource
import subprocess
import sys
import tarfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from autograder.cells import without_magics
from autograder.exercises import find
from autograder.regular_files import MOST_FILES
from autograder.repair import Repaired, cells_to_run, repair
from autograder.uses import Code

WORK = "def relu(z):\n    return np.maximum(z, 0)"
SECOND = "def double(z):\n    return 2 * z"
ANSWER = "Because a product of matrices is a matrix."


def graded(cell: Any, grade_id: str, **flags: Any) -> Any:
    cell.metadata["nbgrader"] = {
        "schema_version": 3, "grade_id": grade_id, "grade": False, "solution": False,
        "locked": False, "task": False, **flags,
    }  # fmt: skip
    return cell


def make_released() -> Any:
    cells = [
        new_markdown_cell("# The chapter"),
        graded(new_code_cell("import numpy as np"), "ch-setup", locked=True),
        new_markdown_cell("### ReLU"),
        graded(new_code_cell("def relu(z):\n    # YOUR CODE HERE\n    raise NotImplementedError()"),
               "ch-relu-code", solution=True),
        graded(new_code_cell('check("ch.relu")'), "ch-relu", grade=True, points=2, locked=True),
        graded(new_code_cell("def double(z):\n    # YOUR CODE HERE\n    raise NotImplementedError()"),
               "ch-double-code", solution=True),
        graded(new_code_cell('check("ch.double")'), "ch-double", grade=True, points=1, locked=True),
        graded(new_markdown_cell("**Written question** Why?"), "ch-why-question", locked=True),
        graded(new_markdown_cell("YOUR ANSWER HERE"), "ch-why", grade=True, points=3, solution=True),
    ]  # fmt: skip
    notebook = new_notebook(cells=cells)
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"ch-{number:03d}"
    return notebook


RELEASED = make_released()


def solved() -> Any:
    notebook = copy.deepcopy(RELEASED)
    by_id(notebook, "ch-relu-code").source = WORK
    by_id(notebook, "ch-double-code").source = SECOND
    by_id(notebook, "ch-why").source = ANSWER
    return notebook


def by_id(notebook: Any, grade_id: str) -> Any:
    return next(
        c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id
    )


@pytest.fixture
def hand_in(tmp_path: Path) -> Callable[..., Repaired]:
    """Hand in a notebook, or bytes, under a name; repaired."""

    def hand(content: Any, name: str = "ch.ipynb") -> Repaired:
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(
            content if isinstance(content, bytes) else nbformat.writes(content).encode()
        )
        return repair(tmp_path / "in", RELEASED, "ch")

    return hand


def assert_sound(repaired: Repaired) -> None:
    """What is graded has the released cells, in their order, with their flags and points."""
    nbformat.validate(repaired.notebook)
    flags = [c.metadata.nbgrader for c in repaired.notebook.cells if "nbgrader" in c.metadata]
    assert flags == [c.metadata.nbgrader for c in RELEASED.cells if "nbgrader" in c.metadata]
    for cell in RELEASED.cells:
        nbgrader = cell.metadata.get("nbgrader", {})
        if nbgrader.get("locked"):
            assert by_id(repaired.notebook, nbgrader["grade_id"]).source == cell.source


def assert_complete(repaired: Repaired) -> None:
    assert_sound(repaired)
    assert by_id(repaired.notebook, "ch-relu-code").source == WORK
    assert by_id(repaired.notebook, "ch-double-code").source == SECOND
    assert by_id(repaired.notebook, "ch-why").source == ANSWER


def test_an_untouched_submission_needs_no_mending(hand_in):
    repaired = hand_in(solved())
    assert_complete(repaired)
    assert repaired.notes == []
    assert [c.source for c in repaired.notebook.cells] == [c.source for c in solved().cells]


def test_repairing_twice_gives_the_same_bytes(hand_in):
    notebook = solved()
    notebook.cells.insert(4, new_code_cell("helper = 1"))
    first, second = hand_in(notebook), hand_in(notebook)
    assert nbformat.writes(first.notebook) == nbformat.writes(second.notebook)


def test_the_released_notebook_is_left_as_it_is(hand_in):
    before = nbformat.writes(RELEASED)
    hand_in(solved())
    assert nbformat.writes(RELEASED) == before


# Cells ---------------------------------------------------------------------------------------


def test_flags_and_points_come_from_the_release(hand_in):
    notebook = solved()
    by_id(notebook, "ch-relu").metadata.nbgrader.update(points=100, locked=False, solution=True)
    by_id(notebook, "ch-relu-code").metadata.nbgrader.update(grade=True, points=50)
    assert_complete(hand_in(notebook))


def test_an_edited_check_cell_is_replaced(hand_in):
    notebook = solved()
    by_id(notebook, "ch-relu").source = "2.0"
    by_id(notebook, "ch-setup").source = "import numpy as np; np.maximum = None"
    repaired = hand_in(notebook)
    assert_complete(repaired)
    assert "np.maximum = None" not in "\n".join(cells_to_run(repaired.notebook))


def test_moved_cells_are_put_back_in_order(hand_in):
    notebook = solved()
    notebook.cells.reverse()
    repaired = hand_in(notebook)
    assert_complete(repaired)
    assert "Cells had been moved; they were put back in order." in repaired.notes


@pytest.mark.parametrize("kind", ["markdown", "raw"])
def test_a_retyped_solution_cell_is_read_as_code(hand_in, kind):
    tree = json.loads(nbformat.writes(solved()))
    cell = next(c for c in tree["cells"] if "ch-relu-code" in json.dumps(c["metadata"]))
    cell["cell_type"] = kind
    repaired = hand_in(json.dumps(tree).encode())
    assert_complete(repaired)
    assert any("read as code" in note for note in repaired.notes)


def test_a_retyped_answer_is_read_as_markdown(hand_in):
    tree = json.loads(nbformat.writes(solved()))
    tree["cells"][-1].update(cell_type="code", outputs=[], execution_count=None)
    assert_complete(hand_in(json.dumps(tree).encode()))


def test_metadata_that_a_plain_editor_dropped_is_found_by_content(hand_in):
    notebook = solved()
    for cell in notebook.cells:
        cell.metadata = {}
    repaired = hand_in(notebook)
    assert_complete(repaired)
    assert sum("had lost its name" in note for note in repaired.notes) == 3


def test_colab_metadata_does_no_harm(hand_in):
    notebook = solved()
    notebook.metadata.update(colab={"provenance": []}, accelerator="GPU")
    for cell in notebook.cells:
        cell.metadata.update(id="xYz", colab={"base_uri": "x"}, outputId="1")
    assert_complete(hand_in(notebook))


@pytest.mark.parametrize("metadata", [None, [], "x", {"nbgrader": None}, {"nbgrader": []},
                                      {"nbgrader": {"grade_id": ["ch-relu-code"]}},
                                      {"tags": "demo"}, {"tags": [1, None]}])  # fmt: skip
def test_metadata_of_any_form_is_read(hand_in, metadata):
    tree = json.loads(nbformat.writes(solved()))
    for cell in tree["cells"]:
        cell["metadata"] = metadata
    assert_complete(hand_in(json.dumps(tree).encode()))


def test_a_renamed_cell_is_found_by_content(hand_in):
    notebook = solved()
    by_id(notebook, "ch-relu-code").metadata.nbgrader["grade_id"] = "ch-mine"
    assert_complete(hand_in(notebook))


def test_of_copies_the_last_with_work_counts_and_an_empty_one_behind_it_does_not(hand_in):
    notebook = solved()
    place = notebook.cells.index(by_id(notebook, "ch-relu-code"))
    older, stub = copy.deepcopy(notebook.cells[place]), copy.deepcopy(RELEASED.cells[3])
    older.source = "def relu(z):\n    return 0"
    notebook.cells[place : place + 1] = [older, notebook.cells[place], stub]
    repaired = hand_in(notebook)
    assert_complete(repaired)
    assert "3 cells are named ch-relu-code; the last one with work was taken." in repaired.notes
    assert not any("YOUR CODE HERE" in source for source in cells_to_run(repaired.notebook))


def test_a_cell_that_was_split_in_two_keeps_both_halves(hand_in):
    notebook = solved()
    place = notebook.cells.index(by_id(notebook, "ch-relu-code"))
    upper = copy.deepcopy(notebook.cells[place])
    upper.source = "zero = 0"
    notebook.cells[place].source = "def relu(z):\n    return np.maximum(z, zero)"
    notebook.cells.insert(place, upper)
    sources = cells_to_run(hand_in(notebook).notebook)
    assert sources.index("zero = 0") < sources.index(notebook.cells[place + 1].source)


def test_a_deleted_cell_is_put_back_empty(hand_in):
    notebook = solved()
    notebook.cells = [c for c in notebook.cells if c.source not in (WORK, ANSWER)]
    repaired = hand_in(notebook)
    assert_sound(repaired)
    for grade_id in ("ch-relu-code", "ch-why"):
        assert by_id(repaired.notebook, grade_id).source == by_id(RELEASED, grade_id).source
    assert "2 cells are missing: ch-relu-code, ch-why." in repaired.notes


def test_work_that_was_moved_into_another_cell_is_not_covered_by_a_stub(hand_in):
    notebook = solved()
    notebook.cells = [c for c in notebook.cells if c.source != SECOND]
    by_id(notebook, "ch-relu-code").source = f"{WORK}\n\n{SECOND}"
    sources = cells_to_run(hand_in(notebook).notebook)
    assert sources == ["import numpy as np", f"{WORK}\n\n{SECOND}"]


def test_a_students_own_cells_stay_where_they_stood(hand_in):
    notebook = solved()
    notebook.cells.insert(0, new_code_cell("before = np.zeros(1)"))
    place = notebook.cells.index(by_id(notebook, "ch-relu-code"))
    notebook.cells.insert(place + 1, new_code_cell("after = relu(before)"))
    sources = cells_to_run(hand_in(notebook).notebook)
    assert sources == ["import numpy as np", "before = np.zeros(1)", WORK, "after = relu(before)",
                       SECOND]  # fmt: skip


def test_a_hidden_demonstration_does_not_run(hand_in):
    notebook = solved()
    notebook.cells.append(new_code_cell("1 / 0", metadata={"tags": ["skip-execution"]}))
    assert "1 / 0" not in cells_to_run(hand_in(notebook).notebook)


# Files ---------------------------------------------------------------------------------------


def in_old_format(version: int) -> bytes:
    notebook = nbformat.convert(copy.deepcopy(solved()), 3)
    notebook.nbformat = version
    return json.dumps(notebook).encode()


@pytest.mark.parametrize("version", [2, 3])
def test_old_formats_are_read(hand_in, version):
    repaired = hand_in(in_old_format(version))
    assert_complete(repaired)
    assert any(f"old format {version}" in note for note in repaired.notes)


def damages() -> dict[str, bytes]:
    whole = nbformat.writes(solved()).encode()
    line = whole.index(b"# The chapter")
    marked = whole[:line].rsplit(b"\n", 1)[0]
    conflict = (
        b'\n<<<<<<< HEAD\n   "source": "mine"\n=======\n   "source": "theirs"\n>>>>>>> main\n'
    )
    return {
        "bom": b"\xef\xbb\xbf" + whole,
        "utf-16": whole.decode().encode("utf-16"),
        "conflict": marked + conflict + whole[whole.index(b"}", line) - 3 :],
        "trailing comma": whole.replace(b'"nbformat": 4,', b'"nbformat": 4,,'),
        "latin-1": whole.replace(b"# The chapter", b"# Das Kapitel \xfc"),
        "NUL between": whole + b"\x00\x00",
        "no end": whole[: whole.rindex(b'"metadata"')],
        "CRLF": whole.replace(b"\n", b"\r\n"),
    }


@pytest.mark.parametrize("kind", damages())
def test_a_damaged_file_loses_nothing_that_is_whole(hand_in, kind):
    repaired = hand_in(damages()[kind])
    assert_complete(repaired)


def test_a_truncated_file_keeps_the_cells_before_the_cut(hand_in):
    whole = nbformat.writes(solved()).encode()
    repaired = hand_in(whole[: whole.index(b"def double") + 5])
    assert_sound(repaired)
    assert by_id(repaired.notebook, "ch-relu-code").source == WORK
    assert "2 cells are missing: ch-double-code, ch-why." in repaired.notes


@pytest.mark.parametrize("content", [
    b"", b"\x00" * 1000, b"null", b"[]", b"3", b'"text"', b"{}", b'{"cells": 3}', b'{"cells": []}',
    b'{"cells": [null, 1, "x", [], {}, {"cell_type": 3, "source": {}}]}', b"\xff\xfe\x00",
    b'{"nbformat": 3, "worksheets": [null, {"cells": 3}, {}]}', b'{"nbformat": "x", "cells": 1}',
    b'{"nbformat": 1e999}', b"[" * 100_000, b'{"cells": [' + b'{"a": ' * 50_000,
    b'{"cells": [{"cell_type": "code", "source": "\\ud800"}]}', b"<html>Sign in</html>",
    b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": ["a", 1, null]}]}',
    b'{"nbformat": ' + b"9" * 5000 + b"}",
])  # fmt: skip
def test_what_is_no_notebook_is_graded_as_an_empty_one(hand_in, content):
    repaired = hand_in(content)
    assert_sound(repaired)
    nbformat.writes(repaired.notebook).encode()
    assert "3 cells are missing: ch-relu-code, ch-double-code, ch-why." in repaired.notes


def test_a_notebook_with_huge_outputs_is_read(hand_in):
    notebook = solved()
    output = new_output("display_data", data={"image/png": "A" * (100 << 20)})
    by_id(notebook, "ch-relu-code").outputs = [output]
    assert_complete(hand_in(json.dumps(notebook).encode()))


@pytest.mark.parametrize("content", [
    b'{"cells": [' + b"{}," * (10 << 20) + b"{}]}",
    b'{"cells": [' + b"[" * (30 << 20),
    b'{"cells": [' + b'{"cell_type":[' * 400 + b'1,2' * (1 << 20),
    b'{"cells": [' + b'{"cell_type": "code", "source": "' * 20_000,
    b'{"cells": ' * 20_000,
], ids=["values", "depth", "nested", "unterminated", "markers"])  # fmt: skip
def test_a_file_made_to_be_slow_or_large_is_neither(hand_in, content):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.process_time()
    assert_sound(hand_in(content))
    assert time.process_time() - started < 15
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 1 << 20  # KB: a gigabyte


@pytest.mark.parametrize("text", [
    "\n" * 1_000_000, " \n" * 500_000, " " * 1_000_000, "? \n" * 300_000, "= " * 500_000,
    "a, " * 300_000, "def\n" * 250_000, "%x\n" + " " * 900_000 + "x", "(" * 1_000_000,
    "%x\n" + "a " * 450_000, "%x\na=" + " " * 900_000, "async \n" * 140_000,
], ids=["empty lines", "blanks", "a blank", "questions", "equal signs", "names", "definitions",
        "a blank behind a magic", "brackets", "words", "a value", "async"])  # fmt: skip
def test_a_cell_made_to_be_slow_is_not(hand_in, text):
    """A pattern that runs through all that follows, from each line, takes an hour for a megabyte."""
    notebook = solved()
    by_id(notebook, "ch-relu-code").source = f"{text}\n{WORK}"
    notebook.cells.append(new_code_cell(text))
    started = time.process_time()
    repaired = hand_in(notebook)
    assert_sound(repaired)
    assert len(cells_to_run(repaired.notebook)) >= 2
    exercise = find("structure.relu")
    Code(repaired.notebook, [exercise]).uses_any(exercise, [find("structure.sigmoid")])
    without_magics(text)  # as it was handed in, with all its empty lines
    assert time.process_time() - started < 30


def test_a_notebook_among_thousands_of_pictures_is_found(hand_in, tmp_path: Path):
    """So many files are not all looked at; where names came first, the notebook would be beyond them."""
    hand_in(solved())
    (folder,) = {path.parent for path in tmp_path.rglob("ch.ipynb")}
    for number in range(MOST_FILES + 100):
        (folder / f"a{number}.png").touch()
    assert_complete(repair(folder, RELEASED, "ch"))


def test_a_file_of_many_gigabytes_is_not_read(tmp_path: Path):
    folder = tmp_path / "in"
    folder.mkdir()
    with (folder / "ch.ipynb").open("wb") as stream:
        stream.truncate(50 << 30)  # holes: it takes no room
    repaired = repair(folder, RELEASED, "ch")
    assert not repaired.found
    assert "larger than" in repaired.notes[0]


def test_a_cell_of_many_megabytes_is_left_out(hand_in):
    notebook = solved()
    notebook.cells.append(new_code_cell("x = 1  # " + "y" * (2 << 20)))
    repaired = hand_in(notebook)
    assert_complete(repaired)
    assert any("characters was left out" in note for note in repaired.notes)


def test_two_thousand_cells_of_code_are_read_once_each(hand_in):
    """Where every answer has lost its name, each is looked for among all cells."""
    lines = ["\n".join(f"x{cell}_{n} = {n}" for n in range(200)) for cell in range(1990)]
    made = new_notebook(cells=[new_code_cell(source) for source in lines])
    made.cells += [new_code_cell(SECOND), new_code_cell(WORK)]
    started = time.process_time()
    assert by_id(hand_in(made).notebook, "ch-relu-code").source == WORK
    assert time.process_time() - started < 20


@pytest.mark.parametrize("empty", ["\n", " \t\n", "\r", "\r\n", "\u2028", "\f"])
def test_empty_lines_without_end_are_left_out(hand_in, empty):
    """Whoever colors such a cell, formgrader among them, would take an hour."""
    notebook = solved()
    by_id(notebook, "ch-relu-code").source = f"import math\n{empty * 100_000}\n{WORK}"
    repaired = hand_in(notebook)
    assert_sound(repaired)
    source = by_id(repaired.notebook, "ch-relu-code").source
    assert source.startswith("import math\n")
    assert source.endswith(WORK)
    assert len(source) < 1500
    assert "Empty lines were left out of a cell: more than anybody needs." in repaired.notes


def test_a_wrong_name_is_mended(hand_in):
    repaired = hand_in(solved(), "my homework (final) (2).ipynb")
    assert_complete(repaired)
    assert "my homework (final) (2).ipynb was taken for ch.ipynb." in repaired.notes


def test_of_several_notebooks_the_right_name_wins(hand_in, tmp_path: Path):
    hand_in(b"{}", "other.ipynb")
    hand_in(RELEASED, "ch-Copy1.ipynb")
    repaired = hand_in(solved())
    assert_complete(repaired)
    assert any(n.startswith("Several notebooks were handed in") for n in repaired.notes)


def test_of_wrong_names_the_one_with_this_assignments_cells_is_taken(hand_in):
    hand_in(new_notebook(cells=[new_code_cell("1")]), "a.ipynb")
    assert_complete(hand_in(solved(), "z.ipynb"))


def test_where_the_right_name_is_empty_the_next_is_taken(hand_in):
    hand_in(solved(), "ch (1).ipynb")
    assert_complete(hand_in(b""))


def test_checkpoints_are_no_submissions(hand_in):
    assert not hand_in(solved(), ".ipynb_checkpoints/ch-checkpoint.ipynb").found


def test_a_folder_named_like_a_notebook_is_looked_into(hand_in):
    assert_complete(hand_in(solved(), "ch.ipynb/ch.ipynb"))


def test_links_are_not_followed(tmp_path: Path):
    secret = tmp_path / "secret.ipynb"
    nbformat.write(solved(), secret)
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "ch.ipynb").symlink_to(secret)
    (folder / "more").symlink_to(tmp_path)
    repaired = repair(folder, RELEASED, "ch")
    assert not repaired.found
    assert "ch.ipynb is a link and was not followed." in repaired.notes
    (tmp_path / "linked").symlink_to(tmp_path)
    assert not repair(tmp_path / "linked", RELEASED, "ch").found


def test_pipes_sockets_and_devices_are_not_waited_for(tmp_path: Path):
    os.mkfifo(tmp_path / "ch.ipynb")
    os.mkfifo(tmp_path / "ch.zip")
    repaired = repair(tmp_path, RELEASED, "ch")
    assert not repaired.found
    assert "ch.ipynb is not a regular file." in repaired.notes


def test_nothing_at_all_is_graded_with_zero(tmp_path: Path):
    for folder in (tmp_path, tmp_path / "nowhere"):
        repaired = repair(folder, RELEASED, "ch")
        assert_sound(repaired)
        assert not repaired.found
        assert repaired.notes == ["No notebook was handed in."]


@pytest.mark.skipif(os.getuid() != 0, reason="root becomes another user to be refused")
def test_what_may_not_be_read_is_told(tmp_path: Path):
    (tmp_path / "ch.ipynb").write_bytes(b"{}")
    (tmp_path / "ch.ipynb").chmod(0)
    (tmp_path / "closed").mkdir(mode=0)
    tmp_path.chmod(0o755)
    program = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from autograder.handed_in import candidates\n"
        "os.setuid(65534)\n"
        "notes = []\n"
        "print([each.read() for each in candidates(Path('.'), 'ch', notes)], notes)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    ran = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, env=environment,
                         capture_output=True, text=True, check=False)  # fmt: skip
    assert "[None]" in ran.stdout, ran.stderr
    assert "ch.ipynb could not be read" in ran.stdout
    assert "The folder closed could not be read" in ran.stdout


# Archives ------------------------------------------------------------------------------------


def zipped(**members: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def tarred(*members: tuple[tarfile.TarInfo, bytes], mode: str = "w:gz") -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode=mode) as archive:  # type: ignore[call-overload]
        for member, content in members:
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return stream.getvalue()


WHOLE = nbformat.writes(solved()).encode()


@pytest.mark.parametrize(("name", "mode"), [
    ("x.tar", "w"), ("x.tar.gz", "w:gz"), ("x.tgz", "w:gz"), ("x.tar.bz2", "w:bz2"),
    ("x.tar.xz", "w:xz"),
])  # fmt: skip
def test_a_notebook_in_an_archive_is_read(hand_in, name, mode):
    repaired = hand_in(tarred((tarfile.TarInfo("a/ch.ipynb"), WHOLE), mode=mode), name)
    assert_complete(repaired)
    assert f"The notebook came in an archive, {name}." in repaired.notes


def test_nothing_is_written_where_an_archive_says(hand_in, tmp_path: Path):
    escape = str(tmp_path / "escaped.ipynb")
    members = {"../../escaped.ipynb": WHOLE, escape: WHOLE, "__MACOSX/ch.ipynb": b"{}"}
    assert_complete(hand_in(zipped(**members), "x.zip"))
    assert [p.name for p in tmp_path.iterdir()] == ["in"]
    assert [p.name for p in (tmp_path / "in").iterdir()] == ["x.zip"]


def test_links_and_devices_in_an_archive_are_passed_over(hand_in, tmp_path: Path):
    nbformat.write(solved(), tmp_path / "secret.ipynb")
    members = []
    for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE):
        member = tarfile.TarInfo("ch.ipynb")
        member.type, member.linkname = kind, str(tmp_path / "secret.ipynb")
        members.append((member, b""))
    assert not hand_in(tarred(*members), "x.tar.gz").found


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_a_bomb_does_not_go_off(hand_in, kind):
    bomb = bytes(400 << 20)
    started = time.process_time()
    if kind == "zip":
        repaired = hand_in(zipped(**{"ch.ipynb": bomb}), "x.zip")
    else:
        repaired = hand_in(tarred((tarfile.TarInfo("ch.ipynb"), bomb)), "x.tgz")
    assert not repaired.found
    assert any("larger than" in note for note in repaired.notes)
    assert time.process_time() - started < 20


@pytest.mark.parametrize("content", [
    b"", b"PK\x03\x04 not really", zipped(**{"ch.ipynb": WHOLE})[:-30], b"\x1f\x8b\x08" + b"x" * 99,
    b"BZh9" + b"x" * 99, b"\xfd7zXZ\x00" + b"x" * 99, b"x" * 512,
])  # fmt: skip
@pytest.mark.parametrize("name", ["x.zip", "x.tar.gz", "x.xz"])
def test_a_damaged_archive_is_told(hand_in, content, name):
    repaired = hand_in(content, name)
    assert_sound(repaired)
    assert not repaired.found


def test_names_from_outside_stay_short_in_notes(hand_in):
    repaired = hand_in(zipped(**{f"{'x' * 5000}.ipynb": WHOLE}), "x.zip")
    assert all(len(note) <= 300 for note in repaired.notes)


# Magics --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("source", "as_python"), [
    ("%matplotlib inline\nx = 1", "pass\nx = 1"),
    ("if x:\n    %timeit f()", "if x:\n    pass"),
    ("!pip install numpy\nx = 1", "pass\nx = 1"),
    ("files = !ls", "files = None"),
    ("%%time\nx = 1", "\nx = 1"),
    ("%%bash\nrm -rf /", ""),
    ("np.sum?\nx = 1", "pass\nx = 1"),
    ("x = (5\n% 3)", "x = (5\n% 3)"),
    ('text = """\n%d of them"""', 'text = """\n%d of them"""'),
])  # fmt: skip
def test_magics_do_nothing_and_the_rest_of_the_cell_runs(source, as_python):
    assert without_magics(source) == as_python
    compile(as_python, "", "exec")
