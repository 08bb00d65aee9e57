"""Publish the book's own style sheets and scripts, each only on the pages that use it.

Jupyter Book puts every script below a top-level ``_static`` folder on every page. The files here lie
in ``book/assets`` instead and are copied when the build starts.
"""

import shutil
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from book.palette import as_css

ASSETS = Path(__file__).resolve().parents[1] / "assets"

# A page that holds an element of this class loads these files.
NEEDS: dict[str, tuple[str, ...]] = {
    "quiz": ("quiz.css", "quiz.mjs"),
    "explorable": ("explorable.css", "explorable.mjs"),
    "exercise": ("exercise.css",),
    "written": ("exercise.css",),
    "notebook-links": ("notebook_links.css",),
    "concept-map": ("concept_map.css",),
    "draw-later": ("draw_later.css", "draw_later.mjs"),
}
EVERYWHERE = (
    "palette.css",
    "book.css",
    "picture_files.css",
    "scroll.mjs",
    "print.mjs",
    "offline.mjs",
)


def copy_assets(app: Sphinx) -> None:
    """Copy ``book/assets`` into the site before the first page is written."""
    target = Path(app.outdir) / "_static" / "book"
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(ASSETS, target)
    (target / "palette.css").write_text(as_css(), encoding="utf-8")


def add_file(app: Sphinx, name: str) -> None:
    """Put one style sheet or module on the page that is being written."""
    if name.endswith(".css"):
        app.add_css_file(f"book/{name}", priority=800)
    else:
        app.add_js_file(f"book/{name}", type="module")


def add_to_page(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Add what every page needs, then what the elements of this page need."""
    wanted = dict.fromkeys(EVERYWHERE)
    if doctree is not None:
        for node in doctree.findall(nodes.Element):
            for name in node.get("classes", ()):
                wanted.update(dict.fromkeys(NEEDS.get(name, ())))
    for name in wanted:
        add_file(app, name)


def setup(app: Sphinx) -> dict[str, object]:
    # Jupyter Book sets this for sphinx_comments, which is not loaded.
    app.add_config_value("comments_config", {}, "")
    app.connect("builder-inited", copy_assets)
    app.connect("html-page-context", add_to_page)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
