"""What must stand beside the business case: what was left out, what was assumed, and what a lender would say."""

from __future__ import annotations

from datetime import date

import numpy as np

from koppelkans import tables
from koppelkans.money.project_cash import Cash
from koppelkans.money.project_debt import level_debt_eur, sculpted_debt
from koppelkans.money.project_returns import annuity_eur_per_year, cost_based_charge_eur
from koppelkans.money.project_terms import Terms
from koppelkans.parameters import Parameters
from koppelkans.tables import RemarkRow

EUR_PER_KEUR = 1_000.0


def project_remarks(cash: Cash, terms: Terms) -> list[RemarkRow]:
    """Remarks on the business case of the whole design; ``terms`` are those it was made with."""
    return [_left_out(), _clocks(cash, terms), _social(cash, terms), _uptake(terms), _loan(cash, terms)]


def _keur(amount_eur: float) -> str:
    return f"{amount_eur / EUR_PER_KEUR:.0f} kEUR"


def _left_out() -> RemarkRow:
    return tables.remark(
        "project", "Zakenplan in reële euro zonder vennootschapsbelasting, vóór ontwikkelingskosten en zonder vergoeding voor het openbaar domein; ook "
        "de rente is reëel: een lening met vaste nominale betalingen weegt in de eerste jaren zwaarder dan hier staat.",
        "Business case in real euros without company tax, before development cost and without a fee for the public domain; the interest is real "
        "too: a loan with level nominal payments weighs more in the first years than shown here.", method="project",
    )  # fmt: skip


def _clocks(cash: Cash, terms: Terms) -> RemarkRow:
    built = float(cash.first_eur.sum())
    term, rate = terms.depreciation_years, terms.project_rate_share
    first, level = cost_based_charge_eur(built, term, rate)[0], annuity_eur_per_year(built, term, rate)
    return tables.remark(
        "project", f"Drie klokken: afschrijving {term} jaar, lening {terms.debt_years} jaar, concessie {terms.concession_years} jaar. De afschrijving "
        f"zelf is geen kasstroom: zij telt in de restwaarde en in een tarief op kostenbasis (kapitaallast eerste jaar {_keur(first)}, als annuïteit "
        f"{_keur(level)} per jaar). De restwaarde telt voor {terms.residual_paid_share:.0%} van de boekwaarde mee.",
        f"Three clocks: depreciation {term} years, loan {terms.debt_years} years, concession {terms.concession_years} years. Depreciation itself is no "
        f"cash flow: it counts in the residual value and in a cost-based tariff (capital charge of the first year {_keur(first)}, as annuity "
        f"{_keur(level)} a year). The residual value counts for {terms.residual_paid_share:.0%} of the book value.", method="project",
    )  # fmt: skip


def _social(cash: Cash, terms: Terms) -> RemarkRow:
    federal = float(cash.yearly["reimbursement"].sum())
    return tables.remark(
        "project", f"Sociaal tarief: {terms.social_share:.0%} van de gezinnen betaalt het sociaal tarief per kWh en geen vaste vergoeding; het warmtebedrijf "
        f"krijgt naar schatting {_keur(federal)} per jaar terug van het federale fonds (referentieprijs min sociaal tarief, plus een forfait per "
        "aansluiting). De definitieve regeling is niet gelezen; of de vaste netvergoeding buiten het sociaal tarief valt, is niet bevestigd.",
        f"Social tariff: {terms.social_share:.0%} of the households pay the social price per kWh and no fixed fee; the heat company gets an estimated "
        f"{_keur(federal)} a year back from the federal fund (reference price minus social price, plus a lump sum per connection). The final rule was "
        "not read; whether the fixed network fee lies outside the social tariff is not confirmed.", method="project",
    )  # fmt: skip


def _uptake(terms: Terms) -> RemarkRow:
    return tables.remark(
        "project", f"Bij minder aansluitingen blijven straatleidingen, bronaansluiting en warmteverlies zoals ontworpen; aansluitleidingen, afleversets, "
        f"warmte en aansluitingen gaan evenredig mee, bij elke groep klanten evenveel. De aansluitingen komen in {terms.ramp_years} gelijke jaren.",
        f"With fewer connections mains, source connection and heat losses stay as designed; service pipes, delivery sets, heat and connections follow "
        f"the share, the same in every group of customers. Connections come in {terms.ramp_years} equal years.", method="project-uptake",
    )  # fmt: skip


def _loan(cash: Cash, terms: Terms) -> RemarkRow:
    served = slice(terms.ramp_years, min(terms.debt_years, terms.concession_years) + 1)
    available = np.asarray((cash.operating_eur - cash.provision_eur)[served])
    level = level_debt_eur(available, dscr=terms.lender_dscr, interest_share=terms.interest_share)
    sculpted = sculpted_debt(available, dscr=terms.lender_dscr, interest_share=terms.interest_share).debt_eur
    asked = float(cash.loan.drawn_eur.sum())
    short = level < asked
    cover_nl = f"{terms.lender_dscr:.2f}".replace(".", ",")
    return tables.remark(
        "project", f"De lening van {_keur(asked)} is {terms.gearing_share:.0%} van de investering na steun en bijdragen. Met een DSCR van "
        f"{cover_nl} draagt de kas van het volledige ontwerp na de opstart een lening van {_keur(level)} met gelijke betalingen, "
        f"of {_keur(sculpted)} als de betalingen de kas volgen.",
        f"The loan of {_keur(asked)} is {terms.gearing_share:.0%} of the investment after support and contributions. At a DSCR of "
        f"{terms.lender_dscr:.2f} the cash of the whole design carries, after the start, a loan of {_keur(level)} with level payments, or "
        f"{_keur(sculpted)} when the payments follow the cash.", level="warning" if short else "info", method="project",
    )  # fmt: skip


def connection_remark(investment_eur: float, connections: float, parameters: Parameters, day: date) -> list[RemarkRow]:
    """The investment per connection beside the usual one; a warning outside its range, nothing without connections."""
    if connections <= 0:
        return []
    usual = parameters.value("project.connection_with_street_eur", day)
    each = investment_eur / connections
    low, high = float(usual.low or 0.0), float(usual.high or 0.0)
    inside = low <= each <= high
    each_en = f"{each / EUR_PER_KEUR:.1f}"
    return [
        tables.remark(
            "project", f"Investering per aansluiting: {each_en.replace('.', ',')} kEUR; gangbaar in Vlaanderen is {low / EUR_PER_KEUR:.0f} tot {_keur(high)} per "
            "bestaande woning, straat inbegrepen (niet geverifieerd).", f"Investment per connection: {each_en} kEUR; usual in Flanders is "
            f"{low / EUR_PER_KEUR:.0f} to {_keur(high)} per existing dwelling, street included (unverified).",
            level="info" if inside else "warning", method="project",
        )
    ]  # fmt: skip
