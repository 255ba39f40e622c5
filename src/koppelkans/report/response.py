"""The response in the report: what owners and a heat company are expected to do under the rules, how far that is from the plan, and who is stuck.

Public: only totals of the place, of groups and of deciders; never a street. Expected numbers, not people.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from koppelkans import disclosure
from koppelkans.report.document import (
    Block,
    Figure,
    Heading,
    Notice,
    Paragraph,
    Section,
    Table,
    Text,
    plain,
)
from koppelkans.report.material import Material, cells, one_line
from koppelkans.report.published_response import FOSSIL, STUCK, PublishedResponse
from koppelkans.report.response_charts import moments_chart, states_chart
from koppelkans.report.response_firm import checked_blocks, money_blocks
from koppelkans.tables.response import (
    BRANCH_DECISIONS,
    EQUILIBRIUM,
    MOMENTS,
    RESPONSE_MOMENTS,
    RESPONSE_OPTIONS,
    RESPONSE_STARTS,
    RESPONSE_STATES,
    RESPONSE_STUCK,
)
from koppelkans.tables.society import TENURES

_ANCHOR = "gedrag"
_COLOURS = dict(
    zip(RESPONSE_STATES, ("#5b6770", "#c98700", "#3d9bd1", "#00845f", "#c24e00", "#0a4f86", "#7d1d52", "#7f8b93", "#1b2a33"), strict=True)
)  # fmt: skip
_HALF = 0.5
_DIGITS = 3


def response_section(material: Material) -> Section:
    """The chapter on what people and a heat company do under the rules."""
    told, words = PublishedResponse(material), material.words
    if told.place.empty:
        return one_line(material, _ANCHOR, "response", "none")
    if not material.publishable or not disclosure.allowed_total(material.heated["dwellings"].astype(float)):
        return one_line(material, _ANCHOR, "response", "too_small")
    blocks: list[Block] = [
        Paragraph(words.rich("response.lead", last=told.years[-1]), "lead"),
        Notice("assumption", words("levels.assumption"), words.rich("response.unpinned")),
        *_gap(told), *_states(told), *_network(told), *_groups(told), *_stuck(told), *_moments(told), *money_blocks(told), *checked_blocks(told),
    ]  # fmt: skip
    return Section(_ANCHOR, words("response.title"), tuple(blocks))


def response_line(material: Material) -> list[Text]:
    """The distance between plan and response in one sentence for the summary; nothing in a plan without response."""
    told = PublishedResponse(material)
    if told.place.empty or not material.publishable:
        return []
    share, last = material.notation.share, told.years[-1]
    return [
        material.words.rich(
            "summary.response", last=last, expected=share(told.fossil_free.loc[last]), planned=share(told.planned_share)
        )
    ]


def _gap(told: PublishedResponse) -> list[Block]:
    """The plan beside what the rules bring about, and the distance between both."""
    words, share = told.material.words, told.material.notation.share
    rows = tuple(
        cells(str(year), share(told.fossil_free.loc[year]), share(told.planned_share), _points(told, told.planned_share - told.fossil_free.loc[year]))
        for year in told.years[1:]
    )  # fmt: skip
    header = tuple(words(f"response.{name}_column") for name in ("year", "expected", "planned", "gap"))
    numeric = (False, True, True, True)
    table = Table(words("response.gap"), header, rows, numeric, words("response.gap_note"), method="response-plan")
    return [table, *_as_officials(told)]


def _as_officials(told: PublishedResponse) -> list[Block]:
    """The same asked without behaviour: shares that somebody chose beforehand, in dwellings."""
    words, notation = told.material.words, told.material.notation
    shares = told.material.plan.scenario.response.uptake_shares
    if not shares:
        return []
    whole = float(told.place.iloc[-1].sum())
    read = ", ".join(
        words("response.reading", share=notation.share(share), count=notation.number(share * whole)) for share in shares
    )
    expected = notation.share(told.fossil_free.iloc[-1])
    return [Paragraph(words.rich("response.readings", read=read, expected=expected, last=told.years[-1]))]


def _points(told: PublishedResponse, share: float) -> str:
    return told.material.words("response.points", count=told.material.notation.number(100 * share))


def _states(told: PublishedResponse) -> list[Block]:
    """Dwellings by way of heating: a drawing, and a table with its band."""
    words, notation = told.material.words, told.material.notation
    used = [name for name in RESPONSE_STATES if (told.place[name] > 0).any()]
    titles = {name: words.name("responses", name) for name in used}
    long = (
        told.place[used]
        .rename(columns=titles)
        .melt(ignore_index=False, var_name="option", value_name="dwellings")
        .reset_index()
    )
    colours = {titles[name]: _COLOURS[name] for name in used}
    axes = {"year": words("response.year_column"), "dwellings": words("response.dwellings")}
    figure = Figure(
        "response", states_chart(long, colours=colours, titles=axes, language=words.language), words("response.chart"), words("response.chart_alt"),
        method="response-plan",
    )  # fmt: skip
    found = told.shares[told.shares["scope"] == "place"]
    banded = {(str(row["option"]), int(row["year"])): row for row in found.to_dict("records")}
    rows = tuple(
        cells(titles[name], *[_banded(told, banded[name, year]) if (name, year) in banded else "" for year in told.years])
        for name in used
    )  # fmt: skip
    header = (words("response.option_column"), *[str(year) for year in told.years])
    note = words("response.band_note" if found["low"].notna().any() else "response.no_band_note")
    table = Table(words("response.table"), header, rows, (False, *[True] * len(told.years)), note)
    whole = notation.number(float(told.place.iloc[0].sum()))
    return [Paragraph(words.rich("response.expected", count=whole)), figure, table]


def _banded(told: PublishedResponse, row: dict[Any, Any]) -> str:
    """An expected number with its band, in whole dwellings."""
    middle = _dwellings(told, row["dwellings"])
    if pd.isna(row["low"]) or pd.isna(row["high"]):
        return middle
    ends = [_dwellings(told, row[name]) for name in ("low", "high")]
    return middle if ends[0] == ends[1] == middle else f"{middle}\n({ends[0]}\u2060–\u2060{ends[1]})"


def _dwellings(told: PublishedResponse, count: float) -> str:
    """An expected number of dwellings, at most three digits; less than half a dwelling as such."""
    if 0.0 < count < _HALF:
        return "<\u00a01"
    return told.material.notation.number(
        round(count, _DIGITS - 1 - int(np.floor(np.log10(count)))) if count >= 10**_DIGITS else round(count)
    )


def _network(told: PublishedResponse) -> list[Block]:
    """Both equilibria, the tipping point and what happens; never a mean over them."""
    material, words, notation = told.material, told.material.words, told.material.notation
    found = material.table(EQUILIBRIUM.name)
    heading = Heading(words("response.network"), "warmtemarkt")
    if found.empty:
        return [heading, Paragraph(words.rich("response.no_network"))]
    rows, by_start = list[tuple[Text, ...]](), {str(row["start"]): row for row in found.to_dict("records")}
    for start in RESPONSE_STARTS:
        row = by_start.get(start)
        if row is None:
            continue
        shown = [
            notation.rounded(row["price_eur_per_mwh"]), *[notation.share(row[name]) for name in ("connected_share", "signed_share", "threshold_share", "probability")],
        ]  # fmt: skip
        none = [words("response.does_not_exist"), *[""] * (len(shown) - 1)]
        rows.append(cells(words(f"response.start_{start}"), *(shown if row["exists"] else none)))
    header = (
        words("response.start_column"), words("response.price_column"), words("response.connected_column"), words("response.signed_column"),
        words("response.threshold_column"), words("response.probability_column"),
    )  # fmt: skip
    numeric = (False, *[True] * (len(header) - 1))
    table = Table(
        words("response.equilibria"),
        header,
        tuple(rows),
        numeric,
        words("response.equilibria_note"),
        method="equilibria",
    )
    return [
        heading,
        Paragraph(_verdict(told, by_start)),
        *_offer(told),
        Paragraph(words.rich("response.officials")),
        table,
        *_branches(told, by_start),
    ]


def _offer(told: PublishedResponse) -> list[Block]:
    """What a promised price costs whom, or leaves with the company, in the words of the plan; nothing under another rule for the price."""
    found = told.material.printed("remarks")
    stated = found[(found["about"] == EQUILIBRIUM.name) & (found["method"] == "heat-pricing")]
    return [
        Paragraph(plain(text))
        for text in stated["text" if told.material.words.language == "nl" else "text_en"].tolist()
    ]


def _branches(told: PublishedResponse, rows: dict[str, dict[Any, Any]]) -> list[Block]:
    """How many branches a company would build, and how likely small ones reach their customers: counts alone, no street."""
    found = told.material.table(BRANCH_DECISIONS.name)
    if len(found) < disclosure.RULES.contributors:
        return []
    alone = [Paragraph(told.material.words.rich("response.branches_alone"))] if _paid(rows) else []
    return [*alone, Paragraph(_branches_said(told, found))]


def _paid(rows: dict[str, dict[Any, Any]]) -> bool:
    """Whether the network comes about though no price covers its cost by itself: somebody adds to it."""
    happens, best = (rows.get(name, {"exists": False}) for name in ("happens", "best"))
    return bool(happens["exists"] and not best["exists"])


def _branches_said(told: PublishedResponse, found: pd.DataFrame) -> Text:
    """The counts of branches in a sentence; how likely small ones reach their customers where there are enough of them."""
    words, notation = told.material.words, told.material.notation
    small = found[found["small"]]
    said = {
        "count": len(found),
        "builds": int(found["builds"].sum()),
        "price": notation.rounded(float(found["price_eur_per_mwh"].iloc[0])),
    }
    if len(small) < disclosure.RULES.contributors:
        return words.rich("response.branches_large", **said)
    ends = {"low": notation.share(small["reaching_share"].min()), "high": notation.share(small["reaching_share"].max())}
    return words.rich("response.branches", **said, small=len(small), **ends)


def _verdict(told: PublishedResponse, rows: dict[str, dict[Any, Any]]) -> Text:
    """What the two ends say together, in a sentence."""
    words, notation = told.material.words, told.material.notation
    best, cautious, critical, happens = (
        rows.get(name, {"exists": False}) for name in ("best", "cautious", "critical", "happens")
    )
    promised = told.material.plan.scenario.response.price_rule == "offered"
    if _paid(rows) or (happens["exists"] and promised):
        name = "verdict_paid" if _paid(rows) else "verdict_promised"
        seen = notation.rounded(happens["price_eur_per_mwh"])
        return words.rich(f"response.{name}", price=seen, share=notation.share(happens["connected_share"]))
    if not best["exists"]:
        return words.rich("response.verdict_none")
    price, share = notation.rounded(best["price_eur_per_mwh"]), notation.share(best["connected_share"])
    same = cautious["exists"] and np.isclose(best["price_eur_per_mwh"], cautious["price_eur_per_mwh"], atol=0.1)
    if same:
        return words.rich("response.verdict_one", price=price, share=share)
    mass = notation.share(critical.get("signed_share")) if critical["exists"] else notation.share(None)
    return words.rich("response.verdict_two", price=price, share=share, mass=mass)


def _group(name: str) -> tuple[str, str]:
    """Quartile and tenure of a group."""
    quartile, tenure = name.split("_", 1)
    return quartile, tenure


def _groups(told: PublishedResponse) -> list[Block]:
    """How each group of households is heated in the last year, vulnerable groups first."""
    words, notation, last = told.material.words, told.material.notation, told.years[-1]
    found = told.shares[(told.shares["scope"] == "group") & (told.shares["year"] == last)]
    if found.empty:
        return []
    wide = found.pivot_table(index="name", columns="option", values="dwellings", aggfunc="sum", fill_value=0.0).reindex(
        columns=list(RESPONSE_STATES), fill_value=0.0
    )
    whole = wide.sum(axis=1)
    wide, whole = wide[whole >= disclosure.RULES.contributors], whole[whole >= disclosure.RULES.contributors]
    order = sorted(wide.index, key=lambda name: (_group(str(name))[0], -TENURES.index(_group(str(name))[1])))
    rows = []
    for name in order:
        quartile, tenure = _group(str(name))
        row, total = wide.loc[name], float(whole.loc[name])
        free = total - float(row[[*FOSSIL, STUCK]].sum())
        network = float(row[["network", "renovated_network"]].sum())
        parts = (network, free - network, float(row[list(FOSSIL)].sum()), float(row[STUCK]))
        rows.append(cells(words("response.group", quartile=quartile[1:], tenure=words.name("tenures", tenure)), _dwellings(told, total), *[notation.share(part / total) for part in parts]))  # fmt: skip
    header = tuple(
        words(f"response.{name}_column")
        for name in ("group", "homes", "of_network", "of_heat_pump", "of_fossil", "of_stuck")
    )
    numeric = (False, *[True] * 5)
    return [
        Heading(words("response.people")), Paragraph(words.rich("response.tenants")),
        Table(words("response.groups", year=last), header, tuple(rows), numeric, words("response.groups_note")),
    ]  # fmt: skip


def _stuck(told: PublishedResponse) -> list[Block]:
    """Who would switch but cannot: no money, or no right to decide; poorest quartile first."""
    words = told.material.words
    found = told.material.printed(RESPONSE_STUCK.name)
    years = [year for year in told.years[1:] if (found["year"] == year).any()]
    if found.empty or not years:
        return []
    by = (
        found.assign(quartile=found["group"].str.slice(1, 2)).groupby(["quartile", "reason", "year"])["dwellings"].sum()
    )
    rows = []
    for quartile, reason in dict.fromkeys((key[0], key[1]) for key in by.index):
        counts = [float(by.get((quartile, reason, year), 0.0)) for year in years]
        if max(counts) < 1.0:
            continue
        rows.append(cells(words("response.quartile", quartile=quartile), words.name("stuck_reasons", reason), *[_dwellings(told, count) for count in counts]))  # fmt: skip
    if not rows:
        return [Paragraph(plain(words("response.nobody_stuck")))]
    header = (words("response.group_column"), words("response.reason_column"), *[str(year) for year in years])
    return [
        Table(
            words("response.stuck"),
            header,
            tuple(rows),
            (False, False, *[True] * len(years)),
            words("response.stuck_note"),
        )
    ]


def _moments(told: PublishedResponse) -> list[Block]:
    """At which moments people decide, and for what."""
    words, found = told.material.words, told.material.printed(RESPONSE_MOMENTS.name)
    if found.empty:
        return []
    by = found.groupby(["moment", "option"])["dwellings"].sum()
    sums = by[by > 0].reset_index()
    used = [name for name in RESPONSE_OPTIONS if (sums["option"] == name).any()]
    titles = {name: words.name("responses", name) for name in used}
    place = {name: at for at, name in enumerate(MOMENTS)}
    sums = sums[sums["option"].isin(used)].sort_values("moment", key=lambda names: names.map(place), kind="stable")
    frame = sums.assign(
        moment=sums["moment"].map(lambda key: words.name("moments", key)), option=sums["option"].map(titles)
    )
    colours = {titles[name]: _COLOURS[name] for name in used}
    chart = moments_chart(
        frame, colours=colours, titles={"dwellings": words("response.decisions")}, language=words.language
    )
    return [
        Figure(
            "response-moments",
            chart,
            words("response.moments"),
            words("response.moments_alt"),
            words("response.moments_note"),
            "response-moments",
        )
    ]
