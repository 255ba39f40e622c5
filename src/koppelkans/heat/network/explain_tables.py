"""Explanations as columns and rows: the margin of every building, what every street could bear, and a customer more."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from koppelkans import tables
from koppelkans.heat.network.design_remarks import dutch
from koppelkans.heat.network.explain import (
    attachments,
    carries_itself,
    customer_eur,
    group_attachments_eur,
    group_margins_eur,
    saved_eur,
)
from koppelkans.heat.network.instance import Design, Instance
from koppelkans.heat.network.question import Question
from koppelkans.heat.offers import KWH_PER_MWH, NetworkCase
from koppelkans.heat.pipes import HOURS_PER_YEAR, W_PER_KW
from koppelkans.tables import RemarkRow

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
EXPLAINED = ("connected_because", "margin_eur_per_year", "drop_out_eur_per_mwh", "missing_eur_per_mwh")
FEW = 10
"""Buildings from which a figure about all of them is said in a remark."""
TENTH, HALF = 0.1, 0.5


def connection_explanations(
    asked: Question, design: Design, offers: pd.DataFrame, price_eur_per_mwh: float
) -> pd.DataFrame:
    """Per heated building the columns ``EXPLAINED``; empty where a building has no part in the question.

    price_eur_per_mwh: of heat at the source. Method: docs/method.md#network-explanations.
    """
    instance, customers = asked.instance, asked.graph.customers
    found = pd.DataFrame(
        {"connected_because": pd.Series(None, index=offers.index, dtype="str"), **dict.fromkeys(EXPLAINED[1:], np.nan)}, index=offers.index
    )  # fmt: skip
    if not len(customers):
        return found
    heat_mwh = offers["heat_kwh"].loc[customers].to_numpy(float) / KWH_PER_MWH
    joined = design.connected
    margin = np.where(joined, instance.customer_value_eur - saved_eur(instance, design), np.nan)
    lost_mwh = saved_eur(_priced_at_losses(asked), design) / KWH_PER_MWH
    added = attachments(instance, design).cost_eur
    margin = np.where(joined, margin, np.where(np.isfinite(added), instance.customer_value_eur - added, np.nan))
    bought = np.maximum(heat_mwh, 1.0 / KWH_PER_MWH)
    because = np.select(
        [~joined, instance.must & (margin < 0), carries_itself(instance, design)],
        ["", "compulsory", "own_value"],
        "shared_way",
    )
    rows = pd.DataFrame({
        "connected_because": pd.Series(because, index=customers, dtype="str").where(joined), "margin_eur_per_year": margin,
        "drop_out_eur_per_mwh": np.where(joined, price_eur_per_mwh + margin / (bought + np.nan_to_num(lost_mwh)), np.nan),
        "missing_eur_per_mwh": np.where(joined, np.nan, np.maximum(-margin, 0.0) / bought),
    }, index=customers)  # fmt: skip
    return rows.reindex(offers.index).astype({"connected_because": "str"})


def explanations(
    asked: Question, design: Design, offers: pd.DataFrame, sections: gpd.GeoDataFrame, price_eur_per_mwh: float, case: NetworkCase
) -> tuple[pd.DataFrame, pd.DataFrame]:  # fmt: skip
    """What is told of every building and of every section; see ``connection_explanations`` and ``street_explanations``."""
    told = connection_explanations(asked, design, offers, price_eur_per_mwh)
    streets = (
        street_explanations(asked, design, sections, case)
        if len(asked.graph.customers)
        else tables.NETWORK_SECTIONS.empty()
    )
    return told, tables.check(tables.NETWORK_SECTIONS, streets)


def _priced_at_losses(asked: Question) -> Instance:
    """The instance whose pipes cost the kWh that they lose in a year, and nothing else."""
    levels = asked.levels.loss_w_per_m * HOURS_PER_YEAR / W_PER_KW
    first, more = asked.instance.classes[0], list(asked.instance.more_classes)
    for kind, meaning in enumerate(asked.meaning[1:]):
        more[kind] = replace(more[kind], level_eur_per_m=levels[meaning], slope_eur_per_m_kw=0.0)
    for kind in range(len(asked.meaning) - 1, len(more)):
        more[kind] = replace(more[kind], level_eur_per_m=np.zeros(len(more[kind].level_cap_kw)), slope_eur_per_m_kw=0.0)
    return replace(
        asked.instance, extra_eur=np.zeros(len(asked.instance.extra_eur)), level_eur_per_m=levels[: len(first.level_cap_kw)],
        slope_eur_per_m_kw=0.0, source_eur_per_kw=0.0, more_classes=tuple(more),
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------------------------------ streets


def street_explanations(asked: Question, design: Design, sections: gpd.GeoDataFrame, case: NetworkCase) -> pd.DataFrame:
    """What every section that the network can reach could bear (contract NETWORK_SECTIONS).

    Method: docs/method.md#network-explanations.
    """
    edges, instance, charge = asked.graph.edges, asked.instance, asked.levels.charge_share
    mains = np.flatnonzero((edges["kind"] == "main").to_numpy(bool))
    codes, names = pd.factorize(edges["section"].iloc[mains], sort=True)
    if not len(names):
        return tables.NETWORK_SECTIONS.empty()
    count, length = len(names), instance.length_m[mains]
    long_m = np.bincount(codes, weights=length, minlength=count).astype(np.float64)
    trench = asked.levels.trench_eur_per_m * edges["surface_factor"].to_numpy(float)[mains]
    trench = np.bincount(codes, weights=trench * length, minlength=count) / long_m
    group = np.full(len(instance.tail), -1, dtype=np.int64)
    group[mains] = codes
    used, margin, metres = group_margins_eur(instance, design, group)
    bears, built = _unbuilt_eur_per_m(asked, design, codes, mains, long_m), np.zeros(count, dtype=bool)
    bears, built[used] = bears / charge, True
    bears[used] = trench[used] + np.where(np.isfinite(margin), margin, np.nan) / metres / charge
    day = case.economics.day
    kw, mwh = (case.parameters.at(f"heat_network.large_customer.{name}", day) for name in ("peak_kw", "heat_mwh"))
    at_node = customer_eur(instance, design, kw)
    middle = (at_node[instance.tail[mains]] + at_node[instance.head[mains]]) / 2.0
    large = np.bincount(codes, weights=middle * length, minlength=count) / long_m
    large = np.where(np.isfinite(large), large, np.nan)
    return pd.DataFrame({
        "street": sections["street"].reindex(names).to_numpy(object), "built": built, "trench_eur_per_m": trench,
        "break_even_eur_per_m": np.where(bears >= 0, bears, np.nan), "large_eur_per_year": large, "large_eur_per_mwh": large / mwh,
    }, index=pd.Index(names, name="section", dtype="str")).astype({"street": "str"})[tables.NETWORK_SECTIONS.column_names]  # fmt: skip


def _unbuilt_eur_per_m(asked: Question, design: Design, codes: Ints, mains: Ints, long_m: Floats) -> Floats:
    """Per section without a pipe what its trench may cost a metre and a year so that the buildings left out there pay it together."""
    instance, edges, count = asked.instance, asked.graph.edges, len(long_m)
    service = np.flatnonzero((edges["kind"] == "service").to_numpy(bool))
    where = pd.Series(np.arange(count), index=pd.unique(edges["section"].iloc[mains].sort_values()))
    of = where.reindex(edges["section"].iloc[service]).fillna(-1).to_numpy(np.int64)
    kw = instance.customer_kw
    own = np.searchsorted(instance.level_cap_kw, sum(instance.coincidence) * kw)
    price = np.append(instance.level_eur_per_m, np.inf)[own] + instance.slope_eur_per_m_kw * kw
    left = instance.customer_value_eur - instance.extra_eur[service] - instance.length_m[service] * price
    takes = ~design.connected & ~instance.never & (left > 0) & (of >= 0)
    worth, power = (
        np.bincount(of[takes], weights=amount[takes], minlength=count).astype(np.float64) for amount in (left, kw)
    )
    many = np.bincount(of[takes], minlength=count).astype(np.int64)
    groups = np.flatnonzero(many)
    gate = _gates(asked, design, codes, mains, count)
    way, flow_kw = group_attachments_eur(instance, design, gate[groups], power[groups], many[groups])
    level = np.searchsorted(instance.level_cap_kw, flow_kw)
    street = np.append(instance.level_eur_per_m, np.inf)[level] + instance.slope_eur_per_m_kw * power[groups]
    found = np.full(count, np.nan)
    with np.errstate(invalid="ignore"):
        found[groups] = (worth[groups] - way) / long_m[groups] - street
    return np.where(np.isfinite(found), found, np.nan)


def _gates(asked: Question, design: Design, codes: Ints, mains: Ints, count: int) -> Ints:
    """Per section the node where a customer of middle size is fed at least cost."""
    instance = asked.instance
    cost = customer_eur(instance, design, float(np.median(instance.customer_kw)))
    ends = np.concatenate([instance.tail[mains], instance.head[mains]])
    of = np.concatenate([codes, codes])
    order = np.lexsort((ends, cost[ends], of))
    first = np.unique(of[order], return_index=True)[1]
    gate = np.zeros(count, dtype=np.int64)
    gate[of[order][first]] = ends[order][first]
    return gate


# ------------------------------------------------------------------------------------------------------------------------ remarks


def explanation_remarks(
    explained: pd.DataFrame, streets: pd.DataFrame, offers: pd.DataFrame, price_eur_per_mwh: float
) -> list[RemarkRow]:
    """How far the connections are from changing, and what a large customer more would cost; nothing about a few buildings."""
    joined = explained.dropna(subset=["drop_out_eur_per_mwh"]).sort_values("drop_out_eur_per_mwh", kind="stable")
    if len(joined) < FEW:
        return []
    heat = offers["heat_kwh"].loc[joined.index].to_numpy(float).cumsum()
    rise = joined["drop_out_eur_per_mwh"].to_numpy(float) - price_eur_per_mwh
    tenth, half = (max(0.0, float(rise[np.searchsorted(heat, share * heat[-1])])) for share in (TENTH, HALF))
    own = int((joined["connected_because"] == "own_value").sum())
    worth = offers.loc[joined.index, "advantage_eur_per_year"].sum() / heat[-1] * KWH_PER_MWH
    near = streets.loc[streets["built"], "large_eur_per_mwh"].median()
    costs = (f"{dutch(near, 1)}", f"{near:,.1f}") if np.isfinite(near) else ("-", "-")
    share = f"{round(own / len(joined), 1):.0%}"
    return [tables.remark(
        "connections", f"Wordt warmte aan de bron {dutch(tenth)} EUR/MWh duurder, dan is een tiende van de aangesloten warmte beter af zonder het net; bij {dutch(half)} EUR/MWh de "
        f"helft, elk gebouw apart bekeken. Ongeveer {share.replace('%', ' %')} van de aangesloten gebouwen zou de hele weg van de bron alleen kunnen dragen; de andere delen hun leidingen. Een grote afnemer meer kost het net in "
        f"straten met een leiding in het midden {costs[0]} EUR/MWh, zonder zijn aansluitleiding; een aangesloten MWh is gemiddeld {dutch(worth)} EUR waard voor de leidingen.",
        f"If heat at the source becomes {tenth:,.0f} EUR/MWh dearer, a tenth of the connected heat is better off without the network; at {half:,.0f} EUR/MWh half of it, each building "
        f"taken by itself. About {share} of the connected buildings could carry the whole way from the source alone; the others share their pipes. A further large customer costs the network {costs[1]} EUR/MWh in "
        f"the median street with a pipe, its service pipe apart; a connected MWh is worth {worth:,.0f} EUR before pipes on average.", level="info", method="network-explanations",
    )]  # fmt: skip
