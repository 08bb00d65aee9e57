"""Confine the calling process: namespaces, a new root, Landlock, seccomp, limits.

Each function puts on one layer and raises OSError where the system refuses it. The order in which
`server` calls them matters: a later layer takes away what an earlier one needs.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import resource
import struct
import sys
import sysconfig
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

from autograder.sandbox import policy
from autograder.sandbox.policy import Limits

FileRule = tuple[int, int]  # what may be done below a path: rights, and a descriptor of the path

_libc = ctypes.CDLL(None, use_errno=True)

_CLONE_NEW = {
    "mount": 0x0002_0000, "uts": 0x0400_0000, "ipc": 0x0800_0000, "user": 0x1000_0000,
    "pid": 0x2000_0000, "net": 0x4000_0000,
}  # fmt: skip
_MS_RDONLY, _MS_NOSUID, _MS_NODEV, _MS_NOEXEC = 1, 2, 4, 8
_MS_REMOUNT, _MS_BIND, _MS_REC, _MS_PRIVATE = 32, 4096, 16384, 1 << 18
_MNT_DETACH = 2
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS = 1, 4, 24, 38
_SYS_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
_SYS_CAPSET = {"x86_64": 126, "aarch64": 91}
_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 22, 2
_INSTRUCTION = 8  # bytes of one instruction of a filter
_SYS_LANDLOCK = (444, 445, 446)  # create ruleset, add rule, restrict self: the same everywhere
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
_MAKE_SPECIAL = 1 << 6 | 1 << 9 | 1 << 10 | 1 << 11  # devices, sockets, pipes
_CAPABILITY_VERSION_3 = 0x2008_0522
_LAST_CAPABILITY = 63


def _check(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def _mount(source: str | None, target: str, kind: str | None, flags: int, data: str = "") -> None:
    encode = lambda text: text.encode() if text else None  # noqa: E731
    result = _libc.mount(
        encode(source), encode(target), encode(kind), ctypes.c_ulong(flags), encode(data)
    )
    _check(result, f"mount {target}")


def readable_paths() -> list[str]:
    """What confined code may read: the system's libraries, Python, and the two packages."""
    prefixes = {sys.prefix, sys.base_prefix}
    paths = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    paths |= {os.path.join(prefix, "lib") for prefix in prefixes}
    for name in policy.PACKAGES:
        spec = find_spec(name)
        if spec is not None and spec.origin:
            paths.add(str(Path(spec.origin).parent))
    paths |= set(policy.SYSTEM_PATHS)
    existing = sorted(path for path in paths if os.path.exists(path))
    return [p for p in existing if not any(p.startswith(q + "/") for q in existing if q != p)]


def enter_namespaces() -> None:
    """Leave the machine's users, mounts, processes, network and IPC; goes on in a forked process,
    the first of its namespace, while this one waits for its end and exits as it does.

    What is made here is shared by the warm process and its children; `fork_with_own_processes`
    and `mount_work` give each child processes and files of its own. An ordinary user needs user
    namespaces for it; root does without, and its children change their user later.
    """
    names = ["mount", "uts", "ipc", "pid", "net"]
    user, group = os.getuid(), os.getgid()
    if user != 0:
        names.append("user")
    _unshare(*names)
    if user != 0:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    _mount(None, "/", None, _MS_PRIVATE | _MS_REC)
    pid = os.fork()
    if pid:
        _, status = os.waitpid(pid, 0)
        os._exit(os.waitstatus_to_exitcode(status) & 0x7F)
    die_with_parent()


def _unshare(*names: str) -> None:
    _check(_libc.unshare(sum(_CLONE_NEW[name] for name in names)), "unshare")


def open_processes() -> int:
    """A descriptor of this process's namespace of processes."""
    return os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)


def fork_with_own_processes(own: int) -> int:
    """`os.fork()`; the child is the first of a namespace of its own, whose end ends all in it.

    `own` is the namespace to return to, from `open_processes`.
    """
    _unshare("pid")
    pid = os.fork()
    if pid:
        _check(_libc.setns(own, _CLONE_NEW["pid"]), "setns")
    return pid


