"""What planning together saves in the report: in one sentence, with its proof and its parts, and the plans of the chain side by side.

Percentiles stand alone where the age of any asset was drawn.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from koppelkans.report import palette
from koppelkans.report.document import Block, Figure, Notice, Paragraph, Table, Text, plain
from koppelkans.report.joint_space import few_rebuilt
from koppelkans.report.material import Material, cells
from koppelkans.report.published_works import CENT, MILLION, PublishedWorks
from koppelkans.report.works_charts import waterfall_chart
from koppelkans.tables.works import DRAWN_ASSETS, WORKS_INDICATORS

_PROVEN = "proven_share"
_OF_HEAT = ("heat_eur", "mean_live_year", "live_share", "saved_to_2040_tonnes", "saved_to_2050_tonnes")
_LUCKY, _JOINT, _ALONE = "S1", "J", "S0"
_PARTS = ("own_eur", "lost_life_eur", "opening_eur", "mobilisation_eur", "nuisance_eur", "overdue_eur", "after_horizon_eur", "over_limits_eur")  # fmt: skip


def dividend_line(material: Material) -> list[Text]:
    """The headline in one sentence for the summary: percentiles where ages were drawn; nothing in a plan without works or with too few."""
    works, words = PublishedWorks(material), material.words
    if not works.chain or not works.publishable:
        return []
    if not works.drawn:
        proof = words("summary.dividend_proven" if _proven(works) else "summary.dividend_not_proven")
        return [words.rich("summary.dividend", amount=works.millions(works.chain[_JOINT]["saved_eur"]), proof=proof)]
    drawn = works.table(DRAWN_ASSETS)
    if "dividend_eur" not in drawn.index:
        return [words.rich("summary.dividend_undrawn")]
    rows: dict[Any, dict[Any, Any]] = drawn.to_dict("index")
    row, unproven = rows["dividend_eur"], rows.get(_PROVEN, {"p10": 0.0})["p10"] < 1.0
    proof = words("summary.dividend_not_proven" if unproven else "summary.dividend_proven")
    amounts = {name: works.millions(row[name], 2) for name in ("p10", "p50", "p90")}
    return [words.rich("summary.dividend_drawn", **amounts, count=int(row["draws"]), proof=proof)]


def dividend_blocks(works: PublishedWorks) -> list[Block]:
    """The headline with its proof, its parts, the plans of the chain, how much later heat comes, and what it does to the threshold of a street.

    works: publishable, no age drawn.
    """
    return [*_headline(works), *_waterfall(works), _plans(works), *_waiting(works), *_threshold(works)]


def drawn_blocks(works: PublishedWorks) -> list[Block]:
    """Percentiles over draws; nothing else may stand on ages that nobody knows."""
    words, notation, drawn = works.material.words, works.material.notation, works.table(DRAWN_ASSETS)
    if few_rebuilt(works.material):
        drawn = drawn[~drawn.index.str.startswith("space_")]
    blocks: list[Block] = [Notice("assumption", words("works.drawn_title"), plain(words("works.drawn")))]
    if drawn.empty:
        return [*blocks, Paragraph(plain(words("works.drawn_none")))]

    def shown(row: dict[Any, Any], name: str) -> str:
        if row["unit"] == "aandeel":
            return notation.share(row[name], 1)
        return works.millions(row[name]) if row["unit"] == "EUR" else notation.number(row[name], 1)

    rows = tuple(
        cells(_in_unit(works, row), *(shown(row, name) for name in ("p10", "p50", "p90")))
        for row in drawn[drawn.index != _PROVEN].to_dict("records")
    )
    header = (words("works.figure_column"), "P10", "P50", "P90")
    note = words("works.drawn_note", count=int(drawn["draws"].min()))
    if _PROVEN in drawn.index:
        shares: dict[Any, float] = drawn["p50"].to_dict()
        note = f"{note} {words('works.drawn_proven', share=notation.share(shares[_PROVEN]))}"
    if "threshold_alone_share" in drawn.index:
        note = f"{note} {words('works.drawn_threshold')}"
    numeric = (False, True, True, True)
    return [*blocks, Table(words("works.drawn_title"), header, rows, numeric, note, method="dividend-robustness")]


def _in_unit(works: PublishedWorks, row: dict[Any, Any]) -> str:
    units = {"EUR": works.material.words("works.million"), "jaar": works.material.words("works.years")}
    unit = units.get(row["unit"], "")
    return f"{works.material.title(row)} ({unit})" if unit else works.material.title(row)


def _proven(works: PublishedWorks) -> bool:
    joint, alone = works.chain[_JOINT], works.chain[_ALONE]
    return float(joint["saved_eur"]) > float(alone["gap_eur"]) + float(joint["gap_eur"])


def _headline(works: PublishedWorks) -> list[Block]:
    """What planning together saves, whether that is proven, and what it is of the cost."""
    words, notation, joint, lucky = (
        works.material.words,
        works.material.notation,
        works.chain[_JOINT],
        works.chain[_LUCKY],
    )
    share = joint["saved_eur"] / lucky["gross_eur"] if lucky["gross_eur"] > 0 else 0.0
    luck = works.chain[_ALONE]["net_eur"] - lucky["net_eur"]
    lead = words.rich(
        "works.lead", amount=works.millions(joint["saved_eur"]), share=notation.share(share), luck=works.millions(luck),
        gross=works.millions(joint["gross_saved_eur"]),
    )  # fmt: skip
    gaps = works.chain[_ALONE]["gap_eur"] + joint["gap_eur"]
    proof = words.rich(
        "works.proven" if _proven(works) else "works.not_proven", value=works.millions(lucky["net_eur"]), joint=works.millions(joint["net_eur"]),
        bound=works.millions(joint["bound_eur"]), gaps=works.millions(gaps), amount=works.millions(joint["saved_eur"]),
    )  # fmt: skip
    level = "info" if _proven(works) else "warning"
    title = words("works.proven_title" if _proven(works) else "works.not_proven_title")
    return [Paragraph(lead, "lead"), Notice(level, title, proof), Paragraph(words.rich("works.chain"))]


def _waterfall(works: PublishedWorks) -> list[Block]:
    """From S1 to J, a bar per part of the account that moves."""
    words, lucky, joint = works.material.words, works.chain[_LUCKY], works.chain[_JOINT]
    level = float(lucky["net_eur"]) / MILLION
    rows = [(_plan_name(works, _LUCKY), min(level, 0.0), max(level, 0.0), "total", level, False)]
    steps = [(name, float(joint[name]) - float(lucky[name])) for name in _PARTS]
    steps.append(("heat_eur", float(lucky["heat_eur"]) - float(joint["heat_eur"])))
    for name, moved in steps:
        if abs(moved) < CENT:
            continue
        after = level + moved / MILLION
        rows.append(
            (
                words(f"works.part_{name}"),
                min(level, after),
                max(level, after),
                "less" if moved < 0 else "more",
                moved / MILLION,
                True,
            )
        )
        level = after
    last = float(joint["net_eur"]) / MILLION
    rows.append((_plan_name(works, _JOINT), min(last, 0.0), max(last, 0.0), "total", last, False))
    frame = pd.DataFrame(rows, columns=["row", "low", "high", "kind", "amount", "step"])
    named = {kind: words(f"works.step_{kind}") for kind in ("total", "less", "more")}
    frame = frame.assign(
        part=frame["kind"].map(named), label=[works.material.notation.rounded(value) for value in frame["amount"]]
    )
    colours = dict(zip(named.values(), (palette.SOFT_INK, palette.RECEIVES, palette.PAYS), strict=True))
    titles = {"amount": words("works.axis_net")}
    svg = waterfall_chart(frame, colours=colours, titles=titles, language=words.language)
    return [
        Figure(
            "works-waterfall",
            svg,
            words("works.waterfall"),
            words("works.waterfall_alt"),
            words("works.waterfall_note"),
            "dividend",
        )
    ]


def _plan_name(works: PublishedWorks, plan: str) -> str:
    return works.material.words(f"works.plan_{plan.lower().replace('+', '_plus')}")


def _plans(works: PublishedWorks) -> Table:
    """The chain side by side: money, proof, time, space and nuisance."""
    words, notation = works.material.words, works.material.notation
    parts: dict[str, Any] = dict.fromkeys(
        (*_PARTS, "gross_eur", "heat_eur", "net_eur", "bound_eur", "gap_eur"), works.millions
    )
    told = parts | {
        "mean_live_year": lambda value: _year_text(works, value),
        "live_share": notation.share, "saved_to_2040_tonnes": notation.rounded, "saved_to_2050_tonnes": notation.rounded,
        "opened_m2": notation.rounded, "closures": notation.number, "person_months": notation.rounded, "repeats": notation.number,
        "coordinated_share": notation.share, "shared_surface_share": notation.share, "shared_trench_share": notation.share,
    }  # fmt: skip
    warm = any(pd.notna(row["live_share"]) for row in works.chain.values())
    rows = tuple(
        cells(words(f"works.part_{name}"), *(notation.number(None) if pd.isna(row[name]) else how(row[name]) for row in works.chain.values()))
        for name, how in told.items() if warm or name not in _OF_HEAT
    )  # fmt: skip
    header = (words("works.figure_column"), *(_plan_name(works, plan) for plan in works.chain))
    numeric = (False, *[True] * len(works.chain))
    return Table(words("works.plans"), header, rows, numeric, words("works.plans_note"), method="dividend")


def _year_text(works: PublishedWorks, year: float) -> str:
    """A year with a decimal, without a sign between its thousands."""
    whole, rest = divmod(round(year * 10), 10)
    return f"{whole}{',' if works.material.words.language == 'nl' else '.'}{rest}"


def _waiting(works: PublishedWorks) -> list[Block]:
    """Joint planning waits: how much later heat comes, said also when it comes sooner."""
    words, lucky, joint = works.material.words, works.chain[_LUCKY], works.chain[_JOINT]
    years = joint["mean_live_year"] - lucky["mean_live_year"]
    if pd.isna(years):
        return []
    key = "works.later" if years > 0 else "works.sooner"
    tonnes = lucky["saved_to_2040_tonnes"] - joint["saved_to_2040_tonnes"]
    rounded = works.material.notation.rounded
    return [Paragraph(words.rich(key, years=rounded(abs(years), 2), tonnes=rounded(abs(tonnes), 2)))]


def _threshold(works: PublishedWorks) -> list[Block]:
    """What sharing trenches does to their price and to the share of dwellings that a street needs, in a sentence or two."""
    found: dict[Any, float] = works.table(WORKS_INDICATORS)["value"].to_dict()
    if "trench_eur_per_m_j" not in found:
        return []
    words, notation = works.material.words, works.material.notation
    told = {
        name: notation.rounded(found[f"trench_eur_per_m_{plan}"]) for name, plan in (("alone", "s0"), ("joint", "j"))
    }
    key = "works.threshold" if found["threshold_sections_j"] else "works.threshold_never"
    shares = {f"share_{plan}": notation.share(found[f"threshold_share_{plan}"], 1) for plan in ("s0", "j")}
    count = notation.number(found["threshold_sections_j"])
    return [Paragraph(words.rich(key, **told, **shares, sections=count))]
