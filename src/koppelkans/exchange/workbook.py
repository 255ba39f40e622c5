"""The business case of a plan as a workbook with live formulas, for a bank or a subsidy application."""

from __future__ import annotations

import numpy as np
import pandas as pd

from koppelkans.errors import DataError
from koppelkans.exchange.formulas import (
    BLANK,
    Term,
    both,
    counted,
    least,
    most,
    product_total,
    size,
    total,
    when,
)
from koppelkans.exchange.model_inputs import Basis, Inputs, Sales, assumptions, customers, quantities
from koppelkans.exchange.model_returns import rates_of_return
from koppelkans.exchange.model_years import CashFlow, Ramp, Works, cash_flow, ramp, works
from koppelkans.exchange.pages import DUTCH, ENGLISH, VALUE, Book, Page, YearPage
from koppelkans.exchange.words import CONFIDENTIAL, GUIDE, RESULTS, SHEETS
from koppelkans.money.project_basis import basis_parts
from koppelkans.money.project_terms import KWH_PER_MWH, SOCIAL
from koppelkans.plan.record import Plan
from koppelkans.tables import PROJECT_YEARS, unit_of

WHOLE = "plan"
LEAST_YEARS = 50
"""Years that the sheets run to, so that the concession can be made longer in the workbook."""
CENT = 0.005
"""Half a cent: more than this may no figure of the workbook differ from the plan."""
_PER_YEAR = (
    "heat_mwh", "revenue_eur", "purchase_eur", "upkeep_eur", "investment_eur", "contribution_eur", "depreciation_eur", "book_eur", "interest_eur",
    "repayment_eur", "debt_left_eur", "dscr",
)  # fmt: skip
_STYLES = {
    "min_dscr": "ratio",
    "heat_price_eur_per_mwh": "price",
    "break_even_eur_per_mwh": "price",
    "heat_mwh": "heat",
}
_IN_PERCENT = ("connected_share", "irr_share", "equity_irr_share")


def workbook_bytes(plan: Plan) -> bytes:
    """The business case of a plan as an Excel workbook: assumptions, quantities, customers, investment, cash flow, result.

    Every figure is a formula on the cells of the assumptions; the file holds its values too. No macros, no links to other files, nothing
    protected. A team file that matters to a tender. Raises DataError for a plan without a business case, or whose business case these
    formulas do not give to the cent. Method: docs/method.md#exchange-workbook.
    """
    basis = _basis(plan)
    footer = f"koppelkans {plan.run.engine_version}, plan {plan.run.plan_hash[:12]}, {plan.run.made_on}"
    book = Book(plan, footer, CONFIDENTIAL[0].replace("&", "&&"))
    years = max(LEAST_YEARS, basis.terms.concession_years)
    _guide(book, plan)
    inputs = assumptions(book, basis, years)
    amounts = quantities(book, basis, inputs)
    sales = customers(book, inputs)
    pages = [
        YearPage(book, name, title, english, years=years, shown_years=basis.terms.concession_years)
        for name, title, english in (
            ("Investering", "Investering, vervanging en afschrijving", "Investment, replacement and depreciation"),
            ("Kasstroom", "Kasstroom over de concessie", "Cash flow over the concession"),
        )
    ]
    shared = ramp(pages[1], inputs)
    made = works(pages[0], amounts, inputs, shared)
    cash = cash_flow(pages[1], shared, made, sales, inputs)
    rates = rates_of_return(book, cash, shared)
    found = _results(book, plan, inputs, _terms(inputs, sales, shared, made, cash) | rates)
    _hold_against(plan, found, _yearly(cash, made, basis.terms.concession_years))
    return book.content()


def _basis(plan: Plan) -> Basis:
    if WHOLE not in plan["project"].index or not len(plan["pipes"]):
        raise DataError(
            f"the plan of {plan.place.title} has no heat network and so no business case; compute a plan with a heat source that pays"
        )
    if not len(plan.tables.get("project_basis", ())):
        raise DataError(
            "this plan was made by an older version, without the inputs of its business case; make the plan again"
        )
    return Basis(plan, *basis_parts(plan["project_basis"]))


