"""The front end's own checks: its types, and its unit tests."""

from pathlib import Path

from book.node import install, npm

LIVE = Path(__file__).parents[3] / "book" / "live"


def test_its_types_hold() -> None:
    install(LIVE)
    npm(LIVE, "run", "check")


def test_its_unit_tests_pass() -> None:
    install(LIVE)
    npm(LIVE, "test")
