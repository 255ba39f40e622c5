"""Streets on the site: what everybody sees of works and space, and the street book, the calendar and the map by year of the team."""

import json

import pytest

import street_plan
import web_fixture
from koppelkans.errors import ScenarioError
from koppelkans.scenario import Scenario
from koppelkans.web.accounts.rights import Role
from koppelkans.web.plans import team_pages, team_tables
from koppelkans.web.plans.forms import ScenarioForm
from koppelkans.web.plans.models import PlanRun
from koppelkans.web.plans.published import bundle_json
from koppelkans.web.plans.scenario_text import scenario_of_toml
from koppelkans.web.plans.street_book import drawn_patterns, gantt_section, street_book, year_map
from koppelkans.web.plans.year_map import map_svg
from test_web_plans import address, strict, text

pytestmark = pytest.mark.django_db

PLAN = street_plan.street_plan()
BOOK = "straten/boek/"
SHEET = f"{BOOK}?sectie=z20"
OF_TEAM = (BOOK, SHEET, "straten/tabel/profielen/", "kalender/tabel/werkenkalender/", "straten/tabel/activa.csv")


@pytest.fixture
def run() -> PlanRun:
    """A published run of a plan with works and street space."""
    return web_fixture.finished_run(web_fixture.project("straten"), PLAN, published=True, inputs_hash="5f" * 32)


def test_everybody_sees_the_chapters_and_no_row(run):
    for language in ("nl", "en"):
        spaces, calendar = text(run, "straten/", language=language), text(run, "kalender/", language=language)
        assert 'id="straatruimte"' in spaces
        assert 'id="werken"' in calendar
        for page in (spaces, calendar):
            assert strict(page).faults == []
            assert "z14" not in page
            assert "data-years" not in page
            assert 'id="werkenkalender"' not in page
            assert "straten/boek" not in page
    assert street_plan.SECRET not in text(run, "kalender/")


@pytest.mark.parametrize("role", [Role.ANONYMOUS, Role.RESIDENT, Role.MODERATOR])
@pytest.mark.parametrize("rest", OF_TEAM)
def test_the_street_book_and_rows_are_for_the_team_alone(run, role, rest):
    answer = web_fixture.client(role, run.project).get(address(run, rest))
    assert answer.status_code in (302, 404)
    assert "Rioolbeheerder" not in answer.content.decode()


def test_members_of_another_project_have_no_street_book(run):
    other = web_fixture.project("elders")
    assert web_fixture.client(Role.LEAD, other).get(address(run, SHEET)).status_code == 404


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_sheet_says_now_and_then_works_and_who_pays(run, language):
    page = text(run, SHEET, Role.MEMBER, language)
    found = strict(page)
    assert found.faults == []
    assert len(found.ids) == len(set(found.ids))
    assert page.count("<svg") >= 2
    told = {
        "nl": ("Nu (aangenomen)", "Dan (voorstel)", "parkeren aan één kant, bomen aan één kant", "Rioolbeheerder", "riolering", "2029-03 – 2029-09", "Gelote leeftijden.", "40.000"),
        "en": ("Now (assumed)", "Then (proposal)", "trees on one side", "sewer", "Drawn ages.", "Who pays what", "40,000"),
    }  # fmt: skip
    for words in told[language]:
        assert words in page, words


def test_the_book_lists_turns_and_leads_to_sheets(run):
    client = web_fixture.client(Role.MEMBER, run.project)
    whole = text(run, BOOK, Role.MEMBER)
    assert whole.count("?sectie=z") == 30
    one = client.get(address(run, f"{BOOK}?straat=dorp")).content.decode()
    assert one.count("?sectie=z") == 15
    assert "Geen straatsecties" in client.get(address(run, f"{BOOK}?straat=nergens")).content.decode()
    assert client.get(address(run, f"{BOOK}?sectie=bestaat-niet")).status_code == 404
    rows = text(run, "straten/tabel/profielen/", Role.MEMBER)
    assert "/straten/boek/?sectie=z20" in rows
    assert "Straatboek" in text(run, "straten/", Role.MEMBER)


def test_the_team_has_the_gantt_and_the_map_by_year(run):
    page = text(run, "kalender/", Role.MEMBER)
    assert 'id="werkenkalender"' in page
    assert 'data-years="2029"' in page
    assert "plans/year_map.mjs" in page
    assert strict(page).faults == []
    seen = text(run, "kalender/?beeld=publiek", Role.MEMBER)
    assert "data-years" not in seen
    assert 'id="werkenkalender"' not in seen


def test_public_files_of_the_bundle_name_no_section(run):
    for name in ("public.nl.json", "public.en.json", "report.nl.html", "report.en.html", "streets.json"):
        content = (run.bundle / name).read_text(encoding="utf-8")
        assert "z20|" not in content, name
    public = json.dumps(bundle_json(run, "public.nl.json")["views"]["kalender"])
    assert "2029-03" not in public


