"""`autograder doctor` says what this machine gives, and grading refuses less than was asked for."""

from __future__ import annotations

import pytest

from autograder import cli, doctor
from autograder.doctor import Finding, NotIsolated, probe, report, require


@pytest.fixture
def only_none(monkeypatch):
    """A machine that gives no isolation."""

    def found(isolation: str) -> Finding:
        works = isolation == "none"
        return Finding(isolation, works, "" if works else "unshare: Operation not permitted")

    monkeypatch.setattr(doctor, "probe", found)


def test_a_probe_really_runs_a_cell():
    assert probe("none").works


def test_an_isolation_that_cannot_start_is_told_with_its_reason(monkeypatch):
    monkeypatch.setattr(doctor, "PROBE", "raise SystemExit")
    assert not probe("none").works


def test_the_report_names_the_isolation_what_is_missing_and_what_may_be_chosen(only_none):
    text, full = report()
    assert not full
    assert "Isolation: none" in text
    assert "unshare: Operation not permitted" in text
    assert "--isolation none" in text


def test_grading_refuses_less_than_full_unless_told_by_name(only_none):
    with pytest.raises(NotIsolated, match="--isolation none"):
        require("full")
    with pytest.raises(NotIsolated):
        require("limited")
    require("none")


def test_grade_ends_with_the_reason(only_none, made_class, capsys):
    status = cli.main(["grade", "structure", "--course", str(made_class.course)])
    assert status == 2
    assert "does not give full isolation" in capsys.readouterr().err


def test_grade_says_where_nothing_was_handed_in(made_class, capsys):
    course = ["--course", str(made_class.course)]
    assert cli.main(["grade", "forward", *course]) == 2
    assert cli.main(["grade", "structure", *course, "--students", "nobody"]) == 2
    said = capsys.readouterr().err
    assert "nothing was handed in by nobody" in said


def test_grade_grades(made_class, rows, capsys):
    status = cli.main(["grade", "structure", "--course", str(made_class.course),
                       "--isolation", "none", "--students", "ada", "bela", "--jobs", "1"])  # fmt: skip
    assert status == 0
    assert "graded 2 submissions" in capsys.readouterr().out
    assert {key[0] for key in rows(made_class.course)} == {"ada", "bela"}


def test_a_folder_whose_name_is_no_text_is_passed_over(made_class, capsys):
    import os

    for name in (b"caf\xe9", b"a\nb"):
        os.makedirs(os.path.join(os.fsencode(made_class.course), b"submitted", name, b"structure"))
    status = cli.main(["grade", "structure", "--course", str(made_class.course),
                       "--isolation", "none", "--jobs", "1"])  # fmt: skip
    captured = capsys.readouterr()
    assert status == 0
    assert captured.err.count("passed over") == 2
    assert "graded 6 submissions" in captured.out
