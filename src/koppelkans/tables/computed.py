"""What the engine makes: demand, options, choices, money, indicators, and what must be said beside them."""

from __future__ import annotations

from koppelkans.tables.contract import column, table
from koppelkans.tables.vocabulary import CARRIERS, DENSITY_CLASSES, PACKAGES, REMARK_LEVELS, SOLUTIONS

DEMAND = table(
    "demand", key="building", title="Warmtevraag", per_building=True,
    columns=[
        column("method", str, title="Methode", description="which method gave the row", choices=("envelope", "typology", "use_intensity", "not_heated")),
        column("theoretical_space_heat_kwh", float, low=0, title="Theoretische ruimtewarmte", description="TABULA seasonal need, useful, standard climate"),
        column("space_heat_kwh", float, low=0, title="Ruimtewarmte", description="expected useful need in a normal year, after prebound or calibration"),
        column("hot_water_kwh", float, low=0, title="Warm water", description="useful hot water, expected"),
        column("heat_kwh", float, low=0, title="Warmtevraag", description="space heat and hot water, useful, expected"),
        column("heat_low_kwh", float, low=0, title="Warmtevraag p10", description="10 % of such buildings use less"),
        column("heat_high_kwh", float, low=0, title="Warmtevraag p90", description="10 % of such buildings use more"),
        column("heat_loss_w_per_k", float, low=0, title="Warmteverlies", description="transmission and ventilation, as is"),
        column("peak_kw", float, low=0, title="Piekvermogen", description="space heat at design outdoor temperature, with hot water where it counts"),
        column("reference_m2", float, low=0, title="Referentieoppervlakte", description="TABULA reference area, to which kWh/m2 refer"),
        column("occupants", float, low=0, title="Bewoners", description="expected from the dwellings and their size, not counted"),
        column("hourly_space_heat_kwh", float, low=0, title="Theoretische ruimtewarmte per uur", description="hourly model of the same building at the same indoor temperature"),
        column("cold_kwh", float, low=0, title="Koudevraag", description="sensible cold that would keep the comfort limit, hourly model, useful"),
        column("overheating_hours", float, low=0, high=8784, title="Uren te warm", description="hours a year above the comfort limit without cooling, hourly model"),
        column("electricity_kwh", float, low=0, title="Stroom zonder verwarming", description="appliances and lighting per building"),
        column("calibrated", bool, title="Gekalibreerd", description="scaled to metered totals"),
    ],
)  # fmt: skip

PRICES = table(
    "prices", key="carrier", title="Energieprijzen",
    columns=[
        column("owner_eur_per_kwh", float, low=0, high=2, title="Prijs voor de eigenaar", description="one more kWh, VAT included"),
        column("owner_fixed_eur_per_year", float, low=0, title="Vaste kost", description="falls away when the connection goes, VAT included"),
        column("owner_eur_per_kw", float, low=0, title="Capaciteitstarief", description="one more kW of monthly peak, per year, VAT included"),
        column("society_eur_per_kwh", float, low=0, high=2, title="Kost voor de maatschappij", description="resource and network cost, no taxes, carbon apart"),
        column("society_fixed_eur_per_year", float, low=0, title="Vaste kost maatschappij", description="cost of keeping a connection"),
        column("society_eur_per_kw", float, low=0, title="Netkost per kW", description="network cost of one more kW, per year"),
        column("emission_kg_per_kwh", float, low=0, high=2, title="Uitstoot", description="CO2 per kWh, mean over the horizon"),
    ],
)  # fmt: skip

SUPPORT = table(
    "support", key="solution", title="Steun voor de eigenaar",
    columns=[
        column("amount_eur", float, low=0, title="Premie", description="premium per dwelling"),
        column("cap_share", float, low=0, high=1, title="Plafond", description="largest share of the invoice without VAT"),
    ],
)  # fmt: skip

