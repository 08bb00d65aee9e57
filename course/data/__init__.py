"""Data sets of the course, each a small committed file with a datasheet beside it."""

from course.data.ames import load_ames
from course.data.mnist import load_mnist

__all__ = ["load_ames", "load_mnist"]
