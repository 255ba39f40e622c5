"""What tests may lean on: which marks run, and what a machine must have for them.

Plain ``pytest`` runs the tests without marks (``addopts`` in pyproject.toml); ``make test`` runs all of them. A mark that needs
something a machine may lack is a named skip there, and a failure under CI (``CI=true``), where everything must have been installed.
"""

import atexit
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import django
import pytest
from hypothesis import settings

import krekelwijk
import postgres_server
from koppelkans.plan import Plan, make_plan
from koppelkans.scenario import Scenario
from web_server import site  # noqa: F401 - a fixture
from web_visit import browser, visit  # noqa: F401 - fixtures

# the web site reads its data folder when its settings are read: each test process has one of its own
if "KOPPELKANS_DATA" not in os.environ or os.environ.get("PYTEST_XDIST_WORKER"):
    os.environ["KOPPELKANS_DATA"] = tempfile.mkdtemp(prefix="koppelkans-tests-")
    atexit.register(shutil.rmtree, os.environ["KOPPELKANS_DATA"], ignore_errors=True)
# or every page warns that it is not there
Path(os.environ["KOPPELKANS_DATA"], "static").mkdir(parents=True, exist_ok=True)
os.environ["DJANGO_SETTINGS_MODULE"] = "koppelkans.web.settings"
django.setup()
from django.contrib.auth.hashers import Argon2PasswordHasher  # noqa: E402 - after setup
from django.utils import translation  # noqa: E402 - after setup

# the same hashing, made cheap: tests make hundreds of people
Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost, Argon2PasswordHasher.parallelism = 1, 8, 1

# the same examples in every run: a failure says something about the change, not about the draw
settings.register_profile("same examples", derandomize=True)
settings.load_profile("same examples")

ROOT = Path(__file__).parent.parent
UNDER_CI = os.environ.get("CI", "").lower() in ("1", "true", "yes")
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")


def lacking(what: str, cure: str) -> None:
    """Leave out the test that calls this, saying what the machine lacks; under CI that is a failure."""
    message = f"this machine has no {what}; {cure}"
    if UNDER_CI:
        pytest.fail(message, pytrace=False)
    pytest.skip(message)


def program(*names: str, package: str) -> str:
    """Path of the first of these programs that the machine has; otherwise the test is left out by name."""
    found = next((path for path in map(shutil.which, names) if path), None)
    if found is None:
        lacking(names[0], f"install Debian's {package}, or run make test as root")
    return str(found)


def _find_chromium() -> str:
    return program(*CHROMIUM_NAMES, package="chromium")


def _find_postgres() -> str:
    found = postgres_server.programs()
    if found is None:
        lacking("PostgreSQL server", "install Debian's postgresql, or run make test as root")
    return str(found)


NEEDED_BY_MARK: dict[str, Callable[[], str]] = {"browser": _find_chromium, "postgres": _find_postgres}


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Before a marked test: look for what its mark needs."""
    for mark, find in NEEDED_BY_MARK.items():
        if item.get_closest_marker(mark):
            find()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Under CI a test with such a mark that leaves itself out has failed: what it needs should have been installed."""
    report = yield
    if UNDER_CI and report.skipped and any(item.get_closest_marker(mark) for mark in NEEDED_BY_MARK):
        report.outcome = "failed"
        report.longrepr = (
            f"left out under CI: {report.longrepr[-1] if isinstance(report.longrepr, tuple) else report.longrepr}"
        )
    return report


@pytest.fixture(autouse=True)
def _language_of_the_site() -> Iterator[None]:
    """Each test begins in Dutch: a page in English that an earlier test asked for leaves its language with the process."""
    yield
    translation.deactivate()


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of a Chromium, for tests with the mark browser."""
    return _find_chromium()


@pytest.fixture(scope="session")
def pdftoppm() -> str:
    """Path of pdftoppm, which turns PDF pages into pictures."""
    return program("pdftoppm", package="poppler-utils")


@pytest.fixture(scope="session", name="postgres_server")
def running_postgres() -> Iterator[postgres_server.Server]:
    """A PostgreSQL server, for tests with the mark postgres."""
    _find_postgres()
    with postgres_server.running() as server:
        yield server


@pytest.fixture
def postgres_database(postgres_server: postgres_server.Server) -> str:
    """Address of a fresh, empty database, for tests with the mark postgres."""
    return postgres_server.new_database()


@pytest.fixture(scope="session")
def koppelkans_command() -> list[str]:
    """The command line as a user starts it, from the environment that runs the tests."""
    installed = Path(sys.executable).with_name("koppelkans")
    return [str(installed)] if installed.exists() else [sys.executable, "-c", "from koppelkans.cli import main; main()"]


@pytest.fixture(scope="session")
def krekelwijk_plan() -> Plan:
    """The plan of Krekelwijk under the built-in scenario, made once for all tests that only read it."""
    return make_plan(krekelwijk.place(), Scenario())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """After tests that empty the database at their end: the refusal to remove entries of the log is lifted while they do."""
    mark = item.get_closest_marker("django_db")
    if not ({"transactional_db", "live_server"} & set(getattr(item, "fixturenames", ()))) and not (
        mark and mark.kwargs.get("transaction")
    ):
        return (yield)
    from django.db import connection
    from pytest_django.plugin import blocking_manager_key

    from koppelkans.web.audit import triggers

    with item.config.stash[blocking_manager_key].unblock():
        triggers.allow(connection)
    done = yield
    if nextitem is not None:
        with item.config.stash[blocking_manager_key].unblock():
            triggers.forbid(connection)
    return done
