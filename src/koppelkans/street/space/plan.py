"""The whole of street space: sections and targets in, cross-sections and tables out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd

from koppelkans import tables
from koppelkans.errors import InfeasibleError
from koppelkans.parameters import Parameters
from koppelkans.solve import Limits
from koppelkans.street.space.answer import (
    SpaceAnswer,
    all_sections,
    clashes_table,
    patterns_table,
    streets_table,
    strips_table,
    targets_table,
)
from koppelkans.street.space.choice import AMOUNTS, COST, KEUR, SHORTAGE, Chosen, chosen
from koppelkans.street.space.clash import KEPT, Clash, clashes, eased
from koppelkans.street.space.gain import space_dividend
from koppelkans.street.space.kernels import Ints
from koppelkans.street.space.library import Library, check_clearances, pattern_library
from koppelkans.street.space.offer import ALTERNATIVES, MM_PER_M, Demands, Offer, demands, offer, strict_duties
from koppelkans.street.space.rules import SpaceRules, space_rules
from koppelkans.street.space.said import space_remarks
from koppelkans.street.space.streets import SpaceTargets, Streets, planned_streets
from koppelkans.street.space.surface import YIELDS
from koppelkans.street.space.underground import variant_of
from koppelkans.tables.space import DUTY_DEMANDS, PARETO, QUANTITY_DEMANDS

PARKING_STEPS = (1.0, 0.9, 0.75, 0.6, 0.5, 0.3, 0.0)
"""Shares of the bays of today at which the most canopy and the most storage are asked."""
CURVE_GAP_SHARE = 0.005
"""Gap at which a point of that curve is good enough; the proven one stands beside it."""


def street_space(
    sections: pd.DataFrame, targets: SpaceTargets, *, heat_dn_mm: pd.Series | None = None, gas: pd.Series | None = None,
    parameters: Parameters, day: date, limits: Limits,
) -> SpaceAnswer:  # fmt: skip
    """The cross-section of every street section that keeps the targets at least cost, with its proven bound.

    sections: contract SECTIONS; uses ``width_m``, ``length_m``, ``road_class``, ``street``, ``from_node``, ``to_node`` and, where it is known,
    ``built_per_m`` (buildings or dwellings along a metre: where cars stand today). ``heat_dn_mm``: DN of the heat pair that each section must have
    room for; ``gas``: whether its gas pipe stays. Costs are those of another cross-section at a rebuild that happens anyway, without VAT.

    When the targets clash, the answer names the smallest sets of them that do and how far each would have to give way, and shows the cross-sections that miss
    the targets by least. Raises DataError on widths below zero, unknown sections and clearances that no street can keep; ParameterError on figures below zero.
    Method: docs/method.md#street-space.
    """
    rules = space_rules(parameters, day)
    streets = planned_streets(sections, targets, heat_dn_mm=heat_dn_mm, gas=gas, rules=rules)
    check_clearances(rules, heat_class=int(streets.heat_class.max(initial=0)))
    library = pattern_library(sorted(set(streets.class_of)), rules)
    return answered(sections, streets, library, targets, rules=rules, limits=limits)


def answered(
    sections: pd.DataFrame,
    streets: Streets,
    library: Library,
    targets: SpaceTargets,
    *,
    rules: SpaceRules,
    limits: Limits,
) -> SpaceAnswer:
    """The answer for streets whose library is known."""
    if not streets.names:
        return _nowhere(sections, streets)
    offered = offer(streets, library, targets, rules)
    today = streets.today(library)
    bays_now = float((library.surfaces.yields[today, YIELDS.index("bays")] * streets.length_m).sum())
    asked = demands(streets, offered, bays_now, targets, rules)
    taken, found = _best(offered, asked, strict_duties(targets), limits)
    row = offered.pattern[taken.column]
    used, counts = np.unique(np.concatenate([row, today]), return_counts=True)
    counts = np.array([int((row == one).sum()) for one in used.tolist()])
    variants, held = _drawn(used, row, offered.room[taken.column], streets, library)
    cost = float((offered.cost_eur[taken.column] * offered.length_m).sum() + asked.price_eur @ taken.alternatives)
    feasible, short = (
        not found,
        any(set(clash.members) - set(DUTY_DEMANDS) or len(clash.members) > 1 for clash in found),
    )
    return SpaceAnswer(
        made={
            "patterns": patterns_table(used, counts, library),
            "pattern_strips": strips_table(used, variants, held, library, rules),
            "street_patterns": streets_table(sections, streets, library, offered, taken, targets=targets, rules=rules),
            "space_targets": targets_table(asked, offered, taken, strict_duties(targets), priced=not short),
            "space_clashes": clashes_table(found, asked),
            "space_pareto": pareto(offered, asked, bays_now, streets.area_m2, limits),
            "space_dividend": space_dividend(streets, library, targets, bays_now, rules=rules, limits=limits),
        },
        feasible=feasible,
        cost_eur=cost,
        bound_eur=taken.bound * KEUR if not short else float("nan"),
        gap_share=taken.gap_share if not short else float("nan"),
        alternatives=dict(zip(ALTERNATIVES, taken.alternatives.tolist(), strict=True)),
        bays_now=bays_now,
        area_m2=streets.area_m2,
        remarks=space_remarks(streets, offered, asked, found, row == today, targets),
    )


def _best(offered: Offer, asked: Demands, strict: tuple[str, ...], limits: Limits) -> tuple[Chosen, list[Clash]]:
    """The cheapest answer; when the demands clash, the cheapest of those that miss them by least, and the clashes. Duties give way last."""
    found = clashes(offered, asked, strict, limits)
    if all(len(clash.members) == 1 and clash.members[0] in DUTY_DEMANDS for clash in found):
        return _cheapest(offered, asked, limits, None), found
    try:
        nearest = chosen(offered, asked, asked.active, AMOUNTS, eased(limits))
    except InfeasibleError:  # the duties clash among themselves
        return chosen(offered, asked, asked.active, SHORTAGE, eased(limits)), found
    lowered = replace(asked, need=asked.need * (1.0 - nearest.short) * (1 - KEPT))
    return _cheapest(offered, lowered, limits, nearest), found


def _cheapest(offered: Offer, asked: Demands, limits: Limits, known: Chosen | None) -> Chosen:
    """The cheapest answer; when none is found within the limits, one that keeps all, with no better bound than that nothing costs less than nothing."""
    try:
        return chosen(offered, asked, asked.active, COST, limits)
    except InfeasibleError:
        kept = known or chosen(offered, asked, asked.active, SHORTAGE, eased(limits))
    cost = (offered.cost_eur[kept.column] * offered.length_m).sum() + asked.price_eur @ kept.alternatives
    return replace(kept, value=float(cost) / KEUR, bound=0.0)


def _drawn(used: Ints, row: Ints, room: Ints, streets: Streets, library: Library) -> tuple[Ints, Ints]:
    """Per used cross-section the heaviest underground variant of the sections that take it, and the room for it."""
    variant = np.asarray(variant_of(streets.heat_class, streets.gas.astype(np.int64)))
    variants = np.full(len(used), -1, dtype=np.int64)
    np.maximum.at(variants, np.searchsorted(used, row), np.where(room > 0, variant, 0))
    variants = np.where(variants < 0, variant_of(0, True), variants)  # streets of today that all become something else
    return variants, library.room[used, variants]


def pareto(offered: Offer, asked: Demands, bays_now: float, area_m2: float, limits: Limits) -> pd.DataFrame:
    """PARETO: for each share of street parking kept, the most canopy and the most storage, each alone, beside the duties; empty where none is possible."""
    duties = tuple(name for name in asked.active if name in DUTY_DEMANDS)
    need = np.zeros(len(QUANTITY_DEMANDS))
    limits = limits.model_copy(update={"gap_share": max(limits.gap_share, CURVE_GAP_SHARE)})
    rows = []
    for share in PARKING_STEPS:
        need[QUANTITY_DEMANDS.index("street_parking")] = share * bays_now
        kept = (*duties, *(["street_parking"] if share * bays_now > 0 else []))
        case = replace(asked, need=need.copy())
        most, gaps = zip(*[_most(offered, case, kept, name, limits) for name in ("canopy", "storage")], strict=True)
        rows.append((share, most[0] / area_m2, most[1] / area_m2 * MM_PER_M, *gaps))
    frame = pd.DataFrame(rows, columns=PARETO.column_names, dtype=float)
    frame = frame.assign(canopy_share=frame["canopy_share"].clip(upper=1.0))
    frame.index = pd.Index([f"parking {share:.0%}" for share in PARKING_STEPS], name="point", dtype="str")
    return tables.check(PARETO, frame)


def _most(offered: Offer, case: Demands, kept: tuple[str, ...], name: str, limits: Limits) -> tuple[float, float]:
    try:
        best = chosen(offered, case, kept, name, limits)
    except InfeasibleError:
        return float("nan"), float("nan")
    return max(0.0, -best.value), best.gap_share


def _nowhere(sections: pd.DataFrame, streets: Streets) -> SpaceAnswer:
    names = ("patterns", "pattern_strips", "space_targets", "space_clashes", "space_pareto", "space_dividend")
    made = {
        declared.name: declared.empty()
        for declared in vars(tables.space).values()
        if isinstance(declared, tables.Table) and declared.name in names
    }
    return SpaceAnswer(
        made={**made, "street_patterns": all_sections(tables.space.STREET_PATTERNS.empty(), sections)}, feasible=True, cost_eur=0.0, bound_eur=0.0, gap_share=0.0,
        alternatives=dict.fromkeys(ALTERNATIVES, 0.0), bays_now=0.0, area_m2=0.0,
        remarks=space_remarks(streets, None, None, [], np.zeros(0, dtype=bool), SpaceTargets()),
    )  # fmt: skip
