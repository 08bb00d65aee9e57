"""Find the notebook that is meant among what a student handed in, whatever that is.

Nothing is unpacked to disk, no link is followed, and no more is read than fits in memory.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.regular_files import open_regular, regular_files

LARGEST_FILE = 128 << 20
MOST_MEMBERS = 1000  # of an archive, looked at
MOST_UNPACKED = 512 << 20  # bytes of an archive that are run through while looking
MOST_NOTEBOOKS = 50
ARCHIVES = (".zip", ".tar", ".tgz", ".gz", ".bz2", ".xz")
DAMAGED = (
    OSError, EOFError, RuntimeError, ValueError, NotImplementedError, KeyError, MemoryError,
    zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError,
)  # fmt: skip


@dataclass(frozen=True)
class Candidate:
    """A notebook that may be the one meant. `read` gives its bytes, or None where it cannot."""

    name: str
    read: Callable[[], bytes | None]


def candidates(folder: Path, name: str, notes: list[str]) -> list[Candidate]:
    """The notebooks in a student's folder, the likeliest to be `name` first."""
    wanted = f"{name}.ipynb"
    found: list[Candidate] = []
    for path in regular_files(folder, notes.append):
        shown = str(path.relative_to(folder))
        if ".ipynb_checkpoints" in path.parts or "__MACOSX" in path.parts:
            continue
        if path.suffix.lower() == ".ipynb":
            found.append(Candidate(shown, _reader(path, notes)))
        elif path.suffix.lower() in ARCHIVES:
            found += _in_archive(path, shown, notes)
        if len(found) > MOST_NOTEBOOKS:
            notes.append(f"Only the first {MOST_NOTEBOOKS} notebooks were looked at.")
            found = found[:MOST_NOTEBOOKS]
            break

    def unlikeness(candidate: Candidate) -> tuple[bool, bool, int]:
        here = candidate.name == wanted
        named = Path(candidate.name).name.lower() == wanted.lower()
        if len(found) == 1 or here:
            return not here, not named, 0
        content = b"" if named else candidate.read() or b""
        return not here, not named, -content.count(f'"{name}-'.encode())  # its grade ids

    return sorted(found, key=unlikeness)


def _reader(path: Path, notes: list[str]) -> Callable[[], bytes | None]:
    def read() -> bytes | None:
        try:
            with open_regular(path) as stream:
                return _bounded(stream, path.name, notes)
        except OSError as error:
            _tell(notes, f"{path.name} could not be read ({error.strerror or error}).")
            return None

    return read


def _bounded(stream: Any, name: str, notes: list[str]) -> bytes | None:
    content = stream.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        _tell(notes, f"{name} is larger than {LARGEST_FILE >> 20} MB and was not read.")
        return None
    return content


def _tell(notes: list[str], note: str) -> None:
    if note not in notes:
        notes.append(note)


def _in_archive(path: Path, shown: str, notes: list[str]) -> list[Candidate]:
    """The notebooks in an archive, to be read in memory: nothing is written where it says."""
    found: list[Candidate] = []
    try:
        for inner in _names(path):
            if inner.lower().endswith(".ipynb") and not _is_clutter(inner):
                name = f"{shown}/{inner}"
                found.append(Candidate(name, _member_reader(path, inner, name, notes)))
    except DAMAGED:
        notes.append(f"{path.name} could not be unpacked.")
    if found:
        notes.append(f"The notebook came in an archive, {path.name}.")
    return found


def _is_clutter(name: str) -> bool:
    return any(part in ("__MACOSX", ".ipynb_checkpoints") for part in Path(name).parts)


def _names(path: Path) -> Iterator[str]:
    with open_regular(path) as stream:
        if zipfile.is_zipfile(stream):
            with zipfile.ZipFile(stream) as archive:
                for entry in archive.infolist()[:MOST_MEMBERS]:
                    if not entry.is_dir():
                        yield entry.filename
            return
        stream.seek(0)
        for _, member in _tar_members(stream):
            yield member.name


def _member_reader(
    path: Path, inner: str, name: str, notes: list[str]
) -> Callable[[], bytes | None]:
    def read() -> bytes | None:
        try:
            with open_regular(path) as stream:
                if zipfile.is_zipfile(stream):
                    with zipfile.ZipFile(stream) as archive, archive.open(inner) as member:
                        return _bounded(member, name, notes)
                stream.seek(0)
                for archive, entry in _tar_members(stream):
                    if entry.name == inner:
                        opened = archive.extractfile(entry)
                        return None if opened is None else _bounded(opened, name, notes)
        except DAMAGED:
            _tell(notes, f"{name} could not be unpacked.")
        return None

    return read


class _Counted:
    """A stream that ends a tar archive which unpacks to more than anyone hands in."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self.left = MOST_UNPACKED

    def read(self, size: int = -1) -> bytes:
        data = self.stream.read(size)
        self.left -= len(data)
        if self.left < 0:
            raise tarfile.ReadError("too large")
        return data


def _tar_members(stream: Any) -> Iterator[tuple[Any, Any]]:
    """A tar archive, compressed or not, with each of its regular files: no links, no devices."""
    start = stream.read(6)
    stream.seek(0)
    counted: Any = _Counted(_decompressed(stream, start))
    with tarfile.open(fileobj=counted, mode="r|") as archive:
        for number, member in enumerate(archive):
            if number >= MOST_MEMBERS:
                return
            if member.isreg():
                yield archive, member


def _decompressed(stream: Any, start: bytes) -> Any:
    if start.startswith(b"\x1f\x8b"):
        return gzip.GzipFile(fileobj=stream)
    if start.startswith(b"BZh"):
        return bz2.BZ2File(stream)
    if start.startswith(b"\xfd7zXZ"):
        return lzma.LZMAFile(stream)
    return stream
