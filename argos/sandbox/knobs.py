"""The options that a tester can set: readings of the contract, a project's settings, faults. Data only."""

from dataclasses import dataclass, field

SUBMISSION_ID_HOURS = 4


@dataclass
class Knobs:
    """Options for ambiguous parts of the contract and for faults. docs/sandbox.md lists the defaults."""

    shared_budget: bool = True  # failed ID images count towards the three attempts (C2)
    reject_at: int = 3  # the retry count at which a failure rejects; 2 is the other reading (C1)
    account_reject_at: int = 3  # failed account checks that reject; 0: never
    pending_times_out: bool = False  # whether the 24 hours also end a pending submission
    first_step2_hours: float = SUBMISSION_ID_HOURS  # 0: no separate limit (C3)
    lag_seconds: float = 0  # GET shows an older state
    hides_attempts: bool = False
    ignores_userid: bool = False  # GET by userid lists every submission
    spelling_variants: bool = False  # C5 and C9
    retry_shape: str = "array"  # "array", "object" or "string" (C6)
    error_shape: str = "code_and_message"  # or "code", "message_and_status" (C21)
    encrypts: bool = False
    vehicle_value: str = ""  # the only spelling that Step 2 accepts; "" accepts both
    strict_parameters: bool = True  # refuse a parameter that the vendor does not name
    strict_formats: bool = True
    strict_occupancy_code: bool = False  # accept three digits only (C20)
    oversize_status: int = 413
    reports_state: str = (
        ""  # the member that reports the project's state: "project_options", "projection", "projectState"
    )
    retry_entries: int = 1  # entries of `retry`, at Step 1 and 2
    trial_submissions: int = 15  # a TRIAL project takes so many
    looks_at_faces: bool = True
    several_faces_code: str = "multiple_faces_detected"
    no_face_code: str = "face_not_detected"
    sends_webhooks: bool = True
    sends_submit_webhook: bool = True  # C8
    webhook_delay: float = 0  # seconds of real time
    webhook_times: int = 1  # 2: duplicated; 0: lost
    webhook_reversed: bool = False  # the newest first, among those that wait for webhook_delay
    date_skew: float = 0  # seconds added to the Date header only
    latency: float = 0  # minimum duration of every call in seconds


@dataclass
class Project:
    """One API key with the settings of the vendor's dashboard."""

    key: str
    admins: list[str] = field(default_factory=lambda: ["reviewer@example.com"])
    reviewer: str = "client"
    id_authentication: bool = True
    address_codes: bool = False
    address_image: bool = False
    account_occupancy: bool = False
    automated_only: bool = False  # "Automated Processing Only": a pending result becomes rejected
    webhook_url: str = ""
    pid: str = ""  # names the project in the address of its Liveform; "": it has none
    allowed: bool = True  # False: the caller's IP address is not on the project's list
    state: str = "OPEN"  # TEST, TRIAL or CLOSE (contract, section 15)
    emergency_stop: bool = False


@dataclass
class Fault:
    """`kind`: a key of `fault_injection.GATEWAY`, or slow, cut, half. `endpoint` "*": any. `submission` "": any.

    `when`: before or after the call is processed. `times`: remaining uses; 0 is unlimited. `seconds`: for slow.
    """

    endpoint: str
    kind: str
    when: str = "before"
    times: int = 1
    chance: float = 1.0
    seconds: float = 0
    submission: str = ""
