"""Pictures: what a phone shows where panels in a row would be too small."""

import matplotlib.pyplot as plt
import pytest
from matplotlib.axes import Axes

from book import plots

ROW = 2.5  # inches


def place(axes: Axes) -> tuple[int, int]:
    spot = plots.spot(axes)
    return spot.rowspan.start, spot.colspan.start


def test_panels_are_stacked_in_reading_order_and_a_row_stays_as_high_as_it_was() -> None:
    figure, axes = plt.subplots(2, 3, figsize=(7.9, 2 * ROW))
    plots.stack(figure, 3, 2)
    assert [place(each) for each in axes.flat] == [(0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (2, 1)]
    assert tuple(figure.get_size_inches()) == (plots.PHONE, 3 * ROW)
    plt.close(figure)


def test_what_is_named_at_the_rim_is_named_at_the_new_rim() -> None:
    figure, axes = plt.subplots(2, 3, sharey=True)
    axes[0, 0].set_ylabel("loss")
    for each in axes[1]:
        each.set_xlabel("epoch")
    plots.stack(figure, 3, 2)
    assert [each.get_ylabel() for each in axes.flat] == ["loss", ""] * 3
    assert [each.get_xlabel() for each in axes.flat] == [""] * 4 + ["epoch"] * 2
    figure.canvas.draw()
    numbers = [
        any(tick.label1.get_visible() for tick in each.yaxis.get_major_ticks())
        for each in axes.flat
    ]
    assert numbers == [True, False] * 3
    plt.close(figure)


def test_panels_with_axes_of_their_own_keep_their_names() -> None:
    figure, (first, second) = plt.subplots(1, 2)
    first.set(xlabel="change", ylabel="mistakes")
    second.set(xlabel="change", ylabel="loss")
    plots.stack(figure, 2, 1)
    assert [each.get_ylabel() for each in (first, second)] == ["mistakes", "loss"]
    assert [each.get_xlabel() for each in (first, second)] == ["change", "change"]
    plt.close(figure)


def test_panels_that_do_not_fill_the_phone_are_an_error() -> None:
    figure, _ = plt.subplots(1, 3)
    with pytest.raises(ValueError, match="3 panels do not fill 2 rows of 2"):
        plots.stack(figure, 2, 2)
    plt.close(figure)


def test_a_stacked_picture_comes_in_two_elements_that_say_the_same() -> None:
    figure, _ = plt.subplots(1, 2, figsize=(7.6, 2.5))
    drawn = plots.show(figure, "Two lines.", on_phone=(2, 1))._repr_html_()
    assert drawn.count('role="img" aria-label="Two lines."') == 2
    for_screen, for_phone = drawn.split('<div class="picture ')[1:]
    assert for_screen.startswith("not-on-phone")
    assert for_phone.startswith("on-phone")
    assert ids(for_phone)
    assert not set(ids(for_screen)) & set(ids(for_phone))


def ids(svg: str) -> list[str]:
    return [part.split('"')[0] for part in svg.split(' id="')[1:]]
