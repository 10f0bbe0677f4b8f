"""The settings of the database: SQLite in the data folder, or what DATABASE_URL names."""

from pathlib import Path
from typing import Any

from kycportal import env

# The ledger must survive a power failure: synchronous FULL, at the cost of one fsync per commit.
SQLITE = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
}
# Timeouts that detect a PostgreSQL host that disappeared; the URL overrides them. Seconds; the last one in ms.
GONE_AFTER = {
    "connect_timeout": 5,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}
# PostgreSQL compiles a query that it expects to be expensive. For the figures of a page, which are many bounded counts,
# this took 0.1 to 2 seconds. A pooler refuses the option (docs/operations.md).
WITHOUT_COMPILING = {"options": "-c jit=off"}
# A new connection makes its first page some 50 ms slower: it is opened, and PostgreSQL has cached nothing for it.
CONNECTION_LASTS = 3600  # seconds


def embedded(folder: Path) -> dict[str, Any]:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(folder / "db.sqlite3"), "OPTIONS": SQLITE}


def of_url(url: str, *, is_pooled: bool) -> dict[str, Any]:
    """Return the settings of DATABASE_URL. `is_pooled`: a transaction pooler is in front of PostgreSQL."""
    config = env.database("DATABASE_URL", url, conn_max_age=CONNECTION_LASTS, conn_health_checks=True)
    if config["ENGINE"].endswith("sqlite3"):
        config["OPTIONS"] = SQLITE
    elif config["ENGINE"].endswith("postgresql"):
        config["OPTIONS"] = GONE_AFTER | ({} if is_pooled else WITHOUT_COMPILING) | config.get("OPTIONS", {})
        config["DISABLE_SERVER_SIDE_CURSORS"] = is_pooled
    return config
