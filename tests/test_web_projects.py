"""Projects: what everybody sees, what the team may change, two people at once, documents, the map, the fixtures."""

import json
import tomllib
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st

import web_fixture
from koppelkans.place.shipped import PIONEERS, SHIPPED, pioneer_places, shipped_places
from koppelkans.web.accounts.models import Grant
from koppelkans.web.accounts.rights import Role
from koppelkans.web.audit.models import Entry
from koppelkans.web.places.models import Place
from koppelkans.web.projects import outline
from koppelkans.web.projects.models import Document, Partner, PlannedDate, Project

FIXTURES = Path(outline.__file__).parent
SQUARE = {
    "type": "Polygon",
    "coordinates": [[[4.80, 51.25], [4.81, 51.25], [4.81, 51.26], [4.80, 51.26], [4.80, 51.25]]],
}
MARKUP = '<script>alert("x")</script><b>vet</b>'


def fields(project, **changed):
    values = {
        "title": project.title, "municipality": project.municipality, "phase": project.phase, "summary": "", "summary_en": "",
        "first_question": "", "first_question_en": "", "contact": "", "source": "", "source_en": "", "area_source": "", "area_source_en": "",
        "tender_closed_until": "", "area_text": "", "version": project.version,
    }  # fmt: skip
    return values | changed


# ------------------------------------------------------------------------------------------------------------ no database needed


def test_a_square_kilometre_is_drawn_square_and_measured_right():
    drawn = outline.area_outline(
        {
            "type": "Polygon",
            "coordinates": [[[4.0, 51.0], [4.0144254, 51.0], [4.0144254, 51.0090827], [4.0, 51.0090827]]],
        },
        size=100,
    )
    # 0.0144254 degrees of longitude at 51 north and 0.0090827 of latitude are both 1.01 km
    assert drawn.view_box == "0 0 128 156"
    assert drawn.path == "M14.0,114.0L114.0,114.0L114.0,14.0L14.0,14.0Z"
    assert (drawn.bar_text, drawn.bar_width) == ("500 m", "49.5")


def test_projects_lie_in_flanders_and_krems_does_not():
    flanders = outline.flanders()
    assert [name for name, _path in flanders.provinces][-1] == "Brussel"
    assert flanders.point(4.7873, 51.2640) is not None
    assert flanders.point(15.6, 48.4) is None
    west, east = flanders.point(3.22, 51.21), flanders.point(5.5, 50.96)  # Brugge, Genk
    assert west.x < east.x
    assert west.y < east.y


@given(st.lists(st.tuples(st.floats(0, 700), st.floats(0, 300)), min_size=1, max_size=6))
def test_points_keep_their_number_and_far_ones_their_place(places):
    points = tuple(outline.Point(x, y) for x, y in places)
    moved = outline.apart(points)
    assert len(moved) == len(points)
    far = all(abs(a.x - b.x) > 22 or abs(a.y - b.y) > 22 for i, a in enumerate(points) for b in points[:i])
    assert not far or moved == points


def test_two_points_in_one_place_are_drawn_side_by_side():
    one, two = outline.apart((outline.Point(50, 50), outline.Point(50, 50)))
    assert abs(one.x - two.x) == pytest.approx(2 * outline.RADIUS)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("geen json", "geen GeoJSON"),
        ('{"type": "Point", "coordinates": [4, 51]}', "gevonden: Point; verwacht: Polygon"),
        ('{"type": "FeatureCollection", "features": []}', "telt 0 vormen"),
        (
            '{"type": "Polygon", "coordinates": [[[179000, 217000], [179100, 217000], [179100, 217100], [179000, 217000]]]}',
            "EPSG:4326",
        ),
        ('{"type": "Polygon", "coordinates": [[[4, 51], [4.1, 51]]]}', "minder dan vier punten"),
        ('{"type": "Polygon", "coordinates": "nee"}', "geen lijsten"),
    ],
)
def test_an_outline_that_cannot_be_one_is_refused_with_the_cure(text, message):
    with pytest.raises(ValueError, match=message):
        outline.geometry_in(text)


