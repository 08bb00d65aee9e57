"""Leave out of a style sheet what no page can use.

The theme brings Bootstrap whole, and with it most of what a browser reads before it draws a page. A rule
stays unless it asks for a class or an id that is on no page and that no script could put there.
"""

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import tinycss2

NAMED = re.compile(r"""\b(?:class|id)=(["'])(.*?)\1""", re.DOTALL)
WORD = re.compile(r"[A-Za-z][\w-]*")
# They hold the words of the book and the names of its files, and put nothing on a page.
NOT_SCRIPTS = ("searchindex.js", "service_worker.js")
ELSEWHERE = ("lite/", "_static/pyodide/", "_static/vendor/")
CONDITIONS = ("media", "supports", "container", "layer")


def names_in(site: Path) -> frozenset[str]:
    """Return every class and id of the site's pages, and every word of its scripts."""
    found: set[str] = set()
    for pattern in ("*.html", "*.js", "*.mjs", "_static/solutions/*.json"):
        for file in site.rglob(pattern):
            path = file.relative_to(site).as_posix()
            if path.startswith(ELSEWHERE) or path in NOT_SCRIPTS:
                continue
            text = file.read_text("utf-8")
            if file.suffix == ".html":
                found.update(name for _, names in NAMED.findall(text) for name in names.split())
            else:
                found.update(WORD.findall(text))
    return frozenset(found)


@cache
def used_only(sheet: str, names: frozenset[str]) -> str:
    """Return a style sheet without the rules that none of these names could match, and without comments
    other than licenses."""
    return "\n".join(_used(tinycss2.parse_stylesheet(sheet, skip_whitespace=True), names)) + "\n"


def _used(rules: list[Any], names: frozenset[str]) -> Iterator[str]:
    for rule in rules:
        if rule.type == "qualified-rule":
            if selectors := [each for each in _parts(rule.prelude) if _asks_for(each) <= names]:
                yield f"{','.join(map(_text, selectors))}{{{_text(rule.content)}}}"
        elif rule.type == "at-rule" and rule.lower_at_keyword in CONDITIONS and rule.content:
            inside = tinycss2.parse_rule_list(rule.content, skip_whitespace=True)
            if kept := list(_used(inside, names)):
                yield f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}{{{''.join(kept)}}}"
        elif rule.type != "comment" or rule.value.startswith("!"):
            yield rule.serialize()


def _parts(prelude: list[Any]) -> Iterator[list[Any]]:
    """Yield the selectors of a list of selectors."""
    part: list[Any] = []
    for token in prelude:
        if token == ",":
            yield part
            part = []
        else:
            part.append(token)
    yield part


def _asks_for(selector: list[Any]) -> set[str]:
    """Return the classes and ids that an element and those around it must have to be selected. What
    stands in brackets and in ``:not(…)`` or ``:is(…)`` is left open."""
    names = {token.value for token in selector if token.type == "hash"}
    for before, token in pairwise(selector):
        if before == "." and token.type == "ident":
            names.add(token.value)
    return names


def _text(tokens: list[Any]) -> str:
    return tinycss2.serialize([each for each in tokens if each.type != "comment"]).strip()
