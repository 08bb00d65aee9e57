"""Protects: code that computes for ever ends; code that waits for a busy machine does not."""

import time

import pytest

from autograder.time_limit import time_limit


def for_ever():
    while True:
        pass


def test_a_loop_for_ever_ends():
    with time_limit(0.1), pytest.raises(TimeoutError, match=r"longer than 0\.1 s"):
        for_ever()


def test_the_time_of_others_does_not_count():
    """While it sleeps, a process computes nothing, as where others have the processor."""
    with time_limit(0.1):
        time.sleep(0.3)


def test_a_limit_that_was_kept_is_gone():
    with time_limit(0.1):
        pass
    end = time.process_time() + 0.2
    while time.process_time() < end:
        pass
