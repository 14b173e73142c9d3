"""The example organisation: a caterer with twelve registers, as the simulator has bookings of, and project lines."""

from pathlib import Path

GUID = "6f07c4dd-0c63-4430-a2af-b9d2b5497697"
CONNECTOR = "Cateringmanager_automatenomzet"
MAIL_TO, ADMIN_MAIL = "applicatiebeheer@voorbeeld.nl", "beheer@example.nl"
DEFAULT_ACCOUNT = "8000"
DAYS_BACK = 40
REGISTERS = tuple(str(code) for code in range(2600, 2613) if code != 2606)
UNKNOWN = "2606"  #: a code in AFAS that no register has at first

HEAD = """\
organisations:
  - guid: {guid}
    name: Voorbeeld Catering
    afas:
      environment: {url}
      token: {token}
      mail_to: {mail_to}
      read_back:
        {{connector: Staff_Realization, id: Regelnummer, external_key: Externe_sleutel, date: Datum,
          created: Aangemaakt_op, modified: Gewijzigd_op,
          fields: {{EmId: Medewerker, ItCd: Itemcode, Qu: Aantal, Ap: Geaccordeerd, Pr: Gereedgemeld}}}}
    turnover:
      {{active: true, daily_at: "00:00", days_back: {days}, turnover_group: OA, default_turnover_account: "{account}"}}
    payment_methods:
      - {{name: Contanten naar kantoor-kas, external_id: "1000"}}
      - {{name: PIN, external_id: "1310"}}
      - {{name: Automatenomzet, external_id: "8000"}}
    registers:
"""
REGISTER = """\
      - name: Automaat {code}
        external_id: "{code}"
        import: {{uri: {url}/connectors/{connector}?skip=-1&take=-1}}
"""


def write(path: Path, afas: dict[str, str], registers: tuple[str, ...]) -> None:
    """Write the configuration file of the organisation with these registers."""
    head = HEAD.format(
        guid=GUID, url=afas["url"], token=afas["token"], mail_to=MAIL_TO, days=DAYS_BACK, account=DEFAULT_ACCOUNT
    )
    tail = [REGISTER.format(code=code, url=afas["url"], connector=CONNECTOR) for code in registers]
    path.touch(mode=0o600)
    path.write_text(head + "".join(tail), encoding="utf-8")
