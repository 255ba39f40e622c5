"""The words of the laboratory in Dutch and English: states, outcomes, groups, and what stands on a policy note."""

from __future__ import annotations

import re
from typing import Literal

from koppelkans.parameters import read_parameters
from koppelkans.parameters.english import label_in
from koppelkans.parameters.lever_words import CHOICES, choice_said
from koppelkans.parameters.levers import parse_lever

Language = Literal["nl", "en"]

STATES = {
    "today": ("Vandaag", "Today"), "voted": ("Beslist ({year})", "Voted ({year})"), "scenario": ("Met hefboom", "With lever"),
    "scenario_later": ("Met hefboom ({year})", "With lever ({year})"),
}  # fmt: skip

TABLES = {
    "households": ("Voorbeeldgezinnen", "Typical households"), "groups": ("Groepen van de bevolking", "Groups of the population"),
    "project": ("Warmtenet van het plan: het ontwerp, waarop iedereen aansluit die het plan kiest", "Heat network of the plan: the design, to which all connect whom the plan chooses"), "budgets": ("Ontvangsten uit de energiefacturen", "Receipts from energy bills"),
    "plan_budgets": ("Overheden in het wijkplan", "Public budgets in the plan"), "tariff_shift": ("Tariefverschuiving", "Tariff shift"),
    "project_start": ("Van idee tot warmteproject", "From idea to heat project"), "lab_response": ("Respons: wat mensen en bedrijven doen", "Response: what people and companies do"),
    "lab_response_bands": ("Respons in andere werelden", "Response in other worlds"), "lab_response_interactions": ("Respons: hefbomen samen", "Response: levers together"),
    "gas_exit": ("Gasnet", "Gas network"), "interactions": ("Hefbomen samen", "Levers together"), "bands": ("Onzekerheid", "Uncertainty"),
}  # fmt: skip

_HEATINGS = {
    "gas_boiler": ("gasketel", "gas boiler"), "hybrid_heat_pump": ("hybride warmtepomp", "hybrid heat pump"),
    "air_heat_pump": ("lucht-waterwarmtepomp", "air-water heat pump"), "heat_network": ("warmtenet", "heat network"),
}  # fmt: skip
_BY_HEATING = {
    "yearly_bill": ("Jaarfactuur, {}", "Yearly bill, {}"),
    "cash_needed": ("Eigen geld vooraf, {}", "Cash up front, {}"),
    "cash_after_loan": ("Eigen geld na lening, {}", "Cash after loan, {}"),
    "monthly_net": ("Netto per maand, {}", "Net per month, {}"),
}
_FIRST_YEARS = re.compile(r"monthly_net_first_(\d+)_(\w+)")
_FIRST_YEARS_SAID = ("Netto per maand in de eerste {} jaar, {}", "Net per month in the first {} years, {}")  # fmt: skip

