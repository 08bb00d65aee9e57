"""The trusted side of the sandbox: start the warm process, open a session a submission, ask."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from dataclasses import asdict, dataclass
from types import TracebackType
from typing import Any

from autograder.ask import Answer
from autograder.exercise import Exercise, Question
from autograder.sandbox import wire
from autograder.sandbox.policy import Limits

START_SECONDS = 60
CLOSE_SECONDS = 10
ISOLATIONS = ("full", "limited", "none")
ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "HOME": "/",
    "LANG": "C.UTF-8",
    "MPLBACKEND": "Agg",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
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
    """A warm process that forks confined children. Use it as a context manager; it is thread-safe."""

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
        ours.settimeout(START_SECONDS)
        try:
            ready = ours.recv(16)
        except OSError:
            ready = b""
        if ready != b"ready":
            self._process.kill()
            assert self._process.stderr is not None
            said = self._process.stderr.read().decode(errors="replace")
            raise SandboxError(f"The warm process did not start:\n{said}")
        ours.settimeout(None)

    @property
    def pid(self) -> int:
        """The warm process's id."""
        return self._process.pid

    def __enter__(self) -> Sandbox:
        return self

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
        return Session(self, cells, limits)

    def start_job(self, limits: Limits, descriptors: list[int]) -> None:
        """Hand a job to the warm process."""
        with self._lock:
            socket.send_fds(self._jobs, [json.dumps(asdict(limits)).encode()], descriptors)


class Session:
    """One submission's confined process.

    `cells` holds, for each cell, "" or the exception that it raised: text from the student's
    process, to be shown to nobody but for a public question.
    """

    def __init__(self, sandbox: Sandbox, cells: list[str], limits: Limits) -> None:
        self._limits = limits
        self._connection, theirs = socket.socketpair()
        self._control, control = socket.socketpair()
        self._printed = os.memfd_create("printed")
        try:
            sandbox.start_job(limits, [theirs.fileno(), control.fileno(), self._printed])
        finally:
            theirs.close()
            control.close()
        self.lost = ""
        self.ended: Ended | None = None
        self.cells: list[str] = []
        told = self._exchange(list(cells), limits.wall)
        if type(told) is list and all(type(each) is str for each in told):
            self.cells = told
        elif not self.lost:
            self.lost = "protocol"

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def ask(self, exercise: Exercise, asked: Question) -> Answer:
        """Put one question. A process that died, hangs or lies gives an answer with a problem."""
        if self.lost:
            return Answer(problem="lost", detail=self.lost)
        request = {"exercise": exercise.name, "arguments": asked.arguments}
        reply = self._exchange(request, self._limits.call)
        if self.lost:
            return Answer(problem="lost", detail=self.lost)
        answer = _answer(reply)
        if answer is None:
            self.lost = "protocol"
            return Answer(problem="lost", detail=self.lost)
        return answer

    def _exchange(self, request: Any, seconds: float) -> Any:
        try:
            wire.send(self._connection, request)
            return wire.receive(self._connection, seconds, self._limits.reply)
        except wire.WireTimeoutError:
            self.lost = "time"
        except wire.WireError:
            self.lost = "time" if self.close().out_of_time(self._limits) else "died"
        return None

    def close(self) -> Ended:
        """End the process and everything it started; returns how it ended."""
        if self.ended is not None:
            return self.ended
        self._connection.close()
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


def _answer(reply: Any) -> Answer | None:
    """The answer in a reply, or None where the reply has not the form of one."""
    if type(reply) is not list or len(reply) != 7:
        return None
    value, problem, detail, trace, changed, printed, warned = reply
    texts = (problem, detail, trace, printed)
    lists = (changed, warned)
    if not all(type(text) is str for text in texts):
        return None
    if not all(type(each) is list and all(type(t) is str for t in each) for each in lists):
        return None
    return Answer(value, problem, detail, trace, tuple(changed), printed, tuple(warned))
