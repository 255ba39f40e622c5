"""Pages for residents and caseworkers: what a street says in public, and a calculator that keeps nothing of what it was told."""

import csv
import json
import re
import subprocess
from datetime import date
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

import plan_fixture
import web_fixture
from koppelkans.disclosure import RULES
from koppelkans.parameters import read_parameters
from koppelkans.report.material import Material, Words
from koppelkans.report.notation import Notation
from koppelkans.web.places.models import Place
from koppelkans.web.plans.house_rows import AMOUNTS, house_rows, significant
from koppelkans.web.plans.models import PlanRun, State
from koppelkans.web.plans.street_rows import street_rows
from koppelkans.web.projects.models import PlannedDate, Project
from koppelkans.web.residents import facts, streets, words
from koppelkans.web.residents.forms import HomeForm
from koppelkans.web.residents.home import grid_area_of, home_answer
from koppelkans.web.residents.situation import HEATINGS, Situation
from reading_level import LEAST, flesch_douma, sentences, syllables

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 26)
TOLD = {
    "kind": "terraced", "period": "1946_1970", "floor_area_m2": "140", "heating": "gas", "gas_kwh": "17.000", "tenure": "owner",
    "income_category": "cat2", "protected": "no", "occupants": "3", "postcode": "2000",
}  # fmt: skip
SAVINGS = {"savings_eur": "4 000 euro"}


def material(plan) -> Material:
    return Material(plan, Words("nl"), Notation("nl"))


@pytest.fixture(scope="module")
def with_network() -> Material:
    return material(plan_fixture.plan_with_network())


@pytest.fixture(scope="module")
def without_network() -> Material:
    return material(plan_fixture.plan())


def published(of: Project, rows: Material) -> PlanRun:
    """A published run with the public files of a plan, without making its tiles and reports."""
    place = Place.objects.create(project=of, title="Krekelwijk", shipped="wechelderzande")
    run = PlanRun.objects.create(
        project=of, place=place, title="Plan", scenario={}, state=State.DONE, inputs_hash=f"{of.slug:x<64}"[:64], engine_version="0",
        published_at=timezone.now(),
    )  # fmt: skip
    run.bundle.mkdir(parents=True, exist_ok=True)
    (run.bundle / "streets.json").write_text(json.dumps(street_rows(rows)))
    (run.bundle / "houses.json").write_text(json.dumps(house_rows(rows)))
    return run


# ------------------------------------------------------------------------------------------------------------ rows of a bundle


@pytest.mark.parametrize("name", ["with_network", "without_network"])
def test_no_street_and_no_kind_of_fewer_than_ten_buildings(name, request):
    rows_of = request.getfixturevalue(name)
    heated = rows_of.heated
    rows = street_rows(rows_of)
    assert {row["street"] for row in rows} == {"Krekelstraat", "Sprinkhaanlaan"}
    for row in rows:
        here = heated[heated["street"] == row["street"]]
        assert row["buildings"] == len(here) >= RULES.contributors
        for kind in row["kinds"]:
            assert (here["kind"] == kind).sum() >= RULES.contributors
        for item in row["solutions"]:
            chosen = rows_of.choices["solution"].reindex(here.index) == item["solution"]
            assert chosen.sum() >= RULES.contributors
            assert (chosen.sum() > len(here) / 2) == (item["share"] == "most")


def test_a_street_of_the_network_points_to_it_and_another_does_not(with_network):
    by_name = {row["street"]: row for row in street_rows(with_network)}
    assert by_name["Krekelstraat"]["direction"] == "network"
    assert by_name["Krekelstraat"]["network"] == "nearly_all"
    assert by_name["Sprinkhaanlaan"]["direction"] == "individual"
    assert by_name["Sprinkhaanlaan"]["network"] == "none"


