"""The `autograder` command."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from autograder.exercise import Exercise
from autograder.exercises import CHAPTERS, UnknownExercise, chapters, find, registry
from autograder.keys import KeyProblem

# What only a clone of the course has, with its requirements installed.
INSTRUCTORS = frozenset({"solutions", "nbgrader", "jupytext", "markdown_it", "nbformat"})
# Where jsonschema finds this package, nbformat starts a second later: it reads the grammar of
# international addresses, of which a notebook's schema has none. None means: not to be found.
UNWANTED: Any = None


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    sys.modules.setdefault("rfc3987_syntax", UNWANTED)
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except (UnknownExercise, KeyProblem) as error:
        return _complain(str(error))
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in INSTRUCTORS:
            raise
        return _complain(
            "This command is the instructor's: it needs the solutions, which are not part of the "
            f"installed package. Run it from a clone of the course. ({error})"
        )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="autograder", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    record = commands.add_parser("record", help="record the public keys of the exercises")
    record.add_argument("--to", type=Path, metavar="DIR", help="another folder than course/keys")
    record.set_defaults(run=_record)

    audit = commands.add_parser(
        "audit", help="is every mistake rejected and named, every alternative accepted?"
    )
    audit.add_argument("names", nargs="*", metavar="NAME", help="chapters or exercises")
    audit.add_argument("--json", action="store_true", help="for machines")
    audit.set_defaults(run=_audit)

    release = commands.add_parser(
        "release", help="release a chapter's assignment into a class's folder"
    )
    release.add_argument("chapter", choices=tuple(CHAPTERS), metavar="CHAPTER")
    release.add_argument("--course", type=Path, required=True, metavar="DIR")
    _add_keys(release)
    release.set_defaults(run=_release)

    grade = commands.add_parser(
        "grade", help="grade an assignment's submissions in a sandbox, into nbgrader's gradebook"
    )
    grade.add_argument("assignment", metavar="ASSIGNMENT")
    grade.add_argument("--course", type=Path, required=True, metavar="DIR")
    grade.add_argument(
        "--isolation", choices=("full", "limited", "none"), default="full",
        help="less than full only where you say so; see `autograder doctor`",
    )  # fmt: skip
    grade.add_argument("--students", nargs="+", metavar="STUDENT", help="only these")
    grade.add_argument("--jobs", type=int, metavar="N", help="processes; by default one a core")
    grade.add_argument(
        "--dask", metavar="ADDRESS",
        help="the scheduler of a Dask cluster, tcp://…:8786, whose workers see the same folders",
    )  # fmt: skip
    grade.set_defaults(run=_grade)

    doctor = commands.add_parser("doctor", help="which isolation does this machine give?")
    doctor.set_defaults(run=_doctor)

    lab = commands.add_parser("lab", help="put the students' notebooks of all chapters into DIR")
    lab.add_argument("folder", type=Path, metavar="DIR")
    lab.set_defaults(run=_lab)

    simulate = commands.add_parser("class", help="grade a simulated class of ten through nbgrader")
    simulate.add_argument(
        "chapter", nargs="?", default="structure", choices=tuple(CHAPTERS), metavar="CHAPTER"
    )
    simulate.add_argument("--course", type=Path, required=True, metavar="DIR")
    simulate.add_argument("--seed", type=int, default=1)
    _add_keys(simulate)
    simulate.set_defaults(run=_class)
    return parser


def _add_keys(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--keys", type=int, default=64, metavar="N",
        help="secret keys for each exercise, settled by a class's first release (64)",
    )  # fmt: skip


def _complain(message: str) -> int:
    print(f"autograder: {message}", file=sys.stderr)
    return 2


def _selected(names: Sequence[str]) -> list[Exercise]:
    """The exercises named, by chapter or by full name; all of them where none is named."""
    chosen: list[Exercise] = []
    for name in names:
        if name in chapters():
            chosen += [e for e in registry().values() if e.chapter == name]
        else:
            chosen.append(find(name))
    return list(dict.fromkeys(chosen)) if names else list(registry().values())


def _record(options: argparse.Namespace) -> int:
    from autograder.record import PUBLIC_KEYS, RecordError, record_public

    folder = options.to or PUBLIC_KEYS
    try:
        record_public(registry().values(), folder)
    except RecordError as error:
        return _complain(str(error))
    print(f"{len(registry())} keys in {folder}")
    return 0


def _audit(options: argparse.Namespace) -> int:
    from autograder.audit import audit, table
    from autograder.record import RecordError

    rows = []
    for exercise in _selected(options.names):
        if sys.stderr.isatty():
            print(f"\r{exercise.name:<50}", end="", file=sys.stderr)
        try:
            rows.append(audit(exercise))
        except RecordError as error:
            return _complain(str(error))
    if sys.stderr.isatty():
        print(f"\r{'':<50}\r", end="", file=sys.stderr)
    if options.json:
        print(json.dumps([row.as_data() for row in rows], indent=2))
    else:
        print(table(rows))
    return int(any(row.problems for row in rows))


def _release(options: argparse.Namespace) -> int:
    from autograder.notebook import CourseError
    from autograder.release import NbgraderFailed, release
    from autograder.secret_keys import SecretProblem

    try:
        released = release(options.chapter, options.course)
        _record_secret_keys(options.chapter, options.course, options.keys)
    except FileNotFoundError:
        return _complain(f"there is no course/{options.chapter}.md yet.")
    except (CourseError, NbgraderFailed, SecretProblem) as error:
        return _complain(str(error))
    print(f"released {released}")
    return 0


def _record_secret_keys(chapter: str, course: Path, count: int) -> None:
    from concurrent.futures import ProcessPoolExecutor

    from autograder.run import Progress
    from autograder.secret_keys import record_secret_keys

    exercises = [e for e in registry().values() if e.chapter == chapter]
    bar = Progress("recorded secret keys:", 0, sys.stderr)
    with ProcessPoolExecutor(_cores()) as executor:
        record_secret_keys(course, exercises, count, executor, bar.at)
    bar.end()


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1


def _grade(options: argparse.Namespace) -> int:
    from concurrent.futures import BrokenExecutor

    from autograder.doctor import NotIsolated, require
    from autograder.gradebook import GradebookProblem
    from autograder.grading import (
        NoCluster,
        cluster,
        make_job,
        students_who_submitted,
        workers,
    )
    from autograder.run import grade_class, keys_needed
    from autograder.secret_keys import SecretProblem, record_missing

    course = options.course.resolve()
    there = students_who_submitted(course, options.assignment)
    for name in [each for each in there if not each.isprintable()]:
        print(
            f"autograder: the folder {name!r} has no student's name; passed over", file=sys.stderr
        )
        there.remove(name)  # no database takes half a character
    students = options.students or there
    if unknown := sorted(set(students) - set(there)):
        return _complain(f"nothing was handed in by {', '.join(unknown)}.")
    if not students:
        return _complain(f"there is nothing in {course}/submitted/*/{options.assignment}.")
    try:
        require(options.isolation)
        job = make_job(course, options.assignment, options.isolation)
        record_missing(course, keys_needed(job, students))
        local = options.jobs or _cores()
        with cluster(options.dask) if options.dask else workers(job, local) as executor:
            summary = grade_class(job, students, executor)
    except (NotIsolated, SecretProblem, GradebookProblem, NoCluster) as error:
        return _complain(str(error))
    except BrokenExecutor:
        return _complain(
            "a worker was killed, perhaps for lack of memory. Nothing is lost: grade again, and it "
            "goes on where it was; with less memory, `--jobs 1`."
        )
    for student, note in summary.mended:
        print(f"{student}: {note}")
    print(f"graded {summary.submissions} submissions in {summary.seconds:.1f} s")
    return 0


def _doctor(options: argparse.Namespace) -> int:
    from autograder.doctor import report

    text, full = report()
    print(text)
    return int(not full)


def _lab(options: argparse.Namespace) -> int:
    from autograder.notebook import COURSE, CourseError
    from autograder.release import NbgraderFailed, hand_out, release

    work = options.folder / ".release"
    try:
        for chapter in chapters():
            if (COURSE / f"{chapter}.md").exists():  # else it is being written
                print(hand_out(release(chapter, work), options.folder))
    except (CourseError, NbgraderFailed) as error:
        return _complain(str(error))
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return 0


def _class(options: argparse.Namespace) -> int:
    from autograder.notebook import CourseError
    from autograder.release import NbgraderFailed
    from autograder.simulate import run_class, table

    if options.course.exists() and any(options.course.iterdir()):
        return _complain(f"{options.course} is not empty; a simulated class wants a new folder.")
    try:
        results = run_class(options.chapter, options.course, options.seed, options.keys)
    except (CourseError, NbgraderFailed) as error:
        return _complain(str(error))
    print(table(results))
    return int(any(result.differing for result in results))


if __name__ == "__main__":
    sys.exit(main())
