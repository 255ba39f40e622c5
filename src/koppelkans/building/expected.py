"""The demand table: theory, expectation, band and peak of every building, in named steps."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from koppelkans import tables
from koppelkans.building import homes as dwellings
from koppelkans.building.calibration import Calibration, calibration
from koppelkans.building.envelopes import envelopes, surfaces
from koppelkans.building.gas import gas_use
from koppelkans.building.institutions import institution_demand
from koppelkans.building.remarks import demand_remarks
from koppelkans.building.seasonal import W_PER_KW, season, seasonal_need
from koppelkans.building.typology import STATES, form_of, shells
from koppelkans.parameters import Parameters
from koppelkans.tables import RemarkRow

DAYS_PER_YEAR = 365.0


def demand(
    buildings: pd.DataFrame,
    *,
    parameters: Parameters,
    day: date,
    design_outdoor_c: float | None = None,
    metered: pd.DataFrame | None = None,
    seed: int = 1,  # noqa: ARG001  part of the chapter's contract; this version draws nothing at random
) -> tuple[pd.DataFrame, list[RemarkRow]]:
    """Heat, hot water, electricity [kWh/year] and peak [kW] of every building in a normal year, and what was assumed.

    buildings: contract BUILDINGS. metered: contract SECTOR_STATISTICS, rows of the sectors that cover the place.
    Result: contract DEMAND, one row per building in the same order; a building that is not heated is zero throughout.

    Dwellings: theoretical need by the TABULA seasonal method on the building's own surfaces where these are known or drawn;
    expected use through the prebound correction; hot water per dwelling. Other buildings: intensity by use. Metered gas of a
    building or of its sector replaces the level. ``heat_low_kwh`` and ``heat_high_kwh`` are p10 and p90 of single buildings
    that look the same to the model: no figure here is a measurement of this building.
    ``usual_share`` and ``advanced_share`` are expected space heat after renovation over space heat now.

    Raises DataError when metered gas is of an impossible magnitude, OutOfRangeError for an envelope without heat loss.
    Method: docs/method.md#demand.
    """
    known = pd.DataFrame(buildings.drop(columns="geometry", errors="ignore"))
    heated = known[known["heated"]]
    theory = _theory(heated, parameters, day)
    modelled = _modelled(heated, theory, parameters, day)
    measured = calibration(modelled, heated, metered, gas=gas_use(parameters, day), parameters=parameters, day=day)
    level = _calibrated(modelled, heated, measured, parameters, day)
    peak_kw = _peak_kw(level, theory, heated, parameters=parameters, day=day, design_outdoor_c=design_outdoor_c)
    result = theory.assign(**level, peak_kw=peak_kw).reindex(known.index)
    result = result.assign(
        method=result["method"].fillna("not_heated"), calibrated=result["calibrated"].eq(True)
    ).fillna(0.0)
    result = result[tables.DEMAND.column_names].rename_axis("building")
    return result, demand_remarks(heated, result.loc[heated.index]) + measured.remarks


def _theory(heated: pd.DataFrame, parameters: Parameters, day: date) -> pd.DataFrame:
    """Method, theoretical need, heat loss and what renovation leaves, from the envelope of each heated building."""
    standard = season(parameters, day)
    typical = shells(standard)
    share = parameters.at("building.reference_area_share", day)
    form = form_of(heated, small_to=parameters.at("building.small_apartment_dwellings", day))
    areas = surfaces(heated, typical, form=form, window_part=parameters.at("building.window_part", day))
    states = {
        state: envelopes(heated, areas, typical, form=form, state=state, reference_share=share) for state in STATES
    }
    need = {state: seasonal_need(states[state], standard) for state in STATES}
    exponent = parameters.at("building.prebound.exponent", day)
    usual = dwellings.renovated_share(need["existing"], need["usual"], exponent)
    advanced = dwellings.renovated_share(need["existing"], need["advanced"], exponent)
    method = areas["method"].where(heated["use"] == "residential", "use_intensity")
    return pd.DataFrame(
        {
            "method": method,
            "reference_m2": states["existing"].reference_m2,
            "theoretical_space_heat_kwh": need["existing"],
            "heat_loss_w_per_k": states["existing"].loss_w_per_k(standard),
            "usual_share": usual,
            "advanced_share": np.minimum(advanced, usual),
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


def _calibrated(
    model: pd.DataFrame, heated: pd.DataFrame, measured: Calibration, parameters: Parameters, day: date
) -> pd.DataFrame:
    """The model at the measured level; a meter of its own also narrows the band to what years differ."""
    scaled = model.assign(**{
        name: model[name] * measured.factor for name in ("space_heat_kwh", "hot_water_kwh", "heat_low_kwh", "heat_high_kwh")
    })  # fmt: skip
    heat = scaled["space_heat_kwh"] + scaled["hot_water_kwh"]
    years = np.full(len(heated), parameters.at("building.residual.metered_sigma", day))
    low, high = dwellings.band(heat.to_numpy(), years)
    return scaled.assign(
        heat_kwh=heat,
        heat_low_kwh=scaled["heat_low_kwh"].mask(measured.own_meter, pd.Series(low, index=heated.index)),
        heat_high_kwh=scaled["heat_high_kwh"].mask(measured.own_meter, pd.Series(high, index=heated.index)),
        calibrated=measured.own_meter | measured.sector_meter,
    )


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