def build_root(readable: Iterable[str]) -> str:
    """Mount a read-only file system in which `readable` is all there is; returns where it lies."""
    sources = {path: os.path.realpath(path) for path in readable}
    root = _root_point(sources.values())
    _mount("tmpfs", root, "tmpfs", _MS_NOSUID | _MS_NODEV, "size=1m,mode=755,nr_inodes=4096")
    for path, source in sources.items():
        target = Path(root + path)
        target.parent.mkdir(parents=True, exist_ok=True)
        if os.path.isdir(source):
            target.mkdir(exist_ok=True)
        else:
            target.touch()
        _mount(source, str(target), None, _MS_BIND)
        _mount(
            None, str(target), None, _MS_BIND | _MS_REMOUNT | _MS_RDONLY | _MS_NOSUID | _MS_NODEV
        )
    os.mkdir(root + policy.WORK)
    os.mkdir(f"{root}/dev")
    for name in ("null", "urandom"):
        Path(f"{root}/dev/{name}").touch()
        _mount(f"/dev/{name}", f"{root}/dev/{name}", None, _MS_BIND)
    _mount(None, root, None, _MS_REMOUNT | _MS_RDONLY | _MS_NOSUID | _MS_NODEV, "size=1m")
    return root


def enter_root(root: str) -> None:
    """Make `root` all that this process and those that it forks know of the file system, for good."""
    os.chdir(root)
    number = _SYS_PIVOT_ROOT[os.uname().machine]
    _check(_libc.syscall(number, b".", b"."), "pivot_root")  # the old root lies over the new one
    _check(_libc.umount2(b".", _MNT_DETACH), "umount")
    os.chdir("/")


def mount_work(limits: Limits) -> None:
    """Stand in a mount namespace of its own that has a writable folder of bounded size."""
    _unshare("mount")
    size = f"size={limits.disk},mode=777,nr_inodes={policy.INODES}"
    _mount("tmpfs", policy.WORK, "tmpfs", _MS_NOSUID | _MS_NODEV | _MS_NOEXEC, size)
    os.chdir(policy.WORK)


def _root_point(sources: Iterable[str]) -> str:
    """A folder over which the new root can be mounted without hiding what is bound into it."""
    taken = list(sources)
    for folder in policy.ROOT_POINTS:
        if os.path.isdir(folder) and not any(path.startswith(folder + "/") for path in taken):
            return folder
    raise OSError(f"Python or the packages lie below each of {', '.join(policy.ROOT_POINTS)}")


def landlock_version() -> int:
    """The kernel's Landlock version; 0 where it has none."""
    return max(0, _libc.syscall(_SYS_LANDLOCK[0], None, ctypes.c_size_t(0), 1))


def rules_to_read(readable: Iterable[str]) -> list[FileRule]:
    """What `restrict_files` needs to know of the paths that may be read; it stays open."""
    return [_file_rule(path, _READ_FILE | _READ_DIR) for path in readable]


def _file_rule(path: str, rights: int) -> FileRule:
    if not os.path.isdir(path):
        rights &= _READ_FILE | _WRITE_FILE
    return rights, os.open(path, os.O_PATH | os.O_CLOEXEC)


def restrict_files(readable: Iterable[FileRule], writable: Iterable[str]) -> None:
    """Landlock: read what the rules are for, make and change files below `writable`, nothing else; no
    network where the kernel's Landlock knows about it. The rules' descriptors are closed."""
    version = landlock_version()
    if not version:
        raise OSError("the kernel has no Landlock")
    rights = 13 + (version >= 2) + (version >= 3) + (version >= 5)
    all_rights = (1 << rights) - 1
    network = 3 if version >= 4 else 0
    scopes = 3 if version >= 6 else 0
    fields = (all_rights, network, scopes)[: 1 if version < 4 else 2 if version < 6 else 3]
    attributes = struct.pack(f"<{len(fields)}Q", *fields)
    create, add_rule, restrict_self = _SYS_LANDLOCK
    ruleset = _check(
        _libc.syscall(create, attributes, ctypes.c_size_t(len(attributes)), 0), "landlock"
    )
    _check(_libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")
    may_write = all_rights & ~(_EXECUTE | _MAKE_SPECIAL)
    for rule in (*readable, *(_file_rule(path, may_write) for path in writable)):
        _check(_libc.syscall(add_rule, ruleset, 1, struct.pack("<Qi", *rule), 0), "landlock")
        os.close(rule[1])
    _check(_libc.syscall(restrict_self, ruleset, 0), "landlock")
    os.close(ruleset)


def address_space() -> int:
    """The bytes of address space that this process has; with torch loaded they are gigabytes."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    return pages * resource.getpagesize()


def limit_data(more: int) -> None:
    """Bound this process's memory for data to what it has and `more` bytes; MemoryError is beyond."""
    kilobytes = re.search(r"VmData:\s*(\d+) kB", Path("/proc/self/status").read_text())
    assert kilobytes is not None
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (1024 * int(kilobytes[1]) + more, hard))


