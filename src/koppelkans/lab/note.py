"""A policy note of at most two pages per lever: the rule, households with the vulnerable first, the project, budgets, what is not known."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd

from koppelkans.errors import KoppelkansError
from koppelkans.lab import words as terms
from koppelkans.lab.effects import BEFORE, LATER, SCENARIO, STATES, TODAY, VOTED
from koppelkans.lab.note_response import decisive_figure, headline, last_year, shown_rows
from koppelkans.lab.run import LabResult
from koppelkans.lab.solved import GAS_LEVERS, SHIFT_LEVERS
from koppelkans.lab.words import Language, group_name, outcome_name, said, unit_name
from koppelkans.parameters import read_parameters
from koppelkans.parameters.levers import Setting
from koppelkans.parameters.levers_people import PEOPLE_LEVERS
from koppelkans.report.document import (
    Block,
    Bullets,
    Document,
    Heading,
    Notice,
    Paragraph,
    Section,
    Table,
    Text,
    plain,
    rich,
)
from koppelkans.report.notation import Notation
from koppelkans.report.pdf import pdf_bytes

PAGES = 2
LEVELS = (0, 1, 2, 3)
"""How much is left out before a note fits on two pages: nothing, then ever more rows and remarks."""
FLEMISH_GROUPS: tuple[str, ...] = (
    "vulnerable", "vulnerable_gas", "quartile_1", "quartile_2", "quartile_3", "quartile_4", "tenure_social_tenant", "tenure_private_tenant", "tenure_owner", "heating_gas",
    "heating_electric", "heating_heat_pump", "everybody",
)  # fmt: skip
PLACE_GROUPS: tuple[str, ...] = ("vulnerable", "quartile_1", "quartile_4", "everybody")
SOLVED_ROWS = {
    "tariff_shift": (SHIFT_LEVERS, (
        "losing_share", "ratio_marginal", "gas_addition", "electricity_reduction", "moved", "credits", "protection_price",
    )),
    "gas_exit": (GAS_LEVERS, (
        "vulnerable_share_2040", "tariff_2030", "tariff_2040", "stranded", "contribution", "closing_cost", "residual",
    )),
}  # fmt: skip
"""Rows of the solvers that a note shows, vulnerable first, and the levers that they belong to."""
CROWDED = 2
"""From this level on a note shows only the tables of its own lever."""
PROJECT_ROWS = (
    "break_even_heat_price",
    "threshold_median",
    "irr",
    "npv",
    "min_dscr",
    "connected_dwellings",
    "investment",
)


def lever_note(result: LabResult, setting: Setting, *, language: Language = "nl") -> tuple[Document, bytes]:
    """The note on one lever of a result, as a document and as the PDF of it, at most two A4 pages.

    What does not fit falls away step by step: rules that stay the same, then groups and remarks; never a vulnerable household. Room that
    is then left goes to the response. Raises KoppelkansError should two pages not hold even that. Method: docs/method.md#lab-note.
    """
    for level in LEVELS:
        made = _fitting(_Note(result, setting, language, level, level))
        if made is not None:
            fuller = (_fitting(_Note(result, setting, language, level, more)) for more in LEVELS[:level])
            return next((one for one in fuller if one is not None), made)
    raise KoppelkansError(f"the note on {setting.lever.name} does not fit on {PAGES} pages")


def _fitting(note: _Note) -> tuple[Document, bytes] | None:
    document = note.document()
    pdf = pdf_bytes(document)
    return (document, pdf) if pages_of(pdf) <= PAGES else None


def pages_of(pdf: bytes) -> int:
    """The number of pages of a PDF that Typst wrote."""
    return pdf.count(b"/Type/Page") - pdf.count(b"/Type/Pages")


class _Note:
    """One note while it is written."""

    def __init__(
        self, result: LabResult, setting: Setting, language: Language, level: int, response_level: int
    ) -> None:
        self.result, self.setting, self.language, self.level = result, setting, language, level
        self.response_level = response_level
        self.notation = Notation(language)
        self.year = result.choices.voted_on.year

    def document(self) -> Document:
        """The whole note."""
        result, day = self.result, self.result.scenario.reference_date
        return Document(
            title=self.say("title", title=said((self.setting.lever.title_nl, self.setting.lever.title_en), self.language)),
            subtitle=self.say(
                "subtitle", where=result.title, day=self.notation.day(day), world=said(terms.WORLDS[result.scenario.price_world], self.language), id=result.result_id,
                version=result.engine_version,
            ),
            language=self.language, date={"year": day.year, "month": day.month, "day": day.day}, footer=self.say("footer", id=result.result_id),
            sections=(
                Section("regel", self.say("first"), (*self.lead(), *self.rule(), *self.households())),
                Section("effect", self.say("second"), (*self.response(), *self.project(), *self.budgets(), *self.solved(), *self.uncertainty(), *self.left_out(), *self.sources())),
            ),
            labels={name: self.say(name) for name in ("skip", "contents", "page", "figure", "method")},
        )  # fmt: skip

    def say(self, key: str, **values: object) -> str:
        """A text of the note."""
        return said(terms.NOTE[key], self.language).format(**values)

    # ------------------------------------------------------------------------------------------------------------- first page

    def lead(self) -> list[Block]:
        lever = self.setting.lever
        text = rich(
            said(terms.NOTE["lead"], self.language), setting=self.setting.title(self.language),
            decides=", ".join(said(terms.DECIDES[name], self.language) for name in lever.decides),
            legal=said(terms.LEGAL[lever.legal], self.language),
            earliest=self.notation.day(lever.earliest) if lever.earliest else self.say("not_known"),
            items=", ".join(lever.items) or self.say("no_item"),
        )  # fmt: skip
        blocks: list[Block] = [Paragraph(text), Paragraph(plain(f"{self.result.heading}."), "note")]
        if len(self.result.settings) > 1:
            blocks.append(Paragraph(plain(self._package())))
        if not self._moves_anything():
            blocks.append(Notice("warning", "", plain(self.say("nothing"))))
        return blocks

    def _package(self) -> str:
        """What this lever does alone and its fair share; in fossil-free homes where it works through what people do."""
        own = self._shared("interactions")
        people = "lab_response_interactions" in self.result.tables and (
            self.setting.lever in PEOPLE_LEVERS or own["value"]["alone"] == 0
        )
        own = self._shared("lab_response_interactions") if people else own
        shares = own["unit"].iloc[0] == "share"
        unit = self.say("points") if shares else unit_name(own["unit"].iloc[0], self.language)
        scale, places = (100.0, 1) if shares else (1.0, 0)
        values = {name: f"{self.signed(scale * own['value'][name], places)} {unit}" for name in ("alone", "shapley")}
        others = "; ".join(one.title(self.language) for one in self.result.settings if one != self.setting)
        about = {
            "vulnerable_bill": group_name("vulnerable", self.language), "heat_price": group_name("project", self.language),
            "public_cost": group_name("flanders", self.language), "fossil_free": outcome_name("response_fossil_free", self.language),
        }["fossil_free" if people else self.result.choices.outcome]  # fmt: skip
        return self.say(
            "package", count=len(self.result.settings), others=others, alone=values["alone"], share=values["shapley"], outcome=about
        )  # fmt: skip

    def _shared(self, table: str) -> pd.DataFrame:
        """The rows of this lever among those that several levers share, by outcome."""
        frame = self.result.tables[table]
        own = (frame["group"] == self.setting.text) & (frame["state"] == frame["state"].iloc[-1])
        rows: pd.DataFrame = frame[own].set_index("outcome")
        return rows

    def _moves_anything(self) -> bool:
        for name, frame in self.result.tables.items():
            wide = _wide(frame)
            for state in (SCENARIO, LATER):
                if name not in ("bands", "interactions") and state in wide and BEFORE[state] in wide:
                    moved = (wide[state] - wide[BEFORE[state]]).abs() > 1e-6 * (1 + wide[state].abs())
                    if moved.drop("losing_share", level="outcome", errors="ignore").any():
                        return True
        return False

    def rule(self) -> list[Block]:
        frame = self.result.rules[self.result.rules["lever"] == self.setting.lever.name]
        changed = (frame[SCENARIO].astype(str) != frame[TODAY].astype(str)) | (
            frame[LATER].astype(str) != frame[VOTED].astype(str)
        )
        ordered = pd.concat([frame[changed], frame[~changed].drop_duplicates("key")])
        shown = ordered.head(max(int(changed.sum()) if changed.sum() < 6 else 6, 6 - 2 * self.level))
        if shown.empty:
            return []
        rows = tuple(self._rule_row(row) for row in shown.to_dict("records"))
        header = [self.column("figure"), *(self.state(name) for name in (TODAY, VOTED, SCENARIO)), self.column("decides"), self.column("legal"), self.column("standing")]  # fmt: skip
        more = len(frame) - len(shown)
        return [Heading(self.say("rule")), Table(
            self.say("rule_table"), tuple(header), rows, (False, True, True, True, False, False, False),
            note=self.say("rule_more", count=more) if more else "",
        )]  # fmt: skip

    def _rule_row(self, row: dict[Any, Any]) -> tuple[Text, ...]:
        scope = said(terms.SCOPES.get(row["scope"], (row["scope"].replace("_", " "),) * 2), self.language)
        if row["scopes"] > 1:
            scope = f"{scope} {self.say('rule_scopes', count=row['scopes'] - 1)}".strip()
        name = f"{row['label']}{f', {scope}' if scope else ''} [{unit_name(row['unit'], self.language) or row['unit']}]"
        values = [self._given(row[state], row["unit"]) for state in (TODAY, VOTED, SCENARIO)]
        about = (said(terms.DECIDES[row["decides"]], self.language), said(terms.LEGAL[row["legal"]], self.language), said(terms.STANDING[row["standing"]], self.language))  # fmt: skip
        return tuple(plain(text) for text in (name, *values, *about))

    def _given(self, value: Any, unit: str) -> str:
        if value is None or (isinstance(value, float) and math.isnan(value)):
            return "–"
        if isinstance(value, str):
            return value.replace("_", " ")
        return self.notation.rounded(100 * value if unit == "share" else value, 4)

    def households(self) -> list[Block]:
        blocks: list[Block] = [Heading(self.say("households"))]
        tables, groups = self.result.tables, FLEMISH_GROUPS
        if "households" in tables:
            groups = PLACE_GROUPS
            blocks.append(self._bills(tables["households"], "yearly_bill_gas_boiler", None, outcome_name("yearly_bill_gas_boiler", self.language)))  # fmt: skip
            blocks += self._switch(tables["households"])
        if "groups" in tables and (self.level < LEVELS[-1] or "households" not in tables):
            blocks.append(self._bills(tables["groups"], "yearly_bill", groups, self.say("bill")))
        return blocks

    def _bills(self, frame: pd.DataFrame, outcome: str, groups: Sequence[str] | None, caption: str) -> Table:
        part = frame[frame["outcome"] == outcome]
        wide = pd.DataFrame(_wide(part).xs(outcome))
        names = [name for name in (groups or wide.index) if name in wide.index]
        band = part[part["state"] == SCENARIO].set_index("group")
        rows = []
        for name in names:
            values = [self.notation.number(_cell(wide, name, state)) for state in STATES]
            change = self.signed(_cell(wide, name, SCENARIO) - _cell(wide, name, TODAY))
            spread = self.notation.range(_cell(band, name, "low"), _cell(band, name, "high"))
            rows.append(tuple(plain(text) for text in (self.group(name), *values, change, spread)))
        header = (
            self.column("group"),
            *(self.state(name) for name in STATES),
            self.column("change"),
            self.column("band"),
        )
        return Table(caption, header, tuple(rows), (False, *[True] * 6))

    def _switch(self, frame: pd.DataFrame) -> list[Block]:
        wide = _wide(frame)
        blocks: list[Block] = []
        for heating in ("heat_network", "air_heat_pump"):
            if (f"cash_needed_{heating}" not in wide.index.get_level_values("outcome")) or (blocks and self.level):
                continue
            cash, net = (pd.DataFrame(wide.xs(f"{what}_{heating}")) for what in ("cash_needed", "monthly_net"))
            rows = [
                tuple(plain(text) for text in (
                    self.group(str(name)), *(self.notation.rounded(_cell(cash, name, state)) for state in (TODAY, SCENARIO)),
                    *(self.signed(_cell(net, name, state)) for state in (TODAY, SCENARIO)),
                ))
                for name in cash.index
            ]  # fmt: skip
            header = (
                self.column("group"),
                *(self.say(name) for name in ("cash_now", "cash_then", "net_now", "net_then")),
            )
            caption = self.say("switch", heating=terms.heating_name(heating, self.language))
            blocks.append(Table(caption, header, tuple(rows), (False, *[True] * 4), note=self.say("switch_note")))
        return blocks

    # ------------------------------------------------------------------------------------------------------------ second page

    def project(self) -> list[Block]:
        head = Heading(self.say("project"))
        if "project" not in self.result.tables:
            why = self.say("no_network" if self.result.households else "no_place")
            return [head, Paragraph(plain(self.say("project_none", why=why)))]
        if not self.result.publishable:
            return [head, Paragraph(plain(self.say("hidden")))]
        return [
            head,
            self._table(
                self.result.tables["project"],
                PROJECT_ROWS[: (7, 7, 6, 4)[self.level]],
                said(terms.TABLES["project"], self.language),
            ),
        ]

    def response(self) -> list[Block]:
        """What people and companies do under the rules, of a place that has dwellings."""
        if "lab_response" not in self.result.tables:
            return []
        head = Heading(said(terms.TABLES["lab_response"], self.language))
        if not self.result.publishable:
            return [head, Paragraph(plain(self.say("hidden")))]
        frame, bands = self.result.tables["lab_response"], self.result.tables["lab_response_bands"]
        part, outcomes = shown_rows(frame, self.response_level)
        numbers = {name: self.notation.rounded(100 * value, 2) for name, value in headline(frame).items()}
        levers = self.say("levers" if len(self.result.settings) > 1 else "lever")
        text = self.say("response", year=last_year(frame), levers=levers, **numbers)
        decisive = decisive_figure(bands)
        if decisive:
            text += " " + self.say("decisive", figure=terms.figure_name(decisive, self.language))
        return [
            head,
            Paragraph(plain(text)),
            self._table(part, outcomes, self.say("response_table"), self._coarse),
        ]

    def budgets(self) -> list[Block]:
        blocks: list[Block] = [Heading(self.say("budgets"))]
        if not self.result.publishable:
            return [*blocks, Paragraph(plain(self.say("hidden")))]
        if "budgets" in self.result.tables:
            frame = self.result.tables["budgets"]
            shown = frame[frame["group"].isin(("grid_operator", "treasury", "flanders", "ets2"))]
            blocks.append(self._table(shown, (), said(terms.TABLES["budgets"], self.language)))
        if "plan_budgets" in self.result.tables and self.level < CROWDED:
            blocks.append(
                self._table(self.result.tables["plan_budgets"], (), said(terms.TABLES["plan_budgets"], self.language))
            )
        return blocks

    def solved(self) -> list[Block]:
        own = self.setting.lever.name
        found = [
            (name, rows[: (7, 6, 4, 3)[self.level]]) for name, (levers, rows) in SOLVED_ROWS.items()
            if name in self.result.tables and (self.level < CROWDED or own in levers)
        ]  # fmt: skip
        if not found:
            return []
        tables = [
            self._table(self.result.tables[name], rows, said(terms.TABLES[name], self.language)) for name, rows in found
        ]
        return [Heading(self.say("solved")), *tables]

    def _table(
        self,
        frame: pd.DataFrame,
        outcomes: Sequence[str],
        caption: str,
        figure: Callable[[float, str], str] | None = None,
    ) -> Table:
        wide = _wide(frame)
        units = frame.drop_duplicates(["outcome", "group"]).set_index(["outcome", "group"])["unit"]
        states = [name for name in STATES if name in wide]
        keys = [key for key in wide.index if not outcomes or key[0] in outcomes]
        if outcomes:
            keys.sort(key=lambda key: outcomes.index(key[0]))
        many = len({key[1] for key in keys}) > 1
        rows = []
        for key in keys:
            unit = units[key]
            name = outcome_name(key[0], self.language)
            label = f"{self.group(key[1])}: {terms_small(name)}" if many else name
            shown = f"{label} [{unit_name(unit, self.language)}]" if unit_name(unit, self.language) else label
            values = [(figure or self._figure)(_cell(wide, key, state), unit) for state in states]
            rows.append(tuple(plain(text) for text in (shown, *values)))
        return Table(
            caption, (self.column("outcome"), *map(self.state, states)), tuple(rows), (False, *[True] * len(states))
        )

    def _figure(self, value: float, unit: str) -> str:
        if math.isnan(value):
            return "–"
        if unit == "calendar_year":
            return f"{value:.0f}"
        return self.notation.rounded(100 * value if unit == "share" else value, 4)

    def _coarse(self, value: float, unit: str) -> str:
        """A figure of the response: whole percents, two digits of the rest; more would be false precision."""
        if unit == "share" and 0 < value < 0.005:
            return "< 1"
        if unit == "share" and not math.isnan(value):
            return self.notation.number(100 * value)
        return self._figure(value, unit) if unit == "calendar_year" else self.notation.rounded(value, 2)

    def uncertainty(self) -> list[Block]:
        if "groups" not in self.result.tables:
            return []
        frame = self.result.tables["groups"]
        bill = frame[(frame["outcome"] == "yearly_bill") & (frame["state"] == SCENARIO)].set_index("group")
        bands = self.result.tables["bands"]
        worlds = bands[(bands["group"] == "everybody") & bands["outcome"].str.startswith("price_world")]["value"]
        show = self.notation.rounded
        first = "vulnerable" if "vulnerable" in bill.index else "everybody"
        blocks: list[Block] = [Heading(self.say("uncertainty")), Paragraph(plain(self.say(
            "uncertain", low=show(_cell(bill, first, "low")), high=show(_cell(bill, first, "high")), alow=show(_cell(bill, "everybody", "low")),
            ahigh=show(_cell(bill, "everybody", "high")), wlow=show(worlds.min()), whigh=show(worlds.max()),
        )))]  # fmt: skip
        figures = bands[bands["outcome"].str.startswith("figure_")].head(3)
        if len(figures):
            known = read_parameters().entries
            names = [known[name.split("@")[0]].label for name in figures["group"] if name.split("@")[0] in known]
            blocks.append(Paragraph(plain(self.say("figures", names="; ".join(dict.fromkeys(names))))))
        return blocks

    def left_out(self) -> list[Block]:
        remarks = self.result.remarks
        about = remarks["about"]
        own, general, of_levers = (
            about == f"lever.{self.setting.lever.name}",
            about == "lab",
            about.str.startswith("lever."),
        )
        response = about == "lab_response"
        warned = remarks["level"] == "warning"
        rest = remarks[warned & ~own & ~general & ~of_levers & ~response]
        ordered = pd.concat([remarks[own], remarks[response & warned], remarks[general], rest])
        column = "text" if self.language == "nl" else "text_en"
        texts = list(dict.fromkeys(ordered[column]))[: (7, 6, 4, 3)[self.level]]
        return [Heading(self.say("left_out")), Bullets(tuple(plain(text) for text in texts))]

    def sources(self) -> list[Block]:
        frame = self.result.rules[self.result.rules["lever"] == self.setting.lever.name]
        known = read_parameters().sources
        titles = dict.fromkeys(str(known[name]["title"]) for name in frame["source"] if name in known)
        text = "; ".join(list(titles)[: (6, 4, 3, 2)[self.level]])
        return [Heading(self.say("sources")), Paragraph(plain(f"{text}."), "note")] if text else []

    # ------------------------------------------------------------------------------------------------------------------ words

    def signed(self, value: float, places: int = 0) -> str:
        """A change with its sign."""
        text = self.notation.number(value, places)
        return f"+{text}" if value > 0 and any(sign in "123456789" for sign in text) else text

    def state(self, name: str) -> str:
        return terms.state_name(name, self.language, self.year)

    def column(self, name: str) -> str:
        return said(terms.COLUMNS[name], self.language)

    def group(self, name: str) -> str:
        return group_name(name, self.language, dict(self.result.households))


def terms_small(text: str) -> str:
    """A name inside a line: its first letter small, unless it is an abbreviation."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def _wide(frame: pd.DataFrame) -> pd.DataFrame:
    """One column per state, rows in their order: index outcome, group."""
    index = pd.MultiIndex.from_frame(frame[["outcome", "group"]].drop_duplicates())
    wide = frame.set_index(["outcome", "group", "state"])["value"].unstack("state").reindex(index)
    return wide[[name for name in STATES if name in wide]]


def _cell(frame: pd.DataFrame, row: Any, column: str) -> float:
    """One number of a small frame."""
    return float(frame[column].to_dict()[row])
