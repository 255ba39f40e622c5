"""The response as tables: shares, moments, pipeline, who is stuck, and connections against price."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from koppelkans.people.response.answer import Curve, Response
from koppelkans.people.response.behaviour import Floats
from koppelkans.tables.response import (
    DECIDERS,
    MOMENTS,
    PIPELINE_STEPS,
    RESPONSE_GROUPS,
    RESPONSE_STATES,
    STUCK_REASONS,
)


def response_shares(response: Response, sections: Sequence[str]) -> pd.DataFrame:
    """Dwellings by option and year, of the place, every section, group and decider; the table ``response_shares``."""
    homes = response.by_section.sum(axis=0, keepdims=True)
    parts = [
        _long(values, {"name": names, "year": response.calendar, "option": RESPONSE_STATES}, "dwellings").assign(scope=scope)
        for scope, names, values in (
            ("place", ["all"], homes), ("section", sections, response.by_section), ("group", RESPONSE_GROUPS, response.by_group),
            ("decider", DECIDERS, response.by_decider),
        )
    ]  # fmt: skip
    rows = pd.concat(parts, ignore_index=True).assign(low=np.nan, high=np.nan)
    return _keyed(rows[["scope", "name", "year", "option", "dwellings", "low", "high"]])


def response_curve_rows(curve: Curve, sections: Sequence[str]) -> pd.DataFrame:
    """Connections and heat by price, section and year; the table ``response_curve``."""
    places = {"price_eur_per_mwh": curve.price_eur_per_mwh, "section": sections, "year": curve.calendar}
    rows = _long(curve.connected, places, "connected")
    return _keyed(rows.assign(heat_mwh=curve.heat_mwh.ravel()))


def response_moments(response: Response) -> pd.DataFrame:
    """Decisions by moment, year and option; the table ``response_moments``."""
    return _keyed(
        _long(response.moments, {"moment": MOMENTS, "year": response.calendar, "option": RESPONSE_STATES}, "dwellings")
    )


def response_stuck(response: Response) -> pd.DataFrame:
    """Who would leave fossil fuel but cannot, by group, year and reason; the table ``response_stuck``."""
    places = {"group": RESPONSE_GROUPS, "year": response.calendar, "reason": STUCK_REASONS}
    return _keyed(_long(response.stuck, places, "dwellings"))


def response_pipeline(response: Response, sections: Sequence[str]) -> pd.DataFrame:
    """Signed and waiting, bridged and waiting, dropped out, by section and year; the table ``response_pipeline``."""
    places = {"section": sections, "year": response.calendar, "step": PIPELINE_STEPS}
    return _keyed(_long(response.pipeline, places, "dwellings"))


def _long(values: Floats, places: Mapping[str, Iterable[Any]], name: str) -> pd.DataFrame:
    index = pd.MultiIndex.from_product([list(each) for each in places.values()], names=list(places))
    # sums of rounding may lie a hair below zero
    return pd.DataFrame({name: np.maximum(values.ravel(), 0.0)}, index=index).reset_index()


def _keyed(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.set_axis(pd.Index([str(place) for place in range(len(rows))], name="row"))
