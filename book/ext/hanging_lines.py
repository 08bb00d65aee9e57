"""Let a line of code that is too long for its box go on below its own beginning, not at the margin."""

import html
import re
from typing import Any

from sphinx.application import Sphinx

BLOCK = re.compile(r"(<pre[^>]*>(?:<span></span>)?)(.*?)(</pre>)", re.DOTALL)
PYTHON = ("python", "ipython3")
TAG = re.compile(r"<[^>]*>")


def hang(highlighted: str) -> str:
    """Put each line of highlighted code into an element that knows its indentation.

    Parameters
    ----------
    highlighted : code as Pygments writes it: one ``<pre>``, no element of which crosses a line

    Returns
    -------
    The same text; ``book.css`` says how far a line hangs.
    """
    return BLOCK.sub(
        lambda found: found[1] + "".join(map(_line, found[2].splitlines(True))) + found[3],
        highlighted,
    )


def _line(line: str) -> str:
    text = html.unescape(TAG.sub("", line))
    indent = len(text) - len(text.lstrip(" "))
    return f'<span class="code-line" style="--indent:{indent}ch">{line}</span>'


def use(app: Sphinx) -> None:
    """Let the builder write all Python so; outputs keep their columns."""
    if app.builder.format != "html":
        return
    highlighter = app.builder.highlighter  # type: ignore[attr-defined]
    plain = highlighter.highlight_block

    def highlight_block(source: str, lang: str, *given: Any, **named: Any) -> str:
        highlighted = plain(source, lang, *given, **named)
        return hang(highlighted) if lang in PYTHON else highlighted

    highlighter.highlight_block = highlight_block


def setup(app: Sphinx) -> dict[str, object]:
    app.connect("builder-inited", use)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
