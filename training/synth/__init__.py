"""Synthetic pages: consistent reports, written as pages, flattened and damaged, with exact gold."""
