"""The works and the space of the streets as layers for QGIS: a working file of the team."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from koppelkans.plan.record import Plan

LAYERS = ("works", "street_openings", "street_patterns")


def street_layers(plan: Plan) -> dict[str, gpd.GeoDataFrame]:
    """Layers ``works`` (a line per work, with its year and months), ``street_openings`` (a line per opening) and ``street_patterns`` (a line per section).

    Empty layers are left out; a plan made before these tables has none. Method: docs/method.md#exchange-geopackage.
    """
    sections = plan.place.sections
    if sections is None:
        return {}
    made = {"works": "calendar", "street_openings": "openings"}
    layers = {layer: _on_sections(plan.tables.get(table), sections, "section") for layer, table in made.items()}
    layers["street_patterns"] = _on_sections(plan.tables.get("street_patterns"), sections, None)
    return {name: layer for name, layer in layers.items() if layer is not None and len(layer)}


def _on_sections(rows: pd.DataFrame | None, sections: gpd.GeoDataFrame, column: str | None) -> gpd.GeoDataFrame | None:
    """The rows with the line of the section that they name, or are about."""
    if rows is None:
        return None
    keys = rows.index if column is None else rows[column]
    return gpd.GeoDataFrame(rows, geometry=sections.geometry.reindex(keys).to_numpy(), crs=sections.crs)
