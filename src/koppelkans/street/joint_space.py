"""J+: the joint plan of works with the streets re-arranged, beside the same cross-sections made apart, judged by the one account of works."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date

import numpy as np
import pandas as pd

from koppelkans.errors import InfeasibleError
from koppelkans.parameters import Parameters
from koppelkans.street.assets.prices import section_prices, zone_areas
from koppelkans.street.assets.terms import StreetWorks
from koppelkans.street.calendar.account import account, broken
from koppelkans.street.calendar.case import (
    GREENING,
    MOST_WORKS,
    NOWHERE,
    RECONSTRUCTION,
    ZONES,
    Bounds,
    Flags,
    Floats,
    Ints,
    Streets,
    Works,
    WorksCase,
)
from koppelkans.street.dividend import JOINT_SPACE, JudgedPlan, PlanWorks, judged
from koppelkans.street.space.rules import space_rules

WISH = "wish"
"""Source of a greening work that stands for no tree that ends."""
_PAVED = ("carriageway", "parking", "footway")


@dataclass(frozen=True, slots=True)
class SpaceChange:
    """What the chosen cross-sections mean for works.

    ``sections``: index section, those that get another cross-section, in the order of their keys; ``length_m``, ``own_eur`` of the cross-section, per zone its price once
    (``carriageway_eur``, ``parking_eur``, ``footway_eur``) and area (``..._m2``), ``house_eur``, ``closure_eur``, ``nuisance_eur``, ``residents``. ``planned``: sections with a
    cross-section, changed or not. ``owner`` who rebuilds where no road is due; ``life_years`` of green; ``overdue_share`` a year, of rebuilds later than green was due.
    """

    sections: pd.DataFrame
    planned: pd.Index
    owner: str
    life_years: float
    overdue_share: float


def space_change(
    about: pd.DataFrame, patterns: pd.DataFrame, street_patterns: pd.DataFrame, *, owner: str, parameters: Parameters, day: date
) -> SpaceChange:  # fmt: skip
    """The sections that get another cross-section, with its own cost and the price of its zones.

    about: of all sections that works know (``sections_of``); patterns, street_patterns: contracts PATTERNS and STREET_PATTERNS. A zone is at most what a work opens in that street today:

        paved = min(opened, paved width of the cross-section);  soft = min(opened - paved, its open soil there);  price = (paved + soft x soft factor) x price per m2 x length

    Method: docs/method.md#integration-dividend-space.
    """
    planned = street_patterns[street_patterns["pattern_then"].notna()]
    moved = planned[planned["pattern_then"] != planned["pattern_now"]].sort_index()
    moved = moved[moved.index.isin(about.index)]
    here = about.loc[moved.index]
    length = here["length_m"].to_numpy(float)
    today = zone_areas(here, parameters=parameters, day=day)
    prices = section_prices(here, None, parameters=parameters, day=day)
    paved, soft = _widths(patterns.loc[moved["pattern_then"]], parameters, day)
    factor = parameters.at("heat_network.pipe.surface_factor", day, "soft")
    columns = {"length_m": length, "own_eur": moved["cost_eur"].to_numpy(float)}
    for zone in _PAVED:
        area = today[f"{zone}_m2"].to_numpy(float)
        hard = np.minimum(area, paved[zone] * length)
        green = np.minimum(area - hard, soft[zone] * length)
        per_m2 = prices[f"{zone}_eur"].to_numpy(float) / np.maximum(area, 1e-9)
        columns[f"{zone}_eur"], columns[f"{zone}_m2"] = (hard + factor * green) * per_m2, hard + green
    for name in ("house_eur", "closure_eur", "nuisance_eur"):
        columns[name] = prices[name].to_numpy(float)
    columns["residents"] = here["residents"].to_numpy(float)
    return SpaceChange(
        pd.DataFrame(columns, index=moved.index), pd.Index(planned.index), owner,
        parameters.at("street_works.life_years", day, "greening"), parameters.at("street_works.overdue_share", day),
    )  # fmt: skip


def _widths(patterns: pd.DataFrame, parameters: Parameters, day: date) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Paved width and width of open soil of each zone in some cross-sections [m]."""
    rules = space_rules(parameters, day)

    def both(figure: str) -> Floats:
        sides = [
            patterns[side].map(lambda kind: rules.of(figure, kind)).to_numpy(float)
            for side in ("left_side", "right_side")
        ]
        return np.asarray(sides[0] + sides[1])

    strips, soil = both("side_m"), both("depaved_m2_per_m")
    footways = 2.0 * patterns["footway_m"].to_numpy(float)
    gardens = rules.at("garden_m") * patterns["gardens"].to_numpy(float)
    lane, verge = patterns["carriageway_m"].to_numpy(float), patterns["verge_m"].to_numpy(float)
    paths = np.maximum(patterns["class_m"].to_numpy(float) - footways - strips - gardens - lane - verge, 0.0)
    none = np.zeros(len(patterns))
    return (
        {"carriageway": lane + paths, "parking": np.maximum(strips - soil, 0.0), "footway": footways},
        {"carriageway": verge, "parking": np.minimum(strips, soil), "footway": none},
    )


