"""Secret keys: for the instructor's eyes, the same at every grading, other ones for others."""

from __future__ import annotations

import os
import stat
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from autograder.exercises import find
from autograder.secret_keys import (
    STATE,
    SecretProblem,
    course_secret,
    key_count,
    key_path,
    make_course_secret,
    number_for,
    record_missing,
    record_secret_keys,
    secret_key,
)

EXERCISE = find("structure.count_parameters")


@pytest.fixture
def course(tmp_path: Path) -> Path:
    record_secret_keys(tmp_path, [EXERCISE], count=3)
    return tmp_path


def contents(course: Path) -> list[bytes]:
    return [key_path(course, EXERCISE.name, number).read_bytes() for number in range(3)]


def test_nobody_else_may_read_the_secret_or_a_key(course: Path):
    for path in (course / STATE / "secret", *(course / STATE / "keys").rglob("*.key")):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    assert stat.S_IMODE((course / STATE).stat().st_mode) == 0o700


def test_a_secret_that_others_may_read_is_refused(course: Path):
    (course / STATE / "secret").chmod(0o644)
    with pytest.raises(SecretProblem, match="chmod 600"):
        course_secret(course)


def test_a_class_without_a_secret_or_with_an_empty_one_is_refused(tmp_path: Path):
    with pytest.raises(SecretProblem, match="release an assignment first"):
        course_secret(tmp_path)
    make_course_secret(tmp_path)
    (tmp_path / STATE / "secret").write_bytes(b"")
    with pytest.raises(SecretProblem, match="backup"):
        make_course_secret(tmp_path)


def test_keys_that_were_lost_come_back_the_same(course: Path):
    before = contents(course)
    key_path(course, EXERCISE.name, 0).unlink()
    key_path(course, EXERCISE.name, 1).write_bytes(b"damaged")
    recorded = []
    record_missing(course, [(EXERCISE.name, n) for n in range(3)],
                   progress=lambda done, of: recorded.append((done, of)))  # fmt: skip
    assert contents(course) == before
    assert recorded[-1] == (2, 2), "what is there is not recorded again"


def test_half_a_key_and_one_of_another_version_are_recorded_again(course: Path):
    before = contents(course)
    half, other = (key_path(course, EXERCISE.name, number) for number in (0, 1))
    half.write_bytes(half.read_bytes()[:-1])
    other.write_bytes(other.read_bytes().replace(b'"format":', b'"formal":', 1))
    record_missing(course, [(EXERCISE.name, n) for n in range(3)])
    assert contents(course) == before


def test_recording_on_all_cores_gives_the_same(course: Path, tmp_path_factory):
    other = tmp_path_factory.mktemp("other")
    make_course_secret(other)
    (other / STATE / "secret").write_bytes(course_secret(course))
    told = []
    with ProcessPoolExecutor(2) as executor:
        record_secret_keys(other, [EXERCISE], 3, executor, lambda *how_far: told.append(how_far))
    assert contents(other) == contents(course)
    assert told[-1] == (3, 3)


def test_keys_differ_from_one_another_and_between_classes(course: Path, tmp_path_factory):
    other = tmp_path_factory.mktemp("other")
    record_secret_keys(other, [EXERCISE], count=3)
    assert len({*contents(course), *contents(other)}) == 6
    assert not secret_key(course, EXERCISE.name, 0)[0].public


def test_the_number_of_keys_is_settled_once(course: Path):
    assert key_count(course) == 3
    with pytest.raises(SecretProblem, match="3 keys"):
        record_secret_keys(course, [EXERCISE], count=4)


def test_students_are_spread_over_the_keys_and_keep_theirs():
    secret = b"s" * 64
    numbers = [number_for(secret, f"student{n}") for n in range(6400)]
    assert numbers == [number_for(secret, f"student{n}") for n in range(6400)]
    assert len(set(numbers)) == 64
    assert max(Counter(numbers).values()) < 160
    assert number_for(b"t" * 64, "student1") != numbers[1] or (
        number_for(b"t" * 64, "student2") != numbers[2]
    )


def test_a_kill_while_a_key_is_written_leaves_no_half_key(course: Path):
    half = key_path(course, EXERCISE.name, 0)
    left = half.with_name(f".{half.name}.{os.getpid()}")
    left.write_bytes(b"half")
    record_missing(course, [(EXERCISE.name, 0)])
    assert secret_key(course, EXERCISE.name, 0)[0].exercise == EXERCISE.name
