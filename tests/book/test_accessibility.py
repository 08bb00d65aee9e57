"""Every page, in both themes: no violation that axe finds, and a silent console."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page

from book.node import install

AXE = Path(__file__).parent / "axe"
THEMES = ("light", "dark")
PHONE = {"width": 390, "height": 844}
SCREEN = {"width": 1280, "height": 900}
# A page looks at its boxes in small portions, each when nothing else happens.
IDLE = """() => new Promise((done) => {
  let portions = 60;
  const next = () => (portions-- ? requestIdleCallback(next) : done());
  next();
})"""


@cache
def axe() -> str:
    return (install(AXE) / "axe-core" / "axe.min.js").read_text("utf-8")


@pytest.fixture(params=THEMES)
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """A page in one theme, for a reader who wants no motion: axe looks at what stands still."""
    context = browser.new_context(
        color_scheme=request.param,
        reduced_motion="reduce",
        viewport=SCREEN,
        service_workers="block",
    )
    yield context.new_page()
    context.close()


def violations(page: Page) -> list[str]:
    """What axe finds, one line for each element."""
    page.evaluate(axe())
    found: dict[str, Any] = page.evaluate("axe.run({ resultTypes: ['violations'] })")
    return [
        f"{violation['id']}: {node['target']} {node.get('failureSummary', '')}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


def open_all(page: Page) -> None:
    """Open what folds, so that it is looked at too; wait until the page has seen to what scrolls. It is
    drawn whole for who uses a keyboard."""
    page.keyboard.press("Tab")
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true })")
    page.evaluate(IDLE)


def test_axe_finds_nothing_on_any_page(page: Page, address: str, pages: list[str]) -> None:
    found = {}
    for name in [*pages, "search.html", "genindex.html"]:
        page.goto(address + name)
        page.wait_for_load_state("load")
        open_all(page)
        if problems := violations(page):
            found[name] = problems
    assert not found, "\n".join(f"{name}\n  " + "\n  ".join(of) for name, of in found.items())


def test_axe_finds_nothing_on_a_phone(page: Page, address: str) -> None:
    page.set_viewport_size(PHONE)
    for name in ("book/index.html", "book/structure.html", "course/structure.html"):
        page.goto(address + name)
        open_all(page)
        assert not violations(page), name


BLOCKED = "Service Worker registration blocked by Playwright"  # these tests do without it


def test_the_console_is_silent(page: Page, address: str, pages: list[str]) -> None:
    said: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and BLOCKED not in message.text:
            said.append(f"{page.url}: {message.text}")

    page.on("console", note)
    page.on("pageerror", lambda error: said.append(f"{page.url}: {error}"))
    for name in [*pages, "search.html", "genindex.html"]:
        page.goto(address + name)
        page.wait_for_load_state("load")
    assert not said, "\n".join(said)
