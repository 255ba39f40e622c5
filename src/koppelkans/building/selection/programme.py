"""The buildings that prices leave undecided, as a linear or whole-number programme; all others keep their only column."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from koppelkans.building.selection import kernels
from koppelkans.building.selection.instance import Flags, Floats, Ints, SelectionLimits
from koppelkans.building.selection.prices import Answer
from koppelkans.building.selection.stock import Stock
from koppelkans.solve import Limits, LinearModel, Outcome, solve

LEAST_GAP_PART = 0.05
"""A programme may stop when this part of the gap sought is left to it."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a programme: ``building``, ``row`` (-1: stay), ``period``; sorted by building.

    ``street``, ``opening``: openings (t: never), sorted by street. ``numbers``, ``opening_numbers``: the same as one number each.
    """

    building: Ints
    row: Ints
    period: Ints
    street: Ints
    opening: Ints
    numbers: Ints
    opening_numbers: Ints


@dataclass(frozen=True, slots=True)
class Solved:
    """What the programme found: ``value`` of its best answer and ``bound`` on all selections of its columns, EUR.

    ``price`` (lines, t) of the limits; a whole ``row`` and ``period`` per building and ``opened`` per street, rounded where the
    programme split them; ``missing`` (lines, t): use above the limit that it paid for.
    """

    value: float
    bound: float
    price: Floats
    row: Ints
    period: Ints
    opened: Ints
    missing: Floats
    complete: bool


def reduced(stock: Stock, at: Answer) -> tuple[Floats, Floats]:
    """Rise of the bound when a column is forced: (r, t), and for staying (n,)."""
    rows = (stock.start, stock.bound, stock.cost, stock.use)
    paid, values = stock.effective(at.price), (at.free, at.tied)
    found: tuple[Floats, Floats] = kernels.reduced_costs(
        rows, stock.stay, stock.line, stock.street, paid, values, at.extra
    )
    return found


def near_columns(stock: Stock, at: Answer, most: int, *, below: float = np.inf) -> Columns:
    """The columns of the answer itself, and of the others the ``most`` of least reduced cost, none above ``below``."""
    columns, staying = reduced(stock, at)
    flat = np.concatenate([columns.ravel(), staying])
    place = stock.buildings + most
    chosen = np.argpartition(flat, place)[:place] if place < len(flat) else np.arange(len(flat))
    below = min(below, float(flat[chosen].max(initial=0.0)), np.finfo(np.float64).max)
    near = _columns(stock, np.sort(chosen[flat[chosen] <= below]), np.flatnonzero(at.extra.ravel() <= below))
    return joined(stock, [near, answer_columns(stock, at.row, at.period, at.opened)])


def whole_limits(limits: SelectionLimits) -> Limits:
    """How far a whole-number programme may go."""
    return Limits(nodes=limits.polish_nodes, gap_share=LEAST_GAP_PART * limits.gap_share, seed=limits.seed)


def answer_columns(stock: Stock, row: Ints, period: Ints, opened: Ints) -> Columns:
    """The columns of one selection."""
    numbers = np.where(row >= 0, row * stock.periods + period, stock.cost.size + np.arange(stock.buildings))
    return _columns(stock, np.sort(numbers), np.arange(len(opened)) * (stock.periods + 1) + opened)


def joined(stock: Stock, parts: list[Columns]) -> Columns:
    """The columns that stand in any of the parts."""
    numbers = np.unique(np.concatenate([part.numbers for part in parts]))
    return _columns(stock, numbers, np.unique(np.concatenate([part.opening_numbers for part in parts])))


def _columns(stock: Stock, numbers: Ints, opening_numbers: Ints) -> Columns:
    """Columns by number: row x periods + period, after all rows the buildings that stay; openings: street x (periods + 1) + t."""
    periods, works = stock.periods, numbers < stock.cost.size
    street, opening = np.divmod(opening_numbers, periods + 1)
    coupled = np.diff(stock.member_start)[street] > 0
    offered = np.zeros((len(stock.opening) + 1, periods + 1), dtype=bool)
    offered[street, opening] = True
    row = np.where(works, numbers // periods, -1)
    period = np.where(works, numbers % periods, periods)
    building = np.where(works, np.searchsorted(stock.start, row, side="right") - 1, numbers - stock.cost.size)
    shut = (row >= 0) & stock.bound[np.maximum(row, 0)] & ~offered[stock.street[building], period]
    order = np.argsort(building[~shut], kind="stable")
    building, row, period = building[~shut][order], row[~shut][order], period[~shut][order]
    return Columns(building, row, period, street[coupled], opening[coupled], numbers, opening_numbers)


@dataclass(slots=True)
class _Draft:
    """Entries of a programme in the making: rows, columns and coefficients, one array per call."""

    rows: list[Ints] = field(default_factory=list)
    columns: list[Ints] = field(default_factory=list)
    values: list[Floats] = field(default_factory=list)

    def put(self, rows: Ints, columns: Ints, values: Floats | float) -> None:
        """Add coefficients that are not zero."""
        numbers = np.broadcast_to(np.asarray(values, dtype=np.float64), rows.shape)
        kept = numbers != 0
        self.rows.append(rows[kept])
        self.columns.append(columns[kept])
        self.values.append(numbers[kept])

    def compressed(self, row_count: int) -> tuple[Ints, Ints, Floats]:
        """Starts, columns and coefficients row by row."""
        rows, columns, values = np.concatenate(self.rows), np.concatenate(self.columns), np.concatenate(self.values)
        order = np.lexsort((columns, rows))
        starts = np.searchsorted(rows[order], np.arange(row_count + 1))
        return starts, columns[order], values[order]


@dataclass(frozen=True, slots=True)
class _Layout:
    """Which columns are free, what the decided ones use and cost, and where each kind of variable and row begins."""

    columns: Columns
    free: Flags
    cost: Floats
    street_free: Flags
    fixed_use: Floats
    fixed_cost: float
    limited: Flags
    summed: Ints


def _layout(stock: Stock, columns: Columns) -> _Layout:
    n, periods = stock.buildings, stock.periods
    choices = np.bincount(columns.building, minlength=n)
    openings = np.bincount(columns.street, minlength=len(stock.opening) + 1)
    waits = (columns.row >= 0) & stock.bound[np.maximum(columns.row, 0)]
    open_choice = np.zeros(n, dtype=bool)
    open_choice[columns.building[waits]] = openings[stock.street[columns.building[waits]]] > 1
    free = (choices > 1)[columns.building] | open_choice[columns.building]
    cost = np.where(
        columns.row >= 0,
        stock.cost[np.maximum(columns.row, 0), np.minimum(columns.period, periods - 1)],
        stock.stay[columns.building],
    )
    street_free = openings[columns.street] > 1
    opening_cost = np.column_stack([stock.opening, np.zeros(len(stock.opening))])[columns.street, columns.opening]
    row, period = np.full(n, -1), np.full(n, periods)
    row[columns.building[~free]], period[columns.building[~free]] = columns.row[~free], columns.period[~free]
    fixed = kernels.use_by_period(
        stock.use, stock.line, row.astype(np.int64), period.astype(np.int64), *stock.limit.shape
    )
    touched = np.zeros(len(stock.limit), dtype=bool)
    touched[: stock.use.shape[1] - 1] = True
    touched[stock.line[columns.building[free]]] = True
    limited = np.isfinite(stock.limit) & touched[:, None]
    summed = np.flatnonzero(limited.any(axis=1) & (np.arange(len(touched)) >= stock.cumulative))
    return _Layout(
        columns=columns, free=free, cost=cost, street_free=street_free, fixed_use=fixed,
        fixed_cost=float(cost[~free].sum() + opening_cost[~street_free].sum()), limited=limited, summed=summed,
    )  # fmt: skip


def _choice_rows(stock: Stock, layout: _Layout, draft: _Draft) -> tuple[Floats, Floats]:
    """One column per building, one opening per street, street-bound columns only when their street opens: row bounds."""
    columns, free, periods = layout.columns, layout.free, stock.periods
    building, row, period = columns.building[free], columns.row[free], columns.period[free]
    x = np.arange(len(building))
    known, group = np.unique(building, return_inverse=True)
    draft.put(group, x, 1.0)
    street, opening = columns.street[layout.street_free], columns.opening[layout.street_free]
    y = len(x) + np.arange(len(street))
    streets, street_group = np.unique(street, return_inverse=True)
    draft.put(len(known) + street_group, y, 1.0)
    position = np.full((len(stock.opening) + 1, periods + 1), -1)
    position[street, opening] = y
    waits = (row >= 0) & stock.bound[np.maximum(row, 0)]
    opener = np.where(waits, position[stock.street[building], period], -1)
    tied = np.flatnonzero(opener >= 0)
    pairs, link = np.unique(building[tied] * (periods + 1) + period[tied], return_inverse=True)
    first = len(known) + len(streets)
    draft.put(first + link, tied, 1.0)
    b, t = pairs // (periods + 1), pairs % (periods + 1)
    draft.put(first + np.arange(len(pairs)), position[stock.street[b], t], -1.0)
    ones = np.ones(first)
    return np.concatenate([ones, np.full(len(pairs), -np.inf)]), np.concatenate([ones, np.zeros(len(pairs))])


def _limit_rows(
    stock: Stock, layout: _Layout, draft: _Draft, first: int, variables: int
) -> tuple[Floats, Floats, Ints]:
    """Rows of the limits, each in its own size: bounds, and the row of every limit (lines, t), -1 for none.

    Totals of lines that are summed over periods are variables W with W[t] - W[t-1] = use of what is done in t.
    """
    columns, free, periods, shared = layout.columns, layout.free, stock.periods, stock.use.shape[1] - 1
    place = np.flatnonzero(columns.row[free] >= 0)
    row, period = columns.row[free][place], columns.period[free][place]
    line = stock.line[columns.building[free][place]]
    limited, count = layout.limited, int(layout.limited.sum())
    at = np.full(limited.shape, -1)
    at[limited] = first + np.arange(count)
    size = stock.scale.max(axis=1)
    sums = np.full(limited.shape, -1)
    sums[layout.summed] = first + count + np.arange(len(layout.summed) * periods).reshape(-1, periods)
    total = variables - first - count + sums[layout.summed]  # variable W of each summed line and period
    for j in range(shared + 1):
        c = np.full(len(row), j) if j < shared else line
        target = (at if j < stock.cumulative else sums)[c, period]
        kept = target >= 0
        draft.put(target[kept], place[kept], stock.use[row[kept], j] / size[c[kept]])
    draft.put(sums[layout.summed], total, -1.0)
    draft.put(sums[layout.summed][:, 1:], total[:, :-1], 1.0)
    of_limit = at[layout.summed]
    draft.put(of_limit[of_limit >= 0], total[of_limit >= 0], 1.0)
    used = np.where((np.arange(len(limited)) >= stock.cumulative)[:, None], 0.0, layout.fixed_use)
    room = ((stock.limit - used) / size[:, None])[limited]
    fixed = -(layout.fixed_use / size[:, None])[layout.summed].ravel()
    low = np.concatenate([np.full(count, -np.inf), fixed])
    return low, np.concatenate([room, fixed]), at


def solved(stock: Stock, columns: Columns, box: tuple[Floats, Floats] | None, limits: Limits, *, whole: bool) -> Solved:
    """The least cost over the columns.

    ``box``: lowest and highest price of each limit (lines, t); use above a limit pays the highest, room below it earns the lowest.
    Without a box limits are strict. Raises InfeasibleError when strict limits cannot be kept or nothing whole was found.
    """
    layout = _layout(stock, columns)
    draft = _Draft()
    n_x, n_y = int(layout.free.sum()), int(layout.street_free.sum())
    low, high = _choice_rows(stock, layout, draft)
    sums = len(layout.summed) * stock.periods
    limit_low, limit_high, at = _limit_rows(stock, layout, draft, len(low), n_x + n_y)
    opening_cost = np.column_stack([stock.opening, np.zeros(len(stock.opening))])
    street, opening = columns.street[layout.street_free], columns.opening[layout.street_free]
    cost = [layout.cost[layout.free], opening_cost[street, opening], np.zeros(sums)]
    size = np.broadcast_to(stock.scale.max(axis=1)[:, None], at.shape)[at >= 0]
    slack = n_x + n_y + sums
    count = int((at >= 0).sum())
    if box is not None:
        rows = at[at >= 0]
        draft.put(rows, slack + np.arange(count), -1.0)
        draft.put(rows, slack + count + np.arange(count), 1.0)
        cost += [box[1][at >= 0] * size, -box[0][at >= 0] * size]
    objective = np.concatenate(cost)
    extra = 2 * count if box is not None else 0
    row_low, row_high = np.concatenate([low, limit_low]), np.concatenate([high, limit_high])
    starts, indices, values = draft.compressed(len(row_low))
    model = LinearModel(
        cost=objective,
        low=np.concatenate([np.zeros(n_x + n_y), np.full(sums, -np.inf), np.zeros(extra)]),
        high=np.concatenate([np.ones(n_x + n_y), np.full(sums + extra, np.inf)]),
        integer=np.concatenate([np.full(n_x + n_y, whole), np.zeros(sums + extra, dtype=bool)]),
        starts=starts.astype(np.int32),
        columns=indices.astype(np.int32),
        coefficients=values,
        row_low=row_low,
        row_high=row_high,
    )
    return _read(stock, layout, solve(model, limits), at, slack if box is not None else -1)


def _read(stock: Stock, layout: _Layout, outcome: Outcome, at: Ints, slack: int) -> Solved:
    """A whole selection, prices and missing amounts from what the solver found."""
    columns, free, n = layout.columns, layout.free, stock.buildings
    n_x = int(free.sum())
    share = np.ones(len(free))
    share[free] = outcome.values[:n_x]
    open_share = np.ones(len(columns.street))
    open_share[layout.street_free] = outcome.values[n_x : n_x + int(layout.street_free.sum())]
    opened = np.full(len(stock.opening), stock.periods)
    order = np.argsort(open_share, kind="stable")
    opened[columns.street[order]] = columns.opening[order]  # the largest share is written last
    waits = (columns.row >= 0) & stock.bound[np.maximum(columns.row, 0)]
    closed = waits & (np.append(opened, -1)[stock.street[columns.building]] != columns.period)
    order = np.lexsort((share, ~closed))
    row, period = np.full(n, -1), np.full(n, stock.periods)
    row[columns.building[order]], period[columns.building[order]] = columns.row[order], columns.period[order]
    size = stock.scale.max(axis=1)[:, None]
    price, missing = np.zeros(at.shape), np.zeros(at.shape)
    price[at >= 0] = np.maximum(-outcome.row_duals[at[at >= 0]], 0.0)
    if slack >= 0:
        missing[at >= 0] = outcome.values[slack : slack + int((at >= 0).sum())]
    return Solved(
        value=outcome.objective + layout.fixed_cost,
        bound=outcome.bound + layout.fixed_cost,
        price=price / size,
        row=row.astype(np.int64),
        period=period.astype(np.int64),
        opened=opened.astype(np.int64),
        missing=missing * size,
        complete=outcome.status == "Optimal",
    )
