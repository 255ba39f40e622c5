"""The business case of the heat company in the report: what it earns at full and at lower uptake, and whether the loan holds."""

from __future__ import annotations

import pandas as pd

from koppelkans.report import charts, palette
from koppelkans.report.document import Block, Bullets, Figure, Heading, Paragraph, Table, Text, plain
from koppelkans.report.material import cells
from koppelkans.report.published_network import PLAN, PublishedNetwork

_THOUSAND = 1e3
_ENOUGH = 1.0
_ALL_SHARE = 0.99


def business_blocks(network: PublishedNetwork) -> list[Block]:
    """Table by uptake, chart per year, and in words what lower uptake does. Only for a network that may be published."""
    words, project = network.material.words, network.table("project")
    blocks: list[Block] = [Heading(words("business.title"), "zakenplan")]
    if project.empty:
        return [*blocks, Paragraph(plain(words("business.none")))]
    blocks += [Paragraph(words.rich("business.lead")), _table(network, ordered_project(project)), *_chart(network)]
    return [*blocks, Bullets(tuple(case_lines(network)))]


def ordered_project(project: pd.DataFrame) -> pd.DataFrame:
    """The rows of the business case, the plan first, then the highest uptake first."""
    rank = project["connected_share"].where(project.index != PLAN, float("inf"))
    return project.loc[rank.sort_values(ascending=False, kind="stable").index]


def uptake_title(network: PublishedNetwork, name: object) -> str:
    """The name of an uptake: plan, or its share of the design."""
    return network.material.words.name("uptakes", str(name).removeprefix("uptake_"))


def _table(network: PublishedNetwork, project: pd.DataFrame) -> Table:
    words, notation, digits = network.material.words, network.material.notation, network.digits

    def thousands(name: str) -> list[str]:
        return [notation.rounded(value / _THOUSAND, digits) for value in project[name]]

    def shares(name: str) -> list[str]:
        return [notation.share(value, 1) for value in project[name]]

    rows = {
        "share": [notation.share(value) for value in project["connected_share"]],
        "investment": thousands("investment_eur"), "contribution": thousands("contribution_eur"),
        "heat": [notation.rounded(value, digits) for value in project["heat_mwh"]],
        "price": [notation.number(value) for value in project["heat_price_eur_per_mwh"]],
        "break_even": [notation.number(value) for value in project["break_even_eur_per_mwh"]],
        "npv": thousands("npv_eur"), "irr": shares("irr_share"), "equity_irr": shares("equity_irr_share"), "debt": thousands("debt_eur"),
        "dscr": [notation.number(value, 2) for value in project["min_dscr"]],
        "residual": thousands("residual_eur"), "refinancing": thousands("refinancing_eur"),
    }  # fmt: skip
    header = (words("business.row_column"), *(uptake_title(network, name) for name in project.index))
    printed = tuple(cells(words(f"business.row_{name}"), *values) for name, values in rows.items())
    return Table(words("business.table"), header, printed, (False, *[True] * len(project)), words("business.note"))


def _chart(network: PublishedNetwork) -> list[Block]:
    words, years = network.material.words, network.table("project_years")
    if years.empty:
        return []
    names = ordered_project(network.table("project")).index
    titles = {str(name): uptake_title(network, name) for name in names}
    plan = years[years["uptake"] == PLAN]
    cash = plan["revenue_eur"] - plan["purchase_eur"] - plan["upkeep_eur"]
    money = pd.concat(
        pd.DataFrame({"year": plan["year"], "part": words(f"business.{name}"), "amount": amounts / _THOUSAND})
        for name, amounts in (("cash", cash), ("interest", plan["interest_eur"]), ("repayment", plan["repayment_eur"]))
    )
    cover = years.dropna(subset="dscr")
    cover = pd.DataFrame({"year": cover["year"], "uptake": cover["uptake"].map(titles), "dscr": cover["dscr"]})
    colours = dict(
        zip((words(f"business.{name}") for name in ("cash", "interest", "repayment")), palette.CASH, strict=True)
    )
    lines = dict(zip(titles.values(), palette.UPTAKES, strict=False))
    axes = {name: words(f"business.axis_{name}") for name in ("cash", "dscr", "year")}
    drawn = charts.business_chart(money, cover, colours=colours, lines=lines, titles=axes, language=words.language)
    return [Figure("business", drawn, words("business.chart"), words("business.chart_alt"))]


def case_lines(network: PublishedNetwork) -> list[Text]:
    """What the business case means, in sentences: first the plan, then lower uptake, then what is left at the end."""
    words, notation, project = (
        network.material.words,
        network.material.notation,
        ordered_project(network.table("project")),
    )
    lines: list[Text] = []
    for name, row in project.iterrows():
        break_even, price = row["break_even_eur_per_mwh"], row["heat_price_eur_per_mwh"]
        told = {"break_even": notation.number(break_even), "price": notation.number(price)}
        if name == PLAN and pd.isna(break_even):
            lines.append(words.rich("business.plan_unknown"))
        elif name == PLAN:
            lines.append(words.rich("business.plan_pays" if row["npv_eur"] >= 0 else "business.plan_short_of", **told))
        elif pd.notna(break_even):
            npv = notation.rounded(row["npv_eur"] / _THOUSAND, network.digits)
            told |= {"uptake": f"{notation.share(row['connected_share'])}", "npv": npv, "dscr": _cover(network, row)}
            lines.append(words.rich("business.at_less", **told))
    plan = network.plan_case or {}
    if plan and plan["debt_eur"] > 0 and plan["refinancing_eur"] >= _ALL_SHARE * plan["debt_eur"]:
        lines.append(
            words.rich("business.never_repaid", amount=notation.rounded(plan["debt_eur"] / _THOUSAND, network.digits))
        )
        plan = {**plan, "refinancing_eur": 0.0}
    for name in ("refinancing", "residual"):
        amount = plan.get(f"{name}_eur", 0.0) / _THOUSAND
        if amount >= 1:
            lines.append(words.rich(f"business.{name}", amount=notation.rounded(amount, network.digits)))
    return lines


def _cover(network: PublishedNetwork, row: pd.Series) -> str:
    words, notation, dscr = network.material.words, network.material.notation, row["min_dscr"]
    if pd.isna(dscr):
        return words("business.dscr_none")
    if dscr <= 0:
        return words("business.dscr_nothing")
    return words("business.dscr_enough" if dscr >= _ENOUGH else "business.dscr_short", dscr=notation.number(dscr, 2))
