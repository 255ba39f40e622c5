"""The points that a council must decide, read off the plans it compares."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from koppelkans.report.business import ordered_project
from koppelkans.report.published_network import UNASSESSED, PublishedNetwork

_THOUSAND = 1e3
_ENOUGH = 1.0
_HALF = 0.5
_STREETS = 4

Named = tuple[str, PublishedNetwork]


def decisions(plans: Sequence[Named]) -> list[str]:
    """One sentence per point to decide: cost, source, price and risk of the network, vulnerable households, where to begin."""
    words = plans[0][1].material.words
    lines = [*_cost(plans)]
    sources = dict.fromkeys(
        source.name for _, network in plans for source in network.material.plan.scenario.sources if source.assumption
    )
    lines += [words("note.decide_source", name=name) for name in sources]
    if all(network.verdict in UNASSESSED for _, network in plans):
        lines.append(words("note.decide_none"))
    for name, network in plans:
        if network.publishable:
            lines += [*_case(name, network), *_vulnerable(name, network), *_where(name, network)]
    return lines


def _cost(plans: Sequence[Named]) -> list[str]:
    """Which plan costs society least, or that the bands do not tell; nothing between different places."""
    first = plans[0][1].material
    if len({network.material.plan.place.name for _, network in plans}) > 1:
        return []
    found: list[tuple[str, dict[str, Any]]] = []
    for name, network in plans:
        row = network.material.indicator("society_after_keur_per_year")
        if row is None:
            return []
        found.append((name, row))
    found.sort(key=lambda item: item[1]["value"])
    (name, best), others = found[0], found[1:]
    unsure = [other for other, row in others if not row["low"] > best["high"]]
    if unsure:
        return [first.words("note.decide_overlap", plans=first.words("note.and").join([name, *unsure]))]
    return [first.words("note.decide_cheapest", plan=name, value=first.notation.rounded(best["value"] / _THOUSAND))]


def _case(name: str, network: PublishedNetwork) -> list[str]:
    words, notation, project = (
        network.material.words,
        network.material.notation,
        ordered_project(network.table("project")),
    )
    plan, lines = network.plan_case, []
    if plan is None:
        return []
    short = plan["break_even_eur_per_mwh"] - plan["heat_price_eur_per_mwh"]
    if short > 0:
        told = {"price": notation.number(plan["heat_price_eur_per_mwh"]), "difference": notation.number(short)}
        lines.append(words("note.decide_price", plan=name, **told))
    failing = project[project["min_dscr"] < _ENOUGH]
    if len(failing):
        row = failing.iloc[0]
        told = {"uptake": notation.share(row["connected_share"]), "dscr": notation.number(row["min_dscr"], 2)}
        lines.append(words("note.decide_uptake", plan=name, **told))
    if plan["refinancing_eur"] >= _THOUSAND:
        amount = notation.rounded(plan["refinancing_eur"] / _THOUSAND, network.digits)
        lines.append(words("note.decide_refinancing", plan=name, amount=amount))
    return lines


def _vulnerable(name: str, network: PublishedNetwork) -> list[str]:
    """Vulnerable typical households that pay more on the network than with gas."""
    material = network.material
    households = material.printed("households")
    total = material.printed("bills").groupby(["household", "heating"])["incl_vat_eur"].sum().unstack()
    if not {"heat_network", "gas_boiler"} <= set(total.columns):
        return []
    here = total[total.index.isin(households.index[households["vulnerable"]])]
    count = int((here["heat_network"] > here["gas_boiler"]).sum())
    return [material.words("note.decide_vulnerable", plan=name, count=count, all=len(here))] if count else []


def _where(name: str, network: PublishedNetwork) -> list[str]:
    known = network.thresholds
    low = known[known["share"] <= _HALF].sort_values("share", kind="stable")
    if low.empty:
        return []
    return [network.material.words("note.decide_streets", plan=name, streets=", ".join(map(str, low.index[:_STREETS])))]
