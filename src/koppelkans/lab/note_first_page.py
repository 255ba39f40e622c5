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
from koppelkans.parameters import read_parameters
from koppelkans.parameters.english import label_in
from koppelkans.parameters.lever_words import NO_REQUEST, choice_said, number_said
from koppelkans.parameters.levers_people import PEOPLE_LEVERS
from koppelkans.parameters.store import LEGAL
from koppelkans.report.document import Block, Heading, Notice, Paragraph, Table, Text, plain, rich
from koppelkans.report.notation import NONE

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
        legal=said(terms.LEGAL[_legal(draft)], draft.language), answers=_answers(draft),
        earliest=draft.notation.day(lever.earliest) if lever.earliest else draft.say("not_known"),
    )  # fmt: skip
    heading = said((draft.result.heading, draft.result.heading_en or draft.result.heading), draft.language)
    blocks: list[Block] = [Paragraph(text), Paragraph(plain(f"{heading}."), "note")]
    if len(draft.result.settings) > 1:
        blocks.append(Paragraph(plain(_package(draft))))
    if not _moves_anything(draft):
        blocks.append(Notice("warning", "", plain(draft.say("nothing"))))
    return blocks


def _legal(draft: Draft) -> str:
    """The strictest flag in law of the figures that this setting changes; that of the lever where it changes none yet."""
    frame = draft.result.rules[draft.result.rules["lever"] == draft.setting.lever.name]
    flags = [str(flag) for flag in frame.loc[_changed(frame), "legal"] if flag]
    return max(flags, key=LEGAL.index) if flags else draft.setting.lever.legal


def _changed(rules: pd.DataFrame) -> pd.Series:
    """Which figures of the rule the levers change, today or later."""
    return (rules[SCENARIO].astype(str) != rules[TODAY].astype(str)) | (
        rules[LATER].astype(str) != rules[VOTED].astype(str)
    )


def _answers(draft: Draft) -> str:
    """Which requests of the note the lever answers, or why it answers none."""
    lever = draft.setting.lever
    if lever.items:
        return draft.say("answers", items=", ".join(lever.items))
    if lever.name not in NO_REQUEST:
        return draft.say("no_item")
    why = said(NO_REQUEST[lever.name], draft.language)
    return why[:1].upper() + why[1:]


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
    changed = _changed(frame)
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
    scope = terms.scope_name(row["scope"], draft.language)
    if row["scopes"] > 1:
        scope = f"{scope} {draft.say('rule_scopes', count=row['scopes'] - 1)}".strip()
    known, unit = read_parameters().entries.get(row["key"]), unit_name(row["unit"], draft.language)
    label = label_in(known, draft.language) if known else row["label"]
    told = unit and row["unit"] != _YES  # whose name says what 1 means
    name = f"{label}{f', {scope}' if scope else ''}{f' [{unit}]' if told else ''}"
    values = [_given(draft, row[state], row["unit"]) for state in (TODAY, VOTED, SCENARIO)]
    about = (said(terms.DECIDES[row["decides"]], draft.language), said(terms.LEGAL[row["legal"]], draft.language), said(terms.STANDING[row["standing"]], draft.language))  # fmt: skip
    return tuple(plain(text) for text in (name, *values, *about))


_YES = "1 = yes, 0 = no"


def _given(draft: Draft, value: Any, unit: str) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "–"
    if isinstance(value, str):
        return choice_said(value, draft.language).replace("_", " ")
    if unit == "text":
        return f"{value:.0f}"
    return number_said(float(f"{100 * value if unit == 'share' else value:.4g}"), draft.language)


def _households(draft: Draft) -> list[Block]:
    blocks: list[Block] = [Heading(draft.say("households"))]
    tables, groups = draft.result.tables, _FLEMISH_GROUPS
    if "households" in tables:
        groups = _PLACE_GROUPS
        blocks += _switches(draft, tables["households"])
        blocks.append(_bills(draft, tables["households"], "yearly_bill_gas_boiler", None, outcome_name("yearly_bill_gas_boiler", draft.language)))  # fmt: skip
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
        ends = [draft.notation.number(cell(band, name, end)) for end in ("low", "high")]
        spread = "–".join(dict.fromkeys(ends))
        rows.append(tuple(plain(text) for text in (draft.group(name), *values, change, spread)))
    header = (
        draft.column("group"),
        *(draft.state(name) for name in STATES),
        draft.column("change"),
        draft.column("band"),
    )
    return Table(caption, header, tuple(rows), (False, *[True] * 6))


