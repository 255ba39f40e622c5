"""Published optima, reached and proven: prize-collecting Steiner trees of others and a real district with losses."""

import csv
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks import network_goals, network_instances  # noqa: E402

from koppelkans.heat.network import NetworkLimits  # noqa: E402
from koppelkans.heat.network.exact import proven_design  # noqa: E402

pytestmark = pytest.mark.slow  # published instances in number; make test runs them
DATA, PUBLISHED = ROOT / "tests" / "data", ROOT / "tests" / "published"
EXACT_SHARE = 1e-6
# the larger ones without root take up to 12 s each: the benchmark has them
LARGE = ("K400", "P400", "P200")


def rows(name):
    with (PUBLISHED / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    "row",
    [row for row in rows("network_steiner_optima.csv") if not row["name"].startswith(LARGE)],
    ids=lambda row: row["name"],
)
def test_steiner_trees_are_proven(row):
    optimum = float(row["optimum"])
    lower, upper = network_goals.steiner_optimum(DATA / "pcstp" / f"{row['name']}.stp")
    assert lower == pytest.approx(optimum, rel=EXACT_SHARE)
    assert upper == pytest.approx(optimum, rel=EXACT_SHARE)


def test_a_real_district_is_proven():
    (row,) = rows("network_topotherm.csv")
    instance = network_instances.topotherm(DATA / "topotherm_959", float(row["heat_price_eur_per_kwh"]), forced=False)
    found = proven_design(instance, NetworkLimits(), seconds=60.0)
    assert found.objective_eur == pytest.approx(float(row["optimum_eur_per_year"]), abs=0.01)
    assert network_goals.bought_gap(instance, found) <= 1e-4
    assert found.bound_kind == "solver"
