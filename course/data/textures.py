"""Photographs of a brick wall, of grass and of gravel. ``textures.md`` is the datasheet."""

import numpy as np

from course.data.packaged import read_arrays

FILE = "textures.npz"
SHA256 = "fadb3a47e7c5f75ffca183f9eb589263f00cfd801271ac3ff35b3ea1ccbeed53"
NAMES = ("brick", "grass", "gravel")
SIZE = 64  # pixels along each side of an image
N_TRAIN, N_TEST = 100, 60  # images of each class
BORDER = 320  # training images lie left of this column of a photograph, test images right of it
SEED = 8


def load_photographs() -> dict[str, np.ndarray]:
    """Return the three whole photographs.

    Returns
    -------
    dict
        ``"brick"``, ``"grass"``, ``"gravel"``: (512, 512) float32 arrays, 0 black to 1 white.
    """
    return {name: photo / np.float32(255) for name, photo in read_arrays(FILE, SHA256).items()}


def load_textures() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return 480 images of 64 × 64 pixels; no test image shares a pixel with a training image.

    Returns
    -------
    x_train, y_train : (300, 1, 64, 64) float32 array, (300,) int64 array
    x_test, y_test : (180, 1, 64, 64) float32 array, (180,) int64 array
        Each image has mean 0 and standard deviation 1. Classes: 0 brick, 1 grass, 2 gravel. Shuffled.
    """
    rng = np.random.default_rng(SEED)
    train = cut(rng, N_TRAIN, 0, BORDER)
    test = cut(rng, N_TEST, BORDER, 512)
    return *train, *test


def cut(
    rng: np.random.Generator, count: int, first: int, end: int
) -> tuple[np.ndarray, np.ndarray]:
    """Cut images of every class at random places between two columns, and shuffle them."""
    classes = rng.permutation(np.repeat(np.arange(len(NAMES)), count))
    rows = rng.integers(512 - SIZE + 1, size=len(classes))
    columns = rng.integers(first, end - SIZE + 1, size=len(classes))
    return images_at(classes, rows, columns), classes


def images_at(classes: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """The images whose upper left corners are given, (n, 1, 64, 64) float32.

    Each is brought to mean 0 and standard deviation 1: how bright a photograph is and how strong its
    contrast would otherwise tell the classes apart, without any texture.
    """
    photos = load_photographs()
    places = zip(classes, rows, columns, strict=True)
    x = np.stack([photos[NAMES[k]][r : r + SIZE, c : c + SIZE] for k, r, c in places])
    x = x - x.mean(axis=(1, 2), keepdims=True)
    x /= x.std(axis=(1, 2), keepdims=True)
    return x[:, None]
