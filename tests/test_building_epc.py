"""Energy labels: the worked table, borders, chances of a stock, migration, obligations, refusals."""

import sys
from datetime import date
from itertools import pairwise
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import krekelwijk
from koppelkans import tables
from koppelkans.building.envelopes import envelopes, surfaces
from koppelkans.building.epc import NetworkHeat, below_a_share, energy_labels, epc_terms, obligations
from koppelkans.building.epc.chances import Scores, chances, chances_up_to, joint_chances
from koppelkans.building.epc.rules import SYSTEMS, epc_rule, network_heat, system_numbers
from koppelkans.building.epc.score import label_of, need_of, terms_of
from koppelkans.building.epc.terms import HOMES, TITLES
from koppelkans.building.seasonal import season, seasonal_need
from koppelkans.building.typology import form_of, shells
from koppelkans.errors import DataError, OutOfRangeError, ParameterError
from koppelkans.parameters import read_parameters

DAY = date(2026, 11, 1)
ROOT = Path(__file__).parent.parent
LEVERS = pd.read_csv(ROOT / "tests/published/epc_levers.csv")
STOCK = pd.read_csv(ROOT / "tests/published/epc_stock.csv").set_index("figure")
SHARES = [f"{label.lower()}_share" for label in tables.EPC_LABELS]
AFTER = [f"after_{name}" for name in SHARES]
LAST_RUNG = 3


def rule(name="today", network=None, parameters=None):
    return epc_rule(name, network=network, parameters=parameters or read_parameters(), day=DAY)


def score(need, system="gas_boiler", under="today", network=None, parameters=None) -> float:
    number = system_numbers(pd.Series([system]))
    return float(terms_of(np.array([float(need)]), number, rule(under, network, parameters)).score[0])


def buildings(**changes):
    return krekelwijk.buildings().assign(**changes)


def the_demand(frame) -> pd.DataFrame:
    """A need of 200 kWh/m2 in every home, so that results can be worked out by hand."""
    area = 0.85 * frame["floor_area_m2"]
    return pd.DataFrame({"theoretical_space_heat_kwh": 200.0 * area, "reference_m2": area}, index=frame.index)


def ladder(frame, shares=(1.0, 0.8, 0.5, 0.3), fans_kwh_per_m2=0.0) -> pd.DataFrame:
    """Rungs that leave a share of the need."""
    need = the_demand(frame)["theoretical_space_heat_kwh"]
    area = 0.85 * frame["floor_area_m2"]
    rungs = [
        pd.DataFrame({"building": frame.index, "rung": rung, "need_kwh": share * need.to_numpy(), "electricity_kwh": fans_kwh_per_m2 * area.to_numpy() * (rung > 0)})
        for rung, share in enumerate(shares)
    ]  # fmt: skip
    return pd.concat(rungs, ignore_index=True)


def chosen(frame, solution="air_heat_pump", rung=0) -> pd.DataFrame:
    return pd.DataFrame({"solution": solution, "rung": rung}, index=frame.index)


def labels(solution="air_heat_pump", rung=0, network=None, parameters=None, fans=0.0, **changes):
    frame = buildings(**changes)
    return energy_labels(
        frame, the_demand(frame), ladder(frame, fans_kwh_per_m2=fans), chosen(frame, solution, rung),
        network=network, parameters=parameters or read_parameters(), day=DAY,
    )  # fmt: skip


def under(epc, name) -> pd.DataFrame:
    return epc[epc["rule"] == name].set_index("building")


# ------------------------------------------------------------------------------------------------------- the published tables


@pytest.fixture(scope="module")
def explained() -> dict[float, pd.DataFrame]:
    factors = [None, *sorted(LEVERS["network_primary_factor"].dropna().unique())]
    return {
        factor or 0.0: epc_terms(network=NetworkHeat(factor, 0.0) if factor else None, parameters=read_parameters(), day=DAY)
        for factor in factors
    }  # fmt: skip


@pytest.mark.parametrize("row", LEVERS.to_dict("records"), ids=lambda row: "-".join(str(row[name]) for name in ("form", "state", "system", "rule", "network_primary_factor")))  # fmt: skip
def test_the_worked_table_on_our_own_needs(explained, row):
    table = explained[0.0 if np.isnan(row["network_primary_factor"]) else row["network_primary_factor"]]
    home = HOMES[(row["form"], "1946_1970", row["state"])][1]
    match = table[
        (table["rule"] == row["rule"]) & (table["home_en"] == home) & (table["system_en"] == TITLES[row["system"]][1])
    ]
    assert len(match) == 1
    found = match.iloc[0]
    assert (round(found["score_kwh_per_m2"]), found["label"]) == (row["published_kwh_per_m2"], row["label"])