def limit_resources(limits: Limits, already: int, threads: bool = True) -> None:
    """Bounds on memory, processor time, file size, open files and threads."""
    bounds = {
        resource.RLIMIT_AS: already + limits.memory,
        resource.RLIMIT_CPU: limits.cpu,
        resource.RLIMIT_FSIZE: limits.disk,
        resource.RLIMIT_NOFILE: limits.open_files,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_MSGQUEUE: 0,
        resource.RLIMIT_STACK: 8 * policy.MEGABYTE,
    }
    if threads:
        bounds[resource.RLIMIT_NPROC] = limits.threads
    for kind, bound in bounds.items():
        _, hard = resource.getrlimit(kind)
        if hard != resource.RLIM_INFINITY:
            bound = min(bound, hard)
        resource.setrlimit(kind, (bound, bound))


def readable_by_others(path: str) -> bool:
    """Whether any user may read below `path`, as far as the folders above it say."""
    place = Path(os.path.realpath(path))
    return all(os.stat(folder).st_mode & 0o001 for folder in (place, *place.parents))


def drop_privileges(change_user: bool = True) -> None:
    """No capabilities, no way to gain any, no debugger; a child of root becomes another user,
    unless that user could not read Python."""
    for capability in range(_LAST_CAPABILITY + 1):
        if _libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0) < 0:
            break  # the kernel knows no more, or this process has none to drop
    if os.getuid() == 0 and change_user:
        os.setgroups([])
        os.setresgid(*[policy.UNPRIVILEGED] * 3)
        os.setresuid(*[policy.UNPRIVILEGED] * 3)
    header = struct.pack("<II", _CAPABILITY_VERSION_3, 0)
    _check(_libc.syscall(_SYS_CAPSET[os.uname().machine], header, bytes(24)), "capset")
    _check(_libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0), "dumpable")
    _check(_libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")


def die_with_parent() -> None:
    """Be killed when the supervisor ends, however it ends."""
    _check(_libc.prctl(_PR_SET_PDEATHSIG, 9, 0, 0, 0), "pdeathsig")


def system_call_filter() -> bytes:
    """The allow list of policy.py as the program that the kernel runs at every system call."""
    import errno

    import pyseccomp as seccomp

    allowed = seccomp.SyscallFilter(seccomp.ERRNO(errno.EPERM))

    def add(action: object, name: str, *conditions: object) -> None:
        # This processor or this libseccomp may have no call of that name.
        with contextlib.suppress(RuntimeError, OSError, ValueError):
            allowed.add_rule(action, name, *conditions)

    for name in policy.SYSTEM_CALLS:
        add(seccomp.ALLOW, name)
    for name, position, value, mask in policy.RESTRICTED_CALLS:
        if mask is None:
            condition = seccomp.Arg(position, seccomp.EQ, value)
        else:
            condition = seccomp.Arg(position, seccomp.MASKED_EQ, mask, value)
        add(seccomp.ALLOW, name, condition)
    for name in policy.UNKNOWN_CALLS:
        add(seccomp.ERRNO(errno.ENOSYS), name)
    with open(os.memfd_create("filter"), "r+b") as program:
        allowed.export_bpf(program)
        program.seek(0)
        return program.read()


def filter_system_calls(program: bytes) -> None:
    """Put the filter on the calling process; it needs `drop_privileges` before it."""
    kept = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("@HP", len(program) // _INSTRUCTION, ctypes.addressof(kept))
    _check(_libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, header, 0, 0), "seccomp")
