"""The mutation score: is every mistake rejected and named, every alternative accepted?

And beside it the same for mechanical mutants of the solutions, which nobody chose: every one that
changes a value must be rejected.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from autograder.ask import Answer, ask
from autograder.checking import Verdict, judge
from autograder.compare import compare
from autograder.exercise import Exercise, Question
from autograder.keys import Key
from autograder.mutants import mutants
from autograder.record import alternatives_of, mistakes_of, record, solution
from autograder.time_limit import time_limit

AUDIT_SEED = 20_000  # no key that ships or grades is recorded from it
OTHER_SEEDS = range(
    30_000, 30_006
)  # these show whether a mutant changes a value, and what one key hides
SECONDS_A_CALL = 2.0


@dataclass
class Row:
    """How well the checks of one exercise tell right from wrong."""

    chapter: str
    name: str
    points: int
    mistakes: int = 0
    rejected: int = 0
    named: int = 0
    alternatives: int = 0
    alternatives_accepted: int = 0
    mutants: int = 0
    mutants_rejected: int = 0
    mutants_located: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def perfect(self) -> bool:
        """Whether nothing is left to mend."""
        return not self.problems

    def as_data(self) -> dict[str, Any]:
        """For ``--json``."""
        return asdict(self)


def audit(exercise: Exercise, *, seed: int = AUDIT_SEED) -> Row:
    """Put every mistake, alternative and mutant of an exercise to its own checks."""
    row = Row(exercise.chapter, exercise.name, exercise.points)
    key = record(exercise, seed)
    others = [record(exercise, other) for other in OTHER_SEEDS]
    for mistake in mistakes_of(exercise.name):
        row.mistakes += 1
        verdict = _verdict(exercise, key, mistake.function)
        if verdict.right or verdict.points >= verdict.out_of:
            row.problems.append(f"accepted: {mistake.name}")
            continue
        row.rejected += 1
        if verdict.mistake == mistake.name:
            row.named += 1
        else:
            taken = verdict.mistake or "nothing"
            row.problems.append(f"not named: {mistake.name} (taken for {taken})")
    if row.mistakes < 3 and not exercise.few_mistakes:
        row.problems.append(f"{row.mistakes} mistakes known, and no reason why not three")
    for alternative in alternatives_of(exercise.name):
        row.alternatives += 1
        keys = [key] if exercise.seconds else [key, *others]  # training by each key takes minutes
        verdicts = (_verdict(exercise, each, alternative.function) for each in keys)
        if refused := next((verdict for verdict in verdicts if not verdict.right), None):
            row.problems.append(f"refused: {alternative.name} ({refused.findings[0].says})")
        else:
            row.alternatives_accepted += 1
    if row.alternatives < 2:
        row.problems.append(f"{row.alternatives} alternatives, two are wanted")
    for mutant in _live_mutants(exercise, others):
        row.mutants += 1
        verdict = _verdict(exercise, key, mutant.function)
        if verdict.right:
            row.problems.append(f"mutant accepted: {mutant.change}")
            continue
        row.mutants_rejected += 1
        told = verdict.mistake or verdict.where or verdict.findings[0].evidence
        row.mutants_located += bool(told)
    return row


def _verdict(exercise: Exercise, key: Key, function: Any) -> Verdict:
    return judge(exercise, key, _timed_ask(exercise, function))


def _live_mutants(exercise: Exercise, keys: list[Key]) -> Iterator[Any]:
    """The mutants that change a value: on questions of other seeds they differ from the reference.

    Where a key accepts several right answers (random ones, subgradients), a mutant that only
    changes which of them is returned is right, so it is judged by those other seeds' keys too.
    Where training is judged by its score, a mutant that one of those keys accepts is another way to
    train, if a worse one.
    """
    enough = any if exercise.seconds else all
    reference = solution(exercise.solution_name)
    asked = [q for key in keys for part in key.questions for q in part]
    right = [ask(reference, exercise.drive, q.arguments) for q in asked]
    for mutant in mutants(reference):
        timed = _timed_ask(exercise, mutant.function)
        if not any(_differs(timed(q), a) for q, a in zip(asked, right, strict=True)):
            continue
        if enough(judge(exercise, key, timed).right for key in keys):
            continue
        yield mutant


def _differs(got: Answer, right: Answer) -> bool:
    if got.problem or got.changed:
        return True
    return bool(compare(got.value, right.value))


def _timed_ask(exercise: Exercise, function: Any) -> Callable[[Question], Answer]:
    def timed(asked: Question) -> Answer:
        with time_limit(max(SECONDS_A_CALL, exercise.seconds)):
            return ask(function, exercise.drive, asked.arguments)

    return timed


def table(rows: list[Row]) -> str:
    """The rows as text, what is left to mend below them."""
    head = ("exercise", "points", "mistakes", "rejected", "named", "alternatives", "accepted",
            "mutants", "rejected", "located")  # fmt: skip
    lines = [
        (r.name, r.points, r.mistakes, r.rejected, r.named, r.alternatives,
         r.alternatives_accepted, r.mutants, r.mutants_rejected, r.mutants_located)
        for r in rows
    ]  # fmt: skip
    columns = list(zip(*[line[1:] for line in lines], strict=True))
    total = ("total", *(sum(column) for column in columns))
    width = max(len(line[0]) for line in [head, *lines])
    text = [
        f"{line[0]!s:<{width}} " + " ".join(f"{v!s:>{max(len(h), 3)}}" for v, h in
                                               zip(line[1:], head[1:], strict=True))
        for line in [head, *lines, total]
    ]  # fmt: skip
    text += [f"{row.name}: {problem}" for row in rows for problem in row.problems]
    return "\n".join(text)
