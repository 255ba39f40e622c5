"""From tables to a network and back, with an exact answer in place of the kernel: every set of buildings is tried."""

from dataclasses import replace
from datetime import date
from itertools import product

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis.strategies import floats, integers
from shapely.geometry import LineString, box

from koppelkans import tables
from koppelkans.errors import DataError, InfeasibleError
from koppelkans.heat import Economics, heat_choices
from koppelkans.heat.network import design as bridge
from koppelkans.heat.network import variants as temperatures
from koppelkans.heat.network.design import heat_network, network_levels
from koppelkans.heat.network.design_options import with_network
from koppelkans.heat.network.instance import Design
from koppelkans.heat.network.variants import network_variants
from koppelkans.heat.offers import OFFER_COLUMNS, HeatSource, NetworkCase, NetworkTariff
from koppelkans.parameters import read_parameters
from koppelkans.verify import verified

DAY = date(2026, 11, 1)
CRS = "EPSG:31370"
FIGURES = read_parameters()
ECONOMICS = Economics(0.03, 0.04, 30, 100.0, DAY)
SOURCE = HeatSource("bron", 0.0, -10.0, 1_000.0, 70.0, 40.0)
TARIFF = NetworkTariff(0.08, 250.0)
MIDDLE = "network_middle"

# -------------------------------------------------------------------------------------------------------------- an exact answer


def exact_design(instance, limits):
    """Least cost over all sets of customers; the streets are a tree, so each set has one network."""
    parent, order = roots_of(instance)
    free = [place for place in range(len(instance.customer_kw)) if parent[instance.customer_node[place]] is not None]
    if any(place not in free for place in np.flatnonzero(instance.must)):
        raise InfeasibleError("a building that must connect cannot be reached")
    choices = [
        (True,) if instance.must[place] else (False,) if instance.never[place] or place not in free else (False, True)
        for place in range(len(instance.customer_kw))
    ]  # fmt: skip
    best = None
    for chosen in product(*choices):
        made = evaluated(instance, np.array(chosen, dtype=bool), parent, order)
        if made.root_kw <= instance.source_kw + 1e-9 and (
            best is None or made.objective_eur < best.objective_eur - 1e-9
        ):
            best = made
    if best is None:
        raise InfeasibleError("the source is too small for the buildings that must connect")
    return best


def roots_of(instance):
    """Per node the edge and node towards the root, and the nodes from the root outwards."""
    parent, order = [None] * instance.node_count, [instance.root]
    parent[instance.root] = (-1, -1)
    for node in order:
        for edge in np.flatnonzero(((instance.tail == node) | (instance.head == node)) & instance.allowed):
            other = int(instance.head[edge] if instance.tail[edge] == node else instance.tail[edge])
            if parent[other] is None:
                parent[other] = (int(edge), node)
                order.append(other)
    return parent, order


def evaluated(instance, chosen, parent, order):
    kw, count, flow = (
        np.zeros(instance.node_count),
        np.zeros(instance.node_count, dtype=int),
        np.zeros(instance.node_count),
    )
    limit, single = instance.coincidence
    np.add.at(kw, instance.customer_node[chosen], instance.customer_kw[chosen])
    np.add.at(count, instance.customer_node[chosen], 1)
    rows = []
    for node in reversed(order):
        if not count[node]:
            continue
        flow[node] = max(flow[node], (limit + single / count[node]) * kw[node])
        if node == instance.root:
            continue
        edge, above = parent[node]
        level = int(np.searchsorted(instance.level_cap_kw, flow[node] - 1e-12))
        per_m = instance.level_eur_per_m[level] + instance.slope_eur_per_m_kw * kw[node]
        rows.append(
            (
                edge,
                above,
                flow[node],
                kw[node],
                level,
                count[node],
                instance.extra_eur[edge] + instance.length_m[edge] * per_m,
            )
        )
        kw[above] += kw[node]
        count[above] += count[node]
        flow[above] = max(flow[above], flow[node])
    edge, above, design, total, level, behind, cost = (
        (list(part) for part in zip(*rows[::-1], strict=True)) if rows else [[]] * 7
    )
    objective = sum(cost) - float(instance.customer_value_eur[chosen].sum())
    return Design(
        edge=np.array(edge, dtype=np.int64), upstream=np.array(above, dtype=np.int64), design_kw=np.array(design, dtype=float),
        sum_kw=np.array(total, dtype=float), level=np.array(level, dtype=np.int64), customers=np.array(behind, dtype=np.int64),
        cost_eur=np.array(cost, dtype=float), connected=chosen, objective_eur=objective, bound_eur=objective, whole_eur=0.0, gap_share=0.0,
        reduced_eur=np.zeros(len(instance.tail)), reachable=np.array([parent[node] is not None for node in instance.customer_node]),
        root_kw=float(flow[instance.root]),
    )  # fmt: skip


