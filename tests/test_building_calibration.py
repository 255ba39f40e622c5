"""Calibration on metered gas: cases in closed form, the joint Gaussian against a dense one, properties, synthetic truth, refusals."""

import sys
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.building_calibration import Truth, calibrated, judged, street_meters, synthetic

from koppelkans import tables
from koppelkans.building.calibration import calibrate, observed_totals
from koppelkans.building.calibration.linear import Reading, Rows, Scheme, Totals, belief
from koppelkans.building.epc.labels import U_VALUES
from koppelkans.building.gas import GasUse
from koppelkans.building.homes import Prebound, band, spread_of_mean
from koppelkans.errors import DataError
from koppelkans.parameters import read_parameters

DAY = date(2026, 11, 1)
FIGURES = read_parameters().silent()
PREBOUND = Prebound(0.425, -0.55, 120.0, 0.498, 0.5, 1.0)
PLAIN = GasUse(per_space_heat=1.0, per_hot_water=1.0, cooking_kwh=0.0)
NAT = float("nan")
SHARED_VARIANCE = 0.25**2 + 0.054**2 + 0.06**2
"""Prior variance of level and street together, from the parameter file."""
WARM = 1873 / 2202
"""Degree days of 2024 over those of a normal year."""


def stock(*rows, water: float = 0.0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Buildings (key, street, use, dwellings, space heat, need per m2, certificate score) and their modelled heat, on 100 m2 each."""
    frame = pd.DataFrame(rows, columns=["building", "street", "use", "dwellings", "space", "need", "score"]).set_index(
        "building"
    )
    frame.index = frame.index.astype("str")
    buildings = frame[["street", "use", "dwellings"]].assign(
        metered_gas_kwh=NAT, **dict.fromkeys(U_VALUES, NAT), epc_score_kwh_per_m2=frame["score"].astype(float)
    )
    space = frame["space"].astype(float)
    spread = spread_of_mean(PREBOUND.sigma, PREBOUND.shared_share, frame["dwellings"].to_numpy(float))
    low, high = band((space + water).to_numpy(), spread)
    return buildings, pd.DataFrame({
        "space_heat_kwh": space, "hot_water_kwh": water, "heat_low_kwh": low, "heat_high_kwh": high,
        "theoretical_space_heat_kwh": frame["need"] * 100.0, "reference_m2": 100.0,
    })  # fmt: skip


def house(key: str, street: str = "A", space: float = 10_000.0, need: float = 120.0, score: float = NAT):
    return (key, street, "residential", 1, space, need, score)


def meters(*rows) -> pd.DataFrame:
    """Rows (level, name, year, gas_kwh, connections[, calorific]) as contract METERS; year 2019 unless stated."""
    full = [(*row, "gross")[:6] for row in rows]
    frame = pd.DataFrame(full, columns=["level", "name", "year", "gas_kwh", "connections", "calorific"])
    frame.index = pd.Index([f"m{number}" for number in range(len(frame))], name="row", dtype="str")
    kinds = {"level": "str", "name": "str", "gas_kwh": float, "connections": float, "calorific": "str", "source": "str"}
    return tables.check(tables.METERS, frame.assign(source="test").astype(kinds)[tables.METERS.column_names])


def found(buildings, heat, given=None, *, statistics=None, gas=PLAIN, parameters=FIGURES):
    seen = observed_totals(buildings, given, statistics, parameters=parameters, day=DAY)
    return calibrate(heat, buildings, seen, gas=gas, prebound=PREBOUND, parameters=parameters, day=DAY)


def said(posterior) -> str:
    return "\n".join(row["text_en"] for row in posterior.remarks)


def width(posterior) -> pd.Series:
    """Width of the band of each building, as a logarithm."""
    return np.log(posterior.high / posterior.low)


# ----------------------------------------------------------------------------------------------------------------- cases by hand


@pytest.mark.parametrize("ratio", [0.7, 1.0, 1.4])
def test_two_equal_houses_in_a_metered_street_in_closed_form(ratio):
    """Without hot water, both on gas: factor = ratio ^ gain, gain = V / (V + R).

    V is the variance of ln of the street's sum: level and street, and half of the variance of one house. R: 2 % error of the
    total and the year of two households, 0.1^2 / 2. The band: what the total leaves of the variance of one house.
    """
    buildings, heat = stock(house("a"), house("b"))
    result = found(buildings, heat, meters(("street", "A", 2030, 20_000 * ratio, 2)))
    own = 0.498**2 - SHARED_VARIANCE
    variance, noise = SHARED_VARIANCE + own / 2, 0.02**2 + 0.1**2 / 2
    gain = variance / (variance + noise)
    assert result.factor_space.to_numpy() == pytest.approx(ratio**gain, rel=1e-3)
    left = 0.498**2 - variance * gain
    assert width(result).to_numpy() == pytest.approx(2 * 1.28155 * np.sqrt(left), rel=1e-3)
    assert result.calibrated.all()
    assert not result.own_meter.any()


@pytest.mark.parametrize("ratio", [0.5, 1.5])
def test_a_meter_of_its_own_in_closed_form(ratio):
    buildings, heat = stock(house("a"), ("s", None, "school", 0, 50_000.0, 120.0, NAT))
    result = found(buildings.assign(metered_gas_kwh=[10_000 * ratio, NAT]), heat)
    gain = 0.498**2 / (0.498**2 + 0.1**2)
    assert result.factor_space["a"] == pytest.approx(ratio**gain, rel=1e-3)
    assert width(result)["a"] == pytest.approx(2 * 1.28155 * np.sqrt(0.498**2 * (1 - gain)), rel=1e-3)
    # a school is no dwelling: nothing that a house shares reaches it
    assert result.factor_space["s"] == 1
    assert result.low["s"] == pytest.approx(heat.loc["s", "heat_low_kwh"] / 50_000)
    assert "1 buildings are calibrated on their own meter" in said(result)


def test_an_institution_moves_by_its_own_meter_only():
    buildings, heat = stock(house("a"), ("s", "A", "school", 0, 50_000.0, 120.0, NAT))
    result = found(buildings.assign(metered_gas_kwh=[NAT, 60_000.0]), heat)
    assert 1.1 < result.factor_space["s"] <= 1.2
    assert result.factor_space["a"] == pytest.approx(1.0, abs=1e-6)
    assert result.own_meter.tolist() == [False, True]


def test_warm_year_gross_and_net_value_and_hot_water():
    buildings, heat = stock(house("a"), house("b"), water=2_000.0)
    # in 2024 the two houses would use 2 x (10,000 x WARM + 2,000): that is no news
    level = 2 * (10_000 * WARM + 2_000)
    same = found(buildings, heat, meters(("street", "A", 2024, level, 2)))
    assert same.factor_space.to_numpy() == pytest.approx(1.0, abs=5e-3)
    assert same.table["metered_kwh"].item() == pytest.approx(24_000, rel=1e-3)
    net = found(buildings, heat, meters(("street", "A", 2024, level / 1.108, 2, "net")))
    pd.testing.assert_series_equal(same.factor_space, net.factor_space)
    # the same gas in a year that nobody knows counts as that of a normal year
    unknown = found(buildings, heat, meters(("street", "A", 2031, level, 2)))
    assert unknown.factor_space.iloc[0] < 0.98
    assert "No degree days are known for 2031" in said(unknown)


def test_share_on_gas_from_connections():
    rows = [house(f"h{number}") for number in range(10)]
    buildings, heat = stock(*rows)
    # 8 of 10 homes on gas, each as the model says
    counted = found(buildings, heat, meters(("street", "A", 2019, 80_000 * 2281 / 2202, 8)))
    assert counted.factor_space.to_numpy() == pytest.approx(1.0, abs=5e-3)
    # the number not given: 0.8 is assumed, and the level is known less well
    assumed = found(buildings, heat, meters(("street", "A", 2019, 1.3 * 80_000 * 2281 / 2202, NAT)))
    known = found(buildings, heat, meters(("street", "A", 2019, 1.3 * 80_000 * 2281 / 2202, 8)))
    assert 1.0 < assumed.factor_space.iloc[0] < known.factor_space.iloc[0]
    assert width(assumed).iloc[0] > width(known).iloc[0]
    assert "have no number of connections: 80%" in said(assumed)
    assert assumed.figures.loc["gas_share", "posterior"] > 1


def test_certificates_tell_a_little_about_the_envelope():
    plain, heat = stock(house("a"), house("b"), house("c"))
    # 120 kWh/m2 of a house known by form and period is 1.53 times that in its certificate: (1.53 x 120 + 20) x 1.07 + 2.5 x 2.5 = 224.1
    buildings = plain.assign(epc_score_kwh_per_m2=[224.1, 130.0, NAT])
    result = found(buildings, heat)
    assert result.factor_space["a"] > result.factor_space["b"]
    assert 0.75 < result.factor_space["b"] < 0.97
    assert result.factor_space["c"] == pytest.approx(1.0, abs=0.03)
    assert width(result)["b"] < width(result)["c"]
    assert not result.calibrated.any()
    assert "certificate score of 2 buildings" in said(result)


def test_known_u_values_make_a_certificate_less_pessimistic_and_less_telling():
    plain, heat = stock(house("form"), house("audit"))
    audited = plain.index == "audit"
    # (1.2 x 120 + 20) x 1.07 + 2.5 x 2.5 = 181.73 where U-values are known: no news in either house
    buildings = plain.assign(
        epc_score_kwh_per_m2=[224.1, 181.73], **{name: np.where(audited, 1.0, NAT) for name in U_VALUES}
    )
    result = found(buildings, heat)
    assert result.factor_space.to_numpy() == pytest.approx(1.0, abs=0.03)
    assert width(result)["audit"] > width(result)["form"]


def test_a_score_below_the_smallest_need_says_nothing():
    plain, heat = stock(house("a"), house("b"))
    result = found(plain.assign(epc_score_kwh_per_m2=[-20.0, 30.0]), heat)
    assert (result.factor_space == 1).all()
    assert result.remarks == []


# -------------------------------------------------------------------------------------------------------------- the linear update


def dense(scheme, readings, totals):
    """The same posterior by one large covariance, nothing eliminated: mean, covariance over (g, e)."""
    shared, count = len(scheme.shared_variance), len(scheme.own_variance)
    prior = np.diag(np.concatenate([scheme.shared_variance, scheme.own_variance]))

    def on_shared(rows, place):
        line = np.zeros(shared)
        line[: scheme.theta] = rows.theta[place]
        line[scheme.theta + scheme.street[place]] += rows.street[place]
        return line

    lines, values, noises = [], [], []
    for reading in readings:
        for place in np.flatnonzero(reading.precision > 0):
            own = np.zeros(count)
            own[place] = reading.own[place]
            lines.append(np.concatenate([on_shared(reading.rows, place), own]))
            values.append(reading.value[place])
            noises.append(1 / reading.precision[place])
    weights = np.zeros((len(totals.value) + 1, count))
    for column in range(totals.of.shape[1]):
        weights[totals.of[:, column], np.arange(count)] += totals.weight[:, column]
    lines += list(np.hstack([totals.shared, weights[:-1]]))
    noise = np.zeros((len(lines), len(lines)))
    noise[range(len(noises)), range(len(noises))] = noises
    noise[len(noises) :, len(noises) :] = totals.noise
    matrix, value = np.array(lines), np.array([*values, *totals.value])
    gain = prior @ matrix.T @ np.linalg.inv(matrix @ prior @ matrix.T + noise)
    return gain @ value, prior - gain @ matrix @ prior, on_shared


def random_case(seed: int):
    rng = np.random.default_rng(seed)
    count, streets, theta, number = 9, 3, 2, 4
    street = np.sort(rng.integers(0, streets, count))
    scheme = Scheme(rng.uniform(0.01, 0.1, theta + streets), rng.uniform(0.05, 0.3, count), street, theta)
    readings = [
        Reading(
            Rows(rng.normal(size=(count, theta)), rng.uniform(0, 1, count)), rng.uniform(0.2, 1, count), rng.normal(0, 0.3, count),
            rng.uniform(10, 100, count) * (rng.random(count) < chance),
        )
        for chance in (0.4, 0.3)
    ]  # fmt: skip
    # two streets, one of them in two years, and a sector over all of them: every building may be in three totals
    of = np.column_stack([np.where(street < 2, street, number), np.where(street == 0, 2, number), np.full(count, 3)])
    weight = rng.uniform(0, 0.4, of.shape) * (of < number)
    noise = rng.normal(size=(number, number)) * 0.02
    shared = rng.normal(size=(number, theta + streets))
    totals = Totals(of, weight, shared, rng.normal(0, 0.3, number), noise @ noise.T + 0.001 * np.eye(number))
    return scheme, readings, totals, rng


@pytest.mark.parametrize("seed", range(4))
def test_overlapping_totals_and_readings_are_one_joint_gaussian(seed):
    scheme, readings, totals, rng = random_case(seed)
    result = belief(scheme, readings, totals)
    mean, covariance, on_shared = dense(scheme, readings, totals)
    shared = len(scheme.shared_variance)
    np.testing.assert_allclose(result.mean, mean[:shared], atol=1e-10)
    np.testing.assert_allclose(result.covariance, covariance[:shared, :shared], atol=1e-10)
    np.testing.assert_allclose(result.own, mean[shared:], atol=1e-10)
    count = len(scheme.street)
    one, other = (Rows(rng.normal(size=(count, scheme.theta)), rng.uniform(0, 1, count)) for _ in range(2))
    found_covariance, found_variance = result.covariances([(one, other), (one, one)])
    left, right = (
        np.array([[*on_shared(rows, place), *np.eye(count)[place]] for place in range(count)]) for rows in (one, other)
    )
    np.testing.assert_allclose(found_covariance, np.diag(left @ covariance @ right.T), atol=1e-10)
    np.testing.assert_allclose(found_variance, np.diag(left @ covariance @ left.T), atol=1e-10)
    weights = np.zeros((len(totals.value) + 1, count))
    for column in range(totals.of.shape[1]):
        weights[totals.of[:, column], np.arange(count)] += totals.weight[:, column]
    matrix = np.hstack([totals.shared, weights[:-1]])
    np.testing.assert_allclose(result.total_covariance, matrix @ covariance @ matrix.T, atol=1e-9)


# -------------------------------------------------------------------------------------------------------------------- properties


def test_nothing_metered_changes_nothing():
    buildings, heat = stock(house("a"), ("s", "A", "school", 0, 5e4, 120.0, NAT), water=1_000.0)
    result = found(buildings, heat)
    assert (result.factor_space == 1).all()
    assert (result.factor_water == 1).all()
    total = heat["space_heat_kwh"] + heat["hot_water_kwh"]
    pd.testing.assert_series_equal(result.low * total, heat["heat_low_kwh"], check_names=False)
    pd.testing.assert_series_equal(result.high * total, heat["heat_high_kwh"], check_names=False)
    assert result.remarks == []
    assert len(tables.check(tables.CALIBRATION, result.table)) == 0
    assert not result.calibrated.any()


def test_no_buildings_at_all():
    buildings, heat = stock(house("a"))
    result = found(buildings.iloc[:0], heat.iloc[:0], meters(("street", "A", 2019, 9_000, 1)))
    assert len(result.factor_space) == 0
    assert not result.table["used"].any()


def mixed_street():
    rows = [house(f"h{number}", "AB"[number % 2], 8_000 + 900 * number, 80 + 25 * number) for number in range(8)]
    return stock(
        *rows, ("f", "B", "residential", 6, 30_000, 150, NAT), ("s", "A", "school", 0, 5e4, 120, NAT), water=1_500.0
    )


@settings(max_examples=12, deadline=None)
@given(
    ratio=st.floats(0.4, 2.5), street_ratio=st.floats(0.6, 1.6), building=st.sampled_from(["h0", "h5", "f", "s"]), with_street=st.booleans()
)  # fmt: skip
def test_a_meter_of_its_own_never_widens_the_band(ratio, street_ratio, building, with_street):
    buildings, heat = mixed_street()
    expected = heat["space_heat_kwh"] + heat["hot_water_kwh"]
    total = (
        meters(("street", "B", 2019, expected[buildings["street"] == "B"].sum() * street_ratio, 10))
        if with_street
        else None
    )
    without = found(buildings, heat, total)
    reading = pd.Series(NAT, index=buildings.index)
    reading[building] = expected[building] * ratio
    with_meter = found(buildings.assign(metered_gas_kwh=reading), heat, total)
    assert width(with_meter)[building] < width(without)[building]
    assert with_meter.factor_space[building] == pytest.approx(ratio, rel=0.35)


def test_totals_are_reproduced_better_than_before():
    world, held_out, parameters = synthetic(3, streets=30, dwellings=900)
    table = calibrated(world, street_meters(world, sorted(set(world.buildings["street"]) - held_out)), parameters).table
    before, after = ((table[name] / table["metered_kwh"] - 1).abs() for name in ("prior_kwh", "posterior_kwh"))
    assert after.mean() < 0.2 * before.mean()
    assert (table["posterior_low_kwh"] < table["posterior_high_kwh"]).all()
    tables.check(tables.CALIBRATION, table)


def test_the_order_of_rows_does_not_matter():
    buildings, heat = mixed_street()
    given_rows = meters(
        ("street", "A", 2019, 52_000, 4), ("street", "B", 2024, 81_000, 9), ("street", "A", 2024, 44_000, 4),
        ("building", "h3", 2024, 9_000, 1), ("municipality", "K", 2024, 900_000, 80),
    )  # fmt: skip
    result = found(buildings, heat, given_rows)
    turned = found(buildings.iloc[::-1], heat.iloc[::-1], given_rows.iloc[::-1])
    pd.testing.assert_series_equal(
        result.factor_space, turned.factor_space.reindex(result.factor_space.index), rtol=1e-9
    )
    pd.testing.assert_series_equal(result.low, turned.low.reindex(result.low.index), rtol=1e-9)
    keys = ["level", "name", "year"]
    pd.testing.assert_frame_equal(
        result.table.sort_values(keys).reset_index(drop=True), turned.table.sort_values(keys).reset_index(drop=True)
    )


def test_the_same_homes_twice_are_not_counted_twice():
    """A street that is the whole sector: the second total adds nothing but a second reading of the same year."""
    buildings, heat = stock(*(house(f"h{number}") for number in range(12)))
    once = found(buildings, heat, meters(("street", "A", 2024, 130_000, 9)))
    twice = found(buildings, heat, meters(("street", "A", 2024, 130_000, 9), ("sector", "S", 2024, 130_000, 9)))
    assert twice.factor_space.iloc[0] == pytest.approx(once.factor_space.iloc[0], abs=0.004)
    assert width(twice).iloc[0] == pytest.approx(width(once).iloc[0], rel=0.005)
    # a meter inside the street: the others take what is left
    high = found(buildings, heat, meters(("street", "A", 2024, 130_000, 12), ("building", "h0", 2024, 30_000, 1)))
    low = found(buildings, heat, meters(("street", "A", 2024, 130_000, 12), ("building", "h0", 2024, 5_000, 1)))
    assert high.factor_space["h1"] < low.factor_space["h1"]
    assert high.table.set_index("level").loc["street", "posterior_kwh"] == pytest.approx(
        low.table.set_index("level").loc["street", "posterior_kwh"], rel=0.05
    )


def test_few_connections_and_homes_elsewhere_move_the_model_less():
    buildings, heat = stock(*(house(f"h{number}", "ABC"[number % 3]) for number in range(30)))
    factors = [
        found(buildings, heat, meters(("sector", "S", 2024, 1.3 * 10_000 * WARM * count, count))).factor_space.iloc[0]
        for count in (3, 30)
    ]
    assert 1 < factors[0] < factors[1] < 1.3
    wide = found(buildings, heat, meters(("municipality", "K", 2024, 1.3 * 10_000 * WARM * 5_000, 5_000)))
    assert 1.1 < wide.factor_space.iloc[0] < factors[1]
    assert "count more connections than this area has dwellings" in said(wide)


def test_streets_that_mix_types_tell_the_exponent_and_a_sector_does_not():
    world, held_out, parameters = synthetic(1, streets=60, dwellings=1_800)
    streets = calibrated(world, street_meters(world, sorted(set(world.buildings["street"]) - held_out)), parameters)
    assert streets.figures.loc["exponent", "posterior_sigma"] < 0.7 * 0.12
    assert "identify the exponent in part" in said(streets)
    total = meters(("sector", "S", 2024, float(world.gas_kwh.sum()), float(world.on_gas.sum())))
    sector = calibrated(world, total, parameters)
    assert sector.figures.loc["exponent", "posterior_sigma"] > 0.9 * 0.12
    assert "not identified by these totals" in said(sector)
    assert "not a measurement of that building" in said(sector)


def test_sectors_in_the_statistics_are_added_and_their_latest_year_counts():
    buildings, heat = stock(*(house(f"h{number}") for number in range(20)))
    rows = [
        ("S1", 2019, "gas_kwh", 999.0, "MWh"), ("S1", 2019, "gas_connections", 10.0, ""),
        ("S1", 2024, "gas_kwh", 80.0, "MWh"), ("S1", 2024, "gas_connections", 9.0, ""), ("S2", 2024, "gas_kwh", 60_000.0, "kWh"),
        ("S2", 2024, "gas_connections", 6.0, ""), ("S2", 2024, "epc_label_a", 3.0, ""),
    ]  # fmt: skip
    statistics = pd.DataFrame(rows, columns=["sector", "year", "quantity", "value", "unit"]).assign(source="test")
    result = found(buildings, heat, statistics=statistics)
    row = result.table.iloc[0]
    assert (row["name"], row["year"], row["connections"], row["buildings"]) == ("S1, S2", 2024, 15.0, 20)
    assert row["prior_kwh"] == pytest.approx(150_000)
    assert result.calibrated.all()
    bare = statistics[~statistics["quantity"].eq("gas_connections")]
    unused = found(buildings, heat, statistics=bare)
    assert (unused.factor_space == 1).all()
    assert "number of connections (gas_connections)" in said(unused)


# --------------------------------------------------------------------------------------------------------------- synthetic truth


def test_streets_without_a_meter_and_intervals_on_synthetic_truth():
    world, held_out, parameters = synthetic(1, streets=150, dwellings=4_500)
    known = street_meters(world, sorted(set(world.buildings["street"]) - held_out))
    errors = judged(world, calibrated(world, known, parameters), held_out)
    assert errors["street_error"] < 0.10
    assert errors["street_error_before"] > 0.12
    assert 0.75 < errors["coverage_80"] < 0.85
    assert errors["total_error"] < 0.02
    # the exponent moved from the prior, -0.55, towards the truth, -0.43
    assert -0.50 < errors["exponent"] < -0.38


def test_hot_water_is_not_read_from_differences_between_streets():
    """Households and streets that differ must not pull hot water: only the change with type can tell it, and hardly does."""
    truth = Truth(multiplier_factor=1.0, exponent_shift=0.0, hot_water_factor=1.0)
    world, held_out, parameters = synthetic(2, streets=150, dwellings=4_500, truth=truth)
    figures = calibrated(
        world, street_meters(world, sorted(set(world.buildings["street"]) - held_out)), parameters
    ).figures
    assert figures.loc["hot_water", "posterior"] == pytest.approx(1.0, abs=0.1)
    assert figures.loc["level", "posterior"] == pytest.approx(0.425, rel=0.05)


# ---------------------------------------------------------------------------------------------------------------------- refusals


def test_streets_in_the_wrong_unit_are_refused():
    buildings, heat = stock(house("a"), house("b", "B"), house("c", "C"))
    with pytest.raises(
        DataError, match=r"gas_kwh of 3 streets \(A, B, C\): 0.001 times the model, expected 0.3 to 3; .* look like MWh"
    ):
        found(
            buildings,
            heat,
            meters(("street", "A", 2030, 10, 1), ("street", "B", 2030, 10, 1), ("street", "C", 2030, 10, 1)),
        )


def test_a_sector_in_the_wrong_unit_is_refused():
    buildings, heat = stock(house("a"))
    with pytest.raises(
        DataError, match=r"gas of 2024: 12,000 kWh on 1,000 connections: .* expected 0.3 to 3; the values look like MWh"
    ):
        found(buildings, heat, meters(("sector", "S", 2024, 12_000, 1_000)))


def test_meters_of_buildings_in_the_wrong_unit_are_refused():
    buildings, heat = stock(*(house(key) for key in "abcd"))
    with pytest.raises(
        DataError, match=r"metered_gas_kwh of 4 buildings \(a, b, c, \.\.\.\).*look like MWh where kWh is expected"
    ):
        found(buildings.assign(metered_gas_kwh=11.6), heat)


def test_gas_in_an_unknown_unit_is_refused():
    buildings, heat = stock(house("a"))
    statistics = pd.DataFrame(
        {"sector": ["S"], "year": [2024], "quantity": ["gas_kwh"], "value": [9.0], "unit": ["m3"], "source": ["t"]}
    )
    with pytest.raises(DataError, match=r"gas of the sectors is in m3; expected one of kWh, MWh, GWh"):
        found(buildings, heat, statistics=statistics)


def test_an_empty_house_is_said_not_used():
    buildings, heat = stock(*(house(key, key.upper()) for key in "abc"))
    result = found(buildings.assign(metered_gas_kwh=[100.0, 10_000.0, 10_500.0]), heat)
    assert result.own_meter.tolist() == [False, True, True]
    assert "1 metered uses lie outside" in said(result)
    assert result.table.set_index("name")["used"].to_dict() == {"a": False, "b": True, "c": True}


def test_an_odd_street_and_one_without_homes_are_said_not_used():
    buildings, heat = stock(*(house(f"h{number}", "ABC"[number % 3]) for number in range(12)))
    good = [("street", "A", 2024, 33_000, 4), ("street", "B", 2024, 35_000, 4)]
    without = found(buildings, heat, meters(*good))
    result = found(buildings, heat, meters(*good, ("street", "C", 2024, 400_000, 4), ("street", "Z", 2024, 9_000, 1)))
    assert result.table.set_index("name")["used"].to_dict() == {"A": True, "B": True, "C": False, "Z": False}
    assert "1 street totals lie outside 0.3 to 3 times the model and were not used (C)" in said(result)
    assert "no heated dwellings of this area are in them (Z)" in said(result)
    np.testing.assert_allclose(result.factor_space, without.factor_space, rtol=1e-4)
    assert not result.calibrated[buildings["street"] == "C"].any()
