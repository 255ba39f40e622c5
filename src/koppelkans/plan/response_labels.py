"""The label of a home with each option and package, in the middle of what certificates of such homes would show."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from koppelkans.building.epc.rules import SYSTEMS, NetworkHeat, Rule, epc_rule, network_heat
from koppelkans.building.epc.score import need_of, terms_of
from koppelkans.heat.options import OptionArrays
from koppelkans.parameters import Parameters
from koppelkans.parameters.reforms import word

if TYPE_CHECKING:
    from koppelkans.plan.response import ResponseInputs

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]
U_VALUES = ["roof_w_per_m2k", "wall_w_per_m2k", "window_w_per_m2k", "ground_w_per_m2k"]
REFERENCE = "gas_boiler"
KWH_PER_MWH = 1_000.0
BUYER = "obligation.buyer.label"


@dataclass(frozen=True, slots=True)
class Labels:
    """Labels of heated buildings (F) by package (P) under the rule in force: A = 0 ... F = 5; 0 for buildings without a modelled label.

    ``need_kwh_per_m2`` (F, P) and ``fans_kwh_per_m2``: what the rule sees of the envelope with each package. ``known``: a label is modelled.
    ``asked``: worst label that a buyer may keep.
    """

    buildings: pd.Index
    rule: Rule
    need_kwh_per_m2: Floats
    fans_kwh_per_m2: Floats
    known: Flags
    now: Ints
    asked: int

    def of(self, system: str, package: Ints, row: Ints | None = None) -> Ints:
        """The label with a heat source of the rule and one package per building."""
        rows = np.arange(len(self.buildings)) if row is None else row
        found = self._label(system, self.need_kwh_per_m2[rows, package], self.fans_kwh_per_m2[rows, package])
        return np.where(self.known[rows], found, 0)

    def misses_duty(self, system: str) -> Flags:
        """Whether each package (F, P) leaves a home with a worse label than a buyer may keep."""
        shape = self.need_kwh_per_m2.shape
        label = self._label(system, self.need_kwh_per_m2.ravel(), self.fans_kwh_per_m2.ravel()).reshape(shape)
        missed: Flags = (label > self.asked) & self.known[:, None]
        return missed

    def _label(self, system: str, need: Floats, fans: Floats) -> Ints:
        number = np.full(len(need), SYSTEMS.index(system), dtype=np.intp)
        score = terms_of(need, number, self.rule, fans=fans).score
        place = np.searchsorted(self.rule.borders, score, side="left")
        best = self.rule.fossil_share(number) > self.rule.a_fossil_limit_share
        return np.maximum(place, best).astype(np.int64)


def labels_of(given: ResponseInputs, arrays: OptionArrays) -> Labels:
    """The labels of the heated buildings of a plan under the rule in force.

    The table EPC gives the median score now, with the gas reference; what its need becomes follows the ladder of the building:  n q (1 + (p - 1) q) / p,  with q the
    part of the need that is left and p the pessimism of certificates for an envelope that is not documented. Method: docs/method.md#epc-distribution.
    """
    day, parameters = given.scenario.reference_date, given.parameters
    name = word(parameters, "epc.rule_in_force", day)
    rule = epc_rule(name, network=network_heat_of(given), parameters=parameters, day=day)
    epc = given.tables["epc"]
    score = epc[epc["rule"] == name].set_index("building")["score_kwh_per_m2"].reindex(arrays.buildings)
    known = score.notna().to_numpy(bool)
    reference = np.full(len(score), SYSTEMS.index(REFERENCE), dtype=np.intp)
    need_now = need_of(score.fillna(0.0).to_numpy(float), reference, rule)
    packages = arrays.packages
    as_is = packages.need_kwh[:, :1]
    left = np.divide(packages.need_kwh, as_is, out=np.ones_like(packages.need_kwh), where=as_is > 0)
    houses = given.place.buildings.loc[arrays.buildings]
    audited = houses[U_VALUES].notna().all(axis=1).to_numpy(bool)
    pessimism = np.where(audited, *(parameters.at("epc.pessimism", day, scope) for scope in ("audit", "typology")))[
        :, None
    ]
    documented = np.minimum(left, 1.0)
    area = given.tables["demand"]["reference_m2"].reindex(arrays.buildings).to_numpy(float)[:, None]
    area = area * parameters.at("epc.area_per_reference", day)
    found = Labels(
        buildings=arrays.buildings, rule=rule, need_kwh_per_m2=need_now[:, None] * left * (1.0 + (pessimism - 1.0) * documented) / pessimism,
        fans_kwh_per_m2=packages.fan_kwh / area, known=known, now=np.zeros(len(score), dtype=np.int64), asked=asked_of_buyers(parameters, given),
    )  # fmt: skip
    now = np.searchsorted(rule.borders, score.fillna(0.0).to_numpy(float), side="left")
    return replace(found, now=np.where(known, now, 0).astype(np.int64))


def asked_of_buyers(parameters: Parameters, given: ResponseInputs) -> int:
    """The worst label that a buyer of a house may keep (A = 0 ... F = 5); 5 where there is no duty."""
    day = given.scenario.reference_date
    standing = parameters.entries[BUYER].all_on(day)
    asked = [float(value.value) for scope, value in standing.items() if scope.startswith("house_")]
    return round(min(asked)) - 1 if asked else 5


def network_heat_of(given: ResponseInputs) -> NetworkHeat | None:
    """Primary factor and fossil share of the heat of the designed network, from the tables of the plan; None without one."""
    made, scenario = given.tables, given.scenario
    variants = made["network_variants"]
    chosen = variants[variants["chosen"]] if len(variants) else variants
    if chosen.empty or not scenario.sources:
        return None
    row = chosen.iloc[0]
    heat_mwh, produced_mwh = float(row["heat_mwh"]), float(row["heat_mwh"] + row["loss_mwh"])
    plants = made["supply"]
    if len(plants):
        gas_mwh, power_mwh = float(plants["gas_mwh"].sum()), float(plants["electricity_mwh"].sum())
    else:
        share = made["network_sources"]["heat_share"] if len(made["network_sources"]) else None
        uses = {source.name: source for source in scenario.sources}
        mix = {str(row["source"]): 1.0} if share is None else share.to_dict()
        gas_mwh = produced_mwh * sum(part * uses[name].gas_kwh_per_kwh for name, part in mix.items() if name in uses)
        power_mwh = produced_mwh * sum(
            part * uses[name].electricity_kwh_per_kwh for name, part in mix.items() if name in uses
        )
    return network_heat(
        heat_mwh * KWH_PER_MWH, gas_kwh=gas_mwh * KWH_PER_MWH, electricity_kwh=(power_mwh + float(row["pump_mwh"])) * KWH_PER_MWH,
        parameters=given.parameters, day=scenario.reference_date,
    )  # fmt: skip