def test_an_outline_is_found_in_a_feature_and_rounded():
    feature = {
        "type": "Feature",
        "geometry": {
            "type": "Polygon",
            "coordinates": [[[4.123456789, 51.0, 3.0], [4.2, 51.0], [4.2, 51.1], [4.123456789, 51.0, 3.0]]],
        },
    }
    assert outline.geometry_in(json.dumps(feature))["coordinates"][0][0] == [4.12346, 51.0]


def test_the_ten_pioneers_are_complete_and_in_two_languages():
    tree = tomllib.loads((FIXTURES / "pioneers.toml").read_text(encoding="utf-8"))
    areas = json.loads((FIXTURES / "areas.json").read_text(encoding="utf-8"))["areas"]
    pioneers = tree["project"]
    assert len(pioneers) == 10
    known = {*pioneer_places(), *shipped_places()}
    for item in pioneers:
        assert item["place"] in known
        assert item["place"] in areas
        assert "niet de omtrek van het project" in item["area_about"]
        assert all(item[f"{name}_en"] for name in ("summary", "first_question", "area_about"))
        assert item["first_question"].rstrip().endswith(("?", "."))
        assert {partner["kind"] for partner in item["partners"]} <= set(Partner.Kind.values)


def test_pioneer_places_are_read_by_name_but_not_listed_as_examples():
    from koppelkans.place import check_place

    assert not set(pioneer_places()) & set(shipped_places())
    found = check_place("leuven_ter_elst")
    assert found.municipality == "Leuven"
    assert dict(found.levels) == {"D": 1.0}
    assert {item.line[:10] for item in found.attributions} == {"Bron: CRAB", "Wijken voo"}
    assert sum(path.stat().st_size for path in PIONEERS.rglob("*")) < 1_500_000
    assert SHIPPED != PIONEERS


# ------------------------------------------------------------------------------------------------------------------------- pages


@pytest.fixture
def project(db):
    return web_fixture.project(
        area=SQUARE, area_source="Proefomtrek", by_city=False, source="een openbare nota", pioneer=True
    )


def text(answer):
    return answer.content.decode()


@pytest.mark.django_db
def test_the_list_is_searched_filtered_and_has_its_map(project, django_assert_max_num_queries):
    web_fixture.project("zandwijk", phase="building")
    with django_assert_max_num_queries(15):
        page = text(web_fixture.client().get("/nl/wijken/"))
    assert "2 wijken" in page
    assert '<a href="/nl/wijken/krekelwijk/" class="pioneer"' in page
    assert "style=" not in page
    assert "Krekelwijk" not in text(web_fixture.client().get("/nl/wijken/?fase=building"))
    assert "Zandwijk" not in text(web_fixture.client().get("/nl/wijken/?q=krekel"))
    assert "Geen wijk past bij deze vraag" in text(web_fixture.client().get("/nl/wijken/?q=nergens"))


@pytest.mark.django_db
def test_names_with_markup_are_text(project):
    project.title, project.summary, project.contact = MARKUP, MARKUP, MARKUP
    project.save()
    Partner.objects.create(project=project, name=MARKUP, kind="sewer")
    PlannedDate.objects.create(
        project=project, what=MARKUP, value=MARKUP, status="planned", owner=MARKUP, reference=MARKUP
    )
    for address in ("/nl/wijken/", "/nl/wijken/krekelwijk/"):
        page = text(web_fixture.client().get(address))
        assert "<script>alert" not in page
        assert "<b>vet" not in page
        assert "&lt;script&gt;" in page


@pytest.mark.django_db
def test_a_project_page_says_who_wrote_it_and_that_addresses_give_no_network(project, django_assert_max_num_queries):
    Place.objects.create(project=project, title="Adressen", shipped="mortsel", status={"levels": {"D": 1.0}, "counts": {"buildings": 80, "addresses": 80}, "missing": ["streets"], "network_possible": False})  # fmt: skip
    with django_assert_max_num_queries(15):
        page = text(web_fixture.client().get("/nl/wijken/krekelwijk/"))
    assert "Beschreven door koppelkans, niet door de stad." in page
    assert "een openbare nota" in page
    assert "Een warmtenet is hier niet beoordeeld." in page
    assert "80 adressen" in page
    assert "80 gebouwen" not in page
    assert "Proefomtrek" in page
    project.by_city = True
    project.save()
    assert "niet door de stad" not in text(web_fixture.client().get("/nl/wijken/krekelwijk/"))


