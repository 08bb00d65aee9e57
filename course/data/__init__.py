"""Data sets of the course, each a small committed file with a datasheet beside it."""

from course.data.ames import load_ames
from course.data.mnist import load_mnist
from course.data.shakespeare import load_shakespeare
from course.data.sunspots import load_sunspots

__all__ = ["load_ames", "load_mnist", "load_shakespeare", "load_sunspots"]
