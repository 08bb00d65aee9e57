"""The sandbox does its honest work: runs cells, answers, keeps limits, survives what dies in it."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from autograder.data import PREFIX, encode
from autograder.exercise import question
from autograder.exercises import find
from autograder.sandbox import confine, policy, wire
from autograder.sandbox.policy import Limits
from autograder.sandbox.session import Sandbox, SandboxError
from tests.fuzz_decoder import fuzz

RELU = find("structure.relu")
ASKED = question("a few numbers", z=np.array([-1.0, 0.0, 2.0]))
GOOD = "import numpy as np\ndef relu(z): return np.maximum(z, 0)"
SHORT = Limits(wall=10, call=3, cpu=10)


@pytest.fixture(scope="module", params=["full", "limited", "none"])
def sandbox(request):
    with Sandbox(request.param) as sandbox:
        yield sandbox


def test_a_session_runs_the_cells_in_order_and_answers(sandbox):
    with sandbox.open(
        ["import numpy as np", "floor = 0.0", "def relu(z): return np.maximum(z, floor)"]
    ) as s:
        assert s.cells == ["", "", ""]
        assert s.ask(RELU, ASKED).value.tolist() == [0.0, 0.0, 2.0]


def test_a_cell_that_fails_does_not_stop_those_after_it(sandbox):
    with sandbox.open(["1 / 0", "def broken(:", "exit()", GOOD]) as session:
        assert [bool(each) for each in session.cells] == [True, True, True, False]
        assert session.ask(RELU, ASKED).value.tolist() == [0.0, 0.0, 2.0]


def test_modules_of_the_standard_library_can_be_imported_inside(sandbox):
    with sandbox.open(["import fractions, statistics, colorsys, wave"]) as session:
        assert session.cells == [""]


def test_other_cells_run_in_a_namespace_of_their_own(sandbox):
    """What builds on a wrong answer is asked again beside the right one, in the same process."""
    with sandbox.open(["leaked = 1", "def relu(z): return z * 0"]) as session:
        session.ask_ahead(RELU, [question("first", z=np.ones(3)), question("next", z=np.ones(3))])
        session.run(["leaked", GOOD])
        assert session.cells == ["NameError: name 'leaked' is not defined", ""]
        assert session.ask(RELU, ASKED).value.tolist() == [0.0, 0.0, 2.0]


def test_answers_that_nobody_waits_for_any_more_are_not_taken_for_others(sandbox):
    asked = [question(f"number {i}", z=np.full(2, i + 1.0)) for i in range(5)]
    with sandbox.open([GOOD]) as session:
        session.ask_ahead(RELU, asked)
        assert session.ask(RELU, asked[0]).value.tolist() == [1.0, 1.0]
        session.run(["def relu(z): return -z"])
        assert session.ask(RELU, asked[1]).value.tolist() == [-2.0, -2.0]


def test_magics_of_ipython_do_nothing(sandbox):
    with sandbox.open(["get_ipython().run_line_magic('matplotlib', 'inline')", GOOD]) as session:
        assert session.cells == ["", ""]


def test_what_is_missing_is_said(sandbox):
    with sandbox.open(["x = 1"]) as session:
        assert session.ask(RELU, ASKED).problem == "missing"


def test_an_exception_and_a_changed_argument_come_back_as_in_the_notebook(sandbox):
    with sandbox.open(["def relu(z):\n    z[z < 0] = 0\n    return z"]) as session:
        assert session.ask(RELU, ASKED).changed == ("z",)
    with sandbox.open(["def relu(z): return missing_name"]) as session:
        answer = session.ask(RELU, ASKED)
        assert (answer.problem, answer.detail) == ("error", "NameError")
        assert "missing_name" in answer.traceback


def test_what_is_printed_before_a_kill_is_kept_and_capped(sandbox):
    with sandbox.open(
        ["print('before')\nprint('x' * 10**6)", "while True: pass"], SHORT
    ) as session:
        assert session.lost == "time"
        printed = session.close().printed
    assert printed.startswith("before\n")
    assert len(printed) <= SHORT.output


def test_a_session_ends_at_its_wall_clock_limit_even_if_nobody_asks(sandbox):
    session = sandbox.open([GOOD], Limits(wall=1, call=5))
    threading.Event().wait(2)
    assert session.ask(RELU, ASKED).detail == "time"
    assert session.close().reason == "wall"


def test_processor_time_is_limited_too(sandbox):
    with sandbox.open(["while True: pass"], Limits(wall=30, call=30, cpu=2)) as session:
        assert session.lost == "time"
        assert 1.5 < session.close().cpu < 3


def test_the_new_root_hides_nothing_of_what_is_bound_into_it(monkeypatch):
    monkeypatch.setattr(policy, "ROOT_POINTS", ("/tmp", "/usr"))
    assert confine._root_point(["/tmp/course/.venv/lib", "/lib"]) == "/usr"
    with pytest.raises(OSError, match="below each of"):
        confine._root_point(["/tmp/course/.venv/lib", "/usr/lib"])


def test_sessions_side_by_side_do_not_see_each_other(sandbox):
    def one(number: int) -> float:
        with sandbox.open([f"def relu(z): return z * 0 + {number}.0"]) as session:
            return float(session.ask(RELU, ASKED).value[0])

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(one, range(12))) == [float(number) for number in range(12)]


def test_the_solutions_are_out_of_reach_where_there_is_confinement(sandbox):
    with sandbox.open(["import solutions.structure"]) as session:
        assert bool(session.cells[0]) is (sandbox.isolation != "none")


def test_an_ordinary_user_gets_full_isolation_through_user_namespaces():
    unshare = shutil.which("unshare")
    assert unshare, "unshare is missing: it is part of util-linux"
    script = (
        "import os\n"
        "from autograder.exercises import find\n"
        "from autograder.exercise import question\n"
        "from autograder.sandbox.session import Sandbox\n"
        "import numpy as np\n"
        "assert os.getuid() == 1000\n"
        "with Sandbox('full') as sandbox, sandbox.open(['def relu(z): return z']) as session:\n"
        "    print(session.ask(find('structure.relu'), question('', z=np.ones(2))).value)\n"
    )
    ran = subprocess.run(
        [unshare, "--user", "--map-user=1000", "--map-group=1000", sys.executable, "-c", script],
        capture_output=True, text=True,
    )  # fmt: skip
    assert ran.stdout.strip() == "[1. 1.]", ran.stderr


TORCH = """
import torch
layer = torch.nn.Linear(3, 1)
optimizer = torch.optim.Adam(layer.parameters())
layer(torch.ones(2, 3)).sum().backward()
optimizer.step()
def relu(z): return torch.relu(torch.from_numpy(z)).numpy()
"""


@pytest.mark.parametrize("isolation", ["full", "limited"])
def test_torch_trains_in_a_warm_process_of_its_own_within_the_limit_on_memory(isolation):
    with Sandbox(isolation, preload=("torch",)) as sandbox:
        with sandbox.open([TORCH], Limits(wall=60, call=30, memory=512 << 20)) as session:
            assert session.cells == [""]
            assert session.ask(RELU, ASKED).value.tolist() == [0.0, 0.0, 2.0]
        with sandbox.open(["import torch; torch.ones(1 << 29)"], SHORT) as session:
            assert "memory" in session.cells[0], "torch's own gigabytes do not widen the limit"


def test_a_temporary_file_lies_in_the_childs_own_folder():
    source = "import tempfile\nwith tempfile.TemporaryFile() as f: f.write(b'x')"
    with Sandbox("full") as sandbox, sandbox.open([source]) as session:
        assert session.cells == [""]


def test_what_one_submission_leaves_unread_does_not_stop_the_next(sandbox):
    """All had the warm process's own standard error, a pipe that nobody reads."""
    fill = (
        "import os\n"
        "os.set_blocking(2, False)\n"
        "try:\n    while True: os.write(2, b'x' * 4096)\nexcept OSError: pass\n"
        "os.set_blocking(2, True)"
    )
    with sandbox.open([fill], SHORT):
        pass
    with sandbox.open(["import os; os.write(2, b'a library warns')"], SHORT) as session:
        assert session.cells == [""]
        assert session.close().printed == "a library warns"


