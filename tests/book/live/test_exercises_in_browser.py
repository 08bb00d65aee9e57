"""Exercises in the built pages: check, hints, what is kept, what success opens, handing in."""

import json
import re
import shutil
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook
from playwright.sync_api import Browser, Locator, Page, expect

from autograder.exercises import registry
from autograder.record import alternatives_of, mistakes_of, solution
from autograder.release import nbgrader, release
from autograder.secret_keys import record_secret_keys
from autograder.student_source import NoSource, source_as
from tests.book.live.test_cells_in_browser import PYTHON_STARTS, ends, opened, press, write

CHAPTER = "structure"
PAGE = f"course/{CHAPTER}.html"
RIGHT = "def neuron(x, w, b, activation):\n    return activation(x @ w + b)\n"
WRONG = "def neuron(x, w, b, activation):\n    return activation(x @ w)\n"


def card(tab: Page, name: str) -> Locator:
    return tab.locator(f"#exercise-{CHAPTER}-{name.replace('_', '-')}")


def answer(tab: Page, name: str, code: str) -> Locator:
    """Write an answer and check it."""
    it = card(tab, name)
    it.scroll_into_view_if_needed()
    if it.get_by_role("button", name="Edit").is_visible():
        press(it, "Edit")
    write(tab, it, code)
    press(it, "Check")
    expect(it.locator(".ag")).to_be_visible(timeout=PYTHON_STARTS)
    expect(it.get_by_role("button", name="Stop")).to_be_hidden()
    return it


def test_a_wrong_answer_is_told_in_steps_and_a_right_one_opens_the_solutions(
    browser: Browser, address: str
) -> None:
    with opened(browser, address, PAGE) as (tab, faults):
        asked: list[str] = []
        tab.on("request", lambda request: asked.append(request.url))
        it = answer(tab, "neuron", WRONG)
        expect(it.locator(".ag-wrong")).to_contain_text("not right yet")
        where = it.get_by_text("Where to look")
        expect(it.get_by_text("The mistake")).to_be_hidden()
        where.click()
        it.get_by_text("The mistake").click()
        expect(it.locator(".ag-wrong")).to_contain_text("bias")
        expect(it.locator(".live-solutions")).to_have_count(0)
        assert not [url for url in asked if "/solutions/" in url], "not before success"
        it = answer(tab, "neuron", RIGHT)
        expect(it.locator(".ag-right")).to_be_visible()
        it.get_by_text("The reference solution").click()
        expect(it.locator(".live-solutions pre").first).to_contain_text("def neuron")
        assert "### BEGIN" not in it.inner_text()
        assert it.locator(".live-solutions details").count() == 2
        assert not faults


def test_a_check_waits_for_its_own_chapter_and_for_no_other(browser: Browser, address: str) -> None:
    with opened(browser, address, PAGE) as (tab, faults):
        asked: list[str] = []
        tab.on("request", lambda request: asked.append(request.url))
        expect(answer(tab, "neuron", RIGHT).locator(".ag-right")).to_be_visible()
        ours = [name for url in asked for name in re.findall(r"/(course.*)-0\.1", url)]
        assert ours == ["course_keys_structure"]
        assert not faults


def test_a_cell_may_check_an_exercise_of_another_chapter(browser: Browser, address: str) -> None:
    with opened(browser, address, "book/forward.html") as (tab, faults):
        it = tab.locator("#cell-2")
        press(it, "Edit")
        code = "import numpy as np\nfrom autograder import check\n"
        code += "def relu(z):\n    return np.maximum(z, 0)\ncheck('structure.relu')"
        write(tab, it, code)
        press(it, "Run")
        ends(it)
        expect(it.locator(".ag-right")).to_contain_text("structure.relu is right")
        assert not faults


def test_hints_come_one_at_a_time(browser: Browser, address: str) -> None:
    with opened(browser, address, PAGE) as (tab, _):
        it = card(tab, "neuron")
        folds = it.locator("details.hint")
        for opened_by_now in (1, 2, 3):
            press(it, "Hint")
            assert it.locator("details.hint[open]").count() == opened_by_now
        press(it, "Hint")
        expect(it.locator(".live-status")).to_have_text("That was the last hint.")
        expect(folds.nth(2).locator("p").first).to_be_visible()


