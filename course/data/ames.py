"""House sales in Ames, Iowa, 2006 to 2010. ``ames.md`` is the datasheet."""

import numpy as np

from course.data.packaged import read_arrays

FILE = "ames.npz"
SHA256 = "de77629ea28d4a5cfc9a927d4772858450e4b54f729ea253df1f4c0f1c488651"


def load_ames() -> dict[str, np.ndarray]:
    """Return 2,930 house sales, one array of length 2930 for each column.

    Returns
    -------
    dict
        Numbers, float64: ``living_area``, ``basement_area``, ``garage_area``, ``lot_area`` (square
        feet), ``year_built``, ``year_remodeled``, ``bedrooms``, ``full_baths``, ``half_baths``,
        ``fireplaces``, ``garage_cars``, ``year_sold``, ``month_sold``, ``longitude``, ``latitude``
        (degrees), ``price`` (US dollars). Text: ``neighborhood``, ``zoning``, ``building``,
        ``style``, ``condition``, ``foundation``, ``heating_quality``, ``air_conditioning``,
        ``garage_type``, ``sale_condition``.
    """
    arrays = read_arrays(FILE, SHA256)
    words = {name: arrays.pop(name) for name in list(arrays) if name.endswith("_words")}
    return {
        name: words[f"{name}_words"][column]
        if f"{name}_words" in words
        else column.astype(np.float64)
        for name, column in arrays.items()
    }