@pytest.fixture(autouse=True)
def _exact(monkeypatch):
    monkeypatch.setattr(bridge, "design_of", exact_design)


# --------------------------------------------------------------------------------------------------------------------- a village


def sections_of(stretch=1.0, surface=None):
    """Main street of two sections, a side street from their junction, a path, and an island apart. ``stretch``: length of all."""
    lines = {
        "k1": ([(0, 0), (60, 0)], "n0", "n1", True, "c1"),
        "k2": ([(60, 0), (120, 0)], "n1", "n2", True, "c1"),
        "s1": ([(60, 80), (60, 0)], "n3", "n1", True, "c1"),
        "path": ([(0, 0), (0, 90)], "n0", "n4", False, None),
        "island": ([(0, 300), (60, 300)], "n8", "n9", True, "c2"),
    }
    geometry = [LineString(np.array(line[0], dtype=float) * stretch) for line in lines.values()]
    frame = gpd.GeoDataFrame(
        {
            "street": "Krekelstraat", "road_class": "residential", "surface": surface, "from_node": [line[1] for line in lines.values()],
            "to_node": [line[2] for line in lines.values()], "length_m": [line.length for line in geometry], "width_m": 10.0,
            "width_low_m": 8.0, "width_high_m": 12.0, "width_from": "typology", "trench": [line[3] for line in lines.values()],
            "component": [line[4] for line in lines.values()],
        },
        geometry=geometry, index=pd.Index(list(lines), name="section", dtype="str"), crs=CRS,
    )  # fmt: skip
    return tables.check(tables.SECTIONS, frame.astype({"surface": "str", "component": "str"}))


SPOTS = {
    # building: section, along, x, y of its point
    "a": ("k1", 20.0, 20.0, 12.0), "b": ("k1", 40.3, 40.3, -12.0), "c": ("k2", 30.0, 90.0, 12.0), "d": ("k2", 59.8, 119.8, 12.0),
    "e": ("s1", 50.0, 72.0, 30.0), "far": ("island", 30.0, 30.0, 312.0), "loose": None,
}  # fmt: skip


def buildings_of():
    at = {name: spot[2:] if spot else (500.0, 500.0) for name, spot in SPOTS.items()}
    shapes = [box(x - 1, y - 1, x + 1, y + 1) for x, y in at.values()]
    return gpd.GeoDataFrame(
        {"heated": True, "dwellings": 1},
        geometry=shapes,
        index=pd.Index(list(at), name="building", dtype="str"),
        crs=CRS,
    )


def attachments_of(stretch=1.0):
    rows = {
        name: (spot[0], spot[1] * stretch, 12.0, "street_name", spot[2], spot[3])
        for name, spot in SPOTS.items()
        if spot
    }
    frame = pd.DataFrame.from_dict(
        rows, orient="index", columns=["section", "along_m", "service_m", "found_by", "x_m", "y_m"]
    )
    frame.index = pd.Index(frame.index, name="building", dtype="str")
    return tables.check(tables.ATTACHMENTS, frame)


