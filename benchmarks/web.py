"""The workspace in the browser: what its pages ask, weigh and take, and what survives a kill.

    .venv/bin/python benchmarks/web.py [--quick] [--json FILE] [--only PART ...]

Prints one JSON line on stdout, tables on stderr. Parts and figures:
``pages``     external_requests, axe_violations (every page, role and language, on load and with all parts open), pages_too_wide (at 320
              pixels or with text at 200 %), js_kb_without_map, js_kb_with_map (thousands of bytes as brotli)
``queries``   max_queries (of any page, with 200 projects, 200 runs and 500 intentions)
``load``      pages_50rps_p95_ms, pages_errors (public pages, 50 requests a second for 60 s; ``--quick`` 10 s)
``map``       map_3000_s, map_100000_s (median of three, headless)
``kills``     kill9_lost, kill9_doubled, resume_max_s (50 kills on SQLite and, where Debian's server is, on PostgreSQL; ``--quick`` 5)
``audit``     audit_broken_sqlite, audit_broken_postgres (4 x 1,000 writes)
``fuzzing``   schemathesis_failures
``first``     first_plan_s (``serve --demo`` on an empty data folder until the first plan is on screen, without the installation)
Runs about fifteen minutes, ``--quick`` about six. A part that a machine cannot measure leaves its figures out and says why.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import traceback
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from benchmarks import lines, web_requests  # noqa: E402  (the script may be started by its path)

TARGETS = {
    "external_requests": 0, "axe_violations": 0, "pages_too_wide": 0, "js_kb_without_map": 20, "js_kb_with_map": 450, "max_queries": 15,
    "pages_50rps_p95_ms": 250, "pages_errors": 0, "map_3000_s": 3, "map_100000_s": 6, "kill9_lost": 0, "kill9_doubled": 0, "resume_max_s": 15,
    "audit_broken_sqlite": 0, "audit_broken_postgres": 0, "schemathesis_failures": 0, "first_plan_s": 300,
}  # fmt: skip
PER_SECOND, SECONDS, QUICK_SECONDS = 50, 60, 10
KILLS, QUICK_KILLS = 50, 5
FIRST_PATIENCE_S = 600
SCRIPT_TYPES = ("text/javascript", "application/javascript")


@contextmanager
def site() -> Iterator[Any]:
    """The site of the browser tests, started for the length of a block."""
    import web_server

    with tempfile.TemporaryDirectory(prefix="koppelkans-web-") as folder:
        data = Path(folder)
        made = web_server.filled(data)
        port = web_server.free_port()
        child = web_server.started(data, port, log=data / "server.log")
        try:
            yield web_server.Site(f"http://127.0.0.1:{port}", data, web_server.environment(data), **made)
        finally:
            child.terminate()
            child.wait(30)


# ------------------------------------------------------------------------------------------------------------------------ parts


def pages(figures: lines.Figures, *, quick: bool) -> None:
    """Every page for every role that sees it, in both languages (``quick``: in Dutch)."""
    import shutil

    import django
    from playwright.sync_api import sync_playwright

    os.environ["DJANGO_SETTINGS_MODULE"] = "koppelkans.web.settings"
    django.setup()
    from web_addresses import PAGES
    from web_visit import ARGUMENTS, Visit

    faults: list[str] = []
    weight = {True: 0.0, False: 0.0}
    chromium = next(path for path in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if path)
    with site() as started, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        for page in PAGES:
            for role in page.roles:
                for language in ("nl",) if quick else ("nl", "en"):
                    visit = Visit(browser, started, role)
                    scripts = _weighed(visit.page)
                    visit.open(page, language=language)
                    visit.axe("on load")
                    if visit.open_details():
                        visit.axe("with all parts open")
                    visit.reflow()
                    drawn = visit.page.locator("canvas").count() > 0
                    weight[drawn] = max(weight[drawn], sum(scripts.values()) / 1_000)
                    faults += [f"{page.label} as {role} in {language}: {fault}" for fault in visit.faults]
                    visit.close()
        browser.close()
    for fault in faults:
        lines.say(f"  {fault}")
    figures.record(
        external_requests=_count(faults, ": asked elsewhere"), axe_violations=_count(faults, ": axe "), pages_too_wide=_count(faults, " pixels wide "),
        js_kb_without_map=weight[False], js_kb_with_map=weight[True],
    )  # fmt: skip


def _count(faults: list[str], sign: str) -> int:
    return sum(sign in fault for fault in faults)


def _weighed(page: Any) -> dict[str, int]:
    """Bytes of the scripts that a page loads, as brotli, whatever the server compresses; filled while it loads."""
    import brotli

    found: dict[str, int] = {}

    def weigh(response: Any) -> None:
        if response.headers.get("content-type", "").split(";")[0] in SCRIPT_TYPES and response.status == 200:
            found[response.url] = len(brotli.compress(response.body()))

    page.on("response", weigh)
    return found


def queries(figures: lines.Figures, *, quick: bool) -> None:  # noqa: ARG001 - every part is called so
    """The page that asks most of a full database."""
    with tempfile.TemporaryDirectory(prefix="koppelkans-web-") as data:
        environment = {**os.environ, "KOPPELKANS_DATA": data, "DJANGO_SETTINGS_MODULE": "koppelkans.web.settings"}
        made = subprocess.run(
            [sys.executable, str(ROOT / "tests" / "web_budget.py")],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode:
            raise RuntimeError(made.stderr[-2_000:])
    counted = json.loads(made.stdout.splitlines()[-1])
    most = sorted(counted.items(), key=lambda item: -item[1])[:5]
    lines.show("pages that ask most", ["page", "queries"], [[name, number] for name, number in most])
    figures.record(max_queries=most[0][1])


def load(figures: lines.Figures, *, quick: bool) -> None:
    """Public pages at 50 requests a second."""
    from web_addresses import public_paths

    with site() as started:
        paths = public_paths(started)
        web_requests.offered(started.url, paths, per_second=10, seconds=2 * len(paths) / 10)
        answers = web_requests.offered(
            started.url, paths, per_second=PER_SECOND, seconds=QUICK_SECONDS if quick else SECONDS
        )
    for fault in answers.faults[:5]:
        lines.say(f"  {fault}")
    lines.show(
        "public pages, 50 requests a second",
        ["share of answers", "ms"],
        [[f"{share:.0%}", answers.quantile(share) * 1_000] for share in (0.5, 0.95, 0.99)],
    )
    figures.record(pages_50rps_p95_ms=answers.quantile(0.95) * 1_000, pages_errors=len(answers.faults))


def drawn_map(figures: lines.Figures, *, quick: bool) -> None:  # noqa: ARG001 - every part is called so
    """Seconds until a map stands still."""
    from benchmarks.web_map import map_idle_s

    figures.record(map_3000_s=map_idle_s(3_000))
    figures.record(map_100000_s=map_idle_s(100_000))


def kills(figures: lines.Figures, *, quick: bool) -> None:
    """Results lost or doubled by kill -9, on both databases together."""
    from benchmarks.web_kills import kills_of

    count = QUICK_KILLS if quick else KILLS
    found = [kills_of(count)]
    with _postgres() as server:
        if server is not None:
            found.append(kills_of(count, database=server.new_database()))
    for one in found:
        for fault in one.faults:
            lines.say(f"  {fault}")
    figures.record(
        kill9_lost=sum(one.lost for one in found),
        kill9_doubled=sum(one.doubled for one in found),
        resume_max_s=max(one.resume_max_s for one in found),
    )


def audit(figures: lines.Figures, *, quick: bool) -> None:  # noqa: ARG001 - every part is called so
    """Broken links and lost entries of the log."""
    from benchmarks.web_audit import audit_broken

    figures.record(audit_broken_sqlite=audit_broken(""))
    with _postgres() as server:
        if server is not None:
            figures.record(audit_broken_postgres=audit_broken(server.new_database()))


@contextmanager
def _postgres() -> Iterator[Any]:
    """A server of the tests, or nothing with a word about it."""
    import postgres_server

    if postgres_server.programs() is None:
        lines.say(
            "  no PostgreSQL server on this machine (Debian: apt-get install postgresql); measured on SQLite alone"
        )
        yield None
        return
    with postgres_server.running() as server:
        yield server


def fuzzing(figures: lines.Figures, *, quick: bool) -> None:  # noqa: ARG001 - every part is called so
    """Operations of the interface for machines in which schemathesis finds a fault."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-n",
            "0",
            "-q",
            "-m",
            "",
            "tests/test_web_api.py",
            "-k",
            "fuzzing",
            f"--junitxml={report}",
        ]
        subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
        suite = ElementTree.parse(report).getroot().find("testsuite")
    if suite is None or int(suite.get("tests", "0")) == 0:
        raise RuntimeError("no operation was fuzzed")
    figures.record(schemathesis_failures=int(suite.get("failures", "0")) + int(suite.get("errors", "0")))