OPTIONS = table(
    "options", key="option", title="Oplossingen per gebouw", per_building=True,
    columns=[
        column("building", str, title="Gebouw", description="key of the building"),
        column("solution", str, title="Oplossing", description="heat solution", choices=SOLUTIONS),
        column("package", str, title="Ingreep in de woning", description="what the building needs before it can", choices=PACKAGES),
        column("rung", int, low=0, high=20, title="Renovatietrede", description="rung of the renovation ladder of the building"),
        column("measures", str, title="Maatregelen", description="renovation measures and emitters joined by +"),
        column("flow_c", float, low=20, high=95, title="Aanvoertemperatuur", description="design flow temperature"),
        column("investment_eur", float, low=0, title="Investering", description="solution and package, without VAT or support"),
        column("vat_eur", float, low=0, title="Btw op de werken", description="VAT on the investment"),
        column("premium_eur", float, low=0, title="Premie", description="premium for the solution"),
        column("society_eur_per_year", float, title="Jaarkost maatschappij", description="annuity, upkeep, energy, network and carbon"),
        column("owner_investment_eur", float, low=0, title="Investering eigenaar", description="with VAT, after premium"),
        column("owner_eur_per_year", float, title="Jaarkost eigenaar", description="annuity of own money, upkeep and bills, VAT included"),
        column("gas_kwh", float, low=0, title="Gas", description="yearly use, gross calorific value"),
        column("electricity_kwh", float, low=0, title="Stroom voor warmte", description="yearly use"),
        column("emission_kg", float, low=0, title="Uitstoot", description="CO2 per year"),
        column("electric_peak_kw", float, low=0, title="Elektrische piek", description="at design temperature, backup included"),
        column("spf", float, low=0, high=10, title="Seizoensrendement", description="useful heat per kWh of its main carrier"),
    ],
)  # fmt: skip

CHOICES = table(
    "choices", key="building", title="Keuze per gebouw", per_building=True,
    columns=[
        column("solution", str, title="Keuze", description="least cost to society among what is allowed", choices=SOLUTIONS),
        column("package", str, title="Ingreep", description="package that goes with it", choices=PACKAGES),
        column("measures", str, title="Maatregelen", description="renovation measures and emitters joined by +"),
        column("second_best", str, title="Tweede keuze", description="next solution", choices=SOLUTIONS, nullable=True),
        column("regret_eur_per_year", float, low=0, title="Meerkost tweede keuze", description="society cost of the second best minus the best", nullable=True),
        column("owner_best", str, title="Goedkoopst voor eigenaar", description="least cost to the owner, fossil solutions included", choices=SOLUTIONS),
        column("reason", str, title="Waarom", description="short reason, in English", nullable=True),
    ],
)  # fmt: skip

LINE_DENSITY = table(
    "line_density", key="street", title="Warmtedichtheid per straat",
    columns=[
        column("buildings", int, low=1, title="Gebouwen", description="heated buildings on the street"),
        column("heat_mwh", float, low=0, title="Warmtevraag", description="useful heat of all of them, MWh a year"),
        column("length_m", float, low=0, title="Lengte", description="street length that serves them"),
        column("length_from", str, title="Herkomst lengte", description="axis of the street, or estimated from points", choices=("axis", "points")),
        column("density_mwh_per_m", float, low=0, title="Lijndichtheid", description="heat per metre of street when everybody connects"),
        column("low_mwh_per_m", float, low=0, title="Lijndichtheid laag", description="low end of the band"),
        column("high_mwh_per_m", float, low=0, title="Lijndichtheid hoog", description="high end of the band"),
        column("density_class", str, title="Klasse", description="indicative class", choices=DENSITY_CLASSES),
    ],
)  # fmt: skip

LEDGER = table(
    "ledger", key="row", title="Grootboek",
    columns=[
        column("payer", str, title="Betaler", description="who pays"),
        column("payee", str, title="Ontvanger", description="who receives"),
        column("what", str, title="Waarvoor", description="what is paid"),
        column("year", int, low=2000, high=2150, title="Jaar", description="year of the payment"),
        column("amount_eur", float, low=0, title="Bedrag", description="real euro of the price year, more than zero"),
    ],
)  # fmt: skip

