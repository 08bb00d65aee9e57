"""What a student is told to have been asked is a call of the student's own function."""

import inspect
import re
import zlib

import numpy as np
import pytest

from autograder.exercises import registry
from autograder.exercises.backprop_graphs import build, written
from autograder.record import solution
from solutions.backprop import Value


def asked(exercise):
    rng = np.random.default_rng([0, zlib.crc32(exercise.name.encode())])
    return [question for check in exercise.checks for question in check.questions(rng)]


def plain(exercise):
    """Calls with positional arguments; a chain of several is told in words."""
    texts = {exercise.written(question) for question in asked(exercise)}
    return [re.search(rf"\b{exercise.symbol}\(([\w, ]*)\)", text) for text in texts], texts


@pytest.mark.parametrize("name", [e.name for e in registry().values() if not e.defined_by])
def test_the_call_that_is_told_fits_the_functions_signature(name):
    exercise = registry()[name]
    calls, texts = plain(exercise)
    signature = inspect.signature(solution(exercise.solution_name))
    for call, text in zip(calls, texts, strict=True):
        assert call, f"{text!r} holds no call of {exercise.symbol}"
        given = [argument for argument in call[1].split(", ") if argument]
        signature.bind(*given)  # raises a TypeError where their number does not fit


@pytest.mark.parametrize("name", [e.name for e in registry().values()])
def test_no_number_of_a_question_stands_in_the_call_that_is_told(name):
    _, texts = plain(registry()[name])
    assert not any(re.search(r"\d\.\d|\d{3}", text) for text in texts)


def test_an_expression_is_told_as_a_student_would_write_it():
    arguments = {
        "inputs": np.ones(2),
        "operations": [["mul", 0, 1], ["add", 2, 2.5], ["neg", 3], ["tanh", 4], ["pow", 5, 2.0]],
    }
    told = "x0, x1 = Value(x) for each x of inputs; out = (-((x0 * x1) + k)).tanh() ** k"
    assert written(arguments) == told
    arguments["operations"] = [["add", 0, 1], ["relu", 2]]
    assert written(arguments).endswith("; out = (x0 + x1).relu()")


def test_an_expression_that_is_told_computes_what_the_operations_do():
    for exercise in registry().values():
        if exercise.defined_by != "Value":
            continue
        for question in asked(exercise):
            if "operations" not in question.arguments:
                continue
            inputs, operations = (question.arguments[name] for name in ("inputs", "operations"))
            numbers = {o for _, *operands in operations for o in operands if type(o) is float}
            text = written(question.arguments).partition("out = ")[2]
            if text == "the operations on them" or len(numbers) > 1:
                continue
            values = {f"x{i}": Value(x) for i, x in enumerate(inputs)} | {
                "k": max(numbers, default=0)
            }
            right = build([Value(x) for x in inputs], operations).data
            assert eval(text, {}, values).data == right
