"""Choices and runs in the browser: the form made from the scenario model, the life of a run, two people at one run."""

import json
import re
import shutil
import tomllib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

import web_fixture
from koppelkans.errors import ScenarioError
from koppelkans.money.project_terms import CHOOSABLE
from koppelkans.plan.steps_words import STEP_WORDS
from koppelkans.scenario import Scenario, Source
from koppelkans.web.accounts.rights import Role
from koppelkans.web.audit.models import Entry
from koppelkans.web.places.models import Place
from koppelkans.web.plans import runs
from koppelkans.web.plans.forms import MOST_SOURCES, ScenarioForm, html_name
from koppelkans.web.plans.models import PlanRun, State
from koppelkans.web.plans.place_bounds import place_bounds
from koppelkans.web.plans.scenario_fields import GROUPS, WORDS, field_words, group_words, scenario_fields
from koppelkans.web.plans.scenario_text import MOST_BYTES, scenario_of_toml, scenario_toml

pytestmark = pytest.mark.django_db

SOURCE = Source(
    name="bron",
    x_m=178500.5,
    y_m=216900.0,
    capacity_kw=1500.0,
    supply_c=65.0,
    price_eur_per_mwh=40.0,
    note='tekst met "aanhaling" en é',
)
RICH = Scenario(
    name="rijk", title="Met een bron", sources=[SOURCE], society_rate_share=0.035, stand_ins={"elec.dist_kwh": "antwerpen"},
    heat_network={"tariff_eur_per_kwh": 0.0825, "grant_share": 0.07, "never_connect": ["b1"], "uptake_shares": (0.25, 0.575)},
    renovation={"trade_eur_per_year": {"roof": 1_000_000.0}, "emission_cut_share": 0.9}, choices={"must": {"g 1/2": "ground_heat_pump"}},
)  # fmt: skip


@pytest.fixture
def project():
    return web_fixture.project()


@pytest.fixture
def place(project):
    return Place.objects.create(
        project=project, title="Wechelderzande", shipped="wechelderzande", status={"crs": "EPSG:31370"}
    )


@pytest.fixture
def member(project):
    return web_fixture.client(Role.MEMBER, project)


@pytest.fixture
def started(monkeypatch):
    """Runs that were handed to the worker; none is computed here."""
    handed = []
    monkeypatch.setattr(runs.door, "start", lambda run: handed.append(run.pk))
    return handed


def posted(scenario, place, **changes):
    """What a browser sends for a form that shows this scenario."""
    form = ScenarioForm(scenario=scenario, places=Place.objects.all(), place=place)
    sent = {}
    for name in form.fields:
        value = form[name].value()
        if value is True:
            sent[name] = "on"
        elif value not in (None, False):
            sent[name] = getattr(value, "pk", value)
    return {key: value for key, value in {**sent, "doe": "start", **changes}.items() if value is not None}


def page(project, name="run_new", *arguments):
    return reverse(name, args=[project.slug, *arguments])


