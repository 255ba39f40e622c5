"""Sheets of a workbook: cells that are written once and can be named in later formulas, rows of years, print layout."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, time
from io import BytesIO
from typing import Any

import numpy as np
import xlsxwriter

from koppelkans.exchange.formulas import Place, Term, number, total
from koppelkans.plan.record import Plan

DUTCH, ENGLISH, UNIT, VALUE, FIRST_YEAR = 0, 1, 2, 3, 4
"""Columns of every sheet with years: label, label, unit, total or value, then the years."""
FORMATS = {
    "eur": "#,##0;[Red]-#,##0", "price": "#,##0.00##", "share": "0.0%", "count": "#,##0.0", "years": "0", "ratio": "0.00", "heat": "#,##0.0", "text": "@",
}  # fmt: skip
A4, A3 = 9, 8
WIDTHS = {"label": 46, "unit": 11, "value": 14, "year": 11}
_INPUT = {"bg_color": "#FFF2CC", "font_color": "#1F4E9E", "border": 1, "border_color": "#C9B26B"}
_KINDS: dict[str, dict[str, Any]] = {
    "plain": {}, "input": _INPUT, "sum": {"bold": True, "top": 1}, "fixed": {"font_color": "#4A5A64", "italic": True},
    "title": {"bold": True, "font_size": 14}, "head": {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"},
    "group": {"bold": True, "bg_color": "#E3EDF1"}, "english": {"italic": True, "font_color": "#4A5A64"}, "wrap": {"text_wrap": True, "valign": "top"},
    "warning": {"bold": True, "font_color": "#9C2A10", "text_wrap": True, "valign": "top"},
}  # fmt: skip


class Book:
    """A workbook in memory; ``content`` closes it."""

    def __init__(self, plan: Plan, footer: str, header: str) -> None:
        self.stream = BytesIO()
        self.file = xlsxwriter.Workbook(self.stream, {"in_memory": True})
        self.file.set_properties({"title": plan.place.title, "created": datetime.combine(plan.run.made_on, time())})
        self.file.set_calc_mode("auto")
        self.footer, self.header = footer, header
        self.formats: dict[tuple[str, str], Any] = {}

    def style(self, kind: str, shown: str = "") -> Any:
        """A format of the workbook: a kind of cell and how its number is shown."""
        if (kind, shown) not in self.formats:
            about = dict(_KINDS[kind])
            if shown:
                about["num_format"] = FORMATS[shown]
            self.formats[kind, shown] = self.file.add_format(about)
        return self.formats[kind, shown]

    def content(self) -> bytes:
        """The file."""
        self.file.close()
        return self.stream.getvalue()


class Page:
    """One sheet, filled from top to bottom; ``row`` is where the next line goes."""

    def __init__(self, book: Book, name: str, title: str, english: str, *, paper: int = A4) -> None:
        self.book, self.name = book, name
        self.sheet = book.file.add_worksheet(name)
        self.sheet.set_landscape()
        self.sheet.set_paper(paper)
        self.sheet.fit_to_pages(1, 0)
        self.sheet.set_header(f"&L{book.header}&R&A")
        self.sheet.set_footer(f"&L{book.footer}&RBlad &P van &N")
        self.sheet.hide_gridlines(0)
        self.sheet.set_column(DUTCH, ENGLISH, WIDTHS["label"])
        self.sheet.set_column(UNIT, UNIT, WIDTHS["unit"])
        self.sheet.set_column(VALUE, VALUE, WIDTHS["value"])
        self.sheet.write_string(0, DUTCH, title, book.style("title"))
        self.sheet.write_string(1, DUTCH, english, book.style("english"))
        self.row = 3

    def labels(self, words: tuple[str, str], unit: str = "", kind: str = "plain") -> None:
        """Both labels and the unit of the current line."""
        self.sheet.write_string(self.row, DUTCH, words[0], self.book.style(kind))
        english = kind if kind in ("group", "sum") else "english"
        self.sheet.write_string(self.row, ENGLISH, words[1], self.book.style(english))
        self.sheet.write_string(self.row, UNIT, unit, self.book.style(kind))

    def group(self, words: tuple[str, str], last_column: int = VALUE) -> None:
        """A heading over the lines that follow."""
        self.row += 1
        self.labels(words, kind="group")
        for column in range(VALUE, last_column + 1):
            self.sheet.write_blank(self.row, column, None, self.book.style("group"))
        self.row += 1

    def head(self, words: Sequence[str], first_column: int = 0) -> None:
        """Titles of columns, repeated on every printed page."""
        for place, word in enumerate(words):
            self.sheet.write_string(self.row, first_column + place, word, self.book.style("head"))
        self.sheet.repeat_rows(self.row)
        self.row += 1

    def cell(self, column: int, term: Term | float, shown: str, kind: str = "plain", *, fixed: bool = True) -> Term:
        """Writes a number or formula in the current line; the answer names that cell."""
        made = number(term)
        style, place = self.book.style(kind, shown), Place(self.name, self.row, column, fixed=fixed)
        if made.simple:
            self.sheet.write_number(self.row, column, made.value, style)
        else:
            value = made.value if np.isfinite(made.value) else ""
            self.sheet.write_formula(self.row, column, f"={made.text(self.name)}", style, value)
        return Term((place,), made.value)

    def place(self, column: int) -> Place:
        """The cell in a column of the current line."""
        return Place(self.name, self.row, column)

    def line(self, words: tuple[str, str], unit: str, term: Term | float, shown: str, kind: str = "plain") -> Term:
        """A line with one value."""
        self.labels(words, unit)
        named = self.cell(VALUE, term, shown, kind)
        self.row += 1
        return named


class YearRow:
    """A line with a value for every year, from year 0; earlier years can be named while later ones are written."""

    def __init__(self, page: Page) -> None:
        self.page, self.row = page, page.row
        self.cells: list[Term] = []

    def __getitem__(self, year: int) -> Term:
        return self.cells[year]

    @property
    def all(self) -> Term:
        """All years as one block."""
        return self._block(len(self.cells) - 1, fixed=True)

    def until(self, year: int) -> Term:
        """The years up to and including one, as a block that grows with the year."""
        return self._block(year, fixed=False)

    def _block(self, year: int, *, fixed: bool) -> Term:
        place = Place(self.page.name, self.row, FIRST_YEAR, self.row, FIRST_YEAR + year, fixed=fixed, first_fixed=True)
        return Term((place,), np.array([cell.value for cell in self.cells[: year + 1]]))


class YearPage(Page):
    """A sheet with a column for every year; those after the concession are folded."""

    def __init__(self, book: Book, name: str, title: str, english: str, *, years: int, shown_years: int) -> None:
        super().__init__(book, name, title, english, paper=A3)
        self.years = years
        self.sheet.set_column(FIRST_YEAR, FIRST_YEAR + shown_years, WIDTHS["year"])
        if years > shown_years:
            folded = {"level": 1, "hidden": True}
            self.sheet.set_column(FIRST_YEAR + shown_years + 1, FIRST_YEAR + years, WIDTHS["year"], None, folded)
            self.sheet.set_column(FIRST_YEAR + years + 1, FIRST_YEAR + years + 1, None, None, {"collapsed": True})
        self.sheet.repeat_columns(DUTCH, VALUE)

    def clock(self, start_year: Term) -> YearRow:
        """The two first lines of every sheet with years: the year of the project and of the calendar."""
        self.sheet.repeat_rows(self.row, self.row + 1)
        project = self.over_years(("Jaar van het project", "Year of the project"), "", "years", float, kind="head")
        self.over_years(
            ("Kalenderjaar", "Calendar year"), "", "years", lambda year: start_year + project[year], kind="head"
        )
        self.sheet.freeze_panes(self.row, FIRST_YEAR)
        return project

    def over_years(
        self, words: tuple[str, str], unit: str, shown: str, term: Callable[[int], Term | float], *, kind: str = "plain",
        added: bool = False,
    ) -> YearRow:  # fmt: skip
        """A line whose value in each year is ``term(year)``; ``added``: with the sum of the years before it."""
        made = YearRow(self)
        self.labels(words, unit, kind if kind == "sum" else "plain")
        for year in range(self.years + 1):
            self.write_year(made, term(year), shown, kind)
        if added:
            self.added(made, shown)
        self.row += 1
        return made

    def write_year(self, row: YearRow, term: Term | float, shown: str, kind: str = "plain") -> None:
        """The next year of a line."""
        self.row = row.row
        row.cells.append(self.cell(FIRST_YEAR + len(row.cells), term, shown, kind, fixed=False))

    def added(self, row: YearRow, shown: str) -> None:
        """The sum over all years, before them."""
        self.row = row.row
        self.cell(VALUE, total(row.all), shown, "sum")
