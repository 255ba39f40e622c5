"""Pressure and temperature in heat networks that are trees, worked out with pandapipes: python pandapipes_tree.py TREES.csv > RESULTS.csv.

TREES.csv has a row per pipe, from the source outwards, supply and return of the same length and diameter: ``case``, ``pipe`` (counted from
0 in each case), ``above`` (pipe upstream, -1 at the source), ``length_m``, ``inner_mm``, ``u_w_per_mk``, ``house_kw`` at the far end,
``house_kg_per_s`` (empty: the water that the heat asks), ``supply_c``, ``return_c``, ``ground_c``, ``roughness_mm``.

Both networks are closed by a pump of constant pressure at the source and by heat consumers with a given return. Friction after Colebrook,
properties of water at the temperature of each pipe, all equations together (mode bidirectional).
"""

import sys

import pandapipes as pp
import pandas as pd

FLOW_BAR, LIFT_BAR, ZERO_C, W_PER_KW = 30.0, 25.0, 273.15, 1_000.0
# of the largest in the case; pandapipes uses Colebrook for laminar flow too, which the summer case has in most pipes
TOLERANCE_SHARE, TOLERANCE_LAMINAR_SHARE, LAMINAR = 0.005, 0.1, "summer"
TOLERANCE_K, SOURCE = 0.01, "pandapipes 0.16.0"


def solved(tree: pd.DataFrame) -> pd.DataFrame:
    """Per pipe the state at its far end: temperatures, and friction from the source to there and back."""
    first = tree.iloc[0]
    supply_k, return_k, ground_k = (float(first[name]) + ZERO_C for name in ("supply_c", "return_c", "ground_c"))
    net = pp.create_empty_network(fluid="water")
    count = len(tree)
    hot = pp.create_junctions(net, count + 1, pn_bar=FLOW_BAR, tfluid_k=supply_k)
    cold = pp.create_junctions(net, count + 1, pn_bar=FLOW_BAR - LIFT_BAR, tfluid_k=return_k)
    near, far = tree["above"].to_numpy() + 1, tree["pipe"].to_numpy() + 1  # junction 0 is the source
    inner_m = tree["inner_mm"].to_numpy() / 1_000.0
    laid = {
        "length_km": tree["length_m"].to_numpy() / 1_000.0, "inner_diameter_mm": tree["inner_mm"].to_numpy(),
        "k_mm": float(first["roughness_mm"]), "u_w_per_m2k": tree["u_w_per_mk"].to_numpy() / (3.141592653589793 * inner_m),
        "text_k": ground_k,
    }  # fmt: skip
    pp.create_pipes_from_parameters(net, hot[near], hot[far], **laid)
    pp.create_pipes_from_parameters(net, cold[far], cold[near], **laid)
    pp.create_circ_pump_const_pressure(net, cold[0], hot[0], p_flow_bar=FLOW_BAR, plift_bar=LIFT_BAR, t_flow_k=supply_k)
    houses = tree[tree["house_kw"] > 0]
    at = houses["pipe"].to_numpy() + 1
    asked = (
        {"controlled_mdot_kg_per_s": houses["house_kg_per_s"].to_numpy()}
        if houses["house_kg_per_s"].notna().all()
        else {"qext_w": houses["house_kw"].to_numpy() * W_PER_KW}
    )
    pp.create_heat_consumers(net, hot[at], cold[at], treturn_k=return_k, **asked)
    sharp = {"tolerance_colebrook": 1e-10, "iter": 500, "tol_T": 1e-6, "tol_m": 1e-9, "tol_p": 1e-9}
    pp.pipeflow(net, mode="bidirectional", friction_model="colebrook", **sharp)
    found = net.res_junction
    return pd.DataFrame({
        "case": tree["case"].to_numpy(), "pipe": tree["pipe"].to_numpy(),
        "flow_kg_per_s": net.res_pipe["mdot_from_kg_per_s"].to_numpy()[:count].round(6),
        "supply_c": (found["t_k"].to_numpy()[hot[far]] - ZERO_C).round(4), "return_c": (found["t_k"].to_numpy()[cold[far]] - ZERO_C).round(4),
        "source_return_c": round(float(found["t_k"].to_numpy()[cold[0]] - ZERO_C), 4),
        "supply_bar": (FLOW_BAR - found["p_bar"].to_numpy()[hot[far]]).round(6),
        "return_bar": (found["p_bar"].to_numpy()[cold[far]] - (FLOW_BAR - LIFT_BAR)).round(6),
        "tolerance_share": TOLERANCE_LAMINAR_SHARE if first["case"] == LAMINAR else TOLERANCE_SHARE, "tolerance_k": TOLERANCE_K, "source": SOURCE,
    })  # fmt: skip


def main() -> None:
    """Print the results of every case in the file."""
    trees = pd.read_csv(sys.argv[1], comment="#")
    pd.concat([solved(tree) for _, tree in trees.groupby("case", sort=False)]).to_csv(sys.stdout, index=False)


if __name__ == "__main__":
    main()
