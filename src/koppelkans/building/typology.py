"""The Belgian TABULA typology: what a building of a form and a period looks like, as it stands and renovated."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from koppelkans import tables
from koppelkans.building.seasonal import ORIENTATIONS, Envelope, Floats, Season
from koppelkans.errors import DataError
from koppelkans.parameters import reference_table

STATES = ("existing", "usual", "advanced")
GROUPS = {
    "roof": ("roof_1", "roof_2"),
    "wall": ("wall_1", "wall_2", "door_1"),
    "window": ("window_1",),
    "ground": ("floor_1", "floor_2"),
}
"""Elements of TABULA by the four surfaces that a building table knows; doors count as wall."""

PARTS = {"roof": ("roof_1", "roof_2"), "wall": ("wall_1", "wall_2"), "ground": ("floor_1", "floor_2")}
"""The two parts of a surface: one against the outdoor air, ground or cellar, which a renovation treats, and one behind an unheated space."""

HOUSES = ("detached", "semi_detached", "terraced")
SMALL, LARGE, TOWER = "apartment_small", "apartment_large", "apartment_tower"
FORMS = (*HOUSES, SMALL, LARGE)


def variants(season: Season) -> pd.DataFrame:
    """The 99 variants of the typology with effective values per surface, index ``variant``.

    Columns: form, period, state, apartments, floor_area_m2, volume_m3; per surface ``*_m2`` and ``*_u`` [W/m2K, b factor
    inside]; ``bridge_u`` [W/m2K of envelope], ``infiltration_per_hour``, ``solar_kwh_per_m2`` of window, reduction factors.

    U of an element:  U' = s / (R_0 + R_m) + (1 - s) / R_0  for insulation that is added, 1 / R_m for a window or door that is
    replaced, with R_0 = 1 / U + R of an unheated space and s the share of the element that is treated.
    Method: docs/method.md#typology. Source: TABULA / EPISCOPE, Belgium.
    """
    table = reference_table("tabula_be").set_index("variant")
    kept = table[
        ["form", "period", "state", "apartments", "storeys", "floor_area_m2", "volume_m3", "infiltration_per_hour"]
    ]
    surfaces: dict[str, pd.Series] = {}
    for surface, elements in GROUPS.items():
        area = table[[f"{element}_m2" for element in elements]].sum(axis=1)
        conductance = pd.concat([_element_w_per_k(table, element) for element in elements], axis=1).sum(axis=1)
        surfaces |= {f"{surface}_m2": area, f"{surface}_u": conductance / area}
    treated_share = _treated_m2(table) / sum(surfaces[f"{surface}_m2"] for surface in GROUPS)
    glazing = table["window_measure_g"].where(table["window_1_measure"] == "replace", table["window_g"])
    caught = sum(table[f"window_{name}_m2"] * season.radiation_kwh_per_m2[name] for name in ORIENTATIONS)
    return kept.assign(
        **surfaces,
        bridge_u=table["bridge_u"] * (1 - treated_share) + table["bridge_measure_u"] * treated_share,
        solar_kwh_per_m2=season.solar_share * glazing * caught / surfaces["window_m2"],
        reduction_first=table["reduction_1"], reduction_last=table["reduction_4"], glass_g=glazing,
        **_constructions(table, surfaces),
    )  # fmt: skip


def _constructions(table: pd.DataFrame, surfaces: dict[str, pd.Series]) -> dict[str, pd.Series]:
    found: dict[str, pd.Series] = {}
    for surface, (first, second) in PARTS.items():
        found |= {f"{surface}_bare_u": table[f"{first}_u"], f"{surface}_added_r": table[f"{first}_measure_r"]}
        for name, element in {"first": first, "second": second}.items():
            found[f"{surface}_{name}_share"] = table[f"{element}_m2"] / surfaces[f"{surface}_m2"]
            found[f"{surface}_{name}_r"] = table[f"{element}_unheated_r"]
            found[f"{surface}_{name}_b"] = table[f"{element}_b"]
    door = 1.0 / table["door_1_measure_r"].where(table["door_1_measure"] == "replace")
    return found | {
        "door_share": table["door_1_m2"] / surfaces["wall_m2"],
        "door_u": door.fillna(table["door_1_u"]),
    }


def surface_u(typical: pd.DataFrame, surface: str, bare_u: Floats, added_r: Floats | float = 0.0) -> Floats:
    """Effective U-value of a roof, wall or ground floor, b factors inside [W/m2K], with insulation added to its first part.

    typical: a row of ``shells`` per building. ``bare_u`` is the U-value of the construction itself, ``added_r`` [m2K/W]:
        U' = sum over the parts k of  s_k b_k / (1 / U + R_k + added_r on the first),  plus door share x U of the door in a wall.
    """
    conductance = np.zeros_like(bare_u)
    for part, added in (("first", added_r), ("second", 0.0)):
        share, b_factor, unheated_r = (
            typical[f"{surface}_{part}_{name}"].to_numpy(float) for name in ("share", "b", "r")
        )
        conductance = conductance + share * b_factor / (1.0 / bare_u + unheated_r + added)
    if surface == "wall":
        conductance = conductance + typical["door_share"].to_numpy(float) * typical["door_u"].to_numpy(float)
    return conductance


def _element_w_per_k(table: pd.DataFrame, element: str) -> pd.Series:
    area, u_value = table[f"{element}_m2"], table[f"{element}_u"]
    unheated = table.get(f"{element}_unheated_r", 0.0)
    b_factor = table.get(f"{element}_b", 1.0)
    before = 1.0 / u_value.where(u_value > 0) + unheated
    measure, added = (
        table.get(f"{element}_measure", pd.Series("none", index=table.index)),
        table[f"{element}_measure_r"],
    )
    after = before.mask(measure == "add", before + added).mask(measure == "replace", added)
    return (b_factor * area / after).fillna(0.0)


def _treated_m2(table: pd.DataFrame) -> pd.Series:
    treated = pd.Series(0.0, index=table.index)
    for elements in GROUPS.values():
        for element in elements:
            treated = treated + table[f"{element}_m2"] * (table[f"{element}_measure_r"] > 0)
    return treated


def variant_envelopes(frame: pd.DataFrame, *, reference_share: float) -> Envelope:
    """Envelope of each row that carries areas and effective values, as ``variants`` gives them."""
    envelope_m2 = sum(frame[f"{surface}_m2"] for surface in GROUPS)
    transmission = (
        sum(frame[f"{surface}_m2"] * frame[f"{surface}_u"] for surface in GROUPS) + envelope_m2 * frame["bridge_u"]
    )
    return Envelope(
        reference_m2=(reference_share * frame["floor_area_m2"]).to_numpy(float),
        transmission_w_per_k=transmission.to_numpy(float),
        infiltration_per_hour=frame["infiltration_per_hour"].to_numpy(float),
        solar_kwh=(frame["window_m2"] * frame["solar_kwh_per_m2"]).to_numpy(float),
        reduction_first=frame["reduction_first"].to_numpy(float), reduction_last=frame["reduction_last"].to_numpy(float),
    )  # fmt: skip


@lru_cache(maxsize=64)
def shells(season: Season) -> pd.DataFrame:
    """Typical shell of every form, period and state: index (form, period, state), every combination present.

    Beside the columns of ``variants``: surface per m2 of floor (``wall_share``, ...), ``pitch`` = roof per ground floor,
    ``storey_height_m``.

    Houses are the example building of their period. Apartment buildings take U-values from the MFH of their period and
    proportions from the median over all periods (large ones: MFH and towers): single examples are outliers (MFH 1946-1970:
    0.63 m2 window per m2 floor; towers of 390 and 197 apartments). Roof and ground of apartment buildings follow from storeys.
    Where TABULA has no usual renovation (2006-2011) it is the existing state.
    Kept per season: runs that vary one figure after another ask for the same one time and again. Not to be changed in place.
    Method: docs/method.md#typology.
    """
    table = variants(season)
    proportion = _proportions(table)
    apartments = table["form"].isin([SMALL, LARGE, TOWER])
    size = table["form"].replace({TOWER: LARGE})
    medians = proportion[apartments].groupby(size[apartments]).median()
    proportion.loc[apartments] = medians.reindex(size[apartments]).to_numpy()
    known = pd.concat([table, proportion], axis=1)[table["form"] != TOWER].set_index(["form", "period", "state"])
    every = pd.MultiIndex.from_product([FORMS, tables.PERIODS, STATES], names=["form", "period", "state"])
    existing = known.xs("existing", level="state").reindex(every.droplevel("state"))
    existing.index = every
    return known.reindex(every).fillna(existing).sort_index()


def shell_rows(form: pd.Series, period: pd.Series, state: str) -> NDArray[np.intp]:
    """Position in ``shells`` of the row of each building. Raises DataError for a form or period that the typology does not know."""
    levels = [pd.Index(sorted(words), dtype=object) for words in (FORMS, tables.PERIODS, STATES)]
    first, second = (
        level.get_indexer(pd.Index(words, dtype=object)) for level, words in zip(levels, (form, period), strict=False)
    )
    strange = sorted({str(word) for word in [*form[first < 0], *period[second < 0]]})
    if strange:
        raise DataError(
            f"the typology has no building of {', '.join(strange)}; it knows {', '.join((*FORMS, *tables.PERIODS))}"
        )
    rows: NDArray[np.intp] = (first * len(levels[1]) + second) * len(levels[2]) + sorted(STATES).index(state)
    return rows


def _proportions(table: pd.DataFrame) -> pd.DataFrame:
    shares = {f"{surface}_share": table[f"{surface}_m2"] / table["floor_area_m2"] for surface in GROUPS}
    return pd.DataFrame(
        {
            **shares,
            "pitch": table["roof_m2"] / table["ground_m2"],
            "storey_height_m": table["volume_m3"] / table["floor_area_m2"],
        }
    )


def form_of(buildings: pd.DataFrame, *, small_to: float) -> pd.Series:
    """Form in the typology of each building; apartment buildings are small up to ``small_to`` dwellings.

    Buildings that are no dwelling take the shell of a large apartment building: TABULA has none of their own.
    """
    apartment = np.where(buildings["dwellings"] <= small_to, SMALL, LARGE)
    several = np.where(buildings["dwellings"] > 1, apartment, "detached")
    homes = buildings["use"] == "residential"
    unlike = np.where(homes, several, LARGE)
    form = np.select(
        [buildings["type"].isin(HOUSES), buildings["type"] == "apartment_building"],
        [buildings["type"], apartment],
        unlike,
    )
    return pd.Series(form, index=buildings.index, name="form", dtype="str")
