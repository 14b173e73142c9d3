"""What delivery asks of the ledger with each message takes no longer for all the chunks that have ended."""

import pytest
from sqlalchemy import Executable, insert, select

from tests.realization_delivery.asked import rows_read
from tests.realization_delivery.builders import Office
from workers.database import table_of, transaction
from workers.ledger.realization import slots, standing, waiting, work
from workers.ledger.realization.models import Batch, Chunk

OLD = 4000
ASKED = {
    "who waits for a call": slots._all_waiting,
    "where a chunk stands": standing._standing,
    "whether a call may begin": work._all_wait,
    "whether others send": waiting._others_send,
    "who reads back next": waiting._next_to_read_back,
    "who is read back": waiting._all_for_read_back,
    "whom the sweep wakes": waiting._hints_due,
}


@pytest.mark.parametrize("what", ASKED)
def test_what_moves_is_found_without_reading_all_that_has_ended(small: Office, what: str) -> None:
    with transaction() as session:
        for model in (Batch, Chunk):
            [ended] = session.execute(select(table_of(model))).mappings()
            own = {"id", "batch_id", "reference"} & ended.keys()
            rows = [{**ended, **dict.fromkeys(own, number)} for number in range(1000, 1000 + OLD)]
            session.execute(insert(table_of(model)), rows)
    given = {"owner": small.id, "chunk": 1, "environment": 1, "lines": [1], "count": 1, "watched": True}
    asked: Executable = ASKED[what]()
    assert rows_read(asked, given | {"most_fruitless": 8}) < OLD // 10
