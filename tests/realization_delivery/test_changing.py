"""Changes, approvals and deletions by the recipe itself."""

import pytest

from tasks.realization import resuming
from tests.realization_delivery.builders import DAY, READ_BACK, SWEEP, Office, good
from tests.realization_delivery.builders import calls as written
from tests.simulator import Connector, Field
from workers.database import transaction
from workers.staff.models import AfasConnection


@pytest.fixture
def filled(office: Office) -> Office:
    """An office whose AFAS has ten lines of ours."""
    office.submits([good(n) for n in range(10)], reference="inserts")
    office.works()
    office.passes(60)
    return office


def ids(office: Office) -> dict[str, str]:
    return {str(line.values["XpRe"]): str(number) for number, line in office.afas.book.lines.items()}


def value(office: Office, key: str, field: str) -> object:
    return next(line.values.get(field) for line in office.afas.book.lines.values() if line.values["XpRe"] == key)


def last(office: Office) -> list[tuple[str, str | None]]:
    batch = max(line.batch_id for line in office.lines())
    return [(line.state, line.message) for line in office.lines() if line.batch_id == batch]


def test_lines_are_changed_by_id_in_one_call(filled: Office) -> None:
    lines = [{"Id": number, "Qu": "7.25"} for number in ids(filled).values()]
    calls = len(filled.afas.calls)
    filled.submits(lines, "update", "changes")
    filled.works()
    assert last(filled) == [("applied", None)] * 10
    assert len(filled.afas.calls) == calls + 1
    assert {str(value(filled, key, "Qu")) for key in ids(filled)} == {"7.25"}


def test_lines_are_approved_by_their_key(filled: Office) -> None:
    filled.submits([{"XpRe": f"K-{n}"} for n in range(10)], "approve", "approvals")
    filled.works()
    assert last(filled) == [("applied", None)] * 10
    assert {value(filled, f"K-{n}", "Ap") for n in range(10)} == {True}


def test_a_refused_change_says_why_and_the_others_are_made(filled: Office) -> None:
    filled.afas.person("ready", key="K-3")
    filled.submits([{"XpRe": f"K-{n}", "Qu": "3"} for n in range(10)], "update", "changes")
    filled.works()
    states = [state for state, _ in last(filled)]
    assert states == ["applied"] * 3 + ["refused"] + ["applied"] * 6
    assert last(filled)[3][1]


@pytest.mark.parametrize("style", ["id", "id_date", "action_post", "action_put"])
def test_lines_are_deleted_in_every_style_and_free_their_keys(filled: Office, style: str) -> None:
    with transaction() as session:
        session.objects.get_one(AfasConnection, filled.id).delete_style = style
    filled.submits([{"XpRe": f"K-{n}"} for n in range(3)], "delete", "deletions")
    filled.works()
    assert last(filled) == [("applied", None)] * 3
    assert filled.there() == {f"K-{n}": 1 for n in range(3, 10)}
    filled.submits([good(1)], reference="again")
    filled.works()
    assert last(filled) == [("applied", None)]
    assert filled.there()["K-1"] == 1


def deletes_by(office: Office, style: str, *, read_back: bool = True) -> None:
    with transaction() as session:
        connection = session.objects.get_one(AfasConnection, office.id)
        connection.delete_style = style
        connection.read_back = connection.read_back if read_back else None


@pytest.mark.parametrize("read_back", [True, False])
@pytest.mark.parametrize("style", ["id_date", "action_post", "action_put"])
def test_a_deletion_that_nobody_knows_the_day_of_is_invalid_alone_and_holds_up_nobody(
    office: Office, style: str, *, read_back: bool
) -> None:
    deletes_by(office, style, read_back=read_back)
    theirs = [office.afas.book.insert({**good(n), "XpRe": f"theirs-{n}"}).id for n in range(2)]
    office.afas.person("change", key="theirs-0", DaTi=None)
    lines = [{"Id": theirs[0], "force": True}, {"Id": theirs[1], "DaTi": "2026-11-20", "force": True}]
    office.submits(lines, "delete", "deletions")
    office.submits([good(n) for n in range(10, 13)], reference="inserts")
    office.works()
    (state, said), *others = [(line.state, line.message or "") for line in office.lines()]
    assert (state, others) == ("invalid", [("applied", "")] * 4)
    assert said.startswith("DaTi")
    assert office.elapsed < SWEEP
    assert set(office.there()) == {"theirs-0", "K-10", "K-11", "K-12"}


