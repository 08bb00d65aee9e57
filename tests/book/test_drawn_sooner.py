"""What lets a page be drawn sooner leaves it as it was: its rules, its pictures, its theme."""

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Browser, Page
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer
from pygments.style import Style
from pygments.styles import get_style_by_name
from pygments.token import STANDARD_TYPES, Token

from book.ext.code_colors import RunsOfColor, alike, look
from book.ext.fewer_requests import combined
from book.ext.picture_files import moved_out
from book.ext.used_styles import names_in, used_only
from book.palette import palette

PICTURE = (
    '<div class="picture wide" role="img" aria-label="A &amp; B"><svg aria-hidden="true" '
    'fill="currentColor" width="72pt" height="36pt" xmlns="http://www.w3.org/2000/svg">'
    '<path style="fill: var(--nn-data, #0072B2)"/></svg></div>'
)


# Style sheets ---------------------------------------------------------------------------------------


def used(sheet: str, *names: str) -> str:
    return used_only(sheet, frozenset(names)).strip()


def test_a_rule_stays_if_one_of_its_selectors_can_match() -> None:
    assert used(".a, .b .c { x: y }", "b", "c") == ".b .c{x: y}"
    assert used(".a .b { x: y } #c { x: y }", "a", "c") == "#c{x: y}"


def test_what_asks_for_no_name_stays() -> None:
    for rule in ("p > a{x: y}", '[data-theme="dark"] a:hover{x: y}', "@font-face { x: y }"):
        assert used(rule) == rule


def test_a_name_that_must_not_be_there_or_is_one_of_several_is_no_reason_to_leave_out() -> None:
    for rule in ("a:not(.b){x: y}", "a:is(.b, .c) d{x: y}", 'a[href=".b"]{x: y}'):
        assert used(rule) == rule


def test_a_condition_goes_with_the_last_rule_in_it() -> None:
    sheet = "@media print { .a { x: y } .b { x: y } }"
    assert used(sheet, "b") == "@media print {.b{x: y}}"
    assert used(sheet) == ""


def test_licenses_stay_and_other_comments_go() -> None:
    assert used("/* note */ /*! MIT */ a { /* note */ x: y }") == "/*! MIT */\na{x: y}"


def test_a_name_counts_whichever_quotes_it_stands_in(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<p class='a b' id=\"c\">", "utf-8")
    assert names_in(tmp_path) == {"a", "b", "c"}


def test_an_imported_sheet_stands_where_it_was_imported(tmp_path: Path) -> None:
    (tmp_path / "_static" / "styles").mkdir(parents=True)
    (tmp_path / "_static" / "basic.css").write_text("p { background: url(dot.png) }")
    (tmp_path / "_static" / "styles" / "theme.css").write_text(
        '@import "../basic.css";\na { x: y }'
    )
    found = combined(tmp_path, ["_static/styles/theme.css"], frozenset())
    assert "@import" not in found
    assert found.index('url("../dot.png")') < found.index("a{x: y}")


def test_no_page_waits_for_a_second_style_sheet(site: Path, pages: list[str]) -> None:
    for page in pages:
        soup = BeautifulSoup((site / page).read_text("utf-8"), "html.parser")
        (sheet,) = soup.select("link[rel=stylesheet]")
        text = (site / page).parent.joinpath(str(sheet["href"])).read_text("utf-8")
        assert "@import" not in text, page


# Code ---------------------------------------------------------------------------------------------------

CODE = """\
import numpy as np

class Layer(Base):
    \'\'\'Two lines
    of text.\'\'\'
    @property
    def shape(self) -> tuple[int, ...]:
        return self.w.shape if not None else (1, 2.5, 0x1F)  # why

print(f"{np.tanh(x @ w + b):.2f} and \\n", r"a", b"b", *args, **kw)
"""
STYLES = [get_style_by_name(f"a11y-high-contrast-{theme}") for theme in ("light", "dark")]


def letters(formatter: HtmlFormatter[str], style: type[Style]) -> list[tuple[str, str]]:
    """Return each letter of the code with how its class looks in a style."""
    kinds = {HtmlFormatter()._get_css_class(kind): kind for kind in STANDARD_TYPES}
    soup = BeautifulSoup(highlight(CODE, PythonLexer(), formatter), "html.parser")
    found = []
    for text in soup.find_all(string=True):
        span = text.find_parent("span")
        kind = kinds[span["class"][0]] if span and span.get("class") else Token
        found += [(letter, str(look(kind, style))) for letter in text if not letter.isspace()]
    return found


