"""The sheet that finds the rates of return: net present value at many rates, and where it falls through zero.

A spreadsheet searches from a start value and may stop at a rate that means nothing, or find none. Here the start is read from the table.
"""

from __future__ import annotations

import numpy as np

from koppelkans.exchange.formulas import (
    BLANK,
    Place,
    Term,
    both,
    counted,
    found_at,
    least,
    number,
    product_total,
    return_rate,
    size,
    when,
)
from koppelkans.exchange.model_years import CashFlow, Ramp
from koppelkans.exchange.pages import Book, Page
from koppelkans.exchange.words import RESULTS

_RATE = 0
_COLUMNS = {"irr_share": (1, 2), "equity_irr_share": (3, 4)}
"""Columns of the present value and of the distance to zero where it falls through it."""
_RATES = (*np.arange(-90, -30, 5), *np.arange(-30, 40, 1), *np.arange(40, 205, 10))
"""Rates that are tried, in percent."""
_PERCENT = 100


def rates_of_return(book: Book, cash: CashFlow, shared: Ramp) -> dict[str, Term]:
    """Rate of return of project and of equity; empty where the present value falls through zero at no rate. One of several: nearest to zero."""
    page = Page(book, "Rendement", "Zoeken van het rendement", "Search of the rates of return")
    page.sheet.set_column(_RATE, 5, 24)
    first = page.row + len(_COLUMNS) + 2
    last = first + len(_RATES) - 1
    flows = {"irr_share": cash.project.all, "equity_irr_share": cash.equity.all}
    answers = page.row
    page.row = first - 1
    heads = [
        f"{words} {name}"
        for name in ("project", "eigen vermogen / equity")
        for words in ("NCW / NPV [EUR]", "Daalt door nul / falls through 0:")
    ]
    page.head(["Discontovoet / rate", *heads])
    rates = [
        _written(page, row, _RATE, number(float(rate) / _PERCENT), "share")
        for row, rate in enumerate(_RATES, start=first)
    ]
    starts = {name: _start(page, rates, flows[name], shared, name, (first, last)) for name in flows}
    page.row = answers
    return {name: _rate(page, name, starts[name], flows[name]) for name in flows}


def _written(page: Page, row: int, column: int, term: Term, shown: str) -> Term:
    page.row = row
    return page.cell(column, term, shown, fixed=False)


def _start(page: Page, rates: list[Term], flows: Term, shared: Ramp, name: str, rows: tuple[int, int]) -> Term:
    """The rate of the table before which the present value is still positive, nearest to zero; empty when there is none."""
    worth_column, distance_column = _COLUMNS[name]
    first, last = rows
    worth = [
        _written(page, first + step, worth_column, product_total(flows / (number(1) + rate) ** shared.year.all), "eur")
        for step, rate in enumerate(rates)
    ]
    distances = [
        _written(
            page,
            first + step,
            distance_column,
            when(both(worth[step] > 0, worth[step + 1] <= 0), size(rates[step]), BLANK),
            "share",
        )
        for step in range(len(rates) - 1)
    ]
    block = Term(
        (Place(page.name, first, distance_column, last - 1, distance_column),),
        np.array([term.value for term in distances]),
    )
    tried = Term((Place(page.name, first, _RATE, last - 1, _RATE),), np.array([term.value for term in rates[:-1]]))
    return when(counted(block) > 0, found_at(tried, block, least(block)), BLANK)


def _rate(page: Page, name: str, start: Term, flows: Term) -> Term:
    page.sheet.write_string(page.row, 0, f"{RESULTS[name][0]} / {RESULTS[name][1]}", page.book.style("wrap"))
    begin = page.cell(1, start, "share")
    found = page.cell(2, return_rate(flows, begin), "share", "sum")
    page.row += 1
    return found
