"""What somebody tells of a home and a household, and what the calculation answers; nothing of it is ever kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

GAS, OIL, DIRECT_ELECTRIC, HEAT_PUMP, NETWORK = "gas", "oil", "direct_electric", "heat_pump", "heat_network"
HEATINGS = (GAS, OIL, DIRECT_ELECTRIC, HEAT_PUMP, NETWORK)
"""How a home is heated now. The engine has no price and no emission of heating oil: there the bill of today stays open."""
KINDS = ("terraced", "semi_detached", "detached", "apartment_building")
CATEGORIES = ("cat1", "cat2", "cat3", "cat4")
"""Income categories of Mijn VerbouwPremie, highest income first."""
LABELS = ("A", "B", "C", "D")


@dataclass(frozen=True, slots=True)
class Situation:
    """One home and the household in it. Empty figures are not known and are filled in from Flemish figures.

    ``dwellings``: homes under this roof. ``protected``: has the social tariff. ``label``: the label that the owner wants, empty for none.
    ``network``: solution word of the heat network that a published plan draws in the street, empty where it draws none.
    """

    kind: str
    period: str
    floor_area_m2: float
    heating: str
    dwellings: int = 1
    gas_kwh: float | None = None
    electricity_kwh: float | None = None
    occupants: int | None = None
    income_category: str = "cat2"
    protected: bool = False
    owner: bool = True
    grid_area: str = ""
    label: str = ""
    network: str = ""


@dataclass(frozen=True, slots=True)
class Band:
    """A figure with the ends between which it most likely lies."""

    low: float
    mid: float
    high: float


@dataclass(frozen=True, slots=True)
class Way:
    """One way to heat the home, per home [EUR with VAT, kg CO2 a year].

    ``pay``: the works before any premium; ``own``: after the premium. ``loan_eur``: how much of the works a loan of the energy house can
    carry; ``month_eur``: its payment over the longest term, once the premium has paid its part back. ``bill``: gas, electricity and heat
    of a year together; ``dear_bill``: the same when energy is dear. ``emission_kg``: empty for a heat network, whose source is not known
    here. ``label``: the label that certificates of such homes would most likely show; ``meets_label``: whether the wish is met.
    """

    solution: str
    measures: tuple[str, ...]
    pay: Band
    premium_eur: float
    own: Band
    loan_eur: float
    month_eur: float
    bill: Band
    dear_bill: float
    emission_kg: float | None
    label: str
    meets_label: bool

    def cash_eur(self, savings_eur: float, *, loan: bool) -> float:
        """Money that is still lacking on the day the invoice comes, with or without the loan [EUR]."""
        return max(0.0, self.pay.mid - savings_eur - (self.loan_eur if loan else 0.0))


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of law or technique that was used: its page, and how well it is known."""

    key: str
    scope: str
    standing: str
    held: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What the calculation says about one home.

    ``bill_now`` and ``emission_now_kg`` are empty where the heating of today has no known price. ``premium_stands_in``: the amounts of
    another income category stood in. ``area_stands_in``: the tariffs of another grid area stood in. ``delay_months``: how long a premium
    lets one wait. ``gas_left_out``: the gas that was told lies too far from such a home to say anything about it.
    """

    day: date
    heat: Band
    bill_now: Band | None
    dear_bill_now: float | None
    emission_now_kg: float | None
    label_now: str
    ways: tuple[Way, ...]
    figures: tuple[Figure, ...]
    delay_months: Band
    premium_stands_in: bool
    area_stands_in: bool
    gas_left_out: bool
