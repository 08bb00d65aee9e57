"""Markdown that a stranger wrote as HTML that does nothing but show it.

An instructor's browser that shows a submission may also change the gradebook: a script in a written
answer must not run there. nbconvert shows the HTML in Markdown as it is; formgrader and the feedback
pages take this filter in its place (`c.HTMLExporter.filters` in a class's configuration).
"""

from __future__ import annotations

import bleach
from nbconvert.filters import markdown2html

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


def safe_markdown(source: str) -> str:
    """Markdown to HTML without scripts, forms, frames, styles or event handlers; mathematics stays."""
    return bleach.clean(
        markdown2html(source), tags=TAGS, attributes=ATTRIBUTES, protocols=PROTOCOLS
    )
