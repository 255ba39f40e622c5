"""The register of intentions: who sees it, changes by two people, many rows from a file, retention, and what follows for the network."""

import re
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

import plan_fixture
import web_fixture
from koppelkans.plan import save_plan
from koppelkans.web.accounts.rights import RIGHTS, Role
from koppelkans.web.audit.models import Entry
from koppelkans.web.intentions.csv_rows import MOST_BYTES, register_csv, rows_of
from koppelkans.web.intentions.effect import effect_of
from koppelkans.web.intentions.forms import day_of
from koppelkans.web.intentions.models import Intention, Stance
from koppelkans.web.intentions.plan_rows import PlanBuilding, plan_buildings
from koppelkans.web.intentions.register import (
    RowChangedError,
    Said,
    import_rows,
    kept_until,
    may_be_kept,
    remove_expired,
    set_intention,
)
from koppelkans.web.intentions.templatetags.intention_words import as_required, project_value, still_needed
from koppelkans.web.places.models import Place
from koppelkans.web.plans.models import PlanRun, State

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 26)
SIGNED = Said("signed", date(2026, 11, 1), date(2028, 11, 1))
REFUSED = Said("refused", date(2026, 11, 2), date(2028, 11, 2))
INPUTS = "1e" * 32


@pytest.fixture(scope="module")
def plan():
    return plan_fixture.plan_with_attachments()


@pytest.fixture
def project():
    return web_fixture.project()


@pytest.fixture
def run(project, plan):
    place = Place.objects.create(project=project, title=plan.place.title, shipped="wechelderzande")
    made = PlanRun.objects.create(
        project=project,
        place=place,
        title="Met net",
        scenario={},
        state=State.DONE,
        inputs_hash=INPUTS,
        engine_version="0",
    )
    if not (made.folder / "plan.json").exists():
        made.folder.mkdir(parents=True)
        save_plan(plan, made.folder)
    return made


@pytest.fixture
def member(project):
    return web_fixture.client(Role.MEMBER, project)


@pytest.fixture
def somebody(project):
    return web_fixture.user(Role.MEMBER, project)


def page(project, name="intentions"):
    return reverse(name, args=[project.slug])


