"""The supply of the network in the plan: today's scenarios stay as they are, kinds are worked out, and what follows from them."""

from dataclasses import replace

import pytest

import krekelwijk
from koppelkans.errors import ScenarioError
from koppelkans.plan import make_plan
from koppelkans.scenario import HeatNetwork, Peak, Scenario, Storage, read_scenario


def planned(*sources, **changed):
    many = [krekelwijk.source(**one) for one in sources or ({},)]
    must = HeatNetwork(must_connect=["t1", "t2", "t3"])
    return make_plan(
        krekelwijk.place(), Scenario(weigh_figures=False, data_draws=0, sources=many, heat_network=must, **changed)
    )


@pytest.fixture(scope="module")
def stated():
    return planned()


@pytest.fixture(scope="module")
def river():
    return planned({"kind": "surface_water"}, peak=Peak(kind="gas_boiler"), storage=Storage(kind="tank"))


def test_a_source_without_a_kind_costs_what_it_says_and_covers_the_network(stated):
    row, total = stated["network_variants"].query("chosen").iloc[0], stated["supply_total"].iloc[0]
    assert total["heat_mwh"] == pytest.approx(row["heat_mwh"] + row["loss_mwh"])
    assert total["eur_per_mwh"] == pytest.approx(10.0)
    assert total["shortage_mwh"] == 0.0
    assert list(stated["supply"].index) == ["bron"]


def test_kinds_change_the_supply_and_the_label_but_not_the_network(stated, river):
    for name in ("network_variants", "pipes", "connections", "project"):
        assert stated[name].equals(river[name]), name
    assert set(river["supply"].index) == {"bron", "gas_boiler", "tank"}
    assert river["supply"]["heat_share"].sum() == pytest.approx(1.0)
    assert 0.0 < river["supply_total"]["renewable_share"].iloc[0] < 1.0


def test_the_label_takes_the_factor_of_the_plants(river):
    terms = river["epc_terms"].query("rule == 'today_detailed_network' and system_en == 'heat network'")
    assert terms["primary_factor"].iloc[0] == pytest.approx(river["supply_total"]["primary_factor"].iloc[0])


def test_gas_at_the_source_of_a_fossil_free_plan_is_a_warning(stated, river):
    said = river["remarks"].query("about == 'supply.gas_mwh'")
    assert list(said["level"]) == ["warning"]
    assert stated["remarks"].query("about == 'supply.gas_mwh'").empty


def test_sources_at_one_spot_supply_together():
    plan = planned(
        {"base_kw": 20.0, "kind": "waste_heat", "source_c": 95.0},
        {"name": "hout", "kind": "biomass", "price_eur_per_mwh": 90},
    )
    assert {"bron", "hout"} <= set(plan["supply"].index)
    assert plan["supply"]["capacity_kw"]["bron"] == pytest.approx(20.0)


def test_without_a_network_there_is_no_supply():
    plan = make_plan(
        replace(krekelwijk.place(), sections=None, attachments=None), Scenario(weigh_figures=False, data_draws=0)
    )
    assert plan["supply"].empty
    assert plan["supply_total"].empty


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('kind = "peat"', "sources.0.kind"),
        ("months = [0]", "months from 1 to 12"),
        ("months = [3, 3]", "each once"),
        ("base_kw = -1", "base_kw"),
        ("bas_kw = 1", "base_kw"),
    ],
)
def test_what_a_source_cannot_say_is_refused(tmp_path, line, said):
    file = tmp_path / "s.toml"
    file.write_text(
        f'[[sources]]\nname = "a"\nx_m = 0\ny_m = 0\ncapacity_kw = 1\nsupply_c = 70\nprice_eur_per_mwh = 1\n{line}\n', encoding="utf-8"
    )  # fmt: skip
    with pytest.raises(ScenarioError, match=said):
        read_scenario(file)