def _guide(book: Book, plan: Plan) -> None:
    """The first sheet: what this is, for whom, how to read it, what stands beside the figures, whose data it is."""
    page = Page(
        book, "Leeswijzer", f"{plan.place.title}: zakenplan van het warmtenet", "Business case of the heat network"
    )
    page.sheet.set_column(DUTCH, ENGLISH, 80)
    lines = [(*CONFIDENTIAL, "warning"), *((*pair, "wrap") for pair in GUIDE)]
    for dutch, english, kind in lines:
        _both(page, dutch, english, kind)
    page.group(("Bladen", "Sheets"), ENGLISH)
    for name, (dutch, english) in SHEETS.items():
        _both(page, f"{name}: {dutch}", english, "wrap")
    page.group(("Plan", "Plan"), ENGLISH)
    run, scenario = plan.run, plan.scenario
    told = f"{scenario.title}; {run.made_on}; koppelkans {run.engine_version}; plan {run.plan_hash}"
    _both(page, told, f"rules of {scenario.reference_date}, prices: {scenario.price_world}", "wrap")
    page.group(("Kanttekeningen", "Remarks"), ENGLISH)
    remarks = plan["remarks"]
    for row in remarks[remarks["about"].isin(["project", "network_variants"])].to_dict("records"):
        _both(page, str(row["text"]), str(row["text_en"]), "wrap")
    page.group(("Bronnen van de gegevens", "Sources of the data"), ENGLISH)
    for item in plan.place.attributions:
        _both(page, f"{item.line} ({item.licence})", str(item.layer), "wrap")


def _both(page: Page, dutch: str, english: str, kind: str) -> None:
    page.sheet.write_string(page.row, DUTCH, dutch, page.book.style(kind))
    page.sheet.write_string(page.row, ENGLISH, english, page.book.style(kind))
    page.row += 1


# --------------------------------------------------------------------------------------------------------------------- results


def _results(book: Book, plan: Plan, inputs: Inputs, terms: dict[str, Term]) -> dict[str, Term]:
    """The sheet of results: the figures of the business case, live, beside those of the plan and of smaller uptake."""
    page = Page(
        book, "Resultaat", "Resultaat", "Results; what is live, what the plan says, and smaller uptake for comparison"
    )
    project = plan["project"]
    others = [str(name) for name in project.index if name != WHOLE]
    page.sheet.set_column(VALUE, VALUE + 2 + len(others), 16)
    shares = project["connected_share"].astype(float).to_dict()
    titles = [f"bij {shares[name]:.0%} / at {shares[name]:.0%}" for name in others]
    page.head(["Figuur", "Figure", "Eenheid / unit", "Live", "Plan", "Verschil / difference", *titles])
    found: dict[str, Term] = {}
    differences = []
    for name, words in RESULTS.items():
        unit, style = ("%", "share") if name in _IN_PERCENT else (unit_of(name), _STYLES.get(name, "eur"))
        found[name] = page.line(words, unit, terms[name], style, "sum")
        page.row -= 1
        differences.append(_beside(page, found[name], float(project[name].to_dict()[WHOLE]), style))
        for column, other in enumerate(others, start=VALUE + 3):
            _fixed(page, column, float(project[name].to_dict()[other]), style)
        page.row += 1
    page.row += 1
    changed = most(*[size(item) for item in differences]) > CENT
    page.labels(("Is dit het plan?", "Is this the plan?"))
    text = when(changed, Term(('"gewijzigd / changed"',), 1.0), Term(('"ja / yes"',), 0.0))
    page.sheet.write_formula(page.row, VALUE, f"={text.text(page.name)}", page.book.style("plain"), "ja / yes")
    page.row += 1
    _sound(page, inputs)
    return found


def _beside(page: Page, live: Term, planned: float, style: str) -> Term:
    """The figure of the plan as a plain number, and the difference; 0 where either is empty."""
    fixed = _fixed(page, VALUE + 1, planned, style)
    known = both(
        Term(("ISNUMBER(", *live.pieces, ")"), float(np.isfinite(live.value))),
        Term(("ISNUMBER(", *fixed.pieces, ")"), float(np.isfinite(planned))),
    )
    return page.cell(VALUE + 2, when(known, live - fixed, 0), style)


