"""What households, owners and institutions do under the rules: words and tables of the response."""

from __future__ import annotations

from koppelkans.tables.contract import column, table
from koppelkans.tables.society import TENURES

RESPONSE_OPTIONS = (
    "gas", "hybrid", "air_heat_pump", "renovated_heat_pump", "ground_heat_pump", "network", "renovated_network", "renovated_gas",
)  # fmt: skip
"""What a home may be heated with; ``gas`` is a fossil boiler like the one there is, oil included."""

RESPONSE_STATES = (*RESPONSE_OPTIONS, "stuck")
"""The options and, last, a home without any heating that is both allowed and affordable."""

MOMENTS = ("deadline", "sale", "end_of_life", "street_open", "campaign", "renovation")
DECIDERS = ("owner", "landlord", "housing_company", "co_owners", "institution")
QUARTILES = 4
RESPONSE_GROUPS = tuple(f"q{quartile + 1}_{tenure}" for quartile in range(QUARTILES) for tenure in TENURES)
"""Income quartile times tenure; the place of ``q2_owner`` is 1 * len(TENURES) + 0."""

STUCK_REASONS = ("no_money", "no_right_to_decide")
PIPELINE_STEPS = ("signed", "bridged", "dropped")
RESPONSE_SCOPES = ("place", "section", "group", "decider")
RESPONSE_STARTS = ("best", "cautious", "critical", "happens")

RESPONSE_SHARES = table(
    "response_shares", key="row", title="Hoe woningen verwarmd worden", per_building=True,
    columns=[
        column("scope", str, title="Waarvan", description="whole place, street section, group of households or decider", choices=RESPONSE_SCOPES),
        column("name", str, title="Naam", description="section, group or decider; all for the place"),
        column("year", int, low=2000, high=2200, title="Jaar", description="at the end of this year"),
        column("option", str, title="Verwarming", description="option, or stuck", choices=RESPONSE_STATES),
        column("dwellings", float, low=0, title="Woningen", description="expected number; institutions where the name is institution"),
        column("low", float, low=0, title="Laag", description="fifth percentile over the draws", nullable=True),
        column("high", float, low=0, title="Hoog", description="95th percentile over the draws", nullable=True),
    ],
)  # fmt: skip

RESPONSE_CURVE = table(
    "response_curve", key="row", title="Aansluitingen naar warmteprijs", per_building=True,
    columns=[
        column("price_eur_per_mwh", float, low=0, title="Warmteprijs", description="as a household sees it, tax included"),
        column("section", str, title="Straatsectie", description="section"),
        column("year", int, low=2000, high=2200, title="Jaar", description="at the end of this year"),
        column("connected", float, low=0, title="Aangesloten woningen", description="expected number"),
        column("heat_mwh", float, low=0, title="Warmte", description="sold in this year, institutions included"),
    ],
)  # fmt: skip

RESPONSE_MOMENTS = table(
    "response_moments", key="row", title="Wanneer er beslist wordt",
    columns=[
        column("moment", str, title="Moment", description="what made them decide", choices=MOMENTS),
        column("year", int, low=2000, high=2200, title="Jaar", description="of the decision"),
        column("option", str, title="Keuze", description="what was chosen", choices=RESPONSE_STATES),
        column("dwellings", float, low=0, title="Woningen", description="expected number of decisions"),
    ],
)  # fmt: skip

RESPONSE_STUCK = table(
    "response_stuck", key="row", title="Wie vastzit",
    columns=[
        column("group", str, title="Groep", description="income quartile and tenure", choices=RESPONSE_GROUPS),
        column("year", int, low=2000, high=2200, title="Jaar", description="at the end of this year"),
        column("reason", str, title="Waarom", description="would switch but cannot pay, or does not decide", choices=STUCK_REASONS),
        column("dwellings", float, low=0, title="Woningen", description="expected number"),
    ],
)  # fmt: skip

RESPONSE_PIPELINE = table(
    "response_pipeline", key="row", title="Getekend, overbrugd, afgehaakt", per_building=True,
    columns=[
        column("section", str, title="Straatsectie", description="section"),
        column("year", int, low=2000, high=2200, title="Jaar", description="at the end of this year"),
        column("step", str, title="Stap", description="waiting with the own boiler, waiting with a temporary one, or dropped out this year", choices=PIPELINE_STEPS),
        column("dwellings", float, low=0, title="Woningen", description="expected number"),
    ],
)  # fmt: skip

EQUILIBRIUM = table(
    "equilibrium", key="row", title="Evenwichten van het warmtenet",
    columns=[
        column("start", str, title="Vertrekpunt", description="expecting many customers, few, the tipping point between both, or what the chosen rule gives", choices=RESPONSE_STARTS),
        column("exists", bool, title="Bestaat", description="there is a price at which the network pays its way"),
        column("price_eur_per_mwh", float, low=0, title="Warmteprijs", description="as a household sees it", nullable=True),
        column("connected_share", float, low=0, high=1, title="Aandeel aangesloten", description="of the dwellings of the sections with a network, at the end of the horizon", nullable=True),
        column("signed_share", float, low=0, high=1, title="Aandeel getekend", description="of these dwellings, two years after the opening", nullable=True),
        column("threshold_share", float, low=0, high=1, title="Drempelaandeel", description="share with which the network just pays its way at the highest price allowed", nullable=True),
        column("probability", float, low=0, high=1, title="Kans", description="that the threshold is reached", nullable=True),
        column("coordination", str, title="Afspraak", description="rule of the start: cautious, conditional, guarantee or duty"),
    ],
)  # fmt: skip

