"""Law and prices as they are shipped: complete, dated, and honest about their gaps."""

from datetime import date, timedelta

import pytest

from koppelkans.errors import ParameterError
from koppelkans.parameters import read_parameters
from koppelkans.parameters.coverage import GRID_AREAS

DAY = date(2026, 11, 1)

PER_AREA = (
    "elec.capacity_tariff", "elec.dist_kwh", "gas.t1_fixed", "gas.t1_prop", "gas.t2_fixed", "gas.t2_prop", "gas.t3_fixed", "gas.t3_prop",
)  # fmt: skip
LAW = {
    "elec.capacity_tariff", "elec.dist_kwh", "elec.data_management", "elec.prosumer_tariff", "elec.min_billed_peak", "elec.network_ceiling",
    "elec.network_ceiling_binds_below", "elec.excise", "elec.energy_contribution", "elec.gsc", "elec.wkk", "elec.energiefonds",
    "elec.social_tariff", "gas.t1_fixed", "gas.t1_prop", "gas.t2_fixed", "gas.t2_prop", "gas.t3_fixed", "gas.t3_prop", "gas.t1_limit",
    "gas.t2_limit", "gas.t3_limit", "gas.transport_fluxys", "gas.data_management", "gas.excise_first_12MWh", "gas.excise_above_12MWh",
    "gas.excise_band_limit", "gas.energy_contribution", "gas.excise", "gas.social_tariff", "gas.supplier_formula", "heat.social_tariff",
    "heat.social_tariff.supplier_lump_sum", "social_tariff_premium.collective", "vat", "tax_shift_flemish", "ets2.start",
    "ets2.price_cap_msr", "ets2.max_effect_gas", "market.ttf_dam", "market.belpex_rlp_m", "profile.electricity", "profile.gas",
    "bill.network_elec", "bill.network_gas", "bill.elec_total", "ratio.elec_gas", "ratio.needed_payback15", "allowed_revenue.elec_dso",
    "allowed_revenue.gas_dso", "gasnet.investment", "gasnet.residual_book_value_2050", "gasnet.new_connections",
    "dso.capital_remuneration", "consumption.gradient_elec", "mvp.heat_pump.air_water", "mvp.heat_pump.geothermal", "mvp.heat_pump.hybrid",
    "mvp.heat_pump.air_air", "mvp.heat_pump.hp_boiler", "mvp.heat_pump.cap_share", "mvp.heat_pump.max", "mvp.roof.max",
    "mvp.roof.min_invoice", "mvp.asbestos_bonus", "mvp.ventilation_D", "mvp.solar_boiler", "mvp.income_limit", "mvl.max", "mvl.term",
    "mvl.rate", "mvl.income_limit", "mvl.premium_as_prepayment", "noodkoop.max", "noodkoop.stock", "noodkoop.income_limit_vilvoorde",
    "wvc.max_subsidy", "energy_sharing.quarter_hour_fee", "nl.target_heatnet_dwellings", "boiler_ban.newbuild_gas", "gas_ban.large_projects",
}  # fmt: skip
DECIDERS = {"EU", "federal", "flemish", "regulator", "operator", "municipality", "lender", "market", "technique"}


def shipped():
    return read_parameters().choosing(stand_ins={}, hold=[])


def test_every_figure_of_law_is_shipped():
    assert set(read_parameters().entries) >= LAW


def test_every_figure_of_law_says_who_decides():
    known = read_parameters().entries
    assert {key: known[key].decides for key in LAW if known[key].decides not in DECIDERS} == {}


@pytest.mark.parametrize("key", PER_AREA)
def test_every_area_has_its_own_network_tariff(key):
    found = shipped().table(key, DAY)
    assert set(GRID_AREAS) <= set(found.index)
    assert found[list(GRID_AREAS)].nunique() == len(GRID_AREAS)


