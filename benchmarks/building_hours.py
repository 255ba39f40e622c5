"""Speed and accuracy of the hourly building model.

python benchmarks/building_hours.py [--json FILE] [--full [--peer-python PYTHON]]

Speed on one core, kernels warm: building-years per second for annual sums and with every hour kept, beside the same model written
as a plain Python loop on floats. Accuracy on the cases of ASHRAE 140-2020. ``--full`` runs pybuildingenergy beside it, where it is
installed (benchmarks/peers/pybuildingenergy.txt).
"""

from __future__ import annotations

import argparse
import gzip
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

import ashrae140  # noqa: E402
from koppelkans.building.hours import (  # noqa: E402
    Climate,
    Control,
    Zones,
    annual_loads,
    hourly_loads,
    shipped_climate,
    zones_of,
)  # fmt: skip
from koppelkans.building.hours.loads import WARM_UP_HOURS  # noqa: E402
from koppelkans.building.seasonal import season  # noqa: E402
from koppelkans.building.typology import LARGE, TOWER, variants  # noqa: E402
from koppelkans.parameters import read_parameters  # noqa: E402

DAY = date(2026, 11, 1)
BUILDINGS = 4096
REPEATS = 5
SLOWEST_PLAIN_PER_S = 40.0
PEER = ROOT / "benchmarks" / "peers" / "pybuildingenergy_year.py"
PUBLISHED = ROOT / "tests" / "published" / "ashrae140.csv"


def stock(count: int = BUILDINGS) -> Zones:
    """The 99 variants of the Belgian typology over and over, so that neighbours differ."""
    parameters = read_parameters()
    table = variants(season(parameters, DAY))
    table = table.iloc[np.arange(count) % len(table)].reset_index(drop=True)
    return zones_of(table, table, table, form=table["form"].replace({TOWER: LARGE}), parameters=parameters, day=DAY)


def one(zones: Zones, number: int) -> Zones:
    """A single building out of many."""
    wide = {"ventilation_w_per_k": zones.ventilation_w_per_k[:, number : number + 1]}
    rows = {name: getattr(zones, name)[number : number + 1] for name in zones.__slots__ if name not in wide}
    return replace(zones, **wide, **rows)


# -------------------------------------------------------------------------------------------------------------------------- speed


def building_years_per_s(work: Callable[[], Any], count: int) -> float:
    """Best of some repeats, after one that compiles."""
    work()
    seconds = []
    for _ in range(REPEATS):
        begin = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - begin)
    return count / min(seconds)


def plain_inputs(zones: Zones, climate: Climate, control: Control) -> tuple[list[float], list[tuple[float, ...]]]:
    """What the plain loop takes: the figures of the first building, and a row of floats per hour."""
    names = (
        "opaque_w_per_k", "window_w_per_k", "mass_j_per_k", "mass_area_m2", "interior_m2", "inside_w_per_m2k", "mass_w_per_m2k",
        "gain_w", "gain_to_air_share", "power_to_air_share", "sky_m2",
    )  # fmt: skip
    building = [float(getattr(zones, name)[0]) for name in names]
    building += [float(zones.ventilation_w_per_k[0, 0]), *(float(area) for area in zones.aperture_m2[0])]
    columns = [climate.outdoor_c, *climate.sun_w_per_m2.T, climate.sky_w_per_m2, control.heat_c, control.cool_c]
    return building, [tuple(float(value) for value in row) for row in np.column_stack(columns)]


def plain_year(building: list[float], rows: list[tuple[float, ...]]) -> tuple[float, float]:
    """Heating and cooling of a building in a year [kWh]: the equations of ISO 13790 annex C as a loop on Python floats.

    As the standard has it: air temperature without heating, the same at a trial power, the power between them, the mass.
    """
    # One long function: calls inside the loop would make the comparison too easy.
    h_op, h_w, c_m, a_m, a_t, per_is, per_ms, gain_w, gain_share, power_share, sky_m2, h_ve, p0, p1, p2, p3, p4 = (
        building
    )
    h_is, h_ms, c = per_is * a_t, per_ms * a_m, c_m / 3600.0
    h_em = 1.0 / (1.0 / h_op - 1.0 / h_ms)
    h_1 = 1.0 / (1.0 / h_ve + 1.0 / h_is)
    h_2 = h_1 + h_w
    h_3 = 1.0 / (1.0 / h_2 + 1.0 / h_ms)
    mass_share, below, above = a_m / a_t, c - 0.5 * (h_3 + h_em), c + 0.5 * (h_3 + h_em)
    surface_share = 1.0 - mass_share - h_w / (per_ms * a_t)
    trial = 10.0 * a_t
    mass = rows[0][7]
    heating = cooling = 0.0
    for hours in (rows[-WARM_UP_HOURS:], rows):
        heating = cooling = 0.0
        for outdoor, horizontal, east, south, west, north, net_sky, low, high in hours:
            sun = p0 * horizontal + p1 * east + p2 * south + p3 * west + p4 * north + sky_m2 * net_sky
            to_air = gain_share * gain_w
            radiant = gain_w - to_air + sun
            to_mass, to_surface = mass_share * radiant, surface_share * radiant
            into = to_mass + h_em * outdoor + h_3 * (to_surface + h_w * outdoor + h_1 * (to_air / h_ve + outdoor)) / h_2
            after = (mass * below + into) / above
            surface = (h_ms * 0.5 * (mass + after) + to_surface + h_w * outdoor + h_1 * (outdoor + to_air / h_ve)) / (
                h_ms + h_w + h_1
            )
            air = (h_is * surface + h_ve * outdoor + to_air) / (h_is + h_ve)
            if low <= air <= high:
                mass = after
                continue
            tried_air = to_air + power_share * trial
            radiant += (1.0 - power_share) * trial
            to_mass, to_surface = mass_share * radiant, surface_share * radiant
            tried_into = (
                to_mass + h_em * outdoor + h_3 * (to_surface + h_w * outdoor + h_1 * (tried_air / h_ve + outdoor)) / h_2
            )
            tried_after = (mass * below + tried_into) / above
            surface = (
                h_ms * 0.5 * (mass + tried_after) + to_surface + h_w * outdoor + h_1 * (outdoor + tried_air / h_ve)
            ) / (h_ms + h_w + h_1)
            tried = (h_is * surface + h_ve * outdoor + tried_air) / (h_is + h_ve)
            share = ((low if air < low else high) - air) / (tried - air)
            mass = after + share * (tried_after - after)
            if share > 0.0:
                heating += share * trial
            else:
                cooling -= share * trial
    return heating / 1000.0, cooling / 1000.0


