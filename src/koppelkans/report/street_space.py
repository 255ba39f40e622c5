"""Street space in the report: what was asked of the streets together, what clashes, what they become, and what that brings - never one street by name."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import altair as alt
import pandas as pd

from koppelkans import disclosure
from koppelkans.report import palette
from koppelkans.report.cross_section import WORDS, cross_section_figure, section_rows
from koppelkans.report.document import (
    Block,
    Columns,
    Details,
    Figure,
    Heading,
    Notice,
    Paragraph,
    Run,
    Section,
    Table,
    Text,
    inside,
    plain,
)
from koppelkans.report.drawing import WIDTH, drawn
from koppelkans.report.joint_space import space_dividend_blocks
from koppelkans.report.material import OTHER, Material, Words, cells, one_line

ANCHOR = "straatruimte"
GROUPS = ("space", "water", "heat_stress", "mobility")
"""Groups of indicators that stand in this chapter."""
_PAIRS = 3
_TENS = -1
_SHARE = "aandeel"
_MILLION = 1e6
_PLANNED = ("computed", "kept", "frozen")


@dataclass(frozen=True)
class PublishedSpace:
    """The street space of a plan as far as it may be published."""

    material: Material

    @cached_property
    def streets(self) -> pd.DataFrame:
        """Sections with a cross-section, with their length; to count in, not to print."""
        found = self.material.table("street_patterns")
        sections = self.material.plan.place.sections
        planned = found[found["state"].isin(_PLANNED) & found["pattern_then"].notna()]
        if sections is None or planned.empty:
            return planned.assign(length_m=0.0).iloc[:0]
        length = sections["length_m"].set_axis(sections.index.astype(str)).reindex(planned.index)
        return planned.assign(length_m=length.to_numpy(float))

    @cached_property
    def publishable(self) -> bool:
        """Whether there are enough sections for totals over the place."""
        return disclosure.allowed_total(self.streets["length_m"])

    @cached_property
    def groups(self) -> pd.Series:
        """The cross-section under which each section is published; ``OTHER``: few sections; missing: nothing may be."""
        return disclosure.merged_small_groups(self.streets["length_m"], self.streets["pattern_then"], rest=OTHER)

    def counted(self, count: int) -> str:
        """A number of sections, coarse where it is small."""
        few = disclosure.RULES.contributors
        return self.material.words("space.few", count=few) if 0 < count < few else self.material.notation.number(count)

    def amount(self, value: Any, unit: str) -> str:
        """A figure with its unit as written in the tables of space."""
        if pd.isna(value):
            return self.material.notation.number(None)
        if unit.startswith(_SHARE):
            return self.material.notation.share(value, 0 if round(100 * value, 1) == round(100 * value) else 1)
        named = self.material.words.name("space_units", unit)
        return f"{self.material.notation.rounded(value)}\u00a0{named}"


def street_space_section(material: Material) -> Section:
    """The chapter on the space of the streets: demands, clashes, cross-sections now and then, parking against green, indicators, climate pact."""
    space, words = PublishedSpace(material), material.words
    if space.streets.empty:
        return one_line(material, ANCHOR, "space", "none")
    if not space.publishable:
        return one_line(material, ANCHOR, "space", "too_few")
    blocks = [*_lead(space), *_clashes(space), *_targets(space), *_become(space), *_pairs(space), *_pareto(space)]
    moved = space_dividend_blocks(material, space.amount, lambda key: _demand(space, key))
    return Section(ANCHOR, words("space.title"), (*blocks, *moved, *_indicators(space), *_lekp(space)))


def _lead(space: PublishedSpace) -> list[Block]:
    words, streets = space.material.words, space.streets
    keeps = int(
        (streets["state"] == "kept").sum()
        + (streets["pattern_now"] == streets["pattern_then"])[streets["state"] != "kept"].sum()
    )
    lead = words.rich(
        "space.lead", sections=space.material.notation.number(len(streets)), changed=space.counted(len(streets) - keeps),
        cost=space.material.notation.rounded(streets["cost_eur"].sum() / _MILLION, 2),
    )  # fmt: skip
    return [
        Paragraph(lead, "lead"),
        Notice("assumption", words("space.today_title"), plain(words("space.today"))),
    ]


# ------------------------------------------------------------------------------------------------------------ demands, clashes


def _demand(space: PublishedSpace, key: str) -> str:
    """A demand as it stands inside a sentence."""
    targets = space.material.table("space_targets")
    if key in targets.index:
        return inside(space.material.title(targets.loc[key]))
    return space.material.words.name("space_demands", key)


def _clashes(space: PublishedSpace) -> list[Block]:
    """Every smallest set of demands that cannot be kept together, and how far each would have to give way."""
    words, found = space.material.words, space.material.table("space_clashes")
    blocks: list[Block] = []
    for _number, rows in found.groupby("clash", sort=True):
        names = " + ".join(_demand(space, key) for key in rows["demand"])
        key = "space.clash_one" if len(rows) == 1 else "space.clash"
        ways = [_way(space, row) for row in rows.to_dict("records") if not pd.isna(row["within"])]
        text = words.rich(key, names=names)
        ease = (
            words.rich("space.give_way_one" if len(rows) == 1 else "space.give_way", ways=words("space.or").join(ways))
            if ways
            else ()
        )
        title = words("space.clash_one_title" if len(rows) == 1 else "space.clash_title")
        blocks.append(Notice("warning", title, (*text, *ease)))
    return blocks


def _way(space: PublishedSpace, row: dict[Any, Any]) -> str:
    """Giving way on one demand: to how much beside the others of the set, and beside everything that was asked where that is less."""
    words = space.material.words
    told = {
        "name": _demand(space, row["demand"]), "asked": space.amount(row["asked"], row["unit"]), "most": space.amount(row["within"], row["unit"]),
    }  # fmt: skip
    less = not pd.isna(row["beside_all"]) and row["beside_all"] < row["within"]
    if less:
        return words("space.way_all", **told, all=space.amount(row["beside_all"], row["unit"]))
    return words("space.way", **told)


def _targets(space: PublishedSpace) -> list[Block]:
    """What was asked and reached, and what one step more would cost."""
    words, found = space.material.words, space.material.table("space_targets")
    title = Heading(words("space.targets_title"))
    if found.empty:
        return [title, Paragraph(plain(words("space.targets_none")))]
    rows = tuple(
        cells(
            space.material.title(row), space.amount(row["asked"], row["unit"]), space.amount(row["reached"], row["unit"]),
            words("space.yes" if row["met"] else "space.no"), space.material.notation.rounded(row["marginal_eur"], 2),
        )
        for row in found.to_dict("records")
    )  # fmt: skip
    header = tuple(words(f"space.{name}_column") for name in ("demand", "asked", "reached", "met", "marginal"))
    numeric = (False, True, True, False, True)
    table = Table(
        words("space.targets"), header, rows, numeric, words("space.targets_note"), method="street-space-choice"
    )
    return [title, table]


# ----------------------------------------------------------------------------------------------------------- cross-sections


def pattern_words(row: dict[Any, Any], words: Words) -> str:
    """A cross-section in words: direction, cyclists, what lies on both sides, gardens."""
    parts = [words.name("directions", row["direction"])]
    if row["cycle"] != "none":
        parts.append(words.name("cycle_kinds", row["cycle"]))
    left, right = row["left_side"], row["right_side"]
    if left == right:
        parts.append(words("space.both", side=words.name("sides", left)) if left != "none" else words("space.bare"))
    else:
        parts += [words("space.one_side", side=words.name("sides", side)) for side in (left, right) if side != "none"]
    if row["gardens"]:
        parts.append(words("space.with_gardens"))
    return ", ".join(parts)


def _become(space: PublishedSpace) -> list[Block]:
    """Sections and metres by cross-section, those of few sections together."""
    words, notation = space.material.words, space.material.notation
    groups = space.groups.dropna()
    if groups.empty:
        return []
    patterns = space.material.table("patterns")
    by = space.streets.loc[groups.index].groupby(groups)["length_m"].agg(["size", "sum"])
    ordered = by.sort_values("sum", ascending=False, kind="stable")
    ordered = pd.concat([ordered[ordered.index != OTHER], ordered[ordered.index == OTHER]])
    rows = []
    for key, (count, metres) in zip(ordered.index, ordered.itertuples(index=False), strict=True):
        counted = (notation.number(count), notation.number(round(metres, _TENS)))
        if key == OTHER:
            rows.append(cells(words("space.other"), "", *counted, "", "", ""))
            continue
        row = {str(name): value for name, value in patterns.loc[key].items()}
        told = pattern_words(row, words) + (words("space.as_now") if "|now" in str(key) else "")
        figures = (notation.number(row[name], 0 if name == "bays" else 1) for name in ("bays", "trees", "storage_m3"))
        rows.append(cells(told, notation.number(row["class_m"], 1), *counted, *figures))
    header = tuple(
        words(f"space.{name}_column") for name in ("pattern", "width", "sections", "metres", "bays", "trees", "storage")
    )
    numeric = (False, True, True, True, True, True, True)
    table = Table(
        words("space.become"), header, tuple(rows), numeric, words("space.become_note"), method="street-space-patterns"
    )
    return [Heading(words("space.become_title")), table]


def _pairs(space: PublishedSpace) -> list[Block]:
    """The cross-sections that most metres of street change into, beside those of today: drawings, with their strips as a table."""
    words, streets = space.material.words, space.streets
    moved = streets[(streets["pattern_now"] != streets["pattern_then"]) & streets["pattern_now"].notna()]
    by = moved.groupby(["pattern_now", "pattern_then"])["length_m"].agg(["size", "sum"])
    shown = (
        by[by["size"] >= disclosure.RULES.contributors].sort_values("sum", ascending=False, kind="stable").head(_PAIRS)
    )
    shown = shown[shown.index.get_level_values("pattern_then").isin(space.groups.unique())]
    if shown.empty:
        return []
    blocks: list[Block] = [Heading(words("space.pairs_title")), Paragraph(plain(words("space.pairs_lead")))]
    patterns = space.material.table("patterns")
    told_pairs: list[tuple[Any, Any]] = list(shown.to_dict("index").items())
    for number, ((now, then), row) in enumerate(told_pairs, start=1):
        about = {str(name): value for name, value in patterns.loc[then].items()}
        told = {"width": space.material.notation.number(about["class_m"], 1), "name": pattern_words(about, words)}
        counted = {"sections": int(row["size"]), "metres": space.material.notation.number(round(row["sum"], _TENS))}
        blocks.append(Paragraph(words.rich("space.pair", **told, **counted)))
        blocks.append(
            Columns(
                (_drawing(space, str(now), f"straat-{number}-nu", "now"),),
                (_drawing(space, str(then), f"straat-{number}-dan", "then"),),
                even=True,
            )
        )
        blocks.append(_strips(space, {"now": str(now), "then": str(then)}, **told))
    return blocks


def _rows_of(space: PublishedSpace, pattern: str) -> pd.DataFrame:
    strips = space.material.table("pattern_strips")
    return strips[strips["pattern"] == pattern]


def _drawing(space: PublishedSpace, pattern: str, name: str, when: str) -> Figure:
    words = space.material.words
    return cross_section_figure(
        _rows_of(space, pattern), name=name, caption=words(f"space.{when}"), words=WORDS[words.language]
    )


def _strips(space: PublishedSpace, patterns: dict[str, str], **told: str) -> Details:
    """The strips of both drawings as rows."""
    words = space.material.words
    rows = tuple(
        cells(words(f"space.{when}"), *row)
        for when, pattern in patterns.items()
        for row in section_rows(_rows_of(space, pattern), WORDS[words.language])
    )
    header = tuple(words(f"space.{name}_column") for name in ("when", "level", "number", "strip", "from", "wide"))
    numeric = (False, False, False, False, True, True)
    caption = words("space.strips", **told)
    return Details(caption, (Table(caption, header, rows, numeric, method="street-space-underground"),))


# --------------------------------------------------------------------------------------------------- parking against green


def _pareto(space: PublishedSpace) -> list[Block]:
    """The most canopy and the most storage for every share of parking kept."""
    words, notation, found = space.material.words, space.material.notation, space.material.table("space_pareto")
    if found.empty:
        return []

    def shown(value: float, text: str) -> str:
        return words("space.impossible") if pd.isna(value) else text

    rows = tuple(
        cells(
            notation.share(row["parking_share"]), shown(row["canopy_share"], notation.share(row["canopy_share"], 1)),
            shown(row["storage_mm"], notation.number(row["storage_mm"], 1)),
        )
        for row in found.to_dict("records")
    )  # fmt: skip
    header = tuple(words(f"space.{name}_column") for name in ("parking", "canopy", "mm"))
    table = Table(
        words("space.pareto_table"),
        header,
        rows,
        (True, True, True),
        words("space.pareto_note"),
        method="street-space-pareto",
    )
    blocks: list[Block] = [
        Heading(words("space.pareto_title")),
        Paragraph(words.rich("space.pareto_lead", **_half(space, found))),
    ]
    if found["canopy_share"].notna().any() or found["storage_mm"].notna().any():
        titles = {name: words(f"space.axis_{name}") for name in ("parking", "canopy", "storage")}
        svg = pareto_chart(found, titles=titles, language=words.language)
        blocks.append(
            Figure(
                "parkeren-groen", svg, words("space.pareto"), words("space.pareto_alt"), method="street-space-pareto"
            )
        )
    return [*blocks, table]


def _half(space: PublishedSpace, found: pd.DataFrame) -> dict[str, str]:
    """The point at which most parking is kept that is possible, and the last but one: what giving room away brings."""
    possible = found[found["canopy_share"].notna() & found["storage_mm"].notna()].sort_values(
        "parking_share", ascending=False
    )
    notation = space.material.notation
    if possible.empty:
        return dict.fromkeys(("most", "canopy", "mm", "less", "less_canopy", "less_mm"), notation.number(None))
    first, other = possible.iloc[0], possible.iloc[min(2, len(possible) - 1)]
    return {
        "most": notation.share(first["parking_share"]), "canopy": notation.share(first["canopy_share"]), "mm": notation.rounded(first["storage_mm"], 2),
        "less": notation.share(other["parking_share"]), "less_canopy": notation.share(other["canopy_share"]), "less_mm": notation.rounded(other["storage_mm"], 2),
    }  # fmt: skip


def pareto_chart(found: pd.DataFrame, *, titles: dict[str, str], language: str) -> str:
    """Most canopy, and beside it most storage, against the share of bays kept: columns of PARETO."""
    panels = []
    for column, title, spoken, colour in (
        ("canopy_share", titles["canopy"], ".0%", palette.SOLUTIONS["ground_heat_pump"]),
        ("storage_mm", titles["storage"], ".0f", palette.ACCENT),
    ):
        part = found[["parking_share", column]].dropna()
        x = alt.X(
            "parking_share:Q",
            title=titles["parking"],
            scale=alt.Scale(domain=[0, 1], nice=False, padding=14),
            axis=alt.Axis(format=".0%", tickCount=5),
        )
        y = alt.Y(f"{column}:Q", title=title, scale=alt.Scale(zero=True), axis=alt.Axis(format=spoken))
        base = alt.Chart(part).encode(x=x, y=y)
        line = base.mark_line(color=colour, strokeWidth=2.5, point=alt.OverlayMarkDef(size=45, color=colour))
        text = base.mark_text(dy=-11, fontSize=11, color=palette.INK).encode(
            text=alt.Text(f"{column}:Q", format=spoken)
        )
        panels.append(alt.layer(line, text).properties(width=(WIDTH - 170) // 2, height=190))
    return drawn(alt.hconcat(*panels, spacing=28), language)


# ------------------------------------------------------------------------------------------------------- indicators, pact


def _indicators(space: PublishedSpace) -> list[Block]:
    """Indicators of space, water, heat stress and mobility over the planned sections."""
    words, material = space.material.words, space.material
    found = material.indicators
    found = found[found["group"].isin(GROUPS)]
    if found.empty:
        return []
    rows: list[tuple[Text, ...]] = []
    for row in found.to_dict("records"):
        title: Text = (Run(material.title(row), link=f"#methode-{row['method']}"),)
        rows.append((title, *cells(words.name("space_groups", row["group"]), space.amount(row["value"], row["unit"]))))
    header = tuple(words(f"space.{name}_column") for name in ("indicator", "group", "value"))
    return [
        Heading(words("space.indicators_title")),
        Table(words("space.indicators"), header, tuple(rows), (False, False, True), words("space.indicators_note")),
    ]  # fmt: skip


def _lekp(space: PublishedSpace) -> list[Block]:
    """What the streets bring to the goals of the climate pact, as part of the goal for so many inhabitants."""
    words, notation, found = space.material.words, space.material.notation, space.material.table("lekp")
    if found.empty:
        return []
    rows = tuple(
        cells(
            space.material.title(row), space.amount(row["target"], row["unit"]), space.amount(row["delta"], row["unit"]), notation.share(row["target_share"]),
        )
        for row in found.to_dict("records")
    )  # fmt: skip
    header = tuple(words(f"space.{name}_column") for name in ("goal", "target", "delta", "part"))
    numeric = (False, True, True, True)
    table = Table(words("space.lekp"), header, rows, numeric, words("space.lekp_note"), method="lekp")
    return [Heading(words("space.lekp_title")), table]
