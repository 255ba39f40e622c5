"""The construction year of a building, drawn from the age of its type in the municipality."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from koppelkans.parameters import Parameters
from koppelkans.place.impute_draws import drawn_class, uniform_draws
from koppelkans.place.impute_stock import AS_OF, RESIDENTIAL_TYPES, Stock
from koppelkans.place.impute_use import share_of
from koppelkans.place.names import letters
from koppelkans.tables import RemarkRow, remark


def built_years(
    records: gpd.GeoDataFrame, form: pd.Series, heated: pd.Series, stock: Stock, parameters: Parameters, seed: int
) -> tuple[pd.DataFrame, list[RemarkRow]]:
    """Construction year of each building and its provenance; index building.

    form: type of the building. A year that the record knows is kept. Else the class is drawn from the classes of the type in the stock
    (non-residential buildings and annexes: all types together) and the year uniformly inside the class. Streets were built together:
    with probability ``place.age.same_street_share`` a building takes the draw of its street instead of its own. Each building keeps the
    distribution of its type, two buildings of a street have a correlated draw.

    Valid as a distribution over a neighbourhood; never as the age of one house. Method: docs/method.md#impute-age.
    """
    own = uniform_draws(records.index, seed, "age")
    streets = letters(records["street"])
    shares_street = uniform_draws(records.index, seed, "age/with street") < parameters.at(
        "place.age.same_street_share", AS_OF
    )
    of_street = uniform_draws(streets.fillna(""), seed, "age/street")
    draw = np.where(shares_street & streets.notna().to_numpy(), of_street, own)

    row = (
        pd.Series(range(len(RESIDENTIAL_TYPES)), index=list(RESIDENTIAL_TYPES))
        .reindex(form)
        .fillna(len(RESIDENTIAL_TYPES))
    )
    whole_stock = np.average(stock.class_shares, axis=0, weights=stock.buildings.loc[list(RESIDENTIAL_TYPES)])
    shares = np.vstack([stock.class_shares, whole_stock])[row.to_numpy().astype(int)]
    position = drawn_class(shares, draw)
    first, last = stock.first_years[position], stock.last_years[position]
    year = first + np.floor(uniform_draws(records.index, seed, "age/year") * (last - first + 1)).astype(np.int64)

    given = records["built_year"].notna()
    result = pd.DataFrame({
        "built_year": records["built_year"].where(given, pd.Series(year, index=records.index)).astype("int64"),
        "built_year_from": records["record_from"].where(given, "statistics").astype("str"),
    })  # fmt: skip
    return result, _remarks(~given, heated, stock)


def _remarks(drawn: pd.Series, heated: pd.Series, stock: Stock) -> list[RemarkRow]:
    if not (drawn & heated).any():
        return []
    return [remark(
        "buildings.built_year",
        f"Het bouwjaar is geloot uit de bouwperiodes per type in {stock.title}; huizen van één straat delen vaak dezelfde trekking. "
        "Het geldt voor de wijk als geheel, niet voor één huis. Renovaties zijn er niet in te zien.",
        f"The construction year is drawn from the construction periods by type in {stock.title_en}; houses of one street often share a "
        "draw. It holds for the neighbourhood as a whole, not for one house. Renovations do not show in it.",
        rows_share=share_of(drawn, heated), method="impute-age",
    )]  # fmt: skip
