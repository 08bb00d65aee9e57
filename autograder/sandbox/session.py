"""The trusted side of the sandbox: start the warm process, open a session a submission, ask."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cached_property
from types import TracebackType
from typing import Any
from weakref import WeakKeyDictionary

from autograder.ask import Answer
from autograder.exercise import Exercise, Question
from autograder.sandbox import wire
from autograder.sandbox.policy import MEGABYTE, Limits

START_SECONDS = 60
CLOSE_SECONDS = 10
AHEAD, AHEAD_BYTES = 64, 1 << 15  # questions and bytes under way: far less than a socket takes
ISOLATIONS = ("full", "limited", "none")
ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "HOME": "/",
    "LANG": "C.UTF-8",
    "MPLBACKEND": "Agg",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    # Memory that arrays had is kept for the next: to get it anew costs a fault for each of its pages.
    "MALLOC_MMAP_THRESHOLD_": str(32 * MEGABYTE),
    "MALLOC_TRIM_THRESHOLD_": str(64 * MEGABYTE),
}


class SandboxError(Exception):
    """The sandbox itself does not work here; the message says what is missing."""


@dataclass(frozen=True)
class Ended:
    """How a submission's process ended: `reason` is done, ended, wall or lost."""

    reason: str
    status: int = 0
    cpu: float = 0.0
    memory: int = 0
    printed: str = ""

    def out_of_time(self, limits: Limits) -> bool:
        """Whether a limit on time ended it: the supervisor's clock, or the kernel's."""
        return self.reason == "wall" or self.cpu > limits.cpu - 0.5


