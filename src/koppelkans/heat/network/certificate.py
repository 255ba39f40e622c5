"""The certificate of a network: question, answer and proof in whole numbers, for code that shares nothing with the design.

Whole numbers leave nothing to rounding: lengths in micrometres, powers in microwatts, money in units so small that a length times a
power times a price is a whole number of them again. ``koppelkans.verify`` reads it.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from koppelkans.heat.network.instance import Design, Floats, Instance

FORMAT = 1
PER_METRE = 10**6
PER_KW = PER_SHARE = 10**9
PER_EUR = 10**30
PER_OFFER = 10**8
"""Offers of customers: what their rounding pays too much is taken off the bound by the check, some cents."""
PER_EUR_PER_M = PER_EUR // PER_METRE
PER_EUR_PER_KW = PER_EUR // PER_KW
PER_EUR_PER_M_KW = PER_EUR // PER_METRE // PER_KW
CUT = 1e-8
"""Share by which prices of the proof are lowered: a hair of the solver above the price of a pipe would cost the whole proof."""


def certificate(
    instance: Instance,
    design: Design,
    *,
    pipes: list[str],
    customers: list[str],
    loss_kw: float,
    behind_kw: dict[int, float] | None = None,
) -> dict[str, Any]:
    """Instance, tree, claims and proof as whole numbers, ready for JSON.

    ``pipes``: keys of the used edges in the order of ``design.edge``; ``customers``: keys of all customers; ``loss_kw``: what all pipes of
    the tree lose, which the source must give too; ``behind_kw``: by edge that stands for a source what the pipes behind it lose. Raises ValueError for losses that depend on the flow: they are not certified (the plan has them by diameter).
    Method: docs/method.md#network-certificate.
    """
    if instance.loss_share_per_m or instance.loss_kw_per_m:
        raise ValueError("no certificate for losses that depend on the flow")
    return {
        "format": FORMAT,
        "units": {"metre": PER_METRE, "kw": PER_KW, "share": PER_SHARE, "eur": PER_EUR, "offer": PER_OFFER},
        "instance": _instance(instance, customers),
        "tree": {
            "edges": design.edge.tolist(), "pipes": pipes, "connected": np.flatnonzero(design.connected).tolist(),
            "level": design.level.tolist(), "loss": _whole([loss_kw], PER_KW)[0],
            **({"behind": [[edge, _whole([lost_kw], PER_KW)[0]] for edge, lost_kw in behind_kw.items()]} if behind_kw else {}),
        },
        "claims": {"objective": _whole([design.objective_eur], PER_EUR)[0], "bound": _whole([design.bound_eur], PER_EUR)[0]},
        "bound_kind": design.bound_kind,
        "proof": _proof(design),
    }  # fmt: skip


def _instance(instance: Instance, customers: list[str]) -> dict[str, Any]:
    finite = np.isfinite(instance.source_kw)
    endless_kw = 1.0 + 2.0 * max(1.0, sum(instance.coincidence)) * float(
        instance.customer_kw.sum()
    )  # a pipe without end carries all
    classes = [
        {"level_cap": _capacities(table.level_cap_kw, endless_kw), "level_price": _whole(table.level_eur_per_m, PER_EUR_PER_M),
         "slope": _whole([table.slope_eur_per_m_kw], PER_EUR_PER_M_KW)[0]}
        for table in instance.more_classes
    ]  # fmt: skip
    return {
        **({"class_of": instance.kinds.tolist(), "classes": classes} if classes else {}),
        **_packages(instance),
        "nodes": instance.node_count, "root": instance.root, "tail": instance.tail.tolist(), "head": instance.head.tolist(),
        "length": _whole(instance.length_m, PER_METRE), "extra": _whole(instance.extra_eur, PER_EUR),
        "allowed": instance.allowed.tolist(), "level_cap": _capacities(instance.level_cap_kw, endless_kw),
        "level_price": _whole(instance.level_eur_per_m, PER_EUR_PER_M),
        "slope": _whole([instance.slope_eur_per_m_kw], PER_EUR_PER_M_KW)[0],
        "coincidence": _whole(instance.coincidence, PER_SHARE), "customers": customers, "node_of": instance.customer_node.tolist(),
        "kw": _whole(instance.customer_kw, PER_KW), "value": _whole(instance.customer_value_eur, PER_EUR),
        "must": instance.must.tolist(), "never": instance.never.tolist(),
        "source": _whole([instance.source_kw], PER_KW)[0] if finite else None,
        "source_price": _whole([instance.source_eur_per_kw], PER_EUR_PER_KW)[0],
    }  # fmt: skip


def _packages(instance: Instance) -> dict[str, Any]:
    """The lists of customers with more than one package: customer, the number of the one that it has, and power and value of each."""
    if instance.package_kw is None:
        return {}
    kw, value = instance.lists
    there = ~np.isneginf(value)
    return {"packages": [
        [int(customer), int(instance.picks[customer]), [list(pair) for pair in zip(
            _whole(kw[customer][there[customer]], PER_KW), _whole(value[customer][there[customer]], PER_EUR), strict=True
        )]]
        for customer in np.flatnonzero(there.sum(axis=1) > 1)
    ]}  # fmt: skip


def _capacities(level_cap_kw: Floats, endless_kw: float) -> list[int]:
    return _whole(np.where(np.isfinite(level_cap_kw), level_cap_kw, endless_kw), PER_KW)


def _proof(design: Design) -> dict[str, Any] | None:
    proof = design.proof
    if proof is None:
        return None
    joined = _whole(proof.ball_joined_eur, PER_OFFER)
    floors = [
        {"price": _whole(price * (1 - CUT), PER_EUR_PER_M), "slope": _whole(slope * (1 - CUT), PER_EUR_PER_M_KW)}
        for price, slope in proof.more_floors
    ]
    more: dict[str, Any] = {"more_floors": floors} if floors else {}
    if proof.reference_kw is not None:
        more["reference"] = _whole(proof.reference_kw, PER_KW)
    if len(proof.tolled):
        more |= {"tolled": proof.tolled.tolist(), "tolls": _whole(proof.tolled_eur_per_kw, PER_EUR_PER_KW)}
    starts = proof.ball_start.tolist()
    return {
        **more,
        "node": proof.node.tolist(), "far": _whole(proof.far_eur_per_kw, PER_EUR_PER_KW), "customer": proof.customer.tolist(),
        "raised": _whole(proof.raised_eur, PER_OFFER),
        "balls": [
            [proof.ball_node[start:end].tolist(), joined[start:end]] for start, end in pairwise(starts)
        ],
        "floor_price": _whole(proof.floor_eur_per_m * (1 - CUT), PER_EUR_PER_M),
        "floor_slope": _whole(proof.floor_eur_per_m_kw * (1 - CUT), PER_EUR_PER_M_KW),
        "toll": _whole([proof.toll_eur_per_kw], PER_EUR_PER_KW)[0],
    }  # fmt: skip


def _whole(values: Floats | list[float] | tuple[float, ...], per_unit: int) -> list[int]:
    """Each value in units of ``1 / per_unit``: a float is a whole number over a power of two, so nothing is lost before the rounding."""
    ratios = (float(value).as_integer_ratio() for value in values)
    return [(2 * above * per_unit + below) // (2 * below) for above, below in ratios]
