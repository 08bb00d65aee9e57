"""The loader of cats and dogs, on images that the test writes in the layouts of the two archives."""

import numpy as np
import pytest

from course.data import load_cats_and_dogs

Image = pytest.importorskip("PIL.Image")


def write(path, gray, width=90, height=70):
    """A photograph whose left third is black, in color as the real ones are."""
    path.parent.mkdir(exist_ok=True)
    pixels = np.full((height, width, 3), gray, dtype=np.uint8)
    pixels[:, : width // 3] = 0
    Image.fromarray(pixels).save(path, quality=95)


@pytest.fixture
def folder(tmp_path):
    for number in (0, 1, 2, 10):
        write(tmp_path / f"cat.{number}.jpg", 100 + 10 * number)
        write(tmp_path / f"dog.{number}.jpg", 50, width=60, height=120)
    return tmp_path


def test_photographs_become_small_gray_images_cats_and_dogs_in_turn(folder):
    x, y, unreadable = load_cats_and_dogs(folder)
    assert x.shape == (8, 1, 64, 64)
    assert x.dtype == np.float32
    assert y.tolist() == [0, 1] * 4
    assert unreadable == []
    assert x.min() >= 0
    assert x.max() <= 1
    np.testing.assert_allclose(x[y == 1][:, 0, 32, 40], 50 / 255, atol=0.02)
    np.testing.assert_allclose(x[:, 0, 32, 5], 0, atol=0.02)


def test_files_are_taken_by_number_not_by_name(folder):
    x, y, _ = load_cats_and_dogs(folder)
    brightness = x[y == 0][:, 0, 32, 50] * 255
    np.testing.assert_allclose(brightness, [100, 110, 120, 200], atol=4)


def test_the_central_square_is_kept_so_that_nothing_is_stretched(tmp_path):
    disk = np.zeros((100, 200), dtype=np.uint8)
    rows, columns = np.ogrid[:100, :200]
    disk[(rows - 50) ** 2 + (columns - 100) ** 2 < 40**2] = 255
    for name in ("cat.0.jpg", "dog.0.jpg"):
        Image.fromarray(disk).save(tmp_path / name, quality=95)
    x, _, _ = load_cats_and_dogs(tmp_path)
    bright = x[0, 0] > 0.5
    assert abs(bright.any(axis=0).sum() - bright.any(axis=1).sum()) <= 1


def test_unreadable_files_are_listed_and_do_not_count(folder):
    (folder / "cat.0.jpg").write_bytes(b"")
    (folder / "cat.1.jpg").write_bytes(b"no image at all")
    whole = (folder / "dog.0.jpg").read_bytes()
    (folder / "dog.0.jpg").write_bytes(whole[: len(whole) // 2])
    x, y, unreadable = load_cats_and_dogs(folder, limit=2)
    assert sorted(path.name for path in unreadable) == ["cat.0.jpg", "cat.1.jpg", "dog.0.jpg"]
    assert sorted(y) == [0, 0, 1, 1]
    assert np.isfinite(x).all()


def test_the_limit_counts_for_each_class_and_other_files_are_no_photographs(folder):
    (folder / "notes.txt").write_text("not a photograph")
    write(folder / "catalog.7.jpg", 10)
    _, y, unreadable = load_cats_and_dogs(folder, limit=3)
    assert np.bincount(y).tolist() == [3, 3]
    assert unreadable == []


def test_the_folders_of_the_other_archive_are_read_too(tmp_path):
    for number in range(3):
        write(tmp_path / "Cat" / f"{number}.jpg", 200)
        write(tmp_path / "Dog" / f"{number}.jpg", 90)
    (tmp_path / "Cat" / "Thumbs.db").write_bytes(b"x")
    x, y, unreadable = load_cats_and_dogs(tmp_path, size=32)
    assert x.shape == (6, 1, 32, 32)
    assert np.bincount(y).tolist() == [3, 3]
    assert unreadable == []


def test_a_photograph_is_turned_as_its_camera_says(tmp_path):
    pixels = np.zeros((80, 80), dtype=np.uint8)
    pixels[:40] = 255
    image = Image.fromarray(pixels)
    exif = image.getexif()
    exif[0x0112] = 3  # upside down
    image.save(tmp_path / "cat.0.jpg", exif=exif)
    image.save(tmp_path / "dog.0.jpg")
    x, _, _ = load_cats_and_dogs(tmp_path)
    assert x[0, 0, 5, 32] < 0.1
    assert x[1, 0, 5, 32] > 0.9


def test_a_missing_folder_or_class_says_where_the_photographs_are(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"cats_and_dogs\.md"):
        load_cats_and_dogs(tmp_path / "nowhere")
    write(tmp_path / "cat.0.jpg", 9)
    with pytest.raises(FileNotFoundError, match="of a dog"):
        load_cats_and_dogs(tmp_path)
