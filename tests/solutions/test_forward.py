"""The solutions of `forward`, against truths that do not come from NumPy's own formulas."""

import re
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import cache
from itertools import pairwise
from math import sqrt

import numpy as np
import pytest
import torch

from autograder.audit import _verdict
from autograder.chance import (
    least_reach,
    mean_is_zero,
    neighbors_are_uncorrelated,
    reach,
    rows_are_independent,
    variance_range,
)
from autograder.exercises import registry
from autograder.exercises.pipelines import HONEST, RECIPES, pipeline
from autograder.record import record
from solutions import forward
from solutions.mistakes import forward_softmax as wrong

LARGEST = float(np.finfo(float).max)


@pytest.fixture
def rng():
    return np.random.default_rng(5)


@cache
def key(name, seed=7):
    return record(registry()[f"forward.{name}"], seed)


def verdict(name, function, seed=7):
    return _verdict(registry()[f"forward.{name}"], key(name, seed), function)


# log_softmax and softmax


def exact_log_softmax(row):
    """With 60 digits: what float64 should show of it."""
    with localcontext() as context:
        context.prec = 60
        context.Emin, context.Emax = -(10**9), 10**9
        z = [Decimal(float(v)) for v in row]
        largest = z.index(max(z))
        rest = sum(((v - z[largest]).exp() for j, v in enumerate(z) if j != largest), Decimal(0))
        # log(1 + rest) by its series where rest is so small that 1 + rest would lose it
        log = (1 + rest).ln() if rest > Decimal("1e-20") else rest - rest**2 / 2
        return [v - z[largest] - log for v in z]


@pytest.mark.parametrize("scale", [1e-3, 1, 30, 1000, 1e5, 1e150, LARGEST / 4])
def test_log_softmax_is_exact_to_twelve_digits_at_every_scale(rng, scale):
    z = scale * rng.uniform(-1, 1, size=(40, 4))
    for got, row in zip(forward.log_softmax(z), z, strict=True):
        for value, exact in zip(got, exact_log_softmax(row), strict=True):
            if abs(exact) < Decimal("1e-307"):
                assert abs(value) < 1e-306  # below what float64 holds with all its digits
            else:
                assert abs(Decimal(float(value)) - exact) <= Decimal("1e-12") * abs(exact)


@pytest.mark.parametrize("gap", [0, 1e-9, 20, 36.5, 40, 700, 744, 746, 1000])
def test_log_softmax_keeps_the_digits_of_a_nearly_certain_class(gap):
    z = np.array([[gap, 0.0]])
    for value, exact in zip(forward.log_softmax(z)[0], exact_log_softmax(z[0]), strict=True):
        if abs(exact) > Decimal("1e-307"):
            assert abs(Decimal(float(value)) - exact) <= Decimal("1e-12") * abs(exact)
        else:
            assert value <= 0
            assert abs(value) < 1e-306


def test_the_key_of_log_softmax_holds_what_sixty_digits_say():
    checks, recorded = registry()["forward.log_softmax"].checks, key("log_softmax", 7)
    for check, questions, rights in zip(checks, recorded.questions, recorded.rights, strict=True):
        for asked, right in zip(questions, rights, strict=True):
            if right is None or right.dtype == np.float32:
                continue
            for got, row in zip(right, asked.arguments["z"], strict=True):
                exact = exact_log_softmax(row)
                error = [abs(Decimal(float(g)) - e) for g, e in zip(got, exact, strict=True)]
                allowed = [Decimal("1e-12") * abs(e) + Decimal("1e-320") for e in exact]
                assert all(e <= a for e, a in zip(error, allowed, strict=True)), check.title


def test_softmax_and_log_softmax_agree_with_torch(rng):
    z = rng.normal(scale=5, size=(6, 4))
    for ours, theirs in (
        (forward.softmax, torch.softmax),
        (forward.log_softmax, torch.log_softmax),
    ):
        np.testing.assert_allclose(ours(z), theirs(torch.from_numpy(z), 1).numpy(), rtol=1e-13)


