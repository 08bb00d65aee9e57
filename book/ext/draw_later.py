"""Let a browser draw a long page's first screens at once, and each block below when it comes near.

Style and layout of ten thousand elements keep a phone busy for seconds. A block that begins after the
first screens is marked, and ``assets/draw_later.css`` lets the browser skip what is in it while it is far
away. Headings are never skipped. ``assets/draw_later.mjs`` sees to it that links, the keyboard and a
printer find the page as if it had been drawn whole.
"""

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

AT_ONCE = 3000  # letters; a large screen shows fewer
MARK = "draw-later"
# What is skipped until it is near. Forms are not: a browser looks at each field as soon as it has the page.
BLOCKS = (
    nodes.paragraph,
    nodes.bullet_list,
    nodes.enumerated_list,
    nodes.definition_list,
    nodes.literal_block,
    nodes.math_block,
    nodes.table,
    nodes.container,
    nodes.figure,
)
# A page that opens at a place far down, or where the reader had been, needs all heights exactly; so does a
# browser that would not hold what is in view in its place while blocks above it take their height.
BEGINS_ABOVE = """if (!location.hash && performance.getEntriesByType("navigation")[0]?.type === "navigate" &&
      CSS.supports("content-visibility: auto") && CSS.supports("overflow-anchor: auto"))
      document.documentElement.classList.add("draws-later");"""


def blocks(doctree: nodes.document) -> list[nodes.Element]:
    """Return the blocks below the first screens, in order."""
    found, letters = [], 0
    for section in doctree.findall(nodes.section):
        for child in section:
            if isinstance(child, nodes.section):
                continue
            if letters > AT_ONCE and isinstance(child, BLOCKS):
                found.append(child)
            letters += sum(len(text) for text in child.findall(nodes.Text) if is_read(text))
    return found


def is_read(text: nodes.Text) -> bool:
    return not isinstance(text.parent, nodes.raw)  # which holds markup: pictures


def mark(app: Sphinx, doctree: nodes.document, page: str) -> None:
    if app.builder.format != "html":
        return
    for block in blocks(doctree):
        if isinstance(block, nodes.table):  # tables cannot be skipped, what is around them can
            around = nodes.container()
            block.replace_self(around)
            around += block
            block = around
        block["classes"].append(MARK)


def add_start(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    if doctree is not None and any(MARK in n["classes"] for n in doctree.findall(nodes.Element)):
        app.add_js_file(None, body=BEGINS_ABOVE, priority=100)


def setup(app: Sphinx) -> dict[str, object]:
    app.connect("doctree-resolved", mark, priority=900)  # after those that add blocks
    app.connect("html-page-context", add_start)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
