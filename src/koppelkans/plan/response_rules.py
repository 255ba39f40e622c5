"""The rules of a response by group and year: prices as on the bills, support, loans and duties, all from dated figures."""

from __future__ import annotations

from datetime import date

import numpy as np
from numpy.typing import NDArray

from koppelkans.money.bill_arrays import EnergyUse, bill_arrays, unit_prices
from koppelkans.money.bill_kernel import Figure
from koppelkans.money.lines import Rules as DayRules
from koppelkans.money.lines import heat_social_eur_per_kwh
from koppelkans.money.project_terms import Terms
from koppelkans.money.tariff_table import TariffTable, tariff_table
from koppelkans.parameters import Parameters
from koppelkans.parameters.reforms import NONE, word
from koppelkans.people.response.case import NO_DUTY, Rules
from koppelkans.plan.response_asked import Asked, terms_asked
from koppelkans.plan.response_forms import (
    AIR,
    NETWORK,
    OPTIONS,
)
from koppelkans.plan.response_ground import (
    GROUPS,
    INSTITUTION,
    OWNER,
    PRIVATE,
    SOCIAL,
    STANDS_IN,
    TENURE,
    Ground,
)
from koppelkans.plan.response_support import (
    connection_fee_eur,
    connection_premium_share,
    lease_terms,
    loans,
    one_application,
    premiums_eur,
    yearly_support_eur,
)

Floats = NDArray[np.float64]

KWH_PER_MWH, KG_PER_TONNE = 1_000.0, 1_000.0
FUELS = 2
RENTAL_GROUP, BUYER_GROUP = "open_", "house_"


def rules_of(asked: Asked, ground: Ground, premiums_missing: set[str] | None = None) -> Rules:
    """All rules of a response but what concerns streets (duty deferred): see ``people.response.case.Rules``. Heat has no price yet.

    ``premiums_missing`` collects income categories without a sourced amount, for which that of the scenario stands in. Method: docs/method.md#response-rules.
    """
    terms, years = terms_asked(asked), len(asked.years)
    energy = _with_vat(asked)
    fixed, fee = heat_fixed_eur(asked, ground, terms), connection_fee_eur(asked, terms)
    bought = energy_prices(asked, ground)
    take_up, loan = loans(asked, ground)
    return Rules(
        fuel_eur_per_kwh=bought["fuel_eur_per_kwh"], fuel_fixed_eur=bought["fuel_fixed_eur"],
        electricity_eur_per_kwh=bought["electricity_eur_per_kwh"], electricity_eur_per_kw=bought["electricity_eur_per_kw"],
        heat_eur_per_mwh=np.full(years, terms.tariff_eur_per_kwh * KWH_PER_MWH * energy), heat_fixed_eur=fixed,
        upkeep_eur=ground.forms.of_place("upkeep_eur"), premium_eur=premiums_eur(asked, ground, premiums_missing), premium_cap_share=np.ones(OPTIONS), connection_premium_share=connection_premium_share(asked),
        prefinanced_share=asked.by_quartile("prefinance.premium_share"),
        premium_delay_years=asked.now("mvp.payment_delay_years") * one_application(asked, "delay"),
        loan_eur=loan["loan_eur"], loan_rate_share=loan["loan_rate_share"], loan_years=asked.now("mvl.term"), loan_take_up_share=take_up,
        bullet_loan_share=loan["bullet_loan_share"], boiler_loan_share=asked.path("support.fossil_boiler", "flanders"), yearly_support_eur=yearly_support_eur(asked), support_years=asked.now("property_tax.reduction_years"),
        connection_fee_eur=fee, early_fee_eur=fee, **lease_terms(asked), sale_label=worst_label(asked, "buyer", BUYER_GROUP),
        sale_duty_deferred=np.zeros((len(ground.sections), years), dtype=np.bool_),
        connection_counts=np.zeros((len(ground.sections), years), dtype=np.bool_), rent_label=worst_label(asked, "rental", RENTAL_GROUP),
        switch_label=np.minimum(asked.path("goal.label_at_switch") - 1, NO_DUTY),
    )  # fmt: skip


