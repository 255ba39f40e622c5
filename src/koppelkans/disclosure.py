"""Disclosure control: which aggregated figures may leave the project team.

Question: can somebody learn from what we publish what one building or household uses, pays or chooses?

Three rules stand between a table and the public. A cell needs at least ten buildings; its largest contributor holds at
most half of it, its two largest at most 85 %. What is then hidden must stay hidden: no hidden cell may be known within
15 % from the totals that stand beside it. That last rule is proven, not hoped for: ``attack`` plays the reader who
knows every published figure and finds, by linear programming, the smallest and largest value of each hidden cell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from koppelkans import tables
from koppelkans.errors import DataError
from koppelkans.solve import Limits, LinearModel, solve

TOTAL = "total"
"""Name of the row and column of totals in a table made by ``with_totals``."""

NEVER_PER_BUILDING = ("vulnerable", "income", "tenure")
"""What is never published about a single building, not even as a class."""

_SLACK = 1e-7
_PRICE_OF_JOINING_SHARE = 0.1
_FEWEST_COLUMNS = 3


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of publication; ``protection_share`` is how close nobody may come to a hidden value."""

    contributors: int = 10
    largest_share: float = 0.5
    two_largest_share: float = 0.85
    protection_share: float = 0.15


RULES = Rules()


@dataclass(frozen=True, slots=True)
class Published:
    """A table after disclosure control: ``values`` with NaN where ``hidden``; ``hidden`` has the same shape."""

    values: pd.DataFrame
    hidden: pd.DataFrame

    @property
    def complete(self) -> bool:
        """True when nothing had to be hidden."""
        return not bool(self.hidden.to_numpy().any())


# --------------------------------------------------------------------------------------------------------- single cells


def cells(contributions: pd.Series, groups: pd.Series | Sequence[pd.Series], *, rules: Rules = RULES) -> pd.DataFrame:
    """Every cell of an aggregate with the shares that decide whether it may be published.

    contributions: one row per building, not negative. groups: one or more labels per building, same index.
    Result: index the group(s); ``contributors`` (buildings), ``total``, ``largest_share``, ``two_largest_share``,
    ``allowed``.
    Raises DataError when a contribution is missing or negative: dominance is not defined then.
    """
    wrong = contributions.index[~(contributions >= 0)]
    if len(wrong):
        raise DataError(
            f"{contributions.name}: {len(wrong)} rows are empty or negative ({tables.first_keys(wrong)}), expected >= 0"
        )
    labels = [groups] if isinstance(groups, pd.Series) else list(groups)
    ordered = contributions.sort_values(ascending=False, kind="stable")
    grouped = ordered.groupby([label.loc[ordered.index] for label in labels], sort=True, observed=True)
    total = grouped.sum()
    largest = grouped.max()
    two = (
        ordered.where(grouped.cumcount() < 2, 0.0)
        .groupby([label.loc[ordered.index] for label in labels], observed=True)
        .sum()
    )
    frame = pd.DataFrame({"contributors": grouped.size(), "total": total})
    frame["largest_share"] = (largest / total).where(total > 0, 0.0)
    frame["two_largest_share"] = (two / total).where(total > 0, 0.0)
    frame["allowed"] = (
        (frame["contributors"] >= rules.contributors)
        & (frame["largest_share"] <= rules.largest_share + _SLACK)
        & (frame["two_largest_share"] <= rules.two_largest_share + _SLACK)
    )
    return frame


def allowed_total(contributions: pd.Series, *, rules: Rules = RULES) -> bool:
    """Whether the sum over all rows may be published: enough buildings, and none of them dominates."""
    if contributions.empty:
        return False
    everything = pd.Series("all", index=contributions.index, dtype="str")
    return bool(cells(contributions, everything, rules=rules)["allowed"].iloc[0])


def quantiles(values: pd.Series, groups: pd.Series | Sequence[pd.Series], *, rules: Rules = RULES) -> pd.DataFrame:
    """Median, tenth and ninetieth percentile per group, empty for a group of fewer buildings than the rules ask.

    Result: index the group(s); ``contributors``, ``p10``, ``median``, ``p90``. Round them before showing: with ten
    buildings the percentiles lie close to the value of one of them, though nobody can say of which.
    """
    labels = [groups] if isinstance(groups, pd.Series) else list(groups)
    grouped = values.groupby(labels, sort=True, observed=True)
    count = grouped.size()
    enough = count >= rules.contributors
    columns = {
        name: grouped.quantile(share).where(enough) for name, share in (("p10", 0.1), ("median", 0.5), ("p90", 0.9))
    }
    return pd.DataFrame({"contributors": count, **columns})


def require_aggregate(declared: tables.Table, frame: pd.DataFrame) -> pd.DataFrame:
    """The same table, when it may be considered for publication at all.

    Raises DataError for a table with rows per building, and names vulnerability, income or tenure when it carries them.
    """
    if declared.per_building or frame.index.name == "building":
        never = [name for name in NEVER_PER_BUILDING if name in frame.columns]
        about = f" and carries {', '.join(never)}" if never else ""
        raise DataError(
            f"table {declared.name} has rows per building{about}: a working file, never published; aggregate it first"
        )
    return frame


# --------------------------------------------------------------------------------------------------- tables with totals


def with_totals(values: pd.DataFrame) -> pd.DataFrame:
    """The table with a row of totals, and a column of totals when it has more than one column."""
    full = values.copy()
    if values.shape[1] > 1:
        full[TOTAL] = values.sum(axis=1)
    if values.shape[0] > 1:
        full.loc[TOTAL] = full.sum(axis=0)
    return full


