"""The command line: what it prints, its exit codes, one message per fault."""

import json

import pytest
from typer.testing import CliRunner

from koppelkans import cli
from koppelkans.place import shipped_places, shipped_scenario
from koppelkans.scenario import read_scenario

PLACE = "gent_muide_meulestede"


def koppelkans(*words):
    return CliRunner().invoke(cli.app, [str(word) for word in words], env={"COLUMNS": "200"})


def exit_of(monkeypatch, capsys, *words):
    """Exit code and message of the real entry point."""
    monkeypatch.setattr("sys.argv", ["koppelkans", *map(str, words)])
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    return stopped.value.code, capsys.readouterr().err


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Two plans of a shipped place: the built-in scenario, and its example with a source and another price world."""
    home = tmp_path_factory.mktemp("plans")
    scenario = home / "duur.toml"
    scenario.write_text('name = "duur"\ntitle = "Dure energie"\nprice_world = "high"\nweigh_figures = false\n')
    first = koppelkans("plan", PLACE, "--out", home / "basis")
    second = koppelkans("plan", PLACE, "--out", home / "duur", "--scenario", scenario, "--lang", "en")
    assert (first.exit_code, second.exit_code) == (0, 0), first.output + second.output
    return home, first.output, second.output


def test_a_plan_is_a_folder_with_tables_and_report(folders):
    home, printed, _ = folders
    assert {path.name for path in (home / "basis").iterdir()} == {
        "plan.json",
        "plan.gpkg",
        "report.html",
        "report.pdf",
        "tables",
    }
    assert "Geen warmtebron opgegeven" in printed
    assert "Warmtenet niet beoordeeld" in printed
    assert str(home / "basis") in printed
    assert "CO2 avoided" in folders[2] or "Avoided CO2" in folders[2]
    assert json.loads((home / "basis" / "plan.json").read_text())["run"]["plan_hash"]


def test_compare_puts_differences_first(folders):
    home, _, _ = folders
    result = koppelkans("compare", home / "basis", home / "duur")
    assert result.exit_code == 0
    assert "price_world" in result.output
    assert result.output.index("Jaarkost") < result.output.index("Warmtevraag")


def test_report_is_made_again_in_the_other_language(folders):
    home, _, _ = folders
    before = (home / "basis" / "report.html").read_text(encoding="utf-8")
    result = koppelkans("report", home / "basis", "--lang", "en")
    after = (home / "basis" / "report.html").read_text(encoding="utf-8")
    assert result.exit_code == 0
    assert 'lang="nl"' in before
    assert 'lang="en"' in after


def test_check_tells_levels_counts_coverage_and_remarks():
    result = koppelkans("check", PLACE)
    assert result.exit_code == 0
    for part in ("D: 100%", "imewo", "Dekking van de regels", "elec.dist_kwh", "Kanttekeningen"):
        assert part in result.output


@pytest.mark.parametrize("name", shipped_places())
def test_every_shipped_place_has_an_example_scenario_that_states_its_source_as_an_assumption(name):
    scenario = read_scenario(shipped_scenario(name))
    assert scenario.sources
    assert all(source.assumption and source.note for source in scenario.sources)


def test_a_place_that_does_not_exist_is_one_message_and_exit_1(monkeypatch, capsys):
    code, message = exit_of(monkeypatch, capsys, "plan", "wechelderzand")
    assert code == 1
    assert "wechelderzande" in message
    assert "Traceback" not in message


def test_a_scenario_with_a_mistyped_key_writes_nothing(monkeypatch, capsys, tmp_path):
    path = tmp_path / "s.toml"
    path.write_text('price_wrld = "high"\n')
    code, message = exit_of(monkeypatch, capsys, "plan", PLACE, "--scenario", path, "--out", tmp_path / "plan")
    assert code == 1
    assert "did you mean price_world?" in message
    assert not (tmp_path / "plan").exists()
