"""What a student sees: in steps, in clear words, safe to show, and the same in text and HTML."""

import re
from html.parser import HTMLParser

import numpy as np
import pytest

from autograder.feedback import STYLE, headline, to_data, to_html, to_text

U = np.array([[0.25, -1.5], [2.0, 0.75], [-0.5, 1.0]])
XSS = "<img src=x onerror=alert(1)>\"'&</pre><script>alert(2)</script>"


class Tags(HTMLParser):
    """The tags and attributes of a page, and that they are nested as they should be."""

    def __init__(self):
        super().__init__()
        self.open, self.seen, self.text = [], [], ""

    def handle_starttag(self, tag, attributes):
        self.open.append(tag)
        self.seen.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def read(html):
    tags = Tags()
    tags.feed(html)
    tags.close()
    assert tags.open == []
    return tags


def double(u):
    return 2 * u


@pytest.fixture
def asked(case):
    return case(double, {"u": U})


# Right --------------------------------------------------------------------------------------


def test_a_right_answer_is_one_short_green_line_with_the_points(asked):
    verdict = asked.verdict(double)
    assert to_text(verdict) == "✓ demo.exercise is right: 2 of 2 points."
    page = read(to_html(verdict).removeprefix(STYLE))
    assert page.text == to_text(verdict)
    assert [tag for tag, _ in page.seen] == ["div", "p"]
    assert page.seen[0][1]["class"] == "ag ag-right"


def test_a_right_answer_stays_a_short_line_though_it_prints_and_warns(asked):
    def student(u):
        print(XSS)
        return 2 * u

    assert to_text(asked.verdict(student)) == "✓ demo.exercise is right: 2 of 2 points."


def test_one_point_is_singular(case):
    assert headline(case(double, {"u": U}, points=1).verdict(double)).endswith("1 of 1 point.")


# What was asked -------------------------------------------------------------------------------


def there_and_back(student, arguments):
    value, back = student(arguments["u"])
    return back(value) + arguments["beside"]


def test_an_exercise_that_is_driven_tells_what_the_students_code_is_asked(case):
    given = {"u": U, "beside": 1.0}
    asked_as = "value, back = exercise(u); back(value)"
    driven = case(lambda u: (u, abs), given, drive=there_and_back, asked_as=asked_as)
    text = to_text(driven.verdict(lambda u: (u, np.sin)))
    assert "    value, back = exercise(u); back(value)\n      u: array (3, 2), float64" in text
    assert "exercise(u, beside)" not in text
    plain = case(double, {"u": U}, asked_as=asked_as)
    refused = to_text(plain.verdict(lambda: 1))
    assert "What is asked of it: value, back = exercise(u); back(value)." in refused


def test_what_is_asked_may_depend_on_the_arguments(case):
    def asked_as(arguments):
        return f"exercise({', '.join(name for name in arguments if name != 'beside')})"

    given = [{"u": U}, {"u": U, "beside": 2.0}]
    right = case(double, given, drive=lambda student, a: student(a["u"]), asked_as=asked_as)
    text = to_text(right.verdict(lambda u: 2 * u if len(u) == 2 else 0 * u))
    assert "    exercise(u)\n" in text


# Wrong, in steps ----------------------------------------------------------------------------


def test_the_first_step_is_the_call_the_array_and_the_evidence(asked):
    assert to_text(asked.verdict(lambda u: -2 * u)) == (
        "✗ demo.exercise is not right yet: 0 of 2 points.\n"
        "  Asked: case 1.\n"
        "    exercise(u)\n"
        "      u: array (3, 2), float64 = [[ 0.25 -1.5 ] [ 2. 0.75] [-0.5 1. ]]\n"
        "  The result is wrong. Entry [1, 0] of the result is -4, but should be 4; "
        "6 of 6 entries are wrong.\n"
        "  .explain() tells more, one step at a time."
    )


def test_a_number_of_many_digits_is_shown_with_four_as_those_of_an_array_are(case):
    def scaled(u, by, rate):
        return by * u + rate

    text = to_text(case(scaled, {"u": U, "by": 1.0950347741675248, "rate": 1e-5}).verdict(double))
    assert "by: 1.0950\n" in text
    assert "rate: 1e-05\n" in text


