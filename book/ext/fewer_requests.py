"""Let a page be drawn sooner, and once.

Sphinx, its extensions and the theme each add files of their own to every page, and a browser draws
nothing before it has them all. Here the local style sheets of a page become one, and its scripts wait
until the page is parsed, in their order. And what makes a browser lay out a long page again is mended
in the theme: it starts in the right colors, and does not measure each box after changing another.
"""

import hashlib
import posixpath
import re
from pathlib import Path

from sphinx.application import Sphinx

from book.ext.used_styles import names_in, used_only

SHEET = re.compile(
    r'<link\b(?=[^>]*\brel="stylesheet")[^>]*\bhref="([^":]+?\.css)(?:\?[^"]*)?"[^>]*/?>\n?'
)
SCRIPT = re.compile(r'<script (?![^>]*\b(?:defer|async|type="module"))([^>]*\bsrc="[^"]+"[^>]*)>')
OPTIONS = re.compile(r'<script [^>]*src="[^"]*documentation_options\.js[^"]*"[^>]*></script>')
ADDRESS = re.compile(r"""url\(\s*(['"]?)(?!data:|#|[a-z]+:|/)([^'")]+)\1\s*\)""")
IMPORT = re.compile(r"""@import\s+['"]([^'":]+\.css)['"]\s*;""")
# The theme finds out which theme the reader's system has only after the page is drawn.
THEME = re.compile(r"document\.documentElement\.dataset\.theme = localStorage[^;]+;")
THEME_AT_ONCE = """const mode = document.documentElement.dataset.mode;
    const dark = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
    document.documentElement.dataset.theme = mode === "auto" ? dark : mode;"""
# The theme lets a keyboard reach boxes that scroll, with a layout of the page for each box; scroll.mjs
# does it with one.
SCRIPT_OF_THEME = "_static/scripts/pydata-sphinx-theme.js"
MEASURES_BOXES = re.compile(
    r',"complete"===document\.readyState\?(\w+)\(\):window\.addEventListener\("load",\1\)'
)
FOLDER = "_static/bundles"
FIRST_LINE = re.compile(r"/\* (.+) \*/\n")


def text_of(site: Path, sheet: str) -> str:
    """Return a style sheet with those that it imports in it; addresses hold from the bundles' folder."""
    folder = posixpath.dirname(sheet)

    def moved(found: re.Match[str]) -> str:
        return f'url("{posixpath.relpath(posixpath.join(folder, found[2]), FOLDER)}")'

    def included(found: re.Match[str]) -> str:
        return text_of(site, posixpath.normpath(posixpath.join(folder, found[1])))

    text = (site / sheet).read_text("utf-8").replace('@charset "UTF-8";', "")
    return IMPORT.sub(included, ADDRESS.sub(moved, text))


def combined(site: Path, sheets: list[str], names: frozenset[str]) -> str:
    """Return what of several style sheets the site's pages can use."""
    texts = [used_only(text_of(site, sheet), names) for sheet in sheets]
    return "".join([f"/* {' '.join(sheets)} */\n", *texts])


def bundle(site: Path, sheets: list[str], names: frozenset[str]) -> str:
    """Write a bundle and return its path; its name says which sheets, not what is in them."""
    name = f"{FOLDER}/{hashlib.sha256(' '.join(sheets).encode()).hexdigest()[:12]}.css"
    (site / FOLDER).mkdir(parents=True, exist_ok=True)
    (site / name).write_text(combined(site, sheets, names), "utf-8")
    return name


def renew(site: Path, names: frozenset[str]) -> None:
    """Write the bundles of pages that this build did not write again, as a sheet may have changed."""
    for old in (site / FOLDER).glob("*.css"):
        found = FIRST_LINE.match(old.read_text("utf-8"))
        sheets = found[1].split() if found else []
        if sheets and all((site / sheet).is_file() for sheet in sheets):
            bundle(site, sheets, names)
        else:
            old.unlink()


def lighten(page: str, folder: str, site: Path, names: frozenset[str]) -> str:
    """Return a page, which lies in ``folder``, with one style sheet and scripts that wait."""
    links = [found for found in SHEET.finditer(page) if " media=" not in found[0]]
    if len(links) > 1:
        sheets = [posixpath.normpath(posixpath.join(folder, link[1])) for link in links]
        one = posixpath.relpath(bundle(site, sheets, names), folder or ".")
        for link in reversed(links[1:]):
            page = page[: link.start()] + page[link.end() :]
        first = links[0]
        page = (
            f'{page[: first.start()]}<link rel="stylesheet" href="{one}" />\n{page[first.end() :]}'
        )
    options = (site / "_static" / "documentation_options.js").read_text("utf-8")
    # A later line of the page sets one of them, so they cannot wait.
    page = OPTIONS.sub(lambda _: f"<script>{options}</script>", page)
    page = THEME.sub(lambda _: THEME_AT_ONCE, page)
    return SCRIPT.sub(r"<script defer \1>", page)


def lighten_pages(app: Sphinx, error: Exception | None) -> None:
    if error is not None or app.builder.format != "html":
        return
    site = Path(app.outdir)
    names = names_in(site)
    renew(site, names)
    script = site / SCRIPT_OF_THEME
    script.write_text(MEASURES_BOXES.sub("", script.read_text("utf-8")), "utf-8")
    for file in [
        *site.glob("*.html"),
        *site.glob("book/**/*.html"),
        *site.glob("course/**/*.html"),
    ]:
        page = file.read_text("utf-8")
        folder = file.parent.relative_to(site).as_posix()
        if (lighter := lighten(page, "" if folder == "." else folder, site, names)) != page:
            file.write_text(lighter, "utf-8")


def setup(app: Sphinx) -> dict[str, object]:
    # Last of all: the theme writes pygments.css for both themes when the build has finished.
    app.connect("build-finished", lighten_pages, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
