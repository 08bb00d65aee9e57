"""Keys: what `record` wrote down about an exercise, read back.

A key is data only. It lets a check run where no solution is installed: public keys ship with the
course, secret ones stay with the instructor.

What mistakes answer is the most of a key, and little of it is needed to tell a wrong answer from them:
each different answer is a message of its own behind all the rest, read when it is first looked at.
"""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from autograder.ask import Answer
from autograder.data import PREFIX, DataError, decode, encode, unpack_prefix
from autograder.exercise import Exercise, Question, Told
from autograder.whole_file import whole_file

FORMAT = 2
SUFFIX = ".key"
KEYS_FOLDER = "AUTOGRADER_KEYS"  # environment variable: public keys from another folder
HOW_TO_REBUILD = "Rebuild the keys with `autograder record`, or install the course's newest wheel."


class KeyProblem(Told):
    """A key that is missing, damaged or from another version. The message says what to do."""


@dataclass(frozen=True)
class KnownMistake:
    """A mistake as a key knows it: its name, its sentence, where to look, its answers."""

    name: str
    says: str
    look: str
    answers: tuple[Sequence[Answer], ...]  # one sequence a check, one answer a question


@dataclass(frozen=True)
class Key:
    """Recorded for one exercise from one seed.

    `questions` and `rights` have one list for each check. `depends` names the arguments on which
    the right answer depends.
    """

    exercise: str
    public: bool
    questions: tuple[tuple[Question, ...], ...]
    rights: tuple[tuple[Any, ...], ...]
    mistakes: tuple[KnownMistake, ...]
    depends: tuple[str, ...]


def fingerprint(exercise: Exercise) -> str:
    """What of an exercise a key must agree with."""
    checks = ", ".join(f"{type(check).__name__} {check.title!r}" for check in exercise.checks)
    return f"{exercise.name}: {checks}; returns {', '.join(exercise.returns)}"


def save(key: Key, exercise: Exercise, path: Path) -> None:
    """Write a key so that a reader sees either the old one or the new one, never half of one."""
    numbers: dict[bytes, int] = {}  # of the different answers

    def number(answer: Answer) -> int:
        return numbers.setdefault(encode(_from_answer(answer)), len(numbers))

    mistakes = [
        [m.name, m.says, m.look, [list(map(number, part)) for part in m.answers]]
        for m in key.mistakes
    ]
    answers = b"".join(numbers)
    message = {
        "format": FORMAT,
        "fingerprint": fingerprint(exercise),
        "exercise": key.exercise,
        "public": key.public,
        "questions": [[[q.about, q.arguments] for q in part] for part in key.questions],
        "rights": [list(part) for part in key.rights],
        "depends": list(key.depends),
        "mistakes": mistakes,
        "crc": zlib.crc32(answers),
    }
    with whole_file(path) as stream:
        stream.write(encode(message) + encode(np.frombuffer(answers, np.uint8)))


def is_current(exercise: Exercise, path: Path) -> bool:
    """Whether a whole key for this version of the exercise lies there, as its beginning says."""
    begins = encode({"format": FORMAT, "fingerprint": fingerprint(exercise)})[PREFIX.size : -2]
    try:
        with path.open("rb") as stream:
            head = stream.read(PREFIX.size + len(begins))
            end = _end_of_message(head)
            stream.seek(end)
            end += _end_of_message(stream.read(PREFIX.size))
            size = os.fstat(stream.fileno()).st_size
    except (OSError, DataError):
        return False
    return size == end and head[PREFIX.size :] == begins


def _end_of_message(begins: bytes) -> int:
    """How many bytes a message has that begins so."""
    return PREFIX.size + sum(unpack_prefix(begins[: PREFIX.size]))


def load(exercise: Exercise, path: Any) -> Key:
    """Read a key from a path (or a package resource); raises as `load_with_hash`."""
    return load_with_hash(exercise, path)[0]