def text_of(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


# ----------------------------------------------------------------------------------------------------------------- words


def test_every_field_of_the_scenario_has_words_in_both_languages():
    for language in ("nl", "en"):
        for field in scenario_fields():
            words = field_words(field.path, language)
            assert words.label, field.path
            assert set(field.values) <= set(words.options), field.path
    assert {field.group for field in scenario_fields()} == set(GROUPS)
    assert all(group_words(group, language)[0] for group in GROUPS for language in ("nl", "en"))


def test_words_name_no_field_that_is_gone_and_the_same_ones_in_both_languages():
    dutch, english = (
        tomllib.loads((WORDS / f"scenario.{language}.toml").read_text(encoding="utf-8"))["fields"]
        for language in ("nl", "en")
    )
    paths = {field.path for field in scenario_fields()} | {"renovation.trade_eur_per_year"}
    assert (
        set(dutch)
        == set(english)
        == paths
        - {f"renovation.trade_eur_per_year.{trade}" for trade in dutch["renovation.trade_eur_per_year"]["options"]}
    )
    for path, entry in dutch.items():
        assert set(entry) == set(english[path]), path
        assert set(entry.get("options", {})) == set(english[path].get("options", {}))


def test_the_figure_that_holds_when_a_term_is_left_empty_is_the_one_the_engine_takes():
    for term, key in CHOOSABLE.items():
        assert field_words(f"heat_network.{term}", "nl").parameter == key


def test_every_step_of_a_plan_has_words(krekelwijk_plan):
    assert {step.name for step in krekelwijk_plan.run.steps} <= set(STEP_WORDS)


# ------------------------------------------------------------------------------------------------------------------ form


@pytest.mark.parametrize("scenario", [Scenario(), RICH])
def test_a_form_sent_back_untouched_gives_the_same_scenario(scenario, place):
    form = ScenarioForm(posted(scenario, place), places=Place.objects.all())
    assert form.is_valid(), form.errors.as_text()
    assert form.scenario == scenario


@given(
    rate=st.integers(0, 2000).map(lambda n: n / 10_000), tariff=st.integers(0, 10_000).map(lambda n: n / 10_000), years=st.integers(1, 60)
)  # fmt: skip
@examples(max_examples=15, deadline=None)
def test_shares_and_prices_survive_the_form_to_the_last_digit(rate, tariff, years):
    scenario = Scenario(society_rate_share=rate, horizon_years=years, heat_network={"tariff_eur_per_kwh": tariff})
    form = ScenarioForm({**posted(scenario, None), "place": ""}, places=Place.objects.none())
    form.is_valid()
    assert set(form.errors) == {"place"}
    assert form.scenario == scenario


def test_all_faults_come_at_once_at_their_fields_with_what_was_found_and_expected(member, project, place, started):
    faults = {
        "horizon_years": "99", "society_rate_share": "50", "heat_network-debt_years": "veel", "heat_network-uptake_shares": "30 130",
        "name": "met spatie", "renovation-trade_eur_per_year-roof": "-5", "sources-0-supply_c": "500", "reference_date": "gisteren",
        "limits-nodes": "9" * 30, "stand_ins": "elec.dist_kwh antwerpen", "sources-0-x_m": "oneindig", "price_world": "duur", "title": "",
    }  # fmt: skip
    answer = member.post(page(project), posted(RICH, place, **faults))
    assert answer.status_code == 422
    form = answer.context["form"]
    assert set(form.errors) == set(faults)
    assert form.errors["horizon_years"] == ["Gevonden: 99. Verwacht: een geheel getal van 1 tot 60."]
    assert form.errors["society_rate_share"] == ["Gevonden: 50. Verwacht: een getal van 0 tot 20."]
    assert form.errors["heat_network-debt_years"] == [
        "Gevonden: veel. Verwacht: een geheel getal van 1 tot 100. Of laat het leeg."
    ]
    assert form.errors["title"] == ["Gevonden: leeg. Verwacht: tekst."]
    assert "Warmtebron 1, Temperatuur [°C]" in answer.content.decode()
    assert 'value="99"' in answer.content.decode()  # what was typed is still there
    assert started == []
    assert not PlanRun.objects.exists()


def test_numbers_that_are_none_are_refused_and_a_comma_is_read(place):
    for typed in ("nan", "inf", "1e400", "1,5e", "0x10"):
        form = ScenarioForm(posted(RICH, place, **{"sources-0-x_m": typed}), places=Place.objects.all())
        assert not form.is_valid(), typed
    form = ScenarioForm(
        posted(RICH, place, **{"sources-0-x_m": "178500,25", "owner_rate_share": "4,5"}), places=Place.objects.all()
    )
    assert form.is_valid()
    assert (form.scenario.sources[0].x_m, form.scenario.owner_rate_share) == (178500.25, 0.045)


def test_a_promised_price_and_its_rule_go_together(place):
    alone = posted(RICH, place, **{"response-offered_price_eur_per_mwh": "80", "response-price_payer": "flanders"})
    form = ScenarioForm(alone, places=Place.objects.all())
    assert not form.is_valid()
    assert form.errors == {
        "response-offered_price_eur_per_mwh": ["Gevonden: 80. Verwacht: een prijs als die vooraf beloofd is, en anders leeg."],
        "response-price_payer": ["Gevonden: flanders. Verwacht: niemand, tenzij de prijs vooraf beloofd is."],
    }  # fmt: skip
    form = ScenarioForm({**alone, "response-price_rule": "offered"}, places=Place.objects.all())
    assert form.is_valid(), form.errors.as_text()
    assert (form.scenario.response.offered_price_eur_per_mwh, form.scenario.response.price_payer) == (80.0, "flanders")


def test_a_source_under_a_title_that_denies_it_is_asked_back(place):
    form = ScenarioForm(posted(RICH, place, title="Basisscenario zonder warmtebron"), places=Place.objects.all())
    assert not form.is_valid()
    assert set(form.errors) == {"title"}


def test_rows_of_sources_are_added_and_left_out_without_losing_what_was_typed(member, project, place):
    answer = member.post(page(project), posted(RICH, place, doe="bron_erbij", horizon_years="zeven"))
    assert answer.status_code == 200
    content = answer.content.decode()
    assert "Warmtebron 2" in content
    assert 'value="zeven"' in content
    assert 'value="bron"' in content
    sent = posted(RICH, place, doe="bron_weg-0", **{"sources-1-name": "tweede"})
    content = member.post(page(project), sent).content.decode()
    assert 'value="tweede"' in content
    assert 'value="bron"' not in content


def test_an_empty_row_is_no_source_and_too_many_are_refused(place):
    empty = {
        "sources-1-name": "",
        "sources-1-assumption": "on",
        "sources-1-emission_kg_per_kwh": "0",
        "sources-1-x_m": "",
    }
    form = ScenarioForm(posted(RICH, place, **empty), places=Place.objects.all())
    assert form.is_valid(), form.errors.as_text()
    assert form.scenario == RICH
    half = ScenarioForm(posted(RICH, place, **{**empty, "sources-1-name": "half"}), places=Place.objects.all())
    assert not half.is_valid()
    assert "sources-1-x_m" in half.errors
    many = {
        html_name(f"sources.{name}", row): str(value)
        for row in range(1, MOST_SOURCES + 40)
        for name, value in SOURCE.model_dump().items()
        if name not in ("note", "available_from_year")
    }
    many |= {f"sources-{row}-name": f"b{row}" for row in range(1, MOST_SOURCES + 40)}
    form = ScenarioForm(posted(RICH, place, **many), places=Place.objects.all())
    assert "hoogstens 20" in form.errors.as_text()


def test_two_sources_with_one_name_are_a_fault_of_the_form(place):
    second = {
        f"sources-1-{name.removeprefix('sources-0-')}": value
        for name, value in posted(RICH, place).items()
        if name.startswith("sources-0-")
    }
    form = ScenarioForm(posted(RICH, place, **second), places=Place.objects.all())
    assert form.non_field_errors() == ["Twee warmtebronnen hebben dezelfde naam. Geef elke bron een eigen naam."]


def test_decisions_per_building_go_along_or_stay_behind(place):
    kept = ScenarioForm(posted(RICH, place), places=Place.objects.all())
    assert kept.decided == 2
    assert kept.is_valid()
    assert kept.scenario.heat_network.never_connect == ["b1"]
    dropped = ScenarioForm(posted(RICH, place, without_decisions="on"), places=Place.objects.all())
    assert dropped.is_valid()
    assert dropped.scenario.choices.must == {}
    for broken in ("{", "[1]", '{"limits": {}}', '{"choices": {"must": 3}}'):
        assert not ScenarioForm(posted(RICH, place, decisions=broken), places=Place.objects.all()).is_valid()


def test_a_page_with_choices_says_bounds_of_the_place_units_and_what_holds_when_empty(
    member, project, place, django_assert_max_num_queries
):
    with django_assert_max_num_queries(15):
        content = text_of(member.get(page(project)))
    assert "Wechelderzande ligt tussen X 178.249 en 180.458 m" in content
    assert "Horizon [jaar]" in content
    assert "Leeg: 0,075 (Referentieprijs warmte uit een warmtenet, niet geverifieerd)." in content
    assert "weather_file" not in content
    english = text_of(member.get(page(project).replace("/nl/", "/en/")))
    assert "Horizon [years]" in english


def test_the_example_of_a_place_fills_the_form(member, project, place):
    assert 'value="179340"' in member.get(page(project), {"plaats": place.pk, "voorbeeld": 1}).content.decode()


def test_bounds_are_unknown_for_files_that_are_not_there(project):
    assert place_bounds(Place(project=project, folder="nergens")) is None


# ------------------------------------------------------------------------------------------------------------------- TOML


@pytest.mark.parametrize("scenario", [Scenario(), RICH])
def test_a_scenario_as_toml_reads_back_the_same(scenario):
    assert scenario_of_toml(scenario_toml(scenario).encode()) == scenario


@given(
    title=st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    key=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=9),
)
@examples(max_examples=40, deadline=None)
def test_any_text_survives_toml(title, key):
    scenario = Scenario(title=title, choices={"must": {key: title}})
    assert scenario_of_toml(scenario_toml(scenario).encode()) == scenario


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"horizon_years = 99\nhorizn = 3\n", "horizon_years"), (b"\xff\xfe", "not TOML"), (b"a = [", "not TOML"), (b"#" * (MOST_BYTES + 1), "at most"),
        (b'weather_file = "/etc/passwd"', "weather_file"), (b"a=" + b"[" * 60_000, "not TOML"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_says_why_and_starts_nothing(content, told, member, project, place, started):
    with pytest.raises(ScenarioError) as raised:
        scenario_of_toml(content)
    assert told in str(raised.value)
    answer = member.post(page(project), {"doe": "lees", "scenario_file": SimpleUploadedFile("s.toml", content)})
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert started == []


def test_an_uploaded_scenario_fills_the_form_and_comes_back_as_a_download(member, project, place, started):
    answer = member.post(
        page(project), {"doe": "lees", "scenario_file": SimpleUploadedFile("s.toml", scenario_toml(RICH).encode())}
    )
    assert answer.context["form"].scenario == RICH
    member.post(page(project), posted(RICH, place))
    run = PlanRun.objects.get()
    download = member.get(page(project, "run_toml", run.pk))
    assert download["Content-Disposition"] == f'attachment; filename="krekelwijk-{run.pk}.toml"'
    assert scenario_of_toml(download.content) == RICH


# -------------------------------------------------------------------------------------------------------------------- runs


def test_starting_a_run_writes_the_row_the_log_and_hands_it_to_the_worker(member, project, place, started):
    answer = member.post(page(project), posted(RICH, place))
    run = PlanRun.objects.get()
    assert answer.headers["Location"] == page(project, "run_progress", run.pk)
    assert (run.title, run.state, runs.run_scenario(run), started) == ("Met een bron", State.QUEUED, RICH, [run.pk])
    entry = Entry.objects.get(verb="plan.run")
    assert (entry.about, entry.details["run"]) == ("project:krekelwijk", run.pk)
    assert len(run.inputs_hash) == 64


def test_the_same_inputs_share_one_plan_and_are_done_at_once(project, place, started):
    somebody = web_fixture.user(Role.MEMBER, project)
    first = runs.new_run(project, place, RICH, somebody, title="een")
    assert runs.new_run(project, place, RICH, somebody, title="twee").state == State.QUEUED  # nothing to share yet
    first.bundle.mkdir(parents=True)
    (first.folder / "plan.json").write_text("{}")
    PlanRun.objects.filter(pk=first.pk).update(state=State.DONE, plan_hash="abc", headline={"a": {"value": 1}})
    shared = runs.new_run(project, place, RICH, somebody, title="drie")
    assert (shared.state, shared.plan_hash, shared.folder, shared.progress) == (State.DONE, "abc", first.folder, 1.0)
    assert shared.pk not in started
    other = runs.rerun(first, RICH.model_copy(update={"seed": 2}), somebody)
    assert (other.state, other.parent_id, other.place_id) == (State.QUEUED, first.pk, place.pk)
    shutil.rmtree(first.folder)


def test_a_project_that_has_too_many_waiting_is_told_so_and_keeps_what_was_typed(member, project, place, started):
    for number in range(runs.QUEUE_LIMIT):
        runs.new_run(project, place, Scenario(seed=number), None, title=str(number))
    answer = member.post(page(project), posted(RICH, place))
    assert answer.status_code == 422
    content = text_of(answer)
    assert "wachten of lopen al 5 berekeningen" in content
    assert 'value="178500.5"' in content
    assert PlanRun.objects.count() == runs.QUEUE_LIMIT


def test_a_place_of_another_project_cannot_be_computed(member, project, place, started):
    elsewhere = Place.objects.create(project=web_fixture.project("elders"), title="Elders", shipped="wechelderzande")
    answer = member.post(page(project), {**posted(RICH, place), "place": elsewhere.pk})
    assert "place" in answer.context["form"].errors
    with pytest.raises(ValueError, match="another project"):
        runs.new_run(project, elsewhere, RICH, None, title="x")


def made(project, place, **values):
    return PlanRun.objects.create(
        project=project, place=place, title="Plan", scenario={}, inputs_hash="ab" * 32, **values
    )


def test_progress_is_a_page_and_a_fragment_that_asks_again_until_the_run_ends(member, project, place):
    run = made(project, place, state=State.RUNNING, progress=0.4, step="network")
    address = page(project, "run_progress", run.pk)
    whole, part = (
        member.get(address).content.decode(),
        member.get(address, headers={"HX-Request": "true"}).content.decode(),
    )
    assert "<progress" in whole
    assert "Warmtenet" in whole
    assert '<noscript><meta http-equiv="refresh"' in whole
    assert part.lstrip().startswith('<div id="voortgang" hx-get=')
    assert "<html" not in part
    PlanRun.objects.filter(pk=run.pk).update(state=State.DONE)
    assert member.get(address).headers["Location"] == page(project, "plan", run.pk)
    assert member.get(address, headers={"HX-Request": "true"}).headers["HX-Redirect"] == page(project, "plan", run.pk)


def test_a_failed_run_shows_what_the_engine_said_and_the_way_back(member, project, place, started):
    run = made(
        project,
        place,
        state=State.FAILED,
        message="the scenario <b>does not fit</b>",
        faults=["source bron lies 3 km away"],
    )
    content = member.get(page(project, "run_progress", run.pk)).content.decode()
    assert "the scenario &lt;b&gt;does not fit&lt;/b&gt;" in content
    assert "source bron lies 3 km away" in content
    assert f"?van={run.pk}" in content
    assert "hx-get" not in content
    assert member.post(page(project, "run_retry", run.pk)).status_code == 302
    assert started == [run.pk]
    assert Entry.objects.filter(verb="plan.retry").exists()


def test_cancelling_asks_the_worker_once_and_does_nothing_to_what_ended(member, project, place, monkeypatch):
    asked = []
    monkeypatch.setattr(runs.door, "cancel", lambda run: asked.append(run.pk))
    run, over = made(project, place, state=State.RUNNING), made(project, place, state=State.DONE)
    for one in (run, over):
        assert member.post(page(project, "run_cancel", one.pk)).status_code == 302
    assert asked == [run.pk]
    assert member.get(page(project, "run_cancel", run.pk)).status_code == 405


def test_two_people_renaming_see_both_titles_and_nothing_is_lost(member, project, place):
    run = made(project, place, state=State.DONE)
    address = page(project, "run_rename", run.pk)
    assert member.post(address, {"title": "Van An", "version": 1}).status_code == 302
    answer = member.post(address, {"title": "Van <i>Bo</i>", "version": 1})
    assert answer.status_code == 409
    content = answer.content.decode()
    assert "Van An" in content
    assert "Van &lt;i&gt;Bo&lt;/i&gt;" in content
    run.refresh_from_db()
    assert (run.title, run.version) == ("Van An", 2)
    assert member.post(address, {"title": "Van Bo", "version": 2}).status_code == 302
    assert member.post(address, {"title": "", "version": 3}).status_code == 422


def test_a_plan_is_removed_with_its_folder_unless_published_changed_running_or_shared(
    member, project, place, django_capture_on_commit_callbacks
):
    run, twin = made(project, place, state=State.DONE), made(project, place, state=State.DONE)
    run.folder.mkdir(parents=True, exist_ok=True)
    address = page(project, "run_remove", run.pk)
    assert member.get(address).status_code == 200
    assert member.post(address, {"version": 7}).status_code == 409
    PlanRun.objects.filter(pk=run.pk).update(published_at="2026-11-01T00:00Z")
    refused = member.post(address, {"version": 1})
    assert "gepubliceerd" in refused.content.decode()
    PlanRun.objects.filter(pk=run.pk).update(published_at=None, state=State.RUNNING)
    assert "wordt nog berekend" in member.post(address, {"version": 1}).content.decode()
    PlanRun.objects.filter(pk=run.pk).update(state=State.DONE)
    with django_capture_on_commit_callbacks(execute=True):
        assert member.post(address, {"version": 1}).status_code == 302
    assert run.folder.is_dir()  # the twin still shows it
    with django_capture_on_commit_callbacks(execute=True):
        member.post(page(project, "run_remove", twin.pk), {"version": 1})
    assert not run.folder.exists()
    assert Entry.objects.filter(verb="plan.remove").count() == 2


def test_runs_of_another_project_and_readers_without_the_right_see_nothing(project, place, member):
    run = made(
        web_fixture.project("elders"),
        Place.objects.create(project=web_fixture.project("elders"), title="E"),
        state=State.FAILED,
    )
    own = made(project, place, state=State.FAILED)
    for name in ("run_progress", "run_toml", "run_rename", "run_remove"):
        assert member.get(page(project, name, run.pk)).status_code == 404
        assert web_fixture.client(Role.RESIDENT).get(page(project, name, own.pk)).status_code == 404
    assert web_fixture.client().get(page(project)).status_code == 302


def test_the_history_shows_state_and_headline_in_few_queries(member, project, place, django_assert_max_num_queries):
    for number in range(25):
        made(
            project,
            place,
            state=State.DONE,
            headline={"x": {"title": f"Uitstoot {number}", "title_en": "Emission", "value": 12.0, "unit": "t"}},
        )
    with django_assert_max_num_queries(15):
        content = text_of(member.get(page(project)))
    assert "Uitstoot 24: 12,0 t" in content
    assert json.loads(json.dumps(content)).count("Keuzes overnemen") == 20
