"""Write files so that a reader sees the old one or the new one, never half of one."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

HALF = ".half-"  # begins the name of a file that is not written to its end


@contextmanager
def whole_file(path: Path, mode: int | None = None) -> Iterator[BinaryIO]:
    """Open a file for writing that takes its name, and its `mode`, once it is complete.

    A folder of that name, or a file where one of its folders must be, gives way.
    """
    half = path.with_name(f"{HALF}{os.getpid()}-{threading.get_ident()}")
    try:
        with _opened(half) as stream:
            yield stream
        if mode is not None:
            half.chmod(mode)
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        half.replace(path)
    except BaseException:
        half.unlink(missing_ok=True)
        raise


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("wb")
    except (FileNotFoundError, NotADirectoryError):
        for folder in path.parents:
            if folder.is_file() and not folder.is_symlink():
                folder.unlink()
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("wb")
