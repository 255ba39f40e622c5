"""What the supply of a network is asked with: the load, the plants that may stand there, a tank, and how cost is weighed."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from koppelkans.errors import DataError, OutOfRangeError, suggestion
from koppelkans.heat.costs import KG_PER_TONNE, Economics
from koppelkans.heat.pipes import Regime
from koppelkans.parameters import Parameters
from koppelkans.tables.supply import PLANT_KINDS

BUILT_KINDS = tuple(kind for kind in PLANT_KINDS if kind not in ("tank", "shortage"))
"""Kinds that a scenario may ask for."""
MONTHS = 12


@dataclass(frozen=True, slots=True)
class Plant:
    """A plant that makes heat at a source; what is None comes from the parameters or is chosen at least cost.

    ``capacity_kw``: the most that may be built. ``size_kw``: the size it has; None: chosen. ``source_c``: constant temperature of what
    it draws from. ``input_eur_per_mwh``: price of a MWh of bought heat or wood. ``yearly_mwh``: most heat a year. ``months``: months
    in which it may run, empty for all. ``borehole_m``: metres of a field; None: chosen. ``price_eur_per_mwh``, ``emission_kg_per_kwh``,
    ``gas_kwh_per_kwh`` and ``electricity_kwh_per_kwh`` say all that is known of a ``stated`` one.
    """

    name: str
    kind: str
    capacity_kw: float = float("inf")
    size_kw: float | None = None
    source_c: float | None = None
    input_eur_per_mwh: float | None = None
    investment_eur_per_kw: float | None = None
    yearly_mwh: float | None = None
    months: tuple[int, ...] = ()
    borehole_m: float | None = None
    price_eur_per_mwh: float = 0.0
    emission_kg_per_kwh: float = 0.0
    gas_kwh_per_kwh: float = 0.0
    electricity_kwh_per_kwh: float = 0.0


@dataclass(frozen=True, slots=True)
class Tank:
    """A tank of hot water; ``volume_m3`` None: chosen at least cost, at most ``limit_m3``."""

    name: str = "tank"
    volume_m3: float | None = None
    limit_m3: float = float("inf")


@dataclass(frozen=True, slots=True)
class NetworkLoad:
    """Heat that a network takes at its source.

    ``hours`` keeps HOURS: its heat after the plan gives the course. ``heat_mwh`` delivered and ``loss_mwh`` lost a year, ``peak_kw``
    the coincident peak at the source, ``pump_mwh`` electricity of the network pumps. ``cold_mwh``: passive cold of the connected
    buildings a year that boreholes may take up.
    """

    hours: pd.DataFrame
    heat_mwh: float
    loss_mwh: float
    peak_kw: float
    pump_mwh: float = 0.0
    cold_mwh: float = 0.0


@dataclass(frozen=True, slots=True)
class SupplyCase:
    """Everything that the supply of one network is worked out with. ``prices`` keeps PRICES.

    ``stated_eur_per_mwh`` and ``stated_emission_kg_per_kwh``: price and emission of heat that the design used. ``design_outdoor_c``: of the day of the peak.
    """

    name: str
    plants: tuple[Plant, ...]
    tank: Tank | None
    load: NetworkLoad
    regime: Regime
    stated_eur_per_mwh: float
    design_outdoor_c: float
    prices: pd.DataFrame
    economics: Economics
    parameters: Parameters
    stated_emission_kg_per_kwh: float = 0.0

    def at(self, key: str, scope: str = "all") -> float:
        """Figure ``supply.<key>``."""
        return self.parameters.at(f"supply.{key}", self.economics.day, scope)

    def price(self, carrier: str, measure: str) -> float:
        """A price of PRICES, for instance of gas per kWh for society."""
        return float(self.prices[measure][carrier])

    @property
    def carbon_eur_per_kg(self) -> float:
        """Price of carbon for society."""
        return self.economics.carbon_eur_per_tonne / KG_PER_TONNE


def checked(case: SupplyCase) -> SupplyCase:
    """The same case, when it can be worked out.

    Raises DataError that lists every plant that cannot be (no plant, unknown kind, a name twice, a month that does not exist) and
    OutOfRangeError for a network without heat.
    """
    names = [plant.name for plant in case.plants] + ([case.tank.name] if case.tank else [])
    faults = [f"name {name} is used twice" for name in sorted({name for name in names if names.count(name) > 1})]
    faults += [
        f"plant {plant.name}: kind {plant.kind} is not known; {suggestion(plant.kind, BUILT_KINDS)}"
        for plant in case.plants
        if plant.kind not in BUILT_KINDS
    ]
    faults += [
        f"plant {plant.name}: months {', '.join(map(str, plant.months))}; expected 1 to {MONTHS}"
        for plant in case.plants
        if any(not 1 <= month <= MONTHS for month in plant.months)
    ]
    if not case.plants:
        faults.append("no plant makes heat")
    if faults:
        raise DataError(f"the supply of network {case.name} cannot be worked out", faults)
    if not (case.load.heat_mwh > 0 and case.load.loss_mwh >= 0 and case.load.peak_kw > 0):
        raise OutOfRangeError(
            f"network {case.name}: {case.load.heat_mwh:g} MWh delivered, {case.load.loss_mwh:g} MWh lost, peak {case.load.peak_kw:g} kW; "
            "expected heat and a peak above zero"
        )
    return case