@pytest.mark.parametrize("style", ["id_date", "action_post", "action_put"])
def test_a_line_of_our_own_is_deleted_on_the_day_that_the_ledger_knows(office: Office, style: str) -> None:
    deletes_by(office, style, read_back=False)
    office.submits([good(1), good(2)], reference="inserts")
    office.works()
    office.submits([{"Id": ids(office)["K-1"], "DaTi": "2026-11-23"}], "update", "moves")
    office.works()
    office.submits([{"XpRe": "K-1", "force": True}, {"Id": ids(office)["K-2"], "force": True}], "delete", "deletions")
    office.works()
    assert last(office) == [("applied", None)] * 2
    assert not office.there()


def test_a_line_that_afas_had_twice_frees_its_key_once_both_were_deleted_through_us(office: Office) -> None:
    office.submits([good(0)], reference="pathfinder")
    office.works()
    office.afas.fault("cut", path="connectors/ptrealization")
    office.submits([good(1)], reference="insert")
    while len(written()) < 2:
        office.takes()
    copied = office.afas.person("copy", key="K-1")
    office.works()
    assert last(office) == [("applied", f"duplicate: {copied.id - 1}, {copied.id}")]
    for step, one in enumerate((copied.id - 1, copied.id)):
        office.submits([good(1)], reference=f"too early {step}")
        assert last(office)[0][0] == "invalid"
        office.submits([{"Id": str(one), "force": True}], "delete", f"deletion {step}")
        office.works()
    office.submits([good(1)], reference="again")
    office.works()
    assert last(office) == [("applied", None)]
    assert office.there() == {"K-0": 1, "K-1": 1}


def test_a_deletion_of_an_approved_line_needs_force(filled: Office) -> None:
    filled.afas.person("approve", key="K-2")
    filled.submits([{"XpRe": "K-2"}, {"XpRe": "K-4"}], "delete", "gentle")
    filled.works()
    assert [state for state, _ in last(filled)] == ["invalid", "applied"]
    filled.submits([{"XpRe": "K-2", "force": True}], "delete", "forced")
    filled.works()
    assert last(filled) == [("applied", None)]
    assert "K-2" not in filled.there()


def test_what_was_received_earlier_goes_first_though_it_names_by_key_what_the_later_one_names_by_id(
    filled: Office,
) -> None:
    row = filled.afas.person("copy", key="K-9")
    filled.afas.person("change", id=row.id, XpRe="theirs")
    filled.submits([{"XpRe": "theirs", "Qu": "5"}], "update", "first")
    filled.messages.clear()
    filled.submits([{"Id": str(row.id), "Qu": "6"}], "update", "second")
    for _ in range(3):
        filled.takes()
    filled.works()
    assert last(filled) == [("applied", None)]
    assert [line.state for line in filled.lines() if line.xp_re == "theirs"] == ["applied"]
    assert str(value(filled, "theirs", "Qu")) == "6"


@pytest.mark.parametrize(("action", "line"), [("update", {"XpRe": "theirs", "Qu": "5"}), ("delete", {"Id": "20999"})])
def test_what_only_a_read_back_could_tell_of_a_line_is_asked_of_its_sender_where_there_is_none_any_more(
    filled: Office, action: str, line: dict[str, str]
) -> None:
    filled.submits([{"Id": number, "Qu": "7"} for number in ids(filled).values()], "update", "others")
    filled.submits([line, {"XpRe": "K-1", "Qu": "3", "force": True}], action, "changes")
    with transaction() as session:
        session.objects.get_one(AfasConnection, filled.id).read_back = None
    filled.works()
    assert [state for state, _ in last(filled)] == ["invalid", "applied"]
    assert next(iter(line.values())) in str(last(filled)[0][1])


def test_where_there_is_no_read_back_any_more_our_own_deliveries_tell_which_line_a_key_names(filled: Office) -> None:
    filled.submits([good(11)], reference="young")
    filled.submits([{"XpRe": "K-11", "Qu": "5"}], "update", "changes")
    with transaction() as session:
        session.objects.get_one(AfasConnection, filled.id).read_back = None
    filled.works()
    assert last(filled) == [("applied", None)]
    assert str(value(filled, "K-11", "Qu")) == "5"


