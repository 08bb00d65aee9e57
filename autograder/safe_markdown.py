"""Markdown that a stranger wrote as HTML that does nothing but show it.

An instructor's browser that shows a submission may also change the gradebook: a script in a written
answer must not run there. nbconvert shows the HTML in Markdown as it is; formgrader and the feedback
pages take this filter in its place (`c.HTMLExporter.filters` in a class's configuration).
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from typing import Any

from bleach.html5lib_shim import Filter
from bleach.sanitizer import Cleaner
from nbconvert.filters import markdown2html

from autograder.patience import Patience

TAGS = frozenset(
    """a abbr b blockquote br caption cite code dd del details div dl dt em figcaption figure h1 h2 h3
    h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp small span strong sub summary sup table tbody
    td tfoot th thead tr u ul var""".split()
)
ATTRIBUTES = {
    "*": ["class", "id", "title", "lang", "dir"],
    "a": ["href"],
    "img": ["src", "alt", "width", "height"],
    "ol": ["start"],
    "td": ["align", "colspan", "rowspan"],
    "th": ["align", "colspan", "rowspan", "scope"],
}
PROTOCOLS = frozenset({"http", "https", "mailto"})
BESIDE = re.compile(r"(?!.*\.\.)[\w.%-][\w.%/ ()+,=@-]*")  # a file that was handed in


class _Pictures(Filter):
    """Shows the pictures that were handed in; another host's is a link, so that it does not learn who
    reads, and cannot show one thing when it is graded and another later."""

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for token in super().__iter__():
            if token.get("name") != "img" or token["type"] == "EndTag":
                yield token
                continue
            attributes = token["data"]
            source = attributes.get((None, "src"), "")
            if BESIDE.fullmatch(source):
                yield token
                continue
            text = attributes.get((None, "alt"), "").strip() or "a picture"
            if not source:  # it was nothing that may be loaded
                yield {"type": "Characters", "data": text}
                continue
            link = {"name": "a", "namespace": token.get("namespace")}
            yield {"type": "StartTag", "data": {(None, "href"): source}, **link}
            yield {"type": "Characters", "data": f"{text} (elsewhere: {source})"}
            yield {"type": "EndTag", "data": {}, **link}


_cleaner = Cleaner(tags=TAGS, attributes=ATTRIBUTES, protocols=PROTOCOLS, filters=[_Pictures])
_cleaning = threading.Lock()  # its parser holds what it is at


def safe_markdown(source: str) -> str:
    """Markdown to HTML without scripts, forms, frames, styles, event handlers or pictures of other
    hosts; mathematics stays. What would take long is shown as it was written."""
    return Patience().formatted(cleaned_markdown, source)


def cleaned_markdown(source: str) -> str:
    """As `safe_markdown`, however long it takes."""
    made = markdown2html(source)
    with _cleaning:
        return _cleaner.clean(made)
