"""The statistics tables of reports before 2019: indicator, unit, number. They share no cell with the statutory forms."""

from gongkai.inference.legacy.read import LegacyTables, read_legacy

__all__ = ["LegacyTables", "read_legacy"]
