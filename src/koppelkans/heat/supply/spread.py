"""How far the cost of the heat moves over the ranges of the uncertain figures behind it, plants and hours as they were chosen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from koppelkans.heat.supply.case import SupplyCase
from koppelkans.heat.supply.programme import Dispatch, FieldFigures, field_figures, tank_figures
from koppelkans.heat.supply.units import units
from koppelkans.heat.supply.year import TypicalYear

Floats = NDArray[np.float64]


def cost_band(run: Dispatch, year: TypicalYear, case: SupplyCase) -> tuple[float, float]:
    """Low and high end of the yearly cost, carbon apart [EUR/year]: figures one at a time, joined as independent.

    Every figure that the plants read and that has a range goes to either end; sizes and hours stay, so a dearer end costs at most this
    much more. A field whose length was chosen gets the length that the moved figures ask. Prices of gas and electricity stay: they are
    those of the price world. Method: docs/method.md#supply.
    """
    recorded = case.parameters.recording()
    base = _money(run, year, replace(case, parameters=recorded))
    moved = [
        _money(run, year, replace(case, parameters=case.parameters.silent().moved(key, scope, end=end))) - base
        for key, scope in sorted({(use.key, use.answered) for use in (recorded.used or {}).values() if use.value.low is not None})
        for end in ("low", "high")
    ]  # fmt: skip
    moves = np.array(moved, dtype=np.float64)
    down, up = (float(np.sqrt((part**2).sum())) for part in (np.minimum(moves, 0.0), np.maximum(moves, 0.0)))
    return max(base - down, 0.0), base + up


def _money(run: Dispatch, year: TypicalYear, case: SupplyCase) -> float:
    """Yearly cost of the plants, tank and boreholes at the figures of a case, carbon apart [EUR/year]."""
    weight, tank = year.hour_weight, tank_figures(case)
    whole = 0.0 if tank is None else run.tank_m3 * tank.m3_eur_per_year
    for number, unit in enumerate(units(case, year)):
        heat = run.heat_kw[number]
        whole += float(run.size_kw[number]) * unit.kw_eur_per_year + float((heat * weight) @ unit.running_eur_per_kwh)
        one = field_figures(unit, case)
        if one is not None:
            whole += _metres(heat * unit.drawn, weight, float(run.regenerated_kwh[number]), one) * one.m_eur_per_year
    return whole


def _metres(drawn_kw: Floats, weight: Floats, regenerated_kwh: float, one: FieldFigures) -> float:
    """Length that power and yearly balance ask, within what is given."""
    asked = max(float(drawn_kw.max()) / one.kw_per_m, (float(drawn_kw @ weight) - regenerated_kwh) / one.kwh_per_m)
    return min(max(asked, one.least_m), one.most_m)
