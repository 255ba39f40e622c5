"""The log: entries hang together, cannot be rewritten, survive writers at the same moment on both databases, and say what broke."""

import os
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

import web_fixture
from koppelkans.web.accounts.rights import Role
from koppelkans.web.audit import triggers
from koppelkans.web.audit.chain import entry_hash, kept, record
from koppelkans.web.audit.models import FIRST_HASH, Entry
from koppelkans.web.audit.verify import verify_chain, write_head

sys.path.insert(0, str(Path(__file__).parent.parent))
from benchmarks import web_audit

pytestmark = pytest.mark.django_db
ENTRIES = 250
ALL = web_audit.WRITERS * ENTRIES


@pytest.fixture(autouse=True)
def _own_heads(settings, tmp_path):
    settings.DATA = tmp_path


@pytest.fixture
def rewritable():
    """A database whose triggers somebody took away."""
    triggers.allow(connection)
    yield
    triggers.forbid(connection)


def test_each_entry_follows_the_one_before():
    first = record("system", "project.create", "project:a")
    second = record(web_fixture.user(Role.ADMIN), "project.edit", "project:a", public=True, title="Vóór – €")
    assert first.previous == FIRST_HASH
    assert second.previous == first.hash
    assert second.actor == f"user:{web_fixture.user(Role.ADMIN).pk}"
    assert verify_chain() == []


def test_an_entry_comes_back_from_the_database_with_the_same_hash():
    made = record(
        "system",
        "plan.run",
        "plan:1",
        rate=0.1,
        many=1e16,
        tiny=1e-9,
        day=date(2026, 3, 1),
        none=None,
        nul="a\x00b",
        nested={"b": [1, 2.0]},
    )
    read = Entry.objects.get(pk=made.pk)
    assert read.details == made.details
    assert read.details["many"] == 10**16
    assert read.details["day"] == "2026-03-01"
    assert "\x00" not in read.details["nul"]
    assert entry_hash(read) == made.hash


def test_times_keep_their_microseconds(monkeypatch):
    moments = iter([datetime(2026, 3, 29, 1, 0, 0, 0, UTC), datetime(2026, 3, 29, 1, 0, 0, 1, UTC)])
    monkeypatch.setattr("koppelkans.web.audit.chain.timezone.now", lambda: next(moments))
    made = [record("system", "plan.run", "plan:1") for _ in range(2)]
    assert [entry_hash(entry) for entry in Entry.objects.order_by("pk")] == [entry.hash for entry in made]
    assert made[0].hash != made[1].hash


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=[])),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=6,
    )
)
@examples(max_examples=60)
def test_what_is_kept_is_the_same_when_kept_again(value):
    assert kept(kept(value)) == kept(value)


def test_a_word_that_is_too_long_is_refused():
    with pytest.raises(ValueError, match="about has 201 characters, expected at most 200"):
        record("system", "plan.run", "x" * 201)


@pytest.mark.parametrize("change", ["update", "delete"])
def test_the_database_refuses_to_rewrite(change):
    record("system", "plan.run", "plan:1")
    with pytest.raises(DatabaseError, match="cannot be rewritten"), transaction.atomic():
        getattr(Entry.objects.all(), change)(**({"verb": "nothing"} if change == "update" else {}))
    assert Entry.objects.get().verb == "plan.run"


@pytest.mark.usefixtures("rewritable")
def test_an_entry_that_was_changed_is_named():
    entries = [record("system", "plan.run", f"plan:{number}") for number in range(5)]
    Entry.objects.filter(pk=entries[2].pk).update(details={"cost": 0})
    (fault,) = verify_chain()
    assert fault.startswith(f"entry {entries[2].pk} (plan.run of plan:2")
    assert "its content gives hash" in fault


@pytest.mark.usefixtures("rewritable")
def test_an_entry_that_was_removed_is_named():
    entries = [record("system", "plan.run", f"plan:{number}") for number in range(5)]
    Entry.objects.filter(pk=entries[2].pk).delete()
    (fault,) = verify_chain()
    assert fault.startswith(f"entry {entries[3].pk} ")
    assert f"but entry {entries[1].pk} has" in fault


