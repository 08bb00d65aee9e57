"""Keys: data only, whole or not at all, and of this version or refused with the remedy."""

import dataclasses

import numpy as np
import pytest

from autograder import keys
from autograder.ask import Answer
from autograder.checking import judge
from autograder.checks import Values
from autograder.data import PREFIX, Seed, decode, encode, unpack_prefix
from autograder.exercise import question
from autograder.keys import KeyProblem, fingerprint, is_current, load, public_key, save

RECIPE = "autograder record"


def passed_on(upstream, x, w, b):
    """Nothing is computed."""
    return x, w, b


@pytest.fixture
def saved(linear, tmp_path):
    case = linear(mistakes=[passed_on])
    path = tmp_path / "new" / "demo.exercise.key"
    save(case.key, case.exercise, path)
    return case, path


def messages(path):
    """The two messages of a key: all but what mistakes answer, and that."""
    content = path.read_bytes()
    end = PREFIX.size + sum(unpack_prefix(content[: PREFIX.size]))
    return content[:end], content[end:]


def change(path, **parts):
    first, second = messages(path)
    path.write_bytes(encode({**decode(first), **parts}) + second)


def test_a_key_read_back_judges_as_the_one_that_was_written(saved):
    case, path = saved
    key = load(case.exercise, path)
    for student in (case.solve, case.mistakes[0], lambda *a: None):
        again = judge(case.exercise, key, case.ask(student))
        before = case.verdict(student)
        assert (again.points, again.mistake) == (before.points, before.mistake)
        assert [f.says for f in again.findings] == [f.says for f in before.findings]


def test_a_seed_among_the_arguments_survives(build, tmp_path):
    def cases(rng):
        yield question("a seed", rng=Seed(5), sizes=[1, 2], name="a")

    case = build(lambda rng, sizes, name: rng.normal(), Values(cases))
    save(case.key, case.exercise, tmp_path / "k.key")
    (asked,) = load(case.exercise, tmp_path / "k.key").questions[0]
    assert asked.arguments == {"rng": Seed(5), "sizes": [1, 2], "name": "a"}


def test_a_key_holds_data_and_no_code(saved):
    _, path = saved
    content = path.read_bytes()
    first, second = messages(path)
    assert set(decode(first)) == {
        "format", "fingerprint", "exercise", "public", "questions", "rights", "depends", "mistakes",
        "crc",
    }  # fmt: skip
    assert decode(second).dtype == np.uint8
    for word in (b"def ", b"lambda", b"return x", b"import", b"upstream @"):
        assert word not in content


def test_what_mistakes_answer_is_kept_once_and_read_when_it_is_asked_for(saved, monkeypatch):
    case, path = saved
    (known,) = case.key.mistakes
    twin = dataclasses.replace(known, name="twin")
    save(dataclasses.replace(case.key, mistakes=(known, twin)), case.exercise, path)
    both = messages(path)[1]
    save(dataclasses.replace(case.key, mistakes=(known,)), case.exercise, path)
    assert messages(path)[1] == both
    key = load(case.exercise, path)
    read = []
    monkeypatch.setattr(keys, "decode", lambda message: read.append(1) or decode(message))
    (answers,) = key.mistakes[0].answers
    answer = answers[0]
    assert read == [1]
    assert isinstance(answer, Answer)
    for got, recorded in zip(answer.value, known.answers[0][0].value, strict=True):
        np.testing.assert_array_equal(got, recorded)
    assert key.mistakes[0].answers[0][0] is answer, "and not read twice"
    assert read == [1]


def test_writing_leaves_one_whole_file(saved):
    case, path = saved
    save(case.key, case.exercise, path)
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_key_that_cannot_be_written_leaves_the_old_one(saved):
    case, path = saved
    before = path.read_bytes()
    broken = dataclasses.replace(case.key, depends=(object(),))
    with pytest.raises(ValueError, match="object"):
        save(broken, case.exercise, path)
    assert path.read_bytes() == before
    assert len(list(path.parent.iterdir())) == 1


