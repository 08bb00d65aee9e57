"""Protects: only an economical computation earns the points of arrays of real size."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from autograder.ask import ask
from autograder.checking import judge
from autograder.exercise import Question
from autograder.exercises import find
from autograder.keys import load, save
from autograder.record import mistakes_of, record
from solutions.backprop import mlp_loss_and_grads

EXERCISE = find("backprop.mlp_loss_and_grads")
NUMBER, CHECK = next(
    (number, check) for number, check in enumerate(EXERCISE.checks) if check.title == "real size"
)


def outcome(answer_of, key):
    return CHECK.judge(EXERCISE, list(key.questions[NUMBER]), list(key.rights[NUMBER]), answer_of)


def answer_by(function):
    return lambda asked: ask(function, EXERCISE.drive, asked.arguments)


def test_the_solution_earns_all_and_a_key_holds_little(tmp_path):
    key = record(EXERCISE, 3)
    assert outcome(answer_by(mlp_loss_and_grads), key).fraction == 1
    save(key, EXERCISE, tmp_path / "key")
    assert (tmp_path / "key").stat().st_size < 100_000, "the arrays themselves are ten times that"
    assert outcome(answer_by(mlp_loss_and_grads), load(EXERCISE, tmp_path / "key")).fraction == 1


def test_one_wrong_array_costs_its_kind():
    """As in the small cases: the loss, all dw and all db are three parts."""

    def no_last_bias(*arguments):
        loss, gradients = mlp_loss_and_grads(*arguments)
        (dw, db) = gradients[-1]
        return loss, [*gradients[:-1], (dw, 0 * db)]

    came = outcome(answer_by(no_last_bias), record(EXERCISE, 3))
    assert came.fraction == pytest.approx(2 / 3)
    assert [finding.which for finding in came.findings] == ["db of layer 2 (of 2)"]


def test_an_answer_without_relu_masks_earns_its_loss_alone():
    """Only the last layer's gradients are right, which go through no ReLU: no kind is right."""
    (masks_missing,) = (m for m in mistakes_of(EXERCISE.name) if m.name == "masks_missing")
    key = record(EXERCISE, 3)
    assert outcome(answer_by(masks_missing.function), key).fraction == pytest.approx(1 / 3)
    assert judge(EXERCISE, key, answer_by(masks_missing.function)).points == 1.0


def test_an_array_of_another_shape_costs_its_kind():
    def first_bias_as_column(*arguments):
        loss, ((dw, db), *rest) = mlp_loss_and_grads(*arguments)
        return loss, [(dw, db[:, None]), *rest]

    came = outcome(answer_by(first_bias_as_column), record(EXERCISE, 3))
    assert came.fraction == pytest.approx(2 / 3)


def test_what_is_wrong_at_real_size_alone_is_taken_for_no_mistake():
    """Keys hold no answers of mistakes to compare it with; nothing to compare is no likeness."""

    def right_for_few(parameters, x, labels):
        loss, gradients = mlp_loss_and_grads(parameters, x, labels)
        return (2 * loss, gradients) if len(x) > 50 else (loss, gradients)

    key = record(EXERCISE, 3)
    assert all(mistake.answers[NUMBER] == () for mistake in key.mistakes)
    verdict = judge(EXERCISE, key, answer_by(right_for_few))
    assert [finding.which for finding in verdict.findings] == ["the loss"]
    assert verdict.mistake == ""


def test_a_few_right_entries_are_not_enough():
    """A cheat may measure some entries; which ones count is in no question."""

    def some(parameters, x, labels):
        loss, gradients = mlp_loss_and_grads(parameters, x, labels)
        if x.shape[1] < 784:
            return loss, gradients
        (dw, db), last = gradients
        return loss, [
            (np.where(np.arange(dw.size).reshape(dw.shape) < dw.size // 2, dw, 0), db),
            last,
        ]

    key = record(EXERCISE, 3)
    came = outcome(answer_by(some), key)
    assert [finding.which for finding in came.findings] == ["dw of layer 1 (of 2)"]
    assert not any("places" in q.arguments for q in key.questions[NUMBER])


def test_another_structure_is_told_without_a_number():
    came = outcome(answer_by(lambda *arguments: 1.0), record(EXERCISE, 3))
    assert came.fraction == 0
    assert "structure" in came.findings[0].says


def test_time_that_runs_out_is_explained():
    key = record(EXERCISE, 3)

    def late(asked: Question):
        return replace(
            answer_by(mlp_loss_and_grads)(asked), value=None, problem="lost", detail="time"
        )

    verdict = judge(EXERCISE, key, lambda asked: (
        late(asked) if "widths" in asked.arguments else answer_by(mlp_loss_and_grads)(asked)
    ))  # fmt: skip
    assert verdict.points == 1.0
    assert "a forward pass" in verdict.findings[0].says