def test_without_an_assessed_network_a_dense_street_gets_no_direction(without_network):
    for row in street_rows(without_network):
        assert row["network"] == "unsaid"
        assert row["network_assessed"] is False
        assert "network.no_source" in row["why"]
        if row["density_class"] in ("1.0_to_1.5", "from_1.5"):
            assert row["direction"] == "unknown"


@pytest.mark.parametrize("name", ["with_network", "without_network"])
def test_rows_hold_no_year_that_was_computed(name, request):
    rows = request.getfixturevalue(name)
    text = json.dumps([street_rows(rows), [{**row, "day": ""} for row in house_rows(rows)]])
    assert not re.search(r"\b20[2-9]\d\b", text)


def test_costs_of_houses_are_ranges_of_ten_or_more_in_two_digits(with_network):
    rows = house_rows(with_network)
    counts = with_network.heated["kind"].value_counts()
    assert {row["kind"] for row in rows} == {"terraced", "semi_detached"}
    for row in rows:
        assert counts[row["kind"]] >= RULES.contributors
        for name in AMOUNTS:
            ends = row[name]
            assert ends["low"] <= ends["median"] <= ends["high"]
            assert all(value == significant(value) for value in ends.values())
    gas = next(row for row in rows if row["solution"] == "gas_boiler")
    options = with_network.options
    paid = options[(options["kind"] == gas["kind"]) & (options["solution"] == "gas_boiler")]
    assert gas["owner_investment_eur"]["median"] == significant((paid["owner_investment_eur"] / paid["homes"]).median())
    assert gas["price_low"] < 1 < gas["price_high"]


def test_every_word_of_the_rows_has_a_plain_name(with_network, without_network):
    for rows in (with_network, without_network):
        for row in street_rows(rows):
            assert row["direction"] in words.DIRECTIONS
            assert row["network"] in words.NETWORK_PARTS
            assert set(row["why"]) <= set(words.REASONS)
        assert {row["solution"] for row in house_rows(rows)} <= set(words.SOLUTIONS)
        assert {row["package"] for row in house_rows(rows)} <= set(words.PACKAGES)


# -------------------------------------------------------------------------------------------------------------- one home


def test_the_bill_of_a_protected_household_by_hand():
    answer = home_answer(
        Situation(
            "terraced",
            "1946_1970",
            140.0,
            "gas",
            gas_kwh=17_000,
            electricity_kwh=3_000,
            protected=True,
            grid_area="kempen",
        ),
        day=DAY,
    )
    parameters = read_parameters().choosing(stand_ins={}, hold=["gas.social_tariff", "gas.excise"])
    vat = 1 + parameters.at("vat", DAY, "household_energy")
    gas = parameters.at("gas.social_tariff", DAY) + parameters.at("gas.excise", DAY, "protected") * vat
    power = parameters.at("elec.social_tariff", DAY, "single") + parameters.at("elec.excise", DAY, "protected") * vat
    assert answer.bill_now is not None
    assert answer.bill_now.mid == pytest.approx(17_000 * gas + 3_000 * power, abs=0.02)
    assert answer.bill_now.low == answer.bill_now.high
    assert answer.dear_bill_now == pytest.approx(answer.bill_now.mid)


def test_known_gas_brings_the_heat_and_its_range_closer():
    unknown = home_answer(Situation("terraced", "1946_1970", 140.0, "gas"), day=DAY).heat
    known = home_answer(Situation("terraced", "1946_1970", 140.0, "gas", gas_kwh=17_000), day=DAY).heat
    assert (known.high - known.low) / known.mid < 0.5 * (unknown.high - unknown.low) / unknown.mid
    assert 0.6 < known.mid / 17_000 < 0.95