def test_an_answer_with_an_error_shows_where(browser: Browser, address: str) -> None:
    with opened(browser, address, PAGE) as (tab, _):
        it = card(tab, "neuron")
        press(it, "Edit")
        write(tab, it, "def neuron(x, w, b, activation)\n    return 1\n")
        press(it, "Check")
        ends(it, "Ended with an error")
        expect(it.locator(".live-error")).to_contain_text("SyntaxError")
        expect(it.locator(".ag")).to_have_count(0)


def test_answers_and_results_survive_a_reload_and_can_be_cleared(
    browser: Browser, address: str
) -> None:
    with opened(browser, address, PAGE) as (tab, _):
        answer(tab, "neuron", RIGHT)
        tab.locator("textarea.live-answer").fill("Because a product of matrices is a matrix.")
        tab.reload()
        it = card(tab, "neuron")
        it.scroll_into_view_if_needed()
        expect(it.locator(".cm-content")).to_contain_text("x @ w + b")
        expect(it.locator(".live-mark")).to_have_text("✓ solved")
        expect(it.locator(".live-solutions details")).to_have_count(2)
        expect(tab.locator("textarea.live-answer")).to_have_value(re.compile("product"))
        expect(tab.locator(".live-work-says")).to_contain_text("1 of 13 exercises solved")
        clear = tab.locator(".live-work [data-act=clear]")
        clear.click()
        expect(clear).to_have_text("Forget my answers of this chapter?")
        clear.click()
        expect(tab.locator(".live-work-says")).to_contain_text("0 of 13")
        tab.reload()
        expect(card(tab, "neuron").locator(".live-mark")).to_have_text("")
        expect(tab.locator("textarea.live-answer")).to_have_value("")


# Where the rows of a line that is shown on several begin, after its indentation.
ROWS_BEGIN = """(line) => {
  const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  let skip = line.textContent.search(/\\S/);
  for (let text = walker.nextNode(); text; text = walker.nextNode()) {
    if (skip < text.length) { range.setStart(text, skip); break; }
    skip -= text.length;
  }
  range.setEndAfter(line.lastChild);
  const rows = new Map();
  for (const { top, left, width } of range.getClientRects())
    if (width) rows.set(Math.round(top), Math.min(left, rows.get(Math.round(top)) ?? Infinity));
  return [...rows.values()];
}"""


@pytest.mark.parametrize("where", [".code-line", ".cm-line"])
def test_a_long_line_goes_on_below_its_own_beginning(
    browser: Browser, address: str, where: str
) -> None:
    with opened(browser, address, PAGE) as (tab, _):
        tab.set_viewport_size({"width": 390, "height": 844})
        it = card(tab, "neuron")
        it.scroll_into_view_if_needed()
        if where == ".cm-line":
            press(it, "Edit")
        first, *more = it.locator(where).nth(1).evaluate(ROWS_BEGIN)
        assert more
        assert more == pytest.approx([first] * len(more), abs=1)


def test_a_change_after_the_check_is_told(browser: Browser, address: str) -> None:
    with opened(browser, address, PAGE) as (tab, _):
        it = answer(tab, "neuron", RIGHT)
        write(tab, it, WRONG)
        expect(it.locator(".live-mark")).to_have_text("changed since the check")


def test_two_tabs_hold_the_same_answers(browser: Browser, address: str) -> None:
    with opened(browser, address, PAGE) as (tab, _):
        other = tab.context.new_page()
        other.goto(address + PAGE)
        press(card(other, "neuron"), "Edit")
        answer(tab, "neuron", RIGHT)
        expect(card(other, "neuron").locator(".cm-content")).to_contain_text("x @ w + b")
        expect(card(other, "neuron").locator(".live-mark")).to_have_text("✓ solved")
        expect(other.locator(".live-work-says")).to_contain_text("1 of 13")


