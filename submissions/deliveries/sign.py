"""Sign a body as the Standard Webhooks specification says, with each secret that is valid now."""

from datetime import datetime

from standardwebhooks.webhooks import Webhook


def headers(message_id: str, sent_at: datetime, body: str, secrets: list[str]) -> dict[str, str]:
    """Return the three headers; during a rotation there are two signatures, of which the receiver checks either."""
    if not secrets:  # a chat product
        return {}
    signatures = [Webhook(secret).sign(message_id, sent_at, body) for secret in secrets]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(sent_at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
