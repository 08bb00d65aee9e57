"""The picture of a check."""

import subprocess
import sys

import numpy as np
import pytest

from autograder.gradients import check_gradient

X = np.array([0.3, -0.7, 1.1])


def test_a_failed_check_can_be_drawn():
    report = check_gradient(lambda x: np.sin(x).sum(), lambda x: 1.1 * np.cos(x), X)
    assert "report.picture()" in str(report)
    figure = report.picture()
    labels = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert {"ahead", "behind", "central", "claimed"} <= set(labels)


@pytest.mark.parametrize(
    "f", [np.sin, np.abs, np.sign, lambda x: np.sqrt(np.abs(x))], ids=["sin", "abs", "sign", "root"]
)
def test_whatever_the_verdict_it_can_be_drawn(f):
    report = check_gradient(lambda x: f(x).sum(), lambda x: 0.5 + 0 * x, np.zeros(1))
    report.picture().canvas.draw()


def test_the_error_of_a_finite_difference_against_the_step():
    from autograder.gradient_picture import draw_steps

    figure = draw_steps(np.sin, np.cos(0.7), 0.7)
    labels = [text.get_text() for text in figure.axes[1].get_legend().get_texts()]
    assert {"central difference", "truncation, step²", "noise, 1/step"} <= set(labels)


def test_nothing_to_draw_is_said():
    report = check_gradient(lambda x: np.sin(x).sum(), np.zeros(2), X)
    with pytest.raises(ValueError, match="nothing to draw"):
        report.picture()


def test_matplotlib_is_loaded_only_for_a_picture():
    code = "import sys, autograder.gradients; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
