"""The ledger: what was to be done, what was done, and what was told."""
