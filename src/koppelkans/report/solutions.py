"""Options per type of building, side by side for society and owner; the choice among them, and what lies just beside it."""

from __future__ import annotations

from typing import Any

import pandas as pd

from koppelkans import disclosure, tables
from koppelkans.report import charts, palette
from koppelkans.report.document import Block, Figure, Paragraph, Section, Table, inside, plain
from koppelkans.report.material import KINDS, OTHER, Material, cells
from koppelkans.report.start import count_table, share_bars

_AMOUNTS = (
    "society_eur_per_year", "owner_eur_per_year", "investment_eur", "owner_investment_eur", "emission_kg", "electric_peak_kw",
)  # fmt: skip
_CHART_TYPES = 4
_CLOSE_SHARE = 0.05
_STEPS = 20


def solutions_section(material: Material) -> Section:
    """The chapter on what could heat each type of building."""
    words, options = material.words, material.options
    kinds = _shown_types(material)
    homes = [kind for kind in kinds if kind != "non_residential"] or kinds
    blocks: list[Block] = [Paragraph(words.rich("solutions.lead"), "lead")]
    if not kinds:
        return Section("oplossingen", words("solutions.title"), (*blocks, Paragraph(plain(words("solutions.none")))))
    blocks.append(Paragraph(plain(words("solutions.per_home"))))
    per_home = options.assign(**{name: options[name] / options["homes"] for name in _AMOUNTS})
    groups = [per_home["kind"], per_home["solution"]]
    found = {name: disclosure.quantiles(per_home[name], groups) for name in _AMOUNTS}
    chart = _chart(material, found, homes[:_CHART_TYPES])
    blocks.append(Figure("options", chart, words("solutions.chart"), words("solutions.chart_alt")))
    rows = {name: frame.to_dict("index") for name, frame in found.items()}
    blocks += [_type_table(material, rows, kind) for kind in kinds]
    blocks.append(Paragraph(plain(words("solutions.households_note"))))
    return Section("oplossingen", words("solutions.title"), tuple(blocks))


def _shown_types(material: Material) -> list[str]:
    """Types with enough buildings, most frequent first."""
    counts = material.heated["kind"].value_counts()
    return [str(name) for name in counts.index if name != OTHER]


def _chart(material: Material, found: dict[str, pd.DataFrame], kinds: list[str]) -> str:
    words = material.words
    names = {"society_eur_per_year": words("solutions.society"), "owner_eur_per_year": words("solutions.owner")}
    parts = [found[column].reset_index().assign(whose=whose) for column, whose in names.items()]
    frame = pd.concat(parts).dropna(subset="median")
    frame = frame.rename(columns={"kind": "type"})
    frame = frame[frame["type"].isin(kinds)]
    order = frame["type"].map(kinds.index) * 100 + frame["solution"].map(tables.SOLUTIONS.index)
    frame = frame.assign(order=order, second=frame["whose"].map(list(names.values()).index)).sort_values(
        ["order", "second"]
    )
    frame = frame.assign(
        type=frame["type"].map(lambda kind: words.name("types", kind)),
        solution=frame["solution"].map(lambda name: words.name("solution_names", name)),
    )
    columns = ["type", "solution", "whose", "p10", "median", "p90"]
    return charts.options_chart(frame[columns], titles={"cost": words("solutions.cost_axis")}, language=words.language)


def _type_table(material: Material, found: dict[str, dict[Any, dict[Any, Any]]], kind: str) -> Table:
    """One row per solution; ``found``: per amount the quantiles by type and solution."""
    words, options = material.words, material.options
    here = options[options["kind"] == kind]
    count = int((material.heated["kind"] == kind).sum())
    rows = []
    for name in tables.SOLUTIONS:
        at = (kind, name)
        if at not in found["emission_kg"] or pd.isna(found["emission_kg"][at]["median"]):
            continue
        rows.append(
            cells(
                words.name("solution_names", name),
                *[material.spread(found[column][at]) for column in _AMOUNTS[:2]],
                *[material.amount(found[column][at]["median"], 2) for column in _AMOUNTS[2:]],
                _needs(material, here[here["solution"] == name]),
                material.notation.share(_in_twentieths(found["emission_kg"][at]["contributors"] / count)),
            )
        )
    names = ("solution", "society", "owner", "investment", "own", "co2", "peak", "needs", "buildings")
    return Table(
        caption=words("solutions.table", type=words.name("types", kind), count=material.notation.number(count)),
        header=tuple(words(f"solutions.{name}_column") for name in names), rows=tuple(rows),
        numeric=(False, True, True, True, True, True, True, False, True), note=words("solutions.note"),
    )  # fmt: skip