def published_counts(rows: pd.Series, columns: pd.Series, *, rules: Rules = RULES) -> Published:
    """Number of buildings by two labels, with totals, small numbers hidden and proven to stay hidden.

    The row totals stand in other tables too and are never hidden: group ``rows`` so that each may be published
    (``merged_small_groups``). Empty combinations stay visible as zero where they can: they say nothing about a building.
    """
    counts = with_totals(pd.crosstab(rows, columns).astype(float))
    keep = pd.DataFrame(False, index=counts.index, columns=counts.columns)
    if TOTAL in counts.columns:
        keep[TOTAL] = True
    return protected(counts, (counts >= rules.contributors) | (counts == 0) | keep, keep=keep, rules=rules)


def coarsened_counts(
    rows: pd.Series, columns: pd.Series, *, order: Sequence[str], joined: str | None = None, rules: Rules = RULES
) -> Published:
    """``published_counts`` with columns joined as far as that shows more than it blurs.

    The smallest column joins its smaller neighbour in ``order`` (labels then read ``first|second``), or, with ``joined``,
    the two smallest become one column of that name. Of all these tables the one is taken that hides the smallest share of
    buildings, each joining counted as a tenth of the buildings.
    """
    best, lowest, labels = published_counts(rows, columns, rules=rules), np.inf, columns
    for joins in range(columns.nunique()):
        found = published_counts(rows, labels, rules=rules)
        price = _hidden_share(found) + _PRICE_OF_JOINING_SHARE * joins
        if price < lowest - _SLACK:
            best, lowest = found, price
        if lowest <= _PRICE_OF_JOINING_SHARE * (joins + 1) or labels.nunique() < _FEWEST_COLUMNS:
            break
        labels = _joined_smallest(labels, order, joined)
    return best


def _hidden_share(found: Published) -> float:
    """Share of the buildings that stand in no visible cell."""
    inside = found.values.drop(index=TOTAL, columns=TOTAL, errors="ignore")
    whole = (
        found.values[TOTAL].drop(index=TOTAL, errors="ignore").sum()
        if TOTAL in found.values.columns
        else inside.sum().sum()
    )
    return float(1 - inside.sum().sum() / whole) if whole else 0.0


def _joined_smallest(labels: pd.Series, order: Sequence[str], joined: str | None) -> pd.Series:
    sizes = labels.value_counts()
    if joined is not None:
        smallest = sizes.sort_values(kind="stable").index[:2]
        return labels.mask(labels.isin(list(smallest)), joined)
    present = sorted(sizes.index, key=lambda name: list(order).index(str(name).split("|")[0]))
    at = min(range(len(present)), key=lambda place: sizes[present[place]])
    beside = [place for place in (at - 1, at + 1) if 0 <= place < len(present)]
    other = min(beside, key=lambda place: sizes[present[place]])
    first, second = (str(present[place]) for place in sorted((at, other)))
    return labels.mask(labels.isin([first, second]), f"{first}|{second}")


def published_sums(contributions: pd.Series, groups: pd.Series, *, rules: Rules = RULES) -> Published:
    """Sum per group with the total below, cells that break a rule hidden and proven to stay hidden."""
    single = cells(contributions, groups, rules=rules)
    name = str(contributions.name)
    values = with_totals(single[["total"]].rename(columns={"total": name}))
    allowed = single[["allowed"]].rename(columns={"allowed": name}).astype(bool)
    if len(single) > 1:
        allowed.loc[TOTAL] = allowed_total(contributions, rules=rules)
    return protected(values, allowed, rules=rules)


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
    slack = _SLACK * max(float(amounts.max(initial=0.0)), 1.0)
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


# ------------------------------------------------------------------------------------------------- merging small groups


def merged_small_groups(contributions: pd.Series, groups: pd.Series, *, rest: str, rules: Rules = RULES) -> pd.Series:
    """The group under which each building is published: its own, or ``rest`` for groups too small or dominated.

    contributions: one row per building. groups: label per building, empty for buildings without one (they join
    ``rest``). While ``rest`` itself breaks a rule, or one of its members could be known within the protection share
    from its sum, the smallest group that stands alone joins it. When even all together may not be published, every label is
    empty.
    """
    labels = groups.astype("str").where(groups.notna(), "")
    single = cells(contributions, labels, rules=rules)
    apart = single["allowed"] & (single.index != "")
    waiting = list(single.index[apart][np.argsort(single.loc[apart, "total"].to_numpy(), kind="stable")])
    inside = list(single.index[~apart])
    while inside and not _rest_holds(contributions, labels, inside, single, rules):
        if not waiting:
            return pd.Series(None, index=groups.index, dtype="str")
        inside.append(waiting.pop(0))
    published: pd.Series = labels.mask(labels.isin(inside), rest)
    return published


def _rest_holds(
    contributions: pd.Series, labels: pd.Series, inside: list[str], single: pd.DataFrame, rules: Rules
) -> bool:
    members = contributions[labels.isin(inside)]
    if len(inside) < 2 or not allowed_total(members, rules=rules):
        return False
    sums = single.loc[inside, "total"]
    small = sums[~single.loc[inside, "allowed"]]
    # With one known sum a reader knows only that each of its parts lies between nothing and the whole.
    return bool(small.empty or sums.sum() >= (1 + rules.protection_share) * small.max() - _SLACK)
