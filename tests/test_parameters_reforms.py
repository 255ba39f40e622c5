"""Levers: read from text, bounded, applied to dated rules, and refused where they cannot be; what the law says; how old the rules are."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from koppelkans.errors import ParameterError, ScenarioError
from koppelkans.money.project_returns import annuity_eur_per_year
from koppelkans.parameters import Parameter, Parameters, Value, read_parameters
from koppelkans.parameters import levers as laboratory
from koppelkans.parameters.coverage import GRID_AREAS, SHIPPED_READ, coverage_of_areas, stale
from koppelkans.parameters.lever_words import ARGUMENTS, CHOICES, NO_REQUEST, NOTES, UNITS
from koppelkans.parameters.levers import LEVERS, apply, changes, parse_lever, parse_levers
from koppelkans.parameters.reforms import ets2_eur_per_tonne, word, year_or_none
from koppelkans.parameters.store import DECIDERS, LEGAL, _parameter, overlaps

DAY = date(2026, 11, 1)
HELD = ("gas.social_tariff", "gas.excise_above_12MWh", "elec.dist_kwh", "elec.dist_pso_kwh")
STEPS = [date(2026, 11, 1), date(2027, 1, 1), date(2028, 1, 1), date(2029, 1, 1), date(2040, 1, 1)]


def shipped():
    return read_parameters().choosing(stand_ins={}, hold=HELD)


def under(*texts, since=DAY):
    return apply(parse_levers(texts), shipped(), since)


def ends(argument):
    """The values at which an argument is tried: both bounds, or every choice."""
    if argument.kind == "choice":
        return argument.choices
    if argument.kind == "bool":
        return ("true", "false")
    return ("ter_elst",) if argument.kind == "name" else (f"{argument.low:.10g}", f"{argument.high:.10g}")


def texts_at_the_ends(lever):
    for values in product(*(ends(argument) for argument in lever.arguments)):
        names = (argument.name for argument in lever.arguments)
        yield f"{lever.name}:" + ",".join(f"{name}={value}" for name, value in zip(names, values, strict=True))


TOO_MUCH = ("x_e=0.15", "form=tariff,level=5000", "form=lump_sum,level=0")
"""Within the bounds of the argument, beyond what the rules hold: refused with a reason."""


# ------------------------------------------------------------------------------------------------------------------ properties


def test_no_lever_changes_nothing():
    assert apply([], shipped(), DAY) == shipped()
    assert changes(shipped(), apply([], shipped(), DAY)) == {}


@pytest.mark.parametrize("lever", LEVERS, ids=lambda lever: lever.name)
def test_every_lever_at_its_bounds_changes_only_what_it_says(lever):
    for text in texts_at_the_ends(lever):
        setting = parse_lever(text)
        assert parse_lever(setting.text) == setting
        if any(part in text for part in TOO_MUCH):
            with pytest.raises(ParameterError, match=lever.name):
                apply([setting], shipped(), DAY)
            continue
        after = apply([setting], shipped(), DAY)
        touched = {key for key, _ in changes(shipped(), after)}
        assert touched <= set(lever.touches)
        assert touched or any(idle in text for idle in ("x_e=0,x_g=0", "categories=all"))
        assert [fault for key in touched for fault in overlaps(after.entries[key])] == []


@pytest.mark.parametrize("lever", LEVERS, ids=lambda lever: lever.name)
def test_nothing_changes_before_the_reform(lever):
    text = next(text for text in texts_at_the_ends(lever) if not any(part in text for part in TOO_MUCH))
    after, eve = apply([parse_lever(text)], shipped(), date(2026, 12, 1)), date(2026, 11, 30)
    for key, scope in changes(shipped(), after):
        before, now = (rules.entries[key].on(eve, scope) for rules in (shipped(), after))
        assert (before and before.value) == (now and now.value)


@pytest.mark.parametrize("lever", LEVERS, ids=lambda lever: lever.name)
def test_a_lever_says_what_its_figures_say(lever):
    figures = [shipped().entries[key] for key in lever.touches]
    assert set(lever.decides) == {figure.decides for figure in figures} <= set(DECIDERS)
    assert lever.legal == max((figure.legal for figure in figures if figure.legal), key=LEGAL.index)
    assert lever.earliest == max(figure.earliest for figure in figures if figure.earliest)
    assert lever.title_nl != lever.title_en
    assert len({argument.name for argument in lever.arguments}) == len(lever.arguments)


@given(
    st.floats(0, 0.045),
    st.floats(0, 0.05),
    st.sampled_from(STEPS),
    st.sampled_from(["excise+certificates+pso", "pso+network"]),
)
@settings(max_examples=25)
def test_a_shift_moves_every_step_of_the_path_by_the_same_amount(x_e, x_g, day, components):
    after = under(f"tariff_shift:x_e={x_e:.6f},x_g={x_g:.6f},electricity={components}")
    parts = (
        ("elec.excise", "household"),
        ("elec.gsc", "flanders"),
        ("elec.wkk", "flanders"),
        ("elec.dist_kwh", "kempen"),
    )
    electricity = [sum(rules.at(key, day, scope) for key, scope in parts) for rules in (shipped(), after)]
    gas = [rules.at("gas.excise_first_12MWh", day, "household") for rules in (shipped(), after)]
    assert electricity[0] - electricity[1] == pytest.approx(round(x_e, 6), abs=1e-9)
    assert gas[1] - gas[0] == pytest.approx(round(x_g, 6), abs=1e-9)


@given(st.integers(10, 59), st.floats(1e3, 1e7), st.floats(0, 0.1))
@settings(max_examples=25)
def test_longer_depreciation_never_raises_the_yearly_charge(years, capital_eur, rate_share):
    terms = [
        under(f"heat_depreciation_years={term}").at("project.depreciation_years", DAY) for term in (years, years + 1)
    ]
    shorter, longer = (annuity_eur_per_year(capital_eur, term, rate_share) for term in terms)
    assert longer <= shorter * (1 + 1e-9)


# ----------------------------------------------------------------------------------------------------------------------- cases


def test_electricity_falls_to_the_european_minimum_first_and_the_rest_follows():
    after = under("tariff_shift:x_e=0.0466,x_g=0.0185")
    at = {day: [round(after.at(key, day, scope), 6) for key, scope in (("elec.excise", "household"), ("elec.gsc", "flanders"), ("elec.wkk", "flanders"))] for day in STEPS[:4]}  # fmt: skip
    assert at == {
        date(2026, 11, 1): [0.001, 0.0094, 0.0035],
        date(2027, 1, 1): [0.001, 0.0064, 0.0035],
        date(2028, 1, 1): [0.001, 0.0034, 0.0035],
        date(2029, 1, 1): [0.001, 0.0014, 0.0035],
    }
    assert "elec.dist_kwh" not in {key for key, _ in changes(shipped(), after)}
    assert after.at("gas.excise_first_12MWh", DAY, "household") == pytest.approx(0.01031 + 0.0185)
    assert after.at("gas.excise_above_12MWh", DAY, "household") == pytest.approx(0.01116 + 0.0185)
    assert after.at("elec.excise", DAY, "protected") == shipped().at("elec.excise", DAY, "protected")
    assert (
        after.value("elec.excise", DAY, "household").source == shipped().value("elec.excise", DAY, "household").source
    )


def test_obligations_fall_with_the_tariff_that_holds_them():
    after = under("tariff_shift:x_e=0.02,x_g=0.01,electricity=pso,gas=network")
    for area in GRID_AREAS:
        for key, amount in (("elec.dist_kwh", -0.02), ("elec.dist_pso_kwh", -0.02), ("gas.t2_prop", 0.01)):
            assert after.at(key, DAY, area) == pytest.approx(shipped().at(key, DAY, area) + amount)
    assert after.at("elec.excise", DAY, "household") == 0.046


def test_a_shift_after_the_last_tariff_needs_that_tariff_held():
    bare = read_parameters().choosing(stand_ins={}, hold=[])
    setting = parse_lever("tariff_shift:x_e=0.02,x_g=0,electricity=pso")
    with pytest.raises(ParameterError) as caught:
        apply([setting], bare, date(2027, 6, 1))
    assert (
        "elec.dist_pso_kwh has no value for antwerpen on 2027-06-01: its last value ended on 2026-12-31"
        in caught.value.faults[0]
    )


def test_the_excise_moves_in_equal_steps():
    after = under("excise_path:carrier=electricity,eur_per_kwh=0.010,year=2030")
    path = [after.at("elec.excise", date(year, 6, 1), "household") for year in range(2027, 2032)]
    assert path == pytest.approx([0.037, 0.028, 0.019, 0.010, 0.010])
    at_once = under("excise_path:carrier=gas,eur_per_kwh=0.05,year=2026")
    assert [at_once.at(f"gas.excise_{part}_12MWh", DAY, "household") for part in ("first", "above")] == [0.05, 0.05]


def test_the_price_of_ets2_follows_its_path():
    days = [DAY, date(2028, 6, 1), date(2030, 6, 1)]
    prices = {
        world: [ets2_eur_per_tonne(under(f"ets2_price={world}"), day) for day in days]
        for world in ("none", "low", "high")
    }
    assert prices == {"none": [0, 0, 0], "low": [0, 30, 30], "high": [0, 99, 120]}
    assert [ets2_eur_per_tonne(shipped(), day) for day in days] == [0, 60, 60]


def test_forms_of_social_protection():
    day = date(2026, 11, 1)
    half = under("social_tariff_form:form=tariff,level=0.5")
    assert half.at("elec.social_tariff", day, "single") == pytest.approx(0.26851 / 2)
    assert half.at("gas.social_tariff", day) == pytest.approx(0.04746 / 2)
    lump = under("social_tariff_form:form=lump_sum,level=400")
    assert (word(lump, "social.form", day), lump.at("social.lump_sum_eur_per_year", day)) == ("lump_sum", 400.0)
    assert word(shipped(), "social.form", day) == "tariff"


def test_end_dates_hold_for_their_zone():
    after = under("gas_end_date:year=2035,zone=parkwijk", "boiler_end_sale=2030")
    assert [year_or_none(after, "gas.end_year", DAY, zone) for zone in ("parkwijk", "elders")] == [2035, None]
    assert year_or_none(after, "boiler.end_sale_year", DAY) == 2030
    assert year_or_none(after, "boiler.end_replacement_year", DAY) is None


def test_a_guarantee_lets_the_bank_lend_more():
    share = [under(f"guarantee_share={part}").at("project.gearing_share", DAY) for part in (0, 0.5, 1)]
    assert share == pytest.approx([0.7, 0.8, 0.9])


def test_premiums_and_loans():
    after = under(
        "premium_amount:measure=air_water,category=cat4,eur=6400", "premium_cap:category=cat4,share=0.6", "premium_eligibility=cat3-4", "loan:rate_share=0,max_eur=100000",
    )  # fmt: skip
    assert [after.at("mvp.heat_pump.air_water", DAY, category) for category in ("cat1", "cat2", "cat4")] == [
        0.0,
        0.0,
        6400.0,
    ]
    with pytest.raises(ParameterError, match="no value for cat3"):
        after.at("mvp.heat_pump.air_water", DAY, "cat3")
    assert after.at("mvp.heat_pump.cap_share", DAY, "cat4") == 0.6
    assert set(after.table("mvl.rate", DAY)) == {0.0}
    assert (after.at("mvl.max", DAY), after.at("mvl.term", DAY)) == (100_000.0, 25.0)


def test_the_poorest_quartile_is_category_four():
    assert shipped().table("mvp.category_of_quartile", DAY).to_dict() == {
        f"quartile_{number}": 5.0 - number for number in (1, 2, 3, 4)
    }


def test_one_text_whatever_the_order_and_each_lever_once():
    first, second = parse_lever("tariff_shift:x_g=0.01,x_e=0.020"), parse_lever(" tariff_shift:x_e=0.02, x_g=1e-2")
    assert first.text == second.text == "tariff_shift:x_e=0.02,x_g=0.01"
    assert len(parse_levers(["tariff_shift:x_g=0.01,x_e=0.020", "tariff_shift:x_e=0.02,x_g=0.01"])) == 1
    twice = apply([first, second], shipped(), DAY)
    assert twice.at("gas.excise_first_12MWh", DAY, "household") == pytest.approx(0.02031)
    assert parse_lever("epc_rule=two_axis").title("nl") == "Regel van het energielabel (label op twee assen)"
    support, end = "connection_support:eur_per_dwelling=3000", "gas_end_date:year=2045"
    assert parse_lever(support).title("nl") == "Steun voor aansluiten op een warmtenet (3.000 euro per woning)"
    assert parse_lever(support).title("en") == "Support for connecting to a heat network (3,000 EUR per dwelling)"
    assert parse_lever(end).title("nl") == "Einddatum van aardgas per zone (jaar 2045)"
    assert parse_lever("property_tax_reduction:share=0.125,years=5").title("nl").endswith("(12,5 %, 5 jaar)")
    assert parse_lever("heat_pump_lease:premium=true").title("en").endswith("(with premium: yes)")


def test_every_argument_and_choice_of_a_lever_has_words():
    labels = set("ABCDEF")
    for lever in LEVERS:
        for argument in lever.arguments:
            assert argument.name in ARGUMENTS
            assert argument.unit in {"", *UNITS}
            assert argument.note in {"", *NOTES}
            assert {part for choice in argument.choices for part in choice.split("+")} <= {*CHOICES, *labels}
        assert lever.items or lever.name in NO_REQUEST


# -------------------------------------------------------------------------------------------------------------------- refusals


def test_every_fault_of_every_lever_is_told_at_once():
    texts = [
        "tarif_shift:x_e=1", "heat_depreciation_years=80", "epc_rule=two_axes", "tariff_shift=3", "tariff_shift:x_e=0.02", "loan",
        "gas_end_date=2040.5", "phase_out_constraint=maybe", "debt_tenor:year=4", "debt_tenor:years=5,years=6", "gas_fund=nan", "gas_end_date:2040",
    ]  # fmt: skip
    with pytest.raises(ScenarioError, match="the levers cannot be used") as caught:
        parse_levers(texts)
    usage = "write tariff_shift:x_e=<0 to 0.15 EUR/kWh>,x_g=<0 to 0.15 EUR/kWh>,[electricity=...],[gas=...]"
    assert caught.value.faults == (
        "no lever is called 'tarif_shift'; did you mean tariff_shift?",
        "heat_depreciation_years: years = 80 is out of bounds; expected a whole number, 10 to 60 year",
        "epc_rule: rule = two_axes; expected one of today, today_detailed_network, electricity_1_9, two_axis (did you mean two_axis?)",
        f"tariff_shift has several arguments; {usage}",
        f"tariff_shift lacks x_g; {usage}",
        "loan has no arguments; write loan:[rate_share=...],[max_eur=...],[term_years=...]",
        "gas_end_date: year = 2040.5 is out of bounds; expected a whole number, 2027 to 2060",
        "phase_out_constraint: on = maybe; expected true or false",
        "debt_tenor has no argument year; did you mean years?",
        "debt_tenor: years stands twice",
        "gas_fund: eur_per_connection_year = nan is out of bounds; expected 0 to 1000 EUR/year",
        "gas_end_date: '2040' is not argument=value; write gas_end_date:year=<a whole number, 2027 to 2060>,[zone=...]",
    )


def test_levers_that_contradict_each_other():
    with pytest.raises(ScenarioError, match="the levers contradict each other") as caught:
        under(
            "debt_tenor=20",
            "debt_tenor=30",
            "stranded_routing=electricity",
            "phase_out_constraint=ja",
            "gas_end_date:year=2027,zone=a",
        )
    assert caught.value.faults == (
        "debt_tenor:years=20 and debt_tenor:years=30 both set project.debt_years (all), to different values; keep one of them",
        "stranded_routing:route=electricity contradicts phase_out_constraint:on=true: no cost of the phase-out on electricity or heat; choose another route or leave the rule out",
    )
    with pytest.raises(ScenarioError) as caught:
        under("tariff_shift:x_e=0.02,x_g=0.01", "excise_path:carrier=electricity,eur_per_kwh=0.01,year=2030")
    assert "both set elec.excise (household), to different values" in caught.value.faults[0]
    under(
        "stranded_routing=fund",
        "phase_out_constraint=true",
        "gas_end_date:year=2035,zone=a",
        "gas_end_date:year=2040,zone=b",
    )


def test_a_shift_that_the_components_do_not_hold_says_by_how_much_and_what_would_add():
    with pytest.raises(ParameterError, match="the levers cannot be applied") as caught:
        under("tariff_shift:x_e=0.09,x_g=0.01")
    assert caught.value.faults == (
        "tariff_shift: excise+certificates+pso can give 0.0751 EUR/kWh on 2029-01-01, 0.0149 less than x_e = 0.0900; "
        "lower x_e or add a component (EUR/kWh): network 0.0250",
    )


def test_a_year_gone_by_and_a_lump_sum_without_amount():
    with pytest.raises(ParameterError) as caught:
        under("gas_end_date=2027", "social_tariff_form=lump_sum", since=date(2030, 1, 1))
    assert caught.value.faults == (
        "gas_end_date: 2027 lies before the reform begins (2030-01-01); expected 2030 or later",
        "social_tariff_form: a lump sum needs its amount; write level=EUR per household and year",
    )


# ------------------------------------------------------------------------------------------------------------------------- law


def test_what_a_reader_must_know():
    rows = laboratory.remarks(parse_levers(["stranded_routing=electricity"]), shipped(), DAY)
    assert [row["level"] for row in rows] == ["warning"] * 3
    assert "cannot be before 2029-01-01" in rows[0]["text_en"]
    assert rows[1]["text"].startswith("Wie de restwaarde van het gasnet betaalt: juridisch twijfelachtig (")
    assert "de nota sluit uit dat elektriciteit de uitfasering van gas betaalt" in rows[2]["text"]
    assert laboratory.remarks(parse_levers(["debt_tenor=30"]), shipped(), date(2027, 1, 1)) == []


def test_the_verdict_follows_the_components_that_move():
    shift = "tariff_shift:x_e=0.02,x_g=0.01,electricity={},gas={}"
    found = {
        parts: laboratory.verdict(parse_lever(shift.format(*parts)), shipped(), DAY)
        for parts in (("excise", "excise"), ("pso", "excise"), ("excise", "network"))
    }
    assert [(verdict.decides, verdict.legal, verdict.earliest) for verdict in found.values()] == [
        (("federal",), "free", date(2027, 1, 1)),
        (("regulator", "flemish", "federal"), "doubtful", date(2029, 1, 1)),
        (("federal", "regulator"), "doubtful", date(2029, 1, 1)),
    ]


def test_requests_without_a_lever_say_why():
    known = laboratory.feature_map()
    assert list(known.index) == [f"L{number:02d}" for number in range(1, 48)]
    assert ((known["computed_by"] == "") == (known["reason_nl"] != "")).all()
    assert ((known["reason_nl"] == "") == (known["reason_en"] == "")).all()
    assert known.loc["L19", "computed_by"] == "heat_depreciation_years"
    assert list(laboratory.not_computable().index) == list(known.index[known["computed_by"] == ""])
    assert {item for lever in LEVERS for item in lever.items} <= set(known.index)


# --------------------------------------------------------------------------------------------------------------- dates and age


def value(first, last=None, scope="all", source="law"):
    return Value(
        scope,
        date.fromisoformat(first),
        date.fromisoformat(last) if last else None,
        1.0,
        None,
        None,
        source,
        "secondary",
        "",
    )


def test_overlapping_dates_are_told_all_at_once():
    levy = Parameter("levy", "Heffing", "EUR", "", "federal", (
        value("2026-01-01", "2026-12-31"), value("2026-06-01"), value("2027-01-01"), value("2027-01-01"), value("2026-01-01", "2025-01-01", "west"),
        value("2026-01-01", "2026-06-30", "kempen"), value("2026-07-01", scope="kempen"),
    ))  # fmt: skip
    assert overlaps(levy) == [
        "levy (all): the value from 2026-01-01 to 2026-12-31 overlaps with the one from 2026-06-01; expected one value a day",
        "levy (all): the value from 2027-01-01 overlaps with the one from 2027-01-01; expected one value a day",
        "levy (west): a value from 2026-01-01 ends on 2025-01-01, before it begins",
    ]
    row = {"from": date(2026, 1, 1), "value": 1, "source": "law", "standing": "secondary"}
    _, faults = _parameter("levy", {"unit": "EUR", "value": [row, row]}, {"law": {}})
    assert faults == [
        "levy (all): the value from 2026-01-01 overlaps with the one from 2026-01-01; expected one value a day"
    ]


def test_legal_flags_are_checked():
    row = {"from": date(2026, 1, 1), "value": 1, "source": "law", "standing": "secondary"}
    body = {"unit": "EUR", "legal": "sure", "earliest": "soon", "value": [row]}
    _, faults = _parameter("levy", body, {"law": {}})
    assert faults == [
        "levy: legal sure, expected one of free, doubtful, regulator_only, forbidden_by_eu",
        'levy: legal sure without a reason; write "sure: reason"',
        "levy: earliest 'soon', expected a date such as 2027-01-01",
    ]
    good, faults = _parameter(
        "levy", {**body, "legal": "doubtful: een reden", "earliest": date(2027, 1, 1)}, {"law": {}}
    )
    assert (faults, good.legal, good.legal_reason, good.earliest) == ([], "doubtful", "een reden", date(2027, 1, 1))


def test_rules_read_long_ago_are_listed():
    levy = Parameter("levy", "Heffing", "EUR", "", "federal", (
        value("2020-01-01", "2021-12-31", source="old"), value("2022-01-01", source="old"), value("2022-01-01", scope="west", source="new"),
        value("2022-01-01", scope="kempen", source="undated"),
    ))  # fmt: skip
    fact = replace(levy, key="fact", home="facts")
    sources = {
        "old": {"title": "Oud", "read": date(2026, 1, 31)},
        "new": {"title": "Nieuw", "read": date(2026, 6, 1)},
        "undated": {},
    }
    rules = Parameters({"levy": levy, "fact": fact}, sources)
    found = stale(rules, date(2026, 8, 31))
    assert list(found.index) == [("levy", "all")]
    assert (found["read"].iloc[0], found["source"].iloc[0], found["first"].iloc[0]) == (
        date(2026, 1, 31),
        "Oud",
        date(2022, 1, 1),
    )
    assert stale(rules, date(2026, 7, 31)).empty
    assert len(stale(rules, SHIPPED_READ + timedelta(days=190))) == 3
    assert list(stale(rules, date(2026, 8, 31), months=2).index) == [("levy", "all"), ("levy", "west")]


def test_the_rules_shipped_are_fresh_for_half_a_year():
    assert stale(shipped(), date(2027, 5, 1)).empty
    old = stale(shipped(), date(2027, 5, 2))
    assert ("elec.excise", "household") in old.index
    assert ("property_tax.base_share", "flanders") not in old.index


def test_coverage_of_every_area():
    found = coverage_of_areas(shipped(), years=range(2025, 2028))
    answers = found.xs("elec.dist_kwh", level="key")
    assert set(answers.index.get_level_values("area")) >= set(GRID_AREAS)
    assert list(answers.loc[("west", "west")]) == ["no value", "yes", "held"]
    assert list(answers.loc[("imewo", "imewo")]) == ["yes", "yes", "held"]
    assert not found.index.duplicated().any()
    assert list(found.loc[("all", "elec.excise", "household")]) == ["yes"] * 3
