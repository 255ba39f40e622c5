"""Eight rules of the energy bill written for OpenFisca-Core, over the same dated figures: a second engine to compare with.

OpenFisca-Core (AGPL-3.0-or-later) is used by tests and benchmarks only, never by the program. A household is its person entity; figures
by grid area are asked with an enumeration, as its manual has it. It computes in single precision.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta

import numpy as np
from openfisca_core.entities import build_entity
from openfisca_core.indexed_enums import Enum
from openfisca_core.parameters import ParameterNode
from openfisca_core.periods import YEAR
from openfisca_core.simulation_builder import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

from koppelkans.money.bill_arrays import EnergyUse
from koppelkans.parameters import Parameters
from koppelkans.parameters.store import ALL, Parameter

KEYS = (
    "vat", "market.power_wholesale_eur_per_mwh", "market.gas_wholesale_eur_per_mwh", "market.retail_margin_eur_per_mwh",
    "market.supplier_fee_eur_per_year", "elec.capacity_tariff", "elec.dist_kwh", "elec.min_billed_peak", "elec.network_ceiling",
    "elec.data_management", "elec.gsc", "elec.wkk", "elec.excise", "elec.energy_contribution", "elec.social_tariff", "gas.t1_fixed", "gas.t2_fixed",
    "gas.t3_fixed", "gas.t1_prop", "gas.t2_prop", "gas.t3_prop", "gas.t1_limit", "gas.t2_limit", "gas.data_management", "gas.transport_fluxys",
    "gas.energy_contribution", "gas.social_tariff", "gas.excise",
)  # fmt: skip
SLICES = ("gas.excise_first_12MWh", "gas.excise_above_12MWh", "gas.excise_band_limit")
household = build_entity(key="household", plural="households", label="Household", is_person=True)


def system(parameters: Parameters, areas: tuple[str, ...], *, world: str = "calm") -> TaxBenefitSystem:
    """The rules as a system of OpenFisca, with every dated value of the store in the price world."""
    grid_area = Enum("GridArea", {area: area for area in areas})
    found = TaxBenefitSystem([household])
    found.parameters = ParameterNode("", data=_figures(parameters, areas, world))
    inputs = [_input(name, float) for name in ("electricity_kwh", "gas_kwh", "peak_kw")]
    area = _input("area", Enum, possible_values=grid_area, default_value=grid_area[areas[0]])
    found.add_variables(*inputs, area, _input("vulnerable", bool), *(_rule(formula) for formula in FORMULAS))
    return found


def computed(found: TaxBenefitSystem, use: EnergyUse, period: str, rules: Sequence[str]) -> dict[str, np.ndarray]:
    """Some rules for every household in a year that begins on the day of the tariffs, as ``year:2026-11``."""
    simulation = SimulationBuilder().build_default_simulation(found, count=len(use))
    for name in ("electricity_kwh", "gas_kwh", "peak_kw", "area", "vulnerable"):
        simulation.set_input(name, period, getattr(use, name))
    return {name: simulation.calculate(name, period) for name in rules}


def _figures(parameters: Parameters, areas: tuple[str, ...], world: str) -> dict:
    by_key = {parameter.key: parameter for parameter in parameters}
    single = {"vat": "household_energy", "market.power_wholesale_eur_per_mwh": world, "market.gas_wholesale_eur_per_mwh": world,
              "elec.gsc": "flanders", "elec.wkk": "flanders", "elec.social_tariff": "single"}  # fmt: skip
    figures = {}
    for key in KEYS:
        scopes = by_key[key].scopes()
        held, name = key in parameters.hold, key.replace(".", "_")
        if key in single or scopes == [ALL]:
            figures[name] = _dated(by_key[key], single.get(key, ALL), held)
        else:
            wanted = (
                areas
                if set(areas) <= set(scopes)
                else [scope for scope in ("household", "protected") if scope in scopes]
            )
            figures[name] = {scope: _dated(by_key[key], scope, held) for scope in wanted}
    first, above, band = (by_key[key] for key in SLICES)
    zero = {"values": {"2000-01-01": {"value": 0.0}}}
    figures["gas_excise_slices"] = {"brackets": [
        {"threshold": zero, "rate": _dated(first, "household", held=False)},
        {"threshold": _dated(band, ALL, held=False), "rate": _dated(above, "household", held=False)},
    ]}  # fmt: skip
    return figures


def _dated(parameter: Parameter, scope: str, held: bool) -> dict:
    """The values of one scope by their first day; a value that ends and is not held leaves nothing behind it."""
    values = {}
    for value in sorted((value for value in parameter.values if value.scope == scope), key=lambda value: value.first):
        values[value.first.isoformat()] = {"value": value.value}
        if value.last and not held:
            values[(value.last + timedelta(days=1)).isoformat()] = {"value": None}
    return {"values": values}


def _input(name: str, kind: type, **more: object) -> type[Variable]:
    return type(
        name, (Variable,), {"value_type": kind, "entity": household, "definition_period": YEAR, "label": name, **more}
    )


def _rule(formula: Callable) -> type[Variable]:
    return type(formula.__name__, (Variable,), {
        "value_type": float, "entity": household, "definition_period": YEAR, "label": "EUR a year", "formula": formula,
    })  # fmt: skip


def electricity_network_eur(household, period, parameters):
    figures, area, kwh = parameters(period), household("area", period), household("electricity_kwh", period)
    per_kw = figures.elec_capacity_tariff[area]
    smallest_kw = figures.elec_min_billed_peak
    cost = np.maximum(household("peak_kw", period), smallest_kw) * per_kw + kwh * figures.elec_dist_kwh[area]
    return (
        np.minimum(cost, np.maximum(kwh * figures.elec_network_ceiling, smallest_kw * per_kw))
        + figures.elec_data_management
    )


def electricity_levies_eur(household, period, parameters):
    figures = parameters(period)
    per_kwh = (
        figures.elec_excise.household + figures.elec_energy_contribution.household + figures.elec_gsc + figures.elec_wkk
    )
    return household("electricity_kwh", period) * per_kwh


def electricity_bill_eur(household, period, parameters):
    figures = parameters(period)
    per_kwh = (figures.market_power_wholesale_eur_per_mwh + figures.market_retail_margin_eur_per_mwh) / 1_000
    energy = household("electricity_kwh", period) * per_kwh + figures.market_supplier_fee_eur_per_year
    cost = energy + household("electricity_network_eur", period) + household("electricity_levies_eur", period)
    return cost * (1 + figures.vat)


def gas_network_eur(household, period, parameters):
    figures, area, kwh = parameters(period), household("area", period), household("gas_kwh", period)
    groups = [kwh <= figures.gas_t1_limit, kwh <= figures.gas_t2_limit]
    fixed = np.select(groups, [figures.gas_t1_fixed[area], figures.gas_t2_fixed[area]], figures.gas_t3_fixed[area])
    per_kwh = np.select(groups, [figures.gas_t1_prop[area], figures.gas_t2_prop[area]], figures.gas_t3_prop[area])
    cost = fixed + kwh * (per_kwh + figures.gas_transport_fluxys) + figures.gas_data_management
    return np.where(kwh > 0, cost, 0.0)


def gas_excise_eur(household, period, parameters):
    kwh, figures = household("gas_kwh", period), parameters(period)
    return figures.gas_excise_slices.calc(kwh) + kwh * figures.gas_energy_contribution.household


def gas_bill_eur(household, period, parameters):
    kwh, figures = household("gas_kwh", period), parameters(period)
    per_kwh = (figures.market_gas_wholesale_eur_per_mwh + figures.market_retail_margin_eur_per_mwh) / 1_000
    energy = kwh * per_kwh + (kwh > 0) * figures.market_supplier_fee_eur_per_year
    return (energy + household("gas_network_eur", period) + household("gas_excise_eur", period)) * (1 + figures.vat)


def social_bill_eur(household, period, parameters):
    figures = parameters(period)
    gas = figures.gas_social_tariff + figures.gas_excise.protected * (1 + figures.vat)
    electricity = figures.elec_social_tariff + figures.elec_excise.protected * (1 + figures.vat)
    return household("gas_kwh", period) * gas + household("electricity_kwh", period) * electricity


def total_bill_eur(household, period):
    ordinary = household("electricity_bill_eur", period) + household("gas_bill_eur", period)
    return np.where(household("vulnerable", period), household("social_bill_eur", period), ordinary)


FORMULAS = (
    electricity_network_eur, electricity_levies_eur, electricity_bill_eur, gas_network_eur, gas_excise_eur, gas_bill_eur, social_bill_eur,
    total_bill_eur,
)  # fmt: skip
RULES = tuple(formula.__name__ for formula in FORMULAS)
