"""Every figure of law and technique that plans are made with: value, unit, from when, source, standing, range, who decides."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

STANDINGS = {
    "official": (
        gettext_lazy("officieel"),
        gettext_lazy("gelezen in een publicatie van de instantie die erover beslist"),
    ),
    "secondary": (
        gettext_lazy("uit tweede hand"),
        gettext_lazy("gelezen in de pers, bij een leverancier of in een openbare verzameling"),
    ),
    "unverified": (
        gettext_lazy("niet geverifieerd"),
        gettext_lazy("algemene kennis of een aanname; kijk na voor u erop bouwt"),
    ),
}
DECIDERS = {
    "EU": gettext_lazy("Europese Unie"), "federal": gettext_lazy("federale overheid"), "flemish": gettext_lazy("Vlaamse overheid"),
    "regulator": gettext_lazy("regulator"), "operator": gettext_lazy("netbeheerder"), "municipality": gettext_lazy("gemeente"), "lender": gettext_lazy("kredietgever"),
    "market": gettext_lazy("markt"), "technique": gettext_lazy("techniek"),
}  # fmt: skip
_DUTCH_UNITS = {
    "share": "aandeel", "year": "jaar", "day": "dag", "h": "uur", "dwelling": "woning", "dwellings": "woningen", "ratio": "verhouding",
    "text": "tekst", "date": "datum", "1": "", "-": "", "C": "°C", "K day": "graaddagen (K·dag)", "calendar year": "kalenderjaar", "legal flag": "regel",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class DatedValue:
    """One value of a figure: for whom, from when to when, low and high, where it was read and what that is worth.

    ``grouped``: its thousands are set apart; a year has none.
    """

    scope: str
    first: date
    last: date | None
    value: float | str
    low: float | None
    high: float | None
    source: str
    link: str
    kind: str
    standing: str
    note: str
    grouped: bool

    @property
    def shown(self) -> str:
        """The value as it was read, in the notation of the page; a word or a day stands for itself."""
        return self.value if isinstance(self.value, str) else exact(self.value, grouped=self.grouped)

    @property
    def shown_low(self) -> str:
        """The low end, empty where there is none."""
        return "" if self.low is None else exact(self.low, grouped=self.grouped)

    @property
    def shown_high(self) -> str:
        """The high end, empty where there is none."""
        return "" if self.high is None else exact(self.high, grouped=self.grouped)

    @property
    def standing_words(self) -> str:
        """The standing in words."""
        return str(STANDINGS[self.standing][0])


@dataclass(frozen=True, slots=True)
class LawFigure:
    """A figure with all its values, the newest first within a scope."""

    key: str
    label: str
    unit: str
    vat: str
    decides: str
    values: tuple[DatedValue, ...]

    @property
    def decides_words(self) -> str:
        """Who decides on it."""
        return str(DECIDERS.get(self.decides, self.decides))

    @property
    def unit_words(self) -> str:
        """The unit, in Dutch where it is a word."""
        unit = self.unit.replace("m2", "m²").replace("m3", "m³")
        if get_language() != "nl":
            return "" if unit in ("1", "-") else unit
        parts = unit.split("/")
        return "/".join(_DUTCH_UNITS.get(part, part) for part in parts)

    def standings(self) -> list[str]:
        """The standings that its values have, the best first."""
        found = {value.standing for value in self.values}
        return [name for name in STANDINGS if name in found]

    def in_force(self, day: date) -> list[DatedValue]:
        """The value of every scope that holds on a day."""
        latest: dict[str, DatedValue] = {}
        for value in self.values:
            known = latest.get(value.scope)
            if (
                value.first <= day
                and (value.last is None or day <= value.last)
                and (known is None or value.first > known.first)
            ):
                latest[value.scope] = value
        return list(latest.values())


def exact(value: float, *, grouped: bool) -> str:
    """A number with all its digits and no zeros after them, in the notation of the page."""
    text = format(Decimal(repr(float(value))), ",f" if grouped else "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.translate(str.maketrans(",.", ".,")) if get_language() == "nl" else text


@cache
def law_figures() -> dict[str, LawFigure]:
    """All figures by key, as they ship with the engine."""
    from koppelkans.parameters import read_parameters

    parameters = read_parameters()
    sources = parameters.sources
    return {
        parameter.key: LawFigure(
            parameter.key, parameter.label, parameter.unit, parameter.vat, parameter.decides,
            tuple(
                DatedValue(
                    value.scope, value.first, value.last, value.value, value.low, value.high, str(sources[value.source]["title"]),
                    str(sources[value.source].get("url", "")), str(sources[value.source].get("kind", "")), value.standing, value.note, parameter.unit != "calendar year",
                )
                for value in sorted(parameter.values, key=lambda value: (value.scope, -value.first.toordinal()))
            ),
        )
        for parameter in parameters
    }  # fmt: skip


def found_figures(words: str = "", standing: str = "", decides: str = "") -> list[LawFigure]:
    """The figures that answer a search: words in key, label or source, a standing, who decides."""
    wanted = words.casefold().split()
    return [
        figure for figure in law_figures().values()
        if (not standing or standing in figure.standings()) and (not decides or figure.decides == decides)
        and all(part in _text(figure) for part in wanted)
    ]  # fmt: skip


def _text(figure: LawFigure) -> str:
    return " ".join([figure.key, figure.label, *(value.source for value in figure.values)]).casefold()


def counted(figures: Iterable[LawFigure]) -> list[tuple[str, str, str, int]]:
    """How many figures have each standing, with what that standing means."""
    listed = list(figures)
    return [
        (name, str(word), str(meaning), sum(name in figure.standings() for figure in listed))
        for name, (word, meaning) in STANDINGS.items()
    ]


def vat_words(vat: str) -> str:
    """Whether an amount holds VAT, in words."""
    return {"excl": _("zonder btw"), "incl": _("met btw")}.get(vat, "")
