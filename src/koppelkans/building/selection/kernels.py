"""The loops over rows and columns as machine code. All in one file: numba judges its cache on disk by this file alone.

Arrays as in ``stock.Stock``; ``paid`` are effective prices (lines, t). The value of a column is its cost plus what its use pays.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from koppelkans.building.selection.instance import Flags, Floats, Ints

NOTHING = 1e-12
"""An excess below this share of the size of a limit is rounding."""


@njit(cache=True, error_model="numpy")
def row_values(r: int, cost: Floats, use: Floats, line: int, paid: Floats, value: Floats) -> None:
    """Value of row r in every period, written into ``value``."""
    shared = use.shape[1] - 1
    for t in range(len(value)):
        value[t] = cost[r, t] + use[r, shared] * paid[line, t]
    for j in range(shared):
        amount = use[r, j]
        if amount != 0.0:
            for t in range(len(value)):
                value[t] += amount * paid[j, t]


@njit(cache=True, error_model="numpy")
def cheapest(
    start: Ints, bound: Flags, cost: Floats, use: Floats, stay: Floats, line: Ints, paid: Floats
) -> tuple[Floats, Ints, Ints, Floats, Ints]:
    """Per building the least value without its street (value, row, period), and with its street opened in t (value, row)."""
    n, periods = len(stay), cost.shape[1]
    free, free_row, free_period = stay.copy(), np.full(n, -1, np.int64), np.full(n, periods, np.int64)
    tied, tied_row = np.full((n, periods), np.inf), np.full((n, periods), -1, np.int64)
    value = np.empty(periods)
    for b in range(n):
        for r in range(start[b], start[b + 1]):
            row_values(r, cost, use, line[b], paid, value)
            for t in range(periods):
                if bound[r]:
                    if value[t] < tied[b, t]:
                        tied[b, t], tied_row[b, t] = value[t], r
                elif value[t] < free[b]:
                    free[b], free_row[b], free_period[b] = value[t], r, t
    return free, free_row, free_period, tied, tied_row


@njit(cache=True, error_model="numpy")
def street_values(member_start: Ints, member: Ints, opening: Floats, free: Floats, tied: Floats) -> Floats:
    """Least value of each street and its buildings when it opens in t, or never (last column): (s, t + 1)."""
    streets, periods = opening.shape
    total = np.zeros((streets, periods + 1))
    for s in range(streets):
        for t in range(periods + 1):
            value = opening[s, t] if t < periods else 0.0
            for place in range(member_start[s], member_start[s + 1]):
                b = member[place]
                value += min(free[b], tied[b, t]) if t < periods else free[b]
            total[s, t] = value
    return total


@njit(cache=True, error_model="numpy")
def answers(
    street: Ints, opened: Ints, free: Floats, free_row: Ints, free_period: Ints, tied: Floats, tied_row: Ints
) -> tuple[Ints, Ints]:
    """Row and period of every building of least value, with the streets opened as given."""
    row, period = free_row.copy(), free_period.copy()
    periods = tied.shape[1]
    for b in range(len(free)):
        if street[b] >= 0:
            t = opened[street[b]]
            if t < periods and tied[b, t] < free[b]:
                row[b], period[b] = tied_row[b, t], t
    return row, period


@njit(cache=True, error_model="numpy")
def use_by_period(use: Floats, line: Ints, row: Ints, period: Ints, lines: int, periods: int) -> Floats:
    """Use of what is done in each period (lines, t), not yet summed over earlier periods."""
    used = np.zeros((lines, periods))
    shared = use.shape[1] - 1
    for b in range(len(row)):
        if row[b] >= 0:
            for j in range(shared):
                used[j, period[b]] += use[row[b], j]
            used[line[b], period[b]] += use[row[b], shared]
    return used


@njit(cache=True, error_model="numpy")
def reduced_costs(
    rows: tuple[Ints, Flags, Floats, Floats],
    stay: Floats,
    line: Ints,
    street: Ints,
    paid: Floats,
    values: tuple[Floats, Floats],
    extra: Floats,
) -> tuple[Floats, Floats]:
    """How much the bound rises when a column is forced: (r, t), and for staying as is (n,).

    ``rows``: start, bound, cost, use. ``values``: of each building without its street, and with it opened in t.
    ``extra`` (s, t + 1): the same for opening a street in t or never.
    """
    start, bound, cost, use = rows
    free, tied = values
    n, periods = len(stay), cost.shape[1]
    columns, staying = np.full(cost.shape, np.inf), np.full(n, np.inf)
    value, least = np.empty(periods), 0.0
    for b in range(n):
        least = -free[b]  # added to the value of a column that does not need the street
        if street[b] >= 0:
            least = np.inf
            for t in range(periods + 1):
                best = min(free[b], tied[b, t]) if t < periods else free[b]
                if extra[street[b], t] < np.inf:
                    least = min(least, extra[street[b], t] - best)
        staying[b] = stay[b] + least
        for r in range(start[b], start[b + 1]):
            row_values(r, cost, use, line[b], paid, value)
            for t in range(periods):
                if not bound[r]:
                    columns[r, t] = value[t] + least
                elif extra[street[b], t] < np.inf:
                    columns[r, t] = value[t] + extra[street[b], t] - min(free[b], tied[b, t])
    return columns, staying


# ------------------------------------------------------------------------------------------------------------------- search


@njit(cache=True, error_model="numpy")
def _over(used: float, limit: float) -> float:
    return max(0.0, used - limit)


@njit(cache=True, error_model="numpy")
def excess(used: Floats, limit: Floats, scale: Floats) -> float:
    """Sum over limits and periods of what is used too much, as a share of the size of the limit."""
    total = 0.0
    for c in range(used.shape[0]):
        for t in range(used.shape[1]):
            total += _over(used[c, t], limit[c, t]) / scale[c, t]
    return total


@njit(cache=True, error_model="numpy")
def excess_change(
    use: Floats,
    line: int,
    old: tuple[int, int],
    new: tuple[int, int],
    used: Floats,
    limits: tuple[Floats, Floats, int],
) -> float:
    """Change of the excess when one building goes from one row and period to another."""
    limit, scale, cumulative = limits
    change, periods, shared = 0.0, used.shape[1], use.shape[1] - 1
    old_row, old_t = old
    new_row, new_t = new
    for j in range(shared + 1):
        before = use[old_row, j] if old_row >= 0 else 0.0
        after = use[new_row, j] if new_row >= 0 else 0.0
        if before == 0.0 and after == 0.0:
            continue
        c = j if j < shared else line
        if j >= cumulative:
            for t in range(min(old_t, new_t), periods):
                more = (after if t >= new_t else 0.0) - (before if t >= old_t else 0.0)
                change += (_over(used[c, t] + more, limit[c, t]) - _over(used[c, t], limit[c, t])) / scale[c, t]
        elif old_t == new_t:
            more = after - before
            change += (_over(used[c, old_t] + more, limit[c, old_t]) - _over(used[c, old_t], limit[c, old_t])) / scale[
                c, old_t
            ]
        else:
            if old_t < periods:
                change += (
                    _over(used[c, old_t] - before, limit[c, old_t]) - _over(used[c, old_t], limit[c, old_t])
                ) / scale[c, old_t]
            if new_t < periods:
                change += (
                    _over(used[c, new_t] + after, limit[c, new_t]) - _over(used[c, new_t], limit[c, new_t])
                ) / scale[c, new_t]
    return change


@njit(cache=True, error_model="numpy")
def shift(use: Floats, line: int, row: int, first: int, sign: float, used: Floats, cumulative: int) -> None:
    """Add (sign 1) or take away (-1) the use of a row done in period ``first`` from the totals ``used``."""
    if row < 0:
        return
    shared, periods = use.shape[1] - 1, used.shape[1]
    for j in range(shared + 1):
        c = j if j < shared else line
        for t in range(first, periods if j >= cumulative else first + 1):
            used[c, t] += sign * use[row, j]


@njit(cache=True, error_model="numpy")
def move_changes(
    moves: tuple[Ints, Ints, Ints],
    allowed: Flags,
    state: tuple[Ints, Ints, Floats],
    work: tuple[Floats, Ints],
    limits: tuple[Floats, Floats, int],
) -> Floats:
    """Change of the excess of every allowed move (building, row, period) alone."""
    building, new_row, new_period = moves
    row, period, used = state
    use, line = work
    change = np.zeros(len(building))
    for i in range(len(building)):
        if allowed[i]:
            b = building[i]
            old, new = (row[b], period[b]), (new_row[i], new_period[i])
            change[i] = excess_change(use, line[b], old, new, used, limits)
    return change


@njit(cache=True, error_model="numpy")
def apply_relief(
    order: Ints,
    moves: tuple[Ints, Ints, Ints],
    target: float,
    state: tuple[Ints, Ints, Floats],
    work: tuple[Floats, Ints],
    limits: tuple[Floats, Floats, int],
) -> int:
    """Make the moves in order, each building once, as long as each still relieves, until the excess is down to the target."""
    building, new_row, new_period = moves
    row, period, used = state
    use, line = work
    limit, scale, cumulative = limits
    moved = np.zeros(len(row), np.bool_)
    left, made = excess(used, limit, scale), 0
    for i in order:
        b = building[i]
        if left <= target:
            break
        if moved[b]:
            continue
        change = excess_change(use, line[b], (row[b], period[b]), (new_row[i], new_period[i]), used, limits)
        if change < -NOTHING:
            shift(use, line[b], row[b], period[b], -1.0, used, cumulative)
            row[b], period[b] = new_row[i], new_period[i]
            shift(use, line[b], row[b], period[b], 1.0, used, cumulative)
            moved[b] = True
            left += change
            made += 1
    return made


@njit(cache=True, error_model="numpy")
def apply_savings(
    order: Ints,
    moves: tuple[Ints, Ints, Ints],
    costs: tuple[Floats, Floats],
    state: tuple[Ints, Ints, Floats],
    work: tuple[Floats, Ints],
    limits: tuple[Floats, Floats, int],
) -> int:
    """Make the moves in order that save and keep every limit; ``costs``: per move, and of what each building has."""
    cost, current = costs
    building, new_row, new_period = moves
    row, period, used = state
    use, line = work
    cumulative = limits[2]
    made = 0
    for i in order:
        b = building[i]
        if cost[i] >= current[b] - 1e-6:
            continue
        change = excess_change(use, line[b], (row[b], period[b]), (new_row[i], new_period[i]), used, limits)
        if change <= NOTHING:
            shift(use, line[b], row[b], period[b], -1.0, used, cumulative)
            row[b], period[b] = new_row[i], new_period[i]
            shift(use, line[b], row[b], period[b], 1.0, used, cumulative)
            current[b] = cost[i]
            made += 1
    return made


@njit(cache=True, error_model="numpy")
def apply_pairs(
    order: Ints,
    moves: tuple[Ints, Ints, Ints],
    saving: Floats,
    state: tuple[Ints, Ints, Floats],
    work: tuple[Floats, Ints],
    limits: tuple[Floats, Floats, int],
) -> int:
    """Make pairs of moves of two buildings that save together and keep every limit; each building at most once."""
    building, new_row, new_period = moves
    row, period, used = state
    use, line = work
    cumulative = limits[2]
    moved = np.zeros(len(row), np.bool_)
    made = 0
    for i in order:
        b = building[i]
        if moved[b]:
            continue
        old = (row[b], period[b])
        first = excess_change(use, line[b], old, (new_row[i], new_period[i]), used, limits)
        shift(use, line[b], row[b], period[b], -1.0, used, cumulative)
        shift(use, line[b], new_row[i], new_period[i], 1.0, used, cumulative)
        for j in order:
            other = building[j]
            if other == b or moved[other] or saving[i] + saving[j] <= 1e-6:
                continue
            new = (new_row[j], new_period[j])
            second = excess_change(use, line[other], (row[other], period[other]), new, used, limits)
            if first + second <= NOTHING:
                row[b], period[b] = new_row[i], new_period[i]
                shift(use, line[other], row[other], period[other], -1.0, used, cumulative)
                row[other], period[other] = new
                shift(use, line[other], row[other], period[other], 1.0, used, cumulative)
                moved[b] = moved[other] = True
                made += 1
                break
        if not moved[b]:
            shift(use, line[b], new_row[i], new_period[i], -1.0, used, cumulative)
            shift(use, line[b], old[0], old[1], 1.0, used, cumulative)
    return made


@njit(cache=True, error_model="numpy")
def street_changes(
    members: tuple[Ints, Ints],
    response: tuple[Ints, Ints],
    state: tuple[Ints, Ints, Floats],
    work: tuple[Floats, Ints],
    limits: tuple[Floats, Floats, int],
) -> Floats:
    """Change of the excess when a street opens in another period and its buildings answer as given: (s, t + 1).

    ``response``: row and period of every building for every opening of its street, (n, t + 1) each.
    """
    row, period, used = state
    use, line = work
    limit, scale, cumulative = limits
    member_start, member = members
    streets, choices = len(member_start) - 1, response[0].shape[1]
    change = np.zeros((streets, choices))
    trial = used.copy()
    now = excess(used, limit, scale)
    for s in range(streets):
        for t in range(choices):
            if member_start[s] == member_start[s + 1]:
                continue
            for place in range(member_start[s], member_start[s + 1]):
                b = member[place]
                shift(use, line[b], row[b], period[b], -1.0, trial, cumulative)
                shift(use, line[b], response[0][b, t], response[1][b, t], 1.0, trial, cumulative)
            change[s, t] = excess(trial, limit, scale) - now
            trial[:] = used
    return change
