"""Link every term of the glossary where a page first uses it, and list those pages in its entry.

A page uses a term if its text holds it (in the singular or plural, in any case) or names it with
``{term}``. Nothing is listed by hand: the pages' own text decides.
"""

import re
from collections.abc import Iterator
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

logger = logging.getLogger(__name__)

# Text inside these is not prose, is linked already, or would make a heading or label restless.
LEAVE_ALONE = (
    nodes.literal,
    nodes.literal_block,
    nodes.reference,
    nodes.footnote,
    nodes.citation,
    nodes.title,
    nodes.rubric,
    nodes.math,
    nodes.math_block,
    nodes.raw,
    nodes.term,
    nodes.comment,
    nodes.caption,
    addnodes.pending_xref,
)

Entry = tuple[str, str]  # the page and the anchor of a glossary entry


def entries(env: BuildEnvironment) -> dict[str, Entry]:
    """Return each term in lower case with where its entry stands. Synonyms share one entry."""
    return getattr(env, "glossary_entries", {})


def find_entries(env: BuildEnvironment) -> dict[str, Entry]:
    objects = env.get_domain("std").objects  # type: ignore[attr-defined]
    places = {name.lower(): place for (kind, name), place in objects.items() if kind == "term"}
    first: dict[Entry, Entry] = {}
    for page in {page for page, _ in places.values()}:
        for item in env.get_doctree(page).findall(nodes.definition_list_item):
            anchors = [anchor for term in item.findall(nodes.term) for anchor in term["ids"]]
            first.update({(page, anchor): (page, anchors[0]) for anchor in anchors})
    return {term: first[place] for term, place in places.items()}


def pattern(terms: dict[str, Entry]) -> re.Pattern[str]:
    """Match any term, the longest first, with or without a plural s."""
    longest_first = sorted(terms, key=len, reverse=True)
    words = (re.escape(term).replace(r"\ ", r"[\s\-]+") for term in longest_first)
    return re.compile(rf"(?<![\w-])({'|'.join(words)})(s?)(?![\w-])", re.IGNORECASE)


def canonical(found: str) -> str:
    return re.sub(r"[\s\-]+", " ", found).lower()


def prose(doctree: nodes.document) -> Iterator[nodes.Text]:
    """Yield the text in which terms are linked."""

    def walk(node: nodes.Node) -> Iterator[nodes.Text]:
        for child in node.children:
            if isinstance(child, nodes.Text):
                yield child
            elif not isinstance(child, LEAVE_ALONE):
                yield from walk(child)

    yield from walk(doctree)


def terms_of(doctree: nodes.document, terms: dict[str, Entry]) -> set[str]:
    """Return the terms that a page's text uses."""
    used = set()
    for reference in doctree.findall(addnodes.pending_xref):
        if reference.get("reftype") == "term":
            used.add(reference["reftarget"].lower())
    matcher = pattern(terms)
    for text in prose(doctree):
        for match in matcher.finditer(text.astext()):
            # A hyphen may belong to the term itself ("mini-batch gradient descent").
            exact = match[1].lower()
            used.add(exact if exact in terms else canonical(exact))
    return used & terms.keys()


def collect(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Find which page uses which term; return the pages whose links changed."""
    terms = env.glossary_entries = find_entries(env)  # type: ignore[attr-defined]
    before: dict[str, set[str]] = getattr(env, "glossary_uses", {})
    glossaries = {page for page, _ in terms.values()}
    uses: dict[str, set[str]] = {}
    if terms:
        for page in sorted(env.found_docs - glossaries):
            uses[page] = terms_of(env.get_doctree(page), terms)
    env.glossary_uses = uses  # type: ignore[attr-defined]
    changed = [page for page in uses if uses[page] != before.get(page)]
    warn_of_idle_entries(terms, uses)
    return [*changed, *glossaries] if changed else []


def warn_of_idle_entries(terms: dict[str, Entry], uses: dict[str, set[str]]) -> None:
    """Every entry earns its place: a page uses it, under one of its names."""
    used = {terms[term] for found in uses.values() for term in found}
    idle: dict[Entry, str] = {}
    for term, place in terms.items():
        if place not in used:
            idle.setdefault(place, term)
    for (page, _), term in idle.items():
        logger.warning("No page uses the glossary's term %r.", term, location=page)


def link(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Link the first use of each term, and finish the glossary's own entries."""
    terms = entries(app.env)
    if not terms:
        return
    if page in {place for place, _ in terms.values()}:
        for item in doctree.findall(nodes.definition_list_item):
            add_backlinks(app, item, terms, page)
    else:
        link_first_uses(app.builder, doctree, terms, page)


def link_first_uses(
    builder: Builder, doctree: nodes.document, terms: dict[str, Entry], page: str
) -> None:
    matcher = pattern(terms)
    linked: set[Entry] = set()
    for text in list(prose(doctree)):
        pieces: list[nodes.Node] = []
        whole, done = text.astext(), 0
        for match in matcher.finditer(whole):
            exact = match[1].lower()
            entry = terms[exact if exact in terms else canonical(exact)]
            if entry in linked:
                continue
            linked.add(entry)
            pieces += [
                nodes.Text(whole[done : match.start()]),
                link_to(builder, page, entry, match[0]),
            ]
            done = match.end()
        if pieces:
            pieces.append(nodes.Text(whole[done:]))
            text.parent.replace(text, pieces)


def link_to(builder: Builder, page: str, entry: Entry, words: str) -> nodes.reference:
    address = builder.get_relative_uri(page, entry[0]) + "#" + entry[1]
    reference = nodes.reference("", words, internal=True, refuri=address)
    reference["classes"].append("term")
    return reference


def add_backlinks(
    app: Sphinx, item: nodes.definition_list_item, terms: dict[str, Entry], page: str
) -> None:
    """Append "Used in …" to one entry of the glossary."""
    names = {anchor for term in item.findall(nodes.term) for anchor in term["ids"]}
    mine = {term for term, (_, anchor) in terms.items() if anchor in names}
    uses: dict[str, set[str]] = app.env.glossary_uses  # type: ignore[attr-defined]
    pages = [other for other in reading_order(app.env) if mine & uses.get(other, set())]
    if not mine or not pages:
        return
    line = nodes.paragraph(classes=["backlinks"])
    line += nodes.inline("", "Used in ")
    for position, other in enumerate(pages):
        line += nodes.Text(", " if position else "")
        title = app.env.titles[other].astext()
        address = app.builder.get_relative_uri(page, other)
        line += nodes.reference("", title, internal=True, refuri=address)
    next(iter(item.findall(nodes.definition))).append(line)


def reading_order(env: BuildEnvironment) -> list[str]:
    """Return all pages as the table of contents lists them."""
    order: list[str] = []

    def walk(page: str) -> None:
        if page not in order:
            order.append(page)
            for child in env.toctree_includes.get(page, []):
                walk(child)

    walk(env.config.root_doc)
    return order


def forget(app: Sphinx, env: BuildEnvironment, page: str) -> None:
    getattr(env, "glossary_uses", {}).pop(page, None)


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("env-updated", collect)
    app.connect("env-purge-doc", forget)
    app.connect("doctree-resolved", link)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
