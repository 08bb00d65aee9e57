"""``{concept-map}``: the glossary's terms as a clickable drawing.

    ```{concept-map}
    :alt: How the terms of the first chapter connect.

    Neuron @ 1,2
    Layer @ 3,2
    Neuron -> Layer: many make a
    ```

A term stands at column, row. An arrow says how two connect. Every term must be in the glossary.
"""

import html
import re
from dataclasses import dataclass
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

from book.ext.glossary_backlinks import entries

COLUMN, ROW, BOX_HEIGHT, LETTER = 118, 92, 40, 8.2
PLACE = re.compile(r"^(?P<term>.+?) @ (?P<column>[\d.]+),\s*(?P<row>[\d.]+)$")
ARROW = re.compile(r"^(?P<start>.+?) -> (?P<stop>.+?): (?P<says>.+)$")

logger = logging.getLogger(__name__)


class ConceptMapNode(nodes.General, nodes.Element):
    """``places``: term → (column, row); ``arrows``: (from, to, label); ``drawing``: SVG in an element.

    Its class is what the page's style sheet is found by: page_assets.py.
    """


@dataclass(frozen=True)
class Box:
    """One term: its center and half its width and height."""

    x: float
    y: float
    half_width: float
    half_height: float = BOX_HEIGHT / 2

    def edge_towards(self, other: "Box", gap: float = 4) -> tuple[float, float]:
        """Return where the line to ``other`` leaves this box."""
        dx, dy = other.x - self.x, other.y - self.y
        reach = min(
            (self.half_width + gap) / abs(dx) if dx else float("inf"),
            (self.half_height + gap) / abs(dy) if dy else float("inf"),
        )
        return self.x + dx * reach, self.y + dy * reach


class ConceptMap(SphinxDirective):
    has_content = True
    option_spec: ClassVar = {"alt": directives.unchanged_required}

    def run(self) -> list[nodes.Node]:
        places, arrows = {}, []
        for line in filter(None, map(str.strip, self.content)):
            if place := PLACE.match(line):
                places[place["term"]] = (float(place["column"]), float(place["row"]))
            elif arrow := ARROW.match(line):
                arrows.append((arrow["start"], arrow["stop"], arrow["says"]))
            else:
                raise self.error(
                    f"{line!r} is neither 'Term @ column,row' nor 'Term -> Term: says'."
                )
        for start, stop, _ in arrows:
            if unknown := {start, stop} - places.keys():
                raise self.error(
                    f"An arrow names {sorted(unknown)}, which have no place on the map."
                )
        node = ConceptMapNode(classes=["concept-map"], places=places, arrows=arrows)
        node["alt"] = self.options.get("alt", "A map of how the terms connect.")
        self.set_source_info(node)
        return [node]


def draw(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Draw each map, now that every term's address is known."""
    known = entries(app.env)
    for node in list(doctree.findall(ConceptMapNode)):
        boxes, parts = {}, []
        for term, (column, row) in node["places"].items():
            boxes[term] = Box(column * COLUMN, row * ROW, len(term) * LETTER / 2 + 14)
        for start, stop, says in node["arrows"]:
            parts.append(arrow_svg(boxes[start], boxes[stop], says))
        for term, box in boxes.items():
            if term.lower() not in known:
                logger.warning(
                    "The concept map's term %r is not in the glossary.", term, location=node
                )
                continue
            target, anchor = known[term.lower()]
            address = f"{app.builder.get_relative_uri(page, target)}#{anchor}"
            parts.append(box_svg(term, box, address))
        node["drawing"] = frame_svg(list(boxes.values()), parts, node["alt"])


def frame_svg(boxes: list[Box], parts: list[str], alt: str) -> str:
    left = min(box.x - box.half_width for box in boxes) - 10
    right = max(box.x + box.half_width for box in boxes) + 10
    top = min(box.y for box in boxes) - BOX_HEIGHT
    bottom = max(box.y for box in boxes) + BOX_HEIGHT
    view = f"{left:.0f} {top:.0f} {right - left:.0f} {bottom - top:.0f}"
    tip = (
        '<defs><marker id="map-tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
        'markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z"/></marker></defs>'
    )
    label = html.escape(alt)
    return (
        f'<div class="concept-map" tabindex="0" role="group" aria-label="{label}">'
        f'<svg viewBox="{view}" width="{right - left:.0f}">{tip}{"".join(parts)}</svg></div>'
    )


def arrow_svg(start: Box, stop: Box, says: str) -> str:
    (x1, y1), (x2, y2) = start.edge_towards(stop), stop.edge_towards(start)
    middle = f'x="{(x1 + x2) / 2:.1f}" y="{(y1 + y2) / 2 + 4:.1f}"'
    line = f'd="M{x1:.1f} {y1:.1f} {x2:.1f} {y2:.1f}"'
    return (
        f'<path class="map-arrow" {line} marker-end="url(#map-tip)"/>'
        f'<text class="map-says" {middle}>{html.escape(says)}</text>'
    )


def box_svg(term: str, box: Box, address: str) -> str:
    size = f'width="{2 * box.half_width:.1f}" height="{BOX_HEIGHT}" rx="8"'
    corner = f'x="{box.x - box.half_width:.1f}" y="{box.y - box.half_height:.1f}"'
    return (
        f'<a href="{html.escape(address)}"><rect {corner} {size}/>'
        f'<text x="{box.x:.1f}" y="{box.y + 5:.1f}">{html.escape(term)}</text></a>'
    )


def visit_map(self: HTML5Translator, node: ConceptMapNode) -> None:
    self.body.append(node["drawing"])
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, object]:
    app.add_directive("concept-map", ConceptMap)
    app.add_node(ConceptMapNode, html=(visit_map, None))
    app.connect("doctree-resolved", draw)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