class Sandbox:
    """A warm process that forks confined children. Use it as a context manager; it is thread-safe.

    It loads what children need while its maker does something else; `ready` waits for it.
    """

    def __init__(self, isolation: str = "full", preload: tuple[str, ...] = ()) -> None:
        if isolation not in ISOLATIONS:
            raise ValueError(f"isolation is {isolation!r}, must be one of {', '.join(ISOLATIONS)}.")
        self.isolation = isolation
        self._lock = threading.Lock()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._jobs = ours
        self._process = subprocess.Popen(
            [sys.executable, "-m", "autograder.sandbox.server", str(theirs.fileno()), isolation,
             *preload],
            pass_fds=[theirs.fileno()], env=ENVIRONMENT, cwd="/",
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )  # fmt: skip
        theirs.close()
        self._pid = 0

    def ready(self) -> Sandbox:
        """Wait until it can fork children.

        Raises
        ------
        SandboxError
            Where it did not start; the message says why.
        """
        with self._lock:
            if not self._pid:
                self._pid = self._started()
        return self

    def _started(self) -> int:
        self._jobs.settimeout(START_SECONDS)
        try:
            told = self._jobs.recv(32).split()
        except OSError:
            told = []
        if told[:1] != [b"ready"]:
            self._process.kill()
            assert self._process.stderr is not None
            said = self._process.stderr.read().decode(errors="replace")
            raise SandboxError(f"The warm process did not start:\n{said}")
        self._jobs.settimeout(None)
        return int(told[1])

    @property
    def pid(self) -> int:
        """The warm process; what was started here may only wait for it."""
        return self.ready()._pid

    def __enter__(self) -> Sandbox:
        try:
            return self.ready()
        except SandboxError:
            self.close()
            raise

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the warm process; sessions that are open end with it."""
        self._jobs.close()
        try:
            self._process.wait(CLOSE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stderr is not None:
            self._process.stderr.close()

    def open(self, cells: list[str], limits: Limits = Limits()) -> Session:  # noqa: B008  frozen
        """Fork a confined child and run `cells` in it, in order."""
        session = self.open_ahead(cells, limits)
        session.wait()
        return session

    def open_ahead(self, cells: list[str], limits: Limits = Limits()) -> Session:  # noqa: B008
        """As `open`, but without waiting until the cells have run."""
        return Session(self, cells, limits)

    def start_job(self, limits: Limits, descriptors: list[int]) -> None:
        """Hand a job to the warm process."""
        self.ready()
        with self._lock:
            socket.send_fds(self._jobs, [json.dumps(asdict(limits)).encode()], descriptors)


class _Asked:
    """A question on its way."""

    def __init__(self, exercise: Exercise, question: Question) -> None:
        self.exercise = exercise
        self.question = question

    @cached_property
    def packed(self) -> wire.Packed:
        """The question as the child gets it; students of one key are asked the same."""
        packed = _packed.get(self.question)
        if packed is None:
            request = {"exercise": self.exercise.name, "arguments": self.question.arguments}
            packed = _packed[self.question] = wire.Packed(request)
        return packed


_packed: WeakKeyDictionary[Question, wire.Packed] = WeakKeyDictionary()


class Session:
    """One submission's confined process.

    `cells` holds, for each cell that was run last, "" or the exception that it raised: text from the
    student's process, to be shown to nobody but for a public question.
    """

    def __init__(self, sandbox: Sandbox, cells: list[str], limits: Limits) -> None:
        self._limits = limits
        self._connection, theirs = socket.socketpair()
        self._control, control = socket.socketpair()
        self._printed = os.memfd_create("printed")
        self._memory = wire.Memory.of_size(limits.reply)
        shared = [theirs.fileno(), self._memory.descriptor, control.fileno(), self._printed]
        try:
            sandbox.start_job(limits, shared)
        finally:
            theirs.close()
            control.close()
        self._wire = wire.Wire(self._connection, self._memory)
        self._unsent: deque[_Asked] = deque()
        self._sent: deque[_Asked] = deque()
        self._answers: dict[int, tuple[Question, Answer]] = {}
        self._awaited: set[int] = set()  # the questions in these three
        self.lost = ""
        self.ended: Ended | None = None
        self.cells: list[str] = []
        self._ran: list[str] = []
        self._waiting = False  # for the cells that were sent last
        self.opened = time.monotonic()
        self._send(cells)

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def run(self, cells: list[str]) -> None:
        """Run cells, unless they are what ran last: questions are put to what they define.

        They share nothing with the cells that ran before but the process.
        """
        self.wait()
        if cells != self._ran:
            self._send(cells)
            self.wait()

    def _send(self, cells: list[str]) -> None:
        self._unsent.clear()
        self._ran, self._waiting = list(cells), True
        with self._losing():
            while self._sent and not self.lost:
                self._receive()
            self._answers.clear()
            self._awaited.clear()
            self._wire.send(self._ran)

    def wait(self) -> None:
        """Wait until the cells that were sent last have run."""
        if not self._waiting:
            return
        self._waiting, told = False, None
        with self._losing():
            told = self._wire.receive(self._limits.wall, self._limits.reply)
        if type(told) is list and all(type(each) is str for each in told):
            self.cells = told
        elif not self.lost:
            self.lost = "protocol"

    def ask_ahead(self, exercise: Exercise, questions: Iterable[Question]) -> None:
        """Say what `ask` will be asked: the child then answers the next while we judge the last."""
        self._unsent = deque(_Asked(exercise, asked) for asked in questions)
        self._answers.clear()
        self._awaited = {id(each.question) for each in (*self._sent, *self._unsent)}

    def ask(self, exercise: Exercise, asked: Question) -> Answer:
        """Put one question. A process that died, hangs or lies gives an answer with a problem."""
        if id(asked) not in self._awaited:
            self._awaited.add(id(asked))
            self._unsent.appendleft(_Asked(exercise, asked))
        with self._losing():
            while id(asked) not in self._answers and not self.lost:
                self._send_ahead()
                self._receive()
        if id(asked) in self._answers:
            self._awaited.discard(id(asked))
            return self._answers.pop(id(asked))[1]
        return Answer(problem="lost", detail=self.lost)

    def _send_ahead(self) -> None:
        """Send what the socket takes without anybody waiting for room in it."""
        while self._unsent and len(self._sent) < AHEAD:
            each = self._unsent[0]
            outstanding = sum(other.packed.size for other in self._sent)
            alone = each.packed.large or outstanding + each.packed.size > AHEAD_BYTES
            if self._sent and alone:
                break
            self._wire.ask(each.packed)
            self._sent.append(self._unsent.popleft())

    def _receive(self) -> None:
        """Receive one answer."""
        each = self._sent.popleft()
        seconds = max(self._limits.call, each.exercise.seconds)
        answer = _answer(self._wire.receive(seconds, self._limits.reply))
        if answer is None:
            self.lost = "protocol"
        else:
            self._answers[id(each.question)] = each.question, answer

    @contextmanager
    def _losing(self) -> Iterator[None]:
        """Note why the child is lost, if it is."""
        try:
            yield
        except wire.WireTimeoutError:
            self.lost = "time"
        except wire.WireError:
            self.lost = "time" if self.close().out_of_time(self._limits) else "died"

    def close(self) -> Ended:
        """End the process and everything it started; returns how it ended."""
        if self.ended is not None:
            return self.ended
        self._hang_up()
        report: dict[str, Any] = {"reason": "lost"}
        try:
            self._control.shutdown(socket.SHUT_WR)
            self._control.settimeout(CLOSE_SECONDS)
            report = json.loads(self._control.recv(4096) or b'{"reason": "lost"}')
        except OSError:
            pass
        self._control.close()
        with open(self._printed, "rb") as kept:
            kept.seek(0)
            printed = kept.read(self._limits.output)
        self.ended = Ended(**report, printed=printed.decode("utf-8", errors="replace"))
        return self.ended

    def leave(self) -> None:
        """As `close`, but without waiting for the end and without asking how it was."""
        if self.ended is None:
            self._hang_up()
            self._control.close()
            os.close(self._printed)
            self.ended = Ended("done")

    def _hang_up(self) -> None:
        self._connection.close()
        self._memory.close()
        self._sent.clear()


def _answer(reply: Any) -> Answer | None:
    """The answer in a reply, or None where the reply has not the form of one."""
    if type(reply) is not list or len(reply) != 7:
        return None
    value, problem, detail, trace, changed, printed, warned = reply
    if not type(problem) is type(detail) is type(trace) is type(printed) is str:
        return None
    if not type(changed) is type(warned) is list:
        return None
    if not all(type(text) is str for text in (*changed, *warned)):
        return None
    return Answer(value, problem, detail, trace, tuple(changed), printed, tuple(warned))
