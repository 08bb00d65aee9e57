"""The site's own Pyodide judges as Python here does: every solution, alternative and mistake."""

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from autograder.exercises import chapters
from book.node import environment, program
from book.publish.own_wheels import for_checks

ROOT = Path(__file__).parents[2]
FOLDER = Path(__file__).parent / "pyodide"
SCRIPT = FOLDER / "verdicts.py"
GRADIENTS = 12  # of the benchmark's corpus, each right and with every mistake that fits it
TIMEOUT = 900  # seconds


def said(*command: object) -> dict[tuple[str, str], Any]:
    """What the script prints, by exercise and function."""
    ran = subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        env=environment(),
    )
    assert ran.returncode == 0, ran.stderr[-3000:]
    rows = [json.loads(line) for line in ran.stdout.splitlines() if line.startswith("{")]
    return {(row["exercise"], row["function"]): row for row in rows}


def both(
    site: Path, packages: Iterable[str], *arguments: object
) -> tuple[dict[Any, Any], dict[Any, Any]]:
    """Verdicts of CPython and of Pyodide, with what a page of the site would load."""
    pyodide, names = site / "_static" / "pyodide", ",".join(packages)
    here = said(sys.executable, SCRIPT, *arguments)
    there = said(program("node"), FOLDER / "run.mjs", pyodide, names, ROOT, SCRIPT, *arguments)
    return here, there


@pytest.mark.parametrize("chapter", chapters())
def test_a_chapter_is_judged_alike(site: Path, chapter: str) -> None:
    here, there = both(site, for_checks(chapter), "chapter", chapter)
    assert here
    assert there == here


def test_gradients_are_judged_alike(site: Path) -> None:
    here, there = both(site, ["autograder"], "gradients", GRADIENTS)
    assert len(here) > 5 * GRADIENTS
    assert there == here
