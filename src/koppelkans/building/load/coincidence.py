"""How much of the sum of all peaks comes at the same time: space heat, hot water, and what a pipe must carry."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from statistics import NormalDist

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from koppelkans import tables
from koppelkans.building.load.behaviour import behaviour, design_week_kw
from koppelkans.building.water.chance import normals
from koppelkans.building.water.coincident import design_power_kw
from koppelkans.building.water.draws import DAYS_PER_YEAR, HOURS_PER_DAY
from koppelkans.parameters import Parameters
from koppelkans.tables import RemarkRow

Floats = NDArray[np.float64]

NUMBERS = (1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000)
ANCHOR = "coincidence"


def coincidence(parameters: Parameters, day: date, *, seed: int = 1) -> tuple[pd.DataFrame, list[RemarkRow]]:
    """Coincidence of n dwellings, contract COINCIDENCE, and what is assumed.

    ``space_heat_share``: peak hour of the sum over the sum of the homes' own peak hours in a week at design temperature, which
    nine of ten groups of n homes stay below (``building.behaviour.below_share``). ``hot_water_kw`` and ``hot_water_share``:
    power that is exceeded in one minute of a thousand in the busiest hour, per dwelling and over that of one dwelling.
    ``design_share``: what a pipe to n homes carries of the sum of building peaks, when each home has a store that is charged
    in ``building.peak.hot_water_hours`` a day: space heat as ``pipe_share``, charging by a binomial of homes.

    Shares never rise with n. Method: docs/method.md#coincidence.
    """
    loads = _design_week(parameters, day, seed)
    below = parameters.at("building.behaviour.below_share", day)
    space = _by_number(lambda number: _group_quantile(loads, number, below, loads.max(axis=1)))
    water_kw = design_power_kw(NUMBERS, parameters, day, seed=seed)
    numbers = np.array(NUMBERS, dtype=float)
    space_kw, store_kw = _design_peaks(parameters, day)
    pipe = pipe_share(loads, parameters, day, seed=seed)
    design = (pipe * space_kw + charging_share(numbers, parameters, day) * store_kw) / (space_kw + store_kw)
    table = pd.DataFrame(
        {
            "dwellings": list(NUMBERS), "space_heat_share": space, "hot_water_share": water_kw.to_numpy() / numbers / water_kw.iloc[0],
            "design_share": np.minimum.accumulate(np.minimum(design, 1.0)), "hot_water_kw": water_kw.to_numpy() / numbers,
        },
        index=pd.Index([f"n{number:04d}" for number in NUMBERS], name="homes", dtype="str"),
    )  # fmt: skip
    return table, _remarks(table, pipe * space_kw + table["hot_water_kw"].to_numpy(), space_kw + store_kw)


def pipe_share(loads: Floats, parameters: Parameters, day: date, *, seed: int) -> Floats:
    """Space heat that a pipe to each of NUMBERS homes carries, over the sum of their peaks by the rule of the demand chapter.

    A building is sized between its full loss and average behaviour, H dT r^g, because nobody knows which household lives there;
    many homes together are average, H dT r. So with l the level of a household (lognormal, mean 1, measured spread) and w its
    hourly course over the mean of all homes in the design week
        load = min(r l w, r^g)  per H dT,    share(n) = peak of the sum of n / (n r^g)
    that nine of ten groups stay below. ``loads`` (homes, hours) from ``design_week_kw``.
    """
    use = parameters.at("building.coincidence.use_share", day)
    sized = use ** parameters.at("building.peak.reduction_exponent", day)
    sigma = parameters.at("building.residual.sigma", day)
    names = [f"home{place}" for place in range(len(loads))]
    level = np.exp(sigma * normals(names, seed, "level") - sigma**2 / 2.0)
    homes = np.minimum(use * level[:, None] * loads / loads.mean(), sized)
    below = parameters.at("building.behaviour.below_share", day)
    return _by_number(lambda number: _group_quantile(homes, number, below, np.full(len(homes), sized)))


def daily_coincidence(parameters: Parameters, day: date, *, seed: int = 1) -> float:
    """The same on days instead of hours, of all homes of the trial together: what daily meters show."""
    loads = _design_week(parameters, day, seed)
    daily = loads.reshape(len(loads), -1, HOURS_PER_DAY).mean(axis=2)
    return float(daily.sum(axis=0).max() / daily.max(axis=1).sum())


def _design_week(parameters: Parameters, day: date, seed: int) -> Floats:
    homes = int(parameters.at("building.behaviour.design_homes", day))
    return design_week_kw(homes, behaviour(parameters, day), parameters.at("climate.design_outdoor_c", day), seed=seed)


def _by_number(share: Callable[[int], float]) -> Floats:
    levelled: Floats = np.minimum.accumulate([share(number) for number in NUMBERS])
    return levelled


def _group_quantile(loads: Floats, number: int, below: float, peaks: Floats) -> float:
    """Peak of the sum over the sum of peaks that a part ``below`` of the groups of so many homes stay below."""
    groups = max(len(loads) // number, 1)
    together = loads[: groups * number].reshape(groups, -1, loads.shape[1]).sum(axis=1).max(axis=1)
    own = peaks[: groups * number].reshape(groups, -1).sum(axis=1)
    return float(np.quantile(together / own, below))


def charging_share(dwellings: Floats, parameters: Parameters, day: date) -> Floats:
    """Stores that charge at the same time, of n: a binomial that is exceeded as seldom as the draws of hot water.

    A store charges h hours a day at constant power: n h / 24 of them on average, plus z deviations, at most all.
    """
    part = parameters.at("building.peak.hot_water_hours", day) / HOURS_PER_DAY
    deviations = NormalDist().inv_cdf(1.0 - parameters.at("building.draw.exceeded_share", day))
    share: Floats = np.minimum(part + deviations * np.sqrt(part * (1.0 - part) / dwellings), 1.0)
    return share


def coincidence_fit(table: pd.DataFrame, parameters: Parameters, day: date) -> tuple[float, float]:
    """Flat and shared part of f(n) = flat + shared / n that follows ``design_share``.

    table: contract COINCIDENCE. f(1) is that of the table. flat is the least-squares value weighted by n over the rows up to
    ``building.coincidence.fit_to_dwellings``, raised until from ``fit_from_dwellings`` on nowhere more than ``lack_share`` is
    lacking: so the simple curve errs on the side of the larger pipe. Towards fewer homes it may lack more, as the table falls
    slower than 1 / n. Method: docs/method.md#coincidence.
    """

    def of(name: str) -> float:
        return parameters.at(f"building.coincidence.{name}", day)

    rows = table[table["dwellings"] <= of("fit_to_dwellings")].sort_values("dwellings")
    number, share = rows["dwellings"].to_numpy(float), rows["design_share"].to_numpy(float)
    single = float(share[0])
    later = number > number[0]
    number = number[later]
    # f(n) = flat (1 - 1 / n) + single / n, so that f(1) is held
    slope, rest = 1.0 - 1.0 / number, share[later] - single / number
    best = float((number * slope * rest).sum() / (number * slope**2).sum())
    held = number >= of("fit_from_dwellings")
    needed = float(((rest - of("lack_share")) / slope)[held].max(initial=0.0))
    flat = min(max(best, needed), single)
    return flat, single - flat


def _design_peaks(parameters: Parameters, day: date) -> tuple[float, float]:
    """Space heat and charging of a store in the peak of a mean dwelling [kW]."""
    daily = parameters.at("building.hot_water.kwh_per_dwelling", day) / DAYS_PER_YEAR
    return parameters.at("building.coincidence.space_peak_kw", day), daily / parameters.at(
        "building.peak.hot_water_hours", day
    )


def _remarks(table: pd.DataFrame, instant: Floats, building_kw: float) -> list[RemarkRow]:
    """instant: power per dwelling with delivery sets without a store [kW]; building_kw: peak of a mean dwelling with store."""
    fits = table["dwellings"][instant <= building_kw]
    number = int(fits.min()) if len(fits) else int(table["dwellings"].max())
    hundred = table.loc["n0100"]
    return [
        tables.remark(
            "coincidence", f"Gelijktijdigheid volgt uit aangenomen stookgewoonten en getrokken aftappen, niet uit metingen van deze buurt: "
            f"100 woningen vragen samen {hundred['space_heat_share']:.0%} van de som van hun pieken voor ruimtewarmte.",
            f"Coincidence follows from assumed heating habits and drawn taps, not from measurements here: 100 homes together ask "
            f"{hundred['space_heat_share']:.0%} of the sum of their space-heating peaks.", level="assumption", method=ANCHOR,
        ),
        tables.remark(
            "design_share", f"De leidingen rekenen met een vat voor warm water in elke woning. Met afleversets zonder vat draagt een leiding "
            f"vanaf ongeveer {number} woningen niet meer dan de som van de pieken; naar minder woningen moet ze groter zijn.",
            f"Pipes are sized for a hot-water store in every home. With instantaneous delivery sets a pipe carries no more than the sum of "
            f"the peaks from about {number} homes on; to fewer homes it must be larger.", level="assumption", method=ANCHOR,
        ),
    ]  # fmt: skip
