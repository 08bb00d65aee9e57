"""A loss and its gradients are told apart, and the first wrong layer is named."""

import numpy as np
import pytest

from autograder.ask import ask
from autograder.checking import judge
from autograder.compare import compare, leaves, part_names
from autograder.exercise import question
from autograder.exercises import find
from autograder.feedback import to_text
from autograder.keys import Key
from autograder.losses_and_gradients import LossAndGradients
from autograder.record import record, solution
from solutions.backprop import mlp_loss_and_grads
from tests.conftest import make_exercise

MLP = find("backprop.mlp_loss_and_grads")


@pytest.fixture(scope="module")
def key():
    return record(MLP, 0, public=True)


def verdict_of(student, key):
    return judge(MLP, key, lambda asked: ask(student, MLP.drive, asked.arguments))


def told(student, key):
    return to_text(verdict_of(student, key), "evidence")


def with_wrong(layer, part):
    """The right answer, with one array of one layer doubled, counted from the last layer."""

    def student(parameters, x, labels):
        loss, gradients = mlp_loss_and_grads(parameters, x, labels)
        if len(gradients) > layer:
            changed = list(gradients[-1 - layer])
            changed[part] = 2 * changed[part]
            gradients[-1 - layer] = tuple(changed)
        return loss, gradients

    return student


def test_parts_of_a_list_of_layers_have_names():
    layers = [(np.ones((2, 3)), np.ones(3)), (np.ones((3, 2)), np.ones(2))]
    assert [name for name, _ in leaves((1.0, layers), "it", ("the loss", "(dw, db) of layer"))] == [
        "the loss",
        "dw of layer 1 (of 2)",
        "db of layer 1 (of 2)",
        "dw of layer 2 (of 2)",
        "db of layer 2 (of 2)",
    ]


def test_parts_of_a_tuple_have_names():
    assert part_names((1, 2), "(dw1, db1)") == ["dw1", "db1"]
    assert part_names((1, 2, 3), "(dw1, db1)") == [
        "(dw1, db1)[0]",
        "(dw1, db1)[1]",
        "(dw1, db1)[2]",
    ]
    assert part_names((1, 2), "it") == ["it[0]", "it[1]"]


def test_a_missing_layer_is_a_difference_of_structure():
    right = [(np.ones(1), np.ones(1))] * 3
    (difference,) = compare(right[:2], right, "(dw, db) of layer")
    assert difference.kind == "structure"


def test_the_first_wrong_layer_on_the_way_back_is_named(key):
    text = told(with_wrong(1, 0), key)
    assert "dw of layer 2 (of 3) is wrong. Yet the loss is right." in text
    assert "first wrong one: dw of layer 3 (of 3) and db of layer 3 (of 3) are right" in text


def test_a_wrong_last_layer_is_where_the_way_back_begins(key):
    text = told(with_wrong(0, 1), key)
    assert "db of layer 3 (of 3) is wrong." in text
    assert "That is where the way back begins." in text


def test_what_is_wrong_before_it_is_only_counted(key):
    def student(parameters, x, labels):
        loss, gradients = mlp_loss_and_grads(parameters, x, labels)
        return loss, [(2 * dw, 2 * db) for dw, db in gradients]

    text = told(student, key)
    assert text.count("Entry") == 1
    assert "are wrong too" in text


def test_a_wrong_loss_with_its_own_gradients_is_said(key):
    def student(parameters, x, labels):
        loss, gradients = mlp_loss_and_grads(parameters, x, labels)
        return 3 * loss, [(3 * dw, 3 * db) for dw, db in gradients]

    text = told(student, key)
    assert "Your gradients are right for the loss that you return" in text
    assert "that you return: mend the loss first." in text


def test_a_wrong_loss_with_right_gradients_is_said(key):
    def student(parameters, x, labels):
        loss, gradients = mlp_loss_and_grads(parameters, x, labels)
        return loss + 1, gradients

    assert "The loss is wrong. The gradients are right." in told(student, key)


def test_a_wrong_loss_with_other_wrong_gradients_is_said(key):
    def student(parameters, x, labels):
        loss, gradients = mlp_loss_and_grads(parameters, x, labels)
        return 3 * loss, [(2 * dw, db) for dw, db in gradients]

    assert "The gradients are wrong too, and not only because of that." in told(student, key)


