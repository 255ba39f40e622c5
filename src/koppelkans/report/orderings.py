"""Three orderings of insulating and leaving fossil fuel, side by side: what they cost, emit and leave undone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from koppelkans import disclosure, tables
from koppelkans.report import curves, palette
from koppelkans.report.document import Block, Bullets, Figure, Paragraph, Section, Table, Text
from koppelkans.report.material import Material, cells, one_line

_MILLION, _THOUSAND = 1e6, 1e3
_COUNTS = (
    "fossil_free_dwellings", "fossil_free_below_a_dwellings", "light_dwellings", "medium_dwellings", "deep_dwellings",
)  # fmt: skip
_DEPTH_OF = dict(zip(_COUNTS[2:], tables.DEPTHS[1:], strict=True))
_FIRST = "efficiency_first"


def orderings_section(material: Material) -> Section:
    """The chapter on the three orderings."""
    words = material.words
    if not material.publishable:
        return one_line(material, "volgordes", "orderings", "too_small")
    if material.printed("orderings").empty:
        return one_line(material, "volgordes", "orderings", "none")
    found = published_orderings(material)
    blocks: list[Block] = [Paragraph(words.rich("orderings.lead"), "lead"), Bullets(_what(material, found))]
    blocks += [_table(material, found), _chart(material, found), *_lines(material, found)]
    return Section("volgordes", words("orderings.title"), tuple(blocks))


def published_orderings(material: Material) -> pd.DataFrame:
    """The orderings in fixed order, counts of a few dwellings, or of all but a few, hidden.

    Dwellings by depth of the chosen ordering are hidden too where the depth may not be published alone.
    """
    found = material.printed("orderings")
    found = found.loc[[name for name in tables.ORDERINGS if name in found.index]]
    few = float(disclosure.RULES.contributors)
    shown = found.copy()
    together = {part for label in material.packages.unique() if "|" in label for part in label.split("|")}
    for column in _COUNTS:
        rest = found["dwellings"] - found[column]
        hidden = found[column].between(0, few, inclusive="neither") | rest.between(0, few, inclusive="neither")
        joined = column in _DEPTH_OF and _DEPTH_OF[column] in together
        shown[column] = found[column].mask(hidden | (found["chosen"] & joined))
    known = shown["deep_dwellings"].notna()
    avoided = known & bool(known.get(_FIRST, False))
    return shown.assign(deep_avoided_dwellings=found["deep_avoided_dwellings"].where(avoided))


def _what(material: Material, found: pd.DataFrame) -> tuple[Text, ...]:
    """Each ordering in a sentence, the chosen one said."""
    words = material.words
    return tuple(
        (*words.rich(f"orderings.{name}"), *(words.rich("orderings.chosen_line") if chosen else ()))
        for name, chosen in found["chosen"].items()
    )


def _table(material: Material, found: pd.DataFrame) -> Table:
    """One column per ordering, the chosen one marked."""
    words, notation = material.words, material.notation
    million, thousand, number = _in(material, _MILLION), _in(material, _THOUSAND), material.count
    rows: dict[str, Callable[[Any], str]] = {
        "present_cost_eur": million, "investment_eur": million, "society_eur_per_year": thousand, "owner_eur_per_year": thousand,
        "emission_after_tonnes": notation.rounded, "emission_horizon_tonnes": notation.rounded, "need_after_kwh_per_m2": notation.number,
        "fossil_free_dwellings": number, "fossil_free_below_a_dwellings": number, "light_dwellings": number, "medium_dwellings": number,
        "deep_dwellings": number, "deep_avoided_dwellings": number, "last_year": str,
    }  # fmt: skip
    records: dict[str, dict[str, Any]] = {
        str(name): {str(key): value for key, value in row.items()} for name, row in found.to_dict("index").items()
    }
    printed = tuple(
        cells(words(f"orderings.row_{name}"), *[told(row[name]) for row in records.values()])
        for name, told in rows.items()
    )
    header = (words("orderings.row_column"), *(_name(material, name, row["chosen"]) for name, row in records.items()))
    hidden = found[[*_COUNTS, "deep_avoided_dwellings"]].isna().to_numpy().any()
    note = " ".join([words("orderings.note"), *([words("page.hidden_note")] if hidden else [])])
    numeric = (False, *[True] * len(records))
    return Table(words("orderings.table"), header, printed, numeric, note, method="orderings")


def _in(material: Material, unit: float) -> Callable[[float], str]:
    """How an amount is written in a larger unit."""
    return lambda value: material.notation.rounded(value / unit)


def _name(material: Material, name: str, chosen: bool) -> str:
    title = material.words.name("ordering_names", name)
    return material.words("orderings.chosen", title=title) if chosen else title


def _chart(material: Material, found: pd.DataFrame) -> Figure:
    words = material.words
    parts = found["chosen"].map({True: words("orderings.part_chosen"), False: words("orderings.part_other")})
    frame = pd.DataFrame({
        "name": [words.name("ordering_names", name) for name in found.index], "cost": found["present_cost_eur"] / _MILLION,
        "emission": found["emission_horizon_tonnes"], "part": parts,
    })  # fmt: skip
    hues = {words("orderings.part_chosen"): palette.AFTER, words("orderings.part_other"): palette.NOW}
    colours = {name: hue for name, hue in hues.items() if (parts == name).any()}
    axes = {"cost": words("orderings.axis_cost"), "emission": words("orderings.axis_emission")}
    drawn = curves.orderings_chart(frame, colours=colours, titles=axes, language=words.language)
    return Figure("orderings-chart", drawn, words("orderings.chart"), words("orderings.chart_alt"), "", "orderings")


def _lines(material: Material, found: pd.DataFrame) -> list[Block]:
    """What the chosen ordering saves against efficiency first, in a sentence each; nothing where that was chosen itself."""
    words, notation = material.words, material.notation
    chosen = found[found["chosen"]]
    if chosen.empty or _FIRST not in found.index or chosen.index[0] == _FIRST:
        return []
    here: dict[str, Any] = {str(key): value for key, value in chosen.iloc[0].items()}
    first: dict[str, Any] = {str(key): value for key, value in found.loc[_FIRST].items()}
    lines = []
    cost = (here["present_cost_eur"] - first["present_cost_eur"]) / _MILLION
    emission = here["emission_horizon_tonnes"] - first["emission_horizon_tonnes"]
    lines.append(words.rich(
        "orderings.against", cost=words(f"orderings.{_direction(cost)}", amount=notation.rounded(abs(cost), 2)),
        emission=words(f"orderings.emission_{_direction(emission)}", amount=notation.rounded(abs(emission), 2)),
    ))  # fmt: skip
    avoided, below = here["deep_avoided_dwellings"], here["fossil_free_below_a_dwellings"]
    if pd.notna(avoided) and avoided > 0:
        lines.append(words.rich("orderings.avoided", count=notation.number(avoided)))
    if pd.notna(below) and below > 0:
        lines.append(words.rich("orderings.below_a", count=notation.number(below)))
    return [Bullets(tuple(lines))]


def _direction(difference: float) -> str:
    return "more" if difference > 0 else "less"