def test_progress_is_shown_in_the_side_bar_and_on_the_home_page(
    browser: Browser, address: str
) -> None:
    with opened(browser, address, PAGE) as (tab, _):
        expect(tab.locator(".live-solved")).to_have_count(0)
        answer(tab, "neuron", RIGHT)
        expect(tab.locator(".bd-sidebar-primary .live-solved")).to_have_text("1/13")
        tab.goto(address + "book/index.html")
        row = tab.locator(".live-progress li").first
        expect(row).to_contain_text("1 of 13")
        assert row.locator("progress").get_attribute("value") == "1"


def test_a_demonstration_uses_the_students_own_function(browser: Browser, address: str) -> None:
    with opened(browser, address, PAGE) as (tab, _):
        demo = tab.locator("div.cell.tag_demo").first
        press(demo, "Run")
        ends(demo, "Ended with an error")
        expect(demo.locator(".live-output")).to_contain_text("neuron is an exercise on this page")
        answer(tab, "neuron", RIGHT)
        press(demo, "Run")
        ends(demo)
        expect(demo.locator(".live-output")).to_contain_text("right on")


def written_answers() -> dict[str, str]:
    """Right, wrong and missing answers by turns, as source."""
    found = {}
    exercises = [each for each in registry().values() if each.chapter == CHAPTER]
    for number, exercise in enumerate(exercises):
        candidates = {
            0: [solution(exercise.solution_name)],
            1: [each.function for each in mistakes_of(exercise.name)],
            2: [each.function for each in alternatives_of(exercise.name)],
            3: [],
        }[number % 4]
        for function in candidates:
            try:
                found[exercise.name] = source_as(function, exercise.symbol)
                break
            except NoSource:
                continue
    return found


@pytest.fixture(scope="module")
def handed_in(
    browser: Browser, address: str, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, float], Path]:
    """What the page said, and the notebook that it gave."""
    folder = tmp_path_factory.mktemp("download")
    with opened(browser, address, PAGE) as (tab, _):
        for name, code in written_answers().items():
            answer(tab, name.partition(".")[2], code)
        prefix = tab.evaluate("Object.keys(localStorage).find(k => k.includes(':result:'))")
        prefix = prefix[: prefix.index("result:")]
        said = {
            name: json.loads(
                tab.evaluate("key => localStorage.getItem(key)", f"{prefix}result:{name}")
            )
            for name in written_answers()
        }
        with tab.expect_download() as download:
            press(tab.locator(".live-work"), "Download my notebook")
        path = folder / f"{CHAPTER}.ipynb"
        assert download.value.suggested_filename == path.name
        download.value.save_as(path)
    return {name: result["points"] for name, result in said.items()}, path


def test_the_downloaded_notebook_is_the_released_one_with_my_answers(
    handed_in: tuple[dict[str, float], Path], site: Path
) -> None:
    _, path = handed_in
    mine = nbformat.read(path, as_version=4)
    nbformat.validate(mine)
    released = nbformat.read(site / "notebooks" / f"{CHAPTER}.ipynb", as_version=4)
    changed = 0
    for cell, other in zip(mine.cells, released.cells, strict=True):
        assert cell.metadata == other.metadata
        changed += cell.source != other.source
    assert changed == len(written_answers())


def test_handing_it_in_gives_the_score_that_the_page_showed(
    handed_in: tuple[dict[str, float], Path], tmp_path: Path
) -> None:
    said, path = handed_in
    exercises = [each for each in registry().values() if each.chapter == CHAPTER]
    course = tmp_path / "class"
    release(CHAPTER, course)
    record_secret_keys(course, exercises, count=1)
    submitted = course / "submitted" / "ada" / CHAPTER / path.name
    submitted.parent.mkdir(parents=True)
    shutil.copy(path, submitted)
    nbgrader(course, "autograde", CHAPTER, "--create", "--force")
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        graded = gradebook.find_submission_notebook(CHAPTER, CHAPTER, "ada")
        scores = {grade.name: grade.auto_score or 0.0 for grade in graded.grades}
    assert {0.0} < set(said.values()), "right and wrong answers were handed in"
    for exercise in exercises:
        assert scores[exercise.grade_id] == said.get(exercise.name, 0.0), exercise.name
