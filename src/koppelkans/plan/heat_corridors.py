"""Room for the heat network in the streets: which sections may hold a main, what making room costs, and where the design clashes with the street."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from koppelkans import tables
from koppelkans.parameters import Parameters
from koppelkans.place.model import Place
from koppelkans.scenario import Scenario
from koppelkans.tables import RemarkRow

FREE, BUNDLED, NONE = "free", "bundled", "none"
OFF, PRICE, FORBID = "off", "price", "forbid"
NOWHERE = "heat_corridors"


def corridors_of(place: Place, scenario: Scenario, parameters: Parameters) -> pd.DataFrame:
    """Room for a heat pair by section (contract HEAT_CORRIDORS), before a network is designed; without rows where no streets or no sources are known.

    With ``street.heat_corridors`` off everything is allowed at no price and the table only tells. ``price``: where a pair fits once cables and sewers are bundled, that is paid; where none
    fits, relocation too (``street_space.relocate_eur_per_m``). ``forbid``: where none fits no main may lie.
    Method: docs/method.md#heat-corridors.
    """
    if place.sections is None or not scenario.sources:
        return tables.TABLES[NOWHERE].empty()
    # the library of cross-sections is loaded here, so that a plan without a network does not wait for it
    from koppelkans.street.space import heat_corridors

    day, sections = scenario.reference_date, place.sections
    gas = None if scenario.street.has_gas is not False else pd.Series(False, index=sections.index)
    found = heat_corridors(sections[sections["trench"]], gas=gas, parameters=parameters, day=day)
    here = sections.loc[found.index]
    state = np.select([found["free_dn_mm"] > 0, found["bundled_dn_mm"] > 0], [FREE, BUNDLED], NONE)
    narrow = here[state == NONE]
    wide = heat_corridors(narrow.assign(width_m=narrow["width_high_m"]), gas=None if gas is None else gas.loc[narrow.index], parameters=parameters, day=day)  # fmt: skip
    sure = wide["bundled_dn_mm"].reindex(found.index).eq(0.0)
    made = pd.DataFrame({
        "street": here["street"], "width_m": here["width_m"], "free_dn_mm": found["free_dn_mm"], "bundled_dn_mm": found["bundled_dn_mm"],
        "dn_mm": np.nan, "state": state, "sure": sure.to_numpy(bool), "corridor_eur_per_m": 0.0, "allowed": True,
    }, index=found.index).astype({"state": "str", "street": "str"})  # fmt: skip
    return made if scenario.street.heat_corridors == OFF else with_prices(made, scenario, parameters)


def with_prices(room: pd.DataFrame, scenario: Scenario, parameters: Parameters) -> pd.DataFrame:
    """The same table with what the scenario makes of sections without room."""
    bundle, relocate = (
        parameters.at(f"street_space.{name}", scenario.reference_date)
        for name in ("bundle_eur_per_m", "relocate_eur_per_m")
    )
    without = room["state"] == NONE
    more = np.select([room["state"] == BUNDLED, without], [bundle, bundle + relocate], 0.0)
    forbids = scenario.street.heat_corridors == FORBID
    return room.assign(corridor_eur_per_m=np.where(without & forbids, 0.0, more), allowed=~(without & forbids))


def open_sections(sections: gpd.GeoDataFrame, room: pd.DataFrame, laid: pd.DataFrame | None) -> gpd.GeoDataFrame:
    """The sections with ``trench`` false where no main may lie; one in which a heat pipe lies already keeps its own."""
    shut = room.index[~room["allowed"]]
    if laid is not None:
        shut = shut.difference(pd.Index(laid["section"].unique()))
    return sections if not len(shut) else sections.assign(trench=sections["trench"] & ~sections.index.isin(shut))


def with_design(room: pd.DataFrame, pipes: pd.DataFrame) -> pd.DataFrame:
    """The table with the largest main of a design in each section."""
    mains = pipes[(pipes["kind"] == "main") & pipes["section"].notna()]
    return room.assign(dn_mm=mains.groupby("section")["diameter_mm"].max().reindex(room.index).astype(float))


def too_wide(room: pd.DataFrame) -> pd.Series:
    """By section whether the main of the design is wider than what the room that was paid for holds."""
    held = room["free_dn_mm"].where(room["corridor_eur_per_m"] == 0.0, room["bundled_dn_mm"])
    return room["dn_mm"].fillna(0.0) > held.where(room["state"] != NONE, 0.0)


def narrowed(room: pd.DataFrame, scenario: Scenario, parameters: Parameters) -> pd.DataFrame | None:
    """The room for a further design, in which sections with a main that is too wide for them are dear or shut too; None where there is nothing to change.

    A section whose room holds the pair once others are bundled pays for that; one whose does not counts as one without room.
    """
    wrong = too_wide(room) & room["allowed"] & (room["state"] != NONE)
    if scenario.street.heat_corridors == OFF or not wrong.any():
        return None
    fits = room["dn_mm"].fillna(0.0) <= room["bundled_dn_mm"]
    state = room["state"].mask(wrong & fits & (room["state"] == FREE), BUNDLED).mask(wrong & ~fits, NONE)
    return with_prices(room.assign(state=state.astype("str")), scenario, parameters)


def corridor_remarks(room: pd.DataFrame, sections: gpd.GeoDataFrame, scenario: Scenario) -> list[RemarkRow]:
    """Where the design has a main without room for it, and what was done about it; nothing without a main."""
    laid = room[room["dn_mm"].notna()]
    if laid.empty:
        return []
    length = sections["length_m"]
    metres = float(length.loc[laid.index].sum())
    clash = laid[laid["dn_mm"] > laid["free_dn_mm"]]
    share = float(length.loc[clash.index].sum()) / metres
    shut = room[~room["allowed"]]
    paid = laid[laid["corridor_eur_per_m"] > 0]
    cost = float((paid["corridor_eur_per_m"] * length.loc[paid.index]).sum()) / 1e6
    sure = int(clash["sure"].sum())
    done = {
        OFF: ("het ontwerp houdt er geen rekening mee (heat_corridors staat op off)", "the design takes no account of it (heat_corridors is off)"),
        PRICE: (
            f"verleggen en bundelen kosten in {len(paid)} secties samen {cost:.2f} miljoen euro".replace(".", ","),
            f"moving and bundling others costs {cost:.2f} million euro in {len(paid)} sections",
        ),
        FORBID: (f"{len(shut)} secties zonder plaats zijn uitgesloten", f"{len(shut)} sections without room are shut"),
    }[scenario.street.heat_corridors]  # fmt: skip
    return [tables.remark(
        NOWHERE, f"In {len(clash)} van de {len(laid)} straatsecties met een hoofdleiding houdt geen enkel dwarsprofiel plaats over voor dit leidingpaar zonder dat iets anders verlegd wordt ({sure} daarvan ook aan "
        f"de hoge kant van de geschatte breedte); {done[0]}. Breedtes zijn geschat en liggingen zijn gebruikelijke maten, geen KLIP.",
        f"In {len(clash)} of the {len(laid)} street sections with a main no cross-section leaves room for this pair of pipes without moving others ({sure} of them also at the high end of the estimated "
        f"width); {done[1]}. Widths are estimates, and what lies there takes its usual room, not that of a cable register.",
        level="warning" if len(clash) else "info", rows_share=min(share, 1.0), method="heat-corridors",
    )]  # fmt: skip
