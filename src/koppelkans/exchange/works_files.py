"""The works calendar for the tools of others: quantities as a workbook, dates as iCalendar, ground works as GeoJSON, pact goals as CSV.

Team files: years that the engine computed stand in them per street. Publish none of them.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from io import BytesIO
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import xlsxwriter

from koppelkans.errors import DataError
from koppelkans.exchange.esdl import WGS84
from koppelkans.exchange.pages import FORMATS
from koppelkans.tables import Table, first_keys, unit_of
from koppelkans.tables.space import LEKP
from koppelkans.tables.works import OPENINGS, OWNER_SHARES, WORK_QUANTITIES

KIND_NAMES = {
    "heat": "warmteleiding", "sewer": "riolering", "water": "waterleiding", "cable": "kabels", "gas": "gasleiding wegnemen",
    "reconstruction": "heraanleg", "greening": "vergroening", "drains": "afkoppelen bij de huizen",
}  # fmt: skip
GROUND_WORK_TYPES = {
    "heat": "nutswerken", "sewer": "nutswerken > riolering", "water": "nutswerken", "cable": "nutswerken", "gas": "nutswerken",
    "reconstruction": "wegeniswerken", "greening": "andere", "drains": "nutswerken > riolering",
}  # fmt: skip
"""Kinds of work as GIPOD sorts ground works."""
ARRANGED = ("decided", "planned")
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
_FOLD = 75
_DEGREE_DECIMALS = 7
_TEAM = "Werkbestand van het projectteam: berekende jaren per straat, niet publiceren."
_SUMS = ("length_m", "trench_m3", "carriageway_m2", "parking_m2", "footway_m2", "own_eur", "opening_eur", "closure_eur")


def months_of_row(row: Mapping[Any, Any]) -> tuple[date, date]:
    """First day of a work and the first day after it: its months, or its whole year where no months are known."""
    if isinstance(row["month_from"], str) and isinstance(row["month_to"], str):
        year, month = (int(part) for part in row["month_to"].split("-"))
        first = date.fromisoformat(f"{row['month_from']}-01")
        return first, date(year + month // 12, month % 12 + 1, 1)
    year = int(row["planned_year"])
    return date(year, 1, 1), date(year + 1, 1, 1)


def _dated(calendar: pd.DataFrame) -> list[dict[Any, Any]]:
    """Works within the horizon by year, month and key, each as a row with its key."""
    rows = calendar.dropna(subset="planned_year").rename_axis("work").reset_index()
    return rows.sort_values(["planned_year", "month_from", "work"], kind="stable", na_position="last").to_dict(
        "records"
    )


def _said(row: Mapping[Any, Any]) -> str:
    place = row["street"] if isinstance(row["street"], str) else row["section"]
    return f"{KIND_NAMES[row['kind']]}, {place}"


# ------------------------------------------------------------------------------------------------------------------- iCalendar


def calendar_ics(calendar: pd.DataFrame, *, title: str, made_on: date) -> bytes:
    """The calendar as iCalendar (RFC 5545): one event of whole days per work within the horizon.

    calendar: contract CALENDAR. Computed dates are tentative, those decided or planned by the owner confirmed. An event keeps its identity
    from one plan to the next.
    """
    stamp = datetime.combine(made_on, time(), tzinfo=UTC).strftime("%Y%m%dT%H%M%SZ")
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//koppelkans//werkenkalender//NL",
        "CALSCALE:GREGORIAN",
        f"X-WR-CALNAME:{_escaped(title)}",
    ]
    for row in _dated(calendar):
        first, after = months_of_row(row)
        about = [f"Eigenaar: {row['owner']}", f"Straatsectie: {row['section']}", f"Status: {row['status']}"]
        about += [f"Samen met: {row['joined_with']}"] if row["joined_with"] else []
        about += ["Leeftijd geloot uit statistiek, niet bekend voor deze straat"] if row["drawn"] else []
        lines += [
            "BEGIN:VEVENT", f"UID:{_escaped(str(row['work']))}@koppelkans", f"DTSTAMP:{stamp}", f"DTSTART;VALUE=DATE:{first:%Y%m%d}",
            f"DTEND;VALUE=DATE:{after:%Y%m%d}", f"SUMMARY:{_escaped(_said(row))}", f"DESCRIPTION:{_escaped(chr(10).join([*about, _TEAM]))}",
            f"CATEGORIES:{row['kind']}", f"STATUS:{'CONFIRMED' if row['status'] in ARRANGED else 'TENTATIVE'}", "TRANSP:TRANSPARENT", "END:VEVENT",
        ]  # fmt: skip
    return "".join(f"{_folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"]).encode("utf-8")


def _escaped(text: str) -> str:
    """Text as a value of iCalendar."""
    plain = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return plain.replace("\r\n", "\\n").replace("\n", "\\n").replace("\r", "\\n")


def _folded(line: str) -> str:
    """A line broken so that no part is longer than 75 bytes, never inside a sign."""
    parts, size = [""], 0
    for sign in line:
        width = len(sign.encode("utf-8"))
        if size + width > _FOLD:
            parts.append("")
            size = 1  # the space that a continued line begins with
        parts[-1] += sign
        size += width
    return "\r\n ".join(parts)


# --------------------------------------------------------------------------------------------------------------------- GeoJSON


def works_geojson(calendar: pd.DataFrame, sections: gpd.GeoSeries, *, made_on: date) -> bytes:
    """The works within the horizon as GeoJSON with the words of GIPOD ground works: to prepare a registration or a synergy request, not a registration.

    sections: line or area of each section, by section. Coordinates in degrees (WGS 84), as GeoJSON asks. Raises DataError for works whose section has no
    geometry. ``gipodId`` is empty: GIPOD gives it. Words after GIPOD (startDateTime, status, estimatedDurationDays).
    """
    rows = _dated(calendar)
    located = sections.to_crs(WGS84)
    missing = sorted({str(row["section"]) for row in rows} - set(located.index.astype(str)))
    if missing:
        raise DataError(f"{len(missing)} sections with works have no geometry ({first_keys(missing)})")
    features = [_feature(row, located[str(row["section"])]) for row in rows]
    whole = {
        "type": "FeatureCollection",
        "name": "werkenkalender",
        "note": _TEAM,
        "timeStamp": made_on.isoformat(),
        "features": features,
    }
    return json.dumps(whole, ensure_ascii=False, allow_nan=False, indent=1).encode("utf-8")


def _feature(row: Mapping[Any, Any], shape: Any) -> dict[str, Any]:
    from shapely import set_precision
    from shapely.geometry import mapping

    first, after = months_of_row(row)
    last = after - timedelta(days=1)
    arranged = row["status"] in ARRANGED
    about = {
        "gipodId": None, "reference": row["work"], "type": "grondwerk", "groundWorkType": GROUND_WORK_TYPES[row["kind"]],
        "description": _said(row), "status": "concreet gepland" if arranged else "niet-concreet gepland", "owner": row["owner"],
        "startDateTime": f"{first.isoformat()}T00:00:00Z", "endDateTime": f"{last.isoformat()}T23:59:59Z", "estimatedDurationDays": (after - first).days,
        "kind": row["kind"], "section": row["section"], "street": row["street"] if isinstance(row["street"], str) else None,
        "joinedWith": [name for name in row["joined_with"].split("+") if name], "drawn": bool(row["drawn"]),
    }  # fmt: skip
    rounded = set_precision(shape, 10.0**-_DEGREE_DECIMALS)
    return {"type": "Feature", "id": row["work"], "geometry": mapping(rounded), "properties": about}


# -------------------------------------------------------------------------------------------------------------------- workbook


def quantities_workbook(
    quantities: pd.DataFrame, openings: pd.DataFrame, shares: pd.DataFrame, *, title: str, footer: str, made_on: date
) -> bytes:
    """Quantities per street and owner, per work, per opening, and the cost of every owner, as an Excel workbook for a tender or an agreement on joint works.

    quantities, openings, shares: contracts WORK_QUANTITIES, OPENINGS, OWNER_SHARES. Sums are formulas; no macros, nothing protected.
    """
    stream = BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": title, "created": datetime.combine(made_on, time())})
    inside = quantities.dropna(subset="planned_year")
    by = ["street", "owner", "kind"]
    grouped = inside.assign(street=inside["street"].fillna(inside["section"]), works=1)
    summed = grouped.groupby(by, sort=True)[["works", *_SUMS]].sum().reset_index()
    sheets: Sequence[tuple[str, str, pd.DataFrame, Table]] = (
        ("Per straat en eigenaar", "Hoeveelheden per straat, eigenaar en soort werk", summed, WORK_QUANTITIES),
        (
            "Werken",
            "Hoeveelheden per werk, met het gelijke deel van wat gedeeld wordt",
            quantities.reset_index(),
            WORK_QUANTITIES,
        ),
        ("Openingen", "Wat samen open gaat, en wat dat spaart", openings.reset_index(), OPENINGS),
        ("Eigenaars", "Kost per eigenaar, contante waarde", shares.reset_index(), OWNER_SHARES),
    )
    for name, caption, frame, contract in sheets:
        _sheet(book, name, f"{title}: {caption}", frame, contract, footer)
    book.close()
    return stream.getvalue()


def _sheet(book: Any, name: str, caption: str, frame: pd.DataFrame, contract: Table, footer: str) -> None:
    """One table: caption, warning, titles with units, rows, and sums of amounts below."""
    sheet = book.add_worksheet(name)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_footer(f"&L{footer.replace('&', '&&')}&RBlad &P van &N")
    sheet.write_string(0, 0, caption, book.add_format({"bold": True, "font_size": 14}))
    sheet.write_string(1, 0, _TEAM, book.add_format({"italic": True, "font_color": "#9C2A10"}))
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    amount, total = (
        book.add_format({"num_format": FORMATS["eur"]}),
        book.add_format({"num_format": FORMATS["eur"], "bold": True, "top": 1}),
    )
    whole = book.add_format({"num_format": "0"})
    first = 3
    for column, key in enumerate(frame.columns):
        values = frame[key].tolist()
        text = frame[key].dtype.kind not in "fiub"
        sheet.write_string(first - 1, column, _title(contract, str(key)), head)
        sheet.set_column(column, column, 24 if text else 14)
        for row, value in enumerate(values, start=first):
            if text or pd.isna(value):
                sheet.write_string(row, column, "" if pd.isna(value) else str(value))
            else:
                sheet.write_number(row, column, float(value), whole if str(key).endswith("_year") else amount)
        summed = unit_of(str(key)) in ("EUR", "m", "m²", "m³") or key == "works"
        if summed and not text and values:
            letter = xlsxwriter.utility.xl_col_to_name(column)
            formula = f"=SUM({letter}{first + 1}:{letter}{first + len(values)})"
            sheet.write_formula(first + len(values), column, formula, total, float(np.nansum(values)))
    sheet.freeze_panes(first, 1)
    sheet.autofilter(first - 1, 0, first - 1 + max(len(frame), 1), max(len(frame.columns) - 1, 0))


def _title(contract: Table, key: str) -> str:
    """Dutch title of a column with its unit; the key itself for what the contract does not know."""
    if key == contract.key or key not in contract.column_names:
        return {"works": "Aantal werken", "work": "Werk", "opening": "Opening", "owner": "Eigenaar"}.get(key, key)
    unit = contract[key].unit
    return f"{contract[key].title} ({unit})" if unit and unit != "jaartal" else contract[key].title


# ------------------------------------------------------------------------------------------------------------------------- CSV


def lekp_csv(lekp: pd.DataFrame) -> bytes:
    """What the plan adds to the goals of the climate pact (contract LEKP) as CSV for a yearly report: semicolons, decimal comma, UTF-8 with mark."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(["doel", *(LEKP[name].title for name in LEKP.column_names)])
    for key, row in lekp.to_dict("index").items():
        writer.writerow([_cell(key), *(_cell(row[name]) for name in LEKP.column_names)])
    return ("\ufeff" + out.getvalue()).encode("utf-8")


def _cell(value: Any) -> str:
    """A value for a Belgian spreadsheet; a text that begins as a formula gets a quote before it."""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA_SIGNS) else value
    return "" if pd.isna(value) else f"{float(value):.10g}".replace(".", ",")
