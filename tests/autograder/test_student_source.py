"""What a mistake borrows comes along, under names of its own, and nothing else is defined."""

from collections import Counter

import numpy as np
import pytest

from autograder.record import mistakes_of
from autograder.student_source import NoSource, source_as

FACTOR = 3
TWICE = 2 * FACTOR


def _helper(x):
    return x * FACTOR


def uses_everything(x):
    return _helper(x) + TWICE + sum(Counter([1, 1]).values()) + np.zeros(1)[0]


class Base:
    def _private(self):
        return _helper(1)


class Derived(Base):
    """Private names begin with one underscore; two would be mangled inside a class."""

    def value(self):
        return self._private() + _helper(2) + len(type(self).__mro__)


def around(offset, function):
    def inner(x):
        return function(x) + offset

    return inner


def shadowing(_helper, x):
    return _helper(x)


def recursive(n):
    return 1 if n == 0 else n * recursive(n - 1)


def written(function):
    namespace = {"np": np}
    exec(source_as(function, "answer"), namespace)
    return namespace["answer"], set(namespace) - {"np", "__builtins__"}


def test_helpers_constants_and_imports_come_along_under_private_names():
    answer, defined = written(uses_everything)
    assert answer(2.0) == uses_everything(2.0) == 14.0
    assert defined == {"answer", "my__helper", "my_FACTOR", "my_TWICE", "my_Counter"}


def test_a_class_brings_its_base_and_its_helpers():
    assert written(Derived)[0]().value() == Derived().value()


def test_what_stands_around_a_function_comes_along():
    assert written(around(5, _helper))[0](2) == 11
    assert written(around(5, lambda x: x * TWICE))[0](2) == 17
    assert written(around(5, around(1, np.sin)))[0](0.0) == 6.0


def test_an_argument_is_not_taken_for_a_helper_of_that_name():
    assert written(shadowing)[0](abs, -1) == 1


def test_a_recursive_function_calls_itself_under_its_new_name():
    assert written(recursive)[0](4) == 24


def test_what_has_no_source_is_named():
    with pytest.raises(NoSource, match="`offset` is a object"):
        source_as(around(object(), _helper), "answer")


def test_what_registers_a_mistake_is_no_part_of_what_a_student_wrote():
    mistake = next(m for m in mistakes_of("structure.neuron") if m.name == "without_bias")
    text = source_as(mistake.function, "neuron")
    assert text == "def neuron(x, w, b, activation):\n    return activation(x @ w)"


# Scopes -------------------------------------------------------------------------------------


def offset(x):
    return x + 100


def local_function_of_that_name(x):
    def offset(y):
        return y + 1

    return offset(x)


def local_variable_of_that_name(x):
    offset = x + 1
    return sum(offset for _ in range(2))


def comprehension_of_that_name(xs):
    return [offset * 2 for offset in xs] + [offset(x) for x in xs]


def local_in_one_and_not_in_the_other(x):
    def local():
        offset = 1
        return x + offset

    def borrowed():
        return offset(x)

    return local(), borrowed()


def default_of_that_name(x):
    def inner(offset=offset):
        return offset(x)

    return inner()


def changing_a_variable_around(x):
    total = 0

    def add(offset):
        nonlocal total
        total += offset

    add(x)
    return total


class Shifted:
    """A method does not see what its class binds."""

    def offset(self):
        return "the method"

    def value(self, x):
        return offset(x), self.offset()


@pytest.mark.parametrize(
    ("function", "argument"),
    [
        (local_function_of_that_name, 1),
        (local_variable_of_that_name, 1),
        (comprehension_of_that_name, [1, 2]),
        (local_in_one_and_not_in_the_other, 1),
        (default_of_that_name, 1),
        (changing_a_variable_around, 1),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_name_is_borrowed_only_where_python_would_look_outside(function, argument):
    assert written(function)[0](argument) == function(argument)


def test_a_method_borrows_the_function_and_not_the_method_of_that_name():
    assert written(Shifted)[0]().value(1) == Shifted().value(1) == (101, "the method")
