"""The secret keys of a class: recorded at release, kept with the class, one of 64 for each student.

The course secret decides everything, so that grading again gives the same result; it and the keys
are readable by the instructor alone.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Callable, Iterable
from concurrent.futures import Executor, as_completed
from functools import lru_cache
from pathlib import Path

from autograder.exercise import Exercise
from autograder.exercises import find
from autograder.keys import SUFFIX, Key, is_current, load_with_hash, save

STATE = ".autograder"  # below the class's folder
COUNT = 64
KEPT = 64  # keys in memory: students of one number are graded one after the other
Progress = Callable[[int, int], None]  # how many are done, of how many


class SecretProblem(Exception):
    """The course secret is missing or readable by others; the message says what to do."""


def make_course_secret(course: Path) -> bytes:
    """The secret of a class, made at the first release."""
    path = course / STATE / "secret"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        half = path.with_name(f".secret.{os.getpid()}")
        half.unlink(missing_ok=True)
        descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(secrets.token_hex(32).encode())
        try:
            os.link(half, path)  # never over a secret that another process made meanwhile
        except FileExistsError:
            pass
        finally:
            half.unlink()
    return course_secret(course)


def course_secret(course: Path) -> bytes:
    """The secret of a class.

    Raises
    ------
    SecretProblem
        Where there is none, or where others than its owner may read it.
    """
    path = course / STATE / "secret"
    try:
        mode = path.stat().st_mode
        content = path.read_bytes()
    except FileNotFoundError:
        raise SecretProblem(
            f"{course} has no secret: release an assignment first, with `autograder release`. Where "
            f"this class was graded before, put {STATE} back from your backup instead: a new secret "
            "would change every student's questions."
        ) from None
    if mode & 0o077:
        raise SecretProblem(
            f"{path} can be read by others; run `chmod 600 {path}` and grade again. Where that changes "
            "nothing, as in a folder of Windows, move the class to a disk of Linux."
        )
    if not content.strip():
        raise SecretProblem(
            f"{path} is empty. Put back the one from your backup: a new one would change every "
            "student's questions."
        )
    return content


def number_for(secret: bytes, student: str, count: int = COUNT) -> int:
    """Which of the keys of each exercise a student gets."""
    return int.from_bytes(_digest(secret, "student", student)) % count


def key_count(course: Path) -> int:
    """How many keys each exercise has in this class; settled when the first were recorded."""
    try:
        return int((course / STATE / "count").read_text())
    except FileNotFoundError:
        return COUNT


def record_secret_keys(
    course: Path,
    exercises: Iterable[Exercise],
    count: int = COUNT,
    executor: Executor | None = None,
    progress: Progress = lambda done, of: None,
) -> None:
    """Record the keys that are missing or stale, `count` for each exercise.

    The count is settled by the first call for a class: another one would give students other keys.

    Raises
    ------
    SecretProblem
        Where the class has another count.
    """
    make_course_secret(course)
    settled = course / STATE / "count"
    if not settled.exists():
        half = settled.with_name(f".count.{os.getpid()}")
        half.write_text(str(count))
        half.replace(settled)
    elif key_count(course) != count:
        raise SecretProblem(
            f"{course} has {key_count(course)} keys an exercise; {count} would change every "
            "student's questions."
        )
    wanted = [(exercise.name, number) for exercise in exercises for number in range(count)]
    record_missing(course, wanted, executor, progress)


def record_missing(
    course: Path,
    wanted: Iterable[tuple[str, int]],
    executor: Executor | None = None,
    progress: Progress = lambda done, of: None,
) -> None:
    """Record those of the wanted keys, named by exercise and number, that are missing or stale."""
    secret = course_secret(course)
    missing = [each for each in wanted if not _is_there(course, *each)]
    jobs = [(course, secret, name, number) for name, number in missing]
    if executor is None:
        for done, job in enumerate(jobs):
            progress(done, len(jobs))
            _record_one(*job)
    else:
        futures = [executor.submit(_record_one, *job) for job in jobs]
        for done, future in enumerate(as_completed(futures)):
            progress(done, len(jobs))
            future.result()
    if jobs:
        progress(len(jobs), len(jobs))


def _is_there(course: Path, name: str, number: int) -> bool:
    return is_current(find(name), key_path(course, name, number))


def _record_one(course: Path, secret: bytes, name: str, number: int) -> None:
    from autograder.record import record

    seed = int.from_bytes(_digest(secret, "seed", name, str(number))[:8])
    path = key_path(course, name, number)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    previous = os.umask(0o077)  # no moment at which others could read it
    try:
        save(record(find(name), seed), find(name), path)
    finally:
        os.umask(previous)


def key_path(course: Path, exercise: str, number: int) -> Path:
    """Where a secret key lies."""
    return Path(course, STATE, "keys", exercise, f"{number:02d}{SUFFIX}")


def secret_key(course: Path, exercise: str, number: int) -> tuple[Key, str]:
    """A secret key, and the hash of its file."""
    path = key_path(course, exercise, number)
    try:
        changed = path.stat().st_mtime_ns
    except OSError:
        changed = 0  # `load_with_hash` says what is wrong with it
    return _loaded(path, changed, exercise)


@lru_cache(maxsize=KEPT)
def _loaded(path: Path, changed: int, exercise: str) -> tuple[Key, str]:
    return load_with_hash(find(exercise), path)


def _digest(secret: bytes, *words: str) -> bytes:
    return hmac.new(secret, "\0".join(words).encode(), hashlib.sha256).digest()
