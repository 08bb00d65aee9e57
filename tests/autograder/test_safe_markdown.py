"""What a student writes in a written answer runs in nobody's browser, and still reads as written."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from urllib.parse import urljoin

import nbformat
import pytest
from nbconvert.exporters import HTMLExporter
from nbgrader.server_extensions.formgrader import handlers
from traitlets.config import Config

from autograder.feedback_pages import feedback_page
from autograder.gradebook import Graded, course_settings
from autograder.safe_markdown import TAGS, safe_markdown

HERE = "http://here/feedback/ada/structure/"
ATTACK = "stolen<script>document.title = 'forged'</script><img src=x onerror=forge()>"


def elements(html: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """The elements that a browser would make of a piece of HTML, with their attributes."""
    found = []

    class Finder(HTMLParser):
        def handle_starttag(self, tag, attrs):
            found.append((tag, [(name, value or "") for name, value in attrs]))

    Finder().feed(html)
    return found


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>forge()</script>",
        "<img src=x onerror=forge()>",
        "<svg onload=forge()>",
        "[grade](javascript:forge())",
        "<a href='jav&#x09;ascript:forge()'>grade</a>",
        "<a href='data:text/html,<script>forge()</script>'>grade</a>",
        "<iframe srcdoc='<script>forge()</script>'></iframe>",
        "<form action=/formgrader/api><button>grade</button></form>",
        "<style>@import url(//example.org)</style>",
        "<math><mi xlink:href='javascript:forge()'>x</mi></math>",
        "$<script>forge()</script>$",
        "`<script>` <script>forge()</script>",
        "```html\n</pre><script>forge()</script>\n```",
    ],
)
def test_nothing_that_could_run_is_left(hostile):
    for tag, attributes in elements(safe_markdown(hostile)):
        assert tag in TAGS
        for name, value in attributes:
            assert not name.startswith("on")
            assert name not in ("style", "srcdoc")
            if name in ("href", "src"):
                assert ":" not in value or value.startswith(("http:", "https:", "mailto:"))


def test_honest_markdown_reads_as_it_was_written():
    made = safe_markdown(
        "# Why $a<b$\n\n*First*, `x < 3`:\n\n1. one\n2. two\n\n| a |\n|---|\n| 1 |\n\n"
        "```python\nreturn x\n```\n\n![p](pictures/p%201.png) <img src='p.png' width=40>"
    )
    for part in ("<h1", "$a&lt;b$", "<em>First</em>", "<code>x &lt; 3</code>", "<ol>", "<td>1</td>",
                 '<span class="k">return</span>', 'src="pictures/p%201.png"', 'src="p.png"'):  # fmt: skip
        assert part in made


@pytest.mark.parametrize(
    "source",
    [
        "https://example.org/p.png",
        "//example.org/p.png",
        "/\\example.org/p.png",
        "\\\\example.org/p.png",
        "/\t/example.org/p.png",
        " //example.org/p.png",
        "data:image/svg+xml,<svg/>",
        "/formgrader/api/assignment",
        "../../hub/logout",
        "pictures/../../../hub/logout",
    ],
)
def test_a_picture_is_loaded_only_from_beside_the_answer(source):
    for written in (f'<img src="{source}" alt="plot">', f"![plot](<{source}>)"):
        made = safe_markdown(written)
        pictures = [dict(has)["src"] for tag, has in elements(made) if tag == "img"]
        assert all(urljoin(HERE, each).startswith(HERE) for each in pictures)
        assert "plot" in made, "a reader is told that there is one"


def test_a_picture_of_another_host_is_a_link():
    made = safe_markdown("![plot](https://example.org/p.png)")
    assert ("a", [("href", "https://example.org/p.png")]) in elements(made)


def test_a_picture_that_may_not_be_loaded_at_all_is_no_link():
    made = safe_markdown('<img src="data:image/svg+xml,<svg/>" alt="plot">')
    assert "plot" in made
    assert "a" not in [tag for tag, _ in elements(made)]


@pytest.fixture
def restless_threads():
    """Threads that give way to each other all the time."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


def test_answers_and_pages_made_at_the_same_time_do_not_mix(made_class, restless_threads):
    """A worker of a cluster may have several threads."""
    answers = [f"**{each}** <p>a<ul><li>{each}</p><table><td>{each}" * 5 for each in range(100)]

    def page(answer: str) -> str:
        cells = [nbformat.v4.new_markdown_cell(answer), nbformat.v4.new_code_cell(f"'{answer}'")]
        for number, cell in enumerate(cells):
            cell.id = f"cell-{number}"
        notebook = nbformat.v4.new_notebook(cells=cells)
        graded = Graded(answer, "structure", "structure", notebook, 1, 2, 0, {}, {})
        return feedback_page(made_class.course, graded)

    for make in (safe_markdown, page):
        with ThreadPoolExecutor(4) as executor:
            together = list(executor.map(make, answers))
        for answer, made in zip(answers, together, strict=True):
            assert made == make(answer)


def test_a_script_in_a_written_answer_reaches_neither_formgrader_nor_feedback(made_class, grade):
    made_class.answer("ada", "markdown", ATTACK)
    path = made_class.notebook("ada")
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(nbformat.v4.new_markdown_cell(ATTACK))
    nbformat.write(notebook, path)
    course = made_class.course
    grade(course, "ada")
    feedback = (course / "feedback" / "ada" / "structure" / "structure.html").read_text()
    config = Config(course_settings(course)[0])
    config.HTMLExporter.template_name = "formgrade"  # as formgrader sets it
    config.HTMLExporter.extra_template_basedirs = [handlers.template_path]
    graded = course / "autograded" / "ada" / "structure" / "structure.ipynb"
    resources = {"index": 0, "total": 1, "base_url": ""}
    shown, _ = HTMLExporter(config=config).from_filename(str(graded), resources)
    for page in (feedback, shown):
        assert page.count("stolen") == 2, "the answer is shown"
        assert "<script>document.title" not in page
        assert not [tag for tag, has in elements(page) if tag == "img" and "onerror" in dict(has)]
