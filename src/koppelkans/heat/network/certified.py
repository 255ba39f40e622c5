"""The network of a certificate as arrays again: the question, the tree, and what its pipes and customers are called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from koppelkans.heat.network.instance import Design, Floats, Instance, Ints, PipeClass
from koppelkans.heat.network.read import gap_share, measured


@dataclass(frozen=True, slots=True)
class Certified:
    """``pipes``: key of each used edge, in the order of ``design.edge``; ``customers``: keys of all customers. ``arcs``: edges that stand for a source,
    ``behind_kw``: what the pipes behind each lose; empty where one source is the root itself, then ``loss_kw`` is all. Sources have their power less these losses.
    """

    instance: Instance
    design: Design
    pipes: pd.Index
    customers: pd.Index
    arcs: Ints
    behind_kw: Floats
    loss_kw: float


def certified(certificate: Mapping[str, Any]) -> Certified:
    """Question and tree of a certificate, to the rounding of its whole numbers: everything that the design rests on, without the tables of the plan.

    Method: docs/method.md#network-certificate.
    """
    unit, tree = certificate["units"], certificate["tree"]
    behind, lost_kw = tree.get("behind", []), tree["loss"] / unit["kw"]
    arcs, behind_kw = (
        np.array([edge for edge, _ in behind], dtype=np.int64),
        _floats([lost for _, lost in behind], unit["kw"]),
    )
    instance = _less_losses(_instance(certificate["instance"], unit, arcs), arcs, behind_kw, lost_kw)
    connected = np.zeros(len(instance.customer_kw), dtype=bool)
    connected[tree["connected"]] = True
    edges = np.array(tree["edges"], dtype=np.int64)
    bare = measured(
        instance, np.sort(edges), connected, (-np.inf, np.zeros(len(instance.tail)), np.ones_like(connected))
    )
    order = np.argsort(edges)
    place = order[np.searchsorted(edges[order], bare.edge)]
    design = _with_levels(instance, bare, np.array(tree["level"], dtype=np.int64)[place])
    bound = certificate["claims"]["bound"] / unit["eur"]
    design = replace(design, bound_eur=bound, gap_share=gap_share(design.objective_eur, bound, design.whole_eur))
    return Certified(
        instance, design, pd.Index(np.array(tree["pipes"], dtype=object)[place], dtype="str"),
        pd.Index(certificate["instance"]["customers"], name="building", dtype="str"), arcs, behind_kw, lost_kw,
    )  # fmt: skip


def _less_losses(instance: Instance, arcs: Ints, behind_kw: Floats, lost_kw: float) -> Instance:
    """The instance with sources that have given off what the pipes of the tree lose."""
    if not len(arcs):
        return replace(instance, source_kw=instance.source_kw - lost_kw)
    classes = list(instance.more_classes)
    for arc, lost in zip(arcs.tolist(), behind_kw.tolist(), strict=True):
        kind = int(instance.kinds[arc]) - 1
        classes[kind] = replace(classes[kind], level_cap_kw=classes[kind].level_cap_kw - lost)
    return replace(instance, more_classes=tuple(classes))


def _with_levels(instance: Instance, bare: Design, level: Ints) -> Design:
    """The design with the levels that were laid, which the check of pressure may have made wider than the flow asks."""
    price, kinds = np.zeros(len(bare.edge)), instance.kinds[bare.edge]
    for number, table in enumerate(instance.classes):
        of = kinds == number
        price[of] = table.level_eur_per_m[level[of]] + table.slope_eur_per_m_kw * bare.sum_kw[of]
    cost = instance.extra_eur[bare.edge] + instance.length_m[bare.edge] * price
    more = float(cost.sum() - bare.cost_eur.sum())
    return replace(
        bare, level=level, cost_eur=cost, objective_eur=bare.objective_eur + more, whole_eur=bare.whole_eur + more
    )


def _instance(told: Mapping[str, Any], unit: Mapping[str, int], arcs: Ints) -> Instance:
    metre, kw, eur = unit["metre"], unit["kw"], unit["eur"]
    kinds = np.array(told["class_of"], dtype=np.int64) if "class_of" in told else None
    sources = set() if kinds is None else set(kinds[arcs].tolist())

    def prices(of: Mapping[str, Any]) -> tuple[Floats, Floats, float]:
        return (
            _floats(of["level_cap"], kw), _floats(of["level_price"], eur // metre), of["slope"] / (eur // metre // kw)
        )  # fmt: skip

    cap, price, slope = prices(told)
    return Instance(
        node_count=told["nodes"], root=told["root"], tail=np.array(told["tail"], dtype=np.int64), head=np.array(told["head"], dtype=np.int64),
        length_m=_floats(told["length"], metre), extra_eur=_floats(told["extra"], eur), allowed=np.array(told["allowed"], dtype=bool),
        level_cap_kw=cap, level_eur_per_m=price, slope_eur_per_m_kw=slope,
        coincidence=(told["coincidence"][0] / unit["share"], told["coincidence"][1] / unit["share"]),
        customer_node=np.array(told["node_of"], dtype=np.int64), customer_kw=_floats(told["kw"], kw), customer_value_eur=_floats(told["value"], eur),
        must=np.array(told["must"], dtype=bool), never=np.array(told["never"], dtype=bool),
        source_kw=np.inf if told["source"] is None else told["source"] / kw, source_eur_per_kw=told["source_price"] / (eur // kw),
        edge_class=kinds,
        more_classes=tuple(
            PipeClass(*prices(one), source=number in sources) for number, one in enumerate(told.get("classes", []), start=1)
        ),
    )  # fmt: skip


def _floats(whole: list[int], per_unit: int) -> Floats:
    return np.array([number / per_unit for number in whole], dtype=np.float64)
