"""Groups of buildings as they are published: small ones join others, so that nothing has to be hidden."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from koppelkans.disclosure.single import RULES, SLACK, Rules, allowed_total, cells


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


def merged_neighbours(
    contributions: pd.Series, groups: pd.Series, *, order: Sequence[str], rules: Rules = RULES
) -> pd.Series:
    """The group under which each building is published when groups have an order: its own, or neighbours joined (``first|second``).

    contributions: one row per building. The smallest group that breaks a rule joins its smaller neighbour, until none breaks a rule
    or one group is left. Nothing has to be hidden then, so nothing can be derived from a total.
    """
    labels = groups.astype("str")
    while labels.nunique() > 1:
        single = cells(contributions, labels, rules=rules)
        failing = single[~single["allowed"]]
        if failing.empty:
            break
        present = sorted(single.index, key=lambda name: list(order).index(str(name).split("|")[0]))
        at = present.index(failing["contributors"].idxmin())
        beside = [place for place in (at - 1, at + 1) if 0 <= place < len(present)]
        other = min(beside, key=lambda place: single.loc[present[place], "contributors"])
        first, second = (str(present[place]) for place in sorted((at, other)))
        labels = labels.mask(labels.isin([first, second]), f"{first}|{second}")
    return labels


def _rest_holds(
    contributions: pd.Series, labels: pd.Series, inside: list[str], single: pd.DataFrame, rules: Rules
) -> bool:
    members = contributions[labels.isin(inside)]
    if len(inside) < 2 or not allowed_total(members, rules=rules):
        return False
    sums = single.loc[inside, "total"]
    small = sums[~single.loc[inside, "allowed"]]
    # With one known sum a reader knows only that each of its parts lies between nothing and the whole.
    return bool(small.empty or sums.sum() >= (1 + rules.protection_share) * small.max() - SLACK)
