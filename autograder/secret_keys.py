"""The secret keys of a class: recorded at release, kept with the class, one of 64 for each student.

The course secret decides everything, so that grading again gives the same result; it and the keys
are readable by the instructor alone.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from autograder.exercise import Exercise
from autograder.exercises import find
from autograder.keys import SUFFIX, Key, KeyProblem, load, save

STATE = ".autograder"  # below the class's folder
COUNT = 64


class SecretProblem(Exception):
    """The course secret is missing or readable by others; the message says what to do."""


def course_secret(course: Path, *, create: bool = False) -> bytes:
    """The secret of a class, made at the first release.

    Raises
    ------
    SecretProblem
        Where there is none, or where others than its owner may read it.
    """
    path = course / STATE / "secret"
    if create and not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write_private(path, secrets.token_hex(32).encode())
    try:
        mode = path.stat().st_mode
        content = path.read_bytes()
    except FileNotFoundError:
        raise SecretProblem(
            f"{course} has no secret yet: release an assignment first, with `autograder release`."
        ) from None
    if mode & 0o077:
        raise SecretProblem(
            f"{path} can be read by others; run `chmod 600 {path}` and grade again."
        )
    return content


def number_for(secret: bytes, student: str, exercise: str) -> int:
    """Which of the keys a student gets."""
    return int.from_bytes(_digest(secret, "student", student, exercise)) % COUNT


def record_secret_keys(course: Path, exercises: Iterable[Exercise], count: int = COUNT) -> None:
    """Record the keys that are not there yet."""
    from autograder.record import record

    secret = course_secret(course, create=True)
    for exercise in exercises:
        for number in range(count):
            path = key_path(course, exercise.name, number)
            try:
                load(exercise, path)
            except KeyProblem:
                seed = int.from_bytes(_digest(secret, "seed", exercise.name, str(number))[:8])
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                save(record(exercise, seed), exercise, path)
                path.chmod(0o600)


def key_path(course: Path, exercise: str, number: int) -> Path:
    """Where a secret key lies."""
    return course / STATE / "keys" / exercise / f"{number:02d}{SUFFIX}"


@lru_cache(maxsize=2048)
def secret_key(course: Path, exercise: str, number: int) -> tuple[Key, str]:
    """A secret key, and the hash of its file."""
    path = key_path(course, exercise, number)
    return load(find(exercise), path), hashlib.sha256(path.read_bytes()).hexdigest()


def _digest(secret: bytes, *words: str) -> bytes:
    return hmac.new(secret, "\0".join(words).encode(), hashlib.sha256).digest()


def _write_private(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
