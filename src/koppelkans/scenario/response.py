"""The part of a scenario about the response: what owners and a heat company do under the rules."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from koppelkans.scenario.chosen import Chosen


class Response(Chosen):
    """What the municipality chooses about the response: what owners and a heat company do under the rules, each for its own account.

    ``on``: whether it is computed; ``last_year``: last year of the response. ``coordination``: which of two equilibria happens - price and decision from few
    customers (cautious), signatures that bind from a number on (conditional), missing revenue covered by the municipality (guarantee), a duty to connect with
    exemptions (duty); ``share_asked``: part of the dwellings that signs first, or is guaranteed (empty: the share at which the network pays, nobody where it comes by itself). ``company``: whose
    return it asks; ``price_rule``: heat at cost, at most what gas costs, as a regulator would set it (``regulated_charge``: the network is written off in equal
    parts with a return on what is left, or paid by an annuity, which is heat at cost), or offered: promised beforehand at ``offered_price_eur_per_mwh``
    (VAT included, as a household pays it), for the whole designed network; ``price_payer`` pays once what that price falls short of cost (empty: nobody, and a price
    below cost is refused). ``guidance_share``: how far owners are guided (0 not, 1 from
    door to door), with which ``campaign_years`` before a street opens (without a planned opening: the first years), and at most ``dossiers_per_year`` (empty: no limit) households. ``uptake_shares``: plain readings
    beside the response. ``price_nodes``: heat prices for which the answer is computed; ``bands``: also under other energy prices and at the ends of the weakest
    figures of behaviour, where figures are weighed (``weigh_figures``).
    """

    on: bool = True
    last_year: int = Field(default=2055, ge=2020, le=2100)
    coordination: Literal["cautious", "conditional", "guarantee", "duty"] = "cautious"
    share_asked: float | None = Field(default=None, gt=0, le=1)
    company: Literal["municipal", "cooperative", "private"] = "municipal"
    price_rule: Literal["cost_plus", "gas_parity", "regulated", "offered"] = "cost_plus"
    regulated_charge: Literal["straight_line", "annuity"] = "straight_line"
    offered_price_eur_per_mwh: float | None = Field(default=None, gt=0, le=1_000, validate_default=True)
    price_payer: Literal["", "municipality", "flanders"] = ""
    guidance_share: float = Field(default=0.0, ge=0, le=1)
    campaign_years: int = Field(default=3, ge=0, le=10)
    dossiers_per_year: float | None = Field(default=None, ge=0)
    uptake_shares: tuple[float, ...] = (0.3, 0.5, 0.7)
    price_nodes: int = Field(default=9, ge=5, le=60)
    bands: bool = True

    @field_validator("offered_price_eur_per_mwh")
    @classmethod
    def _price_of_an_offer(cls, price: float | None, info: ValidationInfo) -> float | None:
        rule = info.data.get("price_rule")  # missing when that field has a fault of its own
        if rule == "offered" and price is None:
            raise ValueError(
                'price_rule "offered" needs the promised price in EUR/MWh, VAT included; give it, or choose another price_rule'
            )
        if rule not in (None, "offered") and price is not None:
            raise ValueError(
                f'price_rule is "{rule}", under which no price is promised; leave this out, or set price_rule to "offered"'
            )
        return price

    @field_validator("price_payer")
    @classmethod
    def _payer_of_an_offer(cls, payer: str, info: ValidationInfo) -> str:
        rule = info.data.get("price_rule")
        if payer and rule not in (None, "offered"):
            raise ValueError(
                f'price_rule is "{rule}", under which nobody adds to the price; leave this out, or set price_rule to "offered"'
            )
        return payer

    @field_validator("uptake_shares")
    @classmethod
    def _shares(cls, shares: tuple[float, ...]) -> tuple[float, ...]:
        if any(not 0 < share <= 1 for share in shares) or len(set(shares)) != len(shares):
            raise ValueError("shares above 0 and at most 1, each once")
        return shares
