"""What each solution costs a type of house, as a range over the houses of the place; groups of ten buildings or more."""

from __future__ import annotations

from datetime import date
from math import floor, log10
from typing import Any

import pandas as pd

from koppelkans import disclosure, tables
from koppelkans.parameters import read_parameters
from koppelkans.parameters.store import ALL
from koppelkans.report.material import OTHER, Material

AMOUNTS = ("investment_eur", "owner_investment_eur", "owner_eur_per_year", "emission_kg")
"""Per home: works without VAT or support; own money with VAT after the premium; all costs of a year with VAT; CO2 of a year."""
ENDS = {"low": "p10", "median": "median", "high": "p90"}
_DIGITS = 2
_STEPS = 20


def house_rows(material: Material) -> list[dict[str, Any]]:
    """One row per type of house and solution that at least ten buildings of that type can have, types by number.

    Each of ``AMOUNTS`` is ``{"low", "median", "high"}``: tenth percentile, median and ninetieth percentile per home, two digits.
    ``fits_share``: part of the houses of the type that can have it, in steps of 5 %. ``package``: what most of them need first.
    ``price_low``, ``price_high``: how far the price of the plant itself may lie from what was counted, as factors; empty where not known.
    ``day``: the day of the law and prices; ``income_category``: whose premium was counted; ``price_world``: which energy prices.
    """
    options, scenario = material.options, material.plan.scenario
    if options.empty:
        return []
    per_home = options.assign(**{name: options[name] / options["homes"] for name in AMOUNTS})
    groups = [per_home["kind"], per_home["solution"]]
    spread = {name: disclosure.quantiles(per_home[name], groups).to_dict("index") for name in AMOUNTS}
    packages = (
        per_home.groupby(["kind", "solution"])["package"].agg(lambda words: words.value_counts().index[0]).to_dict()
    )
    counts = material.heated["kind"].value_counts()
    rows = []
    for kind in (str(name) for name in counts.index if name not in (OTHER, "non_residential")):
        for solution in tables.SOLUTIONS:
            at = (kind, solution)
            if at not in packages or pd.isna(spread["emission_kg"][at]["median"]):
                continue
            share = spread["emission_kg"][at]["contributors"] / counts[kind]
            rows.append({
                "kind": kind, "solution": solution, "package": str(packages[at]), "fits_share": round(share * _STEPS) / _STEPS,
                "day": scenario.reference_date.isoformat(), "income_category": scenario.income_category, "price_world": scenario.price_world,
                **_price_range(solution, scenario.reference_date),
                **{name: _ends(spread[name][at]) for name in AMOUNTS},
            })  # fmt: skip
    return rows


def _price_range(solution: str, day: date) -> dict[str, float | None]:
    """Low and high end of the price of the plant of a solution over the price that was counted."""
    known = {parameter.key: parameter for parameter in read_parameters()}.get(f"heat.{solution}.investment_eur")
    value = known.on(day, ALL) if known else None
    if value is None or value.low is None or value.high is None or isinstance(value.value, str):
        return {"price_low": None, "price_high": None}
    return {"price_low": significant(value.low / value.value), "price_high": significant(value.high / value.value)}


def _ends(row: dict[Any, Any]) -> dict[str, float]:
    return {name: significant(row[column]) for name, column in ENDS.items()}


def significant(value: float) -> float:
    """A figure rounded to two significant digits: what a model can stand for, and no building can be known by."""
    return float(value) if value == 0 else float(round(value, _DIGITS - 1 - floor(log10(abs(value)))))
