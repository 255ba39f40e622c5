"""Instances of heat-network design from files of others and from the synthetic districts, as arrays of the engine."""

import re
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.synthetic_district import District
from koppelkans.heat.network import Instance, NetworkLimits

ANNUITY = 0.0505  # 4 %, 40 years, rounded: part of the definition of the synthetic instances
TRUNK_EUR_PER_M, SERVICE_EUR_PER_M, SERVICE_EUR, UPKEEP_EUR_PER_M = 1_000.0, 450.0, 4_500.0, 6.0
SLOPE_EUR_PER_M_KW = 0.02
# TNO, ESDL Energy Data Repository, Steel-S1 (Logstor 2020.03), DN20 to DN400: price of a trench, capacity at 30 K (150 Pa/m, at most
# 2.5 m/s) and loss at 70/40 C
PIPE_EUR_PER_M = (696.3, 709.3, 727.9, 749.7, 778.0, 822.4, 869.4, 936.1, 1026.9, 1126.4, 1355.3, 1630.7, 1962.1, 2360.9, 2840.6)  # fmt: skip
PIPE_KW = (21.0, 45.0, 91.0, 135.0, 252.0, 494.0, 755.0, 1502.0, 2631.0, 4339.0, 8822.0, 15880.0, 23749.0, 28808.0, 37665.0)  # fmt: skip
PIPE_LOSS_W_PER_M = (12.5, 15.3, 15.7, 18.1, 20.3, 24.0, 24.8, 25.9, 30.2, 36.1, 39.3, 37.7, 43.6, 42.3, 44.8)
HEAT_EUR_PER_KWH, HOURS_PER_YEAR = 0.030, 8_760.0


def steiner(path: Path) -> tuple[Instance, bool]:
    """A prize-collecting Steiner tree in STP text, and whether the file names a root (else: the first terminal)."""
    tail, head, cost, places, prizes, root, nodes = [], [], [], [], [], -1, 0
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        match line.split():
            case ["Nodes", count]:
                nodes = int(count)
            case ["E", one, other, price]:
                tail.append(int(one) - 1)
                head.append(int(other) - 1)
                cost.append(float(price))
            case ["TP", node, prize]:
                places.append(int(node) - 1)
                prizes.append(float(prize))
            case ["RootP", node]:
                root = int(node) - 1
    if not nodes or not tail or (not places and root < 0):
        raise SystemExit(f"{path} is no prize-collecting Steiner tree: expected Nodes, E and TP lines")
    count, users = len(tail), len(places)
    return Instance(
        node_count=nodes, root=root if root >= 0 else places[0], tail=np.array(tail), head=np.array(head),
        length_m=np.zeros(count), extra_eur=np.array(cost), allowed=np.ones(count, dtype=bool),
        level_cap_kw=np.array([np.inf]), level_eur_per_m=np.zeros(1), slope_eur_per_m_kw=0.0, coincidence=(1.0, 0.0),
        customer_node=np.array(places, dtype=np.int64), customer_kw=np.zeros(users), customer_value_eur=np.array(prizes),
        must=np.zeros(users, dtype=bool), never=np.zeros(users, dtype=bool), source_kw=np.inf,
    ), root >= 0  # fmt: skip


def topotherm(folder: Path, heat_price: float, *, forced: bool) -> Instance:
    """A district in topotherm's matrix form: linear pipe cost and loss, heat bought at the source, revenue per kWh."""

    def matrix(name: str) -> np.ndarray:
        return pd.read_parquet(folder / f"{name}.parquet").to_numpy().astype(float)

    incidence, source, place = matrix("a_i"), matrix("a_p"), matrix("a_c")
    length, kw = matrix("l_i").ravel(), matrix("q_c").ravel() / 1_000.0  # the column is named kWh and used as W
    line = pd.read_csv(folder / "regression.csv").iloc[0]
    settings = (folder / "config.yaml").read_text(encoding="utf-8")

    def setting(name: str) -> float:
        found = re.search(rf"^\s*{name}:[\s\[]*([-+.\deE]+)", settings, flags=re.MULTILINE)
        if found is None:
            raise SystemExit(f"{folder / 'config.yaml'} has no {name}")
        return float(found[1])

    hours = float(matrix("flh_sinks").ravel()[0])
    rate, years = setting("pipes_c_irr"), setting("pipes_lifetime")
    annuity = rate * (1 + rate) ** years / ((1 + rate) ** years - 1)
    users = len(kw)
    return Instance(
        node_count=len(incidence), root=int(source.sum(axis=1).argmin()), tail=incidence.argmax(axis=0), head=incidence.argmin(axis=0),
        length_m=length, extra_eur=np.zeros(len(length)), allowed=np.ones(len(length), dtype=bool),
        level_cap_kw=np.array([float(line["power_flow_max_kW"])]), level_eur_per_m=np.array([float(line["capacity_b"]) * annuity]),
        slope_eur_per_m_kw=float(line["capacity_a"]) * annuity, coincidence=(1.0, 0.0),
        customer_node=place.argmax(axis=0), customer_kw=kw, customer_value_eur=heat_price * hours * kw,
        must=np.full(users, forced), never=np.zeros(users, dtype=bool), source_kw=np.inf,
        loss_share_per_m=float(line["heat_loss_a"]), loss_kw_per_m=float(line["heat_loss_b"]),
        source_eur_per_kw=setting("source_price") * hours,
    )  # fmt: skip


