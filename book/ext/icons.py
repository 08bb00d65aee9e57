"""Give the pages a font of the icons that the theme uses, in the place of all of Font Awesome.

The theme loads 1.9 MB of scripts, style sheets and fonts for a dozen icons, and a page is not drawn
before. The template ``book/templates/static/webpack-macros.html`` loads what is made here instead.
"""

import re
import shutil
from pathlib import Path

import pydata_sphinx_theme
import sphinx_book_theme
from fontTools import subset
from fontTools.ttLib import TTFont
from sphinx.application import Sphinx
from sphinx.config import Config

PYDATA = Path(pydata_sphinx_theme.__file__).parent / "theme" / "pydata_sphinx_theme"
BOOK = Path(sphinx_book_theme.__file__).parent / "theme" / "sphinx_book_theme"
AWESOME = PYDATA / "static" / "vendor" / "fontawesome"
TEMPLATES = Path(__file__).resolve().parents[1] / "templates"
FAMILY = '"Font Awesome 6 Free"'
STYLE = f"""/* Icons of Font Awesome Free by @fontawesome, https://fontawesome.com: CC BY 4.0, fonts SIL OFL 1.1 */
:root {{ --fa-font-solid: normal 900 1em/1 {FAMILY}; --fa-font-regular: var(--fa-font-solid); }}
@font-face {{ font-family: {FAMILY}; font-weight: 900; font-display: block; src: url(icons.woff); }}
.fa-solid, .fas {{ font: var(--fa-font-solid); display: inline-block; text-rendering: auto; }}
.fa-lg {{ font-size: 1.25em; line-height: 0.05em; vertical-align: -0.075em; }}
"""


def points_by_name() -> dict[str, int]:
    """Return the code point of each of Font Awesome's icons, by its class."""
    (sheet,) = AWESOME.glob("*/css/all.min.css")
    rules = re.findall(
        r'((?:\.fa-[\w-]+:before,?)+)\{content:"\\([0-9a-f]+)"\}', sheet.read_text("utf-8")
    )
    return {
        name: int(point, 16)
        for selectors, point in rules
        for name in re.findall(r"\.(fa-[\w-]+):before", selectors)
    }


def used_names() -> set[str]:
    """Return the classes of icons that the themes' templates and programs mention."""
    packages = [theme.parents[1] for theme in (PYDATA, BOOK)]
    files = [file for each in packages for kind in ("*.html", "*.py") for file in each.rglob(kind)]
    return {name for file in files for name in re.findall(r"\bfa-[a-z-]+", file.read_text("utf-8"))}


def used_points() -> set[int]:
    """Return the code points that the themes' style sheets draw."""
    sheets = (sheet for theme in (PYDATA, BOOK) for sheet in theme.glob("static/styles/*.css"))
    text = "".join(sheet.read_text("utf-8") for sheet in sheets)
    return {int(point, 16) for point in re.findall(r'"\\(f[0-9a-f]{3})"', text)}


def make_font(points: set[int], target: Path) -> None:
    """Write a font that holds these code points and nothing else."""
    (source,) = AWESOME.glob("*/webfonts/fa-solid-900.ttf")
    font = TTFont(source)
    options = subset.Options(flavor="woff", layout_features=[], name_IDs=[1, 2, 13, 14])
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=points)
    cutter.subset(font)
    font.flavor = "woff"
    font.save(target)


def write_icons(app: Sphinx) -> None:
    if app.builder.format != "html":
        return
    target = Path(app.outdir) / "_static" / "icons"
    target.mkdir(parents=True, exist_ok=True)
    known, names = points_by_name(), used_names()
    icons = {name: known[name] for name in sorted(names & known.keys())}
    rules = "".join(f'.{name}::before {{ content: "\\{p:x}"; }}\n' for name, p in icons.items())
    (target / "icons.css").write_text(STYLE + rules, "utf-8")
    make_font(set(icons.values()) | used_points(), target / "icons.woff")


def leave_out_the_rest(app: Sphinx, error: Exception | None) -> None:
    """No page asks for Font Awesome's own files."""
    shutil.rmtree(Path(app.outdir) / "_static" / "vendor" / "fontawesome", ignore_errors=True)


def use_templates(app: Sphinx, config: Config) -> None:
    config.templates_path.append(str(TEMPLATES))


def setup(app: Sphinx) -> dict[str, object]:
    app.connect("config-inited", use_templates)
    app.connect("builder-inited", write_icons)
    app.connect("build-finished", leave_out_the_rest)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