OUTCOMES = {
    "yearly_bill": ("Jaarfactuur energie", "Yearly energy bill"), "losing_share": ("Aandeel dat meer betaalt", "Share that pays more"),
    "break_even_heat_price": ("Kostendekkende warmteprijs van het ontwerp, zonder btw", "Heat price at which the design breaks even, without VAT"), "heat_price": ("Warmteprijs van het plan (tarief), zonder btw", "Heat price of the plan (tariff), without VAT"),
    "threshold_median": ("Aansluitdrempel, mediaan van de straten", "Connection threshold, median of the streets"),
    "irr": ("Rendement project", "Project return"), "equity_irr": ("Rendement eigen vermogen", "Return on equity"),
    "npv": ("Netto contante waarde", "Net present value"), "min_dscr": ("Laagste DSCR", "Lowest DSCR"),
    "connected_dwellings": ("Aangesloten woningen", "Connected dwellings"), "investment": ("Investering", "Investment"),
    "received": ("Ontvangt per jaar", "Receives a year"), "carbon_in_supplier": ("ETS2 in de gasprijs", "ETS2 in the gas price"),
    "premiums_of_plan": ("Premies van het plan, eenmalig", "Premiums of the plan, once"),
    "connection_support": ("Aansluitsteun van het plan, eenmalig", "Connection support of the plan, once"),
    "property_tax_cut": ("Minder onroerende voorheffing zolang de vermindering loopt", "Property tax forgone while the reduction runs"),
    "balance_of_plan": ("Saldo van het plan per jaar", "Balance of the plan a year"), "ratio_marginal": ("Prijsverhouding, extra kWh", "Price ratio, one more kWh"),
    "ratio_marginal_with_capacity": ("Prijsverhouding met capaciteit", "Price ratio with capacity"), "ratio_all_in": ("Prijsverhouding, hele factuur", "Price ratio, whole bill"),
    "violations": ("Beschermde gezinnen die toch verliezen", "Protected households that lose all the same"), "ratio_reached": ("Verhouding bereikt", "Ratio reached"),
    "gas_addition": ("Toeslag op gas", "Addition on gas"), "electricity_reduction": ("Verlaging elektriciteit", "Reduction on electricity"),
    "moved": ("Verschoven bedrag", "Amount moved"), "credits": ("Compensaties", "Credits"), "protection_price": ("Prijs van de bescherming", "Price of protection"),
    "balance": ("Saldo over alle jaren", "Balance over all years"), "stranded": ("Verloren restwaarde", "Stranded value"), "closing_cost": ("Sluitingskost", "Closing cost"),
    "residual": ("Niet afgeschreven op het einde", "Not written off at the end"), "contribution": ("Bijdrage aan het fonds", "Contribution to the fund"),
    "connections_at_end": ("Aansluitingen op het einde", "Connections at the end"), "alone": ("Alleen", "Alone"), "last": ("Als laatste erbij", "Added last"),
    "shapley": ("Billijk aandeel (Shapley)", "Fair share (Shapley)"), "together": ("Alle samen", "All together"), "interaction": ("Wisselwerking", "Interaction"),
    "figure_unverified": ("Niet geverifieerd cijfer", "Unverified figure"), "figure_secondary": ("Cijfer uit tweede hand", "Secondary figure"),
    "fossil_free": ("Fossielvrij verwarmd in {}", "Heated without fossil fuel in {}"), "on_gas": ("Nog op een fossiele ketel in {}", "Still on a fossil boiler in {}"),
    "stuck_no_money": ("Zit vast: geen geld (zwaarste jaar)", "Stuck: no money (worst year)"),
    "stuck_no_right_to_decide": ("Zit vast: beslist niet zelf (zwaarste jaar)", "Stuck: does not decide (worst year)"),
    "half_switched": ("Jaar waarin de helft van de overstappers over is", "Year by which half of the switchers have switched"),
    "optimum_fossil_free": ("Fossielvrij in het beste plan", "Fossil-free in the best plan"), "response_fossil_free": ("Fossielvrij in de respons", "Fossil-free in the response"),
    "best_fossil_free": ("Fossielvrij als het beste evenwicht er komt", "Fossil-free should the best equilibrium come about"),
    "network_comes": ("Het warmtenet komt er", "The network comes about"), "policy_gap_fossil_free": ("Beleidskloof, fossielvrij", "Policy gap, fossil-free"), "optimum_network": ("Op het net in het beste plan", "On the network in the best plan"),
    "response_network": ("Op het net in de respons, laatste jaar", "On the network in the response, last year"), "policy_gap_network": ("Beleidskloof, warmtenet", "Policy gap, network"),
    "network_price_happens": ("Warmteprijs in de respons, met btw, wat er komt", "Heat price in the response, with VAT, as it comes about"), "network_price_best": ("Warmteprijs in de respons, met btw, beste evenwicht", "Heat price in the response, with VAT, best equilibrium"),
    "network_price_cautious": ("Warmteprijs in de respons, met btw, voorzichtig evenwicht", "Heat price in the response, with VAT, cautious equilibrium"), "network_price_critical": ("Warmteprijs in de respons, met btw, op het kantelpunt", "Heat price in the response, with VAT, at the tipping point"),
    "network_share_happens": ("Aangesloten waar een net ligt, wat er komt", "Connected along the network, as it comes about"),
    "network_share_best": ("Aangesloten waar een net ligt, beste", "Connected along the network, best"),
    "network_share_cautious": ("Aangesloten waar een net ligt, voorzichtig", "Connected along the network, cautious"),
    "network_share_critical": ("Aangesloten waar een net ligt, kantelpunt", "Connected along the network, tipping point"),
    "critical_mass": ("Aandeel dat vooraf moet tekenen", "Share that must sign beforehand"), "first_heat": ("Eerste warmte, als het er komt", "First heat, should it come"), "last_heat": ("Laatste straat op warmte, als het er komt", "Last street on heat, should it come"),
    "public_cost": ("Openbaar geld, alle jaren", "Public money, all years"), "extra_dwellings": ("Extra fossielvrije woningen", "Extra fossil-free dwellings"),
    "cost_per_extra": ("Openbaar geld per extra fossielvrije woning", "Public money per extra fossil-free dwelling"),
    "free_riders": ("Meeliften: had het ook zonder", "Free riders: had it anyway"), "lever_adds": ("Hefbomen voegen toe, fossielvrij", "Levers add, fossil-free"),
    "start_chance": ("Kans dat een idee een warmtenet wordt", "Chance that an idea becomes a network"), "aid_chance": ("Kans op steun", "Chance of aid"),
    "aid_in_time": ("Kans dat de steun er voor de straat is", "Chance that aid is there before the street"), "aid_wait": ("Wachttijd op de steun", "Wait for aid"),
    "study_cost": ("Openbaar studiegeld per project dat start", "Public study money per project that starts"),
    "tariff": ("Nettarief gas per aansluiting, {}", "Gas network tariff per connection, {}"),
    "vulnerable_share": ("Aandeel kwetsbaren, {}", "Share of vulnerable, {}"), "price_world": ("Prijswereld {}", "Price world {}"),
}  # fmt: skip
ENDS = {"low": ("ondergrens", "lower end"), "high": ("bovengrens", "upper end")}
WORLDS = {"low": ("laag", "low"), "calm": ("kalm", "calm"), "high": ("hoog", "high")}

