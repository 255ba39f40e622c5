"""The parameter store: asking by date and scope, changing, holding, stand-ins, and the account of what was used."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from koppelkans.errors import ParameterError
from koppelkans.parameters import Parameter, Parameters, Value, read_parameters, reference_table
from koppelkans.parameters.store import ALL, _parameter

SOURCES = {"law": {"title": "A law"}}
DAY = date(2026, 11, 1)


def value(number, first, *, scope=ALL, last=None, low=None, high=None) -> Value:
    return Value(
        scope,
        date.fromisoformat(first),
        date.fromisoformat(last) if last else None,
        number,
        low,
        high,
        "law",
        "secondary",
        "",
    )


def store(*values: Value, key="levy") -> Parameters:
    return Parameters({key: Parameter(key, "Heffing", "EUR/kWh", "excl", "federal", values)}, SOURCES)


# ---------------------------------------------------------------------------------------------------------------------- asking


def test_a_value_holds_until_the_next_row():
    levy = store(value(1.0, "2026-01-01"), value(2.0, "2026-08-01"))
    assert levy.at("levy", date(2026, 7, 31)) == 1.0
    assert levy.at("levy", date(2026, 8, 1)) == 2.0
    assert levy.at("levy", date(2050, 1, 1)) == 2.0


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)))
def test_the_order_of_the_rows_does_not_matter(day):
    rows = (value(1.0, "2020-01-01"), value(2.0, "2026-08-01"), value(3.0, "2030-01-01"))
    assert store(*rows).at("levy", day) == store(*reversed(rows)).at("levy", day)


def test_before_its_first_date_a_parameter_has_no_value():
    with pytest.raises(
        ParameterError, match="levy has no value for all on 2025-12-31: its first value begins on 2026-01-01"
    ):
        store(value(1.0, "2026-01-01")).at("levy", date(2025, 12, 31))


def test_an_area_without_value_names_key_and_cure():
    levy = store(value(1.0, "2026-01-01", scope="west"), value(2.0, "2026-01-01", scope="kempen"))
    with pytest.raises(ParameterError) as caught:
        levy.at("levy", DAY, "imewo")
    assert caught.value.message == (
        "levy has no value for imewo on 2026-11-01; known scopes: west, kempen. Add the value with its source, or choose a "
        'stand-in in the scenario: [stand_ins] "levy" = "west"'
    )


def test_an_unknown_key_gets_a_suggestion():
    with pytest.raises(ParameterError, match=r"no parameter is called levi; did you mean levy\?"):
        store(value(1.0, "2026-01-01")).at("levi", DAY)


def test_a_text_is_not_a_number():
    rule = store(value("= gas.social_tariff", "2022-07-01"))
    assert rule.value("levy", DAY).value == "= gas.social_tariff"
    with pytest.raises(ParameterError, match="is a text"):
        rule.at("levy", DAY)


def test_a_figure_for_all_answers_every_scope_after_its_own():
    levy = store(value(1.0, "2026-01-01"), value(9.0, "2026-01-01", scope="west"))
    assert levy.at("levy", DAY, "west") == 9.0
    assert levy.at("levy", DAY, "imewo") == 1.0


def test_the_table_holds_the_scopes_of_the_day():
    levy = store(value(1.0, "2026-01-01", scope="west"), value(2.0, "2027-01-01", scope="kempen"))
    assert levy.table("levy", DAY).to_dict() == {"west": 1.0}


# --------------------------------------------------------------------------------------------------------- choices of the scenario


def test_an_ended_value_needs_to_be_held():
    levy = store(value(1.0, "2026-04-01", last="2026-06-30"))
    with pytest.raises(
        ParameterError,
        match=r'its last value ended on 2026-06-30; add the new value with its source, or hold .*hold = \["levy"\]',
    ):
        levy.at("levy", DAY)
    assert levy.choosing(stand_ins={}, hold=["levy"]).at("levy", DAY) == 1.0


def test_holding_never_reaches_back():
    with pytest.raises(ParameterError, match="its first value begins"):
        store(value(1.0, "2026-04-01")).choosing(stand_ins={}, hold=["levy"]).at("levy", date(2026, 1, 1))


def test_a_stand_in_answers_only_where_there_is_nothing():
    levy = store(value(1.0, "2026-01-01", scope="west"), value(2.0, "2026-01-01", scope="kempen"))
    chosen = levy.choosing(stand_ins={"levy": "west"}, hold=[])
    assert chosen.at("levy", DAY, "imewo") == 1.0
    assert chosen.at("levy", DAY, "kempen") == 2.0


def test_choosing_an_unknown_key_is_refused():
    with pytest.raises(ParameterError, match="no parameter is called lefy"):
        store(value(1.0, "2026-01-01")).choosing(stand_ins={}, hold=["lefy"])


# --------------------------------------------------------------------------------------------------------------------- reforms


def test_a_reform_holds_from_its_date_and_replaces_later_steps():
    levy = store(value(1.0, "2026-01-01"), value(2.0, "2028-01-01"))
    reformed = levy.changed("levy", since=date(2027, 1, 1), value=0.5)
    years = (2026, 2027, 2029)
    assert [reformed.at("levy", date(year, 6, 1)) for year in years] == [1.0, 0.5, 0.5]
    assert [levy.at("levy", date(year, 6, 1)) for year in years] == [1.0, 1.0, 2.0]


def test_a_reform_leaves_other_scopes_alone():
    levy = store(value(1.0, "2026-01-01", scope="west"), value(2.0, "2026-01-01", scope="kempen"))
    reformed = levy.changed("levy", since=DAY, value=0.0, scope="west")
    assert reformed.table("levy", DAY).to_dict() == {"kempen": 2.0, "west": 0.0}


def test_a_reform_is_marked_as_such():
    changed = store(value(1.0, "2026-01-01")).changed("levy", since=DAY, value=0.5).value("levy", DAY)
    assert (changed.source, changed.standing) == ("reform", "unverified")


def test_moving_to_an_end_of_the_range():
    levy = store(value(2.0, "2026-01-01", low=1.0, high=4.0), value(3.0, "2027-01-01"))
    assert levy.moved("levy", "all", end="high").at("levy", DAY) == 4.0
    assert levy.moved("levy", "all", end="low").at("levy", DAY) == 1.0
    assert levy.moved("levy", "all", end="low").at("levy", date(2027, 1, 1)) == 3.0


# --------------------------------------------------------------------------------------------------------------------- account


def test_the_account_keeps_what_was_asked_and_how_it_was_answered():
    levy = store(value(1.0, "2026-01-01", scope="west", last="2026-06-30"))
    run = levy.choosing(stand_ins={"levy": "west"}, hold=["levy"]).recording()
    run.at("levy", DAY, "imewo")
    (use,) = (run.used or {}).values()
    assert (use.key, use.asked, use.answered, use.day, use.held) == ("levy", "imewo", "west", DAY, True)
    assert levy.used is None
    assert run.recording().used == {}


def test_a_silent_store_keeps_no_account():
    run = store(value(1.0, "2026-01-01")).recording().silent()
    run.at("levy", DAY)
    assert run.used is None


# --------------------------------------------------------------------------------------------------------------------- reading


def test_faults_of_a_parameter_are_all_reported():
    row = {
        "from": date(2026, 1, 1),
        "value": 5,
        "low": 1,
        "high": 4,
        "source": "nobody",
        "standing": "sure",
        "remark": "x",
    }
    body = {"label": "Heffing", "unit": "EUR", "value": [row, {"value": 1}], "colour": "red"}
    _, faults = _parameter("levy", body, SOURCES)
    assert faults == [
        "levy: unknown entry colour",
        "levy: unknown entry remark in a value",
        "levy: source nobody is not in sources.toml",
        "levy: standing sure, expected one of official, secondary, unverified",
        "levy: value 5 lies outside its range 1 to 4",
        "levy: a value lacks from, source, standing",
    ]


def test_an_unknown_reference_table():
    with pytest.raises(ParameterError, match="no reference table is called nothing"):
        reference_table("nothing")


def test_reading_twice_gives_the_same_figures():
    assert read_parameters() is read_parameters()