def test_terms_multiply_and_add_up_to_the_score(explained):
    for table in explained.values():
        useful = table["need_kwh_per_m2"] + table["distribution_kwh_per_m2"] + table["hot_water_kwh_per_m2"]
        score_by_terms = useful * table["expenditure"] * table["primary_factor"] + table["auxiliary_kwh_per_m2"]
        assert score_by_terms.to_numpy() == pytest.approx(table["score_kwh_per_m2"].to_numpy())
        assert len(table) == len(HOMES) * len(TITLES) * len(tables.EPC_RULES)


def theoretical(stock) -> pd.DataFrame:
    """Need of each building by the seasonal method, as the demand chapter gives it."""
    standard, known = season(read_parameters(), DAY), read_parameters()
    form = form_of(stock, small_to=known.at("building.small_apartment_dwellings", DAY))
    areas = surfaces(stock, shells(standard), form=form, window_part=known.at("building.window_part", DAY))
    share = known.at("building.reference_area_share", DAY)
    envelope = envelopes(stock, areas, shells(standard), form=form, state="existing", reference_share=share)
    return pd.DataFrame(
        {"theoretical_space_heat_kwh": seasonal_need(envelope, standard), "reference_m2": envelope.reference_m2},
        index=stock.index,
    )


def test_a_flemish_stock_has_the_published_mean_and_classes():
    sys.path.insert(0, str(ROOT / "benchmarks"))
    import fit_prebound

    stock = fit_prebound.stock()
    stock.index = pd.Index([f"h{number}" for number in range(len(stock))], name="building")
    heat = theoretical(stock)
    rungs = pd.DataFrame(
        {
            "building": stock.index,
            "rung": 0,
            "need_kwh": heat["theoretical_space_heat_kwh"].to_numpy(),
            "electricity_kwh": 0.0,
        }
    )
    epc, _, _ = energy_labels(
        stock, heat, rungs, chosen(stock, "gas_boiler"), network=None, parameters=read_parameters(), day=DAY
    )
    today, weight = under(epc, "today"), stock["weight"].to_numpy(float)
    deviation = read_parameters().at("epc.deviation", DAY, "typology")
    found = {
        "mean_score_kwh_per_m2": np.average(today["score_kwh_per_m2"], weights=weight) * np.exp(deviation**2 / 2),
        "worse_than_d_share": np.average(today["e_share"] + today["f_share"], weights=weight),
        "a_share": np.average(today["a_share"], weights=weight),
    }
    for figure, value in found.items():
        assert value == pytest.approx(STOCK.loc[figure, "published"], abs=STOCK.loc[figure, "tolerance"]), figure


# ----------------------------------------------------------------------------------------------------------------- cases by hand


def test_score_by_hand():
    # (100 + 5 + 15) x 1.07 x 1 + 2.5 x 2.5 = 134.65
    assert score(100) == pytest.approx(134.65)
    # 60 % of the heat at 0.37 electricity, 40 % at 1.07 gas: 120 x (0.222 x 2.5 + 0.428) + 6.25 = 124.21
    assert score(100, "hybrid_heat_pump") == pytest.approx(124.21)
    # 120 / 0.97 x 2 + 6.25 = 253.67
    assert score(100, "network_low") == pytest.approx(253.67, abs=0.005)


@pytest.mark.parametrize(
    ("value", "label"),
    [(-50, "A"), (100.0, "A"), (100.01, "B"), (200.0, "B"), (200.01, "C"), (300.0, "C"), (300.01, "D"), (400.0, "D"), (400.01, "E"), (500.0, "E"), (500.01, "F")],
)  # fmt: skip
def test_a_score_on_the_border_has_the_better_label(value, label):
    for name in ("today", "today_detailed_network", "electricity_1_9"):
        assert label_of([value], rule(name), 1.0)[0] == label  # gas may reach A


