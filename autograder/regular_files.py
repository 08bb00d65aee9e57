"""Read files that a stranger put there: regular ones only, never through a link, never waiting."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

MOST_FILES = 2000  # of a submission, looked at
DEEPEST = 20
LONGEST_PATH = 3000  # bytes; a copy lies below another folder, and the system's limit is 4096


def open_regular(path: Path) -> BinaryIO:
    """Open a regular file for reading.

    Raises
    ------
    OSError
        Where `path` is a link, a pipe, a device or a folder, is missing or may not be read.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(f"{path.name} is not a regular file")
    return os.fdopen(descriptor, "rb")


def regular_files(
    folder: Path, passed_over: Callable[[str], None] = lambda note: None
) -> Iterator[Path]:
    """The regular files below a folder, in order, of each folder the notebooks first; what is no regular
    file is told to `passed_over`."""
    if folder.is_symlink():
        passed_over("The submission's folder is a link and was not followed.")
        return
    seen = 0

    def unreadable(error: OSError) -> None:
        passed_over(f"The folder {Path(error.filename or '').name} could not be read.")

    if not folder.exists():
        return
    for root, folders, files in os.walk(folder, onerror=unreadable):
        folders.sort()
        for name in [each for each in folders if Path(root, each).is_symlink()]:
            passed_over(f"{name} is a link and was not followed.")
        if len(Path(root).relative_to(folder).parts) >= DEEPEST:
            folders.clear()
        for name in sorted(files, key=lambda name: (not name.lower().endswith(".ipynb"), name)):
            seen += 1
            if seen > MOST_FILES:
                passed_over(f"Only the first {MOST_FILES} files were looked at.")
                return
            path = Path(root, name)
            try:
                mode = path.lstat().st_mode
            except OSError as error:
                passed_over(f"{name} could not be read ({error.strerror}).")
                continue
            if len(os.fsencode(path)) > LONGEST_PATH:
                passed_over(f"{name} lies too deep.")
            elif stat.S_ISLNK(mode):
                passed_over(f"{name} is a link and was not followed.")
            elif not stat.S_ISREG(mode):
                passed_over(f"{name} is not a regular file.")
            else:
                yield path
