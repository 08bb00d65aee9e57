"""The `autograder` command: exit statuses, and messages instead of tracebacks."""

import errno
import json
import os
import subprocess
import sys

import nbformat
import pytest

from autograder.cli import _parser, main, printable
from autograder.keys import SUFFIX


def test_a_command_is_needed(capsys):
    with pytest.raises(SystemExit) as caught:
        main([])
    assert caught.value.code == 2
    assert "usage: autograder" in capsys.readouterr().err


def test_a_reader_that_has_read_enough_is_no_error():
    """`autograder doctor | head -1`: no traceback of a broken pipe."""
    reading, writing = os.pipe()
    os.close(reading)
    run = subprocess.run(
        [sys.executable, "-m", "autograder.cli", "doctor"],
        stdout=writing, stderr=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    os.close(writing)
    assert run.stderr == ""
    assert run.returncode == 1


def test_a_misspelt_exercise_names_the_closest(capsys):
    assert main(["audit", "structure.rely"]) == 2
    err = capsys.readouterr().err
    assert "Did you mean structure.relu" in err
    assert "Traceback" not in err


def test_a_misspelt_chapter_names_the_closest(capsys):
    assert main(["audit", "structur"]) == 2
    assert "Did you mean structure?" in capsys.readouterr().err


def test_every_command_says_what_it_does_and_what_it_takes():
    (commands,) = [each for each in _parser()._actions if isinstance(each.choices, dict)]
    assert {"release", "grade", "doctor"} <= set(commands.choices)
    for name, parser in commands.choices.items():
        assert parser.description.endswith("."), name
        assert all(each.help for each in parser._actions), name


def test_a_folder_that_cannot_be_made_is_named(tmp_path, capsys):
    (tmp_path / "file").write_text("mine")
    assert main(["release", "structure", "--course", str(tmp_path / "file")]) == 2
    assert f"{tmp_path / 'file'}: File exists" in capsys.readouterr().err


@pytest.mark.parametrize("count", ["0", "-3", "many"])
def test_no_process_is_no_number_of_processes(count, capsys):
    with pytest.raises(SystemExit):
        main(["grade", "structure", "--course", ".", f"--jobs={count}"])
    assert "is not a number of at least 1" in capsys.readouterr().err


def test_grading_in_a_folder_that_is_no_class_says_how_to_make_one(tmp_path, capsys):
    assert main(["grade", "structure", "--course", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert f"{tmp_path} is no class's folder" in said
    assert "autograder release" in said


def test_a_misspelt_assignment_is_told_from_one_without_submissions(tmp_path, capsys):
    released = tmp_path / "release" / "structure"
    released.mkdir(parents=True)
    (released / "structure.ipynb").write_text(nbformat.writes(nbformat.v4.new_notebook()))
    assert main(["grade", "structur", "--course", str(tmp_path)]) == 2
    assert "released are: structure" in capsys.readouterr().err
    assert main(["grade", "structure", "--course", str(tmp_path)]) == 2
    assert f"belongs into {tmp_path}/submitted/STUDENT/structure" in capsys.readouterr().err


def test_a_release_says_what_comes_next(tmp_path, capsys):
    course = ["--course", str(tmp_path / "class")]
    assert main(["release", "structure", *course, "--keys", "1"]) == 0
    said = capsys.readouterr().out
    assert f"{tmp_path}/class/submitted/STUDENT/structure/structure.ipynb" in said
    assert f"autograder grade structure --course {tmp_path}/class" in said


def test_an_audit_prints_a_table_and_a_total(capsys):
    assert main(["audit", "structure.neuron"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[:4] == ["exercise", "points", "mistakes", "rejected"]
    assert lines[1].startswith("structure.neuron ")
    assert lines[2].startswith("total ")


def test_an_audit_for_machines_has_the_promised_columns(capsys):
    assert main(["audit", "structure.neuron", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    promised = {
        "chapter": "structure", "name": "structure.neuron", "points": 1,
    }  # fmt: skip
    assert promised.items() <= row.items()
    for name in ("mistakes", "rejected", "named", "alternatives_accepted", "mutants",
                 "mutants_rejected"):  # fmt: skip
        assert type(row[name]) is int
        assert row[name] > 0


def test_an_audit_that_finds_something_fails(capsys, monkeypatch):
    from autograder import audit

    def unforgiving(exercise):
        return audit.Row("structure", exercise.name, 1, problems=["accepted: a_mistake"])

    monkeypatch.setattr(audit, "audit", unforgiving)
    assert main(["audit", "structure.relu"]) == 1
    assert "structure.relu: accepted: a_mistake" in capsys.readouterr().out


def test_a_chapter_and_its_exercise_are_audited_once(capsys, monkeypatch):
    from autograder import audit

    asked = []
    monkeypatch.setattr(
        audit, "audit", lambda e: asked.append(e.name) or audit.Row(e.chapter, e.name, 1)
    )
    main(["audit", "structure", "structure.relu", "structure.neuron"])
    assert len(asked) == len(set(asked)) == 13


def test_keys_are_recorded_where_they_are_wanted_and_stale_ones_go(tmp_path, capsys, monkeypatch):
    from autograder import cli
    from autograder.exercises import registry

    (tmp_path / f"old.exercise{SUFFIX}").write_bytes(b"")
    (tmp_path / "notes.txt").write_text("mine")
    name = "structure.neuron"
    monkeypatch.setattr(cli, "registry", lambda: {name: registry()[name]})
    assert main(["record", "--to", str(tmp_path)]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["notes.txt", name + SUFFIX]
    assert f"1 keys in {tmp_path}" in capsys.readouterr().out


def test_a_chapter_that_does_not_exist_is_refused(tmp_path, capsys):
    for command in ("release", "class"):
        with pytest.raises(SystemExit):
            main([command, "nothing", "--course", str(tmp_path / "c")])
    said = capsys.readouterr().err
    assert "invalid choice: 'nothing'" in said
    assert "pytorch" not in said, "it has no exercises"


def test_a_chapter_without_a_page_is_said_to_have_none(tmp_path, capsys, monkeypatch):
    from autograder import release

    monkeypatch.setattr(release, "COURSE", tmp_path)
    assert main(["release", "structure", "--course", str(tmp_path / "c")]) == 2
    assert "structure.md: there is no such file yet" in capsys.readouterr().err


def test_a_simulated_class_wants_an_empty_folder(tmp_path, capsys):
    (tmp_path / "something").write_text("mine")
    assert main(["class", "structure", "--course", str(tmp_path)]) == 2
    assert "is not empty" in capsys.readouterr().err
    assert (tmp_path / "something").read_text() == "mine"


def test_a_name_that_a_student_chose_gives_no_orders_to_the_terminal():
    note = printable("\x1b]0;owned\x07\x1b[2J\u202eé.ipynb was taken for structure.ipynb.")
    assert note == "?]0;owned??[2J?é.ipynb was taken for structure.ipynb."


def test_a_full_disk_is_said_to_be_full(monkeypatch, capsys):
    def full(options):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("autograder.cli._doctor", full)
    assert main(["doctor"]) == 2
    assert "the disk is full" in capsys.readouterr().err
