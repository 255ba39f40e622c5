"""Where the figures end: for an area and some years, which key has a value, and by which route."""

from __future__ import annotations

from datetime import date

import pandas as pd

from koppelkans.parameters.store import ALL, Parameter, Parameters

GRID_AREAS = (
    "antwerpen", "halle_vilvoorde", "imewo", "kempen", "limburg", "midden_vlaanderen", "west", "zenne_dijle",
)  # fmt: skip
"""The eight distribution areas since 1 January 2025."""


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
