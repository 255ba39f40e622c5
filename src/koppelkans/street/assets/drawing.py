"""What lies in the streets where nobody says: age and condition drawn from statistics, with a seed."""

from __future__ import annotations

from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd

from koppelkans.parameters import Parameters
from koppelkans.street.assets.draws import Floats, scores, shares_below, uniforms
from koppelkans.street.assets.gas import GasTree, gas_tree
from koppelkans.street.assets.sections import ROADS, WITH_FOOTWAY, Sections, sections_of
from koppelkans.tables import RemarkRow, remark
from koppelkans.tables.street import ASSET_KINDS, ASSETS, CONDITIONS

ROLE_OF_ASSET = {
    "sewer": "sewer_manager", "gas": "grid_operator", "water": "water_company", "electricity": "grid_operator", "telecom": "grid_operator",
    "road": "city", "footway": "city", "trees": "city",
}  # fmt: skip
"""Who usually owns it; the road of a regional road belongs to the regional road agency."""


def drawn_assets(
    sections: gpd.GeoDataFrame, attachments: pd.DataFrame, buildings: gpd.GeoDataFrame, *, parameters: Parameters, day: date, seed: int
) -> pd.DataFrame:  # fmt: skip
    """Table ``assets`` of a place of which nothing is known, every row drawn; ``owner`` is the role that usually owns it.

    Sewer, water, electricity and telecom lie where buildings connect, gas there too and on the way to them, a road wherever a pipe may lie, a footway beside
    houses, trees in a part of those streets. The same seed gives the same row for a section and kind, whatever the order of the rows or the other sections.
    Rows are true of a neighbourhood, never of one street: nothing public may show them by street.
    Method: docs/method.md#drawn-assets.
    """
    known = sections_of(sections, buildings, attachments, parameters=parameters, day=day)
    return drawn_in(known, gas_tree(known, None), ASSET_KINDS, parameters=parameters, day=day, seed=seed)


def drawn_in(
    known: Sections, gas: GasTree, kinds: tuple[str, ...], *, parameters: Parameters, day: date, seed: int
) -> pd.DataFrame:
    """The drawn rows of some kinds; see ``drawn_assets``."""
    parts = [
        _kind(known.about[_present(kind, known, gas, parameters, day, seed)], kind, parameters, day, seed)
        for kind in kinds
    ]
    filled = [part for part in parts if len(part)]
    return pd.concat(filled).sort_index() if filled else ASSETS.empty()


def _present(kind: str, known: Sections, gas: GasTree, parameters: Parameters, day: date, seed: int) -> pd.Series:
    """Whether something of a kind lies in each section."""
    about = known.about
    houses, roads = about["buildings"] > 0, about["group"].isin(ROADS)
    if kind == "gas":
        return pd.Series(about.index.isin(gas.parent.index), index=about.index)
    if kind == "road":
        return roads & ((about["group"] != "service") | houses)
    if kind == "footway":
        return houses & about["group"].isin(WITH_FOOTWAY)
    if kind == "trees":
        lot = uniforms(about.index, seed, "trees/present") < parameters.at("street_works.trees.share", day)
        return houses & about["group"].isin(WITH_FOOTWAY) & lot
    return houses


def _kind(about: pd.DataFrame, kind: str, parameters: Parameters, day: date, seed: int) -> pd.DataFrame:
    life = parameters.at("street_works.life_years", day, kind)
    built = built_years(about, kind, parameters=parameters, day=day, seed=seed)
    owner = np.where(about["regional"] & (kind == "road"), "regional_road_agency", ROLE_OF_ASSET[kind])
    return pd.DataFrame({
        "section": about.index.to_numpy(object), "kind": kind, "owner": owner, "built_year": built, "life_years": life,
        "condition": condition_of(day.year - built, life), "length_m": about["length_m"].to_numpy(float), "dn_mm": np.nan,
        "drawn": True, "assets_from": "statistics",
    }, index=asset_keys(about.index, kind)).astype({"section": "str", "kind": "str", "owner": "str", "condition": "str", "built_year": "int64", "life_years": "float64", "assets_from": "str"})  # fmt: skip


