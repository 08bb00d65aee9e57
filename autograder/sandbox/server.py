"""The warm process: NumPy in memory, no secret; forks a confined child a submission and watches it.

Started by `session.Sandbox` as ``python -m autograder.sandbox.server DESCRIPTOR ISOLATION``. Over
the descriptor come jobs, each with four descriptors of its own: the child's wire, the memory that it
shares with the grader, a control socket and a file in memory for what is printed. A child ends when its
submission's time is over or the grader closes the control socket, over which it is told how the child
ended.
"""

from __future__ import annotations

import array
import contextlib
import gc
import json
import os
import select
import signal
import socket
import sys
import tempfile
import time

from autograder.sandbox import confine, policy
from autograder.sandbox.policy import Limits

JOB = 4096  # bytes of a job, at most
CHUNK = 65536
CONFINEMENT_FAILED = 77
YOUNG = 50_000  # objects between two searches for garbage: a long graph is made in one
LOADED = (
    "numpy.fft",
    "numpy.linalg",
    "numpy.polynomial",
    "numpy.random",
    "autograder.sandbox.child",
)


def main(descriptor: int, isolation: str, preload: list[str]) -> None:
    """Serve jobs until the grader hangs up."""
    readable = confine.readable_paths()
    if isolation == "full":
        confine.enter_namespaces()
    for name in (*LOADED, *preload):
        for each in (name, *policy.LOADED_WITH.get(name, ())):
            __import__(each)  # loaded here once, so that no child loads them
    from autograder.exercises import registry

    registry()
    pid = int(os.readlink("/proc/self"))  # as the grader knows it
    confinement = _Confinement(isolation, readable)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the grader's to handle
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG)
    with socket.socket(fileno=descriptor) as jobs:
        jobs.send(b"ready %d" % pid)
        _Server(jobs, confinement).serve()


class _Confinement:
    """How every child confines itself, with all that is made ready for it once.

    For full isolation the warm process itself stands in the new root from here on.
    """

    def __init__(self, isolation: str, readable: list[str]) -> None:
        self.isolation = isolation
        self.filter = confine.system_call_filter() if isolation != "none" else b""
        self.already = confine.address_space()
        self.change_user = isolation == "full" or all(map(confine.readable_by_others, readable))
        if isolation == "full":
            self.processes = confine.open_processes()
            confine.enter_root(confine.build_root(readable))
            self.rules = confine.rules_to_read([*readable, "/dev"])
        elif isolation == "limited":
            self.rules = confine.rules_to_read([*readable, "/dev/null", "/dev/urandom"])

    def fork(self) -> int:
        """Fork a child, which then puts on the rest itself."""
        if self.isolation == "full":
            return confine.fork_with_own_processes(self.processes)
        return os.fork()

    def put_on(self, limits: Limits) -> None:
        """Confine this process, for good."""
        confine.die_with_parent()
        os.setsid()
        if self.isolation == "full":
            os.close(self.processes)
            confine.mount_work(limits)
            confine.restrict_files(self.rules, [policy.WORK])
        elif self.isolation == "limited":
            os.chdir("/")
            confine.restrict_files(self.rules, [])
        confine.limit_resources(limits, self.already, threads=self.isolation == "full")
        if self.isolation != "none":
            confine.drop_privileges(self.change_user)
            confine.filter_system_calls(self.filter)


