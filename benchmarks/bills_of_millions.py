"""Seconds for the bills of three million households in one year, in a process of its own: ``python benchmarks/bills_of_millions.py FILE``.

Writes the seconds as JSON. The machine code is loaded beforehand on a few households; tariffs are read and totals, sums per payee and
the balance between them computed within the time.
"""

import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

import numpy as np

from bill_fixture import AREAS, figures, tariffs
from koppelkans.money.bill_arrays import EnergyUse, bill_arrays

HOUSEHOLDS = 3_000_000
SEED = 20_261_101


def population(count: int) -> EnergyUse:
    """Households in every grid area: 70 % on gas, 5 % on network heat, 15 % with social tariffs, weights around one."""
    draws = np.random.default_rng(SEED)
    heating = draws.random(count)
    gas, heat = (np.where(taken, draws.gamma(4.0, 3_500.0, count), 0.0) for taken in (heating < 0.7, heating > 0.95))
    return EnergyUse(
        electricity_kwh=draws.gamma(3.0, 1_200.0, count), gas_kwh=gas, heat_kwh=heat, peak_kw=draws.gamma(4.0, 1.0, count),
        vulnerable=draws.random(count) < 0.15, has_gas=heating < 0.7, area=draws.integers(0, len(AREAS), count, dtype=np.int32),
        weight=draws.gamma(50.0, 0.02, count),
    )  # fmt: skip


def main(path: Path) -> None:
    """Measure once and write the seconds."""
    parameters = figures()
    bill_arrays(population(100), tariffs(parameters))
    use = population(HOUSEHOLDS)
    begin = time.perf_counter()
    bills = bill_arrays(use, tariffs(parameters))
    paid_eur = float(bills.total_incl_vat_eur @ use.weight)
    left_eur = paid_eur - float(bills.payee_eur().sum())
    seconds = time.perf_counter() - begin
    path.write_text(json.dumps({"seconds": seconds, "ledger_residual": abs(left_eur) / paid_eur}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
