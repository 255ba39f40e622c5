"""Where the figures end, and how old they are: which key has a value in an area and year, by which route, and when it was last read."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import date

import pandas as pd

from koppelkans.parameters.store import ALL, Parameter, Parameters, Value

GRID_AREAS = (
    "antwerpen", "halle_vilvoorde", "imewo", "kempen", "limburg", "midden_vlaanderen", "west", "zenne_dijle",
)  # fmt: skip
"""The eight distribution areas since 1 January 2025."""

SHIPPED_READ = date(2026, 11, 1)
"""When a source without a date of its own was read last: the state of the rules as they were shipped."""
MONTHS_PER_YEAR = 12


def coverage(parameters: Parameters, *, area: str, years: range) -> pd.DataFrame:
    """For each rule (law, tariff) that differs by grid area or changes in time: how it is answered on 1 October of each year.

    Result: index key and scope, one column per year with ``yes``, ``stand-in: AREA``, ``held`` or ``no value``. Figures that have
    one value for ever are left out.
    """
    rows = {}
    for parameter in (entry for entry in parameters if entry.home == "law"):
        for scope in _scopes(parameter, area):
            if _timeless(parameter, scope):
                continue
            answers = [_answer(parameters, parameter, scope, date(year, 10, 1)) for year in years]
            rows[(parameter.key, scope)] = answers
    index = pd.MultiIndex.from_tuples(list(rows), names=["key", "scope"])
    return pd.DataFrame(list(rows.values()), index=index, columns=list(years))


def coverage_of_areas(parameters: Parameters, *, years: range, areas: Sequence[str] = GRID_AREAS) -> pd.DataFrame:
    """The same for several areas: index area, key and scope, one column per year. A rule without areas stands once, under ``all``."""
    tables = {area: coverage(parameters, area=area, years=years) for area in areas}
    together = pd.concat(tables, names=["area"])
    by_area = together.index.get_level_values("scope").isin(list(GRID_AREAS))
    once = coverage(parameters, area=areas[0], years=years)
    once = once[~once.index.get_level_values("scope").isin(list(GRID_AREAS))]
    return pd.concat([together[by_area], pd.concat({ALL: once}, names=["area"])])


def stale(parameters: Parameters, today: date, *, months: int = 6) -> pd.DataFrame:
    """Rules in force or still to come whose source was read longer ago than some months, the oldest first.

    Result: index key and scope; first, value, unit, standing, decides, source (its title), read. A source says when it was read by
    ``read`` in ``sources.toml``; without it the date is that of the rules as shipped (``SHIPPED_READ``). Only law, not technique.
    """
    oldest = _months_before(today, months)
    rows = [
        _aged(parameters, parameter, value)
        for parameter in parameters
        if parameter.home == "law"
        for value in parameter.values
        if (value.last is None or value.last >= today) and _read(parameters, value) < oldest
    ]
    columns = ["key", "scope", "first", "value", "unit", "standing", "decides", "source", "read"]
    frame = pd.DataFrame(rows, columns=columns).sort_values(["read", "key", "scope", "first"], kind="stable")
    return frame.set_index(["key", "scope"])


def _aged(parameters: Parameters, parameter: Parameter, value: Value) -> tuple[object, ...]:
    title = parameters.sources.get(value.source, {}).get("title", value.source)
    about = (value.first, value.value, parameter.unit, value.standing, parameter.decides)
    return (parameter.key, value.scope, *about, title, _read(parameters, value))


def _read(parameters: Parameters, value: Value) -> date:
    read: date = parameters.sources.get(value.source, {}).get("read", SHIPPED_READ)
    return read


def _months_before(day: date, months: int) -> date:
    years, month = divmod(day.year * MONTHS_PER_YEAR + day.month - 1 - months, MONTHS_PER_YEAR)
    return day.replace(year=years, month=month + 1, day=min(day.day, monthrange(years, month + 1)[1]))


def _scopes(parameter: Parameter, area: str) -> list[str]:
    by_area = any(scope in GRID_AREAS for scope in parameter.scopes())
    return [area] if by_area else parameter.scopes()


def _timeless(parameter: Parameter, scope: str) -> bool:
    dated = [value for value in parameter.values if value.scope == scope]
    return len(dated) == 1 and dated[0].last is None


def _answer(parameters: Parameters, parameter: Parameter, scope: str, day: date) -> str:
    if parameter.on(day, scope) or parameter.on(day, ALL):
        return "yes"
    stand_in = parameters.stand_ins.get(parameter.key)
    if stand_in and parameter.on(day, stand_in):
        return f"stand-in: {stand_in}"
    if parameter.key in parameters.hold and parameter.latest(day, scope):
        return "held"
    return "no value"
