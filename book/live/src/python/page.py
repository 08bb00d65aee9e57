"""Run a page's cells in the browser: one namespace, outputs sent as they come.

The worker hands `start` a function that takes one output, as JSON. Outputs are what
``src/protocol.ts`` calls `Output`. Nothing here knows Pyodide, so that it is tested in CPython.
"""

import ast
import base64
import html
import importlib
import json
import linecache
import os
import pprint
import re
import sys
import time
import traceback
import types

MOST_PRINTED = 200_000  # characters a cell; more would stall the page, and nobody reads it
PAUSE = 0.05  # seconds between two messages while a cell prints
ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


class Printed:
    """A stream whose text goes to the page in pieces, in order with `other`, and not without end."""

    encoding = "utf-8"

    def __init__(self, kind):
        self.kind, self.other = kind, None
        self.begin()

    def begin(self):
        self.waiting, self.told, self.last = [], 0, 0.0

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self.other.flush()
        room = MOST_PRINTED - self.told
        if room > 0:
            self.waiting.append(text[:room])
            self.told += len(text)
            if self.told >= MOST_PRINTED:
                self.waiting.append("\n… and more, which is not shown\n")
        if time.monotonic() - self.last > PAUSE and text.endswith(("\n", "\r")):
            self.flush()
        return len(text)

    def flush(self):
        if self.waiting:
            text, self.waiting = "".join(self.waiting), []
            self.last = time.monotonic()
            send(kind=self.kind, text=ANSI.sub("", text))

    def isatty(self):
        return False


def start(take):
    """Begin a page. `take` receives each output as JSON."""
    global send, namespace
    main = types.ModuleType("__main__")
    sys.modules["__main__"] = main
    namespace = main.__dict__
    namespace["display"] = display

    def send(**output):
        take(json.dumps(output))

    sys.stdout, sys.stderr = Printed("stdout"), Printed("stderr")
    sys.stdout.other, sys.stderr.other = sys.stderr, sys.stdout
    os.environ["MPLBACKEND"] = "module://page_figures"
    os.environ["AUTOGRADER_DISPLAY"] = "html"
    sys.modules["myst_nb"] = numbers_of_the_text()


def numbers_of_the_text():
    """Stand in for the package by which chapters lend numbers to their text.

    The text was written when the book was built; here the numbers have nowhere to go.
    """
    module = types.ModuleType("myst_nb")
    module.glue = lambda name, value, display=True: globals()["display"](value) if display else None
    return module


def use_the_books_style():
    """Let figures look like the book's, and follow its theme."""
    if "page_figures" not in sys.modules and "matplotlib" not in sys.modules:
        import book.plots  # noqa: F401, sets Matplotlib's style


def run(source, label):
    """Run a cell; show the value of its last expression. Return whether it ended without error."""
    sys.stdout.begin()
    sys.stderr.begin()
    linecache.cache[label] = (len(source), None, source.splitlines(keepends=True), label)
    if label.startswith("exercise "):  # a notebook's setup has imported it
        namespace.setdefault("np", importlib.import_module("numpy"))
    try:
        tree = ast.parse(source, label)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, label, "exec"), namespace)
        if last is not None:
            value = eval(compile(ast.Expression(last.value), label, "eval"), namespace)
            if value is not None and not source.rstrip().endswith(";"):
                display(value)
        show_figures()
    except BaseException as error:
        flush()
        show_figures(quietly=True)
        send(kind="error", text=told(error, label), missing=missing_name(error))
        return False
    finally:
        flush()
    return True


def flush():
    sys.stdout.flush()
    sys.stderr.flush()


def check(name):
    """Check an exercise with what the page defines by now; return what the page shows, as JSON."""
    from autograder import check as check_exercise

    flush()
    scope = {**namespace, "check_exercise": check_exercise, "name": name}
    report = eval("check_exercise(name)", scope)
    verdict = report.verdict
    return json.dumps(
        {
            "html": report._repr_html_(),
            "points": verdict.points,
            "outOf": verdict.out_of,
            "right": verdict.right,
            "notStarted": verdict.not_started,
        }
    )


def display(*values):
    """Show values as a notebook does."""
    flush()
    for value in values:
        send(**shown(value))


def shown(value):
    """The richest form of a value that a page can show."""
    for method, wrap in FORMS:
        if not isinstance(value, type) and (made := getattr(value, method, None)) is not None:
            form = made()
            if form is not None:
                return {"kind": "html", "html": wrap(form, value)}
    return {"kind": "text", "text": ANSI.sub("", as_text(value))}


def as_text(value):
    plain = type(value) in (list, tuple, dict, set)
    return pprint.pformat(value, width=88, sort_dicts=False) if plain else repr(value)


def as_image(png, value):
    data = png if isinstance(png, str) else base64.b64encode(png).decode()
    alt = html.escape(getattr(value, "alt", "") or "A picture drawn by the cell above.", quote=True)
    return f'<img alt="{alt}" src="data:image/png;base64,{data}">'


FORMS = (
    ("_repr_html_", lambda form, value: form),
    ("_repr_svg_", lambda form, value: form),
    ("_repr_png_", as_image),
)


def show_figures(quietly=False):
    """Show the figures that are open, and close them. Called by ``plt.show()`` and after a cell."""
    if "page_figures" not in sys.modules:
        return
    from page_figures import as_html, open_figures

    flush()
    for figure in open_figures():
        try:
            send(kind="html", html=as_html(figure))
        except Exception:
            if not quietly:  # a figure left half made by an error need not be drawn
                raise


def told(error, label):
    """The traceback, cut to the reader's lines."""
    if isinstance(error, KeyboardInterrupt):
        return "Stopped. What ran before the stop is kept."
    summary = traceback.TracebackException.from_exception(error)
    cut(summary, set())
    return "".join(summary.format()).rstrip().replace(f'File "{label}", line', "This cell, line")


def cut(summary, seen):
    """Leave out, also from the errors that led to this one, every frame that is not a cell's."""
    if summary is None or id(summary) in seen:
        return
    seen.add(id(summary))
    ours = [frame for frame in summary.stack if frame.filename.startswith(("cell ", "exercise "))]
    summary.stack[:] = ours
    cut(summary.__cause__, seen)
    cut(summary.__context__, seen)


def missing_name(error):
    """The name that is not defined, if that is what went wrong."""
    return getattr(error, "name", None) or "" if type(error) is NameError else ""
