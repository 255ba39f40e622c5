"""Indicators: sums checked by hand on three buildings."""

import pandas as pd
import pytest

from koppelkans import tables
from koppelkans.indicators import chosen_options, indicators, reference_options


def option(building, solution, **values):
    row = {
        "building": building, "solution": solution, "package": "as_is", "rung": 0, "measures": "", "flow_c": 55.0, "investment_eur": 5_000.0, "vat_eur": 300.0, "premium_eur": 0.0,
        "society_eur_per_year": 2_000.0, "owner_investment_eur": 5_300.0, "owner_eur_per_year": 2_400.0, "gas_kwh": 12_000.0,
        "electricity_kwh": 100.0, "emission_kg": 2_200.0, "electric_peak_kw": 0.1, "spf": 0.9,
    }  # fmt: skip
    return {"option": f"{building}|{solution}", **row, **values}


HEAT_PUMP = {"investment_eur": 15_000.0, "vat_eur": 900.0, "premium_eur": 1_500.0, "society_eur_per_year": 2_300.0, "owner_investment_eur": 14_000.0, "owner_eur_per_year": 2_350.0,
             "gas_kwh": 0.0, "electricity_kwh": 4_000.0, "emission_kg": 400.0, "electric_peak_kw": 4.0, "spf": 2.75}  # fmt: skip


@pytest.fixture
def parts():
    options = pd.DataFrame([
        option("a", "gas_boiler"), option("a", "air_heat_pump", **HEAT_PUMP),
        option("b", "gas_boiler", owner_eur_per_year=2_000.0), option("b", "air_heat_pump", package="deep_renovation", **HEAT_PUMP),
        option("c", "collective_gas_boiler", gas_kwh=40_000.0), option("c", "collective_heat_pump", **HEAT_PUMP | {"emission_kg": 900.0}),
    ]).set_index("option")  # fmt: skip
    tables.check(tables.OPTIONS, options)
    choices = pd.DataFrame(
        {
            "solution": ["air_heat_pump", "air_heat_pump", "collective_heat_pump"],
            "package": ["as_is", "deep_renovation", "as_is"],
        },
        index=pd.Index(["a", "b", "c"], name="building"),
    )
    buildings = pd.DataFrame({"dwellings": [1, 1, 4], "heated": True, "use": "residential"}, index=choices.index)
    demand = pd.DataFrame(
        {
            "heat_kwh": [10_000.0, 10_000.0, 30_000.0], "peak_kw": [6.0, 6.0, 20.0], "cold_kwh": [500.0, 0.0, 1_500.0],
            "overheating_hours": [300.0, 0.0, 150.0],
        }, index=choices.index,
    )  # fmt: skip
    density = pd.DataFrame({"heat_mwh": [30.0, 20.0], "length_m": [20.0, 80.0]})
    hours = pd.DataFrame(
        {"space_heat_kw": [9.0, 20.0, 0.0], "hot_water_kw": [2.0, 1.0, 3.0], "space_heat_after_kw": [6.0, 9.0, 0.0]}
    )
    migration = pd.DataFrame({
        "rule": ["today", "today", "today", "two_axis"], "from_label": ["A", "D", "D", "A"], "to_label": ["A", "A", "B", "A"],
        "dwellings": [0.5, 1.5, 4.0, 6.0],
    })  # fmt: skip
    made = {
        "demand": demand, "options": options, "choices": choices, "line_density": density, "hours": hours, "label_migration": migration,
    }  # fmt: skip
    return buildings, made | {name: tables.TABLES[name].empty() for name in ("network_variants", "project")}


def figures(parts, **changed):
    frame = indicators(*parts, **{"carbon_eur_per_tonne": 100.0, "year": 2027, **changed})
    return frame["value"]


def test_energy_and_emissions_by_hand(parts):
    value = figures(parts)
    assert value["heat_demand_mwh"] == 50
    assert value["line_density_mwh_per_m"] == pytest.approx(0.5)
    assert value["gas_now_mwh"] == 64
    assert value["gas_after_mwh"] == 0
    assert value["electricity_after_mwh"] == 12
    assert value["dwellings_off_gas"] == 6
    assert value["dwellings_renovated"] == 1
    assert value["fossil_free_heat_share"] == 1
    assert value["co2_avoided_tonnes"] == pytest.approx(6.6 - 1.7)


