"""The space dividend and J+ in the report: what it brings that parking may move, and what new cross-sections cost with the works and apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from koppelkans import disclosure
from koppelkans.report.document import Block, Heading, Notice, Paragraph, Table, plain
from koppelkans.report.material import Material, cells

Amount = Callable[[Any, str], str]
"""A figure with its unit as written in the tables of space."""
_MILLION = 1e6
_APART = ("alone", "beside")
_WORLDS = ("fixed", "free")


def _gain(material: Material, amount: Amount, row: dict[Any, Any]) -> str:
    """What parking that may move brings; a difference of two shares is in percentage points."""
    if not str(row["unit"]).startswith("aandeel") or pd.isna(row["gain"]):
        return amount(row["gain"], row["unit"])
    return material.words("response.points", count=material.notation.number(100 * row["gain"], 1))


def space_dividend_blocks(material: Material, amount: Amount, demand: Callable[[str], str]) -> list[Block]:
    """Most canopy, storage and bays with parking fixed in every street and free to move; what clashes where there is no answer."""
    words, found = material.words, material.table("space_dividend")
    if found.empty:
        return []
    rows = tuple(
        cells(
            material.title(row), *(_most(material, amount, row, world) for world in _WORLDS), _gain(material, amount, row),
            words("joint_space.yes" if row["proven"] else "joint_space.no"),
        )
        for row in found.to_dict("records")
    )  # fmt: skip
    header = tuple(words(f"joint_space.{name}_column") for name in ("figure", *_WORLDS, "gain", "proven"))
    gap = found[[f"{world}_gap_share" for world in _WORLDS]].max().max()
    note = "" if pd.isna(gap) else words("joint_space.gain_note", gap=material.notation.share(gap, 1))
    table = Table(
        words("joint_space.gain"), header, rows, (False, True, True, True, False), note, method="street-space-dividend"
    )
    lead: list[Block] = [Heading(words("joint_space.gain_title")), Paragraph(plain(words("joint_space.gain_lead")))]
    return [*lead, *_clashes(material, found, demand), table]


def _most(material: Material, amount: Amount, row: dict[Any, Any], world: str) -> str:
    if not pd.isna(row[world]):
        return amount(row[world], row["unit"])
    return material.words("joint_space.unknown" if pd.isna(row[f"{world}_clash"]) else "joint_space.impossible")


def _clashes(material: Material, found: pd.DataFrame, demand: Callable[[str], str]) -> list[Block]:
    """The smallest sets of demands that clash in each world, each named once."""
    words, blocks = material.words, list[Block]()
    for world in _WORLDS:
        told = found[f"{world}_clash"].dropna()
        sets = dict.fromkeys(one for line in told for one in str(line).split("; "))
        if not sets:
            continue
        names = [" + ".join(demand(key) for key in one.split("+")) for one in sets]
        text = words.rich("joint_space.clash", sets=words("joint_space.or").join(names))
        kept = found["own_bays_share"].dropna()
        if world == _WORLDS[0] and len(kept):
            text = (*text, *words.rich("joint_space.kept", share=material.notation.share(kept.min())))
        blocks.append(Notice("warning", words(f"joint_space.{world}_clash_title"), text))
    return blocks


def few_rebuilt(material: Material) -> bool:
    """Whether so few streets are rebuilt to another cross-section that a figure on them would tell of one."""
    found = material.plan.tables.get("space_plans")
    return found is not None and 0 < found["rebuilt"].max() < disclosure.RULES.contributors


def joint_space_blocks(material: Material) -> list[Block]:
    """What the new cross-sections cost with the works, and what they save against the same made apart; nothing without J+ or with few sections."""
    words, notation = material.words, material.notation
    found = material.plan.tables.get("space_plans")
    if found is None or found.empty or few_rebuilt(material):
        return []

    def millions(value: Any) -> str:
        return notation.number(None) if pd.isna(value) else notation.rounded(float(value) / _MILLION, 3)

    ways: dict[Any, dict[Any, Any]] = found.to_dict("index")
    extra, rebuilt = ways["together"]["extra_eur"], int(ways["together"]["rebuilt"])
    saved, least = (min(float(ways[way][name]) for way in _APART) for name in ("saved_eur", "least_saved_eur"))
    proof = words("joint_space.at_least", least=millions(least)) if least > 0 else words("joint_space.not_proven")
    told = {"rebuilt": notation.number(rebuilt), "extra": millions(extra), "saved": millions(abs(saved))}
    lead = (
        words.rich("joint_space.plans_lead", **told, proof=proof)
        if saved >= 0
        else words.rich("joint_space.plans_dearer", **told)
    )
    rows = tuple(
        cells(
            material.title(row), *(millions(row[name]) for name in ("net_eur", "gap_eur", "extra_eur", "saved_eur")), notation.number(row["rebuilt"]),
            "" if pd.isna(row["mean_green_year"]) else str(round(row["mean_green_year"])), notation.number(row["closures"]), notation.rounded(row["opened_m2"]),
        )
        for row in ways.values()
    )  # fmt: skip
    names = ("plan", "net", "gap", "extra", "saved", "rebuilt", "year", "closures", "opened")
    header = tuple(words(f"joint_space.{name}_column") for name in names)
    table = Table(
        words("joint_space.plans"), header, rows, (False, *[True] * 8), words("joint_space.plans_note"), method="integration-dividend-space"
    )  # fmt: skip
    return [Heading(words("joint_space.plans_title")), Paragraph(lead), table]
