"""The question of the works in a stock as arrays, and its answer with prices and a bound."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from koppelkans.errors import DataError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class PerLimit:
    """One number for every limit and period: what is available (infinity: no limit), what is used, or what one more unit is worth.

    ``budget`` (t,): EUR paid in the period. ``trades`` (m, t): work of each trade in the period. ``emissions`` (t,): tonnes a year
    of the whole stock in the period. ``feeders`` (f, t): kW added on the feeder by all works up to and in the period.
    """

    budget: Floats
    trades: Floats
    emissions: Floats
    feeders: Floats


@dataclass(frozen=True, slots=True)
class Instance:
    """Which option does each building get, in which period, at the least present cost? n buildings, k options, t periods.

    Sets: buildings b, options o (padded: ``valid``), periods p = 0 .. t-1, limits (m trades, f feeders), streets s.
    Variables: x[b,o,p] = 1 when option o of building b is done in period p; z[b] = 1 when b stays as it is over the horizon;
    y[s,p] = 1 when street s is opened in period p.

        min   sum cost_eur[b,o,p] x[b,o,p] + sum stay_eur[b] z[b] + sum opening_eur[s,p] y[s,p]
        with  sum over o, p of x[b,o,p] + z[b] = 1                                        every building
              sum over b, o of budget_eur[b,o] x[b,o,p] <= limits.budget[p]               every period
              sum over b, o of trade_use[b,o,m] x[b,o,p] <= limits.trades[m,p]            every trade and period
              sum over b of before[b] + sum over b, o, q <= p of (after[b,o] - before[b]) x[b,o,q] <= limits.emissions[p]
              sum over b on feeder f, o, q <= p of added_kw[b,o] x[b,o,q] <= limits.feeders[f,p]
              sum over street-bound o of x[b,o,p] <= y[street[b],p],   sum over p of y[s,p] <= 1

    x[b,o,p] = 0 where ``valid`` is False, the cost is infinite, or the option is not ``affordable``; a building that may not stay
    (``stay_allowed``) and has no affordable option keeps its unaffordable ones and is flagged. ``emission_*_tonnes`` per year;
    ``added_kw`` may be negative, the other uses not. ``feeder`` and ``street``: -1 for none. ``opening_eur`` (s, t): infinity where
    the street cannot be opened. Entries of options that are not valid are never read.
    """

    cost_eur: Floats
    stay_eur: Floats
    stay_allowed: Flags
    valid: Flags
    affordable: Flags
    budget_eur: Floats
    trade_use: Floats
    emission_before_tonnes: Floats
    emission_after_tonnes: Floats
    added_kw: Floats
    feeder: Ints
    street: Ints
    street_bound: Flags
    opening_eur: Floats
    limits: PerLimit
    periods: tuple[str, ...]
    trades: tuple[str, ...]
    feeders: tuple[str, ...] = ()
    trade_unit: str = "EUR"


@dataclass(frozen=True, slots=True)
class SelectionLimits:
    """Counts that bound the work, never seconds; ``gap_share`` is the relative gap at which the search may stop.

    ``ascent_rounds``: steps of the prices. ``programme_rounds``: linear programmes over undecided buildings, each with about
    ``programme_columns`` columns. ``starts``: selections that are repaired and improved, from other prices and from the best so far.
    ``repair_rounds`` and ``improve_rounds``: passes per start. ``polish_buildings``: largest stock that a whole-number programme
    of ``polish_columns`` columns and at most ``polish_nodes`` nodes refines.
    """

    ascent_rounds: int = 60
    programme_rounds: int = 6
    programme_columns: int = 12_000
    starts: int = 12
    repair_rounds: int = 200
    improve_rounds: int = 40
    polish_buildings: int = 2_000
    polish_columns: int = 800
    polish_nodes: int = 20
    gap_share: float = 1e-3
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Selection:
    """An option and a period for every building, what it costs, and the proof of how good that is.

    ``option`` (n,): index, -1 stays as it is. ``period`` (n,): t when not within the horizon. ``opened`` (s,): period in which the
    street is opened, t for never. ``unaffordable`` (n,): got an option its household cannot afford, for want of another.
    ``cost_eur``: buildings and openings. ``bound_eur``: no selection costs less, as ``price`` alone shows (see ``certificate``);
    ``gap_share`` = (cost - bound) / |cost|. ``solver_bound_eur``: at least that, where an exact programme proved more.
    ``price``: what one more unit of each limit would save at the margin of the bound, EUR of present value; 0 where there is no limit.
    ``ended``: the count that ended the search.
    """

    option: Ints
    period: Ints
    opened: Ints
    unaffordable: Flags
    cost_eur: float
    bound_eur: float
    gap_share: float
    solver_bound_eur: float
    price: PerLimit
    used: PerLimit
    ended: str


def column_costs(instance: Instance) -> Floats:
    """Cost of every option in every period (n, k, t), infinity where it cannot be done: not valid, or its street cannot open."""
    cost = np.where(instance.valid[:, :, None], instance.cost_eur, np.inf)
    if len(instance.opening_eur):
        closed = np.isinf(instance.opening_eur[np.maximum(instance.street, 0)])
        cost = np.where(instance.street_bound[:, :, None] & closed[:, None, :], np.inf, cost)
    return cost


def usable(instance: Instance, cost: Floats) -> tuple[Flags, Flags]:
    """Options that may be chosen (n, k), and buildings that only keep options their household cannot afford (n,)."""
    possible = np.isfinite(cost).any(axis=2)
    within = possible & instance.affordable
    forced = ~within.any(axis=1) & ~instance.stay_allowed
    return np.where(forced[:, None], possible, within), forced


def check_instance(instance: Instance) -> None:
    """Nothing, when the arrays fit together and hold numbers; else DataError with every fault."""
    faults = _shape_faults(instance) or _value_faults(instance)
    if faults:
        raise DataError("the question of the works in the stock cannot be read", faults)


def _shape_faults(instance: Instance) -> list[str]:
    if instance.cost_eur.ndim != 3:
        return [f"cost_eur has {instance.cost_eur.ndim} axes; expected buildings x options x periods"]
    n, k, t = instance.cost_eur.shape
    if not k or not t:
        return [f"cost_eur has {k} options and {t} periods; expected at least one of each"]
    m, f, s = len(instance.trades), len(instance.feeders), len(instance.opening_eur)
    expected: dict[str, tuple[int, ...]] = {
        "stay_eur": (n,), "stay_allowed": (n,), "valid": (n, k), "affordable": (n, k), "budget_eur": (n, k),
        "trade_use": (n, k, m), "emission_before_tonnes": (n,), "emission_after_tonnes": (n, k), "added_kw": (n, k),
        "feeder": (n,), "street": (n,), "street_bound": (n, k), "opening_eur": (s, t),
    }  # fmt: skip
    found = {name: getattr(instance, name).shape for name in expected}
    expected |= {"budget": (t,), "trades": (m, t), "emissions": (t,), "feeders": (f, t)}
    found |= {item.name: getattr(instance.limits, item.name).shape for item in fields(instance.limits)}
    faults = [f"{name}: {found[name]}, expected {expected[name]}" for name in expected if found[name] != expected[name]]
    if len(instance.periods) != t:
        faults.append(f"{len(instance.periods)} names for {t} periods")
    return faults


def _value_faults(instance: Instance) -> list[str]:
    valid, faults = instance.valid, []
    for name, least in (
        ("budget_eur", 0.0),
        ("trade_use", 0.0),
        ("emission_after_tonnes", -np.inf),
        ("added_kw", -np.inf),
    ):
        values = getattr(instance, name)[valid]
        if not np.isfinite(values).all() or (values < least).any():
            faults.append(f"{name} is missing, infinite or below {least:g} for some valid option")
    if np.isnan(instance.cost_eur[valid]).any() or (instance.cost_eur[valid] == -np.inf).any():
        faults.append("cost_eur is missing for some valid option; infinity means not possible")
    if not np.isfinite(instance.stay_eur[instance.stay_allowed]).all():
        faults.append("stay_eur is missing for some building that may stay as it is")
    if not np.isfinite(instance.emission_before_tonnes).all():
        faults.append("emission_before_tonnes is missing for some building")
    if np.isnan(instance.opening_eur).any() or (instance.opening_eur < 0).any():
        faults.append("opening_eur is missing or negative for some street")
    for name, count in (("feeder", len(instance.feeders)), ("street", len(instance.opening_eur))):
        values = getattr(instance, name)
        if ((values < -1) | (values >= count)).any():
            faults.append(f"{name} names numbers outside -1 .. {count - 1}")
    if (instance.street_bound & valid & (instance.street < 0)[:, None]).any():
        faults.append("an option waits for the opening of a street, but its building has no street")
    if any(np.isnan(getattr(instance.limits, item.name)).any() for item in fields(instance.limits)):
        faults.append("a limit is missing; write infinity for no limit")
    rows = np.flatnonzero(~usable(instance, column_costs(instance))[0].any(axis=1) & ~instance.stay_allowed)
    if len(rows):
        shown = ", ".join(str(row) for row in rows[:3])
        faults.append(f"{len(rows)} buildings may not stay as they are and have no option (rows {shown})")
    return faults
