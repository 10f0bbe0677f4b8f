"""Parse the vendor's replies into frozen dataclasses, tolerating every spelling and shape that its pages show.

`reading` reads single values, `ocr` the values read from an ID, `steps` the replies to calls, `records` the vendor's
own record, `aml` its screening, `webhooks` its notifications. This package uses no network and does not decide about
submissions.
"""

from argos.received import Received
from argos.replies.aml import (
    AmlReading,
    MonitorRecord,
    MonitorReply,
    parse_aml_reading,
    parse_monitor_record,
    parse_monitor_records,
    parse_monitor_reply,
)
from argos.replies.project_state import parse_project_state
from argos.replies.records import VendorAttempt, VendorSubmission, parse_item, parse_items
from argos.replies.steps import (
    KNOWN_STATUSES,
    AccountReply,
    AddressCode,
    DeleteReply,
    ImageReply,
    Retry,
    ReviewReply,
    Step1Reply,
    Step2Reply,
    parse_account,
    parse_address_code,
    parse_delete,
    parse_image,
    parse_review,
    parse_step1,
    parse_step2,
)
from argos.replies.tokens import TokenReply, parse_token, parse_token_removal
from argos.replies.webhooks import KNOWN_TRIGGERS, Webhook, parse_webhook

__all__ = [
    "KNOWN_STATUSES",
    "KNOWN_TRIGGERS",
    "AccountReply",
    "AddressCode",
    "AmlReading",
    "DeleteReply",
    "ImageReply",
    "MonitorRecord",
    "MonitorReply",
    "Received",
    "Retry",
    "ReviewReply",
    "Step1Reply",
    "Step2Reply",
    "TokenReply",
    "VendorAttempt",
    "VendorSubmission",
    "Webhook",
    "parse_account",
    "parse_address_code",
    "parse_aml_reading",
    "parse_delete",
    "parse_image",
    "parse_item",
    "parse_items",
    "parse_monitor_record",
    "parse_monitor_records",
    "parse_monitor_reply",
    "parse_project_state",
    "parse_review",
    "parse_step1",
    "parse_step2",
    "parse_token",
    "parse_token_removal",
    "parse_webhook",
]
