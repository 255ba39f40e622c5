"""How firm the network is: other figures, fewer and later connections, and what the loss of a source or a large customer costs."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from koppelkans import disclosure
from koppelkans.report import palette
from koppelkans.report.document import Block, Figure, Heading, Paragraph, Table, Text
from koppelkans.report.drawing import WIDTH, drawn
from koppelkans.report.material import cells
from koppelkans.report.published_network import PublishedNetwork

METHOD = "network-robustness"
_THOUSAND = 1e3
_TENS = -1
_CENTS = 0.05
_WIDE, _HIGH = WIDTH - 90, 190


def robust_blocks(network: PublishedNetwork) -> list[Block]:
    """What the draws say, uptake as chart and table, later joiners, and losses; nothing in a plan without these tables or with too few buildings."""
    words = network.material.words
    parts = [*_draws(network), *_uptake(network), *_joiners(network), *_losses(network)]
    return [Heading(words("robust.title"), "robuustheid"), *parts] if network.publishable and parts else []


def _draws(network: PublishedNetwork) -> list[Block]:
    """How many buildings switch, and in how many draws the network would have been better otherwise; or why that was not drawn."""
    words, notation = network.material.words, network.material.notation
    draws, asked = network.table("network_draws"), network.material.plan.scenario.heat_network.robustness_draws
    if draws.empty:
        skipped = asked and not network.table("network_losses").empty
        return [Paragraph(words.rich("robust.not_drawn"))] if skipped else []
    everybody = max(len(network.table("network_switches")), 1)
    switched = draws["switched_buildings"] / everybody
    more = (draws["kept_eur_per_year"] - draws["found_eur_per_year"]).mean() / _THOUSAND
    told = {
        "draws": len(draws), "mean": notation.share(switched.mean()), "most": notation.share(switched.max()),
        "beyond": int(draws["beyond_gap"].sum()), "more": notation.rounded(more, 2),
        **{
            f"{name}_{end}": notation.number(100 * getattr(draws[column], at)())
            for name, column in (("own", "alternative_share"), ("pipes", "pipes_share"))
            for end, at in (("low", "min"), ("high", "max"))
        },
    }  # fmt: skip
    return [Paragraph(words.rich("robust.drawn", **told))]


# -------------------------------------------------------------------------------------------------------------------------- uptake


def _uptake(network: PublishedNetwork) -> list[Block]:
    words, notation, found = network.material.words, network.material.notation, network.table("network_uptake")
    if found.empty:
        return []
    rows = tuple(
        cells(
            notation.share(row["connected_share"]), notation.rounded(row["heat_mwh"], network.digits), notation.number(row["eur_per_mwh"]),
            _band(network, row), notation.share(row["weak_share"]),
        )
        for row in found.to_dict("records")
    )  # fmt: skip
    names = ("share", "heat", "cost", "band", "weak")
    header = tuple(words(f"robust.{name}_column") for name in names)
    table = Table(words("robust.uptake"), header, rows, (True,) * 5, words("robust.uptake_note"), method=METHOD)
    titles = {name: words(f"robust.axis_{name}") for name in ("share", "cost")}
    chart = uptake_chart(found, titles=titles, language=words.language)
    figure = Figure(
        "uptake", chart, words("robust.chart"), words("robust.alt"), words("robust.chart_note"), METHOD
    )  # fmt: skip
    return [Paragraph(_uptake_answer(network, found)), figure, table]


def _band(network: PublishedNetwork, row: dict[Any, Any]) -> str:
    """Least and most of the draws; nothing where they are one."""
    low, high = row["low_eur_per_mwh"], row["high_eur_per_mwh"]
    return network.material.notation.range(low, high, 2) if high - low > _CENTS else ""


def _uptake_answer(network: PublishedNetwork, found: pd.DataFrame) -> Text:
    """The cost of a MWh when all connect and at the least share drawn."""
    notation = network.material.notation
    least, whole = found.iloc[0], found.iloc[-1]
    return network.material.words.rich(
        "robust.uptake_answer", whole=notation.number(whole["eur_per_mwh"]), share=notation.share(least["connected_share"]),
        least=notation.number(least["eur_per_mwh"]), weak=notation.share(least["weak_share"]),
    )  # fmt: skip


def uptake_chart(found: pd.DataFrame, *, titles: dict[str, str], language: str) -> str:
    """Cost of the network per MWh against the share that connects, with its band: columns of NETWORK_UPTAKE."""
    frame = pd.DataFrame({
        "share": found["connected_share"], "cost": found["eur_per_mwh"], "low": found["low_eur_per_mwh"], "high": found["high_eur_per_mwh"],
    })  # fmt: skip
    ends = [float(frame["share"].min()), float(frame["share"].max())]
    x = alt.X(
        "share:Q", title=titles["share"], scale=alt.Scale(domain=ends, nice=False, padding=16),
        axis=alt.Axis(format=".0%", values=frame["share"].tolist()),
    )  # fmt: skip
    y = alt.Y("cost:Q", title=titles["cost"], scale=alt.Scale(zero=True), axis=alt.Axis(format=",.0f"))
    base = alt.Chart(frame)
    band = base.mark_area(color=palette.ACCENT, opacity=0.22).encode(
        x=x, y=alt.Y("low:Q", title=titles["cost"]), y2="high:Q"
    )
    line = base.mark_line(
        color=palette.ACCENT, strokeWidth=2.5, point=alt.OverlayMarkDef(size=40, color=palette.ACCENT)
    ).encode(x=x, y=y)
    text = base.mark_text(dy=-12, fontSize=11, color=palette.INK).encode(
        x=x, y=y, text=alt.Text("cost:Q", format=".0f")
    )
    return drawn(alt.layer(band, line, text).properties(width=_WIDE, height=_HIGH), language)


def _joiners(network: PublishedNetwork) -> list[Block]:
    """What a later joiner brings, and the room that is left along the network."""
    found = network.table("network_joiners")
    if found.empty:
        return []
    words, notation, row = network.material.words, network.material.notation, found.iloc[0]
    told = {"amount": notation.rounded(row["designed_eur_per_year"], 2)}
    fitting = int(row["fitting_buildings"])
    if fitting < disclosure.RULES.contributors:
        return [Paragraph(words.rich("robust.joiners_few", **told))]
    each = row["fitting_eur_per_year"] / fitting
    told |= {
        "along": notation.number(round(row["along_buildings"], _TENS)), "fit": notation.number(round(fitting, _TENS)),
        "each": notation.rounded(abs(each), 2),
    }  # fmt: skip
    return [Paragraph(words.rich("robust.joiners_cost" if each < 0 else "robust.joiners_bring", **told))]


# -------------------------------------------------------------------------------------------------------------------------- losses


def _losses(network: PublishedNetwork) -> list[Block]:
    """A row per source, and one for the large customers together where these are a group that may be published."""
    words, found = network.material.words, network.table("network_losses")
    rows = [_source_row(network, row) for row in found[found["kind"] == "source"].to_dict("records")]
    customers = found[found["kind"] == "customer"]
    shown = _customers_allowed(customers)
    if shown:
        rows.append(_customers_row(network, customers))
    if not rows:
        return []
    names = ("lost", "sold", "missing", "unrepaired", "repaired", "repair")
    header = tuple(words(f"robust.{name}_column") for name in names)
    note = words("robust.losses_note") + ("" if shown or customers.empty else " " + words("robust.customers_hidden"))
    numeric = (False, True, True, True, True, False)
    return [Table(words("robust.losses"), header, tuple(rows), numeric, note, method=METHOD)]


def _customers_allowed(customers: pd.DataFrame) -> bool:
    """Whether what the loss of large customers costs may be shown as one figure: enough of them, and none that dominates heat or cost."""
    if len(customers) < disclosure.RULES.contributors:
        return False
    cost = customers["more_eur_per_year"]
    return (
        disclosure.allowed_total(customers["heat_mwh"]) and bool((cost >= 0).all()) and disclosure.allowed_total(cost)
    )


def _source_row(network: PublishedNetwork, row: dict[Any, Any]) -> tuple[Text, ...]:
    words, notation, digits = network.material.words, network.material.notation, network.digits
    repair = words.name("repairs", row["repair"])
    if not _source_allowed(network, str(row["name"])):
        return cells(str(row["name"]), *[words("page.hidden")] * 4, repair)
    return cells(
        str(row["name"]), notation.rounded(row["heat_mwh"], digits), notation.rounded(row["missing_kw"], digits),
        notation.rounded(row["unrepaired_eur_per_year"] / _THOUSAND, digits), notation.rounded(row["more_eur_per_year"] / _THOUSAND, digits), repair,
    )  # fmt: skip


def _source_allowed(network: PublishedNetwork, name: str) -> bool:
    """Whether enough buildings hang on a source, and on each other that is used, to show what it gives."""
    given = network.table("network_sources")
    used = given[given["heat_share"] > 0]
    return len(used) <= 1 or bool((used["buildings"] >= disclosure.RULES.contributors).all() and name in used.index)


def _customers_row(network: PublishedNetwork, customers: pd.DataFrame) -> tuple[Text, ...]:
    """The loss of each large customer in turn, on average."""
    words, notation = network.material.words, network.material.notation
    mean = customers[["heat_mwh", "unrepaired_eur_per_year", "more_eur_per_year"]].mean()
    return cells(
        words("robust.customers", count=len(customers)), notation.rounded(mean["heat_mwh"], 2), "",
        notation.rounded(mean["unrepaired_eur_per_year"] / _THOUSAND, 2), notation.rounded(mean["more_eur_per_year"] / _THOUSAND, 2), "",
    )  # fmt: skip
