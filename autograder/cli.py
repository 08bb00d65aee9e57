"""The `autograder` command."""

from __future__ import annotations

import argparse
import difflib
import errno
import json
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TextIO

from autograder.exercise import Exercise
from autograder.exercises import UnknownExercise, chapters, find, registry
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
        status = options.run(options)
        sys.stdout.flush()
        return status
    except BrokenPipeError:
        if not _is_broken(sys.stdout):
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # `| head` has read enough
        return 1
    except (UnknownExercise, KeyProblem) as error:
        return _complain(str(error))
    except OSError as error:
        if error.errno == errno.ENOSPC:
            return _complain("the disk is full. Nothing is lost: make room and run this again.")
        if error.filename is None:
            raise
        return _complain(f"{error.filename}: {error.strerror}.")
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in INSTRUCTORS:
            raise
        return _complain(
            "This command is the instructor's: it needs the solutions, which are not part of the "
            f"installed package. Run it from a clone of the course. ({error})"
        )


def _is_broken(stream: TextIO) -> bool:
    try:
        print(file=stream, flush=True)
    except BrokenPipeError:
        return True
    return False


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="autograder", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(
        name: str, run: Callable[[argparse.Namespace], int], says: str
    ) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=says, description=f"{says[0].upper()}{says[1:]}.")
        added.set_defaults(run=run)
        return added

    record = command("record", _record, "record the public keys of the exercises")
    record.add_argument("--to", type=Path, metavar="DIR", help="another folder than course/keys")

    audit = command("audit", _audit, "put mistakes, alternatives and mutants to the checks")
    audit.add_argument("names", nargs="*", metavar="NAME", help="chapters or exercises (all)")
    audit.add_argument("--json", action="store_true", help="for machines")

    release = command("release", _release, "release a chapter's assignment into a class's folder")
    release.add_argument("chapter", choices=chapters(), metavar="CHAPTER", help=_one_of_chapters())
    release.add_argument(
        "--course", type=Path, required=True, metavar="DIR",
        help="the class's folder; the first release makes it",
    )  # fmt: skip
    _add_keys(release)

    grade = command(
        "grade", _grade, "grade an assignment's submissions in a sandbox, into nbgrader's gradebook"
    )
    grade.add_argument("assignment", metavar="ASSIGNMENT", help="one that was released")
    grade.add_argument(
        "--course", type=Path, required=True, metavar="DIR",
        help="the class's folder; what students hand in lies below submitted/STUDENT/ASSIGNMENT",
    )  # fmt: skip
    grade.add_argument(
        "--isolation", choices=("full", "limited", "none"), default="full",
        help="less than full only where you say so; see `autograder doctor`",
    )  # fmt: skip
    grade.add_argument("--students", nargs="+", metavar="STUDENT", help="only these")
    grade.add_argument("--jobs", type=_count, metavar="N", help="processes (one a core)")
    grade.add_argument(
        "--dask", metavar="ADDRESS",
        help="the scheduler of a Dask cluster, tcp://…:8786, whose workers see the same folders",
    )  # fmt: skip

    command("doctor", _doctor, "find out which isolation this machine gives")

    lab = command("lab", _lab, "put the students' notebooks of all chapters into DIR")
    lab.add_argument("folder", type=Path, metavar="DIR", help="work that is there already stays")

    simulate = command("class", _class, "grade a simulated class of ten through nbgrader")
    simulate.add_argument(
        "chapter", nargs="?", default="structure", choices=chapters(), metavar="CHAPTER",
        help=f"{_one_of_chapters()} (structure)",
    )  # fmt: skip
    simulate.add_argument(
        "--course", type=Path, required=True, metavar="DIR", help="a new folder for the class"
    )
    simulate.add_argument("--seed", type=int, default=1, help="which students, drawn at random (1)")
    _add_keys(simulate)
    return parser


def _one_of_chapters() -> str:
    return ", ".join(chapters())


def _count(text: str) -> int:
    """A number of processes, from the command line."""
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of at least 1")
    return int(text)


