"""Blocks far down a page are drawn when they come near, and nobody can tell from the page."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from docutils import nodes
from docutils.utils import new_document
from playwright.sync_api import Browser, Page

from book.ext.draw_later import AT_ONCE, blocks

CHAPTER = "book/backprop.html"
SKIPPED = """[...document.querySelectorAll(".draw-later")].filter((it) => [...it.children].some(
  (child) => child.checkVisibility() && !child.checkVisibility({ contentVisibilityAuto: true })))"""
# How far below the window's top a place is.
FROM_TOP = "(id) => document.getElementById(id).getBoundingClientRect().top"
# No movement for a quarter of a second: nothing loads and nothing scrolls anymore.
AT_REST = """async () => {
  for (let same = 0, last = -1; same < 15; ) {
    await new Promise((next) => requestAnimationFrame(next));
    const now = scrollY + document.documentElement.scrollHeight;
    same = now === last ? same + 1 : 0;
    last = now;
  }
}"""


# What is marked -------------------------------------------------------------------------------------


def document(*children: nodes.Element) -> nodes.document:
    made = new_document("page")
    section = nodes.section("", nodes.title("", "Title"), *children)
    made += section
    return made


def paragraph(letters: int) -> nodes.paragraph:
    return nodes.paragraph("", "x" * letters)


def test_the_first_screens_are_drawn_at_once() -> None:
    first, second, third = paragraph(AT_ONCE), paragraph(10), paragraph(10)
    assert blocks(document(first, second, third)) == [second, third]


def test_markup_of_a_picture_is_no_text_that_fills_a_screen() -> None:
    picture = nodes.raw("", "x" * 10 * AT_ONCE, format="html")
    assert blocks(document(nodes.container("", picture), paragraph(10), paragraph(10))) == []


def test_headings_and_forms_are_never_skipped() -> None:
    heading = nodes.title("", "A heading")
    form = nodes.Element()
    inner = nodes.section("", heading, form, last := paragraph(10))
    assert blocks(document(paragraph(2 * AT_ONCE), inner)) == [last]


def test_every_chapter_has_blocks_to_draw_later_and_no_field_in_one(
    site: Path, pages: list[str]
) -> None:
    for name in pages:
        soup = BeautifulSoup((site / name).read_text("utf-8"), "html.parser")
        found = soup.select(".draw-later")
        if soup.select(".math-display") and name.startswith("book/"):
            assert len(found) > 20, name
        for block in found:
            assert not block.select("input, textarea, select, h1, h2, h3"), name


# What a reader finds --------------------------------------------------------------------------------


@pytest.fixture(params=["phone", "screen"])
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    size = {"phone": (390, 844), "screen": (1280, 900)}[request.param]
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        reduced_motion="reduce",
        service_workers="block",
    )
    yield context.new_page()
    context.close()


def skipped(page: Page) -> int:
    return page.evaluate(f"{SKIPPED}.length")


def places(page: Page) -> list[str]:
    """The sections far enough from both ends that a link can bring them to the top."""
    found: list[str] = page.evaluate(
        "[...document.querySelectorAll('.bd-article section[id]')].map((it) => it.id)"
    )
    return found[4:-6]


def opened_at(page: Page, address: str, place: str) -> float:
    """Open the chapter at a place, where it is drawn whole; return how far below the top that is."""
    page.goto("about:blank")
    page.goto(f"{address}{CHAPTER}#{place}")
    page.wait_for_load_state("load")
    page.evaluate(AT_REST)
    assert not skipped(page)
    assert page.evaluate("scrollY") > 2000
    return page.evaluate(FROM_TOP, place)


def test_a_page_begins_without_what_is_far_down(page: Page, address: str) -> None:
    page.goto(address + CHAPTER)
    assert skipped(page) > 50


def test_what_is_in_view_is_drawn_and_in_no_box_of_its_own(page: Page, address: str) -> None:
    """A box that may be skipped also cuts what sticks out of it, as the ring around a focused link."""
    page.goto(address + CHAPTER)
    height = page.evaluate("document.documentElement.scrollHeight")
    in_view = """[...document.querySelectorAll(".draw-later")].filter((it) => {
      const { top, bottom } = it.getBoundingClientRect();
      return bottom > 0 && top < innerHeight;
    }).length === 0"""
    for share in (0, 0.3, 0.6, 0.9):
        page.evaluate("(to) => scrollTo(0, to)", share * height)
        page.wait_for_function(in_view)


@pytest.mark.parametrize("which", [0, -1])
def test_a_link_to_a_heading_lands_on_it(page: Page, address: str, which: int) -> None:
    page.goto(address + CHAPTER)
    page.wait_for_load_state("load")
    place = places(page)[which]
    page.evaluate("(id) => document.querySelector(`.page-toc a[href='#${id}']`).click()", place)
    page.evaluate(AT_REST)
    assert not skipped(page)
    landed = page.evaluate(FROM_TOP, place)
    assert landed == pytest.approx(opened_at(page, address, place), abs=2)
    assert 0 <= landed < 200


def test_a_place_typed_into_the_address_is_found(page: Page, address: str) -> None:
    page.goto(address + CHAPTER)
    place = places(page)[-1]
    page.evaluate("(id) => { location.hash = id }", place)
    page.evaluate(AT_REST)
    landed = page.evaluate(FROM_TOP, place)
    assert landed == pytest.approx(opened_at(page, address, place), abs=2)


def test_a_reload_returns_to_where_the_reader_was(page: Page, address: str) -> None:
    page.goto(address + CHAPTER)
    place = places(page)[8]
    page.evaluate("(id) => document.getElementById(id).scrollIntoView()", place)
    page.evaluate(AT_REST)
    before = page.evaluate(FROM_TOP, place)
    page.reload(wait_until="load")
    page.evaluate(AT_REST)
    assert not skipped(page)
    assert page.evaluate(FROM_TOP, place) == pytest.approx(before, abs=60)


def test_what_a_reader_looks_at_stays_while_blocks_above_are_drawn(
    page: Page, address: str
) -> None:
    page.goto(address + CHAPTER)
    page.wait_for_load_state("load")
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight * 0.7)")
    page.evaluate(AT_REST)
    seen = page.evaluate_handle("document.elementFromPoint(innerWidth / 2, innerHeight / 2)")
    before = page.evaluate("(it) => it.getBoundingClientRect().top", seen)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")  # draws all
    page.evaluate(AT_REST)
    assert not skipped(page)
    assert abs(page.evaluate("(it) => it.getBoundingClientRect().top", seen) - before) <= 2


def test_the_keyboard_finds_the_whole_page_drawn(page: Page, address: str) -> None:
    page.goto(address + CHAPTER)
    page.wait_for_load_state("load")
    page.keyboard.press("Tab")
    assert not skipped(page)


def test_paper_shows_all_of_it(page: Page, address: str) -> None:
    page.goto(address + CHAPTER)
    page.emulate_media(media="print")
    assert not skipped(page)


def test_all_words_can_be_selected_and_are_read_aloud(page: Page, address: str) -> None:
    def all_of_it() -> tuple[str, str]:
        read = page.locator("main").aria_snapshot()
        page.evaluate("document.execCommand('selectAll')")
        return read, page.evaluate("getSelection().toString()")

    page.goto(address + CHAPTER)
    page.wait_for_load_state("load")
    assert skipped(page) > 50
    begun = all_of_it()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")  # draws all
    assert all_of_it() == begun


def test_words_far_down_are_found_by_the_browsers_search(page: Page, address: str) -> None:
    page.goto(address + CHAPTER)
    page.wait_for_load_state("load")
    words = page.evaluate(
        """[...document.querySelectorAll("p.draw-later")].map((it) => it.textContent)
          .filter((text) => text.length > 60 && !/[^ -~]/.test(text)).at(-1).slice(0, 40)"""
    )
    assert page.evaluate("(words) => find(words)", words)
    page.evaluate(AT_REST)
    assert page.evaluate("scrollY") > 2000
    assert words[:10] in page.evaluate("getSelection().toString()")