# ---------------------------------------------------------------------------------------------------------------------- prices


def _with_vat(asked: Asked) -> float:
    return 1.0 + asked.now("vat", "household_energy")


def energy_prices(asked: Asked, ground: Ground) -> dict[str, Floats]:
    """Price of one more kWh of gas and electricity and kW of peak, and what a gas connection costs apart from kWh, as on the bills; (C, ..., T), VAT included.

    Of a mean household of each group: gas at its own use, electricity with a heat pump beside its own use; those with the social tariff by their share. Oil has no
    figure of its own and follows gas. ETS2 comes on gas from its year on. Tenants of a kind have the mean of their quartiles.
    """
    use, share = _uses(asked, ground)
    names = ("gas", "fixed", "electricity", "kw")
    by_day = {day: _prices_on(asked, day, use, share) for day in dict.fromkeys(asked.days)}
    found = {name: np.stack([by_day[day][name] for day in asked.days], axis=1) for name in names}
    alike = _same_for_tenants(ground)
    found = {name: alike @ value for name, value in found.items()}
    return {
        "fuel_eur_per_kwh": np.repeat(found["gas"][:, None, :], FUELS, axis=1), "fuel_fixed_eur": np.repeat(found["fixed"][:, None, :], FUELS, axis=1),
        "electricity_eur_per_kwh": found["electricity"], "electricity_eur_per_kw": found["kw"],
    }  # fmt: skip


def _uses(asked: Asked, ground: Ground) -> tuple[dict[str, EnergyUse], Floats]:
    """A year of each group without and with the social tariff (2C rows): with a gas boiler, and with a heat pump."""
    people = ground.people
    weight = people["weight"].to_numpy(float)
    known = np.where(people["gas_kwh"].to_numpy(float) > 0, weight, 0.0)
    values = {}
    for name in ("electricity_kwh", "gas_kwh", "peak_kw"):
        own = people[name].to_numpy(float)
        mean = float((own * known).sum() / known.sum()) if known.sum() > 0 else _mean_use(asked, name)
        values[name] = np.tile(np.where(own > 0, own, mean), 2)
    pump_kwh, pump_kw = ground.forms.of_place("electricity_kwh")[AIR], ground.forms.of_place("electric_peak_kw")[AIR]
    pump_kw *= asked.now("heat.monthly_peak_share")
    rows = 2 * GROUPS
    social = np.repeat([False, True], GROUPS)
    common = {"heat_kwh": np.zeros(rows), "vulnerable": social, "area": np.zeros(rows, dtype=np.int32)}
    uses = {
        "boiler": EnergyUse(
            electricity_kwh=values["electricity_kwh"], gas_kwh=values["gas_kwh"], peak_kw=values["peak_kw"], has_gas=np.ones(rows, dtype=bool), **common
        ),
        "pump": EnergyUse(
            electricity_kwh=values["electricity_kwh"] + pump_kwh, gas_kwh=np.zeros(rows), peak_kw=values["peak_kw"] + pump_kw,
            has_gas=np.zeros(rows, dtype=bool), **common,
        ),
    }  # fmt: skip
    return uses, people["vulnerable_share"].to_numpy(float)


def _mean_use(asked: Asked, name: str) -> float:
    keys = {
        "electricity_kwh": "household.electricity_kwh_per_year",
        "peak_kw": "household.billed_peak_kw",
        "gas_kwh": "population.use.gas_kwh",
    }
    return asked.now(keys[name])


def _prices_on(asked: Asked, day: date, uses: dict[str, EnergyUse], share: Floats) -> dict[str, Floats]:
    rules = asked.parameters if day == asked.day else asked.later
    table = tariffs_on(rules, day, asked.area, asked.scenario.price_world)
    boiler, pump = unit_prices(uses["boiler"], table), unit_prices(uses["pump"], table, heat_pump_kw_per_kwh=1.0)
    gas = boiler.marginal_eur[:, 0]
    found = {
        "gas": gas, "fixed": bill_arrays(uses["boiler"], table).carrier_incl_vat_eur[:, 0] - gas * uses["boiler"].gas_kwh,
        "electricity": pump.marginal_eur[:, 1], "kw": pump.heat_pump_eur - pump.marginal_eur[:, 1],
    }  # fmt: skip
    return {name: (1 - share) * value[:GROUPS] + share * value[GROUPS:] for name, value in found.items()}