def test_a_persons_later_change_is_never_overwritten_after_an_unknown_outcome(filled: Office) -> None:
    filled.afas.fault("reset", path="connectors/ptrealization", commits=0)
    filled.submits([{"XpRe": "K-5", "Qu": "5"}, {"XpRe": "K-6", "Qu": "6"}], "update", "changes")
    calls = len(filled.afas.calls)
    while len(filled.afas.calls) == calls:
        filled.takes()
    filled.afas.person("change", key="K-5", Qu="9")
    filled.works()
    assert [state for state, _ in last(filled)] == ["conflict", "applied"]
    assert str(value(filled, "K-5", "Qu")) == "9"


@pytest.mark.parametrize("by", ["XpRe", "Id"])
@pytest.mark.parametrize("action", ["update", "delete"])
def test_what_comes_in_after_an_adoption_is_looked_at_before_it_goes_as_well(
    filled: Office, action: str, by: str
) -> None:
    row = filled.afas.person("copy", key="K-1")
    filled.afas.person("change", id=row.id, XpRe="theirs")
    filled.afas.person("approve", key="theirs")
    resuming.adopt()
    filled.passes(3600)
    filled.submits([{by: "theirs" if by == "XpRe" else str(row.id), "Ds": "anders"}], action, "changes")
    filled.works()
    [line] = [line for line in filled.lines() if line.batch_id == 2]
    assert line.before is not None
    assert line.state == ("applied" if action == "update" else "invalid")


def test_without_a_connector_what_was_received_earlier_goes_first_though_it_names_by_key(office: Office) -> None:
    office.submits([good(0)], reference="inserts")
    office.submits([{"XpRe": "K-0", "Ds": "eerst"}], "update", "first")
    while not office.states()["applied"]:
        office.takes()
    office.submits([{"Id": ids(office)["K-0"], "Ds": "daarna"}], "update", "second")
    with transaction() as session:
        session.objects.get_one(AfasConnection, office.id).read_back = None
    office.messages = office.messages[-1:]
    office.takes()
    office.works()
    assert office.states() == {"applied": 3}
    assert value(office, "K-0", "Ds") == "daarna"


@pytest.mark.parametrize(("commits", "calls"), [(0, 2), (1, 1)])
def test_after_an_unknown_outcome_a_line_is_known_by_another_date_than_its_day_too(
    filled: Office, commits: int, calls: int
) -> None:
    filled.afas.person("change", key="K-5", ExDa="2026-11-19")
    filled.afas.read_back.shows["ExDa"] = "Vervaldatum"
    with transaction() as session:
        shown = READ_BACK | {"fields": {"ExDa": "Vervaldatum", "Qu": "Aantal"}}
        session.objects.get_one(AfasConnection, filled.id).read_back = shown
    deeds, sent = len(filled.afas.book.journal), len(written())
    filled.afas.fault("cut", path="connectors/ptrealization", commits=commits, goes_on=False)
    filled.submits([{"XpRe": "K-5", "ExDa": "2026-12-01"}], "update", "changes")
    filled.works()
    assert last(filled) == [("applied", None)]
    assert len(written()) == sent + calls
    assert len(filled.afas.book.journal) == deeds + 1


def test_a_view_that_shows_a_line_more_than_once_proves_nothing_of_what_its_rows_contradict_each_other_in(
    office: Office,
) -> None:
    theirs = [office.afas.book.insert({**good(n), "Qu": "2.00", "XpRe": f"theirs-{n}"}).id for n in range(6)]
    kinds = {"id": "int", "date": "date", "created": "date", "modified": "date", "Qu": "decimal"}
    names = {**{place: str(READ_BACK[place]) for place in ("id", "date", "created", "modified")}, "Qu": "Aantal"}
    fields = [Field(name, kinds[ours]) for ours, name in names.items()]
    same = {"Externe_sleutel": "theirs", "Datum": DAY, "Aangemaakt_op": DAY, "Gewijzigd_op": DAY}
    rows = [{"Regelnummer": one, "Aantal": quantity, **same} for one in theirs for quantity in (2, 7)]
    office.afas.connectors["Staff_Join"] = Connector("Staff_Join", [*fields, Field("Externe_sleutel")], rows)
    with transaction() as session:
        shown = {**READ_BACK, "connector": "Staff_Join", "fields": {"Qu": "Aantal"}}
        session.objects.get_one(AfasConnection, office.id).read_back = shown
    office.afas.fault("cut", path="connectors/ptrealization", commits=0, goes_on=False, times=6)
    office.submits([{"Id": str(one), "Qu": "7.00"} for one in theirs], "update", "changes")
    office.works()
    assert last(office) == [("applied", None)] * 6
    assert {str(value(office, f"theirs-{n}", "Qu")) for n in range(6)} == {"7.00"}
