"""A version of the EPC rule as one value: factors, terms and borders, read from dated parameters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from koppelkans import tables
from koppelkans.errors import DataError, OutOfRangeError, suggestion
from koppelkans.parameters import Parameters

Floats = NDArray[np.float64]

CARRIERS = ("gas", "electricity", "heat")
GENERATORS = (
    "gas_boiler", "old_gas_boiler", "air_heat_pump", "ground_heat_pump", "high_temperature_heat_pump", "collective_gas_boiler",
    "collective_heat_pump", "direct_electric",
)  # fmt: skip
"""Systems with an expenditure factor of their own; hybrid and network follow from other figures."""
ON_GAS = ("gas_boiler", "old_gas_boiler", "collective_gas_boiler")
SYSTEMS = (*GENERATORS, "hybrid_heat_pump", *tables.NETWORK_SOLUTIONS)
"""What an EPC may find in a home: every solution of a plan, and two systems that no plan would choose."""


@dataclass(frozen=True, slots=True)
class NetworkHeat:
    """Heat of the network in the plan: primary energy per kWh delivered to a home, and the share of it that is fossil.

    Raises OutOfRangeError for a negative factor or a share outside 0 to 1.
    """

    primary_factor: float
    fossil_share: float

    def __post_init__(self) -> None:
        if not (np.isfinite(self.primary_factor) and self.primary_factor >= 0 and 0 <= self.fossil_share <= 1):
            raise OutOfRangeError(
                f"heat of a network with primary factor {self.primary_factor:g} and fossil share {self.fossil_share:g}; "
                "expected a factor of at least 0 and a share of 0 to 1"
            )


def network_heat(
    delivered_kwh: float, *, gas_kwh: float, electricity_kwh: float, parameters: Parameters, day: date
) -> NetworkHeat:
    """Primary factor and fossil share of a network from what its sources use in a year, planned or metered.

    f = (gas f_gas + electricity f_el) / delivered, never below ``epc.network_least_factor``;  fossil share = gas / (e delivered), at most 1, with e the expenditure of a
    collective boiler. Losses of the pipes are inside, because ``delivered_kwh`` is what arrives at the homes. Waste heat and
    heat from ground, water or air count zero. Factors of the rule of today.

    Raises OutOfRangeError when nothing is delivered or an input is negative. Method: docs/method.md#epc-rules.
    """
    if delivered_kwh <= 0 or gas_kwh < 0 or electricity_kwh < 0:
        raise OutOfRangeError(
            f"heat of a network asked for {delivered_kwh:g} kWh delivered from {gas_kwh:g} kWh gas and {electricity_kwh:g} kWh "
            "electricity; delivered heat must exceed zero and inputs may not be negative"
        )
    primary = gas_kwh * parameters.at("epc.primary_factor.gas", day, "today")
    primary += electricity_kwh * parameters.at("epc.primary_factor.electricity", day, "today")
    expenditure = parameters.at("epc.expenditure", day, "collective_gas_boiler")
    factor = max(primary / delivered_kwh, parameters.at("epc.network_least_factor", day))
    return NetworkHeat(factor, min(gas_kwh / (expenditure * delivered_kwh), 1.0))


@dataclass(frozen=True, slots=True)
class Rule:
    """One version of the EPC rule on a day.

    ``counts_installation``: the score is primary energy; false: the score is the useful need, whatever the heat source.
    ``final_per_useful`` (systems x carriers): final energy per useful heat. ``borders``: upper borders of labels A to E
    [kWh/m2]. ``a_fossil_limit_share``: above this fossil share of the final energy no label better than B.
    """

    name: str
    counts_installation: bool
    primary_factors: Floats
    fossil_shares: Floats
    final_per_useful: Floats
    distribution_kwh_per_m2: float
    hot_water_kwh_per_m2: float
    auxiliary_kwh_per_m2: float
    borders: Floats
    a_fossil_limit_share: float

    def expenditure(self, system: Floats | NDArray[np.intp]) -> Floats:
        """Final over useful energy by system number; 1 where the installation does not count."""
        final: Floats = self.final_per_useful[system].sum(axis=-1)
        return final if self.counts_installation else np.ones_like(final)

    def primary_factor(self, system: NDArray[np.intp]) -> Floats:
        """Primary over final energy by system number, weighted by carrier; 1 where the installation does not count."""
        final = self.final_per_useful[system]
        factor: Floats = (final @ self.primary_factors) / final.sum(axis=-1)
        return factor if self.counts_installation else np.ones_like(factor)

    def fossil_share(self, system: NDArray[np.intp]) -> Floats:
        """Fossil part of the final energy by system number."""
        final = self.final_per_useful[system]
        share: Floats = (final @ self.fossil_shares) / final.sum(axis=-1)
        return share


def epc_rule(name: str, *, network: NetworkHeat | None, parameters: Parameters, day: date) -> Rule:
    """The version ``name`` of the rule (one of ``tables.EPC_RULES``) in force, or proposed, on a day.

    ``network``: heat of the network in the plan; it counts only under rules that take the detailed route, and None means that
    every rule takes the default. Raises DataError for an unknown rule, ParameterError before 2019.
    Method: docs/method.md#epc-rules.
    """
    if name not in tables.EPC_RULES:
        raise DataError(f"no EPC rule is called {name}; {suggestion(name, tables.EPC_RULES)}")

    def of(key: str) -> float:
        return parameters.at(f"epc.{key}", day, name)

    detailed = network if of("network_detailed") == 1.0 else None
    heat_factor = detailed.primary_factor if detailed else of("primary_factor.heat")
    heat_fossil = detailed.fossil_share if detailed else 1.0 - of("network_renewable_share")
    return Rule(
        name=name, counts_installation=of("counts_installation") == 1.0,
        primary_factors=np.array([of("primary_factor.gas"), of("primary_factor.electricity"), heat_factor]),
        fossil_shares=np.array([of("fossil_share.gas"), of("fossil_share.electricity"), heat_fossil]),
        final_per_useful=_final_per_useful(of("network_efficiency_share"), parameters, day),
        distribution_kwh_per_m2=of("distribution_kwh_per_m2"), hot_water_kwh_per_m2=of("hot_water_kwh_per_m2"),
        auxiliary_kwh_per_m2=of("auxiliary_kwh_per_m2"),
        borders=np.array([of(f"border.{label.lower()}") for label in tables.EPC_LABELS[:-1]]),
        a_fossil_limit_share=of("fossil_limit_share"),
    )  # fmt: skip


def _final_per_useful(network_efficiency: float, parameters: Parameters, day: date) -> Floats:
    """Final energy per useful heat, systems x carriers; a hybrid splits between air heat pump and condensing boiler."""
    final = np.zeros((len(SYSTEMS), len(CARRIERS)))
    gas, electricity, heat = range(len(CARRIERS))
    for system in GENERATORS:
        carrier = gas if system in ON_GAS else electricity
        final[SYSTEMS.index(system), carrier] = parameters.at("epc.expenditure", day, system)
    pump_share = parameters.at("epc.hybrid_heat_pump_share", day)
    final[SYSTEMS.index("hybrid_heat_pump")] = (
        pump_share * final[SYSTEMS.index("air_heat_pump")] + (1.0 - pump_share) * final[SYSTEMS.index("gas_boiler")]
    )
    for system in tables.NETWORK_SOLUTIONS:
        # where a heat pump lifts the heat of the network it uses electricity as one on the ground does, and the network gives the rest
        power = parameters.at("epc.expenditure", day, "ground_heat_pump") if system in tables.LIFTED_SOLUTIONS else 0.0
        final[SYSTEMS.index(system), electricity] = power
        final[SYSTEMS.index(system), heat] = (1.0 - power) / network_efficiency
    return final


def system_numbers(systems: pd.Series) -> NDArray[np.intp]:
    """Place of each system in ``SYSTEMS``. Raises DataError that names every unknown one, with the first rows."""
    unknown = systems[~systems.isin(SYSTEMS)]
    if not unknown.empty:
        faults = [
            f"{word}: {tables.first_keys(unknown.index[unknown == word])}; {suggestion(str(word), SYSTEMS)}"
            for word in unknown.unique()
        ]
        raise DataError("the EPC rule does not know these solutions", faults)
    numbers: NDArray[np.intp] = pd.Index(SYSTEMS).get_indexer(pd.Index(systems)).astype(np.intp)
    return numbers