# ----------------------------------------------------------------------------------------------------------------------- cases


@dataclass(frozen=True, slots=True)
class Arranged:
    """The case of J+. ``rebuild``: per row of the change its work; ``kept``: which works of J are still there, as the first of ``case``; ``merged``: rows with a road that was to be rebuilt.

    ``place``: of each row of the change among the sections of ``case``, those that had no works before last.
    """

    case: WorksCase
    rebuild: Ints
    kept: Flags
    merged: Flags
    place: Ints


def wishes_of(works: StreetWorks) -> Flags:
    """Per work whether it is greening that was only a wish."""
    return (works.works["source"] == WISH).to_numpy(bool)


def replaced_greening(case: WorksCase, wishes: Flags, change: SpaceChange) -> Flags:
    """Per work whether the cross-sections take its place: greening where a street changes, and wishes in every street that has a cross-section. wishes: per work."""
    names = case.section_names[case.works.section]
    changed, planned = np.isin(names, change.sections.index), np.isin(names, change.planned)
    return np.asarray((case.works.kind == GREENING) & (changed | (planned & wishes)), dtype=np.bool_)


def arranged(case: WorksCase, wishes: Flags, change: SpaceChange) -> Arranged:
    """The case in which every changed street is rebuilt once to its cross-section within the horizon; greening that it replaces is gone."""
    rows, works, last = change.sections, case.works, case.years - 1
    known = pd.Index(case.section_names).get_indexer(rows.index)
    place = np.where(known >= 0, known, len(case.section_names) + np.cumsum(known < 0) - 1)
    gone = replaced_greening(case, wishes, change)
    kept = ~gone
    road = _first(np.flatnonzero(kept & (works.kind == RECONSTRUCTION)), works, place)
    green = _first(np.flatnonzero(gone & np.isin(works.section, place)), works, place)
    merged = road >= 0
    own = rows["own_eur"].to_numpy(float)
    # what is new is renewed at the life of green, what it is added to at that of the road
    green_chain = 1.0 / (1.0 - (1.0 + case.rate_share) ** -change.life_years)
    at = road[merged]
    own_eur, wait, until, fixed = works.own_eur.copy(), works.after.copy(), works.last.copy(), works.fixed.copy()
    own_eur[at] += own[merged] * green_chain / case.chain[at]
    wait[at], until[at] = False, np.minimum(works.last[at], last)
    fixed_green = np.where(green >= 0, works.fixed[green], -1)
    fixed[at] = np.where(fixed[at] >= 0, fixed[at], fixed_green[merged])
    there = replace(works, own_eur=own_eur, after=wait, last=until, fixed=fixed)
    added = _added(case, change, place[~merged], own[~merged], green[~merged], rows.index[~merged])
    whole = Works(**{
        item.name: np.concatenate([getattr(there, item.name)[kept], getattr(added, item.name)]) for item in fields(Works)
    })  # fmt: skip
    renumbered = np.cumsum(kept) - 1
    rebuild = np.where(merged, renumbered[road], int(kept.sum()) + np.cumsum(~merged) - 1)
    names = np.concatenate([case.section_names, rows.index[known < 0].to_numpy(object)])
    new = replace(
        case, streets=_streets(case.streets, rows, place, known), works=whole, section_names=names, before=renumbered[case.before],
        bounds=_crews_joined(case.bounds),
    )  # fmt: skip
    return Arranged(new, rebuild, kept, merged, place)


def _first(which: Ints, works: Works, place: Ints) -> Ints:
    """Of some works the first in each section, -1 without any."""
    at = pd.Series(which, index=works.section[which])
    return at[~at.index.duplicated()].reindex(place).fillna(-1).to_numpy(np.int64)