def text_of(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


def joined(run):
    return [row for row in plan_buildings(run) if row.joined]


# -------------------------------------------------------------------------------------------------------------- who sees it


PAGES = ("intentions", "intention_edit", "intentions_import", "intentions_export", "intention_effect")


@pytest.mark.parametrize("name", PAGES)
def test_only_the_team_of_the_project_sees_the_register(name, project, run):
    address = page(project, name)
    asked = {"gebouw": joined(run)[0].key}
    for role in (Role.MEMBER, Role.LEAD, Role.ADMIN):
        assert web_fixture.client(role, project).get(address, asked).status_code == 200, role
    for role in (Role.RESIDENT, Role.FACILITATOR, Role.MODERATOR, Role.RESPONDENT, Role.STEWARD):
        assert role not in RIGHTS["intention.read"]
        assert web_fixture.client(role, project).get(address, asked).status_code == 404, role
    assert web_fixture.client(Role.MEMBER, web_fixture.project("elders")).get(address, asked).status_code == 404
    assert web_fixture.client().get(address, asked).status_code == 302


def test_a_plan_of_another_project_or_a_building_that_is_not_there_is_not_found(project, run, member):
    other = web_fixture.project("elders")
    run_elsewhere = PlanRun.objects.create(
        project=other,
        place=Place.objects.create(project=other, title="E"),
        title="E",
        scenario={},
        state=State.DONE,
        inputs_hash=INPUTS,
    )
    assert member.get(page(project), {"plan": run_elsewhere.pk}).status_code == 404
    assert member.get(page(project, "intention_edit"), {"gebouw": "nergens"}).status_code == 404
    assert member.get(page(project), {"plan": "1; drop"}).status_code == 404


def test_without_a_finished_plan_the_pages_say_what_to_do(project, member):
    for name in ("intentions", "intentions_import", "intention_effect"):
        assert "nog geen plan dat klaar is" in text_of(member.get(page(project, name)))


# ------------------------------------------------------------------------------------------------------------------ the table


def test_the_table_has_every_heated_building_once_in_pages_with_filters(
    project, run, member, somebody, django_assert_max_num_queries
):
    rows = plan_buildings(run)
    assert len(rows) == len({row.key for row in rows}) > 50
    set_intention(project, somebody, joined(run)[0].key, SIGNED, version=0)
    with django_assert_max_num_queries(15):
        answer = member.get(page(project))
    assert len(answer.context["page"].object_list) == 50
    second = member.get(page(project), {"page": 2})
    assert len(second.context["page"].object_list) == len(rows) - 50
    shown = member.get(page(project), {"standpunt": "signed"}).context["page"].object_list
    assert [row.key for row, _ in shown] == [joined(run)[0].key]
    street = joined(run)[0].street
    found = member.get(page(project), {"straat": street, "net": "ja"}).context["page"].object_list
    assert {(row.street, row.joined) for row, _ in found} == {(street, True)}
    assert "Geen gebouw past" in text_of(member.get(page(project), {"straat": "Nergensstraat"}))


def test_house_numbers_stand_as_people_count_them(run):
    for street in {row.street for row in plan_buildings(run)}:
        numbers = [
            int(row.house_number)
            for row in plan_buildings(run)
            if row.street == street and row.house_number.isdecimal()
        ]
        assert numbers == sorted(numbers)


# --------------------------------------------------------------------------------------------------------------- one building


def test_a_row_is_written_changed_and_removed_and_the_log_names_no_building(project, run, member):
    key = joined(run)[0].key
    address = f"{page(project, 'intention_edit')}?gebouw={key}"
    said = timezone.localdate() - timedelta(days=3)
    assert member.post(address, {"stance": "interested", "said_on": said.isoformat(), "version": 0}).status_code == 302
    row = Intention.objects.get()
    assert (row.building, row.stance, row.until, row.version) == (key, "interested", kept_until(said), 1)
    assert member.post(address, {"stance": "signed", "said_on": said.isoformat(), "version": 1}).status_code == 302
    row.refresh_from_db()
    assert (row.stance, row.version) == ("signed", 2)
    assert member.post(address, {"stance": "none", "version": 2}).status_code == 302
    assert not Intention.objects.exists()
    entries = Entry.objects.filter(verb__startswith="intention")
    assert [entry.verb for entry in entries] == ["intention.add", "intention.change", "intention.remove"]
    assert not any(entry.public or key in str(entry.details) or "signed" in str(entry.details) for entry in entries)


def test_days_that_cannot_be_are_all_told_and_nothing_is_written(project, run, member):
    address = f"{page(project, 'intention_edit')}?gebouw={joined(run)[0].key}"
    today = timezone.localdate()
    for sent, field in (
        ({"said_on": ""}, "said_on"),
        ({"said_on": "31/02/2026x"}, "said_on"),
        ({"said_on": (today + timedelta(days=1)).isoformat()}, "said_on"),
        ({"said_on": today.isoformat(), "until": "2001-01-01"}, "said_on"),
        ({"said_on": today.isoformat(), "until": "2099-01-01"}, "said_on"),
        ({"said_on": today.isoformat(), "until": "ooit"}, "until"),
        ({"said_on": today.isoformat(), "stance": "misschien"}, "stance"),
        ({"said_on": today.isoformat(), "stance": ""}, "stance"),
    ):
        answer = member.post(address, {"stance": "signed", "version": 0, **sent})
        assert answer.status_code == 422, sent
        assert field in answer.context["form"].errors, sent
    assert not Intention.objects.exists()


def test_two_people_at_one_row_see_both_versions_and_nothing_is_lost(project, run, member, somebody):
    key = joined(run)[0].key
    set_intention(project, somebody, key, REFUSED, version=0)
    address = f"{page(project, 'intention_edit')}?gebouw={key}"
    sent = {"stance": "signed", "said_on": "2026-11-01", "version": 0}
    answer = member.post(address, sent)
    assert answer.status_code == 409
    content = text_of(answer)
    assert "Zo staat het er nu" in content
    assert "geweigerd" in content
    assert "getekend" in content
    assert Intention.objects.get().stance == "refused"
    assert member.post(address, {**sent, "version": 1}).status_code == 302
    assert Intention.objects.get().stance == "signed"
    with pytest.raises(RowChangedError) as raised:
        set_intention(project, somebody, key, None, version=1)
    assert raised.value.now.version == 2
    Intention.objects.all().delete()
    with pytest.raises(RowChangedError) as raised:
        set_intention(project, somebody, key, SIGNED, version=2)
    assert raised.value.now is None


# --------------------------------------------------------------------------------------------------------------- many at once


BUILDINGS = (
    PlanBuilding("b1", "Dorpsstraat", "1", "residential", 1, 20.0, joined=True),
    PlanBuilding("b2", "Dorpsstraat", "2", "residential", 1, 20.0, joined=True),
    PlanBuilding("b3", "Dorpsstraat", "2", "residential", 1, 20.0, joined=False),
    PlanBuilding("=cmd()", "", "", "school", 0, 200.0, joined=True),
)


def read(text, known=None):
    content = text.encode() if isinstance(text, str) else text
    return rows_of(content, BUILDINGS, known or {}, TODAY)


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_rows_are_found_by_key_or_address_in_any_usual_notation(delimiter):
    lines = [
        ["Gebouw", "straat", "huisnummer", "Standpunt", "datum", "bewaren_tot"], ["", "dorpsstraat", "1", "Getekend", "1/11/2026", ""],
        ["b2", "", "", "geinteresseerd", "2026-11-02", "2027-01-01"], ["", "", "", "", "", ""],
    ]  # fmt: skip
    found, faults = read("\n".join(delimiter.join(cells) for cells in lines))
    assert faults == []
    assert found == {"b1": SIGNED, "b2": Said("interested", date(2026, 11, 2), date(2027, 1, 1))}


def test_every_fault_of_a_file_is_told_with_row_and_column():
    known = {"b1": Intention(building="b1", stance="signed", said_on=date(2026, 11, 20), until=date(2028, 1, 1))}
    text = (
        "gebouw;straat;huisnummer;standpunt;gezegd_op;bewaren_tot\nnergens;;;getekend;2026-11-01;\n;Dorpsstraat;2;getekend;2026-11-01;\n"
        ";Nergensstraat;9;getekend;2026-11-01;\nb2;;;misschien;31/02/2026;ooit\nb1;;;refused;2026-11-01;\nb3;;;signed;2027-01-01;\n"
        "b2;;;signed;2026-11-01;\nb2;;;signed;2026-11-01;\n"
    )
    _found, faults = read(text, known)
    assert faults == [
        "Rij 2, kolom gebouw: gevonden “nergens”; verwacht: een gebouw van het gekozen plan.",
        "Rij 3, kolom straat: gevonden “Dorpsstraat 2”; verwacht: één gebouw; 2 gebouwen hebben dit adres, noem het gebouw zelf.",
        "Rij 4, kolom straat: gevonden “Nergensstraat 9”; verwacht: een adres van het gekozen plan.",
        "Rij 5, kolom standpunt: gevonden “misschien”; verwacht: getekend, geïnteresseerd of geweigerd.",
        "Rij 5, kolom gezegd_op: gevonden “31/02/2026”; verwacht: een dag zoals 2026-11-01 of 1/11/2026.",
        "Rij 5, kolom bewaren_tot: gevonden “ooit”; verwacht: een dag zoals 2028-11-01, of leeg voor twee jaar.",
        "Rij 6, kolom gezegd_op: gevonden “2026-11-01”; verwacht: niet vroeger dan wat het register al heeft (2026-11-20).",
        "Rij 7: Gevonden: 2027-01-01, een dag die nog moet komen. Verwacht: vandaag of vroeger.",
        "Rij 9, kolom gebouw: gevonden “b2”; verwacht: elk gebouw één keer (ook in rij 8).",
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "kolommen ontbreken"), (b"a;b\n1;2\n", "kolommen ontbreken"), (b"gebouw;standpunt;gezegd_op;naam\n", "kolom naam is niet bekend"),
        (b"x" * (MOST_BYTES + 1), "groter dan"), (b"\x81\x8d\xff\x00", "geen tekst"), (b"gebouw;standpunt\n", "gezegd_op"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_register_is_refused(content, told):
    found, faults = read(content)
    assert found == {}
    assert told in faults[0]


def test_what_is_exported_can_be_read_back_and_runs_no_formula():
    rows = [
        (BUILDINGS[0], Intention(building="b1", stance="signed", said_on=SIGNED.said_on, until=SIGNED.until)),
        (BUILDINGS[3], Intention(building="=cmd()", stance="refused", said_on=REFUSED.said_on, until=REFUSED.until)),
    ]
    text = register_csv(rows)
    assert ";=" not in text.replace("\n", ";")
    found, faults = read(text)
    assert faults == []
    assert found == {"b1": SIGNED, "=cmd()": REFUSED}


def test_an_import_is_all_or_nothing_and_counts_what_it_did(project, run, member, somebody):
    keys = [row.key for row in plan_buildings(run)[:3]]
    said = timezone.localdate() - timedelta(days=1)
    set_intention(project, somebody, keys[0], Said("interested", said, kept_until(said)), version=0)
    address = page(project, "intentions_import")

    def sent(*rows):
        text = "gebouw;standpunt;gezegd_op\n" + "\n".join(";".join(row) for row in rows)
        return {"plan": run.pk, "file": SimpleUploadedFile("r.csv", text.encode())}

    refused = member.post(
        address, sent((keys[1], "getekend", said.isoformat()), (keys[2], "misschien", said.isoformat()))
    )
    assert refused.status_code == 422
    assert "Rij 3, kolom standpunt" in refused.content.decode()
    assert Intention.objects.count() == 1
    done = member.post(
        address, sent((keys[0], "getekend", said.isoformat()), (keys[1], "getekend", said.isoformat())), follow=True
    )
    assert "1 nieuwe rijen, 1 gewijzigd, 0 zeiden hetzelfde" in text_of(done)
    assert Intention.objects.get(building=keys[0]).version == 2
    entry = Entry.objects.get(verb="intention.import")
    assert (entry.details, entry.public) == ({"added": 1, "changed": 1}, False)
    again = member.post(address, sent((keys[0], "getekend", said.isoformat())), follow=True)
    assert "0 nieuwe rijen, 0 gewijzigd, 1 zeiden hetzelfde" in text_of(again)
    assert Entry.objects.filter(verb="intention.import").count() == 1
    assert member.post(address, {"plan": run.pk}).status_code == 422
    download = member.get(page(project, "intentions_export"))
    assert (
        download.content.decode("utf-8-sig").splitlines()[0]
        == "gebouw;straat;huisnummer;standpunt;gezegd_op;bewaren_tot"
    )
    assert len(download.content.decode().splitlines()) == 3


# ------------------------------------------------------------------------------------------------------------------ retention


def test_rows_disappear_on_their_day_and_the_log_says_how_many(project, somebody):
    other = web_fixture.project("elders")
    for of, building, until in (
        (project, "b1", TODAY),
        (project, "b2", TODAY - timedelta(days=1)),
        (other, "b1", date(2020, 1, 1)),
    ):
        Intention.objects.create(project=of, building=building, stance="signed", said_on=date(2019, 1, 1), until=until)
    assert remove_expired(TODAY) == 2
    assert [row.building for row in Intention.objects.all()] == ["b1"]
    assert remove_expired(TODAY) == 0
    assert {(entry.about, entry.details["rows"]) for entry in Entry.objects.filter(verb="intention.expired")} == {
        ("project:krekelwijk", 1), ("project:elders", 1),
    }  # fmt: skip


def test_two_years_is_two_years_also_from_a_leap_day():
    assert kept_until(date(2026, 11, 1)) == date(2028, 11, 1)
    assert kept_until(date(2028, 2, 29)) == date(2030, 2, 28)
    assert may_be_kept(date(2026, 11, 1), date(2031, 11, 2), TODAY) == ""
    assert "hoogstens 5 jaar" in may_be_kept(date(2026, 11, 1), date(2031, 11, 3), TODAY)


def test_days_are_read_as_people_write_them():
    assert day_of(" 1/11/2026 ") == day_of("2026-11-01") == day_of("01.11.2026") == date(2026, 11, 1)
    assert day_of("11/2026") is day_of("2026-02-30") is day_of("") is None


# --------------------------------------------------------------------------------------------------------------------- effect


def test_the_effect_counts_what_the_register_says(project, run, somebody):
    homes = [row for row in joined(run) if row.dwellings > 0]
    for row, said in zip(homes, (SIGNED, SIGNED, REFUSED), strict=False):
        set_intention(project, somebody, row.key, said, version=0)
    found = effect_of(run, Intention.objects.all())
    assert found.network["signed_dwellings"] == sum(row.dwellings for row in homes[:2])
    assert found.network["dwellings"] == sum(row.dwellings for row in joined(run))
    assert sum(row["signed_dwellings"] for row in found.streets) == found.network["signed_dwellings"]
    assert set(found.project) == {"plan", "signed", "interested"}
    assert effect_of(run, Intention.objects.all()) is found  # nothing changed: nothing is computed again


def test_a_plan_without_a_network_is_no_fault_but_a_way_on(project, run, member, plan):
    PlanRun.objects.filter(pk=run.pk).update(inputs_hash="2e" * 32)
    alone = plan_fixture.plan()
    run.refresh_from_db()
    run.folder.mkdir(parents=True, exist_ok=True)
    save_plan(alone, run.folder)
    if "connections" not in alone.tables:
        plan["connections"].assign(connected=False).to_parquet(run.folder / "tables" / "connections.parquet")
    assert "heeft geen warmtenet" in text_of(member.get(page(project, "intention_effect")))


def test_the_page_says_what_follows_with_assumptions_beside_it(
    project, run, member, somebody, django_assert_max_num_queries
):
    home = next(row for row in joined(run) if row.dwellings > 0)
    set_intention(project, somebody, home.key, SIGNED, version=0)
    set_intention(project, somebody, "niet in het plan", SIGNED, version=0)
    with django_assert_max_num_queries(15):
        content = text_of(member.get(page(project, "intention_effect")))
    assert "Alle hoofdleidingen van het ontwerp worden gelegd" in content
    assert "1 gebouw tekende en ligt niet in het ontwerp" in content
    assert "Kostendekkende warmteprijs [euro/MWh]" in content
    assert "nan" not in content.lower().replace("financ", "")


def test_a_closed_tender_keeps_the_business_case_from_all_but_leads(project, run, member, somebody):
    home = next(row for row in joined(run) if row.dwellings > 0)
    set_intention(project, somebody, home.key, SIGNED, version=0)
    project.tender_closed_until = timezone.localdate() + timedelta(days=30)
    project.save()
    assert "Kostendekkende warmteprijs" not in text_of(member.get(page(project, "intention_effect")))
    lead = web_fixture.client(Role.LEAD, project)
    assert "Kostendekkende warmteprijs" in text_of(lead.get(page(project, "intention_effect")))


def test_words_for_counts_and_shares():
    row = {"left_dwellings": 5.0, "a": None, "b": 6.0, "c": 5.0, "d": 0.0}
    assert [still_needed(row, name) for name in "abcd"] == ["nooit genoeg", "meer dan er zijn", "5", "0"]
    assert [as_required(share) for share in (None, 0.534, 1.2, 20.0)] == ["nooit", "53 %", "120 %", "> 1000 %"]
    assert (project_value(None, "npv_eur", "amount"), project_value({"irr_share": 0.0512}, "irr_share", "share")) == (
        "–",
        "5,1 %",
    )


def test_importing_the_same_rows_twice_changes_nothing(project, somebody):
    assert import_rows(project, somebody, {"b1": SIGNED, "b2": REFUSED}) == (2, 0)
    assert import_rows(project, somebody, {"b1": SIGNED, "b2": SIGNED}) == (0, 1)
    assert {row.building: (Stance(row.stance), row.version) for row in Intention.objects.all()} == {
        "b1": (Stance.SIGNED, 1), "b2": (Stance.SIGNED, 2),
    }  # fmt: skip
