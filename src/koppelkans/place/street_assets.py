"""What lies in the streets, as its owners know it: from a GeoPackage or a CSV of the user's own."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from koppelkans.errors import DataError
from koppelkans.parameters import Parameters
from koppelkans.place.street_rows import StreetRows, numbers, on_sections, street_rows, words
from koppelkans.tables import RemarkRow, remark
from koppelkans.tables.street import ASSET_KINDS, ASSETS, CONDITIONS

COLUMNS: dict[str, tuple[str, ...]] = {
    "section": ("sectie", "straatsectie"), "street": ("straat",), "kind": ("soort",), "owner": ("eigenaar", "beheerder"),
    "built_year": ("bouwjaar", "aanlegjaar", "jaar_van_aanleg"), "life_years": ("levensduur",), "condition": ("toestand",),
    "length_m": ("lengte", "lengte_m"), "dn_mm": ("diameter", "dn"),
}  # fmt: skip
"""Columns of a file of assets, each with the Dutch names under which it may stand."""
FILLED = ("owner", "built_year", "life_years", "condition", "length_m", "dn_mm")
KIND_WORDS = {
    "riool": "sewer", "riolering": "sewer", "water": "water", "waterleiding": "water", "elektriciteit": "electricity", "stroom": "electricity",
    "weg": "road", "rijweg": "road", "voetpad": "footway", "stoep": "footway", "bomen": "trees", "boom": "trees", "aardgas": "gas",
}  # fmt: skip
METHOD = "street-assets"


def read_assets(
    path: Path | str, sections: gpd.GeoDataFrame, *, parameters: Parameters, day: date
) -> tuple[pd.DataFrame, list[RemarkRow]]:
    """The assets in a file, one row per section, kind and owner (columns of ``tables.ASSETS``), and the remarks.

    path: GeoPackage (layer ``assets``) or CSV with the columns of ``COLUMNS``; ``section`` by key, else the shape decides within ``street_works.snap_m``. Only ``kind``
    must stand in every row; ``owner`` (key or role), ``built_year`` and ``life_years`` may be empty and are filled in later. Rows of a template in which nothing was filled in
    do not count.

    Raises DataError that lists every fault with file, row, column, unit, what was expected and the next step: unknown sections and kinds, rows off the streets, two owners
    of one asset, negative lengths, impossible years.
    Method: docs/method.md#street-assets.
    """
    rows = street_rows(
        path,
        COLUMNS,
        needed={"kind": f"add it, with one of {', '.join(ASSET_KINDS)}"},
        layer="assets",
        crs=sections.crs,
    ).filled(FILLED)
    kind, faults = words(rows, "kind", ASSET_KINDS, KIND_WORDS)
    condition, wrong = words(rows, "condition", CONDITIONS, {}, usual="")
    faults += wrong
    figures = {}
    for name, whole in (("built_year", True), ("life_years", False), ("length_m", False), ("dn_mm", False)):
        item = ASSETS[name]
        bounds = {"low": item.low or 0.0, "high": (day.year if name == "built_year" else item.high) or np.inf}
        figures[name], wrong = numbers(
            rows,
            name,
            unit={"length_m": "m", "dn_mm": "mm", "life_years": "years"}.get(name, ""),
            whole=whole,
            **bounds,
        )
        faults += wrong
    pairs, wrong = on_sections(rows, sections, parameters.at("street_works.snap_m", day))
    faults += wrong
    frame = pd.DataFrame({"kind": kind, "owner": rows.cells["owner"], "condition": condition, **figures})
    placed = pairs.join(frame.drop(columns="length_m"), on="row")
    placed = placed.assign(length_m=placed["length_m"].fillna(placed["row"].map(frame["length_m"])))
    faults += _two_owners(placed, rows)
    if faults:
        raise DataError(
            "the assets cannot be used; correct the rows in the file, or take them out to have them drawn", faults
        )
    joined = _one_each(placed)
    return joined, _remarks(joined, len(placed), rows)


def _two_owners(placed: pd.DataFrame, rows: StreetRows) -> list[str]:
    """Sections with an asset of which two rows name another owner."""
    named = placed[placed["owner"] != ""]
    counted = named.groupby(["section", "kind"])["owner"].nunique()
    faults = []
    for section, kind in counted[counted > 1].index:
        here = named[(named["section"] == section) & (named["kind"] == kind)]
        owners = ", ".join(sorted(here["owner"].unique()))
        faults.append(
            f"{rows.where(rows.cells.index.isin(here['row']))}, column owner: {kind} of section {section} has two owners ({owners}), expected one; "
            "give the section to the owner of the larger part, or take a row out"
        )
    return faults


def _one_each(placed: pd.DataFrame) -> pd.DataFrame:
    """One row per section and kind: the pipe whose life ends first, all metres, the largest diameter and the worst condition."""
    ordered = placed.assign(
        owner=placed["owner"].where(placed["owner"] != ""),
        condition=placed["condition"].where(placed["condition"] != ""),
    )
    ordered = ordered.sort_values(["section", "kind", "built_year", "row"], kind="stable")
    grouped = ordered.groupby(["section", "kind"], sort=True)
    found = grouped.agg(
        owner=("owner", "first"),
        built_year=("built_year", "first"),
        life_years=("life_years", "first"),
        dn_mm=("dn_mm", "max"),
    )
    found = found.assign(
        condition=grouped["condition"].max(), length_m=grouped["length_m"].sum(min_count=1)
    ).reset_index()
    key = pd.Index(found["section"] + "|" + found["kind"], name="asset", dtype="str")
    typed = found.set_axis(key).assign(drawn=False, assets_from="user")
    text = dict.fromkeys(["section", "kind", "owner", "condition", "assets_from"], "str")
    return typed.astype(text)[ASSETS.column_names]


def _remarks(found: pd.DataFrame, count: int, rows: StreetRows) -> list[RemarkRow]:
    told = [remark(
        "assets", f"{rows.file}: {count} rijen over {len(found)} activa in {found['section'].nunique()} straatsecties ({', '.join(sorted(found['kind'].unique()))}); de andere soorten zijn geloot.",
        f"{rows.file}: {count} rows about {len(found)} assets in {found['section'].nunique()} street sections ({', '.join(sorted(found['kind'].unique()))}); the other kinds are drawn.",
        level="info", method=METHOD,
    )]  # fmt: skip
    ageless = int(found["built_year"].isna().sum())
    if ageless:
        told.append(remark(
            "assets", f"{rows.file}: van {ageless} activa is het jaar van aanleg niet ingevuld; het is geloot.",
            f"{rows.file}: of {ageless} assets the year of laying was not filled in; it is drawn.", rows_share=ageless / len(found), method="drawn-assets",
        ))  # fmt: skip
    return told
