"""The plays are what their datasheet says."""

import hashlib
import re
from importlib.resources import files

from course.data import load_shakespeare
from course.data.shakespeare import FILE, SHA256

DATA = files("course.data")


def datasheet() -> str:
    return DATA.joinpath("shakespeare.md").read_text(encoding="utf-8")


def test_there_are_sixteen_plays_and_the_datasheet_names_them():
    plays = load_shakespeare()
    assert len(plays) == 16
    assert all(title in datasheet() for title in plays)


def test_the_text_is_as_long_and_as_varied_as_the_datasheet_says():
    text = "".join(load_shakespeare().values())
    assert f"{len(text):,} characters of {len(set(text))} kinds" in datasheet()
    assert text.isascii()
    assert not re.search(r"[\r\t]|\n{3}| \n", text)


def test_every_play_is_itself():
    plays = load_shakespeare()
    assert "To be, or not to be,--that is the question:--" in plays["Hamlet"]
    assert "We are such stuff" in plays["The Tempest"]
    for title, text in plays.items():
        assert 90_000 < len(text) < 180_000, title
        assert text.endswith("\n")
        assert "gutenberg" not in text.lower()


def test_the_file_is_the_one_the_datasheet_describes():
    content = DATA.joinpath(FILE).read_bytes()
    assert hashlib.sha256(content).hexdigest() == SHA256
    assert len(content) < 1_000_000
    assert re.search(r"sha256 \| `([0-9a-f]{64})`", datasheet())[1] == SHA256
    assert f"{len(content)} bytes" in datasheet()
