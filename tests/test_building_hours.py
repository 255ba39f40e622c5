"""Hours: cases by hand, properties that always hold, weather files that are refused."""

import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pvlib
import pytest
from hypothesis import given, settings
from hypothesis.strategies import floats, integers

from koppelkans.building.hours import (
    PLANES,
    Climate,
    Control,
    Zones,
    annual_loads,
    hourly_loads,
    read_epw,
    shipped_climate,
    weighted_load,
    zones_of,
)  # fmt: skip
from koppelkans.building.hours.epw import Site, Weather, read_weather, sun_shift_hours
from koppelkans.building.hours.loads import states
from koppelkans.building.hours.sun import PLANE_AZIMUTH, PLANE_TILT, incident_on_planes
from koppelkans.building.hours.zones import window_directions
from koppelkans.building.seasonal import season
from koppelkans.building.typology import LARGE, TOWER, variants
from koppelkans.errors import DataError, OutOfRangeError
from koppelkans.parameters import read_parameters, reference_table

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.building_hours import one, plain_inputs, plain_year  # noqa: E402

DAY = date(2026, 11, 1)
HOURS = 8760
UCCLE = Site("Uccle", 50.7969, 4.3581, 1.0, 101.0)


def some_zones(count: int, seed: int = 1) -> Zones:
    """Houses of all kinds, two ventilation modes."""
    draw = np.random.default_rng(seed)
    floor = draw.uniform(60, 400, count)
    each = np.ones(count)
    return Zones(
        floor_m2=floor, opaque_w_per_k=floor * draw.uniform(0.3, 3.0, count), window_w_per_k=floor * draw.uniform(0.1, 1.0, count),
        mass_j_per_k=floor * draw.uniform(80e3, 370e3, count), mass_area_m2=2.5 * floor, interior_m2=3.4 * floor,
        inside_w_per_m2k=2.1 * each, mass_w_per_m2k=9.1 * each, gain_w=3.0 * floor, gain_to_air_share=0.5 * each,
        power_to_air_share=draw.uniform(0.3, 1.0, count),
        ventilation_w_per_k=np.vstack([floor * draw.uniform(0.2, 0.8, count), floor * 2.0]),
        aperture_m2=floor[:, None] * draw.uniform(0.0, 0.03, (count, 5)), sky_m2=0.02 * floor,
    )  # fmt: skip


def still_climate(outdoor_c: float, *, hours: int = HOURS) -> Climate:
    """The same outdoor temperature all year, no sun, no sky."""
    return Climate(np.full(hours, outdoor_c), np.zeros((hours, 5)), "still")


def part_of_year(hours: int) -> Climate:
    """The first hours of the shipped climate."""
    whole = shipped_climate()
    return Climate(whole.outdoor_c[:hours], whole.sun_w_per_m2[:hours], "part", whole.sky_w_per_m2[:hours])


def comfort(hours: int = HOURS, heat_c: float = 20.0, cool_c: float = 25.0) -> Control:
    return Control.constant(hours, heat_c=heat_c, cool_c=cool_c)


# ---------------------------------------------------------------------------------------------------------------------- by hand


def hand_zone(**changes: float) -> Zones:
    """100 m2; walls 150 W/K, windows 40, air 60; surfaces 340 m2; no gains, no sun."""
    figures = {
        "floor_m2": 100.0, "opaque_w_per_k": 150.0, "window_w_per_k": 40.0, "mass_j_per_k": 16.2e6, "mass_area_m2": 250.0,
        "interior_m2": 340.0, "inside_w_per_m2k": 2.1, "mass_w_per_m2k": 9.1, "gain_w": 0.0, "gain_to_air_share": 0.5,
        "power_to_air_share": 1.0, "sky_m2": 0.0,
    } | changes  # fmt: skip
    rows = {name: np.array([value]) for name, value in figures.items()}
    return Zones(**rows, ventilation_w_per_k=np.array([[60.0]]), aperture_m2=np.zeros((1, 5)))


