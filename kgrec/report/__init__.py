"""A run on one page: numbers, learning curve, graph, and explanations as pictures."""

from kgrec.report.comparison import lead
from kgrec.report.files import replaced_file
from kgrec.report.picture import write_picture
from kgrec.report.report import Report, write_report

__all__ = [
    "Report",
    "lead",
    "replaced_file",
    "write_picture",
    "write_report",
]