@pytest.mark.parametrize("level", [-LARGEST, -1000.0, 0.0, 1000.0, LARGEST])
def test_softmax_of_equal_logits_is_uniform_at_any_level(level):
    np.testing.assert_array_equal(forward.softmax(np.full((2, 4), level)), np.full((2, 4), 0.25))


def test_log_of_a_softmax_is_named():
    assert verdict("log_softmax", lambda z: np.log(forward.softmax(z))).mistake == "log_of_softmax"


def test_log_of_a_softmax_is_named_also_when_its_rounding_differs():
    def other(z):
        e = np.exp((z.T - z.max(axis=1)).T)
        return np.log(e) - np.log(e.sum(axis=1, keepdims=True))  # underflows alike

    found = verdict("log_softmax", other)
    assert found.mistake == "log_of_softmax"
    assert any("logarithm of a softmax" in finding.says for finding in found.findings)


@pytest.mark.parametrize(
    "function", [wrong.with_plain_log, lambda z: torch.log_softmax(torch.from_numpy(z), 1).numpy()]
)
def test_the_log_softmax_of_the_textbooks_and_of_torch_is_right(function):
    assert verdict("log_softmax", function).right


def test_softmax_over_the_batch_is_named_by_its_columns():
    found = verdict("softmax", lambda z: np.exp(z - z.max(0)) / np.exp(z - z.max(0)).sum(0))
    assert found.mistake == "over_the_batch"
    assert any("columns sum to 1" in finding.says for finding in found.findings)


# layers


def test_linear_is_torch_linear(rng):
    x, w, b = rng.normal(size=(5, 3)), rng.normal(size=(3, 4)), rng.normal(size=4)
    theirs = torch.nn.functional.linear(*(torch.from_numpy(a) for a in (x, w.T.copy(), b)))
    np.testing.assert_allclose(forward.linear(x, w, b), theirs.numpy(), rtol=1e-13)


@pytest.mark.parametrize("widths", [(3, 2), (3, 5, 2), (3, 4, 6, 5, 2)])
def test_mlp_forward_is_a_torch_sequence(rng, widths):
    parameters, layers = [], []
    for d_in, d_out in pairwise(widths):
        w, b = rng.normal(size=(d_in, d_out)), rng.normal(size=d_out)
        layer = torch.nn.Linear(d_in, d_out, dtype=torch.float64)
        layer.weight.data, layer.bias.data = torch.from_numpy(w.T.copy()), torch.from_numpy(b)
        parameters.append((w, b))
        layers += [layer, torch.nn.ReLU()]
    x = rng.normal(size=(7, 3))
    theirs = torch.nn.Sequential(*layers[:-1])(torch.from_numpy(x)).detach().numpy()
    np.testing.assert_allclose(forward.mlp_forward(x, parameters), theirs, rtol=1e-12)
    np.testing.assert_array_equal(forward.predict(x, parameters), theirs.argmax(axis=1))


# scaling


def test_standardize_fit_agrees_with_exact_fractions(rng):
    x = np.round(rng.normal(size=(6, 2)) + np.array([0, 1e7]), 3)
    mean, std = forward.standardize_fit(x)
    for j in range(2):
        column = [Fraction(float(v)) for v in x[:, j]]
        exact = sum(column) / 6
        variance = sum((v - exact) ** 2 for v in column) / 6
        assert mean[j] == pytest.approx(float(exact), rel=1e-14)
        assert std[j] == pytest.approx(sqrt(variance), rel=1e-9)


def test_a_constant_feature_has_std_one_whatever_its_value():
    x = np.tile([0.1, 0.3, 1e9, 0.0], (7, 1))
    np.testing.assert_array_equal(forward.standardize_fit(x)[1], np.ones(4))


