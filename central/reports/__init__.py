"""What the pages, CSV and JSON show: each report is a pure reading of roll-ups and the plan."""

from central.reports.chain import chain_report
from central.reports.day import store_day
from central.reports.dwell import dwell_report
from central.reports.feedback import feedback_report
from central.reports.rooms import rooms_report
from central.reports.window import UnknownStore

__all__ = ["UnknownStore", "chain_report", "dwell_report", "feedback_report", "rooms_report", "store_day"]
