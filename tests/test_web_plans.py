"""Views of a plan: what everybody sees, what the team sees, what a closed tender keeps back, downloads, publication, method and figures."""

import csv
import io
import re
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser

import pandas as pd
import pytest
from django.utils import timezone, translation

import krekelwijk
import plan_fixture
import web_fixture
from koppelkans.disclosure import NEVER_PER_BUILDING
from koppelkans.plan import Plan
from koppelkans.report.document import Details, Heading, Paragraph, Section, blocks_of, plain, words_of
from koppelkans.report.material import Material, Words
from koppelkans.report.notation import Notation
from koppelkans.web.accounts.rights import Role
from koppelkans.web.audit.models import Entry
from koppelkans.web.plans import sections, team_pages, team_tables
from koppelkans.web.plans.bundle import facts, tender_words, write_bundle
from koppelkans.web.plans.models import PlanRun, State
from koppelkans.web.plans.notices import notices_of
from koppelkans.web.plans.published import VIEWS, bundle_json, tender_closed, view_sections, visible_indicators
from koppelkans.web.ui.figures import STANDINGS, exact, found_figures, law_figures
from koppelkans.web.ui.method_text import method_text, rendered

pytestmark = pytest.mark.django_db
TOLD = "Warmtebron (aanname): 45 EUR/MWh aan de bron."


def _with_prices(plan: Plan) -> Plan:
    """The same plan with the indicators and the remark that tell a bidder what heat may cost."""
    row = plan["indicators"].loc[["investment_meur"]]
    priced = [
        row.rename(index={"investment_meur": key}).assign(title=f"Prijs {key}") for key in sections.TENDER_INDICATORS
    ]
    first = plan["remarks"].iloc[[0]]
    told = first.assign(about="project", text=TOLD, text_en="Told.").rename(index={first.index[0]: "told"})
    more = {"indicators": pd.concat([plan["indicators"], *priced]), "remarks": pd.concat([plan["remarks"], told])}
    return replace(plan, tables={**plan.tables, **more})


PLAN = _with_prices(plan_fixture.plan_with_network())
TENDER_WORDS = ("Kostendekkende", "Netto contante waarde", "Warmtebronnen van het scenario", "DSCR")


@pytest.fixture
def run() -> PlanRun:
    """A published run of a place with a network, large enough to publish."""
    return web_fixture.finished_run(web_fixture.project(), PLAN, published=True, inputs_hash="a" * 64)


@pytest.fixture
def small() -> PlanRun:
    """A published run of nine buildings, too few to publish, without heat source."""
    one = krekelwijk.place()
    plan = plan_fixture.plan(replace(one, buildings=one.buildings.iloc[:9]))
    return web_fixture.finished_run(web_fixture.project("klein"), plan, published=True, inputs_hash="b" * 64)


@pytest.fixture
def computed(krekelwijk_plan) -> PlanRun:
    """A published run of the plan that the engine makes of Krekelwijk."""
    return web_fixture.finished_run(
        web_fixture.project("krekels"), krekelwijk_plan, published=True, inputs_hash="d" * 64
    )


def address(run: PlanRun, rest: str = "", language: str = "nl") -> str:
    return f"/{language}/wijken/{run.project.slug}/plan/{run.pk}/{rest}"


def text(run: PlanRun, rest: str = "", role: Role = Role.ANONYMOUS, language: str = "nl") -> str:
    answer = web_fixture.client(role, run.project).get(address(run, rest, language))
    assert answer.status_code == 200, (rest, role, answer.status_code)
    return answer.content.decode()


def close_tender(run: PlanRun, days: int = 30) -> None:
    run.project.tender_closed_until = timezone.localdate() + timedelta(days=days)
    run.project.save()


OPEN_VIEWS = [key for key, _title in VIEWS if key != "kaart"]


# --------------------------------------------------------------------------------------------------------------------- the policy


