"""The table of levers: name, function, bounds of every argument, item of the note, who decides, legal flag, earliest date, figures touched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from koppelkans.errors import suggestion
from koppelkans.parameters import reforms
from koppelkans.parameters.store import ALL, Parameters

REQUIRED = "required"
"""Default of an argument that must be written; None as default: leave the figure as it is."""
Kind = Literal["float", "int", "bool", "choice", "name"]
YES, NO = ("true", "yes", "ja", "1"), ("false", "no", "nee", "0")


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a lever with its bounds; ``cautions``: choices that the note or the law rules out, with the words for it."""

    name: str
    kind: Kind
    low: float = 0.0
    high: float = 0.0
    unit: str = ""
    choices: tuple[str, ...] = ()
    default: float | str | None = REQUIRED
    note: str = ""
    cautions: tuple[tuple[str, str, str], ...] = ()

    @property
    def required(self) -> bool:
        """Whether the argument must be written."""
        return self.default == REQUIRED

    @property
    def expected(self) -> str:
        """What may be written, with bounds and unit."""
        if self.kind == "choice":
            return f"one of {', '.join(self.choices)}"
        words = {"bool": "true or false", "name": "letters, digits, - and _"}
        unit = f" {self.unit}" if self.unit else ""
        return words.get(
            self.kind, f"{'a whole number, ' if self.kind == 'int' else ''}{self.low:g} to {self.high:g}{unit}"
        )

    def read(self, written: str) -> tuple[float | int | bool | str, list[str]]:
        """The value in a text, and what is wrong with it."""
        wrong = [f"{self.name} = {written}; expected {self.expected}"]
        if self.kind == "choice":
            hint = f" ({suggestion(written, self.choices)})" if written not in self.choices else ""
            return written, [] if written in self.choices else [f"{wrong[0]}{hint if 'mean' in hint else ''}"]
        if self.kind == "name":
            return written, [] if all(sign.isalnum() or sign in "-_" for sign in written) else wrong
        if self.kind == "bool":
            return written.lower() in YES, [] if written.lower() in (*YES, *NO) else wrong
        try:
            number = float(written)
        except ValueError:
            return 0.0, wrong
        if not self.low <= number <= self.high or (self.kind == "int" and number != int(number)):
            return number, [f"{self.name} = {written} is out of bounds; expected {self.expected}"]
        return (int(number) if self.kind == "int" else number), []


@dataclass(frozen=True, slots=True)
class Lever:
    """A reform with its name, arguments and place: ``items`` of the feature map, who ``decides``, ``legal`` flag, ``earliest`` date.

    ``touches``: the keys that it may change, whatever its arguments; legal flag and date are the strictest of those figures.
    """

    name: str
    function: Callable[..., Parameters]
    arguments: tuple[Argument, ...]
    title_nl: str
    title_en: str
    items: tuple[str, ...]
    decides: tuple[str, ...]
    legal: str
    earliest: date | None
    touches: tuple[str, ...]

    @property
    def short(self) -> Argument | None:
        """The argument that ``name=value`` means: the only one, or the only one that must be written."""
        required = [argument for argument in self.arguments if argument.required]
        only = required or list(self.arguments)
        return only[0] if len(only) == 1 else None

    @property
    def usage(self) -> str:
        """How to write the lever: arguments that must be written with their bounds, the others between brackets."""
        must = [f"{argument.name}=<{argument.expected}>" for argument in self.arguments if argument.required]
        may = [f"{argument.name}=..." for argument in self.arguments if not argument.required]
        return f"{self.name}:{','.join([*must, *(f'[{part}]' for part in may)])}"


def _year(low: int = 2027, high: int = 2060) -> Argument:
    return Argument("year", "int", low, high, "")


def _share(high: float = 1.0, name: str = "share", default: float | str | None = REQUIRED) -> Argument:
    return Argument(name, "float", 0.0, high, "share", default=default)


_ELECTRICITY = (
    "excise", "certificates", "pso", "network", "excise+certificates", "excise+pso", "certificates+pso", "excise+network", "pso+network",
    "excise+certificates+pso", "excise+certificates+network", "excise+pso+network", "certificates+pso+network", "excise+certificates+pso+network",
)  # fmt: skip
_CATEGORY = Argument("category", "choice", choices=reforms.CATEGORIES, note="cat4: lowest incomes")
_MVP = tuple(reforms.PREMIUMS.values())

