"""The figures in a bare page: keys, mouse and finger move them, and their numbers are right."""

import itertools
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page, Route

from book.make_slant_points import make_points
from book.palette import palette
from course.bundle import bundle

BOOK = Path(__file__).parents[2] / "book"
FIGURE_NAMES = [
    "activation_histograms",
    "activations",
    "graph",
    "house_map",
    "kernel",
    "layers",
    "learning_rate",
    "loss_surface",
    "neuron",
    "optimizers",
    "outlier",
    "step_size",
]
ORIGIN = "http://figures.test"
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,"><title>figure</title>
<style>body {{ margin: 12px; }} html[data-theme="dark"] {{ background: #121212; }}</style>
<main id="figure"></main>
<script type="module">
import figure from "{module}";
const state = {state};
const callbacks = {{}};
window.model = {{
  get: (name) => state[name],
  set(name, value) {{
    if (state[name] === value) return;
    state[name] = value;
    for (const callback of callbacks[`change:${{name}}`] ?? []) callback();
  }},
  save_changes: () => (window.saved = {{ ...state }}),
  on: (event, callback) => (callbacks[event] ??= []).push(callback),
  off: (event, callback) =>
    (callbacks[event] = callbacks[event].filter((each) => each !== callback)),
}};
window.listening = () => Object.values(callbacks).flat().length;
window.unmount = figure.render({{ model, el: document.getElementById("figure") }});
</script></html>
"""

Open = Callable[..., Page]


@pytest.fixture
def open_figure(browser: Browser) -> Iterator[Open]:
    """Open a page with one figure; at the end, nothing was said or asked for that should not.

    The bundle is what JupyterLab gets and the quicker to load; ``bundled=False`` for what the
    book gets.
    """
    complaints: list[str] = []
    contexts = []

    def open_page(
        name: str, *, phone: bool = False, theme: str = "light", bundled: bool = True, **state
    ) -> Page:
        context = browser.new_context(
            viewport={"width": 360 if phone else 900, "height": 900},
            has_touch=True,
            device_scale_factor=2,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        module = "/bundle.js" if bundled else f"/figures/{name}.js"

        def answer(route: Route) -> None:
            path = route.request.url.removeprefix(ORIGIN)
            if path == "/":
                body = PAGE.format(module=module, state=json.dumps(state))
                route.fulfill(body=body, content_type="text/html")
            elif path == "/bundle.js":
                route.fulfill(body=bundle(name), content_type="text/javascript")
            elif path.startswith("/figures/") and (BOOK / path[1:]).is_file():
                route.fulfill(path=BOOK / path[1:], content_type="text/javascript")
            else:
                complaints.append(f"the page asked for {route.request.url}")
                route.abort()

        page.route("**/*", answer)
        page.goto(f"{ORIGIN}/")
        page.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
        page.wait_for_selector(".xf svg")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def number(page: Page, name: str) -> float:
    text = page.locator(f'[data-value="{name}"]').inner_text()
    return float(text.replace("−", "-").replace(",", ""))


def centre(handle: Locator) -> tuple[float, float]:
    box = handle.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def saved(page: Page, *names: str) -> list[float]:
    state = page.evaluate("window.saved")
    return [state[name] for name in names]


def pixels_per_unit(page: Page) -> float:
    """Return how many CSS pixels one unit of the neuron's plane has: it reaches from -3 to 3."""
    return page.locator(".xf-stage canvas").bounding_box()["width"] / 6


def sigmoid(z: float) -> float:
    return 1 / (1 + np.exp(-z))


@pytest.mark.parametrize("bundled", [False, True])
def test_the_neuron_shows_z_and_a(open_figure: Open, bundled):
    page = open_figure("neuron", bundled=bundled, w1=1.5, w2=-2, b=0.5, x1=1, x2=2)
    assert number(page, "z") == pytest.approx(1.5 * 1 - 2 * 2 + 0.5)
    assert number(page, "a") == pytest.approx(sigmoid(-2.0), abs=0.005)


def test_the_weights_follow_the_arrow_keys(open_figure: Open):
    page = open_figure("neuron", w1=1, w2=1, b=0, x1=2, x2=-1)
    page.locator(".xf-handle.xf-model").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+ArrowUp")
    assert saved(page, "w1", "w2") == pytest.approx([1.2, 1.9])
    assert number(page, "z") == pytest.approx(2 * 1.2 - 1.9)
    handle = page.get_by_role("slider", name="weights")
    assert handle.get_attribute("aria-valuenow") == "1.2"
    assert handle.get_attribute("aria-valuetext") == "w₁ 1.20, w₂ 1.90"


def test_the_weights_follow_the_mouse(open_figure: Open):
    page = open_figure("neuron", w1=1, w2=1, b=0, x1=-2, x2=-1)
    unit = pixels_per_unit(page)
    x, y = centre(page.locator(".xf-handle.xf-model .xf-mark"))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + unit / 2, y + unit, steps=4)
    page.mouse.move(x + unit, y + 2 * unit, steps=4)
    page.mouse.up()
    assert saved(page, "w1", "w2") == pytest.approx([2, -1])
    assert number(page, "z") == pytest.approx(2 * -2 + -1 * -1)


def test_the_probe_follows_a_finger(open_figure: Open):
    page = open_figure("neuron", phone=True, w1=1, w2=1, b=0, x1=-2, x2=-2)
    unit = pixels_per_unit(page)
    x, y = centre(page.locator(".xf-probe .xf-mark"))
    touch = page.context.new_cdp_session(page)
    spots = [(x, y), (x + unit, y), (x + 2 * unit, y), (x + 3 * unit, y)]
    for place, spot in enumerate(spots):
        kind = "touchMove" if place else "touchStart"
        point = {"x": spot[0], "y": spot[1]}
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert saved(page, "x1", "x2") == pytest.approx([1, -2])
    assert number(page, "z") == pytest.approx(1 - 2)


def test_a_tap_on_the_plane_calls_the_probe(open_figure: Open):
    page = open_figure("neuron", w1=1, w2=1, b=0, x1=-2, x2=-2)
    box = page.locator(".xf-stage canvas").bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] * 5 / 6, box["y"] + box["height"] / 6)
    assert saved(page, "x1", "x2") == pytest.approx([2, 2])


