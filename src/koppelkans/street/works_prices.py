"""What one more million, or one more kilometre of crews, is worth in a year: the prices of limits as a table, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from koppelkans import tables
from koppelkans.errors import DataError
from koppelkans.street.calendar.case import KINDS, Floats, WorksCase
from koppelkans.street.works_words import WORK_WORDS, Said
from koppelkans.tables.works import SHADOW_PRICES

POOL = "all"
_MILLION, _KILOMETRE = 1e6, 1e3
_LEAST = 1e-6


def shadow_prices(
    case: WorksCase, *, budget: Floats, pool: Floats, crew: Floats, owner_names: Mapping[str, Said] | None = None
) -> pd.DataFrame:
    """Prices of the limits that bind, the dearest year first within each limit (contract SHADOW_PRICES).

    budget (owners, years) and pool (years): EUR of net cost saved, discounted, per EUR more in that year; crew (KINDS, years): per metre more; multipliers
    of the proof. With the same multipliers more of a limit lowers the proven bound by price x more, so the optimum falls by at most that and the gap. owner_names: as said in
    the texts, by key of an owner. Raises DataError for arrays of another shape. Method: docs/method.md#dividend.
    """
    shapes = {"budget": (len(case.owners), case.years), "pool": (case.years,), "crew": (len(KINDS), case.years)}
    given = {"budget": budget, "pool": pool, "crew": crew}
    wrong = [
        f"{name}: {given[name].shape}, expected {shape}" for name, shape in shapes.items() if given[name].shape != shape
    ]
    if wrong:
        raise DataError("prices of limits do not fit the case", wrong)
    rows = [
        *(_row(case, "budget", owner, year, budget[place, year]) for place, owner in enumerate(case.owners) for year in range(case.years)),
        *(_row(case, "pool", POOL, year, pool[year]) for year in range(case.years)),
        *(_row(case, "crew", kind, year, crew[place, year]) for place, kind in enumerate(KINDS) for year in range(case.years)),
    ]  # fmt: skip
    found = pd.DataFrame([row | _said(row, owner_names or {}) for row in rows])
    found = found[found["price_eur"] > _LEAST].sort_values(
        ["limit", "price_eur"], ascending=[True, False], kind="stable"
    )
    found.index = pd.Index([f"p{place:04d}" for place in range(len(found))], name="row", dtype="str")
    kinds = {item.name: "str" for item in SHADOW_PRICES.columns if item.kind is str} | {
        "year": "int64",
        "price_eur": "float64",
    }
    return tables.check(SHADOW_PRICES, found.astype(kinds)[SHADOW_PRICES.column_names])


def _row(case: WorksCase, limit: str, name: str, year: int, price: float) -> dict[str, Any]:
    return {"limit": limit, "name": name, "year": case.first_year + year, "price_eur": max(float(price), 0.0)}


def _said(row: Mapping[str, Any], owner_names: Mapping[str, Said]) -> dict[str, str]:
    """What one more million or kilometre is worth, in Dutch and English."""
    limit, name, when = row["limit"], row["name"], row["year"]
    amount = row["price_eur"] * (_KILOMETRE if limit == "crew" else _MILLION)
    worth, worth_en = _amount(amount, ",", "euro", "miljoen euro"), _amount(amount, ".", "euro", "million euro")
    if limit == "crew":
        return {
            "text": f"Eén kilometer meer ploegen ({WORK_WORDS[name].nl}) in {when} is {worth} waard.",
            "text_en": f"One more kilometre of crews ({WORK_WORDS[name].en}) in {when} is worth {worth_en}.",
        }
    owner = owner_names.get(name, Said(name, name))
    whose, whose_en = (
        (" voor allen samen", " for all together") if limit == "pool" else (f" voor {owner.nl}", f" for {owner.en}")
    )
    return {
        "text": f"Eén miljoen euro meer{whose} in {when} is {worth} waard.",
        "text_en": f"One more million euro{whose_en} in {when} is worth {worth_en}.",
    }


def _amount(amount_eur: float, mark: str, unit: str, large: str) -> str:
    """An amount rounded to two digits, in thousands below a million."""
    if amount_eur >= _MILLION:
        return f"{amount_eur / _MILLION:.2f} {large}".replace(".", mark)
    digits = max(int(np.floor(np.log10(amount_eur))) - 1, 0) if amount_eur >= 1 else 0
    whole = f"{round(amount_eur, -digits):,.0f}"
    return f"{whole.replace(',', '.') if mark == ',' else whole} {unit}"
