"""Owner names of sealed secrets: whoever seals and whoever opens a secret use the same name.

Each name begins with the organisation's guid, so that a secret copied to another organisation does not open.
"""


def token(guid: str) -> str:
    """Owner of `AfasConnection.token`."""
    return f"{guid}/afas.token"


def client_secret(guid: str) -> str:
    """Owner of `AfasConnection.client_secret`."""
    return f"{guid}/afas.client_secret"


def access_token(guid: str) -> str:
    """Owner of `AccessToken.token`."""
    return f"{guid}/afas.access_token"


def import_password(guid: str, register_id: int) -> str:
    """Owner of `ImportSetting.password`; `guid` is the register's own organisation's."""
    return f"{guid}/register/{register_id}/import.password"