def offers_of(advantage, kw=10.0, heat_kwh=15_000.0):
    """Offers written by hand: an individual solution of 3,000 EUR a year, and what connecting is worth against it."""
    names = list(SPOTS)
    worth = (
        pd.Series(advantage, index=names, dtype=float)
        if not isinstance(advantage, dict)
        else pd.Series(advantage).reindex(names).fillna(-1.0)
    )
    frame = pd.DataFrame(dict.fromkeys(OFFER_COLUMNS, 0.0), index=pd.Index(names, name="building", dtype="str"))
    return frame.assign(
        fits=True, package="as_is", rung=0.0, measures="", flow_c=60.0, heat_kwh=heat_kwh, peak_kw=kw, spf=1.0, alternative="air_heat_pump", dwellings=1,
        alternative_eur_per_year=3_000.0, advantage_eur_per_year=worth, society_eur_per_year=3_000.0 - worth,
    )  # fmt: skip


def prices():
    names = [item.name for item in tables.PRICES.columns]
    rows = [[0.095, 110.0, 0.0, 0.055, 60.0, 0.0, 0.182], [0.30, 100.0, 55.0, 0.13, 0.0, 60.0, 0.08]]
    return pd.DataFrame(rows, columns=names, index=pd.Index(["gas", "electricity"], name="carrier"))


def case_of(**about):
    return replace(NetworkCase(SOURCE, TARIFF, ECONOMICS, FIGURES, prices(), tables.RENOVATIONS.empty()), **about)


def network_of(advantage=6_000.0, stretch=1.0, case=None, offers=None, surface=None):
    made = offers_of(advantage) if offers is None else offers
    sections, attachments = sections_of(stretch, surface), attachments_of(stretch)
    return heat_network(buildings_of(), sections, attachments, made, MIDDLE, case or case_of())


def tree_faults(pipes, root="source"):
    """Nodes entered twice, or pipes that no path from the root leads to."""
    reached, faults = {root}, list(pipes["to_node"][pipes["to_node"].duplicated()])
    left = pipes[["from_node", "to_node"]]
    while len(left):
        ready = left["from_node"].isin(reached)
        if not ready.any():
            return faults + list(left["to_node"])
        reached |= set(left.loc[ready, "to_node"])
        left = left[~ready]
    return faults


# ------------------------------------------------------------------------------------------------------------------------- cases


def test_one_house_by_hand():
    """10 m from the source to the street and 20 m along it, paved; 12 m of service at its own factor; all DN20."""
    result = network_of({"a": 9_000.0})
    levels = network_levels(MIDDLE, case_of())
    service = FIGURES.at("heat_network.pipe.surface_factor", DAY, "service")
    metres = 30.0 + 12.0 * service
    pumped = 42.0 * levels.pump_kwh_per_kwh_m * 15_000.0 * (0.13 + 0.08 * 0.1)
    row = result.variant
    assert list(result.connected) == ["a"]
    assert (row["main_m"], row["service_m"], row["buildings"]) == pytest.approx((30.0, 12.0, 1))
    assert row["investment_eur"] == pytest.approx(metres * 696.3)
    assert row["network_eur_per_year"] == pytest.approx(
        metres * 696.3 * levels.charge_share + 42.0 * levels.yearly_eur_per_m[0] + pumped
    )
    assert row["loss_mwh"] == pytest.approx(42.0 * 12.51 * 8.76 / 1_000, rel=1e-3)
    assert row["peak_kw"] == pytest.approx(10.0 + 42.0 * 12.51 / 1_000, rel=1e-3)
    assert row["without_eur_per_year"] == pytest.approx(7 * 3_000.0)
    assert row["whole_eur_per_year"] == pytest.approx(21_000.0 - 9_000.0 + row["network_eur_per_year"])
    assert row["gap_share"] == pytest.approx(0.0)


