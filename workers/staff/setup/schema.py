"""The form of the configuration file: which keys it knows, and how the value of each is read."""

from workers.staff.setup.readers import (
    Reader,
    Schema,
    addresses,
    clearable,
    days,
    flag,
    guid,
    listing,
    mapping,
    names,
    one_of,
    secret,
    sign,
    text,
    time,
)

_ITEM: Schema = {"name": text, "external_id": text}
_IMPORT: Schema = {
    "import_class": text,
    "uri": text,
    "password": clearable(secret),
    "default_turnover_account": clearable(text),
    "fields": names,
}
_READ_BACK: Schema = {
    **dict.fromkeys(("connector", "id", "external_key", "date", "created", "modified"), text),
    "fields": names,
}
_AFAS: Schema = {
    "same_as": guid,
    "environment": text,
    "token": secret,
    "oauth": mapping({"client_id": text, "client_secret": secret}, required=("client_id", "client_secret")),
    "mail_to": addresses,
    "read_back": clearable(mapping(_READ_BACK, required=("connector", "id", "external_key", "date"))),
    "delete_style": one_of("id", "id_date", "action_post", "action_put"),
}
_TURNOVER: Schema = {
    "active": flag,
    "daily_at": time,
    "days_back": days,
    "turnover_group": text,
    "other_turnover_groups": listing(text),
    "sign": sign,
    "default_turnover_account": clearable(text),
}
_ORGANISATION: Schema = {
    "guid": guid,
    "name": text,
    "afas": mapping(_AFAS),
    "turnover": mapping(_TURNOVER),
    "payment_methods": listing(mapping(_ITEM)),
    "registers": listing(
        mapping({**_ITEM, "turnover_groups": listing(mapping(_ITEM)), "import": mapping(_IMPORT)}),
    ),
}
FILE: Reader = mapping({"organisations": listing(mapping(_ORGANISATION, required=("guid",)))}, ("organisations",))
