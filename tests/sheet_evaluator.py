"""A small evaluator of spreadsheet formulas, written apart from the code that writes them: it reads text and computes numbers.

Knows what the workbook uses: + - * / ^, comparisons, blocks, other sheets, and a dozen functions. Anything else raises.
"""

import re
from functools import cache, reduce
from io import BytesIO

import numpy as np
import openpyxl
from openpyxl.utils import range_boundaries

TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+\.?\d*(?:[eE][-+]?\d+)?)|(?P<text>\"[^\"]*\")|(?P<cell>(?:[A-Za-z]\w*!)?\$?[A-Z]{1,3}\$?\d+(?::\$?[A-Z]{1,3}\$?\d+)?)"
    r"|(?P<name>[A-Z]+)(?=\()|(?P<sign><=|>=|<>|[-+*/^=<>(),]))"
)
RANKS = [("=", "<", ">", "<=", ">=", "<>"), ("+", "-"), ("*", "/"), ("^",)]
SIGNS = {
    "+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide, "^": np.power, "=": np.equal, "<": np.less, ">": np.greater,
    "<=": np.less_equal, ">=": np.greater_equal, "<>": np.not_equal,
}  # fmt: skip


class Fault(Exception):
    """What a spreadsheet shows as #NUM! or #DIV/0!."""


@cache
def opened(content):
    """A workbook and its cells; read once."""
    book = openpyxl.load_workbook(BytesIO(content))
    return book, {
        (sheet.title, cell.coordinate): cell.value for sheet in book for row in sheet.iter_rows() for cell in row
    }


@cache
def parsed(sheet, text):
    return Formula(sheet, text)


class Sheets:
    """A workbook whose formulas are computed anew; ``change`` sets an input cell first."""

    def __init__(self, content):
        self.book, cells = opened(content)
        self.cells, self.known = dict(cells), {}

    def change(self, sheet, address, value):
        assert not str(self.cells[sheet, address]).startswith("="), "an input is no formula"
        self.cells[sheet, address] = value
        self.known = {}

    def find(self, sheet, label, column="D"):
        """Address of the value beside a label; the label stands once."""
        rows = [row[0].row for row in self.book[sheet].iter_rows(max_col=1) if row[0].value == label]
        assert len(rows) == 1, (label, rows)
        return f"{column}{rows[0]}"

    def value(self, sheet, address):
        key = (sheet, address)
        if key not in self.known:
            content = self.cells.get(key)
            if isinstance(content, str) and content.startswith("="):
                content = parsed(sheet, content[1:]).answer(self)
            self.known[key] = content
        return self.known[key]

    def block(self, sheet, text):
        left, top, right, bottom = range_boundaries(text.replace("$", ""))
        cells = [
            self.value(sheet, f"{openpyxl.utils.get_column_letter(column)}{row}")
            for row in range(top, bottom + 1)
            for column in range(left, right + 1)
        ]
        return np.array([np.nan if cell is None or isinstance(cell, str) else float(cell) for cell in cells])


