"""What could heat each building, what must happen there first, and what does it cost whom?

Per building the solutions that fit, each with the cheapest package that makes it fit; society's cost and the owner's kept apart
(``heat_options``, ``least_cost``), the choice among them (``heat_choices``), and an indicative heat density per street
(``line_density``). The heat network itself is not here yet.
"""

from koppelkans.heat.choices import heat_choices
from koppelkans.heat.costs import Economics
from koppelkans.heat.density import line_density
from koppelkans.heat.options import heat_options, least_cost

__all__ = ["Economics", "heat_choices", "heat_options", "least_cost", "line_density"]