def test_reasons_name_why_each_building_is_in_or_out():
    offers = offers_of(
        {"a": 9_000.0, "b": 300.0, "c": -50.0, "d": 9_000.0, "e": 9_000.0, "far": 9_000.0, "loose": 9_000.0}
    )
    offers.loc["e", "fits"] = False
    case = case_of(must_connect=("a",), never_connect=("d",))
    reasons = network_of(offers=offers, case=case).connections["reason"]
    assert reasons.to_dict() == {
        "a": "must", "b": "does_not_pay", "c": "no_advantage", "d": "never", "e": "temperature", "far": "not_reachable",
        "loose": "not_reachable",
    }  # fmt: skip


def test_the_pipes_lie_where_the_streets_lie():
    result = network_of()
    pipes = result.pipes
    assert set(result.connected) == {"a", "b", "c", "d", "e"}
    assert pipes.loc["k1|0-20"].geometry.equals(LineString([(0, 0), (20, 0)]))
    assert pipes.loc["k1|20-40"].geometry.equals(LineString([(20, 0), (40, 0)]))
    # the side street is drawn towards the junction; its pipe runs the other way
    assert pipes.loc["s1|50-80"].geometry.equals(LineString([(60, 0), (60, 30)]))
    assert pipes.loc["source|"].geometry.equals(LineString([(0, -10), (0, 0)]))
    assert shapely.get_coordinates(pipes.loc["service|b"].geometry) == pytest.approx(
        np.array([[40.0, 0.0], [40.0, -11.0]])
    )
    # d leaves within half a metre of the junction: it leaves at the junction
    assert pipes.loc["k2|30-60", "to_node"] == "n2"
    assert tree_faults(pipes) == []


def test_flows_and_heat_add_up_towards_the_source():
    pipes = network_of().pipes
    first = pipes.loc["source|"]
    assert first["buildings"] == 5
    assert first["design_kw"] == pytest.approx((0.62 + 0.38 / 5) * 50.0)
    assert first["heat_mwh"] == pytest.approx(75.0)
    assert pipes.loc["k2|0-30", "heat_mwh"] == pytest.approx(30.0)
    assert pipes.loc["k1|20-40", "density_mwh_per_m"] == pytest.approx(2 * 15.0 / 60.0)
    assert pipes.loc["service|a", "density_mwh_per_m"] == pytest.approx(15.0 / 12.0)
    assert first["diameter_mm"] > pipes.loc["service|a", "diameter_mm"]


def test_a_source_on_the_street_needs_no_pipe_of_its_own():
    result = network_of({"a": 9_000.0}, case=case_of(source=replace(SOURCE, x_m=10.2, y_m=0.1)))
    assert list(result.pipes["kind"]) == ["main", "service"]
    assert result.variant["main_m"] == pytest.approx(10.0)
    assert result.pipes["from_node"].iloc[0] == "k1@10"


def test_nobody_worth_connecting_is_an_answer_with_a_remark():
    result = network_of(200.0)
    assert len(tables.check(tables.PIPES, result.pipes)) == 0
    assert result.variant["buildings"] == 0
    assert result.variant["investment_eur"] == result.variant["peak_kw"] == 0.0
    assert result.variant["whole_eur_per_year"] == pytest.approx(result.variant["without_eur_per_year"])
    assert any("connecting pays for no building" in row["text_en"] for row in result.remarks)


def test_buildings_out_of_reach_are_counted():
    text = next(row["text_en"] for row in network_of().remarks if row["about"] == "connections")
    assert text.startswith("2 heated buildings cannot be reached: 1 stand on streets that are not joined")
    assert "2 separate parts" in text


def test_a_small_source_leaves_room_for_its_losses():
    """Five houses need 34.8 kW and losses; 31 kW are enough for four (28.6 kW) with theirs, and the fifth is told why."""
    offers = offers_of({"a": 9_000.0, "b": 9_000.0, "c": 9_000.0, "d": 9_000.0, "e": 5_000.0})
    result = network_of(offers=offers, case=case_of(source=replace(SOURCE, capacity_kw=31.0)))
    assert set(result.connected) == {"a", "b", "c", "d"}
    assert result.variant["peak_kw"] <= 31.0
    assert result.connections.loc["e", "reason"] == "capacity"
    assert result.variant["bound_eur_per_year"] <= result.variant["whole_eur_per_year"]


