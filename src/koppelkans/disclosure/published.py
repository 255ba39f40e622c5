"""Published tables: counts and sums by one or two labels, with totals, after the rules and the attack."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from koppelkans.disclosure.hiding import TOTAL, Published, protected, with_totals
from koppelkans.disclosure.single import RULES, SLACK, Rules, allowed_total, cells

_PRICE_OF_JOINING_SHARE = 0.1
_FEWEST_COLUMNS = 3


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


def published_crosstab(rows: pd.Series, columns: pd.Series, *, rules: Rules = RULES) -> Published:
    """``published_counts`` for labels whose totals both stand in other tables too: neither row nor column totals can be hidden.

    Group ``rows`` and ``columns`` so that each of their totals may be published (``merged_small_groups``, ``merged_neighbours``).
    """
    counts = with_totals(pd.crosstab(rows, columns).astype(float))
    keep = pd.DataFrame(False, index=counts.index, columns=counts.columns)
    keep.loc[keep.index == TOTAL, :] = True
    keep.loc[:, keep.columns == TOTAL] = True
    return protected(counts, (counts >= rules.contributors) | (counts == 0) | keep, keep=keep, rules=rules)


def coarsened_counts(
    rows: pd.Series,
    columns: pd.Series,
    *,
    order: Sequence[str],
    joined: str | None = None,
    counted: Callable[..., Published] = published_counts,
    rules: Rules = RULES,
) -> Published:
    """``published_counts``, or ``counted`` in its place, with columns joined as far as that shows more than it blurs.

    The smallest column joins its smaller neighbour in ``order`` (labels then read ``first|second``), or, with ``joined``,
    the two smallest become one column of that name. Of all these tables the one is taken that hides the smallest share of
    buildings, each joining counted as a tenth of the buildings.
    """
    best, lowest, labels = counted(rows, columns, rules=rules), np.inf, columns
    for joins in range(columns.nunique()):
        found = counted(rows, labels, rules=rules)
        price = _hidden_share(found) + _PRICE_OF_JOINING_SHARE * joins
        if price < lowest - SLACK:
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


def published_parts(
    parts: pd.Series, who: pd.Series, rows: pd.Series, columns: pd.Series | None = None, *, rules: Rules = RULES
) -> Published:
    """Sums by one or two labels, with totals, where one building may add to several cells or to none.

    parts: amounts, not negative, one row per part of a building. who: the building of each part. Only buildings that add something
    count as contributors, so that what a handful of them changes stays hidden; a cell to which nobody adds stays visible as zero.
    """
    beside = columns if columns is not None else pd.Series(str(parts.name), index=parts.index)
    frame = pd.DataFrame({"part": parts, "who": who, "row": rows.astype("str"), "column": beside.astype("str")})
    values = with_totals(frame.pivot_table(index="row", columns="column", values="part", aggfunc="sum", fill_value=0.0))
    adds = frame.reset_index(drop=True)[(frame["part"] > 0).to_numpy()]
    allowed = (values == 0).astype(bool)
    for by in (["row", "column"], ["row"], ["column"], []):
        for key, passes in _contributors_pass(adds, by, rules).items():
            at = dict(zip(by, key, strict=True))
            row, column = _only(values.index, at.get("row", TOTAL)), _only(values.columns, at.get("column", TOTAL))
            if passes and row is not None and column is not None:
                allowed.loc[row, column] = True
    return protected(values, allowed, rules=rules)


def _only(labels: pd.Index, name: str) -> str | None:
    """The label of that name; for a total that a single row or column does not have: that row or column."""
    if name in labels:
        return name
    return str(labels[0]) if len(labels) == 1 else None


def _contributors_pass(adds: pd.DataFrame, by: list[str], rules: Rules) -> dict[tuple[str, ...], bool]:
    """Whether the sum of each group of parts may be published, by the values of the labels ``by``; all together without any."""
    per_building = adds.groupby([*by, "who"], observed=True)["part"].sum().reset_index()
    if per_building.empty:
        return {}
    if not by:
        return {(): allowed_total(per_building["part"], rules=rules)}
    found = cells(per_building["part"], [per_building[name] for name in by], rules=rules)["allowed"]
    keys = [key if isinstance(key, tuple) else (key,) for key in found.index]
    return dict(zip(keys, found.astype(bool), strict=True))