_TARIFF_KEYS = (
    "elec.excise",
    "elec.gsc",
    "elec.wkk",
    reforms.NETWORK,
    reforms.OBLIGATIONS,
    *reforms.GAS_EXCISES,
    *reforms.GAS_NETWORK,
)

RULE_LEVERS = (
    Lever(
        "tariff_shift", reforms.tariff_shift,
        (
            Argument("x_e", "float", 0.0, 0.15, "EUR/kWh", note="electricity cheaper, without VAT"),
            Argument("x_g", "float", 0.0, 0.15, "EUR/kWh", note="gas dearer, without VAT"),
            Argument("electricity", "choice", choices=_ELECTRICITY, default="excise+certificates+pso", note="used up in this order"),
            Argument("gas", "choice", choices=("excise", "network"), default="excise"),
        ),
        "Tarieven verschuiven van elektriciteit naar gas", "Tariffs shifted from electricity to gas", ("L05", "L06", "L07"),
        ("federal", "flemish", "regulator"), "doubtful", date(2029, 1, 1), _TARIFF_KEYS,
    ),
    Lever(
        "excise_path", reforms.excise_path,
        (
            Argument("carrier", "choice", choices=("electricity", "gas")), Argument("eur_per_kwh", "float", 0.001, 0.15, "EUR/kWh"),
            _year(2026, 2050),
        ),
        "Pad van de accijns", "Path of the excise", ("L05",), ("federal",), "free", date(2027, 1, 1), ("elec.excise", *reforms.GAS_EXCISES),
    ),
    Lever(
        "ets2_price", reforms.ets2_price, (Argument("world", "choice", choices=("none", "low", "central", "high")),),
        "Prijspad van ETS2", "Price path of ETS2", (), ("EU",), "free", date(2028, 1, 1), ("ets2.path",),
    ),
    Lever(
        "social_tariff_form", reforms.social_tariff_form,
        (
            Argument("form", "choice", choices=("tariff", "lump_sum", "none")),
            Argument("level", "float", 0.0, 5000.0, "EUR/year (lump sum) or factor 0 to 2 (tariff)", default=None),
        ),
        "Vorm en hoogte van de sociale bescherming", "Form and level of social protection", ("L12",), ("federal",), "free", date(2027, 1, 1),
        ("social.form", "social.lump_sum_eur_per_year", "elec.social_tariff", "gas.social_tariff"),
    ),
    Lever(
        "gas_end_date", reforms.gas_end_date, (_year(), Argument("zone", "name", default=ALL)),
        "Einddatum van aardgas per zone", "End date of gas by zone", ("L08",), ("flemish",), "doubtful", date(2030, 1, 1), ("gas.end_year",),
    ),
    Lever(
        "boiler_end_replacement", reforms.boiler_end_replacement, (_year(),), "Einde van de gasketel bij renovatie",
        "End of gas boilers at renovation", ("L10",), ("flemish",), "free", date(2028, 1, 1), ("boiler.end_replacement_year",),
    ),
    Lever(
        "boiler_end_sale", reforms.boiler_end_sale, (_year(),), "Einde van verkoop en plaatsing van gasketels",
        "End of all sale and installation of gas boilers", ("L10",), ("federal",), "doubtful", date(2028, 1, 1), ("boiler.end_sale_year",),
    ),
    Lever(
        "stranded_routing", reforms.stranded_routing,
        (Argument(
            "route", "choice", choices=("current_users", "fund", "public", "heat_concession", "electricity"),
            cautions=((
                "electricity", "de nota sluit uit dat elektriciteit de uitfasering van gas betaalt, en kruissubsidie tussen netten botst met "
                "Europees recht (niet nagelezen).", "the note rules out that electricity pays for the phase-out of gas, and cross-subsidy between "
                "networks is against EU law (not read).",
            ),),
        ),),
        "Wie de restwaarde van het gasnet betaalt", "Who pays the stranded value of the gas network", ("L11",), ("regulator",), "doubtful",
        date(2029, 1, 1), ("gas.stranded_route",),
    ),
    Lever(
        "phase_out_constraint", reforms.phase_out_constraint, (Argument("on", "bool"),), "Uitfasering van gas niet op elektriciteit of warmte",
        "Phase-out of gas not on electricity or heat", ("L11",), ("flemish",), "free", date(2027, 1, 1), ("gas.phase_out_on_gas_only",),
    ),
    Lever(
        "gas_fund", reforms.gas_fund,
        (Argument("eur_per_connection_year", "float", 0.0, 1000.0, "EUR/year"), _share(0.1, "interest_share", None)),
        "Uitfaseringsfonds voor gas", "Phase-out fund for gas", ("L11",), ("regulator", "lender"), "doubtful", date(2029, 1, 1),
        ("gas.fund_eur_per_connection_year", "gas_network.fund_interest_share"),
    ),
    Lever(
        "heat_depreciation_years", reforms.heat_depreciation_years, (Argument("years", "int", 10, 60, "year"),),
        "Afschrijvingstermijn van warmtenetten", "Depreciation term of heat networks", ("L19",), ("lender",), "free", date(2027, 1, 1),
        ("project.depreciation_years",),
    ),
    Lever(
        "debt_tenor", reforms.debt_tenor, (Argument("years", "int", 5, 50, "year"),), "Looptijd van de lening van warmtenetten",
        "Debt tenor of heat networks", ("L20",), ("lender",), "free", date(2027, 1, 1), ("project.debt_years",),
    ),
    Lever(
        "guarantee_share", reforms.guarantee_share, (_share(),), "Waarborg op de lening van warmtenetten", "Guarantee on the debt of heat networks",
        ("L20",), ("flemish", "lender"), "doubtful", date(2027, 1, 1), ("project.guarantee_share", "project.gearing_share"),
    ),
    Lever(
        "epc_rule", reforms.epc_rule,
        (Argument("rule", "choice", choices=("today", "today_detailed_network", "electricity_1_9", "two_axis")),),
        "Regel van het energielabel", "Rule of the energy label", ("L13", "L14", "L15"), ("flemish",), "free", date(2027, 1, 1), ("epc.rule_in_force",),
    ),
    Lever(
        "connection_support", reforms.connection_support,
        (Argument("eur_per_dwelling", "float", 0.0, 20_000.0, "EUR", default=None), _share(0.9, "grant_share", None)),
        "Steun voor aansluiten op een warmtenet", "Support for connecting to a heat network", ("L27", "L30"), ("flemish",), "doubtful",
        date(2027, 1, 1), ("connect.support_eur_per_dwelling", "project.grant_share"),
    ),
    Lever(
        "property_tax_reduction", reforms.property_tax_reduction, (_share(), Argument("years", "int", 1, 20, "year")),
        "Vermindering van de onroerende voorheffing bij aansluiting", "Property-tax reduction on connection", ("L28",), ("municipality",), "free",
        date(2027, 1, 1), ("property_tax.reduction_share", "property_tax.reduction_years"),
    ),
    Lever(
        "premium_amount", reforms.premium_amount,
        (Argument("measure", "choice", choices=tuple(reforms.PREMIUMS)), _CATEGORY, Argument("eur", "float", 0.0, 50_000.0, "EUR")),
        "Bedrag van een premie", "Amount of a premium", (), ("flemish",), "free", date(2027, 1, 1), _MVP,
    ),
    Lever(
        "premium_cap", reforms.premium_cap, (_CATEGORY, _share()), "Plafond van de warmtepomppremie", "Cap of the heat-pump premium", (), ("flemish",),
        "free", date(2027, 1, 1), ("mvp.heat_pump.cap_share",),
    ),
    Lever(
        "premium_eligibility", reforms.premium_eligibility, (Argument("categories", "choice", choices=tuple(reforms.ELIGIBLE)),),
        "Wie een premie krijgt", "Who gets a premium", (), ("flemish",), "free", date(2027, 1, 1), _MVP,
    ),
    Lever(
        "loan", reforms.loan,
        (
            _share(0.1, "rate_share", None), Argument("max_eur", "float", 0.0, 200_000.0, "EUR", default=None),
            Argument("term_years", "int", 5, 40, "year", default=None),
        ),
        "Rente, bedrag en looptijd van Mijn VerbouwLening", "Interest, amount and term of Mijn VerbouwLening", ("L37",), ("flemish",), "free",
        date(2027, 1, 1), ("mvl.rate", "mvl.max", "mvl.term"),
    ),
    Lever(
        "collective_bonus", reforms.collective_bonus, (_share(2.0), Argument("group", "int", 2, 500, "dwellings", default=None)),
        "Hogere premie bij collectieve aanpak", "Higher premium for a collective approach", ("L43",), ("flemish",), "free", date(2027, 1, 1),
        ("mvp.collective_bonus_share", "mvp.collective_min_dwellings"),
    ),
)  # fmt: skip
"""The levers on tariffs, gas, projects and premiums."""
