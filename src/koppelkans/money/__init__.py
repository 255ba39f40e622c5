"""Who pays whom, and how much?

Prices of one more kWh for an owner and for society, the support an owner gets, the yearly bill of a household under the rules of a
date with every component, and the ledger (payer, payee, what, year, amount) in which all payments of a plan meet and sum to zero.
"""

from koppelkans.money.bills import annual_bills
from koppelkans.money.flows import balances, plan_ledger
from koppelkans.money.prices import energy_prices
from koppelkans.money.support import owner_support

__all__ = ["annual_bills", "balances", "energy_prices", "owner_support", "plan_ledger"]