def test_dragging_the_line_changes_the_bias_only(open_figure: Open):
    page = open_figure("neuron", w1=2, w2=0, b=0)
    unit = pixels_per_unit(page)
    x, y = centre(page.locator(".xf-bias .xf-mark"))
    page.mouse.move(x, y - 2 * unit)
    page.mouse.down()
    page.mouse.move(x + unit, y - 2 * unit, steps=4)
    page.mouse.up()
    assert saved(page, "w1", "w2", "b") == pytest.approx([2, 0, -2])


def test_the_bias_follows_the_arrow_keys(open_figure: Open):
    page = open_figure("neuron", b=0)
    page.get_by_role("slider", name="bias b, shifts").press("ArrowUp")
    assert saved(page, "b") == pytest.approx([0.1])


def test_without_weights_there_is_no_line_and_no_complaint(open_figure: Open):
    page = open_figure("neuron", w1=0, w2=0, b=1, x1=2, x2=2)
    assert number(page, "z") == 1
    assert not page.locator(".xf-boundary").is_visible()


def test_another_activation_gives_another_output(open_figure: Open):
    page = open_figure("neuron", w1=1, w2=0, b=0, x1=-2, x2=0)
    expected = {"tanh": np.tanh(-2), "ReLU": 0, "leaky ReLU": -0.02, "none": -2}
    for label, a in expected.items():
        page.get_by_role("radio", name=label, exact=True).check(force=True)
        assert number(page, "a") == pytest.approx(a, abs=0.005)