GROUPS = {
    "vulnerable": ("Kwetsbaar (sociaal tarief)", "Vulnerable (social tariff)"), "vulnerable_gas": ("Kwetsbaar, gas", "Vulnerable, gas"),
    "vulnerable_oil": ("Kwetsbaar, stookolie", "Vulnerable, oil"), "vulnerable_electric": ("Kwetsbaar, elektrisch", "Vulnerable, electric"),
    "vulnerable_heat_pump": ("Kwetsbaar, warmtepomp", "Vulnerable, heat pump"), "vulnerable_heat_network": ("Kwetsbaar, warmtenet", "Vulnerable, heat network"),
    "vulnerable_other": ("Kwetsbaar, andere verwarming", "Vulnerable, other heating"), "quartile_1": ("Inkomenskwartiel 1 (armste)", "Income quartile 1 (poorest)"),
    "quartile_2": ("Inkomenskwartiel 2", "Income quartile 2"), "quartile_3": ("Inkomenskwartiel 3", "Income quartile 3"),
    "quartile_4": ("Inkomenskwartiel 4 (rijkste)", "Income quartile 4 (richest)"), "tenure_social_tenant": ("Sociale huurders", "Social tenants"),
    "tenure_private_tenant": ("Private huurders", "Private tenants"), "tenure_owner": ("Eigenaars", "Owners"), "heating_gas": ("Anderen, gas", "Others, gas"),
    "heating_oil": ("Anderen, stookolie", "Others, oil"), "heating_electric": ("Anderen, elektrisch", "Others, electric"),
    "heating_heat_pump": ("Anderen, warmtepomp", "Others, heat pump"), "heating_heat_network": ("Anderen, warmtenet", "Others, heat network"),
    "heating_other": ("Anderen, andere verwarming", "Others, other heating"), "everybody": ("Alle gezinnen", "All households"),
    "poorest_owner": ("Eigenaars in kwartiel 1", "Owners in quartile 1"), "place": ("Het gebied", "The place"), "network": ("Warmtenet", "Heat network"),
    "public": ("Alle overheden", "All public purses"), "price_world_low": ("Lage energieprijzen", "Low energy prices"), "price_world_calm": ("Kalme energieprijzen", "Calm energy prices"),
    "price_world_high": ("Hoge energieprijzen", "High energy prices"),
    "project": ("Warmtenet van het plan", "Heat network of the plan"), "grid_operator": ("Distributienetbeheerder", "Grid operator"),
    "treasury": ("Federale schatkist (met btw)", "Federal treasury (with VAT)"), "flanders": ("Vlaanderen", "Flanders"),
    "municipality": ("Gemeente", "Municipality"),
    "transmission_operator": ("Transmissie en vervoer", "Transmission and transport"), "supplier": ("Leveranciers", "Suppliers"),
    "heat_company": ("Warmtebedrijf", "Heat company"), "ets2": ("ETS2", "ETS2"), "prices": ("Elektriciteit tegenover gas", "Electricity over gas"),
    "protected": ("Beschermde gezinnen", "Protected households"), "solved shift": ("Opgeloste verschuiving", "Solved shift"),
    "gas users": ("Gasgebruikers", "Gas users"), "gas network": ("Gasnet", "Gas network"), "vulnerable_gas_users": ("Kwetsbare gasgebruikers", "Vulnerable gas users"),
    "other_gas_users": ("Andere gasgebruikers", "Other gas users"), "network_owner": ("Eigenaar van het net", "Network owner"),
    "gas_fund": ("Gasfonds", "Gas fund"), "lender": ("Geldschieter", "Lender"), "contractor": ("Aannemers", "Contractors"), "all_levers": ("Alle hefbomen", "All levers"),
}  # fmt: skip

