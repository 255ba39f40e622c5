"""Who lives in a building: expected occupants from dwellings and their size, and a drawn household per dwelling."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from koppelkans.building.water.chance import uniforms
from koppelkans.parameters import Parameters

Floats = NDArray[np.float64]

TILTS = np.linspace(-4.0, 4.0, 401)
"""Grid on which the tilt of the distribution is looked up; beyond it nearly all households have the same size."""


def household_sizes(parameters: Parameters, day: date) -> pd.Series:
    """Share of households by number of occupants in Flanders: index occupants (the last class counts as its lowest), sums to 1."""
    shares = parameters.table("building.household.size_share", day)
    shares.index = shares.index.astype(int)
    return shares.sort_index() / shares.sum()


def mean_household(parameters: Parameters, day: date) -> float:
    """Mean number of occupants of a household."""
    sizes = household_sizes(parameters, day)
    return float((sizes * sizes.index).sum())


def expected_occupants(buildings: pd.DataFrame, parameters: Parameters, day: date) -> pd.Series:
    """Expected number of people who live in each building, index as given.

    buildings: uses ``dwellings``, ``floor_area_m2``, ``use``, ``heated``. Per dwelling of a residential building
        m (A / (n A_0))^e,  between the smallest and the largest household
    with m the mean household, n dwellings, A floor area and A_0, e as for hot water: so hot water per occupant is the same
    everywhere. Dwellings beside another main use have the mean household: the floor area says nothing about them.

    Valid for occupied dwellings; vacancy is not known. Method: docs/method.md#occupants.
    """
    sizes = household_sizes(parameters, day)
    homes = buildings["use"] == "residential"
    dwellings = buildings["dwellings"].clip(lower=homes.astype(int)).to_numpy(float)
    typical_m2 = parameters.at("building.hot_water.floor_area_m2", day)
    exponent = parameters.at("building.hot_water.exponent", day)
    area = buildings["floor_area_m2"].to_numpy(float) / np.maximum(dwellings, 1.0)
    relative = np.where(homes, area / typical_m2, 1.0) ** exponent
    each = np.clip(mean_household(parameters, day) * relative, sizes.index.min(), sizes.index.max())
    lived_in = dwellings * buildings["heated"].to_numpy(bool)
    return pd.Series(lived_in * each, index=buildings.index, name="occupants")


def drawn_households(
    buildings: pd.DataFrame, expected: pd.Series, parameters: Parameters, day: date, *, seed: int
) -> pd.DataFrame:
    """One household per dwelling: index ``household`` ("building/1", ...); columns ``building``, ``occupants`` (int).

    expected: occupants per building as ``expected_occupants`` gives them. The distribution of Flanders is tilted by exp(t k)
    so that its mean is the expected household of the building, then drawn by (seed, building, dwelling): a building keeps its
    households when rows come, go or change places.

    Method: docs/method.md#occupants.
    """
    dwellings = buildings["dwellings"].clip(lower=(buildings["use"] == "residential").astype(int)).to_numpy()
    dwellings = np.where(buildings["heated"], dwellings, 0)
    building = np.repeat(buildings.index.to_numpy(dtype=object), dwellings)
    number = np.arange(len(building)) - np.repeat(np.cumsum(dwellings) - dwellings, dwellings) + 1
    keys = pd.Index(
        [f"{name}/{place}" for name, place in zip(building, number, strict=True)], name="household", dtype="str"
    )
    each = expected.reindex(buildings.index).to_numpy(float) / np.maximum(dwellings, 1)
    sizes = household_sizes(parameters, day)
    cumulated = np.cumsum(_tilted(sizes, np.repeat(each, dwellings)), axis=1)
    place = (uniforms(keys, seed, "household")[:, None] >= cumulated).sum(axis=1)
    occupants = sizes.index.to_numpy()[np.minimum(place, len(sizes) - 1)]
    return pd.DataFrame({"building": pd.Series(building, dtype="str").to_numpy(), "occupants": occupants}, index=keys)


def _tilted(sizes: pd.Series, wanted: Floats) -> Floats:
    """Distribution of household sizes with each wanted mean: rows means, columns sizes."""
    people, shares = sizes.index.to_numpy(float), sizes.to_numpy(float)
    weights = shares * np.exp(TILTS[:, None] * (people - people.mean()))
    means = (weights * people).sum(axis=1) / weights.sum(axis=1)
    tilt = np.interp(wanted, means, TILTS)
    rows = shares * np.exp(tilt[:, None] * (people - people.mean()))
    tilted: Floats = rows / rows.sum(axis=1, keepdims=True)
    return tilted