def test_the_plane_is_darker_where_the_output_is_larger(open_figure: Open):
    page = open_figure("neuron", w1=2, w2=0, b=0)
    grey = page.evaluate(
        """() => {
          const canvas = document.querySelector(".xf-stage canvas");
          const { width } = canvas;
          const row = canvas.getContext("2d").getImageData(0, 4, width, 1).data;
          return [0.05, 0.3, 0.5, 0.7, 0.95].map((share) => {
            const at = Math.floor(share * width) * 4;
            return 0.21 * row[at] + 0.72 * row[at + 1] + 0.07 * row[at + 2];
          });
        }"""
    )
    assert grey == sorted(grey, reverse=True)
    assert grey[0] - grey[-1] > 60


def test_the_score_counts_the_digits_beyond_the_line(open_figure: Open):
    page = open_figure("neuron", w1=0, w2=0, b=1)
    assert page.locator(".xf-score").inner_text().startswith("z > 0 for 12 of the 12 ones and 12")


def test_parameters_are_counted_term_by_term(open_figure: Open):
    page = open_figure("layers")
    assert number(page, "parameters") == 784 * 16 + 16 + 16 * 10 + 10
    assert page.locator(".xf-sum").inner_text() == "= 784·16 + 16 + 16·10 + 10"
    assert page.locator(".xf-terms tbody td:last-child").all_inner_texts() == ["12,560", "170"]


def test_the_sliders_change_the_network(open_figure: Open):
    page = open_figure("layers", inputs=4, width=3, outputs=2)
    page.get_by_role("slider", name="hidden layers").press("ArrowRight")
    assert number(page, "parameters") == 4 * 3 + 3 + 3 * 3 + 3 + 3 * 2 + 2
    assert page.locator(".xf-layer circle").count() == 4 + 3 + 3 + 2
    page.get_by_role("slider", name="neurons in each").press("ArrowLeft")
    assert number(page, "parameters") == 4 * 2 + 2 + 2 * 2 + 2 + 2 * 2 + 2
    page.get_by_role("slider", name="hidden layers").press("Home")
    assert number(page, "parameters") == 4 * 2 + 2


def test_a_preset_sets_the_whole_network(open_figure: Open):
    page = open_figure("layers")
    page.get_by_role("radio", name="XOR").check(force=True)
    assert number(page, "parameters") == 2 * 2 + 2 + 2 * 1 + 1
    assert page.get_by_role("radio", name="XOR").is_checked()
    page.get_by_role("slider", name="outputs").press("ArrowRight")
    assert not page.get_by_role("radio", name="XOR").is_checked()


def test_impossible_sizes_are_brought_into_reach(open_figure: Open):
    page = open_figure("layers", inputs=-5, hidden=99, width="many", outputs=1.4)
    sizes = [1, 16, 16, 16, 16, 16, 1]
    expected = sum(a * b + b for a, b in itertools.pairwise(sizes))
    assert number(page, "parameters") == expected


def test_the_tangent_touches_where_the_keys_put_it(open_figure: Open):
    page = open_figure("activations", z=0.5)
    handle = page.get_by_role("slider", name="z, where")
    handle.press("ArrowRight")
    handle.press("Shift+ArrowLeft")
    assert saved(page, "z") == pytest.approx([-0.4])
    s = sigmoid(-0.4)
    assert number(page, "value") == pytest.approx(s, abs=5e-5)
    assert number(page, "derivative") == pytest.approx(s * (1 - s), abs=5e-5)
    handle.press("End")
    assert handle.get_attribute("aria-valuenow") == "5"


def test_the_tangent_has_the_slope_of_the_curve(open_figure: Open):
    page = open_figure("activations", activation="tanh", z=0)
    ends = page.locator(".xf-tangent").evaluate(
        "line => ['x1', 'y1', 'x2', 'y2'].map((name) => Number(line.getAttribute(name)))"
    )
    grid_x = page.locator(".xf-axes").first.locator("line.xf-grid, line.xf-zero")
    left, below = grid_x.nth(0), grid_x.nth(1)
    unit_x = float(below.get_attribute("x1")) - float(left.get_attribute("x1"))
    unit_y = 230 / 3
    slope = -((ends[3] - ends[1]) / unit_y) / ((ends[2] - ends[0]) / unit_x)
    assert slope == pytest.approx(1.0, rel=1e-6)