def test_steady_heat_is_loss_times_difference():
    # surfaces as warm as the air: (150 + 40 + 60) W/K x (20 - 5) K = 3,750 W, 32,850 kWh in 8,760 h
    loads = annual_loads(hand_zone(inside_w_per_m2k=1e9), still_climate(5.0), comfort())
    assert loads.heating_kwh[0] == pytest.approx(32_850, rel=1e-6)
    assert loads.peak_heating_kw[0] == pytest.approx(3.75, rel=1e-6)
    assert loads.cooling_kwh[0] == loads.overheating_hours[0] == 0


def test_steady_heat_with_colder_surfaces():
    # air to surfaces 2.1 x 340 = 714 W/K, then 190 W/K outwards: 1 / (1/714 + 1/190) = 150.066; with air 210.066 x 15 = 3,150.99 W
    loads = annual_loads(hand_zone(), still_climate(5.0), comfort())
    assert loads.peak_heating_kw[0] == pytest.approx(3.15099, rel=1e-4)


def test_steady_cooling_and_too_warm_without_it():
    # 25 C inside, 35 C outside, the same conductances the other way round
    loads = annual_loads(hand_zone(inside_w_per_m2k=1e9), still_climate(35.0), comfort(), limit_c=26.0)
    assert loads.cooling_kwh[0] == pytest.approx(250 * 10 * 8.760, rel=1e-6)
    assert loads.overheating_hours[0] == HOURS


def test_gains_are_used_but_for_what_radiation_loses_at_the_shell():
    # 300 W half to air; of the other 150 W the share 40 / (9.1 x 340) = 0.012928 leaves at the window, and 250 / 340 falls on the
    # mass, where 150 / (9.1 x 250) = 0.065934 leaves through the wall, in all 0.061409: 150 + 140.789 W remain
    zone = hand_zone(inside_w_per_m2k=1e9, gain_w=300.0)
    loads = annual_loads(zone, still_climate(5.0), comfort())
    assert loads.peak_heating_kw[0] * 1000 == pytest.approx(3750 - 290.789, rel=1e-5)


def test_radiant_heat_warms_surfaces_above_air():
    # all power radiant: the air is warmed by surfaces through 714 W/K and loses 60 x 15 = 900 W, so surfaces stand at
    # 20 + 900/714 = 21.2605 C and lose 190 x 16.2605 = 3,089.5 W; power (900 + 3,089.5) / (1 - 0.061409), the share as above
    loads = annual_loads(hand_zone(power_to_air_share=0.0), still_climate(5.0), comfort())
    assert loads.peak_heating_kw[0] * 1000 == pytest.approx(3989.5 / (1 - 0.061409), rel=1e-4)


def test_zone_of_a_house_by_hand():
    parameters = read_parameters()
    house = pd.DataFrame({"floor_area_m2": [200.0]}, index=["h"])
    areas = pd.DataFrame(
        {"roof_m2": [80.0], "wall_m2": [120.0], "window_m2": [30.0], "ground_m2": [100.0]}, index=["h"]
    )
    shell = pd.DataFrame(
        {"roof_u": [1.0], "wall_u": [1.5], "window_u": [3.0], "ground_u": [0.5], "bridge_u": [0.1], "infiltration_per_hour": [0.4], "glass_g": [0.75]},
        index=["h"],
    )  # fmt: skip
    zone = zones_of(house, areas, shell, form=pd.Series(["terraced"], index=["h"]), parameters=parameters, day=DAY)
    assert zone.floor_m2[0] == 170  # 0.85 x 200
    assert zone.opaque_w_per_k[0] == pytest.approx(80 + 180 + 50 + 33)  # bridges over 330 m2
    assert zone.window_w_per_k[0] == 90
    assert zone.interior_m2[0] == pytest.approx(2.5 * 170 + 120 + 30)
    assert zone.ventilation_w_per_k[:, 0] == pytest.approx([0.34 * 0.8 * 425, 0.34 * 2.8 * 425])
    assert zone.gain_w[0] == 510
    assert zone.mass_j_per_k[0] == pytest.approx(165e3 * 170)
    # glass 30 x 0.75 x (0.6 x 0.7 x 0.9) = 8.505 m2; roof 0.6 x 0.04 x 80 = 1.92; walls 0.6 x 0.04 x 180 = 4.32
    assert zone.aperture_m2[0].sum() == pytest.approx(8.505 + 1.92 + 4.32)
    assert zone.aperture_m2[0, 0] == pytest.approx(1.92)
    south = window_directions().loc["terraced", "south"]
    assert zone.aperture_m2[0, PLANES.index("south")] == pytest.approx(8.505 * south + 1.08)
    assert zone.sky_m2[0] == pytest.approx(0.9 * 0.04 * (80 + 0.5 * (180 + 90)))


