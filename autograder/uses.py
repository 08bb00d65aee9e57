"""Whether a student's code for an exercise uses what answers another, by the words in it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property
from typing import Any

from autograder.cells import defined_names
from autograder.exercise import Exercise
from autograder.repair import running_cells


class Code:
    """The code of a repaired notebook that is run, by the exercises that it answers."""

    def __init__(self, notebook: Any, exercises: Iterable[Exercise]) -> None:
        self.cells = running_cells(notebook)
        self.answers = {each.code_id for each in exercises}
        self._defined: dict[str, tuple[str, ...]] = {}  # by source

    def uses_any(self, exercise: Exercise, others: Iterable[Exercise]) -> bool:
        """Whether the code for an exercise, or whatever that is built on, has a name of `others` in it.

        A cell that answers no exercise belongs to all code: the imports, and what the student added.
        """
        names = set().union(*map(self._names_of, others))
        if not names:
            return False
        elsewhere = self.answers - {exercise.code_id}
        rest = [source for grade_id, source in self.cells if grade_id in elsewhere]
        used = self._words_of_all.union(*map(_words, self._cells_of(exercise)))
        while used.isdisjoint(names):
            defining = [source for source in rest if not used.isdisjoint(self._defines(source))]
            if not defining:
                return False
            rest = [source for source in rest if source not in defining]
            used = used.union(*map(_words, defining))
        return True

    def _names_of(self, exercise: Exercise) -> set[str]:
        """The names that the code for an exercise gives to others."""
        return {exercise.symbol}.union(*map(self._defines, self._cells_of(exercise)))

    def _defines(self, source: str) -> tuple[str, ...]:
        if source not in self._defined:
            self._defined[source] = defined_names(source)
        return self._defined[source]

    def _cells_of(self, exercise: Exercise) -> list[str]:
        return [source for grade_id, source in self.cells if grade_id == exercise.code_id]

    @cached_property
    def _words_of_all(self) -> set[str]:
        """The words of the cells that answer no exercise."""
        cells = (source for grade_id, source in self.cells if grade_id not in self.answers)
        return set().union(*map(_words, cells))


def _words(source: str) -> set[str]:
    return set(re.findall(r"\w+", source))
