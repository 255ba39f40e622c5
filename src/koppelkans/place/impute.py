"""From what the readers know of each building to complete buildings: every gap filled from a stated source, seeded, with a remark."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from koppelkans import tables
from koppelkans.parameters import Parameters, read_parameters
from koppelkans.place.impute_age import built_years
from koppelkans.place.impute_form import home_of, number_spacing_m, party_walls, types
from koppelkans.place.impute_size import dwelling_counts, floor_areas_m2, storeys
from koppelkans.place.impute_stock import Stock, stock_of
from koppelkans.place.impute_use import footprints_m2, uses
from koppelkans.tables import RemarkRow, remark


def complete(
    records: gpd.GeoDataFrame,
    addresses: gpd.GeoDataFrame | None,
    *,
    nis: str | None,
    country: str,
    seed: int,
    parameters: Parameters | None = None,
) -> tuple[gpd.GeoDataFrame, list[RemarkRow]]:
    """Complete buildings (contract ``tables.BUILDINGS``) and what was assumed, from building records (``tables.RECORDS``).

    What a record knows is kept, with its provenance; party walls are derived from polygons; the rest is imputed from the building stock of
    the municipality, from TABULA and from typical figures. Every draw follows from (seed, building key, column), so the order of the rows
    does not matter and a building keeps its values when others come or go (its street's draw of age and the walls of its neighbours apart).
    ``parameters``: the shipped figures when left out.

    Raises DataError when the records, or the result, do not keep their contract. Method: docs/method.md#impute.
    """
    tables.check(tables.RECORDS, records)
    parameters = parameters or read_parameters()
    stock = stock_of(nis, country, parameters)

    known, about_use = uses(records, parameters)
    known = known.assign(footprint_m2=footprints_m2(records))
    walls = _walls(records, known["heated"], parameters)
    spacing_m = number_spacing_m(records, addresses)
    form, about_form = types(records, known, walls, spacing_m, stock, parameters, seed)
    known = known.join(form)
    age, about_age = built_years(records, known["type"], known["heated"], stock, parameters, seed)
    known = known.join(age).assign(period=tables.period_of(age["built_year"]))
    height, about_height = storeys(records, known, parameters)
    known = known.join(height)
    count, about_count = dwelling_counts(records, known, stock, parameters, seed)
    known = known.join(count)
    area, about_area = floor_areas_m2(records, known, parameters, seed)
    known = known.join(area).join(walls.drop(columns="sides"))

    remarks = [
        *_stand_in(stock, nis, country),
        *about_use,
        *about_form,
        *about_age,
        *about_height,
        *about_count,
        *about_area,
    ]
    return tables.check(tables.BUILDINGS, _assembled(records, known)), remarks


def _walls(records: gpd.GeoDataFrame, heated: pd.Series, parameters: Parameters) -> pd.DataFrame:
    drawn = records.geometry.geom_type != "Point"
    walls = party_walls(records.geometry[drawn], heated[drawn], home_of(records[drawn]), parameters)
    return walls.reindex(records.index)


def _assembled(records: gpd.GeoDataFrame, known: pd.DataFrame) -> gpd.GeoDataFrame:
    passed_on = [name for name in tables.BUILDINGS.column_names if name not in known.columns]
    frame = records[[*passed_on, records.active_geometry_name]].join(known)
    frame = frame.rename_geometry("geometry") if frame.active_geometry_name != "geometry" else frame
    return frame[[*tables.BUILDINGS.column_names, "geometry"]]


def _stand_in(stock: Stock, nis: str | None, country: str) -> list[RemarkRow]:
    if stock.own_municipality:
        return []
    if country != "BE":
        where, where_en = f"Dit gebied ligt buiten België ({country})", f"This area lies outside Belgium ({country})"
    elif nis is None:
        where, where_en = "De gemeente is niet bekend", "The municipality is not known"
    else:
        where = f"Het gebouwenpark van gemeente {nis} is niet meegeleverd"
        where_en = f"The building stock of municipality {nis} is not included"
    return [remark(
        "buildings",
        f"{where}: types en bouwperiodes volgen {stock.title}, bij gebrek aan beter.",
        f"{where_en}: types and construction periods follow {stock.title_en} as a stand-in.",
        level="warning" if country != "BE" else "assumption", rows_share=1.0, method="impute-stock",
    )]  # fmt: skip
