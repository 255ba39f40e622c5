"""The yearly tariff workbook of the Flemish regulator: one sheet per grid area and carrier, read by its labels.

Sheets are called after area and carrier (``FA ELEK Afname``, ``FMV GAS Afname``). Rows and columns move from year to year, so nothing is
read by position: a column is found by the words above it, a row by its label, section and unit.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import openpyxl  # type: ignore[import-untyped]
from openpyxl.utils.exceptions import InvalidFileException  # type: ignore[import-untyped]

from koppelkans.errors import ParameterError
from koppelkans.parameters.coverage import GRID_AREAS
from koppelkans.parameters.importers import RuleRow
from koppelkans.parameters.store import ALL

PREFIXES = dict(zip(("FA", "FHV", "FI", "FK", "FL", "FMV", "FW", "FZD"), GRID_AREAS, strict=True))
"""Prefix of a sheet and the grid area that it stands for."""
TITLE = "Vlaamse Nutsregulator, distributienettarieven {year}, werkboek {file}"
DATA_FEE = "elec.data_management"
MONTHS_PER_YEAR = 12
SAME_SHARE = 1e-4
"""Difference between the yearly and twelve times the monthly amount that is rounding."""
HEAD_ROWS = 12
CONTINUED = "of"
"""Label of a row that gives the tariff of the row above in another unit."""

Cell = object
Grid = Sequence[Sequence[Cell]]


@dataclass(frozen=True, slots=True)
class _Line:
    """One row of a sheet: its section (``netgebruik``, ...), label, unit, and the row number for a message."""

    section: str
    label: str
    unit: str
    row: int


@dataclass(frozen=True, slots=True)
class _Wanted:
    """One term to find: what a row must say, how units of the sheet convert, and whether several rows are added up."""

    name: str
    unit: str
    pattern: str
    factor: dict[str, float]
    words: str
    summed: bool = False

    def fits(self, line: _Line) -> bool:
        """Whether section and label say the term; night registers are another term."""
        said = f"{line.section} | {line.label}"
        return re.search(self.pattern, said) is not None and "nacht" not in line.label


_PER_KW = {"eur/kw/jaar": 1.0, "eur/kw/maand": float(MONTHS_PER_YEAR)}
_PER_KWH, _PER_YEAR = {"eur/kwh": 1.0}, {"eur/jaar": 1.0}
_KWH = (
    _Wanted("obligations", "EUR/kWh", r"openbare ?dienst|\bodv\b", _PER_KWH, "Openbaredienstverplichtingen"),
    _Wanted("surcharges", "EUR/kWh", r"toeslag|pensioen|retributie", _PER_KWH, "Toeslagen", summed=True),
)
_ELECTRICITY = (
    _Wanted("capacity", "EUR/kW/year", r"gemiddelde maandpiek", _PER_KW, "Gemiddelde maandpiek"),
    _Wanted("net", "EUR/kWh", r"netgebruik.*kwh-tarief", _PER_KWH, "kWh-tarief voor het netgebruik"),
    *_KWH,
    _Wanted("data", "EUR/year", r"databeheer(?!.*kv)", _PER_YEAR, "Databeheer"),
)
_GAS = (
    _Wanted("fixed", "EUR/year", r"vaste term", _PER_YEAR, "Vaste term"),
    _Wanted("net", "EUR/kWh", r"proportionele term", _PER_KWH, "Proportionele term"),
    *_KWH,
)
_TERMS_OF_A_KWH = ("net", "obligations", "surcharges")
GAS_GROUPS = ("t1", "t2", "t3")


def workbook_rules(path: Path | str, year: int) -> tuple[RuleRow, ...]:
    """Network tariffs of a year in every area of a workbook, without VAT, as rows of rules (standing official).

    Electricity on low voltage with a digital meter: capacity, the kWh term (network, public service obligations and surcharges added
    up), the obligations apart, the data fee once. Gas: fixed and kWh term of T1 to T3, added up likewise; its data fee is not read.

    Raises ParameterError that lists every fault: sheet, row and column words not found, two rows that fit, a unit that is not known, an area
    prefix that is not known. Method: docs/method.md#rule-import.
    """
    file = Path(path)
    if not file.exists():
        raise ParameterError(f"no workbook at {file}")
    try:
        book = openpyxl.load_workbook(file, read_only=True, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError) as error:
        raise ParameterError(f"{file.name} is not an Excel workbook (.xlsx): {error}") from error
    rows: list[RuleRow] = []
    faults: list[str] = []
    source = TITLE.format(year=year, file=file.name)
    try:
        for name in book.sheetnames:
            match = re.fullmatch(r"(\S+)\s+(ELEK|GAS)\s+Afname", name.strip(), flags=re.IGNORECASE)
            if match is None:
                continue
            area = PREFIXES.get(match[1].upper())
            if area is None:
                faults.append(
                    f"{file.name}, sheet {name}: area prefix {match[1]} is not known; known: {', '.join(PREFIXES)}"
                )
                continue
            grid = [list(row) for row in book[name].iter_rows(values_only=True)]
            read = _electricity if match[2].upper() == "ELEK" else _gas
            found, wrong = read(grid, f"{file.name}, sheet {name}")
            rows += [_rule(key, area, value, unit, year, source, where) for key, value, unit, where in found]
            faults += wrong
    finally:
        book.close()
    if not rows and not faults:
        faults.append(
            f"{file.name} has no sheet named AREA ELEK Afname or AREA GAS Afname; found {', '.join(book.sheetnames[:5])}"
        )
    rows, differing = _data_fee_once(rows)
    if faults or differing:
        raise ParameterError(f"{file.name} cannot be used as tariffs", [*faults, *differing])
    return tuple(rows)


def _rule(key: str, area: str, value: float, unit: str, year: int, source: str, where: str) -> RuleRow:
    ends = (date(year, 1, 1), date(year, 12, 31))
    return RuleRow(key, area, round(value, 10), unit, "excl", *ends, source, "official", "", where)


def _data_fee_once(rows: Sequence[RuleRow]) -> tuple[list[RuleRow], list[str]]:
    fees = [row for row in rows if row.key == DATA_FEE]
    others = [row for row in rows if row.key != DATA_FEE]
    if len({row.value for row in fees}) > 1:
        shown = ", ".join(f"{row.value} ({row.where})" for row in fees[:3])
        return others, [f"the data fee differs between areas: {shown}; expected one fee for all"]
    return [*others, *(replace(fee, scope=ALL) for fee in fees[:1])], []


Figure = tuple[float, str, str]
Found = list[tuple[str, float, str, str]]


def _electricity(grid: Grid, sheet: str) -> tuple[Found, list[str]]:
    column = _column(grid, lambda head: _low_voltage(head) and re.search(r"digitale|met piekmeting", head) is not None)
    column = _column(grid, _low_voltage) if column is None else column
    if column is None:
        wanted = "Laagspanningsnet or LS, with Digitale meter"
        return [], [f"{sheet}: no column for low voltage; expected {wanted} in the first {HEAD_ROWS} rows"]
    figures, faults = _figures(_lines(grid, column), _ELECTRICITY, sheet)
    found = _found(figures, {"capacity": "elec.capacity_tariff", "obligations": "elec.dist_pso_kwh", "data": DATA_FEE})
    return [*found, *_per_kwh(figures, "elec.dist_kwh", sheet)], faults


def _gas(grid: Grid, sheet: str) -> tuple[Found, list[str]]:
    found: Found = []
    faults = []
    for group in GAS_GROUPS:
        column = _column(grid, _names(group))
        if column is None:
            faults.append(f"{sheet}: no column {group.upper()}; expected it in the first {HEAD_ROWS} rows")
            continue
        figures, wrong = _figures(_lines(grid, column), _GAS, f"{sheet}, column {group.upper()}")
        found += [*_found(figures, {"fixed": f"gas.{group}_fixed"}), *_per_kwh(figures, f"gas.{group}_prop", sheet)]
        faults += wrong
    return found, faults


def _low_voltage(head: str) -> bool:
    return "laagspanning" in head or _names("ls")(head)


def _names(word: str) -> Callable[[str], bool]:
    return lambda head: re.search(rf"\b{word}\b", head) is not None


def _found(figures: dict[str, Figure], keys: dict[str, str]) -> Found:
    return [(key, *figures[name]) for name, key in keys.items() if name in figures]


def _per_kwh(figures: dict[str, Figure], key: str, sheet: str) -> Found:
    """The whole term per kWh, as a bill shows it: network, public service obligations and surcharges together."""
    terms = [figures[name][0] for name in _TERMS_OF_A_KWH if name in figures]
    return [(key, sum(terms), "EUR/kWh", sheet)] if len(terms) == len(_TERMS_OF_A_KWH) else []


def _figures(
    lines: Sequence[tuple[_Line, float]], wanted: Sequence[_Wanted], sheet: str
) -> tuple[dict[str, Figure], list[str]]:
    found: dict[str, Figure] = {}
    faults = []
    for want in wanted:
        fitting = [(line, value) for line, value in lines if want.fits(line)]
        usable = [(line, value * want.factor[line.unit]) for line, value in fitting if line.unit in want.factor]
        values = [value for _, value in usable]
        rows = ", ".join(str(line.row) for line, _ in usable or fitting)
        expected = " or ".join(want.factor)
        if not fitting:
            faults.append(f"{sheet}: no row {want.words} with a number; expected it in {expected}; check the labels")
        elif not usable:
            unit = fitting[0][0].unit
            faults.append(f"{sheet}, row {rows} ({want.words}): unit {unit}; expected {expected}; check the sheet")
        elif not want.summed and max(values) - min(values) > SAME_SHARE * abs(max(values)):
            faults.append(
                f"{sheet}: rows {rows} all fit {want.words} but differ; expected one tariff; remove the others"
            )
        else:
            # The yearly amount before the monthly one: the sheet rounds both, and twelve months would carry twelve roundings.
            best = min(usable, key=lambda pair: want.factor[pair[0].unit])[1]
            found[want.name] = (sum(values) if want.summed else best, want.unit, f"{sheet}, row {rows}")
    return found, faults


def _lines(grid: Grid, column: int) -> list[tuple[_Line, float]]:
    """Every row with a number in a column; a label ``of`` continues the row above, a row without a number begins a section."""
    lines: list[tuple[_Line, float]] = []
    section = label = ""
    for number, row in enumerate(grid, start=1):
        texts = [text for cell in row if isinstance(cell, str) and (text := _plain(cell))]
        unit = next((text for text in texts if text.startswith("eur/")), "")
        words = [text for text in texts if text != unit and not text.rstrip(".").isdigit()]
        cell = row[column] if column < len(row) else None
        if not unit:
            section = words[0] if words and not words[0].startswith(("-", "*")) else section
            continue
        if words and words[0] != CONTINUED:
            label = words[0]
        elif not words:
            label = section
        if isinstance(cell, int | float) and not isinstance(cell, bool):
            lines.append((_Line(section, label, unit, number), float(cell)))
    return lines


def _column(grid: Grid, fits: Callable[[str], bool]) -> int | None:
    """The first column whose heading, the texts above one another in the first rows, fits; merged cells reach to the right."""
    head = [_spread(row) for row in grid[:HEAD_ROWS] if not any(_is_unit(cell) for cell in row)]
    width = max((len(row) for row in head), default=0)
    for column in range(width):
        words = " ".join(row[column] for row in head if column < len(row) and row[column])
        if fits(words):
            return column
    return None


def _spread(row: Sequence[Cell]) -> list[str]:
    """Texts of a row of headings; a short heading in column 3 or later also heads the empty cells to its right, as merged cells do."""
    spread, last = [], ""
    for position, cell in enumerate(row):
        text = _plain(cell) if isinstance(cell, str) else ""
        last = text or last
        spread.append(last if position > 1 else "")
    return spread


def _is_unit(cell: Cell) -> bool:
    return isinstance(cell, str) and _plain(cell).startswith("eur/")


def _plain(text: str) -> str:
    return " ".join(text.split()).lower().rstrip("*").strip()
