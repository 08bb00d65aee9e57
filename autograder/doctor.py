"""Which isolation this machine gives, found out by really running a cell in it."""

from __future__ import annotations

import os
import platform
import sys
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from autograder.sandbox.policy import Limits
from autograder.sandbox.session import ISOLATIONS, Sandbox, SandboxError

PROBE = "answer = 6 * 7"
CONTAINER_MARKS = ("/.dockerenv", "/run/.containerenv")  # Docker's and Podman's
GIVES = {
    "full": "student code has no files, processes, users or network of this machine",
    "limited": "student code cannot read or write files, start programs or reach the network, but "
    "shares processes and memory with this machine's other users",
    "none": "student code runs as you, with all that you may do",
}


class NotIsolated(Exception):
    """The isolation that is asked for is not to be had; the message says what is missing."""


@dataclass(frozen=True)
class Finding:
    """Whether one isolation works here, and if not, why."""

    isolation: str
    works: bool
    why: str = ""


def probe(isolation: str, sandbox: Sandbox | None = None) -> Finding:
    """Run one cell, in a sandbox of its own where none is given."""
    try:
        with Sandbox(isolation) if sandbox is None else nullcontext(sandbox) as used:
            session = used.open([PROBE], Limits(wall=30))
            ended = session.close()
    except (SandboxError, OSError, ImportError, AttributeError) as error:  # Windows: no AF_UNIX
        return Finding(isolation, False, str(error).strip().splitlines()[-1])
    if session.lost or session.cells != [""]:
        return Finding(isolation, False, ended.printed.strip() or f"the child {ended.reason}")
    return Finding(isolation, True)


def best() -> str:
    """The strongest isolation that works here."""
    return next((each for each in ISOLATIONS if probe(each).works), "")


def require(isolation: str, sandbox: Sandbox | None = None) -> None:
    """Refuse to go on where the isolation does not work, in this sandbox of it or in any.

    Raises
    ------
    NotIsolated
        With what is missing, how to get it, and what may be chosen by name instead.
    """
    finding = probe(isolation, sandbox)
    if finding.works:
        return
    weaker = ISOLATIONS[ISOLATIONS.index(isolation) + 1 :]
    instead = next((each for each in weaker if probe(each).works), "")
    lines = [
        f"This machine does not give {isolation} isolation: {finding.why}",
        *remedies(finding.why),
    ]
    if instead:
        lines.append(
            f"To grade with less, knowing that {GIVES[instead]}: add `--isolation {instead}`."
        )
    raise NotIsolated("\n".join(lines))


def remedies(why: str) -> list[str]:
    """What can be done about each thing that is missing here; `why` is what the system said."""
    found = []
    if sys.platform != "linux":
        return [
            f"{platform.system()} has none of the layers that isolation is made of; grade in the "
            "container that the course's README describes."
        ]
    if options := engine_options(why):
        found.append(
            "This is a container, and its engine forbids namespaces. Start it with "
            f"`{' '.join(options)}`."
        )
    if os.getuid() != 0:
        for path, wanted, how in (
            ("/proc/sys/kernel/unprivileged_userns_clone", "1",
             "sudo sysctl kernel.unprivileged_userns_clone=1"),
            ("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "0",
             "sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0"),
        ):  # fmt: skip
            value = _content(path)
            if value and value != wanted:
                found.append(f"{path} is {value}: ordinary users get no namespaces. As root: {how}")
        if _content("/proc/sys/user/max_user_namespaces") == "0":
            found.append(
                "user.max_user_namespaces is 0. As root: sysctl user.max_user_namespaces=15000"
            )
    if "landlock" not in _content("/sys/kernel/security/lsm"):
        from autograder.sandbox.confine import landlock_version

        if not landlock_version():
            found.append(
                "The kernel has no Landlock: Linux 5.13 or newer, started with `lsm=landlock,…`."
            )
    try:
        import pyseccomp  # noqa: F401
    except (ImportError, RuntimeError, OSError):
        found.append(
            "libseccomp is missing: `apt-get install libseccomp2`, then `pip install pyseccomp`."
        )
    return found


def engine_options(why: str) -> list[str]:
    """What a container's engine must be told so that the system no longer refuses namespaces.

    Each option lifts one restriction that is seen from inside; empty outside containers, and where
    something else is missing. Full isolation needs no privilege of the container: as an ordinary
    user the grader makes its namespaces below a user namespace, which the engine's filter of system
    calls forbids (Docker's; Podman's does not), and AppArmor or SELinux may forbid besides.
    """
    refused = any(error in why for error in ("Operation not permitted", "Permission denied"))
    if not refused or not any(os.path.exists(mark) for mark in CONTAINER_MARKS):
        return []
    options = []
    status = dict(line.split(":", 1) for line in _content("/proc/self/status").splitlines())
    if os.getuid() == 0:
        options.append("--user 1000:1000")
    if int(status["Seccomp"]):
        options.append("--security-opt seccomp=unconfined")
    label = _content("/proc/self/attr/current")
    if label.endswith("(enforce)"):
        options.append("--security-opt apparmor=unconfined")
    elif ":container" in label:
        options.append("--security-opt label=disable")
    return options


def _content(path: str) -> str:
    try:
        return Path(path).read_text().strip()
    except OSError:
        return ""


def report() -> tuple[str, bool]:
    """What `autograder doctor` prints, and whether isolation is full."""
    findings = [probe(each) for each in ISOLATIONS]
    works = next((each.isolation for each in findings if each.works), "")
    lines = [f"Isolation: {works or 'not even none works'}"]
    for finding in findings:
        mark = "✓" if finding.works else "✗"
        lines.append(f"  {mark} {finding.isolation:<8} {GIVES[finding.isolation]}")
        if not finding.works:
            lines.append(f"    missing: {finding.why}")
    if works != "full":
        why = next(each.why for each in findings if each.isolation == "full")
        lines += [f"  → {remedy}" for remedy in remedies(why)]
        if works:
            lines.append(
                f"  `autograder grade` refuses here, unless told `--isolation {works}` by name."
            )
    return "\n".join(lines), works == "full"
