"""Lines, orders and verdicts as the tests of the intake need them."""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from tasks.realization.intake.demands import KnownLine, Order
from tasks.realization.intake.fields import Catalogue, shipped
from tasks.realization.intake.rules import Judged, validate
from workers.texts import text

law = settings(deadline=None)  #: a busy machine breaks no law
Known = dict[tuple[str, str], KnownLine]
CUSTOM = "U1C6CA2FC43CB274EF4972DAE5AF3A66C"
LINE = {"DaTi": "2026-11-20", "EmId": "1000", "ItCd": "300", "Qu": "4.00", "XpRe": "na-12-gw"}

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.decimals()
    | st.text(st.characters(exclude_categories=()))
    | st.builds(pow, st.just(10), st.just(5000))
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from([*shipped().fields, CUSTOM, "force", "dati", "Medewerker", "{field}", "\ud800"])
ANY_LINE = JSON | st.dictionaries(NAMES | st.text(max_size=4), JSON, max_size=6)


def order(
    action: str = "insert", catalogue: Catalogue | None = None, known: Known | None = None, *, later: bool = False
) -> Order:
    return Order(action, catalogue or shipped(), "ABCDE", "0123456789", known or {}, later)


def judge(line: Any, *, by: Order | None = None) -> Judged:
    (judged,) = validate([line], by or order(), text)
    return judged


def insert(**fields: Any) -> Judged:
    """A good line, but for `fields`; None leaves a field out."""
    return judge({name: value for name, value in {**LINE, **fields}.items() if value is not None})


def wrong_fields(judged: Judged) -> list[str]:
    return [reason.field for reason in judged.reasons]