DECIDES = {
    "EU": ("EU", "EU"), "federal": ("federaal", "federal"), "flemish": ("Vlaams", "Flemish"), "regulator": ("regulator", "regulator"),
    "operator": ("netbeheerder", "operator"), "municipality": ("gemeente", "municipality"), "lender": ("geldschieter", "lender"),
    "market": ("markt", "market"), "technique": ("techniek", "technique"), "": ("onbekend", "unknown"),
}  # fmt: skip
LEGAL = {
    "": ("niet gewogen", "not weighed"), "free": ("vrij", "free"), "doubtful": ("twijfelachtig", "doubtful"),
    "regulator_only": ("alleen regulator", "regulator only"), "forbidden_by_eu": ("verboden (EU)", "forbidden (EU)"),
}  # fmt: skip
SCOPES = {
    "household": ("gezinnen", "households"), "protected": ("beschermde klanten", "protected customers"), "flanders": ("", ""),
    "cat1": ("categorie 1", "category 1"), "cat2": ("categorie 2", "category 2"), "cat3": ("categorie 3", "category 3"),
    "cat4": ("categorie 4 (laagste inkomens)", "category 4 (lowest incomes)"), "lowest_income_group": ("laagste inkomens", "lowest incomes"),
    **{f"{kind}_{year}": (f"{nl} vanaf {year}", f"{en} from {year} on") for kind, nl, en in (("house", "huis", "house"), ("apartment", "appartement", "apartment")) for year in (2023, 2028, 2035, 2040, 2045)},
    "single": ("één woning", "single home"), "collective": ("collectief", "collective"), "no_gas_grid": ("zonder gasnet", "without a gas network"), "non_residential": ("geen woning", "non-residential"),
    "replaces_resistance_heating": ("vervangt elektrische verwarming", "replaces resistance heating"), "social_landlord": ("sociale verhuurders", "social landlords"),
    "second_income_group": ("tweede inkomensgroep", "second income group"), "all_eligible": ("wie in aanmerking komt", "all eligible"), "": ("", ""),
}  # fmt: skip
"""Scopes of the rules in words; a grid area stands for itself."""
STANDING = {
    "official": ("officieel", "official"), "secondary": ("uit tweede hand", "secondary"), "unverified": ("niet geverifieerd", "unverified"),
}  # fmt: skip
_UNITS = {
    "EUR/year": ("euro/jaar", "EUR/year"), "EUR/month": ("euro/maand", "EUR/month"), "EUR": ("euro", "EUR"), "MEUR": ("miljoen euro", "million EUR"),
    "MEUR/year": ("miljoen euro/jaar", "million EUR/year"), "share": ("%", "%"), "EUR/MWh": ("euro/MWh", "EUR/MWh"), "EUR/kWh": ("euro/kWh", "EUR/kWh"),
    "c/kWh": ("cent/kWh", "cent/kWh"), "1": ("", ""), "dwelling": ("woningen", "dwellings"), "connection": ("aansluitingen", "connections"),
    "year": ("jaar", "years"), "calendar_year": ("jaartal", "calendar year"), "1 = yes, 0 = no": ("1 = ja, 0 = nee", "1 = yes, 0 = no"), "text": ("", ""),
    "dwellings": ("woningen", "dwellings"), "dwellings/year": ("woningen/jaar", "dwellings/year"), "FTE per 1,000 dwellings": ("voltijdse werkers per 1.000 woningen", "full-time workers per 1,000 dwellings"),
    "label, A = 1 ... F = 6": ("label, A = 1 ... F = 6", "label, A = 1 ... F = 6"), "label, A = 1 ... F = 6, 7 = none": ("label, A = 1 ... F = 6, 7 = geen", "label, A = 1 ... F = 6, 7 = none"),
}  # fmt: skip

