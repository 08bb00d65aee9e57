"""`autograder doctor` says what this machine gives, and grading refuses less than was asked for."""

from __future__ import annotations

import pytest

from autograder import cli, doctor
from autograder.doctor import Finding, NotIsolated, probe, report, require


@pytest.fixture
def only_none(monkeypatch):
    """A machine that gives no isolation."""

    def found(isolation: str, sandbox: object = None) -> Finding:
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


@pytest.fixture
def container(monkeypatch, tmp_path):
    """A container, as seen from inside: the user, its filter of system calls, and its label."""

    def inside(user: int, seccomp: int, label: str = "") -> list[str]:
        status = f"Name:\tpython\nSeccomp:\t{seccomp}\nx86_Thread_features:"
        files = {"/proc/self/status": status, "/proc/self/attr/current": label}
        monkeypatch.setattr(doctor, "CONTAINER_MARKS", (str(tmp_path),))
        monkeypatch.setattr(doctor, "_content", lambda path: files.get(path, ""))
        monkeypatch.setattr(doctor.os, "getuid", lambda: user)
        return doctor.engine_options("unshare: Operation not permitted")

    return inside


SECCOMP, APPARMOR, LABEL = (
    f"--security-opt {each}"
    for each in ("seccomp=unconfined", "apparmor=unconfined", "label=disable")
)


@pytest.mark.parametrize(
    ("seen", "options"),
    [
        ((1000, 2), [SECCOMP]),
        ((1000, 2, "docker-default (enforce)"), [SECCOMP, APPARMOR]),
        ((1000, 2, "system_u:system_r:container_t:s0:c1,c2"), [SECCOMP, LABEL]),
        ((0, 0), ["--user 1000:1000"]),
        ((0, 2, "unconfined"), ["--user 1000:1000", SECCOMP]),
    ],
)
def test_in_a_container_the_options_are_those_that_lift_what_is_in_force(container, seen, options):
    assert container(*seen) == options


def test_the_report_names_the_options_of_the_engine(container, only_none):
    container(1000, 2)
    assert f"Start it with `{SECCOMP}`" in report()[0]


def test_no_option_of_the_engine_is_named_where_something_else_is_missing(container, monkeypatch):
    container(1000, 2)
    assert doctor.engine_options("the kernel has no Landlock") == []
    monkeypatch.setattr(doctor, "CONTAINER_MARKS", ())
    assert doctor.engine_options("unshare: Operation not permitted") == []


def test_a_system_without_unix_sockets_is_told_so(monkeypatch):
    import socket

    monkeypatch.delattr(socket, "AF_UNIX")
    assert not probe("none").works


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
