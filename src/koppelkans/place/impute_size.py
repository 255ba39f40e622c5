"""How large a building is: storeys, floor area and the number of dwellings."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from koppelkans.parameters import Parameters
from koppelkans.place.impute_draws import normal_draws, uniform_draws
from koppelkans.place.impute_stock import AS_OF, HOUSE_TYPES, Stock
from koppelkans.place.impute_use import dutch, share_of
from koppelkans.tables import BUILDINGS, RemarkRow, remark


def storeys(
    records: gpd.GeoDataFrame, known: pd.DataFrame, parameters: Parameters
) -> tuple[pd.DataFrame, list[RemarkRow]]:
    """Heated storeys of each building and their provenance; index building.

    known: ``type``, ``use``, ``heated``, ``footprint_m2``. Order: the record; known floor area / footprint; known volume / (ground slab x
    storey height); typical storeys of the type (non-residential: of the use). The typical figure is heated floor area over the whole
    footprint, so the garage and the one-storey annex that are drawn with a house are inside it.

    Method: docs/method.md#impute-storeys.
    """
    ground = records["ground_m2"].fillna(known["footprint_m2"])
    by_area = records["floor_area_m2"] / known["footprint_m2"]
    by_volume = records["volume_m3"] / (ground * parameters.at("place.storey_height_m", AS_OF))
    typical = parameters.table("place.storeys", AS_OF)
    by_type = known["use"].where(known["type"] == "non_residential", known["type"]).map(typical)
    geometric = by_area.fillna(by_volume)
    bounds = BUILDINGS["storeys"]
    count = records["storeys"].fillna(geometric).fillna(by_type).clip(bounds.low, bounds.high)
    origin = np.select(
        [records["storeys"].notna(), geometric.notna()], [records["record_from"], "derived"], default="typology"
    )
    result = pd.DataFrame(
        {"storeys": count.astype("float64"), "storeys_from": pd.Series(origin, index=records.index, dtype="str")}
    )
    return result, _storey_remarks(result["storeys_from"], known["heated"])


def _storey_remarks(origin: pd.Series, heated: pd.Series) -> list[RemarkRow]:
    rows = []
    if (heated & (origin == "typology")).any():
        rows.append(remark(
            "buildings.storeys",
            "Het aantal verwarmde bouwlagen is een typische waarde per type (TABULA België, afgestemd op getekende gebouwen).",
            "The number of heated storeys is a typical value per type (TABULA Belgium, fitted to drawn buildings).",
            rows_share=share_of(origin == "typology", heated), method="impute-storeys",
        ))  # fmt: skip
    if (heated & (origin == "derived")).any():
        rows.append(remark(
            "buildings.storeys",
            "Het aantal bouwlagen volgt uit volume of vloeroppervlakte en de grondoppervlakte.",
            "The number of storeys follows from volume or floor area and the footprint.",
            level="info", rows_share=share_of(origin == "derived", heated), method="impute-storeys",
        ))  # fmt: skip
    return rows


def dwelling_counts(
    records: gpd.GeoDataFrame, known: pd.DataFrame, stock: Stock, parameters: Parameters, seed: int
) -> tuple[pd.DataFrame, list[RemarkRow]]:
    """Dwellings of each building and their provenance; index building.

    known: ``type``, ``use``, ``use_from``, ``heated``, ``footprint_m2``, ``storeys``. 0 for what is no home. Else: as the record says; as many
    as it has box numbers or, if more, house numbers; 1 for a house, or its house numbers. Apartment building without boxes: a high-rise
    gets its house numbers only, a lower bound; drawn as a polygon: floor area / typical area of an apartment; known by address alone:
    drawn as 2 + a geometric number, with the mean of the stock.

    Method: docs/method.md#impute-dwellings.
    """
    home = known["use"] == "residential"
    counted = records[["boxes", "addresses"]].max(axis=1)
    boxed = records["boxes"] >= 1
    apartments = known["type"] == "apartment_building"
    high_rise = apartments & ~boxed & records["dwellings"].isna() & _high_rise(known, parameters)
    gross_m2 = records["floor_area_m2"].fillna(known["footprint_m2"] * known["storeys"])
    by_area = np.maximum((gross_m2 / parameters.at("place.apartment.floor_area_m2", AS_OF)).round(), 2.0)
    guessed = by_area.fillna(_geometric(records.index, stock, seed)).clip(lower=counted)

    choices = [
        ~home,
        records["dwellings"].notna(),
        boxed | high_rise | (records["addresses"] >= 2) & ~apartments,
        apartments,
    ]
    values = [0.0, records["dwellings"], counted.clip(lower=1), guessed]
    origins = [known["use_from"], records["record_from"], records["record_from"], "statistics"]
    count = pd.Series(np.select(choices, values, default=1.0), index=records.index)
    origin = pd.Series(np.select(choices, origins, default="statistics"), index=records.index, dtype="str")
    bounds = BUILDINGS["dwellings"]
    result = pd.DataFrame({"dwellings": count.clip(bounds.low, bounds.high).astype("int64"), "dwellings_from": origin})
    return result, _dwelling_remarks(records, result, known, high_rise, stock)


def _high_rise(known: pd.DataFrame, parameters: Parameters) -> pd.Series:
    return known["storeys"] >= parameters.at("place.high_rise.storeys_min", AS_OF)


def _geometric(keys: pd.Index, stock: Stock, seed: int) -> pd.Series:
    """2 + a geometric number, with the mean number of dwellings of an apartment building."""
    beyond_two = max(stock.dwellings_per_apartment_building - 2.0, 0.0)
    go_on = beyond_two / (1.0 + beyond_two)
    if go_on == 0.0:
        return pd.Series(2.0, index=keys)
    return pd.Series(2.0 + np.floor(np.log1p(-uniform_draws(keys, seed, "dwellings")) / np.log(go_on)), index=keys)


def _dwelling_remarks(
    records: gpd.GeoDataFrame, result: pd.DataFrame, known: pd.DataFrame, high_rise: pd.Series, stock: Stock
) -> list[RemarkRow]:
    heated, apartments = known["heated"], known["type"] == "apartment_building"
    imputed = heated & (result["dwellings_from"] == "statistics")
    bare = known["footprint_m2"].isna() & records["floor_area_m2"].isna()
    rows = []
    if (imputed & ~apartments).any():
        rows.append(remark(
            "buildings.dwellings", "Een huis zonder busnummers of opgave telt als één woning.",
            "A house without box numbers or a stated count is one dwelling.",
            rows_share=share_of(imputed & ~apartments, heated), method="impute-dwellings",
        ))  # fmt: skip
    if (imputed & apartments & ~bare).any():
        rows.append(_by_area(imputed & apartments & ~bare, heated, result["dwellings"]))
    if (imputed & apartments & bare).any():
        rows.append(_by_draw(imputed & apartments & bare, heated, result["dwellings"], stock))
    if high_rise.any():
        rows.append(_lower_bound(high_rise, heated, result["dwellings"], stock))
    unseen = heated & (known["use"] == "residential") & ~bare
    if unseen.any() and not (records["boxes"] > 0).any():
        rows.append(_unseen_apartments(unseen, apartments, heated, result["dwellings"], stock))
    return rows


def _by_area(rows: pd.Series, heated: pd.Series, dwellings: pd.Series) -> RemarkRow:
    return remark(
        "buildings.dwellings",
        f"{rows.sum()} appartementsgebouwen zonder busnummers, herkend aan klasse of grootte, kregen {dwellings[rows].sum()} woningen naar "
        "hun vloeroppervlakte. Dat is een schatting: winkels en kantoren erin zijn niet te zien.",
        f"{rows.sum()} apartment buildings without box numbers, recognised by class or size, got {dwellings[rows].sum()} dwellings by their "
        "floor area. That is an estimate: shops and offices inside do not show.",
        level="warning", rows_share=share_of(rows, heated), method="impute-dwellings",
    )  # fmt: skip


def _by_draw(rows: pd.Series, heated: pd.Series, dwellings: pd.Series, stock: Stock) -> RemarkRow:
    mean = stock.dwellings_per_apartment_building
    return remark(
        "buildings.dwellings",
        f"Welk adres een appartementsgebouw is, valt aan huisnummers niet te zien: {rows.sum()} adressen zijn zo geloot, met {dwellings[rows].sum()} "
        f"woningen (gemiddelde {dutch(mean, 1)} per gebouw in {stock.title}). Hoogbouw blijft onzichtbaar: in een wijk met torens is dit te laag.",
        f"House numbers do not show which address is an apartment building: {rows.sum()} addresses were drawn as such, with {dwellings[rows].sum()} "
        f"dwellings (mean {mean:.1f} per building in {stock.title_en}). High-rise stays unseen: in a neighbourhood with towers this is too low.",
        level="warning", rows_share=share_of(rows, heated), method="impute-dwellings",
    )  # fmt: skip


def _lower_bound(rows: pd.Series, heated: pd.Series, dwellings: pd.Series, stock: Stock) -> RemarkRow:
    mean, counted = stock.dwellings_per_apartment_building, dwellings[rows]
    factor = max(mean / counted.mean(), 1.0)
    return remark(
        "buildings.dwellings",
        f"{rows.sum()} hoge gebouwen hebben geen busnummers: hun {counted.sum()} huisnummers zijn geteld, en dat is een ondergrens. Met het "
        f"gemiddelde van {stock.title} ({dutch(mean, 1)} per appartementsgebouw) zouden het er {dutch(factor, 1)} keer zoveel zijn. Geef de busnummers.",
        f"{rows.sum()} high buildings have no box numbers: their {counted.sum()} house numbers are counted, and that is a lower bound. With the "
        f"mean of {stock.title_en} ({mean:.1f} per apartment building) it would be {factor:.1f} times as many. Provide the box numbers.",
        level="warning", rows_share=share_of(rows, heated), method="impute-dwellings",
    )  # fmt: skip


def _unseen_apartments(
    rows: pd.Series, apartments: pd.Series, heated: pd.Series, dwellings: pd.Series, stock: Stock
) -> RemarkRow:
    mean, found = stock.dwellings_per_apartment_building, rows & apartments
    expected = round(rows.sum() * stock.apartment_share)
    return remark(
        "buildings.type",
        f"Zonder busnummers zijn appartementen maar deels te herkennen: {found.sum()} appartementsgebouwen met {dwellings[found].sum()} woningen. "
        f"Met de aandelen van {stock.title} zouden het er {expected} zijn, met {expected * mean:.0f} woningen.",
        f"Without box numbers apartments can only partly be recognised: {found.sum()} apartment buildings with {dwellings[found].sum()} dwellings. "
        f"With the shares of {stock.title_en} there would be {expected}, with {expected * mean:.0f} dwellings.",
        level="warning", rows_share=share_of(rows, heated), method="impute-dwellings",
    )  # fmt: skip


def floor_areas_m2(
    records: gpd.GeoDataFrame, known: pd.DataFrame, parameters: Parameters, seed: int
) -> tuple[pd.DataFrame, list[RemarkRow]]:
    """Heated floor area of each building, outer dimensions [m2], and its provenance; index building.

    known: ``type``, ``use``, ``heated``, ``footprint_m2``, ``storeys``, ``storeys_from``, ``dwellings``, ``period``. Order: the record;
    footprint x storeys (slab x storeys where the slab is known); for a bare address the typical area of its type and period (TABULA, outer
    dimensions, scaled to drawn Flemish houses), per dwelling, with a lognormal spread that keeps the mean:

        A = n s A_typ exp(sigma z - sigma^2 / 2)

    Method: docs/method.md#impute-floor-area.
    """
    ground = records["ground_m2"].fillna(known["footprint_m2"])
    drawn = ground * known["storeys"]
    spread = parameters.at("place.floor_area.ln_sd", AS_OF)
    noise = np.exp(spread * normal_draws(records.index, seed, "floor area") - spread**2 / 2.0)
    typical = _typical_m2(known, parameters) * known["dwellings"].clip(lower=1) * noise
    bounds = BUILDINGS["floor_area_m2"]
    area = records["floor_area_m2"].fillna(drawn).fillna(typical).clip(bounds.low, bounds.high)
    drawn_from = known["storeys_from"].where(known["storeys_from"] == "typology", "derived")
    origin = np.select(
        [records["floor_area_m2"].notna(), drawn.notna()], [records["record_from"], drawn_from], default="typology"
    )
    result = pd.DataFrame(
        {
            "floor_area_m2": area.astype("float64"),
            "floor_area_from": pd.Series(origin, index=records.index, dtype="str"),
        }
    )
    return result, _area_remarks(records, drawn, known["heated"])


def _typical_m2(known: pd.DataFrame, parameters: Parameters) -> pd.Series:
    houses = parameters.table("place.floor_area.tabula_m2", AS_OF) * parameters.at(
        "place.floor_area.scale_share", AS_OF
    )
    of_house = (known["type"] + "." + known["period"]).map(houses)
    others = {
        "apartment_building": parameters.at("place.apartment.floor_area_m2", AS_OF),
        "annex": parameters.at("place.annex.floor_area_m2", AS_OF),
        "non_residential": parameters.at("place.non_residential.floor_area_m2", AS_OF),
    }
    return of_house.where(known["type"].isin(list(HOUSE_TYPES)), known["type"].map(others)).astype("float64")


def _area_remarks(records: gpd.GeoDataFrame, drawn: pd.Series, heated: pd.Series) -> list[RemarkRow]:
    unknown = records["floor_area_m2"].isna()
    rows = []
    if (heated & unknown & drawn.notna()).any():
        rows.append(remark(
            "buildings.floor_area_m2",
            "De vloeroppervlakte is de grondoppervlakte maal de verwarmde bouwlagen (buitenmaten).",
            "The floor area is the footprint times the heated storeys (outer dimensions).",
            rows_share=share_of(unknown & drawn.notna(), heated), method="impute-floor-area",
        ))  # fmt: skip
    if (heated & unknown & drawn.isna()).any():
        rows.append(remark(
            "buildings.floor_area_m2",
            "Zonder gebouwomtrek is de vloeroppervlakte een typische waarde per type en bouwperiode (TABULA, geschaald naar getekende Vlaamse "
            "huizen) met een gelote spreiding: bruikbaar als som over een straat of wijk, niet per huis.",
            "Without an outline the floor area is a typical value by type and construction period (TABULA, scaled to drawn Flemish houses) "
            "with a drawn spread: usable as a sum over a street or neighbourhood, not per house.",
            rows_share=share_of(unknown & drawn.isna(), heated), method="impute-floor-area",
        ))  # fmt: skip
    return rows
