"""Columns that the lists load of a submission."""

# In a row of any list, and the additional ones of a row in review.
LISTED = (
    *("reference", "status", "values_sealed", "issuing_country", "id_type", "vendor_count", "selfies_sent"),
    *("created_at", "target_at", "deadline_at", "has_skipped_check", "project__name", "project__clock_offset"),
    *("route", "callback_at", "decided_at"),
)
REVIEWED = (
    *("edited_count", "has_difference", "face_similarity", "liveness", "retry_code", "is_reserved", "pending_at"),
    *(
        "claimed_by",
        "claimed_until",
        "snoozed_until",
        "escalated_at",
        "project__reviewer",
        "project__face_threshold",
        "project__liveness_threshold",
    ),
)
