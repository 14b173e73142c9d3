"""A batch's prospects, found anew after each read-back and kept with the batch."""

from collections.abc import Iterable

from tasks.realization import fields
from tasks.realization.prospects import prospects, shared
from workers.database import reading, transaction
from workers.ledger.realization import expectations


def estimate(batches: Iterable[int]) -> None:
    """Look at these batches, and keep what is to be expected of the lines that they still have."""
    for batch in batches:
        with reading() as session:
            tried = expectations.tried(session, batch)
            failed, taken = [fields.Values(one) for one in tried.failed], fields.taken(tried.prospects)
            codes = [code for code in shared(failed) if code not in taken]
            bad = {code for code in codes if not expectations.took(session, batch, *code)}
        found = prospects(tried.applied, failed, bad)
        with transaction() as session:
            expectations.expect(session, batch, fields.expected(found, taken | (set(codes) - bad)))
