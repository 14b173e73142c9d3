"""Texts about running processes: broker, up, status."""

TEXTS: dict[str, tuple[str, str]] = {
    "running.posix": (
        "up werkt onder Linux en macOS; stel hier BROKER_URL in of gebruik alleen TURNOVER (Taakplanner)",
        "up works on Linux and macOS; set BROKER_URL here or use TURNOVER alone (Task Scheduler)",
    ),
    "running.already": (
        "er draait al een up in {home}; stop die eerst of kies een andere AFASCONNECTOR_HOME",
        "another up runs in {home}; stop that one first or choose another AFASCONNECTOR_HOME",
    ),
    "running.no_broker": (
        "geen valkey-server of redis-server (7 of nieuwer) gevonden; installeer er een of stel BROKER_URL in",
        "no valkey-server or redis-server (7 or newer) found; install one or set BROKER_URL",
    ),
    "running.broker_busy": (
        "een andere broker gebruikt {path} nog; stop die eerst",
        "another broker still uses {path}; stop that one first",
    ),
    "running.broker_silent": (
        "de broker start niet; de reden staat in {log}",
        "the broker does not start; the reason is in {log}",
    ),
    "running.read_timeout": (
        "AFAS_READ_TIMEOUT={value} is korter dan AFAS_SERVER_TIMEOUT={server}: veilig, maar regels raken in twijfel",
        "AFAS_READ_TIMEOUT={value} is below AFAS_SERVER_TIMEOUT={server}: safe, but lines come in doubt",
    ),
    "running.dropped": (
        "een bericht kan niet gelezen worden en is weggegooid ({why})",
        "a message can't be read and was dropped ({why})",
    ),
    "running.home": ("Map: {home}", "Home: {home}"),
    "running.runs": ("{name} draait (proces {pid})", "{name} runs (process {pid})"),
    "running.flower": (
        "Flower: {address} (gebruiker:wachtwoord in {login})",
        "Flower: {address} (user:password in {login})",
    ),
    "running.stop": ("Stoppen: Ctrl-C", "Stop: Ctrl-C"),
    "running.died": (
        "{name} is gestopt (code {code}); start opnieuw over {pause} s, zie {log}",
        "{name} ended (code {code}); starts again in {pause} s, see {log}",
    ),
}
