"""What the build writes for the front end."""

import json
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup

from autograder.exercises import find, registry
from autograder.notebook import BEGIN, END, solution_source
from book.ext.solved import solutions_of, write_solutions


def soup_of(page: Path) -> BeautifulSoup:
    return BeautifulSoup(page.read_text("utf-8"), "html.parser")


def test_every_cell_can_be_run_or_says_why_not(site: Path, pages: list[str]) -> None:
    for page in pages:
        for cell in soup_of(site / page).select("article div.cell"):
            if cell.select_one(".cell_input"):
                assert cell.select_one(".live-bar, .live-local"), (page, cell.get_text()[:200])


def test_every_exercise_on_a_page_can_be_checked(site: Path) -> None:
    for page in site.glob("course/*.html"):
        for card in soup_of(page).select("section.exercise"):
            acts = {button["data-act"] for button in card.select("button")}
            assert {"check", "hint", "reset", "stop"} <= acts, (page.name, card["id"])


def test_the_data_of_a_page_agrees_with_what_it_shows(site: Path) -> None:
    for page in site.glob("course/*.html"):
        soup = soup_of(page)
        data = json.loads(soup.select_one("#live-page").string)
        ids = [step["id"] for step in data["steps"]]
        assert len(ids) == len(set(ids))
        for number, step in enumerate(data["steps"]):
            assert set(step["needs"]) <= set(ids[:number]), "a step needs only what stands above"
            if step["kind"] == "exercise":
                assert find(step["name"]).points == step["outOf"]
        names = {step["name"] for step in data["steps"] if step["kind"] == "exercise"}
        assert names == {e.name for e in registry().values() if e.chapter == page.stem}


def test_no_page_holds_a_solution(site: Path) -> None:
    for page in site.glob("course/*.html"):
        text = re.sub(r"\s+", "", page.read_text("utf-8"))
        for exercise in registry().values():
            if exercise.chapter != page.stem:
                continue
            source = solution_source(exercise)
            body = source.partition(BEGIN)[2].partition(END)[0]
            lines = [re.sub(r"\s+", "", line) for line in body.splitlines()]
            whole = "".join(lines)
            assert len(whole) < 20 or whole not in text, exercise.name


def test_what_success_shows_is_the_reference_and_another_way() -> None:
    for name in ("structure.neuron", "backprop.Value_backward"):
        shown = solutions_of(name)
        assert shown[0]["title"] == "The reference solution"
        assert len(shown) == 2
        assert not [each for each in shown if "SOLUTION" in each["html"]]


@pytest.mark.parametrize(("asked", "there"), [("0", False), ("1", True)])
def test_a_class_gets_a_site_without_solutions(
    asked: str, there: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOLUTIONS", asked)
    builder, env = SimpleNamespace(format="html"), SimpleNamespace(found_docs={"course/structure"})
    write_solutions(SimpleNamespace(builder=builder, env=env, outdir=tmp_path), None)  # type: ignore[arg-type]
    assert (tmp_path / "_static/solutions/structure.neuron.json").is_file() is there