@pytest.mark.parametrize("heating", HEATINGS)
@pytest.mark.parametrize("kind", ["detached", "apartment_building"])
def test_what_holds_for_every_way(heating, kind):
    answer = home_answer(
        Situation(
            kind,
            "1946_1970",
            110.0,
            heating,
            dwellings=8 if kind == "apartment_building" else 1,
            network="network_middle",
        ),
        day=DAY,
    )
    assert (answer.bill_now is None) == (heating == "oil")
    assert {"gas_boiler", "network_middle"} <= {way.solution for way in answer.ways}
    for way in answer.ways:
        assert 0 < way.pay.low <= way.pay.mid <= way.pay.high
        assert way.own.mid == pytest.approx(way.pay.mid - way.premium_eur)
        assert 0 < way.bill.low < way.bill.mid < way.bill.high < 3 * way.bill.low
        assert way.dear_bill > way.bill.mid
        assert way.loan_eur <= 60_000
        assert (way.loan_eur == 0) == (way.solution in ("gas_boiler", "collective_gas_boiler"))
        assert (way.emission_kg is None) == way.solution.startswith("network")
    assert {item.standing for item in answer.figures} <= {"official", "secondary", "unverified"}


def test_the_loan_of_a_month_by_hand():
    answer = home_answer(Situation("terraced", "1946_1970", 140.0, "gas", gas_kwh=17_000), day=DAY)
    way = next(way for way in answer.ways if way.solution == "air_heat_pump")
    rate, owed = 0.0275, way.loan_eur - way.premium_eur
    assert way.loan_eur == pytest.approx(way.pay.mid)
    assert way.month_eur == pytest.approx(owed * rate / (1 - (1 + rate) ** -25) / 12)
    assert way.cash_eur(4_000, loan=False) == pytest.approx(way.pay.mid - 4_000)
    assert way.cash_eur(4_000, loan=True) == 0


def test_a_wished_label_is_reached_or_said_not_to_be():
    answer = home_answer(Situation("terraced", "1946_1970", 140.0, "gas", label="B"), day=DAY)
    assert any(way.meets_label for way in answer.ways)
    for way in answer.ways:
        assert way.meets_label == (way.label <= "B")


def test_more_people_need_more_hot_water_until_gas_is_known():
    few, many = (
        home_answer(Situation("detached", "1971_1990", 160.0, "gas", occupants=people), day=DAY).heat.mid
        for people in (1, 6)
    )
    assert many > few
    few, many = (
        home_answer(
            Situation("detached", "1971_1990", 160.0, "gas", gas_kwh=20_000, occupants=people), day=DAY
        ).heat.mid
        for people in (1, 6)
    )
    assert many == few


def test_unknown_premiums_of_low_incomes_are_said():
    assert home_answer(
        Situation("terraced", "1946_1970", 140.0, "gas", income_category="cat4"), day=DAY
    ).premium_stands_in
    assert not home_answer(
        Situation("terraced", "1946_1970", 140.0, "gas", income_category="cat2"), day=DAY
    ).premium_stands_in


def test_gas_that_fits_no_such_home_is_not_used_and_said():
    answer = home_answer(Situation("detached", "to_1945", 1_000.0, "gas", gas_kwh=500), day=DAY)
    assert answer.gas_left_out
    assert answer.heat.mid > 20_000


def test_postcodes_have_a_grid_area():
    assert (grid_area_of(2000), grid_area_of(3500), grid_area_of(1000)) == ("antwerpen", "limburg", "")


# ------------------------------------------------------------------------------------------------------------ facts in words


@pytest.mark.parametrize(
    "row",
    list(csv.DictReader(Path(__file__).with_name("published").joinpath("residents.csv").open(encoding="utf-8"))),
    ids=lambda row: row["figure"],
)
def test_social_prices_as_published(row):
    scope = "single" if row["figure"].startswith("elec") else "all"
    shown = facts.fact(row["figure"], "", day=date.fromisoformat(row["day"]), scope=scope)
    assert shown is not None
    assert float(shown.text.split()[0].replace(",", ".")) == pytest.approx(
        float(row["published"]), abs=float(row["tolerance"])
    )
    assert shown.text.endswith("met btw")


