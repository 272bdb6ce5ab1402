"""Tables of a catalog and of behaviour: read, checked, split."""

from kgrec.data.atomic import fresh_folder, replaced_folder
from kgrec.data.cache import cache_folder
from kgrec.data.clean import clean
from kgrec.data.dataset import Dataset, DatasetInfo
from kgrec.data.quality import Finding, QualityReport
from kgrec.data.settings import Settings, read_settings
from kgrec.data.write import write_folder

__all__ = [
    "Dataset",
    "DatasetInfo",
    "Finding",
    "QualityReport",
    "Settings",
    "cache_folder",
    "clean",
    "fresh_folder",
    "read_settings",
    "replaced_folder",
    "write_folder",
]
