"""Mend in the written pages what keeps a screen reader from the theme's own parts.

Templates cannot reach most of this: the theme and MyST-NB write it in Python. Each line of the table
is one fault that axe finds, and none matches again in a page that is mended already.
"""

import re
from pathlib import Path

from sphinx.application import Sphinx

MENDED = (
    # The button's text ("Search", and the keys that open it) is its name; a second one contradicts it.
    (r'(<button class="btn search-button-field[^>]*?) title="Search" aria-label="Search"', r"\1"),
    # So is the text of a fold ("Show code cell source").
    (r'<summary aria-label="Toggle hidden content">', "<summary>"),
    # The book's title and the search stand outside of every landmark.
    (
        r'<div class="bd-sidebar-primary bd-sidebar">',
        '<div class="bd-sidebar-primary bd-sidebar" role="navigation" aria-label="The book">',
    ),
    # What opens the pages below a chapter is only an arrow.
    (
        r'(<a class="(?:current )?reference internal" href="[^"]*">)([^<]*)(</a><details[^>]*>)<summary><span',
        r'\1\2\3<summary aria-label="Pages of \2"><span',
    ),
    # Entries of a list are its items; the role of bibliographies is no longer one for them.
    (r' role="doc-biblioentry"', ' role="listitem"'),
    # The empty corner of a table with headers on two sides heads nothing.
    (r'<th class="head">(?:<p></p>)?</th>', "<td></td>"),
)


def mend(page: str) -> str:
    """Return a page without the faults."""
    for fault, instead in MENDED:
        page = re.sub(fault, instead, page, flags=re.DOTALL)
    return page


def mend_pages(app: Sphinx, error: Exception | None) -> None:
    if error is not None or app.builder.format != "html":
        return
    site = Path(app.outdir)
    for file in [
        *site.glob("*.html"),
        *site.glob("book/**/*.html"),
        *site.glob("course/**/*.html"),
    ]:
        page = file.read_text("utf-8")
        if (mended := mend(page)) != page:
            file.write_text(mended, "utf-8")


def setup(app: Sphinx) -> dict[str, object]:
    app.connect("build-finished", mend_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
