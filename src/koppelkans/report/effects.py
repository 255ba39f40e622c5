"""Emissions now and after the plan; the money: who pays, who receives, and that together it is zero."""

from __future__ import annotations

import pandas as pd

from koppelkans.report import charts, palette
from koppelkans.report.document import Block, Figure, Heading, Paragraph, Run, Section, Table, Text, plain
from koppelkans.report.material import Material, cells
from koppelkans.report.street_space import GROUPS as SPACE_GROUPS

_MILLION = 1e6
_COUNTED = ("gebouwen", "woningen")
_USERS = ("dwelling owners and users", "institutions and companies")
_EVERYBODY = "owners and users"


def effects_section(material: Material) -> Section:
    """The chapter on what changes in emissions and money."""
    words = material.words
    blocks: list[Block] = [Paragraph(words.rich("effects.lead"), "lead")]
    if not material.publishable:
        return Section("uitstoot", words("effects.title"), (*blocks, Paragraph(plain(words("summary.too_small")))))
    blocks.append(_indicator_table(material))
    blocks += _ledger_blocks(material)
    return Section("uitstoot", words("effects.title"), tuple(blocks))


def _indicator_table(material: Material) -> Table:
    words, notation = material.words, material.notation
    rows: list[tuple[Text, ...]] = []
    shown = material.indicators[~material.indicators["group"].isin(SPACE_GROUPS)]
    for row in shown.to_dict("records"):
        share, counted = row["unit"] == "aandeel", row["unit"] in _COUNTED
        value = (
            notation.share(row["value"])
            if share
            else material.count(row["value"])
            if counted
            else notation.rounded(row["value"])
        )
        title: Text = (Run(material.title(row), link=f"#methode-{row['method']}"),)
        unit = "" if share else notation.unit(row["unit"])
        rows.append((title, *cells(value, unit, notation.range(row["low"], row["high"]))))
    header = tuple(words(f"effects.{name}_column") for name in ("indicator", "value", "unit", "band"))
    return Table(words("effects.table"), header, tuple(rows), (False, True, False, True), words("effects.note"))


def _ledger_blocks(material: Material) -> list[Block]:
    words, ledger = material.words, _published_ledger(material)
    years = ledger["year"].nunique()
    blocks: list[Block] = [Heading(words("effects.ledger"))]
    if ledger.empty:
        return [*blocks, Paragraph(plain(words("effects.ledger_none")))]
    paid = ledger.groupby("payer")["amount_eur"].sum() / _MILLION
    received = ledger.groupby("payee")["amount_eur"].sum() / _MILLION
    frame = pd.DataFrame({"pays": paid, "receives": received}).fillna(0.0)
    frame = frame.assign(balance=frame["receives"] - frame["pays"]).sort_values("balance", kind="stable")
    names = {actor: words.name("actors", actor) for actor in frame.index}
    return [
        *blocks,
        Paragraph(plain(words("effects.ledger_lead", years=years))),
        Figure("ledger", _balance_chart(material, frame, names), words("effects.ledger_chart", years=years), words("effects.ledger_alt")),
        _balance_table(material, frame, names, years),
        _flow_table(material, ledger, years),
    ]  # fmt: skip


def _published_ledger(material: Material) -> pd.DataFrame:
    """The ledger, users with and without dwellings as one when the few of one kind could be recognised."""
    ledger = material.printed("ledger")
    if material.sectors_publishable:
        return ledger
    together = dict.fromkeys(_USERS, _EVERYBODY)
    return ledger.assign(payer=ledger["payer"].replace(together), payee=ledger["payee"].replace(together))


def _balance_chart(material: Material, frame: pd.DataFrame, names: dict[object, str]) -> str:
    words = material.words
    sides = frame["balance"].ge(0).map({True: words("effects.receives"), False: words("effects.pays")})
    long = pd.DataFrame({"row": [names[actor] for actor in frame.index], "side": sides, "amount": frame["balance"]})
    colours = {words("effects.pays"): palette.PAYS, words("effects.receives"): palette.RECEIVES}
    titles = {"amount": words("effects.ledger_axis"), "format": ",~r"}
    return charts.balance_chart(long, colours=colours, titles=titles, language=words.language)


def _balance_table(material: Material, frame: pd.DataFrame, names: dict[object, str], years: int) -> Table:
    words, notation = material.words, material.notation
    rows = [
        cells(names[actor], *[notation.number(row[name], 2) for name in ("pays", "receives", "balance")])
        for actor, row in frame.iterrows()
    ]
    total = cells(
        words("page.total"), *[notation.number(frame[name].sum(), 2) for name in ("pays", "receives", "balance")]
    )
    header = tuple(words(f"effects.{name}_column") for name in ("actor", "pays", "receives", "balance"))
    caption = words("effects.ledger_table", years=years)
    return Table(caption, header, (*rows, total), (False, True, True, True), strong_last=True)


def _flow_table(material: Material, ledger: pd.DataFrame, years: int) -> Table:
    words = material.words
    summed = ledger.groupby(["payer", "payee", "what"])[["amount_eur"]].sum().reset_index()
    flows = summed.sort_values("amount_eur", ascending=False, kind="stable").to_dict("records")
    rows = [
        cells(
            words.name("actors", flow["payer"]),
            words.name("actors", flow["payee"]),
            words.name("subjects", flow["what"]),
            material.notation.number(flow["amount_eur"] / _MILLION, 2),
        )
        for flow in flows
    ]
    header = tuple(words(f"effects.{name}_column") for name in ("from", "to", "what", "amount"))
    return Table(words("effects.flows_table", years=years), header, tuple(rows), (False, False, False, True))
