"""Write figures/lib/slants.js: how real handwritten ones lean, for loss_surface.js and outlier.js.

Run from the repository root after a change: ``python -m book.make_slant_points``
"""

import json
from pathlib import Path

import numpy as np

from course.data import load_mnist

TARGET = Path(__file__).parent / "figures" / "lib" / "slants.js"
COUNT = 40

HEADER = """\
/**
 * The first 40 ones of the MNIST digits, made by book/make_slant_points.py.
 * [where the ink of the upper half lies, where that of the lower half lies], both in pixels to the
 * right of the middle of the picture.
 */
"""


def lean(half: np.ndarray) -> np.ndarray:
    """Return the mean column of the ink, from the middle, of (n, 14, 28) half images: (n,)."""
    columns = np.arange(28) - 13.5
    return (half * columns).sum(axis=(1, 2)) / half.sum(axis=(1, 2))


def make_points() -> np.ndarray:
    """Return (40, 2): upper and lower half of each one, rounded as the figure has them."""
    images, labels = load_mnist()
    ones = images[labels == 1].reshape(-1, 28, 28)[:COUNT]
    return np.round(np.column_stack([lean(ones[:, :14]), lean(ones[:, 14:])]), 2)


def source() -> str:
    """Return the text of slants.js."""
    rows = ",\n".join("  " + json.dumps(point) for point in make_points().tolist())
    return f"{HEADER}export const slants = [\n{rows},\n];\n"


if __name__ == "__main__":
    TARGET.write_text(source(), encoding="utf-8")
    print(f"{TARGET.name}: {TARGET.stat().st_size} bytes")
