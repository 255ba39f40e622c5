"""The commands of the policy laboratory: what they print and write, and one message per fault."""

import json
import re

import pandas as pd
import pytest

from koppelkans.cli.laboratory import _PLACES, Language, _short
from koppelkans.parameters.levers import LEVERS, not_computable
from test_cli import exit_of, koppelkans


def test_levers_shows_every_lever_with_bounds_and_every_request_without_one():
    shown = koppelkans("levers")
    assert shown.exit_code == 0
    for lever in LEVERS:
        assert lever.name in shown.output
    for key in not_computable().index:
        assert key in shown.output
    assert "0 tot 0.15 euro/kWh" in shown.output
    assert "vraagt bij premies alleen" in " ".join(shown.output.split())


def test_levers_speak_english_where_asked():
    shown = koppelkans("levers", "--lang", "en")
    assert shown.exit_code == 0
    said = " ".join(shown.output.split())
    for lever in LEVERS:
        assert lever.title_en in said
    for row in not_computable().to_dict("records"):
        assert row["reason_en"] in said
    assert "0 to 0.15 EUR/kWh" in said
    assert not re.search(r"\b(tot|beslist|ten vroegste|vragen|niet|gewogen|recht)\b", said)
    dutch = " ".join(koppelkans("levers").output.split())
    for row in not_computable().to_dict("records"):
        assert row["reason_nl"] in dutch
        assert row["request"] not in dutch


def test_a_solved_shift_for_flanders_prints_and_writes_winners_and_losers(tmp_path):
    folder = tmp_path / "labo"
    shown = koppelkans("lab", "flanders", "--ratio", 2, "--protection", "guarantee", "--out", folder)
    assert shown.exit_code == 0, shown.output
    assert "Winnaars en verliezers" in shown.output
    winners = pd.read_csv(folder / "tariff_shift_winners.csv")
    protected = winners[winners["vulnerable"]]
    assert len(protected) > 0
    assert (protected["worst_change_eur"] <= 1e-6).all()
    moves = pd.read_csv(folder / "tariff_shift_moves.csv").set_index("component")["change"]
    assert moves["electricity.excise"] < 0 < moves["gas.excise"]
    record = json.loads((folder / "lab.json").read_text())
    assert record["result_id"] in shown.output


def test_rules_of_ones_own_move_the_bills(tmp_path):
    rules = tmp_path / "regels.csv"
    rules.write_text(
        "key,scope,value,unit,vat,valid_from,valid_to,source,confidence,note\n"
        "elec.excise,household,0.02,EUR/kWh,excl,2026-10-01,,test,unverified,\n"
    )
    bills = {}
    for name, words in {"plain": [], "own": ["--rules", rules]}.items():
        assert koppelkans("lab", "flanders", *words, "--out", tmp_path / name).exit_code == 0
        groups = pd.read_csv(tmp_path / name / "groups.csv")
        rows = groups[(groups["group"] == "everybody") & (groups["state"] == "today")]
        bills[name] = float(rows["value"].iloc[0])
    assert bills["own"] < bills["plain"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--lever", "tarif_shift:x_e=0.01,x_g=0.01"], "tariff_shift"),
        (["--lever", "tariff_shift:x_e=9,x_g=0.01"], "0.15"),
        (["--lever", "gas_end_date:year=2040", "--lever", "gas_end_date:year=2045"], "gas"),
    ],
)
def test_a_wrong_lever_is_one_message(monkeypatch, capsys, tmp_path, words, said):
    code, message = exit_of(monkeypatch, capsys, "lab", "flanders", *words, "--out", tmp_path / "x")
    assert code == 1
    assert said in message
    assert not (tmp_path / "x").exists()


def test_check_rules_shows_gaps_per_area_and_old_rules():
    shown = koppelkans("check", "gent_muide_meulestede", "--rules")
    assert shown.exit_code == 0
    assert "zenne_dijle" in shown.output
    assert "zes maanden" in shown.output


def test_shares_have_one_decimal_and_homes_none():
    assert [_short(13.2249, _PLACES["%"]), _short(415.4, _PLACES["woningen"]), _short(12.6, _PLACES["woningen"])] == [
        "13,2",
        "415",
        "13",
    ]
    assert _short(0.024) == "0,02"
    assert [_short(1353.2, lang=Language.en), _short(13.2249, 1, lang=Language.en)] == ["1,353", "13.2"]
    assert _short(2045.0, dated=True) == "2045"


def test_own_figures_of_behaviour_that_cannot_be_are_told_at_once(monkeypatch, capsys, tmp_path):
    """Key, group, what was found and what was expected, before anything is computed; nothing is written."""
    rules = tmp_path / "eigen.csv"
    rules.write_text(
        "key,scope,value,unit,vat,valid_from,valid_to,source,confidence,note\n"
        "response.sale_per_year,detached,1.5,1/year,,2020-01-01,,eigen,unverified,\n"
        "response.cash_share.q1,1,0.9,1,,2020-01-01,,eigen,unverified,\n"
        "response.scale_eur_per_year,,0,EUR/year,,2020-01-01,,eigen,unverified,\n"
    )
    lever = ["--lever", "guidance:share=1", "--rules", str(rules)]
    code, message = exit_of(monkeypatch, capsys, "lab", "flanders", *lever, "--out", tmp_path / "labo")
    assert code == 1
    assert "eigen.csv: figures of behaviour that cannot be; correct or leave out these rows" in message
    assert "response.sale_per_year, detached: found 1.5 1/year, expected 0 to 1" in message
    assert "response.cash_share.q1: the classes 1 0.9, 2 0.28, 3 0.15, 4 0.07 add up to 1.4, expected 1" in message
    assert "response.scale_eur_per_year: found 0 EUR/year, expected more than 0" in message
    assert not (tmp_path / "labo").exists()