COLUMNS = {
    "table": ("Tabel", "Table"), "group": ("Wie", "Who"), "outcome": ("Uitkomst", "Outcome"), "unit": ("Eenheid", "Unit"),
    "change": ("Verschil", "Change"), "low": ("Laag", "Low"), "high": ("Hoog", "High"), "band": ("Band met hefboom", "Band with lever"),
    "figure": ("Cijfer", "Figure"), "decides": ("Wie beslist", "Who decides"), "legal": ("Juridisch", "In law"), "standing": ("Status", "Standing"),
}  # fmt: skip

NOTE = {
    "title": ("Beleidsnota: {title}", "Policy note: {title}"),
    "subtitle": ("{where} · peildatum {day} · prijswereld {world} · resultaat {id} · koppelkans {version}", "{where} · reference date {day} · price world {world} · result {id} · koppelkans {version}"),
    "footer": ("koppelkans · resultaat {id} · model, geen voorspelling", "koppelkans · result {id} · a model, not a forecast"),
    "first": ("De regel en de gezinnen", "The rule and the households"), "second": ("Project, budgetten en onzekerheid", "Project, budgets and uncertainty"),
    "lead": ("**{setting}.** Wie beslist: {decides}; juridisch {legal}; ten vroegste {earliest}. {answers}.", "**{setting}.** Decided by: {decides}; in law {legal}; at the earliest {earliest}. {answers}."),
    "answers": ("Antwoord op {items} van de oogstnota", "Answers {items} of the harvest note"), "no_item": ("Antwoord op geen vraag van de oogstnota", "Answers no request of the harvest note"), "not_known": ("niet bekend", "not known"),
    "package": ("De cijfers gelden voor {count} hefbomen samen: deze en {others}. Deze hefboom alleen: {alone}; billijk aandeel: {share} ({outcome}).", "The figures hold for {count} levers together: this one and {others}. This lever alone: {alone}; fair share: {share} ({outcome})."),
    "nothing": ("Deze hefbomen veranderen geen enkel cijfer van de tabellen hieronder: hun effect is niet berekend of begint later.", "These levers change no figure in the tables below: their effect is not computed or begins later."),
    "rule": ("De regel vandaag en wat verandert", "The rule today and what changes"), "rule_table": ("Cijfers van de regel", "Figures of the rule"), "rule_more": ("Andere cijfers van de regel, in rules.csv: {count}.", "Other figures of the rule, in rules.csv: {count}."),
    "rule_scopes": ("+ {count} andere", "+ {count} others"),
    "households": ("Gezinnen, kwetsbare eerst", "Households, vulnerable first"), "bill": ("Jaarfactuur energie, btw inbegrepen [euro/jaar]", "Yearly energy bill, VAT included [EUR/year]"),
    "switch": ("Overstap naar een {heating}: eigen geld vooraf na premie, en netto per maand tegenover de gasketel met Mijn VerbouwLening [euro]", "Switch ({heating}): cash up front after premium, and net per month against the gas boiler with a renovation loan [EUR]"),
    "switch_note": ("Plus: het gezin houdt per maand over. Huurders: de eigenaar betaalt de werken; een hogere huur is niet berekend.", "Plus: the household gains a month. Tenants: the landlord pays the works; a higher rent is not computed."),
    "switch_loan": ("Overstap naar een {heating}: eigen geld na premie en Mijn VerbouwLening, en netto per maand tegenover de gasketel met die lening [euro]", "Switch ({heating}): own cash after premium and renovation loan, and net per month against the gas boiler with that loan [EUR]"),
    "switch_cash": ("Overstap naar een {heating}: eigen geld vooraf na premie [euro]", "Switch ({heating}): cash up front after premium [EUR]"),
    "switch_same": ("De hefboom verandert deze rijen niet: wat hij doet, staat in de respons op de volgende bladzijde.", "The lever does not change these rows: what it does stands in the response on the next page."),
    "switch_no_network": ("Netto per maand staat er niet bij: in de respons komt het net er met de hefboom niet.", "Net per month is left out: in the response the network does not come about with the lever."),
    "cash_now": ("Geld vooraf vandaag", "Cash today"), "cash_then": ("Met hefboom", "With lever"), "net_now": ("Netto/maand vandaag", "Net/month today"), "net_then": ("Met hefboom", "With lever"),
    "loan_now": ("Geld na lening vandaag", "Cash after loan today"), "first_years": ("Met hefboom, eerste {years} jaar", "With lever, first {years} years"), "lasting": ("Met hefboom, daarna", "With lever, after that"),
    "impossible": ("onmogelijk", "impossible"), "same_project": ("De hefboom verandert het ontwerp niet: {price} euro/MWh zonder btw dekt de kost, {dwellings} woningen, mediaan van de aansluitdrempels {threshold}.", "The lever does not change the design: {price} EUR/MWh without VAT covers the cost, {dwellings} dwellings, median of the connection thresholds {threshold}."),
    "same_budgets": ("De hefboom verandert niet wat netbeheerder en overheden uit de energiefacturen ontvangen.", "The lever does not change what grid operator and authorities receive from energy bills."),
    "network": ("Het warmtenet van het plan {now} onder de regels van vandaag en {then} met {levers}.", "The heat network of the plan {now} under today's rules and {then} with {levers}."),
    "comes": ("komt er", "comes about"), "comes_not": ("komt er niet", "does not come about"), "comes_both": ("Het warmtenet van het plan komt er, zowel onder de regels van vandaag als met {levers}.", "The heat network of the plan comes about, under today's rules and with {levers} alike."),
    "comes_neither": ("Het warmtenet van het plan komt er niet, niet onder de regels van vandaag en niet met {levers}.", "The heat network of the plan does not come about, not under today's rules and not with {levers}."),
    "tested": ("Achteraf getoetst op de premies voor warmtepompen van {first}-{last} zat de respons er gemiddeld {missed} % naast: vergelijk er hefbomen mee, voorspel er geen aantallen mee.", "Tested afterwards on the heat-pump premiums of {first}-{last}, the response was off by {missed} % on average: use it to compare levers, not to foretell numbers."),
    "cannot": ("De respons zegt niet wie binnen een groep vastzit, en kent geen huren en geen tekort aan installateurs.", "The response cannot tell who within a group is stuck, and knows no rents and no shortage of installers."),
    "no_riders": ("Meelifters en openbaar geld per extra woning hebben geen waarde: {why}.", "Free riders and public money per extra dwelling have no value: {why}."),
    "nobody_more": ("er stapt niemand meer over", "nobody more switches"), "nothing_more": ("er wordt niet meer betaald", "nothing more is paid"), "not_all_known": ("een deel van het geld is niet bekend", "part of the money is not known"),
    "losing": ("meer dan nu", "pays more"), "project": ("Project", "Project"), "project_none": ("Niet berekend: {why}", "Not computed: {why}"),
    "no_place": ("Vlaanderen heeft geen warmtenet; geef een gebied.", "Flanders has no heat network; give a place."), "no_network": ("geen warmtebron of geen net dat loont.", "no heat source or no network that pays."),
    "response": ("Fossielvrij verwarmd in {year}: {now} % van de woningen{homes_now} onder de regels van vandaag, {then} %{homes_then} met {levers} (band {low} tot {high} %). Het beste plan haalt {best} %.", "Heated without fossil fuel in {year}: {now} % of dwellings{homes_now} under today's rules, {then} %{homes_then} with {levers} (band {low} to {high} %). The best plan reaches {best} %."),
    "response_table": ("Verwachte aandelen en bedragen onder beide regels, op hetzelfde plan", "Expected shares and amounts under both sets of rules, on the same plan"), "lever": ("de hefboom", "the lever"), "levers": ("de hefbomen samen", "the levers together"), "points": ("procentpunt", "percentage points"),
    "decisive": ("Zwaarst weegt dit cijfer over gedrag, dat niemand goed kent: {figure}.", "This figure of behaviour, which nobody knows well, weighs most: {figure}."),
    "hidden": ("Niet gepubliceerd: te weinig gebouwen, of één gebouw overheerst. De cijfers staan in de werkbestanden.", "Not published: too few buildings, or one dominates. The figures are in the working files."),
    "budgets": ("Overheden en netbeheerder", "Public budgets and grid operator"), "solved": ("Uit de oplosser", "From the solver"), "uncertainty": ("Onzekerheid", "Uncertainty"),
    "uncertain": ("Jaarfactuur van kwetsbare gezinnen met hefboom: {low} tot {high} euro. Alle gezinnen: {alow} tot {ahigh} euro (prijswerelden laag tot hoog: {wlow} tot {whigh}).", "Yearly bill of vulnerable households with the lever: {low} to {high} EUR. All households: {alow} to {ahigh} EUR (price worlds low to high: {wlow} to {whigh})."),
    "figures": ("Meest bepalend zijn deze niet-officiële cijfers: {names}.", "These unofficial figures matter most: {names}."),
    "left_out": ("Niet berekend en aannames", "Not computed, and assumptions"), "sources": ("Bronnen", "Sources"),
    "skip": ("Naar de inhoud", "To the contents"), "contents": ("Inhoud", "Contents"), "page": ("Pagina", "Page"), "figure": ("Figuur", "Figure"), "method": ("methode", "method"),
}  # fmt: skip