@pytest.mark.parametrize(
    ("need", "label"),
    [(70.0, "A"), (70.01, "B"), (160.0, "B"), (160.01, "C"), (255.0, "C"), (255.01, "D"), (350.0, "D"), (350.01, "E"), (440.0, "E"), (440.01, "F")],
)  # fmt: skip
def test_two_axes_give_the_efficiency_of_a_fossil_free_home(need, label):
    assert label_of([need], rule("two_axis"), 0.0)[0] == label
    assert label_of([need], rule("two_axis"), 0.01)[0] == ("B" if label == "A" else label)


def test_two_axes_look_at_the_need_alone():
    assert score(123, "gas_boiler", "two_axis") == score(123, "direct_electric", "two_axis") == 123.0


def test_the_borders_of_need_keep_the_letter_of_a_condensing_boiler():
    today, two_axis = rule(), rule("two_axis")
    implied = need_of(today.borders, system_numbers(pd.Series(["gas_boiler"] * 5)), today)
    assert np.abs(two_axis.borders - implied).max() < 5.0


def test_network_from_its_sources_by_hand():
    # 1000 delivered: 535 gas is half of the heat; (535 x 1 + 200 x 2.5) / 1000 = 1.035
    mixed = network_heat(1000.0, gas_kwh=535.0, electricity_kwh=200.0, parameters=read_parameters(), day=DAY)
    assert mixed.primary_factor == pytest.approx(1.035)
    assert mixed.fossil_share == pytest.approx(0.5)
    waste = network_heat(1000.0, gas_kwh=0.0, electricity_kwh=0.0, parameters=read_parameters(), day=DAY)
    assert (waste.primary_factor, waste.fossil_share) == (0.7, 0.0)  # the least value of the rule


def test_only_detailed_rules_take_the_factor_of_the_network():
    good = NetworkHeat(0.3, 0.0)
    assert score(100, "network_low", "today", good) == score(100, "network_low")
    assert score(100, "network_low", "electricity_1_9", good) > score(
        100, "network_low", "today_detailed_network", good
    )
    assert score(100, "network_low", "today_detailed_network") == score(100, "network_low")
    fossil = {
        name: rule(name, good).fossil_share(system_numbers(pd.Series(["network_low"])))[0] for name in tables.EPC_RULES
    }
    assert (fossil["two_axis"], fossil["today"]) == (0.0, 1.0)


def test_chances_of_one_home_by_hand():
    # median 200, ln-deviation 0.5: P(<= 100) = Phi(-1.386) = 0.0828; P(<= 300) = Phi(0.811) = 0.7913
    one = Scores(np.array([200.0]), np.zeros(1), np.array([0.5]), np.ones(1))
    up_to = chances_up_to(one, rule())
    assert up_to[0, [0, 1, 2]] == pytest.approx([0.0828, 0.5, 0.7913], abs=1e-4)
    assert chances(up_to)[0].sum() == pytest.approx(1.0)


def test_joint_chances_by_hand():
    # half A half B now, a fifth A after and the rest B: nobody goes from B to A
    now = np.array([[0.5, 1.0, 1.0, 1.0, 1.0, 1.0]])
    after = np.array([[0.2, 1.0, 1.0, 1.0, 1.0, 1.0]])
    joint = joint_chances(now, after)[0]
    assert joint[:2, :2] == pytest.approx(np.array([[0.2, 0.3], [0.0, 0.5]]))


def test_labels_now_are_the_gas_reference_with_pessimism():
    epc, _, _ = labels()
    assert len(epc) == 10 * len(tables.EPC_RULES)  # ten dwelling buildings; school and shed have no label
    assert set(epc["building"]) == set(buildings().index) - {"school", "shed"}
    p = read_parameters().at("epc.pessimism", DAY, "typology")
    assert under(epc, "today")["score_kwh_per_m2"].to_numpy() == pytest.approx((200 * p + 20) * 1.07 + 6.25)
    assert under(epc, "today")["after_score_kwh_per_m2"].to_numpy() == pytest.approx((200 * p + 20) * 0.37 * 2.5 + 6.25)
    assert under(epc, "two_axis")["score_kwh_per_m2"].to_numpy() == pytest.approx(200 * p)
    assert (under(epc, "two_axis")["a_share"] == 0.0).all()


def test_what_is_renovated_loses_its_pessimism():
    epc, _, _ = labels("gas_boiler", rung=2)
    p = read_parameters().at("epc.pessimism", DAY, "typology")
    official = 100 * (1 + (p - 1) * 0.5)  # half of the need is left, and half of the pessimism
    assert under(epc, "today")["after_score_kwh_per_m2"].to_numpy() == pytest.approx((official + 20) * 1.07 + 6.25)


