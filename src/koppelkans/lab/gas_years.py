"""The gas network year by year: its cost, what each connection pays, who leaves, who waits for help, what is left to pay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
import pandas as pd

from koppelkans.lab.gas_zones import NEVER, Flags, Floats, GasChoices, GasRules, Ints

VULNERABLE = 0
ENOUGH_EUR, ENOUGH_SHARE = 1e-6, 1e-12
"""How close the bisection comes to the smallest level of the fund, in euro and as a share of it."""


@dataclass(frozen=True, slots=True)
class Case:
    """One run in arrays: ``connections`` (2, z) vulnerable and other; ``scale``: these connections over those of Flanders."""

    connections: Floats
    value_eur: Floats
    closing_year: Ints
    choices: GasChoices
    rules: GasRules

    @property
    def scale(self) -> float:
        """The part of the Flemish fixed cost that these connections bear."""
        return float(self.connections.sum()) / self.rules.connections


@dataclass(slots=True)
class _State:
    """Where a year begins: connections that did not ask for help and that wait for it (2, z), value and openness of each zone."""

    quiet: Floats
    waiting: Floats
    value_eur: Floats
    open: Flags
    fund_eur: float = 0.0
    first_tariff_eur: float = float("nan")


@dataclass(frozen=True, slots=True)
class Course:
    """What happened: ``yearly`` (index ``year``), per zone (z) the state at closing, and what is left at the end."""

    yearly: pd.DataFrame
    at_closing: Floats
    waiting_at_closing: Floats
    stranded_eur: Floats
    closing_cost_eur: Floats
    accompanied: Floats
    connections: Floats
    value_eur: Floats
    fund_eur: float


def case_of(zones: pd.DataFrame, choices: GasChoices, rules: GasRules) -> Case:
    """Zones as arrays."""
    return Case(
        zones[["vulnerable_connections", "other_connections"]].to_numpy(float).T.copy(),
        zones["asset_value_eur"].to_numpy(float).copy(),
        np.asarray(zones["closing_year"].astype("Int64").fillna(NEVER), dtype=np.int64),
        choices,
        rules,
    )


def course(case: Case, contribution_eur: float) -> Course:
    """All years under a level contribution per connection and year to the fund (0 on other routes) [EUR].

    Each year, in this order: cost of the open zones, the closing ones included; stranded value and closing cost of the zones that
    close; tariff = allowed cost / connections at the start of the year; investment in, depreciation off the value; closed zones
    emptied; own exits and exits for want of a new boiler; accompaniment in zones that close soon.
    """
    state = _State(
        case.connections, np.zeros_like(case.connections), case.value_eur, np.ones(len(case.value_eur), dtype=bool)
    )
    nothing = np.zeros(len(case.value_eur))
    at_closing, waiting_at_closing, helped = (np.zeros_like(case.connections) for _ in range(3))
    stranded, closing_cost = nothing.copy(), nothing.copy()
    rows = []
    for year in range(case.choices.start_year, case.choices.end_year + 1):
        closing = state.open & (case.closing_year == year)
        present = state.quiet + state.waiting
        at_closing[:, closing] = present[:, closing]
        waiting_at_closing[:, closing] = state.waiting[:, closing]
        stranded[closing] = state.value_eur[closing]
        closing_cost[closing] = case.rules.closing_cost_eur * present[:, closing].sum(axis=0)
        row = _bill(case, state, year, closing, contribution_eur)
        _age(case, state, year, closing)
        row |= _leave(case, state, year, row["tariff_eur_per_year"])
        served = _accompany(case, state, year)
        helped += served
        rows.append(row | {"accompanied": float(served.sum()), "waiting": float(state.waiting.sum())})
    yearly = pd.DataFrame(rows).set_index("year")
    return Course(
        yearly, at_closing, waiting_at_closing, stranded, closing_cost, helped,
        state.quiet + state.waiting, np.where(state.open, state.value_eur, 0.0), state.fund_eur,
    )  # fmt: skip


def _bill(case: Case, state: _State, year: int, closing: Flags, contribution_eur: float) -> dict[str, float]:
    """Cost of a year and what each connection pays; moves the fund."""
    rules, present = case.rules, state.quiet + state.waiting
    connections = float(present.sum())
    fixed_eur = case.scale * rules.fixed_upkeep_eur_per_year * float(state.open.mean())
    upkeep_eur = fixed_eur + rules.connection_upkeep_eur_per_year * connections
    depreciation_eur = float(_depreciation_eur(case, state, year).sum())
    return_eur = rules.return_share * float(state.value_eur[state.open].sum())
    stranded_eur = float(state.value_eur[closing].sum())
    closed = float(present[:, closing].sum())
    once_eur = stranded_eur + rules.closing_cost_eur * closed
    in_tariff = case.choices.route == "current_users"
    allowed_eur = upkeep_eur + depreciation_eur + return_eur + (once_eur if in_tariff else 0.0)
    network_eur = allowed_eur / connections if connections > 0 else float("nan")
    if np.isnan(state.first_tariff_eur):
        state.first_tariff_eur = network_eur
    interest_eur = rules.fund_interest_share * state.fund_eur
    if case.choices.route == "fund":
        state.fund_eur += interest_eur + contribution_eur * connections - once_eur
    return {
        "year": year,
        "open_zones": int(state.open.sum()),
        "connections": connections,
        "vulnerable_connections": float(present[VULNERABLE].sum()),
        "vulnerable_share": float(present[VULNERABLE].sum()) / connections if connections > 0 else float("nan"),
        "tariff_eur_per_year": network_eur + contribution_eur,
        "contribution_eur_per_year": contribution_eur,
        "allowed_cost_eur": allowed_eur,
        "upkeep_eur": upkeep_eur,
        "depreciation_eur": depreciation_eur,
        "return_eur": return_eur,
        "stranded_eur": stranded_eur,
        "closing_cost_eur": rules.closing_cost_eur * closed,
        "external_eur": 0.0 if in_tariff else once_eur,
        "fund_interest_eur": interest_eur,
        "fund_balance_eur": state.fund_eur,
        "asset_value_eur": float(state.value_eur[state.open].sum()),
        "investment_eur": float(_investment_eur(case, state, year).sum()),
        "closed": closed,
        "closed_waiting": float(state.waiting[:, closing].sum()),
    }


def _depreciation_eur(case: Case, state: _State, year: int) -> Floats:
    """What is written off in each open zone (z)."""
    target = case.choices.write_off_year
    years = case.rules.depreciation_years if target is None else max(1, target + 1 - year)
    return cast(Floats, np.where(state.open, state.value_eur / years, 0.0))


def _investment_eur(case: Case, state: _State, year: int) -> Floats:
    """Investment in each open zone (z): the Flemish path, times the share of zones still open, equal per open zone."""
    rules = case.rules
    flemish_eur = np.interp(
        year,
        [rules.investment_first_year, rules.investment_settled_year],
        [rules.investment_first_eur_per_year, rules.investment_settled_eur_per_year],
    )
    return cast(Floats, np.where(state.open, case.scale * flemish_eur / len(state.open), 0.0))


def _age(case: Case, state: _State, year: int, closing: Flags) -> None:
    """The end of a year for pipes: investment in, depreciation off, closing zones emptied."""
    state.value_eur = state.value_eur + _investment_eur(case, state, year) - _depreciation_eur(case, state, year)
    state.value_eur = np.where(closing, 0.0, state.value_eur)
    state.quiet = np.where(closing, 0.0, state.quiet)
    state.waiting = np.where(closing, 0.0, state.waiting)
    state.open = state.open & ~closing


def _leave(case: Case, state: _State, year: int, tariff_eur: float) -> dict[str, float]:
    """Exits by own will and for want of a new boiler; those who wait leave as others do."""
    if np.isnan(tariff_eur):
        return {"own_exits": 0.0, "boiler_exits": 0.0, "vulnerable_boiler_exits": 0.0}
    own, forced = exit_shares(case, year, tariff_eur - state.first_tariff_eur)
    present = (state.quiet + state.waiting).sum(axis=1)
    kept = (1 - own - forced)[:, None]
    state.quiet, state.waiting = state.quiet * kept, state.waiting * kept
    return {
        "own_exits": float((own * present).sum()),
        "boiler_exits": float((forced * present).sum()),
        "vulnerable_boiler_exits": float(forced[VULNERABLE] * present[VULNERABLE]),
    }


def exit_shares(case: Case, year: int, dearer_eur: float) -> tuple[Floats, Floats]:
    """Yearly exit hazard by own will and for want of a new boiler, of vulnerable and other connections (2 each) [share].

    Own will:  h = clip(h0 + b x (tariff - tariff of the first year), floor, ceiling);  vulnerable  lambda h.
    For want of a boiler:  e c max(0, 1/L - phi h)  with L boiler life, phi the part of own exits that falls at the end of a boiler's
    life (those would leave anyway), c the part that then leaves gas rather than take a hybrid or an exemption, and e the part of
    replacements that the rule reaches: 0 without rule, that at renovation, or 1 for all.
    Valid for a stock of boilers of mixed age; buying ahead of the date is not modelled. Method: docs/method.md#gas-boiler-end.
    """
    rules, choices = case.rules, case.choices
    own = np.clip(
        rules.exit_base_share + rules.exit_per_eur_share * dearer_eur, rules.exit_floor_share, rules.exit_ceiling_share
    ) * np.array([rules.exit_vulnerable_ratio, 1.0])
    reached = 0.0
    if choices.renovation_end_year is not None and year >= choices.renovation_end_year:
        reached = rules.boiler_renovation_share
    if choices.boiler_end_year is not None and year >= choices.boiler_end_year:
        reached = 1.0
    stay_at_end = np.maximum(0.0, 1 / rules.boiler_life_years - rules.boiler_at_end_share * own)
    forced = np.minimum(reached * rules.boiler_leaves_share * stay_at_end, 1 - own)
    return own, forced


def _accompany(case: Case, state: _State, year: int) -> Floats:
    """Connections accompanied out of gas this year (2, z), within the capacity; the rest that asked stays on the list.

    In zones that close within the window a share of those not yet on the list asks. Served first: the zone that closes first, in it
    the vulnerable; zones of the same year share alike. More capacity then never lengthens the list of any zone, at a given
    contribution and with closing cost outside the tariff: there fewer connections only make the tariff rise.
    Method: docs/method.md#gas-accompaniment.
    """
    window = int(case.rules.accompaniment_years)
    ahead = case.closing_year - year
    soon = state.open & (ahead >= 1) & (ahead <= window)
    asks = np.where(soon, case.rules.accompaniment_share * state.quiet, 0.0)
    queue = state.waiting + asks
    turn = np.where(soon, ahead, 0) * 2 + np.array([[0], [1]])
    totals = np.bincount(turn.ravel(), weights=queue.ravel(), minlength=2 * (window + 1))
    unserved = np.clip(np.cumsum(totals) - case.choices.dossiers_per_year, 0.0, totals)
    left_share = np.divide(unserved, totals, out=np.zeros_like(totals), where=totals > 0)
    left = queue * left_share[turn]
    state.quiet, state.waiting = state.quiet - asks, left
    return cast(Floats, queue - left)


def solvent_course(case: Case) -> tuple[float, Course]:
    """The smallest level contribution with which the fund ends without deficit [EUR per connection and year], and its course.

    Deficits in between are borrowed at the interest of the fund. Doubling from 1 EUR until the end balance is not negative, then
    bisection; the upper end is returned, so the balance is never below zero. There is always such a level: all connections of the
    first year pay before any of them can leave. Method: docs/method.md#gas-fund.
    """
    found = course(case, 0.0)
    if found.fund_eur >= 0:
        return 0.0, found
    low, high = 0.0, 1.0
    while (found := course(case, high)).fund_eur < 0:
        low, high = high, 2 * high
    while high - low > max(ENOUGH_EUR, high * ENOUGH_SHARE):
        middle = (low + high) / 2
        tried = course(case, middle)
        if tried.fund_eur >= 0:
            high, found = middle, tried
        else:
            low = middle
    return high, found