RESPONSE_MONEY = table(
    "response_money", key="row", title="Geldstromen van het gedrag",
    columns=[
        column("payer", str, title="Betaler", description="who pays"),
        column("payee", str, title="Ontvanger", description="who receives"),
        column("what", str, title="Wat", description="investment, premium, loan, interest, fee, support or energy"),
        column("year", int, low=2000, high=2200, title="Jaar", description="of the payment"),
        column("amount_eur", float, low=0, title="Bedrag", description="euro of the price year, tax included"),
    ],
)  # fmt: skip

BRANCH_DECISIONS = table(
    "branch_decisions", key="section", title="Beslissing per tak van het warmtenet", per_building=True,
    columns=[
        column("price_eur_per_mwh", float, low=0, title="Warmteprijs", description="at which the branch is looked at, as a household sees it"),
        column("dwellings", float, low=0, title="Woningen", description="that may connect in the section and all behind it"),
        column("expected_share", float, low=0, title="Verwacht aandeel", description="connected once settled"),
        column("cautious_share", float, low=0, title="Voorzichtig aandeel", description="what the company counts on: expected less its caution times the spread"),
        column("signed_share", float, low=0, title="Getekend aandeel", description="signed in the first years"),
        column("required_share", float, low=0, title="Nodig aandeel", description="with which revenue covers trenches and connections; empty: never", nullable=True),
        column("reaching_share", float, low=0, high=1, title="Kans om dat te halen", description="probability that so many connect"),
        column("small", bool, title="Kleine tak", description="so few dwellings that the expected share alone misleads"),
        column("builds", bool, title="Bouwt", description="the company would build it"),
    ],
)  # fmt: skip

NETWORK_PAYMENTS = table(
    "network_payments", key="row", title="Betalingen van het warmtenet bij de prijs die ontstaat",
    columns=[
        column("payer", str, title="Betaler", description="who pays"),
        column("payee", str, title="Ontvanger", description="who receives"),
        column("what", str, title="Wat", description="what is paid"),
        column("year", int, low=2000, high=2200, title="Jaar", description="of the payment"),
        column("amount_eur", float, low=0, title="Bedrag", description="euro of the price year, without VAT"),
    ],
)  # fmt: skip

CALIBRATION_STEPS = ("life", "level", "cash", "loans", "guidance", "examples", "not_fitted")

RESPONSE_CALIBRATION = table(
    "response_calibration", key="row", title="IJking van het gedrag",
    columns=[
        column("step", str, title="Stap", description="step of the calibration, in order", choices=CALIBRATION_STEPS),
        column("parameter", str, title="Cijfer", description="key of the figure, with its scope behind a colon"),
        column("unit", str, title="Eenheid", description="unit of all values of the row"),
        column("prior", float, title="Vooraf", description="value before the calibration"),
        column("prior_low", float, title="Vooraf, laag", description="low end of the range before"),
        column("prior_high", float, title="Vooraf, hoog", description="high end of the range before"),
        column("posterior", float, title="Na ijking", description="most likely value after the calibration"),
        column("posterior_low", float, title="Na ijking, laag", description="fifth percentile after"),
        column("posterior_high", float, title="Na ijking, hoog", description="95th percentile after"),
        column("informed", bool, title="Geïnformeerd", description="the data narrowed the range; false: not informed by data"),
        column("source", str, title="Bron", description="what it was calibrated on"),
    ],
)  # fmt: skip

RESPONSE_RESIDUALS = table(
    "response_residuals", key="row", title="Model naast waarneming",
    columns=[
        column("step", str, title="Stap", description="step of the calibration", choices=CALIBRATION_STEPS),
        column("what", str, title="Wat", description="year of a count, place of a pilot or name of a survey"),
        column("unit", str, title="Eenheid", description="unit of both values"),
        column("observed", float, low=0, title="Waargenomen", description="as published"),
        column("modelled", float, low=0, title="Model", description="with the calibrated figures"),
        column("fitted", bool, title="In de fit", description="counted in the calibration; false: held back or only compared"),
        column("source", str, title="Bron", description="of the observation"),
    ],
)  # fmt: skip

RESPONSE_BACKTEST = table(
    "response_backtest", key="row", title="Proef op de som",
    columns=[
        column("year", int, low=2000, high=2200, title="Jaar", description="year of the premiums"),
        column("observed", float, low=0, title="Waargenomen", description="premiums for a heat pump, as counted"),
        column("modelled", float, low=0, title="Model", description="fitted to the years that are not held back, with the prices and premiums that came"),
        column("low", float, low=0, title="Laag", description="fifth percentile of the fit"),
        column("high", float, low=0, title="Hoog", description="95th percentile of the fit"),
        column("naive", float, low=0, title="Zoals het laatste jaar", description="last count that the fit knew", nullable=True),
        column("held_back", bool, title="Achtergehouden", description="not in the fit"),
    ],
)  # fmt: skip

RESPONSE_TABLES = (
    RESPONSE_SHARES, RESPONSE_CURVE, RESPONSE_MOMENTS, RESPONSE_STUCK, RESPONSE_PIPELINE, EQUILIBRIUM, RESPONSE_MONEY, BRANCH_DECISIONS, NETWORK_PAYMENTS, RESPONSE_CALIBRATION,
    RESPONSE_RESIDUALS, RESPONSE_BACKTEST,
)  # fmt: skip
