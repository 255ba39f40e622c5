"""A good order of closures in months without proof: a list heuristic, and a local search that takes closures out and puts them back."""

from __future__ import annotations

import numpy as np

from koppelkans.errors import InfeasibleError
from koppelkans.street.calendar.case import Flags, Ints
from koppelkans.street.calendar.months_tasks import MONTHS_PER_YEAR, Tasks

_NOT_PLACED = -1
_ROUNDS = 300
_TAKEN_OUT = 6
_EMPTY = 1e18


class _Board:
    """Which months are taken: by task for what excludes each other, by kind for crews. The one thing here that changes."""

    def __init__(self, tasks: Tasks, months: int) -> None:
        self.tasks, self.length = tasks, months
        self.start = np.full(len(tasks.months), _NOT_PLACED, dtype=np.int64)
        self.blocked = np.zeros((len(tasks.months), months), dtype=np.int64)
        self.crews = np.zeros((len(tasks.crews), months), dtype=np.int64)

    def put(self, task: int, start: int, sign: int = 1) -> None:
        """A task in its months, or out of them again."""
        end = start + int(self.tasks.months[task])
        self.blocked[self.tasks.near[task], start:end] += sign
        self.crews[self.tasks.kinds[task], start:end] += sign
        self.start[task] = start if sign > 0 else _NOT_PLACED

    def free(self, task: int) -> Flags:
        """Start months at which a task fits beside those that are placed."""
        tasks, lasts = self.tasks, int(self.tasks.months[task])
        kinds = tasks.kinds[task]
        full = (self.crews[kinds] >= tasks.crews[kinds, None]).any(axis=0) | (self.blocked[task] > 0)
        taken = np.concatenate([[0], np.cumsum(full)])
        starts = np.arange(self.length - lasts + 1)
        fits = taken[starts + lasts] == taken[starts]
        fits &= (starts >= tasks.first[task]) & (starts <= tasks.latest[task])
        low, high = self._ordered(task)
        return np.asarray(fits & (starts >= low) & (starts <= high))

    def _ordered(self, task: int) -> tuple[int, int]:
        """Earliest and latest start beside the placed tasks that come before or after it."""
        tasks, start = self.tasks, self.start
        low, high = 0, self.length
        for pairs, lag in ((tasks.in_order, True), (tasks.before, False)):
            for one in pairs[pairs[:, 1] == task, 0].tolist():
                if start[one] >= 0:
                    low = max(low, int(start[one]) + (int(tasks.months[one]) if lag else 0))
            for other in pairs[pairs[:, 0] == task, 1].tolist():
                if start[other] >= 0:
                    high = min(high, int(start[other]) - (int(tasks.months[task]) if lag else 0))
        return low, high

    def place(self, task: int) -> bool:
        """Whether the task found a place: where it leaves its year least, the earliest of these."""
        fits = np.flatnonzero(self.free(task))
        if not len(fits):
            return False
        begins = int(self.tasks.year[task]) * MONTHS_PER_YEAR
        late = np.maximum(fits + int(self.tasks.months[task]) - begins - MONTHS_PER_YEAR, 0)
        self.put(task, int(fits[int(np.argmin(np.maximum(begins - fits, 0) + late))]))
        return True


def listed_starts(tasks: Tasks, months: int) -> Ints:
    """A start month for every task: years in order, the tasks with least choice first.

    The months run on past ``months`` as far as it takes. Raises InfeasibleError when fixed and frozen works leave no place for a task.
    """
    room = tasks.latest - tasks.first
    order = np.lexsort((-tasks.weight * tasks.months, -tasks.near.sum(axis=1), tasks.year, room >= MONTHS_PER_YEAR))
    length = months + MONTHS_PER_YEAR
    longest = months + int(tasks.months.sum()) + MONTHS_PER_YEAR
    while True:
        board = _Board(tasks, length)
        left = [task for task in order.tolist() if not board.place(task)]
        if not left:
            return board.start
        if length >= longest:
            raise InfeasibleError(
                f"{len(left)} closures find no month beside works with a fixed date: two neighbours or too few crews in one year; free a date"
            )
        length = min(2 * length, longest)


def improved_starts(tasks: Tasks, start: Ints, seed: int) -> Ints:
    """Start months that leave the years no more than the given ones: rounds that take out a task outside its year with some that stand in its way.

    The number of rounds is a count, the draws are seeded: the same answer every time.
    """
    draw = np.random.default_rng(seed)
    board = _Board(tasks, int((start + tasks.months).max()) + MONTHS_PER_YEAR)
    for task, at in enumerate(start.tolist()):
        board.put(task, at)
    cost, near = tasks.cost(board.start), tasks.near
    for _ in range(_ROUNDS):
        outside = np.flatnonzero(tasks.out(board.start) > 0)
        if not len(outside):
            break
        centre = int(draw.choice(outside))
        same_year = np.abs(tasks.year - tasks.year[centre]) <= 1
        related = same_year & (near[centre] | (tasks.kinds & tasks.kinds[centre]).any(axis=1))
        related[centre] = False
        others = draw.permutation(np.flatnonzero(related))[:_TAKEN_OUT]
        taken = np.concatenate([[centre], others])
        kept = board.start[taken].copy()
        for task, at in zip(taken.tolist(), kept.tolist(), strict=True):
            board.put(task, at, -1)
        done = all(board.place(task) for task in taken.tolist())
        found = tasks.cost(board.start) if done else _EMPTY
        if found <= cost:
            cost = found
            continue
        for task in taken.tolist():
            if board.start[task] >= 0:
                board.put(task, int(board.start[task]), -1)
        for task, at in zip(taken.tolist(), kept.tolist(), strict=True):
            board.put(task, at)
    return board.start
