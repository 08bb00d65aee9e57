"""Data sets of the course, each a small committed file with a datasheet beside it.

Of cats and dogs there is only a loader: the photographs are not ours to pass on. So it is with the
weights of MiniLM, which are too large, and with the prices of a share.
"""

from course.data.ames import load_ames
from course.data.cats_and_dogs import load_cats_and_dogs
from course.data.minilm import load_minilm
from course.data.mnist import load_mnist
from course.data.shakespeare import load_shakespeare
from course.data.stocks import load_stock_prices
from course.data.sunspots import load_sunspots
from course.data.textures import load_photographs, load_textures

__all__ = [
    "load_ames",
    "load_cats_and_dogs",
    "load_minilm",
    "load_mnist",
    "load_photographs",
    "load_shakespeare",
    "load_stock_prices",
    "load_sunspots",
    "load_textures",
]