BILLS = table(
    "bills", key="row", title="Energiefacturen",
    columns=[
        column("household", str, title="Gezin", description="typical household"),
        column("heating", str, title="Verwarming", description="how the home is heated"),
        column("carrier", str, title="Energiedrager", description="gas, electricity or heat", choices=CARRIERS),
        column("component", str, title="Onderdeel", description="part of the bill"),
        column("payee", str, title="Ontvanger", description="who receives it in the end"),
        column("quantity", float, low=0, title="Hoeveelheid", description="kWh, kW or years"),
        column("quantity_unit", str, title="Eenheid", description="unit of the quantity"),
        column("price_eur", float, title="Prijs", description="per unit, without VAT unless the tariff is fixed with VAT"),
        column("excl_vat_eur", float, title="Zonder btw", description="amount without VAT"),
        column("vat_eur", float, title="Btw", description="VAT on it"),
        column("incl_vat_eur", float, title="Met btw", description="amount with VAT"),
    ],
)  # fmt: skip

HOUSEHOLDS = table(
    "households", key="household", title="Voorbeeldgezinnen",
    columns=[
        column("title", str, title="Gezin", description="who they are, in Dutch"),
        column("title_en", str, title="Household", description="who they are, in English"),
        column("tenure", str, title="Statuut", description="owner or tenant", choices=("owner", "private_tenant", "social_tenant")),
        column("vulnerable", bool, title="Kwetsbaar", description="has the social tariff"),
        column("heat_kwh", float, low=0, title="Warmtevraag", description="useful heat a year"),
        column("electricity_kwh", float, low=0, title="Stroom", description="without heating"),
        column("peak_kw", float, low=0, title="Maandpiek", description="mean of the twelve monthly peaks, without heating"),
    ],
)  # fmt: skip

INDICATORS = table(
    "indicators", key="indicator", title="Indicatoren",
    columns=[
        column("group", str, title="Groep", description="what the figure is about", choices=("energy", "emissions", "cost", "finance", "space", "water", "heat_stress", "mobility", "works", "social_inclusion")),
        column("title", str, title="Indicator", description="name in Dutch"),
        column("title_en", str, title="Indicator (en)", description="name in English"),
        column("unit", str, title="Eenheid", description="unit of the value"),
        column("scope", str, title="Reikwijdte", description="what it covers"),
        column("year", int, low=2000, high=2150, title="Jaar", description="year it stands for"),
        column("value", float, title="Waarde", description="the figure"),
        column("low", float, title="Laag", description="low end", nullable=True),
        column("high", float, title="Hoog", description="high end", nullable=True),
        column("method", str, title="Methode", description="anchor in docs/method.md"),
    ],
)  # fmt: skip

REMARKS = table(
    "remarks", key="remark", title="Kanttekeningen",
    columns=[
        column("about", str, title="Waarover", description="table, column or step"),
        column("level", str, title="Soort", description="info, assumption or warning", choices=REMARK_LEVELS),
        column("text", str, title="Kanttekening", description="in Dutch"),
        column("text_en", str, title="Remark", description="in English"),
        column("rows_share", float, low=0, high=1, title="Aandeel rijen", description="share of the rows it touches", nullable=True),
        column("method", str, title="Methode", description="anchor in docs/method.md", nullable=True),
    ],
)  # fmt: skip

FIGURES = table(
    "figures", key="figure", title="Gebruikte cijfers van wet en techniek",
    columns=[
        column("parameter", str, title="Cijfer", description="key of the parameter"),
        column("scope", str, title="Reikwijdte", description="area, household class or other scope", nullable=True),
        column("value", float, title="Waarde", description="value used"),
        column("unit", str, title="Eenheid", description="unit"),
        column("low", float, title="Laag", description="low end", nullable=True),
        column("high", float, title="Hoog", description="high end", nullable=True),
        column("standing", str, title="Status", description="rank of the source", choices=("official", "secondary", "unverified")),
        column("source", str, title="Bron", description="where it was read"),
        column("influence_low_share", float, title="Invloed laag", description="headline cost at the low end, relative change", nullable=True),
        column("influence_high_share", float, title="Invloed hoog", description="headline cost at the high end, relative change", nullable=True),
    ],
)  # fmt: skip
