"""How long a reader waits: text, editor, first result, run again, check; and what a page loads.

Headless Chromium on this machine against the built site (`make book SERVE=0`), medians of five. A cold
visit has an empty cache; a warm one is the next visit of the same reader. Side by side: the same site
with the source that Pyodide's distribution has, instead of bytecode; and an exercise page that waits
for the keys and the data of all chapters, instead of its own keys.

    python benchmarks/live_page.py [the site's folder]
"""

from __future__ import annotations

import gzip
import json
import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright  # noqa: E402

from autograder.exercises import chapters  # noqa: E402
from benchmarks.static_host import served  # noqa: E402
from book.publish.own_wheels import data_set, data_sets, for_checks, keys_of  # noqa: E402
from book.publish.package_files import fetch  # noqa: E402
from book.publish.pyodide import distribution, npm_pyodide  # noqa: E402

TIMES = 5
CHAPTER = "structure"
PAGE, EXERCISES = f"book/{CHAPTER}.html", f"course/{CHAPTER}.html"
EXERCISE = f"exercise-{CHAPTER}-relu"
NUMPY = "import numpy as np\nnp.arange(6).reshape(2, 3) @ np.ones(3)"
RELU = "def relu(z):\n    return np.maximum(z, 0)\n"
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null"
OPEN_EDITOR = """async (bar) => {
  const started = performance.now();
  bar.querySelector("[data-act=edit]").click();
  while (!bar.parentElement.querySelector(".cm-content")) {
    await new Promise((next) => requestAnimationFrame(next));
  }
  return performance.now() - started;
}"""
PRESS = """async ([bar, act]) => {
  const started = performance.now();
  const done = new Promise((end) => {
    const observer = new MutationObserver(() => {
      if (bar.classList.contains("is-busy")) return;
      observer.disconnect();
      end();
    });
    observer.observe(bar, { attributes: true, attributeFilter: ["class"] });
  });
  bar.querySelector(`[data-act=${act}]`).click();
  await done;
  return performance.now() - started;
}"""
BARS = {
    "text readable": 1000,
    "editor after the click": 500,
    "first NumPy result, cold": 3000,
    "first NumPy result, warm": 1500,
    "run again": 30,
    "check, Python being up": 100,
}


def press(page: Page, bar: str, act: str) -> float:
    """Press a button of a bar; return the milliseconds until what it started is done."""
    return page.evaluate(PRESS, [page.query_selector(bar), act])


def write(page: Page, scope: str, text: str) -> None:
    page.locator(f"{scope} .cm-content").first.click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)


def visit(context: BrowserContext, address: str) -> tuple[Page, dict[str, float]]:
    """Open the chapter, edit its first cell and run NumPy in it."""
    page = context.new_page()
    page.goto(address + PAGE)
    page.wait_for_function(f"({PAINTED}) !== null")
    times = {"text readable": page.evaluate(PAINTED)}
    bar = ".live-bar"
    times["editor after the click"] = page.evaluate(OPEN_EDITOR, page.query_selector(bar))
    cell = ".cell:has(.live-bar)"
    write(page, cell, NUMPY)
    times["first NumPy result"] = press(page, bar, "run")
    assert "array([ 3., 12.])" in page.locator(f"{cell} .live-output").first.inner_text()
    return page, times


def first_check(context: BrowserContext, address: str) -> tuple[Page, float]:
    """Open the exercises, write an answer and check it; return the milliseconds from the press on."""
    page = context.new_page()
    page.goto(address + EXERCISES)
    card = f"#{EXERCISE}"
    page.evaluate(OPEN_EDITOR, page.query_selector(f"{card} .live-bar"))
    write(page, card, RELU)
    took = press(page, f"{card} .live-bar", "check")
    assert "is right" in page.locator(f"{card} .live-output").inner_text()
    return page, took


def one_reader(browser: Browser, address: str) -> dict[str, float]:
    """A cold visit, then a warm one, then an exercise."""
    context = browser.new_context()
    page, times = visit(context, address)
    times["first NumPy result, cold"] = times.pop("first NumPy result")
    times["run again"] = press(page, ".live-bar", "run")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.close()
    page, warm = visit(context, address)
    times["first NumPy result, warm"] = warm["first NumPy result"]
    page.close()
    page, _ = first_check(context, address)
    card = f"#{EXERCISE}"
    write(page, card, RELU + "\n")
    times["check, Python being up"] = press(page, f"{card} .live-bar", "check")
    assert "is right" in page.locator(f"{card} .live-output").inner_text()
    context.close()
    return times


def with_source(site: Path, copy: Path) -> None:
    """Copy a site, with the standard library and NumPy as Pyodide's distribution has them."""
    shutil.copytree(site, copy, copy_function=os.link)
    folder = copy / "_static" / "pyodide"
    entry = distribution()[1]["numpy"]
    lock = json.loads((folder / "pyodide-lock.json").read_text("utf-8"))
    lock["packages"]["numpy"] = entry
    for name in ("python_stdlib.zip", "pyodide-lock.json"):
        (folder / name).unlink()  # the copy's file is the site's own
    (folder / "pyodide-lock.json").write_text(json.dumps(lock), "utf-8")
    shutil.copy(npm_pyodide() / "python_stdlib.zip", folder)
    shutil.copy(fetch(entry["file_name"], entry["sha256"]), folder)


