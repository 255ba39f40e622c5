"""The demand table: theory, expectation, band and peak of every building, in named steps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from koppelkans import tables
from koppelkans.building import homes as dwellings
from koppelkans.building.calibration import Posterior, calibrate, observed_totals
from koppelkans.building.envelopes import envelopes, surfaces, typical_shells
from koppelkans.building.gas import gas_use
from koppelkans.building.hours import Climate, Control, Zones, annual_loads, shipped_climate, zones_of
from koppelkans.building.institutions import institution_demand
from koppelkans.building.load import cold_of
from koppelkans.building.remarks import demand_remarks
from koppelkans.building.seasonal import W_PER_KW, Floats, season, seasonal_need
from koppelkans.building.typology import STATES, form_of, shells
from koppelkans.building.water import expected_occupants
from koppelkans.parameters import Parameters
from koppelkans.tables import RemarkRow

DAYS_PER_YEAR = 365.0


@dataclass(frozen=True, slots=True)
class Metered:
    """What was metered in and around a place: figures per sector (contract SECTOR_STATISTICS) and totals of any mix (METERS)."""

    statistics: pd.DataFrame | None = None
    meters: pd.DataFrame | None = None

    def says_nothing(self, buildings: pd.DataFrame) -> bool:
        """Whether there is no total, no reading and no certificate anywhere."""
        own = buildings[["metered_gas_kwh", "epc_score_kwh_per_m2"]].notna().to_numpy().any()
        return self.statistics is None and self.meters is None and not own


NOTHING_METERED = Metered()


@dataclass(frozen=True, slots=True)
class HeatDemand:
    """Contracts DEMAND and CALIBRATION; the heated buildings (index ``heated``) as zones; cold of all in every hour [kW]; remarks."""

    demand: pd.DataFrame
    calibration: pd.DataFrame
    heated: pd.Index
    zones: Zones
    cold_kw: Floats
    remarks: list[RemarkRow]


def demand(
    buildings: pd.DataFrame,
    *,
    parameters: Parameters,
    day: date,
    design_outdoor_c: float | None = None,
    climate: Climate | None = None,
    metered: Metered = NOTHING_METERED,
) -> HeatDemand:
    """Heat, hot water, cold, electricity [kWh/year] and peak [kW] of every building in a normal year, and what was assumed.

    buildings: contract BUILDINGS. climate: hours of a year, the typical year of Uccle when left out.
    Result: contract DEMAND, one row per building in the same order; a building that is not heated is zero throughout.

    Dwellings: theoretical need by the TABULA seasonal method on the building's own surfaces where these are known or drawn;
    expected use through the prebound correction; hot water per dwelling. Other buildings: intensity by use. Metered gas replaces the
    level. ``heat_low_kwh`` and ``heat_high_kwh`` are p10 and p90 of single buildings that look the same to the model: no figure here
    is a measurement of this building. Hourly model: the same envelope at the same indoor temperature all year, and without heating for cold.

    Raises DataError when metered gas is of an impossible magnitude, OutOfRangeError for an envelope without heat loss.
    Method: docs/method.md#demand.
    """
    expected, measured = expected_demand(
        buildings, parameters=parameters, day=day, design_outdoor_c=design_outdoor_c, metered=metered
    )
    heated = _heated(buildings)
    year = shipped_climate() if climate is None else climate
    zones = _zones(heated, parameters, day)
    steady = Control.constant(len(year.outdoor_c), heat_c=parameters.at("building.tabula.indoor_c", day))
    cold, of_cold = cold_of(zones, year, parameters=parameters, day=day)
    hourly = pd.DataFrame(
        {
            "hourly_space_heat_kwh": annual_loads(zones, year, steady).heating_kwh if len(heated) else 0.0,
            "cold_kwh": cold.cold_kwh, "overheating_hours": cold.overheating_hours,
        }, index=heated.index,
    ).reindex(expected.index).fillna(0.0)  # fmt: skip
    result = expected.assign(**hourly)[tables.DEMAND.column_names]
    of_meters = [] if measured is None else measured.remarks
    remarks = [*demand_remarks(heated, result.loc[heated.index]), *of_meters, *(of_cold if len(heated) else [])]
    table = tables.CALIBRATION.empty() if measured is None else measured.table
    return HeatDemand(result, table, heated.index, zones, cold.cold_kw, remarks)


def expected_demand(
    buildings: pd.DataFrame, *, parameters: Parameters, day: date, design_outdoor_c: float | None = None, metered: Metered = NOTHING_METERED,
) -> tuple[pd.DataFrame, Posterior | None]:  # fmt: skip
    """The table of ``demand`` without what needs hours (hourly need, cold, overheating), and what the meters said, if there are any.

    For runs that vary one figure after another: nothing in the choice of solutions depends on the hours.
    """
    heated = _heated(buildings)
    theory = _theory(heated, parameters, day)
    modelled = _modelled(heated, theory, parameters, day)
    measured = None if metered.says_nothing(heated) else _measured(heated, theory, modelled, metered, parameters, day)
    level = _uncalibrated(modelled) if measured is None else _calibrated(modelled, measured)
    peak_kw = _peak_kw(level, theory, heated, parameters=parameters, day=day, design_outdoor_c=design_outdoor_c)
    occupants = expected_occupants(heated, parameters, day)
    result = theory.assign(**level, peak_kw=peak_kw, occupants=occupants).reindex(buildings.index)
    result = result.assign(
        method=result["method"].fillna("not_heated"), calibrated=result["calibrated"].eq(True)
    ).fillna(0.0)
    return result.rename_axis("building"), measured


def _heated(buildings: pd.DataFrame) -> pd.DataFrame:
    known = pd.DataFrame(buildings.drop(columns="geometry", errors="ignore"))
    return known[known["heated"].to_numpy(bool)]


def _shell(heated: pd.DataFrame, parameters: Parameters, day: date) -> tuple[pd.Series, pd.DataFrame, pd.DataFrame]:
    """Form in the typology, surfaces, and the shells of every form, period and state."""
    typical = shells(season(parameters, day))
    form = form_of(heated, small_to=parameters.at("building.small_apartment_dwellings", day))
    areas = surfaces(heated, typical, form=form, window_part=parameters.at("building.window_part", day))
    return form, areas, typical


def _zones(heated: pd.DataFrame, parameters: Parameters, day: date) -> Zones:
    form, areas, typical = _shell(heated, parameters, day)
    own = typical_shells(heated, typical, form=form)
    return zones_of(heated, areas, own, form=form, parameters=parameters, day=day)


def _theory(heated: pd.DataFrame, parameters: Parameters, day: date) -> pd.DataFrame:
    """Method, theoretical need and heat loss from the envelope of each heated building as it stands."""
    standard = season(parameters, day)
    form, areas, typical = _shell(heated, parameters, day)
    share = parameters.at("building.reference_area_share", day)
    envelope = envelopes(heated, areas, typical, form=form, state=STATES[0], reference_share=share)
    return pd.DataFrame(
        {
            "method": areas["method"].where(heated["use"] == "residential", "use_intensity"),
            "reference_m2": envelope.reference_m2,
            "theoretical_space_heat_kwh": seasonal_need(envelope, standard),
            "heat_loss_w_per_k": envelope.loss_w_per_k(standard),
        },
        index=heated.index,
    )


def _modelled(heated: pd.DataFrame, theory: pd.DataFrame, parameters: Parameters, day: date) -> pd.DataFrame:
    """Expected heat, band and electricity of each heated building before any meter is looked at."""
    correction = dwellings.prebound(parameters, day)
    space = dwellings.expected_space_heat_kwh(
        theory["theoretical_space_heat_kwh"].to_numpy(), theory["reference_m2"].to_numpy(), correction
    )
    water = dwellings.hot_water_kwh(heated, parameters, day)
    spread = dwellings.spread_of_mean(correction.sigma, correction.shared_share, heated["dwellings"].to_numpy(float))
    low, high = dwellings.band((space + water).to_numpy(), spread)
    appliances = parameters.at("household.electricity_kwh_per_year", day) * heated["dwellings"]
    model = pd.DataFrame(
        {
            "space_heat_kwh": space, "hot_water_kwh": water, "heat_low_kwh": low, "heat_high_kwh": high,
            "electricity_kwh": np.maximum(appliances, 0.0),
        },
        index=heated.index,
    )  # fmt: skip
    others = heated[heated["use"] != "residential"]
    by_use = institution_demand(
        others, parameters, day, reference_share=parameters.at("building.reference_area_share", day)
    )
    # A dwelling above a shop adds its own appliances; its heat is inside the intensity of the main use.
    by_use["electricity_kwh"] += appliances[others.index]
    return model.assign(**{name: by_use[name].reindex(model.index).fillna(model[name]) for name in model.columns})


def _measured(
    heated: pd.DataFrame,
    theory: pd.DataFrame,
    modelled: pd.DataFrame,
    metered: Metered,
    parameters: Parameters,
    day: date,
) -> Posterior:
    return calibrate(
        modelled.join(theory[["theoretical_space_heat_kwh", "reference_m2"]]), heated,
        observed_totals(heated, metered.meters, metered.statistics, parameters=parameters, day=day),
        gas=gas_use(parameters, day), prebound=dwellings.prebound(parameters, day), parameters=parameters, day=day,
    )  # fmt: skip


def _uncalibrated(model: pd.DataFrame) -> pd.DataFrame:
    """The model as it is."""
    return model.assign(heat_kwh=model["space_heat_kwh"] + model["hot_water_kwh"], calibrated=False)


def _calibrated(model: pd.DataFrame, measured: Posterior) -> pd.DataFrame:
    """The model at the level and with the band that the meters leave."""
    space, water = (
        model["space_heat_kwh"] * measured.factor_space,
        model["hot_water_kwh"] * measured.factor_water,
    )
    heat = space + water
    return model.assign(
        space_heat_kwh=space, hot_water_kwh=water, heat_kwh=heat, heat_low_kwh=heat * measured.low, heat_high_kwh=heat * measured.high,
        calibrated=measured.calibrated,
    )  # fmt: skip


def _peak_kw(
    level: pd.DataFrame, theory: pd.DataFrame, heated: pd.DataFrame, *, parameters: Parameters, day: date, design_outdoor_c: float | None,
) -> pd.Series:  # fmt: skip
    """Heating power at the design outdoor temperature, with the charging of hot-water stores [kW].

    Dwellings: P = H (theta_i - theta_d) r^g + W / (365 h), with H the heat loss as it stands and r expected over theoretical
    space heat, at most 1. g = 0 would size every room at full temperature, g = 1 on average behaviour.
    Others: space heat over the hours of full load, scaled from the usual design temperature.
    Method: docs/method.md#peak.
    """
    usual_c = parameters.at("climate.design_outdoor_c", day)
    outdoor_c = usual_c if design_outdoor_c is None else design_outdoor_c
    indoor_c = parameters.at("building.tabula.indoor_c", day)
    seasons = dwellings.prebound(parameters, day).season_to_normal
    theoretical = (theory["theoretical_space_heat_kwh"] * seasons).where(lambda need: need > 0, np.inf)
    reduction = (level["space_heat_kwh"] / theoretical).clip(upper=1.0) ** parameters.at(
        "building.peak.reduction_exponent", day
    )
    homes = theory["heat_loss_w_per_k"] * (indoor_c - outdoor_c) / W_PER_KW * reduction
    hours = parameters.at("building.peak.full_load_hours", day)
    others = level["space_heat_kwh"] / hours * (indoor_c - outdoor_c) / (indoor_c - usual_c)
    stores = level["hot_water_kwh"] / DAYS_PER_YEAR / parameters.at("building.peak.hot_water_hours", day)
    return homes.where(heated["use"] == "residential", others) + stores