def test_a_price_that_has_ended_says_until_when_and_heat_follows_gas():
    gas, heat = (facts.fact(f"{carrier}.social_tariff", "", day=DAY) for carrier in ("gas", "heat"))
    assert gas is not None
    assert heat is not None
    assert gas.until == date(2026, 6, 30)
    assert (heat.text, heat.until, heat.standing) == (gas.text, gas.until, "unverified")


def test_figures_stand_in_words_with_their_unit():
    texts = {
        item.key: item.text
        for item in (*facts.loans("cat4", day=DAY), *facts.premiums("cat3", day=DAY), *facts.rental_duties(day=DAY)[:1])
    }
    assert texts["mvl.max"] == "60.000 euro"
    assert texts["mvl.term"] == "25 jaar"
    assert texts["mvp.roof.cap_share"] == "35\u00a0% zonder btw"
    assert texts["obligation.rental.label"] == "label E"
    assert "mvp.heat_pump.air_water" not in texts


# ------------------------------------------------------------------------------------------------- nothing that was told is kept


def everything() -> dict[str, int]:
    return {model._meta.label: model.objects.count() for model in apps.get_models()}


@pytest.mark.parametrize(
    ("address", "more"),
    [("/nl/mijn-woning/", {}), ("/en/mijn-woning/", {}), ("/nl/keukentafel/", SAVINGS), ("/en/keukentafel/", SAVINGS)],
)
def test_the_answer_keeps_nothing(address, more, caplog):
    before, client = everything(), web_fixture.client()
    with CaptureQueriesContext(connection) as asked:
        answer = client.post(address, {**TOLD, **more})
    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]
    assert everything() == before
    assert not [query["sql"] for query in asked if re.match(r"\s*(INSERT|UPDATE|DELETE)", query["sql"], re.IGNORECASE)]
    assert "sessionid" not in answer.cookies
    assert "17.000" not in caplog.text
    assert "17000" not in caplog.text
    page = answer.content.decode()
    assert re.search(r"[12][.,]\d{3}", page)
    assert "style=" not in page


def test_pages_ask_for_no_name_or_address():
    asked = set(HomeForm.base_fields)
    assert not asked & {"name", "naam", "address", "adres", "email", "phone", "birth"}


