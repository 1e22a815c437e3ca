"""From a page to its statutory tables."""

from gongkai.inference.extract import Extractor
from gongkai.inference.output import to_dict, to_pandas, to_rows

__all__ = ["Extractor", "to_dict", "to_pandas", "to_rows"]
