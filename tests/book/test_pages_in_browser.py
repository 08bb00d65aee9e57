"""The built pages in a browser: nothing is fetched elsewhere, quizzes and figures work."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
CHAPTER = "book/structure.html"


@contextmanager
def opened(
    browser: Browser,
    address: str,
    page: str = CHAPTER,
    *,
    theme: str = "light",
    viewport: dict[str, int] = DESKTOP,
    scripts: bool = True,
    workers: str = "allow",
) -> Iterator[tuple[Page, list[str]]]:
    """Open a page; the list collects what it complains about and what it asks other hosts for."""
    context = browser.new_context(
        viewport=viewport, java_script_enabled=scripts, service_workers=workers
    )
    remember = f"localStorage.setItem('mode', '{theme}'); localStorage.setItem('theme', '{theme}')"
    context.add_init_script(remember)
    tab, faults = context.new_page(), []
    tab.on("console", lambda said: faults.append(said.text) if is_fault(said.type) else None)
    tab.on("pageerror", lambda error: faults.append(str(error)))
    tab.on("request", lambda request: faults.append(request.url) if away(request.url) else None)

    def away(url: str) -> bool:
        return not url.startswith((address, "data:", "blob:"))

    tab.goto(address + page)
    yield tab, faults
    context.close()


def is_fault(kind: str) -> bool:
    return kind in ("error", "warning")


def scroll_through(tab: Page) -> None:
    """Bring everything into view once, so that what starts late has started."""
    for stage in tab.locator(".explorable-stage").all():
        stage.scroll_into_view_if_needed()
        expect(stage).to_have_attribute("data-live", "yes")
    tab.locator("body").evaluate("body => scrollTo(0, body.scrollHeight)")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_page_complains_or_asks_another_host(
    browser: Browser, address: str, all_pages: list[str], theme: str
) -> None:
    for page in all_pages:
        with opened(browser, address, page, theme=theme) as (tab, faults):
            assert tab.locator("html").get_attribute("data-theme") == theme
            scroll_through(tab)
            assert not faults, page


def test_a_phone_shows_every_picture_to_its_edges(
    browser: Browser, address: str, pages: list[str]
) -> None:
    page = browser.new_page(viewport=PHONE)
    for each in pages:
        page.goto(address + each, wait_until="domcontentloaded")
        cut = page.locator(".picture").evaluate_all(
            """pictures => pictures.filter(picture => {
                const own = picture.getBoundingClientRect();
                for (let box = picture.parentElement; box; box = box.parentElement) {
                    if (getComputedStyle(box).overflowX === "visible") continue;
                    const around = box.getBoundingClientRect();
                    if (own.left < around.left - 1 || own.right > around.right + 1) return true;
                }
                return false;
            }).map(picture => picture.getAttribute("aria-label"))"""
        )
        assert cut == [], f"{each}: what is around these pictures cuts their edges"
    page.close()


def test_what_scrolls_sideways_can_be_reached_by_keyboard(browser: Browser, address: str) -> None:
    with opened(browser, address, viewport=PHONE) as (tab, _):
        tab.keyboard.press("Tab")  # the page is drawn whole for who uses it so
        unreachable = """[...document.querySelectorAll('.math-formula, .picture')].filter(
            (it) => it.scrollWidth > it.clientWidth && it.tabIndex !== 0).length"""
        tab.wait_for_function(
            f"{unreachable} === 0"
        )  # they are looked at when nothing else happens


def test_the_search_finds_a_term(browser: Browser, address: str) -> None:
    with opened(browser, address, "search.html?q=sigmoid") as (tab, faults):
        expect(tab.locator("#search-results a").first).to_be_visible()
        assert not faults


def quiz_of(tab: Page, words: str) -> Locator:
    """The quiz with these words, once the pictures above it are drawn and it moves no more: a click
    on its way would miss it."""
    quiz = tab.locator("form.quiz", has_text=words)
    before = None
    while (place := quiz.bounding_box()) != before:
        quiz.scroll_into_view_if_needed()
        tab.wait_for_timeout(300)
        before = place
    return quiz


def test_a_wrong_answer_is_explained_and_may_be_mended(browser: Browser, address: str) -> None:
    with opened(browser, address) as (tab, faults):
        quiz = quiz_of(tab, "784 inputs and 10 neurons")
        expect(quiz.get_by_text("Is it this?").first).to_be_hidden()  # before anything is chosen
        quiz.get_by_label("7,840").check()
        quiz.get_by_role("button", name="Check").click()
        expect(quiz.get_by_role("status")).to_contain_text("Not yet")
        expect(quiz.get_by_text("Each of the ten neurons also has a bias.")).to_be_visible()
        quiz.get_by_label("7,850").check()
        quiz.get_by_role("button", name="Check").click()
        expect(quiz.get_by_role("status")).to_contain_text("Right.")
        expect(quiz.get_by_text("784 × 10 weights and 10 biases.")).to_be_visible()
        assert not faults


def test_a_quiz_needs_no_mouse(browser: Browser, address: str) -> None:
    with opened(browser, address) as (tab, _):
        quiz = quiz_of(tab, "784 inputs and 10 neurons")
        quiz.get_by_label("7,840").focus()
        tab.keyboard.press("ArrowDown")  # chooses the next option
        tab.keyboard.press("Enter")
        expect(quiz.get_by_role("status")).to_contain_text("Right.")


def test_several_right_options_are_all_asked_for(browser: Browser, address: str) -> None:
    with opened(browser, address) as (tab, _):
        quiz = quiz_of(tab, "slope that fades to zero")
        quiz.get_by_role("button", name="Check").click()
        expect(quiz.get_by_role("status")).to_contain_text("Choose an answer")
        quiz.get_by_label("sigmoid").check()
        quiz.get_by_role("button", name="Check").click()
        expect(quiz.get_by_role("status")).to_contain_text("not all")
        quiz.get_by_label("tanh").check()
        quiz.get_by_role("button", name="Check").click()
        expect(quiz.get_by_role("status")).to_contain_text("Right.")


def test_without_javascript_quiz_and_figures_can_still_be_read(
    browser: Browser, address: str
) -> None:
    with opened(browser, address, scripts=False) as (tab, _):
        quiz = tab.locator("form.quiz").first
        expect(quiz.get_by_role("button", name="Check")).to_be_hidden()
        quiz.locator("summary").first.click()
        expect(quiz.locator(".quiz-why").first).to_be_visible()
        for stage in tab.locator(".explorable-stage").all():
            expect(stage.locator("img")).to_be_visible()
        expect(tab.locator(".math-display .katex").first).to_be_visible()


def test_a_page_is_printed_in_the_light_theme(browser: Browser, address: str) -> None:
    with opened(browser, address, theme="dark") as (tab, _):
        tab.evaluate("dispatchEvent(new Event('beforeprint'))")
        tab.emulate_media(media="print")
        expect(tab.locator("html")).to_have_attribute("data-theme", "light")
        expect(tab.locator("body")).to_have_css("background-color", "rgb(255, 255, 255)")
        expect(tab.get_by_role("button", name="Run").first).to_be_hidden()
        tab.evaluate("dispatchEvent(new Event('afterprint'))")
        expect(tab.locator("html")).to_have_attribute("data-theme", "dark")


def test_a_figure_replaces_its_picture_and_answers_the_keyboard(
    browser: Browser, address: str
) -> None:
    with opened(browser, address) as (tab, faults):
        figure = tab.locator("#explorable-neuron")
        figure.scroll_into_view_if_needed()
        stage = figure.locator(".explorable-stage")
        expect(stage).to_have_attribute("data-live", "yes")
        expect(stage.locator("img")).to_have_count(0)
        before = stage.inner_text()
        slider = stage.locator("input[type=range]").first
        slider.focus()
        tab.keyboard.press("ArrowRight")
        assert stage.inner_text() != before
        answer = figure.locator("details.reveal")
        expect(answer.locator("p").first).to_be_hidden()
        answer.locator("summary").click()
        expect(answer.locator("p").first).to_be_visible()
        assert not faults


def test_a_figure_that_cannot_start_leaves_its_picture(browser: Browser, address: str) -> None:
    # A service worker would fetch the figure where a test cannot keep it from coming.
    with opened(browser, address, "book/index.html", workers="block") as (tab, _):
        tab.route("**/_static/figures/neuron.js", lambda route: route.abort())
        tab.goto(address + CHAPTER)
        stage = tab.locator("#explorable-neuron .explorable-stage")
        stage.scroll_into_view_if_needed()
        expect(stage).to_have_attribute("data-live", "no")
        expect(stage.locator("img")).to_be_visible()


def test_hints_unfold_one_at_a_time(browser: Browser, address: str) -> None:
    with opened(browser, address, "course/structure.html") as (tab, _):
        card = tab.locator("#exercise-structure-neuron")
        folds = card.locator("details")
        expect(folds.nth(0).locator("> summary")).to_be_visible()
        expect(folds.nth(1).locator("> summary")).to_be_hidden()
        folds.nth(0).locator("> summary").click()
        expect(folds.nth(1).locator("> summary")).to_be_visible()
        expect(folds.nth(2).locator("> summary")).to_be_hidden()
