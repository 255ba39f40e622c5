"""Plans side by side: the same indicators, the largest differences first."""

from __future__ import annotations

import pandas as pd

from koppelkans.errors import DataError
from koppelkans.plan.record import Plan


def compare(*plans: Plan) -> pd.DataFrame:
    """The indicators of two or more plans, differences first.

    Result: index indicator; columns title, title_en, unit, then one value per plan (named by place and scenario, numbered where
    these repeat), difference_share = largest relative distance from the first plan. Raises DataError for less than two plans.
    """
    if len(plans) < 2:
        raise DataError(f"comparing needs two plans or more, found {len(plans)}")
    about = pd.concat([plan["indicators"][["title", "title_en", "unit"]] for plan in plans])
    about = about[~about.index.duplicated()]
    values = pd.concat([plan["indicators"]["value"] for plan in plans], axis=1, keys=plan_names(plans)).reindex(
        about.index
    )
    first = values.iloc[:, 0]
    distance = values.sub(first, axis=0).abs().max(axis=1) / first.abs().where(first != 0)
    result = about.join(values).assign(difference_share=distance.fillna(0.0))
    order = result["difference_share"].sort_values(ascending=False, kind="stable").index
    return result.loc[order]


def plan_names(plans: tuple[Plan, ...]) -> list[str]:
    """A short name per plan: place and scenario, with a number where two are the same."""
    names = pd.Series([f"{plan.place.name} {plan.scenario.name}" for plan in plans])
    number = names.groupby(names).cumcount() + 1
    repeated = names.duplicated(keep=False)
    return [f"{name} ({count})" if again else name for name, count, again in zip(names, number, repeated, strict=True)]


def scenario_differences(*plans: Plan) -> pd.DataFrame:
    """The choices in which the scenarios differ: index key, one column per plan."""
    dumped = [pd.Series(plan.scenario.model_dump(mode="json")).map(str) for plan in plans]
    frame = pd.concat(dumped, axis=1, keys=plan_names(plans))
    differs = frame.nunique(axis=1, dropna=False) > 1
    return frame[differs]