def test_a_large_array_goes_and_comes_back_through_shared_memory_unharmed(sandbox):
    large = np.random.default_rng(0).normal(size=(700, 300))
    with sandbox.open(["def relu(z):\n    z[0] = 0\n    return z"]) as session:
        for _ in range(3):
            answer = session.ask(RELU, question("large", z=large))
            assert answer.changed == ("z",)
            assert np.array_equal(answer.value[1:], large[1:])
            assert not answer.value[0].any()
    answer.value[:] = 1  # the memory is ours: writing to it, and the session's end, harm nothing


def test_a_lie_about_shared_memory_is_a_lost_child(sandbox):
    """The child announces an answer in shared memory to a question that brought none, or beyond it."""
    lie = (
        "import os, struct\n"
        "def relu(z):\n"
        "    for descriptor in range(3, 64):\n"
        "        try: os.write(descriptor, struct.pack('<4sIQ', b'NNdm', 2, 1 << 25) + b'{}')\n"
        "        except OSError: pass\n"
        "    return z"
    )
    for announced in (1 << 20, 1 << 25, 1 << 40):
        for values in (np.ones(3), np.ones(1 << 16)):
            with sandbox.open([lie.replace("1 << 25", str(announced))], SHORT) as session:
                assert session.ask(RELU, question("lied to", z=values)).problem == "lost"


