"""The warm process: NumPy in memory, no secret; forks a supervisor and a child a submission.

Started by `session.Sandbox` as ``python -m autograder.sandbox.server DESCRIPTOR ISOLATION``. Over
the descriptor come jobs, each with three descriptors of its own: the child's wire, a control socket
and a file in memory for what is printed.
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
import time
from typing import Any

import numpy
import numpy.fft
import numpy.linalg
import numpy.polynomial
import numpy.random  # noqa: F401  loaded here once, so that no child loads them

from autograder.exercises import registry
from autograder.sandbox import child, confine, policy
from autograder.sandbox.policy import Limits
from autograder.sandbox.wire import WireError

REPORT = 4096  # bytes of a supervisor's report, at most
CONFINEMENT_FAILED = 77


def main(descriptor: int, isolation: str, preload: list[str]) -> None:
    """Serve jobs until the grader hangs up."""
    for name in preload:
        __import__(name)
    registry()
    readable = confine.readable_paths()
    filter_ = confine.system_call_filter() if isolation != "none" else None
    jobs = socket.socket(fileno=descriptor)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the grader's to handle
    gc.collect()
    gc.freeze()
    jobs.send(b"ready")
    while True:
        message, descriptors = _receive_job(jobs)
        if not message:
            return
        if os.fork() == 0:
            jobs.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            try:
                _supervise(Limits(**json.loads(message)), descriptors, isolation, readable, filter_)
            finally:
                os._exit(0)
        for each in descriptors:
            os.close(each)


def _receive_job(jobs: socket.socket) -> tuple[bytes, list[int]]:
    message, ancillary, _, _ = jobs.recvmsg(REPORT, socket.CMSG_SPACE(3 * 4))
    descriptors = array.array("i")
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            descriptors.frombytes(data)
    return message, list(descriptors)


def _supervise(
    limits: Limits, descriptors: list[int], isolation: str, readable: list[str], filter_: Any
) -> None:
    """Start the child, pass on what it prints, and end it when it is time."""
    connection, control, printed = descriptors
    os.setsid()
    if isolation == "full":
        confine.enter_namespaces()
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        os.close(control)
        os.close(printed)
        try:
            _become_child(limits, connection, writing, isolation, readable, filter_)
        finally:
            os._exit(CONFINEMENT_FAILED)
    os.close(writing)
    os.close(connection)
    reason = _watch(pid, limits, control, reading, printed)
    os.kill(pid, signal.SIGKILL)  # the first process of its namespace: the whole tree goes with it
    _, status, usage = os.wait4(pid, 0)
    _drain(reading, printed, limits.output)
    report = {
        "reason": reason,
        "status": os.waitstatus_to_exitcode(status),
        "cpu": usage.ru_utime + usage.ru_stime,
        "memory": usage.ru_maxrss * 1024,
    }
    os.write(control, json.dumps(report).encode())


def _become_child(
    limits: Limits, connection: int, output: int, isolation: str, readable: list[str], filter_: Any
) -> None:
    confine.die_with_parent()
    os.setsid()
    child.quiet(output)
    grader = socket.socket(fileno=connection)  # asks the kernel what it is: not after the filter
    change_user = isolation == "full" or all(map(confine.readable_by_others, readable))
    try:
        if isolation == "full":
            confine.enter_new_root(readable, limits)
            confine.restrict_files([*readable, "/dev"], [policy.WORK])
        elif isolation == "limited":
            os.chdir("/")
            confine.restrict_files([*readable, "/dev/null", "/dev/urandom"], [])
        confine.limit_resources(limits, threads=isolation == "full")
        if isolation != "none":
            confine.drop_privileges(change_user)
            filter_.load()
    except OSError as error:
        print(f"confinement failed: {error}")
        os._exit(CONFINEMENT_FAILED)
    with contextlib.suppress(WireError):  # the grader has hung up
        child.serve(grader)
    os._exit(0)


def _watch(pid: int, limits: Limits, control: int, reading: int, printed: int) -> str:
    """Wait until the child ends, the grader hangs up or the time is over; say which."""
    end = time.monotonic() + limits.wall
    process = os.pidfd_open(pid)
    kept = 0
    waiting = [process, control, reading]
    while True:
        left = end - time.monotonic()
        ready, _, _ = select.select(waiting, [], [], max(left, 0))
        if reading in ready:
            data = os.read(reading, 65536)
            if not data:
                waiting.remove(reading)
            elif kept < limits.output:
                os.write(printed, data[: limits.output - kept])
                kept += len(data)
            continue
        if process in ready:
            return "ended"
        if control in ready:
            return "done"
        if left <= 0:
            return "wall"


def _drain(reading: int, printed: int, limit: int) -> None:
    os.set_blocking(reading, False)
    try:
        data = os.read(reading, limit)
        os.write(printed, data)
    except (BlockingIOError, OSError):
        pass


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3:])
