"""The long proofs: real processes that are killed, stopped and robbed of their broker and their database."""
