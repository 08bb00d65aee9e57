"""Cells in the built pages: edit, run, stop, run what is needed, go back."""

import gzip
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
CHAPTER = "book/forward.html"
PYTHON_STARTS = 90_000  # milliseconds; a machine that is busy with other tests is slow


@contextmanager
def opened(
    browser: Browser, address: str, page: str = CHAPTER, *, isolated: bool = False, **more: object
) -> Iterator[tuple[Page, list[str]]]:
    """Open a page; the list collects its complaints and what it asks other hosts for."""
    plain = not (isolated or more)
    if plain and browser.contexts:
        context = browser.contexts[0]  # it holds Python compiled, which spares seconds
    else:
        settings = {"viewport": DESKTOP, "service_workers": "block", **more}
        context = browser.new_context(**settings)
    if isolated:
        isolate(context)
    tab, faults = context.new_page(), []
    tab.set_default_timeout(PYTHON_STARTS)
    tab.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    tab.on("pageerror", lambda error: faults.append(str(error)))
    tab.on("request", lambda request: faults.append(request.url) if away(request.url) else None)

    def away(url: str) -> bool:
        return not url.startswith((address, "data:", "blob:"))

    tab.goto(f"{address}book/references.html")
    tab.evaluate("localStorage.clear()")
    tab.goto(address + page)
    yield tab, faults
    for each in context.pages:
        each.close()
    if not plain:
        context.close()


def isolate(context: BrowserContext) -> None:
    """Serve everything with the headers that let a page share memory with its worker."""

    def with_headers(route):
        answer = route.fetch()
        headers = {
            **answer.headers,
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Embedder-Policy": "require-corp",
        }
        route.fulfill(response=answer, headers=headers)

    context.route("**/*", with_headers)


def cell(tab: Page, words: str) -> Locator:
    """The cell whose code holds these words."""
    return tab.locator("div.cell", has=tab.locator(".cell_input", has_text=words)).first


def press(where: Locator, name: str) -> None:
    where.get_by_role("button", name=name, exact=True).click()


def write(tab: Page, where: Locator, code: str) -> None:
    """Replace what stands in an editor."""
    editor = where.locator(".cm-content")
    editor.click()
    tab.keyboard.press("ControlOrMeta+a")
    tab.keyboard.insert_text(code)


def ends(where: Locator, says: str = "Ran in") -> None:
    expect(where.locator(".live-status")).to_contain_text(says, timeout=PYTHON_STARTS)


def test_a_cell_runs_with_what_it_needs_and_shows_its_output(
    browser: Browser, address: str
) -> None:
    with opened(browser, address) as (tab, faults):
        it = tab.locator("#cell-17")  # it needs the digits, which a cell far above loads
        press(it, "Run")
        ends(it)
        built = it.locator(".cell_output")
        expect(built).to_be_hidden()
        live, static = it.locator(".live-output pre"), built.locator("pre")
        assert live.inner_text().split() == static.text_content().split()
        assert not faults


def test_a_cell_waits_for_the_data_set_that_it_loads_and_for_no_other(
    browser: Browser, address: str
) -> None:
    with opened(browser, address) as (tab, faults):
        asked: list[str] = []
        tab.on("request", lambda request: asked.append(request.url))
        it = tab.locator("#cell-17")
        press(it, "Run")
        ends(it)
        ours = {name for url in asked for name in re.findall(r"/(course\w*)-0\.1", url)}
        assert ours == {"course", "course_data_mnist"}
        assert not faults


def test_edit_run_and_reset(browser: Browser, address: str) -> None:
    with opened(browser, address) as (tab, faults):
        it = tab.locator("#cell-2")
        before = it.inner_text()
        press(it, "Edit")
        expect(it.locator(".cm-content")).to_be_focused()
        write(tab, it, "21 * 2")
        tab.keyboard.press("Shift+Enter")
        expect(it.locator(".live-output")).to_have_text("42", timeout=PYTHON_STARTS)
        press(it, "Reset")
        expect(it.locator(".live-output")).to_be_hidden()
        assert it.inner_text() == before
        assert not faults


def test_cells_share_their_state(browser: Browser, address: str) -> None:
    with opened(browser, address) as (tab, _):
        first, second = tab.locator("#cell-2"), tab.locator("#cell-10")
        for it, code in ((first, "shared = 20"), (second, "shared + 1")):
            press(it, "Edit")
            write(tab, it, code)
            press(it, "Run")
            ends(it)
        expect(second.locator(".live-output")).to_have_text("21")


def test_the_keyboard_is_enough(browser: Browser, address: str) -> None:
    with opened(browser, address) as (tab, _):
        it = tab.locator("#cell-2")
        it.get_by_role("button", name="Edit").focus()
        tab.keyboard.press("Enter")
        expect(it.locator(".cm-content")).to_be_focused()
        tab.keyboard.press("Escape")
        expect(it.get_by_role("button", name="Run", exact=True)).to_be_focused()
        tab.keyboard.press("Tab")
        expect(it.get_by_role("button", name="Run all above")).to_be_focused()
        it.get_by_role("button", name="Run", exact=True).focus()
        tab.keyboard.press("Enter")
        ends(it)


def test_what_is_loading_is_told(browser: Browser, address: str) -> None:
    with opened(browser, address) as (tab, _):
        it = tab.locator("#cell-2")
        press(it, "Run")
        expect(it.locator("progress")).to_be_visible()
        expect(it.locator(".live-status")).to_contain_text("…")
        ends(it)
        expect(it.locator("progress")).to_have_count(0)