def test_recovered_air_is_not_heated():
    parameters = read_parameters()
    table = variants(season(parameters, DAY)).iloc[[0]]
    form = table["form"].replace({TOWER: LARGE})
    plain = zones_of(table, table, table, form=form, parameters=parameters, day=DAY)
    saving = zones_of(table, table, table.assign(recovered_per_hour=0.3), form=form, parameters=parameters, day=DAY)
    lost = (plain.ventilation_w_per_k - saving.ventilation_w_per_k)[0, 0]
    assert lost == pytest.approx(0.34 * 0.3 * 2.5 * plain.floor_m2[0])


def test_window_directions_are_shares():
    assert window_directions().sum(axis=1).to_numpy() == pytest.approx(1.0)


def test_the_whole_typology_makes_zones():
    parameters = read_parameters()
    table = variants(season(parameters, DAY))
    zones = zones_of(table, table, table, form=table["form"].replace({TOWER: LARGE}), parameters=parameters, day=DAY)
    heating = annual_loads(zones, shipped_climate(), comfort()).heating_kwh / zones.floor_m2
    assert len(zones) == 99
    assert 15 < heating.min() < heating.max() < 450


# ------------------------------------------------------------------------------------------------------------------- properties


@settings(max_examples=15, deadline=None)
@given(share=floats(0.3, 1.0), seed=integers(1, 1000), heat_c=floats(15, 22))
def test_insulation_never_raises_heating(share, seed, heat_c):
    zones, climate = some_zones(5, seed), part_of_year(1500)
    better = replace(zones, opaque_w_per_k=share * zones.opaque_w_per_k, window_w_per_k=share * zones.window_w_per_k)
    control = comfort(1500, heat_c)
    before, after = annual_loads(zones, climate, control), annual_loads(better, climate, control)
    assert (after.heating_kwh <= before.heating_kwh * (1 + 1e-9)).all()
    assert (after.peak_heating_kw <= before.peak_heating_kw * (1 + 1e-9)).all()


@settings(max_examples=15, deadline=None)
@given(heat_c=floats(12, 22), more_k=floats(0, 3), seed=integers(1, 1000))
def test_a_higher_set_point_never_lowers_heating(heat_c, more_k, seed):
    zones, climate = some_zones(5, seed), part_of_year(1500)
    low = annual_loads(zones, climate, comfort(1500, heat_c)).heating_kwh
    high = annual_loads(zones, climate, comfort(1500, heat_c + more_k)).heating_kwh
    assert (high >= low * (1 - 1e-9)).all()