def tariffs_on(rules: Parameters, day: date, area: str, price_world: str) -> TariffTable:
    """The tariffs of a day, the price of ETS2 on gas and the form of social protection in them."""
    table = tariff_table(
        rules,
        day=day,
        areas=[area],
        price_world=price_world,
        kinds=("gas", "electricity", "gas_social", "electricity_social"),
    )
    path = word(rules, "ets2.path", day)
    if path != NONE and rules.entries["carbon.ets2_eur_per_tonne"].latest(day, path) is not None:
        price = rules.at("carbon.ets2_eur_per_tonne", day, path)
        table = table.adding({Figure.GAS_COMMODITY: price * rules.at("emissions.gas_kg_per_kwh", day) / KG_PER_TONNE})
    form = word(rules, "social.form", day)
    if form == "tariff":
        return table
    return table.with_lump_sum(rules.at("social.lump_sum_eur_per_year", day) if form == "lump_sum" else 0.0)


def _same_for_tenants(ground: Ground) -> Floats:
    """(C, C) that gives every tenant of a kind the mean of all of them; owners and institutions keep their own."""
    weight = np.maximum(ground.people["weight"].to_numpy(float), 1e-12)
    mix = np.eye(GROUPS)
    for group in np.flatnonzero(TENURE != OWNER):
        mine = STANDS_IN[group] == STANDS_IN
        mix[group] = np.where(mine, weight, 0.0) / weight[mine].sum()
    mix[INSTITUTION] = np.eye(GROUPS)[GROUPS - len((OWNER, PRIVATE, SOCIAL))]
    return mix


def heat_fixed_eur(asked: Asked, ground: Ground, terms: Terms) -> Floats:
    """Yearly charges of the network beside the price per MWh (C, T), VAT included.

    Who has the social tariff pays no network charge and a price per kWh that does not follow the heat price: the difference at the tariff of the run is taken off
    the charge, by the share of the group.
    """
    energy, share = _with_vat(asked), ground.people["vulnerable_share"].to_numpy(float).copy()
    share[INSTITUTION] = 0.0
    heat_kwh = ground.forms.of_place("heat_kwh")[NETWORK]
    power_kw = (
        np.median(ground.forms.network_peak_kw[ground.forms.may_connect]) if ground.forms.may_connect.any() else 0.0
    )
    ordinary = (terms.fixed_eur_per_year + terms.service_eur_per_year + terms.capacity_eur_per_kw * power_kw) * energy
    social = np.array([
        heat_social_eur_per_kwh(DayRules(asked.parameters if day == asked.day else asked.later, day, asked.area, asked.scenario.price_world))
        for day in asked.days
    ])  # fmt: skip
    protected = terms.service_eur_per_year * energy + heat_kwh * (social - terms.tariff_eur_per_kwh * energy)
    charge: Floats = (1 - share)[:, None] * ordinary + share[:, None] * protected[None, :]
    return _same_for_tenants(ground) @ charge


# ---------------------------------------------------------------------------------------------------------------------- duties


def worst_label(asked: Asked, who: str, group: str) -> Floats:
    """Worst label allowed in every year (T,), A = 0 ... F = 5, NO_DUTY where none: the strictest step that has begun."""
    entry = asked.parameters.entries[f"obligation.{who}.label"]
    found = np.full(len(asked.years), NO_DUTY)
    for scope in entry.scopes():
        if scope.startswith(group) and entry.on(asked.day, scope) is not None:
            begins = int(scope.rpartition("_")[2])
            worst = asked.path(entry.key, scope) - 1
            found = np.where(np.array(asked.years) >= begins, np.minimum(found, worst), found)
    return found
