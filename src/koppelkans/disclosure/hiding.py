"""Tables with totals: what must be hidden so that what is hidden stays hidden, proven by an attack with linear programs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from koppelkans.disclosure.single import RULES, SLACK, Rules
from koppelkans.solve import Limits, LinearModel, solve

TOTAL = "total"
"""Name of the row and column of totals in a table made by ``with_totals``."""


@dataclass(frozen=True, slots=True)
class Published:
    """A table after disclosure control: ``values`` with NaN where ``hidden``; ``hidden`` has the same shape."""

    values: pd.DataFrame
    hidden: pd.DataFrame

    @property
    def complete(self) -> bool:
        """True when nothing had to be hidden."""
        return not bool(self.hidden.to_numpy().any())


def with_totals(values: pd.DataFrame) -> pd.DataFrame:
    """The table with a row of totals, and a column of totals when it has more than one column."""
    full = values.copy()
    if values.shape[1] > 1:
        full[TOTAL] = values.sum(axis=1)
    if values.shape[0] > 1:
        full.loc[TOTAL] = full.sum(axis=0)
    return full


def protected(
    values: pd.DataFrame, allowed: pd.DataFrame, *, keep: pd.DataFrame | None = None, rules: Rules = RULES
) -> Published:
    """The table with totals (``with_totals``), hidden where not allowed and wherever else that needs to stay hidden.

    allowed: same shape, False where a rule forbids publication (primary suppression). keep: cells that are published
    elsewhere and therefore cannot be hidden here. Secondary suppression is greedy: while the attack finds a hidden cell that
    is known too closely, the smallest published cell beside it is hidden too, totals last. What the kept cells alone already
    tell is no fault of this table. Ends always: when only the kept cells are left, nothing more than that is known.
    The proof is the attack itself, run on the table that is returned.
    """
    hidden = ~allowed.loc[values.index, values.columns].to_numpy(dtype=bool)
    secret = hidden.copy()
    fixed = np.zeros_like(hidden) if keep is None else keep.loc[values.index, values.columns].to_numpy(dtype=bool)
    amounts = values.to_numpy(dtype=float)
    equations = _equations(values)
    known = _known_beforehand(amounts, fixed, equations)
    while hidden.any():
        exposed = _exposed(amounts, hidden, secret, known, equations, rules)
        extra = _next_to_hide(exposed, amounts, hidden | fixed, equations) if exposed else None
        if extra is None:
            break
        hidden.flat[extra] = True
    mask = pd.DataFrame(hidden, index=values.index, columns=values.columns)
    return Published(values.astype(float).mask(mask), mask)


def attack(values: pd.DataFrame, hidden: pd.DataFrame) -> pd.DataFrame:
    """What a reader can find out: smallest and largest possible value of each hidden cell of a table with totals.

    The reader knows every published cell exactly, that totals are sums and that no cell is negative. Result: one row
    per hidden cell with ``row``, ``column``, ``value`` (true), ``low``, ``high``.
    """
    amounts, unknown = values.to_numpy(dtype=float), hidden.to_numpy(dtype=bool)
    places = np.flatnonzero(unknown)
    down, beside = np.divmod(places, values.shape[1])
    low, high = _bounds(amounts, unknown, _equations(values), places)
    return pd.DataFrame(
        {
            "row": values.index[down].to_numpy(),
            "column": values.columns[beside].to_numpy(),
            "value": amounts.flat[places], "low": low, "high": high,
        }
    )  # fmt: skip


def _equations(values: pd.DataFrame) -> list[tuple[np.ndarray, int]]:
    """The sums that hold in a table with totals: flat places of the parts, flat place of their total."""
    down, across = values.shape
    places = np.arange(down * across).reshape(down, across)
    rows = down - 1 if values.index[-1] == TOTAL and down > 1 else None
    columns = across - 1 if values.columns[-1] == TOTAL and across > 1 else None
    found = []
    if columns is not None:
        found += [(places[row, :columns], int(places[row, columns])) for row in range(down)]
    if rows is not None:
        found += [(places[:rows, column], int(places[rows, column])) for column in range(across)]
    return found


def _bounds(
    amounts: np.ndarray, hidden: np.ndarray, equations: list[tuple[np.ndarray, int]], places: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Smallest and largest value of the hidden cells at ``places``, given all that is published: two programs each."""
    unknown = np.flatnonzero(hidden)
    position = {int(place): number for number, place in enumerate(unknown)}
    flat = amounts.ravel()
    starts, columns, coefficients, sides = [0], [], [], []
    for parts, total in equations:
        terms = [(int(part), 1.0) for part in parts] + [(total, -1.0)]
        open_terms = [(position[place], sign) for place, sign in terms if place in position]
        if open_terms:
            columns += [place for place, _ in open_terms]
            coefficients += [sign for _, sign in open_terms]
            sides.append(-sum(sign * flat[place] for place, sign in terms if place not in position))
            starts.append(len(columns))
    scale = max(float(flat.max(initial=0.0)), 1.0)
    side = np.array(sides, dtype=float) / scale
    ceiling = np.full(len(unknown), 10.0)  # in units of the largest cell: far above knowledge

    def extreme(place: int, sign: float) -> float:
        cost = np.zeros(len(unknown))
        cost[position[place]] = sign
        model = LinearModel(
            cost, np.zeros(len(unknown)), ceiling, np.zeros(len(unknown), dtype=bool), np.array(starts, dtype=np.int32),
            np.array(columns, dtype=np.int32), np.array(coefficients, dtype=float), side - 1e-9, side + 1e-9,
        )  # fmt: skip
        return sign * solve(model, Limits()).objective * scale

    low = np.array([extreme(int(place), 1.0) for place in places])
    high = np.array([extreme(int(place), -1.0) for place in places])
    return low, high