@settings(max_examples=10, deadline=None)
@given(seed=integers(1, 1000), heat_c=floats(15, 21), cool_c=floats(22, 28))
def test_energy_balance_closes_in_every_hour(seed, heat_c, cool_c):
    zones, climate = some_zones(4, seed), part_of_year(2000)
    heating, cooling, air, mass = states(zones, climate, comfort(2000, heat_c, cool_c))
    power = heating - cooling
    outdoor = climate.outdoor_c[:, None]
    sun = climate.sun_w_per_m2 @ zones.aperture_m2.T + np.outer(climate.sky_w_per_m2, zones.sky_m2)
    to_air = zones.gain_to_air_share * zones.gain_w + zones.power_to_air_share * power
    radiant = zones.gain_w + power + sun - to_air
    lost_at_window = zones.window_w_per_k / (zones.mass_w_per_m2k * zones.interior_m2) * radiant
    h_is, h_ms = zones.inside_w_per_m2k * zones.interior_m2, zones.mass_w_per_m2k * zones.mass_area_m2
    h_ve, h_em = zones.ventilation_w_per_k[0], zones.opaque_w_per_k * h_ms / (h_ms - zones.opaque_w_per_k)
    surface = air + (h_ve * (air - outdoor) - to_air) / h_is
    middle = (mass[1:] + mass[:-1]) / 2
    stored = zones.mass_j_per_k / 3600 * np.diff(mass, axis=0)
    into_mass = zones.mass_area_m2 / zones.interior_m2 * radiant
    # the mass, and building as a whole: what comes in is lost or stored
    own = into_mass[1:] + h_ms * (surface[1:] - middle) + h_em * (outdoor[1:] - middle)
    whole = (zones.gain_w + power + sun - lost_at_window)[1:] - (
        h_ve * (air - outdoor)[1:] + zones.window_w_per_k * (surface - outdoor)[1:] + h_em * (middle - outdoor[1:])
    )
    scale = (
        np.abs(stored)
        + zones.gain_w
        + (zones.opaque_w_per_k + zones.window_w_per_k + h_ve) * np.abs(air - outdoor)[1:]
        + np.abs(sun[1:])
    )
    assert (np.abs(stored - own) / (scale + h_ms) < 1e-9).all()
    assert (np.abs(stored - whole) / scale < 1e-9).all()


def test_the_air_stays_between_the_set_points():
    zones, control = some_zones(20), comfort()
    loads = hourly_loads(zones, shipped_climate(), control, keep_air=True)
    assert loads.air_c.min() >= 20 - 1e-4
    assert loads.air_c.max() <= 25 + 1e-4
    assert (loads.heating_w[loads.air_c > 20.001] == 0).all()
    assert (loads.cooling_w[loads.air_c < 24.999] == 0).all()


@pytest.mark.parametrize("number", [0, 63, 64, 129])
def test_blocks_agree_with_the_standard_written_out_on_floats(number):
    zones, climate = some_zones(130), shipped_climate()
    loads = annual_loads(zones, climate, comfort())
    heating, cooling = plain_year(*plain_inputs(one(zones, number), climate, comfort()))
    assert loads.heating_kwh[number] == pytest.approx(heating, rel=1e-9)
    assert loads.cooling_kwh[number] == pytest.approx(cooling, rel=1e-9)


def test_annual_hourly_and_weighted_agree():
    zones, climate, control = some_zones(70), shipped_climate(), comfort()
    annual, hourly = annual_loads(zones, climate, control), hourly_loads(zones, climate, control)
    assert hourly.heating_w.dtype == np.float32
    assert hourly.heating_w.sum(axis=0, dtype=float) / 1000 == pytest.approx(annual.heating_kwh, rel=1e-5)
    assert hourly.cooling_w.max(axis=0) / 1000 == pytest.approx(annual.peak_cooling_kw, rel=1e-6)
    weights = np.linspace(0, 3, 70)
    assert weighted_load(zones, climate, control, weights) == pytest.approx(hourly.heating_w @ weights, rel=1e-5)


def test_the_order_of_buildings_does_not_matter():
    zones, climate = some_zones(70), part_of_year(1500)
    turned = np.arange(70)[::-1]
    backwards = replace(
        zones, ventilation_w_per_k=zones.ventilation_w_per_k[:, ::-1],
        **{name: getattr(zones, name)[turned] for name in zones.__slots__ if name != "ventilation_w_per_k"},
    )  # fmt: skip
    forth, back = (annual_loads(each, climate, comfort(1500)).heating_kwh for each in (zones, backwards))
    assert (forth == back[::-1]).all()


