"""Places: what may be uploaded, what is refused before anything reads it, what the engine says, and what is left when it fails."""

import io
import json
import zipfile
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

import web_fixture
from koppelkans.errors import DataError
from koppelkans.place.layers import READABLE
from koppelkans.place.settings import read_settings
from koppelkans.place.shipped import PIONEERS
from koppelkans.web.accounts.rights import Role
from koppelkans.web.audit.models import Entry
from koppelkans.web.places import changes, intake
from koppelkans.web.places.checking import checked
from koppelkans.web.places.models import Place

ELST = PIONEERS / "leuven_ter_elst"
ADDRESS = "/nl/wijken/krekelwijk/gebieden/nieuw/"
STATUS = {
    "title": "Gebied", "levels": {"A": 1.0}, "counts": {"buildings": 12, "streets": 3}, "dated": "2026", "missing": ["meters"],
    "network_possible": True, "grid_area": "kempen", "attributions": [{"layer": "buildings", "line": "Bron: GRB", "licence": "open", "dated": "2026", "note": ""}],
    "remarks": [
        {"about": "buildings.use", "level": "info", "text": "=Gewoon", "text_en": "Plain", "rows_share": 0.5, "method": "impute-use"},
        {"about": "streets", "level": "warning", "text": "Let op", "text_en": "Mind", "rows_share": None, "method": None},
    ],
}  # fmt: skip


def zipped(files, *, compression=zipfile.ZIP_DEFLATED):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return held.getvalue()


def refused(name, content, folder):
    with pytest.raises(DataError) as caught:
        intake.unpack(SimpleUploadedFile(name, content), folder)
    return " ".join([caught.value.message, *caught.value.faults])


def text(answer):
    return answer.content.decode()


def left():
    """Folders of places, half ones included."""
    folder = Path(settings.DATA) / "places"
    return {path.name for path in folder.iterdir()} if folder.is_dir() else set()


@pytest.fixture
def project(db):
    return web_fixture.project()


# ----------------------------------------------------------------------------------------------------------- before anything reads it


def test_the_endings_are_those_of_the_engine():
    assert intake.readable() == READABLE


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("wijk.exe", b"MZ", "gevonden: wijk.exe"),
        ("wijk.gpkg", b"<OGRVRTDataSource></OGRVRTDataSource>", "de inhoud is geen .gpkg-bestand"),
        ("wijk.geojson", b'{"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline"}', "geen GeoJSON"),
        ("wijk.zip", b"PK\x03\x04 stuk", "beschadigd"),
        ("wijk.zip", zipped({}), "bevat geen bestanden"),
        ("wijk.zip", zipped({"../../secret.key": b"x"}), "wijst buiten het zip-bestand"),
        ("wijk.zip", zipped({"/etc/cron.d/x.csv": b"x"}), "wijst buiten het zip-bestand"),
        ("wijk.zip", zipped({"binnen.zip": zipped({"a.csv": b"x"})}), "deze soort wordt niet gelezen"),
        ("wijk.zip", zipped({"a/b/c/straten.csv": b"x"}), "zit te diep"),
        ("wijk.zip", zipped({"a/straten.csv": b"x", "b/straten.csv": b"x"}), "komt meer dan eens voor"),
        ("wijk.zip", zipped({f"{number}.csv": b"x" for number in range(61)}), "gevonden: 61 bestanden"),
        ("wijk.zip", zipped({"straten.csv": b"\0" * 6_000_000}), "keer zo groot als het zip-bestand"),
        ("wijk.zip", zipped({"adressen.csv": b"x", "place.toml": '[tables.sectoren]\nfile = "../../secret.key"'}), "ligt niet bij de opgeladen bestanden"),
        ("wijk.zip", zipped({"adressen.csv": b"x", "place.toml": '[layers.addresses]\nfile = "/etc/passwd"'}), "ligt niet bij de opgeladen bestanden"),
    ],
)  # fmt: skip
def test_an_upload_is_refused_for_what_it_is(name, content, message, tmp_path):
    assert message in refused(name, content, tmp_path)


def test_a_bomb_is_known_by_its_table_of_contents(tmp_path, monkeypatch):
    monkeypatch.setattr(intake, "MOST_UNPACKED_BYTES", 1_000_000)
    faults = refused("wijk.zip", zipped({"groot.csv": b"\0" * 8_000_000}), tmp_path)
    assert "uitgepakt is het 8 MB; toegelaten: 1 MB" in faults
    assert "keer zo groot" in faults
    assert list(tmp_path.iterdir()) == []


def test_a_zip_that_lies_about_its_size_is_cut_off(tmp_path, monkeypatch):
    content = bytearray(zipped({"groot.csv": b"0123456789" * 100}, compression=zipfile.ZIP_STORED))
    monkeypatch.setattr(intake, "MOST_UNPACKED_BYTES", 500)
    monkeypatch.setattr(intake, "_archive_faults", lambda entries: [])
    assert "er komt meer uit dan het zegt" in refused("wijk.zip", bytes(content), tmp_path)


