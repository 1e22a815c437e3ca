"""From a page to its statutory tables."""

from gongkai.inference.extract import Extractor

__all__ = ["Extractor"]
