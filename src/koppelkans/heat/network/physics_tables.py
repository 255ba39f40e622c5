"""What the check of pressure, velocity and temperature says in the tables of a design, and in words."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from koppelkans import tables
from koppelkans.heat.network.design_graph import StreetGraph
from koppelkans.heat.network.instance import Design, Instance
from koppelkans.heat.network.physics_check import Checked, checked, level_pipes, physics_limits
from koppelkans.heat.offers import NetworkCase
from koppelkans.heat.pipes import HOURS_PER_YEAR, W_PER_KW, PipeLevels, pipe_table
from koppelkans.tables import RemarkRow

Floats = NDArray[np.float64]
FEW = 10
"""Fewer buildings than this are not counted in words that everybody reads."""
NAMED = 3
ROUNDING_SHARE = 1e-9


def checked_design(
    graph: StreetGraph, instance: Instance, design: Design, levels: PipeLevels, offers: pd.DataFrame, case: NetworkCase
) -> tuple[Checked, list[RemarkRow]]:
    """The design worked through, with wider pipes where it breaks a limit; a remark when the source cannot feed their loss.

    Method: docs/method.md#network-physics.
    """
    day = case.economics.day
    limits = physics_limits(levels.regime.name, parameters=case.parameters, day=day)
    pipes = level_pipes(pipe_table(), levels.diameter_mm, levels.water.roughness_m)
    hot_water_kw = offers["hot_water_kwh"].loc[graph.customers].fillna(0.0).to_numpy(float) / HOURS_PER_YEAR
    found = checked(instance, design, pipes, levels.regime, limits, hot_water_kw=hot_water_kw)
    lost_kw = float((instance.length_m[design.edge] * levels.loss_w_per_m[found.design.level]).sum() / W_PER_KW)
    if design.root_kw + lost_kw <= case.source.capacity_kw * (1.0 + ROUNDING_SHARE) or not found.raised.any():
        return found, []
    left = checked(instance, design, pipes, levels.regime, limits, hot_water_kw=hot_water_kw, widen=False)
    return left, [tables.remark(
        "network_variants", f"Op {levels.regime.supply_c:g} °C vragen {int((found.raised > 0).sum())} leidingen een maat meer, maar de bron kan het grotere verlies "
        "daarvan niet dragen: ze zijn niet vergroot.", f"At {levels.regime.supply_c:g} °C {int((found.raised > 0).sum())} pipes ask for a wider size, but the "
        "source cannot carry the larger loss of them: they were left as they are.", level="warning", method="network-physics",
    )]  # fmt: skip


def with_physics(pipes: gpd.GeoDataFrame, found: Checked) -> gpd.GeoDataFrame:
    """The pipes with velocity, gradient, temperature and pressure as they were worked through."""
    peak = found.peak
    return pipes.assign(
        velocity_m_per_s=peak.friction.velocity_m_per_s, gradient_pa_per_m=peak.friction.gradient_pa_per_m,
        supply_c=peak.streams.supply_c, difference_bar=found.difference_bar, raised_steps=found.raised,
    )  # fmt: skip


def house_temperatures(graph: StreetGraph, found: Checked, buildings: pd.Index) -> pd.DataFrame:
    """Supply at each building at the peak and in summer without water let past [°C]; empty for who is not connected."""
    at = found.design.edge[found.house]
    names = graph.edges["building"].to_numpy(object)[at]
    hot = found.summer.streams.own_kg_per_s[found.house] > 0
    summer = np.where(hot, found.summer.streams.supply_c[found.house], np.nan)
    frame = pd.DataFrame({"supply_c": found.peak.streams.supply_c[found.house], "summer_supply_c": summer}, index=names)
    return frame.reindex(buildings)


def physics_row(found: Checked, lengths_m: Floats, levels: PipeLevels) -> dict[str, Any]:
    """What a row of NETWORK_VARIANTS says of pressure, pumps and temperature."""
    before = found.design.level - found.raised
    dearer = lengths_m * (levels.pipe_eur_per_m[found.design.level] - levels.pipe_eur_per_m[before])
    return {
        "pump_kw": found.pump_kw,
        "head_bar": found.head_bar,
        "pressure_bar": found.pressure_bar,
        "lowest_supply_c": found.lowest_c,
        "summer_supply_c": found.summer_lowest_c,
        "bypass_share": found.bypass_share,
        "raised_pipes": int((found.raised > 0).sum()),
        "raised_eur": float(dearer.sum()),
        "limits_kept": found.holds,
    }


# ------------------------------------------------------------------------------------------------------------------------ remarks


def physics_remarks(
    found: Checked, pipes: gpd.GeoDataFrame, offers: pd.DataFrame, row: dict[str, Any], case: NetworkCase
) -> list[RemarkRow]:
    """What was worked through and what is left: limits that no wider pipe can keep, cool houses, and the summer."""
    if not found.house.any():
        return []
    limits, supply_c = found.limits, row["supply_c"]
    rows = [tables.remark(
        "network_variants", f"Druk, snelheid en temperatuur zijn nagerekend op {supply_c:g} °C: de pompen geven {_dutch(found.head_bar, 1)} bar en vragen "
        f"{_dutch(found.pump_kw, 0)} kW bij de piek, de hoogste druk is {_dutch(found.pressure_bar, 1)} bar (grens {limits.nominal_bar:g}). {_raised_dutch(row)} Hoogteverschillen "
        "zijn niet meegerekend.", f"Pressure, velocity and temperature were worked through at {supply_c:g} °C: the pumps give {found.head_bar:,.1f} bar and ask "
        f"{found.pump_kw:,.0f} kW at the peak, the highest pressure is {found.pressure_bar:,.1f} bar (limit {limits.nominal_bar:g}). {_raised_english(row)} Differences of "
        "height are not counted.", level="info", method="network-physics",
    )]  # fmt: skip
    rows += _broken(found, pipes)
    if all(case.regime(name).supply_c != supply_c for name in tables.LIFTED_SOLUTIONS):
        rows += _short(found, pipes, offers, case)
    if found.summer_lowest_c < limits.house_c and found.kept:
        rows.append(tables.remark(
            "network_variants", f"In de zomer stroomt er weinig: met het warm water alleen zou het koelste huis {_dutch(found.summer_lowest_c, 0)} °C krijgen. Een thermostatische "
            f"doorloop aan de huizen houdt {limits.house_c:g} °C; daarvoor loopt er {_dutch(100 * found.bypass_share, 1)} % van de piekstroom ongebruikt rond en keert het water "
            f"{_dutch(found.warm.source_back_c - found.peak.source_back_c, 0)} K warmer terug.", f"Little flows in summer: with hot water alone the coolest house would get "
            f"{found.summer_lowest_c:,.0f} °C. A thermostatic bypass at the houses keeps {limits.house_c:g} °C; {found.bypass_share:.1%} of the water of the peak runs round "
            f"unused for it, and the return is {found.warm.source_back_c - found.peak.source_back_c:,.0f} K warmer.", level="info", method="network-physics",
        ))  # fmt: skip
    return rows


def _raised_dutch(row: dict[str, Any]) -> str:
    if not row["raised_pipes"]:
        return "Geen leiding moest daarvoor groter."
    return (
        f"Daarvoor zijn {row['raised_pipes']} leidingen een maat groter genomen, voor {_dutch(row['raised_eur'])} EUR."
    )


def _raised_english(row: dict[str, Any]) -> str:
    if not row["raised_pipes"]:
        return "No pipe had to become wider for it."
    return f"For that {row['raised_pipes']} pipes were taken a size wider, at {row['raised_eur']:,.0f} EUR."


def _broken(found: Checked, pipes: gpd.GeoDataFrame) -> list[RemarkRow]:
    """Limits that stay broken, with the sections where."""
    limits, rows = found.limits, []
    if found.narrow.any():
        where = _sections(pipes, found.narrow)
        rows.append(tables.remark(
            "pipes", f"Ook de grootste leiding is te klein voor {limits.velocity_m_per_s:g} m/s en {limits.gradient_pa_per_m:g} Pa/m in straatsectie {where}: splits het net "
            "of kies een groter temperatuurverschil.", f"Even the largest pipe is too small for {limits.velocity_m_per_s:g} m/s and {limits.gradient_pa_per_m:g} Pa/m in "
            f"section {where}: split the network or choose a larger difference of temperature.", level="warning", rows_share=float(found.narrow.mean()),
            method="network-physics",
        ))  # fmt: skip
    if found.too_high:
        where = _sections(pipes, np.arange(len(pipes)) == found.farthest)
        rows.append(tables.remark(
            "pipes", f"De druk komt boven {limits.nominal_bar:g} bar, ook met de grootste leidingen op de weg naar straatsectie {where}: voorzie een pompstation of een "
            "hogere drukklasse.", f"The pressure comes above {limits.nominal_bar:g} bar, even with the largest pipes on the way to section {where}: plan a booster pump or a "
            "higher pressure class.", level="warning", method="network-physics",
        ))  # fmt: skip
    if found.cold.any() or not found.kept:
        cold = found.cold if found.cold.any() else found.house & (found.warm.streams.supply_c < limits.house_c)
        where = _sections(pipes, cold)
        rows.append(tables.remark(
            "pipes", f"In straatsectie {where} krijgen gebouwen water onder {limits.house_c:g} °C; een wijdere leiding helpt daar niet tegen: isoleer beter, of kies een warmer net.",
            f"In section {where} buildings get water below {limits.house_c:g} °C; a wider pipe does not help: insulate better, or choose a warmer network.",
            level="warning", rows_share=float(cold.sum() / found.house.sum()), method="network-physics",
        ))  # fmt: skip
    return rows


def _short(found: Checked, pipes: gpd.GeoDataFrame, offers: pd.DataFrame, case: NetworkCase) -> list[RemarkRow]:
    """Houses that get cooler water at the peak than their radiators ask: the offers count with the temperature of the source."""
    names = pipes["building"].to_numpy(object)[found.house]
    approach_k = case.parameters.at("heat.delivery_set.approach_k", case.economics.day)
    asked_c = offers["flow_c"].reindex(names).to_numpy(float) + approach_k
    short_k = asked_c - found.peak.streams.supply_c[found.house]
    cool = short_k > 0
    if not cool.any():
        return []
    count = int(cool.sum())
    some = (f"{count} gebouwen", f"{count} buildings") if count >= FEW else ("enkele gebouwen", "a few buildings")
    return [tables.remark(
        "connections", f"Op de koudste dag komt het water bij {some[0]} tot {_dutch(float(short_k.max()), 1)} K koeler aan dan hun afgifte vraagt. Zoveel warmer aan de bron, of wat "
        "meer debiet, verhelpt dat; de gekozen werken zijn er niet op aangepast.", f"On the coldest day the water reaches {some[1]} up to {float(short_k.max()):,.1f} K cooler than "
        "their emitters ask. So much warmer at the source, or some more flow, cures it; the chosen works were not adapted to it.", level="info",
        rows_share=float(cool.mean()), method="network-physics",
    )]  # fmt: skip


def _sections(pipes: gpd.GeoDataFrame, chosen: NDArray[np.bool_]) -> str:
    """Names of the sections of these pipes, the first few."""
    names = pipes["section"][chosen].dropna().unique()
    if not len(names):
        return "-"
    more = f" (+{len(names) - NAMED})" if len(names) > NAMED else ""
    return ", ".join(str(name) for name in names[:NAMED]) + more


def _dutch(number: float, decimals: int = 0) -> str:
    """A number as it is written in Dutch."""
    return f"{number:,.{decimals}f}".translate(str.maketrans(",.", ".,"))
