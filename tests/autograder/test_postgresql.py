"""A gradebook in PostgreSQL holds what one in SQLite does, in a server of these tests' own."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.release import nbgrader

PROGRAMS = Path("/usr/lib/postgresql")
OWNER = "postgres"  # Debian's user; the server refuses to run as root


def server_program(name: str) -> str:
    found = sorted(PROGRAMS.glob(f"*/bin/{name}"))
    assert found, f"{name} is missing: `make system` installs PostgreSQL"
    return str(found[-1])


def run_as_owner(*command: str) -> None:
    user = OWNER if os.getuid() == 0 else None
    ran = subprocess.run(command, user=user, capture_output=True, text=True, cwd="/")
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.fixture
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a database that exists for one test; no port is opened."""
    initdb, control = server_program("initdb"), server_program("pg_ctl")
    folder = Path("/tmp") / f"postgres-{os.getpid()}"  # a socket's path is short, and its owner's
    folder.mkdir(mode=0o700)
    if os.getuid() == 0:
        user = pwd.getpwnam(OWNER)
        os.chown(folder, user.pw_uid, user.pw_gid)
    data = str(folder / "data")
    try:
        run_as_owner(initdb, "--pgdata", data, "--username", "grader", "--auth", "trust")
        options = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off"
        log = str(folder / "log")
        run_as_owner(control, "start", "--wait", "-D", data, "-l", log, "-o", options)
        try:
            yield f"postgresql://grader@/postgres?host={folder}"
        finally:
            run_as_owner(control, "stop", "-D", data, "-m", "immediate")
    finally:
        shutil.rmtree(folder)


def test_the_rows_are_those_of_sqlite_and_writing_twice_changes_nothing(
    made_class, grade, rows, database: str, tmp_path: Path
):
    course = tmp_path / "in-postgresql"
    shutil.copytree(made_class.course, course)
    with (course / "nbgrader_config.py").open("a") as config:
        config.write(f"\nc.CourseDirectory.db_url = {database!r}\n")
    (course / "gradebook.db").unlink()
    nbgrader(course, "generate_assignment", "structure", "--force")  # as after a change of server
    grade(made_class.course)
    grade(course)
    first = rows(course, database)
    assert first == rows(made_class.course)
    assert any(score for score, *_ in first.values()), "somebody scored"
    assert not list(course.glob("*.db")), "nothing was written to SQLite"
    grade(course)
    assert rows(course, database) == first
