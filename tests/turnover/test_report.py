"""The mail and the log lines of a run."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.turnover import report
from tasks.turnover.facts import (
    Changed,
    Failure,
    MissingMethod,
    MissingRegister,
    Proof,
    Run,
    RunFacts,
    SourceFacts,
    Vanished,
)
from tasks.turnover.suggest import Suggestion, SuggestionKind
from tasks.turnover.wording import MOST_LISTED, Wording, plain
from workers import texts
from workers.texts import text

RUN = Run(12, "Voorbeeld Catering", "6f07c4dd", "scheduled", date(2026, 10, 12), date(2026, 11, 21))
CLEAN = RunFacts(
    RUN,
    "done",
    duration=12.34,
    rows=1_920,
    rounded=2,
    days={"written": 12, "unchanged": 1_300},
    proof=Proof(Decimal("1500.5"), {"written": Decimal("500.5"), "unchanged": Decimal(900)}, other=Decimal(100)),
    sources=(SourceFacts("https://a/connectors/X", rows=1_920, registers=("2600",), known_days=1_300),),
)
UNREAD = SourceFacts("https://b/connectors/Y", "failed", "AFAS weigert het token; vul het in", registers=("2700", ""))
COUPLING = "Koppelingsinformatie niet gevonden of standaard omzetgrootboekrekening niet gevonden."
MONEY = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15, places=4)


@pytest.fixture(autouse=True)
def _dutch() -> Iterator[None]:
    texts.use("nl")
    yield
    texts.use("nl")


def body(facts: RunFacts) -> str:
    return report.mail(facts, text)[1]


def verdict(facts: RunFacts) -> str:
    return body(facts).splitlines()[0]


def test_a_clean_run_says_so_in_subject_and_first_line() -> None:
    subject, letter = report.mail(CLEAN, text)
    assert subject == "Voorbeeld Catering: omzetimport geslaagd"
    assert letter.splitlines()[0] == "Omzetimport geslaagd: 12 geschreven, 1.300 ongewijzigd."


def test_a_clean_run_tells_nothing_but_verdict_and_totals() -> None:
    assert body(CLEAN).count("\n\n") == 1


def test_the_totals_end_with_the_closing_proof() -> None:
    assert body(CLEAN).splitlines()[2:] == [
        "Totalen van run 12 (volgens rooster), 12-10-2026 t/m 21-11-2026:",
        "- regels gelezen: 1.920, waarvan afgerond op vier decimalen: 2; duur: 12,3 s",
        "- kassadagen: 12 geschreven, 1.300 ongewijzigd",
        (
            "- sluitcontrole: gelezen 1.500,50 = geschreven 500,50 + ongewijzigd 900,00 + geparkeerd 0,00 "
            "+ mislukt 0,00 + andere bron 100,00; verschil 0,00"
        ),
    ]


def test_english_speaks_english_with_english_amounts() -> None:
    texts.use("en")
    subject, letter = report.mail(CLEAN, text)
    assert subject == "Voorbeeld Catering: turnover import done"
    assert letter.splitlines()[0] == "Turnover import done: 12 written, 1,300 unchanged."
    assert "rows read 1,500.50 = written 500.50" in letter


def test_a_source_without_any_row_is_said_first() -> None:
    facts = replace(CLEAN, sources=(replace(CLEAN.sources[0], rows=0),))
    first = verdict(facts)
    assert first.startswith(
        "Let op: bron https://a/connectors/X gaf geen enkele regel. Meestal verbergt een autorisatie"
    )
    assert "Omzetimport geslaagd" in first
    assert report.mail(facts, text)[0] == "Voorbeeld Catering: omzetimport, AFAS toont minder dan verwacht"


@pytest.mark.parametrize(("vanished", "said"), [(130, False), (131, True)])
def test_more_than_a_tenth_vanished_at_once_is_said_first(*, vanished: int, said: bool) -> None:
    facts = replace(CLEAN, sources=(replace(CLEAN.sources[0], vanished_days=vanished),))
    assert verdict(facts).startswith(f"Let op: bij bron https://a/connectors/X zijn {vanished} van de 1.300") is said


def test_a_source_that_was_not_read_hides_nothing() -> None:
    assert "Let op" not in verdict(replace(CLEAN, sources=(UNREAD,)))


def test_a_failed_run_names_the_source_and_its_remedy_first() -> None:
    facts = RunFacts(RUN, "failed", sources=(UNREAD, replace(UNREAD, source="https://c/connectors/Z")))
    subject, letter = report.mail(facts, text)
    assert subject == "Voorbeeld Catering: omzetimport mislukt"
    assert letter.startswith(f"Omzetimport mislukt. {UNREAD.source}: {UNREAD.message}. Zo ook bronnen: nog 1")


def test_a_failed_run_says_its_own_reason_too_but_nothing_twice() -> None:
    assert verdict(RunFacts(RUN, "failed", "De tijd is om.")) == "Omzetimport mislukt. De tijd is om."
    same = RunFacts(RUN, "failed", UNREAD.message, sources=(UNREAD,))
    assert verdict(same).count(UNREAD.message or "?") == 1


def test_an_unread_source_is_told_with_the_codes_of_its_registers() -> None:
    facts = replace(CLEAN, state="done_with_failures", sources=(*CLEAN.sources, UNREAD))
    assert "Niet gelezen bronnen: 1." in verdict(facts)
    assert f"- {UNREAD.source}: {UNREAD.message} (kassa's: 2700, (leeg))" in body(facts)


def test_a_difference_in_the_closing_proof_is_a_verdict_of_its_own() -> None:
    facts = replace(CLEAN, proof=replace(CLEAN.proof, read=Decimal("1500.4999")))
    assert verdict(facts).startswith("De sluitcontrole klopt niet, verschil -0,0001")
    assert "sluitcontrole klopt niet" in report.mail(facts, text)[0]


def test_undated_rows_count_as_failed_and_are_told() -> None:
    proof = replace(CLEAN.proof, read=Decimal("1503.5"), undated=Decimal(3))
    assert not proof.difference
    assert "mislukt 3,00" in body(replace(CLEAN, proof=proof))
    assert "- in mislukt zit 3,00 van regels zonder leesbare datum" in body(replace(CLEAN, proof=proof))


def test_an_unknown_register_is_told_with_dates_days_total_and_suggestion() -> None:
    known = Suggestion(SuggestionKind.SPELLING, "Automaat Utrecht", "02606")
    missing = MissingRegister("2606", date(2026, 11, 1), date(2026, 11, 20), 12, Decimal("1234.5"), known)
    letter = body(replace(CLEAN, missing_registers=(missing,)))
    assert "Onbekende kassacodes: 1." in letter.splitlines()[0]
    assert "- Register 2606 not found: 01-11-2026 t/m 20-11-2026, dagen: 12, totaal 1.234,50. " in letter
    assert 'Misschien "Automaat Utrecht" met extern id "02606"' in letter


def test_an_empty_register_code_is_visible() -> None:
    missing = MissingRegister("", date(2026, 11, 1), date(2026, 11, 1), 1, Decimal(5))
    assert "- Register (leeg) not found:" in body(replace(CLEAN, missing_registers=(missing,)))


def test_an_unknown_payment_method_is_told_with_its_registers_and_suggestion() -> None:
    nameless = Suggestion(SuggestionKind.WITHOUT_ID, "Bon")
    missing = MissingMethod("1399", 2, Decimal(5), ("2600", "2601"), nameless)
    letter = body(replace(CLEAN, missing_methods=(missing,)))
    assert "- Betaalwijze met ExternId 1399 niet gevonden: dagen: 2, totaal 5,00, kassa's: 2600, 2601. " in letter
    assert 'Misschien "Bon": daar staat nog geen extern id.' in letter


@pytest.mark.parametrize("reason", [*report.REASONS, "something new"])
def test_a_failed_day_is_told_with_its_whole_text_below_a_remedy(reason: str) -> None:
    told = f"Error for register 2600 for date 03-11-2026: {COUPLING}"
    facts = replace(CLEAN, failures=(Failure("2600", date(2026, 11, 3), Decimal(12), told, reason),))
    lines = body(facts).splitlines()
    place = lines.index(f"- 2600, 03-11-2026, 12,00: {told}")
    assert lines[place - 1].startswith("Mislukt")
    assert "Wat er stond, is gebleven" in lines[place - 1]


def test_vanished_changed_complaints_and_notices_are_told() -> None:
    day = date(2026, 11, 4)
    source = replace(CLEAN.sources[0], complaints=("veld Bedrag: 'x' op regel 3",), notice="het datumveld is tekst")
    changed = (Changed("2600", day, Decimal(1000), Decimal("1100.25")), Changed("2601", day, Decimal(7), Decimal(7)))
    facts = replace(CLEAN, sources=(source,), vanished=(Vanished("2600", day, Decimal("99999.9")),), changed=changed)
    letter = body(facts)
    assert "- 2600, 04-11-2026: 99.999,90" in letter
    assert "- 2600, 04-11-2026: 1.000,00 → 1.100,25" in letter
    assert "- 2601, 04-11-2026: 7,00, alleen de verdeling over betaalwijzen" in letter
    assert "- https://a/connectors/X: veld Bedrag: 'x' op regel 3" in letter
    assert "- https://a/connectors/X: het datumveld is tekst" in letter


@pytest.mark.parametrize(("count", "left"), [(MOST_LISTED, None), (MOST_LISTED + 1, 1), (MOST_LISTED + 2000, 2000)])
def test_a_long_list_is_cut_and_says_where_the_rest_is(count: int, left: int | None) -> None:
    vanished = tuple(Vanished(str(code), date(2026, 11, 4), Decimal(code)) for code in range(count))
    letter = body(replace(CLEAN, vanished=vanished))
    assert len(re.findall(r"^- \d+, 04-11-2026", letter, re.MULTILINE)) == MOST_LISTED
    assert ("afasconnector runs show 12" in letter) is (left is not None)
    assert left is None or f"  en nog {text_count(left)}: afasconnector" in letter


def text_count(number: int) -> str:
    return Wording(text).count(number)


@given(foreign=st.text())
def test_no_foreign_text_breaks_a_line(foreign: str) -> None:
    facts = replace(
        CLEAN,
        run=replace(RUN, organisation=foreign),
        failures=(Failure(foreign, date(2026, 11, 3), Decimal(1), foreign),),
        sources=(replace(CLEAN.sources[0], notice=foreign or "x"),),
    )
    calm = replace(facts, run=RUN, failures=(Failure("1", date(2026, 11, 3), Decimal(1), "x"),))
    subject, letter = report.mail(facts, text)
    assert subject.isprintable()
    assert len(letter.splitlines()) == len(body(calm).splitlines())


@given(amount=MONEY)
def test_an_amount_keeps_every_digit_in_both_languages(amount: Decimal) -> None:
    for language, thousands, point in (("nl", ".", ","), ("en", ",", ".")):
        texts.use(language)
        shown = Wording(text).amount(amount)
        whole, decimals = shown.split(point)
        assert Decimal(whole.replace(thousands, "") + "." + decimals) == amount
        assert len(decimals) == 2 or (len(decimals) <= 4 and not decimals.endswith("0"))
        assert all(len(group) == 3 for group in whole.lstrip("-").split(thousands)[1:])


@pytest.mark.parametrize(
    ("amount", "shown"),
    [("0", "0.00"), ("-0.0000", "0.00"), ("1E+3", "1000.00"), ("-.5", "-0.50"), ("67.8910", "67.891")],
)
def test_a_plain_amount_has_two_decimals_or_all_it_needs(amount: str, shown: str) -> None:
    assert plain(Decimal(amount)) == shown