@pytest.mark.django_db
def test_english_readers_get_english_texts_where_there_are_some(project):
    project.first_question, project.first_question_en, project.summary = (
        "Past het?",
        "Does it fit?",
        "Alleen Nederlands",
    )
    project.save()
    page = text(web_fixture.client().get("/en/wijken/krekelwijk/"))
    assert "Does it fit?" in page
    assert "Past het?" not in page
    assert "Alleen Nederlands" in page


@pytest.mark.django_db
def test_unpublished_plans_are_for_the_team(project):
    place = Place.objects.create(project=project, title="Dorp", shipped="wechelderzande")
    from koppelkans.web.plans.models import PlanRun

    PlanRun.objects.create(
        project=project, place=place, title="Geheim plan", scenario={}, inputs_hash="a" * 64, engine_version="0"
    )
    assert "Geheim plan" not in text(web_fixture.client().get("/nl/wijken/krekelwijk/"))
    assert "Geheim plan" in text(web_fixture.client(Role.MEMBER, project).get("/nl/wijken/krekelwijk/"))


# ------------------------------------------------------------------------------------------------------------------------ changes


@pytest.mark.django_db
def test_an_administrator_makes_a_project_and_the_log_knows():
    admin = web_fixture.client(Role.ADMIN)
    blank = Project(title="Ter Elst", municipality="Leuven")
    answer = admin.post("/nl/wijken/nieuw/", fields(blank, slug="", phase="exploring", version=1))
    assert answer.status_code == 302
    made = Project.objects.get(slug="leuven-ter-elst")
    assert Entry.objects.filter(verb="project.create", about=f"project:{made.slug}").exists()
    again = admin.post("/nl/wijken/nieuw/", fields(blank, slug="leuven-ter-elst", phase="exploring", version=1))
    assert again.status_code == 422
    assert "Er is al een wijk met de korte naam" in text(again)
    assert admin.post("/nl/wijken/nieuw/", fields(blank, slug="nieuw", phase="exploring", version=1)).status_code == 422


@pytest.mark.django_db
def test_two_people_edit_and_nothing_is_lost(project):
    lead = web_fixture.client(Role.LEAD, project)
    first = fields(project, summary="Van de eerste", area_text=json.dumps(SQUARE), area_source="Proefomtrek")
    second = fields(project, summary="Van de tweede", area_text=json.dumps(SQUARE), area_source="Proefomtrek")
    assert lead.post("/nl/wijken/krekelwijk/bewerken/", first).status_code == 302
    answer = lead.post("/nl/wijken/krekelwijk/bewerken/", second)
    assert answer.status_code == 409
    assert "Van de eerste" in text(answer)
    assert "Van de tweede" in text(answer)
    assert Project.objects.get().summary == "Van de eerste"
    project.refresh_from_db()
    assert f'name="version" value="{project.version}"' in text(answer)
    assert lead.post("/nl/wijken/krekelwijk/bewerken/", second | {"version": project.version}).status_code == 302
    assert Project.objects.get().summary == "Van de tweede"
    assert [entry.details["fields"] for entry in Entry.objects.filter(verb="project.edit")] == [
        ["source", "summary"],
        ["summary"],
    ]


@pytest.mark.django_db
def test_all_faults_of_a_form_come_at_once_and_nothing_is_saved(project):
    lead = web_fixture.client(Role.LEAD, project)
    answer = lead.post("/nl/wijken/krekelwijk/bewerken/", fields(project, title="", phase="dromen", area_text="nee"))
    assert answer.status_code == 422
    assert text(answer).count('class="errorlist"') >= 3
    assert "geen GeoJSON" in text(answer)
    project.refresh_from_db()
    assert (project.title, project.version) == ("Krekelwijk", 1)
    unnamed = lead.post("/nl/wijken/krekelwijk/bewerken/", fields(project, area_text=json.dumps(SQUARE)))
    assert "niet wat hij is en van wie" in text(unnamed)