def with_all_keys(site: Path, copy: Path) -> None:
    """Copy a site, with an exercise page that loads the keys of all chapters, and the data."""
    shutil.copytree(site, copy, copy_function=os.link)
    page = copy / EXERCISES
    own = for_checks(CHAPTER)
    every = ["numpy", "autograder", *map(data_set, data_sets()), *map(keys_of, chapters())]
    text = page.read_text("utf-8")
    assert json.dumps(own) in text, "the page does not say what it loads"
    page.unlink()  # the copy's file is the site's own
    page.write_text(text.replace(json.dumps(own), json.dumps(every)), "utf-8")


def in_turns(
    browser: Browser, addresses: list[str], measure: Callable[[BrowserContext, str], float]
) -> list[float]:
    """Return for each site the median of what is measured on cold visits, taken in turns."""
    found: list[list[float]] = [[] for _ in addresses]
    for _ in range(TIMES):
        for address, of in zip(addresses, found, strict=True):
            context = browser.new_context(service_workers="block")
            of.append(measure(context, address))
            context.close()
    return [statistics.median(of) for of in found]


def bytes_of_a_check(browser: Browser, address: str, site: Path) -> int:
    """Return how many bytes Python and its packages have that a first check waits for."""
    context = browser.new_context(service_workers="block")
    asked: set[str] = set()
    context.on("request", lambda request: asked.add(request.url.removeprefix(address)))
    first_check(context, address)
    context.close()
    return sum((site / name).stat().st_size for name in asked if "/pyodide/" in name)


def scripts_before_code(browser: Browser, address: str, site: Path) -> dict[str, int]:
    """Return the compressed bytes of each script that a page loads before anybody asks for code."""
    context = browser.new_context(service_workers="block")
    page = context.new_page()
    loaded: list[str] = []
    note: Callable[..., None] = lambda answer: loaded.append(answer.url.partition("?")[0])  # noqa: E731
    page.on("response", note)
    page.goto(address + PAGE, wait_until="networkidle")
    context.close()
    names = {url.removeprefix(address) for url in loaded if url.endswith((".js", ".mjs"))}
    own = sorted(name for name in names if name.startswith(("_static/live/", "_static/book/")))
    figures = sorted(name for name in names if "/figures/" in name)
    return {name: len(gzip.compress((site / name).read_bytes(), 9)) for name in {*own, *figures}}


def main() -> None:
    site = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "_build" / "html"
    if not (site / PAGE).is_file():
        sys.exit("The book is not built: run `make book SERVE=0`.")
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("Chromium is missing: run `make system`.")
    options = ["--no-sandbox", "--disable-gpu"]
    with served(site) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=options)
        readers = [one_reader(browser, address) for _ in range(TIMES)]
        scripts = scripts_before_code(browser, address, site)
        with tempfile.TemporaryDirectory(dir=site.parent) as scratch:
            copies = Path(scratch, "source"), Path(scratch, "keys")
            with_source(site, copies[0])
            with_all_keys(site, copies[1])
            with served(copies[0]) as other:
                measure = lambda context, at: visit(context, at)[1]["first NumPy result"]  # noqa: E731
                results = in_turns(browser, [other, address], measure)
            with served(copies[1]) as other:
                measure = lambda context, at: first_check(context, at)[1]  # noqa: E731
                checks = in_turns(browser, [other, address], measure)
                sizes = [bytes_of_a_check(browser, at, site) for at in (other, address)]
        browser.close()
    print(f"| {'what a reader waits for':<26} | median | slowest | bar |\n|---|---|---|---|")
    for name, limit in BARS.items():
        times = [reader[name] for reader in readers]
        print(
            f"| {name:<26} | {statistics.median(times):.0f} ms | {max(times):.0f} ms | {limit} ms |"
        )
    slow, fast = results
    print(
        f"\nFirst NumPy result, cold, in turns: {slow:.0f} ms from source, {fast:.0f} ms from "
        f"bytecode: {slow / fast:.1f} times as fast"
    )
    print(
        f"\nFirst check, cold, in turns: {checks[0]:.0f} ms with all chapters' keys and data "
        f"({sizes[0] / 1e6:.1f} MB), {checks[1]:.0f} ms with its own keys ({sizes[1] / 1e6:.1f} MB)"
    )
    total = sum(scripts.values())
    print(
        f"\nScripts beyond the theme's before the reader asks for code: {total / 1000:.1f} kB (120)"
    )
    load = os.getloadavg()[0] / (os.cpu_count() or 1)
    print(f"Load of this machine: {load:.1f} for each core.")


if __name__ == "__main__":
    main()
