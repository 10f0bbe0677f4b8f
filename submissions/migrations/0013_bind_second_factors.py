"""Secrets of second factors lay under one fixed label; now each is bound to its kind and its person."""

from typing import Any

from django.db import migrations

from submissions.core import encryption

KINDS = ("secret", "seed")
BEFORE = "authenticator.secret"


def bind(apps: Any, schema_editor: Any) -> None:
    try:
        authenticator = apps.get_model("mfa", "Authenticator")
    except LookupError:  # without its table there is no second factor yet
        return
    rows = authenticator.objects.using(schema_editor.connection.alias)
    for row in rows.order_by("pk"):
        loose = {kind: row.data[kind] for kind in KINDS if ":" not in row.data.get(kind, ":")}
        for kind, stored in loose.items():
            plain = encryption.unwrap(BEFORE, bytes.fromhex(stored)).decode()
            owner = f"{kind}:{row.user_id}"
            row.data[kind] = f"{owner}:{encryption.wrap(f'mfa_authenticator.data:{owner}', plain.encode()).hex()}"
        if loose:
            row.save(update_fields=["data"])


class Migration(migrations.Migration):
    contracts = "No released version reads loose secrets; an older host refuses codes until it is replaced, and harms none"

    # Not on mfa, whose own migrations depend on the portal's first: 0001_squashed_0066 replaces this one too.
    dependencies = [("submissions", "0012_name_shown_fields")]
    operations = [migrations.RunPython(bind)]
