"""The ledger of realization: batches, chunks, lines, attempts, and what is known of an organisation's read-backs."""
