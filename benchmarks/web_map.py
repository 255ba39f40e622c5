"""Seconds until the map of a plan stands still in a headless Chromium, with synthetic terraced houses; and what its scripts weigh.

    .venv/bin/python benchmarks/web_map.py [--json FILE]

Figures: ``map_3000_s``, ``map_100000_s`` (from the request of the page to the first moment that nothing is left to load or draw, median
of three, the page warm), ``tiles_100000_s`` (making the archive), ``map_scripts_kb`` and ``page_scripts_kb`` (brotli). The page is
that of the team, with a colour per building; its server is a process of its own, as is the browser.
"""

import contextlib
import json
import os
import secrets
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from benchmarks import lines  # noqa: E402  (the script may be started by its path)

TARGETS = {"map_3000_s": 3.0, "map_100000_s": 6.0, "map_scripts_kb": 450.0, "page_scripts_kb": 20.0}
REPEATS = 3
WAIT_MS = 60_000
HOUSE_M, DEPTH_M, ROW, STREET_M, GARDEN_M = 6.0, 10.0, 10, 12.0, 16.0
WEST, SOUTH = 150_000.0, 200_000.0
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"]
STATIC = ROOT / "src" / "koppelkans" / "web"
MAP_SCRIPTS = (
    "ui/static/ui/vendor/maplibre-gl.mjs", "ui/static/ui/vendor/maplibre-gl-worker.mjs", "ui/static/ui/vendor/maplibre-gl-shared.mjs",
    "ui/static/ui/vendor/pmtiles.mjs", "ui/static/ui/vendor/fflate.mjs", "plans/static/plans/map.mjs", "plans/static/plans/layers.mjs",
    "ui/static/ui/vendor/maplibre-gl.css",
)  # fmt: skip
PAGE_SCRIPTS = ("ui/static/ui/vendor/htmx.min.js",)


def scripts_kb(names: tuple[str, ...]) -> float:
    """What scripts weigh as they travel, in thousands of bytes."""
    import brotli

    return sum(len(brotli.compress((STATIC / name).read_bytes())) for name in names) / 1_000


# -------------------------------------------------------------------------------------------------------------------- the town


