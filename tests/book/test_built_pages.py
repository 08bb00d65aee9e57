"""What the built pages hold, read as files."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

import pytest
from bs4 import BeautifulSoup, Tag

# Attributes by which a page makes the browser fetch something. Links that a reader may click
# are not among them.
FETCHES = {
    "script": ("src",),
    "img": ("src", "srcset"),
    "iframe": ("src",),
    "source": ("src", "srcset"),
    "video": ("src", "poster"),
    "audio": ("src",),
    "object": ("data",),
    "embed": ("src",),
    "link": ("href",),
}


@pytest.fixture(scope="module")
def soups(site: Path, pages: list[str]) -> dict[str, BeautifulSoup]:
    return {page: parsed(site / page) for page in pages}


def parsed(page: Path) -> BeautifulSoup:
    return BeautifulSoup(page.read_text("utf-8"), "html.parser")


def is_elsewhere(address: str) -> bool:
    return bool(urlsplit(address).netloc)


def fetched(soup: BeautifulSoup) -> Iterator[str]:
    for name, attributes in FETCHES.items():
        for element in soup.find_all(name):
            yield from (element[key] for key in attributes if element.get(key))


def entries(soup: BeautifulSoup) -> Iterator[tuple[list[Tag], Tag]]:
    """The glossary's terms (synonyms together), each with its definition."""
    terms: list[Tag] = []
    for element in soup.select_one("dl.glossary").find_all(["dt", "dd"], recursive=False):
        if element.name == "dt":
            terms.append(element)
        else:
            yield terms, element
            terms = []


def test_no_page_loads_anything_from_another_host(site: Path, all_pages: list[str]) -> None:
    for page in all_pages:
        soup = parsed(site / page)
        assert not [it for it in fetched(soup) if is_elsewhere(it)], page
        for script in soup.find_all("script", src=False):
            assert not re.search(r"https?://(?!www\.w3\.org)", script.text), (page, script.text)


def test_no_style_sheet_loads_anything_from_another_host(site: Path) -> None:
    for sheet in site.glob("_static/**/*.css"):
        text = sheet.read_text("utf-8")
        wanted = re.findall(r"(?:@import\s+|url\()\s*['\"]?([^'\")\s]+)", text)
        assert not [it for it in wanted if is_elsewhere(it)], sheet.name


def test_formulas_are_finished_when_the_page_is_built(
    site: Path, soups: dict[str, BeautifulSoup]
) -> None:
    chapter = soups["book/structure.html"]
    assert chapter.select(".math-display .katex-html")
    assert chapter.select(".katex-mathml math"), "a screen reader reads MathML"
    assert (site / "_static" / "katex" / "fonts" / "KaTeX_Main-Regular.woff2").is_file()
    for page, soup in soups.items():
        assert not soup.select("script[src*=athjax], script[src*=athJax], .katex-error"), page


def test_every_term_of_the_glossary_lists_the_pages_that_use_it(
    soups: dict[str, BeautifulSoup],
) -> None:
    for terms, definition in entries(soups["book/glossary.html"]):
        name = terms[0].get_text(strip=True)
        listed = [link["href"] for link in definition.select("p.backlinks a")]
        assert listed, name
        for address in listed:
            soup = soups[f"book/{address}" if "/" not in address else address.removeprefix("../")]
            anchors = {f"#{term['id']}" for term in terms}
            used = {"#" + urldefrag(link["href"]).fragment for link in soup.select("a[href]")}
            assert anchors & used, f"{address} does not link to {name!r}"


def test_every_page_that_links_a_term_is_listed_with_it(soups: dict[str, BeautifulSoup]) -> None:
    listed: dict[str, set[str]] = {}
    for terms, definition in entries(soups["book/glossary.html"]):
        titles = {link.get_text() for link in definition.select("p.backlinks a")}
        listed.update({term["id"]: titles for term in terms})
    for page, soup in soups.items():
        if page == "book/glossary.html":
            continue
        title = re.sub(r"^[\d.]+\s*", "", soup.h1.get_text().rstrip("#"))
        for link in soup.select("article a[href*='glossary.html#term-']"):
            assert title in listed[urldefrag(link["href"]).fragment], (page, link.get_text())


