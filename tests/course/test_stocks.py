"""Prices come from Matplotlib's sample or a reader's file, in order, and nothing doubtful gets through."""

import matplotlib as mpl
import numpy as np
import pytest

from course.data import load_stock_prices


@pytest.fixture
def written(tmp_path):
    def write(text):
        path = tmp_path / "prices.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_the_sample_is_what_its_datasheet_says():
    days, prices = load_stock_prices()
    assert days.dtype == "datetime64[D]"
    assert prices.dtype == np.float64
    assert len(days) == len(prices) == 1047
    assert (str(days[0]), str(days[-1])) == ("2004-08-19", "2008-10-14")
    assert np.diff(days).min() >= np.timedelta64(1, "D")
    assert np.diff(days).max() == np.timedelta64(5, "D")
    assert prices[0] == 100.34
    assert prices.min() > 0


def test_a_file_of_the_readers_is_sorted_and_the_adjusted_price_is_preferred(written):
    path = written(
        "\ufeffDate,Close,Adj Close\n2024-01-03,20,2\n2024-01-02,10,1\n2024-01-04,30,3\n"
    )
    days, prices = load_stock_prices(path)
    assert [str(day) for day in days] == ["2024-01-02", "2024-01-03", "2024-01-04"]
    assert prices.tolist() == [1, 2, 3]
    assert load_stock_prices(written("Close,Date\n5,2024-01-02\n"))[1].tolist() == [5]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Day,Close\n2024-01-02,1\n", r"columns \['Day', 'Close'\]; needed: Date"),
        ("Date,Open\n2024-01-02,1\n", r"needed: Date, and one of"),
        ("", "needed: Date"),
        ("Date,Close\n", "has no day"),
        ("Date,Close\n2024-01-02,null\n", "line 2: '2024-01-02', 'null'"),
        ("Date,Close\n2024-01-02,1\n2024-01-03,0\n", "line 3: '2024-01-03', '0'"),
        ("Date,Close\n2024-01-02,nan\n", "line 2"),
        ("Date,Close\n2024-01-02,inf\n", "line 2"),
        ("Date,Close\n,1\n", "line 2"),
        ("Date,Close\n02/01/2024,1\n", "line 2"),
        ("Date,Close\n2024-01-02\n", "line 2"),
        ("Date,Close\n2024-01-02,1\n2024-01-02,2\n", "day 2024-01-02 more than once"),
    ],
)
def test_what_is_doubtful_is_refused_with_its_place(written, text, says):
    with pytest.raises(ValueError, match=says):
        load_stock_prices(written(text))


def test_no_file_and_another_sample_are_told_apart(tmp_path, monkeypatch):
    with pytest.raises(FileNotFoundError):
        load_stock_prices(tmp_path / "nowhere.csv")
    monkeypatch.setattr(mpl, "get_data_path", lambda: str(tmp_path))
    with pytest.raises(FileNotFoundError, match="came without its sample data"):
        load_stock_prices()
    (tmp_path / "sample_data").mkdir()
    (tmp_path / "sample_data" / "goog.npz").write_bytes(b"other")
    with pytest.raises(ValueError, match=r"is not the expected file.*or give load_stock_prices"):
        load_stock_prices()
