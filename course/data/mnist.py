"""Handwritten digits: 5,000 MNIST images. ``mnist.md`` is the datasheet."""

import numpy as np

from course.data.packaged import read_arrays

FILE = "mnist.npz"
SHA256 = "cc65d2df5b2fb397503a6234084d4536b1d755a755c90746f9dae4ccc9dafb7e"


def load_mnist() -> tuple[np.ndarray, np.ndarray]:
    """Return 5,000 handwritten digits, 500 of each class, in shuffled order.

    Returns
    -------
    images : (5000, 784) float64 array
        Ink from 0 (paper) to 1 (full ink), 28 × 28 pixels row by row.
    labels : (5000,) int64 array
        The digit, 0 to 9.
    """
    arrays = read_arrays(FILE, SHA256)
    return arrays["images"] / 255.0, arrays["labels"].astype(np.int64)
