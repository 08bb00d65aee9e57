"""Exercises on neural networks, checked: gradients with error bars, and mistakes named."""

from autograder.gradients import check_gradient, numerical_gradient
from autograder.interactive import check, hint

__version__ = "0.1.0"
__all__ = ["check", "check_gradient", "hint", "numerical_gradient"]