def test_a_link_in_a_zip_is_refused(tmp_path):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        entry = zipfile.ZipInfo("straten.csv")
        entry.external_attr = 0o120777 << 16
        archive.writestr(entry, "/etc/passwd")
    assert "koppeling naar een ander bestand" in refused("wijk.zip", held.getvalue(), tmp_path)


def test_what_comes_along_is_left_out_and_one_folder_is_opened(tmp_path):
    files = {
        "wijk/adressen.csv": b"straat;huisnr\n",
        "wijk/leesmij.txt": b"hallo",
        "__MACOSX/._x": b"",
        "wijk/.DS_Store": b"",
    }
    intake.unpack(SimpleUploadedFile("wijk.zip", zipped(files)), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["adressen.csv"]


def test_the_form_writes_settings_that_the_engine_reads(tmp_path):
    stated = {
        "title": 'Wijk "De Krekel"\\ \n', "municipality": "Lille", "nis": "13019", "grid_area": "kempen", "dated": "2026-03",
        "line": "Bron: GRB", "licence": "Modellicentie", "layers": ["buildings", "streets"],
    }  # fmt: skip
    intake.write_settings(tmp_path, stated)
    found = read_settings(tmp_path / "place.toml")
    assert (found.place.title, found.place.nis, found.place.grid_area) == ('Wijk "De Krekel"\\ ', "13019", "kempen")
    assert [(item.layer, item.line) for item in found.attribution] == [
        ("buildings", "Bron: GRB"),
        ("streets", "Bron: GRB"),
    ]
    intake.write_settings(tmp_path, stated | {"title": "Anders"})
    assert read_settings(tmp_path / "place.toml").place.title == found.place.title


def test_the_same_files_have_the_same_hash_and_other_ones_another(tmp_path):
    (tmp_path / "a.csv").write_text("1")
    first = intake.content_hash(tmp_path)
    assert intake.content_hash(tmp_path) == first
    (tmp_path / "a.csv").write_text("2")
    assert intake.content_hash(tmp_path) != first


# ------------------------------------------------------------------------------------------------------------------- the engine


@pytest.mark.django_db
def test_a_sound_zip_becomes_a_place_with_its_status(project):
    content = zipped(
        {
            "wijk/addresses.parquet": ELST.joinpath("addresses.parquet").read_bytes(),
            "wijk/wijk.parquet": ELST.joinpath("wijk.parquet").read_bytes(),
        }
    )
    member = web_fixture.client(Role.MEMBER, project)
    answer = member.post(
        ADDRESS, {"title": "Ter Elst", "file": SimpleUploadedFile("elst.zip", content), "grid_area": "zenne_dijle"}
    )
    assert answer.status_code == 302, text(answer)
    place = Place.objects.get()
    assert place.status["levels"] == {"D": 1.0}
    assert place.status["counts"]["addresses"] == 1362
    assert (place.status["municipality"], place.status["grid_area"]) == ("Leuven", "zenne_dijle")
    assert place.status["network_possible"] is False
    assert place.status["missing"] == ["outlines", "streets", "meters", "sector_statistics"]
    assert place.content_hash == intake.content_hash(Path(place.source))
    assert Entry.objects.get(verb="place.upload").details["content"] == place.content_hash
    page = text(member.get(f"/nl/wijken/krekelwijk/gebieden/{place.pk}/"))
    assert "Een warmtenet wordt met dit gebied niet beoordeeld." in page
    assert not [name for name in left() if name.startswith(".incoming")]


@pytest.mark.django_db
def test_faults_of_the_engine_are_listed_and_nothing_is_kept(project):
    rows = [
        {
            "type": "Feature",
            "properties": {"straat": "Dorp", "huisnr": str(number)},
            "geometry": {"type": "Point", "coordinates": [4.8, 51.25]},
        }
        for number in range(3)
    ]
    content = json.dumps({"type": "FeatureCollection", "features": rows}).encode()
    before = left()
    answer = web_fixture.client(Role.MEMBER, project).post(
        ADDRESS, {"title": "Fout", "file": SimpleUploadedFile("addresses.geojson", content)}
    )
    assert answer.status_code == 422
    page = text(answer)
    assert "Dit gebied is niet bewaard" in page
    assert "addresses.geojson" in page
    assert 'value="Fout"' in page
    assert not Place.objects.exists()
    assert left() == before


def test_a_reader_that_dies_is_a_fault_of_the_file(tmp_path):
    (tmp_path / "wijk.gpkg").write_bytes(b"SQLite format 3\x00" + b"\xff" * 5000)
    with pytest.raises(DataError, match=r"wijk.gpkg cannot be read|kon niet gelezen worden"):
        checked(tmp_path)


def test_a_check_that_takes_too_long_is_stopped(monkeypatch):
    from koppelkans.web.places import checking

    monkeypatch.setattr(checking, "MOST_SECONDS", 0.01)
    with pytest.raises(DataError, match="duurde langer"):
        checking.checked("wechelderzande")


@pytest.mark.django_db
def test_a_place_that_cannot_be_recorded_leaves_no_files(project, monkeypatch):
    monkeypatch.setattr(changes, "checked", lambda folder: STATUS)

    def fail(*args, **kwargs):
        raise RuntimeError("log")

    monkeypatch.setattr(changes, "record", fail)
    before = left()
    with pytest.raises(RuntimeError, match="log"):
        changes.new_place(
            project,
            SimpleUploadedFile("adressen.csv", b"straat;huisnr\n"),
            {"title": "X", "layers": []},
            web_fixture.user(Role.MEMBER, project),
        )
    assert not Place.objects.exists()
    assert left() == before


# ------------------------------------------------------------------------------------------------------------------------ pages


@pytest.mark.django_db
def test_two_gigabytes_are_refused_unread(project):
    answer = web_fixture.client(Role.MEMBER, project).generic(
        "POST", ADDRESS, b"", content_type="multipart/form-data; boundary=x", CONTENT_LENGTH="2000000000"
    )
    assert answer.status_code == 413
    assert "Gevonden: 2000 MB; toegelaten: 200 MB" in text(answer)


@pytest.mark.django_db
def test_a_file_that_grows_past_the_limit_is_cut_off(project, monkeypatch, settings):
    settings.MAX_UPLOAD_BYTES = 1000
    monkeypatch.setattr("koppelkans.web.projects.uploads.FORM_BYTES", 10_000_000)
    answer = web_fixture.client(Role.MEMBER, project).post(
        ADDRESS, {"title": "X", "file": SimpleUploadedFile("a.csv", b"x" * 200_000)}
    )
    assert answer.status_code == 413
    assert not Place.objects.exists()


@pytest.mark.django_db
def test_the_form_lists_every_fault(project):
    answer = web_fixture.client(Role.MEMBER, project).post(ADDRESS, {"title": "", "nis": "12", "line": "Bron: wij"})
    page = text(answer)
    assert answer.status_code == 422
    assert "Kies een bestand" in page
    assert "vijf cijfers" in page
    assert "Bronvermelding, licentie en lagen horen samen" in page


@pytest.mark.django_db
def test_forms_from_elsewhere_are_refused(project):
    member = web_fixture.client(Role.MEMBER, project)
    member.handler.enforce_csrf_checks = True
    assert member.post(ADDRESS, {"title": "X"}).status_code == 403


@pytest.mark.django_db
def test_a_place_page_lists_remarks_gravest_first_and_as_a_table(project, django_assert_max_num_queries):
    place = Place.objects.create(project=project, title="<b>Dorp</b>", folder="x", status=STATUS)
    member = web_fixture.client(Role.MEMBER, project)
    with django_assert_max_num_queries(15):
        page = text(member.get(f"/nl/wijken/krekelwijk/gebieden/{place.pk}/"))
    assert "&lt;b&gt;Dorp" in page
    assert page.index("Let op") < page.index("Gewoon")
    assert "Bron: GRB" in page
    assert "12 gebouwen" in page
    assert "Kempen" in page
    table = member.get(f"/nl/wijken/krekelwijk/gebieden/{place.pk}/kanttekeningen.csv")
    assert table.headers["Content-Disposition"].startswith("attachment")
    rows = text(table).splitlines()
    assert rows[1].startswith("waarschuwing;straatdelen;Let op;")
    assert ";'=Gewoon;0.500;impute-use" in rows[2]
    english = text(member.get(f"/en/wijken/krekelwijk/gebieden/{place.pk}/kanttekeningen.csv"))
    assert "Mind" in english


@pytest.mark.django_db
def test_places_are_for_the_team_of_their_project(project):
    place = Place.objects.create(project=web_fixture.project("zandwijk"), title="Dorp", folder="x", status=STATUS)
    assert (
        web_fixture.client(Role.MEMBER, project).get(f"/nl/wijken/krekelwijk/gebieden/{place.pk}/").status_code == 404
    )
    assert web_fixture.client(Role.RESIDENT).get(f"/nl/wijken/zandwijk/gebieden/{place.pk}/").status_code == 404


@pytest.mark.django_db
def test_a_place_with_plans_stays_and_one_without_goes_with_its_files(project, django_capture_on_commit_callbacks):
    from koppelkans.web.plans.models import PlanRun

    folder = Path(settings.DATA) / "places" / "proef"
    folder.mkdir(parents=True, exist_ok=True)
    place = Place.objects.create(project=project, title="Dorp", folder="proef", status=STATUS)
    run = PlanRun.objects.create(
        project=project, place=place, title="Plan", scenario={}, inputs_hash="b" * 64, engine_version="0"
    )
    member = web_fixture.client(Role.MEMBER, project)
    address = f"/nl/wijken/krekelwijk/gebieden/{place.pk}/verwijderen/"
    answer = member.post(address, follow=True)
    assert "verwijder eerst die plannen" in text(answer)
    assert Place.objects.exists()
    run.delete()
    with django_capture_on_commit_callbacks(execute=True):
        member.post(address)
    assert not Place.objects.exists()
    assert not folder.exists()
