"""Read the public photographs of cats and dogs from a folder of yours. ``cats_and_dogs.md`` tells more.

The photographs do not come with the course.
"""

import re
import warnings
from pathlib import Path
from typing import Any

import numpy as np

CLASSES = ("cat", "dog")
WHERE = "course/data/cats_and_dogs.md says where to get the photographs"
NUMBERED = re.compile(r"(cat|dog)\.(\d+)", re.IGNORECASE)


def load_cats_and_dogs(
    folder: str | Path, limit: int | None = None, size: int = 64
) -> tuple[np.ndarray, np.ndarray, list[Path]]:
    """Read photographs as small gray images.

    Two layouts are understood: ``cat.0.jpg``, ``dog.0.jpg``, … in one folder (the competition's), and
    ``Cat/0.jpg``, ``Dog/0.jpg``, … (Microsoft's archive). Each photograph is turned as its camera
    says, cut to its central square, made gray and resized.

    Parameters
    ----------
    folder : where the photographs are
    limit : the most to read of each class, those with the smallest numbers; None for all
    size : pixels along each side of an image

    Returns
    -------
    x : (n, 1, size, size) float32 array, 0 black to 1 white; cats and dogs take turns
    y : (n,) int64 array, 0 cat, 1 dog
    unreadable : the files that are no images, or damaged ones. They are left out and do not count
        towards `limit`; the archives have some.

    Raises
    ------
    FileNotFoundError
        There is no such folder, or not a readable photograph of either class in it.
    ImportError
        Pillow is not installed.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise FileNotFoundError(f"there is no folder {folder}; {WHERE}")
    unreadable: list[Path] = []
    images: list[list[np.ndarray]] = []
    for name in CLASSES:
        read: list[np.ndarray] = []
        for path in _photographs(folder, name):
            if limit is not None and len(read) == limit:
                break
            image = read_image(path, size)
            if image is None:
                unreadable.append(path)
            else:
                read.append(image)
        if not read:
            raise FileNotFoundError(
                f"no readable photograph of a {name} in {folder}: expected {name}.0.jpg, … or "
                f"{name.title()}/0.jpg, …; {WHERE}"
            )
        images.append(read)
    pairs = [(image, k) for k, read in enumerate(images) for image in read]
    turns = [i / len(read) for read in images for i in range(len(read))]
    order = np.argsort(turns, kind="stable")
    x = np.stack([pairs[i][0] for i in order])[:, None]
    return x, np.array([pairs[i][1] for i in order], dtype=np.int64), unreadable


def _photographs(folder: Path, name: str) -> list[Path]:
    """The files of one class in the order of their numbers."""
    found = []
    for path in folder.iterdir():
        if path.is_dir() and path.name.lower() == name:
            found += [(int(p.stem), p) for p in path.iterdir() if _is_numbered_jpg(p)]
        elif path.suffix.lower() in (".jpg", ".jpeg"):
            match = NUMBERED.fullmatch(path.stem)
            if match and match[1].lower() == name:
                found.append((int(match[2]), path))
    return [path for _, path in sorted(found)]


def _is_numbered_jpg(path: Path) -> bool:
    return path.suffix.lower() in (".jpg", ".jpeg") and path.stem.isdecimal()


def read_image(path: Path, size: int) -> np.ndarray | None:
    """One photograph as a (size, size) float32 array; None where it cannot be read."""
    image_module, ops = _pillow()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # damaged camera notes in some files, harmless
            with image_module.open(path) as image:
                upright = ops.exif_transpose(image).convert("L")
                square = ops.fit(upright, (size, size), image_module.Resampling.BOX)
    except (OSError, SyntaxError, ValueError, image_module.DecompressionBombError):
        return None
    return np.asarray(square, dtype=np.float32) / 255


def _pillow() -> tuple[Any, Any]:
    try:
        from PIL import Image, ImageOps
    except ImportError as error:
        raise ImportError("reading photographs needs Pillow: pip install pillow") from error
    return Image, ImageOps