def town(houses: int) -> tuple[dict, list[dict], list[float]]:
    """Layers of a town of terraced houses, back to back in blocks of two rows: layers, rows of its streets, bounds.

    The solution of a house depends on its number alone.
    """
    import geopandas as gpd
    import numpy as np
    import shapely

    from koppelkans import tables

    block_w, block_h = ROW * HOUSE_M + STREET_M, 2 * DEPTH_M + GARDEN_M + STREET_M
    across = max(1, round((houses / (2 * ROW) * block_h / block_w) ** 0.5))
    number = np.arange(houses)
    block, inside = number // (2 * ROW), number % (2 * ROW)
    column, row = block % across, block // across
    west = WEST + column * block_w + (inside % ROW) * HOUSE_M
    south = SOUTH + row * block_h + (inside // ROW) * (DEPTH_M + GARDEN_M)
    names = np.array([f"Straat {at}" for at in range(int(row.max()) + 1)])
    solution = np.array(tables.SOLUTIONS)[(number * 7919) % len(tables.SOLUTIONS)]
    buildings = gpd.GeoDataFrame(
        {"building": [f"h{at}" for at in number], "street": names[row], "number": number.astype(str), "solution": solution},
        geometry=shapely.box(west, south, west + HOUSE_M, south + DEPTH_M), crs=31370,
    )  # fmt: skip
    ends = WEST + across * block_w
    rows = np.arange(int(row.max()) + 1)
    y = SOUTH + rows * block_h - STREET_M / 2
    axes = shapely.linestrings(
        np.stack([np.stack([np.full_like(y, WEST), y], axis=1), np.stack([np.full_like(y, ends), y], axis=1)], axis=1)
    )
    classes = np.array(tables.DENSITY_CLASSES)[rows % len(tables.DENSITY_CLASSES)]
    streets = gpd.GeoDataFrame(
        {"street": names, "density_class": classes, "density_mwh_per_m": 1.0}, geometry=axes, crs=31370
    )
    boxes = streets.to_crs(4326).geometry.bounds.to_numpy().tolist()
    table = [
        {"street": name, "buildings": 2 * ROW * across, "heat_mwh": 1.0, "length_m": 1.0, "density_mwh_per_m": 1.0, "density": density,
         "threshold": None, "share": None, "low_share": None, "high_share": None, "box": box}
        for name, density, box in zip(names, classes, boxes, strict=True)
    ]  # fmt: skip
    return {"streets": streets, "buildings": buildings}, table, buildings.to_crs(4326).total_bounds.tolist()


def legend() -> list[dict]:
    """The layers of the town with their classes."""
    from koppelkans.report import palette
    from koppelkans.web.plans import map_facts

    fills = [
        {
            "key": key,
            **map_facts._words("solution", key),
            "colour": colour,
            "pattern": map_facts._PATTERNS.get(key),
            "count": None,
        }
        for key, colour in palette.SOLUTIONS.items()
    ]
    return [
        map_facts._layer("solution", "buildings", fills),
        map_facts._layer("density", "streets", map_facts._lines("density", palette.DENSITY_LINES, None)),
    ]


# -------------------------------------------------------------------------------------------------------------------- the site


def prepare(houses: int) -> None:
    """In a process of its own, with the data folder of the environment: a project with the town as the map of a finished run.

    Writes address, session and seconds of the tiles to ``ready.json`` in the data folder.
    """
    import django

    django.setup()
    from django.core.management import call_command
    from django.test import Client

    import krekelwijk
    import web_fixture
    from koppelkans.plan import make_plan
    from koppelkans.report.material import Material, Words
    from koppelkans.report.notation import Notation
    from koppelkans.scenario import Scenario
    from koppelkans.web.accounts.rights import Role
    from koppelkans.web.places.models import Place
    from koppelkans.web.plans import bundle
    from koppelkans.web.plans.models import PlanRun, State
    from koppelkans.web.plans.tiles import write_archive, write_tiles

    call_command("migrate", verbosity=0)
    project = web_fixture.project("stad")
    place = Place.objects.create(project=project, title="Stad", shipped="wechelderzande")
    run = PlanRun.objects.create(
        project=project,
        place=place,
        title="Stad",
        scenario={},
        state=State.DONE,
        inputs_hash="a" * 64,
        engine_version="1",
    )
    run.bundle.mkdir(parents=True)
    told = Material(make_plan(krekelwijk.place(), Scenario()), Words("nl"), Notation("nl"))
    write_tiles(told.plan, told, run.bundle)
    (run.bundle / "facts.json").write_text(json.dumps(bundle.facts(told), default=str))
    layers, table, bounds = town(houses)
    begin = time.perf_counter()
    write_archive(layers, run.bundle / "team.pmtiles")
    seconds = time.perf_counter() - begin
    file = run.bundle / "map_team.json"
    facts = {**json.loads(file.read_text()), "bounds": bounds, "layers": legend(), "streets": table}
    file.write_text(json.dumps(facts))
    browser: Client = web_fixture.client(Role.MEMBER, project)
    ready = {
        "address": f"/nl/wijken/stad/plan/{run.pk}/kaart/",
        "session": browser.cookies["sessionid"].value,
        "tiles_s": seconds,
    }
    Path(os.environ["KOPPELKANS_DATA"], "ready.json").write_text(json.dumps(ready))


@contextlib.contextmanager
def site(houses: int) -> Iterator[tuple[str, dict]]:
    """Address of a running site with the town, and what ``prepare`` wrote."""
    with tempfile.TemporaryDirectory(prefix="koppelkans-map-") as data, socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
        found.close()
        environment = {
            **os.environ, "KOPPELKANS_DATA": data, "KOPPELKANS_SECRET": secrets.token_hex(32), "DJANGO_SETTINGS_MODULE": "koppelkans.web.settings",
            "DJANGO_ALLOW_ASYNC_UNSAFE": "1",
        }  # fmt: skip
        subprocess.run([sys.executable, __file__, "--prepare", str(houses)], env=environment, cwd=ROOT, check=True)
        command = [sys.executable, "-m", "django", "runserver", "--insecure", "--noreload", f"127.0.0.1:{port}"]
        server = subprocess.Popen(
            command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            _wait(f"http://127.0.0.1:{port}/nl/", server)
            yield f"http://127.0.0.1:{port}", json.loads(Path(data, "ready.json").read_text())
        finally:
            server.terminate()
            server.wait()


def _wait(address: str, server: subprocess.Popen) -> None:
    for _ in range(300):
        if server.poll() is not None:
            raise RuntimeError(f"the server ended with code {server.returncode}")
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=20):
            return
        time.sleep(0.1)
    raise RuntimeError(f"no answer from {address}")


def map_idle_s(n: int) -> float:
    """Seconds until the map of a town of n houses is idle; the median of three visits, each by a new browser context."""
    return _measured(n)[0]


def _measured(n: int) -> tuple[float, float]:
    """Seconds until the map is idle, and seconds of making its tiles."""
    from playwright.sync_api import sync_playwright

    chromium = next(path for path in map(shutil.which, CHROMIUM) if path)
    with site(n) as (address, ready), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        _visit(browser, address, ready)
        seconds = statistics.median(_visit(browser, address, ready) for _ in range(REPEATS))
        browser.close()
    return seconds, ready["tiles_s"]


def _visit(browser, address: str, ready: dict) -> float:
    context = browser.new_context(viewport={"width": 1_200, "height": 800}, locale="nl-BE")
    context.add_cookies([{"name": "sessionid", "value": ready["session"], "url": address}])
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    begin = time.perf_counter()
    page.goto(address + ready["address"], wait_until="commit")
    page.wait_for_selector("[data-idle]", timeout=WAIT_MS)
    seconds = time.perf_counter() - begin
    context.close()
    if faults:
        raise RuntimeError(f"the map page reported {faults}")
    return seconds


def main() -> int:
    """Measure, print, and write the figures to the file of ``--json``."""
    if "--prepare" in sys.argv:
        prepare(int(sys.argv[-1]))
        return 0
    figures = lines.Figures(lines.arguments(__doc__.splitlines()[0]).json)
    figures.record(map_scripts_kb=scripts_kb(MAP_SCRIPTS + PAGE_SCRIPTS), page_scripts_kb=scripts_kb(PAGE_SCRIPTS))
    for houses in (3_000, 100_000):
        idle_s, tiles_s = _measured(houses)
        figures.record(**{f"map_{houses}_s": idle_s, f"tiles_{houses}_s": tiles_s})
    rows = [[name, value, TARGETS.get(name, "")] for name, value in figures.values.items()]
    lines.show("figures", ["figure", "measured", "at most"], rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
