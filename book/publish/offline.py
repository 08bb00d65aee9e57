"""Let the site work without a network after the first visit: write its service worker."""

import hashlib
import json
from pathlib import Path

HERE = Path(__file__).parent
WORKER = "service_worker.js"
# Fetched once and only when asked for: large, and never changed under the same hash.
ON_REQUEST = ("_static/pyodide/", "notebooks/", "lite/")
# Where one is asked for the others follow: the keys of every chapter, and every data set.
TOGETHER = (
    "_static/pyodide/course_keys_",
    "_static/pyodide/course_data_",
    "_static/pyodide/course-",
)
LEFT_OUT = ("_sources/", "binder/", "_static/vendor/", WORKER)
LEFT_OUT_SUFFIXES = (".map", ".inv", ".buildinfo", ".built", ".made-from", ".ttf", ".LICENSE.txt")


def hashes(site: Path) -> dict[str, str]:
    """Return path → short hash of every file that a page may ask for."""
    found = {}
    for file in sorted(site.rglob("*")):
        path = file.relative_to(site).as_posix()
        if (
            file.is_file()
            and not path.startswith(LEFT_OUT)
            and not path.endswith(LEFT_OUT_SUFFIXES)
        ):
            found[path] = hashlib.sha256(file.read_bytes()).hexdigest()[:12]
    return found


def write_worker(site: Path) -> None:
    """Write ``service_worker.js`` for the files that are in the site now."""
    found = hashes(site)
    ahead = [path for path in found if not path.startswith(ON_REQUEST)]
    together = [path for path in found if path.startswith(TOGETHER)]
    script = (HERE / WORKER).read_text("utf-8")
    for name, value in (("HASHES", found), ("AHEAD", ahead), ("TOGETHER", together)):
        text = json.dumps(value, separators=(",", ":"))
        assert "`" not in text
        assert "\\" not in text, "a name that a JavaScript literal would not keep"
        script = script.replace("{{" + name + "}}", text)
    (site / WORKER).write_text(script, "utf-8")