class _Child:
    """One submission's process as the warm process sees it."""

    def __init__(self, limits: Limits, control: int, printed: int) -> None:
        self.limits = limits
        self.control = control
        self.printed = printed
        self.kept = 0
        self.reason = ""
        self.pid = 0
        self.process = -1  # a descriptor that is readable once it has ended
        self.reading = -1
        self.end = time.monotonic() + limits.wall

    def keep_output(self) -> None:
        """Take what it has printed; what is above the limit is dropped."""
        data = os.read(self.reading, CHUNK)
        if room := self.limits.output - self.kept:
            self.kept += os.write(self.printed, data[:room])
        if not data:
            os.close(self.reading)
            self.reading = -1

    def kill(self, reason: str) -> None:
        """End it; it is the first process of its namespace, so the whole tree goes with it."""
        if not self.reason:
            self.reason = reason
            os.kill(self.pid, signal.SIGKILL)

    def finish(self) -> None:
        """It has ended: tell the grader how."""
        _, status, usage = os.wait4(self.pid, 0)
        with contextlib.suppress(OSError):  # nothing is there, or a thing that it started holds it
            while self.reading >= 0:
                self.keep_output()
        report = {
            "reason": self.reason or "ended",
            "status": os.waitstatus_to_exitcode(status),
            "cpu": usage.ru_utime + usage.ru_stime,
            "memory": usage.ru_maxrss * 1024,
        }
        with contextlib.suppress(OSError):  # the grader is gone
            os.write(self.control, json.dumps(report).encode())
        for each in (self.process, self.reading, self.control, self.printed):
            if each >= 0:
                os.close(each)


class _Server:
    """Starts children and watches them, all in one loop."""

    def __init__(self, jobs: socket.socket, confinement: _Confinement) -> None:
        self.jobs = jobs
        self.confinement = confinement
        self.children: list[_Child] = []

    def serve(self) -> None:
        """Until the grader hangs up; children that are left end with this process."""
        while True:
            ready = self._wait()
            if self.jobs.fileno() in ready and not self._start():
                return
            now = time.monotonic()
            for child in list(self.children):
                if child.reading in ready:
                    with contextlib.suppress(BlockingIOError):
                        child.keep_output()
                if child.process in ready:
                    self.children.remove(child)
                    child.finish()
                elif child.control in ready and not child.reason:
                    child.kill("done")
                elif now >= child.end:
                    child.kill("wall")

    def _wait(self) -> set[int]:
        """The descriptors that something has happened to."""
        waiting = select.poll()
        waiting.register(self.jobs, select.POLLIN)
        end = float("inf")
        for child in self.children:
            waiting.register(child.process, select.POLLIN)
            if child.reading >= 0:
                waiting.register(child.reading, select.POLLIN)
            if not child.reason:
                waiting.register(child.control, select.POLLIN)
                end = min(end, child.end)
        left = max(end - time.monotonic(), 0)
        return {each for each, _ in waiting.poll(None if left == float("inf") else left * 1000)}

    def _start(self) -> bool:
        message, ancillary, _, _ = self.jobs.recvmsg(JOB, socket.CMSG_SPACE(4 * 4))
        if not message:
            return False
        descriptors = array.array("i")
        for level, kind, data in ancillary:
            if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                descriptors.frombytes(data)
        connection, memory, control, printed = descriptors
        child = _Child(Limits(**json.loads(message)), control, printed)
        child.reading, writing = os.pipe()
        child.pid = self.confinement.fork()
        if child.pid == 0:
            try:
                self._become(child, connection, memory, writing)
            finally:
                os._exit(CONFINEMENT_FAILED)
        os.close(writing)
        os.close(connection)
        os.close(memory)
        os.set_blocking(child.reading, False)
        child.process = os.pidfd_open(child.pid)
        self.children.append(child)
        return True

    def _become(self, me: _Child, connection: int, memory: int, output: int) -> None:
        """Be the child: leave everything of the others, confine, serve."""
        from autograder.sandbox import child
        from autograder.sandbox.wire import Memory, Wire, WireError

        self.jobs.close()
        for other in self.children:
            for each in (other.process, other.reading, other.control, other.printed):
                if each >= 0:
                    os.close(each)
        for each in (me.reading, me.control, me.printed):
            os.close(each)
        tempfile.tempdir = None  # where the warm process may write is not where the child may
        child.quiet(output)
        grader = socket.socket(
            fileno=connection
        )  # asks the kernel what it is: not after the filter
        try:
            self.confinement.put_on(me.limits)
        except OSError as error:
            print(f"confinement failed: {error}")
            os._exit(CONFINEMENT_FAILED)
        with contextlib.suppress(WireError):  # the grader has hung up
            child.serve(Wire(grader, Memory(memory)))
        os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3:])
