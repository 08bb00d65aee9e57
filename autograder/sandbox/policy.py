"""What confined code may do, as data. Nothing in this file computes."""

from __future__ import annotations

from dataclasses import dataclass

MEGABYTE = 1 << 20


@dataclass(frozen=True)
class Limits:
    """What one submission may use.

    Seconds of wall-clock time for the whole submission (`wall`), for one call (`call`) and of
    processor time (`cpu`); bytes of address space beyond what the warm process has (`memory`), of
    the writable file system (`disk`) and of printed output that is kept (`output`).
    """

    wall: float = 60.0
    call: float = 10.0
    cpu: int = 40
    memory: int = 1024 * MEGABYTE
    disk: int = 16 * MEGABYTE
    output: int = 64 * 1024
    reply: int = 64 * MEGABYTE
    threads: int = 16
    open_files: int = 64


# What else the warm process loads with a module, because it cannot be loaded where nothing is writable:
# torch.optim compiles nothing, but imports what makes a folder for compiled code.
LOADED_WITH = {"torch": ("torch._dynamo",)}

WORK = "/submission"  # the confined code's working folder, the only one it can write to
INODES = 1024
UNPRIVILEGED = 60_001  # user and group of a child whose grader runs as root

# Where the new root is put together: the first folder that hides nothing of what is bound into it.
ROOT_POINTS = ("/tmp", "/mnt", "/media", "/srv", "/opt", "/var", "/home")

# What is bound, read-only, into the new root besides Python itself and the two packages.
SYSTEM_PATHS = (
    "/usr/lib",
    "/usr/lib64",
    "/lib",
    "/lib64",
    "/usr/share/zoneinfo",
    "/etc/ld.so.cache",
)
PACKAGES = ("autograder", "course")  # never `solutions`

# Everything else answers EPERM. A plain Python process with NumPy needs no more.
SYSTEM_CALLS = """
    read write readv writev pread64 pwrite64 close close_range lseek
    open openat stat lstat fstat newfstatat statx access faccessat faccessat2 readlink readlinkat
    getcwd chdir getdents getdents64 dup dup2 dup3 pipe pipe2 flock fsync ftruncate truncate
    mkdir mkdirat rmdir unlink unlinkat rename renameat renameat2 umask
    mmap munmap mprotect mremap madvise brk mincore
    rt_sigaction rt_sigprocmask rt_sigreturn sigaltstack setitimer getitimer alarm
    poll ppoll select pselect6 epoll_create1 epoll_ctl epoll_wait epoll_pwait eventfd2
    futex set_robust_list get_robust_list set_tid_address rseq membarrier
    sched_yield sched_getaffinity getcpu
    getpid getppid gettid getuid geteuid getgid getegid getgroups getrlimit getrusage
    getrandom clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday time times
    uname sysinfo restart_syscall exit exit_group arch_prctl
""".split()

# System calls that are allowed for some values of one argument only: (name, argument, value, mask).
CLONE_THREAD = 0x10000
PR_SET_NAME = 15
TCGETS = 0x5401  # isatty()
FIONBIO, FIONREAD, FIOCLEX = 0x5421, 0x541B, 0x5451
NULL = 0
MSG_OOB = 1
# Duplicate a descriptor, its flags, locks on files; not F_SETOWN and its like, which send signals.
FCNTL = (0, 1, 2, 3, 4, 5, 6, 7, 1030)
RESTRICTED_CALLS = (
    ("clone", 0, CLONE_THREAD, CLONE_THREAD),
    ("prctl", 0, PR_SET_NAME, None),
    ("ioctl", 1, TCGETS, None),
    ("ioctl", 1, FIONBIO, None),
    ("ioctl", 1, FIONREAD, None),
    ("ioctl", 1, FIOCLEX, None),
    ("prlimit64", 2, NULL, None),  # read limits, never set them
    *(("fcntl", 1, command, None) for command in FCNTL),
    # They serve the one socket that the child was given, since it cannot make another.
    ("sendto", 3, 0, MSG_OOB),
    ("recvfrom", 3, 0, MSG_OOB),
    ("recvmsg", 2, 0, MSG_OOB),
)
UNKNOWN_CALLS = ("clone3",)  # answer ENOSYS, so that the C library falls back to clone
