"""The months of closures as a mixed-integer model: a variable per task and start month."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from koppelkans.solve import LinearModel
from koppelkans.street.calendar.case import Floats, Ints
from koppelkans.street.calendar.months_tasks import MONTHS_PER_YEAR, Tasks

_WHOLE = 0.5


@dataclass(frozen=True, slots=True)
class Variables:
    """Per variable its ``task`` and start month ``at``."""

    task: Ints
    at: Ints

    def values(self, start: Ints) -> Floats:
        """The variables of given start months."""
        return np.asarray(self.at == start[self.task], dtype=np.float64)


class _Rows:
    """Rows of a model as they are made."""

    def __init__(self) -> None:
        self.columns, self.coefficients = list[Ints](), list[Floats]()
        self.low, self.high = list[float](), list[float]()

    def add(self, columns: Ints, coefficients: Floats, low: float, high: float) -> None:
        """One row."""
        self.columns.append(columns.astype(np.int32))
        self.coefficients.append(coefficients)
        self.low.append(low)
        self.high.append(high)


def months_model(tasks: Tasks, last_month: int) -> tuple[LinearModel, Variables]:
    """The model of ``proven_months`` for calendars that end by ``last_month``, and what its variables are."""
    latest = np.minimum(tasks.latest, last_month - tasks.months)
    counts = np.maximum(latest - tasks.first + 1, 0)
    task = np.repeat(np.arange(len(counts)), counts)
    at = np.arange(len(task)) - np.repeat(np.cumsum(counts) - counts, counts) + tasks.first[task]
    variables = Variables(task.astype(np.int64), at.astype(np.int64))
    rows = _Rows()
    for place in range(len(counts)):
        columns = np.flatnonzero(task == place)
        rows.add(columns, np.ones(len(columns)), 1.0, 1.0)
    for group in tasks.cliques:
        _at_most(rows, tasks, variables, np.isin(task, group), 1.0)
    for kind in np.flatnonzero(np.isfinite(tasks.crews)).tolist():
        _at_most(rows, tasks, variables, tasks.kinds[task, kind], float(tasks.crews[kind]))
    for pairs, lag in ((tasks.in_order, True), (tasks.before, False)):
        for one, other in pairs.tolist():
            _after(rows, variables, one, other, int(tasks.months[one]) if lag else 0)
    cost = tasks.weight[task] * _out(tasks, variables)
    sizes = [len(columns) for columns in rows.columns]
    whole = len(task)
    model = LinearModel(
        cost, np.zeros(whole), np.ones(whole), np.ones(whole, dtype=np.bool_), np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32),
        np.concatenate(rows.columns), np.concatenate(rows.coefficients), np.array(rows.low), np.array(rows.high),
    )  # fmt: skip
    return model, variables


def starts_of(variables: Variables, values: Floats) -> Ints:
    """The start month of every task in a solution."""
    chosen = np.flatnonzero(values > _WHOLE)
    start = np.full(int(variables.task.max(initial=-1)) + 1, -1, dtype=np.int64)
    start[variables.task[chosen]] = variables.at[chosen]
    return start


def _out(tasks: Tasks, variables: Variables) -> Floats:
    """Months that a task is outside its year, by variable."""
    begins = tasks.year[variables.task] * MONTHS_PER_YEAR
    late = np.maximum(variables.at + tasks.months[variables.task] - begins - MONTHS_PER_YEAR, 0)
    return np.asarray(np.maximum(begins - variables.at, 0) + late, dtype=np.float64)


def _at_most(rows: _Rows, tasks: Tasks, variables: Variables, which: np.ndarray, most: float) -> None:
    """A row for every month in which more than ``most`` of these tasks could be under way."""
    chosen = np.flatnonzero(which)
    begin, task = variables.at[chosen], variables.task[chosen]
    end = begin + tasks.months[task]
    before: Ints | None = None
    for month in range(int(begin.min(initial=0)), int(end.max(initial=0))):
        covers = (begin <= month) & (month < end)
        if len(np.unique(task[covers])) <= most:
            continue
        columns = chosen[covers]
        # the same row again says nothing new
        if before is None or not np.array_equal(columns, before):
            rows.add(columns, np.ones(len(columns)), -np.inf, most)
        before = columns


def _after(rows: _Rows, variables: Variables, one: int, other: int, lag: int) -> None:
    """The second task begins no earlier than ``lag`` months after the first begins: by every month, begun second <= begun first."""
    first, second = np.flatnonzero(variables.task == one), np.flatnonzero(variables.task == other)
    for month in np.unique(variables.at[second]).tolist():
        begun, ready = second[variables.at[second] <= month], first[variables.at[first] <= month - lag]
        columns = np.concatenate([begun, ready])
        signs = np.concatenate([np.ones(len(begun)), -np.ones(len(ready))])
        rows.add(columns, signs, -np.inf, 0.0)