@pytest.mark.django_db
def test_partners_and_dates_come_and_go_with_the_log(project):
    lead = web_fixture.client(Role.LEAD, project)
    lead.post("/nl/wijken/krekelwijk/partners/", {"name": "Stad", "kind": "municipality", "part": "regie"})
    partner = Partner.objects.get()
    lead.post(
        "/nl/wijken/krekelwijk/afspraken/",
        {"what": "Riolering", "value": "2028", "status": "decided", "owner": "Stad", "reference": "2026/12"},
    )
    planned = PlannedDate.objects.get()
    page = text(web_fixture.client().get("/nl/wijken/krekelwijk/"))
    assert '<span class="badge decided">beslist</span>' in page
    assert "2026/12" in page
    lead.post(f"/nl/wijken/krekelwijk/partners/{partner.pk}/verwijderen/")
    lead.post(f"/nl/wijken/krekelwijk/afspraken/{planned.pk}/verwijderen/")
    assert not Partner.objects.exists()
    assert not PlannedDate.objects.exists()
    assert list(Entry.objects.values_list("verb", flat=True)) == [
        "partner.add",
        "date.add",
        "partner.remove",
        "date.remove",
    ]


@pytest.mark.django_db
def test_what_is_computed_is_never_stored_as_a_date(project):
    lead = web_fixture.client(Role.LEAD, project)
    answer = lead.post(
        "/nl/wijken/krekelwijk/afspraken/",
        {"what": "Net", "value": "2031", "status": "computed", "owner": "wij", "reference": "model"},
    )
    assert answer.status_code == 422
    assert not PlannedDate.objects.exists()


@pytest.mark.django_db
def test_things_of_another_project_are_not_there(project):
    other = web_fixture.project("zandwijk")
    partner = Partner.objects.create(project=other, name="Stad", kind="municipality")
    lead = web_fixture.client(Role.LEAD, project)
    assert lead.post(f"/nl/wijken/krekelwijk/partners/{partner.pk}/verwijderen/").status_code == 404
    assert lead.post(f"/nl/wijken/zandwijk/partners/{partner.pk}/verwijderen/").status_code == 404
    assert Partner.objects.exists()


# ---------------------------------------------------------------------------------------------------------------- documents, team


def upload(client, name, content, **fields):
    return client.post(
        "/nl/wijken/krekelwijk/documenten/", {"title": "Nota", "file": SimpleUploadedFile(name, content), **fields}
    )


@pytest.mark.django_db
def test_a_document_leaves_as_an_attachment_and_only_to_who_may(project):
    member = web_fixture.client(Role.MEMBER, project)
    assert upload(member, "nota.pdf", b"%PDF-1.7 proef").status_code == 302
    found = Document.objects.get()
    assert "nota" not in found.file.name
    address = f"/nl/wijken/krekelwijk/documenten/{found.pk}/"
    answer = member.get(address)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="nota.pdf"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert b"".join(answer.streaming_content) == b"%PDF-1.7 proef"
    assert web_fixture.client().get(address).status_code == 404
    assert web_fixture.client(Role.RESIDENT).get(address).status_code == 404
    Document.objects.update(public=True)
    assert web_fixture.client().get(address).status_code == 200
    file = Path(found.file.path)
    assert file.is_file()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("script.html", b"<script>", "een bestand dat eindigt op .html"),
        ("nota.pdf", b"<script>", "geen .pdf-bestand"),
        ("lijst.csv", b"a\x00b", "geen .csv-bestand"),
    ],
)
def test_other_kinds_of_documents_are_refused(project, name, content, message):
    answer = upload(web_fixture.client(Role.MEMBER, project), name, content)
    assert answer.status_code == 422
    assert message in text(answer)
    assert not Document.objects.exists()


@pytest.mark.django_db
def test_a_document_that_says_it_is_too_large_is_refused_unread(project):
    answer = web_fixture.client(Role.MEMBER, project).generic(
        "POST",
        "/nl/wijken/krekelwijk/documenten/",
        b"",
        content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH="2000000000",
    )
    assert answer.status_code == 413
    assert "Dit bestand is te groot" in text(answer)


