"""The envelope of every building: from its own surfaces, from its polygon, or from the typology."""

from __future__ import annotations

import numpy as np
import pandas as pd

from koppelkans.building.seasonal import Envelope
from koppelkans.building.typology import GROUPS, LARGE, SMALL, variant_envelopes

SURFACES = [f"{surface}_m2" for surface in GROUPS]


def surfaces(buildings: pd.DataFrame, shells: pd.DataFrame, *, form: pd.Series, window_part: float) -> pd.DataFrame:
    """Roof, outer wall with doors, window and ground floor of each building [m2], and the ``method`` that gave them.

    Given surfaces come first (``envelope``); else the polygon (``envelope``): ground = footprint, roof = footprint x pitch,
    gross wall = exposed perimeter x storeys x storey height, windows by floor area as in the typology, at most
    ``window_part`` of the gross wall; else the proportions of the typology times the floor area (``typology``).

    Method: docs/method.md#envelope.
    """
    typical = _typical(buildings, shells, form)
    given = buildings[SURFACES]
    drawn = _drawn(buildings, typical, window_part)
    scaled = _scaled(buildings, typical, form)
    use_given = given.notna().all(axis=1)
    use_drawn = ~use_given & drawn.notna().all(axis=1)
    chosen = scaled.mask(use_drawn, drawn).mask(use_given, given)
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
    """Envelope of each building in a state (existing, usual, advanced): its own areas, U-values of its form and period."""
    typical = _typical(buildings, shells, form, state)
    frame = typical.assign(floor_area_m2=buildings["floor_area_m2"], **{name: areas[name] for name in SURFACES})
    return variant_envelopes(frame, reference_share=reference_share)


def _typical(buildings: pd.DataFrame, shells: pd.DataFrame, form: pd.Series, state: str = "existing") -> pd.DataFrame:
    keys = pd.MultiIndex.from_arrays([form, buildings["period"]])
    typical = shells[shells.index.get_level_values("state") == state].droplevel("state").reindex(keys)
    typical.index = buildings.index
    return typical


def _drawn(buildings: pd.DataFrame, typical: pd.DataFrame, window_part: float) -> pd.DataFrame:
    gross_wall = buildings["exposed_perimeter_m"] * buildings["storeys"] * typical["storey_height_m"]
    # Windows go with the rooms behind them: by wall area a free-standing building would get far too many.
    window = np.minimum(buildings["floor_area_m2"] * typical["window_share"], window_part * gross_wall)
    return pd.DataFrame(
        {
            "roof_m2": buildings["footprint_m2"] * typical["pitch"],
            "wall_m2": gross_wall - window,
            "window_m2": window,
            "ground_m2": buildings["footprint_m2"],
        }
    )


def _scaled(buildings: pd.DataFrame, typical: pd.DataFrame, form: pd.Series) -> pd.DataFrame:
    floor = buildings["floor_area_m2"]
    scaled = pd.DataFrame({f"{surface}_m2": floor * typical[f"{surface}_share"] for surface in GROUPS})
    flats = form.isin([SMALL, LARGE])
    ground = floor / buildings["storeys"]
    return scaled.assign(
        ground_m2=scaled["ground_m2"].mask(flats, ground),
        roof_m2=scaled["roof_m2"].mask(flats, ground * typical["pitch"]),
    )
