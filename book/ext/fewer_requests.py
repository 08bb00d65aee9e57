"""Let a page be drawn sooner: one style sheet in the place of a dozen, and no script before the text.

Sphinx, its extensions and the theme each add files of their own to every page, and a browser draws
nothing before it has them all. Here the local style sheets of a page become one, and its scripts wait
until the page is parsed, in their order.
"""

import hashlib
import posixpath
import re
from pathlib import Path

from sphinx.application import Sphinx

SHEET = re.compile(
    r'<link\b(?=[^>]*\brel="stylesheet")[^>]*\bhref="([^":]+?\.css)(?:\?[^"]*)?"[^>]*/?>\n?'
)
SCRIPT = re.compile(r'<script (?![^>]*\b(?:defer|async|type="module"))([^>]*\bsrc="[^"]+"[^>]*)>')
OPTIONS = re.compile(r'<script [^>]*src="[^"]*documentation_options\.js[^"]*"[^>]*></script>')
ADDRESS = re.compile(r"""url\(\s*(['"]?)(?!data:|#|[a-z]+:|/)([^'")]+)\1\s*\)""")
FOLDER = "_static/bundles"
FIRST_LINE = re.compile(r"/\* (.+) \*/\n")


def combined(site: Path, sheets: list[str]) -> str:
    """Return the text of several style sheets, whose addresses hold from the bundles' folder."""
    parts = [f"/* {' '.join(sheets)} */\n"]
    for sheet in sheets:
        text = (site / sheet).read_text("utf-8").replace('@charset "UTF-8";', "")

        def moved(found: re.Match[str], sheet: str = sheet) -> str:
            target = posixpath.join(posixpath.dirname(sheet), found[2])
            return f'url("{posixpath.relpath(target, FOLDER)}")'

        parts.append(ADDRESS.sub(moved, text))
    return "\n".join(parts)


def bundle(site: Path, sheets: list[str]) -> str:
    """Write a bundle and return its path; its name says which sheets, not what is in them."""
    name = f"{FOLDER}/{hashlib.sha256(' '.join(sheets).encode()).hexdigest()[:12]}.css"
    (site / FOLDER).mkdir(parents=True, exist_ok=True)
    (site / name).write_text(combined(site, sheets), "utf-8")
    return name


def renew(site: Path) -> None:
    """Write the bundles of pages that this build did not write again, as a sheet may have changed."""
    for old in (site / FOLDER).glob("*.css"):
        found = FIRST_LINE.match(old.read_text("utf-8"))
        sheets = found[1].split() if found else []
        if sheets and all((site / sheet).is_file() for sheet in sheets):
            bundle(site, sheets)
        else:
            old.unlink()


def lighten(page: str, folder: str, site: Path) -> str:
    """Return a page, which lies in ``folder``, with one style sheet and scripts that wait."""
    links = [found for found in SHEET.finditer(page) if " media=" not in found[0]]
    if len(links) > 1:
        sheets = [posixpath.normpath(posixpath.join(folder, link[1])) for link in links]
        one = posixpath.relpath(bundle(site, sheets), folder or ".")
        for link in reversed(links[1:]):
            page = page[: link.start()] + page[link.end() :]
        first = links[0]
        page = (
            f'{page[: first.start()]}<link rel="stylesheet" href="{one}" />\n{page[first.end() :]}'
        )
    options = (site / "_static" / "documentation_options.js").read_text("utf-8")
    # A later line of the page sets one of them, so they cannot wait.
    page = OPTIONS.sub(lambda _: f"<script>{options}</script>", page)
    return SCRIPT.sub(r"<script defer \1>", page)


def lighten_pages(app: Sphinx, error: Exception | None) -> None:
    if error is not None or app.builder.format != "html":
        return
    site = Path(app.outdir)
    renew(site)
    for file in [
        *site.glob("*.html"),
        *site.glob("book/**/*.html"),
        *site.glob("course/**/*.html"),
    ]:
        page = file.read_text("utf-8")
        folder = file.parent.relative_to(site).as_posix()
        if (lighter := lighten(page, "" if folder == "." else folder, site)) != page:
            file.write_text(lighter, "utf-8")


def setup(app: Sphinx) -> dict[str, object]:
    # Last of all: the theme writes pygments.css for both themes when the build has finished.
    app.connect("build-finished", lighten_pages, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