def _in_twentieths(share: float) -> float:
    """A share in steps of 5 %, so that a few buildings that differ do not show."""
    return round(share * _STEPS) / _STEPS


def _needs(material: Material, rows: pd.DataFrame) -> str:
    """The package that a solution most often needs first, with its share of the buildings, rounded to tenths."""
    shares = rows["package"].value_counts(normalize=True)
    package, share = str(shares.index[0]), round(float(shares.iloc[0]), 1)
    return material.words(
        "solutions.needs", package=material.words.name("packages", package), share=material.notation.share(share)
    )


# ------------------------------------------------------------------------------------------------------------------- the choice


def choice_section(material: Material) -> Section:
    """The chapter on what was chosen, how firm that is, and what owners would choose for themselves."""
    words = material.words
    if not material.publishable:
        return Section("keuze", words("choice.title"), (Paragraph(plain(words("summary.too_small"))),))
    found, titles = solution_counts(material, "solution")
    blocks: list[Block] = [Paragraph(words.rich("choice.lead"), "lead")]
    colours = {name: palette.SOLUTIONS.get(name, palette.JOINED) for name in titles}
    chart = share_bars(material, found, titles, colours=colours, axis=words("start.share_axis"))
    if chart:
        blocks.append(Figure("choices", chart, words("choice.chart"), words("choice.chart_alt")))
    blocks += [
        count_table(material, found, titles, caption=words("choice.mix")),
        *_regret(material),
        _owner_table(material),
    ]
    return Section("keuze", words("choice.title"), tuple(blocks))


def _regret(material: Material) -> list[Block]:
    words, choices = material.words, material.choices
    known = choices.dropna(subset=["regret_eur_per_year", "second_best"])
    chosen_key = known.index.astype(str) + "|" + known["solution"]
    cost = material.plan["options"]["society_eur_per_year"].reindex(chosen_key).to_numpy()
    known = known.assign(
        regret=known["regret_eur_per_year"] / known["homes"], close=known["regret_eur_per_year"] < _CLOSE_SHARE * cost
    )
    spread = disclosure.quantiles(known["regret"], known["kind"]).to_dict("index")
    rows = []
    for kind in (name for name in KINDS if name in spread and pd.notna(spread[name]["median"])):
        here = known[known["kind"] == kind]
        seconds = here["second_best"].value_counts(normalize=True)
        second = words.name("solution_names", seconds.index[0])
        rows.append(
            cells(
                words.name("types", kind),
                f"{second} ({material.notation.share(round(float(seconds.iloc[0]), 1))})",
                material.amount(spread[kind]["median"], 2),
                material.notation.range(spread[kind]["p10"], spread[kind]["p90"], 2),
                material.notation.share(round(float(here["close"].mean()), 1)),
            )
        )
    if not rows:
        return []
    header = (
        words("start.type"),
        *(words(f"choice.{name}_column") for name in ("second", "regret", "regret_band", "close")),
    )
    return [
        Table(
            words("choice.regret"), header, tuple(rows), (False, False, True, True, True), words("choice.regret_note")
        )
    ]


def _owner_table(material: Material) -> Block:
    words = material.words
    found, titles = solution_counts(material, "owner_best")
    day = material.notation.day(material.plan.scenario.reference_date)
    return count_table(material, found, titles, caption=words("choice.owner", day=day), note=words("choice.owner_note"))


def solution_counts(material: Material, column: str) -> tuple[pd.DataFrame, dict[str, str]]:
    """Published number of buildings by kind and solution, with the titles of its columns; rare solutions stand together."""
    choices, words = material.choices, material.words
    found = material.solution_mix if column == "solution" else material.mix(column)
    titles = {name: words.name("solution_names", name) for name in tables.SOLUTIONS if name in found.columns}
    if OTHER in found.columns:
        apart = choices.loc[~choices[column].isin(list(titles)), column].value_counts()
        many = [name for name in apart.index if apart[name] >= disclosure.RULES.contributors] or [apart.index[0]]
        names = [words.name("solution_names", name) for name in many]
        title = words("choice.either").join([names[0], *map(inside, names[1:])])
        titles[OTHER] = title if len(many) == len(apart) else words("choice.joined", solution=title)
    return found, titles