def load_with_hash(exercise: Exercise, path: Any) -> tuple[Key, str]:
    """Read a key, and the SHA-256 of what was read.

    Raises
    ------
    KeyProblem
        Where the file is missing, damaged, or was recorded for another version of the exercise.
    """
    try:
        saved = path.read_bytes()
        end = _end_of_message(saved)
        message, rest = decode(saved[:end]), saved[end:]
    except FileNotFoundError:
        raise KeyProblem(f"There is no key for {exercise.name}. {HOW_TO_REBUILD}") from None
    except OSError as error:
        why = error.strerror
        raise KeyProblem(f"The key {path} cannot be read ({why}). {HOW_TO_REBUILD}") from None
    except DataError as error:
        raise KeyProblem(f"The key {path} is damaged ({error}). {HOW_TO_REBUILD}") from None
    if type(message) is not dict or message.get("format") != FORMAT:
        found = message.get("format") if type(message) is dict else "unknown"
        raise KeyProblem(
            f"The key {path} has format {found}, this autograder reads format {FORMAT}. "
            f"{HOW_TO_REBUILD}"
        )
    if message.get("fingerprint") != fingerprint(exercise):
        raise KeyProblem(
            f"The key {path} was recorded for another version of {exercise.name} "
            f"(it has {message.get('fingerprint')!r}, this one is {fingerprint(exercise)!r}). "
            f"{HOW_TO_REBUILD}"
        )
    try:
        return _key(message, rest), hashlib.sha256(saved).hexdigest()
    except (KeyError, TypeError, ValueError, IndexError):
        raise KeyProblem(f"The key {path} is damaged. {HOW_TO_REBUILD}") from None


class _Recorded:
    """All that mistakes answer, each different answer once; read when it is first asked for."""

    def __init__(self, messages: bytes, crc: int) -> None:
        if zlib.crc32(messages) != crc:
            raise ValueError("damaged")
        self.messages = messages
        self.ends = [0]
        while self.ends[-1] < len(messages):
            start = self.ends[-1]
            begins = messages[start : start + PREFIX.size]
            self.ends.append(start + _end_of_message(begins))
        self.read: dict[int, Answer] = {}

    def __getitem__(self, number: int) -> Answer:
        answer = self.read.get(number)
        if answer is None:
            message = self.messages[self.ends[number] : self.ends[number + 1]]
            answer = self.read[number] = _to_answer(decode(message))
        return answer


class _Answers(Sequence[Answer]):
    """What a mistake answers to the questions of one check."""

    def __init__(self, recorded: _Recorded, numbers: list[int]) -> None:
        if not all(0 <= number < len(recorded.ends) - 1 for number in numbers):
            raise IndexError("no such answer")
        self.recorded = recorded
        self.numbers = numbers

    def __len__(self) -> int:
        return len(self.numbers)

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return [self.recorded[number] for number in self.numbers[place]]
        return self.recorded[self.numbers[place]]

    def __iter__(self) -> Iterator[Answer]:
        return map(self.recorded.__getitem__, self.numbers)


def _key(message: dict[str, Any], rest: bytes) -> Key:
    recorded = _Recorded(decode(rest).tobytes(), message["crc"])
    return Key(
        exercise=message["exercise"],
        public=message["public"],
        questions=tuple(
            tuple(Question(about, _native(arguments)) for about, arguments in part)
            for part in message["questions"]
        ),
        rights=tuple(tuple(part) for part in message["rights"]),
        depends=tuple(message["depends"]),
        mistakes=tuple(
            KnownMistake(name, says, look, tuple(_Answers(recorded, part) for part in numbers))
            for name, says, look, numbers in message["mistakes"]
        ),
    )


def _native(value: Any) -> Any:
    """Give integers the machine's own size: in a browser they have 32 bits, and there functions of
    NumPy that take indices (``bincount``) refuse those of 64."""
    if type(value) is np.ndarray and value.dtype == np.int64:
        return value.astype(np.intp, copy=False)
    if type(value) in (list, tuple):
        return type(value)(map(_native, value))
    if type(value) is dict:
        return {name: _native(item) for name, item in value.items()}
    return value


def public_key(exercise: Exercise) -> Key:
    """The key that ships with the course."""
    name = exercise.name + SUFFIX
    if folder := os.environ.get(KEYS_FOLDER):
        return load(exercise, Path(folder) / name)
    return load(exercise, resources.files("course") / "keys" / name)


def _from_answer(answer: Answer) -> list[Any]:
    return [answer.value, answer.problem, answer.detail, list(answer.changed)]


def _to_answer(parts: list[Any]) -> Answer:
    value, problem, detail, changed = parts
    return Answer(value, problem, detail, changed=tuple(changed))
