"""Works in the report: the headline with its proof, owners, and nothing about one street or one draw."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from koppelkans.report.document import Figure, Notice, Paragraph, Table, blocks_of, words_of
from koppelkans.report.html import html_page
from koppelkans.report.material import Material, Words, texts
from koppelkans.report.notation import Notation
from koppelkans.report.works import team_gantt, works_section
from koppelkans.street.dividend import dividend, dividend_table
from koppelkans.street.dividend_owners import owner_absence, owner_shares
from koppelkans.street.dividend_robustness import (
    Spread,
    chain_figures,
    evaluated_robustness,
    spread_of_draws,
    variations,
)
from koppelkans.street.works_tables import calendar_table
from koppelkans.tables.works import SHADOW_PRICES
from works_fixture import PACE, Tried, facts_of, hand_case

STREET = "Zeldzaamstraat"
OWNERS = ("stad", "rioolbeheerder")


def at_once(case, start):
    """Sharing: the cables join the sewers; alone each in its own year."""
    cable = np.arange(len(case.works.kind)) % 2 == 1
    year = np.where(cable & ~case.works.joins, 3, 1)
    return Tried(np.asarray(year), 0.0)


@pytest.fixture(scope="module")
def works_tables():
    works = [
        {"kind": kind, "section": at, "owner": owner, "own_eur": own}
        for at in range(30) for kind, owner, own in (("sewer", 1, 40_000.0), ("cable", 0, 20_000.0))
    ]  # fmt: skip
    case = hand_case(
        works, sections=30, years=5, owners=OWNERS, zone_eur=np.tile([60_000.0, 20_000.0, 30_000.0, 0.0], (30, 1))
    )
    found = dividend(case, at_once)
    facts = facts_of(case)
    known = pd.DataFrame(
        {"street": [f"{STREET} {at // 2}" for at in range(60)], "status": "computed", "drawn": False},
        index=case.works.name.astype(str),
    )
    spread = Spread(3, 0.3, (0.15, 1.0, 3.0), 1)
    price = pd.DataFrame(
        {"limit": ["budget"], "name": ["stad"], "year": [2029], "price_eur": [0.2], "text": ["Eén miljoen meer in 2029 is 0,2 miljoen waard."], "text_en": ["One more million in 2029 is worth 0.2 million."]},
        index=pd.Index(["r0"], name="row"),
    )  # fmt: skip
    assert list(price.columns) == SHADOW_PRICES.column_names
    return {
        "calendar": calendar_table(case, found.joint.year, known), "dividend": dividend_table(found, facts=facts, pace=PACE),
        "owner_shares": owner_shares(found, facts), "owner_absence": owner_absence(found, at_once), "shadow_prices": price,
        "works_robustness": evaluated_robustness(variations(case, spread), found),
        "drawn_assets": spread_of_draws([chain_figures(found)] * 20),
    }  # fmt: skip


def section(plan, tables_of_it, language="nl"):
    made = replace(plan, tables={**plan.tables, **tables_of_it})
    return works_section(Material(made, Words(language), Notation(language)))


def all_text(found) -> str:
    said = []
    for block in blocks_of(found.blocks):
        if isinstance(block, Table):
            said += [block.caption, block.note, *block.header, *(words_of(cell) for row in block.rows for cell in row)]
        elif isinstance(block, Figure):
            said += [block.caption, block.alt, block.svg]
        elif isinstance(block, Paragraph | Notice):
            said.append(words_of(block.text))
        elif hasattr(block, "items"):
            said += [words_of(item) for item in block.items]
    return "\n".join(said)


def test_headline_with_proof_and_owners(krekelwijk_plan, works_tables):
    text = all_text(section(krekelwijk_plan, works_tables))
    saved = works_tables["dividend"].loc["J", "saved_eur"] / 1e6
    assert f"{saved:.3g}".replace(".", ",") in text
    assert "niet groter dan wat de berekening openlaat" in text  # the planner of this test proves nothing
    assert "rioolbeheerder" in text
    assert "Eén miljoen meer in 2029" in text
    figures = [
        block.name for block in blocks_of(section(krekelwijk_plan, works_tables).blocks) if isinstance(block, Figure)
    ]
    assert figures == ["works-waterfall", "works-periods"]  # no heat: no curve of cost against time


def test_nothing_about_one_street(krekelwijk_plan, works_tables):
    for language in ("nl", "en"):
        text = all_text(section(krekelwijk_plan, works_tables, language))
        assert STREET not in text
        assert "s0" not in text


def test_drawn_ages_give_percentiles_alone(krekelwijk_plan, works_tables):
    calendar = works_tables["calendar"].assign(drawn=[True] + [False] * 59)
    found = section(krekelwijk_plan, {**works_tables, "calendar": calendar})
    captions = [block.caption for block in blocks_of(found.blocks) if isinstance(block, Table)]
    assert captions == ["Gelote activa"]
    assert "bewezen in 0\xa0% van de lotingen" in all_text(found)
    assert not [block for block in blocks_of(found.blocks) if isinstance(block, Figure)]
    none = section(
        krekelwijk_plan, {**works_tables, "calendar": calendar, "drawn_assets": works_tables["drawn_assets"].iloc[:0]}
    )
    assert "minstens 20" in all_text(none)


def test_few_sections_say_nothing(krekelwijk_plan, works_tables):
    few = works_tables["calendar"].iloc[:12]  # six sections
    found = section(krekelwijk_plan, {**works_tables, "calendar": few})
    assert len(found.blocks) == 1
    assert "te weinig straatsecties" in all_text(found)


def test_an_owner_with_few_works_is_not_shown(krekelwijk_plan, works_tables):
    shares = works_tables["owner_shares"].assign(works=[9, 51])
    text = all_text(section(krekelwijk_plan, {**works_tables, "owner_shares": shares}))
    assert "te weinig werken om de kosten per eigenaar" in text
    assert "rioolbeheerder" not in text


def test_small_cells_of_periods_are_hidden(krekelwijk_plan, works_tables):
    calendar = works_tables["calendar"].copy()
    calendar.iloc[:6, calendar.columns.get_loc("planned_year")] = 2035.0
    text = all_text(section(krekelwijk_plan, {**works_tables, "calendar": calendar}))
    assert "n.p." in text


def test_without_works_one_line(krekelwijk_plan):
    bare = {name: frame for name, frame in krekelwijk_plan.tables.items() if name not in ("dividend", "calendar")}
    found = works_section(Material(replace(krekelwijk_plan, tables=bare), Words("en"), Notation("en")))
    assert all_text(found) == "No works calendar was computed for this plan."


def test_both_languages_have_the_same_words():
    for group in ("works", "work_kinds"):
        assert set(texts("nl")[group]) == set(texts("en")[group])


def test_waterfall_ends_where_the_joint_plan_is(works_tables):
    chain = works_tables["dividend"]
    parts = list(chain.columns[: chain.columns.get_loc("gross_eur")])
    moved = (chain.loc["J", parts] - chain.loc["S1", parts]).sum() - (
        chain.loc["J", "heat_eur"] - chain.loc["S1", "heat_eur"]
    )
    assert chain.loc["S1", "net_eur"] + moved == pytest.approx(chain.loc["J", "net_eur"])


def test_the_team_sees_its_calendar(works_tables):
    calendar = works_tables["calendar"].head(6)
    calendar = calendar.assign(month_from=["2027-03", *[None] * 5], month_to=["2027-08", *[None] * 5])
    svg = team_gantt(calendar, Words("nl"), {"stad": "Stad"})
    assert STREET in svg
    assert "Stad" in svg


def test_the_page_is_made(krekelwijk_plan, works_tables):
    from koppelkans.report import report_document

    document = report_document(krekelwijk_plan)
    shown = replace(document, sections=(*document.sections, section(krekelwijk_plan, works_tables)))
    assert 'id="werken"' in html_page(shown)
