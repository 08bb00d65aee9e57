"""Read a packaged data file, and say so clearly if it is not the file it should be."""

import hashlib
import io
from importlib.resources import files

import numpy as np


def read_arrays(name: str, sha256: str) -> dict[str, np.ndarray]:
    """Return the arrays in ``course/data/<name>``.

    Parameters
    ----------
    name : file name of an ``.npz`` archive
    sha256 : hexadecimal digest that the file must have

    Raises
    ------
    FileNotFoundError
        The file is not there.
    ValueError
        The file is there, but is not the one that the datasheet describes.
    """
    try:
        content = files("course.data").joinpath(name).read_bytes()
    except FileNotFoundError as error:
        raise FileNotFoundError(
            f"course/data/{name} is missing: reinstall the course package, "
            f"or run `git checkout -- course/data/{name}` in a clone"
        ) from error
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise ValueError(
            f"course/data/{name} is not the expected file: its sha256 is {found[:12]}… "
            f"({len(content)} bytes), expected {sha256[:12]}…; reinstall the course package, "
            f"or run `git checkout -- course/data/{name}` in a clone"
        )
    with np.load(io.BytesIO(content), allow_pickle=False) as archive:
        return {key: archive[key] for key in archive.files}
