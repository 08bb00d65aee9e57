"""What a student is told to have been asked is a call of the student's own function."""

import inspect
import re
import zlib

import numpy as np
import pytest

from autograder.exercises import registry
from autograder.record import solution


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
