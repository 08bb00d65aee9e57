"""Putting a question: whatever student code does, what comes back is a plain record of it."""

import asyncio
import functools
import sys
import warnings
from collections import OrderedDict, namedtuple

import numpy as np
import pytest
import torch

from autograder.ask import MAX_FRAMES, MAX_PRINTED, MAX_WARNINGS, ask
from autograder.data import Seed, encode
from autograder.exercise import call

X = np.arange(6.0).reshape(2, 3)


def put(student, **arguments):
    answer = ask(student, call, arguments)
    encode(answer.value)  # whatever came back is data
    return answer


# What is accepted ---------------------------------------------------------------------------

Pair = namedtuple("Pair", "dx dw")
DATA = {
    "number": (lambda: 1.5, 1.5),
    "NumPy number": (lambda: np.float32(1.5), np.float32(1.5)),
    "text": (lambda: "relu", "relu"),
    "None": (lambda: None, None),
    "tuple": (lambda: (1, [2.0, "a"]), (1, [2.0, "a"])),
    "namedtuple": (lambda: Pair(1, 2), (1, 2)),
    "dictionary": (lambda: {"a": 1}, {"a": 1}),
    "ordered dictionary": (lambda: OrderedDict(a=1), {"a": 1}),
}


@pytest.mark.parametrize("name", DATA)
def test_plain_data_comes_back_as_it_is(name):
    student, value = DATA[name]
    answer = put(student)
    assert (answer.problem, answer.detail) == ("", "")
    assert answer.value == value


@pytest.mark.parametrize(
    "made",
    [
        lambda x: x.T, lambda x: x[:, ::-1], lambda x: np.asfortranarray(x + 0),
        lambda x: np.broadcast_to(x[0], (2, 3)), lambda x: x.astype(">f8"),
    ],
    ids=["transpose", "reversed view", "Fortran order", "broadcast", "big-endian"],
)  # fmt: skip
def test_an_array_of_any_layout_comes_back_as_a_plain_copy(made):
    answer = put(made, x=X)
    assert answer.problem == ""
    assert answer.value.dtype == np.float64
    assert answer.value.dtype.isnative
    assert answer.value.flags.c_contiguous
    assert answer.value.flags.owndata
    np.testing.assert_array_equal(answer.value, made(X))


def test_a_method_a_partial_a_class_a_lambda_and_a_built_in_can_be_asked():
    class Scale:
        def __init__(self, x):
            self.x = x

        def by(self, x):
            return 2 * x

        def __call__(self, x):
            return 3 * x

    assert put(Scale(0).by, x=1).value == 2
    assert put(Scale(0), x=1).value == 3
    assert put(functools.partial(max, 5), x=1).value == 5
    assert put(lambda x: x, x=1).value == 1
    assert put(abs, x=-1).value == 1


# What is refused, in words ------------------------------------------------------------------


async def coroutine():
    return 1


NOT_DATA = {
    "generator": (lambda: (i for i in range(3)), "a generator"),
    "coroutine": (coroutine, "a coroutine: write def"),
    "function": (lambda: np.tanh, "the function tanh itself; was it meant to be called"),
    "class": (lambda: int, "the function int itself"),
    "matrix": (lambda: np.matrix([[1.0]]), "a matrix; return a plain NumPy array"),
    "masked array": (lambda: np.ma.masked_array([1.0], [True]), "MaskedArray; return a plain"),
    "object array": (lambda: np.array([[1.0], None], object), "of dtype object; is it ragged"),
    "text array": (lambda: np.array(["a"]), "dtype <U1"),
    "text scalar": (lambda: np.str_("a"), "dtype <U1"),
    "longdouble": (lambda: np.zeros(2, np.longdouble), "more precise than float64"),
    "tensor": (lambda: torch.zeros(2), "a torch.Tensor; return a plain NumPy array"),
    "parameter": (lambda: torch.nn.Parameter(torch.zeros(2)), "return a plain NumPy array"),
    "set": (lambda: {1}, "a set; list() makes a list"),
    "range": (lambda: range(3), "a range; list() makes a list"),
    "map": (lambda: map(abs, []), "a map; list() makes a list"),
    "object": (lambda: object(), "an object, which is neither"),
    "complex": (lambda: 1j, "a complex, which is neither"),
    "bytes": (lambda: b"1", "a bytes"),
    "dictionary of numbers": (lambda: {1: 2}, "keys that are not strings"),
    "inside a tuple": (lambda: (1.0, {2}), "a set"),
    "enormous integer": (lambda: 10**20_000, "an integer of more than"),
}


