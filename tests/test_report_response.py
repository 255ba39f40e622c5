"""The response in the report: the distance to the plan, both equilibria apart, who is stuck, and never a street."""

from dataclasses import replace

import pandas as pd
import pytest

from koppelkans.report.document import Details, Figure, Paragraph, Table, blocks_of, words_of
from koppelkans.report.material import Material, Words
from koppelkans.report.notation import Notation
from koppelkans.report.published_response import PublishedResponse
from koppelkans.report.response import response_line, response_section
from koppelkans.tables.response import (
    BRANCH_DECISIONS,
    EQUILIBRIUM,
    RESPONSE_MOMENTS,
    RESPONSE_MONEY,
    RESPONSE_SHARES,
    RESPONSE_STUCK,
)

SECTION = "Zeldzaamstraat 1"


def framed(contract, rows):
    """Rows as a table of the contract."""
    frame = pd.DataFrame(rows, columns=contract.column_names)
    frame.index = pd.Index([str(at) for at in range(len(frame))], name=contract.key, dtype="str")
    return frame


@pytest.fixture
def response_tables():
    """A place of 100 homes that goes from all gas in 2025 to 40 gas, 5 hybrid, 25 heat pumps, 28 network, 2 stuck in 2055."""
    end = {"gas": 40.0, "hybrid": 5.0, "air_heat_pump": 25.0, "network": 28.0, "stuck": 2.0}
    shares = []
    for year in (2025, 2030, 2040, 2050, 2055):
        part = (year - 2025) / 30
        for option, count in end.items():
            homes = count * part + (100.0 * (1 - part) if option == "gas" else 0.0)
            shares.append(("place", "all", year, option, homes, 0.8 * homes, 1.2 * homes))
    for option, count in end.items():
        shares += [
            ("group", "q1_social_tenant", 2055, option, count / 2, None, None), ("group", "q4_owner", 2055, option, count / 2, None, None),
            ("group", "q2_owner", 2055, option, count / 50, None, None), ("section", SECTION, 2055, option, count, None, None),
        ]  # fmt: skip
    equilibrium = [
        ("best", True, 72.0, 0.61, 0.42, 0.3, 0.9, "cautious"), ("cautious", False, None, None, None, None, None, "cautious"),
        ("critical", True, 96.0, 0.3, 0.17, None, None, "cautious"), ("happens", False, None, None, None, None, None, "cautious"),
    ]  # fmt: skip
    return {
        "response_shares": framed(RESPONSE_SHARES, shares), "equilibrium": framed(EQUILIBRIUM, equilibrium),
        "response_moments": framed(RESPONSE_MOMENTS, [("end_of_life", 2030, "gas", 30.0), ("street_open", 2030, "network", 12.0)]),
        "response_stuck": framed(RESPONSE_STUCK, [("q1_private_tenant", 2055, "no_right_to_decide", 7.0), ("q1_owner", 2055, "no_money", 2.0)]),
        "response_money": framed(RESPONSE_MONEY, [("owners and users", "installer", "investment", 2030, 2.5e6)]),
    }  # fmt: skip


def material(plan, frames, language="nl"):
    """The plan with the tables of a response."""
    return Material(replace(plan, tables={**plan.tables, **frames}), Words(language), Notation(language))


def said(section):
    """Everything that a reader can read."""
    found = []
    for block in blocks_of(section.blocks):
        if isinstance(block, Table):
            found += [block.caption, block.note, *block.header, *(words_of(cell) for row in block.rows for cell in row)]
        elif isinstance(block, Figure):
            found += [block.caption, block.alt, block.svg]
        elif isinstance(block, Paragraph):
            found.append(words_of(block.text))
        elif isinstance(block, Details):
            found.append(block.title)
    return "\n".join(found)


def rows_of(section, caption):
    table = next(
        block for block in blocks_of(section.blocks) if isinstance(block, Table) and block.caption.startswith(caption)
    )
    return {words_of(row[0]): [words_of(cell) for cell in row[1:]] for row in table.rows}


def test_the_distance_to_the_plan(krekelwijk_plan, response_tables):
    given = material(krekelwijk_plan, response_tables)
    told = PublishedResponse(given)
    assert told.fossil_free.loc[2055] == pytest.approx(0.53)  # heat pumps and network; stuck and hybrid are not free
    rows = rows_of(response_section(given), "Woningen zonder fossiele")
    assert rows["2055"][0] == "53\xa0%"
    assert "30\xa0% = 30 woningen, 50\xa0% = 50 woningen, 70\xa0% = 70 woningen" in said(response_section(given))
    assert "53\xa0%" in words_of(response_line(given)[0])


def test_equilibria_stand_apart(krekelwijk_plan, response_tables):
    section = response_section(material(krekelwijk_plan, response_tables))
    rows = rows_of(section, "Prijs en aandeel")
    assert rows["Iedereen verwacht veel klanten"][:2] == ["72,0", "61\xa0%"]
    assert rows["Het bedrijf verwacht weinig klanten"][0] == "bestaat niet"
    assert "tekent minder dan 17\xa0%" in said(section)


def test_one_equilibrium_and_none(krekelwijk_plan, response_tables):
    found = response_tables["equilibrium"]
    best = found[found["start"] == "best"].to_dict("records")[0]
    one = framed(EQUILIBRIUM, [tuple(best.values()), tuple({**best, "start": "cautious"}.values())])
    none = framed(EQUILIBRIUM, [tuple({**best, "exists": False}.values())])
    assert "één evenwicht" in said(response_section(material(krekelwijk_plan, {**response_tables, "equilibrium": one})))
    assert "komt het net er niet" in said(
        response_section(material(krekelwijk_plan, {**response_tables, "equilibrium": none}))
    )


def test_the_poorest_stand_first_and_small_groups_nowhere(krekelwijk_plan, response_tables):
    section = response_section(material(krekelwijk_plan, response_tables))
    groups = list(rows_of(section, "Verwarming per groep"))
    assert groups == ["Kwartiel 1, sociale huurder", "Kwartiel 4, eigenaar"]  # q2_owner has two homes
    assert "geen beslissingsrecht" in said(section)


def test_no_street_in_public(krekelwijk_plan, response_tables):
    for language in ("nl", "en"):
        assert SECTION not in said(response_section(material(krekelwijk_plan, response_tables, language)))


def test_a_plan_without_response_says_so(krekelwijk_plan):
    empty = {"response_shares": RESPONSE_SHARES.empty()}
    section = response_section(material(krekelwijk_plan, empty))
    assert len(section.blocks) == 1
    assert not response_line(material(krekelwijk_plan, empty))


def test_branches_in_numbers_without_a_street(krekelwijk_plan, response_tables):
    rows = [(80.0, 12.0, 0.6, 0.5, 0.3, 0.4, 0.2 + 0.05 * at, True, at % 2 == 0) for at in range(12)]
    frame = pd.DataFrame(
        rows,
        columns=BRANCH_DECISIONS.column_names,
        index=pd.Index([f"{SECTION}-{at}" for at in range(12)], name="section"),
    )
    text = said(response_section(material(krekelwijk_plan, {**response_tables, "branch_decisions": frame})))
    assert "6 van de 12 takken bouwen" in text
    assert "van 20\xa0% tot 75\xa0%" in text
    assert SECTION not in text
    few = said(response_section(material(krekelwijk_plan, {**response_tables, "branch_decisions": frame.iloc[:9]})))
    assert "takken" not in few
