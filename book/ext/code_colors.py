"""Color code with one element for each run of a color, not one for each token.

Pygments puts every name, bracket and operator into an element of its own, also those that have the
color of the text around them, and a chapter has thousands. Here a token takes the class of the first
kind of token that looks the same in both themes, so that neighbors become one element, and none if it
looks like plain text.
"""

from functools import partial
from typing import Any

from pygments.formatters import HtmlFormatter
from pygments.style import Style
from pygments.styles import get_style_by_name
from pygments.token import STANDARD_TYPES, Text, Token
from sphinx.application import Sphinx

Kind = Any  # of a token: Pygments' types are made as they are named


def look(kind: Kind, style: type[Style]) -> dict[str, Any]:
    """Return how a kind of token looks; what a style does not color has the color of text."""
    text = style.style_for_token(Text)["color"] or style.style_for_token(Token.Name)["color"]
    given = style.style_for_token(kind)
    return {**given, "color": given["color"] or text}


def alike(styles: list[type[Style]]) -> dict[Kind, Kind]:
    """Return for each kind of token the most general one that looks the same in all styles."""
    first: dict[str, Kind] = {}
    return {
        kind: first.setdefault(str([look(kind, style) for style in styles]), kind)
        for kind in sorted(STANDARD_TYPES, key=len)
    }


class RunsOfColor(HtmlFormatter[str]):
    """Pygments' own formatter, whose tokens have only the classes that a reader sees."""

    def __init__(self, kinds: dict[Kind, Kind], **options: Any) -> None:
        self._kinds = kinds
        super().__init__(**options)

    def _get_css_class(self, ttype: Kind) -> str:
        return super()._get_css_class(self._kinds.get(ttype, ttype))


def use(app: Sphinx) -> None:
    """Let the builder write code so. The theme says in which styles it shows code."""
    if app.builder.format != "html":
        return
    options = app.builder.theme.get_options()  # type: ignore[attr-defined]
    styles = [get_style_by_name(options[f"pygments_{each}_style"]) for each in ("light", "dark")]
    app.builder.highlighter.formatter = partial(RunsOfColor, alike(styles))  # type: ignore[attr-defined]


def setup(app: Sphinx) -> dict[str, object]:
    app.connect("builder-inited", use)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