def first(figures: lines.Figures, *, quick: bool) -> None:  # noqa: ARG001 - every part is called so
    """Seconds from the command until the first plan is on screen."""
    import web_server

    with tempfile.TemporaryDirectory(prefix="koppelkans-web-") as data:
        port = web_server.free_port()
        command = [sys.executable, "-m", "koppelkans.web", "serve", "--demo", "--port", str(port)]
        begin = time.perf_counter()
        child = subprocess.Popen(
            command,
            env=web_server.environment(Path(data)),
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            while not _first_plan(f"http://127.0.0.1:{port}", Path(data)):
                if time.perf_counter() - begin > FIRST_PATIENCE_S or child.poll() is not None:
                    raise RuntimeError("no plan came")
                time.sleep(0.5)
            figures.record(first_plan_s=time.perf_counter() - begin)
        finally:
            child.terminate()
            child.wait(30)


def _first_plan(address: str, data: Path) -> bool:
    """Whether a plan that is done can be read on its page."""
    import sqlite3

    try:
        with sqlite3.connect(f"file:{data / 'koppelkans.sqlite3'}?mode=ro", uri=True) as database:
            rows = database.execute(
                "SELECT r.id, p.slug FROM plans_planrun r JOIN projects_project p ON p.id = r.project_id WHERE r.state = 'done' AND r.published_at IS NOT NULL"
            ).fetchall()
        return any(
            urllib.request.urlopen(f"{address}/nl/wijken/{slug}/plan/{run}/", timeout=10).status == 200
            for run, slug in rows
        )
    except (sqlite3.Error, OSError):
        return False


PARTS: dict[str, Callable[..., None]] = {
    "pages": pages, "queries": queries, "load": load, "map": drawn_map, "kills": kills, "audit": audit, "fuzzing": fuzzing, "first": first,
}  # fmt: skip


def main() -> int:
    """Measure the chosen parts, print, and answer 1 when one could not be measured."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures as a flat object of numbers")
    parser.add_argument("--quick", action="store_true", help="shorter: 10 s of load, 5 kills, one language")
    parser.add_argument(
        "--only", nargs="+", choices=list(PARTS), default=list(PARTS), metavar="PART", help="parts to measure"
    )
    chosen = parser.parse_args()
    figures = lines.Figures(chosen.json)
    failed = []
    for name in chosen.only:
        lines.say(f"{name} ...")
        try:
            PARTS[name](figures, quick=chosen.quick)
        except Exception:  # noqa: BLE001 - a part that fails must not cost the figures of the others
            failed.append(name)
            lines.say(f"{name} was not measured:\n{traceback.format_exc(limit=-3)}")
    rows = [[name, value, TARGETS.get(name, "")] for name, value in figures.values.items()]
    lines.show("figures", ["figure", "measured", "at most"], rows)
    print(json.dumps(figures.values), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    lines.start(main)
