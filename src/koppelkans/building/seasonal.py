"""Theoretical space heat of an envelope: the seasonal method of TABULA, for arrays of buildings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from koppelkans.errors import OutOfRangeError
from koppelkans.parameters import Parameters

Floats = NDArray[np.float64]

HOURS_PER_DAY = 24.0
W_PER_KW = 1000.0
ORIENTATIONS = ("east", "south", "west", "north")


@dataclass(frozen=True, slots=True)
class Season:
    """Heating season and use of the method: climate, indoor temperature, ventilation, gains and the shape of two curves."""

    heating_days: float
    outdoor_c: float
    indoor_c: float
    use_per_hour: float
    room_height_m: float
    gain_w_per_m2: float
    capacity_wh_per_m2k: float
    air_wh_per_m3k: float
    utilisation_base: float
    utilisation_hours: float
    reduction_from_w_per_m2k: float
    reduction_first_w_per_m2k: float
    reduction_last_w_per_m2k: float
    solar_share: float
    """Part of the radiation on a vertical window that arrives on its glass: shading, frame, angle."""
    east_kwh_per_m2: float
    south_kwh_per_m2: float
    west_kwh_per_m2: float
    north_kwh_per_m2: float

    @property
    def degree_days(self) -> float:
        """Days of the season times the difference between indoor and outdoor temperature [K day]."""
        return self.heating_days * (self.indoor_c - self.outdoor_c)

    @property
    def radiation_kwh_per_m2(self) -> dict[str, float]:
        """Radiation of the season on a vertical plane, per orientation."""
        values = (self.east_kwh_per_m2, self.south_kwh_per_m2, self.west_kwh_per_m2, self.north_kwh_per_m2)
        return dict(zip(ORIENTATIONS, values, strict=True))


def season(parameters: Parameters, day: date) -> Season:
    """Season and use of the TABULA method in force on a day; climate of Uccle. Source: TABULA / EPISCOPE, Belgian sheets."""

    def of(name: str) -> float:
        return parameters.at(f"building.tabula.{name}", day)

    return Season(
        heating_days=of("heating_days"), outdoor_c=of("outdoor_c"), indoor_c=of("indoor_c"), use_per_hour=of("use_per_hour"),
        room_height_m=of("room_height_m"), gain_w_per_m2=of("gain_w_per_m2"), capacity_wh_per_m2k=of("capacity_wh_per_m2k"),
        air_wh_per_m3k=of("air_wh_per_m3k"), utilisation_base=of("utilisation_base"), utilisation_hours=of("utilisation_hours"),
        reduction_from_w_per_m2k=of("reduction_from_w_per_m2k"), reduction_first_w_per_m2k=of("reduction_first_w_per_m2k"),
        reduction_last_w_per_m2k=of("reduction_last_w_per_m2k"),
        solar_share=of("shading_share") * (1.0 - of("frame_share")) * of("angle_share"),
        east_kwh_per_m2=of("radiation_east_kwh_per_m2"), south_kwh_per_m2=of("radiation_south_kwh_per_m2"),
        west_kwh_per_m2=of("radiation_west_kwh_per_m2"), north_kwh_per_m2=of("radiation_north_kwh_per_m2"),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Envelope:
    """Heat-loss side of n buildings, one value each.

    ``reference_m2`` is the TABULA reference area; ``transmission_w_per_k`` has b factors and thermal bridges inside;
    ``solar_kwh`` is what the windows let in during the season; ``reduction_first`` and ``reduction_last`` are the
    temperature-reduction factors at a transmission of 1 and of 4 W/m2K; ``recovered_per_hour`` is the air change whose heat a
    balanced ventilation gives back.
    """

    reference_m2: Floats
    transmission_w_per_k: Floats
    infiltration_per_hour: Floats
    solar_kwh: Floats
    reduction_first: Floats
    reduction_last: Floats
    recovered_per_hour: Floats | float = 0.0

    def loss_w_per_k(self, season: Season) -> Floats:
        """Transmission and ventilation together [W/K]."""
        return self.transmission_w_per_k + self.ventilation_w_per_k(season)

    def ventilation_w_per_k(self, season: Season) -> Floats:
        """Ventilation for use and infiltration [W/K], what is recovered taken off."""
        changes = season.use_per_hour + self.infiltration_per_hour - self.recovered_per_hour
        volume_m3: Floats = self.reference_m2 * season.room_height_m
        return season.air_wh_per_m3k * changes * volume_m3


def seasonal_need(envelope: Envelope, season: Season) -> Floats:
    """Theoretical useful space heat of each building in the standard season [kWh/year], zero or more.

    Per m2 of reference area, with h_tr, h_ve transmission and ventilation [W/m2K], D degree days of the season:
        q_ht = 0.024 D F (h_tr + h_ve)
        gains q_gn = 0.024 phi days + solar;  gamma = q_gn / q_ht;  tau = c_m / (h_tr + h_ve);  a = a_0 + tau / tau_0
        q_h = q_ht - q_gn (1 - gamma^a) / (1 - gamma^(a + 1))
    F, the reduction for night and for rooms that are not heated, is 1 up to h_tr = 0.5, falls linearly to F_1 at 1 and to
    F_4 at 4 W/m2K, and stays there.

    Valid for dwellings in a heating climate. Raises OutOfRangeError for an envelope without area or without heat loss.
    Method: docs/method.md#seasonal-need. Source: TABULA / EPISCOPE (IWU 2013), after EN ISO 13790.
    """
    if (envelope.reference_m2 <= 0).any() or (envelope.transmission_w_per_k <= 0).any():
        raise OutOfRangeError(
            "seasonal need asked for an envelope without floor area or without heat loss; both must exceed zero"
        )
    area = envelope.reference_m2
    losses = envelope.loss_w_per_k(season) / area
    hours = HOURS_PER_DAY / W_PER_KW
    heat_loss = hours * season.degree_days * temperature_reduction(envelope, season) * losses
    gains = hours * season.gain_w_per_m2 * season.heating_days + envelope.solar_kwh / area
    ratio = gains / heat_loss
    shape = season.utilisation_base + season.capacity_wh_per_m2k / losses / season.utilisation_hours
    need: Floats = np.maximum(heat_loss - _utilisation(ratio, shape) * gains, 0.0) * area
    return need


def temperature_reduction(envelope: Envelope, season: Season) -> Floats:
    """Reduction factor F of each building for night and unheated rooms, from its transmission per m2."""
    transmission = envelope.transmission_w_per_k / envelope.reference_m2
    start, first, last = (
        season.reduction_from_w_per_m2k,
        season.reduction_first_w_per_m2k,
        season.reduction_last_w_per_m2k,
    )
    to_first = np.clip((transmission - start) / (first - start), 0.0, 1.0)
    to_last = np.clip((transmission - first) / (last - first), 0.0, 1.0)
    reduction: Floats = (
        1.0
        - (1.0 - envelope.reduction_first) * to_first
        - (envelope.reduction_first - envelope.reduction_last) * to_last
    )
    return reduction


def _utilisation(ratio: Floats, shape: Floats) -> Floats:
    # at a ratio of exactly 1 the quotient is 0 / 0, with the limit a / (a + 1)
    even = np.isclose(ratio, 1.0, atol=1e-9, rtol=0.0)
    safe = np.where(even, 0.5, ratio)
    utilised: Floats = np.where(even, shape / (shape + 1.0), (1.0 - safe**shape) / (1.0 - safe ** (shape + 1.0)))
    return utilised
