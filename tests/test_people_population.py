"""The weighted population: proportional fitting, margins, use, the tilt over the incomes and drawn households."""

from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import krekelwijk
from koppelkans.errors import DataError, OutOfRangeError
from koppelkans.parameters import read_parameters
from koppelkans.people import expand, flemish_cells, place_cells, with_gradient
from koppelkans.people.ipf import Target, fitted
from koppelkans.people.population import FLEMISH_HEADING, Margin, flemish_margins, income_category

DAY = date(2026, 11, 1)
PUBLISHED = pd.read_csv(Path(__file__).parent / "published" / "population.csv").set_index(["figure", "scope"])
USES = ["electricity_kwh", "gas_kwh", "heat_kwh", "oil_kwh"]


@cache
def flanders() -> pd.DataFrame:
    cells, _ = flemish_cells(parameters=read_parameters(), day=DAY)
    return cells


def in_krekelwijk(*margins: Margin, heat_per_m2: float = 100.0):
    buildings = krekelwijk.buildings()
    demand = pd.DataFrame({"heat_kwh": buildings["floor_area_m2"] * heat_per_m2})
    return place_cells(buildings, demand, grid_area="antwerpen", parameters=read_parameters(), day=DAY, margins=margins)


def by(cells: pd.DataFrame, *columns: str) -> pd.Series:
    return cells["weight"].groupby([cells[name] for name in columns]).sum()


def mean_use(cells: pd.DataFrame, use: str) -> float:
    return float((cells["weight"] * cells[use]).sum() / cells["weight"].sum())


# --------------------------------------------------------------------------------------------------------------------- fitting


def test_two_by_two_by_hand():
    # odds ratio 4 of the seed stays; rows 0.5, 0.5 and columns 0.5, 0.5 give a / (0.5 - a) = 2, so a = 1/3
    seed = np.array([[4.0, 1.0], [1.0, 1.0]])
    half = np.array([0.5, 0.5])
    found = fitted(seed, [Target("rows", (0,), half), Target("columns", (1,), half)])
    assert found.table == pytest.approx(np.array([[1 / 3, 1 / 6], [1 / 6, 1 / 3]]), abs=1e-12)
    assert found.residual <= 1e-12


def test_a_target_over_two_axes_in_either_order():
    totals = np.array([[1.0, 2.0], [3.0, 4.0]])
    seed = np.ones((2, 3, 2))
    one = fitted(seed, [Target("pair", (0, 2), totals)]).table
    other = fitted(seed, [Target("pair", (2, 0), totals.T)]).table
    assert one.sum(axis=1) == pytest.approx(totals)
    assert np.array_equal(one, other)


positive = st.floats(0.05, 1.0)


@settings(max_examples=25, deadline=None)
@given(
    seed=arrays(float, (3, 2, 4), elements=positive), hidden=arrays(float, (3, 2, 4), elements=positive), order=st.permutations(range(3)),
)  # fmt: skip
def test_margins_that_some_table_has_are_met_in_any_order(seed, hidden, order):
    targets = [
        Target("first", (0,), hidden.sum(axis=(1, 2))),
        Target("pair", (1, 2), hidden.sum(axis=0)),
        Target("other pair", (0, 2), hidden.sum(axis=1)),
    ]
    found = fitted(seed, targets)
    for target, axis in zip(targets, [(1, 2), 0, 1], strict=True):
        assert found.table.sum(axis=axis) == pytest.approx(target.totals, abs=1e-9 * hidden.sum())
    assert (found.table > 0).all()
    assert np.array_equal(found.table, fitted(seed, [targets[place] for place in order]).table)


def test_totals_that_differ_are_refused_with_the_difference():
    targets = [Target("tenure", (0,), np.array([600.0, 420.0])), Target("heating", (1,), np.array([500.0, 498.0]))]
    with pytest.raises(DataError, match=r"margin tenure sums to 1020 and margin heating to 998: 22 apart"):
        fitted(np.ones((2, 2)), targets)


def test_every_clash_is_told_at_once():
    targets = [
        Target("pair", (0, 1), np.array([[0.3, 0.3], [0.2, 0.2]])),
        Target("rows", (0,), np.array([0.5, 0.5])),
        Target("columns", (1,), np.array([1.0, 0.0])),
    ]
    seed = np.array([[0.0, 1.0], [0.0, 1.0]])
    with pytest.raises(DataError) as refusal:
        fitted(seed, targets)
    text = str(refusal.value)
    assert "rows and pair differ by up to 0.1" in text or "pair and rows differ by up to 0.1" in text
    assert "differ by up to 0.5" in text
    assert "margin columns asks 1 where the prior table is empty" in text


