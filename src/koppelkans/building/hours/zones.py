"""Buildings as single zones of five resistances and one mass: from their surfaces, U-values and the use of the typology."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np
import pandas as pd

from koppelkans.building.hours.climate import PLANES, Floats
from koppelkans.building.seasonal import ORIENTATIONS, season
from koppelkans.building.typology import GROUPS, LARGE, STATES, TOWER
from koppelkans.errors import OutOfRangeError
from koppelkans.parameters import Parameters, reference_table
from koppelkans.parameters.store import ALL

J_PER_KJ = 1000.0
ROUNDING_SHARE = 1e-9


@dataclass(frozen=True, slots=True)
class Zones:
    """n buildings as the simple hourly method sees them; arrays (n,) unless said.

    ``opaque_w_per_k`` has walls, roof, ground and thermal bridges, b factors inside; ``window_w_per_k`` the windows;
    ``ventilation_w_per_k`` (m, n) one row per ventilation mode, the first is normal use; ``aperture_m2`` (n, p) is the area that
    turns the sun on each plane into gain (window area x g x frame x shading, and opaque surfaces by what they pass on);
    ``sky_m2`` the same for the long-wave exchange with the sky; ``interior_m2`` all surfaces that see the room;
    ``inside_w_per_m2k`` and ``mass_w_per_m2k`` the conductances from room air to surfaces and from surfaces to mass;
    ``gain_to_air_share`` and ``power_to_air_share`` the part of internal gain, and of heating and cooling, that goes to the air at
    once; the rest warms surfaces and mass.
    """

    floor_m2: Floats
    opaque_w_per_k: Floats
    window_w_per_k: Floats
    mass_j_per_k: Floats
    mass_area_m2: Floats
    interior_m2: Floats
    inside_w_per_m2k: Floats
    mass_w_per_m2k: Floats
    gain_w: Floats
    gain_to_air_share: Floats
    power_to_air_share: Floats
    ventilation_w_per_k: Floats
    aperture_m2: Floats
    sky_m2: Floats

    def __len__(self) -> int:
        """Number of buildings."""
        return len(self.floor_m2)

    def faults(self) -> list[str]:
        """What keeps the method from being applied, one line each."""
        kept_m2 = self.interior_m2 - self.window_w_per_k / self.mass_w_per_m2k
        rules = {
            "floor, mass, its area and interior surface above zero": (self.floor_m2 > 0)
            & (self.mass_j_per_k > 0) & (self.mass_area_m2 > 0) & (self.interior_m2 > 0),
            "sun, sky and gains as numbers": np.isfinite(self.aperture_m2).all(axis=1) & np.isfinite(self.sky_m2 + self.gain_w),
            "no negative conductance": (self.opaque_w_per_k >= 0) & (self.window_w_per_k >= 0)
            & (self.ventilation_w_per_k >= 0).all(axis=0),
            "some heat loss": self.opaque_w_per_k + self.window_w_per_k + self.ventilation_w_per_k.min(axis=0) > 0,
            "opaque loss below what passes from surfaces to mass": self.opaque_w_per_k < self.mass_w_per_m2k * self.mass_area_m2,
            "mass area and windows within the interior surface": self.mass_area_m2 <= kept_m2 * (1.0 + ROUNDING_SHARE),
        }  # fmt: skip
        wrong = {what: np.flatnonzero(~np.asarray(holds)) for what, holds in rules.items()}
        return [
            f"{what}: not so for {len(rows)} buildings, at positions {', '.join(map(str, rows[:3]))}"
            for what, rows in wrong.items()
            if len(rows)
        ]

    def checked(self) -> Zones:
        """The same zones. Raises OutOfRangeError that lists every fault."""
        faults = self.faults()
        if faults:
            raise OutOfRangeError("the hourly method cannot be applied to these buildings; it needs", faults)
        return self


def zones_of(
    buildings: pd.DataFrame,
    areas: pd.DataFrame,
    shells: pd.DataFrame,
    *,
    form: pd.Series,
    mass_class: str = "medium",
    parameters: Parameters,
    day: date,
) -> Zones:
    """Each building as a zone: own areas and the U-values of any state, the use of the typology. One zone per row of ``buildings``.

    buildings: ``floor_area_m2``. areas: ``roof_m2``, ``wall_m2``, ``window_m2``, ``ground_m2`` as ``surfaces`` gives them.
    shells: a row per building as ``typical_shells`` gives them, or with other arrays put in: ``roof_u``, ``wall_u``, ``window_u``,
    ``ground_u`` and ``bridge_u`` [W/m2K, b factors inside], ``infiltration_per_hour``, ``glass_g``, and ``recovered_per_hour`` where
    ventilation gives heat back. form: form in the typology, for the orientation of windows. mass_class: a scope of
    ``hours.mass_kj_per_m2k``.

    Interior surface A_t = (2 + i) A + walls + windows, with A the reference area and i inner and party walls per m2. Opaque surfaces
    take alpha R_se U A of the sun, all of them eps R_se U A of the sky. Windows lie in the four directions as in the example buildings of
    their form, walls evenly. Ventilation modes: 0 normal use, 1 the same with windows open (``hours.purge_per_hour``).

    Raises OutOfRangeError for a building without area or heat loss. Method: docs/method.md#hourly-zones.
    """
    use = season(parameters, day)
    floor_m2 = parameters.at("building.reference_area_share", day) * buildings["floor_area_m2"].to_numpy(float)

    def of(name: str, scope: str = ALL) -> float:
        return parameters.at(f"hours.{name}", day, scope)

    area = {surface: areas[f"{surface}_m2"].to_numpy(float) for surface in GROUPS}
    loss = {surface: area[surface] * shells[f"{surface}_u"].to_numpy(float) for surface in GROUPS}
    bridges = sum(area.values()) * shells["bridge_u"].to_numpy(float)
    recovered = shells.get("recovered_per_hour", pd.Series(0.0, index=shells.index)).to_numpy(float)
    normal = use.use_per_hour + shells["infiltration_per_hour"].to_numpy(float) - recovered
    w_per_k_per_change = use.air_wh_per_m3k * use.room_height_m * floor_m2
    interior = (2.0 + of("inner_wall_share")) * floor_m2 + area["wall"] + area["window"]
    window_lost = loss["window"] / (of("mass_w_per_m2k") * interior)
    mass_area = np.minimum(of("mass_area_share", mass_class) * floor_m2, (1.0 - window_lost) * interior)
    every = np.ones_like(floor_m2)
    return Zones(
        floor_m2=floor_m2, opaque_w_per_k=loss["roof"] + loss["wall"] + loss["ground"] + bridges, window_w_per_k=loss["window"],
        mass_j_per_k=of("mass_kj_per_m2k", mass_class) * J_PER_KJ * floor_m2, mass_area_m2=mass_area, interior_m2=interior,
        inside_w_per_m2k=of("inside_w_per_m2k") * every, mass_w_per_m2k=of("mass_w_per_m2k") * every,
        gain_w=use.gain_w_per_m2 * floor_m2, gain_to_air_share=of("gain_to_air_share") * every,
        power_to_air_share=of("heating_to_air_share") * every,
        ventilation_w_per_k=np.vstack([w_per_k_per_change * normal, w_per_k_per_change * (normal + of("purge_per_hour"))]),
        aperture_m2=_apertures(area, loss, shells, form, glass_share=use.solar_share, taken=of("absorptance_share") * of("outside_m2k_per_w")),
        sky_m2=of("emittance_share") * of("outside_m2k_per_w") * (
            loss["roof"] + of("wall_sky_share") * (loss["wall"] + loss["window"])
        ),
    ).checked()  # fmt: skip


def _apertures(
    area: dict[str, Floats],
    loss: dict[str, Floats],
    shells: pd.DataFrame,
    form: pd.Series,
    *,
    glass_share: float,
    taken: float,
) -> Floats:
    """Area of each plane that turns sun into gain (n, p), in the order PLANES."""
    glass = glass_share * shells["glass_g"].to_numpy(float) * area["window"]
    directions = window_directions().reindex(form.to_numpy()).to_numpy(float)
    columns = {"horizontal": taken * loss["roof"]}
    for number, direction in enumerate(ORIENTATIONS):
        columns[direction] = glass * directions[:, number] + taken * loss["wall"] / len(ORIENTATIONS)
    return np.column_stack([columns[plane] for plane in PLANES])


@cache
def window_directions() -> pd.DataFrame:
    """Share of the windows of a form that look east, south, west and north: mean of its example buildings. Index ``form``."""
    table = reference_table("tabula_be")
    table = table[table["state"] == STATES[0]].assign(form=lambda rows: rows["form"].replace({TOWER: LARGE}))
    shares = table[[f"window_{name}_m2" for name in ORIENTATIONS]].set_axis(list(ORIENTATIONS), axis=1)
    return shares.div(shares.sum(axis=1), axis=0).groupby(table["form"]).mean()
