"""``{quiz}``: a question, options marked ``[x]`` (right) or ``[ ]``, and why each is right or wrong.

    ```{quiz}
    How many parameters has a layer with 3 inputs and 2 neurons?

    - [ ] 6

      Those are the weights. Each neuron also has a bias.
    - [x] 8

      3 × 2 weights and 2 biases.
    ```

One right option gives radio buttons, several give check boxes. Without JavaScript every explanation
can be unfolded.
"""

import re

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

MARK = re.compile(r"^\[([ xX])\]\s*")


class QuizForm(nodes.General, nodes.Element):
    """The whole question; ``quiz_id`` and ``several`` (more than one right option)."""


class QuizQuestion(nodes.General, nodes.Element):
    """What is asked."""


class QuizOption(nodes.General, nodes.Element):
    """One option; holds its text and then its ``QuizReason``. ``right`` says which."""


class QuizReason(nodes.General, nodes.Element):
    """Why the option is right or wrong."""


class Quiz(SphinxDirective):
    has_content = True

    def run(self) -> list[nodes.Node]:
        parsed = nodes.container()
        self.state.nested_parse(self.content, self.content_offset, parsed)
        lists = [child for child in parsed if isinstance(child, nodes.bullet_list)]
        if len(lists) != 1 or parsed[-1] is not lists[0]:
            raise self.error("A quiz is a question followed by one list of options.")
        options = [self.option(item) for item in lists[0]]
        right = sum(option["right"] for option in options)
        if not right or right == len(options):
            raise self.error("Mark the right options of a quiz with [x] and the others with [ ].")
        form = QuizForm(classes=["quiz"], several=right > 1)
        form["quiz_id"] = f"quiz-{self.env.new_serialno('quiz') + 1}"
        form += QuizQuestion("", *parsed[:-1])
        form += options
        for option in options:
            option["kind"] = "checkbox" if right > 1 else "radio"
            option["group"] = form["quiz_id"]
        return [form]

    def option(self, item: nodes.list_item) -> QuizOption:
        text, reason = item[0], item[1:]
        mark = MARK.match(text[0].astext()) if len(text) else None
        if not mark or not reason:
            raise self.error(
                f"The option {item.astext()!r} needs [x] or [ ] in front and, as a paragraph of "
                "its own below it, why it is right or wrong."
            )
        text[0] = nodes.Text(text[0].astext()[mark.end() :])
        option = QuizOption(right=mark[1] != " ")
        label = nodes.inline("", "", *text.children, classes=["quiz-label"])
        option += label
        option += QuizReason("", *reason, right=option["right"])
        return option


def visit_form(self: HTML5Translator, node: QuizForm) -> None:
    name = "all that are right" if node["several"] else "one"
    self.body.append(f'<form class="quiz" id="{node["quiz_id"]}"><fieldset>')
    self.body.append(f'<legend class="quiz-kicker">Quiz <span>choose {name}</span></legend>')


def depart_form(self: HTML5Translator, node: QuizForm) -> None:
    self.body.append(
        '<div class="quiz-foot"><button class="quiz-check" type="submit" hidden>Check</button>'
        '<p class="quiz-verdict" role="status"></p></div></fieldset></form>\n'
    )


def visit_question(self: HTML5Translator, node: QuizQuestion) -> None:
    self.body.append('<div class="quiz-question">')


def visit_option(self: HTML5Translator, node: QuizOption) -> None:
    right = "yes" if node["right"] else "no"
    self.body.append(
        f'<div class="quiz-option" data-right="{right}"><label>'
        f'<input type="{node["kind"]}" name="{node["group"]}"> '
    )


def visit_reason(self: HTML5Translator, node: QuizReason) -> None:
    verdict = "Right." if node["right"] else "Not this one."
    self.body.append(
        "</label><details class='quiz-reason'><summary>Is it this?</summary>"
        f'<div class="quiz-why"><strong>{verdict}</strong>'
    )


def depart_reason(self: HTML5Translator, node: QuizReason) -> None:
    self.body.append("</div></details>")


def close_division(self: HTML5Translator, node: nodes.Element) -> None:
    self.body.append("</div>\n")


def setup(app: Sphinx) -> dict[str, object]:
    app.add_directive("quiz", Quiz)
    app.add_node(QuizForm, html=(visit_form, depart_form))
    app.add_node(QuizQuestion, html=(visit_question, close_division))
    app.add_node(QuizOption, html=(visit_option, close_division))
    app.add_node(QuizReason, html=(visit_reason, depart_reason))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
