"""``{exercise} chapter.name`` and ``{written} chapter.name``: what the exercise pages show.

    ```{exercise} structure.neuron
    ```

    ```{written} structure.why_nonlinear
    :points: 4

    The question.

    ---
    The rubric.
    ```

    ```{how-to-work} structure.neuron
    ```

An exercise's points, needs and hints come from the registry, its stub from the composed notebook.
Nothing about an exercise is written on the page, so that page, notebook and checks cannot disagree.
``make book SOLUTIONS=0`` leaves the rubrics of written questions out, for a class.
"""

import html
import os
from pathlib import Path
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator


class ExerciseCard(nodes.General, nodes.Element):
    """One exercise or written question. ``kind``, ``title`` and ``points`` make its head."""


class Folded(nodes.General, nodes.Element):
    """What opens on request; ``summary`` is the line that is always seen, ``kind`` a class."""


def anchor(full_name: str) -> str:
    return "exercise-" + full_name.replace(".", "-").replace("_", "-")


def card(full_name: str, kind: str, points: float) -> ExerciseCard:
    node = ExerciseCard(classes=[kind], ids=[anchor(full_name)], kind=kind, points=points)
    node["title"] = full_name.partition(".")[2]
    node["full_name"] = full_name
    return node


def fold_in_turn(summaries: list[str], bodies: list[list[nodes.Node]]) -> list[nodes.Node]:
    """Fold each body inside the one before, so that the next shows only once this one is open."""
    if not bodies:
        return []
    first = Folded("", *bodies[0], summary=summaries[0], kind=" hint")
    first += fold_in_turn(summaries[1:], bodies[1:])
    return [first]


class ExerciseDirective(SphinxDirective):
    has_content = False
    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        from autograder.exercises import UnknownExercise, find
        from autograder.notebook import student_stub

        full_name = self.arguments[0]
        try:
            exercise = find(full_name)
        except UnknownExercise as error:
            raise self.error(str(error)) from error
        self.note_sources(exercise.chapter)
        node = card(full_name, "exercise", exercise.points)
        node["core"] = exercise.core
        if exercise.needs:
            node += self.needs(exercise.needs)
        stub = student_stub(full_name).strip("\n")
        node += nodes.literal_block(stub, stub, language="python")
        summaries = ["A nudge", "A bigger hint", "Almost there"]
        node += fold_in_turn(summaries, [self.markdown(hint) for hint in exercise.hints])
        return [node]

    def needs(self, names: tuple[str, ...]) -> nodes.paragraph:
        line = nodes.paragraph("", "Builds on ", classes=["exercise-needs"])
        for position, name in enumerate(names):
            line += nodes.Text(", " if position else "")
            chapter, _, short = name.partition(".")
            link = nodes.reference("", "", nodes.literal(short, short), internal=True)
            here = self.env.docname == f"course/{chapter}"
            link["refuri"] = ("" if here else f"{chapter}.html") + "#" + anchor(name)
            line += link
        line += nodes.Text(".")
        return line

    def markdown(self, text: str) -> list[nodes.Node]:
        parsed = nodes.container()
        self.state.nested_parse(StringList(text.splitlines(), "hint"), self.content_offset, parsed)
        return parsed.children

    def note_sources(self, chapter: str) -> None:
        """Build the page again when the exercise or its solution changes."""
        root = Path(self.env.srcdir)
        for folder in ("solutions", "autograder/exercises"):
            self.env.note_dependency(str(root / folder / f"{chapter}.py"))


class WrittenDirective(SphinxDirective):
    has_content = True
    required_arguments = 1
    option_spec: ClassVar = {"points": directives.positive_int}

    def run(self) -> list[nodes.Node]:
        lines = list(self.content)
        if "---" not in lines:
            raise self.error(
                f"The written question {self.arguments[0]!r} needs a line '---' and, below it, "
                "its rubric."
            )
        rule = lines.index("---")
        node = card(self.arguments[0], "written", self.options.get("points", 0))
        node += self.parse(0, rule)
        how = "Answer here or in the notebook, in the cell below the question. A person reads and grades it."
        node += nodes.paragraph("", how, classes=["exercise-how"])
        if os.environ.get("SOLUTIONS") != "0":
            node += Folded("", *self.parse(rule + 1, len(lines)), summary="How it is graded")
        return [node]

    def parse(self, start: int, stop: int) -> list[nodes.Node]:
        parsed = nodes.container()
        part = StringList(list(self.content)[start:stop], self.content.source(0))
        self.state.nested_parse(part, self.content_offset + start, parsed)
        return parsed.children


class HowToWork(SphinxDirective):
    """What a student does in the page; the notebook says what to do there."""

    required_arguments = 1  # an exercise, which only the notebook's text names

    def run(self) -> list[nodes.Node]:
        from autograder.how_to_work import IN_THE_PAGE

        self.env.note_dependency(str(Path(self.env.srcdir) / "autograder" / "how_to_work.py"))
        says = nodes.container(classes=["how-to-work"])
        self.state.nested_parse(StringList(IN_THE_PAGE.splitlines(), "how to work"), 0, says)
        return [says]


def visit_card(self: HTML5Translator, node: ExerciseCard) -> None:
    points = node["points"]
    worth = f"{points} point{'' if points == 1 else 's'}" if points else ""
    title = html.escape(node["title"])
    kicker = "Exercise" if node["kind"] == "exercise" else "Written question"
    core = '<span class="exercise-core">core</span>' if node.get("core") else ""
    self.body.append(
        f'<section class="{node["kind"]}" id="{node["ids"][0]}" aria-label="{kicker} {title}">'
        f'<p class="exercise-head"><span class="exercise-kicker">{kicker}</span> '
        f'<code>{title}</code> {core}<span class="live-mark"></span>'
        f'<span class="exercise-points">{worth}</span></p>'
    )


def depart_card(self: HTML5Translator, node: ExerciseCard) -> None:
    self.body.append("</section>\n")


def visit_folded(self: HTML5Translator, node: Folded) -> None:
    summary = html.escape(node["summary"])
    kind = node.get("kind", "")
    self.body.append(f'<details class="reveal{kind}"><summary>{summary}</summary>')


def depart_folded(self: HTML5Translator, node: Folded) -> None:
    self.body.append("</details>\n")


def setup(app: Sphinx) -> dict[str, object]:
    app.add_directive("exercise", ExerciseDirective)
    app.add_directive("written", WrittenDirective)
    app.add_directive("how-to-work", HowToWork)
    app.add_node(ExerciseCard, html=(visit_card, depart_card))
    app.add_node(Folded, html=(visit_folded, depart_folded))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
