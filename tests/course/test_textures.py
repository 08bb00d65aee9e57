"""The texture photographs are what their datasheet says."""

import hashlib
import re
from importlib.resources import files

import numpy as np
import pytest

from course.data import load_photographs, load_textures
from course.data.packaged import read_arrays
from course.data.textures import BORDER, FILE, N_TEST, N_TRAIN, SEED, SHA256, cut

DATA = files("course.data")


def test_there_are_as_many_images_as_the_datasheet_says_of_each_class():
    x_train, y_train, x_test, y_test = load_textures()
    assert x_train.shape == (300, 1, 64, 64)
    assert x_test.shape == (180, 1, 64, 64)
    assert x_train.dtype == x_test.dtype == np.float32
    assert y_train.dtype == y_test.dtype == np.int64
    assert np.bincount(y_train).tolist() == [100] * 3
    assert np.bincount(y_test).tolist() == [60] * 3


def test_neither_brightness_nor_contrast_tells_the_classes_apart():
    x = np.concatenate(load_textures()[::2])
    np.testing.assert_allclose(x.mean(axis=(1, 2, 3)), 0, atol=1e-5)
    np.testing.assert_allclose(x.std(axis=(1, 2, 3)), 1, atol=1e-5)


class Watched:
    """A generator that remembers the last whole numbers that were drawn."""

    def __init__(self):
        self.rng = np.random.default_rng(0)
        self.drawn = np.empty(0)

    def permutation(self, values):
        return self.rng.permutation(values)

    def integers(self, *bounds, size):
        self.drawn = self.rng.integers(*bounds, size=size)
        return self.drawn


@pytest.mark.parametrize(("first", "end"), [(0, BORDER), (BORDER, 512)])
def test_images_stay_on_their_side_of_the_border(first, end):
    watched = Watched()
    cut(watched, 50, first, end)
    assert watched.drawn.min() >= first
    assert watched.drawn.max() + 64 <= end


def test_the_images_are_the_same_every_time_and_come_from_the_photographs():
    rng = np.random.default_rng(SEED)
    x, _ = cut(rng, N_TRAIN, 0, BORDER)
    np.testing.assert_array_equal(x, load_textures()[0])
    np.testing.assert_array_equal(cut(rng, N_TEST, BORDER, 512)[1], load_textures()[3])
    assert set(load_photographs()) == {"brick", "grass", "gravel"}
    assert all(p.shape == (512, 512) and p.max() <= 1 for p in load_photographs().values())


def test_the_file_is_the_one_the_datasheet_describes():
    sheet = DATA.joinpath("textures.md").read_text(encoding="utf-8")
    content = DATA.joinpath(FILE).read_bytes()
    assert hashlib.sha256(content).hexdigest() == SHA256
    assert re.search(r"sha256 \| `([0-9a-f]{64})`", sheet)[1] == SHA256
    assert f"{len(content)} bytes" in sheet
    assert "CC0" in sheet


def test_the_script_makes_these_arrays_again():
    pytest.importorskip("skimage", reason="only the maker of the file needs scikit-image")
    from course.data.make_textures import make_arrays

    kept = read_arrays(FILE, SHA256)
    for name, photo in make_arrays().items():
        np.testing.assert_array_equal(photo, kept[name])
