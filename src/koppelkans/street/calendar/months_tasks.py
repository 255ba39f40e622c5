"""Closures to be put in months, what one costs when it leaves its year, and an independent check of the rules."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from koppelkans.street.calendar.case import KINDS, Flags, Floats, Ints

MONTHS_PER_YEAR = 12


@dataclass(frozen=True)
class Tasks:
    """Per task: ``section``, planned ``year`` index, ``months`` it lasts, ``kinds`` (tasks, KINDS) of work in it, ``first`` and ``latest`` start month, ``residents``,
    ``weight`` of a month outside its year: residents, far more for ``fixed`` tasks (with a work of a fixed year) once they cannot all be kept in it.

    ``crews`` by kind (infinite: no limit), ``beside`` (pairs, 2) sections that touch, ``before`` (pairs, 2) tasks whose start is not later than that of the other;
    ``of_work``: task of every work of the case, -1 for those that are in none.
    """

    section: Ints
    year: Ints
    months: Ints
    kinds: Flags
    first: Ints
    latest: Ints
    residents: Floats
    weight: Floats
    fixed: Flags
    crews: Floats
    beside: Ints
    before: Ints
    of_work: Ints

    def out(self, start: Ints) -> Ints:
        """Months by which each task begins before its year or ends after it."""
        begins = self.year * MONTHS_PER_YEAR
        late = np.maximum(start + self.months - begins - MONTHS_PER_YEAR, 0)
        return np.asarray(np.maximum(begins - start, 0) + late)

    def cost(self, start: Ints) -> float:
        """Weight x months outside the planned year."""
        return float(self.weight @ self.out(start))

    @cached_property
    def cliques(self) -> list[Ints]:
        """Tasks of which no two may be under way at once: every pair in one section or in sections that touch is in one of them.

        Grown greedily from the pairs not yet covered, the lowest number first.
        """
        near = self.near
        covered = np.zeros_like(near)
        found = list[Ints]()
        for one in range(len(near)):
            for other in np.flatnonzero(near[one] & ~covered[one]).tolist():
                if other < one or covered[one, other]:
                    continue
                members, common = [one, other], near[one] & near[other]
                while common.any():
                    # the member that still covers most new pairs
                    fresh = (~covered[np.ix_(common, members)]).sum(axis=1)
                    more = int(np.flatnonzero(common)[int(np.argmax(fresh))])
                    members.append(more)
                    common &= near[more]
                group = np.array(sorted(members))
                covered[np.ix_(group, group)] = True
                found.append(group)
        return found

    @cached_property
    def near(self) -> Flags:
        """(tasks, tasks): whether two tasks exclude each other."""
        highest = int(max(self.section.max(initial=0), self.beside.max(initial=0))) + 1
        touch = np.eye(highest, dtype=np.bool_)
        touch[self.beside[:, 0], self.beside[:, 1]] = True
        touch |= touch.T
        near = touch[np.ix_(self.section, self.section)]
        np.fill_diagonal(near, False)
        return near

    @cached_property
    def in_order(self) -> Ints:
        """(pairs, 2) tasks of one section, the first in an earlier year: it is over before the second begins."""
        same = self.section[:, None] == self.section[None, :]
        return np.argwhere(same & (self.year[:, None] < self.year[None, :]))


def broken_months(tasks: Tasks, start: Ints, only: Flags | None = None) -> list[str]:
    """Every rule that start months break, counted month by month and apart from the search and the model; ``only``: tasks to look at."""
    known = np.ones(len(start), dtype=np.bool_) if only is None else only
    faults = [
        f"section {tasks.section[task]} begins in month {start[task]}, which it may not"
        for task in np.flatnonzero(known & ((start < tasks.first) | (start > tasks.latest)))
    ]
    end = start + tasks.months
    touching = {tuple(sorted(pair)) for pair in tasks.beside.tolist()}
    places = np.flatnonzero(known).tolist()
    for at, one in enumerate(places):
        for other in places[at + 1 :]:
            pair = tuple(sorted((int(tasks.section[one]), int(tasks.section[other]))))
            if (pair[0] == pair[1] or pair in touching) and start[one] < end[other] and start[other] < end[one]:
                faults.append(
                    f"section {pair[0]} and section {pair[1]} are closed at once in month {max(start[one], start[other])}"
                )
    for kind in range(len(KINDS)):
        busy = [task for task in places if tasks.kinds[task, kind]]
        months = {month for task in busy for month in range(int(start[task]), int(end[task]))}
        over = [
            month
            for month in sorted(months)
            if sum(bool(start[task] <= month < end[task]) for task in busy) > tasks.crews[kind]
        ]
        faults += [f"more {KINDS[kind]} works than crews in month {month}" for month in over]
    faults += [
        f"section {tasks.section[one]} begins again before it is over"
        for one, other in tasks.in_order.tolist()
        if known[one] and known[other] and start[other] < end[one]
    ]
    faults += [
        f"section {tasks.section[one]} begins after what has to follow it"
        for one, other in tasks.before.tolist()
        if known[one] and known[other] and start[one] > start[other]
    ]
    return faults