def test_new_fans_count_under_primary_rules():
    without, _, _ = labels(rung=1)
    with_fans, _, _ = labels(rung=1, fans=2.0)
    more = with_fans["after_score_kwh_per_m2"] - without["after_score_kwh_per_m2"]
    assert more[with_fans["rule"] == "today"].to_numpy() == pytest.approx(2.0 * 2.5)
    assert more[with_fans["rule"] == "electricity_1_9"].to_numpy() == pytest.approx(2.0 * 1.9)
    assert more[with_fans["rule"] == "two_axis"].to_numpy() == pytest.approx(0.0)


def test_a_certificate_replaces_the_level_and_narrows_the_spread():
    epc, _, remarks = labels(epc_score_kwh_per_m2=[150.0] + [np.nan] * 11)
    today = under(epc, "today")
    assert today.loc["t1", "score_kwh_per_m2"] == pytest.approx(150.0)
    assert today.loc["t1", "b_share"] > 0.99
    assert today.loc["t2", SHARES].max() < 0.6
    assert any("1 gebouwen" in row["text"] for row in remarks)


def test_a_certificate_below_zero_is_an_a_before_and_after():
    epc, _, _ = labels(epc_score_kwh_per_m2=-20.0)
    today = under(epc, "today")
    assert today["score_kwh_per_m2"].to_numpy() == pytest.approx(-20.0)
    assert (today[["a_share", "after_a_share"]] > 0.999).all().all()


def test_known_u_values_narrow_the_spread():
    known, _, _ = labels(roof_w_per_m2k=1.0, wall_w_per_m2k=1.0, window_w_per_m2k=3.0, ground_w_per_m2k=1.0)
    p, deviation = (read_parameters().at(key, DAY, "audit") for key in ("epc.pessimism", "epc.deviation"))
    median = (200 * p + 20) * 1.07 + 6.25
    assert under(known, "today")["score_kwh_per_m2"].to_numpy() == pytest.approx(median)
    assert under(known, "today")["f_share"].iloc[0] == pytest.approx(
        1 - NormalDist().cdf(np.log(500 / median) / deviation)
    )


def test_the_default_factor_blocks_a_network_that_the_detailed_route_rewards():
    epc, _, remarks = labels("network_middle", rung=1, network=NetworkHeat(0.3, 0.0))
    worse = below_a_share(epc, "today").mean()
    assert worse > 0.99 > 0.7 > below_a_share(epc, "today_detailed_network").mean()
    assert (under(epc, "today")["after_score_kwh_per_m2"] > under(epc, "today")["score_kwh_per_m2"]).all()
    assert any("0,30" in row["text"] for row in remarks)


def test_order_of_rows_does_not_matter():
    frame = buildings()
    turned = frame.iloc[::-1]
    known = {"network": None, "parameters": read_parameters(), "day": DAY}
    one, first, _ = energy_labels(frame, the_demand(frame), ladder(frame), chosen(frame), **known)
    other, second, _ = energy_labels(turned, the_demand(frame), ladder(frame), chosen(frame), **known)
    pd.testing.assert_frame_equal(one.sort_index(), other.sort_index())
    pd.testing.assert_frame_equal(first, second)


def test_a_place_without_dwellings_has_empty_labels():
    frame = buildings().loc[["school", "shed"]]
    epc, migration, remarks = energy_labels(
        frame, the_demand(frame), ladder(frame), chosen(frame), network=None, parameters=read_parameters(), day=DAY
    )
    assert epc.empty
    assert migration["dwellings"].sum() == 0.0
    assert remarks == []
    assert below_a_share(epc, "today").empty


# ------------------------------------------------------------------------------------------------------------------- properties


needs = st.floats(0.0, 600.0)
systems = st.sampled_from(SYSTEMS)
rules = st.sampled_from(tables.EPC_RULES)


@settings(max_examples=40, deadline=None)
@given(one=needs, other=needs, system=systems, name=rules)
def test_more_need_never_gives_a_better_score_or_label(one, other, system, name):
    low, high = sorted((one, other))
    version = rule(name)
    fossil = version.fossil_share(system_numbers(pd.Series([system])))
    scores = [score(low, system, name), score(high, system, name)]
    assert scores[0] <= scores[1]
    first, second = label_of(scores, version, np.repeat(fossil, 2))
    assert first <= second