def test_memory_that_is_used_again_spoils_no_answer_before(sandbox):
    """Large and small questions and answers in turn, asked ahead or not, one of them larger than the
    memory that there was before it."""
    source = "def relu(z):\n    return np.full(int(z[0]), z[1])"
    lengths = (1 << 15, 1 << 16, 3, 1 << 17, 1 << 15, 4, 5, (Limits().reply >> 3) + 1, 1 << 16)
    asked = [
        question("large and small", z=np.array([answered, number] + [0.0] * (length - 2)))
        for number, length in enumerate(lengths)
        for answered in (3, 1 << 17)
    ]
    with sandbox.open(["import numpy as np", source]) as session:
        for ahead in ([], asked):
            session.ask_ahead(RELU, ahead)
            answers = [session.ask(RELU, each).value for each in asked]
            for each, answer in zip(asked, answers, strict=True):
                answered, number = each.arguments["z"][:2]
                assert len(answer) == answered
                assert (answer == number).all()


def test_an_answer_does_not_change_once_it_is_here():
    """A child that lies writes to the shared memory after it has answered, and before."""
    ours, theirs = socket.socketpair()
    memory = wire.Memory.of_size(1 << 20)
    grader, child = wire.Wire(ours, memory), wire.Wire(theirs, wire.Memory(memory.descriptor))
    grader.ask(wire.Packed(np.ones(1 << 16)))
    value, copy, through_memory = child.receive_question(1 << 20)
    child.answer(2 * copy, through_memory)
    answer = grader.receive(1, limit=1 << 20)
    child.memory.bytes[:] = bytes([7]) * len(child.memory.bytes)
    assert (answer == 2).all()
    assert (copy == 1).all()
    answer[:] = 3
    assert not (value == 3).any()


def test_isolation_is_named_and_nothing_else():
    with pytest.raises(ValueError, match="full, limited, none"):
        Sandbox("some")


def test_a_warm_process_that_cannot_start_says_why():
    with pytest.raises(SandboxError, match="no_such_module"):
        Sandbox("none", preload=("no_such_module",)).ready()


def test_a_session_that_is_left_ends_at_once(sandbox):
    """Nobody waits for its end, and yet it must not go on."""
    program = "import os\nprint(os.getpid())\nwhile True: pass"
    before = len(children_of(sandbox.pid))
    with sandbox.open_ahead([program], SHORT) as session:
        until(lambda: len(children_of(sandbox.pid)) == before + 1)
        session.leave()
        until(lambda: len(children_of(sandbox.pid)) == before)
        assert session.close().reason == "done", "and to close it once more does no harm"


def children_of(pid):
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def until(holds):
    end = time.monotonic() + 5
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_the_wire_has_a_deadline_and_a_bound():
    ours, theirs = socket.socketpair()
    with pytest.raises(wire.WireTimeoutError):
        wire.Wire(ours).receive(0.05)
    theirs.sendall(encode(np.zeros(1000)))
    with pytest.raises(wire.WireError, match="allowed"):
        wire.Wire(ours).receive(1, limit=100)


def test_half_a_message_is_no_message():
    ours, theirs = socket.socketpair()
    theirs.sendall(encode([1, 2, 3])[:-1])
    theirs.close()
    with pytest.raises(wire.WireError, match="closed"):
        wire.Wire(ours).receive(1)


def test_a_sender_that_drips_is_not_waited_for_longer_than_the_deadline():
    ours, theirs = socket.socketpair()
    message = encode("x" * 100)
    stop = threading.Event()

    def drip() -> None:
        for byte in message:
            if stop.wait(0.02):
                return
            theirs.send(bytes([byte]))

    thread = threading.Thread(target=drip)
    thread.start()
    with pytest.raises(wire.WireTimeoutError):
        wire.Wire(ours).receive(0.2)
    stop.set()
    thread.join()


def test_an_announced_length_is_refused_before_anything_is_allocated():
    ours, theirs = socket.socketpair()
    theirs.sendall(PREFIX.pack(b"NNd1", 1 << 30, 1 << 60))
    with pytest.raises(wire.WireError, match="allowed"):
        wire.Wire(ours).receive(1)


def test_damaged_messages_raise_nothing_but_a_data_error():
    assert fuzz(5000, seed=1)["refused"] > 4000
