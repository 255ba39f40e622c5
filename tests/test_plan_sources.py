"""Several heat sources and pipes that lie there already, in the plan: who feeds what, what it costs, and what is refused."""

import geopandas as gpd
import pytest
from shapely.geometry import LineString

import krekelwijk
from koppelkans.errors import DataError, InfeasibleError, ScenarioError
from koppelkans.plan import make_plan, plan_folder, save_plan
from koppelkans.scenario import HeatNetwork, Scenario
from koppelkans.verify import verify_plan
from krekelwijk import source

MUST = HeatNetwork(must_connect=["t1", "t2", "t3"], regime="middle")


def planned(folder=None, **changed):
    return make_plan(
        krekelwijk.place(),
        Scenario(**{"weigh_figures": False, "sources": [source()], "heat_network": MUST, **changed}),
        folder=folder,
    )


def whole(plan):
    return plan["network_variants"]["whole_eur_per_year"].iloc[0]


@pytest.fixture(scope="module")
def plan():
    return planned()


def test_a_second_dearer_source_that_is_not_needed_changes_nothing(plan):
    two = planned(sources=[source(), source(name="duur", x_m=60.0, price_eur_per_mwh=90, fixed_eur_per_year=100)])
    assert len(two["network_variants"]) == len(plan["network_variants"]) == 1
    assert whole(two) == pytest.approx(whole(plan), rel=1e-9)
    assert list(two["connections"]["connected"]) == list(plan["connections"]["connected"])
    assert two["network_variants"]["source"].iloc[0] == "bron"


def test_a_scarce_source_is_helped_by_a_dearer_one_and_the_certificate_holds(plan, tmp_path):
    peak_kw = plan["network_variants"]["peak_kw"].iloc[0]
    sources = [source(capacity_kw=0.6 * peak_kw), source(name="ketel", x_m=90.0, price_eur_per_mwh=40)]
    two = planned(sources=sources)
    row = two["network_variants"].iloc[0]
    assert row["source"] == "bron + ketel"
    assert row["whole_eur_per_year"] > whole(plan)
    assert row["bound_eur_per_year"] <= row["whole_eur_per_year"]
    text = " ".join(two["remarks"]["text_en"])
    assert "Each heat source feeds a part" in text
    chosen = two["options"].loc[two["choices"].index + "|" + two["choices"]["solution"], "society_eur_per_year"]
    assert chosen.sum() == pytest.approx(row["whole_eur_per_year"], rel=1e-9)
    with plan_folder(tmp_path / "plan") as folder:
        save_plan(two, folder)
    assert verify_plan(tmp_path / "plan").faults == []


def test_a_source_alone_with_a_fixed_cost_carries_it(plan):
    fixed = planned(sources=[source(fixed_eur_per_year=1_000)])
    assert whole(fixed) == pytest.approx(whole(plan) + 1_000, rel=1e-6)
    assert list(fixed["connections"]["connected"]) == list(plan["connections"]["connected"])


def test_sources_whose_temperatures_clash_on_the_named_regime_are_refused():
    with pytest.raises(
        InfeasibleError,
        match=r"clash: .* network_middle with a supply of 70 °C, but koel gives 40 °C. Expected 70 °C or more",
    ):
        planned(sources=[source(), source(name="koel", supply_c=40)])


def test_without_a_named_regime_each_takes_the_sources_that_are_hot_enough():
    free = HeatNetwork(must_connect=["t1", "t2", "t3"])
    made = planned(
        sources=[source(), source(name="lauw", x_m=60.0, supply_c=60, price_eur_per_mwh=1)], heat_network=free
    )
    rows = made["network_variants"]["source"]
    assert rows["network_middle"] == "bron"
    assert "lauw" in rows["network_low"]


# ------------------------------------------------------------------------------------------------------------ pipes that lie there


def laid_file(folder, rows, name="bestaand.geojson"):
    """rows: (dn, points); in the coordinates of the place."""
    frame = gpd.GeoDataFrame(
        {"dn": [row[0] for row in rows]}, geometry=[LineString(row[1]) for row in rows], crs=krekelwijk.place().crs
    )
    frame.to_file(folder / name)
    return name


def axis(plan, number=0):
    """The axis of the longest main of a plan, a little aside."""
    mains = plan["pipes"].query("kind == 'main'").sort_values("length_m", ascending=False)
    return list(mains.geometry.iloc[number].parallel_offset(1.5).coords)


def test_pipes_that_lie_there_save_their_trench(plan, tmp_path):
    name = laid_file(tmp_path, [(100, axis(plan))], "bestaand.gpkg")
    old = planned(tmp_path, existing_pipes=name)
    assert whole(old) < whole(plan)
    assert (old["pipes"].query("kind == 'main'")["investment_eur"] == 0).any()
    assert "existing heat pipe the network uses" in " ".join(old["remarks"]["text_en"])


def test_a_pipe_too_small_is_replaced(plan, tmp_path):
    name = laid_file(tmp_path, [(20, axis(plan))])
    old = planned(tmp_path, existing_pipes=name)
    assert whole(plan) - 1e-6 * whole(plan) <= whole(old) + 1e-9 or whole(old) < whole(plan)
    text = " ".join(old["remarks"]["text_en"])
    assert "existing heat pipe" in text


def test_pipes_off_the_streets_are_refused_with_rows_and_distance(plan, tmp_path):
    name = laid_file(tmp_path, [(100, axis(plan)), (100, [(30.0, 900.0), (60.0, 900.0)])])
    with pytest.raises(DataError) as refused:
        planned(tmp_path, existing_pipes=name)
    assert "row 1 lies up to" in str(refused.value)
    assert "row 0" not in str(refused.value)


def test_a_diameter_that_no_pipe_has_is_refused(plan, tmp_path):
    name = laid_file(tmp_path, [(101, axis(plan)), (-1, axis(plan))])
    with pytest.raises(DataError, match="existing pipes cannot be used") as refused:
        planned(tmp_path, existing_pipes=name)
    assert "row 0 has DN101; known: 20, 25" in str(refused.value)
    assert "row 1 has neither a dn nor a capacity_kw" in str(refused.value)


def test_a_file_that_is_not_there_or_says_nothing_is_refused(plan, tmp_path):
    with pytest.raises(ScenarioError, match="existing_pipes: no file"):
        planned(tmp_path, existing_pipes="weg.gpkg")
    (tmp_path / "fout.geojson").write_text("{")
    with pytest.raises(DataError, match="cannot be read"):
        planned(tmp_path, existing_pipes="fout.geojson")
    gpd.GeoDataFrame({"soort": ["a"]}, geometry=[LineString(axis(plan))], crs=krekelwijk.place().crs).to_file(
        tmp_path / "kaal.gpkg"
    )
    with pytest.raises(DataError, match="neither a column dn nor capacity_kw"):
        planned(tmp_path, existing_pipes="kaal.gpkg")