def test_a_standardized_training_set_has_mean_zero_and_std_one(rng):
    x = rng.normal(size=(50, 3)) * (1e-3, 5, 80) + (4, 0, -9)
    scaled = forward.standardize_apply(x, *forward.standardize_fit(x))
    np.testing.assert_allclose(scaled.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(scaled.std(axis=0), 1, rtol=1e-12)


def test_minmax_scale_is_the_exact_straight_line(rng):
    train, test = np.round(rng.normal(size=(5, 3)), 3), np.round(rng.normal(size=(4, 3)), 3)
    scaled = forward.minmax_scale(train, test, -1.0, 1.0)
    for j in range(3):
        low, high = Fraction(train[:, j].min()), Fraction(train[:, j].max())
        for got, given in zip(scaled, (train, test), strict=True):
            exact = [float(-1 + 2 * (Fraction(v) - low) / (high - low)) for v in given[:, j]]
            np.testing.assert_allclose(got[:, j], exact, rtol=1e-9, atol=1e-12)


# initial weights


def draws(d_in=60, d_out=70):
    rng = np.random.default_rng(11)
    return (rng.normal(size=(d_in, d_out)) for _ in range(2000))


@pytest.mark.parametrize("alarm", [0.3, 0.03])
def test_chance_refuses_right_draws_no_more_often_than_it_says(alarm):
    """The bounds hold for every alarm; at one that can be counted, count."""
    refused = np.zeros(5)
    lower, upper = variance_range(60 * 70, alarm)
    for w in draws():
        refused += (
            not mean_is_zero(w, alarm),
            not lower <= np.square(w).mean() <= upper,
            not rows_are_independent(w, alarm),
            not neighbors_are_uncorrelated(w, alarm),
            reach(w) < least_reach(w.size, alarm),
        )
    by_counting = 4 * sqrt(2000 * alarm)  # four standard deviations of a count
    assert np.all(refused <= 2000 * alarm + by_counting)


@pytest.mark.parametrize("name", ["he_init", "xavier_init"])
def test_a_right_initialization_is_refused_less_than_once_in_a_million_verdicts(name, monkeypatch):
    """Every test that a verdict makes promises ALARM; count the tests."""
    from autograder import chance
    from autograder.exercises import initial_weights

    key(name, 7)  # recorded before the counting begins
    made = []
    tests = ("mean_is_zero", "variance_range", "rows_are_independent", "least_reach")
    for each in (*tests, "neighbors_are_uncorrelated"):
        test = getattr(chance, each)
        monkeypatch.setattr(
            initial_weights, each, lambda *args, test=test: made.append(test) or test(*args)
        )
    assert verdict(name, getattr(forward, name)).right
    assert len(made) * chance.ALARM < 1e-7


def along_with_the_row_before(w, share):
    for k in range(1, len(w)):
        w[k] = share * w[k - 1] + np.sqrt(1 - share**2) * w[k]
    return w


@pytest.mark.parametrize("share", [0.15, 0.5, -0.5])
@pytest.mark.parametrize("turn", [np.asarray, np.transpose], ids=["rows", "columns"])
def test_rows_that_go_along_with_each_other_are_refused(share, turn):
    def correlated(d_in, d_out, rng):
        sides = turn(np.empty((d_in, d_out))).shape
        return turn(along_with_the_row_before(rng.normal(0, np.sqrt(2 / d_in), sides), share))

    told = verdict("he_init", correlated).findings[0].says
    assert re.match(r"(Neighboring|Two) (rows|columns) of w are (correlated|multiples)", told)


def test_uniform_draws_never_reach_as_far_as_normal_ones_must(rng):
    for d_in, d_out in ((30, 50), (60, 100)):
        assert least_reach(d_in * d_out) > 1.2 * np.sqrt(3)
        assert reach(rng.uniform(-1, 1, (d_in, d_out))) < 1.05 * np.sqrt(3)


def test_a_key_of_random_weights_stays_small():
    """It holds what every mistake drew."""
    from autograder.data import encode

    answers = [m.answers for m in key("he_init", 7).mistakes]
    assert sum(len(encode(a.value)) for m in answers for part in m for a in part) < 1_200_000


@pytest.mark.parametrize("name", ["he_init", "xavier_init"])
def test_right_draws_are_accepted_however_they_are_drawn(name):
    variance = {"he_init": lambda i, o: 2 / i, "xavier_init": lambda i, o: 2 / (i + o)}[name]

    def columns_first(d_in, d_out, rng):
        columns = [[rng.standard_normal() for _ in range(d_in)] for _ in range(d_out)]
        return np.array(columns).T * sqrt(variance(d_in, d_out))

    def box_muller(d_in, d_out, rng):
        u, v = rng.random((2, d_in, d_out))
        return np.sqrt(-2 * np.log(1 - u) * variance(d_in, d_out)) * np.cos(2 * np.pi * v)

    for seed in (7, 8):
        assert verdict(name, columns_first, seed).right
        assert verdict(name, box_muller, seed).right


OTHER_DRAWS = {
    "zeros": lambda i, o, rng: np.zeros((i, o)),
    "too_small": lambda i, o, rng: rng.normal(0, 0.01, (o, i)).T,
    "unscaled": lambda i, o, rng: rng.normal(size=(o, i)).T,
    "fan_out": lambda i, o, rng: rng.normal(size=(o, i)).T * sqrt(2 / o),
    "root_forgotten": lambda i, o, rng: rng.normal(0, 2 / i, (o, i)).T,
    "std_as_uniform_limit": lambda i, o, rng: rng.uniform(-sqrt(2 / i), sqrt(2 / i), (o, i)).T,
    "uniform": lambda i, o, rng: rng.uniform(-sqrt(6 / i), sqrt(6 / i), (o, i)).T,
    "lopsided": lambda i, o, rng: rng.random((o, i)).T * sqrt(2 / i),
    "repeated_columns": lambda i, o, rng: np.tile(rng.normal(0, sqrt(2 / i), (i, 1)), o),
    "global_generator": lambda i, o, rng: np.random.normal(0, sqrt(2 / i), (i, o)),
    "own_generator": lambda i, o, rng: np.random.default_rng(4).normal(0, sqrt(2 / i), (i, o)),
}


@pytest.mark.parametrize("name", OTHER_DRAWS)
def test_a_wrong_initialization_is_named_by_its_property_whatever_the_numbers(name):
    """The arrays are none that a key has recorded, so only the property can tell."""
    assert verdict("he_init", OTHER_DRAWS[name]).mistake == name


# the leak


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.__name__)
def test_only_a_leaking_pipeline_notices_another_test_set(rng, recipe):
    x, y = rng.random(size=(90, 30)), rng.permutation(np.arange(90) % 2)
    run = pipeline(RECIPES.index(recipe))
    _, model = run(x[:30], y[:30], x[30:60], y[30:60])
    _, other = run(x[:30], y[:30], 1 - x[30:60], 1 - y[30:60])
    assert np.array_equal(model(x[60:]), other(x[60:])) == (recipe in HONEST)


def test_memorising_the_public_answers_of_the_leak_is_worth_nothing():
    public, secret = key("find_the_leak", 7), key("find_the_leak", 8)
    answers = dict(zip((q.about for q in public.questions[0]), public.rights[0], strict=True))
    hits = [
        answers[q.about] == right
        for q, right in zip(secret.questions[0], secret.rights[0], strict=True)
    ]
    assert not all(hits)


# conventions of all


@pytest.mark.parametrize("name", [n for n in registry() if n.startswith("forward.")])
def test_float32_goes_out_as_it_came_in_and_arguments_stay(name):
    """The checks themselves refuse a changed argument and another dtype; the solution passes."""
    short = name.partition(".")[2]
    assert verdict(short, getattr(forward, short)).right


def test_labels_that_are_no_class_are_refused():
    for labels in ([0, -1], [0, 3]):
        with pytest.raises(ValueError, match="between 0 and 2"):
            forward.one_hot(np.array(labels), 3)


def test_predictions_that_tie_go_to_the_smallest_class():
    parameters = [(np.zeros((2, 3)), np.array([1.0, 5.0, 5.0]))]
    np.testing.assert_array_equal(forward.predict(np.ones((2, 2)), parameters), [1, 1])
