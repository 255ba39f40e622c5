"""The check of pressure, velocity and temperature on a design with several sources or with pipes that lie there already."""

from __future__ import annotations

import pandas as pd

from koppelkans import tables
from koppelkans.heat.network.instance import Design, Floats
from koppelkans.heat.network.physics_check import Checked, checked, level_pipes, physics_limits
from koppelkans.heat.network.physics_tables import checked_design
from koppelkans.heat.network.question import Question
from koppelkans.heat.offers import NetworkCase
from koppelkans.heat.pipes import HOURS_PER_YEAR, pipe_table
from koppelkans.tables import RemarkRow

ROUNDING_SHARE = 1e-9


def worked_through(
    asked: Question, design: Design, lost_kw: Floats, offers: pd.DataFrame, case: NetworkCase
) -> tuple[Checked, Design, Floats, list[RemarkRow]]:
    """The pipes worked through, the design with the wider ones, what the pipes behind each source lose, and remarks.

    Pipes are made wider as with one source. Not where old pipes are used, nor where a source cannot feed the larger loss: then a remark says
    how many ask for it. ``Checked.design`` holds the pipes alone. Method: docs/method.md#network-physics.
    """
    if not len(asked.arcs) and len(asked.meaning) == 1:
        found, stated = checked_design(asked.graph, asked.instance, design, asked.levels, offers, case)
        return found, found.design, asked.loss_kw(found.design), stated
    shown, base = asked.pipes_of(design), asked.base()
    limits = physics_limits(asked.levels.regime.name, parameters=case.parameters, day=case.economics.day)
    pipes = level_pipes(pipe_table(), asked.levels.diameter_mm, asked.levels.water.roughness_m)
    hot_water_kw = offers["hot_water_kwh"].loc[asked.graph.customers].fillna(0.0).to_numpy(float) / HOURS_PER_YEAR
    left = checked(base, shown, pipes, asked.levels.regime, limits, hot_water_kw=hot_water_kw, widen=False)
    if (shown.level >= asked.new_levels).any():
        return left, design, lost_kw, _not_widened(int(left.narrow.sum()))
    found = checked(base, shown, pipes, asked.levels.regime, limits, hot_water_kw=hot_water_kw)
    wider = asked.with_pipes(design, found.design)
    more_kw = asked.loss_kw(wider)
    over = asked.peak_kw(wider) + more_kw > [source.capacity_kw * (1.0 + ROUNDING_SHARE) for source in asked.sources]
    if over.any() and found.raised.any():
        return left, design, lost_kw, _not_widened(int((found.raised > 0).sum()))
    return found, wider, more_kw, []


def _not_widened(count: int) -> list[RemarkRow]:
    if not count:
        return []
    return [tables.remark(
        "network_variants", f"{count} leidingen vragen een maat meer om snelheid en drukval binnen hun grenzen te houden; ze zijn niet vergroot, omdat er bestaande "
        "leidingen in het net zitten of een bron het grotere verlies niet kan dragen.", f"{count} pipes ask for a wider size to keep velocity and friction within their limits; "
        "they were not widened, because the network uses existing pipes or a source cannot carry the larger loss.", level="warning", method="network-physics",
    )]  # fmt: skip
