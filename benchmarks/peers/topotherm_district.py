"""The district of tests/data/topotherm_959 by topotherm itself: python topotherm_district.py CLONE FOLDER HEAT_PRICE SECONDS.

CLONE: a clone of github.com/jylambert/topotherm (0.6.0, commit 515e21c, MIT); it is read, not changed. FOLDER: district in its matrix form.
Its own model with choice of connection (mode economic), solved by HiGHS with one thread until the gap is 0.01 % or SECONDS are over.
stdout: ``objective bound seconds`` in EUR a year by its own convention (pipes + heat bought - revenue).

Two of its modules are left out: drawing, and the one that makes tables of results, which is no Python before 3.12.
"""

import sys
import time
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pyomo.environ as pyo

GAP_SHARE = 1e-4
W_PER_KW = 1_000.0


def main() -> None:
    clone, folder, heat_price, seconds = Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4])
    sys.path.insert(0, str(clone))
    for name in ("plotting", "postprocessing"):
        sys.modules[f"topotherm.{name}"] = ModuleType(name)
    import topotherm as tt

    whole = ("a_i", "a_p", "a_c")
    matrices = {
        name: pd.read_parquet(folder / f"{name}.parquet").to_numpy().astype(int if name in whole else float)
        for name in (*whole, "l_i", "q_c", "flh_sinks", "flh_sources")
    }
    matrices["q_c"] = matrices["q_c"] / W_PER_KW
    matrices["positions"] = np.zeros((len(matrices["a_i"]), 2))  # for its pictures only
    line = pd.read_csv(folder / "regression.csv", index_col=0, dtype=float).iloc[0]
    settings = tt.settings.load(folder / "config.yaml")
    settings.economics.source_c_inv, settings.economics.heat_price = [0.0], heat_price
    started = time.perf_counter()
    model = tt.models.single_timestep.create(
        matrices=matrices, sets=tt.models.sets.create(matrices), economics=settings.economics, optimization_mode="economic",
        regression_inst={
            "power_flow_max_kW": line["power_flow_max_kW"], "a": line["capacity_a"], "b": line["capacity_b"],
            "power_flow_max_partload": line["power_flow_max_partload"],
        },
        regression_losses={"a": line["heat_loss_a"], "b": line["heat_loss_b"]},
    )  # fmt: skip
    solver = pyo.SolverFactory("appsi_highs")
    solver.highs_options = {"mip_rel_gap": GAP_SHARE, "time_limit": seconds, "threads": 1}
    result = solver.solve(model, load_solutions=True)
    print(f"{pyo.value(model.obj):.2f} {result.problem.lower_bound:.2f} {time.perf_counter() - started:.1f}")


main()
