"""Read a packaged data file, and say so clearly if it is not the file it should be."""

import io
from importlib.resources import files

import numpy as np

from course.data.verified import verified


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
    path = f"course/data/{name}"
    remedy = f"reinstall the course package, or run `git checkout -- {path}` in a clone"
    try:
        content = files("course.data").joinpath(name).read_bytes()
    except FileNotFoundError as error:
        raise FileNotFoundError(f"{path} is missing: {remedy}") from error
    expected = io.BytesIO(verified(content, sha256, path, remedy))
    with np.load(expected, allow_pickle=False) as archive:
        return {key: archive[key] for key in archive.files}
