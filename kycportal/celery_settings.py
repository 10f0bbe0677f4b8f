"""Celery's settings that do not depend on the environment.

A task is a wake-up and carries no data. The ledger's periodic sweep guarantees the work; redelivery makes it faster.
"""

from datetime import timedelta

from kombu import Queue

CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600,
    "unacked_restore_interval": 1,
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 2,
    "socket_timeout": 5,
}
CELERY_IMPORTS = ["kycportal.health"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# By urgency. A worker without `--queues` consumes all of them; `--queues calls` starts a worker for calls only.
CELERY_TASK_DEFAULT_QUEUE = "upkeep"
CELERY_TASK_QUEUES = [Queue(name) for name in ("calls", "settling", "webhooks", "deliveries", "exports", "upkeep")]
CELERY_TASK_ROUTES = {
    "submissions.tasks.send_prepared_calls": {"queue": "calls"},
    "submissions.tasks.settle_unknown_calls": {"queue": "settling"},
    "submissions.tasks.poll_silent": {"queue": "settling"},
    "submissions.tasks.confirm_webhooks": {"queue": "webhooks"},
    "submissions.tasks.deliver_messages": {"queue": "deliveries"},
    "submissions.tasks.send_customer_messages": {"queue": "deliveries"},
    "submissions.tasks.make_exports": {"queue": "exports"},
    "submissions.tasks.work_on_imports": {"queue": "exports"},
}
# For workers with processes. A thread cannot be interrupted, so tasks of thread workers limit their own duration.
CELERY_TASK_SOFT_TIME_LIMIT, CELERY_TASK_TIME_LIMIT = 540, 570
CELERY_TASK_ANNOTATIONS = {"submissions.tasks.make_exports": {"soft_time_limit": 3500, "time_limit": 3600}}
# Keep Celery from closing the database connection around every task; `kycportal.celery` closes it as a request does.
CELERY_DB_REUSE_MAX = 2**62
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULER = "kycportal.beat.Scheduler"
CELERY_REDBEAT_LOCK_TIMEOUT = 30
CELERY_BEAT_MAX_LOOP_INTERVAL = 5


def _every(seconds: int, task: str, module: str = "submissions.tasks") -> dict[str, object]:
    expires = {"expires": max(seconds, 10)}
    return {"task": f"{module}.{task}", "schedule": timedelta(seconds=seconds), "options": expires}


CELERY_BEAT_SCHEDULE = {
    "send": _every(5, "send_prepared_calls"),
    "settle": _every(10, "settle_unknown_calls"),
    "deadlines": _every(15, "sweep_deadlines"),
    "webhooks": _every(10, "confirm_webhooks"),
    "deliveries": _every(5, "deliver_messages"),
    "messages": _every(60, "keep_messages"),
    "customer_messages": _every(10, "send_customer_messages"),
    "poll": _every(30, "poll_silent"),
    "alerts": _every(60, "raise_alerts"),
    "assignment": _every(60, "assign_submissions"),
    "targets": _every(60, "recompute_targets"),
    "next_checks": _every(3600, "announce_next_checks"),
    "trainings": _every(3600, "remind_of_trainings"),
    "quality": _every(3600, "check_quality"),
    "monitoring": _every(60, "keep_monitoring"),
    "liveform_tokens": _every(60, "remove_liveform_tokens"),
    "histograms": _every(600, "refresh_histograms"),
    "seals": _every(10, "seal_events"),
    "stream": _every(10, "stream_events"),
    "retention": _every(600, "erase_due"),
    "sessions": _every(3600, "clear_sessions"),
    "upload_parts": _every(300, "delete_upload_parts"),
    "api_requests": _every(600, "forget_api_requests"),
    "exports": _every(15, "make_exports"),
    "imports": _every(15, "work_on_imports"),
    "beat": _every(5, "note_heartbeat", "kycportal.health"),
}