def _add_keys(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--keys", type=_count, default=64, metavar="N",
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
        elif "." not in name and (close := difflib.get_close_matches(name, chapters())):
            raise UnknownExercise(
                f"There is no chapter {name!r}. Did you mean {' or '.join(close)}?"
            )
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
    print(
        "Give students this notebook, put what they hand in into "
        f"{options.course}/submitted/STUDENT/{options.chapter}/{released.name}, then: "
        f"autograder grade {options.chapter} --course {options.course}"
    )
    _warn_of_unconfined_execution(options.course)
    return 0


def _warn_of_unconfined_execution(course: Path) -> None:
    from autograder.gradebook import grades_in_sandbox
    from autograder.release import CONFIG, DEFAULT_CONFIG

    if not grades_in_sandbox(course.resolve()):
        print(
            "autograder: `autograder grade` runs students' code in the sandbox, but in this class "
            "`nbgrader autograde` and formgrader's button would run it unconfined. Copy the lines on "
            f"c.Autograde from {DEFAULT_CONFIG} into {course / CONFIG}.",
            file=sys.stderr,
        )


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

    from autograder.grading import (
        NoCluster,
        cluster,
        make_job,
        released_notebooks,
        students_who_submitted,
        warm_sandbox,
        workers,
    )

    course = options.course.resolve()
    if not released_notebooks(course, options.assignment):
        return _complain(_not_released(course, options.assignment))
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
        return _complain(
            f"there is nothing in {course}/submitted/*/{options.assignment}. What a student hands "
            f"in belongs into {course}/submitted/STUDENT/{options.assignment}."
        )
    job = make_job(course, options.assignment, options.isolation)
    sandbox = None
    with suppress(OSError, AttributeError):  # no Linux: `require` says so
        sandbox = None if options.dask else warm_sandbox(job.isolation, job.preload)
    # While it starts:
    from sqlalchemy.exc import DBAPIError

    from autograder.doctor import NotIsolated, require
    from autograder.feedback_pages import prepare
    from autograder.gradebook import GradebookProblem
    from autograder.run import grade_class, keys_needed
    from autograder.secret_keys import SecretProblem, record_missing

    prepare(course)
    try:
        require(options.isolation, sandbox)
        record_missing(course, keys_needed(job, students))
        local = options.jobs or _cores()
        with cluster(options.dask) if options.dask else workers(job, local) as executor:
            summary = grade_class(job, students, executor)
    except (NotIsolated, SecretProblem, GradebookProblem, NoCluster) as error:
        return _complain(str(error))
    except DBAPIError as error:
        return _complain(
            f"the gradebook cannot be written: {error.orig}. Nothing is lost: grade again, and it "
            "goes on where it was."
        )
    except BrokenExecutor:
        return _complain(
            "a worker was killed, perhaps for lack of memory. Nothing is lost: grade again, and it "
            "goes on where it was; with less memory, `--jobs 1`."
        )
    for student, note in summary.mended:
        print(f"{student}: {printable(note)}")
    what = "submission" if summary.submissions == 1 else "submissions"
    print(f"graded {summary.submissions} {what} in {summary.seconds:.1f} s")
    print(
        f"Feedback: {course}/feedback/STUDENT/{options.assignment}. "
        f"Scores: `nbgrader export` or formgrader, in {course}."
    )
    _warn_of_unconfined_execution(course)
    return 0


def _not_released(course: Path, assignment: str) -> str:
    """What is wrong where nothing of that name can be graded, and what to do."""
    released = sorted({path.parent.name for path in course.glob("release/*/*.ipynb")})
    if not released:
        return (
            f"{course} is no class's folder: nothing is released there. "
            "`autograder release CHAPTER --course DIR` lays one out."
        )
    return f"{assignment!r} is not released in {course}; released are: {', '.join(released)}."


def printable(text: str) -> str:
    """Text without what a terminal would obey: names of files are a student's to choose."""
    return "".join(character if character.isprintable() else "?" for character in text)


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