def linear(district: District, value_eur_per_kw: float) -> Instance:
    """A synthetic district where a pipe costs a fixed price and a slope per metre, on the streets only."""
    metres, service = district.length_m, district.service
    pipe = np.where(service, SERVICE_EUR_PER_M, TRUNK_EUR_PER_M) * ANNUITY + UPKEEP_EUR_PER_M
    extra = pipe * metres + np.where(service, SERVICE_EUR * ANNUITY, 0.0)
    # the slope is per metre of street: service pipes count with their price alone
    return _synthetic(
        district, value_eur_per_kw, length_m=np.where(service, 0.0, metres), extra_eur=extra,
        level_cap_kw=np.array([np.inf]), level_eur_per_m=np.zeros(1),
        slope_eur_per_m_kw=SLOPE_EUR_PER_M_KW * ANNUITY, coincidence=(1.0, 0.0),
    )  # fmt: skip


def stepped(district: District, value_eur_per_kw: float) -> Instance:
    """A synthetic district with the pipe table, coincidence 0.62 + 0.38 / n and losses at 30 EUR/MWh."""
    loss = np.array(PIPE_LOSS_W_PER_M) / 1_000.0 * HOURS_PER_YEAR * HEAT_EUR_PER_KWH
    return _synthetic(
        district, value_eur_per_kw, length_m=district.length_m, extra_eur=np.where(district.service, SERVICE_EUR * ANNUITY, 0.0),
        level_cap_kw=np.array(PIPE_KW), level_eur_per_m=np.array(PIPE_EUR_PER_M) * ANNUITY + loss,
        slope_eur_per_m_kw=0.0, coincidence=(0.62, 0.38),
    )  # fmt: skip


def _synthetic(district: District, value_eur_per_kw: float, **prices: object) -> Instance:
    places = np.flatnonzero(district.peak_kw > 0)
    kw, users, count = district.peak_kw[places], len(places), len(district.edges)
    return Instance(
        node_count=len(district.peak_kw), root=district.source, tail=district.edges[:, 0].copy(), head=district.edges[:, 1].copy(),
        allowed=np.ones(count, dtype=bool), customer_node=places, customer_kw=kw, customer_value_eur=value_eur_per_kw * kw,
        must=np.zeros(users, dtype=bool), never=np.zeros(users, dtype=bool), source_kw=np.inf, **prices,
    )  # fmt: skip


def place_instance(name: str) -> Instance:
    """The network question that the plan of a shipped place asks at 70/40 °C, each customer with its own package."""
    from koppelkans.heat.network import design as network_design
    from koppelkans.place.read import read_place
    from koppelkans.place.shipped import shipped_scenario
    from koppelkans.plan.make import make_plan
    from koppelkans.scenario import read_scenario

    asked: list[Instance] = []
    usual = network_design.design_of

    def noted(instance: Instance, limits: NetworkLimits) -> object:
        asked.append(instance)
        return usual(instance, limits)

    network_design.design_of = noted
    try:
        chosen = read_scenario(shipped_scenario(name))
        street = chosen.street.model_copy(update={"draws": 0, "rounds": 1, "tries": 0})
        network = chosen.heat_network.model_copy(update={"regime": "middle"})
        make_plan(
            read_place(name),
            chosen.model_copy(update={"street": street, "heat_network": network, "weigh_figures": False}),
        )
    finally:
        network_design.design_of = usual
    return asked[0].settled
