"""``{explorable} name``: a figure to play with, without a kernel.

    ```{explorable} neuron
    :alt: A plane, colored by the output of one neuron.
    :state: {"w1": 1.0, "w2": -1.0, "b": 0.0}

    One neuron over a plane. **Predict:** what does a larger bias do to the line?

    ---
    It moves the line without turning it.
    ```

``book/figures/<name>.js`` is an ES module with anywidget's contract, ``export default {render({model,
el})}``. The page gives it a model of its own that starts from ``state``. Until the module runs, and
where JavaScript is off, the picture ``book/figures/<name>.svg`` (or ``.png``) stands in its place.
What comes after ``---`` is the answer to the caption's question, folded.
"""

import html
import json
import shutil
from pathlib import Path
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

FIGURES = Path(__file__).resolve().parents[1] / "figures"


class ExplorableStage(nodes.General, nodes.Element):
    """Where the module draws; holds the picture that it replaces."""


class ExplorableAnswer(nodes.General, nodes.Element):
    """The answer to the caption's question."""


class Explorable(SphinxDirective):
    has_content = True
    required_arguments = 1
    option_spec: ClassVar = {"alt": directives.unchanged_required, "state": directives.unchanged}

    def run(self) -> list[nodes.Node]:
        name, alt = self.arguments[0], self.options.get("alt")
        if not alt:
            raise self.error(f"The figure {name!r} needs :alt:, a sentence for who cannot see it.")
        if not (FIGURES / f"{name}.js").is_file():
            raise self.error(f"There is no module book/figures/{name}.js.")
        try:
            state = json.loads(self.options.get("state", "{}"))
        except json.JSONDecodeError as error:
            raise self.error(f":state: of the figure {name!r} is not JSON: {error}.") from error
        caption, answer = self.split_body()
        if not caption or not answer:
            raise self.error(
                f"The figure {name!r} needs a caption that asks for a prediction, a line '---' and "
                "the answer."
            )
        figure = nodes.figure(classes=["explorable"], names=[f"explorable-{name}"])
        stage = ExplorableStage(module=name, state=json.dumps(state), alt=alt)
        stage += nodes.image(uri=self.picture(name), alt=alt, candidates={}, loading="lazy")
        figure += stage
        figure += nodes.caption("", "", *caption[0].children)
        figure += nodes.legend("", *caption[1:], ExplorableAnswer("", *answer))
        self.set_source_info(figure)
        self.state.document.note_explicit_target(figure)
        return [figure]

    def split_body(self) -> tuple[list[nodes.Node], list[nodes.Node]]:
        lines = list(self.content)
        rule = lines.index("---") if "---" in lines else len(lines)
        return self.parse(0, rule), self.parse(rule + 1, len(lines))

    def parse(self, start: int, stop: int) -> list[nodes.Node]:
        parsed = nodes.container()
        part = StringList(list(self.content)[start:stop], self.content.source(0))
        self.state.nested_parse(part, self.content_offset + start, parsed)
        return parsed.children

    def picture(self, name: str) -> str:
        for ending in (".svg", ".png"):
            if (FIGURES / f"{name}{ending}").is_file():
                return f"/book/figures/{name}{ending}"
        raise self.error(
            f"There is no picture book/figures/{name}.svg for who reads without script."
        )


def visit_stage(self: HTML5Translator, node: ExplorableStage) -> None:
    data = {"module": node["module"], "state": node["state"], "alt": node["alt"]}
    attributes = "".join(f' data-{key}="{html.escape(text)}"' for key, text in data.items())
    self.body.append(f'<div class="explorable-stage"{attributes}>')


def depart_stage(self: HTML5Translator, node: ExplorableStage) -> None:
    self.body.append("</div>")


def visit_answer(self: HTML5Translator, node: ExplorableAnswer) -> None:
    self.body.append(
        '<details class="reveal"><summary>I have a prediction: show the answer</summary>'
    )


def depart_answer(self: HTML5Translator, node: ExplorableAnswer) -> None:
    self.body.append("</details>")


def copy_figures(app: Sphinx) -> None:
    """Publish the modules (the pictures go the way of every picture)."""
    target = Path(app.outdir) / "_static" / "figures"
    target.mkdir(parents=True, exist_ok=True)
    for module in FIGURES.rglob("*.js"):
        place = target / module.relative_to(FIGURES)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(module, place)


def setup(app: Sphinx) -> dict[str, object]:
    app.add_directive("explorable", Explorable)
    app.add_node(ExplorableStage, html=(visit_stage, depart_stage))
    app.add_node(ExplorableAnswer, html=(visit_answer, depart_answer))
    app.connect("builder-inited", copy_figures)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