def _fixed(page: Page, column: int, value: float, style: str) -> Term:
    if np.isnan(value):
        page.sheet.write_string(page.row, column, "", page.book.style("fixed"))
        return Term((page.place(column),), float("nan"))
    return page.cell(column, value, style, "fixed")


def _terms(inputs: Inputs, sales: Sales, shared: Ramp, made: Works, cash: CashFlow) -> dict[str, Term]:
    """The formula of every figure of the business case, the rates of return apart."""
    of = inputs.of
    tariff = of["tariff_eur_per_kwh"] * KWH_PER_MWH
    npv = total(cash.worth.all)
    paid = (
        sales.parts["energy"]
        + sales.parts["reimbursement"]
        - sales.connections[SOCIAL] * of["social_lump_eur_per_year"]
    )
    later = cash.later_cover.all
    return {
        "connected_share": of["uptake_share"], "investment_eur": total(made.first.all), "contribution_eur": total(cash.fee.all) + total(cash.grant.all),
        "heat_mwh": sales.all_heat, "heat_price_eur_per_mwh": when(sales.all_heat > 0, paid / sales.all_heat, tariff),
        "break_even_eur_per_mwh": when(cash.sold > 0, most(tariff - npv / cash.sold, 0), BLANK), "npv_eur": npv,
        "debt_eur": total(cash.drawn.all), "min_dscr": when(counted(later) > 0, least(later), BLANK),
        "residual_eur": product_total(shared.year.all.same(of["concession_years"]) * made.book.all), "refinancing_eur": total(cash.gap.all),
    }  # fmt: skip


def _sound(page: Page, inputs: Inputs) -> None:
    """Whether the clocks fit together, as the engine demands."""
    of = inputs.of
    page.group(("Controle van de invoer", "Check of the inputs"))
    checks = (
        (("De lening loopt tot iedereen aangesloten is", "The loan runs until everybody is connected"), of["debt_years"] > of["ramp_years"] - 1),
        (("Iedereen is aangesloten voor de concessie eindigt", "Everybody is connected before the concession ends"), of["ramp_years"] <= of["concession_years"]),
    )  # fmt: skip
    for words, holds in checks:
        page.labels(words)
        text = when(holds, Term(('"in orde / fine"',), 1.0), Term(('"FOUT / WRONG"',), 0.0))
        page.sheet.write_formula(
            page.row, VALUE, f"={text.text(page.name)}", page.book.style("plain"), "in orde / fine"
        )
        page.row += 1


# ------------------------------------------------------------------------------------------------------- held against the plan


def _yearly(cash: CashFlow, made: Works, years: int) -> pd.DataFrame:
    """The rows of PROJECT_YEARS as the formulas give them."""
    rows = {
        "heat_mwh": [cash.heat], "revenue_eur": [cash.revenue], "purchase_eur": cash.purchase, "upkeep_eur": cash.upkeep,
        "investment_eur": [made.first, made.replaced], "contribution_eur": [cash.fee, cash.grant], "depreciation_eur": [made.depreciation],
        "book_eur": [made.book], "interest_eur": [cash.interest], "repayment_eur": [cash.repaid], "debt_left_eur": [cash.left], "dscr": [cash.cover],
    }  # fmt: skip
    return pd.DataFrame({name: sum(row.all.value[: years + 1] for row in parts) for name, parts in rows.items()})


def _hold_against(plan: Plan, found: dict[str, Term], yearly: pd.DataFrame) -> None:
    """Raises DataError when a figure differs from the plan by more than half a cent."""
    project, years = plan["project"], plan["project_years"]
    own = years[years["uptake"] == WHOLE][PROJECT_YEARS.column_names].reset_index(drop=True)
    faults = []
    for name, term in found.items():
        planned = float(project[name].to_dict()[WHOLE])
        if np.isnan(planned) != np.isnan(term.value) or abs(planned - term.value) > CENT:
            faults.append(f"{name}: {term.value:,.2f} in the workbook, {planned:,.2f} in the plan")
    for name in _PER_YEAR:
        apart = (own[name] - yearly[name]).abs().max()
        if len(own) != len(yearly) or apart > CENT:
            faults.append(f"{name} by year: {apart:,.2f} apart at most")
    if faults:
        raise DataError(
            "the formulas of the workbook do not give the business case of this plan; make the plan again with this version",
            faults,
        )
