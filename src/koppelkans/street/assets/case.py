"""From the table of works to the arrays that the calendar solves."""

from __future__ import annotations

from difflib import get_close_matches
from itertools import combinations

import numpy as np
import pandas as pd

from koppelkans.errors import DataError, suggestion
from koppelkans.street.assets.prices import heat_worth_eur_per_mwh, section_prices
from koppelkans.street.assets.sections import THROUGH
from koppelkans.street.assets.works import Ground
from koppelkans.street.calendar.case import (
    KINDS,
    NOWHERE,
    OUTSIDE,
    ZONES,
    Bounds,
    Flags,
    Floats,
    Ints,
    Streets,
    Works,
    WorksCase,
)

OPENED = {
    "heat": ("carriageway", "house"), "sewer": ("carriageway", "footway"), "water": ("footway",), "cable": ("footway",), "gas": ("footway",),
    "reconstruction": ("carriageway", "parking", "footway"), "greening": ("parking",), "drains": ("house",),
}  # fmt: skip
"""Zones that each kind of work opens."""
INDOORS = ("drains",)
"""Kinds of work for which the street stays open."""
PRESSING = ("sewer", "water", "cable", "reconstruction", "greening", "drains")
"""Kinds of work that cost more when they come late."""


def works_case(ground: Ground, works: pd.DataFrame) -> WorksCase:
    """The case of a table of works: its works in that order, the sections that have one in the order of their keys.

    Method: docs/method.md#street-works.
    """
    names = pd.Index(sorted(works["section"].unique()), name="section", dtype="str")
    about, owners = ground.known.about.loc[names], tuple(ground.owners.index)
    arrays = _works(ground, works, names, owners)
    streets = _streets(ground, about)
    opens = np.array([[zone in OPENED[kind] for zone in ZONES] for kind in KINDS])
    return WorksCase(
        years=ground.terms.years, first_year=ground.terms.first_year, rate_share=ground.terms.rate_share, streets=streets, works=arrays,
        bounds=_bounds(ground, arrays, streets, opens, about), opens=opens, closes=np.array([kind not in INDOORS for kind in KINDS]),
        section_names=names.to_numpy(object), owners=owners, before=_before(works),
    )  # fmt: skip


def _works(ground: Ground, works: pd.DataFrame, names: pd.Index, owners: tuple[str, ...]) -> Works:
    terms = ground.terms
    first, years = terms.first_year, terms.years
    due = works["due_year"].fillna(first + years).to_numpy(np.int64) - first
    last = works["last_year"].to_numpy(np.int64) - first
    fixed, before = _fixed(works, ground), _before(works)
    # drains may follow a sewer that was frozen beyond its own window
    np.maximum.at(last, before[:, 1], fixed[before[:, 0]])
    wait = np.where(
        works["kind"] == "gas",
        years + ground.at("after_years", "gas"),
        np.minimum(due, years + ground.at("after_years", "renewal")),
    )
    takes_part = ground.owners["takes_part"].reindex(works["owner"]).to_numpy(bool)
    overdue = np.where(works["kind"].isin(PRESSING), ground.at("overdue_share"), 0.0)
    return Works(
        name=works.index.to_numpy(object), section=_places(names, works["section"]),
        kind=_places(pd.Index(KINDS), works["kind"]), owner=_places(pd.Index(owners), works["owner"]),
        own_eur=works["own_eur"].to_numpy(float), life_years=works["life_years"].fillna(np.inf).to_numpy(float),
        release=works["release_year"].to_numpy(np.int64) - first, due=due, last=last, overdue_share=overdue, after=last >= years,
        after_year=wait.astype(np.int64), fixed=fixed, joins=takes_part,
    )  # fmt: skip


def _fixed(works: pd.DataFrame, ground: Ground) -> Ints:
    """Year index of each fixed work, -1 when free; those frozen in the scenario come first."""
    terms = ground.terms
    unknown = [key for key in terms.fixed_years if key not in works.index]
    last = terms.first_year + terms.years - 1
    faults = [f"fixed_years names the work {key}, which is not there; {_near(key, works.index)}" for key in unknown[:3]]
    faults += [
        f"fixed_years: {key} in {year}, expected a year from {terms.first_year} to {last}"
        for key, year in terms.fixed_years.items()
        if not terms.first_year <= year <= last
    ]
    if faults:
        raise DataError("the frozen dates do not fit the works", faults)
    chosen = pd.Series(dict(terms.fixed_years), dtype="float64").reindex(works.index)
    year = chosen.fillna(works["fixed_year"]).fillna(terms.first_year - 1).to_numpy(float)
    return np.asarray(year - terms.first_year, dtype=np.int64)


def _near(key: str, known: pd.Index) -> str:
    """Works with a name like it, else how a key of a work is made: a list of all is of no help."""
    like = get_close_matches(key, known, n=3, cutoff=0.6)
    return suggestion(key, like) if like else f"expected section|kind, such as {known[0]}; the table works lists all"


