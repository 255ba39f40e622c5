"""The scenario file: strict, every fault at once, with a suggestion."""

from pathlib import Path

import pytest

from koppelkans.errors import ScenarioError
from koppelkans.scenario import Scenario, read_scenario


def written(tmp_path, text):
    path = tmp_path / "scenario.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_full_scenario_is_read(tmp_path):
    path = written(tmp_path, """
name = "restwarmte"
reference_date = 2026-11-01
price_world = "high"
[stand_ins]
"elec.dist_kwh" = "antwerpen"
[[sources]]
name = "fabriek"
x_m = 183000.0
y_m = 218000.0
capacity_kw = 2000.0
supply_c = 75.0
price_eur_per_mwh = 25.0
[choices]
must = { b1 = "air_heat_pump" }
[limits]
nodes = 5
""")  # fmt: skip
    scenario = read_scenario(path)
    assert scenario.sources[0].supply_c == 75
    assert scenario.limits.nodes == 5
    assert scenario.choices.must == {"b1": "air_heat_pump"}


def test_the_built_in_scenario_has_no_heat_source():
    assert Scenario().sources == []


def test_choices_about_a_heat_network_are_terms_where_they_are_made(tmp_path):
    text = (
        "[heat_network]\ndepreciation_years = 45\ngearing_share = 0.6\nuptake_shares = [0.4]\nmust_connect = ['b1']\n"
    )
    chosen = read_scenario(written(tmp_path, text)).heat_network
    assert chosen.terms() == {"depreciation_years": 45, "gearing_share": 0.6}
    assert (chosen.uptake_shares, chosen.must_connect, chosen.regime) == ((0.4,), ["b1"], "auto")
    assert Scenario().heat_network.terms() == {}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("depreciaton_years = 40", "did you mean depreciation_years?"),
        ("uptake_shares = [0.5, 1.0]", "shares between 0 and 1, each once"),
        ("must_connect = ['b1']\nnever_connect = ['b1']", "both in must_connect and in never_connect: b1"),
        ("regime = 'hot'", "heat_network.regime"),
        ("grant_share = 1.5", "heat_network.grant_share: found 1.5"),
    ],
)
def test_faults_in_choices_about_a_heat_network_are_named(tmp_path, line, message):
    with pytest.raises(ScenarioError) as error:
        read_scenario(written(tmp_path, f"[heat_network]\n{line}\n"))
    assert message in str(error.value)


def test_unknown_keys_are_refused_with_a_suggestion(tmp_path):
    path = written(tmp_path, 'price_wrld = "high"\n[limits]\nnode = 3\n')
    with pytest.raises(ScenarioError) as error:
        read_scenario(path)
    assert "price_wrld is not known; did you mean price_world?" in str(error.value)
    assert "did you mean nodes?" in str(error.value)


def test_a_source_without_price_names_the_key(tmp_path):
    path = written(tmp_path, '[[sources]]\nname = "x"\nx_m = 1.0\ny_m = 1.0\ncapacity_kw = 1.0\nsupply_c = 200.0\n')
    with pytest.raises(ScenarioError) as error:
        read_scenario(path)
    assert "sources.0.price_eur_per_mwh is missing" in str(error.value)
    assert "sources.0.supply_c: found 200.0" in str(error.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name = ", "is not TOML"),
        ('name = "a/b"', "letters, digits"),
        ('mode = "response"', "mode"),
        ("horizon_years = 0", "horizon_years: found 0"),
    ],
)
def test_what_cannot_be_read_says_why(tmp_path, text, message):
    with pytest.raises(ScenarioError, match=message):
        read_scenario(written(tmp_path, text))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ScenarioError, match=r"no scenario file at .*nergens\.toml"):
        read_scenario(tmp_path / "nergens.toml")


def test_the_shipped_thorough_scenario_asks_more_work_of_the_network():
    path = Path(__file__).parent.parent / "examples" / "thorough.toml"
    thorough, usual = read_scenario(path).heat_network, Scenario().heat_network
    assert thorough.ascent_rounds > usual.ascent_rounds
    assert thorough.search_rounds > usual.search_rounds


def test_a_response_that_ends_before_it_begins_is_refused(tmp_path):
    with pytest.raises(ScenarioError) as told:
        read_scenario(written(tmp_path, 'name = "vroeg"\nstart_year = 2030\n[response]\nlast_year = 2030\n'))
    assert "response.last_year is 2030, expected a year after start_year (2030)" in told.value.faults[0]
    read_scenario(written(tmp_path, 'name = "uit"\nstart_year = 2030\n[response]\non = false\nlast_year = 2030\n'))
