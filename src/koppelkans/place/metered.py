"""Metered gas totals given with a place: one file, any mix of buildings, streets, sectors and municipality."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from koppelkans import tables
from koppelkans.errors import DataError, suggestion
from koppelkans.place import names
from koppelkans.place.sectors import (
    BAND,
    GAS_KWH_PER_CONNECTION,
    KWH_PER_MWH,
    OFFICIAL_CODE,
    SECTORS,
    figures,
    is_meter_table,
    text_table,
)
from koppelkans.place.settings import Settings, TableStated
from koppelkans.tables import RemarkRow, remark

METHOD = "place-metered"
OURS: dict[str, tuple[str, ...]] = {
    "level": ("niveau",), "name": ("naam",), "year": ("jaar",), "gas_kwh": ("gas", "gasverbruik_kwh"),
    "connections": ("aansluitingen",), "calorific": ("verbrandingswaarde",), "source": ("bron",), "unit": ("eenheid",),
}  # fmt: skip
"""Our columns and the Dutch names under which they may stand."""
OPTIONAL = ("connections", "unit", "source")
LEVEL_WORDS = {"gebouw": "building", "straat": "street", "gemeente": "municipality"}
CALORIFIC_WORDS = {"bovenwaarde": "gross", "bruto": "gross", "onderwaarde": "net", "netto": "net"}
UNITS = {"": 1.0, "kwh": 1.0, "mwh": KWH_PER_MWH}
FEW_CONNECTIONS = 10.0
"""Fewer meters than this can lie far from the mean of homes: then the wide band holds."""
WIDE_BAND = 25.0
FIRST_ROW = 2
"""Row of the file in which the first figures stand, below the header."""


@dataclass(frozen=True, slots=True)
class KnownNames:
    """Names that a total may be about: keys of buildings, street names, sectors, and the municipality with its code."""

    buildings: tuple[str, ...]
    streets: tuple[str, ...]
    sectors: tuple[str, ...]
    municipality: tuple[str, ...]
    any_sector: bool
    """True when the files do not tell which sectors lie here: then any official code counts."""

    def of(self, level: str) -> tuple[str, ...]:
        """The names of one level."""
        by_level: Mapping[str, tuple[str, ...]] = {
            "building": self.buildings, "street": self.streets, "sector": self.sectors, "municipality": self.municipality,
        }  # fmt: skip
        return by_level[level]


def known_names(
    records: pd.DataFrame,
    streets: pd.DataFrame | None,
    *,
    areas: gpd.GeoDataFrame | None,
    statistics: pd.DataFrame | None,
    municipality: Iterable[str | None],
) -> KnownNames:
    """The names that a place knows at each level."""
    lines = [records["street"]] if streets is None else [records["street"], streets["street"]]
    sectors = set() if statistics is None else set(statistics["sector"])
    if areas is not None:
        linked = pd.read_csv(SECTORS, comment="#", dtype="str")
        sectors |= set(linked.loc[linked["wijkcode"].isin(areas.index), "sector"]) | set(areas.index)
        sectors |= set(areas["name"].dropna())
    return KnownNames(
        buildings=tuple(str(key) for key in records.index), streets=tuple(sorted(set(pd.concat(lines).dropna()))),
        sectors=tuple(sorted(sectors)), municipality=tuple(name for name in municipality if name), any_sector=not sectors,
    )  # fmt: skip


def meter_table(
    files: tuple[Path, ...], settings: Settings, folder: Path, known: KnownNames
) -> tuple[pd.DataFrame | None, list[RemarkRow]]:
    """Table ``meters`` from the CSV files of a place that hold metered totals; None when there are none.

    Columns of a file: level, name, year, gas_kwh, calorific; connections, unit (kWh or MWh) and source where known; Dutch names
    count too. The signs of numbers are declared in place.toml as for figures per sector.

    Raises DataError that lists every fault with file, row, column, unit, what was expected and the next step: unknown level,
    name or calorific word, negative or impossible use per connection, the same total twice.
    Method: docs/method.md#place-metered.
    """
    stated = {item.file: item for item in settings.tables.values()}
    parts: list[pd.DataFrame] = []
    rows: list[RemarkRow] = []
    faults: list[str] = []
    for file in dict.fromkeys([*files, *(folder / name for name in stated)]):
        how = stated.get(file.name, TableStated(file=file.name))
        raw = text_table(file, how)
        if not is_meter_table(raw.columns, file.name):
            continue
        part, found, wrong = _read(_named(raw, file.name), file.name, how, known)
        parts.append(part)
        rows += found
        faults += wrong
    if faults:
        raise DataError(
            "metered totals cannot be used; correct the rows in the file, or take them out to go without them", faults
        )
    filled = [part for part in parts if len(part)]
    if not filled:
        return None, rows
    joined = pd.concat(filled, ignore_index=True)
    _refuse_twice_given(joined)
    joined = joined.sort_values(["level", "name", "year"], ignore_index=True)
    joined.index = pd.Index([f"m{number:05d}" for number in range(1, len(joined) + 1)], name="row", dtype="str")
    return tables.check(tables.METERS, joined[tables.METERS.column_names], where="meters"), rows


def _named(raw: pd.DataFrame, file: str) -> pd.DataFrame:
    """The columns under our names; raises DataError when one that is needed is missing."""
    present = {ours: next((name for name in (ours, *theirs) if name in raw), None) for ours, theirs in OURS.items()}
    missing = [ours for ours, name in present.items() if name is None and ours not in OPTIONAL]
    if missing:
        hints = "; ".join(f"{name}: {suggestion(name, raw.columns)}" for name in missing)
        raise DataError(
            f"{file}: columns {', '.join(missing)} are missing, expected {', '.join(OURS)} ({', '.join(OPTIONAL)} may be left out); {hints}"
        )
    blank = pd.Series("", index=raw.index)
    return pd.DataFrame({
        ours: blank if name is None else raw[name].fillna("").str.strip() for ours, name in present.items()
    })  # fmt: skip


def _read(
    raw: pd.DataFrame, file: str, how: TableStated, known: KnownNames
) -> tuple[pd.DataFrame, list[RemarkRow], list[str]]:
    """The rows of one file, what is to be remarked, and the faults."""
    written_unit = raw["unit"].str.lower()
    scale = written_unit.map(UNITS)
    gas, connections = (
        figures(raw[name], decimal=how.decimal, thousands=how.thousands, where=f"{file}, column {name}")
        for name in ("gas_kwh", "connections")
    )
    level = raw["level"].str.lower().replace(LEVEL_WORDS)
    table = pd.DataFrame({
        "level": level, "name": _spelled(level, raw["name"], known), "year": pd.to_numeric(raw["year"], errors="coerce"),
        "gas_kwh": gas * scale, "connections": connections, "calorific": raw["calorific"].str.lower().replace(CALORIFIC_WORDS),
        "source": raw["source"].mask(raw["source"] == "", file),
    })  # fmt: skip
    faults = [
        *_word_faults(table, raw, file),
        *_name_faults(table, raw, file, known),
        *_number_faults(table, raw, file, scale.isna()),
        *_double_faults(table, file),
    ]
    hidden = table["gas_kwh"].isna() & scale.notna()
    rows = []
    if hidden.any():
        rows.append(remark(
            "meters", f"{file}: {int(hidden.sum())} totalen zijn leeg of verborgen en tellen niet mee.",
            f"{file}: {int(hidden.sum())} totals are empty or hidden and do not count.", level="info", method=METHOD,
        ))  # fmt: skip
    kept = table[~hidden]
    return (kept if faults else kept.astype({"year": "int64"})), rows, faults


def _spelled(level: pd.Series, name: pd.Series, known: KnownNames) -> pd.Series:
    """Names as the place writes them: streets and municipality by their letters only, keys and codes as they are."""
    found = name.copy()
    for each in ("street", "municipality"):
        rows = level == each
        official = names.official_names(pd.Series(known.of(each), dtype="str"))
        found = found.mask(rows, names.spelled(name.where(rows), official))
    # the code of the municipality stands for its name
    first = known.municipality[0] if known.municipality else ""
    return found.mask((level == "municipality") & found.isin(known.municipality), first).astype("str")


# ---------------------------------------------------------------------------------------------------------------------- faults


def _rows(wrong: pd.Series) -> str:
    """Rows of the file, the header counted, for a message."""
    numbers = [str(number + FIRST_ROW) for number in np.flatnonzero(wrong.to_numpy())]
    return ("row " if len(numbers) == 1 else "rows ") + tables.first_keys(numbers)


def _word_faults(table: pd.DataFrame, raw: pd.DataFrame, file: str) -> list[str]:
    faults = []
    for name, allowed, words in (
        ("level", tables.METER_LEVELS, LEVEL_WORDS), ("calorific", tables.CALORIFIC, CALORIFIC_WORDS)
    ):  # fmt: skip
        wrong = ~table[name].isin(allowed)
        if not wrong.any():
            continue
        shown = next(iter(raw.loc[wrong, name]))
        expected = ", ".join([*allowed, *words])
        hint = "a bill and Fluvius state gross (bovenwaarde)" if name == "calorific" else suggestion(shown, allowed)
        faults.append(f"{file}, {_rows(wrong)}, column {name}: found {shown!r}, expected one of {expected}; {hint}")
    return faults


def _name_faults(table: pd.DataFrame, raw: pd.DataFrame, file: str, known: KnownNames) -> list[str]:
    faults = []
    for level in tables.METER_LEVELS:
        lost = (table["level"] == level) & ~table["name"].isin(known.of(level))
        if level == "sector" and known.any_sector:
            lost &= ~table["name"].str.fullmatch(OFFICIAL_CODE)
        if not lost.any():
            continue
        shown = next(iter(raw.loc[lost, "name"]))
        near = suggestion(shown, known.of(level)) if known.of(level) else "the place names none"
        faults.append(
            f"{file}, {_rows(lost)}, column name: {level} {shown!r} is not in this place; {_short(near)} "
            "Correct the name, or take the row out"
        )
    return faults


def _short(near: str) -> str:
    """A hint of at most a few names: a place knows thousands of buildings."""
    if not near.startswith("known: "):
        return near
    listed = near.removeprefix("known: ").split(", ")
    return f"known: {tables.first_keys(listed)}."


def _number_faults(table: pd.DataFrame, raw: pd.DataFrame, file: str, no_unit: pd.Series) -> list[str]:
    faults = []
    year, bounds = table["year"], tables.METERS["year"]
    possible = (year >= (bounds.low or 0)) & (year <= (bounds.high or np.inf)) & (year % 1 == 0)
    checks = [
        ("unit", no_unit, "kWh or MWh", "convert the figures"),
        ("year", ~possible, bounds.expected, "write the year of metering"),
        ("gas_kwh", table["gas_kwh"] < 0, "at least 0 kWh", "injected gas is not a use: correct the figure"),
        ("connections", table["connections"] <= 0, "at least 1 meter, or empty where not known", "correct the number"),
    ]  # fmt: skip
    for name, wrong, expected, step in checks:
        if wrong.any():
            faults.append(
                f"{file}, {_rows(wrong)}, column {name}: found {next(iter(raw.loc[wrong, name]))!r}, expected {expected}; {step}"
            )
    return faults + _magnitude_faults(table, file)


def _magnitude_faults(table: pd.DataFrame, file: str) -> list[str]:
    """Use per meter far from that of a home: kWh written where MWh was meant, or a large customer inside the total."""
    each = table["gas_kwh"] / table["connections"].where(table["connections"] > 0)
    band = np.where(table["connections"] >= FEW_CONNECTIONS, BAND, WIDE_BAND)
    judged = each.notna() & (each >= 0) & (table["level"] != "building")
    low, high = GAS_KWH_PER_CONNECTION / band, GAS_KWH_PER_CONNECTION * band
    faults = []
    for wrong, guess in (
        (judged & (each < low), "it looks like MWh: write MWh in column unit"),
        (
            judged & (each > high),
            "it looks like Wh, or a large customer is inside: give that its own row of level building",
        ),
    ):
        if wrong.any():
            place = int(np.flatnonzero(wrong.to_numpy())[0])
            faults.append(
                f"{file}, {_rows(wrong)}, column gas_kwh: {each.iloc[place]:,.1f} kWh per connection, expected "
                f"{low[place]:,.0f} to {high[place]:,.0f} kWh; {guess}"
            )
    return faults


def _double_faults(table: pd.DataFrame, file: str) -> list[str]:
    twice = table.duplicated(["level", "name", "year"], keep=False)
    if not twice.any():
        return []
    level, name, year = table.loc[twice, ["level", "name", "year"]].iloc[0]
    return [
        f"{file}, {_rows(twice)}: {level} {name} has more than one total of {year:g}, expected each once; add them or keep one"
    ]


def _refuse_twice_given(table: pd.DataFrame) -> None:
    twice = table.duplicated(["level", "name", "year"], keep=False)
    if twice.any():
        level, name, year = table.loc[twice, ["level", "name", "year"]].iloc[0]
        raise DataError(
            f"{level} {name} has a metered total of {year} in more than one file, expected each once; keep one"
        )
