"""What drawing a page costs: processor time of style and layout until a page is at rest, and its elements.

Each chapter twice, in turns: as a reader opens it, where blocks far down wait until they come near
(`book/ext/draw_later.py`), and drawn whole, as an address with a place (`#…`) opens it. The window is a
phone's. Processor time of the page's thread hardly depends on what else the machine does, as
Lighthouse's score does.

    python benchmarks/page_drawing.py [the site's folder]
"""

from __future__ import annotations

import shutil
import statistics
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Browser, sync_playwright  # noqa: E402

from autograder.exercises import chapters  # noqa: E402
from benchmarks.static_host import served  # noqa: E402

TIMES = 3
PHONE = {"width": 412, "height": 823}
REST = 2500  # milliseconds after the page has loaded
DRAWING = ("UpdateLayoutTree", "Layout")  # as a trace calls them: style, then layout
TASK = "ThreadControllerImpl::RunTask"
PLACE = "#main-content"


def traced(browser: Browser, address: str) -> tuple[list[dict[str, Any]], int]:
    """Open a page; return the events of its thread, each with its processor time, and its elements."""
    context = browser.new_context(viewport=PHONE, device_scale_factor=2, service_workers="block")
    page = context.new_page()
    session = context.new_cdp_session(page)
    events: list[dict[str, Any]] = []
    ended: list[Any] = []
    session.on("Tracing.dataCollected", lambda data: events.extend(data["value"]))
    session.on("Tracing.tracingComplete", lambda data: ended.append(data))
    categories = {"includedCategories": ["devtools.timeline", "toplevel"]}
    session.send("Tracing.start", {"transferMode": "ReportEvents", "traceConfig": categories})
    page.goto(address, wait_until="load")
    page.wait_for_timeout(REST)
    elements = page.evaluate("document.querySelectorAll('*').length")
    session.send("Tracing.end")
    while not ended:
        page.wait_for_timeout(20)
    context.close()
    threads = {(each["pid"], each["tid"]) for each in events if each["name"] == "ParseHTML"}
    mine = [
        [each for each in events if (each["pid"], each["tid"]) == thread and each.get("ph") == "X"]
        for thread in threads
    ]
    return max(mine, key=lambda of: milliseconds(of, ("ParseHTML",))), elements


def milliseconds(events: list[dict[str, Any]], names: tuple[str, ...]) -> float:
    return sum(each.get("tdur", 0) for each in events if each["name"] in names) / 1000


def costs(browser: Browser, address: str) -> tuple[float, float, int]:
    """Return milliseconds of style and layout, milliseconds of the longest task, and elements."""
    events, elements = traced(browser, address)
    longest = max(milliseconds([each], (TASK,)) for each in events)
    return milliseconds(events, DRAWING), longest, elements


def main() -> None:
    site = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "_build" / "html"
    if not (site / "book" / "index.html").is_file():
        sys.exit("The book is not built: run `make book SERVE=0`.")
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("Chromium is missing: run `make system`.")
    print("| chapter | elements | style and layout | drawn whole | longest task | drawn whole |")
    print("|---|---|---|---|---|---|")
    with served(site) as address, sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=chromium, args=options)
        for chapter in chapters():
            page = f"{address}book/{chapter}.html"
            both = [(costs(browser, page), costs(browser, page + PLACE)) for _ in range(TIMES)]
            ours, whole = (
                [statistics.median(each) for each in zip(*runs, strict=True)]
                for runs in zip(*both, strict=True)
            )
            print(
                f"| {chapter} | {ours[2]:.0f} | {ours[0]:.0f} ms | {whole[0]:.0f} ms "
                f"| {ours[1]:.0f} ms | {whole[1]:.0f} ms |"
            )
            sys.stdout.flush()
        browser.close()


if __name__ == "__main__":
    main()
