"""The UpdateConnector PtRealization: insert, change and delete, each one call that is never repeated here."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import msgspec

from workers.afas.address import segment
from workers.afas.client import Client, Write
from workers.afas.errors import AfasError, Unfit
from workers.afas.posting import Clock, Posting, Record, boot_clock
from workers.afas.reply import CONNECTOR, Reply, answered
from workers.texts import text

PATH = f"connectors/{CONNECTOR}"
BY_ACTION = {"action_post": "POST", "action_put": "PUT"}  #: delete styles that send a body

Value = str | int | Decimal | bool | date | None
Fields = Mapping[str, Value]

_JSON = msgspec.json.Encoder(decimal_format="number")


class UpdateConnector:
    """Writing calls through `client`; `delete_style` is id, id_date, action_post or action_put.

    Each call has its token, its connection and its body before it takes its mark and asks `record.begin`; past
    `send_within` seconds it is closed. Until then AfasError is raised, and what `begin` raises; after it comes a Reply.
    """

    def __init__(self, client: Client, send_within: float, delete_style: str = "id", clock: Clock = boot_clock) -> None:
        self._client, self._send_within, self._clock = client, send_within, clock
        self._delete_style = delete_style

    def insert(self, lines: Sequence[Fields], record: Record) -> Reply:
        """POST the lines in their order, by AFAS's field names; values travel exactly as they are."""
        return self._sent(Write("POST", PATH, CONNECTOR, len(lines)), _body(lines), record)

    def change(self, lines: Sequence[Fields], record: Record) -> Reply:
        """PUT the lines in their order, each with Id and DaTi among its fields."""
        return self._sent(Write("PUT", PATH, CONNECTOR, len(lines)), _body(lines), record)

    def delete(self, afas_id: str, day: date | None, record: Record) -> Reply:
        """Delete one line. Raises Unfit when the style needs the line's day and there is none."""
        style = self._delete_style
        if day is None and style != "id":
            raise Unfit("field", text("readback.day", style=style))
        if method := BY_ACTION.get(style):
            body = _body([{"@Action": "delete", "Id": afas_id, "DaTi": day}])
            return self._sent(Write(method, PATH, CONNECTOR, 1), body, record)
        named = f"Id/{segment(afas_id)}" if style == "id" else f"Id,DaTi/{segment(afas_id)},{day}"
        return self._sent(Write("DELETE", f"{PATH}/{CONNECTOR}/{named}", CONNECTOR, 1), b"", record)

    def renew(self) -> bool:
        """Whether the kept token that AFAS just refused (401) is replaced: the call may go again. Asked once a call.

        Raises AfasError when AFAS gives no token.
        """
        return self._client.renew()

    def _sent(self, write: Write, body: bytes, record: Record) -> Reply:
        posting = Posting(body, self._send_within, record, self._clock)
        try:
            reply = self._client.write(write, posting, answered)
        except AfasError as error:
            return posting.failed(error)
        duration, late = posting.facts()
        return replace(reply, duration=duration, sent_late=late)


def _body(lines: Sequence[Fields]) -> bytes:
    return _JSON.encode({CONNECTOR: {"Element": [{"Fields": fields} for fields in lines]}})
