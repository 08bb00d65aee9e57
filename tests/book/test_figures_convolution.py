"""The numbers of `kernel` are NumPy's, its wall is what its script makes, and its caption is true."""

import json
import re
import subprocess

import numpy as np
import pytest

from book.make_wall import TARGET, make_wall, source
from course.bundle import literal
from solutions.convolution import conv2d, conv_output_size, pad2d
from tests.book.test_figures import FIGURES, node

KERNELS = {
    name: np.array(json.loads(weights))
    for name, weights in re.findall(
        r"(\w+): \{ label: \"[^\"]+\", weights: (\[\[.*?\]\]) \}",
        (FIGURES / "kernel.js").read_text(encoding="utf-8"),
    )
}


def in_node(code, given=None):
    """Run code with the modules ``windows`` and ``wall``; return what it leaves in ``result``."""
    imports = "\n".join(
        f"import * as {name} from {json.dumps((FIGURES / 'lib' / f'{name}.js').as_uri())};"
        for name in ("windows", "wall")
    )
    program = f"""
    {imports}
    const given = {json.dumps(given)};
    let result;
    {code}
    console.log(JSON.stringify(result));
    """
    run = subprocess.run(
        [node(), "--input-type=module"], input=program, capture_output=True, text=True, timeout=60
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def test_the_wall_is_what_its_script_makes():
    assert TARGET.read_text(encoding="utf-8") == source()
    assert in_node("result = wall.wall;") == make_wall().tolist()


def test_the_figure_has_four_kernels_of_three_by_three():
    assert list(KERNELS) == ["upright", "level", "sum", "spot"]
    assert all(kernel.shape == (3, 3) for kernel in KERNELS.values())
    assert literal("kernel.js", "defaults")["kernel"] in KERNELS


@pytest.mark.parametrize("name", list(KERNELS))
def test_every_map_is_that_of_the_solutions(name):
    settings = [(stride, padding) for stride in (1, 2, 3) for padding in (0, 1)]
    given = [KERNELS[name].tolist(), settings]
    maps = in_node(
        "result = given[1].map(([s, p]) => windows.convolve(wall.wall, given[0], s, p));", given
    )
    x, w = make_wall()[None, None].astype(float), KERNELS[name][None, None].astype(float)
    for (stride, padding), got in zip(settings, maps, strict=True):
        expected = conv2d(x, w, np.zeros(1), stride, padding)[0, 0]
        np.testing.assert_array_equal(np.array(got), expected)


def test_random_images_and_kernels_too():
    rng = np.random.default_rng(0)
    for _ in range(5):
        image, kernel = rng.normal(size=(7, 9)), rng.normal(size=(3, 3))
        got = in_node(
            "result = windows.convolve(...given);", [image.tolist(), kernel.tolist(), 2, 1]
        )
        expected = conv2d(image[None, None], kernel[None, None], np.zeros(1), 2, 1)[0, 0]
        np.testing.assert_allclose(np.array(got), expected, rtol=1e-12, atol=1e-12)


def test_sizes_and_borders_are_those_of_the_solutions():
    for size, kernel, stride, padding in ((10, 3, 2, 1), (12, 3, 2, 1), (10, 3, 3, 0)):
        got = in_node("result = windows.places(...given);", [size, kernel, stride, padding])
        assert got == conv_output_size(size, kernel, stride, padding)
    padded = in_node("result = windows.pad(wall.wall, 2);")
    assert padded == pad2d(make_wall()[None, None], 2)[0, 0].tolist()


def test_the_caption_is_true():
    """What the page says of the four kernels."""
    x = make_wall()[None, None].astype(float)
    maps = {
        name: conv2d(x, kernel[None, None].astype(float), np.zeros(1), 1, 0)[0, 0]
        for name, kernel in KERNELS.items()
    }
    assert maps["upright"].shape == (8, 10)
    wall = make_wall()
    joint = wall[0:3, 6].min() >= 5  # a long joint runs down column 6
    assert joint
    assert maps["upright"][0, 6] > 10
    assert maps["upright"][0, 4] < -10
    assert abs(maps["upright"][0, 2]) <= 3
    assert np.abs(maps["level"][5:8, 2]).max() > 10  # a short joint in row 6
    flat = np.full((1, 1, 5, 5), 4.0)
    spot = KERNELS["spot"][None, None].astype(float)
    assert not conv2d(flat, spot, np.zeros(1), 1, 0).any()
    assert conv2d(x, spot, np.zeros(1), 2, 1).shape[2:] == (5, 6)
