"""Put the pictures that cells drew into files, one for each theme, loaded when they come near.

A cell's picture is SVG inside the page, whose colors are the page's variables. That is right for a
picture that a reader draws, but a chapter has a dozen, which are most of its bytes and half of what
a browser has to lay out before the first word. In a file the variables have no page to ask, so there
are two, with the colors of each theme, and the theme's classes ``only-light`` and ``only-dark`` show
one of them.
"""

import hashlib
import math
import posixpath
import re
from pathlib import Path

from sphinx.application import Sphinx

from book.palette import palette

FOLDER = "_static/pictures"
PICTURE = re.compile(
    r'(<div class="picture[^"]*" role="img" aria-label="([^"]*)">)(<svg .*?</svg>)(?=\s*</div>)',
    re.DOTALL,
)
VARIABLE = re.compile(r"var\(--nn-(\w+)(?:, #\w+)?\)")
SIZE = re.compile(r'\bwidth="([\d.]+)pt" height="([\d.]+)pt"')
USED = re.compile(rf"{FOLDER}/([\w-]+\.svg)")
PIXELS = 4 / 3  # in a point


def in_theme(svg: str, theme: str) -> str:
    """Return a picture with the colors of a theme, as a document of its own."""
    colors = palette()[theme]
    svg = VARIABLE.sub(lambda found: colors[found[1]], svg)
    svg = svg.replace('aria-hidden="true" ', "", 1).replace("currentColor", colors["ink"])
    return '<?xml version="1.0" encoding="utf-8"?>\n' + svg


def as_images(svg: str, alt: str, root: str, site: Path) -> str:
    """Write a picture's files; return the elements that show them. ``root`` leads to the site's."""
    found = SIZE.search(svg)
    if found is None:
        raise ValueError(f"The picture {alt!r} does not say how large it is.")
    width, height = (math.ceil(float(each) * PIXELS) for each in found.groups())
    name = hashlib.sha256(svg.encode()).hexdigest()[:12]
    images = []
    for theme in ("light", "dark"):
        file = f"{FOLDER}/{name}-{theme}.svg"
        (site / FOLDER).mkdir(parents=True, exist_ok=True)
        (site / file).write_text(in_theme(svg, theme), "utf-8")
        images.append(
            f'<img class="only-{theme}" src="{posixpath.join(root, file)}" width="{width}" '
            f'height="{height}" alt="{alt}" loading="lazy" decoding="async">'
        )
    return "".join(images)


def moved_out(page: str, root: str, site: Path) -> str:
    """Return a page whose pictures are files."""
    return PICTURE.sub(lambda it: it[1] + as_images(it[3], it[2], root, site), page)


def move_out(app: Sphinx, error: Exception | None) -> None:
    if error is not None or app.builder.format != "html":
        return
    site = Path(app.outdir)
    used: set[str] = set()
    for file in [*site.glob("book/**/*.html"), *site.glob("course/**/*.html")]:
        page = file.read_text("utf-8")
        root = posixpath.relpath(".", file.parent.relative_to(site).as_posix())
        if (lighter := moved_out(page, root, site)) != page:
            file.write_text(lighter, "utf-8")
        used.update(USED.findall(lighter))
    for old in (site / FOLDER).glob("*.svg"):
        if old.name not in used:
            old.unlink()


def setup(app: Sphinx) -> dict[str, object]:
    app.connect("build-finished", move_out)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