def test_each_kind_of_gradient_earns_its_part(key):
    student = with_wrong(0, 1)  # db is wrong, the loss and dw are right
    outcome = MLP.checks[0].judge(
        MLP,
        list(key.questions[0]),
        list(key.rights[0]),
        lambda asked: ask(student, MLP.drive, asked.arguments),
    )
    assert outcome.fraction == pytest.approx(2 / 3)


def test_a_constant_loss_with_zero_gradients_earns_nothing(key):
    def student(parameters, x, labels):
        return 0.0, [(0 * w, 0 * b) for w, b in parameters]

    assert verdict_of(student, key).points == 0


@pytest.mark.parametrize("slip", [1e-3j, "1", None, np.ones((3, 1)), 10**400])
def test_a_loss_that_is_no_number_near_by_is_no_reason_to_believe_the_gradients(key, slip):
    """A complex loss was more than the numerical derivative takes: the check itself failed. A loss
    that is a number only when it is asked for first must not get further."""
    calls = []

    def wrong(parameters, x, labels):
        calls.append(1)
        loss, gradients = mlp_loss_and_grads(parameters, x, labels)
        odd = loss + slip if isinstance(slip, complex) else 2 * loss if len(calls) == 1 else slip
        return odd, [(3 * dw, 3 * db) for dw, db in gradients]

    verdict = verdict_of(wrong, key)
    assert verdict.points == 0
    assert "are right for" not in to_text(verdict, "mistake")


def test_the_own_loss_is_asked_for_only_a_few_times(key):
    calls = []

    def wrong(parameters, x, labels):
        calls.append(1)
        loss, gradients = mlp_loss_and_grads(parameters, x, labels)
        return loss**2, [(50 * dw, 50 * db) for dw, db in gradients]

    verdict_of(wrong, key)
    assert len(calls) < 100


def test_the_right_answers_are_numbers_measured_from_the_forward_pass(key):
    asked, right = key.questions[0][0], key.rights[0][0]
    value, gradients = right
    assert value == pytest.approx(solution("backprop_forward.mlp_loss")(*asked.arguments.values()))
    assert set(gradients[0][0]) == {"lower", "upper", "error"}


# A gradient that is zero but for rounding ------------------------------------------------------


def shifted_loss(w, shift, x, labels):
    """The cross-entropy of logits that are all shifted alike, which moves nothing."""
    logits = x @ w + shift
    logits = logits - logits.max(axis=1, keepdims=True)
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    rows = np.arange(len(x))
    dlogits = p.copy()
    dlogits[rows, labels] -= 1
    dlogits /= len(x)
    loss = float(-np.log(p[rows, labels]).mean())
    return loss, (x.T @ dlogits, dlogits.sum().reshape(1))


def shifted_cases(rng):
    for about in ("one", "two", "three"):
        yield question(
            about,
            w=rng.normal(size=(3, 4)),
            shift=rng.normal(size=1),
            x=rng.normal(size=(5, 3)),
            labels=rng.integers(4, size=5),
        )


class Forward:
    """A solution that gives the loss alone where the check looks for the forward pass."""

    def __call__(self, *arguments):
        return shifted_loss(*arguments)[0]


@pytest.fixture
def shifted():
    check = LossAndGradients(shifted_cases, of="demo.forward", wrt=("w", "shift"))
    exercise = make_exercise(check, returns=("the loss", "(dw, dshift)"))
    asked = check.questions(np.random.default_rng(3))
    rights = [check.right(each, None, lambda name: Forward()) for each in asked]
    key = Key(exercise.name, True, (tuple(asked),), (tuple(rights),), (), ())
    return lambda student: judge(exercise, key, lambda q: ask(student, exercise.drive, q.arguments))


def test_a_gradient_that_is_zero_but_for_rounding_is_no_reason_to_doubt_the_others(shifted):
    def student(*arguments):
        loss, (dw, dshift) = shifted_loss(*arguments)
        return 3 * loss, (3 * dw, 3 * dshift)

    assert shifted(shifted_loss).right
    assert "Your gradients are right for the loss that you return" in to_text(shifted(student))


def test_a_wrong_gradient_beside_one_that_is_zero_is_still_doubted(shifted):
    def student(*arguments):
        loss, (dw, dshift) = shifted_loss(*arguments)
        return 3 * loss, (2 * dw, 3 * dshift)

    assert "The gradients are wrong too" in to_text(shifted(student))