def _switches(draft: Draft, frame: pd.DataFrame) -> list[Block]:
    """What a switch asks of a household: on the heating that the lever is about, and on another where the lever moves that too."""
    wide = by_state(frame)
    known = wide.index.get_level_values("outcome")
    order = ("heat_network", "air_heat_pump") if draft.on_network else ("air_heat_pump", "heat_network")
    supports = draft.on_network or any(key.startswith(_SUPPORT_KEYS) for key in draft.setting.lever.touches)
    blocks: list[Block] = []
    for place, heating in enumerate(heating for heating in order if f"cash_needed_{heating}" in known):
        own = supports and place == 0
        moved = _moved(wide, heating)
        if own or (moved and not (blocks and draft.level)):
            blocks.append(_switch(draft, wide, heating, moved=moved))
    return blocks


_SUPPORT_KEYS = ("mvp.", "mvl.", "prefinance.", "noodkoop.", "diy.", "lease.", "group_purchase.", "application.")
"""Figures of what helps an owner to pay for a switch in the home."""
_LOAN_KEYS = ("mvl.", "noodkoop.")


def _moved(wide: pd.DataFrame, heating: str) -> bool:
    """Whether the levers move what a switch to a heating asks, by more than nothing."""
    rows = wide[wide.index.get_level_values("outcome").str.endswith(f"_{heating}")]
    rows = rows[~rows.index.get_level_values("outcome").str.startswith("yearly_bill")]
    return bool(
        ((rows[SCENARIO] - rows[TODAY]).abs() > _LEAST_EUR).any() or (rows[SCENARIO].notna() & rows[TODAY].isna()).any()
    )


_LEAST_EUR = 0.005


def _switch(draft: Draft, wide: pd.DataFrame, heating: str, *, moved: bool) -> Table:
    """Own cash, and what a household keeps a month: not on a network that does not come; the years of a tax cut apart from what stays."""
    on_loan = any(key.startswith(_LOAN_KEYS) for key in draft.setting.lever.touches)
    without = heating == "heat_network" and draft.network_comes is not None and not draft.network_comes[1]
    cash, net = (
        pd.DataFrame(wide.xs(f"{what}_{heating}"))
        for what in ("cash_after_loan" if on_loan else "cash_needed", "monthly_net")
    )
    comes_today = heating != "heat_network" or draft.network_comes is None or draft.network_comes[0]
    first = pd.DataFrame() if without else _first_years(wide, heating)
    rows = []
    for name in cash.index:
        shown = [draft.notation.rounded(cell(cash, name, state)) for state in (TODAY, SCENARIO)]
        if not without:
            shown.append(draft.signed(cell(net, name, TODAY)) if comes_today else NONE)
            if len(first):
                shown.append(draft.signed(cell(first if name in first.index else net, name, SCENARIO)))
            shown.append(draft.signed(cell(net, name, SCENARIO)))
        rows.append(tuple(plain(text) for text in (draft.group(str(name)), *shown)))
    titles = [draft.say("loan_now" if on_loan else "cash_now"), draft.say("cash_then")]
    if not without:
        early = [draft.say("first_years", years=first.attrs["years"])] if len(first) else []
        titles += [draft.say("net_now"), *early, draft.say("lasting" if early else "net_then")]
    caption = draft.say(
        "switch_cash" if without else "switch_loan" if on_loan else "switch",
        heating=terms.heating_name(heating, draft.language),
    )
    notes = [
        draft.say("switch_no_network" if without else "switch_note"),
        *([] if moved else [draft.say("switch_same")]),
    ]
    return Table(
        caption, (draft.column("group"), *titles), tuple(rows), (False, *[True] * len(titles)), note=" ".join(notes)
    )


def _first_years(wide: pd.DataFrame, heating: str) -> pd.DataFrame:
    """What a household keeps a month in the first years of a tax cut, by state, with the years in ``attrs``; empty without a cut."""
    for outcome in wide.index.get_level_values("outcome").unique():
        start, _, years = str(outcome).removesuffix(f"_{heating}").rpartition("_")
        if start == "monthly_net_first" and str(outcome).endswith(f"_{heating}"):
            found = pd.DataFrame(wide.xs(outcome))
            found.attrs["years"] = years
            return found
    return pd.DataFrame()