def test_connected_buildings_get_their_option_and_choose_it():
    result = network_of()
    options = individual_options()
    joint, _ = with_network(options, result, case_of())
    rows = joint[joint["solution"] == MIDDLE]
    assert set(rows["building"]) == set(result.connected)
    shared = (
        rows["society_eur_per_year"].to_numpy() - result.offers.loc[rows["building"], "society_eur_per_year"].to_numpy()
    )
    assert shared.sum() == pytest.approx(result.variant["network_eur_per_year"])
    choices, _ = heat_choices(joint, fossil_free=True, must={}, never={}, connections=result.connections)
    tables.check(tables.CHOICES, choices)
    assert set(choices.index[choices["solution"] == MIDDLE]) == set(result.connected)
    assert choices.loc["a", "second_best"] == "air_heat_pump"
    assert choices.loc["a", "regret_eur_per_year"] == pytest.approx(
        3_000.0 - rows.loc[f"a|{MIDDLE}", "society_eur_per_year"]
    )
    assert choices.loc["loose", "solution"] == "air_heat_pump"


def test_where_the_share_costs_more_than_the_advantage_the_regret_is_nothing():
    """The large user b pays by its heat for a trench that a would have needed anyway."""
    offers = offers_of({"a": 20_000.0, "b": 1_300.0})
    offers.loc["b", "heat_kwh"] = 60_000.0
    result = network_of(offers=offers)
    assert set(result.connected) == {"a", "b"}
    joint, _ = with_network(individual_options(), result, case_of())
    choices, remarks = heat_choices(joint, fossil_free=True, must={}, never={}, connections=result.connections)
    assert choices.loc["b", "solution"] == MIDDLE
    assert choices.loc["b", "regret_eur_per_year"] == 0.0
    assert any(row["about"] == "choices.regret_eur_per_year" and row["rows_share"] == 0.5 for row in remarks)


def individual_options():
    names = list(SPOTS)
    frame = pd.DataFrame(
        dict.fromkeys(tables.OPTIONS.column_names, 0.0),
        index=pd.Index([f"{name}|air_heat_pump" for name in names], name="option", dtype="str"),
    )
    return frame.assign(
        building=names, solution="air_heat_pump", package="as_is", rung=0, measures="", flow_c=45.0, society_eur_per_year=3_000.0, spf=3.0
    ).astype({"building": "str", "solution": "str", "package": "str", "measures": "str"})  # fmt: skip


# --------------------------------------------------------------------------------------------------------------- all temperatures


def variants_of(monkeypatch, worth, case=None):
    """Every regime with offers written by hand: ``worth`` per regime."""
    monkeypatch.setattr(
        temperatures,
        "network_packages",
        lambda buildings, demand, options, regime, case: (offers_of(worth.get(regime, 0.0)), None),
    )
    demand = pd.DataFrame({"heat_kwh": 15_000.0}, index=buildings_of().index)
    return network_variants(
        buildings_of(), demand, individual_options(), sections_of(), attachments_of(), case or case_of()
    )


def test_the_regime_of_least_whole_cost_is_chosen(monkeypatch):
    choice = variants_of(monkeypatch, {"network_middle": 6_000.0, "network_low": 5_000.0})
    variants = tables.check(tables.NETWORK_VARIANTS, choice.variants)
    # the source gives 70 degrees: no network at 90
    assert list(variants.index) == ["network_middle", "network_low", "network_ambient"]
    assert list(variants["chosen"]) == [True, False, False]
    assert choice.chosen.regime == "network_middle"
    assert len(choice.pipes) == len(choice.chosen.pipes) > 0