def test_open_windows_at_night_cool_the_building():
    zones, climate = some_zones(30), shipped_climate()
    night = np.where(np.arange(24) < 7, 1, 0)
    shut = Control.daily(HOURS, heat_c=np.full(24, -np.inf))
    purged = Control.daily(HOURS, heat_c=np.full(24, -np.inf), mode=night)
    warm, cooler = (annual_loads(zones, climate, control, limit_c=24.0).overheating_hours for control in (shut, purged))
    assert warm.sum() > 1000
    assert cooler.sum() < warm.sum()


def test_overheating_is_counted_without_the_cooling():
    zones, climate = some_zones(10), shipped_climate()
    cooled, free = (annual_loads(zones, climate, comfort(cool_c=cool), limit_c=26.0) for cool in (24.0, np.inf))
    assert (cooled.overheating_hours == free.overheating_hours).all()
    assert free.overheating_hours.max() > 0


def test_zones_that_the_method_cannot_describe_are_refused():
    zones = some_zones(3)
    with pytest.raises(OutOfRangeError, match=r"opaque loss below what passes[\s\S]*positions 1"):
        replace(zones, opaque_w_per_k=np.array([100.0, 1e6, 100.0])).checked()
    with pytest.raises(OutOfRangeError, match="sun, sky and gains as numbers: not so for 3 buildings"):
        replace(zones, aperture_m2=np.full((3, 5), np.nan)).checked()
    with pytest.raises(OutOfRangeError, match="interior surface above zero"):
        annual_loads(replace(zones, interior_m2=np.zeros(3)), part_of_year(100), comfort(100))


def test_parts_that_do_not_fit_are_refused():
    zones, climate = some_zones(3), part_of_year(100)
    with pytest.raises(OutOfRangeError, match=r"control\.heat_c has 99 values, the climate 100"):
        annual_loads(zones, climate, comfort(99))
    with pytest.raises(OutOfRangeError, match="the zones have 2 modes"):
        annual_loads(zones, climate, Control(np.full(100, 20.0), np.full(100, 25.0), np.full(100, 2)))
    with pytest.raises(OutOfRangeError, match="heating set-point lies above"):
        annual_loads(zones, climate, comfort(100, 22.0, 21.0))


# ----------------------------------------------------------------------------------------------------------------------- climate


def shipped_weather() -> Weather:
    table = reference_table("uccle_hours")
    columns = [
        table[name].to_numpy(float)
        for name in ("outdoor_c", "direct_w_per_m2", "diffuse_w_per_m2", "global_w_per_m2", "sky_w_per_m2")
    ]
    return Weather(UCCLE, *columns, sun_shift_hours=0.5)  # type: ignore[arg-type]


def test_shipped_planes_are_what_pvlib_gives_for_the_shipped_radiation():
    incident, table = incident_on_planes(shipped_weather()), reference_table("uccle_hours")
    for plane in PLANES:
        # rounded to whole watts before and after
        assert np.abs(incident[plane].total - table[f"{plane}_w_per_m2"]).max() < 3


def test_shipped_planes_against_pvlib_called_otherwise():
    # sun at the stamp, no care for hours of sunrise and sunset: high sun hour by hour, and the sum of the year
    weather, climate = shipped_weather(), shipped_climate()
    times = pd.date_range("2021-01-01 01:00", periods=HOURS, freq="h", tz="Etc/GMT-1")
    sun = pvlib.solarposition.get_solarposition(times, UCCLE.latitude, UCCLE.longitude, altitude=UCCLE.elevation_m)
    high = (sun["apparent_elevation"] > 15).to_numpy()
    extra = pvlib.irradiance.get_extra_radiation(times)
    for number, plane in enumerate(PLANES):
        total = pvlib.irradiance.get_total_irradiance(
            PLANE_TILT[plane], PLANE_AZIMUTH[plane], sun["apparent_zenith"], sun["azimuth"], weather.direct_w_per_m2,
            weather.global_w_per_m2, weather.diffuse_w_per_m2, dni_extra=extra, albedo=0.2, model="perez",
        )["poa_global"].fillna(0).to_numpy()  # fmt: skip
        assert np.abs(total - climate.sun_w_per_m2[:, number])[high].max() < 3
        assert total.sum() == pytest.approx(climate.sun_w_per_m2[:, number].sum(), rel=0.02)


