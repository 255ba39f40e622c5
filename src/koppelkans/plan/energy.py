"""What the plan hands from chapter to chapter about buildings: the building line, what an ordering allows, the labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from koppelkans import tables
from koppelkans.building import HeatDemand
from koppelkans.building.epc import NetworkHeat, below_a_share, energy_labels, epc_terms, obligations
from koppelkans.building.epc.rules import network_heat
from koppelkans.building.hours import Climate
from koppelkans.building.load import hours_of_place, regeneration_share
from koppelkans.heat.insulation import stop_insulating
from koppelkans.heat.options import OptionArrays
from koppelkans.parameters import Parameters
from koppelkans.parameters.reforms import word
from koppelkans.place.model import Place
from koppelkans.plan.network import NetworkPart
from koppelkans.plan.orderings import BelowA
from koppelkans.scenario import Scenario
from koppelkans.tables import RemarkRow
from koppelkans.verify import verified

Flags = NDArray[np.bool_]
Answer = tuple[dict[str, pd.DataFrame], list[RemarkRow]]
KWH_PER_MWH = 1_000.0
GROUND = "ground_heat_pump"
LINE_M = 0.5
"""A front this close to the edge of the street stands on the building line."""


def on_building_line(place: Place) -> pd.Series | None:
    """Whether the front of each building stands at the edge of the street; None where the place has no street width of its own.

    The service pipe runs from the axis to the building: its length less half the width is the depth of the front garden. Widths by class of
    road say nothing about one front: where only those are known, terraced houses are taken to stand at the line.
    """
    if place.attachments is None or place.sections is None:
        return None
    found = place.attachments.join(place.sections[["width_m", "width_from"]], on="section")
    known = found[~found["width_from"].isin(tables.IMPUTED)]
    if known.empty:
        return None
    terraced = place.buildings["type"] == "terraced"
    at_edge = (known["service_m"] - known["width_m"] / 2.0 <= LINE_M).reindex(terraced.index)
    return at_edge.where(at_edge.notna(), terraced).astype(bool).rename("on_building_line")


def allowed_rungs(renovations: pd.DataFrame, arrays: OptionArrays, allowed: Flags) -> pd.DataFrame:
    """The rows of RENOVATIONS that an ordering allows, for the offers of a network."""
    by_rung: Flags = allowed[:, 0::2] | allowed[:, 1::2]
    row = arrays.buildings.get_indexer(pd.Index(renovations["building"]))
    keep = (row >= 0) & by_rung[row, renovations["rung"].to_numpy(np.int64)]
    kept: pd.DataFrame = renovations[keep]
    return kept


def chosen_rungs(options: pd.DataFrame, choices: pd.DataFrame) -> pd.DataFrame:
    """Solution and rung of the choice of every building, index building."""
    keys = choices.index.astype(str) + "|" + choices["solution"]
    return pd.DataFrame(
        {"solution": choices["solution"].to_numpy(object), "rung": options.loc[keys, "rung"].to_numpy()},
        index=choices.index,
    ).astype({"solution": "str"})


def stop_table(arrays: OptionArrays) -> pd.DataFrame:
    """The stop-insulating point of every building with a fossil-free solution (contract STOP_INSULATING)."""
    found = stop_insulating(arrays)
    found = found[found["rung"].notna()]
    result: pd.DataFrame = found.assign(rung=found["rung"].astype("int64")).rename_axis("building")
    return result


def hours_tables(
    heat: HeatDemand, climate: Climate, made: Mapping[str, pd.DataFrame], scenario: Scenario, parameters: Parameters
) -> tuple[pd.DataFrame, list[RemarkRow]]:  # fmt: skip
    """The place hour by hour at its expected yearly use, now and after the renovation of the plan (contract HOURS)."""
    now = made["demand"].loc[heat.heated, ["space_heat_kwh", "hot_water_kwh"]]
    chosen = chosen_rungs(made["options"], made["choices"])
    keys = chosen.index.astype(str) + "|" + chosen["rung"].astype(str)
    left = pd.Series(made["renovations"]["space_share"].reindex(keys).to_numpy(float), index=chosen.index)
    use = now.assign(space_heat_after_kwh=now["space_heat_kwh"] * left.reindex(now.index).fillna(1.0))
    hours, stated = hours_of_place(
        use,
        heat.zones,
        climate,
        cold_kw=heat.cold_kw,
        parameters=parameters,
        day=scenario.reference_date,
        seed=scenario.seed,
    )
    return hours, [*stated, *_shifted_sun(climate)]


def _shifted_sun(climate: Climate) -> list[RemarkRow]:
    """What to mind when the time stamps of a weather file fit the sun only after a shift."""
    if not climate.sun_shift_hours:
        return []
    hours = f"{climate.sun_shift_hours:+.1f}"
    return [tables.remark(
        "hours", f"De zon in het weerbestand past het best bij de stand van de zon {hours.replace('.', ',')} uur later; die verschuiving is gevolgd. Letterlijk genomen "
        "zouden oost en west van elkaar verschillen.", f"The sun in the weather file fits the position of the sun {hours} hours later best; that shift was "
        "followed. Taken literally, east and west would differ.", level="info", method="hourly-climate",
    )]  # fmt: skip


def borehole_regeneration_share(made: Mapping[str, pd.DataFrame], parameters: Parameters, day: date) -> float:
    """What passive cooling gives back to the boreholes of all ground heat pumps of the plan together, over what they draw."""
    choices = made["choices"]
    keys = choices.index[choices["solution"] == GROUND]
    if not len(keys):
        return float("nan")
    heat, options = made["demand"].loc[keys], made["options"].loc[keys.astype(str) + f"|{GROUND}"]
    share = (
        made["renovations"]["space_share"]
        .reindex(keys.astype(str) + "|" + options["rung"].astype(str).to_numpy())
        .to_numpy(float)
    )
    delivered = heat["space_heat_kwh"].to_numpy(float) * share + heat["hot_water_kwh"].to_numpy(float)
    drawn = pd.Series(
        [float(np.maximum(delivered - options["electricity_kwh"].to_numpy(float), 0.0).sum())], index=["all"]
    )
    cold = pd.Series([float(heat["cold_kwh"].sum())], index=["all"])
    return float(regeneration_share(drawn, cold, parameters=parameters, day=day).iloc[0])


def network_of(
    network: NetworkPart, made: Mapping[str, pd.DataFrame], scenario: Scenario, parameters: Parameters
) -> NetworkHeat | None:
    """Primary factor and fossil share of the heat of the chosen network; None without one.

    From what its plants use where these were worked out, else from what its source is stated to use.
    """
    if network.case is None:
        return None
    row = network.tables["network_variants"].query("chosen").iloc[0]
    stated = pd.DataFrame(
        {source.name: (source.gas_kwh_per_kwh, source.electricity_kwh_per_kwh) for source in scenario.sources}, index=["gas", "electricity"]
    )  # fmt: skip
    mix = pd.Series({network.case.source.name: 1.0}) if network.result is None else network.result.sources["heat_share"]
    uses = stated[mix.index] @ mix
    produced_kwh = float(row["heat_mwh"] + row["loss_mwh"]) * KWH_PER_MWH
    gas_kwh, electricity_kwh = float(uses["gas"]) * produced_kwh, float(uses["electricity"]) * produced_kwh
    plants, worked_out = made["supply"], not made["supply"].empty
    if worked_out:
        gas_kwh, electricity_kwh = (float(plants[name].sum()) * KWH_PER_MWH for name in ("gas_mwh", "electricity_mwh"))
    found = network_heat(
        float(row["heat_mwh"]) * KWH_PER_MWH, gas_kwh=gas_kwh,
        electricity_kwh=electricity_kwh + float(row["pump_mwh"]) * KWH_PER_MWH, parameters=parameters, day=scenario.reference_date,
    )  # fmt: skip
    if not worked_out:
        return found
    return replace(found, primary_factor=float(made["supply_total"]["primary_factor"].iloc[0]))


def label_tables(
    buildings: pd.DataFrame, made: Mapping[str, pd.DataFrame], network: NetworkHeat | None, scenario: Scenario, parameters: Parameters
) -> Answer:  # fmt: skip
    """Labels now and after the plan, how they migrate, the rule term by term, and the obligations that follow."""
    day = scenario.reference_date
    epc, migration, stated = energy_labels(
        buildings, made["demand"], made["renovations"], chosen_rungs(made["options"], made["choices"]), network=network,
        parameters=parameters, day=day,
    )  # fmt: skip
    years = range(scenario.start_year, scenario.start_year + scenario.horizon_years)
    in_force = word(parameters, "epc.rule_in_force", day)
    duties, more = obligations(epc, buildings, parameters=parameters, day=day, years=years, rule=in_force)
    terms = epc_terms(network=network, parameters=parameters, day=day)
    made_tables = {"epc": epc, "label_migration": migration, "epc_terms": terms, "obligations": duties}
    return made_tables, [*stated, *more]


def below_label_a(
    buildings: pd.DataFrame, made: Mapping[str, pd.DataFrame], scenario: Scenario, parameters: Parameters
) -> BelowA:
    """A function from solution and rung per building to the chance of a label below A under the rule in force."""

    def below(chosen: pd.DataFrame) -> pd.Series:
        here = buildings.loc[buildings.index.isin(chosen.index)]
        epc, _, _ = energy_labels(
            here,
            made["demand"],
            made["renovations"],
            chosen,
            network=None,
            parameters=parameters,
            day=scenario.reference_date,
        )
        return below_a_share(epc, word(parameters, "epc.rule_in_force", scenario.reference_date))

    return below


def _holds(network: NetworkPart) -> bool:
    """Whether the separate check of the certificate finds nothing wrong."""
    return network.certificate is not None and not verified(network.certificate).faults


def network_proof(network: NetworkPart) -> pd.DataFrame:
    """The proof of the chosen network as a row of PROOFS; no row without one.

    ``recomputed`` when the separate check of its certificate finds tree, cost and bound as they are printed.
    """
    variants = network.tables["network_variants"]
    chosen = variants[variants["chosen"]]
    frame = pd.DataFrame({
        "cost_eur": chosen["whole_eur_per_year"], "bound_eur": chosen["bound_eur_per_year"], "gap_share": chosen["gap_share"],
        "kind": "recomputed" if _holds(network) else "solver", "limit": "rounds of the scenario",
    })  # fmt: skip
    frame.index = pd.Index(["network"] * len(frame), name="step", dtype="str")
    return frame.astype({"kind": "str", "limit": "str"})
