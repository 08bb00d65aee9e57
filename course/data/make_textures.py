"""Make textures.npz from three photographs in ``scikit-image==0.25.2``.

Run once, from the repository root: ``python course/data/make_textures.py``
"""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np

NAMES = ("brick", "grass", "gravel")
TARGET = Path(__file__).with_name("textures.npz")


def make_arrays() -> dict[str, np.ndarray]:
    """Return one array a photograph, (512, 512) uint8, no pixel changed."""
    import skimage.data

    return {name: getattr(skimage.data, name)() for name in NAMES}


def main() -> None:
    arrays: dict[str, Any] = make_arrays()
    np.savez_compressed(TARGET, **arrays)
    content = TARGET.read_bytes()
    print(f"{TARGET}: {len(content)} bytes, sha256 {hashlib.sha256(content).hexdigest()}")


if __name__ == "__main__":
    main()