@pytest.mark.parametrize("style", STYLES)
def test_every_letter_of_code_keeps_its_color(style: type[Style]) -> None:
    assert letters(RunsOfColor(alike(STYLES)), style) == letters(HtmlFormatter(), style)


def test_code_keeps_its_text_and_in_half_of_the_elements() -> None:
    before, after = (
        BeautifulSoup(highlight(CODE, PythonLexer(), each), "html.parser")
        for each in (HtmlFormatter(), RunsOfColor(alike(STYLES)))
    )
    assert before.get_text() == after.get_text()
    assert len(after.select("span")) < len(before.select("span")) / 2


def test_plain_code_on_a_page_has_the_color_of_its_style(page: Page, address: str) -> None:
    """The page's own color of text is another one."""
    page.goto(address + "book/structure.html")
    theme = page.evaluate("document.documentElement.dataset.theme")
    text = look(Token, STYLES[theme == "dark"])["color"]
    shown = page.locator(".cell_input pre").first.evaluate("(it) => getComputedStyle(it).color")
    assert shown == f"rgb({', '.join(str(each) for each in bytes.fromhex(text))})"


# Pictures ---------------------------------------------------------------------------------------------


def test_a_picture_becomes_a_file_for_each_theme_with_its_colors(tmp_path: Path) -> None:
    page = moved_out(f"<p>{PICTURE}</p>", "..", tmp_path)
    images = BeautifulSoup(page, "html.parser").select(".picture.wide > img")
    assert [image["class"] for image in images] == [["only-light"], ["only-dark"]]
    for image, theme in zip(images, ("light", "dark"), strict=True):
        assert (image["width"], image["height"], image["alt"]) == ("96", "48", "A & B")
        svg = (tmp_path / str(image["src"]).removeprefix("../")).read_text("utf-8")
        ElementTree.fromstring(svg)
        assert palette()[theme]["data"] in svg
        assert f'fill="{palette()[theme]["ink"]}"' in svg
        assert "var(" not in svg
    assert moved_out(page, "..", tmp_path) == page


def test_the_pictures_of_the_site_are_whole_and_all_are_used(site: Path, pages: list[str]) -> None:
    used: set[str] = set()
    for page in pages:
        text = (site / page).read_text("utf-8")
        used.update(re.findall(r"_static/pictures/([\w-]+\.svg)", text))
        assert not re.search(r'<div class="picture[^>]*>\s*<svg', text), page
    there = list((site / "_static" / "pictures").glob("*.svg"))
    assert {file.name for file in there} == used
    for file in there:
        text = file.read_text("utf-8")
        ElementTree.fromstring(text)
        assert "var(" not in text, file.name


@pytest.fixture(params=("light", "dark"))
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(color_scheme=request.param, service_workers="block")
    yield context.new_page()
    context.close()


def test_a_reader_loads_the_pictures_of_one_theme(page: Page, address: str, site: Path) -> None:
    theme = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address + "book/structure.html")
    picture = page.locator(f".picture > img.only-{theme}").first
    picture.scroll_into_view_if_needed()
    page.wait_for_function(
        "(it) => it.complete && it.naturalWidth > 0", arg=picture.element_handle()
    )
    page.wait_for_load_state("networkidle")
    pictures = [url for url in asked if "/_static/pictures/" in url]
    assert pictures
    assert all(url.endswith(f"-{theme}.svg") for url in pictures), pictures


def test_the_first_drawing_has_the_readers_theme(page: Page, address: str) -> None:
    """Else a page is drawn twice, and is white for a moment before it is dark."""
    page.add_init_script("""document.addEventListener("readystatechange", () => {
      window.themes = [...(window.themes ?? []), document.documentElement.dataset.theme];
    })""")
    page.goto(address + "book/structure.html")
    theme = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'")
    assert page.evaluate("window.themes") == [theme, theme]


def test_the_theme_does_not_measure_every_box(site: Path) -> None:
    script = (site / "_static" / "scripts" / "pydata-sphinx-theme.js").read_text("utf-8")
    assert not re.search(r'"complete"===document\.readyState', script)