def _known_beforehand(
    amounts: np.ndarray, fixed: np.ndarray, equations: list[tuple[np.ndarray, int]]
) -> tuple[np.ndarray, np.ndarray]:
    """Bounds of every cell that the fixed cells alone already tell; no bounds where nothing is fixed."""
    low, high = np.full(amounts.size, -np.inf), np.full(amounts.size, np.inf)
    places = np.flatnonzero(~fixed)
    if fixed.any() and len(places):
        low[places], high[places] = _bounds(amounts, ~fixed, equations, places)
    return low, high


def _exposed(
    amounts: np.ndarray, hidden: np.ndarray, secret: np.ndarray, known: tuple[np.ndarray, np.ndarray],
    equations: list[tuple[np.ndarray, int]], rules: Rules,
) -> list[int]:  # fmt: skip
    """Flat places of the hidden cells that are known too closely, by more than was known beforehand."""
    places = np.flatnonzero(hidden)
    low, high = _bounds(amounts, hidden, equations, places)
    true, positive = amounts.flat[places], amounts[amounts > 0]
    room = rules.protection_share * np.maximum(true, positive.min() if len(positive) else 1.0)
    slack = SLACK * max(float(amounts.max(initial=0.0)), 1.0)
    above = high < np.minimum(true + room, known[1][places]) - slack
    below = (low > np.maximum(true - room, known[0][places]) + slack) & (true > 0)
    close = np.where(secret.flat[places], above | below, above & below)
    return [int(place) for place in places[close]]


def _next_to_hide(
    exposed: list[int], amounts: np.ndarray, taken: np.ndarray, equations: list[tuple[np.ndarray, int]]
) -> int | None:
    """The smallest published cell that stands in one sum with an exposed cell: parts before zeros before totals."""
    totals = {total for _, total in equations}
    worst = max(exposed, key=lambda place: amounts.flat[place])
    beside: set[int] = set()
    for parts, total in equations:
        members = [*map(int, parts), total]
        if worst in members:
            beside.update(members)
    for group in (beside, range(amounts.size)):
        free = [place for place in group if not taken.flat[place]]
        if free:
            return min(free, key=lambda place: (place in totals, amounts.flat[place] == 0, amounts.flat[place], place))
    return None