def test_long_lists_of_arrays_tell_shapes_and_short_ones_numbers(case):
    short, long = [(np.ones((2, 2)), np.zeros(2))], [(np.ones((2, 2)), np.zeros(2))] * 4
    text = to_text(case(lambda a, b: U, {"a": short, "b": long}).verdict(lambda a, b: -U))
    assert "a: list of 1: tuple of 2: array (2, 2), float64 = [[1. 1.] [1. 1.]], array (2,)" in text
    assert "b: list of 4: tuple of 2: array (2, 2), float64, array (2,), float64, tuple" in text


def test_a_dictionary_of_arrays_is_told_like_its_arrays(case):
    bowl = {"matrix": np.eye(2), "bottom": np.zeros(9)}
    text = to_text(case(lambda u: U, {"u": bowl}).verdict(lambda u: -U))
    assert "u: matrix: array (2, 2), float64 = [[1. 0.] [0. 1.]], bottom: array (9,)" in text


def test_each_step_tells_one_thing_more(asked):
    verdict = asked.verdict(lambda u: -2 * u)
    steps = [to_text(verdict, step) for step in ("evidence", "where", "mistake")]
    assert "Where to look:" not in steps[0]
    assert "Where to look:" in steps[1]
    assert "The mistake:" not in steps[1]
    assert "The mistake: The result has the wrong sign." in steps[2]
    assert ".explain()" not in steps[2]


def test_the_later_steps_fold_open_with_a_click_each(asked):
    html = to_html(asked.verdict(lambda u: -2 * u)).removeprefix(STYLE)
    folded = [attributes for tag, attributes in read(html).seen if tag == "details"]
    assert folded == [{}, {}]
    assert html.index("Where to look") < html.index("The mistake")
    opened = read(to_html(asked.verdict(lambda u: -2 * u), "mistake"))
    assert [a for tag, a in opened.seen if tag == "details"] == [{"open": None}] * 2


def test_an_unknown_mistake_says_how_to_go_on(asked):
    text = to_text(asked.verdict(lambda u: np.cos(u)), "mistake")
    assert "not one of the mistakes the course knows" in text


@pytest.mark.parametrize(
    ("student", "words"),
    [
        (lambda u: u @ u, "keepdims=True keeps it with length 1"),
        (lambda u: u[7], "the last one the index n - 1"),
        (lambda u: unknown, "a slip of the pen"),  # noqa: F821
        (lambda u: u + None, "None comes from a function without return"),
        (lambda u: 1 / len(u[:0]), "Python says what went wrong"),
        (lambda u: u.__setitem__(0, 9.0) or np.cos(u), "so does x.copy()"),
        (lambda u: u[:, :1] ** 3, "Print the shape after each line"),
        (lambda u: u > 1, "Print the dtype after each line"),
        (lambda u: [1.0, 2.0], "another form than the docstring says"),
        (lambda u: {1, 2}, "another form than the docstring says"),
        (lambda u: print(u), "only return hands it to the caller"),
        (lambda u: print("so far") or [1.0, 2.0], "another form than the docstring says"),
    ],
)
def test_what_no_mistake_explains_is_explained_by_its_kind(asked, student, words):
    text = to_text(asked.verdict(student), "mistake")
    assert words in text.partition("The mistake: ")[2]


def test_the_right_array_is_never_shown_whole(case):
    u = np.random.default_rng(0).normal(size=(3, 3))
    verdict = case(double, {"u": u}).verdict(lambda u: np.cos(u))
    told = to_text(verdict, "mistake") + to_html(verdict) + repr(to_data(verdict))
    assert sum(f"{number:.4g}"[:-1] in told for number in (2 * u).ravel()) == 1


def test_only_the_first_case_is_told_in_full(case):
    several = case(double, [{"u": U}, {"u": U + 1}, {"u": U + 2}])
    text = to_text(several.verdict(lambda u: -u))
    assert text.count("exercise(u)") == 1
    assert "2 other cases are wrong too." in text
    text = to_text(case(double, [{"u": U}, {"u": U + 1}]).verdict(lambda u: -u))
    assert "1 other case is wrong too." in text


