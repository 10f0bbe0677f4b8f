"""A record with every signal that the contract names."""

from typing import Any

RECORD: dict[str, Any] = {
    "submission_id": "6xx28lo115832",
    "applicant_id": "ap-1",
    "duplicated_information": "du-1",
    "recognition_score": "93.5",
    "argos_score": 71,
    "verification": {"faceAge": [31, 38]},
    "data": {"ip_address": "203.0.113.9", "age_group": "30s", "name": "Hong Gildong", "idcard_expireDate": "2030.1.2"},
    "image": {"idImage": "x", "idBackImage": None, "selfieImage": "y"},
    "OCR_raw": {
        "fullName": {"value": "HONG", "score": 0.41, "accepted": False, "coordinates": {"x": 1, "y": 2, "w": 3, "h": 4}}
    },
    "aml_result": {"currentstatus": "Red Flag", "risk_level_summary": "HIGH", "openCount": 2, "tags": ["pep"]},
    "warning": [
        {
            "WarningOccurred": "id_liveness_screen_replay",
            "userDataType": "ID_card_uploaded",
            "relatedEngine": "id_liveness",
            "occurrenceTime": "2026-04-30T15:00:00Z",
        }
    ],
}
