"""From lists of packages to a design and back: what a building may take instead, and what the tables say when the network chose it."""

import copy
import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from koppelkans import tables
from koppelkans.heat.network.design import heat_network
from koppelkans.heat.network.design_options import with_network
from koppelkans.heat.offers import network_offers, network_packages
from koppelkans.verify import verified
from test_heat_network_design import MIDDLE, attachments_of, buildings_of, case_of, offers_of, sections_of
from test_heat_offers import BUILDINGS, DEMAND, OPTIONS
from test_heat_offers import case_of as village_case

# ------------------------------------------------------------------------------------------------------------ the lists


@pytest.mark.parametrize("regime", ["network_high", "network_middle"])
def test_each_package_on_a_list_asks_less_power_and_brings_less(regime):
    offers, packages = network_packages(BUILDINGS, DEMAND, OPTIONS, regime, village_case())
    pd.testing.assert_frame_equal(offers, network_offers(BUILDINGS, DEMAND, OPTIONS, regime, village_case()))
    assert len(packages)
    assert (packages["advantage_eur_per_year"] > 0).all()
    for building, rows in packages.groupby(level=0):
        first = offers.loc[building]
        assert (np.diff([first["peak_kw"], *rows["peak_kw"]]) < 0).all()
        assert (np.diff([first["advantage_eur_per_year"], *rows["advantage_eur_per_year"]]) < 0).all()
        assert (rows["dwellings"] == first["dwellings"]).all()
        assert (rows["alternative"] == first["alternative"]).all()


def test_a_listed_house_has_nothing_else_to_choose():
    _, packages = network_packages(BUILDINGS, DEMAND, OPTIONS, "network_high", village_case())
    assert "listed" not in packages.index
    assert "row" in packages.index


# ----------------------------------------------------------------------------------------------------------- the network


CHEAP_EUR = 0.01
"""Less than a kW costs in pumping alone."""


def chosen_of(loss_eur, case=None):
    """The village where every building may do with 4 instead of 10 kW and half of the heat, for so much less worth a year."""
    offers, others = offers_of(6_000.0), offers_of(6_000.0 - loss_eur, kw=4.0, heat_kwh=7_500.0)
    others = others.assign(package="light_renovation", rung=1.0, measures="roof")
    return heat_network(buildings_of(), sections_of(), attachments_of(), offers, MIDDLE, case or case_of(), others)


def test_connected_buildings_get_the_package_that_the_network_chose():
    result, plain = chosen_of(CHEAP_EUR), chosen_of(5_000.0)
    joined = result.connected
    told = result.connections.loc[joined]
    assert (result.offers.loc[joined, ["package", "measures"]] == ["light_renovation", "roof"]).all().all()
    assert (result.offers.loc[joined, "peak_kw"] == 4.0).all()
    assert (told["package_alone"] == "as_is").all()
    assert told["peak_saved_kw"].tolist() == pytest.approx([6.0] * len(told))
    assert told["package_more_eur_per_year"].tolist() == pytest.approx([CHEAP_EUR] * len(told))
    assert result.variant["heat_mwh"] == pytest.approx(7.5 * len(told))
    assert result.variant["whole_eur_per_year"] < plain.variant["whole_eur_per_year"]
    out = result.connections.drop(joined)
    assert out["package_alone"].isna().all()
    assert (result.offers.loc[out.index, "peak_kw"] == 10.0).all()


def test_few_buildings_are_not_counted_in_public():
    result = chosen_of(CHEAP_EUR)
    text = " ".join(row["text_en"] for row in result.remarks)
    assert "fewer than 10 buildings get another one" in text
    assert np.isnan(result.variant["package_saving_eur_per_year"])


def test_a_package_that_costs_more_than_the_pipes_it_saves_is_not_taken():
    result = chosen_of(5_000.0)
    assert result.connections["package_alone"].isna().all()
    assert (result.offers["peak_kw"] == 10.0).all()
    assert result.variant["package_saving_eur_per_year"] == 0.0
    assert any("for no building does one that asks less power" in row["text_en"] for row in result.remarks)


def test_a_scarce_source_feeds_more_buildings_with_less_power():
    scarce = case_of(source=replace(case_of().source, capacity_kw=25.0))
    result, plain = chosen_of(100.0, scarce), chosen_of(5_999.0, scarce)
    assert result.variant["buildings"] > plain.variant["buildings"]
    assert result.variant["peak_kw"] <= 25.0
    assert (
        result.variant["bound_eur_per_year"]
        <= result.variant["whole_eur_per_year"]
        < plain.variant["whole_eur_per_year"]
    )


def test_the_certificate_holds_the_lists_and_what_was_chosen():
    made = json.loads(json.dumps(chosen_of(CHEAP_EUR).certificate))
    found = verified(made)
    assert found.faults == []
    chosen = {made["instance"]["customers"][customer] for customer, place, _ in made["instance"]["packages"] if place}
    assert chosen == set(chosen_of(CHEAP_EUR).connected)
    other = copy.deepcopy(made)
    other["instance"]["packages"][0][2].pop()
    assert verified(other).faults


def test_the_option_of_a_building_is_the_package_that_it_takes():
    result, case = chosen_of(CHEAP_EUR), case_of()
    options, _ = with_network(tables.OPTIONS.empty(), result, case)
    own = options.set_index("building").loc[result.connected]
    assert (own["package"] == "light_renovation").all()
    assert (own["rung"] == 1).all()
