"""In a real browser, formgrader shows, scores and grades a class of ours as any other."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route, expect

EXTENSION = "nbgrader.server_extensions.formgrader"
MATHJAX = "cdnjs.cloudflare.com"  # what nbgrader's own template loads
ATTACK = (
    "stolen <script>document.title = 'forged'</script><img src=x onerror=\"document.title = 'forged'\">"
    "<img src=https://example.org/who-reads.png>"
)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that reaches this machine alone."""
    context = browser.new_context(viewport={"width": 1200, "height": 900})

    def only_here(route: Route) -> None:
        here = urlsplit(route.request.url).hostname in ("localhost", "127.0.0.1")
        route.continue_() if here else route.abort()

    page = context.new_page()
    page.route("**/*", only_here)
    yield page
    context.close()


@pytest.fixture
def formgrader(page: Page, tmp_path: Path) -> Iterator[Callable[[Path], str]]:
    """`formgrader(course)`: serve a class's folder, let the page in, return formgrader's address."""
    servers = []

    def start(course: Path) -> str:
        places = {
            name: str(tmp_path / name)
            for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")
        }
        command = [sys.executable, "-m", "jupyter", "server", "--no-browser", "--allow-root",
                   "--port=0", "--IdentityProvider.token=secret",
                   f"--ServerApp.jpserver_extensions={EXTENSION}=True"]  # fmt: skip
        with (tmp_path / "server.log").open("w") as log:
            server = subprocess.Popen(command, cwd=course, env={**os.environ, **places},
                                      stdout=log, stderr=log)  # fmt: skip
        servers.append(server)
        ends = time.monotonic() + 120
        while not (known := list(Path(places["JUPYTER_RUNTIME_DIR"]).glob("jpserver-*.json"))):
            assert server.poll() is None, (tmp_path / "server.log").read_text()
            assert time.monotonic() < ends, "the server does not start"
            time.sleep(0.1)
        address = json.loads(known[0].read_text())["url"]
        page.goto(f"{address}?token=secret")
        return f"{address}formgrader/"

    yield start
    for server in servers:
        server.terminate()
        server.wait(60)


def test_a_submission_is_read_and_scored_by_hand(made_class, grade, rows, formgrader, page: Page):
    """A student's text runs in no instructor's browser, verdicts open, scores by hand are kept."""
    course = made_class.course
    made_class.answer("dana", "markdown", ATTACK)
    grade(course, "dana")
    recorded = {key[2]: row for key, row in rows(course).items() if len(key) == 3}
    asked = []
    page.on("request", lambda request: asked.append(urlsplit(request.url).hostname))
    page.goto(f"{formgrader(course)}gradebook/structure/structure")
    page.get_by_role("link", name="Submission #1").click()
    expect(page.get_by_text("stolen").first).to_be_visible()
    for cell, (auto, _, _, by_hand, _) in recorded.items():
        box = page.locator(f"input.score[id='{cell}']")
        if by_hand:
            expect(box).to_have_value("")
        else:
            expect(box).to_have_attribute("placeholder", f"{round(auto, 2):g}")
    assert page.locator("input.score").count() == len(recorded)
    assert page.title() != "forged"
    assert set(asked) <= {"localhost", "127.0.0.1", MATHJAX}

    wrong = page.locator(".ag-wrong").first
    step = wrong.locator("summary").first
    marker = step.evaluate("step => getComputedStyle(step).display")
    assert marker == "list-item", "without its triangle nobody sees that there is more to read"
    more = wrong.locator("details > p").first
    expect(more).to_be_hidden()
    step.click()
    expect(more).to_be_visible()

    said = "See the second figure."
    written = page.locator(".nbgrader_cell", has_text="stolen").first
    with page.expect_response(lambda answer: "/api/grade/" in answer.url):
        written.locator("input.score").fill("1.5")
        written.locator("input.score").blur()
    with page.expect_response(lambda answer: "/api/comment/" in answer.url):
        written.locator("textarea").fill(said)
        written.locator("textarea").blur()

    def by_hand() -> dict:
        """The cells that have what was written, with their score or comment."""
        return {key: row[-1] for key, row in rows(course).items() if 1.5 in row or said in row}

    kept = by_hand()
    assert sorted(kept.values(), key=str) == [1.5, said]
    grade(course, "dana")
    assert by_hand() == kept


def test_the_autograde_button_grades_in_the_sandbox(
    made_class, grade, rows, formgrader, page: Page, tmp_path: Path
):
    """With the score that `autograder grade` records, and nothing done outside."""
    course = made_class.course
    outside = tmp_path / "was-here"
    made_class.answer("bela", "code", f"open({str(outside)!r}, 'w')")
    for student in made_class.expected.keys() - {"ada", "bela"}:
        shutil.rmtree(course / "submitted" / student)
    by_command = tmp_path / "by-command"
    shutil.copytree(course, by_command)
    page.goto(f"{formgrader(course)}manage_submissions/structure")
    for student in ("ada", "bela"):
        row = page.locator("tr", has=page.locator(".student-id").get_by_text(student, exact=True))
        row.locator(".autograde a").click()
        expect(
            page.get_by_text(f"Successfully autograded 'structure' for student '{student}'")
        ).to_be_visible()
        page.get_by_role("button", name="OK").click()
        expect(row.locator(".status")).to_have_text("needs manual grading")
    assert not outside.exists()
    grade(by_command)
    assert rows(course) == rows(by_command)
