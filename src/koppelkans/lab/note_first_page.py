"""The first page of a note: the lever and who decides on it, the figures that it changes, and households with the vulnerable first."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from koppelkans.lab import words as terms
from koppelkans.lab.effects import BEFORE, LATER, SCENARIO, STATES, TODAY, VOTED
from koppelkans.lab.note_draft import LEVELS, Draft, by_state, cell
from koppelkans.lab.words import group_name, outcome_name, said, unit_name
from koppelkans.parameters.levers_people import PEOPLE_LEVERS
from koppelkans.report.document import Block, Heading, Notice, Paragraph, Table, Text, plain, rich

_FLEMISH_GROUPS: tuple[str, ...] = (
    "vulnerable", "vulnerable_gas", "quartile_1", "quartile_2", "quartile_3", "quartile_4", "tenure_social_tenant", "tenure_private_tenant", "tenure_owner", "heating_gas",
    "heating_electric", "heating_heat_pump", "everybody",
)  # fmt: skip
_PLACE_GROUPS: tuple[str, ...] = ("vulnerable", "quartile_1", "quartile_4", "everybody")


def first_page(draft: Draft) -> list[Block]:
    """What the lever is, the figures that it changes, and what households pay and need."""
    return [*_lead(draft), *_rule(draft), *_households(draft)]


def _lead(draft: Draft) -> list[Block]:
    lever = draft.setting.lever
    text = rich(
        said(terms.NOTE["lead"], draft.language), setting=draft.setting.title(draft.language),
        decides=", ".join(said(terms.DECIDES[name], draft.language) for name in lever.decides),
        legal=said(terms.LEGAL[lever.legal], draft.language),
        earliest=draft.notation.day(lever.earliest) if lever.earliest else draft.say("not_known"),
        items=", ".join(lever.items) or draft.say("no_item"),
    )  # fmt: skip
    blocks: list[Block] = [Paragraph(text), Paragraph(plain(f"{draft.result.heading}."), "note")]
    if len(draft.result.settings) > 1:
        blocks.append(Paragraph(plain(_package(draft))))
    if not _moves_anything(draft):
        blocks.append(Notice("warning", "", plain(draft.say("nothing"))))
    return blocks


def _package(draft: Draft) -> str:
    """What this lever does alone and its fair share; in fossil-free homes where it works through what people do."""
    own = _shared(draft, "interactions")
    people = "lab_response_interactions" in draft.result.tables and (
        draft.setting.lever in PEOPLE_LEVERS or own["value"]["alone"] == 0
    )
    own = _shared(draft, "lab_response_interactions") if people else own
    shares = own["unit"].iloc[0] == "share"
    unit = draft.say("points") if shares else unit_name(own["unit"].iloc[0], draft.language)
    scale, places = (100.0, 1) if shares else (1.0, 0)
    values = {name: f"{draft.signed(scale * own['value'][name], places)} {unit}" for name in ("alone", "shapley")}
    others = "; ".join(one.title(draft.language) for one in draft.result.settings if one != draft.setting)
    about = {
        "vulnerable_bill": group_name("vulnerable", draft.language), "heat_price": group_name("project", draft.language),
        "public_cost": group_name("flanders", draft.language), "fossil_free": outcome_name("response_fossil_free", draft.language),
    }["fossil_free" if people else draft.result.choices.outcome]  # fmt: skip
    return draft.say(
        "package", count=len(draft.result.settings), others=others, alone=values["alone"], share=values["shapley"], outcome=about
    )  # fmt: skip


def _shared(draft: Draft, table: str) -> pd.DataFrame:
    """The rows of this lever among those that several levers share, by outcome."""
    frame = draft.result.tables[table]
    own = (frame["group"] == draft.setting.text) & (frame["state"] == frame["state"].iloc[-1])
    rows: pd.DataFrame = frame[own].set_index("outcome")
    return rows


def _moves_anything(draft: Draft) -> bool:
    for name, frame in draft.result.tables.items():
        wide = by_state(frame)
        for state in (SCENARIO, LATER):
            if name not in ("bands", "interactions") and state in wide and BEFORE[state] in wide:
                moved = (wide[state] - wide[BEFORE[state]]).abs() > 1e-6 * (1 + wide[state].abs())
                if moved.drop("losing_share", level="outcome", errors="ignore").any():
                    return True
    return False


def _rule(draft: Draft) -> list[Block]:
    frame = draft.result.rules[draft.result.rules["lever"] == draft.setting.lever.name]
    changed = (frame[SCENARIO].astype(str) != frame[TODAY].astype(str)) | (
        frame[LATER].astype(str) != frame[VOTED].astype(str)
    )
    ordered = pd.concat([frame[changed], frame[~changed].drop_duplicates("key")])
    shown = ordered.head(max(int(changed.sum()) if changed.sum() < 6 else 6, 6 - 2 * draft.level))
    if shown.empty:
        return []
    rows = tuple(_rule_row(draft, row) for row in shown.to_dict("records"))
    header = [draft.column("figure"), *(draft.state(name) for name in (TODAY, VOTED, SCENARIO)), draft.column("decides"), draft.column("legal"), draft.column("standing")]  # fmt: skip
    more = len(frame) - len(shown)
    return [Heading(draft.say("rule")), Table(
        draft.say("rule_table"), tuple(header), rows, (False, True, True, True, False, False, False),
        note=draft.say("rule_more", count=more) if more else "",
    )]  # fmt: skip


def _rule_row(draft: Draft, row: dict[Any, Any]) -> tuple[Text, ...]:
    scope = said(terms.SCOPES.get(row["scope"], (row["scope"].replace("_", " "),) * 2), draft.language)
    if row["scopes"] > 1:
        scope = f"{scope} {draft.say('rule_scopes', count=row['scopes'] - 1)}".strip()
    name = f"{row['label']}{f', {scope}' if scope else ''} [{unit_name(row['unit'], draft.language) or row['unit']}]"
    values = [_given(draft, row[state], row["unit"]) for state in (TODAY, VOTED, SCENARIO)]
    about = (said(terms.DECIDES[row["decides"]], draft.language), said(terms.LEGAL[row["legal"]], draft.language), said(terms.STANDING[row["standing"]], draft.language))  # fmt: skip
    return tuple(plain(text) for text in (name, *values, *about))


def _given(draft: Draft, value: Any, unit: str) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "–"
    if isinstance(value, str):
        return value.replace("_", " ")
    return draft.notation.rounded(100 * value if unit == "share" else value, 4)


def _households(draft: Draft) -> list[Block]:
    blocks: list[Block] = [Heading(draft.say("households"))]
    tables, groups = draft.result.tables, _FLEMISH_GROUPS
    if "households" in tables:
        groups = _PLACE_GROUPS
        blocks.append(_bills(draft, tables["households"], "yearly_bill_gas_boiler", None, outcome_name("yearly_bill_gas_boiler", draft.language)))  # fmt: skip
        blocks += _switch(draft, tables["households"])
    if "groups" in tables and (draft.level < LEVELS[-1] or "households" not in tables):
        blocks.append(_bills(draft, tables["groups"], "yearly_bill", groups, draft.say("bill")))
    return blocks


def _bills(draft: Draft, frame: pd.DataFrame, outcome: str, groups: Sequence[str] | None, caption: str) -> Table:
    part = frame[frame["outcome"] == outcome]
    wide = pd.DataFrame(by_state(part).xs(outcome))
    names = [name for name in (groups or wide.index) if name in wide.index]
    band = part[part["state"] == SCENARIO].set_index("group")
    rows = []
    for name in names:
        values = [draft.notation.number(cell(wide, name, state)) for state in STATES]
        change = draft.signed(cell(wide, name, SCENARIO) - cell(wide, name, TODAY))
        spread = draft.notation.range(cell(band, name, "low"), cell(band, name, "high"))
        rows.append(tuple(plain(text) for text in (draft.group(name), *values, change, spread)))
    header = (
        draft.column("group"),
        *(draft.state(name) for name in STATES),
        draft.column("change"),
        draft.column("band"),
    )
    return Table(caption, header, tuple(rows), (False, *[True] * 6))


def _switch(draft: Draft, frame: pd.DataFrame) -> list[Block]:
    wide = by_state(frame)
    blocks: list[Block] = []
    for heating in ("heat_network", "air_heat_pump"):
        if (f"cash_needed_{heating}" not in wide.index.get_level_values("outcome")) or (blocks and draft.level):
            continue
        cash, net = (pd.DataFrame(wide.xs(f"{what}_{heating}")) for what in ("cash_needed", "monthly_net"))
        rows = [
            tuple(plain(text) for text in (
                draft.group(str(name)), *(draft.notation.rounded(cell(cash, name, state)) for state in (TODAY, SCENARIO)),
                *(draft.signed(cell(net, name, state)) for state in (TODAY, SCENARIO)),
            ))
            for name in cash.index
        ]  # fmt: skip
        header = (
            draft.column("group"),
            *(draft.say(name) for name in ("cash_now", "cash_then", "net_now", "net_then")),
        )
        caption = draft.say("switch", heating=terms.heating_name(heating, draft.language))
        blocks.append(Table(caption, header, tuple(rows), (False, *[True] * 4), note=draft.say("switch_note")))
    return blocks