@pytest.mark.usefixtures("rewritable")
def test_an_end_that_was_cut_off_shows_in_the_heads():
    entries = [record("system", "plan.run", f"plan:{number}") for number in range(3)]
    file = write_head()
    assert file.name.startswith("head-")
    assert entries[-1].hash in file.read_text()
    assert write_head() is None
    assert verify_chain() == []
    Entry.objects.filter(pk=entries[-1].pk).delete()
    (fault,) = verify_chain()
    assert file.name in fault
    assert "cut off or rewritten" in fault


def test_an_empty_log_has_no_head():
    assert write_head() is None
    assert verify_chain() == []


def test_visitors_see_public_entries_without_names_and_stewards_all():
    record(web_fixture.user(Role.ADMIN), "plan.publish", "plan:7", public=True)
    head = record(web_fixture.user(Role.ADMIN), "intention.edit", "project:geheim", building="b1")
    seen = web_fixture.client().get("/nl/logboek/").content.decode()
    assert "plan gepubliceerd" in seen
    assert head.hash in seen
    assert "geheim" not in seen
    assert "user:" not in seen
    everything = web_fixture.client(Role.STEWARD).get("/nl/logboek/").content.decode()
    assert "project:geheim" in everything
    assert f"user:{web_fixture.user(Role.ADMIN).pk}" in everything


def test_a_long_log_is_paged_within_few_queries(django_assert_max_num_queries):
    for number in range(120):
        record("system", "plan.publish", f"plan:{number}", public=True)
    visitor = web_fixture.client()
    with django_assert_max_num_queries(6):
        answer = visitor.get("/nl/logboek/?page=2").content.decode()
    assert "plan:69<" in answer
    assert "plan:119<" not in answer
    assert web_fixture.client().get("/nl/logboek/?page=geen").status_code == 200


CHECK = """
import django
django.setup()
from koppelkans.web.audit.models import Entry
from koppelkans.web.audit.verify import verify_chain
print(verify_chain(), len(set(Entry.objects.values_list("about", "details__number"))), Entry.objects.count())
"""


def _write_at_the_same_moment(data: Path, database: str) -> str:
    """What is left after four processes wrote at the same moment: faults, entries that differ, entries."""
    environment = web_audit.write_at_once(str(data), database, ENTRIES)
    return subprocess.run(
        [sys.executable, "-c", CHECK], env=environment, check=True, capture_output=True, text=True
    ).stdout.strip()


def test_writers_at_the_same_moment_break_nothing(tmp_path):
    assert _write_at_the_same_moment(tmp_path, "") == f"[] {ALL} {ALL}"


@pytest.mark.postgres
def test_writers_at_the_same_moment_break_nothing_on_postgres(tmp_path, postgres_database):
    assert _write_at_the_same_moment(tmp_path, postgres_database) == f"[] {ALL} {ALL}"


POSTGRES = """
import django, sys
django.setup()
from datetime import date
from django.db import DatabaseError, transaction
from koppelkans.web.audit.chain import entry_hash, record
from koppelkans.web.audit.models import Entry
made = record("system", "plan.run", "plan:1", rate=0.1, many=1e16, tiny=1e-9, day=date(2026, 3, 1), nul="a\\x00b\\ud800", deep={"b": [1, 2.0, -0.0]})
read = Entry.objects.get(pk=made.pk)
assert entry_hash(read) == made.hash and read.details == made.details, (read.details, made.details)
for act in (lambda: Entry.objects.update(verb="x"), lambda: Entry.objects.all().delete()):
    try:
        with transaction.atomic():
            act()
    except DatabaseError as error:
        assert "cannot be rewritten" in str(error)
    else:
        sys.exit("rewritten")
"""


@pytest.mark.postgres
def test_entries_come_back_the_same_and_stay_on_postgres(tmp_path, postgres_database):
    environment = {
        **os.environ,
        "KOPPELKANS_DATA": str(tmp_path),
        "KOPPELKANS_DATABASE": postgres_database,
        "DJANGO_SETTINGS_MODULE": "koppelkans.web.settings",
    }
    subprocess.run([sys.executable, "-m", "django", "migrate", "--verbosity", "0"], env=environment, check=True)
    subprocess.run([sys.executable, "-c", POSTGRES], env=environment, check=True)