def asset_keys(sections: pd.Index, kind: str) -> pd.Index:
    """Keys of assets of a kind: the section and the kind."""
    return pd.Index([f"{section}|{kind}" for section in sections], name="asset", dtype="str")


def condition_of(age_years: np.ndarray, life_years: np.ndarray | float) -> np.ndarray:
    """Condition by age, in fifths of the life: 1 as new to 5 at the end of it."""
    fifth = np.clip(np.floor(len(CONDITIONS) * age_years / life_years), 0, len(CONDITIONS) - 1).astype(int)
    found: np.ndarray = np.array(CONDITIONS, dtype=object)[fifth]
    return found


def built_years(about: pd.DataFrame, kind: str, *, parameters: Parameters, day: date, seed: int) -> np.ndarray:
    """Year in which each section got its pipe or surface, drawn.

    The share u of the stock that is younger follows from a draw that goes along with the age of the houses where that is known:
    u = Phi(-(c h + sqrt(1 - c^2) e)), h the standard normal place of the houses in the building stock, e a standard normal draw, c their correlation. The age
    then is the quantile u of the ages of the kind, so that over a mixed stock the statistic comes back.
    """
    own = scores(uniforms(about.index, seed, f"{kind}/age"))
    along = parameters.at("street_works.age.houses_correlation", day, kind)
    houses = about["house_score"].to_numpy(float)
    mixed = np.where(np.isnan(houses), own, along * houses + np.sqrt(1.0 - along**2) * own)
    ages, counted = _ages(shares_below(-mixed), kind, parameters, day)
    return np.floor(counted + 1.0 - ages).astype(np.int64)


def _ages(younger: Floats, kind: str, parameters: Parameters, day: date) -> tuple[Floats, float]:
    """Age at each share of younger ones, and the year in which those ages were counted."""

    def at(name: str, scope: str = "all") -> float:
        return parameters.at(f"street_works.age.{name}", day, scope)

    if kind == "sewer":
        shares = [0.0, 1.0 - at("sewer_share", "from_25"), 1.0 - at("sewer_share", "from_50"), 1.0]
        return np.interp(younger, shares, [0.0, 25.0, 50.0, at("sewer_oldest_years")]), at("counted_year", kind)
    if kind == "water":
        # laid at an even pace: the oldest is twice as old as the mean
        return younger * 2.0 * at("water_mean_years"), at("counted_year", kind)
    return younger * at("span_share") * parameters.at("street_works.life_years", day, kind), float(day.year)


def drawn_remarks(drawn: pd.DataFrame, about: pd.DataFrame) -> list[RemarkRow]:
    """What must stand beside results on drawn assets."""
    if drawn.empty:
        return []
    kinds = ", ".join(kind for kind in ASSET_KINDS if (drawn["kind"] == kind).any())
    housed = about[about["buildings"] > 0]
    known = float(housed["house_score"].notna().mean()) if len(housed) else 0.0
    return [remark(
        "assets",
        f"Gelote activa: leeftijd en toestand van {kinds} zijn geloot. Riolen volgen de Vlaamse leeftijden van 2018 (60 % minstens 25 jaar, 10 % minstens 50), waterleidingen het gemiddelde van De Watergroep; "
        f"de rest is gelijk verdeeld over zijn levensduur. Wat na die telling is aangelegd, zit er niet in. In {known:.0%} van de straatsecties met huizen gaat de leeftijd mee met die van de huizen. "
        "Dit geldt voor de wijk als geheel, nooit voor één straat; een eigen tabel vervangt het.",
        f"Drawn assets: age and condition of {kinds} are drawn. Sewers follow the Flemish ages of 2018 (60 % at least 25 years, 10 % at least 50), water mains the mean of De Watergroep; "
        f"the rest is spread evenly over its life. What was laid since those counts is not in them. In {known:.0%} of the street sections with houses the age goes along with that of the houses. "
        "This holds for the neighbourhood as a whole, never for one street; a table of your own replaces it.",
        rows_share=1.0, method="drawn-assets",
    )]  # fmt: skip