def test_the_tangent_follows_the_mouse(open_figure: Open):
    page = open_figure("activations", z=0, activation="softplus")
    x, y = centre(page.locator(".xf-handle .xf-mark"))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 60, y, steps=5)
    page.mouse.up()
    [z] = saved(page, "z")
    assert z > 0.5
    assert number(page, "value") == pytest.approx(np.log1p(np.exp(z)), abs=5e-5)
    assert number(page, "derivative") == pytest.approx(sigmoid(z), abs=5e-5)


def test_only_leaky_relu_has_a_slope_to_set(open_figure: Open):
    page = open_figure("activations", z=-2, slope=0.1)
    slope = page.get_by_role("slider", name="slope of leaky")
    assert not slope.is_visible()
    page.get_by_role("radio", name="leaky ReLU").check(force=True)
    assert slope.is_visible()
    slope.press("ArrowRight")
    assert number(page, "derivative") == pytest.approx(0.11)
    assert number(page, "value") == pytest.approx(-0.22)


def test_a_kink_is_called_a_kink(open_figure: Open):
    page = open_figure("activations", activation="relu", z=0)
    assert "no derivative exists" in page.locator(".xf-note").inner_text()


@pytest.mark.parametrize("name", FIGURE_NAMES)
def test_a_figure_loads_as_modules_too(open_figure: Open, name):
    page = open_figure(name, bundled=False)
    alone = page.locator(".xf-readout").inner_text()
    assert open_figure(name).locator(".xf-readout").inner_text() == alone


@pytest.mark.parametrize("name", FIGURE_NAMES)
def test_a_change_from_outside_is_shown(open_figure: Open, name):
    page = open_figure(name)
    key = {
        "activation_histograms": "factor",
        "neuron": "w1",
        "layers": "width",
        "activations": "z",
        "loss_surface": "b",
        "outlier": "x",
        "graph": "second",
        "step_size": "power",
        "house_map": "house",
        "kernel": "column",
        "learning_rate": "rate",
        "optimizers": "steps",
    }[name]
    before = page.locator(".xf-readout").inner_text()
    page.evaluate("key => { model.set(key, 2); }", key)
    assert page.locator(".xf-readout").inner_text() != before