def _added(case: WorksCase, change: SpaceChange, place: Ints, own: Floats, green: Ints, names: pd.Index) -> Works:
    """Rebuilds where no road was to be rebuilt: any year of the horizon, due when green was."""
    works, count, last = case.works, len(place), case.years - 1
    owner = case.owners.index(change.owner)
    his = works.joins[works.owner == owner]
    wished = green >= 0
    return Works(
        name=np.array([f"{name}|reconstruction" for name in names], dtype=object), section=place.astype(np.int64),
        kind=np.full(count, RECONSTRUCTION, dtype=np.int64), owner=np.full(count, owner, dtype=np.int64), own_eur=own,
        life_years=np.full(count, change.life_years), release=np.zeros(count, dtype=np.int64),
        due=np.where(wished, np.minimum(works.due[green], last), last).astype(np.int64), last=np.full(count, last, dtype=np.int64),
        overdue_share=np.where(wished, change.overdue_share, 0.0), after=np.zeros(count, dtype=np.bool_),
        after_year=np.full(count, case.years, dtype=np.int64), fixed=np.where(wished, works.fixed[green], -1).astype(np.int64),
        joins=np.full(count, bool(his.all()) if len(his) else True),
    )  # fmt: skip


def _streets(streets: Streets, rows: pd.DataFrame, place: Ints, known: Ints) -> Streets:
    """The streets with the zones of the cross-sections, and those without works so far behind them."""
    new = rows[known < 0]
    count = len(new)
    zones = [f"{zone}_eur" for zone in ZONES]
    zone_eur = np.concatenate([streets.zone_eur, new[zones].to_numpy(float)])
    zone_eur[place, : len(_PAVED)] = rows[[f"{zone}_eur" for zone in _PAVED]].to_numpy(float)
    nowhere = np.full(count, NOWHERE, dtype=np.int64)
    most = int(streets.protected_years.max(initial=0))
    added = Streets(
        length_m=new["length_m"].to_numpy(float), zone_eur=new[zones].to_numpy(float), closure_eur=new["closure_eur"].to_numpy(float),
        nuisance_eur=new["nuisance_eur"].to_numpy(float), heat_mwh=np.zeros(count), heat_eur_per_year=np.zeros(count), heat_parent=nowhere, gas_parent=nowhere,
        gas_lag_years=np.zeros(count, dtype=np.int64), gas_free=np.zeros(count, dtype=np.int64), protected_years=np.full(count, most, dtype=np.int64),
    )  # fmt: skip
    parts = {
        item.name: np.concatenate([getattr(streets, item.name), getattr(added, item.name)]) for item in fields(Streets)
    }
    return Streets(**parts | {"zone_eur": zone_eur})


def _crews_joined(bounds: Bounds) -> Bounds:
    """Crews of greening rebuild too."""
    crew_m = bounds.crew_m.copy()
    crew_m[RECONSTRUCTION] += crew_m[GREENING]
    return replace(bounds, crew_m=crew_m)


def without(case: WorksCase, gone: Flags) -> WorksCase:
    """The case without some works."""
    works, kept = case.works, ~gone
    less = Works(**{item.name: getattr(works, item.name)[kept] for item in fields(Works)})
    pairs = case.before[kept[case.before].all(axis=1)]
    return replace(case, works=less, before=(np.cumsum(kept) - 1)[pairs])


def apart(found: Arranged) -> WorksCase:
    """The case of J+ in which every rebuild to a cross-section opens and closes the street for itself."""
    joins = found.case.works.joins.copy()
    joins[found.rebuild] = False
    return replace(found.case, works=replace(found.case.works, joins=joins))


def own_project(found: Arranged, change: SpaceChange) -> WorksCase:
    """Only the cross-sections, each as a work of its own: own cost and opening of the cross-section, no road renewed, no limits."""
    case, count = found.case, len(found.rebuild)
    some = Works(**{item.name: getattr(case.works, item.name)[found.rebuild] for item in fields(Works)})
    pressing = np.where(found.merged, 0.0, some.overdue_share)
    some = replace(
        some, own_eur=change.sections["own_eur"].to_numpy(float), life_years=np.full(count, change.life_years), overdue_share=pressing,
        joins=np.zeros(count, dtype=np.bool_),
    )  # fmt: skip
    free = Bounds(
        budget_eur=np.full_like(case.bounds.budget_eur, np.inf), pool_eur=np.full_like(case.bounds.pool_eur, np.inf), crew_m=np.full_like(case.bounds.crew_m, np.inf),
        apart=np.zeros((0, 2), dtype=np.int64), budget_price=0.0, crew_price=0.0, apart_price=0.0,
    )  # fmt: skip
    cold = np.full(len(case.streets.length_m), NOWHERE, dtype=np.int64)
    streets = replace(case.streets, heat_eur_per_year=np.zeros_like(case.streets.heat_eur_per_year), heat_parent=cold)
    return replace(case, streets=streets, works=some, bounds=free, before=np.zeros((0, 2), dtype=np.int64))


