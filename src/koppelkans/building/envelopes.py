"""The envelope of every building: from its own surfaces, from its polygon, or from the typology."""

from __future__ import annotations

import numpy as np
import pandas as pd

from koppelkans.building.seasonal import Envelope, Floats
from koppelkans.building.typology import GROUPS, LARGE, PARTS, SMALL, shell_rows, surface_u, variant_envelopes

SURFACES = [f"{surface}_m2" for surface in GROUPS]


def surfaces(buildings: pd.DataFrame, shells: pd.DataFrame, *, form: pd.Series, window_part: float) -> pd.DataFrame:
    """Roof, outer wall with doors, window and ground floor of each building [m2], and the ``method`` that gave them.

    Given surfaces come first (``envelope``); else the polygon (``envelope``): ground = footprint, roof = footprint x pitch,
    gross wall = exposed perimeter x storeys x storey height, windows by floor area as in the typology, at most
    ``window_part`` of the gross wall; else the proportions of the typology times the floor area (``typology``).

    Method: docs/method.md#envelope.
    """
    typical = typical_shells(buildings, shells, form=form)
    given = buildings[SURFACES].to_numpy(float)
    drawn = _drawn(buildings, typical, window_part)
    use_given = ~np.isnan(given).any(axis=1)
    use_drawn = ~use_given & ~np.isnan(drawn).any(axis=1)
    kinds = [use_given[:, None], use_drawn[:, None]]
    chosen = pd.DataFrame(
        np.select(kinds, [given, drawn], _scaled(buildings, typical, form)), index=buildings.index, columns=SURFACES
    )
    method = np.where(use_given | use_drawn, "envelope", "typology")
    return chosen.assign(method=pd.Series(method, index=buildings.index, dtype="str"))


def envelopes(
    buildings: pd.DataFrame,
    areas: pd.DataFrame,
    shells: pd.DataFrame,
    *,
    form: pd.Series,
    state: str,
    reference_share: float,
) -> Envelope:
    """Envelope of each building in a state (existing, usual, advanced): its own areas, its own U-values where they are given.

    Where no U-value is given, that of its form and period. Method: docs/method.md#envelope.
    """
    return envelope_of(
        buildings, areas, typical_shells(buildings, shells, form=form, state=state), reference_share=reference_share
    )


def envelope_of(
    buildings: pd.DataFrame, areas: pd.DataFrame, typical: pd.DataFrame, *, reference_share: float
) -> Envelope:
    """Envelope of each building from its areas and its row of ``typical_shells``."""
    frame = typical.assign(floor_area_m2=buildings["floor_area_m2"], **{name: areas[name] for name in SURFACES})
    return variant_envelopes(frame, reference_share=reference_share)


def typical_shells(
    buildings: pd.DataFrame, shells: pd.DataFrame, *, form: pd.Series, state: str = "existing"
) -> pd.DataFrame:
    """The shell of each building: that of its form and period, with the U-values that an audit gives of its own surfaces.

    Index of ``buildings``, columns of ``shells``. A given ``roof_w_per_m2k``, ``wall_w_per_m2k`` or ``ground_w_per_m2k`` is the
    construction of the existing state: unheated spaces, ground and the door stay as in the typology, and another state adds its
    insulation. A given ``window_w_per_m2k`` is the window itself; another state keeps it where it is the better one.
    Method: docs/method.md#envelope.
    """
    typical = shells.take(shell_rows(form, buildings["period"], state))
    typical.index = buildings.index
    own: dict[str, pd.Series] = {}
    for surface in PARTS:
        given = buildings[f"{surface}_w_per_m2k"]
        if given.notna().any():
            bare = given.fillna(typical[f"{surface}_bare_u"])
            added = typical[f"{surface}_added_r"].to_numpy(float)
            effective = pd.Series(surface_u(typical, surface, bare.to_numpy(float), added), index=buildings.index)
            own |= {f"{surface}_bare_u": bare, f"{surface}_u": typical[f"{surface}_u"].mask(given.notna(), effective)}
    window = buildings["window_w_per_m2k"]
    if not own and window.isna().all():
        return typical
    better = window.notna() & ((state == "existing") | (window < typical["window_u"]))
    return typical.assign(**own, window_u=typical["window_u"].mask(better, window))


def _drawn(buildings: pd.DataFrame, typical: pd.DataFrame, window_part: float) -> Floats:
    """Surfaces from the polygon (n, surfaces), in the order of SURFACES; missing where there is none."""
    footprint, floor = buildings["footprint_m2"].to_numpy(float), buildings["floor_area_m2"].to_numpy(float)
    perimeter_m, storeys = buildings["exposed_perimeter_m"].to_numpy(float), buildings["storeys"].to_numpy(float)
    gross_wall = perimeter_m * storeys * typical["storey_height_m"].to_numpy(float)
    # Windows go with the rooms behind them: by wall area a free-standing building would get far too many.
    window = np.minimum(floor * typical["window_share"].to_numpy(float), window_part * gross_wall)
    found = {
        "roof_m2": footprint * typical["pitch"].to_numpy(float), "wall_m2": gross_wall - window, "window_m2": window,
        "ground_m2": footprint,
    }  # fmt: skip
    return np.column_stack([found[name] for name in SURFACES])


def _scaled(buildings: pd.DataFrame, typical: pd.DataFrame, form: pd.Series) -> Floats:
    """Surfaces in proportion to the floor area (n, surfaces), in the order of SURFACES."""
    floor = buildings["floor_area_m2"].to_numpy(float)
    found = {f"{surface}_m2": floor * typical[f"{surface}_share"].to_numpy(float) for surface in GROUPS}
    flats = form.isin([SMALL, LARGE]).to_numpy(bool)
    ground = floor / buildings["storeys"].to_numpy(float)
    found["ground_m2"] = np.where(flats, ground, found["ground_m2"])
    found["roof_m2"] = np.where(flats, ground * typical["pitch"].to_numpy(float), found["roof_m2"])
    return np.column_stack([found[name] for name in SURFACES])
