"""Figures in notebooks: the book's own, and the explorer of a student's function."""

import numpy as np
import pytest

from course.bundle import bundle, figure_names
from course.widgets import explorable, explorer


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def sigmoid_derivative(z):
    return sigmoid(z) * (1 - sigmoid(z))


def relu(z):
    return np.maximum(z, 0)


def neuron(x, w, b, activation):
    return activation(x @ w + b)


@pytest.mark.parametrize("name", figure_names())
def test_a_figure_is_shown_from_the_books_own_module(name):
    widget = explorable(name)
    assert widget._esm == bundle(name)


def test_a_figure_starts_where_it_is_told_and_keeps_its_state_in_step():
    widget = explorable("neuron", w1=2, activation="relu")
    assert (widget.w1, widget.b, widget.activation) == (2, -0.5, "relu")
    state = widget.get_state()
    assert state["w1"] == 2
    assert state["activation"] == "relu"
    widget.set_state({"w1": 0.25})
    assert widget.w1 == 0.25


def test_an_unknown_figure_is_named_with_what_was_meant():
    with pytest.raises(ValueError, match="no figure 'neurone': did you mean 'neuron'"):
        explorable("neurone")


def test_an_unknown_state_is_named_with_what_was_meant():
    with pytest.raises(TypeError, match="'neuron' has no 'activaton': did you mean 'activation'"):
        explorable("neuron", activaton="relu")


def test_a_state_of_the_wrong_kind_is_refused():
    with pytest.raises(TypeError, match="w1 of the figure 'neuron' is 'big', expected something"):
        explorable("neuron", w1="big")


def test_the_explorer_runs_the_students_function():
    shown = explorer(sigmoid)
    np.testing.assert_array_equal(shown.output, sigmoid(shown.x))
    shown.w.value = -2
    shown.b.value = 0.5
    np.testing.assert_array_equal(shown.output, sigmoid(-2 * shown.x + 0.5))


def test_the_measured_slope_is_the_derivative():
    shown = explorer(sigmoid)
    shown.w.value = 2
    expected = 2 * sigmoid_derivative(2 * shown.x)
    np.testing.assert_allclose(shown.slope, expected, atol=1e-8)


def test_moving_a_slider_draws_anew():
    shown = explorer(sigmoid)
    before = shown.plot.value
    shown.b.value = 1
    assert shown.plot.value != before
    assert b"<svg" in bytes(shown.plot.value)
    assert shown.plot.alt == "sigmoid of 1 x + 1, and its derivative"


def test_a_right_derivative_is_confirmed():
    shown = explorer(sigmoid, sigmoid_derivative)
    shown.w.value = -1.7
    assert shown.message == "Your derivative lies on the measured slope everywhere."


def test_a_wrong_derivative_is_located():
    shown = explorer(sigmoid, lambda z: z * (1 - z))
    assert "Your derivative leaves the measured slope: at x = -6.00 it is -42" in shown.message


@pytest.mark.parametrize("at_kink", [0.0, 0.5, 1.0])
def test_either_slope_is_right_at_a_kink(at_kink):
    shown = explorer(relu, lambda z: np.where(z == 0, at_kink, (z > 0) * 1.0))
    assert "everywhere" in shown.message


def test_a_neuron_is_asked_one_sample_at_a_time():
    shown = explorer(neuron, activation=sigmoid)
    shown.w.value = 1.5
    shown.b.value = -1
    np.testing.assert_allclose(shown.output, sigmoid(1.5 * shown.x - 1), rtol=1e-15)


def test_a_function_that_is_not_written_yet_is_no_alarm():
    def later(z):
        raise NotImplementedError

    shown = explorer(later)
    assert shown.message.startswith("Nothing to plot yet")
    assert shown.plot.layout.display == "none"
    assert explorer(lambda z: None).message.startswith("Nothing to plot yet")


def test_an_error_in_the_students_function_is_shown_as_text():
    shown = explorer(lambda z: undefined_name)  # noqa: F821
    assert shown.message == "NameError: name 'undefined_name' is not defined"


def test_a_wrong_shape_is_explained():
    shown = explorer(lambda z: z.sum())
    assert "returned shape () for (241,)" in shown.message


def test_the_plot_comes_back_when_the_function_works_again():
    def picky(z):
        if z[0] > 0:
            raise ValueError("<no>")
        return z

    shown = explorer(picky)
    shown.w.value = -1
    assert shown.message == "ValueError: &lt;no>"
    assert shown.plot.layout.display == "none"
    shown.w.value = 1
    assert shown.plot.layout.display is None


def test_a_function_that_writes_into_its_input_spoils_nothing():
    def careless(z):
        z *= 0
        return z

    shown = explorer(careless)
    shown.w.value = 2
    assert shown.x[0] == -6
