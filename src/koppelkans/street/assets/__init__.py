"""Assets and works: what lies in each street, what is to be done there, by whom and within which years, as a case for the works calendar.

Question: which works will open which streets in the coming decades, what does each cost by itself, and what must keep its order? From the user's tables
where they are, else drawn from statistics.
"""

from __future__ import annotations

from datetime import date

import geopandas as gpd
import pandas as pd

from koppelkans.parameters import Parameters
from koppelkans.street.assets.case import works_case
from koppelkans.street.assets.drawing import drawn_assets, drawn_in
from koppelkans.street.assets.gas import GasTree, gas_tree
from koppelkans.street.assets.given import given_assets, given_works
from koppelkans.street.assets.owners import owner_of_role, owners_table
from koppelkans.street.assets.prices import zone_areas
from koppelkans.street.assets.remarks import street_remarks
from koppelkans.street.assets.sections import Sections, sections_of
from koppelkans.street.assets.terms import StreetNetwork, StreetTerms, StreetWorks
from koppelkans.street.assets.works import Ground, works_table
from koppelkans.street.calendar.case import check_case
from koppelkans.tables import RemarkRow, check, remark
from koppelkans.tables.street import ASSET_KINDS, ASSETS, WORKS

__all__ = ["StreetNetwork", "StreetTerms", "StreetWorks", "drawn_assets", "street_works"]


def street_works(  # noqa: PLR0913 - the whole of a neighbourhood's works, each by its name
    sections: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame, attachments: pd.DataFrame, *,
    assets: pd.DataFrame | None = None, planned: pd.DataFrame | None = None, owners: pd.DataFrame | None = None,
    network: StreetNetwork | None = None, parameters: Parameters, day: date, seed: int, terms: StreetTerms,
) -> StreetWorks:  # fmt: skip
    """Assets, works and owners of a place, and the case that the works calendar solves.

    assets: given ones (None: all drawn); kinds of which no row is given are drawn. planned: works with a year. owners: table ``owners`` (None: the usual).
    Result: tables in the order of their keys; the same input gives the same answer, whatever the order of the rows.

    Raises DataError that lists every fault: unknown sections, kinds and owners, two owners of one asset, negative lengths and costs, years outside the horizon,
    fixed dates that break an order of works.
    Method: docs/method.md#street-works.
    """
    known = sections_of(sections, buildings, attachments, parameters=parameters, day=day)
    who = owners_table(parameters=parameters, day=day) if owners is None else owners.sort_index()
    rows: list[RemarkRow] = []
    given = None
    if assets is not None and len(assets):
        given = given_assets(assets, known, who, sections.index, parameters=parameters, day=day, seed=seed)
        rows += _left_out("assets", len(assets) - len(given))
    gas = _gas(known, given, terms)
    whole = _with_drawn(known, gas, given, who, parameters=parameters, day=day, seed=seed)
    ground = Ground(known, whole, who, gas, network, terms, parameters, day, seed)
    dated = None
    if planned is not None and len(planned):
        dated = given_works(planned, known, who, sections.index, terms)
        rows += _left_out("works", len(planned) - len(dated))
    works = check(WORKS, works_table(ground, dated))
    case = works_case(ground, works)
    check_case(case)
    rows += street_remarks(ground, works, case)
    about = known.about.loc[pd.Index(case.section_names)]
    about = about[["street", "residents", "from_node", "to_node"]].join(
        zone_areas(about, parameters=parameters, day=day)
    )
    saved = parameters.at("street_works.heat.saved_kg_per_kwh", day)  # kg per kWh are tonnes per MWh
    return StreetWorks(check(ASSETS, whole), works, who, case, about, saved, rows)


def _gas(known: Sections, given: pd.DataFrame | None, terms: StreetTerms) -> GasTree:
    """Where gas lies: as given, as the scenario says, else wherever a building may use it."""
    nothing = pd.Index([], dtype="str")
    if given is not None and (given["kind"] == "gas").any():
        return gas_tree(known, terms.gas_entry_m, laid=pd.Index(given.loc[given["kind"] == "gas", "section"].unique()))
    return gas_tree(known, terms.gas_entry_m, laid=nothing if terms.has_gas is False else None)


def _with_drawn(
    known: Sections, gas: GasTree, given: pd.DataFrame | None, owners: pd.DataFrame, *, parameters: Parameters, day: date, seed: int
) -> pd.DataFrame:  # fmt: skip
    """The given assets and, of the kinds that nobody gave, drawn ones."""
    there = set() if given is None else set(given["kind"])
    missing = tuple(kind for kind in ASSET_KINDS if kind not in there)
    drawn = drawn_in(known, gas, missing, parameters=parameters, day=day, seed=seed)
    drawn = drawn.assign(owner=drawn["owner"].replace(owner_of_role(owners)))
    parts = [part for part in (given, drawn) if part is not None and len(part)]
    return pd.concat(parts).sort_index() if parts else drawn


def _left_out(about: str, count: int) -> list[RemarkRow]:
    if not count:
        return []
    return [remark(
        about, f"{count} rijen liggen in wegen waar geen leiding mag liggen (paden, veldwegen, autosnelwegen): ze tellen niet mee.",
        f"{count} rows lie in roads where no pipe may be laid (paths, tracks, motorways): they do not count.", level="info", method="street-assets",
    )]  # fmt: skip
