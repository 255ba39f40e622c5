"""Numbers as a reader expects them: Dutch 1.234,5 or English 1,234.5, sensibly rounded, a real minus sign."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pandas as pd

NONE = "–"
_MINUS = "\u2212"
_SPACE = "\u00a0"
_MONTHS = {
    "nl": [
        "januari",
        "februari",
        "maart",
        "april",
        "mei",
        "juni",
        "juli",
        "augustus",
        "september",
        "oktober",
        "november",
        "december",
    ],
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
}


@dataclass(frozen=True, slots=True)
class Notation:
    """How numbers and dates are written in one language."""

    language: str

    def number(self, value: Any, decimals: int = 0) -> str:
        """A number with a fixed count of decimals; a dash for a missing one."""
        if value is None or pd.isna(value):
            return NONE
        step = Decimal(1).scaleb(-decimals)
        text = f"{Decimal(repr(abs(float(value)))).quantize(step, ROUND_HALF_UP):,f}"
        if self.language == "nl":
            text = text.translate(str.maketrans(",.", ".,"))
        negative = float(value) < 0 and any(sign in "123456789" for sign in text)
        return f"{_MINUS}{text}" if negative else text

    def rounded(self, value: Any, digits: int = 3) -> str:
        """A number rounded to a count of significant digits: what a model can stand for."""
        if value is None or pd.isna(value) or value == 0:
            return self.number(value)
        places = digits - 1 - math.floor(math.log10(abs(float(value))))
        return self.number(round(float(value), places), max(0, min(places, 5)))

    def share(self, value: Any, decimals: int = 0) -> str:
        """A share as a percentage; small ones that are not nothing read as less than one."""
        if value is None or pd.isna(value):
            return NONE
        if 0 < value < 0.005 and decimals == 0:
            return f"<{_SPACE}1{_SPACE}%"
        return f"{self.number(100 * value, decimals)}{_SPACE}%"

    def band(self, low: Any, high: Any, digits: int = 3) -> str:
        """Low to high, in the same rounding; empty when either is missing."""
        if low is None or high is None or pd.isna(low) or pd.isna(high):
            return ""
        joiner = " tot " if self.language == "nl" else " to "
        return f"{self.rounded(low, digits)}{joiner}{self.rounded(high, digits)}"

    def range(self, low: Any, high: Any, digits: int = 3) -> str:
        """Low to high, short, for a cell of a table."""
        return self.band(low, high, digits).replace(" tot ", "–").replace(" to ", "–")

    def day(self, day: date) -> str:
        """A date in words."""
        return f"{day.day} {_MONTHS[self.language][day.month - 1]} {day.year}"

    def unit(self, unit: str) -> str:
        """A unit as it stands in a text of this language; nothing for a plain number."""
        if unit in ("-", "1"):
            return ""
        parts = re.split(r"([/ ()]+)", _SIGNS.get(unit, unit))
        return "".join(_UNIT_WORDS[self.language].get(part, part) for part in parts)

    def quantity(self, value: Any, unit: str) -> str:
        """A number with its unit; shares as percentages."""
        if unit.startswith("share"):
            return f"{self.rounded(100 * value)}{_SPACE}%{self.unit(unit.removeprefix('share'))}"
        named = self.unit(unit)
        return f"{self.rounded(value)}{_SPACE}{named}" if named else self.rounded(value)

    def quantity_range(self, low: Any, high: Any, unit: str) -> str:
        """Low to high of a number with a unit; the unit is left out, but for a percentage."""
        if unit.startswith("share"):
            text = self.range(100 * low, 100 * high)
            return f"{text}{_SPACE}%" if text else ""
        return self.range(low, high)


_SIGNS = {"C": "°C", "m2": "m²"}
_DUTCH = {
    "year": "jaar", "month": "maand", "day": "dag", "EUR": "euro", "h": "u", "dwelling": "woning", "m2": "m²", "m3": "m³",
    "share": "aandeel",
}  # fmt: skip
_ENGLISH = {
    "jaar": "year", "duizend": "thousand", "miljoen": "million", "gebouwen": "buildings", "woningen": "dwellings",
    "aandeel": "share", "m2": "m²", "m3": "m³",
}  # fmt: skip
_UNIT_WORDS = {"nl": _DUTCH, "en": _ENGLISH}