@pytest.mark.filterwarnings("ignore:coroutine")
@pytest.mark.parametrize("name", NOT_DATA)
def test_what_is_no_data_is_said_in_words(name):
    student, words = NOT_DATA[name]
    answer = put(student)
    assert answer.problem == "not data"
    assert answer.value is None
    assert words in answer.detail


def test_a_structure_without_end_is_refused():
    def student():
        endless = []
        endless.append(endless)
        return endless

    assert put(student).detail == "a structure nested deeper than eight levels"


def test_an_enormous_array_is_refused_before_it_is_copied():
    answer = put(lambda: np.broadcast_to(0.0, (10**6, 10**6)))
    assert answer.problem == "not data"
    assert "too large" in answer.detail


@pytest.mark.parametrize("thing", [None, 3.0, np.zeros(2), "relu"])
def test_what_cannot_be_called_is_said_to_be_no_function(thing):
    answer = put(thing, x=X)
    assert answer.problem == "not callable"
    assert answer.detail.startswith(("a ", "an "))


# Errors -------------------------------------------------------------------------------------


def fails(x):
    inner = x @ x
    return inner


def helper(x):
    return fails(x)


def test_an_exception_is_a_traceback_of_the_students_lines_alone():
    answer = put(helper, x=X)
    assert answer.problem == "error"
    assert answer.detail == "ValueError"
    lines = answer.traceback.splitlines()
    assert [line.split(",")[0] for line in lines[:2]] == ["  in helper", "  in fails"]
    assert "inner = x @ x" in lines[1]
    assert lines[2].startswith("ValueError: matmul")
    assert "autograder" not in answer.traceback


def test_lines_of_libraries_are_cut():
    answer = put(lambda x: np.linalg.inv(x), x=X)
    assert answer.detail == "LinAlgError"
    assert answer.traceback.count("  in ") == 1


def test_not_implemented_is_no_error():
    def student(x):
        raise NotImplementedError()

    assert put(student, x=X).problem == "not implemented"


def test_exit_is_an_error_like_any_other():
    assert put(lambda: sys.exit(0)).detail == "SystemExit"
    assert put(lambda: exit()).detail in ("SystemExit", "NameError")


def test_a_keyboard_interrupt_is_the_callers():
    def student():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        put(student)


def test_endless_recursion_is_told_in_a_few_lines():
    def forever(x):
        return forever(x)

    answer = put(forever, x=1)
    assert answer.detail == "RecursionError"
    assert answer.traceback.count("\n") <= MAX_FRAMES + 2
    assert "more" in answer.traceback


def test_an_error_that_cannot_be_printed_is_still_an_error():
    class Evil(NotImplementedError):
        def __str__(self):
            raise ValueError("no")

    def student():
        raise Evil

    assert put(student).problem == "not implemented"

    class Worse(Exception):
        __str__ = None

    def other():
        raise Worse

    assert put(other).detail == "Worse"


def test_an_answer_that_fails_when_looked_at_is_an_error():
    class Evil:
        def __getattr__(self, name):
            raise RuntimeError(name)

        @property
        def __class__(self):
            raise RuntimeError("class")

    assert put(Evil).problem in ("error", "not data")


def test_a_long_message_and_a_long_line_are_cut():
    def student():
        raise ValueError("a" * 100_000)

    assert len(put(student).traceback) < 1000


# Arguments ----------------------------------------------------------------------------------


def test_the_students_arrays_are_copies():
    def student(x):
        x[:] = 0
        return x

    x = X.copy()
    answer = put(student, x=x)
    assert answer.changed == ("x",)
    np.testing.assert_array_equal(x, X)


def sets(change):
    def student(x):
        change(x)
        return 1.0

    return student