# Each kind of problem in its own words ------------------------------------------------------


def changes(u):
    u *= 2
    return u


PROBLEMS = {
    "None": (lambda u: None, "The result is None. Does every path through your function end in a return?"),
    "a list": (lambda u: (2 * u).tolist(), "The result should be an array, but is a list of 3 items."),
    "a shape": (lambda u: 2 * u.T, "The result has shape (2, 3), but should have shape (3, 2)."),
    "a dtype": (lambda u: np.float32(2 * u), "The result has dtype float32, but should have dtype float64."),
    "NaN": (lambda u: u * np.nan, "The result holds values that are not finite (NaN or infinity)."),
    "a generator": (lambda u: (2 * row for row in u), "Your function returned a generator: the function has a yield"),
    "a function": (lambda u: double, "Your function returned the function double itself; was it meant to be called"),
    "a matrix": (lambda u: np.matrix(u), "Your function returned a matrix; return a plain NumPy array."),
    "a changed argument": (changes, "Your function changes its argument u. Work on a copy: the caller keeps it."),
    "an exception": (lambda u: u @ u, "Your code raised ValueError."),
    "exit": (lambda u: exit(), "Your code raised SystemExit."),
    "recursion": (lambda u: PROBLEMS["recursion"][0](u), "Your code raised RecursionError."),
    "no function": (3.0, "There is a float under this name, not a function. Run its cell again."),
    "no argument": (lambda: 1, "Your code could not be called. What is asked of it: exercise(u)."),
    "another argument": (lambda u, v: 1, "Your code could not be called. What is asked of it: exercise(u)."),
}  # fmt: skip


@pytest.mark.parametrize("name", PROBLEMS)
def test_each_problem_has_its_own_words_in_text_and_html(asked, name):
    student, words = PROBLEMS[name]
    verdict = asked.verdict(student)
    assert f"  {words}" in to_text(verdict)
    assert words in read(to_html(verdict)).text
    assert verdict.points == 0


@pytest.mark.parametrize("name", PROBLEMS)
def test_no_line_of_ours_is_ever_shown(asked, name):
    told = to_text(asked.verdict(PROBLEMS[name][0]), "mistake")
    for word in ("autograder/", "site-packages", "ask.py", "drive(", "Traceback (most"):
        assert word not in told
    assert "in __call__" not in told  # of Python's own exit
    assert "?." not in told


def test_an_exception_shows_its_line_and_the_shapes_of_the_inputs(asked):
    text = to_text(asked.verdict(PROBLEMS["an exception"][0]))
    assert re.search(r"in <lambda>, line \d+:", text)
    assert "ValueError: matmul" in text
    assert "u: array (3, 2), float64" in text


def test_what_is_not_implemented_is_no_alarm(asked):
    def student(u):
        # YOUR CODE HERE
        raise NotImplementedError()

    verdict = asked.verdict(student)
    text = to_text(verdict)
    assert text.startswith("○ demo.exercise is not implemented yet.\n")
    assert "Traceback" not in text
    assert "explain" not in text
    page = read(to_html(verdict))
    assert {"class": "ag ag-todo", "role": "status"} in [a for _, a in page.seen]


def test_what_the_code_printed_and_warned_is_shown_below(asked):
    def student(u):
        print("shape", u.shape)
        return np.log(u)

    text = to_text(asked.verdict(student))
    assert "Your code printed:\n    shape (3, 2)" in text
    assert "Your code warned:\n    RuntimeWarning: invalid value" in text


def test_what_to_mend_first_comes_first(asked):
    from dataclasses import replace

    verdict = replace(asked.verdict(lambda u: u), first_mend="First mend demo.other.")
    assert to_text(verdict).splitlines()[1] == "  First mend demo.other."


# Safe, legible, accessible ------------------------------------------------------------------


def hostile_print(u):
    print(XSS)
    return u


