"""Formulas of a spreadsheet that know their own value: the same expression gives the text of the cell and the number in it.

A cell that is opened without being computed (a preview, a protected view) then shows what it will hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from xlsxwriter.utility import xl_col_to_name

from koppelkans.money.project_returns import annuity_share, irr_share

_ATOM, _POWER, _TIMES, _PLUS, _COMPARE = 9, 7, 6, 5, 3


@dataclass(frozen=True, slots=True)
class Place:
    """Where a cell or a block of cells stands; rows and columns from 0. ``fixed``: written with dollars."""

    sheet: str
    row: int
    column: int
    last_row: int | None = None
    last_column: int | None = None
    fixed: bool = True
    first_fixed: bool = False
    """Of a block that grows with the year: the first column stays, the last moves."""

    def text(self, sheet: str) -> str:
        """The reference as a formula on a sheet writes it."""
        prefix = "" if sheet == self.sheet else f"{self.sheet}!"
        begin = _corner(self.row, self.column, column_fixed=self.fixed or self.first_fixed, row_fixed=self.fixed)
        if self.last_row is None or self.last_column is None:
            return prefix + begin
        return (
            f"{prefix}{begin}:{_corner(self.last_row, self.last_column, column_fixed=self.fixed, row_fixed=self.fixed)}"
        )


def _corner(row: int, column: int, *, column_fixed: bool, row_fixed: bool) -> str:
    return f"{'$' if column_fixed else ''}{xl_col_to_name(column)}{'$' if row_fixed else ''}{row + 1}"


class Term:
    """A part of a formula: its text in pieces, the number or row of numbers that it comes to, and how tightly it binds."""

    __slots__ = ("level", "pieces", "value")

    def __init__(self, pieces: Sequence[str | Place], value: Any, level: int = _ATOM) -> None:
        self.pieces, self.value, self.level = tuple(pieces), value, level

    def text(self, sheet: str) -> str:
        """The formula as it is written on a sheet, the sign of equality apart."""
        return "".join(piece if isinstance(piece, str) else piece.text(sheet) for piece in self.pieces)

    @property
    def simple(self) -> bool:
        """Whether it is a plain number rather than a formula."""
        return len(self.pieces) == 1 and isinstance(self.pieces[0], str) and not isinstance(self.value, np.ndarray)

    def within(self, level: int) -> tuple[str | Place, ...]:
        """The pieces, in brackets where the rest would bind tighter."""
        return self.pieces if self.level >= level else ("(", *self.pieces, ")")

    def __add__(self, other: Term | float) -> Term:
        return _joined(self, "+", other, _PLUS, np.add)

    def __sub__(self, other: Term | float) -> Term:
        return _joined(self, "-", other, _PLUS, np.subtract)

    def __mul__(self, other: Term | float) -> Term:
        return _joined(self, "*", other, _TIMES, np.multiply)

    def __truediv__(self, other: Term | float) -> Term:
        return _joined(self, "/", other, _TIMES, np.divide)

    def __pow__(self, other: Term | float) -> Term:
        return _joined(self, "^", other, _POWER, np.power)

    def __neg__(self) -> Term:
        return Term(("-", *self.within(_ATOM)), -self.value, _PLUS)

    def __le__(self, other: Term | float) -> Term:
        return _joined(self, "<=", other, _COMPARE, np.less_equal)

    def __lt__(self, other: Term | float) -> Term:
        return _joined(self, "<", other, _COMPARE, np.less)

    def __ge__(self, other: Term | float) -> Term:
        return _joined(self, ">=", other, _COMPARE, np.greater_equal)

    def __gt__(self, other: Term | float) -> Term:
        return _joined(self, ">", other, _COMPARE, np.greater)

    def same(self, other: Term | float) -> Term:
        """Whether both are equal; ``==`` is left to Python."""
        return _joined(self, "=", other, _COMPARE, np.equal)


BLANK = Term(('""',), float("nan"))
"""An empty cell."""


def number(value: Term | float) -> Term:
    """A term; a plain number becomes one."""
    if isinstance(value, Term):
        return value
    plain = float(value)
    return Term((repr(int(plain)) if plain.is_integer() else repr(plain),), plain)


def _joined(left: Term, sign: str, right: Term | float, level: int, answer: Any) -> Term:
    other = number(right)
    # what stands on the right of a sign of the same rank keeps its brackets: a - (b - c), a / (b / c)
    pieces = (*left.within(level), sign, *other.within(level + 1))
    with np.errstate(divide="ignore", invalid="ignore"):  # in the branch of a condition that is not taken
        value = answer(left.value, other.value)
    return Term(pieces, value if isinstance(value, np.ndarray) else float(value), level)


def _called(name: str, arguments: Sequence[Term | float], value: Any) -> Term:
    pieces: list[str | Place] = [f"{name}("]
    for place, argument in enumerate(arguments):
        pieces += [*(("," if place else "",)), *number(argument).pieces]
    return Term((*pieces, ")"), value)


def total(*terms: Term | float) -> Term:
    """SUM; empty cells count for nothing. Cells under each other are written as one block."""
    block = _under_each_other(terms)
    return _called("SUM", block or terms, float(sum(np.nansum(number(term).value) for term in terms)))


def _under_each_other(terms: Sequence[Term | float]) -> list[Term]:
    """The cells as one block, when they stand under each other without a gap; else nothing."""
    places = [term.pieces[0] for term in terms if isinstance(term, Term) and len(term.pieces) == 1]
    cells = [place for place in places if isinstance(place, Place) and place.last_row is None]
    if len(cells) < 2 or len(cells) != len(terms):
        return []
    first, last = cells[0], cells[-1]
    if [(cell.sheet, cell.row, cell.column) for cell in cells] != [
        (first.sheet, first.row + step, first.column) for step in range(len(cells))
    ]:
        return []
    return [Term((Place(first.sheet, first.row, first.column, last.row, last.column, fixed=first.fixed),), 0.0)]


def product_total(term: Term) -> Term:
    """SUMPRODUCT of an expression in rows: the sum over the years."""
    return _called("SUMPRODUCT", [term], float(np.sum(term.value)))


def least(*terms: Term | float) -> Term:
    """MIN, empty cells left out; 0 when all are empty, as a spreadsheet says."""
    return _called("MIN", terms, _end(terms, np.nanmin))


def most(*terms: Term | float) -> Term:
    """MAX, empty cells left out; 0 when all are empty."""
    return _called("MAX", terms, _end(terms, np.nanmax))


def _end(terms: Sequence[Term | float], end: Any) -> float:
    values = np.concatenate([np.atleast_1d(number(term).value) for term in terms])
    return float(end(values)) if np.isfinite(values).any() else 0.0


def counted(term: Term) -> Term:
    """COUNT: how many cells hold a number."""
    return _called("COUNT", [term], float(np.isfinite(np.atleast_1d(term.value)).sum()))


def both(*terms: Term) -> Term:
    """AND."""
    return _called("AND", terms, float(all(bool(term.value) for term in terms)))


def when(condition: Term, then: Term | float, otherwise: Term | float) -> Term:
    """IF."""
    taken = number(then) if bool(condition.value) else number(otherwise)
    return _called("IF", [condition, then, otherwise], taken.value)


def size(term: Term) -> Term:
    """ABS."""
    return _called("ABS", [term], float(np.abs(term.value)))


def remainder(term: Term, divisor: Term) -> Term:
    """MOD, as spreadsheets count: of the sign of the divisor."""
    return _called("MOD", [term, divisor], np.mod(term.value, divisor.value))


def level_payment(rate: Term, years: Term, loan: Term) -> Term:
    """PMT of a loan: the level yearly payment, positive."""
    return _called(
        "PMT", [rate, years, -loan], float(loan.value * annuity_share(float(years.value), float(rate.value)))
    )


def worth_of_payments(rate: Term, years: Term, payment: Term) -> Term:
    """PV of level payments still to come, positive."""
    count = float(years.value)
    value = float(payment.value) / annuity_share(count, float(rate.value)) if count else 0.0
    return _called("PV", [rate, years, -payment], value)


def return_rate(flows: Term, start: Term) -> Term:
    """IRR from a start value, empty when there is none."""
    return _called("IFERROR", [_called("IRR", [flows, start], irr_share(flows.value)), BLANK], irr_share(flows.value))


def found_at(answers: Term, block: Term, sought: Term) -> Term:
    """INDEX and MATCH: the answer beside the first cell of a block that holds what is sought."""
    same = np.flatnonzero(block.value == sought.value)
    value = float(answers.value[same[0]]) if len(same) else float("nan")
    return _called(
        "INDEX",
        [answers, _called("MATCH", [sought, block, 0], float(same[0] + 1) if len(same) else float("nan"))],
        value,
    )