class Strict(HTMLParser):
    """Collects what the policy refuses, ids that occur twice, and links."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tables = self.captions = 0

    def handle_starttag(self, tag, attrs):
        names = dict(attrs)
        if tag in ("style", "script") and "src" not in names:
            self.faults.append(tag)
        self.faults += [f"{tag} {name}" for name in names if name == "style" or name.startswith("on")]
        self.faults += [
            f"{tag} {names[name]}" for name in ("src", "href") if str(names.get(name, "")).startswith(("http", "//"))
        ]
        self.ids += [names["id"]] if "id" in names else []
        self.links += [names["href"]] if tag == "a" and "href" in names else []
        self.tables += tag == "table"
        self.captions += tag == "caption"


def strict(html: str) -> Strict:
    reader = Strict()
    reader.feed(html)
    return reader


@pytest.mark.parametrize("role", [Role.ANONYMOUS, Role.LEAD])
@pytest.mark.parametrize("view", ["", *(f"{view}/" for view in OPEN_VIEWS)])
def test_pages_hold_nothing_that_the_policy_refuses(run, view, role):
    found = strict(text(run, view, role))
    assert found.faults == []
    assert len(found.ids) == len(set(found.ids)), sorted(name for name in found.ids if found.ids.count(name) > 1)
    assert found.tables == found.captions


def test_style_and_handlers_become_attributes_or_go():
    drawn = (
        '<g style="fill:#fff; stroke-width: 2" onclick="x()"><style>a{}</style><script>y()</script><path d="M0"/></g>'
    )
    assert sections.strict(drawn) == '<g fill="#fff" stroke-width="2"><path d="M0"/></g>'


def test_links_of_the_report_lead_to_pages_of_the_site(run):
    anchors = method_text("nl").anchors
    for view in OPEN_VIEWS:
        found = strict("".join(part["html"] for part in bundle_json(run, "public.nl.json")["views"].get(view, [])))
        here = {part["anchor"] for part in bundle_json(run, "public.nl.json")["views"].get(view, [])} | set(found.ids)
        for link in found.links:
            if link.startswith("/nl/methode/#"):
                assert link.partition("#")[2] in anchors, link
            elif link.startswith("#"):
                assert link[1:] in here, (view, link)
            else:
                assert re.fullmatch(r"\.\./(\w+/#[\w-]+)?|tabel/[\w-]+\.csv", link), link


def test_every_indicator_and_team_table_has_a_method(run):
    anchors = method_text("en").anchors
    assert {row["method"] for row in bundle_json(run, "facts.json")["indicators"]} <= anchors
    assert {table.method for table in team_tables.TABLES if table.method} <= anchors


# ------------------------------------------------------------------------------------------------------------------- two audiences


@pytest.mark.parametrize("role", [Role.ANONYMOUS, Role.RESIDENT, Role.MODERATOR])
def test_a_plan_that_is_not_published_does_not_exist_for_others(run, role):
    run.published_at = None
    run.save()
    client = web_fixture.client(role, run.project)
    for rest in ("", "net/", "bestand/report.pdf", "gebouwen/tabel/start-1.csv"):
        assert client.get(address(run, rest)).status_code == 404
    assert web_fixture.client(Role.MEMBER, run.project).get(address(run)).status_code == 200


def test_members_of_another_project_see_what_the_public_sees(run):
    other = web_fixture.project("elders")
    client = web_fixture.client(Role.MEMBER, other)
    assert client.get(address(run)).status_code == 200
    assert client.get(address(run, "gebouwen/tabel/gebouwen/")).status_code == 404
    assert client.get(f"/nl/wijken/elders/plan/{run.pk}/").status_code == 404


def test_the_public_sees_groups_and_the_team_sees_buildings(run):
    keys = [str(key) for key in PLAN.place.buildings.index]
    everybody, team = text(run, "gebouwen/"), text(run, "gebouwen/", Role.MEMBER)
    assert "Per gebouw blijft bij het team." in everybody
    assert not [key for key in keys if f">{key}<" in everybody]
    assert [key for key in keys if f">{key}<" in team]


def test_no_public_page_names_a_column_of_single_buildings(run):
    for view in OPEN_VIEWS:
        words = text(run, f"{view}/")
        assert not [name for name in NEVER_PER_BUILDING if f">{name}<" in words]


def test_computed_years_stay_with_the_team(run):
    years = {str(year) for year in PLAN["schedule"]["first_year"]}
    shown = "".join(
        section["html"] for view in OPEN_VIEWS for section in view_sections(run, view, web_fixture.user(Role.RESIDENT))
    )
    assert "Werken per periode" not in shown
    assert not [year for year in years if re.search(rf"\b{year}-\d{{4}}\b", shown)]
    team = text(run, "kalender/", Role.MEMBER)
    assert "Werken per periode" in team
    assert 'badge computed">berekend · koppelkans' in team
    assert "Werken per periode" not in text(run, "kalender/")
    report = (run.bundle / "report.nl.html").read_text(encoding="utf-8")
    assert "Werken per periode</caption>" not in report
    assert "De berekende jaren blijven bij het projectteam" in report


def test_the_periods_of_the_network_stay_with_the_team(run):
    shown = "".join(text(run, f"{view}/") for view in OPEN_VIEWS)
    assert "Hoe vast dit net ligt" in shown
    assert not [words for words in ("vanaf 2031", "Wat er in elke periode gelegd wordt") if words in shown]
    assert "Wat er in elke periode gelegd wordt" in text(run, "kalender/", Role.MEMBER)
    report = (run.bundle / "report.nl.html").read_text(encoding="utf-8")
    assert "vanaf 2031" not in report
    assert "Hoe vast dit net ligt" in report


def test_views_without_figures_say_what_will_stand_there(run):
    assert "Nog niet berekend" in text(run, "stroom/")
    assert "Nog niet berekend" not in text(run, "kalender/")
    assert "Not computed yet" in text(run, "stroom/", language="en")


def test_dates_carry_who_stands_behind_them(run):
    dates = run.project.planned_dates
    dates.create(
        what="Riool", street="Krekelstraat", value="2028", status="decided", owner="gemeente", reference="2026/12"
    )
    dates.create(what="Gasleiding weg", value="2035", status="planned", owner="Fluvius", reference="meerjarenplan")
    shown = text(run, "kalender/")
    assert 'badge decided">beslist · besluit 2026/12' in shown
    assert 'badge planned">gepland · Fluvius' in shown


def test_a_place_too_small_shows_no_totals(small):
    shown = text(small)
    assert "Te klein om cijfers te publiceren." in shown
    assert "Van dit plan mogen geen totalen getoond worden." in shown
    assert not visible_indicators(small, web_fixture.user(Role.RESIDENT))
    for view in OPEN_VIEWS:
        text(small, f"{view}/")
    assert "MWh/jaar" in text(small, "", Role.MEMBER)


def test_a_plan_of_the_engine_fills_every_view(computed):
    for role in (Role.ANONYMOUS, Role.LEAD):
        for view in ("", *(f"{view}/" for view in OPEN_VIEWS)):
            assert strict(text(computed, view, role)).faults == []


def test_what_was_not_assessed_or_is_assumed_stands_above_the_figures(run, small):
    assert "Geen warmtenet beoordeeld." in text(small)
    assert "Geen warmtenet beoordeeld." not in text(run)
    assert "Niet door de stad." not in text(run)
    run.project.by_city = False
    run.project.save()
    assert "Niet door de stad." in text(run, "geld/")
    told = bundle_json(run, "facts.json")
    assert told["levels"] == ["A"]
    assert [source.name for source in PLAN.scenario.sources if source.assumption] == told["assumed_sources"]


def test_a_place_without_streets_says_which_level_and_why():
    plan = plan_fixture.plan(replace(plan_fixture.place(), streets=None, sections=None))
    told = facts(Material(plan, Words("nl"), Notation("nl")))
    assert (told["network_assessed"], told["network_verdict"]) == (False, "no_streets")
    levels = {**told, "levels": ["D"], "reproducible": False, "valid_until": "2026-01-01", "country": "AT"}
    shown = notices_of(PlanRun(project=web_fixture.project()), levels, web_fixture.user(), "stroom")
    assert [notice.level for notice in shown] == sorted(
        (notice.level for notice in shown), key=["warning", "assumption", "info"].index
    )
    words = " ".join(f"{notice.title} {notice.text}" for notice in shown)
    for part in (
        "Geen warmtenet beoordeeld.",
        "niveau D, zonder straten",
        "Niet te herhalen.",
        "Niet meer actueel.",
        "Geen Vlaams gebied.",
    ):
        assert part in words


def test_a_member_may_look_with_the_eyes_of_the_public(run):
    shown = text(run, "gebouwen/?beeld=publiek", Role.LEAD)
    assert "Zo ziet het publiek dit plan." in shown
    assert "Tabellen voor het team" not in shown
    assert "Zo ziet het publiek" not in text(run, "gebouwen/?beeld=publiek")


# ------------------------------------------------------------------------------------------------------------------------- tender


def test_a_closed_tender_closes_prices_cash_and_report(run):
    open_pages = "".join(text(run, f"{view}/") for view in OPEN_VIEWS)
    assert all(word in open_pages for word in TENDER_WORDS)
    close_tender(run)
    closed = "".join(text(run, f"{view}/", role) for view in OPEN_VIEWS for role in (Role.ANONYMOUS, Role.MEMBER))
    assert not [word for word in TENDER_WORDS if re.search(rf"<(th|td|h2|caption)[^>]*>[^<]*{word}", closed)]
    assert "Deels gesloten voor een aanbesteding." in closed
    told = tender_words(PLAN, "nl")
    assert TOLD in told
    assert all(words in open_pages for words in told)
    assert not [words for words in told if words in closed]
    for role in (Role.ANONYMOUS, Role.MEMBER):
        client = web_fixture.client(role, run.project)
        for rest in (
            "bestand/report.pdf",
            "bestand/report.html",
            "geld/tabel/grootboek.csv",
            "net/tabel/bronnen.csv",
            "geld/tabel/zakenplan-1.csv",
        ):
            assert client.get(address(run, rest)).status_code == 404, rest
    assert tender_closed(run.project, web_fixture.user(Role.MEMBER, run.project))


def test_leads_see_what_is_closed_and_everybody_after_the_day(run):
    close_tender(run)
    assert "Vertrouwelijk tot na de aanbesteding." in text(run, "geld/", Role.LEAD)
    assert web_fixture.client(Role.LEAD, run.project).get(address(run, "net/tabel/bronnen.csv")).status_code == 200
    close_tender(run, days=0)
    assert "Open na de aanbesteding." in text(run, "geld/")
    assert web_fixture.client().get(address(run, "bestand/report.pdf")).status_code == 200


def test_indicators_for_the_tender_are_left_out(run):
    reader = web_fixture.user(Role.MEMBER, run.project)
    keys = {row["key"] for row in visible_indicators(run, reader)}
    close_tender(run)
    left = {row["key"] for row in visible_indicators(run, web_fixture.user(Role.MEMBER, run.project))}
    assert keys - left == set(sections.TENDER_INDICATORS) & keys


# --------------------------------------------------------------------------------------------------------------- tables, downloads


def test_the_team_filters_sorts_and_turns_pages(run):
    client = web_fixture.client(Role.MEMBER, run.project)
    table = team_tables.table_named("gebouwen", "gebouwen")
    frame = team_tables.contents(table, run.folder, closed=False)
    assert len(frame) == int(PLAN.place.buildings["heated"].sum())
    first = team_pages.page_of(table, frame, {"sort": "-heat_kwh"})
    assert (first.total, first.pages) == (len(frame), -(-len(frame) // team_pages.PAGE_ROWS))
    assert [head.name for head in first.heads if head.computed] == ["first_year"]
    chosen = team_pages.page_of(table, frame, {"solution": "air_heat_pump", "page": "99"})
    assert chosen.total == int((PLAN["choices"]["solution"] == "air_heat_pump").sum())
    assert chosen.number == chosen.pages
    unknown = team_pages.page_of(table, frame, {"solution": "' OR 1=1", "sort": "nothing", "page": "-3"})
    assert (unknown.total, unknown.sort, unknown.number) == (len(frame), "", 1)
    whole = client.get(address(run, "gebouwen/tabel/gebouwen/?use=residential&sort=street")).content.decode()
    part = client.get(
        address(run, "gebouwen/tabel/gebouwen/?use=residential&sort=street"), headers={"HX-Request": "true"}
    ).content.decode()
    assert "<!DOCTYPE html>" in whole
    assert "<!DOCTYPE" not in part
    assert part.strip() in whole


def test_pages_of_the_team_hold_the_largest_first(run):
    table = team_tables.table_named("gebouwen", "gebouwen")
    frame = team_tables.contents(table, run.folder, closed=False)
    page = team_pages.page_of(table, frame, {"sort": "-heat_kwh"})
    at = [head.name for head in page.heads].index("heat_kwh")
    with translation.override("nl"):
        largest = team_pages.page_of(table, frame.sort_values("heat_kwh", ascending=False), {}).rows[0][at].text
    assert page.rows[0][at].text == largest


@pytest.mark.parametrize("table", team_tables.TABLES, ids=lambda table: table.key)
def test_every_table_of_the_team_opens_explains_itself_and_downloads(run, table):
    client = web_fixture.client(Role.LEAD, run.project)
    for language in ("nl", "en"):
        shown = text(run, f"{table.view}/tabel/{table.key}/", Role.LEAD, language)
        assert strict(shown).faults == []
    answer = client.get(address(run, f"{table.view}/tabel/{table.key}.csv"))
    assert answer.status_code == 200
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == len(team_tables.contents(table, run.folder, closed=False)) + 1
    assert ("status" in rows[0]) == bool(table.years)
    assert (
        web_fixture.client(Role.RESIDENT, run.project)
        .get(address(run, f"{table.view}/tabel/{table.key}.csv"))
        .status_code
        == 404
    )


def test_printed_tables_download_as_printed(run):
    (part,) = [part for part in bundle_json(run, "public.nl.json")["views"]["gebouwen"] if part["anchor"] == "start"]
    answer = web_fixture.client().get(address(run, "gebouwen/tabel/start-1.csv"))
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows == [part["tables"][0]["header"], *part["tables"][0]["rows"]]
    assert "attachment" in answer["Content-Disposition"]


def test_a_spreadsheet_runs_nothing():
    written = team_pages.rows_as_csv(["street"], [["=cmd()"], ["+1,5"], ["−3"], ["@x"], [None]])
    assert written == '\ufeffstreet\r\n\'=cmd()\r\n"+1,5"\r\n−3\r\n\'@x\r\n""\r\n'


@pytest.mark.parametrize(("name", "role", "status"), [
    ("plan.gpkg", Role.ANONYMOUS, 404), ("plan.gpkg", Role.MEMBER, 200), ("report.html", Role.ANONYMOUS, 200), ("report.pdf", Role.ANONYMOUS, 200),
    ("report-team.pdf", Role.RESIDENT, 404), ("plan.json", Role.LEAD, 404),
])  # fmt: skip
def test_files_and_who_may_have_them(run, name, role, status):
    assert web_fixture.client(role, run.project).get(address(run, f"bestand/{name}")).status_code == status


def test_pages_ask_the_database_little(run, django_assert_max_num_queries):
    for role in (Role.ANONYMOUS, Role.LEAD):
        client = web_fixture.client(role, run.project)
        for rest in ("", "gebouwen/", "geld/", "kalender/"):
            with django_assert_max_num_queries(15):
                client.get(address(run, rest))


# --------------------------------------------------------------------------------------------------------------------- publication


def test_publishing_says_what_becomes_public_and_is_recorded(run):
    run.published_at = None
    run.save()
    client = web_fixture.client(Role.LEAD, run.project)
    asked = client.get(address(run, "publiceren/")).content.decode()
    assert "zonder berekende jaren" in asked
    assert "Geen einddatum voor een aanbesteding." in asked
    assert client.post(address(run, "publiceren/")).status_code == 302
    client.post(address(run, "publiceren/"))
    run.refresh_from_db()
    assert run.public
    (entry,) = Entry.objects.filter(verb="plan.publish", about=f"plan:{run.pk}")
    assert entry.public
    assert entry.details["plan_hash"] == run.plan_hash
    client.post(address(run, "intrekken/"))
    run.refresh_from_db()
    assert not run.public
    assert Entry.objects.filter(verb="plan.withdraw", about=f"plan:{run.pk}").count() == 1
    assert web_fixture.client().get(address(run)).status_code == 404


def test_members_do_not_publish_and_unfinished_runs_cannot_be(run):
    assert web_fixture.client(Role.MEMBER, run.project).post(address(run, "publiceren/")).status_code == 404
    run.state, run.published_at = State.RUNNING, None
    run.save()
    assert web_fixture.client(Role.LEAD, run.project).post(address(run, "publiceren/")).status_code == 404
    run.refresh_from_db()
    assert run.published_at is None


# -------------------------------------------------------------------------------------------------------------------- the bundle


def test_the_bundle_is_whole_or_not_there(tmp_path, monkeypatch):
    def broken(*_, **__):
        raise OSError("disk full")

    monkeypatch.setattr("koppelkans.report.report_document", broken)
    with pytest.raises(OSError, match="disk full"):
        write_bundle(PLAN, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_two_languages_hold_the_same_chapters(run):
    for audience in sections.AUDIENCES:
        found = [
            {
                view: [part["anchor"] for part in parts]
                for view, parts in bundle_json(run, f"{audience}.{language}.json")["views"].items()
            }
            for language in ("nl", "en")
        ]
        assert found[0] == found[1]
        assert found[0]


def test_a_bundle_that_is_not_there_is_a_page_that_is_not_there(run):
    PlanRun.objects.filter(pk=run.pk).update(inputs_hash="c" * 64)
    assert web_fixture.client().get(address(run)).status_code == 404


# ------------------------------------------------------------------------------------------------------------- method and figures


def test_the_method_keeps_every_anchor(root):
    document = (root / "docs" / "method.md").read_text(encoding="utf-8")
    found = method_text("en")
    wanted = set(re.findall(r'<a id="([^"]+)"', document))
    page = strict(web_fixture.client().get("/nl/methode/").content.decode())
    assert wanted <= set(page.ids)
    assert wanted <= found.anchors
    assert page.faults == []
    assert len(page.ids) == len(set(page.ids))
    assert [chapter.title for chapter in found.chapters] == re.findall(r"^## (.+)$", document, flags=re.MULTILINE)


def test_the_method_of_a_small_document():
    found = rendered(
        '# T\n\n[glossary](glossary.md)\n\n<a id="one"></a>\n<a id="two"></a>\n\n## Two\n\n| a | b |\n|---|--:|\n| x | 1 |\n',
        {"two": "Kort <b>."},
    )
    assert '<span id="one"></span><h2 id="two">Two</h2>' in found.html.replace("\n", "")
    assert "Kort &lt;b&gt;." in found.html
    assert 'class="number"' in found.html
    assert "style" not in found.html
    assert "glossary</p>" in found.html
    assert "<h1" not in found.html


def test_every_figure_has_a_page_with_source_and_standing():
    client = web_fixture.client()
    page = client.get("/nl/cijfers/").content.decode()
    assert strict(page).faults == []
    key, figure = next(
        (key, figure) for key, figure in law_figures().items() if any(value.low is not None for value in figure.values)
    )
    shown = client.get(f"/nl/cijfers/{key}/").content.decode()
    assert figure.label in shown
    assert str(STANDINGS[figure.values[0].standing][0]) in shown
    assert client.get("/nl/cijfers/bestaat.niet/").status_code == 404
    assert all(client.get(f"/en/cijfers/{name}/").status_code == 200 for name in list(law_figures())[::40])


@pytest.mark.parametrize(("value", "grouped", "dutch", "english"), [
    (14_000.0, True, "14.000", "14,000"), (0.1234567, True, "0,1234567", "0.1234567"), (2035.0, False, "2035", "2035"), (-0.5, True, "-0,5", "-0.5"),
])  # fmt: skip
def test_figures_keep_all_their_digits(value, grouped, dutch, english):
    for language, wanted in (("nl", dutch), ("en", english)):
        with translation.override(language):
            assert exact(value, grouped=grouped) == wanted


def test_figures_are_found_by_words_standing_and_who_decides():
    whole = len(found_figures())
    assert whole == len(law_figures()) > 400
    gas = found_figures("gas accijns")
    assert 0 < len(gas) < whole
    assert all(figure.decides == "federal" for figure in found_figures(decides="federal"))
    assert all("unverified" in figure.standings() for figure in found_figures(standing="unverified"))
    assert found_figures("zzzzzz") == []


def test_prices_of_a_market_and_what_the_company_is_paid_stand_apart():
    """Chapter on people: how they heat is for everybody, at which price a company could do it once the tender is open."""
    words = Words("nl")
    blocks = (
        Paragraph(plain("Wie waarmee verwarmt.")), Heading(words("response.network"), sections.MARKET), Paragraph(plain("Het net houdt stand aan 55 euro.")),
        Heading(words("response.people")), Paragraph(plain("Wie vastzit.")), Details(words("response.money_title"), (Paragraph(plain("Warmte: 10 miljoen.")),)),
    )  # fmt: skip
    chapter = Section("gedrag", "Gedrag", blocks)
    found = sections._response(chapter, words, has_network=True)
    told = {
        part.audience: " ".join(
            words_of(block.text) for block in blocks_of(part.section.blocks) if isinstance(block, Paragraph)
        )
        for part in found
    }
    assert told == {
        "public": "Wie waarmee verwarmt. Wie vastzit.",
        "tender": "Het net houdt stand aan 55 euro. Warmte: 10 miljoen.",
    }
    assert [part.audience for part in sections._response(chapter, words, has_network=False)] == ["public"]
