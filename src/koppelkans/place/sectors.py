"""Figures per statistical sector: Fluvius use per sector (1_06a), and the user's own tables (EPC, income, heating)."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from koppelkans import tables
from koppelkans.errors import DataError, suggestion
from koppelkans.place.columns import plain
from koppelkans.place.settings import Settings, TableStated
from koppelkans.tables import RemarkRow, remark

FLUVIUS_COLUMNS = ("verbruiksjaar", "richting", "markt", "statistische_sector", "sector", "aantal", "afname")
USER_COLUMNS = ("sector", "year", "quantity", "unit", "value", "source")
METER_COLUMNS = ({"level", "gas_kwh"}, {"niveau", "gas_kwh"}, {"level", "calorific"}, {"niveau", "verbrandingswaarde"})
"""Pairs of columns by which a file of metered totals is known: read elsewhere."""
METER_STEMS = ("meters", "meterstanden")
FLUVIUS_LINE = "Bron: Fluvius open data (1_06a)"
GAS_KWH_PER_CONNECTION = 11_600.0
"""Mean of 300 residential digital gas meters in Flanders, 2024; tells kWh from MWh, never used as a value."""
SECTORS = Path(__file__).parent / "data" / "sectors_of_neighbourhoods.csv"
OFFICIAL_CODE = r"\d{5}\S{4}"
"""A statistical sector: NIS code of the municipality and four signs."""
BAND = 4.0
"""A mean this many times above or below fits neither unit."""
KWH_PER_MWH = 1_000.0
HIDDEN = ("x", "")
"""How sources write a figure that is too small to show: unknown, not zero."""


def sector_table(
    files: tuple[Path, ...], settings: Settings, folder: Path, areas: pd.DataFrame | None
) -> tuple[pd.DataFrame | None, list[RemarkRow]]:
    """Table ``sector_statistics`` from the CSV files of a place that hold figures per sector; None when there are none.

    Raises DataError on a missing column, an undeclared decimal sign, or a unit that fits neither kWh nor MWh.
    Method: docs/method.md#place-sectors.
    """
    stated = {item.file: item for item in settings.tables.values()}
    parts: list[pd.DataFrame] = []
    rows: list[RemarkRow] = []
    for file in dict.fromkeys([*files, *(folder / name for name in stated)]):
        how = stated.get(file.name, TableStated(file=file.name))
        raw = text_table(file, how)
        if is_meter_table(raw.columns, file.name):
            continue
        if {"statistische_sector", "afname"} <= set(raw.columns):
            part, found = _fluvius(raw, file.name, how)
        elif {"sector", "quantity", "value"} & set(raw.columns):
            part, found = _of_user(raw, file.name, how)
        else:
            found = [
                remark(
                    "sector_statistics",
                    f"Bestand {file.name} is niet herkend en wordt niet gebruikt.",
                    f"File {file.name} was not recognised and is not used.",
                    level="info",
                    method="place-formats",
                )
            ]
            part = pd.DataFrame()
        parts.append(part)
        rows += found
    filled = [part for part in parts if len(part)]
    if not filled:
        return None, rows
    joined, row = _of_the_place(pd.concat(filled, ignore_index=True), areas)
    rows += row
    if joined.empty:
        return None, rows
    joined = joined.sort_values(["sector", "year", "quantity"], ignore_index=True)
    joined.index = pd.Index([f"s{number:05d}" for number in range(1, len(joined) + 1)], name="row", dtype="str")
    faults = _gas_faults(joined)
    if faults:
        raise DataError("figures per sector are in an impossible unit; correct the unit and read again", faults)
    return tables.check(tables.SECTOR_STATISTICS, joined[tables.SECTOR_STATISTICS.column_names]), rows


def is_meter_table(columns: Iterable[str], file: str) -> bool:
    """Whether a file holds metered totals of gas: by its columns, or by its name."""
    found = set(columns)
    return any(pair <= found for pair in METER_COLUMNS) or Path(file).stem.lower() in METER_STEMS


def _of_the_place(table: pd.DataFrame, areas: pd.DataFrame | None) -> tuple[pd.DataFrame, list[RemarkRow]]:
    """The rows of the sectors that lie in the neighbourhoods of the place; all rows when the areas do not tell."""
    if areas is None:
        return table, []
    linked = pd.read_csv(SECTORS, comment="#", dtype="str")
    codes = set(linked.loc[linked["wijkcode"].isin(areas.index), "sector"]) | set(areas.index)
    # a name of the user's own is not judged: only official codes tell where they lie
    here = table["sector"].isin(codes) | ~table["sector"].str.fullmatch(OFFICIAL_CODE)
    if here.all():
        return table, []
    kept, every = table.loc[here, "sector"].nunique(), table["sector"].nunique()
    row = remark(
        "sector_statistics",
        f"Van {every} sectoren in de bestanden liggen er {kept} in het gebied; de andere tellen niet mee.",
        f"Of {every} sectors in the files {kept} lie in the area; the others do not count.",
        level="info" if kept else "warning",
        method="place-sectors",
    )
    return table[here], [row]


def _separator(file: Path) -> str:
    first = file.read_bytes().split(b"\n", 1)[0].decode("utf-8-sig", errors="replace")
    return max(";,\t", key=first.count)


def text_table(file: Path, how: TableStated) -> pd.DataFrame:
    """A CSV file with every cell as text; a figure is converted only by its declared signs."""
    try:
        raw = pd.read_csv(
            file, sep=how.separator or _separator(file), dtype="str", encoding=how.encoding, keep_default_na=False
        )
    except (UnicodeDecodeError, LookupError) as error:
        raise DataError(
            f"{file.name} is not {how.encoding}: {error}; state encoding in place.toml, e.g. cp1252"
        ) from error
    except (pd.errors.ParserError, pd.errors.EmptyDataError, OSError) as error:
        raise DataError(
            f"{file.name} cannot be read as a table: {error}; expected columns separated by ; or ,"
        ) from error
    theirs = {source: ours for ours, source in how.columns.items()}
    return raw.rename(columns={name: theirs.get(name, plain(name.lstrip("\ufeff"))) for name in raw.columns})


def figures(values: pd.Series, *, decimal: str | None, thousands: str | None, where: str) -> pd.Series:
    """Numbers written as text, by their declared signs; hidden cells are missing.

    Raises DataError when a sign stands in the cells that nobody declared, or a cell is no number.
    """
    written = values.str.strip()
    hidden = written.str.lower().isin(HIDDEN)
    bare = written[~hidden].str.replace("€", "", regex=False).str.strip()
    signs = [sign for sign in (".", ",") if bare.str.contains(sign, regex=False).any()]
    unknown = [sign for sign in signs if sign not in (decimal, thousands)]
    if unknown:
        shown = ", ".join(bare[bare.str.contains(unknown[0], regex=False)].head(3))
        raise DataError(
            f"{where}: cells such as {shown} hold {' and '.join(repr(sign) for sign in unknown)}, which is a decimal or a thousands sign; "
            "declare it in place.toml: [tables.NAME] file = ..., decimal = ..., thousands = ..."
        )
    if thousands:
        bare = bare.str.replace(thousands, "", regex=False)
    if decimal:
        bare = bare.str.replace(decimal, ".", regex=False)
    numbers = pd.to_numeric(bare, errors="coerce")
    wrong = numbers.isna()
    if wrong.any():
        raise DataError(
            f"{where}: {int(wrong.sum())} cells are no number ({', '.join(bare[wrong].head(3))}), expected a figure, X or empty"
        )
    return numbers.reindex(values.index).astype("float64")


# ------------------------------------------------------------------------------------------------------------------- Fluvius


def _fluvius(raw: pd.DataFrame, file: str, how: TableStated) -> tuple[pd.DataFrame, list[RemarkRow]]:
    missing = [name for name in FLUVIUS_COLUMNS if name not in raw.columns]
    if missing:
        raise DataError(f"{file}: columns {', '.join(missing)} are missing, expected {', '.join(FLUVIUS_COLUMNS)}")
    # the portal writes a decimal point; another sign must be declared
    decimal = how.decimal or "."
    used = figures(raw["afname"], decimal=decimal, thousands=how.thousands, where=f"{file}, column afname")
    count = figures(raw["aantal"], decimal=decimal, thousands=how.thousands, where=f"{file}, column aantal")
    market = raw["markt"].str.strip().str.lower()
    home = raw["sector"].str.contains("huishoud|residenti", case=False, regex=True)
    if "subsector" in raw:
        home |= raw["subsector"].str.contains("huishoud|residenti", case=False, regex=True)
    taken = raw["richting"].str.strip().str.lower() == "afname"
    unit, mean = _unit(used, count, taken & (market == "gas"), home, file)
    kwh = used * (KWH_PER_MWH if unit == "MWh" else 1.0)
    carrier = market.map({"gas": "gas", "elektriciteit": "electricity"})
    known = taken & carrier.notna()
    label = carrier.where(home, carrier + "_other")
    base = pd.DataFrame(
        {"sector": raw["statistische_sector"].str.strip(), "year": raw["verbruiksjaar"].str.strip(), "label": label}
    )
    parts = []
    for ending, values, of in (("_kwh", kwh, "kWh"), ("_connections", count, "EAN")):
        part = base.assign(quantity=base["label"] + ending, value=values, unit=of)[known]
        part = part.assign(hidden=part["value"].isna())
        summed = part.groupby(["sector", "year", "quantity", "unit"], as_index=False).agg(
            {"value": "sum", "hidden": "any"}
        )
        # a hidden cell makes its sum unknown, never smaller
        parts.append(summed.assign(value=summed["value"].mask(summed["hidden"])).drop(columns="hidden"))
    table = pd.concat(parts, ignore_index=True).assign(source=FLUVIUS_LINE)
    table = table.assign(year=table["year"].astype("int64"))
    row = remark(
        "sector_statistics",
        f"Fluvius publiceert de eenheid van het verbruik niet; afgeleid is {unit}: gemiddeld {mean:,.0f} kWh gas per aansluiting ({file}).",
        f"Fluvius does not publish the unit of the use; inferred is {unit}: {mean:,.0f} kWh of gas per connection on average ({file}).",
        method="place-sectors",
    )  # fmt: skip
    return table, [row]


def _unit(used: pd.Series, count: pd.Series, gas: pd.Series, home: pd.Series, file: str) -> tuple[str, float]:
    """Unit in which the use is written, and the mean gas use per connection in kWh: the only unit that makes homes plausible."""
    rows = gas & home if (gas & home).any() else gas
    known = rows & used.notna() & (count > 0)
    if not known.any():
        raise DataError(
            f"{file}: no gas use with a number of connections, so the unit of afname cannot be told; expected rows with markt gas"
        )
    mean = float(used[known].sum() / count[known].sum())
    for unit, factor in (("kWh", 1.0), ("MWh", KWH_PER_MWH)):
        if GAS_KWH_PER_CONNECTION / BAND <= mean * factor <= GAS_KWH_PER_CONNECTION * BAND:
            return unit, mean * factor
    raise DataError(
        f"{file}: afname / aantal is {mean:g} per gas connection; expected about {GAS_KWH_PER_CONNECTION:g} (kWh) or "
        f"{GAS_KWH_PER_CONNECTION / KWH_PER_MWH:g} (MWh). Neither unit fits: check which columns were exported"
    )


# ---------------------------------------------------------------------------------------------------------- the user's tables


def _of_user(raw: pd.DataFrame, file: str, how: TableStated) -> tuple[pd.DataFrame, list[RemarkRow]]:
    missing = [name for name in USER_COLUMNS if name not in raw.columns]
    if missing:
        hints = "; ".join(f"{name}: {suggestion(name, raw.columns)}" for name in missing)
        raise DataError(
            f"{file}: columns {', '.join(missing)} are missing, expected {', '.join(USER_COLUMNS)} ({hints})"
        )
    value = figures(raw["value"], decimal=how.decimal, thousands=how.thousands, where=f"{file}, column value")
    year = pd.to_numeric(raw["year"], errors="coerce")
    if year.isna().any():
        raise DataError(f"{file}, column year: {int(year.isna().sum())} cells are no year, expected e.g. 2024")
    factor = np.where(raw["unit"].str.lower() == "mwh", KWH_PER_MWH, 1.0)
    unit = raw["unit"].mask(raw["unit"].str.lower() == "mwh", "kWh")
    table = pd.DataFrame(
        {
            "sector": raw["sector"].str.strip(), "year": year.astype("int64"), "quantity": raw["quantity"].str.strip(),
            "value": value * factor, "unit": unit.str.strip(), "source": raw["source"].str.strip(),
        }
    )  # fmt: skip
    return table, []


def _gas_faults(table: pd.DataFrame) -> list[str]:
    """Faults of unit, kWh written where MWh was meant or the reverse: gas per connection of a sector far from that of a home."""
    wide = table.pivot_table(index=["sector", "year"], columns="quantity", values="value", aggfunc="sum")
    if not {"gas_kwh", "gas_connections"} <= set(wide.columns):
        return []
    ratio = wide["gas_kwh"] / wide["gas_connections"].where(wide["gas_connections"] > 0)
    middle = float(ratio.median())
    if np.isnan(middle) or GAS_KWH_PER_CONNECTION / BAND <= middle <= GAS_KWH_PER_CONNECTION * BAND:
        return []
    keys = [f"{sector} {year}" for sector, year in ratio.dropna().index]
    guess = "MWh" if middle < GAS_KWH_PER_CONNECTION else "Wh"
    return [
        f"gas_kwh / gas_connections is {middle:g} ({tables.first_keys(keys)}), expected about {GAS_KWH_PER_CONNECTION:g} kWh per connection; "
        f"the figures look like {guess}: write that in column unit"
    ]