class Formula:
    def __init__(self, sheet, text):
        self.sheets, self.sheet, self.tokens, at = None, sheet, [], 0
        while at < len(text):
            found = TOKEN.match(text, at)
            assert found, f"{sheet}: {text[at:]}"
            self.tokens.append((found.lastgroup, found.group(found.lastgroup)))
            at = found.end()
        self.at = 0
        self.tree = self.rank(0)
        assert self.at == len(self.tokens), self.tokens[self.at :]

    def answer(self, sheets):
        self.sheets = sheets
        value = self.tree()
        return value if isinstance(value, str) else float(value)

    def peek(self):
        return self.tokens[self.at] if self.at < len(self.tokens) else (None, None)

    def take(self, wanted=None):
        token = self.tokens[self.at]
        assert wanted is None or token[1] == wanted, (token, wanted)
        self.at += 1
        return token

    def rank(self, level):
        """Left to right at each rank; branches that a condition does not take are never computed."""
        if level == len(RANKS):
            return self.atom()
        left = self.rank(level + 1)
        while self.peek()[0] == "sign" and self.peek()[1] in RANKS[level]:
            sign = SIGNS[self.take()[1]]
            left = self.joined(sign, left, self.rank(level + 1))
        return left

    @staticmethod
    def joined(sign, left, right):
        def value():
            a, b = left(), right()
            if sign is np.divide and np.isscalar(b) and b == 0:
                raise Fault("#DIV/0!")
            if isinstance(a, str) or isinstance(b, str):
                raise Fault("#VALUE!")
            with np.errstate(all="ignore"):
                return sign(a, b) * 1.0

        return value

    def atom(self):
        kind, text = self.take()
        if text == "-":
            inner = self.atom()
            return lambda: -inner()
        if text == "(":
            inner = self.rank(0)
            self.take(")")
            return inner
        if kind == "number":
            return lambda: float(text)
        if kind == "text":
            return lambda: text[1:-1]
        if kind == "cell":
            sheet, _, place = text.rpartition("!")
            home = sheet or self.sheet
            if ":" in place:
                return lambda: self.sheets.block(home, place)
            return lambda: self.cell(home, place.replace("$", ""))
        assert kind == "name", (kind, text)
        return self.call(text)

    def cell(self, sheet, place):
        value = self.sheets.value(sheet, place)
        return 0.0 if value is None else value

    def call(self, name):
        self.take("(")
        arguments = [self.rank(0)]
        while self.peek()[1] == ",":
            self.take(",")
            arguments.append(self.rank(0))
        self.take(")")
        return lambda: FUNCTIONS[name](*arguments)


def numbers(arguments):
    """Numbers in cells and blocks; empty cells and text are left out."""
    values = [
        np.atleast_1d(np.nan if isinstance(item, str) else item) for item in (argument() for argument in arguments)
    ]
    joined = np.concatenate(values).astype(float)
    return joined[~np.isnan(joined)]


def level_payment(rate, years, worth):
    return -worth / years if rate == 0 else -worth * rate / (1 - (1 + rate) ** -years)


def present_worth(rate, years, payment):
    return -payment * (years if rate == 0 else (1 - (1 + rate) ** -years) / rate)


def return_rate(flows, guess):
    """Newton's steps from a start value, as spreadsheets take them."""
    if isinstance(guess, str):
        raise Fault("#VALUE!")
    years, rate = np.arange(len(flows)), guess
    for _ in range(100):
        value = (flows * (1 + rate) ** -years).sum()
        slope = (-years * flows * (1 + rate) ** (-years - 1.0)).sum()
        if slope == 0 or not np.isfinite(value / slope):
            raise Fault("#NUM!")
        step = value / slope
        rate -= step
        if rate <= -1:
            raise Fault("#NUM!")
        if abs(step) < 1e-12:
            return rate
    raise Fault("#NUM!")


def if_error(value, otherwise):
    try:
        return value()
    except Fault:
        return otherwise()


def is_number(value):
    return float(not isinstance(value(), str))


FUNCTIONS = {
    "SUM": lambda *items: float(numbers(items).sum()),
    "SUMPRODUCT": lambda item: float(np.sum(item())),
    "MIN": lambda *items: float(numbers(items).min()) if len(numbers(items)) else 0.0,
    "MAX": lambda *items: float(numbers(items).max()) if len(numbers(items)) else 0.0,
    "COUNT": lambda *items: float(len(numbers(items))),
    "ABS": lambda item: abs(item()),
    "MOD": lambda item, divisor: np.mod(item(), divisor()),
    "AND": lambda *items: float(reduce(lambda so_far, item: so_far and bool(item()), items, True)),
    "IF": lambda condition, then, otherwise: then() if condition() else otherwise(),
    "PMT": lambda rate, years, worth: level_payment(rate(), years(), worth()),
    "PV": lambda rate, years, payment: present_worth(rate(), years(), payment()),
    "IRR": lambda flows, guess: return_rate(flows(), guess()),
    "INDEX": lambda block, place: float(block()[int(place()) - 1]),
    "MATCH": lambda sought, block, _exact: float(1 + np.flatnonzero(block() == sought())[0]),
    "IFERROR": if_error,
    "ISNUMBER": is_number,
}
