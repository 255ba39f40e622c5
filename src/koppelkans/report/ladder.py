"""The renovation ladder: what each rung costs and saves, where the plan stops insulating, and what that asks of every trade."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from koppelkans import disclosure, tables
from koppelkans.disclosure import TOTAL
from koppelkans.report import curves, palette
from koppelkans.report.document import Block, Details, Figure, Heading, Paragraph, Section, Table, Text, plain
from koppelkans.report.material import OTHER, Material, cells, one_line
from koppelkans.report.start import count_table, share_bars

TRADES = ("roof", "wall", "floor", "glazing", "ventilation")
"""Trades of the works on the envelope; each has its part of the investment in RENOVATIONS."""
_MILLION, _THOUSAND = 1e6, 1e3
_LAST_RUNG = 5
_CHART_GROUPS = 4
_SHOWN_GROUPS = 7


def ladder_section(material: Material) -> Section:
    """The chapter on renovation."""
    words = material.words
    if not material.publishable:
        return one_line(material, "renovatie", "ladder", "too_small")
    if material.table("renovations").empty:
        return one_line(material, "renovatie", "ladder", "none")
    blocks: list[Block] = [Paragraph(words.rich("ladder.lead"), "lead"), *_rungs(material)]
    blocks += [Heading(words("ladder.chosen_title")), *_depths(material), *_stops(material), *_trades(material)]
    return Section("renovatie", words("ladder.title"), tuple(blocks))


# --------------------------------------------------------------------------------------------------------------- each rung


def _ladder(material: Material) -> pd.DataFrame:
    """Every rung of every building with its type, period and amounts per home and square metre."""
    about = material.heated[["kind", "period", "homes", "reference_m2"]]
    joined = material.table("renovations").join(about, on="building", how="inner")
    area = joined["reference_m2"].where(joined["reference_m2"] > 0)
    return joined.assign(
        cost=joined["investment_eur"] / joined["homes"], saved=1 - joined["space_share"].clip(upper=1.0),
        need=(joined["need_kwh"] / area).fillna(0.0),
    )  # fmt: skip


def _rungs(material: Material) -> list[Block]:
    """A chart of typical groups, a table of the most frequent one, and all others folded."""
    words, ladder = material.words, _ladder(material)
    found = {name: _spread(ladder, name) for name in ("cost", "saved", "need")}
    groups = _typical(material)
    first = [next(group for group in groups if group[0] == kind) for kind in dict.fromkeys(kind for kind, _ in groups)]
    ordered = [*first, *(group for group in groups if group not in first)][:_SHOWN_GROUPS]
    tables_of = [_group_table(material, ladder, found, group) for group in ordered]
    shown = [table for table in tables_of if table.rows]
    if not shown:
        return [Paragraph(plain(words("ladder.no_group")))]
    blocks: list[Block] = [_chart(material, found, first[:_CHART_GROUPS]), replace(shown[0], note=words("ladder.note"))]
    return [*blocks, Details(words("ladder.others"), tuple(shown[1:]))] if shown[1:] else blocks


def _spread(ladder: pd.DataFrame, column: str) -> dict[Any, dict[Any, Any]]:
    groups = [ladder["kind"], ladder["period"], ladder["rung"]]
    return disclosure.quantiles(ladder[column], groups).to_dict("index")


def _typical(material: Material) -> list[tuple[str, str]]:
    """Types and periods with enough buildings, the most frequent first; what was joined from several types is not typical."""
    heated = material.heated[material.heated["kind"] != OTHER]
    counts = heated.groupby(["kind", "period"], observed=True).size().sort_values(ascending=False, kind="stable")
    return [(str(kind), str(period)) for kind, period in counts[counts >= disclosure.RULES.contributors].index]


def _group_title(material: Material, group: tuple[str, str]) -> str:
    return f"{material.words.name('types', group[0])}, {material.words.name('periods', group[1])}"


def _chart(material: Material, found: dict[str, dict[Any, dict[Any, Any]]], groups: list[tuple[str, str]]) -> Block:
    words, named = material.words, {group: _group_title(material, group) for group in groups}
    rows = [
        {"group": title, "rung": rung, "cost": found["cost"][(*group, rung)]["median"] / _THOUSAND, "rest": 1 - saved["median"]}
        for group, title in named.items()
        for (*at, rung), saved in found["saved"].items()
        if tuple(at) == group and pd.notna(saved["median"])
    ]  # fmt: skip
    colours = dict(zip(named.values(), palette.KINDS, strict=False))
    axes = {"cost": words("ladder.axis_cost"), "rest": words("ladder.axis_rest")}
    drawn = curves.ladder_chart(pd.DataFrame(rows), colours=colours, titles=axes, language=words.language)
    return Figure("ladder", drawn, words("ladder.chart"), words("ladder.chart_alt"), "", "renovation-ladder")


def _group_table(
    material: Material, ladder: pd.DataFrame, found: dict[str, dict[Any, dict[Any, Any]]], group: tuple[str, str]
) -> Table:
    """One row per rung that enough buildings of the group have."""
    words = material.words
    here = ladder[(ladder["kind"] == group[0]) & (ladder["period"] == group[1])]
    rows: list[tuple[Text, ...]] = []
    for rung, steps in here.groupby("rung", sort=True):
        at = (*group, rung)
        if pd.isna(found["cost"][at]["median"]):
            continue
        rows.append(cells(
            words("ladder.rung_none") if rung == 0 else words("ladder.rung", rung=rung), _usual_measures(material, steps["measures"]),
            _cost(material, found["cost"][at]), material.notation.share(found["saved"][at]["median"]),
            material.amount(found["need"][at]["median"], 2),
        ))  # fmt: skip
    names = ("rung", "measures", "cost", "saved", "need")
    header = tuple(words(f"ladder.{name}_column") for name in names)
    numeric = (False, False, True, True, True)
    caption = words("ladder.table", group=_group_title(material, group))
    return Table(caption, header, tuple(rows), numeric, method="renovation-ladder")


def _cost(material: Material, row: dict[Any, Any]) -> str:
    """Median cost with its band; nothing stands without one."""
    return material.notation.number(0) if row["p90"] < 1 else material.spread(row)


def measures_text(material: Material, measures: str) -> str:
    """Measures joined by + in words."""
    names = [material.words.name("measures", name) for name in measures.split("+") if name]
    return ", ".join(names) or material.words("ladder.no_measures")


def _usual_measures(material: Material, measures: pd.Series) -> str:
    """The most frequent measures of a group, when enough buildings have them."""
    counts = measures.value_counts()
    if counts.iloc[0] < disclosure.RULES.contributors:
        return material.words("ladder.differs")
    return measures_text(material, str(counts.index[0]))


# --------------------------------------------------------------------------------------------------------------- what is chosen


def package_title(material: Material, name: str) -> str:
    """A package, or neighbours in depth joined, in words; what they share at the end is said once."""
    parts = [material.words.name("packages", part).split(" ") for part in name.split("|")]
    shared = {tuple(part[1:]) for part in parts}
    if len(parts) > 1 and len(shared) == 1:
        parts = [[part[0]] for part in parts[:-1]] + parts[-1:]
    joined = material.words("choice.either").join(" ".join(part) for part in parts)
    return joined[:1].upper() + joined[1:]


def _depths(material: Material) -> list[Block]:
    """Dwellings and investment by depth of what is done."""
    words, notation, labels = material.words, material.notation, material.packages
    homes = material.heated["dwellings"].reindex(labels.index).astype(float)
    money = material.renovated["investment_eur"].reindex(labels.index)
    who = pd.Series(labels.index, index=labels.index)
    spent = disclosure.published_parts(money, who, labels).values["investment_eur"] / _MILLION
    order = sorted(labels.unique(), key=lambda name: tables.PACKAGES.index(name.split("|")[0]))
    counts, dwellings = labels.value_counts(), homes.groupby(labels).sum()
    whole = float(homes.sum())
    rows = [
        cells(
            package_title(material, name), notation.number(counts[name]), notation.number(dwellings[name]),
            notation.share(dwellings[name] / whole if whole else 0.0), material.amount(spent[name]),
        )
        for name in order
    ]  # fmt: skip
    total = float(spent[TOTAL]) if TOTAL in spent.index else float(spent.iloc[0])
    rows.append(cells(words("page.total"), notation.number(len(labels)), notation.number(whole), "", material.amount(total)))  # fmt: skip
    names = ("depth", "buildings", "dwellings", "share", "spent")
    header = tuple(words(f"ladder.{name}_column") for name in names)
    numeric = (False, True, True, True, True)
    return [
        Table(
            words("ladder.depths"), header, tuple(rows), numeric, words("ladder.depths_note"), True, "renovation-ladder"
        )
    ]


def _stops(material: Material) -> list[Block]:
    """The rung on which insulating stops to pay, by type; nothing in a plan that does not know it."""
    words, heated, rung = material.words, material.heated, material.table("stop_insulating")["rung"]
    rung = rung[rung.index.isin(heated.index)]
    if rung.empty:
        return []
    order = [str(number) for number in range(_LAST_RUNG + 1)]
    ones = pd.Series(1.0, index=rung.index)
    labels = disclosure.merged_neighbours(ones, rung.clip(upper=_LAST_RUNG).astype(int).astype("str"), order=order)
    kinds = heated["kind"].reindex(rung.index)
    found = disclosure.coarsened_counts(kinds, labels, order=order, counted=disclosure.published_crosstab).values
    names = sorted((str(name) for name in found.columns if name != TOTAL), key=lambda name: int(name.split("|")[0]))
    titles = {name: _rung_title(material, name) for name in names}
    colours = {name: palette.RUNGS[int(name.split("|")[0])] for name in names}
    blocks: list[Block] = [Paragraph(words.rich("ladder.stop_lead"))]
    chart = share_bars(material, found, titles, colours=colours, axis=words("start.share_axis"))
    if chart:
        blocks.append(
            Figure("stop", chart, words("ladder.stop_chart"), words("ladder.stop_alt"), "", "stop-insulating")
        )
    caption = words("ladder.stop")
    return [*blocks, Details(caption, (count_table(material, found, titles, caption=caption),))]


def _rung_title(material: Material, name: str) -> str:
    """A rung, or neighbouring rungs joined, as the title of a column."""
    words, parts = material.words, [int(part) for part in name.split("|")]
    first, last = parts[0], parts[-1]
    if last == _LAST_RUNG:
        return words("ladder.rung_from", rung=first)
    if first == last:
        return words("ladder.rung_none") if first == 0 else words("ladder.rung", rung=first)
    return words("ladder.rung_until", rung=last) if first == 0 else words("ladder.rung_range", first=first, last=last)


def _trades(material: Material) -> list[Block]:
    """Investment in the envelope by trade."""
    words, found = material.words, material.renovated
    long = found[[f"{trade}_eur" for trade in TRADES]].rename(columns=lambda name: name.removesuffix("_eur"))
    stacked = long.stack().reset_index().set_axis(["who", "trade", "amount"], axis=1)
    if not (stacked["amount"] > 0).any():
        return [Paragraph(plain(words("ladder.no_works")))]
    sums = disclosure.published_parts(stacked["amount"], stacked["who"], stacked["trade"]).values["amount"] / _MILLION
    whole = sums[TOTAL]
    rows = [
        cells(
            words.name("trades", trade), material.amount(sums[trade]),
            _share(material, sums[trade], whole),
        )
        for trade in TRADES
    ]  # fmt: skip
    rows.append(cells(words("page.total"), material.amount(whole), ""))
    header = tuple(words(f"ladder.{name}_column") for name in ("trade", "spent_trade", "share_spent"))
    note = words("page.hidden_note") if sums.isna().any() else ""
    return [Table(words("ladder.trades"), header, tuple(rows), (False, True, True), note, True, "renovation-ladder")]


def _share(material: Material, part: float, whole: float) -> str:
    """A part of the whole; nothing is no share of it, whatever is hidden."""
    share = 0.0 if part == 0 else part / whole
    return material.words("page.hidden") if pd.isna(share) else material.notation.share(share)


def renovation_line(material: Material) -> list[Text]:
    """How many dwellings the plan insulates, and how many of them deeply, in a sentence; none where that may not be said."""
    if not material.publishable or material.renovated.empty:
        return []
    labels, homes = material.packages, material.heated["dwellings"].reindex(material.packages.index).astype(float)
    deeper = labels.str.split("|").str[0].isin(tables.DEPTHS[1:])
    if not homes.sum() or (labels[~deeper].str.split("|").str[-1].isin(tables.DEPTHS[1:])).any():
        return []
    key = "summary.renovated" if deeper.any() else "summary.renovated_none"
    share = material.notation.share(homes[deeper].sum() / homes.sum())
    return [material.words.rich(key, share=share)]
