"""Every page at the width of a phone, a tablet and a screen: nothing sticks out, all can be read and touched."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.book.test_pages_in_browser import scroll_through

WIDTHS = {"phone": 390, "tablet": 768, "screen": 1280}
# What lies beyond the article's sides and in no box of its own that scrolls, as one line each.
STICKING_OUT = """() => {
  const article = document.querySelector(".bd-article");
  const { left, right } = article.getBoundingClientRect();
  const room = parseFloat(getComputedStyle(article.parentElement).paddingLeft);
  const scrolls = (element) => {
    for (let each = element.parentElement; each && each !== article; each = each.parentElement)
      if (getComputedStyle(each).overflowX !== "visible") return true;
    return false;
  };
  return [...article.querySelectorAll("figure, img, svg, table, pre, form, textarea, button, .picture, .math-display")]
    .filter((each) => {
      const box = each.getBoundingClientRect();
      return box.width > 1 && (box.left < left - room || box.right > right + room) && !scrolls(each);
    })
    .map((each) => `${each.tagName} ${each.getAttribute("class")}: ${each.textContent.trim().slice(0, 40)}`);
}"""
TOO_WIDE = """() => [...document.querySelectorAll(".math-formula")]
  .filter((each) => each.scrollWidth > each.clientWidth + 1)
  .map((each) => each.querySelector("annotation").textContent)"""
# Pictures are drawn with letters of about 13 pixels.
SHRUNK = """() => [...document.querySelectorAll(".picture > img")]
  .filter((each) => each.checkVisibility())
  .map((each) => [each.getBoundingClientRect().width / each.getAttribute("width"), each])
  .filter(([scale]) => scale < 0.55)
  .map(([scale, each]) => `${scale.toFixed(2)} ${each.parentElement.getAttribute("aria-label")}`)"""
TOO_SMALL = """() => [...document.querySelectorAll(
    ".explorable-stage button, .explorable-stage select, .explorable-stage input, .live-button, .quiz-check, .quiz-option label")]
  .filter((each) => each.checkVisibility())
  .map((each) => [each.getBoundingClientRect(), each])
  .filter(([box]) => box.height && box.height < 40)
  .map(([box, each]) => `${box.height} ${each.tagName} ${each.className}: ${each.textContent || each.ariaLabel}`)"""

CUT = """() => [...document.querySelectorAll(".prev-next-area a")]
  .filter((each) => each.scrollWidth > each.clientWidth)
  .map((each) => `is cut: ${each.textContent.trim()}`)"""


@pytest.fixture(params=WIDTHS)
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": WIDTHS[request.param], "height": 900},
        has_touch=request.param == "phone",
        is_mobile=request.param == "phone",
        reduced_motion="reduce",
        service_workers="block",
    )
    yield context.new_page()
    context.close()


def test_nothing_sticks_out_of_any_page(page: Page, address: str, all_pages: list[str]) -> None:
    assert page.viewport_size is not None
    width = page.viewport_size["width"]
    found = []
    for name in all_pages:
        page.goto(address + name)
        scroll_through(page)
        if (wide := page.evaluate("document.documentElement.scrollWidth")) > width:
            found.append(f"{name} scrolls sideways: {wide} pixels on {width}")
        if page.locator(".bd-article").count():
            found += [f"{name}: {each}" for each in page.evaluate(STICKING_OUT)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("page", ["phone"], indirect=True)
def test_a_phone_shows_formulas_and_titles_whole_letters_legible_and_controls_a_finger_can_hit(
    page: Page, address: str, pages: list[str]
) -> None:
    found = []
    for name in pages:
        page.goto(address + name)
        scroll_through(page)
        page.evaluate("document.fonts.ready")
        for what in (TOO_WIDE, SHRUNK, TOO_SMALL, CUT):
            found += [f"{name}: {each}" for each in page.evaluate(what)]
    assert not found, "\n".join(found)
