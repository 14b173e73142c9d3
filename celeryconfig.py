"""Celery's settings: queues, routes, schedule and reliability. Values come from workers.settings.

The database is the truth and a message a hint: messages are acknowledged before the work, so the broker never makes one
twice, and what a crash swallows the sweep sends again.
"""

import sys

from kombu import Queue

from workers import home, settings

try:
    _settings = settings.current()
except settings.SettingsError as error:
    sys.stderr.write(f"{error}\n")
    raise SystemExit(2) from None

_LONGEST_CALL = _settings.afas_connect_timeout + _settings.send_within + _settings.afas_read_timeout

imports = ("tasks.turnover.tasks", "tasks.realization.tasks", "tasks.housekeeping.tasks")

# A queue without a routing key of its own would be bound to the default queue's key, and get its messages as well.
task_queues = tuple(Queue(name, routing_key=name) for name in settings.QUEUE_PROCESSES)
task_default_queue = "housekeeping"
task_create_missing_queues = False
task_routes = {
    "turnover.import_organisation": {"queue": "turnover"},
    "turnover.import_register": {"queue": "turnover.registers"},
    "realization.submit": {"queue": "realization"},
    "realization.status": {"queue": "realization"},
    "realization.deliver_chunk": {"queue": "realization.chunks"},
    "housekeeping.dispatch": {"queue": "housekeeping"},
    "housekeeping.sweep": {"queue": "housekeeping"},
    "housekeeping.send_mail": {"queue": "housekeeping"},
    "housekeeping.send_reply": {"queue": "housekeeping"},
}

# A wake-up that nobody took before the next one is worth nothing: without an end they pile up while no worker runs.
beat_schedule = {
    name: {
        "task": f"housekeeping.{name}",
        "schedule": seconds,
        "options": {"queue": "housekeeping", "expires": seconds * 0.9},
    }
    for name, seconds in (("dispatch", _settings.dispatch_seconds), ("sweep", _settings.sweep_seconds))
}

broker_url = home.broker_url(_settings)
broker_connection_retry_on_startup = True
broker_connection_max_retries = None
broker_transport_options = {
    "visibility_timeout": 3600,
    "socket_connect_timeout": 5,
    "socket_timeout": 10,
    "socket_keepalive": True,
    "health_check_interval": 25,
}
task_publish_retry_policy = {"max_retries": 2, "interval_start": 0.1, "interval_step": 0.2, "interval_max": 0.5}

result_backend = home.result_backend(_settings)
result_expires = 86_400
redis_socket_connect_timeout = 5
redis_socket_timeout = 10
redis_socket_keepalive = True

task_serializer = "json"
result_serializer = "json"
accept_content = ["json"]
timezone = _settings.timezone

worker_consumer = "workers.consumer:Consumer"
task_acks_late = False
worker_disable_prefetch = True
worker_prefetch_multiplier = 1
worker_max_tasks_per_child = 200
worker_max_memory_per_child = 400_000  # KiB
# Works on SIGTERM only with REMAP_SIGTERM=SIGQUIT in the environment; else a stop waits for as long as AFAS thinks.
worker_soft_shutdown_timeout = 10
worker_send_task_events = True
task_send_sent_event = True

# An import makes many calls, each with a time-out of its own; its lease ends it.
task_annotations = {
    "*": {"soft_time_limit": _LONGEST_CALL + 60, "time_limit": _LONGEST_CALL + 120},
    "turnover.import_organisation": {"soft_time_limit": None, "time_limit": None},
}
