"""Write figures/lib/houses.js: 600 held-out houses and what three models say of them.

Run from the repository root after a change: ``python -m book.make_house_points``
It needs a few seconds: the network trains from the seed that book/house_models.py names.
"""

import json
from pathlib import Path

import numpy as np

from book.house_models import kilometers, predictions, split, table

TARGET = Path(__file__).parent / "figures" / "lib" / "houses.js"

HEADER = """\
/**
 * 600 sales of the Ames data that no model was trained on, cheapest first; made by
 * book/make_house_points.py with the models of book/house_models.py.
 * [km east and km north of the middle, price, what the linear model, the network and the boosted
 * trees say (all in hundreds of dollars), living area in square feet, number of the neighborhood]
 */
"""


def make_points() -> tuple[list[str], np.ndarray]:
    """Return the names of the neighborhoods and (600, 8), rounded as the figure has them."""
    features, prices, places = table()
    _, held_out = split(len(prices))
    names, number = np.unique(places, return_inverse=True)
    columns = [
        *np.round(kilometers(features)[held_out], 3).T,
        *(np.round(values / 100) for values in predictions().values()),
        features[held_out, 0],
        number[held_out],
    ]
    points = np.column_stack(columns)
    return names.tolist(), points[np.lexsort((points[:, 0], points[:, 2]))]


def source() -> str:
    """Return the text of houses.js."""
    names, points = make_points()
    rows = [json.dumps([int(v) if v == int(v) else v for v in row]) for row in points.tolist()]
    listed = json.dumps(names, indent=2)
    return (
        f"{HEADER}export const houses = [\n  " + ",\n  ".join(rows) + ",\n];\n\n"
        f"export const neighborhoods = {listed};\n"
    )


if __name__ == "__main__":
    TARGET.write_text(source(), encoding="utf-8")
    print(f"{TARGET.name}: {TARGET.stat().st_size} bytes")
