"""The documents say what the program does: commands, keys, links, versions."""

import re
import tomllib
from pathlib import Path

import pytest

from koppelkans import tables
from koppelkans.scenario import (
    Choices,
    HeatNetwork,
    Limits,
    Renovation,
    Response,
    Scenario,
    Source,
    Street,
    StreetOwner,
    StreetSpace,
)

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
MANUAL = (ROOT / "docs" / "handleiding.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]


def heading_anchors(text: str) -> set[str]:
    """Anchors that a page offers: its headings as the forges spell them, and its own marks."""
    titles = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles} | set(
        re.findall(r'<a id="([^"]+)">', text)
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    text = page.read_text(encoding="utf-8")
    faults = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        goal = page if not name else page.parent / name
        if not goal.exists():
            faults.append(f"{target}: no such file")
        elif anchor and goal.suffix == ".md" and anchor not in heading_anchors(goal.read_text(encoding="utf-8")):
            faults.append(f"{target}: no such heading")
    assert faults == []


def test_the_readme_opens_with_what_to_type():
    opening = README.split("## ")[0]
    assert re.search(r"^make demo\b", opening, re.MULTILINE)
    assert re.search(r"^make test\b", opening, re.MULTILINE)
    assert "![" in opening


def test_targets_named_in_documents_exist():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {
        target for page in PAGES for target in re.findall(r"(?:^|`)make ([a-z-]+)", page.read_text(encoding="utf-8"))
    }
    assert {"demo", "test"} <= named
    assert named <= targets


def command_names() -> set[str]:
    from koppelkans.cli import app

    single = {command.name or command.callback.__name__ for command in app.registered_commands}
    return single | {group.name for group in app.registered_groups}


def test_the_manual_shows_every_command():
    shown = set(re.findall(r"^koppelkans (\w+)", MANUAL, re.MULTILINE))
    assert shown == command_names()


def test_the_readme_shows_only_commands_that_exist():
    assert set(re.findall(r"^koppelkans (\w+)", README, re.MULTILINE)) <= command_names()


def example_scenario() -> str:
    return re.search(r"<!-- scenario:.*?```toml\n(.*?)```", MANUAL, re.DOTALL).group(1)


def test_the_example_scenario_of_the_manual_is_one():
    scenario = Scenario.model_validate(tomllib.loads(example_scenario()))
    assert scenario.sources[0].assumption


@pytest.mark.parametrize(
    "part", [Scenario, Source, Choices, HeatNetwork, Renovation, Street, StreetOwner, StreetSpace, Response, Limits]
)
def test_the_manual_shows_every_key_of_the_scenario(part):
    text = example_scenario()
    assert [name for name in part.model_fields if not re.search(rf"\b{name}\b", text)] == []


def test_defaults_shown_in_the_manual_are_the_defaults():
    shown, default = Scenario.model_validate(tomllib.loads(example_scenario())), Scenario()
    own = {"sources", "stand_ins", "grid_area", "design_outdoor_c"}
    differ = [
        name for name in Scenario.model_fields if name not in own and getattr(shown, name) != getattr(default, name)
    ]
    assert differ == []


def example_settings() -> str:
    text = MANUAL.split("## Het bestand place.toml")[1].split("## Het scenario")[0]
    return re.search(r"```toml\n(.*?)```", text, re.DOTALL).group(1)


def test_the_example_place_toml_of_the_manual_can_be_read(tmp_path):
    from koppelkans.place.settings import Reading, read_settings

    file = tmp_path / "place.toml"
    file.write_text(example_settings(), encoding="utf-8")
    settings = read_settings(file)
    assert settings.place.grid_area == "kempen"
    assert settings.reading == Reading()


def test_the_manual_shows_every_key_of_place_toml():
    from koppelkans.place import settings

    parts = (settings.About, settings.LayerStated, settings.TableStated, settings.AttributionStated, settings.Reading)
    names = {name for part in parts for name in part.model_fields}
    assert sorted(name for name in names if not re.search(rf"\b{name}\b", example_settings())) == []


def test_the_manual_names_layers_and_columns_that_the_reader_knows():
    from koppelkans.place.columns import BUILDING_COLUMNS
    from koppelkans.place.settings import ROLES

    text = MANUAL.split("## Eigen gegevens")[1].split("## Het bestand place.toml")[0]
    roles_table, columns_table = text.split("| kolom | inhoud |")
    roles = {
        name for row in re.findall(r"^\| ([^|]+) \|", roles_table, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)
    }
    columns = {
        name
        for row in re.findall(r"^\| ([^|]+) \|", columns_table, re.MULTILINE)
        for name in re.findall(r"`(\w+)`", row)
    }
    assert roles == set(ROLES)
    assert columns <= set(BUILDING_COLUMNS)


@pytest.mark.parametrize("word", [*tables.SOLUTIONS, *(f"| {level} |" for level in tables.LEVELS)])
def test_the_manual_explains(word):
    assert word in MANUAL


def test_shipped_places_are_listed():
    from koppelkans.place.shipped import shipped_places

    for name in shipped_places():
        assert f"`{name}`" in MANUAL
        assert f"`{name}`" in README


def test_versions_agree():
    assert f'softwareVersion: "{VERSION}"' in (ROOT / "publiccode.yml").read_text(encoding="utf-8")
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    latest = re.search(r"^## (\S+)", changelog, re.MULTILINE)
    assert latest.group(1) == VERSION
    assert re.search(rf"## {re.escape(VERSION)}[^\n]*\n+### Figures that move", changelog)


def test_the_licence_is_the_full_text():
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert text.startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2")
    assert re.findall(r"^(\d+)\.", text, re.MULTILINE) == [str(number) for number in range(1, 16)]
    assert "Compatible Licences" in text


def test_public_metadata_keeps_the_limits_of_the_standard():
    text = (ROOT / "publiccode.yml").read_text(encoding="utf-8")
    short = re.findall(r"shortDescription: (.+)", text)
    long = re.findall(r"longDescription: >\n((?: {6}.+\n)+)", text)
    assert len(short) == len(long) == 2
    assert all(len(line) <= 150 for line in short)
    assert all(500 <= len(part) <= 10_000 for part in long)
    for key in (
        "publiccodeYmlVersion",
        "name",
        "url",
        "platforms",
        "categories",
        "developmentStatus",
        "softwareType",
        "legal",
        "maintenance",
        "localisation",
    ):
        assert re.search(rf"^{key}:", text, re.MULTILINE), key


def test_the_glossary_gives_three_words_a_row_and_each_term_once():
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").split("## Units")[0]
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("| ")
    ]
    assert len(rows) > 50
    assert [row for row in rows if len(row) != 3 or not all(row)] == []
    terms = [row[0].lower() for row in rows]
    assert sorted(set(terms)) == sorted(terms)