@pytest.mark.django_db
def test_a_member_removes_own_documents_a_lead_any(project, django_capture_on_commit_callbacks):
    member, lead = web_fixture.client(Role.MEMBER, project), web_fixture.client(Role.LEAD, project)
    upload(lead, "nota.txt", b"van de leiding")
    found = Document.objects.get()
    file = Path(found.file.path)
    assert member.post(f"/nl/wijken/krekelwijk/documenten/{found.pk}/verwijderen/").status_code == 404
    with django_capture_on_commit_callbacks(execute=True):
        assert lead.post(f"/nl/wijken/krekelwijk/documenten/{found.pk}/verwijderen/").status_code == 302
    assert not file.exists()


@pytest.mark.django_db
def test_a_lead_keeps_the_team_and_a_project_keeps_a_lead(project):
    lead = web_fixture.client(Role.LEAD, project)
    own = Grant.objects.get()
    newcomer = web_fixture.user(Role.RESIDENT, name="nieuw")
    assert lead.post("/nl/wijken/krekelwijk/team/", {"email": "NIEUW@example.org", "role": "member"}).status_code == 302
    assert Grant.objects.get(user=newcomer).role == "member"
    unknown = lead.post("/nl/wijken/krekelwijk/team/", {"email": "nergens@example.org", "role": "member"})
    assert "Er is geen account met het adres nergens@example.org" in text(unknown)
    lead.post(f"/nl/wijken/krekelwijk/team/{own.pk}/verwijderen/")
    assert Grant.objects.filter(pk=own.pk).exists()
    assert lead.post("/nl/wijken/krekelwijk/team/", {"email": own.user.email, "role": "member"}).status_code == 422
    lead.post("/nl/wijken/krekelwijk/team/", {"email": "nieuw@example.org", "role": "lead"})
    assert list(Grant.objects.filter(user=newcomer).values_list("role", flat=True)) == ["lead"]
    lead.post(f"/nl/wijken/krekelwijk/team/{own.pk}/verwijderen/")
    assert not Grant.objects.filter(pk=own.pk).exists()
    assert list(Entry.objects.values_list("verb", flat=True)) == ["team.grant", "team.grant", "team.revoke"]


@pytest.mark.django_db
def test_a_lead_cannot_touch_platform_roles(project):
    lead = web_fixture.client(Role.LEAD, project)
    web_fixture.user(Role.ADMIN)
    grant = Grant.objects.get(role="admin")
    assert lead.post(f"/nl/wijken/krekelwijk/team/{grant.pk}/verwijderen/").status_code == 404
    assert (
        lead.post("/nl/wijken/krekelwijk/team/", {"email": "leadkrekelwijk@example.org", "role": "admin"}).status_code
        == 422
    )


# ------------------------------------------------------------------------------------------------------------------ demonstration


@pytest.mark.django_db
def test_the_demonstration_is_loaded_once_and_begins_with_the_village(monkeypatch):
    from koppelkans.web.plans.models import PlanRun
    from koppelkans.web.projects import demo

    status = {
        "title": "Gebied",
        "levels": {"D": 1.0},
        "counts": {},
        "attributions": [],
        "remarks": [],
        "missing": [],
        "network_possible": False,
    }
    asked = []
    monkeypatch.setattr(demo, "statuses", lambda names: asked.append(list(names)) or [dict(status) for _name in names])
    made = demo.load_demo()
    assert [email.split("@")[0] for email, _password in made] == ["beheer", "projectleider", "lid", "energiehuis"]
    assert len({password for _email, password in made}) == 4
    assert asked[0] == ["wechelderzande"]
    assert Project.objects.filter(pioneer=True, by_city=False).count() == 10
    assert Project.objects.count() == 14
    runs = list(PlanRun.objects.order_by("pk"))
    assert runs[0].project.slug == "wechelderzande"
    assert {run.project.slug for run in runs} == {
        "wechelderzande",
        "brugge-sint-jozef",
        "genk-winterslag",
        "krems",
        "gent-muide-meulestede",
    }
    assert all("aangenomen warmtebron" in run.title and run.published_at for run in runs)
    assert Entry.objects.filter(verb="plan.publish").count() == 5
    Project.objects.filter(slug="mortsel").update(title="Anders")
    assert demo.load_demo() == []
    assert (Project.objects.count(), PlanRun.objects.count()) == (14, 5)
    assert Project.objects.get(slug="mortsel").title == "Anders"
