"""The references of `feedforward` against independent truths: scikit-learn, torch, fractions, slopes."""

import inspect
from fractions import Fraction

import numpy as np
import pytest

from autograder import check_gradient
from autograder.ask import ask
from autograder.checking import judge
from autograder.exercises import find
from autograder.exercises.feedforward import category_cases, network_cases, price_cases, score_cases
from autograder.exercises.held_out import train_and_predict
from autograder.exercises.house_prices import (
    FULL,
    explained,
    house_cases,
    least_squares,
    sales,
)
from autograder.keys import Key
from solutions.feedforward import (
    encode_categories,
    log_target,
    mlp_regression_loss_and_grads,
    r_squared,
    train_house_prices,
)
from solutions.feedforward_forward import mlp_regression_loss


def questions(*cases):
    """The questions that the exercises ask, from ten seeds."""
    return [q for seed in range(10) for each in cases for q in each(np.random.default_rng(seed))]


@pytest.mark.parametrize("asked", questions(category_cases), ids=lambda q: q.about)
def test_categories_are_encoded_as_scikit_learn_does_with_unknown_ones_ignored(asked):
    from sklearn.preprocessing import OneHotEncoder

    training, values = (np.array(words)[:, None] for words in asked.arguments.values())
    encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False).fit(training)
    names, encoded = encode_categories(*asked.arguments.values())
    assert names == encoder.categories_[0].tolist()
    np.testing.assert_array_equal(encoded, encoder.transform(values))
    assert encoded.dtype == np.float64


def test_no_values_make_a_table_without_rows():
    names, encoded = encode_categories(["b", "a"], [])
    assert names == ["a", "b"]
    assert encoded.shape == (0, 2)


@pytest.mark.parametrize("asked", questions(price_cases), ids=lambda q: q.about)
def test_the_target_is_standardized_and_the_way_back_undoes_it(asked):
    prices = asked.arguments["prices"]
    target, back = log_target(prices)
    assert abs(target.mean()) < 1e-12
    assert abs(target.std() - 1) < 1e-12
    np.testing.assert_allclose(back(target), prices, rtol=1e-12)
    low, high = back(np.array([-0.3])), back(np.array([0.7]))
    np.testing.assert_allclose(high / low, np.exp(np.log(prices).std()), rtol=1e-12)


def test_float32_prices_make_a_float32_target_and_float32_prices():
    target, back = log_target(np.array([1e5, 2e5, 4e5], dtype=np.float32))
    assert target.dtype == np.float32
    assert back(target).dtype == np.float32


def test_equal_prices_lead_back_to_themselves():
    target, back = log_target(np.full(3, 7.0))
    assert target.tolist() == [0, 0, 0]
    np.testing.assert_allclose(back(target), 7.0)


@pytest.mark.parametrize("bad", [0.0, -1.0, np.nan])
def test_a_price_that_has_no_logarithm_is_refused(bad):
    with pytest.raises(ValueError, match="above 0"):
        log_target(np.array([1.0, bad]))


def exact_score(prediction, target):
    """R² by its definition, in fractions."""
    p, t = ([Fraction(float(v)) for v in array] for array in (prediction, target))
    mean = sum(t) / len(t)
    unexplained = sum((a - b) ** 2 for a, b in zip(p, t, strict=True))
    return 1 - unexplained / sum((a - mean) ** 2 for a in t)


@pytest.mark.parametrize("asked", questions(score_cases), ids=lambda q: q.about)
def test_the_score_is_exact(asked):
    prediction, target = asked.arguments.values()
    exact = float(exact_score(prediction, target))
    assert abs(r_squared(prediction, target) - exact) <= 1e-7 * max(1, abs(exact))


def test_the_score_agrees_with_scikit_learn():
    from sklearn.metrics import r2_score

    rng = np.random.default_rng(3)
    prediction, target = rng.normal(size=(2, 50))
    assert abs(r_squared(prediction, target) - r2_score(target, prediction)) < 1e-12


def test_what_cannot_be_scored_is_refused():
    with pytest.raises(ValueError, match="shapes"):
        r_squared(np.ones((3, 1)), np.arange(3.0))
    with pytest.raises(ValueError, match="equal"):
        r_squared(np.arange(3.0), np.full(3, 0.1))


@pytest.mark.parametrize("asked", questions(network_cases), ids=lambda q: q.about)
def test_loss_and_gradients_are_those_of_torch(asked):
    import torch

    parameters, x, target = asked.arguments.values()
    loss, gradients = mlp_regression_loss_and_grads(parameters, x, target)
    tensors = [[torch.tensor(p, requires_grad=True) for p in layer] for layer in parameters]
    z = torch.tensor(x)
    for number, (w, b) in enumerate(tensors):
        z = (torch.relu(z) if number else z) @ w + b
    expected = torch.nn.functional.mse_loss(z[:, 0], torch.tensor(target))
    expected.backward()
    assert abs(loss - expected.item()) <= 1e-12 * abs(loss)
    for layer, wanted in zip(gradients, tensors, strict=True):
        for gradient, tensor in zip(layer, wanted, strict=True):
            np.testing.assert_allclose(gradient, tensor.grad.numpy(), rtol=1e-9, atol=1e-12)


