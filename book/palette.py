"""The book's one palette: data, model, gradient and error keep their color everywhere.

The figures' ``figures/lib/palette.js`` holds the numbers; plots and style sheets take them from here.
"""

import json
import re
from functools import cache
from pathlib import Path

SOURCE = Path(__file__).parent / "figures" / "lib" / "palette.js"


@cache
def palette() -> dict[str, dict[str, str]]:
    """Return theme → role → color, for the themes ``light`` and ``dark``."""
    literal = re.search(r"palette = (\{.*?\n\})", SOURCE.read_text(encoding="utf-8"), re.DOTALL)
    if literal is None:
        raise ValueError(f"{SOURCE} no longer holds 'palette = {{…}}' as JSON.")
    return json.loads(literal[1])


def as_css() -> str:
    """Return the palette as CSS variables ``--nn-data``, … that follow the page's theme."""

    def block(selector: str, theme: str) -> str:
        lines = "".join(f" --nn-{role}: {color};" for role, color in palette()[theme].items())
        return f"{selector} {{{lines} }}\n"

    return block("html", "light") + block('html[data-theme="dark"]', "dark")