# ----------------------------------------------------------------------------------------------------------------------- plans


@dataclass(frozen=True, slots=True)
class SpacePlans:
    """The chosen cross-sections with the works and apart from them. ``joint``: J; ``less``: J without the greening that they replace; ``alone``: each rebuild opened for itself;
    ``together``: J+; ``project``: the cross-sections as a project beside ``less``, in the years of J+. ``zones_today_eur``: what J+ would cost more with the zones of today in all years.
    """

    joint: JudgedPlan
    less: JudgedPlan
    alone: JudgedPlan
    together: JudgedPlan
    project: JudgedPlan
    found: Arranged
    zones_today_eur: float

    @property
    def beside_eur(self) -> float:
        """Net cost of the plan without other cross-sections and the project beside it."""
        return self.less.net_eur + self.project.net_eur

    @property
    def extra_eur(self) -> float:
        """What the cross-sections cost more than no change at all, when they come with the works."""
        return self.together.net_eur - self.less.net_eur

    @property
    def saved_eur(self) -> float:
        """What coming with the works saves against the cheaper of both ways to make the same cross-sections apart."""
        return min(self.alone.net_eur, self.beside_eur) - self.together.net_eur

    @property
    def least_saved_eur(self) -> float:
        """No way apart of these two kinds saves less: that no calendar of either is cheaper than its bound is proven; the project keeps the years of J+."""
        return min(self.alone.bound_eur, self.less.bound_eur + self.project.net_eur) - self.together.net_eur

    @property
    def proven(self) -> bool:
        """Whether coming with the works saves something whatever calendar is made apart."""
        return self.least_saved_eur > 0.0

    @property
    def rebuilt_year(self) -> Ints:
        """Year index in which each changed street is rebuilt in J+."""
        return self.together.year[self.found.rebuild]


def space_plans(joint: JudgedPlan, wishes: Flags, change: SpaceChange, plan_works: PlanWorks) -> SpacePlans:
    """The joint plan with the chosen cross-sections, and the same cross-sections made apart.

    joint: J; wishes: per work whether it is greening that stands for no tree that ends. J+ starts from the cheaper of the plan in which each rebuild is opened for itself
    and the years of J, so that net(J+) <= net(alone). Raises InfeasibleError when the changed streets cannot all be rebuilt within the horizon.
    Method: docs/method.md#integration-dividend-space.
    """
    case, found = joint.case, arranged(joint.case, wishes, change)
    if np.bincount(found.case.works.section).max(initial=0) > MOST_WORKS:
        raise InfeasibleError(
            f"more than {MOST_WORKS} works in a section with its rebuild to another cross-section; join some of them"
        )
    gone = ~found.kept
    less = judged("without", without(case, gone), plan_works, start=joint.year[~gone])
    begun = _begun(found, joint.year)
    separate = apart(found)
    alone = judged("alone", separate, plan_works, start=begun)
    start = alone.year
    if begun is not None and account(found.case, begun).net_eur < account(found.case, start).net_eur:
        start = begun
    together = judged(JOINT_SPACE, found.case, plan_works, start=start)
    own = own_project(found, change)
    year = together.year[found.rebuild]
    project = JudgedPlan("beside", own, year, account(own, year), np.nan)
    return SpacePlans(joint, less, alone, together, project, found, _zones_today_eur(case, found, together))


def _begun(found: Arranged, year: Ints) -> Ints | None:
    """The years of J as a calendar of J+, rebuilds that J has not or leaves for later in the last year; None where that is not allowed."""
    works, last = found.case.works, found.case.years - 1
    begun = np.full(len(works.kind), last, dtype=np.int64)
    begun[: int(found.kept.sum())] = year[found.kept]
    late = np.minimum(begun[found.rebuild], last)
    begun[found.rebuild] = np.where(works.fixed[found.rebuild] >= 0, works.fixed[found.rebuild], late)
    return None if broken(found.case, begun) else begun


def _zones_today_eur(case: WorksCase, found: Arranged, together: JudgedPlan) -> float:
    """What the calendar of J+ would cost more if every work opened the zones that the streets have today."""
    zone_eur = found.case.streets.zone_eur.copy()
    zone_eur[: len(case.section_names)] = case.streets.zone_eur
    wide = replace(found.case, streets=replace(found.case.streets, zone_eur=zone_eur))
    return account(wide, together.year).net_eur - together.net_eur
