"""The test building of ANSI/ASHRAE 140-2020 as zones of the hourly model, from weather and case table alone.

Everything follows from the layers and the weather file by published rules, nothing is fitted to results:
- films inside: the convective conductance of the product (2.1 W/m2K) and radiation at 20 C; outside: radiation at 10 C and wind by
  EN ISO 6946 annex A (h = 4 + 4 v) with the mean wind of the file at the height of the eaves (power law of open country);
- effective mass and its area by EN ISO 13790: layers inside the insulation, at most 10 cm;
- glazing: these films, the panes, and the gap: for clear glass the equivalent conductivity that the cases give, for low-e EN 673;
- direct sun on glass by angle of incidence and by the shadow of overhang and fins in each hour, diffuse sun by the mean of the same
  over sky and ground; opaque surfaces and sky as in the product. Interior surface 171.6 m2.

The U-values of windows that two teams use lie far apart (2.10 and 3.1 W/m2K for clear double glazing); layers give 2.58. The
single pane, where no gap can differ, comes out at 5.1, as one of the teams has it (5.16).
Used by tests and benchmark.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from koppelkans.building.hours import PLANES, Climate, Control, Zones, annual_loads
from koppelkans.building.hours.climate import Floats, net_sky
from koppelkans.building.hours.epw import Weather, read_weather
from koppelkans.building.hours.sun import PLANE_AZIMUTH, Incident, incident_on_planes, sun_angles
from koppelkans.parameters import read_parameters

DATA = Path(__file__).parent / "data" / "ashrae140"
DAY = date(2026, 11, 1)
HOURS = 8760

STEFAN_BOLTZMANN = 5.670374419e-8
INSIDE_K, OUTSIDE_K = 293.15, 283.15
SURFACE_EMITTANCE, GLASS_EMITTANCE, LOW_E_EMITTANCE = 0.9, 0.84, 0.047
EAVES_M, STATION_M, WIND_EXPONENT, WIND_COLUMN = 2.7, 10.0, 0.14, 21
AIR_WH_PER_M3K = 1200.0 / 3600.0
"""At sea level, as the air changes of the case table are given."""

DEEPEST_MASS_M = 0.10
INSULATION_BELOW_W_PER_MK = 0.06

WINDOW_WIDTH_M, WINDOW_HEIGHT_M = 3.0, 2.0
WALL_SIDES_M = {"south": ((-0.5, 7.5), (-4.5, 3.5)), "east": ((0.0, 3.0),), "west": ((0.0, 3.0),)}
"""Where the overhang ends, from the left edge of each window: the whole south wall, only the window east and west."""

FLOOR_BELOW_WINDOW_M = 0.2


@dataclass(frozen=True)
class Case:
    """One case: a single zone, its own sun (window gain in the last column) and its control."""

    zones: Zones
    climate: Climate
    control: Control


@cache
def table() -> pd.DataFrame:
    """The case table, index ``case``; free-floating cases included."""
    return pd.read_csv(DATA / "cases.csv", dtype={"case": "str"}).set_index("case")


@cache
def weather() -> Weather:
    """Denver, TMY3."""
    return read_weather(DATA / "denver_725650_tmy3.epw.gz")


@cache
def incident() -> dict[str, Incident]:
    """Radiation on the five planes."""
    return incident_on_planes(weather())


# ------------------------------------------------------------------------------------------------------------------- opaque parts


@cache
def _layers() -> pd.DataFrame:
    return pd.read_csv(DATA / "constructions.csv")


@cache
def inside_m2k_per_w(emittance: float) -> float:
    """Resistance between a surface and the room: convection as everywhere in the product, and radiation."""
    convection = read_parameters().at("hours.inside_w_per_m2k", DAY)
    return 1.0 / (convection + emittance * 4 * STEFAN_BOLTZMANN * INSIDE_K**3)


@cache
def outside_m2k_per_w(emittance: float) -> float:
    """Resistance between a surface and outdoors in the mean wind at the eaves, EN ISO 6946 annex A."""
    wind = pd.read_csv(DATA / "denver_725650_tmy3.epw.gz", skiprows=8, header=None, usecols=[WIND_COLUMN]).mean().item()
    at_eaves = wind * (EAVES_M / STATION_M) ** WIND_EXPONENT
    return 1.0 / (4.0 + 4.0 * at_eaves + emittance * 4 * STEFAN_BOLTZMANN * OUTSIDE_K**3)


def u_value(construction: str) -> float:
    """U-value of a construction [W/m2K]."""
    layers = _layers()[_layers()["construction"] == construction]
    films = inside_m2k_per_w(SURFACE_EMITTANCE) + outside_m2k_per_w(SURFACE_EMITTANCE)
    return 1.0 / (films + layers["resistance_m2K_W"].sum())


def mass_kj_per_m2k(construction: str) -> float:
    """Heat capacity inside the insulation, at most 10 cm deep, EN ISO 13790 [kJ/m2K]."""
    layers = _layers()[_layers()["construction"] == construction].sort_values("layer_from_outside", ascending=False)
    depth = capacity = 0.0
    for _, layer in layers.iterrows():
        if layer["conductivity_W_mK"] < INSULATION_BELOW_W_PER_MK or depth >= DEEPEST_MASS_M:
            break
        used = min(layer["thickness_m"], DEEPEST_MASS_M - depth)
        capacity += layer["heat_capacity_kJ_m2K"] * used / layer["thickness_m"]
        depth += used
    return capacity


# ------------------------------------------------------------------------------------------------------------------------ glazing

GLASS_W_PER_MK = 1.0
CLEAR_GAP_W_PER_MK = 0.0625
"""Equivalent conductivity of the air gap between clear panes, radiation inside (input of the CSE team)."""

ARGON_W_PER_MK, GAP_M = 0.01684, 0.012
PANES_M = {"double_clear": (0.003048, 0.003048), "double_low_e_argon": (0.00318, 0.003048), "single_clear": (0.003048,)}


def glazing_u(name: str) -> float:
    """U-value of a glazing [W/m2K]: films, panes, and the gap; narrow and vertical, so with still gas."""
    resistance = (
        inside_m2k_per_w(GLASS_EMITTANCE) + outside_m2k_per_w(GLASS_EMITTANCE) + sum(PANES_M[name]) / GLASS_W_PER_MK
    )
    if name == "double_clear":
        resistance += GAP_M / CLEAR_GAP_W_PER_MK
    if name == "double_low_e_argon":
        radiation = 4 * STEFAN_BOLTZMANN * OUTSIDE_K**3 / (1 / LOW_E_EMITTANCE + 1 / GLASS_EMITTANCE - 1)
        resistance += 1.0 / (ARGON_W_PER_MK / GAP_M + radiation)
    return 1.0 / resistance


def angle_factor(name: str, angle_rad: Floats) -> Floats:
    """g of a glazing at an angle of incidence over g at right angles."""
    row = pd.read_csv(DATA / "glazing.csv", index_col="glazing").loc[name]
    powers = [row[f"poly_{power}"] for power in range(5) if pd.notna(row[f"poly_{power}"])]
    return np.clip(np.polynomial.polynomial.polyval(angle_rad, powers), 0.0, 1.0)


# ------------------------------------------------------------------------------------------------------------------------ shadows


def sunlit_share(across: Floats, up: Floats, case: pd.Series, side: str) -> Floats:
    """Part of the windows on a side that a direction reaches, past overhang and fins.

    across, up: metres sideways (to the right, seen from inside out) and upwards for each metre away from the wall.
    """
    lit = np.ones_like(across)
    if not case["overhang_depth_m"] > 0:
        return lit
    spans = WALL_SIDES_M[side]
    parts = [_lit_points(across, up, case, span).mean(axis=(0, 1)) for span in spans]
    return np.mean(parts, axis=0)


def _lit_points(across: Floats, up: Floats, case: pd.Series, overhang: tuple[float, float]) -> Floats:
    x = ((np.arange(18) + 0.5) / 18 * WINDOW_WIDTH_M)[:, None, None]
    below = (case["overhang_above_window_m"] + (np.arange(12) + 0.5) / 12 * WINDOW_HEIGHT_M)[None, :, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        out = np.where(up > 0, below / np.where(up > 0, up, 1.0), np.inf)
    reach = np.where(np.isfinite(out), x + out * across, np.inf)
    dark = (out <= case["overhang_depth_m"]) & (reach >= overhang[0]) & (reach <= overhang[1])
    if case["fin_depth_m"] > 0:
        edge = np.where(across > 0, WINDOW_WIDTH_M, 0.0)
        steps = np.abs(edge - x) / np.maximum(np.abs(across), 1e-12)
        height = below - steps * up
        lowest = case["overhang_above_window_m"] + WINDOW_HEIGHT_M + FLOOR_BELOW_WINDOW_M
        dark = dark | ((steps <= case["fin_depth_m"]) & (height >= 0) & (height <= lowest))
    return ~dark


def _hemisphere(upward: bool) -> tuple[Floats, Floats, Floats, Floats]:
    """Directions of the sky or ground that a vertical window sees: across, up, angle of incidence, weight (sum 1)."""
    height = np.radians((np.arange(45) + 0.5) * 2.0) * (1 if upward else -1)
    turn = np.radians((np.arange(90) + 0.5) * 2.0 - 90.0)
    height, turn = (grid.ravel() for grid in np.meshgrid(height, turn))
    cosine = np.cos(height) * np.cos(turn)
    weight = cosine * np.cos(height)
    return np.tan(turn), np.tan(height) / np.cos(turn), np.arccos(cosine), weight / weight.sum()


@cache
def window_gain_w_per_m2(case_name: str, side: str) -> Floats:
    """Sun through a square metre of window over g at right angles, hour by hour [W/m2]."""
    case, parts = table().loc[case_name], incident()[side]
    zenith, azimuth = sun_angles(weather())
    turn = np.radians(azimuth - PLANE_AZIMUTH[side])
    front = np.maximum(np.cos(turn), 1e-6)
    direct_lit = sunlit_share(np.tan(turn), np.tan(np.radians(90.0 - np.minimum(zenith, 89.9))) / front, case, side)
    means = {}
    for upward in (True, False):
        across, up, angle, weight = _hemisphere(upward)
        means[upward] = float(
            (weight * angle_factor(case["glazing"], angle) * sunlit_share(across, up, case, side)).sum()
        )
    direct = parts.direct * angle_factor(case["glazing"], parts.angle_rad) * direct_lit
    return direct + means[True] * parts.diffuse + means[False] * parts.reflected


# -------------------------------------------------------------------------------------------------------------------------- cases


def case(name: str) -> Case:
    """A case as zone, climate and control."""
    row = table().loc[name]
    glazing = row["glazing"]
    parameters = read_parameters()
    windows = {side: float(row[f"window_{side}_m2"]) for side in ("east", "south", "west")}
    walls = {side: float(row[f"wall_net_{side}_m2"]) for side in ("east", "south", "west", "north")}
    u = {part: u_value(row[part]) for part in ("wall", "roof", "floor")}
    wall_m2, window_m2 = sum(walls.values()), sum(windows.values())
    stores = [(wall_m2, mass_kj_per_m2k(row["wall"])), (row["roof_m2"], mass_kj_per_m2k(row["roof"])), (row["floor_m2"], mass_kj_per_m2k(row["floor"]))]  # fmt: skip
    mass = sum(area * each for area, each in stores)
    spread = sum(area * each**2 for area, each in stores)
    outside = outside_m2k_per_w(SURFACE_EMITTANCE)
    taken = parameters.at("hours.absorptance_share", DAY) * outside
    opaque = {"horizontal": u["roof"] * row["roof_m2"], **{side: u["wall"] * area for side, area in walls.items()}}
    window_loss = glazing_u(glazing) * window_m2
    gain = sum(row["g_window_cse"] * area * window_gain_w_per_m2(name, side) for side, area in windows.items() if area)
    sun = np.column_stack([*(incident()[plane].total for plane in PLANES), gain])
    one = np.ones(1)
    infiltration = row["infiltration_ach_denver"] * row["volume_m3"]
    night = 0.0 if pd.isna(row["night_ventilation_m3_h_denver"]) else row["night_ventilation_m3_h_denver"]
    seen = parameters.at("hours.wall_sky_share", DAY)
    zones = Zones(
        floor_m2=row["floor_m2"] * one, opaque_w_per_k=(u["wall"] * wall_m2 + u["roof"] * row["roof_m2"] + u["floor"] * row["floor_m2"]) * one,
        window_w_per_k=window_loss * one, mass_j_per_k=mass * 1000.0 * one, mass_area_m2=mass**2 / spread * one,
        interior_m2=(row["roof_m2"] + row["floor_m2"] + wall_m2 + window_m2) * one,
        inside_w_per_m2k=parameters.at("hours.inside_w_per_m2k", DAY) * one, mass_w_per_m2k=parameters.at("hours.mass_w_per_m2k", DAY) * one,
        gain_w=row["internal_gain_W"] * one, gain_to_air_share=(1.0 - row["gain_radiative_share"]) * one, power_to_air_share=one,
        ventilation_w_per_k=AIR_WH_PER_M3K * np.array([[infiltration], [infiltration + night]]),
        aperture_m2=np.array([[*(taken * opaque[plane] for plane in PLANES), 1.0]]),
        sky_m2=parameters.at("hours.emittance_share", DAY) * outside
        * (opaque["horizontal"] + seen * (u["wall"] * wall_m2 + window_loss)) * one,
    )  # fmt: skip
    sky = net_sky(weather().sky_w_per_m2, weather().outdoor_c)
    return Case(zones, Climate(weather().outdoor_c, sun, f"ASHRAE 140 case {name}", sky), control(row))


def control(row: pd.Series) -> Control:
    """Set-points and night ventilation of a case, a day over and over; hour 7 of the ramp counts at its middle."""
    clock = np.arange(24)
    heat, cool = str(row["heat_setpoint_C"]), str(row["cool_setpoint_C"])
    if heat.startswith("10 from 23"):
        heat_c = np.where((clock >= 8) & (clock < 23), 20.0, np.where(clock == 7, 15.0, 10.0))
    else:
        heat_c = np.full(24, -np.inf if heat == "nan" else float(heat))
    if cool.startswith("27 from 7"):
        cool_c = np.where((clock >= 7) & (clock < 18), 27.0, np.inf)
    else:
        cool_c = np.full(24, np.inf if cool == "nan" else float(cool))
    night = (clock >= 18) | (clock < 7)
    mode = night.astype(int) if row["night_ventilation_m3_h_denver"] > 0 else np.zeros(24, dtype=int)
    return Control.daily(HOURS, heat_c=heat_c, cool_c=cool_c, mode=mode)


@cache
def results() -> pd.DataFrame:
    """Heating and cooling [MWh] and their peaks [kW] of every conditioned case but 960, index ``case``."""
    names = [name for name in table().index if name != "960" and not name.endswith("FF")]
    rows = {}
    for name in names:
        made = case(name)
        loads = annual_loads(made.zones, made.climate, made.control)
        rows[name] = {
            "heating": loads.heating_kwh[0] / 1000, "cooling": loads.cooling_kwh[0] / 1000,
            "peak_heating": loads.peak_heating_kw[0], "peak_cooling": loads.peak_cooling_kw[0],
        }  # fmt: skip
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("case")