def test_network_tariffs_end_with_their_year():
    with pytest.raises(
        ParameterError,
        match=r"elec\.capacity_tariff has no value for west on 2027-01-01: its last value ended on 2026-12-31",
    ):
        shipped().at("elec.capacity_tariff", date(2027, 1, 1), "west")


def test_a_social_tariff_ends_with_its_quarter():
    known = shipped()
    assert known.at("gas.social_tariff", date(2024, 12, 31)) == 0.05126
    with pytest.raises(ParameterError, match=r"gas\.social_tariff has no value for all on 2025-01-01"):
        known.at("gas.social_tariff", date(2025, 1, 1))
    assert known.at("elec.social_tariff", date(2026, 12, 31), "single") == 0.26851
    for key in ("gas.social_tariff", "elec.social_tariff"):
        for value in known.entries[key].values:
            assert value.last is not None
            assert timedelta(89) <= value.last - value.first <= timedelta(91)


def test_the_excise_of_protected_gas_customers_is_not_known_after_july_2026():
    assert shipped().at("gas.excise", date(2026, 7, 31), "protected") == 0.00277
    with pytest.raises(
        ParameterError,
        match=r"gas\.excise has no value for protected on 2026-08-01: its last value ended on 2026-07-31",
    ):
        shipped().at("gas.excise", date(2026, 8, 1), "protected")


def test_the_voted_path_of_the_electricity_excise():
    days = [date(2026, 7, 31), date(2026, 8, 1), date(2027, 1, 1), date(2028, 1, 1), date(2029, 1, 1), date(2040, 1, 1)]
    assert [shipped().at("elec.excise", day, "household") for day in days] == [
        0.0474811,
        0.046,
        0.043,
        0.04,
        0.038,
        0.038,
    ]


def test_a_step_that_is_known_to_come_but_not_known_is_a_gap():
    """The upper slice of the gas excise rises on 1 January 2027; its new value is not at hand."""
    assert shipped().at("gas.excise_above_12MWh", date(2026, 12, 31), "household") == 0.01116
    with pytest.raises(ParameterError, match=r"gas\.excise_above_12MWh has no value for household on 2027-01-01"):
        shipped().at("gas.excise_above_12MWh", date(2027, 1, 1), "household")


def test_texts_and_dates_stay_texts():
    known = shipped()
    assert known.value("heat.social_tariff", DAY).value == "= gas.social_tariff"
    assert known.value("heat.social_tariff", DAY).standing == "official"
    assert known.value("boiler_ban.newbuild_gas", DAY, "flanders").value == "2025-01-01"


def test_premiums_are_known_for_the_two_upper_categories_only():
    assert set(shipped().table("mvp.heat_pump.air_water", DAY).index) == {"cat1", "cat2"}
    assert shipped().table("mvp.heat_pump.cap_share", DAY)[["cat1", "cat2", "cat3", "cat4"]].to_list() == [
        0.2,
        0.25,
        0.35,
        0.5,
    ]


@pytest.mark.parametrize("key", ["market.power_wholesale_eur_per_mwh", "market.gas_wholesale_eur_per_mwh"])
def test_the_calm_world_ranges_over_the_others(key):
    worlds = shipped().table(key, DAY)
    calm = shipped().value(key, DAY, "calm")
    assert (calm.low, calm.high) == (worlds["low"], worlds["high"])


@pytest.mark.parametrize("key", ["carbon.ets2_eur_per_tonne", "carbon.society_eur_per_tonne"])
def test_carbon_paths_are_ordered_and_never_fall(key):
    days = [date(year, 6, 1) for year in (2026, 2028, 2030, 2040, 2050)]
    paths = {path: [shipped().at(key, day, path) for day in days] for path in ("low", "central", "high")}
    for low, central, high in zip(*paths.values(), strict=True):
        assert low <= central <= high
    assert all(path == sorted(path) for path in paths.values())


def test_electricity_grows_cleaner():
    path = [shipped().at("emissions.electricity_kg_per_kwh", date(year, 1, 1)) for year in range(2025, 2056)]
    assert path == sorted(path, reverse=True)
