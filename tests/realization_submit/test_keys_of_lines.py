"""A key is one unfinished or applied insert's in its environment, whoever submits it."""

import json

import pytest
from sqlalchemy.exc import IntegrityError

from tests.foundation.gate import together
from tests.realization_submit.builders import GUID, OTHER, line, lines_of, organisation, rows, settle, submitted
from workers.database import transaction
from workers.ledger.realization import intake
from workers.ledger.realization.models import Batch, Line

pytestmark = pytest.mark.usefixtures("ledger")
ADDRESS = "http://127.0.0.1:9/ProfitRestServices"
PREPARE = "import json; from tests.realization_submit import builders as b"


def again(key: str, **said: str) -> tuple[str, str | None]:
    """State and message of a line that comes with a key that was there before."""
    (one,) = lines_of(submitted(line(key), reference="again", **said)["batch"])
    return one.state, one.message


def test_a_key_that_is_under_way_is_invalid_and_names_the_batch_that_has_it() -> None:
    organisation()
    first = submitted(line("Na-1"))["batch"]
    state, told = again("nA-1")
    assert state == "invalid"
    assert told is not None
    assert f'"nA-1" is nog onderweg in batch {first};' in told
    assert rows(Batch, Line) == {"batch": 2, "line": 2}


def test_a_key_that_was_applied_is_invalid_already_delivered_with_its_id() -> None:
    organisation()
    settle(submitted(line("a"))["batch"], 1, "applied", afas_id="20200")
    state, told = again("a")
    assert state == "invalid"
    assert told is not None
    assert '"a" is al geleverd als regel 20200;' in told


@pytest.mark.parametrize("end", ["refused", "cancelled"])
def test_a_key_whose_line_ended_without_being_applied_is_free(end: str) -> None:
    organisation()
    settle(submitted(line("a"))["batch"], 1, end)
    assert again("a") == ("pending", None)


def test_an_invalid_line_holds_no_key() -> None:
    organisation()
    submitted(line("a", DaTi="soon"))
    assert again("a") == ("pending", None)


def test_organisations_of_one_environment_share_its_keys() -> None:
    organisation(at=ADDRESS)
    organisation(OTHER, at="http://127.0.0.1:9/profitrestservices/")
    submitted(line("a"))
    assert again("a", organisation=OTHER)[0] == "invalid"


def test_each_environment_has_keys_of_its_own() -> None:
    organisation(at=ADDRESS)
    organisation(OTHER, at=ADDRESS.replace(":9/", ":8/"))
    submitted(line("a"))
    assert again("a", organisation=OTHER) == ("pending", None)


def test_made_keys_begin_with_the_installation_and_are_no_two_the_same() -> None:
    organisation()
    first, second = (lines_of(submitted(line(), line(), reference=name)["batch"]) for name in "ab")
    made = [one.xp_re or "" for one in (*first, *second)]
    assert len(set(made)) == 4
    assert len({key[:5] for key in made}) == 1
    assert [len(key) for key in made] == [17] * 4
    assert [key[-2:] for key in made] == ["-1", "-2"] * 2
    assert len({key[5:15] for key in made}) == 2
    assert [one.fields["XpRe"] for one in (*first, *second)] == made


def test_the_database_itself_refuses_a_key_twice() -> None:
    organisation()
    batch = submitted(line("a"), line("b"))["batch"]
    with pytest.raises(IntegrityError):
        settle(batch, 2, "pending", key="a")


def test_one_reference_submitted_at_once_by_many_is_one_batch() -> None:
    organisation()
    act = "print(json.dumps(b.submitted(*(b.line(f'k{n}') for n in range(300)))))"
    (answer,) = set(together(2, PREPARE, act))
    assert json.loads(answer) == {"batch": 1, "lines": 300, "chunks": 1, "invalid": 0}
    assert rows(Batch, Line) == {"batch": 1, "line": 300}


def test_keys_submitted_at_once_by_many_are_each_held_once() -> None:
    organisation(at=ADDRESS)
    organisation(OTHER, at=ADDRESS)
    # Every process has another order, so that each may be first somewhere.
    act = f"""
import os, random
keys = random.Random(os.getpid()).sample(range(300), 200)
guid = random.Random(os.getpid()).choice(['{GUID}', '{OTHER}'])
print(b.submitted(*(b.line(f'k{{n}}') for n in keys), reference=str(os.getpid()), organisation=guid)['invalid'])
"""
    invalid = sum(map(int, together(3, PREPARE, act)))
    found = [one for batch in range(1, 4) for one in lines_of(batch)]
    held = [one.key for one in found if one.state == "pending"]
    assert len(found) == 600
    assert len(held) == len(set(held)) == 600 - invalid
    assert {one.key for one in found} == set(held)


def test_a_key_that_another_way_took_between_our_look_and_our_commit_is_judged_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    organisation()
    first = submitted(line("a"))["batch"]
    settle(first, 1, "refused")
    real = intake.held

    def looked_too_early(*_: object) -> object:
        monkeypatch.setattr(intake, "held", real)
        return {}

    with transaction() as session:
        session.objects.get_one(Line, lines_of(first)[0].id).holds_key = True
    monkeypatch.setattr(intake, "held", looked_too_early)
    state, told = again("a")
    assert state == "invalid"
    assert told is not None
    assert f"batch {first}" in told
