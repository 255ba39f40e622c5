"""The design kernel on published instances: optima of prize-collecting Steiner trees, a real district of topotherm."""

import csv
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks import heat_network, network_instances, synthetic_district  # noqa: E402

from koppelkans.heat.network import NetworkLimits, design_network  # noqa: E402

pytestmark = pytest.mark.slow  # published instances in number; make test runs them
DATA, PUBLISHED = ROOT / "tests" / "data", ROOT / "tests" / "published"
LIMITS = NetworkLimits()


def rows(name):
    with (PUBLISHED / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("row", rows("network_steiner.csv"), ids=lambda row: row["name"])
def test_steiner_trees(row):
    optimum = float(row["optimum"])
    line = heat_network.steiner_line(DATA / "pcstp" / f"{row['name']}.stp", LIMITS)
    assert line.lower <= optimum * (1 + 1e-9) <= line.upper * (1 + 2e-9)
    assert line.lower >= optimum * (1 - float(row["tolerance_below_share"]))
    assert line.upper <= optimum * (1 + float(row["tolerance_above_share"]))


def test_a_real_district_with_losses():
    (row,) = rows("network_topotherm.csv")
    optimum, margin = (
        float(row["optimum_eur_per_year"]),
        float(row["tolerance_share"]) * float(row["whole_eur_per_year"]),
    )
    instance = network_instances.topotherm(DATA / "topotherm_959", float(row["heat_price_eur_per_kwh"]), forced=False)
    found = design_network(instance, LIMITS)
    assert found.bound_eur <= optimum + 0.01 <= found.objective_eur + 0.02
    assert optimum - found.bound_eur <= margin
    assert found.objective_eur - optimum <= margin
    assert len(instance.customer_kw) == 959


def test_the_published_tree_costs_what_was_published():
    from koppelkans.heat.network.read import measured

    instance = network_instances.topotherm(DATA / "topotherm_959", 0.13, forced=False)
    edges = np.loadtxt(DATA / "topotherm_959" / "best_tree_hp0.13.txt", dtype=np.int64)
    nodes = np.unique(np.concatenate([instance.tail[edges], instance.head[edges]]))
    connected = np.isin(instance.customer_node, nodes)
    found = measured(instance, np.sort(edges), connected, (-1e9, np.zeros(len(instance.tail)), connected))
    assert found.objective_eur == pytest.approx(-215_207.51, abs=0.01)
    assert (len(found.edge), int(connected.sum())) == (913, 428)
    assert found.root_kw == pytest.approx(8_622.9, abs=0.1)


def test_every_consumer_of_the_real_district_can_be_compulsory():
    line = heat_network.topotherm_line(DATA / "topotherm_959", 0.0, forced=True, limits=LIMITS)
    assert line.gap <= 0.001


def test_a_stepped_district_is_proven_within_a_few_percent():
    district = synthetic_district.make_district(synthetic_district.SIZES["medium"], 1)
    found = design_network(network_instances.stepped(district, 100.0), LIMITS)
    assert int((district.peak_kw > 0).sum()) == 886
    assert found.gap_share <= 0.03
    linear = design_network(network_instances.linear(district, 100.0), LIMITS)
    assert linear.gap_share <= 0.002
    assert linear.objective_eur <= -443_000  # the best tree known to the authors of the recipe costs -443,773.54


def test_the_benchmark_prints_lines_of_five_words_and_nothing_else():
    script = [sys.executable, str(ROOT / "benchmarks" / "heat_network.py")]
    done = subprocess.run(
        [*script, str(DATA / "pcstp" / "i104M2.stp"), str(DATA / "topotherm_959"), "--forced"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.splitlines()
    assert first.startswith("i104M2 89920.83")
    assert second.startswith("topotherm_959_forced ")
    for line in (first, second):
        _, lower, upper, gap, seconds = line.split(" ")
        assert all(len(number.split(".")[1]) == 6 for number in (lower, upper, gap, seconds))
        assert float(lower) <= float(upper)
    wrong = subprocess.run([*script, "nowhere.stp"], capture_output=True, text=True, check=False)
    assert wrong.returncode == 1
    assert "nowhere.stp is no .stp file" in wrong.stderr
    assert wrong.stdout == ""