@pytest.mark.parametrize("name", FIGURE_NAMES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_figure_follows_the_theme(open_figure: Open, name, theme):
    page = open_figure(name, theme="dark" if theme == "light" else "light")
    page.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
    page.wait_for_function(
        """ink => document.querySelector(".xf").style.getPropertyValue("--xf-ink") === ink""",
        arg=palette()[theme]["ink"],
    )


@pytest.mark.parametrize("name", FIGURE_NAMES)
def test_a_figure_fits_a_phone(open_figure: Open, name):
    page = open_figure(name, phone=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    for target in page.locator(".xf-option, .xf-slider:visible, .xf-touch").all():
        box = target.bounding_box()
        assert min(box["width"], box["height"]) >= 43.9, target


@pytest.mark.parametrize("name", FIGURE_NAMES)
def test_a_figure_grows_and_shrinks_with_its_page(open_figure: Open, name):
    page = open_figure(name)
    page.set_viewport_size({"width": 360, "height": 800})
    page.wait_for_function("document.documentElement.scrollWidth <= 360")


@pytest.mark.parametrize("name", FIGURE_NAMES)
def test_a_figure_cleans_up(open_figure: Open, name):
    page = open_figure(name)
    assert page.evaluate("listening()") > 0
    page.evaluate("unmount()")
    assert page.evaluate("listening()") == 0
    assert page.locator("#figure").inner_html() == ""
    page.evaluate("document.documentElement.dataset.theme = 'dark'")


def test_two_figures_of_a_kind_do_not_disturb_each_other(open_figure: Open):
    page = open_figure("neuron", activation="relu")
    page.evaluate(
        """async () => {
          const { default: figure } = await import("/figures/neuron.js");
          const model = { get: () => undefined, set() {}, save_changes() {}, on() {} };
          const el = document.body.appendChild(document.createElement("div"));
          figure.render({ model, el });
        }"""
    )
    checked = page.locator("input:checked")
    assert [each.get_attribute("value") for each in checked.all()] == ["relu", "sigmoid"]


def test_the_loss_and_its_slopes_follow_the_point(open_figure: Open):
    page = open_figure("loss_surface", w=-1, b=0)
    page.get_by_role("slider", name="the parameters").press("ArrowRight")
    page.get_by_role("slider", name="the parameters").press("Shift+ArrowUp")
    assert saved(page, "w", "b") == pytest.approx([-0.95, 0.5])
    x, y = make_points().T
    error = -0.95 * x + 0.5 - y
    assert number(page, "loss") == pytest.approx((error**2).mean(), abs=5e-5)
    assert number(page, "dw") == pytest.approx(2 * (error * x).mean(), abs=5e-5)
    assert number(page, "db") == pytest.approx(2 * error.mean(), abs=5e-5)


def test_the_downhill_arrow_is_at_a_right_angle_to_the_contour(open_figure: Open):
    page = open_figure("loss_surface", w=-1.8, b=1)
    arrow = page.locator(".xf-downhill").get_attribute("d")
    x1, y1, x2, y2 = map(float, re.findall(r"-?[\d.]+", arrow)[:4])
    contour = page.locator(".xf-here").get_attribute("d")
    ends = np.array(re.findall(r"-?[\d.]+", contour), dtype=float).reshape(-1, 2, 2)
    ends = ends[np.hypot(*(ends[:, 1] - ends[:, 0]).T) > 1]
    nearest = np.hypot(*(ends.mean(axis=1) - [x1, y1]).T).argmin()
    along = ends[nearest, 1] - ends[nearest, 0]
    cosine = along @ [x2 - x1, y2 - y1] / np.hypot(*along) / np.hypot(x2 - x1, y2 - y1)
    assert abs(cosine) < 0.03


def test_an_outlier_drags_the_squared_errors_line_most(open_figure: Open):
    page = open_figure("outlier", x=4, y=-2.5)
    before = [number(page, f"{name}-slope") for name in ("mse", "mae", "huber")]
    x, y = centre(page.locator(".xf-wild .xf-mark"))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y - 200, steps=5)
    page.mouse.up()
    after = [number(page, f"{name}-slope") for name in ("mse", "mae", "huber")]
    moved = np.abs(np.subtract(after, before))
    assert moved[0] > 2 * moved[1]
    assert moved[0] > 2 * moved[2]


def test_a_graph_is_stepped_forward_and_backward(open_figure: Open):
    page = open_figure("graph", step=0)
    assert page.locator(".xf-number").all_text_contents() == ["2.00", "1.50", "−1.00", "0.50"]
    for _ in range(5):
        page.get_by_role("button", name="next step").click()
    assert page.locator(".xf-back").count() == 0
    assert "J = e²" in page.locator(".xf-readout").inner_text()
    for _ in range(6):
        page.get_by_role("button", name="next step").press("Enter")
    backwards = page.locator(".xf-back").all_text_contents()
    assert sorted(backwards) == sorted(["1.00", *["3.00"] * 5, "−3.00", "4.50", "6.00"])
    assert page.get_by_role("button", name="next step").is_disabled()
    page.get_by_role("button", name="back", exact=False).click()
    assert page.get_by_role("slider", name="step").input_value() == "10"


def test_what_a_graph_sends_back_is_what_a_nudge_measures(open_figure: Open):
    page = open_figure("graph")
    for name, inputs in [("x is used twice", "xw"), ("a maximum", "pqr")]:
        page.get_by_role("radio", name=name).check(force=True)
        page.get_by_role("slider", name=f"input {inputs[0]}").press("ArrowRight")
        page.get_by_role("slider", name="step").press("End")
        for each in inputs:
            by_nudge = number(page, f"measured-{each}")
            assert number(page, f"gradient-{each}") == pytest.approx(by_nudge, abs=0.011), name
    assert "with what has come before" in page.locator(".xf-readout").inner_text()


def test_the_step_follows_keys_mouse_and_finger(open_figure: Open):
    page = open_figure("step_size", power=-2)
    handle = page.get_by_role("slider", name="step h", exact=True)
    handle.press("Shift+ArrowLeft")
    handle.press("ArrowRight")
    assert saved(page, "power") == [-4.25]
    estimate = (np.sin(1 + 10**-4.25) - np.sin(1 - 10**-4.25)) / (2 * 10**-4.25)
    assert number(page, "estimate") == pytest.approx(estimate, abs=1e-10)
    x, y = centre(page.locator(".xf-handle .xf-mark"))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 60, y, steps=5)
    page.mouse.up()
    [by_mouse] = saved(page, "power")
    assert by_mouse < -5
    box = page.locator(".xf-errors").bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + 100)
    [by_finger] = saved(page, "power")
    assert -9.5 < by_finger < -6