def test_the_words_of_works_stand_in_the_language_of_the_page(run):
    shown = text(run, "kalender/tabel/werkenkalender/", Role.MEMBER)
    assert "riolering" in shown
    assert "Rioolbeheerder" in shown
    english = text(run, "kalender/tabel/werkenkalender/", Role.MEMBER, "en")
    assert "computed" in english
    assert "Kind of work" in english
    spaces = text(run, "straten/tabel/profielen/", Role.MEMBER, "en")
    assert "stays as now" in spaces


def test_a_calendar_as_csv_keeps_the_status_of_each_date(run):
    table = team_tables.table_named("kalender", "werkenkalender")
    frame = team_tables.contents(table, run.folder, closed=False)
    frame = frame.assign(status=["decided", *frame["status"].iloc[1:]])
    assert ",decided," in team_pages.team_csv(table, frame).splitlines()[1]


# ------------------------------------------------------------------------------------------------------------------ the bundle


def test_the_book_holds_every_section_with_a_cross_section_or_works():
    book = street_book(PLAN)
    assert len(book["sections"]) == 30
    first = book["sections"][0]
    assert first["street"] == "Dorp"
    assert {work["kind"] for work in first["works"]} == {"sewer", "cable"}
    assert book["owners"]["sewer_manager"] == "Rioolbeheerder"
    assert set(drawn_patterns(PLAN, "nl")) == {street_plan.NOW, street_plan.THEN, street_plan.RARE}


def test_the_map_knows_the_years_of_each_section_and_escapes_names():
    found = year_map(PLAN)
    assert found["years"] == [2029, 2029]
    assert found["counts"] == {"2029": 60}
    assert len([line for line in found["lines"] if line["years"]]) == 30
    svg = map_svg({**found, "lines": [{**found["lines"][0], "street": "<b>"}]}, 'a "title"')
    assert "<b>" not in svg
    assert "&lt;b&gt;" in svg


def test_a_plan_without_works_has_no_calendar_and_no_map():
    import plan_fixture

    bare = plan_fixture.plan()
    assert gantt_section(bare, "nl") is None
    assert year_map(bare) is None
    assert street_book(bare)["sections"] == []


# -------------------------------------------------------------------------------------------------------------------- choices


def test_choices_of_streets_come_back_from_the_form(run):
    from test_web_runs import posted

    chosen = Scenario(
        name="straat",
        street={"heat_worth_factor": 2.0, "fixed_years": {"z1|sewer": 2031}, "agreed_shares": {"city": 0.4, "sewer_manager": 0.6}, "draws": 25, "has_gas": False, "gas_entry_m": (100.0, 200.0), "owners": [{"role": "city", "budget_eur_per_year": 1e6}],
                "space": {"canopy_share": 0.125, "cycle_sections": ["z1", "z2"], "frozen": {"z3": "12.0|local|now"}, "keep_directions": True}},
    )  # fmt: skip
    from koppelkans.web.places.models import Place

    place = Place.objects.first()
    form = ScenarioForm(posted(chosen, place), places=Place.objects.all())
    assert form.is_valid(), form.errors.as_text()
    assert form.scenario == chosen
    forged = posted(chosen, place, kept=json.dumps({"street.assets": "/etc/passwd", "limits.nodes": 9}))
    read = ScenarioForm(forged, places=Place.objects.all())
    assert read.is_valid()
    assert read.scenario.street.assets is None
    few = ScenarioForm(posted(chosen, place, **{"street-draws": "3"}), places=Place.objects.all())
    assert not few.is_valid()
    assert "street-draws" in few.errors


@pytest.mark.parametrize("key", ["assets", "works"])
def test_a_scenario_file_names_no_file_of_the_server(key):
    with pytest.raises(ScenarioError, match=f"street.{key}"):
        scenario_of_toml(f'[street]\n{key} = "/etc/passwd"\n'.encode())


@pytest.mark.parametrize(
    ("view", "name"),
    [("kalender", "works.ics"), ("kalender", "works.geojson"), ("straten", "lekp.csv")],
)
def test_the_team_takes_the_works_along(run, view, name):
    member, anonymous = (web_fixture.client(role, run.project) for role in (Role.MEMBER, Role.ANONYMOUS))
    assert f"bestand/{name}" in member.get(address(run, f"{view}/")).content.decode()
    assert f"bestand/{name}" not in anonymous.get(address(run, f"{view}/")).content.decode()
    answer = member.get(address(run, f"bestand/{name}"))
    assert answer.status_code == 200
    assert len(b"".join(answer.streaming_content)) > 100
    assert anonymous.get(address(run, f"bestand/{name}")).status_code == 404


def test_quantities_that_an_older_plan_lacks_say_so_to_the_team(run):
    member, anonymous = (web_fixture.client(role, run.project) for role in (Role.MEMBER, Role.ANONYMOUS))
    assert "before it had the tables work_quantities" in member.get(address(run, "kalender/")).content.decode()
    assert "work_quantities" not in anonymous.get(address(run, "kalender/")).content.decode()