def plain_years_per_s(zones: Zones, climate: Climate, control: Control) -> float:
    """Building-years per second of the plain loop, its rows made beforehand; fails where it is slower than it should be."""
    building, rows = plain_inputs(zones, climate, control)
    speed = building_years_per_s(lambda: plain_year(building, rows), 1)
    if speed < SLOWEST_PLAIN_PER_S:
        raise RuntimeError(
            f"plain Python loop runs {speed:.0f} building-years/s, expected {SLOWEST_PLAIN_PER_S:.0f}: no fair ratio"
        )
    return speed


def speeds() -> dict[str, float]:
    """Building-years per second, annual and hourly, and how many times faster than the plain loop."""
    zones, climate = stock(), shipped_climate()
    control = Control.constant(len(climate.outdoor_c), heat_c=20.0, cool_c=26.0)
    annual = building_years_per_s(lambda: annual_loads(zones, climate, control), len(zones))
    hourly = building_years_per_s(lambda: hourly_loads(zones, climate, control), len(zones))
    plain = plain_years_per_s(one(zones, 0), climate, control)
    return {
        "annual_building_years_per_s": annual, "hourly_building_years_per_s": hourly, "plain_building_years_per_s": plain,
        "ratio_python_5r1c": annual / plain,
    }  # fmt: skip


# ----------------------------------------------------------------------------------------------------------------------- accuracy


def judged() -> pd.DataFrame:
    """Heating and cooling of ASHRAE 140 beside what is published: ``ours``, ``inside``, ``deviation_share`` per case and quantity."""
    published = pd.read_csv(PUBLISHED, dtype={"case": "str"})
    table = published[published["quantity"].isin(["heating", "cooling"])].copy()
    results = ashrae140.results()
    table["ours"] = [
        results.loc[case, quantity] for case, quantity in zip(table["case"], table["quantity"], strict=True)
    ]
    table["inside"] = (table["ours"] >= table["lowest"]) & (table["ours"] <= table["highest"])
    table["deviation_share"] = (table["ours"] / table["programs_mean"] - 1.0).where(table["programs_mean"] > 0)
    return table.set_index(["quantity", "case"])


def accuracy() -> dict[str, float]:
    """Cases inside what is accepted, and mean distance from the six programs; cases without any load are left out."""
    table = judged()
    heating, cooling = (
        table.loc[quantity][lambda rows: rows["programs_mean"] > 0] for quantity in ("heating", "cooling")
    )
    return {
        "ashrae140_heating_inside": int(heating["inside"].sum()), "ashrae140_heating_cases": len(heating),
        "ashrae140_heating_mean_dev": float(heating["deviation_share"].abs().mean()),
        "ashrae140_cooling_inside": int(cooling["inside"].sum()), "ashrae140_cooling_cases": len(cooling),
        "ashrae140_cooling_mean_dev": float(cooling["deviation_share"].abs().mean()),
    }  # fmt: skip


def peer(python: str) -> dict[str, float | str]:
    """Building-years per second of pybuildingenergy (ISO 52016) in the environment that has it."""
    found = subprocess.run([python, "-c", "import pybuildingenergy"], capture_output=True, check=False)
    if found.returncode:
        return {"pybuildingenergy": "not installed; see benchmarks/peers/pybuildingenergy.txt"}
    with tempfile.TemporaryDirectory() as folder:
        weather = Path(folder) / "denver.epw"
        weather.write_bytes(gzip.decompress((ashrae140.DATA / "denver_725650_tmy3.epw.gz").read_bytes()))
        outcome = subprocess.run([python, PEER, weather], capture_output=True, text=True, check=True)
    return {"pybuildingenergy_building_years_per_s": 1.0 / float(outcome.stdout)}


def figures(*, full: bool = False, peer_python: str = sys.executable) -> dict[str, Any]:
    """All figures of this file; ``full`` with the peer, run by ``peer_python``."""
    return {**speeds(), **accuracy(), **(peer(peer_python) if full else {})}


def main() -> None:
    """Print the figures, or write them as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--full", action="store_true", help="pybuildingenergy beside it")
    parser.add_argument(
        "--peer-python", default=sys.executable, help="the Python of an environment that has pybuildingenergy"
    )
    chosen = parser.parse_args()
    found = figures(full=chosen.full, peer_python=chosen.peer_python)
    print(json.dumps(found, indent=1))
    if chosen.json:
        chosen.json.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
