"""The heated buildings as they stand: what a renovation starts from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from koppelkans import tables
from koppelkans.building.envelopes import envelope_of, surfaces, typical_shells
from koppelkans.building.seasonal import Envelope, Floats, Season, season
from koppelkans.building.typology import form_of, shells
from koppelkans.errors import DataError
from koppelkans.parameters import Parameters

Flags = NDArray[np.bool_]
AT_THE_STREET = ("terraced",)
"""Types whose front is taken to stand at the building line where nobody says so."""


@dataclass(frozen=True, slots=True)
class Shell:
    """n buildings as they stand, in the order of ``buildings``.

    ``areas``: roof, wall, window, ground [m2]; ``typical``: a row of the typology each, own U-values in it; ``at_line``: front at
    the building line; ``front_share``: part of wall and windows at the street.
    """

    buildings: pd.DataFrame
    areas: pd.DataFrame
    typical: pd.DataFrame
    envelope: Envelope
    season: Season
    at_line: Flags
    front_share: Floats
    period: NDArray[np.object_]
    """Construction period of each building."""

    def area_m2(self, surface: str) -> Floats:
        """Area of roof, wall, window or ground of each building."""
        return self.areas[f"{surface}_m2"].to_numpy(float)

    def of(self, column: str) -> Floats:
        """A figure of the typology for each building."""
        return self.typical[column].to_numpy(float)


def shell_of(
    buildings: pd.DataFrame, *, parameters: Parameters, day: date, on_building_line: pd.Series | None
) -> Shell:
    """The shell of each heated building; ``on_building_line`` true where the front stands at the building line.

    Raises DataError when ``on_building_line`` is given and lacks a building.
    """
    standard = season(parameters, day)
    every = shells(standard)
    form = form_of(buildings, small_to=parameters.at("building.small_apartment_dwellings", day))
    areas = surfaces(buildings, every, form=form, window_part=parameters.at("building.window_part", day))
    share = parameters.at("building.reference_area_share", day)
    types = buildings["type"].where(buildings["type"] != "annex", "non_residential")
    typical = typical_shells(buildings, every, form=form)
    return Shell(
        buildings=buildings, areas=areas, typical=typical, season=standard,
        envelope=envelope_of(buildings, areas, typical, reference_share=share), at_line=_at_line(buildings, on_building_line),
        front_share=types.map(parameters.table("renovation.front_share", day)).to_numpy(float),
        period=buildings["period"].to_numpy(object),
    )  # fmt: skip


def _at_line(buildings: pd.DataFrame, on_building_line: pd.Series | None) -> Flags:
    if on_building_line is None:
        return buildings["type"].isin(AT_THE_STREET).to_numpy(np.bool_)
    told = on_building_line.reindex(buildings.index)
    lacking = buildings.index[told.isna()]
    if len(lacking):
        raise DataError(
            f"building line told for all but {len(lacking)} heated buildings ({tables.first_keys(lacking)}); expected true or "
            "false for each, or no table at all"
        )
    return told.to_numpy(np.bool_)
