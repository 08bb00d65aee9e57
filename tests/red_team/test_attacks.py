"""The red team: submissions that try to forge, read, write, break or exhaust.

Each file in attacks/ is one submission; its docstring says what it tries, and the lines below it
which exercise it pretends to solve, where that is not the usual one, and what it deserves. Every attack must end with just that, and leave the machine and the next submission alone.
"""

from __future__ import annotations

import ast
import os
import re
import time
from functools import cache
from pathlib import Path

import pytest

from autograder.checking import Verdict, judge
from autograder.exercise import Exercise
from autograder.exercises import find
from autograder.feedback import to_html, to_text
from autograder.keys import Key
from autograder.record import record
from autograder.sandbox.policy import Limits
from autograder.sandbox.session import Sandbox

ATTACKS = sorted((Path(__file__).parent / "attacks").glob("*.py"))
QUICK = Limits(wall=15, call=4, cpu=10, memory=512 << 20)
EXERCISE = find("structure.sigmoid")
HONEST = """
import numpy as np
def sigmoid(z):
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, small) / (1 + small)
"""
MODES = ("full", "limited")  # "none" confines nothing: an attack would hit this machine


@cache
def key_of(exercise: Exercise) -> Key:
    return record(exercise, 987_654)


@pytest.fixture(scope="module")
def key() -> Key:
    return key_of(EXERCISE)


@pytest.fixture(scope="module", params=MODES)
def sandbox(request):
    with Sandbox(request.param) as sandbox:
        yield sandbox


def grade(sandbox: Sandbox, key: Key, source: str) -> Verdict:
    exercise = find(key.exercise)
    with sandbox.open(["import numpy as np", source], QUICK) as session:
        return judge(exercise, key, lambda asked: session.ask(exercise, asked))


@pytest.mark.parametrize("path", ATTACKS, ids=lambda path: path.stem)
def test_an_attack_ends_with_what_it_deserves(path: Path, sandbox: Sandbox, key: Key):
    source = path.read_text()
    pretended = re.search(r"^# exercise: (\S+)$", source, re.MULTILINE)
    deserved = re.search(r"^# deserves: ([\d.]+)$", source, re.MULTILINE)
    assert ast.get_docstring(ast.parse(source)), "an attack says what it tries"
    verdict = grade(sandbox, key_of(find(pretended[1])) if pretended else key, source)
    assert verdict.points == float(deserved[1]), to_text(verdict)
    assert grade(sandbox, key, HONEST).right, "the next submission must not feel anything"


def test_an_attack_leaves_no_process_behind(sandbox: Sandbox, key: Key):
    for name in ("fork_bomb", "threads", "endless_call"):
        grade(sandbox, key, (Path(__file__).parent / "attacks" / f"{name}.py").read_text())
    deadline = time.monotonic() + 10  # a supervisor reports just before it ends
    while children(sandbox.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not children(sandbox.pid)


def test_no_number_of_a_secret_question_reaches_the_student(sandbox: Sandbox, key: Key):
    source = (Path(__file__).parent / "attacks" / "steal_hidden_question.py").read_text()
    verdict = grade(sandbox, key, source)
    numbers = {f"{abs(v):.6g}" for q in key.questions[0] for v in q.arguments["z"].flat}
    for told in (to_text(verdict, "mistake"), to_html(verdict, "mistake")):
        assert not any(number in told for number in numbers)
        assert "stolen" not in told


def test_nothing_is_written_outside(sandbox: Sandbox, key: Key, tmp_path: Path):
    grade(sandbox, key, f"open({str(tmp_path / 'mark')!r}, 'w').write('here')")
    assert not (tmp_path / "mark").exists()
    assert not os.path.exists("/tmp/owned")


def children(pid: int) -> set[int]:
    """The processes whose parent is `pid`."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        if parent == pid:
            found.add(int(folder.name))
    return found