def test_shipped_year_is_plausible():
    climate = shipped_climate()
    assert climate.outdoor_c.mean() == pytest.approx(11.09, abs=0.01)
    sums = dict(zip(PLANES, climate.sun_w_per_m2.sum(axis=0) / 1000, strict=True))
    assert sums["horizontal"] == pytest.approx(reference_table("uccle_hours")["global_w_per_m2"].sum() / 1000, rel=0.01)
    assert sums["east"] == pytest.approx(sums["west"], rel=0.07)
    assert sums["north"] < sums["west"] < sums["south"]
    assert -80 < climate.sky_w_per_m2.mean() < -30


def test_the_sun_of_the_shipped_year_stands_half_an_hour_late():
    assert sun_shift_hours(shipped_weather()) == 0.5 == shipped_climate().sun_shift_hours


def epw_lines(*, leap: bool = False) -> list[str]:
    """The shipped year as an EPW file, header first."""
    table = reference_table("uccle_hours")
    year = pd.date_range("2020-01-01" if leap else "2021-01-01", periods=8784 if leap else HOURS, freq="h")
    if leap:
        again = np.r_[0 : 59 * 24, 58 * 24 : HOURS]
        table = table.iloc[again].reset_index(drop=True)
    rows = [
        f"2019,{month},{day},{hour + 1},0,?,{outdoor},5.0,80,101000,0,0,{sky},{whole},{direct},{diffuse},0,0,0,0,0,0"
        for month, day, hour, outdoor, sky, whole, direct, diffuse in zip(
            year.month, year.day, year.hour, table["outdoor_c"], table["sky_w_per_m2"], table["global_w_per_m2"],
            table["direct_w_per_m2"], table["diffuse_w_per_m2"], strict=True,
        )
    ]  # fmt: skip
    return ["LOCATION,Uccle,VLG,BEL,SRC-TMYx,064470,50.79690,4.35810,1.0,101.0", *["COMMENTS"] * 7, *rows]


def written(folder: Path, lines: list[str]) -> Path:
    path = folder / "place.epw"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def with_field(line: str, place: int, value: str) -> str:
    fields = line.split(",")
    fields[place] = value
    return ",".join(fields)


def test_an_epw_gives_the_same_climate_as_the_shipped_one(tmp_path):
    climate = read_epw(written(tmp_path, epw_lines()))
    assert climate.outdoor_c == pytest.approx(shipped_climate().outdoor_c)
    assert climate.sun_w_per_m2 == pytest.approx(shipped_climate().sun_w_per_m2, abs=3)
    assert climate.sky_w_per_m2 == pytest.approx(shipped_climate().sky_w_per_m2)
    assert climate.sun_shift_hours == 0.5
    assert climate.title == "Uccle (place.epw)"


def test_header_fields_are_read(tmp_path):
    assert read_weather(written(tmp_path, epw_lines())).site == UCCLE


def test_a_leap_year_has_8784_hours(tmp_path):
    climate = read_epw(written(tmp_path, epw_lines(leap=True)))
    assert climate.sun_w_per_m2.shape == (8784, 5)
    assert climate.sun_w_per_m2[59 * 24 : 60 * 24, 0].sum() == pytest.approx(
        climate.sun_w_per_m2[58 * 24 : 59 * 24, 0].sum(), rel=0.03
    )


def refusal(folder: Path, lines: list[str]) -> str:
    with pytest.raises(DataError) as caught:
        read_epw(written(folder, lines))
    return str(caught.value)


