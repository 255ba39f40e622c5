"""The table of levers that act through what people and companies do: bounds, item of the note, who decides, legal flag, figures touched."""

from __future__ import annotations

from datetime import date

from koppelkans.parameters import reforms_people as reforms
from koppelkans.parameters.lever_table import REQUIRED, Argument, Lever

NEXT_YEAR = date(2027, 1, 1)
BEHAVIOURAL = ("social_work", "guidance", "public_story", "single_application", "group_purchase")
"""Levers that act on behaviour itself; what they do to it is an assumption, and a remark says so."""
SUPPLY_SIDE = ("heat_depreciation_years", "debt_tenor", "green_heat_call")
"""Levers that only move the cost of the heat company: the answer of households to a price stays the same.

A guarantee on its loan is none: how much is lent moves the business case, and the heat price asks one return on all capital.
"""

_LABELS = (*reforms.LABELS, reforms.NO_LABEL)


def _share(
    name: str = "share", *, high: float = 1.0, default: float | str | None = REQUIRED, note: str = ""
) -> Argument:
    return Argument(name, "float", 0.0, high, "share", default=default, note=note)


def _group(groups: dict[str, tuple[str, ...]], default: str = REQUIRED) -> Argument:
    return Argument("group", "choice", choices=tuple(groups), default=default, note="quartile_1: lowest incomes")


def _yes(name: str, default: str | None = REQUIRED) -> Argument:
    return Argument(name, "bool", default=default)


