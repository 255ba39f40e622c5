"""The instance laid out for the kernels: one row per usable option, one line per limit, one price per line and period."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from koppelkans.building.selection.instance import (
    Flags,
    Floats,
    Instance,
    Ints,
    PerLimit,
    column_costs,
    usable,
)

LEAST_SCALE_SHARE = 0.05
"""A limit is measured against itself, or against this part of what its buildings could use if it is smaller than that."""


@dataclass(frozen=True, slots=True)
class Stock:
    """Rows r: usable options, those of building b at ``start[b] : start[b + 1]``. Columns: a row in a period. Period t: stay as is.

    ``use`` (r, j): budget, trades, change of emission, added kW. Lines: the first j - 1 uses, then one line per feeder, and a last one
    without limit for buildings on no feeder; ``line[b]`` is where added kW of building b counts. From line ``cumulative`` on, what is done
    in a period counts in every later one too. ``limit`` (lines, t): emissions net of what the stock emits now.
    ``member`` lists the buildings of coupled streets, those of street s at ``member_start[s] : member_start[s + 1]``; ``street[b]`` is -1
    for the others. ``scale``: size of each limit; ``weight``: share of the buildings it touches.
    """

    start: Ints
    option: Ints
    bound: Flags
    cost: Floats
    use: Floats
    stay: Floats
    line: Ints
    street: Ints
    member_start: Ints
    member: Ints
    opening: Floats
    limit: Floats
    cumulative: int
    scale: Floats
    weight: Floats
    forced: Flags

    @property
    def periods(self) -> int:
        """Number of periods, and the number of the period that means not within the horizon."""
        return int(self.cost.shape[1])

    @property
    def buildings(self) -> int:
        """Number of buildings."""
        return len(self.stay)

    def effective(self, price: Floats) -> Floats:
        """What a unit used in a period pays (lines, t): the price of that period, and of all later ones where use stays."""
        paid = price.copy()
        later = paid[self.cumulative :, ::-1].cumsum(axis=1)
        paid[self.cumulative :] = later[:, ::-1]
        return paid

    def total(self, used_by_period: Floats) -> Floats:
        """Use that counts in each period, from the use of what is done in it (lines, t)."""
        total = used_by_period.copy()
        total[self.cumulative :] = total[self.cumulative :].cumsum(axis=1)
        return total


def stock_of(instance: Instance) -> Stock:
    """The instance in rows and lines."""
    cost = column_costs(instance)
    keep, forced = usable(instance, cost)
    building, option = np.nonzero(keep)
    start = np.concatenate([[0], keep.sum(axis=1).cumsum()]).astype(np.int64)
    use = np.concatenate(
        [
            instance.budget_eur[keep][:, None],
            instance.trade_use[keep],
            (instance.emission_after_tonnes[keep] - instance.emission_before_tonnes[building])[:, None],
            instance.added_kw[keep][:, None],
        ],
        axis=1,
    )
    bound = instance.street_bound[keep]
    streets = len(instance.opening_eur)
    coupled = np.zeros(streets, dtype=bool)
    coupled[instance.street[building[bound]]] = True
    street = np.where((instance.street >= 0) & np.append(coupled, False)[instance.street], instance.street, -1)
    shared = use.shape[1] - 1
    line = shared + np.where(instance.feeder >= 0, instance.feeder, len(instance.feeders))
    limit = np.concatenate(
        [
            instance.limits.budget[None, :],
            instance.limits.trades,
            instance.limits.emissions[None, :] - instance.emission_before_tonnes.sum(),
            instance.limits.feeders,
            np.full((1, len(instance.periods)), np.inf),
        ]
    )
    scale, weight = _sizes(use, building, line, limit, instance.cost_eur.shape[0])
    members = np.argsort(street, kind="stable")[int((street < 0).sum()) :]
    return Stock(
        start=start,
        option=option.astype(np.int64),
        bound=bound,
        cost=np.ascontiguousarray(cost[keep]),
        use=use,
        stay=np.where(instance.stay_allowed, instance.stay_eur, np.inf),
        line=line.astype(np.int64),
        street=street.astype(np.int64),
        member_start=np.searchsorted(street[members], np.arange(streets + 1)).astype(np.int64),
        member=members.astype(np.int64),
        opening=instance.opening_eur.astype(np.float64),
        limit=limit,
        cumulative=1 + len(instance.trades),
        scale=scale,
        weight=weight,
        forced=forced,
    )


def _sizes(use: Floats, building: Ints, line: Ints, limit: Floats, buildings: int) -> tuple[Floats, Floats]:
    """How large a limit is (lines, t), and which share of the buildings can use it (lines, 1)."""
    lines, shared = len(limit), use.shape[1] - 1
    largest = np.zeros((buildings, use.shape[1]))
    np.maximum.at(largest, building, np.abs(use))
    reach, count = np.zeros(lines), np.zeros(lines)
    reach[:shared], count[:shared] = largest[:, :shared].sum(axis=0), (largest[:, :shared] > 0).sum(axis=0)
    reach[shared:] = np.bincount(line - shared, weights=largest[:, shared], minlength=lines - shared)
    count[shared:] = np.bincount(line - shared, weights=largest[:, shared] > 0, minlength=lines - shared)
    size = np.where(np.isfinite(limit), np.abs(limit), 0.0)
    scale = np.maximum(size, LEAST_SCALE_SHARE * reach[:, None])
    return np.where(scale > 0, scale, 1.0), np.maximum(count, 1.0)[:, None] / max(buildings, 1)


def per_limit(values: Floats, instance: Instance) -> PerLimit:
    """Values by line and period under the names of the limits."""
    trades, feeders = len(instance.trades), len(instance.feeders)
    return PerLimit(
        budget=values[0].copy(),
        trades=values[1 : 1 + trades].copy(),
        emissions=values[1 + trades].copy(),
        feeders=values[2 + trades : 2 + trades + feeders].copy(),
    )