@settings(max_examples=25, deadline=None)
@given(need=needs, system=systems, factor=st.floats(1.0, 2.5), carrier=st.sampled_from(["electricity", "gas", "heat"]))
def test_a_lower_primary_factor_never_worsens(need, system, factor, carrier):
    known = read_parameters()
    key = f"epc.primary_factor.{carrier}"
    lowered = known.changed(key, since=date(2020, 1, 1), value=min(factor, known.at(key, DAY, "today")), scope="today")
    assert score(need, system, parameters=lowered) <= score(need, system) + 1e-9


@settings(max_examples=40, deadline=None)
@given(need=needs, one=st.floats(0, 1), other=st.floats(0, 1))
def test_two_axes_are_monotone_and_never_beat_the_efficiency(need, one, other):
    version = rule("two_axis")
    less, more = sorted((one, other))
    efficiency = label_of([need], version, 0.0)[0]
    first, second = label_of([need, need], version, [less, more])
    assert efficiency <= first <= second
    assert (first == "A") == (efficiency == "A" and less == 0.0)


@settings(max_examples=30, deadline=None)
@given(need=needs, system=systems)
def test_a_score_read_backwards_gives_the_need(need, system):
    number = system_numbers(pd.Series([system]))
    version = rule()
    assert need_of(terms_of(np.array([need]), number, version).score, number, version)[0] == pytest.approx(
        need, abs=1e-6
    )


@settings(max_examples=12, deadline=None)
@given(
    solution=st.sampled_from(tables.SOLUTIONS), rung=st.integers(0, LAST_RUNG),
    certificates=st.lists(st.one_of(st.none(), st.floats(-100.0, 900.0)), min_size=12, max_size=12), factor=st.floats(0.0, 2.5),
)  # fmt: skip
def test_chances_sum_to_one_and_migration_to_the_dwellings(solution, rung, certificates, factor):
    scores = np.array([np.nan if one is None else one for one in certificates])
    epc, migration, _ = labels(solution, rung, network=NetworkHeat(factor, 0.5), epc_score_kwh_per_m2=scores)
    dwellings = buildings().loc[under(epc, "today").index, "dwellings"]
    assert epc[SHARES].sum(axis=1).to_numpy() == pytest.approx(1.0)
    assert epc[AFTER].sum(axis=1).to_numpy() == pytest.approx(1.0)
    for name in tables.EPC_RULES:
        matrix = migration[migration["rule"] == name].pivot(index="from_label", columns="to_label", values="dwellings")
        rows = under(epc, name)
        assert matrix.sum(axis=1).to_numpy() == pytest.approx(
            rows[SHARES].mul(dwellings, axis=0).sum().to_numpy(), abs=1e-9
        )
        assert matrix.sum(axis=0).to_numpy() == pytest.approx(
            rows[AFTER].mul(dwellings, axis=0).sum().to_numpy(), abs=1e-9
        )


@pytest.mark.parametrize("solution", ["gas_boiler", "air_heat_pump", "network_middle"])
@pytest.mark.parametrize("certificate", [np.nan, 350.0])
def test_a_higher_rung_never_worsens_the_labels(solution, certificate):
    steps = [labels(solution, rung, epc_score_kwh_per_m2=certificate)[0][AFTER].cumsum(axis=1).to_numpy() for rung in range(LAST_RUNG + 1)]  # fmt: skip
    for less, more in pairwise(steps):
        assert (more - less).min() > -1e-4  # the far tail of a wide spread may cross by less than this


def test_nothing_done_moves_no_label():
    _, migration, _ = labels("gas_boiler", rung=0)
    moved = migration[migration["from_label"] != migration["to_label"]]
    assert moved["dwellings"].sum() == pytest.approx(0.0, abs=1e-9)


# ------------------------------------------------------------------------------------------------------------------ obligations


def test_obligations_count_dwellings_below_the_label_by_hand():
    epc, _, _ = labels("ground_heat_pump", rung=LAST_RUNG)
    table, remarks = obligations(epc, buildings(), parameters=read_parameters(), day=DAY, years=range(2026, 2051))
    today, homes = under(epc, "today"), buildings()
    houses = [key for key in today.index if homes.loc[key, "type"] != "apartment_building"]
    buyer = table.loc["buyer_house_2023"]
    assert (buyer["label"], buyer["from_year"], buyer["within_years"], buyer["standing"]) == (
        "D",
        2023,
        5.0,
        "secondary",
    )
    assert buyer["dwellings_now"] == pytest.approx(today.loc[houses, ["e_share", "f_share"]].to_numpy().sum())
    assert table.loc["buyer_apartment_2023", "dwellings_now"] == pytest.approx(
        8 * today.loc["a1", ["e_share", "f_share"]].sum()
    )
    assert (table["dwellings_after"] < table["dwellings_now"]).all()
    assert list(table.loc[["rental_open_2030", "rental_open_2035", "rental_open_2040"], "label"]) == ["E", "D", "C"]
    assert list(table.loc[["rental_closed_2030", "rental_closed_2035"], "label"]) == ["D", "C"]
    assert any("geen woning" in row["text"] for row in remarks)


