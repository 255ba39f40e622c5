"""Words of the workbook: Dutch first, English second. The money chapter names the quantities."""

from __future__ import annotations

QUANTITIES = {
    "tariff_eur_per_kwh": ("Warmteprijs", "Price of heat"),
    "fixed_eur_per_year": ("Vaste vergoeding per aansluiting", "Fixed fee per connection"),
    "service_eur_per_year": ("Vergoeding voor dienst en meting per aansluiting", "Service and metering fee per connection"),
    "capacity_eur_per_kw": ("Vermogensprijs per jaar", "Capacity price per year"),
    "connection_fee_eur": ("Eenmalige bijdrage per aansluiting", "Connection fee, once"),
    "social_eur_per_kwh": ("Sociaal tarief warmte, zonder btw", "Social price of heat, without VAT"),
    "social_reference_eur_per_kwh": ("Referentieprijs voor de terugbetaling van het sociaal tarief", "Reference price for the reimbursement of the social tariff"),
    "social_lump_eur_per_year": ("Forfait van het federale fonds per sociale aansluiting", "Lump sum of the federal fund per social connection"),
    "social_share": ("Aandeel gezinnen met sociaal tarief", "Share of households with the social tariff"),
    "heat_mwh": ("warmte per jaar", "heat per year"),
    "connections": ("aansluitingen", "connections"),
    "capacity_kw": ("vermogen", "capacity"),
    "source_eur_per_mwh": ("Warmteprijs aan de bron", "Price of heat at the source"),
    "loss_mwh": ("Warmteverlies van het net per jaar", "Heat lost by the network per year"),
    "pump_mwh": ("Elektriciteit van de pompen per jaar", "Electricity of the pumps per year"),
    "power_eur_per_mwh": ("Elektriciteitsprijs van de pompen", "Price of electricity for the pumps"),
    "investment_eur": ("investering", "investment"),
    "life_years": ("levensduur", "life"),
    "upkeep_share": ("onderhoud per jaar, deel van de investering", "upkeep per year, share of the investment"),
    "administration_eur_per_year": ("Administratie per aansluiting", "Administration per connection"),
    "grant_share": ("Steun, deel van de eerste investering", "Grant, share of the first investment"),
    "depreciation_years": ("Klok 1: afschrijvingstermijn", "Clock 1: depreciation term"),
    "debt_years": ("Klok 2: looptijd van de lening", "Clock 2: term of the loan"),
    "concession_years": ("Klok 3: duur van de concessie", "Clock 3: length of the concession"),
    "ramp_years": ("Jaren tot iedereen aangesloten is", "Years until all are connected"),
    "gearing_share": ("Deel van de investering dat geleend wordt", "Share of the investment that is borrowed"),
    "interest_share": ("Rente op de lening, reëel", "Interest on the loan, real"),
    "project_rate_share": ("Discontovoet van het project, reëel", "Discount rate of the project, real"),
    "residual_paid_share": ("Deel van de boekwaarde dat op het einde betaald wordt", "Share of the book value paid at the end"),
    "lender_dscr": ("DSCR die een bank vraagt", "Cover that a bank asks"),
}  # fmt: skip

NAMES = {
    "main_pipes": ("Leidingen in de straat", "Main pipes"), "service_pipes": ("Aansluitleidingen", "Service pipes"),
    "delivery_sets": ("Afleversets", "Delivery sets"), "source_connection": ("Aansluiting van de bron", "Connection to the source"),
    "households": ("Gezinnen", "Households"), "social households": ("Gezinnen met sociaal tarief", "Households with the social tariff"),
    "institutions": ("Instellingen en bedrijven", "Institutions and companies"),
}  # fmt: skip

PARTS = {
    "energy": ("Warmte per kWh", "Heat per kWh"), "fixed": ("Vaste vergoeding", "Fixed fee"), "capacity": ("Vermogensprijs", "Capacity price"),
    "service": ("Dienst en meting", "Service and metering"), "reimbursement": ("Terugbetaling sociaal tarief", "Reimbursement of the social tariff"),
}  # fmt: skip

