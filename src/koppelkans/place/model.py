"""What a place is: its tables as they leave this chapter, and the lines that must stand beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd


@dataclass(frozen=True, slots=True)
class Attribution:
    """Whose data a layer is: the line that every map and export shows, licence, date of the data, and what to mind."""

    layer: str
    line: str
    licence: str
    dated: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """One neighbourhood: checked and completed tables (contracts in ``tables``), one metric coordinate system.

    ``streets``, and with them ``sections`` (the streets as a graph) and ``attachments`` (where buildings would leave the street), are None
    at levels C and D; ``backdrop`` holds layers that are only drawn (water, land use).
    ``country`` other than BE means that Flemish law, tariffs and climate are stand-ins.
    """

    name: str
    title: str
    municipality: str | None
    nis: str | None
    grid_area: str | None
    country: str
    crs: str
    buildings: gpd.GeoDataFrame
    streets: gpd.GeoDataFrame | None
    addresses: gpd.GeoDataFrame | None
    areas: gpd.GeoDataFrame | None
    sector_statistics: pd.DataFrame | None
    backdrop: Mapping[str, gpd.GeoDataFrame]
    attributions: tuple[Attribution, ...]
    remarks: pd.DataFrame
    sections: gpd.GeoDataFrame | None = None
    attachments: pd.DataFrame | None = None
    meters: pd.DataFrame | None = None
    """Metered gas totals of any mix of levels (contract ``tables.METERS``), as given with the place."""

    @property
    def levels(self) -> pd.Series:
        """Share of the heated buildings at each level of detail."""
        heated = self.buildings.loc[self.buildings["heated"], "level"]
        shares: pd.Series = heated.value_counts(normalize=True).sort_index()
        return shares