def test_stricter_steps_for_buyers_stood_until_the_coalition_agreement():
    epc, _, _ = labels()
    before, _ = obligations(epc, buildings(), parameters=read_parameters(), day=date(2024, 6, 1), years=[2050])
    now, _ = obligations(epc, buildings(), parameters=read_parameters(), day=DAY, years=[2050])
    path = before[before.index.str.startswith("buyer_house")]
    assert dict(zip(path["from_year"], path["label"], strict=True)) == {
        2023: "D",
        2028: "C",
        2035: "B",
        2040: "A",
        2045: "A",
    }
    assert (path.loc[path["from_year"] > 2023, "standing"] == "unverified").all()
    assert list(now[now.index.str.startswith("buyer_house")]["from_year"]) == [2023]


def test_obligations_stop_at_the_last_year_of_the_plan():
    epc, _, _ = labels()
    table, _ = obligations(epc, buildings(), parameters=read_parameters(), day=DAY, years=[2026, 2030])
    assert table["from_year"].max() == 2030
    empty, _ = obligations(epc, buildings(), parameters=read_parameters(), day=DAY, years=[2020])
    assert empty.empty


def test_a_stricter_obligation_never_lets_more_dwellings_pass():
    epc, _, _ = labels()
    known = read_parameters()
    counts = []
    for rank in range(6, 0, -1):
        changed = known.changed("obligation.buyer.label", since=date(2025, 1, 1), value=float(rank), scope="house_2023")
        table, _ = obligations(epc, buildings(), parameters=changed, day=DAY, years=[2030])
        counts.append(table.loc["buyer_house_2023", "dwellings_now"])
    assert counts == sorted(counts)
    assert counts[0] == 0.0


# -------------------------------------------------------------------------------------------------------------------- refusals


def test_an_unknown_rule_is_refused():
    with pytest.raises(DataError, match="did you mean two_axis"):
        rule("two_axes")
    epc, _, _ = labels()
    with pytest.raises(DataError, match="no labels under EPC rule tomorrow"):
        below_a_share(epc, "tomorrow")


def test_an_unknown_solution_is_refused_with_its_buildings():
    with pytest.raises(DataError, match=r"air_heatpump: t1, t2, t3, \.\.\.; did you mean air_heat_pump"):
        labels("air_heatpump")


def test_a_rung_that_does_not_exist_is_refused():
    with pytest.raises(DataError, match=r"10 dwelling buildings lack rung 0 or their chosen rung .*\(t1, t2, t3"):
        labels(rung=9)


def test_a_building_without_choice_is_refused():
    frame = buildings()
    with pytest.raises(DataError, match=r"1 dwelling buildings have no choice \(a1\)"):
        energy_labels(
            frame,
            the_demand(frame),
            ladder(frame),
            chosen(frame).drop(index="a1"),
            network=None,
            parameters=read_parameters(),
            day=DAY,
        )


def test_impossible_networks_are_refused():
    for factor, share in ((-0.1, 0.0), (1.0, 1.2), (float("nan"), 0.0)):
        with pytest.raises(OutOfRangeError, match="expected a factor of at least 0"):
            NetworkHeat(factor, share)
    with pytest.raises(OutOfRangeError, match="must exceed zero"):
        network_heat(0.0, gas_kwh=1.0, electricity_kwh=0.0, parameters=read_parameters(), day=DAY)


def test_labels_before_2019_are_refused():
    with pytest.raises(ParameterError, match="first value begins on 2019-01-01"):
        epc_rule("today", network=None, parameters=read_parameters(), day=date(2018, 1, 1))


def test_obligations_without_years_are_refused():
    epc, _, _ = labels()
    with pytest.raises(DataError, match="give the years"):
        obligations(epc, buildings(), parameters=read_parameters(), day=DAY, years=[])
