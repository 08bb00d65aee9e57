"""Mark up what runs in the page: a bar of buttons below each cell and exercise, and what they need.

The front end (``book/live``) is built when the build starts and copied into ``_static/live``. A page
with code carries one JSON script, ``#live-page``: every code cell and exercise in order, what each
needs of those above, and why a cell runs only locally. The contract is ``book/live/src/page.ts``.
"""

import html
import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

from docutils import nodes
from myst_nb.core.read import read_myst_markdown_notebook
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

from autograder.exercises import CHAPTERS, chapters, find, registry
from autograder.notebook import student_stub
from book.ext.cell_graph import Linked, Source, link, names
from book.ext.exercise import ExerciseCard, Folded
from book.ext.solved import with_solutions
from book.node import install, npm
from book.publish.own_wheels import for_checks

LIVE = Path(__file__).resolve().parents[1] / "live"
EXERCISE = re.compile(r"^`{3,}\{exercise\}\s+(\S+)", re.MULTILINE)
NOT_SHOWN = {"remove-input", "remove-cell"}
BUTTONS = {
    "run": ("Run", "Run this cell (Shift-Enter in the editor)"),
    "check": ("Check", "Run and check your code (Shift-Enter in the editor)"),
    "edit": ("Edit", "Turn this cell into an editor"),
    "all": ("Run all above", "Run every cell above, then this one"),
    "hint": ("Hint", "Open the next hint"),
    "reset": ("Reset", "Back to what the book has"),
    "stop": ("Stop", "Stop what is running"),
}


def bar(shown: str, hidden: str) -> nodes.raw:
    """Return the bar below a piece of code; JavaScript shows the hidden buttons when they apply."""
    buttons = "".join(
        f'<button type="button" class="live-button" data-act="{act}" title="{BUTTONS[act][1]}"'
        f"{' hidden' if act in hidden.split() else ''}>{BUTTONS[act][0]}</button>"
        for act in [*shown.split(), *hidden.split()]
    )
    status = '<span class="live-status" role="status"></span>'
    return nodes.raw("", f'<div class="live-bar">{buttons}{status}</div>', format="html")


def runs_elsewhere(step: Linked) -> nodes.raw:
    """Say why a cell cannot run in the page. What needs widgets runs in every notebook."""
    where = "in the notebook" if "demo" in step.source.tags else "locally"
    needs = "" if step.local == "local" else f": it needs {html.escape(step.local)}"
    text = f'<p class="live-local">This cell runs {where}{needs}.</p>'
    return nodes.raw("", text, format="html")


