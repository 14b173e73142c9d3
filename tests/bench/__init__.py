"""Benchmarks: ratios of the import to a floor that is measured beside it, in the same run, on the same answers."""
