"""The space of the streets inside the plan: a cross-section for every section, what was asked of them together, and what that brings."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from koppelkans import tables
from koppelkans.parameters import Parameters
from koppelkans.place.model import Place
from koppelkans.scenario import Scenario
from koppelkans.street.space import SpaceTargets, lekp_goals, space_indicators, street_space
from koppelkans.street.space.streets import BY_CLASS
from koppelkans.tables import RemarkRow

SPACE_TABLES = (
    "patterns",
    "pattern_strips",
    "street_patterns",
    "space_targets",
    "space_clashes",
    "space_pareto",
    "space_dividend",
    "lekp",
)


def street_space_tables(
    place: Place, made: Mapping[str, pd.DataFrame], scenario: Scenario, parameters: Parameters
) -> tuple[dict[str, pd.DataFrame], list[RemarkRow], pd.DataFrame]:
    """Cross-sections now and then, targets, clashes, the curve of parking against green, indicators and the climate pact, with remarks and indicators; without rows where no streets are known.

    made: PIPES for the room that the heat pair needs, ASSETS for the gas that lies there. Raises DataError for frozen or cycle sections that are not there.
    Method: docs/method.md#street-space.
    """
    if place.sections is None:
        return {name: tables.TABLES[name].empty() for name in SPACE_TABLES}, [], tables.INDICATORS.empty()
    day, chosen = scenario.reference_date, scenario.street.space
    asked = chosen.model_dump(exclude={"cycle_sections", "cycle_by_class"})
    cycle = BY_CLASS if chosen.cycle_by_class else frozenset(chosen.cycle_sections)
    assets = made["assets"]
    gas = pd.Series(
        place.sections.index.isin(assets.loc[assets["kind"] == "gas", "section"]), index=place.sections.index
    )
    found = street_space(
        with_built_per_m(place), SpaceTargets(**asked, cycle=cycle), heat_dn_mm=_pairs(made["pipes"]), gas=gas if len(assets) else None,
        parameters=parameters, day=day, limits=scenario.limits,
    )  # fmt: skip
    dwellings = float(place.buildings["dwellings"].sum())
    inhabitants = dwellings * parameters.at("street_works.residents_per_dwelling", day)
    figures = space_indicators(
        found, place.sections, inhabitants=inhabitants, dwellings=dwellings, parameters=parameters, day=day
    )
    goals = lekp_goals(found, inhabitants=inhabitants, parameters=parameters, day=day)
    return {**found.made, "lekp": goals}, list(found.remarks), figures


def with_built_per_m(place: Place) -> pd.DataFrame:
    """The sections with ``built_per_m``: buildings or dwellings along a metre, whichever are more; without it where it is not known what stands along which."""
    sections: pd.DataFrame | None = place.sections
    if sections is None:
        raise ValueError("street space needs streets")
    if place.attachments is None:
        return sections
    along = place.attachments.join(place.buildings["dwellings"]).groupby("section")["dwellings"].agg(["size", "sum"])
    built = along.max(axis=1).reindex(sections.index).fillna(0.0)
    known: pd.DataFrame = sections.assign(built_per_m=built / sections["length_m"])
    return known


def _pairs(pipes: pd.DataFrame) -> pd.Series | None:
    """The largest main in each section [mm]; None without a network."""
    mains = pipes[(pipes["kind"] == "main") & pipes["section"].notna()]
    return mains.groupby("section")["diameter_mm"].max() if len(mains) else None