def test_an_error_shows_the_readers_line_and_the_build_output_returns(
    browser: Browser, address: str
) -> None:
    with opened(browser, address) as (tab, _):
        it = tab.locator("#cell-2")
        press(it, "Edit")
        write(tab, it, "import numpy as np\nnp.ones(3) @ np.ones(4)")
        press(it, "Run")
        ends(it, "Ended with an error")
        shown = it.locator(".live-error").inner_text()
        assert "This cell, line 2" in shown
        assert "ValueError" in shown
        assert "site-packages" not in shown


@pytest.mark.parametrize("isolated", [False, True])
def test_an_endless_loop_is_stopped(browser: Browser, address: str, isolated: bool) -> None:
    with opened(browser, address, isolated=isolated) as (tab, _):
        assert tab.evaluate("crossOriginIsolated") is isolated
        first, it = tab.locator("#cell-2"), tab.locator("#cell-10")
        for each, code in ((first, "kept = 7"), (it, "while True:\n    pass")):
            press(each, "Edit")
            write(tab, each, code)
        press(first, "Run")
        ends(first)
        press(it, "Run")
        expect(it.locator(".live-status")).to_contain_text("Running", timeout=PYTHON_STARTS)
        tab.wait_for_timeout(500)
        press(it, "Stop")
        expect(it.get_by_role("button", name="Stop")).to_be_hidden()
        if isolated:
            expect(it.locator(".live-output")).to_contain_text("Stopped")
        else:
            ends(it, "what the cells had defined is gone")
            press(first, "Run")
            ends(first)
        write(tab, it, "kept")
        press(it, "Run")
        expect(it.locator(".live-output")).to_have_text("7", timeout=PYTHON_STARTS)


def test_run_all_above_brings_back_what_a_name_needs(browser: Browser, address: str) -> None:
    with opened(browser, address, "book/loss.html") as (tab, _):
        first, it = tab.locator("#cell-2"), tab.locator("#cell-5")
        for each, code in ((first, "mine = 6"), (it, "mine * 7")):
            press(each, "Edit")
            write(tab, each, code)
        press(it, "Run all above")
        expect(it.locator(".live-output")).to_contain_text("42", timeout=PYTHON_STARTS)


def test_figures_follow_the_theme(browser: Browser, address: str) -> None:
    with opened(browser, address) as (tab, faults):
        it = tab.locator("#cell-2")
        press(it, "Edit")
        write(
            tab,
            it,
            "import matplotlib.pyplot as plt\nplt.plot([1, 3, 2], color='black')\nplt.show()",
        )
        press(it, "Run")
        ends(it)
        line = it.locator(".live-output svg path[style*='--nn-ink']").first
        color = "e => getComputedStyle(e).stroke + getComputedStyle(e).fill"
        light = line.evaluate(color)
        tab.evaluate("document.documentElement.dataset.theme = 'dark'")
        assert line.evaluate(color) != light
        assert not faults


def test_a_cell_that_cannot_run_here_says_why(browser: Browser, address: str) -> None:
    with opened(browser, address, "book/structure.html") as (tab, _):
        it = cell(tab, "LogisticRegression(max_iter")
        expect(it.locator(".live-local")).to_have_text(
            "This cell runs locally: it needs scikit-learn."
        )
        expect(it.get_by_role("button", name="Run", exact=True)).to_have_count(0)


def test_a_phone_has_room_for_the_editor(browser: Browser, address: str) -> None:
    with opened(browser, address, viewport=PHONE, has_touch=True) as (tab, _):
        it = tab.locator("#cell-2")
        press(it, "Edit")
        expect(it.locator(".cm-content")).to_be_visible()
        assert tab.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        for button in it.locator(".live-button:visible").all():
            assert button.bounding_box()["height"] >= 40


def test_without_javascript_a_page_shows_no_dead_button(browser: Browser, address: str) -> None:
    with opened(browser, address, java_script_enabled=False) as (tab, _):
        expect(tab.locator(".live-bar").first).to_be_hidden()
        expect(tab.locator("#cell-2 .cell_input")).to_be_visible()


def test_little_script_loads_before_the_reader_asks(browser: Browser, address: str) -> None:
    with opened(browser, address, "book/index.html") as (tab, _):
        sizes: dict[str, int] = {}
        tab.on(
            "response", lambda answer: sizes.update({answer.url: len(gzip.compress(answer.body()))})
        )
        for page in (CHAPTER, "course/structure.html"):
            tab.goto(address + page)
            tab.wait_for_timeout(1000)
        live = {
            url: size for url, size in sizes.items() if "/_static/live/" in url and ".js" in url
        }
        assert live
        assert sum(live.values()) < 120_000
        assert not [url for url in sizes if "pyodide" in url or "editor" in url]


def test_python_starts_when_a_reader_reaches_for_a_button(browser: Browser, address: str) -> None:
    for reach in ("hover", "focus"):
        with opened(browser, address) as (tab, _):
            assert not tab.workers
            with tab.expect_worker():
                getattr(tab.locator(".live-bar [data-act=edit]").first, reach)()


def test_a_reader_who_saves_data_loads_python_only_for_a_run(
    browser: Browser, address: str
) -> None:
    with opened(browser, address) as (tab, _):
        tab.add_init_script(
            "Object.defineProperty(navigator, 'connection', { value: { saveData: true } })"
        )
        tab.reload()
        tab.locator(".live-bar [data-act=edit]").first.hover()
        tab.wait_for_timeout(300)
        assert not tab.workers
