"""Write figures/lib/small_digits.js: fifty real digits, for activation_histograms.js.

Run from the repository root after a change: ``python -m book.make_small_digits``
"""

from pathlib import Path

import numpy as np

from course.data import load_mnist

TARGET = Path(__file__).parent / "figures" / "lib" / "small_digits.js"
EACH = 5
LEVELS = 15

HEADER = """\
/**
 * Fifty real MNIST digits, the first five of each class, made by book/make_small_digits.py:
 * 14 × 14 pixels, each the mean of four, one hexadecimal digit a pixel.
 */
"""


def levels() -> np.ndarray:
    """Return the pixels of the digits as whole numbers from 0 to 15: (50, 196)."""
    images, labels = load_mnist()
    chosen = np.concatenate([np.flatnonzero(labels == digit)[:EACH] for digit in range(10)])
    small = images[chosen].reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4))
    return np.rint(LEVELS * small).astype(int).reshape(len(chosen), -1)


def standardized() -> np.ndarray:
    """Return the digits with mean 0 and standard deviation 1 over all their pixels: (50, 196)."""
    x = levels().astype(float)
    return (x - x.mean()) / x.std()


def source() -> str:
    """Return the text of small_digits.js."""
    rows = "".join('  "' + "".join(f"{level:x}" for level in row) + '",\n' for row in levels())
    return f"{HEADER}export const smallDigits = [\n{rows}];\n"


if __name__ == "__main__":
    TARGET.write_text(source(), encoding="utf-8")
    print(f"{TARGET.name}: {TARGET.stat().st_size} bytes")