def hostile_error(u):
    raise ValueError(XSS)


def hostile_name(u):
    raise type(XSS, (Exception,), {})(XSS)


@pytest.mark.parametrize(
    "student", [hostile_print, hostile_error, hostile_name, lambda u: XSS, lambda u: {XSS: 1}]
)
def test_nothing_that_a_student_writes_becomes_markup(asked, case, student):
    for verdict in (asked.verdict(student), case(lambda u: "relu", {"u": U}).verdict(student)):
        page = read(to_html(verdict))
        assert {tag for tag, _ in page.seen} <= {"style", "div", "p", "pre", "details", "summary"}


def test_the_text_of_a_case_is_escaped(case):
    from autograder.checks import Values
    from autograder.exercise import Question

    def cases(rng):
        yield Question("x < 0 & y > 1", {"<b>": U})

    made = type(case(double, {"u": U}))
    exercise = case(double, {"u": U}).exercise
    hostile = made(type(exercise)("demo.exercise", 1, (Values(cases),), ("", "", "")), double)
    assert "&lt;b&gt;" in to_html(hostile.verdict(lambda u: u))


def test_color_is_not_all_that_tells_right_from_wrong(asked):
    heads = {headline(asked.verdict(s))[0] for s in (double, lambda u: u)}
    assert heads == {"✓", "✗"}
    assert read(to_html(asked.verdict(double))).seen[1][1]["role"] == "status"


def test_text_and_ground_are_the_themes_own():
    for rule in re.findall(r"(?<![\w-])(?:color|background(?:-color)?):([^;}]+)", STYLE):
        assert rule == "inherit" or rule.startswith("rgba("), rule


def test_sentences_begin_with_a_capital_and_end_with_a_mark(asked, linear):
    def wrong(upstream, x, w, b):
        return upstream, x, b

    verdicts = [asked.verdict(student) for student, _ in PROBLEMS.values()]
    verdicts.append(linear().verdict(wrong))
    for verdict in verdicts:
        for finding in verdict.findings:
            begins_with_an_array = finding.which and finding.says.startswith(finding.which)
            assert finding.says[0].isupper() or begins_with_an_array, finding.says
            assert finding.says[-1] in ".?!)", finding.says
        for text in (verdict.where, verdict.explanation):
            assert not text or text[-1] in ".?!", text


def test_the_verdict_as_data_is_plain(asked):
    import json

    data = to_data(asked.verdict(lambda u: -2 * u))
    assert json.loads(json.dumps(data))["mistake"] == "sign"
    assert data["findings"][0]["kind"] == "values"


# Secret questions ---------------------------------------------------------------------------

SECRET = np.array([[271828.0, 314159.0], [161803.0, 141421.0]])
RECOGNIZED = re.compile("271828|314159|161803|141421")
TELLING = {  # what came back says the question's numbers by its form
    "shape": lambda u: np.empty((0, 271828)),
    "enormous shape": lambda u: np.empty((0, 271828, 314159)),
    "length": lambda u: [0] * 161803,
    "parts": lambda u: tuple(range(5)),
    "text": lambda u: "271828",
    "keys": lambda u: {"271828": 1.0},
    "values": lambda u: u,
    "integer": lambda u: 271828,
    "name of the exception": lambda u: (_ for _ in ()).throw(type("E271828", (Exception,), {})()),
    "message": lambda u: (_ for _ in ()).throw(ValueError("271828")),
    "name of the type": lambda u: type("T271828", (), {})(),
    "subclass": lambda u: u.view(type("A271828", (np.ndarray,), {})),
    "infinite": lambda u: u / 0.0,
}


@pytest.mark.parametrize("name", TELLING)
@pytest.mark.parametrize("reveal", ["evidence", "where", "mistake"])
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_no_form_of_an_answer_carries_a_secret_number_outside(case, name, reveal):
    secret = case(double, {"u": SECRET}, public=False).verdict(TELLING[name])
    assert not secret.right
    for told in (to_text(secret, reveal), to_html(secret, reveal), repr(to_data(secret))):
        assert not RECOGNIZED.search(told)