def _streets(ground: Ground, about: pd.DataFrame) -> Streets:
    terms, count = ground.terms, len(about)
    prices = section_prices(about, ground.network, parameters=ground.parameters, day=ground.day)
    mwh = np.zeros(count)
    heat_parent = np.full(count, NOWHERE, dtype=np.int64)
    if ground.network is not None:
        there = ground.network.sections.reindex(about.index)
        mwh = there["heat_mwh"].fillna(0.0).to_numpy(float)
        heat_parent = _parents(about.index, ground.network.sections["upstream"])
    worth = heat_worth_eur_per_mwh(
        terms.carbon_eur_per_tonne, terms.heat_worth_factor, parameters=ground.parameters, day=ground.day
    )
    protected = ground.at("protected_years") if terms.protected_years is None else terms.protected_years
    return Streets(
        length_m=about["length_m"].to_numpy(float), zone_eur=prices[[f"{zone}_eur" for zone in ZONES]].to_numpy(float),
        closure_eur=prices["closure_eur"].to_numpy(float), nuisance_eur=prices["nuisance_eur"].to_numpy(float), heat_mwh=mwh, heat_eur_per_year=mwh * worth,
        heat_parent=heat_parent, gas_parent=_parents(about.index, ground.gas.parent), gas_lag_years=np.full(count, int(ground.at("gas_lag_years")), dtype=np.int64),
        gas_free=np.full(count, max(0, terms.gas_free_year - terms.first_year), dtype=np.int64),
        protected_years=np.full(count, int(protected), dtype=np.int64),
    )  # fmt: skip


def _places(names: pd.Index, values: pd.Series) -> Ints:
    """Place of each value among the names, -1 where it is not there."""
    return np.asarray(names.get_indexer(pd.Index(values)), dtype=np.int64)


def _parents(names: pd.Index, upstream: pd.Series) -> Ints:
    """Place of the section upstream of each; OUTSIDE where none of the place is, NOWHERE where there is no pipe."""
    place = _places(names, upstream.reindex(names).fillna(""))
    return np.where(names.isin(upstream.index), np.where(place >= 0, place, OUTSIDE), NOWHERE).astype(np.int64)


def _before(works: pd.DataFrame) -> Ints:
    """Pairs of works of which the first must not come later: a sewer before the drains that part for it."""
    rows = pd.DataFrame({"section": works["section"], "kind": works["kind"], "place": np.arange(len(works))})
    sewers, drains = (rows[rows["kind"] == kind].drop_duplicates("section") for kind in ("sewer", "drains"))
    pairs = sewers.merge(drains, on="section")
    return pairs[["place_x", "place_y"]].to_numpy(np.int64)


# -------------------------------------------------------------------------------------------------------------------- limits


def _bounds(ground: Ground, works: Works, streets: Streets, opens: Flags, about: pd.DataFrame) -> Bounds:
    years = ground.terms.years
    budget = ground.owners["budget_eur_per_year"].fillna(np.inf).to_numpy(float)
    return Bounds(
        budget_eur=np.repeat(budget[:, None], years, axis=1), pool_eur=np.full(years, _pool_eur(ground, works, streets, opens)),
        crew_m=np.repeat(_crew_m(ground, works, streets)[:, None], years, axis=1), apart=_apart(about),
        budget_price=ground.at("budget.price"), crew_price=ground.at("crew.price_eur_per_m"), apart_price=ground.at("apart.price_eur"),
    )  # fmt: skip


def _pool_eur(ground: Ground, works: Works, streets: Streets, opens: Flags) -> float:
    """What all owners together can usually spend in a year: the yearly mean of what is due in the horizon, times a factor."""
    alone = (streets.zone_eur[works.section] * opens[works.kind]).sum(axis=1)
    counts = (
        (works.due < ground.terms.years)
        | np.isin(works.kind, [KINDS.index("heat"), KINDS.index("gas")])
        | (works.fixed >= 0)
    )
    due = works.own_eur + ground.at("budget.opening_share") * alone
    return float(ground.at("budget.factor") * due[counts].sum() / ground.terms.years)


def _crew_m(ground: Ground, works: Works, streets: Streets) -> Floats:
    """Metres a year of each kind of work: as its owners say, else the usual capacity; private drains have no limit."""
    length = np.bincount(works.kind, weights=streets.length_m[works.section], minlength=len(KINDS))
    usual = np.array([ground.at("crew.factor", kind) for kind in KINDS]) * length / ground.terms.years + ground.at(
        "crew.floor_m"
    )
    stated = ground.owners["crews_m"].to_numpy(float)
    for kind in range(len(KINDS)):
        crews = stated[np.unique(works.owner[works.kind == kind])]
        if len(crews) and not np.isnan(crews).any():
            usual[kind] = crews.sum()
    usual[KINDS.index("drains")] = np.inf
    return np.asarray(usual, dtype=np.float64)


def _apart(about: pd.DataFrame) -> Ints:
    """Pairs of sections of different through roads that meet in a junction: the one is the way around the other."""
    place = pd.Series(np.arange(len(about)), index=about.index)
    roads = about[about["group"].isin(THROUGH)]
    # a road without a name is another than any
    street = roads["street"].fillna(roads.index.to_series()).to_dict()
    ends = pd.concat([roads["from_node"], roads["to_node"]])
    pairs = set()
    for _, met in ends.groupby(ends.to_numpy()):
        for one, other in combinations(sorted(set(met.index)), 2):
            if street[one] != street[other]:
                pairs.add((int(place[one]), int(place[other])))
    return np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)
