"""Options and choices: which solutions fit a building, what they cost whom, and which is taken."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis.strategies import floats, integers

from koppelkans import tables
from koppelkans.errors import DataError, InfeasibleError
from koppelkans.heat import Economics, heat_choices, heat_options, least_cost
from koppelkans.heat.costs import annuity_share
from koppelkans.parameters import read_parameters

DAY = date(2026, 11, 1)
FIGURES = read_parameters()
ECONOMICS = Economics(
    society_rate_share=0.03, owner_rate_share=0.04, horizon_years=30, carbon_eur_per_tonne=100.0, day=DAY
)
PUMPS = ("hybrid_heat_pump", "air_heat_pump", "ground_heat_pump", "high_temperature_heat_pump", "collective_heat_pump")


def with_figures(**values):
    """The shipped figures with some of them set; a key is written with __ for a dot."""
    figures = FIGURES
    for key, value in values.items():
        figures = figures.changed("heat." + key.replace("__", "."), since=date(2020, 1, 1), value=value)
    return figures


def house(name, **about):
    """One building of both tables: a terraced house of 150 m2 that needs 12 MWh, unless said otherwise."""
    usual = {
        "building": name, "type": "terraced", "use": "residential", "period": "1946_1970", "dwellings": 1, "protected": False,
        "heated": True, "floor_area_m2": 150.0, "space_heat_kwh": 10_000.0, "hot_water_kwh": 2_000.0, "peak_kw": 8.0,
        "usual_share": 0.6, "advanced_share": 0.45,
    }  # fmt: skip
    return usual | about


def stock_of(*houses):
    """Buildings and demand, with the columns that this chapter reads."""
    frame = pd.DataFrame(list(houses)).set_index("building")
    frame.index = frame.index.astype("str")
    need = ["space_heat_kwh", "hot_water_kwh", "peak_kw", "usual_share", "advanced_share"]
    demand = frame[need].assign(heat_kwh=frame["space_heat_kwh"] + frame["hot_water_kwh"])
    return frame.drop(columns=need), demand


def prices(**power):
    """Round figures; keyword arguments change the row of electricity."""
    gas = {
        "owner_eur_per_kwh": 0.095, "owner_fixed_eur_per_year": 110.0, "owner_eur_per_kw": 0.0, "society_eur_per_kwh": 0.055,
        "society_fixed_eur_per_year": 60.0, "society_eur_per_kw": 0.0, "emission_kg_per_kwh": 0.182,
    }  # fmt: skip
    electricity = {
        "owner_eur_per_kwh": 0.30, "owner_fixed_eur_per_year": 100.0, "owner_eur_per_kw": 55.0, "society_eur_per_kwh": 0.13,
        "society_fixed_eur_per_year": 0.0, "society_eur_per_kw": 60.0, "emission_kg_per_kwh": 0.08,
    } | power  # fmt: skip
    return pd.DataFrame([gas, electricity], index=pd.Index(["gas", "electricity"], name="carrier"))


def support(amount_eur=1_500.0, cap_share=0.25):
    return pd.DataFrame({"amount_eur": amount_eur, "cap_share": cap_share}, index=pd.Index(PUMPS, name="solution"))


def options_of(*houses, figures=FIGURES, power=None, premium=None, economics=ECONOMICS):
    buildings, demand = stock_of(*houses)
    help_eur = support() if premium is None else premium
    frame, _ = heat_options(
        buildings, demand, prices(**(power or {})), help_eur, economics=economics, parameters=figures
    )
    return tables.check(tables.OPTIONS, frame)


def solutions_of(options, building):
    return list(options.loc[options["building"] == building, "solution"])


VILLAGE = (
    house("row"), house("new", period="from_2012"), house("villa", type="detached", floor_area_m2=220.0),
    house("flats", type="apartment_building", dwellings=8, floor_area_m2=800.0, space_heat_kwh=60_000.0, hot_water_kwh=12_000.0, peak_kw=45.0),
    house("school", type="non_residential", use="school", dwellings=0, floor_area_m2=2_000.0, space_heat_kwh=150_000.0, peak_kw=110.0),
    house("listed", protected=True), house("shed", type="annex", use="annex", heated=False, dwellings=0),
)  # fmt: skip

# ------------------------------------------------------------------------------------------------------------------ cases


def test_gas_boiler_by_hand():
    """12 MWh of heat at 0.9: 13,333 kWh of gas. Society: 327.19 capital, 135 upkeep, 793.33 energy, 242.67 carbon."""
    figures = with_figures(
        gas_boiler__investment_eur=4_500.0, gas_boiler__life_years=18, gas_boiler__upkeep_share=0.03, boiler__efficiency_share=0.9
    )  # fmt: skip
    boiler = options_of(house("row"), figures=figures).loc["row|gas_boiler"]
    assert boiler["package"] == "as_is"
    assert boiler["gas_kwh"] == pytest.approx(13_333.33, abs=0.01)
    assert boiler["emission_kg"] == pytest.approx(2_426.67, abs=0.01)
    assert boiler["society_eur_per_year"] == pytest.approx(1_498.19, abs=0.02)
    assert boiler["owner_investment_eur"] == pytest.approx(5_445.0)  # a boiler is taxed at 21 %
    assert boiler["owner_eur_per_year"] == pytest.approx(430.12 + 143.10 + 1_266.67 + 110.0, abs=0.02)


def test_air_heat_pump_by_hand():
    """6.4 kW at 14,000 EUR for 8 kW, exponent 0.8: 11,711 EUR, and emitters at 150 m2 x 40 EUR; premium 1,500 EUR."""
    figures = with_figures(
        air_heat_pump__investment_eur=14_000.0, plant__scale_exponent=0.8, air_heat_pump__cover_share=0.8,
        emitters__investment_eur_per_m2=40.0, emitters__oversizing=1.4,
    )  # fmt: skip
    pump = options_of(house("row"), figures=figures).loc["row|air_heat_pump"]
    assert pump["package"] == "low_temperature_emitters"
    assert pump["flow_c"] == pytest.approx(45.0)
    assert pump["investment_eur"] == pytest.approx(14_000 * 0.8**0.8 + 6_000)
    assert pump["owner_investment_eur"] == pytest.approx(1.06 * pump["investment_eur"] - 1_500)
    assert pump["gas_kwh"] == 0.0
    assert pump["spf"] == pytest.approx(12_000 / pump["electricity_kwh"])


def test_boreholes_by_hand():
    """Same pump, same flow: the difference in price between two metre prices is the length."""
    dear, cheap = (
        options_of(house("villa", type="detached"), figures=with_figures(borehole__investment_eur_per_m=price)).loc["villa|ground_heat_pump"]
        for price in (61.0, 60.0)
    )  # fmt: skip
    length_m = dear["investment_eur"] - cheap["investment_eur"]
    drawn_kw = 8.0 - dear["electric_peak_kw"]
    assert length_m == pytest.approx(drawn_kw * 1_000 / FIGURES.at("heat.borehole.extraction_w_per_m", DAY))


def test_premium_stops_at_its_share_of_the_invoice():
    pump = options_of(house("row"), premium=support(amount_eur=50_000.0, cap_share=0.25)).loc[
        "row|high_temperature_heat_pump"
    ]
    assert pump["package"] == "as_is"
    assert pump["owner_investment_eur"] == pytest.approx((1.06 - 0.25) * pump["investment_eur"])


def test_each_building_gets_what_fits():
    options = options_of(*VILLAGE)
    individual = ["gas_boiler", "hybrid_heat_pump", "air_heat_pump", "high_temperature_heat_pump"]
    with_ground = [*individual[:3], "ground_heat_pump", individual[3]]
    assert solutions_of(options, "row") == individual
    assert solutions_of(options, "villa") == solutions_of(options, "school") == with_ground
    assert solutions_of(options, "flats") == ["gas_boiler", "collective_gas_boiler", "collective_heat_pump"]
    assert solutions_of(options, "shed") == []


def test_a_recent_house_is_ready_and_an_old_one_is_not():
    options = options_of(*VILLAGE)
    assert options.at["new|air_heat_pump", "package"] == "as_is"
    assert options.at["row|air_heat_pump", "package"] == "low_temperature_emitters"
    assert options.at["row|high_temperature_heat_pump", "package"] == "as_is"


def test_renovation_is_taken_when_it_costs_little_and_saves_much():
    cheap = FIGURES.changed(
        "heat.advanced_renovation.investment_eur_per_m2", since=date(2020, 1, 1), value=1.0, scope="terraced"
    )
    options = options_of(house("row"), house("listed", protected=True), figures=cheap)
    assert options.at["row|gas_boiler", "package"] == "advanced_renovation"
    assert options.at["row|gas_boiler", "gas_kwh"] == pytest.approx(
        (4_500 + 2_000) / FIGURES.at("heat.boiler.efficiency_share", DAY)
    )
    assert options.at["listed|gas_boiler", "package"] == "as_is"


def test_a_boiler_for_each_flat_costs_as_many_boilers():
    flats = options_of(VILLAGE[3]).loc["flats|gas_boiler"]
    one = options_of(house("row")).loc["row|gas_boiler"]
    assert flats["investment_eur"] == pytest.approx(8 * one["investment_eur"])


def test_annuity_by_hand():
    assert annuity_share(20.0, 0.04) == pytest.approx(0.07358, abs=1e-5)
    assert annuity_share(20.0, 0.0) == pytest.approx(0.05)


def test_choice_regret_and_owner():
    options = options_of(*VILLAGE)
    choices, remarks = heat_choices(options, fossil_free=True, must={}, never={})
    tables.check(tables.CHOICES, choices)
    cost = options.set_index(["building", "solution"])["society_eur_per_year"]
    row = choices.loc["row"]
    assert row["solution"] not in tables.FOSSIL_SOLUTIONS
    assert row["regret_eur_per_year"] == pytest.approx(cost["row", row["second_best"]] - cost["row", row["solution"]])
    assert choices.loc["flats", "solution"] == "collective_heat_pump"
    assert pd.isna(choices.loc["flats", "second_best"])
    assert pd.isna(choices.loc["flats", "regret_eur_per_year"])
    assert choices.loc["row", "owner_best"] == "gas_boiler"
    assert {row["about"] for row in remarks} == {"choices.owner_best", "choices.solution"}


def test_what_the_municipality_sets_goes_first():
    options = options_of(*VILLAGE)
    choices, _ = heat_choices(
        options, fossil_free=True, must={"row": "hybrid_heat_pump"}, never={"villa": ["air_heat_pump"]}
    )
    assert choices.loc["row", "solution"] == "hybrid_heat_pump"
    assert choices.loc["row", "reason"] == "set in the scenario"
    assert choices.loc["villa", "solution"] != "air_heat_pump"


def test_remarks_name_the_share_of_rows():
    buildings, demand = stock_of(*VILLAGE)
    _, remarks = heat_options(buildings, demand, prices(), support(), economics=ECONOMICS, parameters=FIGURES)
    table = tables.check(tables.REMARKS, tables.remarks(remarks))
    special = table.loc[table["about"] == "options", "rows_share"]
    assert sorted(special) == pytest.approx([1 / 6, 1 / 6, 1 / 6, 3 / 6])


def test_nothing_heated_gives_empty_tables():
    buildings, demand = stock_of(VILLAGE[-1])
    options, remarks = heat_options(buildings, demand, prices(), support(), economics=ECONOMICS, parameters=FIGURES)
    choices, _ = heat_choices(options, fossil_free=True, must={}, never={})
    assert len(tables.check(tables.OPTIONS, options)) == len(tables.check(tables.CHOICES, choices)) == len(remarks) == 0
    nothing = least_cost(
        buildings, demand, prices(), support(), economics=ECONOMICS, parameters=FIGURES, fossil_free=True
    )
    assert nothing.empty


# ------------------------------------------------------------------------------------------------------------- properties


@pytest.mark.parametrize("fossil_free", [True, False])
def test_the_short_way_gives_the_cost_of_the_choices(fossil_free):
    buildings, demand = stock_of(*VILLAGE)
    options, _ = heat_options(buildings, demand, prices(), support(), economics=ECONOMICS, parameters=FIGURES)
    choices, _ = heat_choices(options, fossil_free=fossil_free, must={}, never={})
    short = least_cost(
        buildings, demand, prices(), support(), economics=ECONOMICS, parameters=FIGURES, fossil_free=fossil_free
    )
    chosen = options.loc[choices.index + "|" + choices["solution"]]
    gas = options[options["solution"] == "gas_boiler"].set_index("building").loc[choices.index]
    assert list(short.index) == list(choices.index)
    for name in ("society_eur_per_year", "investment_eur", "emission_kg"):
        assert short[name].to_numpy() == pytest.approx(chosen[name].to_numpy())
    assert short["reference_society_eur_per_year"].to_numpy() == pytest.approx(gas["society_eur_per_year"].to_numpy())


def test_the_order_of_the_rows_does_not_matter():
    there, back = options_of(*VILLAGE), options_of(*VILLAGE[::-1])
    pd.testing.assert_frame_equal(there, back.loc[there.index])


@given(dearer=floats(0.001, 0.3))
@settings(max_examples=15, deadline=None)
def test_dearer_electricity_never_makes_a_heat_pump_cheaper(dearer):
    now = options_of(*VILLAGE)
    then = options_of(*VILLAGE, power={"owner_eur_per_kwh": 0.30 + dearer, "society_eur_per_kwh": 0.13 + dearer})
    burns_only = now["solution"].isin(["gas_boiler", "collective_gas_boiler"])
    rise = (then["society_eur_per_year"] - now["society_eur_per_year"]).loc[now.index]
    assert (rise[~burns_only] > 0).all()
    assert rise[burns_only].abs().max() < 1e-9
    assert (then["owner_eur_per_year"] - now["owner_eur_per_year"]).loc[now.index[burns_only]].abs().max() < 1e-9


@given(heat_kwh=floats(1_000, 60_000), peak_kw=floats(1, 60), area_m2=floats(30, 600), saved=floats(0.1, 0.95))
@settings(max_examples=25, deadline=None)
def test_every_house_has_a_fossil_free_option_and_finite_costs(heat_kwh, peak_kw, area_m2, saved):
    one = house(
        "h", space_heat_kwh=heat_kwh, peak_kw=peak_kw, floor_area_m2=area_m2, usual_share=1 - saved / 2, advanced_share=1 - saved
    )  # fmt: skip
    options = options_of(one)
    assert "air_heat_pump" in solutions_of(options, "h")
    numbers = options.select_dtypes("number")
    assert np.isfinite(numbers.to_numpy()).all()
    burns_only = options["solution"].isin(["gas_boiler", "collective_gas_boiler"])
    assert (options["vat_eur"] >= 0.06 * options["investment_eur"] - 1e-6).all()
    assert (options["vat_eur"][~burns_only] <= 0.06 * options["investment_eur"][~burns_only] + 1e-6).all()
    assert (options["owner_investment_eur"] <= options["investment_eur"] + options["vat_eur"] + 1e-6).all()


@given(years=integers(1, 60), rate_share=floats(0, 0.2))
@settings(max_examples=30)
def test_a_longer_life_never_costs_more_per_year(years, rate_share):
    assert annuity_share(years + 1.0, rate_share) <= annuity_share(float(years), rate_share) * (1 + 1e-9)


def test_carbon_moves_society_and_never_the_owner():
    dear = Economics(0.03, 0.04, 30, 400.0, DAY)
    now, then = options_of(house("row")), options_of(house("row"), economics=dear)
    boiler = "row|gas_boiler"
    more = then.at[boiler, "society_eur_per_year"] - now.at[boiler, "society_eur_per_year"]
    assert more == pytest.approx(now.at[boiler, "emission_kg"] * 0.3)
    assert then.at[boiler, "owner_eur_per_year"] == now.at[boiler, "owner_eur_per_year"]


# ---------------------------------------------------------------------------------------------------------------- refusals


def test_contradicting_choices_are_refused_with_the_buildings_named():
    options = options_of(*VILLAGE)
    must = {"row": "ground_heat_pump", "villa": "air_heat_pump"}
    with pytest.raises(InfeasibleError, match="no solution is left for 3 buildings") as refusal:
        heat_choices(
            options, fossil_free=True, must=must, never={"villa": ["air_heat_pump"], "flats": ["collective_heat_pump"]}
        )
    assert "building row: must be ground_heat_pump; what fits there: gas_boiler, hybrid_heat_pump" in str(refusal.value)
    assert "building flats: fossil-free and never collective_heat_pump" in str(refusal.value)


def test_a_building_without_demand_is_refused():
    buildings, demand = stock_of(house("a"), house("b"))
    with pytest.raises(DataError, match=r"no row for 1 buildings \(b\)"):
        heat_options(buildings, demand.drop("b"), prices(), support(), economics=ECONOMICS, parameters=FIGURES)


def test_missing_prices_are_refused():
    buildings, demand = stock_of(house("a"))
    with pytest.raises(DataError, match="no row gas"):
        heat_options(buildings, demand, prices().drop("gas"), support(), economics=ECONOMICS, parameters=FIGURES)
