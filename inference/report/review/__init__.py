"""Pages on which a person checks extractions against their sources: one file each, without network, from disk."""
