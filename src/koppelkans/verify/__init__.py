"""A second pair of eyes: the certificates of a heat network and of a works calendar, checked by code that shares nothing with the code that made them.

The calendar stands in ``calendar``; ``storage`` sets the rain that streets hold beside a simulation, which proves nothing. The network: is the printed network possible, does it cost what it says, and can no other network be cheaper than the printed bound?
Only whole numbers and fractions (Python's own, without limit) are added and compared: no rounding, no solver, no library of numbers.

The bound. Let each customer v offer to pay r_v for the streets to it. It has a ball of nodes around its own, each with the amount j_v that it
had raised when the node joined; j_v = r_v outside. Along every way from the root to v the steps j_v(x) - j_v(y) >= 0 add up to at least r_v. An edge
from x to y that serves the customers S costs at least the least of some lines (price + slope x kW); when on each line the customers pay
together no more than the price beyond their own kW, the edge costs at least what S pays there. So every network that connects S costs at
least the sum over S of r_v, of carrying its kW (``far``), and of its own pipe. What is paid too much anywhere is taken off the bound.
Method: docs/method.md#network-certificate.
"""

from koppelkans.verify.check import Verdict, verified
from koppelkans.verify.plan_folder import (
    CERTIFICATE,
    WORKS_CERTIFICATE,
    proves_network,
    read_certificate,
    verify_plan,
    verify_works,
)

__all__ = [
    "CERTIFICATE",
    "WORKS_CERTIFICATE",
    "Verdict",
    "proves_network",
    "read_certificate",
    "verified",
    "verify_plan",
    "verify_works",
]