def test_faults_are_told_all_at_once_with_what_was_found():
    answer = web_fixture.client().post(
        "/nl/mijn-woning/", {**TOLD, "floor_area_m2": "veel", "gas_kwh": "3", "heating": "hout"}
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "“veel”" in page
    assert "van 20 tot 1000 m²" in page
    assert "“3”" in page
    assert "Deze keuze bestaat niet" in page
    assert 'role="alert"' in page


def test_gas_without_a_gas_boiler_is_asked_again():
    answer = web_fixture.client().post("/nl/mijn-woning/", {**TOLD, "heating": "oil"})
    assert answer.status_code == 422
    assert "u verwarmt niet met gas" in answer.content.decode()


def test_markup_in_an_answer_is_shown_as_text():
    answer = web_fixture.client().post(
        "/nl/mijn-woning/", {**TOLD, "floor_area_m2": "<script>1</script>", "straat": "<b>x</b>"}
    )
    assert "<script>1" not in answer.content.decode()
    assert "<b>x" not in answer.content.decode()


@pytest.mark.parametrize("tenure", ["owner", "social_tenant"])
def test_the_sheet_holds_rights_bills_money_and_what_to_ask(tenure):
    page = (
        web_fixture.client()
        .post("/nl/keukentafel/", {**TOLD, **SAVINGS, "tenure": tenure, "income_category": "cat4", "protected": "yes"})
        .content.decode()
    )
    for heading in ("1. Rechten vandaag", "2. Rekening nu en later", "3. Eerst vragen"):
        assert heading in page
    assert "26,85 cent per kWh" in page
    assert ("Mijn VerbouwLening" in page) == (tenure == "owner")
    assert ("vrederechter" in page) == (tenure != "owner")
    assert "Bronnen:" in page
    assert "niet nagegaan" in page


# --------------------------------------------------------------------------------------------------------------- pages of streets


@pytest.fixture
def project(with_network) -> Project:
    of = web_fixture.project("bewoners", contact="wijk@example.org")
    published(of, with_network)
    dates = [
        ("Riool vernieuwd", "krekelstraat", "2029", "planned", "Aquafin", "meerjarenplan"),
        ("Netprijs", "Krekelstraat", "90 euro", "decided", "Stad", "GR 2026/12"),
        ("Iets anders", "Sprinkhaanlaan", "2031", "planned", "Stad", "x"),
    ]
    for what, street, value, status, owner, reference in dates:
        PlannedDate.objects.create(
            project=of, what=what, street=street, value=value, status=status, owner=owner, reference=reference
        )
    return of


def test_a_street_shows_its_own_decided_and_planned_dates_and_no_computed_year(project):
    page = web_fixture.client().get(f"/nl/wijken/{project.slug}/straat/Krekelstraat/").content.decode()
    assert "Riool vernieuwd" in page
    assert "GR 2026/12" in page
    assert "Iets anders" not in page
    assert "wijk@example.org" in page
    years = set(re.findall(r"\b20[2-9]\d\b", re.sub(r"<[^>]+>", " ", page.split("<main")[1].split("</main")[0])))
    assert years <= {"2026", "2029", "2022"}  # day of the law, what Aquafin planned, since when buyers must


def test_a_street_takes_few_queries(project, django_assert_max_num_queries):
    client = web_fixture.client()
    with django_assert_max_num_queries(15):
        client.get(f"/nl/wijken/{project.slug}/straat/Krekelstraat/")


@pytest.mark.parametrize("street", ["Veldpad", "Nergensstraat", "..%2f..", "%3Cscript%3E"])
def test_a_street_that_may_not_be_shown_looks_like_one_that_is_not_there(project, street):
    answer = web_fixture.client().get(f"/nl/wijken/{project.slug}/straat/{street}/")
    assert answer.status_code == 404
    page = answer.content.decode()
    assert "minder dan tien huizen" in page
    assert "<script>" not in page


def test_nothing_of_a_plan_that_is_not_published(project):
    PlanRun.objects.filter(project=project).update(published_at=None)
    client = web_fixture.client()
    assert "nog geen plan open" in client.get(f"/nl/wijken/{project.slug}/straat/Krekelstraat/").content.decode()
    assert "Krekelstraat" not in client.get(f"/nl/wijken/{project.slug}/straten-zoeken/").content.decode()


def test_a_plan_of_another_area_of_the_project_takes_no_street_away(project, with_network):
    elsewhere = published(project, with_network)
    Place.objects.filter(pk=elsewhere.place_id).update(title="Elders")
    PlanRun.objects.filter(pk=elsewhere.pk).update(inputs_hash="e1" * 32)
    elsewhere.refresh_from_db()
    elsewhere.bundle.mkdir(parents=True, exist_ok=True)
    row = {**street_rows(with_network)[0], "street": "Aan de Overkant", "direction": "unknown"}
    (elsewhere.bundle / "streets.json").write_text(json.dumps([row]))
    names = [row["street"] for row in streets.streets_of(streets.published_runs(project))]
    assert names == ["Aan de Overkant", "Krekelstraat", "Sprinkhaanlaan"]
    client = web_fixture.client()
    for street in ("Aan de Overkant", "Krekelstraat"):
        assert client.get(f"/nl/wijken/{project.slug}/straat/{street}/").status_code == 200
    assert streets.network_in(project.slug, "Krekelstraat")
    assert streets.network_in(project.slug, "Aan de Overkant") == ""


def test_of_two_plans_of_one_area_the_newest_speaks(project, with_network, without_network):
    again = published(project, without_network)
    again.place = PlanRun.objects.exclude(pk=again.pk).get(project=project).place
    again.save()
    assert streets.published_runs(project) == [again]


def test_another_project_does_not_show_this_street(project):
    other = web_fixture.project("anders")
    assert web_fixture.client().get(f"/nl/wijken/{other.slug}/straat/Krekelstraat/").status_code == 404


def test_streets_are_found_by_part_of_a_name_and_without_accents(project):
    client, address = web_fixture.client(), f"/nl/wijken/{project.slug}/straten-zoeken/"
    assert "Krekelstraat" in client.get(address, {"q": "kRékel"}).content.decode()
    nothing = client.get(address, {"q": "zzz<b>"}).content.decode()
    assert "Geen straat met" in nothing
    assert "zzz<b>" not in nothing
    assert [row["street"] for row in streets.found([{"street": "Oude Laan"}, {"street": "Laan"}], "laan")] == [
        "Laan",
        "Oude Laan",
    ]


def test_the_calculator_knows_the_network_of_the_street(project):
    client = web_fixture.client()
    with_street = client.post(
        "/nl/mijn-woning/", {**TOLD, "wijk": project.slug, "straat": "Krekelstraat"}
    ).content.decode()
    without = client.post(
        "/nl/mijn-woning/", {**TOLD, "wijk": project.slug, "straat": "Sprinkhaanlaan"}
    ).content.decode()
    assert "swatch solution-network_" in with_street
    assert "swatch solution-network_" not in without


# ------------------------------------------------------------------------------------------------------------ plain Dutch


@pytest.mark.parametrize("street", ["Krekelstraat", "Sprinkhaanlaan", ""])
def test_pages_for_residents_read_easily(project, street):
    address = f"/nl/wijken/{project.slug}/straat/{street}/" if street else "/nl/huurders/"
    assert flesch_douma(web_fixture.client().get(address).content.decode()) >= LEAST


def test_the_reading_level_by_hand():
    assert [syllables(word) for word in ("straat", "warmtenet", "eigenaar", "geïsoleerd", "nieuwe", "ketel")] == [
        1,
        3,
        3,
        4,
        2,
        2,
    ]
    page = "<main><p>" + "Een kat zit op een mat. " * 20 + "</p><table><td>Overheidsadministratie</td></table></main>"
    assert len(sentences(page)) == 20
    assert flesch_douma(page) == pytest.approx(206.84 - 0.93 * 6 - 77)
    with pytest.raises(ValueError, match="too few"):
        flesch_douma("<main><p>Te kort.</p></main>")


# ----------------------------------------------------------------------------------------------------------- on paper


@pytest.mark.browser
@pytest.mark.parametrize(
    "told",
    [
        {**TOLD, **SAVINGS},
        {
            **TOLD,
            **SAVINGS,
            "kind": "detached",
            "period": "to_1945",
            "floor_area_m2": "400",
            "label": "A",
            "income_category": "cat4",
        },
        {**TOLD, **SAVINGS, "kind": "apartment_building", "label": "A", "income_category": "cat3"},
        {**TOLD, "tenure": "social_tenant", "protected": "yes"},
    ],
    ids=["usual", "most_works", "apartment", "tenant"],
)
def test_the_sheet_is_one_page_of_a4(told, browser, tmp_path):
    page = web_fixture.client().post("/nl/keukentafel/", told).content.decode()
    web = Path(__file__).parent.parent / "src" / "koppelkans" / "web"
    looks = "".join(
        (web / name).read_text(encoding="utf-8")
        for name in ("ui/static/ui/site.css", "residents/static/residents/residents.css")
    )
    shown = browser.new_page()
    shown.set_content(re.sub(r"<(link|script)[^>]*>(</script>)?", "", page) + f"<style>{looks}</style>")
    shown.pdf(path=tmp_path / "sheet.pdf", format="A4", prefer_css_page_size=True)
    shown.close()
    found = subprocess.run(["pdfinfo", str(tmp_path / "sheet.pdf")], capture_output=True, text=True, check=True).stdout
    assert re.search(r"Pages:\s+1\b", found)
    assert "(A4)" in found
