"""The mail about a run: to whom it goes, and that it goes once."""

import dataclasses
from collections.abc import Iterator
from threading import Barrier, Thread

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tasks.cli.status import status
from tasks.housekeeping.outbox import send_mail
from tests.turnover.builders import OTHER, Shop, execute, rows_of, sale
from workers import settings
from workers.children import free_port
from workers.ledger import outbox


@dataclasses.dataclass
class Desk:
    """A mail server that keeps what it takes, once it is open."""

    controller: Controller | None = None
    port: int = 0
    refuses: str = ""
    taken: list[tuple[list[str], str]] = dataclasses.field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - as below
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address == self.refuses:
            return "550 onbekende mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        self.taken.append((envelope.rcpt_tos, content.decode()))
        return "250 OK"

    def open(self) -> None:
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self.controller.start()


@pytest.fixture
def desk(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    assert shop
    made = Desk(port=free_port())
    monkeypatch.setenv("SMTP_URL", f"smtp://127.0.0.1:{made.port}")
    settings.current.cache_clear()
    yield made
    if made.controller:
        made.controller.stop()


def admin(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("ADMIN_MAIL", address)
    settings.current.cache_clear()


def recipients() -> list[object]:
    return [recipient for (recipient,) in rows_of("SELECT recipient FROM outbox_mail ORDER BY id")]


def posted(shop: Shop) -> int:
    shop.serves(sale("2600", 0, "1"))
    shop.imports()
    return shop.recorder.mails[-1]


def test_each_finished_run_puts_one_mail_into_the_outbox_clean_ones_too(shop: Shop) -> None:
    shop.serves(sale("2600", 0, "1"))
    first, second = shop.imports(), shop.imports()
    assert rows_of("SELECT run_id FROM outbox_mail ORDER BY run_id") == [(first.run.id,), (second.run.id,)]
    assert shop.recorder.mails == [1, 2]


def test_a_clean_run_is_told_to_the_organisation_alone(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    admin(monkeypatch, "staff@voorbeeld.nl")
    posted(shop)
    assert recipients() == ["beheer@voorbeeld.nl"]


@pytest.mark.parametrize(("code", "account"), [("2606", "1000"), ("2600", "1399"), ("", "1000")])
def test_missing_codes_are_told_to_the_administrator_as_well_in_the_same_mail(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, code: str, account: str
) -> None:
    admin(monkeypatch, "staff@voorbeeld.nl,beheer@voorbeeld.nl")
    shop.serves(sale(code, 0, "1", account))
    shop.imports()
    assert recipients() == ["beheer@voorbeeld.nl,staff@voorbeeld.nl"]


def test_other_failures_are_not_the_administrators(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    admin(monkeypatch, "staff@voorbeeld.nl")
    shop.register("2601", linked=False)
    shop.serves(sale("2601", 0, "1"))
    shop.imports()
    assert recipients() == ["beheer@voorbeeld.nl"]


def test_a_mail_for_nobody_is_kept(shop: Shop, desk: Desk) -> None:
    execute("UPDATE afas_connection SET mail_to = '[]'")
    desk.open()
    mail = posted(shop)
    assert recipients() == [""]
    assert not send_mail(mail)
    assert outbox.due() == []
    assert desk.taken == []
    assert rows_of("SELECT sent_at FROM outbox_mail") == [(None,)]


def test_a_mail_goes_out_whole_and_once(shop: Shop, desk: Desk) -> None:
    desk.open()
    mail = posted(shop)
    assert outbox.due() == [mail]
    assert [send_mail(mail), send_mail(mail)] == [True, False]
    [(to, letter)] = desk.taken
    assert to == ["beheer@voorbeeld.nl"]
    assert "<turnover-run-1.6f07c4dd-0c63-4430-a2af-b9d2b5497697@afasconnector>" in letter
    assert "Omzetimport geslaagd: 1 geschreven, 0 ongewijzigd." in letter
    assert outbox.due() == []


def test_two_senders_at_once_send_it_once(shop: Shop, desk: Desk) -> None:
    desk.open()
    mail, barrier, out = posted(shop), Barrier(4), list[bool]()

    def one() -> None:
        barrier.wait()
        out.append(send_mail(mail))

    threads = [Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(out) == [False, False, False, True]
    assert len(desk.taken) == 1


def test_while_smtp_is_down_the_mail_waits_and_the_import_does_not(shop: Shop, desk: Desk) -> None:
    mail = posted(shop)
    assert rows_of("SELECT state FROM turnover_run") == [("done",)]
    assert not send_mail(mail)
    [(sent, attempts, error)] = rows_of("SELECT sent_at, attempts, error FROM outbox_mail")
    assert (sent, attempts) == (None, 1)
    assert f"127.0.0.1:{desk.port}" in error
    desk.open()
    assert not send_mail(mail), "it is not due yet"
    execute("UPDATE outbox_mail SET due_at = '2000-01-01 00:00:00.000000'")
    assert outbox.due() == [mail]
    assert send_mail(mail)
    assert len(desk.taken) == 1
    assert rows_of("SELECT error, due_at FROM outbox_mail") == [(None, None)]


def test_without_smtp_the_mail_stays_and_counts_no_attempt(shop: Shop) -> None:
    mail = posted(shop)
    assert not send_mail(mail)
    assert rows_of("SELECT attempts, sent_at FROM outbox_mail") == [(0, None)]


def test_a_refused_recipient_keeps_the_mail_from_nobody_else_and_status_tells_of_it_until_one_reaches_all(
    shop: Shop, desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    execute("""UPDATE afas_connection SET mail_to = '["weg@voorbeeld.nl", "beheer@voorbeeld.nl"]'""")
    desk.refuses = "weg@voorbeeld.nl"
    desk.open()
    mail = posted(shop)
    assert [send_mail(mail), send_mail(mail)] == [True, False]
    assert [to for to, _ in desk.taken] == [["beheer@voorbeeld.nl"]]
    assert outbox.due() == []
    [(sent, error)] = rows_of("SELECT sent_at, error FROM outbox_mail")
    assert sent is not None
    assert "weg@voorbeeld.nl" in error
    assert status() == 1
    told = next(line for line in capsys.readouterr().out.splitlines() if " mail:" in line)
    assert told.startswith(" !  mail: de laatste mail kwam niet bij iedereen aan: ")
    assert "weg@voorbeeld.nl" in told
    assert "550 onbekende mailbox" in told
    shop.id = shop.organisation(OTHER)
    execute(f"UPDATE afas_connection SET mail_to = '[\"beheer@voorbeeld.nl\"]' WHERE organisation_id = {shop.id}")
    assert send_mail(posted(shop))
    status()
    assert "kwam niet bij iedereen aan" in capsys.readouterr().out, "another organisation's mail says nothing of it"
    shop.id, desk.refuses = 1, ""
    assert send_mail(posted(shop))
    status()
    assert "kwam niet bij iedereen aan" not in capsys.readouterr().out


def test_a_sender_that_died_holds_no_mail_for_ever(shop: Shop, desk: Desk) -> None:
    desk.open()
    mail = posted(shop)
    claimed = outbox.claim(mail)
    assert claimed
    assert not send_mail(mail)
    assert outbox.due() == []
    execute("UPDATE lease SET expires_at = '2000-01-01 00:00:00.000000'")
    assert outbox.due() == [mail]
    assert send_mail(mail)
