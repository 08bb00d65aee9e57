"""JupyterLite beside the book: a student's notebook, the checks, and the widgets."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

CODE = """\
import numpy as np
from IPython.display import display
from autograder import check
from course.widgets import explorable, explorer

def relu(z):
    return np.maximum(z, 0)

display(check("structure.relu"), explorable("neuron"), explorer(np.tanh))"""
Lite = tuple[Page, list[str], list[str]]
LITE = "lite/lab/index.html?path=structure.ipynb"
LONG = 120_000  # milliseconds: JupyterLab, Python and Matplotlib start


def wait_for_kernel(page: Page) -> None:
    idle = page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]")
    idle.wait_for(state="attached", timeout=LONG)  # a narrow toolbar may hide it


def run_in_new_cell(page: Page, address: str, code: str) -> None:
    """Open the first chapter's notebook and run code in a new cell, once there is a kernel to run it.

    JupyterLab forgets a cell that is run before its kernel has begun to start.
    """
    page.goto(address + LITE)
    page.locator(".jp-Notebook .jp-CodeCell .cm-content").first.click(timeout=LONG)
    wait_for_kernel(page)
    page.keyboard.press("Escape")
    page.keyboard.press("b")
    page.keyboard.press("Enter")
    editor = page.locator(".jp-Notebook .jp-Cell.jp-mod-active .cm-content")
    expect(editor).to_be_focused(timeout=LONG)
    page.keyboard.insert_text(code)
    page.keyboard.press("Control+Enter")


@pytest.fixture(scope="module")
def lite(browser: Browser, address: str) -> Iterator[Lite]:
    """The first chapter's notebook with the code run in a new cell, the hosts that were asked, and
    what the console was told."""
    hosts: list[str] = []
    told: list[str] = []
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.on("request", lambda request: hosts.append(urlsplit(request.url).netloc))
    context.on("console", lambda message: told.append(message.text))
    page = context.new_page()
    run_in_new_cell(page, address, CODE)
    page.locator(".jp-OutputArea-output .ag-right").first.wait_for(timeout=LONG)
    yield page, hosts, told
    context.close()


def test_an_exercise_is_checked(lite: Lite) -> None:
    page, _, _ = lite
    verdict = page.locator(".jp-OutputArea-output .ag-right").first
    expect(verdict).to_contain_text("structure.relu is right")


def test_the_books_figures_and_sliders_work(lite: Lite) -> None:
    page, _, _ = lite
    expect(page.locator(".jp-OutputArea-output input[type=range]").first).to_be_attached()
    expect(page.locator(".widget-slider").first).to_be_attached(timeout=LONG)
    expect(page.locator(".jp-OutputArea-output img").first).to_be_attached(timeout=LONG)


def test_nothing_is_asked_of_another_host(lite: Lite, address: str) -> None:
    _, hosts, _ = lite
    assert set(hosts) - {""} == {urlsplit(address).netloc}


def test_nothing_is_said_on_standard_error(lite: Lite) -> None:
    page, _, _ = lite
    assert page.locator("[data-mime-type='application/vnd.jupyter.stderr']").count() == 0


def test_extensions_were_built_for_a_jupyterlab_that_jupyterlite_has(lite: Lite) -> None:
    """Else the browser's console warns, and the extension runs on what it was not built for."""
    _, _, told = lite
    assert not [text for text in told if text.startswith(("Unsatisfied version", "No satisfying"))]


# Runs the first code cell as soon as it is there, which is seconds before its kernel begins to start.
RUN_AT_ONCE = """() => {
  const look = () => {
    const cell = document.querySelector(".jp-Notebook .jp-CodeCell .cm-content");
    if (!cell) return requestAnimationFrame(look);
    cell.focus();
    const [bubbles, composed, cancelable] = [true, true, true];
    const key = { key: "Enter", code: "Enter", keyCode: 13, shiftKey: true };
    cell.dispatchEvent(new KeyboardEvent("keydown", { ...key, bubbles, composed, cancelable }));
  };
  requestAnimationFrame(look);
}"""
TOLD_OR_RUN = """() => document.querySelector(".Toastify__toast")?.innerText.includes("still initializing")
  || /\\[(\\*|1)\\]/.test(document.querySelector(".jp-CodeCell .jp-InputPrompt")?.innerText)"""


def test_a_cell_that_is_run_before_there_is_a_kernel_is_not_forgotten_in_silence(
    browser: Browser, address: str
) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.add_init_script(f"({RUN_AT_ONCE})()")
    page.goto(address + LITE)
    wait_for_kernel(page)
    page.wait_for_function(TOLD_OR_RUN)
    context.close()
