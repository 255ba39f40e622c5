"""Bills of three million households, and the same rules in OpenFisca-Core beside ours.

    python benchmarks/rules.py [--json FILE] [--full]

``bills_3m_s``, ``bills_3m_gb``: seconds on one core, and peak memory of the whole process with its population. ``openfisca_ratio``:
OpenFisca's seconds over ours for the yearly bill of 100,000 households, from input arrays to totals; three million with ``--full``.
Left out where OpenFisca-Core is not installed (it comes with the extra ``test``).
"""

from __future__ import annotations

import importlib.util
import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "benchmarks"))
sys.path.insert(0, str(ROOT / "tests"))

import numpy as np  # noqa: E402
from bills_of_millions import HOUSEHOLDS, population  # noqa: E402
from lines import Figures, arguments, say, show  # noqa: E402
from process import measured  # noqa: E402

from bill_fixture import AREAS, tariffs  # noqa: E402
from bill_fixture import figures as law  # noqa: E402
from koppelkans.lab.shift import ShiftPolicy, tariff_shift  # noqa: E402
from koppelkans.lab.shift_prices import reference_use, tariffs_of  # noqa: E402
from koppelkans.money.bill_arrays import bill_arrays  # noqa: E402
from koppelkans.money.lines import Rules  # noqa: E402
from koppelkans.people import expand, flemish_cells  # noqa: E402

PEER_HOUSEHOLDS = 100_000
PERIOD = "year:2026-11"
DAY = date(2026, 11, 1)
REPEATS = 5
LARGEST_RESIDUAL = 1e-12
LARGEST_DIFFERENCE_EUR = 0.05
"""Per bill, where OpenFisca's single precision is all that differs: bills run to tens of thousands of euro."""


def bills() -> dict[str, float]:
    """Seconds and peak memory of three million bills in a fresh process; fails where what is paid is not what is received."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "seconds.json"
        ran = measured([sys.executable, str(ROOT / "benchmarks" / "bills_of_millions.py"), str(path)], cwd=ROOT)
        if ran.code:
            raise RuntimeError(ran.complaint)
        found = json.loads(path.read_text())
    if found["ledger_residual"] > LARGEST_RESIDUAL:
        raise RuntimeError(f"payees receive another amount than households pay: {found['ledger_residual']:.1e} of it")
    return {"bills_3m_s": found["seconds"], "bills_3m_gb": ran.peak_gb}


def beside_openfisca(*, full: bool) -> dict[str, float]:
    """OpenFisca's seconds over ours on the same households without network heat; fails where the bills differ."""
    if importlib.util.find_spec("openfisca_core") is None:
        say("OpenFisca-Core is not installed: no ratio")
        return {}
    import openfisca_bills

    use = population(HOUSEHOLDS if full else PEER_HOUSEHOLDS)
    use = replace(use, heat_kwh=np.zeros(len(use)))
    system, table = openfisca_bills.system(law(), AREAS), tariffs(law())
    theirs, their_s = _fastest(
        lambda: openfisca_bills.computed(system, use, PERIOD, ["total_bill_eur"])["total_bill_eur"],
        1 if full else REPEATS,
    )
    ours, our_s = _fastest(lambda: bill_arrays(use, table).total_incl_vat_eur, REPEATS)
    largest = float(np.abs(theirs - ours).max())
    if largest > LARGEST_DIFFERENCE_EUR:
        raise RuntimeError(f"OpenFisca's bill differs by up to {largest:.3f} EUR")
    say(f"{len(use):,} households: OpenFisca {their_s:.3f} s, ours {our_s:.4f} s, largest difference {largest:.4f} EUR")
    return {"openfisca_ratio": their_s / our_s}


def tariff_solver() -> dict[str, float]:
    """A neutral shift to a ratio of two among three million households without a vulnerable loser; fails where a constraint is missed."""
    cells, _ = flemish_cells(parameters=law(), day=DAY)
    drawn = expand(cells, HOUSEHOLDS, seed=1, parameters=law(), day=DAY)
    own = ("weight", "electricity_kwh", "gas_kwh", "heat_kwh", "oil_kwh", "peak_kw")
    homes = cells.iloc[drawn.cell].assign(**{name: getattr(drawn, name) for name in own}).reset_index(drop=True)
    use = reference_use(law(), DAY)
    priced = tariffs_of(
        [Rules(law(), DAY, area, "calm") for area in sorted(set(cells["area"]))], gas_kwh=use.marginal_gas_kwh
    )
    policy = ShiftPolicy(2.0, protection="guarantee")
    begin = time.perf_counter()
    found, _ = tariff_shift(homes, priced, policy, parameters=law(), day=DAY)
    seconds = time.perf_counter() - begin
    say(
        f"{len(homes):,} households: {found.moved_eur / 1e6:.0f} MEUR moved, credits {found.credits_eur / 1e6:.0f} MEUR, {seconds:.1f} s"
    )
    return {
        "tariff_solver_3m_s": seconds, "protection_violations": float(found.protection_violations),
        "neutrality_residual": float(found.neutrality_residual),
    }  # fmt: skip


def _fastest(work: Callable[[], Any], repeats: int) -> tuple[Any, float]:
    """The result, and the least seconds of some repeats after a first one when there are several."""
    seconds = []
    for _ in range(repeats):
        begin = time.perf_counter()
        result = work()
        seconds.append(time.perf_counter() - begin)
    return result, min(seconds)


def figures(*, full: bool = False) -> dict[str, float]:
    """All figures of this file; ``full`` compares three million households with OpenFisca."""
    return {**bills(), **beside_openfisca(full=full), **tariff_solver()}


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, print, and write the figures as they become known."""
    chosen = arguments((__doc__ or "").splitlines()[0], argv)
    known = Figures(chosen.json)
    for part in (bills, lambda: beside_openfisca(full=chosen.full), tariff_solver):
        known.record(**part())
    show("rules", ["figure", "value"], list(known.values.items()))


if __name__ == "__main__":
    main()
