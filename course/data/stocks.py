"""Read daily prices of a share: those that Matplotlib brings as a sample, or a file of yours.

``stocks.md`` tells more. The prices do not come with the course.
"""

import csv
import io
from pathlib import Path

import numpy as np

from course.data.verified import verified

SHA256 = "400917cf30e6b664f7b0da93d7c745860d3aa9008da8b7f160d2dd12e6a318b1"
PRICES = ("Adj Close", "Close")  # the first one that a file has


def load_stock_prices(path: str | Path | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Return the days on which a share was traded, and its price at the end of each.

    Parameters
    ----------
    path : a CSV file with a column ``Date``, written as 2024-12-31, and a column ``Adj Close`` or
        ``Close``, as many sites export it, in any order of days. None for Matplotlib's sample: 1,047
        days of Google, August 2004 to October 2008, in dollars.

    Returns
    -------
    days : (n,) array of datetime64[D], ascending
    prices : (n,) float64 array, positive

    Raises
    ------
    FileNotFoundError
        There is no such file, or this Matplotlib comes without its sample.
    ImportError
        Matplotlib is not installed.
    ValueError
        A column is missing, or a row has no day, a price that is no positive number, or a day that
        another row has already. The message says which. A sample that is not the one described in
        ``stocks.md``.
    """
    days, prices = _sample() if path is None else _read_csv(Path(path))
    order = np.argsort(days)
    days, prices = days[order], prices[order]
    if not len(days):
        raise ValueError(f"{path} has no day")
    if (np.diff(days) == np.timedelta64(0, "D")).any():
        twice = days[1:][np.diff(days) == np.timedelta64(0, "D")][0]
        raise ValueError(f"{path} has the day {twice} more than once")
    return days, prices


def _sample() -> tuple[np.ndarray, np.ndarray]:
    try:
        import matplotlib
    except ImportError as error:
        raise ImportError(
            "the sample of prices needs Matplotlib: pip install matplotlib"
        ) from error
    path = Path(matplotlib.get_data_path()) / "sample_data" / "goog.npz"
    remedy = "pip install --force-reinstall matplotlib, or give load_stock_prices a file of yours"
    if not path.is_file():
        raise FileNotFoundError(
            f"Matplotlib {matplotlib.__version__} came without its sample data ({path}); {remedy}"
        )
    expected = io.BytesIO(verified(path.read_bytes(), SHA256, str(path), remedy))
    with np.load(expected, allow_pickle=False) as archive:
        table = archive["price_data"]
    return table["date"].astype("datetime64[D]"), table["adj_close"].astype(np.float64)


def _read_csv(path: Path) -> tuple[np.ndarray, np.ndarray]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        names = rows.fieldnames or []
        price = next((name for name in PRICES if name in names), None)
        if "Date" not in names or price is None:
            raise ValueError(f"{path} has the columns {names}; needed: Date, and one of {PRICES}")
        found = [_day_and_price(path, rows.line_num, row["Date"], row[price]) for row in rows]
    days, prices = zip(*found, strict=True) if found else ((), ())
    return np.array(days, dtype="datetime64[D]"), np.array(prices, dtype=np.float64)


def _day_and_price(path: Path, line: int, day: str, price: str) -> tuple[np.datetime64, float]:
    try:
        when, value = np.datetime64(day, "D"), float(price)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{path}, line {line}: {day!r}, {price!r} is no day and price") from error
    if np.isnat(when) or not 0 < value < np.inf:
        raise ValueError(f"{path}, line {line}: {day!r}, {price!r} is no day and positive price")
    return when, value
