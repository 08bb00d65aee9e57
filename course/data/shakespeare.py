"""Sixteen plays by William Shakespeare. ``shakespeare.md`` is the datasheet."""

from itertools import pairwise

from course.data.packaged import read_arrays

FILE = "shakespeare.npz"
SHA256 = "5034d012fbeafdb13f01e8d76e46aeced767933cea3c141be6edb0a0a8d4db9d"


def load_shakespeare() -> dict[str, str]:
    """Return sixteen plays, the text of each by its title, 2.1 million characters in all.

    The titles are in alphabetical order (of the names without *The* and *A*). A text is plain
    ASCII; lines end in ``"\\n"``.
    """
    arrays = read_arrays(FILE, SHA256)
    text = arrays["characters"].tobytes().decode("ascii")
    ends = pairwise(arrays["starts"].tolist())
    return {
        str(title): text[begin:end]
        for title, (begin, end) in zip(arrays["titles"], ends, strict=True)
    }