def test_the_fingerprint_tells_versions_apart(linear):
    exercise = linear().exercise
    others = [
        dataclasses.replace(exercise, name="demo.other"),
        dataclasses.replace(exercise, returns=("dx", "dw")),
        dataclasses.replace(exercise, checks=()),
        dataclasses.replace(
            exercise, checks=(dataclasses.replace(exercise.checks[0], title="new"),)
        ),
    ]
    assert len({fingerprint(each) for each in [exercise, *others]}) == 5


# What cannot be read ------------------------------------------------------------------------


def problem(saved):
    case, path = saved
    with pytest.raises(KeyProblem) as caught:
        load(case.exercise, path)
    assert RECIPE in str(caught.value), "the message says what to do"
    return str(caught.value)


def test_a_missing_key_says_how_to_make_it(saved):
    saved[1].unlink()
    assert problem(saved).startswith("There is no key for demo.exercise.")


def test_a_folder_in_a_keys_place_is_no_key(saved):
    saved[1].unlink()
    saved[1].mkdir()
    assert "cannot be read" in problem(saved)


@pytest.mark.parametrize("content", [b"", b"junk", b"\x80\x04N.", encode(None)[:-1]])
def test_a_damaged_key_is_refused(saved, content):
    saved[1].write_bytes(content)
    assert "is damaged" in problem(saved)


@pytest.mark.parametrize("message", [None, [], {}, {"format": 0}, {"format": "1"}, 3])
def test_a_key_of_another_format_is_refused(saved, message):
    saved[1].write_bytes(encode(message))
    assert f"this autograder reads format {keys.FORMAT}" in problem(saved)


def test_a_key_of_another_version_of_the_exercise_is_refused(saved):
    change(saved[1], fingerprint="something else")
    assert "another version of demo.exercise" in problem(saved)


def test_a_key_without_a_fingerprint_is_refused(saved):
    saved[1].write_bytes(encode({"format": keys.FORMAT}))
    assert "another version" in problem(saved)


@pytest.mark.parametrize(
    "parts",
    [
        {"questions": None}, {"questions": [[["about"]]]}, {"rights": 3}, {"mistakes": [[1]]},
        {"mistakes": [["a", "b", "c", [[7]]]]}, {"mistakes": [["a", "b", "c", [[-1]]]]},
        {"mistakes": [["a", "b", "c", [["x"]]]]}, {"crc": 0}, {"depends": None},
    ],
    ids=str,
)  # fmt: skip
def test_a_key_with_other_insides_is_refused(saved, parts):
    change(saved[1], **parts)
    assert "is damaged" in problem(saved)


@pytest.mark.parametrize("place", [-1, -40])
def test_damage_in_what_mistakes_answer_is_seen_when_the_key_is_read(saved, place):
    content = bytearray(saved[1].read_bytes())
    content[place] ^= 1
    saved[1].write_bytes(content)
    assert "is damaged" in problem(saved)


def test_a_key_whose_end_is_missing_is_neither_current_nor_read(saved):
    case, path = saved
    assert is_current(case.exercise, path)
    first, second = messages(path)
    for content in (first, first + second[:-1], first + second + b"x"):
        path.write_bytes(content)
        assert not is_current(case.exercise, path)
        assert "is damaged" in problem(saved)


# Where public keys are found ----------------------------------------------------------------


def test_public_keys_come_from_the_folder_that_the_environment_names(saved, monkeypatch):
    case, path = saved
    monkeypatch.setenv(keys.KEYS_FOLDER, str(path.parent))
    assert public_key(case.exercise).exercise == "demo.exercise"


def test_public_keys_ship_with_the_course(linear, monkeypatch):
    monkeypatch.delenv(keys.KEYS_FOLDER, raising=False)
    with pytest.raises(KeyProblem, match=r"no key for demo\.exercise"):
        public_key(linear().exercise)


def test_nothing_is_redrawn_when_a_key_is_read(saved, monkeypatch):
    case, path = saved
    monkeypatch.setattr(np.random, "default_rng", None)
    assert load(case.exercise, path).questions[0][0].about == "four samples"
