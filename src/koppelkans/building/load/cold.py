"""Cold: how warm does it get without cooling, how much cold keeps the limit, and what does it give back to boreholes?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from koppelkans import tables
from koppelkans.building.hours import Climate, Control, Zones, annual_loads, hourly_loads
from koppelkans.building.load.effective import chosen
from koppelkans.errors import OutOfRangeError
from koppelkans.parameters import Parameters
from koppelkans.tables import RemarkRow

Floats = NDArray[np.float64]

ANCHOR = "cold"
HOURS_PER_DAY = 24
W_PER_KW = 1000.0
BLOCK = 256
"""Buildings whose hours are kept at the same time."""


@dataclass(frozen=True, slots=True)
class Cold:
    """Cold of n buildings: ``cold_kwh`` and ``overheating_hours`` (n,) per year, ``cold_kw`` (h,) of all together."""

    cold_kwh: Floats
    overheating_hours: Floats
    cold_kw: Floats


def cold_of(zones: Zones, climate: Climate, *, parameters: Parameters, day: date) -> tuple[Cold, list[RemarkRow]]:
    """Sensible cold that keeps every zone at the comfort limit, hours above it without cooling, and what is assumed.

    Limit ``hours.overheating_limit_c``. Windows stand open on nights (``building.cold.purge_*``) when it is cooler outside than
    the limit and not cold; shading is that of the typology all year. Losses are those of the type as it stands: a home that was
    insulated since keeps more heat. Heating is off: it would not run in those weeks.

    Valid for one temperature per building; a room under a roof or behind a large window gets warmer. Method: docs/method.md#cold.
    """
    limit_c = parameters.at("hours.overheating_limit_c", day)
    mode = _open_windows(climate.outdoor_c, limit_c, parameters, day)
    hours = len(climate.outdoor_c)
    control = Control(np.full(hours, -np.inf), np.full(hours, limit_c), mode)
    hourly = np.zeros(hours)
    kwh = np.zeros(len(zones))
    for start in range(0, len(zones), BLOCK):
        places = np.arange(start, min(start + BLOCK, len(zones)))
        cooling = hourly_loads(chosen(zones, places), climate, control).cooling_w
        hourly += cooling.sum(axis=1, dtype=float)
        kwh[places] = cooling.sum(axis=0, dtype=float) / W_PER_KW
    free = Control(control.heat_c, np.full(hours, np.inf), mode)
    too_warm = annual_loads(zones, climate, free, limit_c=limit_c).overheating_hours if len(zones) else np.zeros(0)
    return Cold(kwh, too_warm, hourly / W_PER_KW), [_remark(limit_c)]


def regeneration_share(
    extracted_kwh: pd.Series, cold_kwh: pd.Series, *, parameters: Parameters, day: date
) -> pd.Series:
    """Heat that passive cooling puts back into boreholes over the heat taken from them in a year, index as given.

    extracted_kwh: heat from the ground, that is heat delivered less electricity of the heat pump. Cold without a compressor is
    ``building.cold.passive_share`` of the cold demand; all of it goes into the ground. 0 where nothing is taken; above 1 the
    ground warms. Raises OutOfRangeError for negative heat. Method: docs/method.md#cold.
    """
    wrong = extracted_kwh.index[(extracted_kwh < 0) | (cold_kwh < 0)]
    if len(wrong):
        raise OutOfRangeError(
            f"heat from the ground and cold must not be negative; {len(wrong)} buildings are ({tables.first_keys(wrong)})"
        )
    given_back = parameters.at("building.cold.passive_share", day) * cold_kwh
    return (given_back / extracted_kwh.where(extracted_kwh > 0)).fillna(0.0).rename("regeneration_share")


def _open_windows(outdoor_c: Floats, limit_c: float, parameters: Parameters, day: date) -> NDArray[np.int64]:
    """Ventilation mode of each hour: 1 on nights when open windows cool without making it cold."""
    hour = np.arange(len(outdoor_c)) % HOURS_PER_DAY
    start, end, above_c = (
        parameters.at(f"building.cold.{name}", day) for name in ("purge_from_hour", "purge_to_hour", "purge_above_c")
    )
    night = (hour >= start) | (hour < end)
    mode: NDArray[np.int64] = (night & (outdoor_c > above_c) & (outdoor_c < limit_c)).astype(np.int64)
    return mode


def _remark(limit_c: float) -> RemarkRow:
    return tables.remark(
        "cold_kwh", f"Koude is wat elk gebouw onder {limit_c:g} °C zou houden, met open ramen op zomernachten en de zonwering van de typologie; "
        "wie nu koelt, is niet bekend. Het is een vraag, geen verbruik.", f"Cold is what would keep every building below {limit_c:g} °C, with "
        "windows open on summer nights and the shading of the typology; who cools now is not known. It is a need, not a use.",
        level="assumption", method=ANCHOR,
    )  # fmt: skip
