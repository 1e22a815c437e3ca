"""From labelled spans to statutory tables: regions, rows, layout, placements, decisions."""

from gongkai.inference.assemble.assemble import Assembly, assemble, table_regions

__all__ = ["Assembly", "assemble", "table_regions"]
