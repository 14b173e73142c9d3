"""Texts about deliveries in the overview of everything."""

TEXTS: dict[str, tuple[str, str]] = {
    "glance.stopped": ("aflevering gestopt: {why}. {remedy}", "delivery stopped: {why}. {remedy}"),
    "glance.braked": (
        "batch {batch} gepauzeerd om herhaalde weigeringen ({said}); verder: afasconnector realization retry {batch}",
        "batch {batch} paused for repeated refusals ({said}); to go on: afasconnector realization retry {batch}",
    ),
    "glance.waiting": (
        "batch {batch} wacht op u, {in_doubt} regels onzeker: afasconnector realization status {batch}",
        "batch {batch} waits for you, {in_doubt} lines in doubt: afasconnector realization status {batch}",
    ),
    "glance.notice": ("{count} regels: {what}", "{count} lines: {what}"),
    "glance.replies": (
        "{count} antwoorden aan afzenders niet verstuurd: {error}",
        "{count} replies to senders not sent: {error}",
    ),
    "glance.rejected": (
        "{count} aanleveringen afgewezen in de laatste week, de laatste: {reason}",
        "{count} submits rejected in the last week, the latest: {reason}",
    ),
    "glance.under_way": ("{count} regels onderweg", "{count} lines under way"),
}
