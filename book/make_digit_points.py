"""Write figures/lib/digits.js: real zeros and ones as points of a plane, for neuron.js.

Run from the repository root after a change: ``python -m book.make_digit_points``
"""

import json
from pathlib import Path

import numpy as np

from course.data import load_mnist

TARGET = Path(__file__).parent / "figures" / "lib" / "digits.js"
EACH = 12
APART = 0.42  # pictures of two digits nearer than this would cover one another

HEADER = """\
/**
 * Real MNIST zeros and ones, made by book/make_digit_points.py.
 * x1: mean ink of the 8 × 6 pixels in the middle, x2: mean ink of the whole image,
 * both standardized over all 1,000 zeros and ones. Of each class the first ones in the data set
 * that lie far enough apart for their pictures not to cover one another.
 * picture: the middle 20 × 20 pixels, one hexadecimal digit a pixel.
 */
"""


def features(images: np.ndarray) -> np.ndarray:
    """Return ink in the middle and ink in all, standardized, for (n, 28, 28) images: (n, 2)."""
    middle = images[:, 10:18, 11:17].mean(axis=(1, 2))
    whole = images.mean(axis=(1, 2))
    both = np.stack([middle, whole], axis=1)
    return (both - both.mean(axis=0)) / both.std(axis=0)


def spread_out(points: np.ndarray, labels: np.ndarray) -> list[int]:
    """Return the indices of ``EACH`` points of either class, all at least ``APART`` apart."""
    chosen: list[int] = []
    left = {0: EACH, 1: EACH}
    for index, (point, label) in enumerate(zip(points, labels, strict=True)):
        apart = all(np.hypot(*(point - points[other])) >= APART for other in chosen)
        if left[int(label)] and apart:
            chosen.append(index)
            left[int(label)] -= 1
    return chosen


def picture(image: np.ndarray) -> str:
    """Return the middle 20 × 20 pixels of a (28, 28) image, one hexadecimal digit a pixel."""
    levels = np.rint(image[4:24, 4:24] * 15).astype(int).ravel()
    return "".join(f"{level:x}" for level in levels)


def make_points() -> list[dict[str, float | int | str]]:
    images, labels = load_mnist()
    binary = labels < 2
    images, labels = images[binary].reshape(-1, 28, 28), labels[binary]
    points = features(images)
    return [
        {
            "label": int(labels[index]),
            "x1": round(float(points[index, 0]), 3),
            "x2": round(float(points[index, 1]), 3),
            "picture": picture(images[index]),
        }
        for index in spread_out(points, labels)
    ]


def source() -> str:
    """Return the text of digits.js."""
    rows = ",\n".join("  " + json.dumps(point) for point in make_points())
    return f"{HEADER}export const digits = [\n{rows},\n];\n"


if __name__ == "__main__":
    TARGET.write_text(source(), encoding="utf-8")
    print(f"{TARGET.name}: {TARGET.stat().st_size} bytes")