def test_the_gradients_are_the_measured_slopes_of_the_forward_pass():
    parameters, x, target = questions(network_cases)[0].arguments.values()
    loss, gradients = mlp_regression_loss_and_grads(parameters, x, target)
    assert loss == pytest.approx(mlp_regression_loss(parameters, x, target), rel=1e-14)
    assert check_gradient(
        lambda parameters: mlp_regression_loss(parameters, x, target), (gradients,), parameters
    )


def test_no_reference_changes_its_arguments():
    for name, cases in (
        ("log_target", price_cases),
        ("mlp_regression_loss_and_grads", network_cases),
    ):
        exercise = find(f"feedforward.{name}")
        solve = {"log_target": log_target}.get(name, mlp_regression_loss_and_grads)
        for asked in questions(cases):
            answer = ask(solve, exercise.drive, asked.arguments)
            assert not answer.problem
            assert not answer.changed


# the held-out houses


@pytest.fixture(scope="module")
def town():
    return next(house_cases(np.random.default_rng(0)))


def test_a_question_holds_no_held_out_price(town):
    y = town.arguments["y_train"]
    assert set(town.arguments) == {"x_train", "y_train", "rng", "x_new"}
    assert len(town.answers) == len(town.arguments["x_new"]) == 600
    assert len(y) + 600 == len(sales()[1])
    total = np.sort(np.concatenate([y, town.answers]))
    np.testing.assert_allclose(total / total[0], np.sort(sales()[1]) / sales()[1].min())


def test_no_column_stands_where_it_stood_nor_in_its_unit(town):
    features, _ = sales()
    known = {round(value, 6) for value in features.ravel()}
    hidden = town.arguments["x_new"].ravel()
    assert sum(round(value, 6) in known for value in hidden) < 5


def test_the_nearest_public_house_in_standardized_columns_does_not_give_the_price(town):
    """The plain way to look prices up: standardize both tables and take the nearest row."""
    features, prices = sales()
    x, new = town.arguments["x_train"], town.arguments["x_new"]
    public = (features - features.mean(axis=0)) / features.std(axis=0)
    asked = (new - x.mean(axis=0)) / x.std(axis=0)
    nearest = ((asked[:, None] - public) ** 2).sum(axis=2).argmin(axis=1)
    unit = town.arguments["y_train"].mean() / prices.mean()
    assert explained(prices[nearest] * unit, town.answers) < FULL


def test_the_reference_is_clearly_above_the_bar_and_a_linear_model_clearly_below(town):
    predictions = train_and_predict(train_house_prices, dict(town.arguments))["at once"]
    x, y, _, new = town.arguments.values()
    linear = explained(least_squares(x, y, new), town.answers)
    of_logarithms = explained(np.exp(least_squares(x, np.log(y), new)), town.answers)
    assert np.mean([explained(p, town.answers) for p in predictions]) > FULL + 0.005
    assert linear < FULL - 0.03
    assert of_logarithms < FULL - 0.005


@pytest.mark.parametrize("seed", range(20))
def test_the_reference_passes_whatever_the_key(seed):
    town = next(house_cases(np.random.default_rng([7000, seed])))
    assert verdict_on(town, train_house_prices).points == 3


def verdict_on(town, student):
    exercise = find("feedforward.train_house_prices")
    key = Key(exercise.name, True, ((town,),), ((town.answers,),), (), ())
    return judge(exercise, key, lambda asked: ask(student, exercise.drive, asked.arguments))


def test_a_verdict_tells_the_score_with_its_spread_also_where_all_is_right(town):
    verdict = verdict_on(town, train_house_prices)
    assert verdict.right
    assert verdict.remark.startswith("R² on the held-out houses: 0.8")
    assert "±" in verdict.remark


def test_knowing_the_held_out_prices_is_refused(town):
    known = {
        row.tobytes(): price
        for row, price in zip(town.arguments["x_new"], town.answers, strict=True)
    }

    def cheat(x_train, y_train, rng):
        return lambda x: np.array([known[row.tobytes()] for row in x])

    verdict = verdict_on(town, cheat)
    assert verdict.points == 0
    assert "came from somewhere else" in verdict.findings[0].says


def test_points_rise_with_the_score_between_the_two_bars(town):
    wrong = np.random.default_rng(1).normal(size=600)
    wrong *= np.sqrt((1 - 0.785) * town.answers.var() / np.mean(wrong**2))
    known = dict(zip(map(bytes, town.arguments["x_new"]), town.answers + wrong, strict=True))

    def middling(x_train, y_train, rng):
        return lambda x: np.array([known[bytes(row)] for row in x])

    verdict = verdict_on(town, middling)
    assert not verdict.right
    assert verdict.points == pytest.approx(1.5, abs=0.02)


@pytest.mark.parametrize("seed", range(3))
def test_every_key_is_as_hard_as_the_next(seed):
    town = next(house_cases(np.random.default_rng(1000 + seed)))
    x, y, _, new = town.arguments.values()
    reached = explained(np.exp(least_squares(x, np.log(y), new)), town.answers)
    assert 0.74 < reached < 0.80


def test_the_solution_has_no_seed_of_its_own():
    assert "default_rng" not in inspect.getsource(train_house_prices)
