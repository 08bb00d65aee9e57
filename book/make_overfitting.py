"""Write recorded/overfitting.csv: five remedies against overfitting, measured on ten draws of digits.

Run from the repository root after the page's training code has changed:
``OMP_NUM_THREADS=1 python -m book.make_overfitting``. It takes a few minutes, too long for a build.

The code that trains is the page's own: its cells with the tag ``recorded`` are run here.

For every seed 300 digits are drawn to learn from and 300 others to choose by. The one number of each
remedy (its strength, the epoch) is chosen from a few by the loss on those others; the remaining 4,400
digits are looked at once, by what was chosen.
"""

import csv
import re
import time
from pathlib import Path
from typing import Any

import numpy as np

PAGE = Path(__file__).parent / "regularization.md"
TARGET = Path(__file__).parent / "recorded" / "overfitting.csv"
SEEDS = range(10)
SETTINGS: dict[str, list[dict[str, float]]] = {
    "nothing": [{}],
    "L1": [{"l1": strength} for strength in (3e-5, 1e-4, 3e-4, 1e-3)],
    "L2": [{"l2": strength} for strength in (1e-3, 3e-3, 1e-2, 3e-2)],
    "dropout": [{"p": p} for p in (0.1, 0.2, 0.4, 0.6)],
    "early stopping": [{}],
    "augmentation": [{"shift": shift} for shift in (1, 2, 3, 4)],
}
FIELDS = ("seed", "remedy", "setting", "train_loss", "train_accuracy", "test_loss",
          "test_accuracy", "seconds")  # fmt: skip


def page_code() -> dict[str, Any]:
    """Run the page's cells that are tagged ``recorded``; return what they define."""
    text = PAGE.read_text(encoding="utf-8")
    cells = re.findall(
        r"```\{code-cell\} ipython3\n:tags: \[[^\]]*\brecorded\b[^\]]*\]\n(.*?)```", text, re.DOTALL
    )
    if not cells:
        raise ValueError(f"{PAGE.name} has no cell with the tag 'recorded' any more")
    defined: dict[str, Any] = {}
    for cell in cells:
        exec(cell, defined)
    return defined


def measure(page: dict[str, Any], seed: int, remedy: str) -> dict[str, Any]:
    """Train with a remedy, its number chosen on other digits, and judge what came out."""
    (x, y), choose_by, test = page["draw"](seed)
    start = time.perf_counter()
    tried = []
    for setting in SETTINGS[remedy]:
        for epoch, parameters in enumerate(page["training"](x, y, seed, **setting), start=1):
            if remedy == "early stopping":
                tried.append(
                    (page["judge"](parameters, *choose_by)[0], {"epochs": epoch}, parameters)
                )
        if remedy != "early stopping":
            tried.append((page["judge"](parameters, *choose_by)[0], setting, parameters))
    _, setting, parameters = min(tried, key=lambda each: each[0])
    train_loss, train_accuracy = page["judge"](parameters, x, y)
    test_loss, test_accuracy = page["judge"](parameters, *test)
    return {
        "seed": seed, "remedy": remedy,
        "setting": " ".join(f"{name}={value:g}" for name, value in setting.items()),
        "train_loss": f"{train_loss:.6f}", "train_accuracy": f"{train_accuracy:.6f}",
        "test_loss": f"{test_loss:.6f}", "test_accuracy": f"{test_accuracy:.6f}",
        "seconds": f"{time.perf_counter() - start:.1f}",
    }  # fmt: skip


def main() -> None:
    page = page_code()
    rows = []
    for seed in SEEDS:
        for remedy in SETTINGS:
            rows.append(measure(page, seed, remedy))
            print(*rows[-1].values(), flush=True)
    TARGET.parent.mkdir(exist_ok=True)
    with TARGET.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, FIELDS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    print(f"NumPy {np.__version__}")


if __name__ == "__main__":
    main()