def said(words: tuple[str, str], language: Language) -> str:
    """The Dutch or the English of two."""
    return words[0 if language == "nl" else 1]


def outcome_name(outcome: str, language: Language) -> str:
    """The name of an outcome of a table; one that nobody named stands for itself."""
    if outcome in OUTCOMES:
        return said(OUTCOMES[outcome], language)
    first = _FIRST_YEARS.fullmatch(outcome)
    if first and first[2] in _HEATINGS:
        return said(_FIRST_YEARS_SAID, language).format(first[1], said(_HEATINGS[first[2]], language))
    for stem, words in _BY_HEATING.items():
        heating = outcome.removeprefix(f"{stem}_")
        if heating in _HEATINGS:
            return said(words, language).format(said(_HEATINGS[heating], language))
    stem, _, last = outcome.rpartition("_")
    if stem in OUTCOMES:
        return said(OUTCOMES[stem], language).format(said(WORLDS.get(last, (last, last)), language))
    return outcome.replace("_", " ")


def heating_name(heating: str, language: Language) -> str:
    """The name of a heating."""
    return said(_HEATINGS[heating], language)


def group_name(group: str, language: Language, titles: dict[str, tuple[str, str]] | None = None) -> str:
    """The name of a group, of a typical household among ``titles``, of a figure of behaviour at an end, or of a lever as it is written."""
    words = {**GROUPS, **(titles or {})}.get(group)
    if words is None and group.startswith("response.") and "@" in group:
        return figure_name(group, language)
    if words is None and ":" in group:
        return parse_lever(group).title(language)
    return said(words, language) if words else group


def scope_name(scope: str, language: Language) -> str:
    """For whom a figure of a rule holds; a grid area stands for itself."""
    if scope in SCOPES:
        return said(SCOPES[scope], language)
    return choice_said(scope, language) if scope in CHOICES else scope.replace("_", " ")


def figure_name(figure: str, language: Language) -> str:
    """The name of a figure of behaviour at one of its ends, written ``key@low``."""
    key, _, end = figure.partition("@")
    known = read_parameters().entries.get(key)
    label = label_in(known, language) if known is not None else key
    return f"{label}, {said(ENDS.get(end, (end, end)), language)}"


def state_name(state: str, language: Language, year: int) -> str:
    """The heading of the column of a state."""
    return said(STATES[state], language).format(year=year)


def unit_name(unit: str, language: Language) -> str:
    """A unit as it is written on a note."""
    return said(_UNITS.get(unit, (unit, unit)), language)