def test_pairs_that_agree_but_clash_together_are_refused():
    same, crossed = np.diag([0.5, 0.5]), np.array([[0.0, 0.5], [0.5, 0.0]])
    targets = [Target("ab", (0, 1), same), Target("bc", (1, 2), same), Target("ac", (0, 2), crossed)]
    with pytest.raises(DataError, match="each pair can be met, all together cannot"):
        fitted(np.ones((2, 2, 2)), targets)


# -------------------------------------------------------------------------------------------------------------------- Flanders


def test_flemish_margins_hold():
    cells = flanders()
    assert cells["weight"].sum() == pytest.approx(2_950_000, rel=1e-12)
    assert (cells["weight"] > 0).all()
    for margin in flemish_margins(read_parameters(), DAY):
        if "size" in margin.attributes:
            continue  # persons stand for it, see below
        shares = by(cells, *margin.attributes) / cells["weight"].sum()
        assert shares.to_dict() == pytest.approx(margin.shares.to_dict(), abs=1e-9), margin.name
    sizes = by(cells, "persons") / cells["weight"].sum()
    assert sizes.tolist() == pytest.approx([0.33, 0.33, 0.15, 0.19], abs=1e-9)


def test_the_prior_association_outlives_the_fit():
    cells = flanders()
    protected = (cells["weight"] * cells["vulnerable"]).groupby(cells["quartile"]).sum() / by(cells, "quartile")
    owners = by(cells, "quartile", "tenure").unstack()["owner"]
    assert protected.is_monotonic_decreasing
    assert owners.is_monotonic_increasing


def test_quartile_factors_hold_exactly_among_gas_homes():
    gas = flanders()[flanders()["heating"] == "gas"]
    poorest = gas[gas["quartile"] == 1]
    assert mean_use(poorest, "electricity_kwh") == pytest.approx(0.75 * 3_000)
    assert mean_use(poorest, "gas_kwh") == pytest.approx(0.85 * 14_000)
    # 14,000 x 0.92 / 3.2 x 1.15 for the heat pump, 1.3 x 3,000 for the rest
    pumps = flanders()[(flanders()["heating"] == "heat_pump") & (flanders()["quartile"] == 4)]
    assert mean_use(pumps, "electricity_kwh") == pytest.approx(3_900 + 1.15 * 14_000 * 0.92 / 3.2)


def test_each_home_buys_its_own_carrier():
    cells = flanders()
    assert (cells["gas_kwh"] > 0).equals(cells["has_gas"])
    assert (cells["oil_kwh"] > 0).equals(cells["heating"] == "oil")
    assert (cells["heat_kwh"] > 0).equals(cells["heating"] == "heat_network")


def test_missing_joint_distribution_is_said():
    _, remarks = flemish_cells(parameters=read_parameters(), day=DAY)
    warned = [row for row in remarks if row["level"] == "warning"]
    assert any("niet gepubliceerd" in row["text"] for row in warned)
    assert any("inkomenscategorie 4" in row["text"] for row in remarks)
    assert any("2,01 miljoen gezinnen verwarmen met gas" in row["text"] for row in remarks)


# --------------------------------------------------------------------------------------------------------------------- a place


def test_a_shipped_place_gets_the_flemish_shares_and_says_so():
    cells, remarks = in_krekelwijk()
    assert cells.attrs["heading"] == FLEMISH_HEADING == "Vlaamse gemiddelde bevolking, niet dit gebied"
    assert remarks[0]["level"] == "warning"
    assert remarks[0]["text"].startswith(FLEMISH_HEADING)
    assert cells["weight"].sum() == pytest.approx(17)
    assert set(cells["area"]) == {"antwerpen"}
    assert (by(cells, "tenure") / 17).to_dict() == pytest.approx(
        {"owner": 0.71, "private_tenant": 0.24, "social_tenant": 0.05}, abs=1e-9
    )


def useful_heat_kwh(cells: pd.DataFrame) -> float:
    """Heat by its carriers; where the meter does not show it, the mean of the gas homes of the same quartile."""
    parameters = read_parameters()
    boiler = parameters.at("heat.boiler.efficiency_share", DAY)
    gas = cells[cells["has_gas"]]
    per_gas_home = boiler * (gas["weight"] * gas["gas_kwh"]).groupby(gas["quartile"]).sum() / by(gas, "quartile")
    burnt = cells["oil_kwh"] * parameters.at("population.use.boiler_efficiency_share", DAY, "oil")
    shown = cells["gas_kwh"] * boiler + burnt + cells["heat_kwh"]
    hidden = {"heat_pump": 1.0, "other": 1.0, "electric": parameters.at("population.use.electric_heat_share", DAY)}
    heat = shown + cells["heating"].map(hidden).fillna(0.0) * cells["quartile"].map(per_gas_home)
    return float((cells["weight"] * heat).sum())