def test_no_network_when_none_beats_it(monkeypatch):
    choice = variants_of(monkeypatch, {"network_middle": 100.0, "network_low": 100.0})
    assert choice.chosen is None
    assert not choice.variants["chosen"].any()
    assert not tables.check(tables.CONNECTIONS, choice.connections)["connected"].any()
    assert len(tables.check(tables.PIPES, choice.pipes)) == 0
    assert any(row["text_en"].startswith("No heat network") for row in choice.remarks)


def test_the_scenario_may_name_the_regime_and_force_a_network(monkeypatch):
    worth = {"network_middle": 6_000.0, "network_low": 100.0}
    only = variants_of(monkeypatch, worth, case_of(only="network_low", must_connect=("a",)))
    assert list(only.variants.index) == ["network_low"]
    assert only.chosen is not None
    assert (
        only.variants.loc["network_low", "whole_eur_per_year"]
        > only.variants.loc["network_low", "without_eur_per_year"]
    )
    by_building = variants_of(monkeypatch, worth, case_of(must={"a": "network_low"}))
    assert by_building.connections.loc["a", "reason"] == "must"


def test_a_source_colder_than_every_network_gives_none(monkeypatch):
    choice = variants_of(monkeypatch, {}, case_of(source=replace(SOURCE, supply_c=12.0)))
    assert choice.chosen is None
    assert choice.variants.empty
    assert set(choice.connections["reason"]) == {"no_network"}
    tables.check(tables.CONNECTIONS, choice.connections)


# -------------------------------------------------------------------------------------------------------------------- properties


@given(stretch=floats(1.01, 3.0), worth=floats(500, 12_000))
@settings(max_examples=12, deadline=None)
def test_a_longer_street_never_makes_the_whole_cheaper(stretch, worth):
    short, long = (network_of(worth, stretch=factor).variant for factor in (1.0, stretch))
    # branch points move by up to half a metre when they are placed on whole metres
    slack = 6 * 0.5 * 60.0
    assert long["whole_eur_per_year"] >= short["whole_eur_per_year"] - slack
    assert long["buildings"] <= short["buildings"] + 1


@given(less=floats(1, 5_000), worth=floats(500, 9_000))
@settings(max_examples=12, deadline=None)
def test_worth_less_never_connects_more_worth(less, worth):
    """Dearer heat takes the same amount off every advantage here: the value of what connects never rises."""
    now, then = network_of(worth), network_of(worth - less)
    value = [float(one.offers.loc[one.connected, "advantage_eur_per_year"].sum()) for one in (now, then)]
    assert value[1] <= value[0] + 1e-6
    assert then.variant["whole_eur_per_year"] >= now.variant["whole_eur_per_year"] - 1e-6


@given(worth=floats(-500, 9_000), must=integers(0, 4), never=integers(0, 4), seed=integers(0, 99))
@settings(max_examples=20, deadline=None)
def test_every_design_keeps_the_rules(worth, must, never, seed):
    names = list(SPOTS)
    rng = np.random.default_rng(seed)
    offers = offers_of(worth).assign(
        peak_kw=rng.uniform(5, 60, len(names)), heat_kwh=rng.uniform(5_000, 90_000, len(names))
    )
    rules = {"must_connect": (names[must],), "never_connect": (names[never],) if never != must else ()}
    result = network_of(offers=offers, case=case_of(**rules))
    assert names[must] in result.connected
    assert not set(rules["never_connect"]) & set(result.connected)
    pipes, levels = result.pipes, network_levels(MIDDLE, case_of())
    capacity = pd.Series(levels.capacity_kw, index=levels.diameter_mm).loc[pipes["diameter_mm"]].to_numpy()
    assert (pipes["design_kw"] <= capacity * (1 + 1e-9)).all()
    assert tree_faults(pipes) == []
    assert set(pipes["building"].dropna()) == set(result.connected)
    assert pipes["investment_eur"].sum() == pytest.approx(result.variant["investment_eur"])
    assert pipes.loc["source|", "heat_mwh"] == pytest.approx(result.variant["heat_mwh"])