def test_every_picture_says_what_it_shows(soups: dict[str, BeautifulSoup]) -> None:
    for page, soup in soups.items():
        for picture in soup.select("article img"):
            assert picture.get("alt"), (page, picture["src"])
        for picture in soup.select("article .picture"):
            assert len(picture["aria-label"]) > 30, (page, picture["aria-label"])
        for figure in soup.select("article figure"):
            assert figure.select_one("figcaption").get_text(strip=True), page


def test_every_link_inside_the_book_arrives(site: Path, soups: dict[str, BeautifulSoup]) -> None:
    anchors = {(site / page).resolve(): ids_of(soup) for page, soup in soups.items()}
    for page, soup in soups.items():
        for link in soup.select("article a[href]"):
            address, fragment = urldefrag(link["href"])
            if is_elsewhere(address) or address.startswith("mailto:"):
                continue
            start = (site / page).resolve()
            path = unquote(urlsplit(address).path)
            target = (start.parent / path).resolve() if path else start
            assert target.is_file(), f"{page}: {link['href']}"
            if fragment and target in anchors:
                assert unquote(fragment) in anchors[target], f"{page}: {link['href']}"


def ids_of(soup: BeautifulSoup) -> set[str]:
    return {element["id"] for element in soup.select("[id]")}


def test_no_name_on_a_page_occurs_twice(soups: dict[str, BeautifulSoup]) -> None:
    for page, soup in soups.items():
        article = soup.select_one("article")
        names = [element["id"] for element in article.select("[id]")]
        assert not {name for name in names if names.count(name) > 1}, page


def test_the_chapter_has_its_parts(soups: dict[str, BeautifulSoup]) -> None:
    chapter = soups["book/structure.html"]
    assert len(chapter.select("figure.explorable")) >= 2
    assert len(chapter.select("form.quiz")) >= 3
    assert chapter.select("aside.footnote"), "the chapter cites its sources"
    headings = {heading.get_text().rstrip("#") for heading in chapter.select("h2")}
    assert {"What goes wrong", "Exercises", "Quiz", "Summary", "References"} <= headings


def test_the_exercise_page_shows_every_exercise_with_its_hints(
    soups: dict[str, BeautifulSoup],
) -> None:
    from autograder.exercises import registry

    page = soups["course/structure.html"]
    for exercise in registry().values():
        if exercise.chapter != "structure":
            continue
        card = page.find(id=f"exercise-{exercise.grade_id.replace('_', '-')}")
        assert card is not None, exercise.name
        assert "raise NotImplementedError" in card.get_text()
        assert len(card.select("details")) == len(exercise.hints)
        assert "SOLUTION" not in card.get_text()


def test_each_exercise_page_says_how_to_work_in_the_page(soups: dict[str, BeautifulSoup]) -> None:
    for page in (page for page in soups if page.startswith("course/")):
        (how,) = soups[page].select(".how-to-work")
        buttons = {button.text for button in soups[page].select("button.live-button")}
        assert {"Check", "Hint", "Download my notebook"} <= buttons & {
            each.text for each in how.select("em")
        }, page
        assert "explain()" not in soups[page].select_one(".bd-article").text, page


def test_an_exercise_page_s_cell_that_needs_widgets_uses_them_itself(
    soups: dict[str, BeautifulSoup],
) -> None:
    for page in (page for page in soups if page.startswith("course/")):
        for says in soups[page].select(".live-local"):
            if "ipywidgets" in says.text:
                code = says.find_previous("pre").get_text()
                assert "from ipywidgets import" in code, f"{page}: could run in the page: {code}"


def test_the_address_of_the_site_leads_to_the_home_page(site: Path) -> None:
    page = BeautifulSoup((site / "index.html").read_text("utf-8"), "html.parser")
    assert page.select_one("meta[http-equiv=refresh]")["content"].endswith("url=book/index.html")
    assert page.html["lang"] == "en"
    assert page.title.text == "Neural networks, verified"


def test_every_page_names_its_icon_so_that_no_browser_asks_the_host_for_one(
    site: Path, all_pages: list[str]
) -> None:
    for page in all_pages:
        soup = BeautifulSoup((site / page).read_text("utf-8"), "html.parser")
        icon = soup.select_one("link[rel=icon]")["href"]
        assert (site / page).parent.joinpath(icon).is_file(), page


def test_no_line_can_end_between_a_parenthesis_and_a_short_formula(
    site: Path, pages: list[str]
) -> None:
    for page in pages:
        assert '(<span class="math short">' not in (site / page).read_text("utf-8"), page