RESULTS = {
    "connected_share": ("Aandeel aangesloten", "Share connected"),
    "investment_eur": ("Investering, vóór steun en bijdragen", "Investment, before grants and contributions"),
    "contribution_eur": ("Steun en bijdragen", "Grants and contributions"),
    "heat_mwh": ("Verkochte warmte per jaar", "Heat sold per year"),
    "heat_price_eur_per_mwh": ("Gemiddelde warmteprijs, vaste delen apart", "Mean price of heat, fixed parts apart"),
    "break_even_eur_per_mwh": ("Kostendekkende warmteprijs", "Break-even price of heat"),
    "npv_eur": ("Netto contante waarde (NCW)", "Net present value (NPV)"),
    "irr_share": ("Rendement van het project (IRR)", "Internal rate of return of the project"),
    "equity_irr_share": ("Rendement op eigen vermogen", "Internal rate of return on equity"),
    "debt_eur": ("Lening", "Loan"),
    "min_dscr": ("Laagste DSCR na de opstart", "Lowest cover after the start"),
    "residual_eur": ("Boekwaarde op het einde van de concessie", "Book value at the end of the concession"),
    "refinancing_eur": ("Herfinancieringskloof", "Refinancing gap"),
}  # fmt: skip

STANDINGS = {"official": "officieel / official", "secondary": "uit tweede hand / secondary", "unverified": "niet geverifieerd / unverified"}  # fmt: skip

CONFIDENTIAL = (
    "VERTROUWELIJK: werkdossier van het projectteam, met prijzen die een aanbesteding kunnen beïnvloeden. Niet publiceren.",
    "CONFIDENTIAL: working file of the project team, with prices that may influence a tender. Do not publish.",
)
GUIDE = (
    ("Dit werkboek rekent het zakenplan van het warmtenet na met levende formules. Verander een gekleurde cel op het blad Aannames (of een lengte of prijs op Hoeveelheden) en lees het gevolg op Resultaat.",
     "This workbook computes the business case of the heat network with live formulas. Change a coloured cell on Aannames (or a length or price on Hoeveelheden) and read the effect on Resultaat."),
    ("Reële euro van het prijsjaar, reële rente, zonder btw, vóór vennootschapsbelasting. Jaar 0 is de bouw; warmte stroomt van jaar 1 tot het einde van de concessie.",
     "Real euros of the price year, real interest, without VAT, before company tax. Year 0 is construction; heat flows from year 1 to the end of the concession."),
    ("Afschrijving, lening en concessie zijn drie klokken, elk een eigen cel. Kolommen na de concessie zijn weggevouwen: vouw ze open als u de concessie langer maakt.",
     "Depreciation, loan and concession are three clocks, each a cell of its own. Columns after the concession are folded: unfold them when you make the concession longer."),
    ("Een andere prijs verandert het ontwerp van het net niet: leidingen en klanten blijven zoals berekend. Reken daarvoor een nieuw plan.",
     "Another price does not change the design of the network: pipes and customers stay as computed. Compute a new plan for that."),
    ("Niet meegerekend: belasting, inflatie, ontwikkelingskosten, vergoeding voor het openbaar domein, waarborgen.",
     "Not counted: tax, inflation, development cost, a fee for the public domain, guarantees."),
)  # fmt: skip
SHEETS = {
    "Aannames": ("alle invoer, met bron", "every input, with its source"), "Hoeveelheden": ("meters en stuks maal eenheidsprijs", "metres and pieces times unit price"),
    "Klanten": ("klanten en opbrengst van een vol jaar", "customers and revenue of a full year"), "Investering": ("bouw, vervanging, afschrijving per jaar", "built, replaced, written off by year"),
    "Rendement": ("zoekt de rendementen", "searches the rates of return"),
    "Kasstroom": ("opbrengst, kost, lening en rendement per jaar", "revenue, cost, loan and return by year"), "Resultaat": ("wat het plan waard is, naast het plan zelf", "what the plan is worth, beside the plan itself"),
}  # fmt: skip
