"""Rules for every response. This module imports no models, so that a client process can use it."""

TRACES = (
    b"Traceback (most recent call last)",
    b'File "/',
    b"site-packages",
    b"DoesNotExist",
    b"sqlite3.",
    b"psycopg",
    b"OperationalError",
)


def problem_of(status: int, body: bytes) -> str:
    """Return what is wrong with a response; "" if it is one of the portal's own."""
    if status >= 500:
        return f"status {status}"
    told = [trace.decode() for trace in TRACES if trace in body]
    return f"tells {told}" if told else ""
