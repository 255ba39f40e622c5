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
from koppelkans.heat.insulation import stop_insulating
from koppelkans.heat.options import FOSSIL, option_arrays, options_table, pick
from koppelkans.parameters import read_parameters
from renovation_fixture import DEEP, LADDER, LIGHT, ladders, rung

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
    }  # fmt: skip
    return usual | about


def stock_of(*houses):
    """Buildings and demand, with the columns that this chapter reads."""
    frame = pd.DataFrame(list(houses)).set_index("building")
    frame.index = frame.index.astype("str")
    need = ["space_heat_kwh", "hot_water_kwh", "peak_kw"]
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


def options_of(*houses, figures=FIGURES, power=None, premium=None, economics=ECONOMICS, **by_building):
    buildings, demand = stock_of(*houses)
    help_eur = support() if premium is None else premium
    frame, _ = heat_options(
        buildings, demand, ladders(buildings, **by_building), prices(**(power or {})), help_eur, economics=economics, parameters=figures
    )  # fmt: skip
    return tables.check(tables.OPTIONS, frame)


def arrays_of(*houses, **by_building):
    buildings, demand = stock_of(*houses)
    return option_arrays(
        buildings, demand, ladders(buildings, **by_building), prices(), support(), economics=ECONOMICS, parameters=FIGURES
    )  # fmt: skip


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
    cheap = (LADDER[0], LADDER[1], {**LADDER[2], "eur_per_m2": 1.0, "fan_kwh": 250.0})
    options = options_of(house("row"), house("other"), row=cheap)
    boiler = options.loc["row|gas_boiler"]
    assert (boiler["package"], boiler["rung"], boiler["measures"]) == ("deep_renovation", 2, DEEP)
    assert boiler["gas_kwh"] == pytest.approx((4_500 + 2_000) / FIGURES.at("heat.boiler.efficiency_share", DAY))
    other = options.loc["other|gas_boiler"]
    assert (other["package"], other["rung"], other["measures"]) == ("as_is", 0, "")


def test_ventilation_is_paid_by_hand():
    """250 kWh a year: 0.13 EUR and 0.08 kg/kWh at 100 EUR/t for society, 0.30 EUR for the owner; no peak."""
    silent = (LADDER[0], rung(1, 0.45, 1.0, measures=DEEP, depth="deep_renovation"))
    fans = (LADDER[0], {**silent[1], "fan_kwh": 250.0})
    still, moved = (options_of(house("row"), row=ladder).loc["row|gas_boiler"] for ladder in (silent, fans))
    names = ["society_eur_per_year", "owner_eur_per_year", "emission_kg", "electricity_kwh"]
    more = moved[names] - still[names]
    assert more["electricity_kwh"] == pytest.approx(250.0)
    assert more["emission_kg"] == pytest.approx(20.0)
    assert more["society_eur_per_year"] == pytest.approx(250 * 0.13 + 0.02 * 100)
    assert more["owner_eur_per_year"] == pytest.approx(250 * 0.30)
    assert moved["electric_peak_kw"] == 0.0
    assert moved["spf"] == still["spf"]


def test_renovation_and_emitters_have_their_own_lives_by_hand():
    """A heat pump that may only be built with rung 2 and emitters: 330 + 40 EUR/m2 on 150 m2, 40 and 30 years."""
    only = tuple(step for step in LADDER if step["rung"] == 2)
    hot = with_figures(
        air_heat_pump__flow_limit_c=36.0, emitters__low_flow_c=35.0, emitters__life_years=30.0, emitters__investment_eur_per_m2=40.0
    )  # fmt: skip
    free = hot.changed("heat.air_heat_pump.investment_eur", since=date(2020, 1, 1), value=1e-9)
    dear, cheap = (
        options_of(house("row"), figures=figures, row=only).loc["row|air_heat_pump"]
        for figures in (free, free.changed("heat.emitters.investment_eur_per_m2", since=date(2020, 1, 1), value=0.0))
    )
    assert dear["measures"] == f"{DEEP}+low_temperature_emitters"
    assert dear["package"] == "deep_renovation"
    assert dear["investment_eur"] == pytest.approx(150 * 370.0)
    assert dear["society_eur_per_year"] - cheap["society_eur_per_year"] == pytest.approx(
        6_000 * annuity_share(30.0, 0.03)
    )
    power_eur = cheap["electricity_kwh"] * (0.13 + 0.08 * 0.1)
    network_eur = cheap["electric_peak_kw"] * 60.0 * FIGURES.at("heat.peak_coincidence_share", DAY)
    renovation_eur = cheap["society_eur_per_year"] - power_eur - network_eur
    assert renovation_eur == pytest.approx(150 * 330.0 * annuity_share(40.0, 0.03), abs=0.01)


def test_a_ladder_without_rungs_forbids_them():
    whole = options_of(house("row"), house("other"))
    bound = options_of(house("row"), house("other"), row=LADDER[1:])
    assert (bound.loc[bound["building"] == "row", "rung"] >= 1).all()
    pd.testing.assert_frame_equal(bound[bound["building"] == "other"], whole[whole["building"] == "other"])


