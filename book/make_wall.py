"""Make figures/lib/wall.js: a piece of the brick wall so small that its numbers can be read.

Run from the repository root: ``python -m book.make_wall``
"""

import json
from pathlib import Path

import numpy as np

from course.data import load_photographs

TARGET = Path(__file__).parent / "figures" / "lib" / "wall.js"
ROWS, COLUMNS, BLOCK = 10, 12, 6


def make_wall() -> np.ndarray:
    """Return whole numbers from 0, dark, to 9, light: means over blocks of 6 × 6 pixels."""
    piece = load_photographs()["brick"][: ROWS * BLOCK, : COLUMNS * BLOCK].astype(np.float64)
    blocks = piece.reshape(ROWS, BLOCK, COLUMNS, BLOCK).mean(axis=(1, 3))
    share = (blocks - blocks.min()) / (blocks.max() - blocks.min())
    return np.rint(9 * share).astype(int)


def source() -> str:
    """Return the text of the module."""
    rows = ",\n".join(f"  {json.dumps(row)}" for row in make_wall().tolist())
    return (
        "/** A piece of the brick wall, from 0, dark, to 9, light. Made by book/make_wall.py. */\n\n"
        f"export const wall = [\n{rows},\n];\n"
    )


def main() -> None:
    TARGET.write_text(source(), encoding="utf-8")
    print(f"{TARGET}: {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