def test_wrong_hours_are_refused_all_at_once(tmp_path):
    lines = epw_lines()
    del lines[8 + 100]  # 5 January hour 5
    lines.insert(8 + 5000, lines[8 + 5000])
    lines[8 + 200] = with_field(lines[8 + 200], 6, "99.9")
    lines[8 + 300] = with_field(lines[8 + 300], 13, "9999")
    lines[8 + 400] = with_field(lines[8 + 400], 14, "-5")
    lines[8 + 500] = with_field(lines[8 + 500], 6, "85")
    message = refusal(tmp_path, lines)
    assert "1 missing hours: 5/1 hour 5" in message
    assert "1 repeated hours" in message
    assert "dry-bulb temperature: 1 values missing, first 99.9 at line 209" in message
    assert "global horizontal radiation: 1 values missing, first 9999 at line 309" in message
    assert "direct normal radiation: 1 values outside 0 to 1400, first -5" in message
    assert "dry-bulb temperature: 1 values outside -70 to 70, first 85" in message


def test_a_file_of_wrong_length_is_refused(tmp_path):
    message = refusal(tmp_path, epw_lines()[: 8 + 8000])
    assert "8000 hours of data, expected 8760, or 8784 in a leap year" in message
    assert "760 missing hours" in message


def test_hours_in_another_order_are_refused(tmp_path):
    lines = epw_lines()
    lines[18], lines[19] = lines[19], lines[18]
    assert "time stamps are not consecutive: line 19 is 1/1 hour 12, expected 1/1 hour 11" in refusal(tmp_path, lines)


def test_hours_from_zero_to_23_are_refused(tmp_path):
    lines = epw_lines()
    shifted = [*lines[:8], *(with_field(line, 3, str(int(line.split(",")[3]) - 1)) for line in lines[8:])]
    message = refusal(tmp_path, shifted)
    assert "365 missing hours: 1/1 hour 24" in message
    assert "hours that the calendar does not have: 1/1 hour 0" in message


@pytest.mark.parametrize(
    ("header", "late"),
    [
        ((8, "3.0"), "2.5 hours later"),  # UTC+1 written as UTC+3
        ((8, "-1.0"), "1.5 hours earlier"),  # sign of the time zone
        ((7, "-60.0"), "4.75 hours later"),
    ],
)
def test_wrong_time_stamps_are_refused_by_the_sun(tmp_path, header, late):
    lines = epw_lines()
    lines[0] = with_field(lines[0], *header)
    message = refusal(tmp_path, lines)
    assert "time stamps do not agree with the sun" in message
    assert late in message


@pytest.mark.parametrize(
    ("rows", "late"), [(-1, "1.5 hours later"), (2, "1.5 hours earlier"), (6, "5.5 hours earlier")]
)
def test_shifted_radiation_is_refused(tmp_path, rows, late):
    lines = epw_lines()
    body = [line.split(",") for line in lines[8:]]
    for place in (13, 14, 15):
        moved = np.roll([fields[place] for fields in body], rows)
        for fields, value in zip(body, moved, strict=True):
            fields[place] = value
    message = refusal(tmp_path, [*lines[:8], *(",".join(fields) for fields in body)])
    assert "east and west would change places" in message
    assert late in message


def test_something_else_is_refused(tmp_path):
    assert "line 1 should begin with LOCATION" in refusal(tmp_path, ["a,b,c", "1,2,3"])
    lines = epw_lines()
    lines[0] = "LOCATION,Uccle,VLG,BEL,SRC-TMYx,064470,fifty,4.35810,1.0,101.0"
    lines[30] = with_field(lines[30], 6, "warm")
    message = refusal(tmp_path, lines)
    assert "latitude is 'fifty', expected a number" in message
    assert "outdoor_c: 1 rows are no number, first 'warm' at line 31" in message
    with pytest.raises(DataError, match="cannot be read"):
        read_epw(tmp_path / "absent.epw")