def test_where_to_stop_insulating_by_hand():
    """Rung 1 nearly free, rung 2 dear: stop at 1. The next rung saves 1,500 kWh more for 0.0433 x 150 x 299 EUR more a year."""
    ladder = (LADDER[0], rung(1, 0.6, 1.0, measures=LIGHT, depth="medium_renovation"), rung(2, 0.45, 300.0, measures=DEEP, depth="deep_renovation"))  # fmt: skip
    found = stop_insulating(arrays_of(house("row"), house("done"), row=ladder, done=ladder[:1]))
    assert list(found.index) == ["row", "done"]
    assert found.loc["row", "rung"] == 1
    assert found.loc["row", "saved_share"] == pytest.approx(1 - 0.36)
    assert found.loc["row", "next_rung_eur_per_kwh"] == pytest.approx(
        float(annuity_share(40.0, 0.03)) * 150 * 299 / 1_500
    )
    assert found.loc["done", "rung"] == 0
    assert pd.isna(found.loc["done", "next_rung_eur_per_kwh"])


def test_insulation_for_nothing_stops_at_the_last_rung_and_dear_insulation_at_none():
    free, dear = (tuple({**step, "eur_per_m2": step["eur_per_m2"] * price} for step in LADDER) for price in (0.0, 10.0))
    found = stop_insulating(arrays_of(house("free"), house("dear"), free=free, dear=dear))
    assert list(found["rung"]) == [2, 0]


def test_picks_obey_what_is_allowed():
    arrays = arrays_of(*VILLAGE)
    best = pick(arrays, solutions=~FOSSIL)
    rungs = arrays.packages.rung
    deep = pick(arrays, packages=np.broadcast_to(rungs == 2, arrays.packages.useful.shape), solutions=~FOSSIL)
    cost = arrays.allowed_cost
    every = np.arange(len(arrays.buildings))
    assert not FOSSIL[best.solution].any()
    assert (rungs[deep.package] == 2).all()
    assert (cost[every, deep.solution, deep.package] >= cost[every, best.solution, best.package]).all()
    nothing = pick(arrays, packages=np.zeros(arrays.packages.useful.shape, dtype=bool))
    assert (nothing.solution == -1).all()
    assert (nothing.package == -1).all()


def test_options_under_a_bound_come_from_the_same_arrays():
    arrays = arrays_of(*VILLAGE)
    bound = options_table(arrays, packages=arrays.packages.useful & (arrays.packages.rung <= 1))
    tables.check(tables.OPTIONS, bound)
    assert (bound["rung"] <= 1).all()
    pd.testing.assert_frame_equal(options_table(arrays), options_of(*VILLAGE))


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
    _, remarks = heat_options(
        buildings, demand, ladders(buildings), prices(), support(), economics=ECONOMICS, parameters=FIGURES
    )
    table = tables.check(tables.REMARKS, tables.remarks(remarks))
    special = table.loc[table["about"] == "options", "rows_share"]
    assert sorted(special) == pytest.approx([1 / 6, 1 / 6, 3 / 6])


def test_nothing_heated_gives_empty_tables():
    buildings, demand = stock_of(VILLAGE[-1])
    options, remarks = heat_options(
        buildings, demand, ladders(buildings), prices(), support(), economics=ECONOMICS, parameters=FIGURES
    )
    choices, _ = heat_choices(options, fossil_free=True, must={}, never={})
    assert len(tables.check(tables.OPTIONS, options)) == len(tables.check(tables.CHOICES, choices)) == len(remarks) == 0
    arrays = arrays_of(VILLAGE[-1])
    assert least_cost(arrays, fossil_free=True).empty
    assert stop_insulating(arrays).empty
    assert len(pick(arrays).solution) == 0


# ------------------------------------------------------------------------------------------------------------- properties


@pytest.mark.parametrize("fossil_free", [True, False])
def test_the_short_way_gives_the_cost_of_the_choices(fossil_free):
    buildings, demand = stock_of(*VILLAGE)
    options, _ = heat_options(
        buildings, demand, ladders(buildings), prices(), support(), economics=ECONOMICS, parameters=FIGURES
    )
    choices, _ = heat_choices(options, fossil_free=fossil_free, must={}, never={})
    short = least_cost(arrays_of(*VILLAGE), fossil_free=fossil_free)
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
    one = house("h", space_heat_kwh=heat_kwh, peak_kw=peak_kw, floor_area_m2=area_m2)
    steps = (
        rung(1, 1 - saved / 2, 200.0, depth="light_renovation"),
        rung(2, 1 - saved, 330.0, depth="deep_renovation"),
    )
    options = options_of(one, h=(LADDER[0], *steps))
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
        heat_options(
            buildings,
            demand.drop("b"),
            ladders(buildings),
            prices(),
            support(),
            economics=ECONOMICS,
            parameters=FIGURES,
        )


def test_a_building_without_any_rung_is_refused():
    buildings, demand = stock_of(house("a"), house("b"))
    with pytest.raises(DataError, match=r"renovations has no row for 1 buildings \(b\); expected at least one"):
        heat_options(
            buildings, demand, ladders(buildings, b=()), prices(), support(), economics=ECONOMICS, parameters=FIGURES
        )


def test_missing_prices_are_refused():
    buildings, demand = stock_of(house("a"))
    with pytest.raises(DataError, match="no row gas"):
        heat_options(
            buildings,
            demand,
            ladders(buildings),
            prices().drop("gas"),
            support(),
            economics=ECONOMICS,
            parameters=FIGURES,
        )