def test_heat_of_a_place_is_its_own():
    cells, _ = in_krekelwijk(heat_per_m2=100.0)
    buildings = krekelwijk.buildings()
    own_kwh = 100.0 * buildings.loc[buildings["dwellings"] > 0, "floor_area_m2"].sum()
    assert useful_heat_kwh(cells) == pytest.approx(own_kwh, rel=1e-9)
    double, _ = in_krekelwijk(heat_per_m2=200.0)
    assert mean_use(double, "gas_kwh") == pytest.approx(2 * mean_use(cells, "gas_kwh"))


def test_given_margins_are_met_and_the_rest_follows():
    tenure = Margin("statuut", ("tenure",), pd.Series({"owner": 0.2, "private_tenant": 0.2, "social_tenant": 0.6}))
    heating = Margin("verwarming", ("heating",), pd.Series({"gas": 0.9, "heat_network": 0.1}))
    cells, remarks = in_krekelwijk(tenure, heating)
    assert (by(cells, "tenure") / 17).to_dict() == pytest.approx(tenure.shares.to_dict(), abs=1e-9)
    assert (by(cells, "heating") / 17).to_dict() == pytest.approx(heating.shares.to_dict(), abs=1e-9)
    assert by(cells, "quartile")[1] / 17 > 0.4  # social tenants are poorer, so the place is
    assert cells.attrs["heading"] != FLEMISH_HEADING
    assert "statuut, verwarming" in remarks[0]["text"]
    turned, _ = in_krekelwijk(heating, tenure)
    pd.testing.assert_frame_equal(turned, cells)


def test_a_place_without_dwellings_has_no_cells_and_says_so():
    buildings = krekelwijk.buildings().assign(dwellings=0)
    demand = pd.DataFrame({"heat_kwh": buildings["floor_area_m2"]})
    cells, remarks = place_cells(buildings, demand, grid_area="west", parameters=read_parameters(), day=DAY)
    assert cells.empty
    assert remarks[0]["level"] == "warning"


def test_margins_that_clash_are_refused_with_what_and_by_how_much():
    pair = pd.Series({("owner", True): 0.3, ("owner", False): 0.4, ("social_tenant", False): 0.3})
    margins = [
        Margin("tenure by protection", ("tenure", "vulnerable"), pair),
        Margin("tenure", ("tenure",), pd.Series({"owner": 0.6, "social_tenant": 0.4})),
    ]
    with pytest.raises(
        DataError, match=r"margins tenure and tenure by protection differ by up to 0\.1 on the classes that they share"
    ):
        in_krekelwijk(*margins)


def test_a_margin_that_is_not_in_order_is_refused():
    margins = [
        Margin("tenure", ("tenure",), pd.Series({"owner": 0.6, "squatter": 0.3})),
        Margin("colour", ("colour",), pd.Series({"red": 1.0})),
    ]
    with pytest.raises(DataError) as refusal:
        in_krekelwijk(*margins)
    text = str(refusal.value)
    assert "class squatter is not known; known: owner, private_tenant, social_tenant" in text
    assert "margin tenure sums to 0.9, expected 1: 0.1 too little" in text
    assert "attribute colour is not known" in text


# ------------------------------------------------------------------------------------------------------------------- incomes


def test_the_poorest_quartile_is_the_lowest_income_category():
    assert income_category(pd.Series([1, 2, 3, 4])).tolist() == [4, 3, 2, 1]
    with pytest.raises(DataError, match=r"1 quartiles are 5 .*expected 1 to 4"):
        income_category(pd.Series([5], index=["q5"]))


@settings(max_examples=10, deadline=None)
@given(gradient=st.floats(-0.9, 0.9))
def test_the_tilt_keeps_the_totals_of_every_area(gradient):
    cells, tilted = flanders(), with_gradient(flanders(), gradient)
    weight = cells["weight"]
    for use in USES:
        before = (weight * cells[use]).groupby(cells["area"]).sum()
        after = (weight * tilted[use]).groupby(tilted["area"]).sum()
        assert after.to_numpy() == pytest.approx(before.to_numpy(), rel=1e-12)
    assert tilted.attrs == cells.attrs


def test_a_positive_tilt_moves_use_to_the_rich():
    cells, tilted = flanders(), with_gradient(flanders(), 0.2)
    ratio = (tilted["gas_kwh"] / cells["gas_kwh"])[cells["has_gas"]].groupby(cells["quartile"]).mean()
    assert ratio[4] / ratio[1] == pytest.approx(1.2 / 0.8)
    pd.testing.assert_frame_equal(with_gradient(cells, 0.0), cells)
    with pytest.raises(OutOfRangeError, match="gradient 1 is outside -1 to 1"):
        with_gradient(cells, 1.0)


