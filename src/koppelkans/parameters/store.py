"""The parameter store: reading, asking by date and scope, changing, and keeping account of what was used."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd

from koppelkans.errors import ParameterError

HERE = Path(__file__).parent
STANDINGS = ("official", "secondary", "unverified")
LEGAL = ("free", "doubtful", "regulator_only", "forbidden_by_eu")
"""How far the law lets a figure be changed, from free to forbidden; empty: not weighed."""
DECIDERS = ("EU", "federal", "flemish", "regulator", "operator", "municipality", "lender", "market", "technique")
ALL = "all"
"""The scope of a figure that holds everywhere and for everyone."""


@dataclass(frozen=True, slots=True)
class Value:
    """One dated figure: valid from ``first`` to ``last`` (open: until the next row of the same scope)."""

    scope: str
    first: date
    last: date | None
    value: float | str
    low: float | None
    high: float | None
    source: str
    standing: str
    note: str


@dataclass(frozen=True, slots=True)
class Parameter:
    """One figure with all its dated values; ``decides`` names who may change it, ``home`` is ``law`` or ``facts``.

    ``legal`` (one of ``LEGAL``, with a reason in Dutch) says how far the law lets it be changed, ``earliest`` from which day on; empty
    and None: not weighed.
    """

    key: str
    label: str
    unit: str
    vat: str
    decides: str
    values: tuple[Value, ...]
    home: str = "law"
    legal: str = ""
    legal_reason: str = ""
    earliest: date | None = None

    def scopes(self) -> list[str]:
        """Scopes that have a value at any date, in the order of the file."""
        return list(dict.fromkeys(value.scope for value in self.values))

    def on(self, day: date, scope: str) -> Value | None:
        """The value in force on a day in exactly this scope, or None."""
        return self.all_on(day, scope).get(scope)

    def all_on(self, day: date, scope: str | None = None) -> dict[str, Value]:
        """The value in force on a day of every scope that has one, in the order of the file; of one scope when it is named."""
        latest: dict[str, Value] = {}
        for value in self.values:
            if value.first <= day and (scope is None or value.scope == scope):
                known = latest.get(value.scope)
                if known is None or value.first > known.first:
                    latest[value.scope] = value
        return {name: value for name, value in latest.items() if value.last is None or day <= value.last}

    def latest(self, day: date, scope: str) -> Value | None:
        """The last value that began on or before a day, whether or not it has ended."""
        dated = [value for value in self.values if value.scope == scope and value.first <= day]
        return max(dated, key=lambda value: value.first) if dated else None


@dataclass(frozen=True, slots=True)
class Use:
    """One answer that the store gave: which figure, in which scope it was asked and answered, and whether it was held."""

    key: str
    asked: str
    answered: str
    day: date
    value: Value
    held: bool


@dataclass(frozen=True)
class Parameters:
    """All figures. ``stand_ins`` (key -> scope) and ``hold`` (keys) are choices of the scenario, each with a remark.

    ``used`` is the account of a run: the one thing that grows while the rest stays as it is, so that every plan can list the
    figures it stands on without each function having to hand them back.
    """

    entries: Mapping[str, Parameter]
    sources: Mapping[str, Mapping[str, Any]]
    stand_ins: Mapping[str, str] = field(default_factory=dict)
    hold: frozenset[str] = frozenset()
    used: dict[tuple[str, str], Use] | None = None

    def __iter__(self) -> Iterator[Parameter]:
        return iter(self.entries.values())

    def at(self, key: str, day: date, scope: str = ALL) -> float:
        """The number in force on a day in a scope. Raises ParameterError that names the key, scope and date."""
        found = self.value(key, day, scope).value
        if isinstance(found, str):
            raise ParameterError(f"{key} is a text ({found!r}), not a number; ask with value()")
        return found

    def value(self, key: str, day: date, scope: str = ALL) -> Value:
        """The dated value with its source; a figure for ``all`` answers every scope.

        Order: the scope itself, then ``all``, then the stand-in of the scenario, each on that day; then, when the scenario holds
        the key, the last value that has ended. Raises ParameterError when none of these exists: nothing is guessed.
        """
        parameter = self._entry(key)
        wanted = list(dict.fromkeys([scope, ALL, *([self.stand_ins[key]] if key in self.stand_ins else [])]))
        for candidate in wanted:
            found = parameter.on(day, candidate)
            if found is not None:
                return self._noted(Use(key, scope, candidate, day, found, held=False))
        if key in self.hold:
            for candidate in wanted:
                found = parameter.latest(day, candidate)
                if found is not None:
                    return self._noted(Use(key, scope, candidate, day, found, held=True))
        raise ParameterError(_no_value(parameter, day, scope))

    def table(self, key: str, day: date) -> pd.Series:
        """All scopes of a figure that have a value on a day: index scope, values float."""
        numbers = self.numbers(key, day)
        return pd.Series(list(numbers.values()), index=pd.Index(list(numbers), name="scope"), name=key, dtype=float)

    def numbers(self, key: str, day: date) -> dict[str, float]:
        """The same as ``table``, as a plain dictionary. Raises ParameterError for a text."""
        found = self._entry(key).all_on(day)
        for scope, value in found.items():
            if isinstance(value.value, str):
                raise ParameterError(f"{key} is a text ({value.value!r}), not a number; ask with value()")
            self._noted(Use(key, scope, scope, day, value, held=False))
        return {scope: float(value.value) for scope, value in found.items()}

    def changed(
        self,
        key: str,
        *,
        since: date,
        value: float | str,
        scope: str = ALL,
        source: str = "reform",
        standing: str = "unverified",
    ) -> Parameters:
        """The same figures with one value from a date on: what a reform returns. Later values of that scope fall away."""
        parameter = self._entry(key)
        eve = since - timedelta(days=1)
        kept = [
            replace(old, last=eve) if old.scope == scope and old.last is not None and old.last >= since else old
            for old in parameter.values
            if old.scope != scope or old.first < since
        ]
        new = Value(scope, since, None, value, None, None, source, standing, "")
        return self._with(replace(parameter, values=(*kept, new)))

    def rewritten(self, key: str, values: tuple[Value, ...]) -> Parameters:
        """The same figures with all dated values of one key replaced; for a reform that moves a whole path."""
        return self._with(replace(self._entry(key), values=values))

    def moved(self, key: str, scope: str, *, end: str) -> Parameters:
        """The same figures with one key, in one scope, at its low or high end; for the influence of uncertain figures."""
        parameter = self._entry(key)
        movable = [old.scope == scope and getattr(old, end) is not None for old in parameter.values]
        values = [
            replace(old, value=getattr(old, end)) if moves else old
            for old, moves in zip(parameter.values, movable, strict=True)
        ]
        return self._with(replace(parameter, values=tuple(values)))

    def choosing(self, *, stand_ins: Mapping[str, str], hold: Iterable[str]) -> Parameters:
        """The same figures under the stand-ins and held figures of a scenario. Raises ParameterError on an unknown key."""
        for key in [*stand_ins, *hold]:
            self._entry(key)
        return replace(self, stand_ins=dict(stand_ins), hold=frozenset(hold))

    def recording(self) -> Parameters:
        """The same figures with a fresh account of what is asked from now on."""
        return replace(self, used={})

    def silent(self) -> Parameters:
        """The same figures without keeping account."""
        return replace(self, used=None)

    def _with(self, parameter: Parameter) -> Parameters:
        return replace(self, entries={**self.entries, parameter.key: parameter})

    def _entry(self, key: str) -> Parameter:
        if key in self.entries:
            return self.entries[key]
        near = difflib.get_close_matches(key, self.entries, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise ParameterError(f"no parameter is called {key}{hint}")

    def _noted(self, use: Use) -> Value:
        if self.used is not None:
            self.used[(use.key, use.asked)] = use
        return use.value


def _no_value(parameter: Parameter, day: date, scope: str) -> str:
    same = [value for value in parameter.values if value.scope == scope]
    begin = f"{parameter.key} has no value for {scope} on {day.isoformat()}"
    if same and day < min(value.first for value in same):
        return f"{begin}: its first value begins on {min(value.first for value in same).isoformat()}"
    if same:
        last = max((value.last for value in same if value.last), default=None)
        ended = f": its last value ended on {last.isoformat()}" if last else ""
        return f'{begin}{ended}; add the new value with its source, or hold the last one in the scenario: hold = ["{parameter.key}"]'
    known = ", ".join(parameter.scopes())
    return (
        f"{begin}; known scopes: {known}. Add the value with its source, or choose a stand-in in the scenario: "
        f'[stand_ins] "{parameter.key}" = "{parameter.scopes()[0] if parameter.scopes() else ""}"'
    )


# ---------------------------------------------------------------------------------------------------------------------- reading


@cache
def read_parameters() -> Parameters:
    """The figures shipped with the engine: ``law/*.toml`` and ``facts/*.toml``, sources in ``sources.toml``.

    Raises ParameterError that lists every fault: unknown keys, missing unit, source without entry, unknown standing, dates of one
    scope that overlap.
    """
    sources = tomllib.loads((HERE / "sources.toml").read_text(encoding="utf-8"))
    entries: dict[str, Parameter] = {}
    faults = [
        f"sources.toml: {name}: read = {about['read']!r}, expected a date such as 2026-11-01"
        for name, about in sources.items()
        if type(about.get("read", date.max)) is not date
    ]
    for path in sorted([*HERE.glob("law/*.toml"), *HERE.glob("facts/*.toml")]):
        for key, body in _leaves(tomllib.loads(path.read_text(encoding="utf-8"))):
            if key in entries:
                faults.append(f"{path.name}: {key} stands in two files")
            parameter, wrong = _parameter(key, body, sources, path.parent.name)
            faults += [f"{path.name}: {fault}" for fault in wrong]
            entries[key] = parameter
    if faults:
        raise ParameterError("the parameter files are not in order", faults)
    return Parameters(MappingProxyType(entries), MappingProxyType(sources))


def _leaves(tree: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, body in tree.items():
        key = f"{prefix}{name}"
        if "value" in body and "unit" in body:
            yield key, body
            # a parameter may also be the stem of others, as elec.network and elec.network.ceiling
            nested = {inner: sub for inner, sub in body.items() if isinstance(sub, dict)}
            yield from _leaves(nested, f"{key}.")
        else:
            yield from _leaves(body, f"{key}.")


_BODY = {"label", "unit", "vat", "decides", "legal", "earliest", "value"}
_VALUE = {"scope", "from", "to", "value", "low", "high", "source", "standing", "note"}


def _parameter(
    key: str, body: Mapping[str, Any], sources: Mapping[str, Any], home: str = "law"
) -> tuple[Parameter, list[str]]:
    faults = [
        f"{key}: unknown entry {name}"
        for name, part in body.items()
        if name not in _BODY and not isinstance(part, dict)
    ]
    values = []
    for row in body["value"]:
        faults += [f"{key}: unknown entry {name} in a value" for name in row if name not in _VALUE]
        lacking = [name for name in ("from", "value", "source", "standing") if name not in row]
        if lacking:
            faults.append(f"{key}: a value lacks {', '.join(lacking)}")
            continue
        if row["source"] not in sources:
            faults.append(f"{key}: source {row['source']} is not in sources.toml")
        if row["standing"] not in STANDINGS:
            faults.append(f"{key}: standing {row['standing']}, expected one of {', '.join(STANDINGS)}")
        number = row["value"] if isinstance(row["value"], str) else float(row["value"])
        if ("low" in row) != ("high" in row):
            faults.append(f"{key}: a range has both low and high")
        elif "low" in row and not (row["low"] <= row["value"] <= row["high"]):
            faults.append(f"{key}: value {row['value']} lies outside its range {row['low']} to {row['high']}")
        values.append(
            Value(
                scope=row.get("scope", ALL),
                first=row["from"],
                last=row.get("to"),
                value=number,
                low=row.get("low"),
                high=row.get("high"),
                source=row["source"],
                standing=row["standing"],
                note=row.get("note", ""),
            )
        )
    legal, _, reason = str(body.get("legal", "")).partition(":")
    parameter = Parameter(
        key=key,
        label=body.get("label", key),
        unit=body["unit"],
        vat=body.get("vat", ""),
        decides=body.get("decides", ""),
        values=tuple(values),
        home=home,
        legal=legal.strip(),
        legal_reason=reason.strip(),
        earliest=body.get("earliest"),
    )
    return parameter, [*faults, *_legal_faults(parameter), *overlaps(parameter)]


def _legal_faults(parameter: Parameter) -> list[str]:
    faults = []
    if parameter.legal and parameter.legal not in LEGAL:
        faults.append(f"{parameter.key}: legal {parameter.legal}, expected one of {', '.join(LEGAL)}")
    if parameter.legal not in ("", "free") and not parameter.legal_reason:
        faults.append(f'{parameter.key}: legal {parameter.legal} without a reason; write "{parameter.legal}: reason"')
    if parameter.earliest is not None and type(parameter.earliest) is not date:
        faults.append(f"{parameter.key}: earliest {parameter.earliest!r}, expected a date such as 2027-01-01")
    return faults


def overlaps(parameter: Parameter) -> list[str]:
    """Every pair of dated values of one scope that hold on the same day, and every value that ends before it begins; one line each.

    A value without an end holds until the next one of its scope and so never overlaps, unless both begin on the same day.
    """
    faults = []
    for scope in parameter.scopes():
        dated = sorted((value for value in parameter.values if value.scope == scope), key=lambda value: value.first)
        faults += [
            f"{parameter.key} ({scope}): a value from {value.first} ends on {value.last}, before it begins"
            for value in dated
            if value.last is not None and value.last < value.first
        ]
        faults += [
            f"{parameter.key} ({scope}): the value from {earlier.first}{f' to {earlier.last}' if earlier.last else ''} overlaps with "
            f"the one from {later.first}; expected one value a day"
            for earlier, later in pairwise(dated)
            if later.first == earlier.first or (earlier.last is not None and earlier.last >= later.first)
        ]
    return faults


@cache
def _reference(name: str) -> pd.DataFrame:
    path = HERE / "facts" / f"{name}.csv"
    if not path.exists():
        raise ParameterError(f"no reference table is called {name}")
    return pd.read_csv(path, comment="#")


def reference_table(name: str) -> pd.DataFrame:
    """A long reference table shipped with the engine (TABULA variants, building stock, ...), as a fresh copy.

    Lines that begin with ``#`` carry source, licence and standing.
    """
    return _reference(name).copy()
