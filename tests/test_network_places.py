"""The engine discriminates: the same generous source and the same prices on real places of different density."""

import pytest

from koppelkans.place import read_place
from koppelkans.plan import make_plan
from koppelkans.scenario import HeatNetwork, Scenario, Source

pytestmark = pytest.mark.slow
MIDDLE = {"wechelderzande": (179_340.0, 217_220.0), "brugge_sint_jozef": (70_710.0, 213_650.0)}


@pytest.fixture(scope="module", params=[45.0, 110.0], ids=["cheap heat", "dear heat"])
def made(request):
    """Both places with ample heat at 70 °C, one grid area, one price."""
    plans = {}
    for name, (x_m, y_m) in MIDDLE.items():
        source = Source(
            name="ruim", x_m=x_m, y_m=y_m, capacity_kw=100_000, supply_c=75, price_eur_per_mwh=request.param
        )
        network = HeatNetwork(regime="middle")
        plans[name] = make_plan(
            read_place(name), Scenario(weigh_figures=False, grid_area="kempen", sources=[source], heat_network=network)
        )
    return plans


def figures(plan):
    row = plan["network_variants"].iloc[0]
    heated = int(plan.place.buildings["heated"].sum())
    return {
        "connected_share": row["buildings"] / heated,
        "density_mwh_per_m": row["heat_mwh"] / row["main_m"] if row["main_m"] else 0.0,
        "whole_eur": row["whole_eur_per_year"],
        "reachable_share": (plan["connections"]["reason"] != "not_reachable").mean(),
        "gap_share": row["gap_share"],
    }


def test_density_and_connected_share_follow_the_streets(made):
    village, town = figures(made["wechelderzande"]), figures(made["brugge_sint_jozef"])
    assert town["connected_share"] > village["connected_share"]
    assert town["density_mwh_per_m"] > village["density_mwh_per_m"] or village["density_mwh_per_m"] == 0


def test_reach_and_cost_are_told(made):
    for plan in made.values():
        found = figures(plan)
        assert 0.8 < found["reachable_share"] <= 1
        assert found["whole_eur"] > 0
        assert found["gap_share"] < 0.08
        assert (
            "network_saving_keur_per_year" in plan["indicators"].index or not plan["network_variants"]["chosen"].any()
        )
