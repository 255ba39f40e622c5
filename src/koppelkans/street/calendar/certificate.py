"""The proof of a calendar as plain data, for code that shares nothing with what made it (``koppelkans.verify.calendar``)."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np

from koppelkans.street.calendar.answer import Calendar
from koppelkans.street.calendar.case import KINDS, ZONES, WorksCase

FORM = 1


def calendar_certificate(case: WorksCase, calendar: Calendar) -> dict[str, Any]:
    """Case, years, prices and claims of a calendar; numbers, texts and lists alone, a missing number (None) standing for infinite.

    Whoever reads it can add up the cost again, check every hard condition, and recompute the bound from the prices.
    Method: docs/method.md#works-certificate.
    """
    return {
        "form": FORM,
        "kinds": list(KINDS),
        "zones": list(ZONES),
        "case": {
            "years": case.years,
            "first_year": case.first_year,
            "rate_share": case.rate_share,
            "owners": list(case.owners),
            "section_names": [str(name) for name in case.section_names],
            "opens": _plain(case.opens),
            "closes": _plain(case.closes),
            "before": _plain(case.before),
            "streets": {one.name: _plain(getattr(case.streets, one.name)) for one in fields(case.streets)},
            "works": {one.name: _plain(getattr(case.works, one.name)) for one in fields(case.works)},
            "bounds": {one.name: _plain(getattr(case.bounds, one.name)) for one in fields(case.bounds)},
        },
        "year": _plain(calendar.year),
        "prices": {one.name: _plain(getattr(calendar.prices, one.name)) for one in fields(calendar.prices)},
        "claims": {"objective_eur": calendar.objective_eur, "bound_eur": calendar.bound_eur},
    }


def _plain(values: Any) -> Any:
    """An array as lists."""
    array = np.asarray(values)
    if array.dtype.kind == "f":
        return _finite(array.tolist())
    if array.dtype.kind == "O":
        return [str(one) for one in array]
    return array.tolist()


def _finite(value: Any) -> Any:
    if isinstance(value, list):
        return [_finite(one) for one in value]
    return value if np.isfinite(value) else None