def test_hours_cold_and_labels_by_hand(parts):
    value = figures(parts)
    assert value["peak_hour_mw"] == pytest.approx(0.021)
    assert value["peak_hour_after_mw"] == pytest.approx(0.010)
    assert value["heat_after_mwh"] == pytest.approx(0.021)
    assert value["cold_demand_mwh"] == pytest.approx(2.0)
    assert value["overheating_hours"] == pytest.approx((300 + 4 * 150) / 6)
    assert value["dwellings_deep"] == 1
    assert value["label_a_now_dwellings"] == pytest.approx(0.5)
    assert value["label_a_after_dwellings"] == pytest.approx(2.0)
    assert "borehole_regeneration_share" not in value  # no ground heat pump in the plan


def test_the_cost_per_tonne_leaves_the_carbon_price_out(parts):
    # extra cost to society 3 x 300 = 900 EUR/year; carbon saved 4.9 t x 100 EUR is inside it and is added back
    assert figures(parts)["abatement_eur_per_tonne"] == pytest.approx((900 + 490) / 4.9)


def test_money_by_hand(parts):
    value = figures(parts)
    assert value["investment_meur"] == pytest.approx(0.045)
    assert value["premium_meur"] == pytest.approx(0.0045)
    assert value["investment_per_dwelling_eur"] == pytest.approx(7_500)
    # own outlay per dwelling: 14,000 twice, and four flats of 3,500
    assert value["owner_investment_median_eur"] == pytest.approx(3_500)
    # the plan is cheaper than gas for the owners of a (1 dwelling) and c (4), not of b
    assert value["owners_better_off_share"] == pytest.approx(5 / 6)


def test_nothing_avoided_gives_no_cost_per_tonne(parts):
    buildings, made = parts
    stay = made["choices"].assign(solution=["gas_boiler", "gas_boiler", "collective_gas_boiler"], package="as_is")
    frame = indicators(buildings, made | {"choices": stay}, carbon_eur_per_tonne=100.0, year=2027)
    assert "abatement_eur_per_tonne" not in frame.index
    assert frame.at["co2_avoided_tonnes", "value"] == 0


def test_reference_and_choice_have_one_row_per_building(parts):
    options, choices = parts[1]["options"], parts[1]["choices"]
    assert reference_options(options)["solution"].tolist() == ["gas_boiler", "gas_boiler", "collective_gas_boiler"]
    assert chosen_options(options, choices)["solution"].tolist() == choices["solution"].tolist()


def test_network_figures_by_hand(parts):
    buildings, made = parts
    names = tables.NETWORK_VARIANTS.column_names
    row = dict.fromkeys(names, 0.0) | {
        "source": "s", "dwellings": 5, "buildings": 2, "heat_mwh": 40.0, "loss_mwh": 10.0, "main_m": 80.0, "investment_eur": 1e6,
        "whole_eur_per_year": 7_000.0, "without_eur_per_year": 9_000.0, "gap_share": 0.02, "chosen": True,
    }  # fmt: skip
    variants = pd.DataFrame(
        [row | {"chosen": False, "heat_mwh": 1.0}, row], index=pd.Index(["network_high", "network_low"], name="variant")
    )
    project = pd.DataFrame(
        {"break_even_eur_per_mwh": [80.0], "npv_eur": [-2e6]}, index=pd.Index(["plan"], name="uptake")
    )
    value = indicators(
        buildings, made | {"network_variants": variants, "project": project}, carbon_eur_per_tonne=100.0, year=2027
    )["value"]
    assert value["network_heat_share"] == pytest.approx(0.8)
    assert value["network_loss_share"] == pytest.approx(0.2)
    assert value["network_density_mwh_per_m"] == pytest.approx(0.5)
    assert value["network_saving_keur_per_year"] == pytest.approx(2.0)
    assert value["network_npv_meur"] == pytest.approx(-2.0)


def test_without_a_network_there_are_no_network_figures(parts):
    assert not [name for name in figures(parts).index if name.startswith("network")]