def mark_up(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Put a bar below each cell and exercise, and keep what the page's script has to know."""
    if app.builder.format != "html" or not page.startswith(("book/", "course/")):
        return
    cells = {
        str(node["cell_index"]): node
        for node in doctree.findall(nodes.container)
        if node.get("nb_element") == "cell_code"
    }
    cards = {node["full_name"]: node for node in doctree.findall(ExerciseCard)}
    if not cells and not cards:
        return
    steps = link_exercises(link(in_order(app.env, page)))
    for each in steps:
        if node := cells.get(each.source.id):
            mark_cell(node, each)
        elif node := cards.get(each.source.id):
            mark_exercise(node)
    written = [node for node in cards.values() if node["kind"] == "written"]
    for node in written:
        mark_written(node)
    shown = [each for each in steps if not each.source.hidden and not each.local]
    if not shown:
        return
    chapter = page.rpartition("/")[2]
    exercises = [each for each in steps if each.source.defines]
    up = "../" * page.count("/")
    pages(app.env)[page] = {
        "chapter": chapter,
        "notebook": f"{up}notebooks/{chapter}.ipynb",
        "packages": for_checks(chapter) if exercises else ["numpy"],
        "solutions": f"{up}_static/solutions/" if with_solutions() else "",
        "steps": [as_data(each) for each in steps],
        "written": [
            {"name": node["full_name"], "gradeId": node["full_name"].replace(".", "-")}
            for node in written
        ],
    }
    if exercises:
        add_work_panel(doctree, len(exercises))


def in_order(env: BuildEnvironment, page: str) -> list[Source]:
    """Return the page's code cells, also those that are not shown, and its exercises, in order."""
    text = Path(env.doc2path(page)).read_text("utf-8")
    notebook = read_myst_markdown_notebook(
        text,
        config=env.myst_config,  # type: ignore[attr-defined]
        code_directive="{code-cell}",
        raw_directive="{raw-cell}",
    )
    found = []
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type == "code":
            tags = frozenset(cell.metadata.get("tags", ()))
            hidden = bool(tags & NOT_SHOWN)
            found.append(Source(str(index), cell.source, tags, hidden=hidden))
        elif cell.cell_type == "markdown":
            for name in EXERCISE.findall(cell.source):
                exercise = find(name)
                stub = student_stub(name).strip("\n")
                found.append(Source(exercise.name, stub, defines=(exercise.symbol,)))
    return found


def link_exercises(steps: list[Linked]) -> list[Linked]:
    """Let each exercise need the setup and every exercise above, as in its notebook."""
    before: list[str] = []
    linked = []
    for each in steps:
        if each.source.defines:
            each = replace(each, needs=tuple(before))
        if each.source.defines or "setup" in each.source.tags:
            before.append(each.source.id)
        linked.append(each)
    return linked


def as_data(step: Linked) -> dict[str, Any]:
    """Return what ``src/plan.ts`` calls a Step."""
    source = step.source
    data: dict[str, Any] = {
        "id": source.id,
        "kind": "exercise" if source.defines else "cell",
        "source": source.source,
        "needs": step.needs,
        "local": step.local,
        "hidden": source.hidden,
        "gives": sorted(names(source.source)[1] - {"np"}) if "setup" in source.tags else [],
    }
    if source.defines:
        exercise = find(source.id)
        data |= {
            "name": exercise.name,
            "answer": exercise.solution_name,
            "gradeId": f"{exercise.chapter}-{exercise.symbol}-code",
            "outOf": exercise.points,
        }
    return data


def mark_cell(node: nodes.container, step: Linked) -> None:
    """Put buttons below the cell's code, or say that it runs locally."""
    code = next((n for n in node.findall(nodes.container) if is_source(n)), None)
    if code is None:
        return
    node["ids"].append(f"cell-{step.source.id}")
    below = runs_elsewhere(step) if step.local else bar("run edit", "all reset stop")
    code.parent.insert(code.parent.index(code) + 1, below)


def is_source(node: nodes.container) -> bool:
    return node.get("nb_element") == "cell_code_source"


def mark_exercise(node: ExerciseCard) -> None:
    stub = next(iter(node.findall(nodes.literal_block)))
    node.insert(node.index(stub) + 1, bar("check edit hint reset", "stop"))


def mark_written(node: ExerciseCard) -> None:
    """Put a field below the question, before what says how it is graded."""
    label = f"Your answer to {node['title']}"
    field = (
        f'<textarea class="live-answer" rows="8" aria-label="{html.escape(label)}" '
        'placeholder="Your answer. It is kept in this browser, and goes into the notebook that '
        'you download."></textarea>'
    )
    folds = [child for child in node if isinstance(child, Folded)]
    at = node.index(folds[0]) if folds else len(node)
    node.insert(at, nodes.raw("", field, format="html"))


def add_work_panel(doctree: nodes.document, count: int) -> None:
    """Put "Your work" below the page's title."""
    panel = (
        '<div class="live-work" role="group" aria-label="Your work">'
        f'<p class="live-work-says">0 of {count} exercises solved. Kept in this browser only.</p>'
        '<button type="button" class="live-button" data-act="download">Download my notebook</button>'
        '<button type="button" class="live-button" data-act="clear">Clear my answers</button>'
        '<span class="live-status" role="status"></span></div>'
    )
    title = next(iter(doctree.findall(nodes.title)))
    title.parent.insert(title.parent.index(title) + 1, nodes.raw("", panel, format="html"))


def pages(env: BuildEnvironment) -> dict[str, dict[str, Any]]:
    """Return what each page with code has to say to its script."""
    if not hasattr(env, "live_pages"):
        env.live_pages = {}  # type: ignore[attr-defined]
    return env.live_pages  # type: ignore[attr-defined]


def add_to_page(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Load the scripts, and write the page's JSON at its end."""
    app.add_css_file("live/progress.css", priority=800)
    app.add_js_file("live/progress.js", type="module")
    if page not in pages(app.env) or "body" not in context:
        return
    app.add_css_file("live/live.css", priority=800)
    app.add_js_file("live/live.js", type="module")
    text = json.dumps(pages(app.env)[page], ensure_ascii=False).replace("<", "\\u003c")
    context["body"] += f'<script type="application/json" id="live-page">{text}</script>'


def build_front_end(app: Sphinx) -> None:
    """Bundle ``book/live`` into the site, with the list of what each chapter has."""
    if app.builder.format != "html":
        return
    target = Path(app.outdir) / "_static" / "live"
    shutil.rmtree(target, ignore_errors=True)
    install(LIVE)
    npm(LIVE, "run", "build", "--silent", "--", str(target.resolve()))
    found = {page.rpartition("/")[2] for page in app.env.found_docs if page.startswith("course/")}
    by_chapter = [
        {
            "title": CHAPTERS[slug],
            "page": f"course/{slug}.html",
            "exercises": {e.name: e.points for e in registry().values() if e.chapter == slug},
        }
        for slug in chapters()
        if slug in found
    ]
    (target / "course.json").write_text(json.dumps(by_chapter), encoding="utf-8")


class Progress(SphinxDirective):
    """``{progress}``: how far the reader is in each chapter."""

    def run(self) -> list[nodes.Node]:
        says = "Kept in this browser only; nothing is sent anywhere."
        text = f'<div class="live-progress"><p>{says}</p></div>'
        return [nodes.raw("", text, format="html")]


def forget(app: Sphinx, env: BuildEnvironment, page: str) -> None:
    pages(env).pop(page, None)


def setup(app: Sphinx) -> dict[str, object]:
    app.add_directive("progress", Progress)
    app.connect("env-before-read-docs", lambda app, env, docs: build_front_end(app))
    app.connect("doctree-resolved", mark_up)
    app.connect("env-purge-doc", forget)
    app.connect("html-page-context", add_to_page)
    return {"parallel_read_safe": True, "parallel_write_safe": False}
