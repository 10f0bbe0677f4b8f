"""Send what is due as a worker does."""

from submissions.customer_messages import send


def send_all() -> int:
    """Send what is due now; return the number of attempts."""
    count = 0
    while send.send_next():
        count += 1
    return count