# ---------------------------------------------------------------------------------------------------------- drawn households


def drawn(cells: pd.DataFrame, count: int, seed: int = 7):
    return expand(cells, count, seed=seed, parameters=read_parameters(), day=DAY)


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), count=st.integers(4_608, 30_000))
def test_drawn_households_keep_the_totals_of_every_cell(seed, count):
    cells, found = flanders(), drawn(flanders(), count, seed)
    assert len(found.weight) == count
    assert np.bincount(found.cell, weights=found.weight) == pytest.approx(cells["weight"].to_numpy(), rel=1e-9)
    for use in [*USES, "peak_kw"]:
        total = np.bincount(found.cell, weights=found.weight * getattr(found, use))
        assert total == pytest.approx((cells["weight"] * cells[use]).to_numpy(), rel=1e-9)


def test_draws_do_not_depend_on_the_order_of_the_rows():
    cells = flanders()
    turned = cells.iloc[::-1]
    one, other = drawn(cells, 20_000), drawn(turned, 20_000)
    assert np.array_equal(one.gas_kwh, other.gas_kwh)
    assert (cells.index[one.cell] == turned.index[other.cell]).all()


def test_draws_repeat_and_spread():
    one, again, other = drawn(flanders(), 100_000), drawn(flanders(), 100_000), drawn(flanders(), 100_000, seed=8)
    assert np.array_equal(one.electricity_kwh, again.electricity_kwh)
    assert not np.array_equal(one.electricity_kwh, other.electricity_kwh)
    large = (one.gas_kwh > 0) & (np.bincount(one.cell)[one.cell] > 50)
    inside = np.log(one.gas_kwh[large] / flanders()["gas_kwh"].to_numpy()[one.cell[large]])
    assert inside.std() == pytest.approx(0.43, abs=0.01)


def test_too_few_households_are_refused():
    with pytest.raises(OutOfRangeError, match="100 households cannot stand for 4608 cells; ask for at least 4608"):
        drawn(flanders(), 100)


# ------------------------------------------------------------------------------------------------------------------- published

GAS_UP_EUR, POWER_DOWN_EUR, WITH_VAT = 0.0185, 0.0466, 1.06
"""Rates of the published shift to a ratio of 2 in calm prices: the population is held against what they do to it."""


@cache
def losses() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    found = drawn(flanders(), 400_000)
    loss = WITH_VAT * (GAS_UP_EUR * found.gas_kwh - POWER_DOWN_EUR * found.electricity_kwh)
    return loss, found.weight, flanders()["quartile"].to_numpy()[found.cell] == 1


def mean_loss(scope: str) -> float:
    heating, quartile = scope.split(".q")
    cells = flanders()[(flanders()["heating"] == heating) & (flanders()["quartile"] == int(quartile))]
    return WITH_VAT * (GAS_UP_EUR * mean_use(cells, "gas_kwh") - POWER_DOWN_EUR * mean_use(cells, "electricity_kwh"))


def computed(figure: str, scope: str) -> float:
    cells = flanders()
    total = cells["weight"].sum()
    loss, weight, poorest = losses()
    simple = {
        "electricity": lambda: mean_use(cells, "electricity_kwh") * total / 1e9,
        "gas": lambda: mean_use(cells, "gas_kwh") * total / 1e9,
        "loser_share": lambda: weight[loss > 0].sum() / weight.sum(),
        "losing_quartile_1_share": lambda: weight[(loss > 0) & poorest].sum() / weight[poorest].sum(),
        "worst_twentieth_quartile_1": lambda: np.quantile(loss[poorest], 0.95),
        "mean_loss": lambda: mean_loss(scope),
        "heating_share": lambda: by(cells, "heating")[scope] / total,
        "owner_share": lambda: by(cells, "tenure")["owner"] / total,
        "owner_quartile_1_share": lambda: by(cells, "quartile", "tenure")[(1, "owner")] / by(cells, "quartile")[1],
        "households": lambda: total,
        "mean_persons": lambda: mean_use(cells, "persons"),
        "gas_per_gas_home": lambda: mean_use(cells[cells["has_gas"]], "gas_kwh"),
        "social_tariff_share": lambda: mean_use(cells, "vulnerable"),
    }
    return float(simple[figure]())


@pytest.mark.parametrize(("figure", "scope"), PUBLISHED.index)
def test_population_against_published(figure, scope):
    row = PUBLISHED.loc[(figure, scope)]
    assert computed(figure, scope) == pytest.approx(row["published"], abs=row["tolerance"]), row["tolerance_reason"]
