"""What the front end adds to a page, in both themes: axe finds nothing while it is used."""

import pytest
from playwright.sync_api import Browser, expect

from tests.book.live.test_cells_in_browser import PYTHON_STARTS, ends, opened, press, write
from tests.book.live.test_exercises_in_browser import PAGE, RIGHT, WRONG, answer, card
from tests.book.test_accessibility import violations

THEMES = ("light", "dark")


@pytest.mark.parametrize("theme", THEMES)
def test_a_cell_that_is_edited_and_fails(browser: Browser, address: str, theme: str) -> None:
    with opened(browser, address, color_scheme=theme, reduced_motion="reduce") as (tab, _):
        it = tab.locator("#cell-2")
        press(it, "Edit")
        write(tab, it, 'print("text", 3)  # a comment\ndef f(x):\n    return x[None]\n\nf(int)')
        assert not violations(tab)
        press(it, "Run")
        ends(it, "Ended with an error")
        assert not violations(tab)


@pytest.mark.parametrize("theme", THEMES)
def test_an_exercise_that_is_wrong_and_then_right(
    browser: Browser, address: str, theme: str
) -> None:
    with opened(browser, address, PAGE, color_scheme=theme, reduced_motion="reduce") as (tab, _):
        tab.keyboard.press("Tab")  # for who uses a keyboard the page is drawn whole
        it = answer(tab, "neuron", WRONG)
        it.get_by_text("Where to look").click()
        press(it, "Hint")
        assert not violations(tab)
        answer(tab, "neuron", RIGHT)
        it.get_by_text("The reference solution").click()
        expect(it.locator(".live-solutions pre").first).to_be_visible(timeout=PYTHON_STARTS)
        assert not violations(tab)
        press(card(tab, "neuron"), "Reset")  # asks first
        assert not violations(tab)
