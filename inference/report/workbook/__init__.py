"""Extractions as a workbook: the statutory tables drawn on a sheet for each document, and tidy sheets for all of them."""

from gongkai.inference.report.workbook.book import Book

__all__ = ["Book"]