def test_float32_and_a_kink_spoil_the_measured_slope(open_figure: Open):
    page = open_figure("step_size", power=-6)
    note = page.locator(".xf-readout .xf-note")
    assert "rounding" in note.inner_text()
    page.get_by_role("radio", name="a kink").check(force=True)
    page.get_by_role("slider", name="as a power of ten").press("End")
    assert "across the kink" in note.inner_text()
    page.get_by_role("radio", name="float32").check(force=True)
    page.get_by_role("slider", name="as a power of ten").press("Home")
    assert "eaten every digit" in note.inner_text()
    assert number(page, "estimate") == 0


def test_a_house_is_chosen_by_key_and_by_mouse(open_figure: Open):
    page = open_figure("house_map")
    chosen = page.locator(".xf-readout p").nth(1)
    before = chosen.inner_text()
    page.locator('input[type="range"]').press("ArrowRight")
    assert page.evaluate("model.get('house')") == 561
    by_key = chosen.inner_text()
    assert by_key != before
    box = page.locator(".xf-map").bounding_box()
    page.mouse.move(box["x"] + 0.75 * box["width"], box["y"] + 0.45 * box["height"])
    assert chosen.inner_text() != by_key


def test_another_model_has_another_score(open_figure: Open):
    page = open_figure("house_map")
    score = page.locator('[data-value="r2"]')
    linear = float(score.inner_text())
    page.locator('input[value="network"]').check(force=True)
    assert float(score.inner_text()) > linear + 0.04
    page.locator('input[value="mean"]').check(force=True)
    assert float(score.inner_text()) == 0


def test_keys_move_the_start_of_a_descent_and_the_slider_its_rate(open_figure: Open):
    page = open_figure("learning_rate")
    assert number(page, "loss") == pytest.approx(3.58, abs=0.01)
    page.get_by_role("slider", name="the start").press("ArrowDown")
    assert page.evaluate("model.get('b')") == pytest.approx(1.4)
    page.get_by_role("slider", name="learning rate").press("ArrowRight")
    assert number(page, "flat") == pytest.approx(1 - 0.011)
    assert number(page, "steep") == pytest.approx(1 - 25 * 0.011)


def test_a_new_surface_brings_its_own_start_and_rates(open_figure: Open):
    page = open_figure("optimizers")
    page.get_by_label("a saddle").check(force=True)
    assert page.evaluate("[model.get('a'), model.get('b')]") == [-2.4, 0.02]
    assert page.locator(".xf-table tr").nth(1).inner_text().split()[1] == "0.2"


def test_the_arrow_keys_move_the_window_and_the_sum_follows(open_figure: Open):
    page = open_figure("kernel", row=0, column=0, kernel="sum")
    window = page.get_by_role("slider", name="the window")
    assert "= 28" in page.locator(".xf-readout").inner_text()  # 1 + 7 + 1 + 1 + 8 + 0 + 2 + 8 + 0
    window.press("ArrowRight")
    window.press("ArrowDown")
    assert window.get_attribute("aria-valuetext").startswith("row 2 of 8, column 2 of 10: ")
    window.press("ArrowUp")
    window.press("ArrowUp")  # the window stays on the image
    assert window.get_attribute("aria-valuetext").startswith("row 1 of 8, column 2 of 10: ")