def test_the_order_of_rows_does_not_matter():
    there = network_of()
    back = heat_network(
        buildings_of().iloc[::-1], sections_of().iloc[::-1], attachments_of().iloc[::-1], offers_of(6_000.0).iloc[::-1], MIDDLE, case_of()
    )  # fmt: skip
    assert back.variant == pytest.approx(there.variant, nan_ok=True)
    pd.testing.assert_frame_equal(
        pd.DataFrame(back.pipes.drop(columns="geometry")).sort_index(),
        pd.DataFrame(there.pipes.drop(columns="geometry")).sort_index(),
    )
    assert back.pipes.geometry.sort_index().geom_equals(there.pipes.geometry.sort_index()).all()


def test_unpaved_streets_make_a_cheaper_network():
    assert network_of(surface="gravel").variant["investment_eur"] < network_of().variant["investment_eur"]


# ---------------------------------------------------------------------------------------------------------------------- refusals


def test_a_source_far_from_every_street_is_refused():
    with pytest.raises(
        DataError, match="bron is not connected to any street: the nearest trench route, section k2, lies 1880 m"
    ):
        network_of(case=case_of(source=replace(SOURCE, x_m=2_000.0, y_m=0.0)))


def test_streets_without_a_trench_route_are_refused():
    sections = sections_of().assign(trench=False)
    with pytest.raises(DataError, match="no street section may hold a heat pipe"):
        heat_network(buildings_of(), sections, attachments_of(), offers_of(6_000.0), MIDDLE, case_of())


def test_buildings_that_must_and_cannot_are_all_named():
    offers = offers_of(6_000.0)
    offers.loc["c", "fits"] = False
    with pytest.raises(InfeasibleError, match="3 buildings must connect and cannot") as refusal:
        network_of(offers=offers, case=case_of(must_connect=("a", "c", "far"), never_connect=("a",)))
    assert "not hot enough for: c" in str(refusal.value)
    assert "no street leads from the source to: far" in str(refusal.value)
    assert "must and never both name: a" in str(refusal.value)


def test_a_source_too_small_for_those_that_must_is_refused():
    with pytest.raises(InfeasibleError):
        network_of(case=case_of(source=replace(SOURCE, capacity_kw=5.0), must_connect=("a",)))


def test_two_regimes_or_one_too_hot_are_refused(monkeypatch):
    with pytest.raises(
        InfeasibleError, match="asks for network_low and network_middle; one network has one temperature"
    ):
        variants_of(monkeypatch, {}, case_of(only="network_low", must={"a": "network_middle"}))
    with pytest.raises(InfeasibleError, match=r"asks for network_high \(90 °C\), but heat source bron gives 70 °C"):
        variants_of(monkeypatch, {}, case_of(only="network_high"))


# -------------------------------------------------------------------------------------------------------------------- the kernel


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_kernel_lies_between_its_bound_and_the_exact_answer(monkeypatch, seed):
    rng = np.random.default_rng(seed)
    count = len(SPOTS)
    offers = offers_of(rng.uniform(500, 4_000, count)).assign(peak_kw=rng.uniform(5, 60, count))
    exact = network_of(offers=offers)
    monkeypatch.undo()
    found = network_of(offers=offers)
    least = exact.variant["whole_eur_per_year"]
    assert found.variant["bound_eur_per_year"] <= least + 0.01
    assert least - 0.01 <= found.variant["whole_eur_per_year"] <= 1.005 * least
    assert tree_faults(found.pipes) == []


# ------------------------------------------------------------------------------------------------- pressure, velocity, temperature


def full_pipe(share=0.999):
    """Buildings that fill the smallest pipe to a share of what it carries at 55 °C."""
    peak_kw = share * network_levels(MIDDLE, case_of()).capacity_kw[0]
    return offers_of({"a": 9_000.0}).assign(peak_kw=peak_kw, hot_water_kwh=2_500.0)


