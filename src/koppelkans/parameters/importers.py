"""Rules from elsewhere: a CSV of rules, and the yearly tariff workbook of the Flemish regulator, as dated values with their source.

Question: which figures does this file give, can each of them be used as it stands, and what do they change in the rules shipped?
A file is read whole and every fault is reported at once: file, row, column, unit found, what was expected, next step.
"""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby, pairwise
from pathlib import Path

from koppelkans import tables
from koppelkans.errors import ParameterError, suggestion
from koppelkans.parameters.store import ALL, STANDINGS, Parameter, Parameters, Value, overlaps
from koppelkans.tables import RemarkRow

COLUMNS = ("key", "scope", "value", "unit", "vat", "valid_from", "valid_to", "source", "confidence", "note")
SAME_UNIT = {
    "EUR/yr": "EUR/year", "EUR/jaar": "EUR/year", "EUR/kW/yr": "EUR/kW/year", "EUR/kW/jaar": "EUR/kW/year", "EUR/kVA/yr": "EUR/kVA/year",
    "kWh/yr": "kWh/year", "kWh/jaar": "kWh/year", "MEUR/yr": "MEUR/year", "yr": "year", "per yr": "1/year", "-": "share", "of invoice": "share",
    "x": "ratio", "EUR max": "EUR", "EUR/tCO2": "EUR/t",
}  # fmt: skip
"""Other ways of writing a unit of the parameters."""
TEXTS = ("text", "date", "")
HOUSEHOLD_VAT = ("vat", "household_energy")


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One value of a file, checked on its own: ``where`` names file and row for a message."""

    key: str
    scope: str
    value: float | str
    unit: str
    vat: str
    first: date
    last: date | None
    source: str
    standing: str
    note: str
    where: str


# ------------------------------------------------------------------------------------------------------------------------- CSV


def read_rules(path: Path | str) -> tuple[RuleRow, ...]:
    """The rows of a CSV of rules with the columns ``COLUMNS``; empty scope: everywhere, empty valid_to: until the next row.

    Raises ParameterError that lists every fault: a column that lacks, a date, rank or VAT that cannot be read, a row without source, and
    rows of one key and scope whose dates overlap. Method: docs/method.md#rule-import.
    """
    file = Path(path)
    if not file.exists():
        raise ParameterError(f"no file of rules at {file}")
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            table = csv.DictReader(stream)
            lacking = [name for name in COLUMNS if name not in (table.fieldnames or ())]
            records = list(table)
    except (UnicodeDecodeError, csv.Error) as error:
        raise ParameterError(f"{file.name} is not a CSV in UTF-8: {error}; save it again as CSV UTF-8") from error
    if lacking:
        raise ParameterError(f"{file.name} lacks the columns {', '.join(lacking)}; expected {', '.join(COLUMNS)}")
    if not records:
        raise ParameterError(f"{file.name} holds no rules; expected at least one row below the column names")
    read = [_row(record, f"{file.name}, row {number}") for number, record in enumerate(records, start=2)]
    rows = tuple(row for row, _ in read if row is not None)
    faults = [fault for _, wrong in read for fault in wrong] + _overlapping(rows)
    if faults:
        raise ParameterError(f"{file.name} cannot be used as rules", faults)
    return rows


def _row(record: dict[str, str | None], where: str) -> tuple[RuleRow | None, list[str]]:
    text = {name: (record.get(name) or "").strip() for name in COLUMNS}
    faults = []
    for name in ("key", "value", "unit", "source"):
        if not text[name] and not (name == "unit" and not _is_number(text["value"])):
            faults.append(f"{where}, column {name}: empty; expected {_WANTED[name]}")
    if text["vat"] not in ("", "none", "incl", "excl"):
        faults.append(f"{where}, column vat: {text['vat']!r}; expected incl, excl or empty")
    if text["confidence"] not in STANDINGS:
        faults.append(f"{where}, column confidence: {text['confidence']!r}; expected one of {', '.join(STANDINGS)}")
    first, last = _day(text["valid_from"]), _day(text["valid_to"])
    if first is None:
        faults.append(f"{where}, column valid_from: {text['valid_from']!r}; expected a date such as 2026-01-01")
    if text["valid_to"] and last is None:
        faults.append(f"{where}, column valid_to: {text['valid_to']!r}; expected a date such as 2026-12-31, or empty")
    if first and last and last < first:
        faults.append(f"{where}, column valid_to: {last} lies before valid_from {first}; exchange or correct them")
    if faults or first is None:
        return None, faults
    value = float(text["value"]) if _is_number(text["value"]) else text["value"]
    unit = text["unit"].split(" (")[0]
    vat = "" if text["vat"] == "none" else text["vat"]
    row = RuleRow(
        text["key"], text["scope"] or ALL, value, SAME_UNIT.get(unit, unit), vat, first, last, text["source"], text["confidence"],
        text["note"], where,
    )  # fmt: skip
    return row, []


_WANTED = {
    "key": "the name of a parameter, such as elec.excise", "value": "a number", "unit": "the unit of the value, such as EUR/kWh",
    "source": "where the figure was read; a figure without source is not used",
}  # fmt: skip


def _is_number(text: str) -> bool:
    try:
        return abs(float(text)) < float("inf")
    except ValueError:
        return False


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _overlapping(rows: Sequence[RuleRow]) -> list[str]:
    faults = []
    ordered = sorted(rows, key=lambda row: (row.key, row.scope, row.first))
    for (key, scope), group in groupby(ordered, key=lambda row: (row.key, row.scope)):
        dated = list(group)
        faults += [
            f"{later.where}: {key} ({scope}) begins on {later.first}, while {earlier.where} holds "
            f"{'from that same day' if later.first == earlier.first else f'until {earlier.last}'}; give each day one value"
            for earlier, later in pairwise(dated)
            if later.first == earlier.first or (earlier.last is not None and earlier.last >= later.first)
        ]
    return faults


# --------------------------------------------------------------------------------------------------------------------- overlay


def overlay(parameters: Parameters, rows: Sequence[RuleRow]) -> tuple[Parameters, list[RemarkRow]]:
    """The rules with the rows of a file laid over them, and what a reader must know of it.

    Rows replace values of the same key and scope that begin within their dates; a value that runs into them is cut. Later steps stay.
    VAT is taken out or put in where the parameter is kept the other way, with the VAT on household energy of the first day.

    Raises ParameterError that lists every fault: an unknown key (with a suggestion), another unit than the parameter, a text where a
    number stands, VAT that cannot be converted. Method: docs/method.md#rule-import.
    """
    converted, faults = _converted(parameters, rows)
    if faults:
        raise ParameterError("the rules do not fit the parameters", faults)
    sources = dict(parameters.sources)
    entries = dict(parameters.entries)
    remarks = []
    by_key: dict[str, list[RuleRow]] = defaultdict(list)
    for row in converted:
        by_key[row.key].append(row)
        sources.setdefault(row.source, {"title": row.source, "kind": "import"})
    for key, own in by_key.items():
        known = entries[key]
        fresh = sorted({row.scope for row in own} - set(known.scopes()))
        if fresh:
            remarks.append(_fresh_remark(key, fresh, known))
        entries[key] = replace(known, values=(*_kept(known, own), *(_value(row) for row in own)))
    remarks.append(_count_remark(rows))
    after = replace(parameters, entries=entries, sources=sources)
    left = [fault for key in by_key for fault in overlaps(after.entries[key])]
    if left:
        raise ParameterError("the rules overlap with those shipped", left)
    return after, remarks


def _converted(parameters: Parameters, rows: Sequence[RuleRow]) -> tuple[list[RuleRow], list[str]]:
    good, faults = [], []
    for row in rows:
        if row.key not in parameters.entries:
            faults.append(f"{row.where}, column key: {row.key} is not a parameter; {_near(row.key, parameters)}")
            continue
        known = parameters.entries[row.key]
        texts = any(isinstance(value.value, str) for value in known.values)
        if isinstance(row.value, str) and not texts:
            faults.append(f"{row.where}, column value: {row.value!r}; expected a number in {known.unit}")
        elif not isinstance(row.value, str) and row.unit != known.unit:
            faults.append(
                f"{row.where}, column unit: {row.unit}; expected {known.unit}; convert the value and write that unit"
            )
        elif row.vat and known.vat and row.vat != known.vat and not isinstance(row.value, str):
            share = parameters.entries["vat"].on(row.first, HOUSEHOLD_VAT[1])
            if share is None or isinstance(share.value, str):
                faults.append(
                    f"{row.where}, column vat: {row.vat}, while {row.key} is kept {known.vat}. VAT, and the VAT of {row.first} is not "
                    f"known; give the value {known.vat}. VAT"
                )
            else:
                factor = 1 + share.value if known.vat == "incl" else 1 / (1 + share.value)
                note = f"{row.value:g} {row.vat}. btw omgerekend met {share.value:.0%}"
                notes = "; ".join(part for part in (row.note, note) if part)
                good.append(replace(row, value=row.value * factor, vat=known.vat, note=notes))
        else:
            good.append(row)
    return good, faults


def _near(key: str, parameters: Parameters) -> str:
    hint = suggestion(key, parameters.entries)
    return hint if hint.startswith("did you mean") else "koppelkans reads no figure of that name; leave the row out"


def _kept(parameter: Parameter, rows: Sequence[RuleRow]) -> list[Value]:
    kept = []
    for value in parameter.values:
        over = [row for row in rows if row.scope == value.scope]
        replaced = any(row.first == value.first or (row.last and row.first <= value.first <= row.last) for row in over)
        begins = [row.first for row in over if row.first > value.first]
        if replaced:
            continue
        cut = value.last is not None and begins and value.last >= min(begins)
        kept.append(replace(value, last=min(begins) - timedelta(1)) if cut else value)
    return kept


def _value(row: RuleRow) -> Value:
    return Value(row.scope, row.first, row.last, row.value, None, None, row.source, row.standing, row.note)


def _fresh_remark(key: str, scopes: Sequence[str], known: Parameter) -> RemarkRow:
    names, others = ", ".join(scopes[:3]), ", ".join(known.scopes()[:8])
    return tables.remark(
        f"rules.{key}", f"Ingevoerde regels geven {key} voor {names}, een bereik dat de meegeleverde regels niet kennen ({others}); controleer de naam.",
        f"Imported rules give {key} for {names}, a scope that the shipped rules do not know ({others}); check the name.", level="warning",
        method="rule-import",
    )  # fmt: skip


def _count_remark(rows: Sequence[RuleRow]) -> RemarkRow:
    files = ", ".join(dict.fromkeys(row.where.split(", row")[0].split(", sheet")[0] for row in rows))
    return tables.remark(
        "rules", f"{len(rows)} regels zijn ingevoerd uit {files} en gaan voor op de meegeleverde.",
        f"{len(rows)} rules were imported from {files} and take the place of those shipped.", method="rule-import",
    )  # fmt: skip


def rules_toml(rows: Sequence[RuleRow], parameters: Parameters) -> str:
    """The rows as text of a parameter file, with label, unit and who decides of the parameters; sources as they were written.

    For a maintainer who wants to ship them: each source still needs an entry in ``sources.toml``. Raises ParameterError as ``overlay``.
    """
    converted, faults = _converted(parameters, rows)
    if faults:
        raise ParameterError("the rules do not fit the parameters", faults)
    lines: list[str] = []
    for key, group in groupby(sorted(converted, key=lambda row: row.key), key=lambda row: row.key):
        known = parameters.entries[key]
        about = {"label": known.label, "unit": known.unit, "vat": known.vat, "decides": known.decides}
        legal = ": ".join(part for part in (known.legal, known.legal_reason) if part)
        about = {name: text for name, text in {**about, "legal": legal}.items() if text}
        lines += ["", f"[{key}]", *(f"{name} = {_quoted(text)}" for name, text in about.items())]
        if known.earliest:
            lines.append(f"earliest = {known.earliest}")
        for row in group:
            lines += [f"[[{key}.value]]", *_toml_lines(row)]
    return "\n".join(lines).lstrip("\n") + "\n"


def _toml_lines(row: RuleRow) -> Iterable[str]:
    yield from [f"scope = {_quoted(row.scope)}"] if row.scope != ALL else []
    yield f"from = {row.first}"
    yield from [f"to = {row.last}"] if row.last else []
    yield f"value = {_quoted(row.value) if isinstance(row.value, str) else repr(row.value)}"
    yield f"source = {_quoted(row.source)}"
    yield f"standing = {_quoted(row.standing)}"
    yield from [f"note = {_quoted(row.note)}"] if row.note else []


def _quoted(text: str) -> str:
    """A basic TOML string; its escapes are those of JSON."""
    return json.dumps(text, ensure_ascii=False)