CHANGES = {
    "an entry": (np.zeros(3), lambda x: x.__setitem__(0, 1.0)),
    "an entry to NaN": (np.zeros(3), lambda x: x.fill(np.nan)),
    "a shape": (np.zeros(4), lambda x: x.resize((2, 2), refcheck=False)),
    "a number in a list": ([1, 2], lambda x: x.__setitem__(0, 5)),
    "an appended number": ([1, 2], lambda x: x.append(3)),
    "a removed number": ([1, 2], lambda x: x.clear()),
    "an array in a tuple in a list": ([(np.zeros(2),)], lambda x: x[0][0].fill(1)),
    "another thing in a list": ([np.zeros(2)], lambda x: x.__setitem__(0, None)),
    "a dictionary in a list for None": ([{"a": 1}], lambda x: x.__setitem__(0, None)),
    "a value in a dictionary": ({"w": 1.0}, lambda x: x.update(w=2.0)),
    "a key in a dictionary": ({"w": 1.0}, lambda x: x.update(b=2.0)),
    "a sign in a list of text": (["a"], lambda x: x.__setitem__(0, "b")),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_a_changed_argument_is_noticed(name):
    value, change = CHANGES[name]
    assert put(sets(change), x=value).changed == ("x",)


@pytest.mark.parametrize(
    "value", [np.full(3, np.nan), [float("nan"), 1], (np.nan,), {"a": np.array([np.nan])}]
)
def test_nan_among_the_arguments_is_no_change(value):
    assert put(lambda x: 1.0, x=value).changed == ()


def test_a_seed_arrives_as_a_generator_which_may_be_used():
    answer = put(lambda rng: rng.normal(size=2), rng=Seed(3))
    np.testing.assert_array_equal(answer.value, np.random.default_rng(3).normal(size=2))
    assert answer.changed == ()


def test_a_drive_may_take_arguments_away():
    def drive(student, arguments):
        return student(arguments.pop("x"))

    assert ask(abs, drive, {"x": -1}).value == 1


# What is printed and warned -----------------------------------------------------------------


def test_what_is_printed_is_kept_and_not_shown(capsys):
    def student():
        print("out")
        print("err", file=sys.stderr)
        return 1.0

    answer = put(student)
    assert answer.printed == "out\nerr\n"
    assert capsys.readouterr() == ("", "")


def test_warnings_are_kept_and_not_shown(capsys, recwarn):
    def student():
        warnings.warn("careful", stacklevel=1)
        np.log(np.zeros(1))
        return 1.0

    answer = put(student)
    assert answer.problem == ""
    assert answer.warnings[0] == "UserWarning: careful"
    assert "divide by zero" in answer.warnings[1]
    assert not recwarn.list
    assert capsys.readouterr() == ("", "")


def test_endless_output_is_cut_while_it_is_printed():
    def student():
        for _ in range(50_000):
            print("spam" * 100)
        return 1.0

    answer = put(student)
    assert len(answer.printed) < MAX_PRINTED + 20
    assert answer.printed.endswith("… and more")


def test_a_thousand_warnings_are_a_few():
    def student():
        for number in range(1000):
            warnings.warn(f"number {number} {'a' * 1000}", stacklevel=1)
        return 1.0

    answer = put(student)
    assert len(answer.warnings) == MAX_WARNINGS
    assert all(len(warning) <= 200 for warning in answer.warnings)


def test_what_no_terminal_can_show_is_replaced():
    def student():
        print("\ud800")
        warnings.warn("\ud800", stacklevel=1)
        raise ValueError("\ud800")

    answer = put(student)
    for text in (answer.printed, answer.traceback, *answer.warnings):
        text.encode()


def test_the_students_own_settings_of_numpy_end_with_the_call():
    def student():
        np.seterr(all="raise")
        return 1.0

    before = np.geterr()
    put(student)
    assert np.geterr() == before
    with np.errstate(all="raise"):
        assert put(lambda: np.exp(np.array(1e4))).problem == ""


def test_student_code_that_runs_an_event_loop_works():
    async def one():
        return 1.0

    assert put(lambda: asyncio.run(one())).value == 1.0
