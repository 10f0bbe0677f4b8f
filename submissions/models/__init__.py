"""The tables. Facts about one row are properties here, sets are QuerySet methods; other writes live elsewhere."""

from submissions.models.access_review import AccessReview
from submissions.models.alert import Alert
from submissions.models.aml import AmlOutcome, AmlResult, AmlReview, AmlSource, AmlState, AmlVerdict
from submissions.models.api_token import ApiToken, IdempotentRequest, Scope
from submissions.models.audit_stream import AuditStreamCursor
from submissions.models.call import Attempt, Call, CallKind, CallState
from submissions.models.camera import CameraOpening
from submissions.models.capturer import Capturer
from submissions.models.consent import ConsentText
from submissions.models.customer_import import CustomerImport, ImportRow, ImportState, RowState
from submissions.models.customer_message import CustomerMessage, CustomerMessageState, CustomerText
from submissions.models.decision import Decision, Note, Verdict
from submissions.models.difference import Difference, DifferenceKind
from submissions.models.duty import DaysOff
from submissions.models.event import Event
from submissions.models.export import Export, ExportFormat, ExportSource, ExportState
from submissions.models.histogram import Histogram
from submissions.models.image import CaptureSource, Image, Redaction
from submissions.models.image_kind import ImageKind
from submissions.models.invitation import Invitation
from submissions.models.liveform import LiveformLink
from submissions.models.mention import Mention
from submissions.models.message import Delivery, DeliveryState, Endpoint, EndpointKind, Message, MessageKind
from submissions.models.message_settings import Channel, Occasion
from submissions.models.monthly_scores import MonthlyScores
from submissions.models.next_check import CustomerRisk, NextCheck
from submissions.models.people import Role, Team, User
from submissions.models.phone import PhoneLink
from submissions.models.project import Project
from submissions.models.project_choices import Reviewer, VendorState
from submissions.models.quality import FindingAnswer, GoldenCase, QualityCheck, QualitySample
from submissions.models.question import Question
from submissions.models.report_consideration import ReportConsideration
from submissions.models.saved_view import SavedView
from submissions.models.seal import Seal
from submissions.models.search_hash import SearchHash
from submissions.models.signals import SkippedCheck, VendorReport
from submissions.models.submission import Route, Source, Status, Submission
from submissions.models.submission_key import SubmissionKey
from submissions.models.switch import Switch
from submissions.models.training import TrainingRecord
from submissions.models.upload_part import UploadPart
from submissions.models.webhook import WebhookDelivery

__all__ = [
    "AccessReview",
    "Alert",
    "AmlOutcome",
    "AmlResult",
    "AmlReview",
    "AmlSource",
    "AmlState",
    "AmlVerdict",
    "ApiToken",
    "Attempt",
    "AuditStreamCursor",
    "Call",
    "CallKind",
    "CallState",
    "CameraOpening",
    "CaptureSource",
    "Capturer",
    "Channel",
    "ConsentText",
    "CustomerImport",
    "CustomerMessage",
    "CustomerMessageState",
    "CustomerRisk",
    "CustomerText",
    "DaysOff",
    "Decision",
    "Delivery",
    "DeliveryState",
    "Difference",
    "DifferenceKind",
    "Endpoint",
    "EndpointKind",
    "Event",
    "Export",
    "ExportFormat",
    "ExportSource",
    "ExportState",
    "FindingAnswer",
    "GoldenCase",
    "Histogram",
    "IdempotentRequest",
    "Image",
    "ImageKind",
    "ImportRow",
    "ImportState",
    "Invitation",
    "LiveformLink",
    "Mention",
    "Message",
    "MessageKind",
    "MonthlyScores",
    "NextCheck",
    "Note",
    "Occasion",
    "PhoneLink",
    "Project",
    "QualityCheck",
    "QualitySample",
    "Question",
    "Redaction",
    "ReportConsideration",
    "Reviewer",
    "Role",
    "Route",
    "RowState",
    "SavedView",
    "Scope",
    "Seal",
    "SearchHash",
    "SkippedCheck",
    "Source",
    "Status",
    "Submission",
    "SubmissionKey",
    "Switch",
    "Team",
    "TrainingRecord",
    "UploadPart",
    "User",
    "VendorReport",
    "VendorState",
    "Verdict",
    "WebhookDelivery",
]