PEOPLE_LEVERS = (
    Lever(
        "connection_premium", reforms.connection_premium, (_share(high=0.9),), "Aansluitpremie warmtenet als deel van de kosten",
        "Connection premium as part of the cost", ("L27",), ("flemish",), "free", NEXT_YEAR, ("connect.premium_share",),
    ),
    Lever(
        "large_customers", reforms.large_customers, (_share(high=0.9, default=None), _yes("public_first", None)),
        "Grote warmteafnemers: steun en publieke gebouwen eerst", "Large heat customers: support, and public buildings first", ("L30",),
        ("flemish", "municipality"), "doubtful", NEXT_YEAR, ("connect.support_large_share", "connect.public_buildings_first"),
    ),
    Lever(
        "renovation_duty", reforms.renovation_duty,
        (
            Argument("deferred_years", "int", 0, 15, "year", default=None, note="waits for heat that comes within so many years"),
            Argument("connected_label", "choice", choices=reforms.LABELS, default=None, note="label that a connected home needs"),
            Argument("label", "choice", choices=_LABELS, default=None, note="label that any other home needs"),
        ),
        "Renovatieplicht na verkoop, uitgesteld in tijd en label", "Renovation duty after sale, deferred in time and label", ("L29",), ("flemish",),
        "free", NEXT_YEAR, ("duty.deferred_years", "duty.connected_label", "obligation.buyer.label"),
    ),
    Lever(
        "goal_order", reforms.goal_order,
        (
            Argument("met_by", "choice", choices=("label", "either", "fossil_free"), default=None),
            Argument("label_at_switch", "choice", choices=_LABELS, default=None, note="worst label that may turn to a heat pump"),
        ),
        "Volgorde van de doelen: fossielvrij of label", "Order of the goals: fossil-free or label", ("L01", "L02"), ("flemish",), "free", NEXT_YEAR,
        ("duty.met_by", "goal.label_at_switch"),
    ),
    Lever(
        "epc_credit", reforms.epc_credit, (Argument("years", "int", 0, 10, "year"),), "Aangekondigde aansluiting telt in het energielabel",
        "Announced connection counts in the energy label", ("L15",), ("flemish",), "doubtful", NEXT_YEAR, ("epc.credit_years",),
    ),
    Lever(
        "boiler_exemption", reforms.boiler_exemption, (_yes("hybrid"),), "Hybride warmtepomp na het einde van gasketels",
        "Hybrid heat pumps after the end of gas boilers", ("L10",), ("flemish",), "free", date(2028, 1, 1), ("boiler.hybrid_allowed",),
    ),
    Lever(
        "prefinancing", reforms.prefinancing, (_group(reforms.GROUPS), _share()), "Premies vooraf betaald", "Premiums paid in advance", ("L36",),
        ("flemish",), "free", NEXT_YEAR, ("prefinance.premium_share",),
    ),
    Lever(
        "premium_delay", reforms.premium_delay, (Argument("years", "float", 0.0, 3.0, "year"),), "Wachttijd op de premie", "Delay of the premium",
        ("L36",), ("flemish",), "free", NEXT_YEAR, ("mvp.payment_delay_years",),
    ),
    Lever(
        "loan_reach", reforms.loan_reach, (_group(reforms.GROUPS), _share()), "Wie Mijn VerbouwLening mag aangaan", "Who may take the renovation loan",
        ("L37",), ("flemish",), "free", NEXT_YEAR, ("mvl.reach_share",),
    ),
    Lever(
        "loan_top_up", reforms.loan_top_up,
        (
            Argument("eur", "float", 0.0, 60_000.0, "EUR", default=None), _share("bullet_share", default=None, note="repaid only at sale"),
            _group({name: scopes for name, scopes in reforms.GROUPS.items() if "landlord" not in scopes}, "quartile_1-3"),
        ),
        "Aanvullende lening, deels pas terugbetaald bij verkoop", "Top-up loan, in part repaid only at sale", ("L37",), ("flemish",), "doubtful",
        NEXT_YEAR, ("mvl.top_up_eur", "mvl.bullet_share"),
    ),
    Lever(
        "emergency_buyers", reforms.emergency_buyers,
        (_share("reach_share"), Argument("max_eur", "float", 0.0, 150_000.0, "EUR", default=None), _group(reforms.EMERGENCY, "quartile_1")),
        "Noodkooplening: bereik en bedrag", "Loan for emergency buyers: reach and amount", ("L38",), ("flemish",), "free", NEXT_YEAR,
        ("noodkoop.reach_share", "noodkoop.max"),
    ),
    Lever(
        "own_work_premium", reforms.own_work_premium, (_share(),), "Premie voor eigen werk", "Premium for do-it-yourself works", ("L39",),
        ("flemish",), "free", NEXT_YEAR, ("diy.premium_share",),
    ),
    Lever(
        "heat_pump_lease", reforms.heat_pump_lease,
        (_yes("premium"), _share("rate_share", high=0.15, default=None), Argument("term_years", "int", 5, 20, "year", default=None)),
        "Leasing van warmtepompen, met of zonder premie", "Leasing of heat pumps, with or without premium", ("L40",), ("flemish", "market"), "free",
        NEXT_YEAR, ("lease.kind", "lease.premium_counts", "lease.rate_share", "lease.years"),
    ),
    Lever(
        "heat_service", reforms.heat_service, (_yes("premium"), _share("guarantee_share", high=0.5, default=None)), "Warmte als dienst",
        "Heat as a service", ("L41",), ("flemish", "market"), "free", NEXT_YEAR, ("lease.kind", "lease.premium_counts", "lease.guarantee_share"),
    ),
    Lever(
        "group_purchase", reforms.group_purchase, (Argument("dwellings", "int", 2, 500, "dwellings"),), "Groepsaankoop van werken",
        "Group purchase of works", ("L43",), ("municipality",), "free", NEXT_YEAR, ("group_purchase.dwellings",),
    ),
    Lever(
        "single_application", reforms.single_application, (_yes("on"),), "Eén aanvraag voor premie, lening en aansluiting",
        "One application for premium, loan and connection", ("L43",), ("flemish",), "free", NEXT_YEAR, ("application.single",),
    ),
    Lever(
        "social_work", reforms.social_work,
        (Argument("fte_per_1000", "float", 0.0, 20.0, "FTE per 1,000 dwellings"), Argument("years", "int", 1, 15, "year", default=None)),
        "Sociaal buurtwerk als basis", "Social neighbourhood work as the base", ("L42",), ("flemish",), "free", NEXT_YEAR,
        ("socialwork.fte_per_1000", "socialwork.years"),
    ),
    Lever(
        "guidance", reforms.guidance,
        (_share(default=None, note="on top of the scenario"), Argument("dossiers_per_year", "int", 0, 10_000, "dwellings", default=None)),
        "Begeleiding van eigenaars, met capaciteit", "Guidance of owners, with its capacity", ("L12", "L34"), ("municipality",), "free", NEXT_YEAR,
        ("guidance.added_share", "guidance.dossiers_per_year"),
    ),
    Lever(
        "public_story", reforms.public_story, (_share(),), "Publieke datum en verhaal per straat", "Public date and story per street", ("L03",),
        ("municipality",), "free", NEXT_YEAR, ("communication.attention_share",),
    ),
    Lever(
        "green_heat_call", reforms.green_heat_call,
        (
            Argument("mode", "choice", choices=reforms.CALL_MODES), _share("intensity_share", high=0.65, default=None),
            Argument("cap_eur", "float", 0.0, 50_000_000.0, "EUR", default=None),
        ),
        "Call Groene Warmte: vorm en steun", "Call Groene Warmte: mode and aid", ("L31",), ("flemish",), "doubtful", NEXT_YEAR,
        ("chw.mode", "chw.counted", "chw.intensity_share", "chw.cap_eur"),
    ),
    Lever(
        "feasibility_grant", reforms.feasibility_grant, (_share("feasibility_share", default=None), _share("concept_share", default=None)),
        "Steun voor concept en haalbaarheid", "Grant for concept and feasibility", ("L32",), ("flemish",), "free", NEXT_YEAR,
        ("study.feasibility_share", "study.concept_share"),
    ),
)  # fmt: skip
"""Every lever whose effect is a response."""
