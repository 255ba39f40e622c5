"""Works that owners announced: from a GIPOD-shaped GeoJSON or a CSV of the user's own."""

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
from koppelkans.tables.street import WORK_KINDS

COLUMNS: dict[str, tuple[str, ...]] = {
    "gipod_id": ("gipodid", "id", "key", "nummer"), "section": ("sectie", "straatsectie"), "street": ("straat",), "kind": ("soort", "soort_werk"),
    "owner": ("eigenaar", "beheerder", "opdrachtgever"), "start": ("startdatetime", "startdatum", "start_date", "start_year", "jaar"),
    "end": ("enddatetime", "einddatum", "end_date"), "status": ("stand",), "own_eur": ("kost_eur", "kost"), "description": ("omschrijving", "beschrijving"),
}  # fmt: skip
"""Columns of a file of works, each with other names for it; those of GIPOD among them."""
FILLED = ("gipod_id", "owner", "start", "own_eur", "description")
KIND_WORDS = {
    "warmte": "heat", "warmtenet": "heat", "riool": "sewer", "riolering": "sewer", "waterleiding": "water", "kabel": "cable", "elektriciteit": "cable", "telecom": "cable",
    "gas weg": "gas", "gasverwijdering": "gas", "heraanleg": "reconstruction", "weg": "reconstruction", "vergroening": "greening", "groen": "greening",
    "afkoppeling": "drains", "afkoppelen": "drains",
}  # fmt: skip
STATUSES = ("planned", "decided")
STATUS_WORDS = {
    "gepland": "planned", "aangekondigd": "planned", "in voorbereiding": "planned", "beslist": "decided", "besloten": "decided", "concreet gepland": "decided",
    "vergund": "decided", "in uitvoering": "decided",
}  # fmt: skip
YEAR = r"(?:^|\D)((?:19|20|21)\d{2})(?:\D|$)"
MOST_EUR = 1e9
METHOD = "street-works"


def read_planned_works(
    path: Path | str, sections: gpd.GeoDataFrame, *, first_year: int, years: int, parameters: Parameters, day: date
) -> tuple[pd.DataFrame, list[RemarkRow]]:
    """Announced works, one row per work and section: index work; columns section, kind, owner, status, fixed_year, own_eur, source; and the remarks.

    path: GeoJSON or GeoPackage (layer ``works``) as GIPOD gives it, or a CSV, with the columns of ``COLUMNS``. ``kind`` (a word of ``tables.WORK_KINDS``; GIPOD does not
    have it) and ``start`` (a year or a date) must stand in every row; the year of the start is the year that is fixed. A cost goes over the sections by length.

    Raises DataError that lists every fault with file, row, column, unit, what was expected and the next step: works outside the horizon, unknown sections and kinds,
    rows off the streets, negative costs, an end before the start.
    Method: docs/method.md#street-works.
    """
    last = first_year + years - 1
    rows = street_rows(
        path, COLUMNS, layer="works", crs=sections.crs,
        needed={"kind": f"add it, with one of {', '.join(WORK_KINDS)}: GIPOD does not say what is done", "start": "add the year or date in which the work starts"},
    ).filled(FILLED)  # fmt: skip
    kind, faults = words(rows, "kind", WORK_KINDS, KIND_WORDS)
    status, wrong = words(rows, "status", STATUSES, STATUS_WORDS, usual="planned")
    cost, costly = numbers(rows, "own_eur", low=0.0, high=MOST_EUR, unit="EUR")
    year, dated = _years(rows, first_year, last)
    pairs, off = on_sections(rows, sections, parameters.at("street_works.snap_m", day))
    faults += [*wrong, *costly, *dated, *off, *_twice(pairs, rows)]
    if faults:
        raise DataError("the planned works cannot be used; correct the rows in the file, or take them out", faults)
    length = sections["length_m"].reindex(pairs["section"]).to_numpy(float)
    share = length / pd.Series(length).groupby(pairs["row"].to_numpy()).transform("sum").to_numpy()
    number = rows.cells["gipod_id"].where(rows.cells["gipod_id"] != "", rows.lines.map("{}".format))
    told = ("GIPOD " + number + " " + rows.cells["description"]).str.strip()
    frame = pd.DataFrame({
        "kind": kind, "owner": rows.cells["owner"].where(rows.cells["owner"] != ""), "status": status, "fixed_year": year, "own_eur": cost, "source": told, "number": number,
    })  # fmt: skip
    placed = pairs[["row", "section"]].join(frame, on="row")
    placed = placed.assign(own_eur=placed["own_eur"] * share)
    placed.index = pd.Index(placed["number"] + "|" + placed["section"], name="work", dtype="str")
    text = dict.fromkeys(["section", "kind", "owner", "status", "source"], "str")
    found = placed.astype(text)[["section", "kind", "owner", "status", "fixed_year", "own_eur", "source"]]
    return found, _remarks(found, rows)


def _years(rows: StreetRows, first: int, last: int) -> tuple[pd.Series, list[str]]:
    """Year in which each work starts; and the faults."""
    start, end = (
        pd.to_numeric(rows.cells[name].str.extract(YEAR, expand=False), errors="coerce") for name in ("start", "end")
    )
    faults = []
    for name, found in (("start", start), ("end", end)):
        unread = found.isna() & ((rows.cells[name] != "") | (name == "start"))
        if unread.any():
            shown = rows.cells.loc[unread, name].iloc[0]
            faults.append(
                f"{rows.where(unread)}, column {name}: found {shown!r}, expected a year or a date such as 2029 or 2029-03-01; correct it"
            )
    outside = (start < first) | (start > last)
    if outside.any():
        faults.append(
            f"{rows.where(outside)}, column start: {start[outside].iloc[0]:.0f} lies outside the horizon, expected a year from {first} to {last}; "
            "take out what is done already, or change first_year or years of the street"
        )
    wrong = end < start
    if wrong.any():
        faults.append(
            f"{rows.where(wrong)}, column end: {end[wrong].iloc[0]:.0f} lies before the start in {start[wrong].iloc[0]:.0f}, expected the same year or later; correct the dates"
        )
    return start.astype("float64"), faults


def _twice(pairs: pd.DataFrame, rows: StreetRows) -> list[str]:
    """Works that stand more than once for a section."""
    named = pairs.assign(number=pairs["row"].map(rows.cells["gipod_id"]), kind=pairs["row"].map(rows.cells["kind"]))
    twice = named[(named["number"] != "") & named.duplicated(["section", "number", "kind"], keep=False)]
    if twice.empty:
        return []
    first = twice.iloc[0]
    where = rows.where(rows.cells.index.isin(twice["row"]))
    return [
        f"{where}, column gipod_id: {first['number']} stands more than once for section {first['section']}, expected once; keep one"
    ]


def _remarks(found: pd.DataFrame, rows: StreetRows) -> list[RemarkRow]:
    if found.empty:
        return []
    count = len(np.unique(rows.lines))
    return [remark(
        "works", f"{rows.file}: {count} geplande werken in {found['section'].nunique()} straatsecties liggen vast in het jaar waarin ze starten.",
        f"{rows.file}: {count} planned works in {found['section'].nunique()} street sections are fixed in the year in which they start.", level="info", method=METHOD,
    )]  # fmt: skip
