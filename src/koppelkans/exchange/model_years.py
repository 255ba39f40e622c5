"""The sheets with a column for every year: what is built, replaced and written off; what comes in, goes out and is borrowed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from koppelkans.exchange.formulas import (
    BLANK,
    Term,
    both,
    least,
    level_payment,
    most,
    number,
    product_total,
    remainder,
    total,
    when,
    worth_of_payments,
)
from koppelkans.exchange.model_inputs import Inputs, Sales
from koppelkans.exchange.pages import YearPage, YearRow
from koppelkans.exchange.words import NAMES, PARTS
from koppelkans.money.project_terms import HOMES, INSTITUTIONS, PER_CUSTOMER


@dataclass(frozen=True, slots=True)
class Ramp:
    """Who is connected when: year, share connected, share that joins in the year after, and whether the network runs."""

    year: YearRow
    connected: YearRow
    joining: YearRow
    running: YearRow


@dataclass(frozen=True, slots=True)
class Works:
    """What is built by year, all assets together; ``first_book``: end book value of what was built first, one cell."""

    first: YearRow
    replaced: YearRow
    depreciation: YearRow
    upkeep: YearRow
    provision: YearRow
    book: YearRow
    first_book: Term


@dataclass(frozen=True, slots=True)
class CashFlow:
    """Rows that the results read."""

    heat: YearRow
    revenue: YearRow
    purchase: tuple[YearRow, YearRow]
    upkeep: tuple[YearRow, YearRow]
    fee: YearRow
    grant: YearRow
    project: YearRow
    equity: YearRow
    factor: YearRow
    worth: YearRow
    drawn: YearRow
    interest: YearRow
    repaid: YearRow
    left: YearRow
    gap: YearRow
    cover: YearRow
    later_cover: YearRow
    sold: Term
    """Present value of the heat that ordinary customers buy [MWh], one cell."""


def ramp(page: YearPage, inputs: Inputs) -> Ramp:
    """The ramp: customers connect in equal yearly steps until everybody heats; nothing after the concession."""
    of = inputs.of
    last, rise = of["concession_years"], of["ramp_years"]
    year = page.clock(of["start_year"])
    page.group(("Ritme van aansluiting", "Ramp of connections"))
    running = page.over_years(
        ("Het net levert warmte (1 = ja)", "The network delivers heat (1 = yes)"),
        "",
        "years",
        lambda t: when(both(year[t] >= 1, year[t] <= last), 1, 0),
    )
    connected = page.over_years(
        ("Deel van de klanten dat warmte krijgt", "Share of the customers that get heat"), "%", "share",
        lambda t: when(year[t] <= last, least(year[t] / rise, 1), 0),
    )  # fmt: skip
    joining = page.over_years(
        ("Deel dat dit jaar een aansluiting krijgt", "Share that is connected this year"), "%", "share",
        lambda t: when(year[t] < last, least((year[t] + 1) / rise, 1) - least(year[t] / rise, 1), 0),
    )  # fmt: skip
    return Ramp(year, connected, joining, running)


# ---------------------------------------------------------------------------------------------------------------------- works


def works(page: YearPage, amounts: dict[str, Term], inputs: Inputs, shared: Ramp) -> Works:
    """The sheet of the investment: every asset over its life, and all together."""
    last, share = inputs.of["concession_years"], inputs.of["uptake_share"]
    year = page.clock(inputs.of["start_year"])
    parts = [_asset(page, name, amount, inputs, shared, year) for name, amount in amounts.items()]
    page.group(("Alle onderdelen samen", "All parts together"))
    sums = {}
    for name, words in _SUMS.items():
        sums[name] = page.over_years(words, "EUR", "eur", _sum_of([part[name] for part in parts]), added=True)
    depreciation = page.over_years(
        ("Afschrijving", "Depreciation"),
        "EUR",
        "eur",
        lambda t: sums["first_depreciation"][t] + sums["later_depreciation"][t],
        added=True,
    )
    book = page.over_years(
        ("Boekwaarde op het einde van het jaar", "Book value at the end of the year"), "EUR", "eur",
        lambda t: when(year[t] <= last, most(total(sums["first"].until(t)) + total(sums["replaced"].until(t)) - total(depreciation.until(t)), 0), 0),
    )  # fmt: skip
    first_book = page.line(
        ("Boekwaarde van de eerste bouw op het einde", "End book value of what was built first"), "EUR",
        total(sums["first"].all) - total(sums["first_depreciation"].all), "eur",
    )  # fmt: skip
    page.line(("Deelname in dit werkboek", "Uptake in this workbook"), "%", share, "share")
    return Works(sums["first"], sums["replaced"], depreciation, sums["upkeep"], sums["provision"], book, first_book)


_SUMS = {
    "first": ("Eerste bouw", "First built"), "replaced": ("Vervangingen", "Replacements"),
    "first_depreciation": ("Afschrijving van de eerste bouw", "Depreciation of the first built"),
    "later_depreciation": ("Afschrijving van vervangingen", "Depreciation of replacements"), "upkeep": ("Onderhoud", "Upkeep"),
    "provision": ("Voorziening voor vervangingen", "Provision for replacements"),
}  # fmt: skip


def _sum_of(rows: list[YearRow]) -> Callable[[int], Term]:
    """The sum of some lines in a year."""
    return lambda year: total(*[row[year] for row in rows])


def _part_of(whole: Term, share: YearRow) -> Callable[[int], Term]:
    """A share of an amount in a year."""
    return lambda year: whole * share[year]


def _asset(page: YearPage, name: str, amount: Term, inputs: Inputs, shared: Ramp, year: YearRow) -> dict[str, YearRow]:
    """One asset by year: built, replaced at the end of each life, written off over its term, kept up, provided for."""
    last, life, share = inputs.of["concession_years"], inputs.life[name], inputs.of["uptake_share"]
    page.group(NAMES.get(name, (name, name)))
    term = page.line(
        ("Afschrijvingstermijn, nooit langer dan de levensduur", "Depreciation term, never longer than the life"),
        "jaar",
        least(life, inputs.of["depreciation_years"]),
        "years",
    )
    if name in PER_CUSTOMER:
        first = page.over_years(_SUMS["first"], "EUR", "eur", lambda t: amount * share * shared.joining[t], added=True)
    else:
        first = page.over_years(_SUMS["first"], "EUR", "eur", lambda t: when(year[t].same(0), amount, 0), added=True)
    replaced = page.over_years(
        _SUMS["replaced"], "EUR", "eur",
        lambda t: when(year[t] < last, product_total((year.all < year[t]) * remainder(year[t] - year.all, life).same(0) * first.all), 0), added=True,
    )  # fmt: skip

    def written_off(built: YearRow, t: int) -> Term:
        served = (year.all >= year[t] - term) * (year.all < year[t]) * built.all
        return when(year[t] <= last, product_total(served) / term, 0)

    standing = page.over_years(
        ("In gebruik, tegen aankoopprijs", "In use, at cost"),
        "EUR",
        "eur",
        lambda t: when(year[t] <= last, total(first.until(t - 1)), 0) if t else number(0),
    )
    return {
        "first": first, "replaced": replaced,
        "first_depreciation": page.over_years(_SUMS["first_depreciation"], "EUR", "eur", lambda t: written_off(first, t), added=True),
        "later_depreciation": page.over_years(_SUMS["later_depreciation"], "EUR", "eur", lambda t: written_off(replaced, t), added=True),
        "upkeep": page.over_years(_SUMS["upkeep"], "EUR", "eur", lambda t: standing[t] * inputs.upkeep[name], added=True),
        "provision": page.over_years(_SUMS["provision"], "EUR", "eur", lambda t: when(life < last, standing[t] / life, 0), added=True),
    }  # fmt: skip


# ------------------------------------------------------------------------------------------------------------------- cash flow


def cash_flow(page: YearPage, shared: Ramp, made: Works, sales: Sales, inputs: Inputs) -> CashFlow:
    """The rest of the sheet of the cash flow: revenue, cost, flows of the project, the loan, cover and equity."""
    of, year, connected = inputs.of, shared.year, shared.connected
    page.group(("Opbrengst", "Revenue"))
    heat = page.over_years(
        ("Verkochte warmte", "Heat sold"), "MWh", "heat", lambda t: sales.all_heat * connected[t], added=True
    )
    parts = [
        page.over_years(words, "EUR", "eur", _part_of(sales.parts[name], connected), added=True)
        for name, words in PARTS.items()
    ]
    revenue = page.over_years(("Opbrengst", "Revenue"), "EUR", "eur", _sum_of(parts), kind="sum", added=True)
    page.group(("Kosten", "Costs"))
    bought = page.over_years(
        ("Warmte aan de bron, verlies inbegrepen", "Heat at the source, losses included"), "EUR", "eur",
        lambda t: of["source_eur_per_mwh"] * (heat[t] + of["loss_mwh"] * shared.running[t]), added=True,
    )  # fmt: skip
    pumped = page.over_years(
        ("Elektriciteit van de pompen", "Electricity of the pumps"), "EUR", "eur",
        lambda t: of["power_eur_per_mwh"] * of["pump_mwh"] * of["uptake_share"] * connected[t], added=True,
    )  # fmt: skip
    upkeep = page.over_years(("Onderhoud", "Upkeep"), "EUR", "eur", lambda t: made.upkeep[t], added=True)
    office = page.over_years(
        ("Administratie", "Administration"),
        "EUR",
        "eur",
        lambda t: of["administration_eur_per_year"] * sales.all_connections * connected[t],
        added=True,
    )
    operating = page.over_years(
        ("Kas uit de werking", "Operating cash"),
        "EUR",
        "eur",
        lambda t: revenue[t] - bought[t] - pumped[t] - upkeep[t] - office[t],
        kind="sum",
        added=True,
    )
    fee, grant, project = _project(page, operating, made, sales, inputs, shared)
    factor, worth = _present(page, year, project, of)
    loan = _loan(page, operating, fee, grant, made, inputs, year)
    equity = page.over_years(
        ("Stroom van de aandeelhouders", "Flow of the shareholders"), "EUR", "eur",
        lambda t: project[t] + loan["drawn"][t] - loan["interest"][t] - loan["repaid"][t] - loan["gap"][t], kind="sum", added=True,
    )  # fmt: skip
    ordinary = sales.heat[HOMES] + sales.heat[INSTITUTIONS]
    sold = page.line(
        ("Contante waarde van de warmte aan gewone klanten", "Present value of the heat to ordinary customers"), "MWh",
        ordinary * product_total(connected.all * factor.all), "heat",
    )  # fmt: skip
    return CashFlow(
        heat=heat, revenue=revenue, purchase=(bought, pumped), upkeep=(upkeep, office), fee=fee, grant=grant, project=project, equity=equity, factor=factor,
        worth=worth, sold=sold, **loan,
    )  # fmt: skip


def _project(
    page: YearPage, operating: YearRow, made: Works, sales: Sales, inputs: Inputs, shared: Ramp
) -> tuple[YearRow, YearRow, YearRow]:
    """Fees, grants and the flow of the project before any loan."""
    of, year = inputs.of, shared.year
    page.group(("Investering en steun", "Investment and grants"))
    fee = page.over_years(
        ("Bijdragen van klanten", "Connection fees"),
        "EUR",
        "eur",
        lambda t: of["connection_fee_eur"] * sales.all_connections * shared.joining[t],
        added=True,
    )
    grant = page.over_years(("Steun", "Grants"), "EUR", "eur", lambda t: of["grant_share"] * made.first[t], added=True)
    first = page.over_years(("Eerste bouw", "First built"), "EUR", "eur", lambda t: made.first[t], added=True)
    again = page.over_years(("Vervangingen", "Replacements"), "EUR", "eur", lambda t: made.replaced[t], added=True)
    residual = page.over_years(
        ("Restwaarde, steun afgetrokken", "Residual value, grants taken off"), "EUR", "eur",
        lambda t: when(year[t].same(of["concession_years"]), of["residual_paid_share"] * (made.book[t] - of["grant_share"] * made.first_book), 0), added=True,
    )  # fmt: skip
    flow = page.over_years(
        ("Stroom van het project, vóór lening", "Flow of the project, before any loan"), "EUR", "eur",
        lambda t: operating[t] + fee[t] + grant[t] - first[t] - again[t] + residual[t], kind="sum", added=True,
    )  # fmt: skip
    return fee, grant, flow


def _present(page: YearPage, year: YearRow, flow: YearRow, of: dict[str, Term]) -> tuple[YearRow, YearRow]:
    factor = page.over_years(
        ("Contantewaardefactor", "Discount factor"), "", "price",
        lambda t: when(year[t] <= of["concession_years"], number(1) / (number(1) + of["project_rate_share"]) ** year[t], 0),
    )  # fmt: skip
    worth = page.over_years(
        ("Contante waarde", "Present value"), "EUR", "eur", lambda t: flow[t] * factor[t], added=True
    )
    page.over_years(
        ("Contante waarde, opgeteld", "Present value, cumulative"), "EUR", "eur", lambda t: total(worth.until(t))
    )
    return factor, worth


def _loan(
    page: YearPage, operating: YearRow, fee: YearRow, grant: YearRow, made: Works, inputs: Inputs, year: YearRow
) -> dict[str, YearRow]:
    """The loan as agreed and as it is really paid, and the cover of its service."""
    of = inputs.of
    last, term, rate = of["concession_years"], of["debt_years"], of["interest_share"]
    page.group(("Lening", "Loan"))
    grace = page.line(("Jaren met alleen rente", "Years with interest only"), "jaar", of["ramp_years"] - 1, "years")
    end = page.line(("Laatste jaar van de lening", "Last year of the loan"), "jaar", least(term, last), "years")
    drawn = page.over_years(
        ("Opgenomen", "Drawn"),
        "EUR",
        "eur",
        lambda t: of["gearing_share"] * most(made.first[t] - grant[t] - fee[t], 0),
        added=True,
    )
    level = page.line(
        ("Gelijke betaling per jaar", "Level payment per year"),
        "EUR",
        level_payment(rate, term - grace, total(drawn.all)),
        "eur",
    )

    def agreed_left(t: int) -> Term:
        still = when(year[t] < term, worth_of_payments(rate, most(term - year[t], 0), level), 0)
        return when(year[t] <= last, when(year[t] <= grace, total(drawn.until(t)), still), 0)

    agreed = page.over_years(
        ("Schuld volgens afspraak, einde jaar", "Debt as agreed, end of year"), "EUR", "eur", agreed_left
    )
    due = page.over_years(
        ("Rente en aflossing volgens afspraak", "Interest and repayment as agreed"), "EUR", "eur",
        lambda t: when(year[t] <= last, most(rate * agreed[t - 1] + (agreed[t - 1] + drawn[t] - agreed[t]), 0), 0) if t else number(0), added=True,
    )  # fmt: skip
    cash = page.over_years(
        ("Kas voor de lening, voorziening afgetrokken", "Cash for the loan, provision taken off"),
        "EUR",
        "eur",
        lambda t: operating[t] - made.provision[t],
        added=True,
    )
    rows = _paid(page, year, end, rate, drawn, agreed, cash)
    gap = page.over_years(
        ("Niet afgelost op het einde: te herfinancieren", "Not repaid at the end: to be refinanced"),
        "EUR",
        "eur",
        lambda t: when(year[t].same(end), rows["left"][t], 0),
        added=True,
    )
    cover = page.over_years(("DSCR", "Cover (DSCR)"), "", "ratio", lambda t: when(due[t] > 0, cash[t] / due[t], BLANK))
    later = page.over_years(
        ("DSCR na de opstart", "Cover after the start"),
        "",
        "ratio",
        lambda t: when(both(due[t] > 0, year[t] > grace), cash[t] / due[t], BLANK),
    )
    return {"drawn": drawn, **rows, "gap": gap, "cover": cover, "later_cover": later}


def _paid(
    page: YearPage, year: YearRow, end: Term, rate: Term, drawn: YearRow, agreed: YearRow, cash: YearRow
) -> dict[str, YearRow]:
    """Interest, repayment and debt as they are really paid: three rows that need each other, written year by year."""
    words = {
        "interest": ("Rente", "Interest"), "repaid": ("Aflossing", "Repayment"), "left": ("Schuld op het einde van het jaar", "Debt at the end of the year"),
    }  # fmt: skip
    rows = {}
    for name in words:
        rows[name] = YearRow(page)
        page.row += 1
    begin = rows["interest"].row
    left, interest, repaid = rows["left"], rows["interest"], rows["repaid"]
    for t in range(page.years + 1):
        before, served = (left[t - 1], both(year[t] >= 1, year[t] <= end)) if t else (number(0), number(0))
        owed = before + drawn[t] if t else drawn[t]
        page.write_year(interest, when(served, rate * before, 0) if t else 0, "eur")
        paid = least(most(cash[t] - interest[t], 0), most(owed - agreed[t], 0))
        page.write_year(repaid, when(served, paid, 0) if t else 0, "eur")
        page.write_year(left, when(year[t] <= end, owed - repaid[t], 0), "eur")
    for number_of, (name, label) in enumerate(words.items()):
        page.row = begin + number_of
        page.labels(label, "EUR")
        if name != "left":
            page.added(rows[name], "eur")
    page.row = begin + len(words)
    return rows
