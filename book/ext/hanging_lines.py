"""Let a line of code that is too long for its box go on below its own beginning, not at the margin."""

import html
import re

BLOCK = re.compile(r"(<pre[^>]*>(?:<span></span>)?)(.*?)(</pre>)", re.DOTALL)
TAG = re.compile(r"<[^>]*>")


def hang(highlighted: str) -> str:
    """Put each line of highlighted code into an element that knows its indentation.

    Parameters
    ----------
    highlighted : code as Pygments writes it: one ``<pre>``, no element of which crosses a line

    Returns
    -------
    The same text; ``exercise.css`` says how far a line hangs.
    """
    return BLOCK.sub(
        lambda found: found[1] + "".join(map(_line, found[2].splitlines(True))) + found[3],
        highlighted,
    )


def _line(line: str) -> str:
    text = html.unescape(TAG.sub("", line))
    indent = len(text) - len(text.lstrip(" "))
    return f'<span class="code-line" style="--indent:{indent}ch">{line}</span>'
