"""The drawing of a cross-section: readable by everybody, in both languages, and the same as its table."""

import re
from datetime import date
from xml.etree import ElementTree

import pandas as pd
import pytest

from koppelkans import tables
from koppelkans.parameters import read_parameters
from koppelkans.report import palette
from koppelkans.report.cross_section import (
    _BELOW,
    _FILL,
    WORDS,
    cross_section,
    cross_section_figure,
    section_rows,
    spoken,
    today,
)
from koppelkans.solve import Limits
from koppelkans.street.space import SpaceTargets, street_space
from koppelkans.tables.space import CORRIDORS, PATTERN_STRIPS, STRIPS

NAME = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def strips():
    sections = pd.DataFrame(
        {"street": "Kerkstraat", "road_class": "residential", "length_m": 100.0, "width_m": 16.0, "from_node": ["a", "b"], "to_node": ["b", "a"]},
        index=pd.Index(["s0", "s1"], name="section", dtype="str"),
    )  # fmt: skip
    targets = SpaceTargets(frozen={"s0": "16.0|local|one_way|paths|1.5|alternating|wadi+garden"})
    answer = street_space(
        sections, targets, heat_dn_mm=pd.Series({"s0": 100.0}), parameters=read_parameters(), day=date(2026, 1, 1), limits=Limits()
    )  # fmt: skip
    rows = answer.made["pattern_strips"]
    return rows[rows["pattern"] == targets.frozen["s0"]]


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_drawing_says_in_words_what_it_shows(strips, language):
    words = WORDS[language]
    root = ElementTree.fromstring(cross_section(strips, title="Kerkstraat <dan>", words=words))
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "title desc"
    assert root.find(f"{NAME}title").text == "Kerkstraat <dan>"
    described = root.find(f"{NAME}desc").text
    shown = [text.text for text in root.iter(f"{NAME}text")]
    for kind in set(strips["kind"]):
        assert words[kind].lower() in described
        assert any(line.startswith(words[kind]) for line in shown)
    assert float(root.get("font-size")) >= 10
    assert root.get("viewBox").split()[2] == "320"
    badges = [line for line in shown if len(line) <= 2]
    assert all(badges.count(badge) == 2 for badge in set(badges))
    assert len(set(badges)) == len(strips)


def test_the_table_holds_what_the_drawing_holds(strips):
    rows = section_rows(strips, WORDS["nl"])
    assert len(rows) == len(strips)
    above = [float(row[4].replace(",", ".")) for row in rows if row[0] == "Boven de grond"]
    assert sum(above) == pytest.approx(16.0)
    assert spoken(strips, WORDS["en"]).startswith(
        "Street of 16.00 m wide. Above ground: footway 1.50 m, parking and trees 2.00 m"
    )


def test_the_legend_stays_within_the_drawing(strips):
    """A letter of the font is at most 0.62 of its height wide on average; the longest line of either column must not run out of it."""
    for words in WORDS.values():
        longest = max(len(f"{words[kind]} 00,00 m") for kind in (*STRIPS, *CORRIDORS))
        assert 14 + longest * 10 * 0.52 <= 160, longest


def test_every_kind_of_strip_has_a_name_a_colour_and_its_own_words():
    for words in WORDS.values():
        assert {*STRIPS, *CORRIDORS} <= set(words)
    assert set(_FILL) == set(STRIPS)
    assert set(_BELOW) == set(CORRIDORS)
    fills = [*_FILL.values(), *(fill for _, _, fill in _BELOW.values())]
    assert all(palette.contrast(palette.INK, fill) >= 4.5 for fill in fills)


def test_a_figure_of_the_report_is_named_by_the_report(strips):
    figure = cross_section_figure(strips, name="doorsnede", caption="Kerkstraat", words=WORDS["nl"])
    assert "role=" not in figure.svg
    assert "aria-" not in figure.svg
    assert figure.alt == spoken(strips, WORDS["nl"])
    assert re.search(r'id="title"', figure.svg)


def test_today_has_no_heat_pipes_of_the_plan(strips):
    assert "heat" in set(strips["kind"])
    assert set(strips["kind"]) - set(today(strips)["kind"]) == {"heat"}


def test_strips_keep_their_contract(strips):
    assert tables.check(PATTERN_STRIPS, strips) is strips