def test_temperature_and_pressure_of_every_pipe_and_house():
    result = network_of(offers=offers_of(9_000.0).assign(hot_water_kwh=2_500.0))
    row, pipes, connections = result.variant, result.pipes, result.connections
    joined = connections["connected"]
    assert connections.loc[joined, "supply_c"].between(67.0, 70.0).all()
    assert connections.loc[~joined, "supply_c"].isna().all()
    assert (connections.loc[joined, "summer_supply_c"] < connections.loc[joined, "supply_c"]).all()
    services = pipes[pipes["kind"] == "service"].set_index("building")
    assert connections.loc[joined, "supply_c"].to_dict() == services["supply_c"].to_dict()
    assert row["lowest_supply_c"] == services["supply_c"].min()
    assert row["limits_kept"]
    assert row["pump_kw"] > 0
    # the farthest house has just what its delivery set needs
    assert pipes["difference_bar"].min() == pytest.approx(FIGURES.at("heat_network.pressure.house_bar", DAY))
    assert row["pressure_bar"] == pytest.approx(row["head_bar"] + FIGURES.at("heat_network.pressure.return_bar", DAY))
    into = pipes.set_index("to_node")["supply_c"]
    above = pipes["from_node"].map(into).fillna(row["supply_c"])
    assert (pipes["supply_c"] < above).all()


def test_a_pipe_that_fails_is_taken_wider_priced_and_certified(monkeypatch):
    monkeypatch.undo()
    result, easy = network_of(offers=full_pipe()), network_of(offers=full_pipe(0.9))
    row, levels = result.variant, network_levels(MIDDLE, case_of())
    assert (row["raised_pipes"], easy.variant["raised_pipes"]) == (3, 0)
    assert result.pipes["diameter_mm"].unique().tolist() == [25]
    assert row["raised_eur"] == pytest.approx(42.0 * 13.0)
    assert row["investment_eur"] == pytest.approx(easy.variant["investment_eur"] + 42.0 * 13.0)
    assert row["loss_mwh"] == pytest.approx(42.0 * levels.loss_w_per_m[1] * 8.76 / 1_000)
    assert (result.pipes["gradient_pa_per_m"] <= 150.0).all()
    assert row["limits_kept"]
    dearer = 42.0 * (levels.yearly_eur_per_m[1] - levels.yearly_eur_per_m[0])
    assert row["whole_eur_per_year"] - row["bound_eur_per_year"] > dearer - 0.01
    verdict = verified(result.certificate)
    assert verdict.faults == []
    assert verdict.objective_eur == pytest.approx(row["whole_eur_per_year"] - row["without_eur_per_year"], abs=0.01)
    assert any("3 pipes were taken a size wider" in remark["text_en"] for remark in result.remarks)


def test_wider_pipes_that_the_source_cannot_feed_are_left(monkeypatch):
    monkeypatch.undo()
    offers = full_pipe()
    levels = network_levels(MIDDLE, case_of())
    just_kw = float(offers["peak_kw"].iloc[0] + 42.0 * levels.loss_w_per_m[0] / 1_000 * 1.0001)
    result = network_of(offers=offers, case=case_of(source=replace(SOURCE, capacity_kw=just_kw)))
    assert result.variant["raised_pipes"] == 0
    assert not result.variant["limits_kept"]
    assert result.variant["peak_kw"] <= just_kw
    assert any("source cannot carry the larger loss" in remark["text_en"] for remark in result.remarks)


def test_houses_that_ask_all_that_the_source_gives_are_told():
    remarks = network_of(offers=offers_of(9_000.0).assign(flow_c=65.0)).remarks
    (told,) = [remark for remark in remarks if "cooler than their emitters ask" in remark["text_en"]]
    assert "a few buildings" in told["text_en"]
    assert told["rows_share"] == 1.0


def test_no_network_has_no_pressure():
    row = network_of(-1.0).variant
    assert (row["pump_kw"], row["raised_pipes"], row["raised_eur"]) == (0.0, 0, 0.0)
    assert row["limits_kept"]
    assert np.isnan(row["lowest_supply_c"])
