"""Single cells: how many buildings stand in one, whether any of them dominates, and so whether it may be published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from koppelkans import tables
from koppelkans.errors import DataError

NEVER_PER_BUILDING = ("vulnerable", "income", "tenure")
"""What is never published about a single building, not even as a class."""

SLACK = 1e-7


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of publication; ``protection_share`` is how close nobody may come to a hidden value."""

    contributors: int = 10
    largest_share: float = 0.5
    two_largest_share: float = 0.85
    protection_share: float = 0.15


RULES = Rules()


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
        & (frame["largest_share"] <= rules.largest_share + SLACK)
        & (frame["two_largest_share"] <= rules.two_largest_share + SLACK)
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
