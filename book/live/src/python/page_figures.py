"""Matplotlib's backend in the page: figures become SVG whose colors are the page's own."""

import io
import itertools

import matplotlib.pyplot as plt
from matplotlib._pylab_helpers import Gcf
from matplotlib.backends.backend_agg import FigureCanvasAgg as FigureCanvas  # noqa: F401
from matplotlib.collections import Collection, QuadMesh

from book.plots import follow_theme

MOST_SHAPES = 2000  # in one collection; more of them are drawn as an image inside the SVG
_numbers = itertools.count(1)


def show(*args, **kwargs):
    """What ``plt.show()`` calls."""
    import page

    page.show_figures()


def open_figures():
    """Yield each figure that is open, and close it."""
    for manager in Gcf.get_all_fig_managers():
        yield manager.canvas.figure
        plt.close(manager.canvas.figure)


def as_html(figure):
    """The figure as SVG that follows the theme."""
    for collection in figure.findobj(Collection):
        if isinstance(collection, QuadMesh) or len(collection.get_offsets()) > MOST_SHAPES:
            collection.set_rasterized(True)
    text = io.StringIO()
    figure.savefig(text, format="svg", dpi=144, metadata={"Date": None, "Creator": None})
    svg = follow_theme(text.getvalue(), f"live-{next(_numbers)}")
    for color, role in (("#000000", "ink"), ("#ffffff", "surface")):
        svg = svg.replace(color, f"var(--nn-{role}, {color})")
    wide = " wide" if figure.get_figwidth() > 7 else ""
    titles = [axis.get_title() for axis in figure.axes if axis.get_title()]
    alt = f"A plot: {', '.join(titles)}." if titles else "A plot drawn by the cell above."
    return f'<div class="picture{wide}" role="img" aria-label="{escape(alt)}">{svg}</div>'


def escape(text):
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
