"""What pages say of a whole history, kept beside it: each day that changes is counted again, and can be at any time."""

from velora.flows.reporting.count import DAYS_AT_ONCE, count_at_ease, count_due, counted
from velora.flows.reporting.rebuild import Figures, ask_for_all, ask_for_days_before, rebuild_figures, verify_figures

__all__ = [
    "DAYS_AT_ONCE",
    "Figures",
    "ask_for_all",
    "ask_for_days_before",
    "count_at_ease",
    "count_due",
    "counted",
    "rebuild_figures",
    "verify_figures",
]
