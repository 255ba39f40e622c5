"""How fast works go: months that a closure lasts, crews at once, and the trench that a work digs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from koppelkans.errors import ParameterError
from koppelkans.parameters import Parameters
from koppelkans.street.calendar.case import KINDS, Floats, Ints, WorksCase


@dataclass(frozen=True, slots=True)
class Pace:
    """By place in KINDS: ``months_per_m``, ``crews`` at once (infinite: no limit), ``trench_m2`` profile (0: none).

    ``beside_share``: part of its own duration that a work adds beside the longest of its opening. ``early_months``: how long before its year a task may begin.
    """

    months_per_m: Floats
    crews: Floats
    trench_m2: Floats
    beside_share: float
    early_months: int


def works_pace(parameters: Parameters, day: date) -> Pace:
    """The pace of works on a day; kinds without a number of crews are not limited.

    Method: docs/method.md#works-months.
    """
    length = parameters.at("works_months.length_m", day)
    months = np.array([parameters.at("works_months.duration_months", day, kind) for kind in KINDS])
    return Pace(
        months_per_m=months / length,
        crews=_by_kind(parameters, day, "works_months.crews", np.inf),
        trench_m2=_by_kind(parameters, day, "works_months.trench_m2", 0.0),
        beside_share=parameters.at("works_months.beside_share", day),
        early_months=round(parameters.at("works_months.early_months", day)),
    )


def _by_kind(parameters: Parameters, day: date, key: str, without: float) -> Floats:
    """A figure by kind of work, and what stands for kinds that have none."""
    found = np.full(len(KINDS), without)
    for place, kind in enumerate(KINDS):
        try:
            found[place] = parameters.at(key, day, kind)
        except ParameterError:
            continue
    return found


def task_of_works(case: WorksCase, year: Ints, which: Ints) -> Ints:
    """Per work of ``which`` the number of its task: one for all works that share a section and a year, one for each work that does not share."""
    works = case.works
    apart = np.where(works.joins[which], -1, which)
    keys = np.stack([year[which], works.section[which], apart], axis=1)
    _, task = np.unique(keys, axis=0, return_inverse=True)
    return np.asarray(task.reshape(-1), dtype=np.int64)


def task_months(case: WorksCase, which: Ints, task: Ints, pace: Pace) -> Ints:
    """Months that each task lasts: its longest work and a part of the others, by length of the section, whole and at least one."""
    works = case.works
    each = pace.months_per_m[works.kind[which]] * case.streets.length_m[works.section[which]]
    count = int(task.max(initial=-1)) + 1
    longest, total = np.zeros(count), np.zeros(count)
    np.maximum.at(longest, task, each)
    np.add.at(total, task, each)
    # a hair less, so that 3 x 1 month is not rounded up to 4
    lasts = np.ceil(longest + pace.beside_share * (total - longest) - 1e-9)
    return np.maximum(lasts, 1).astype(np.int64)
