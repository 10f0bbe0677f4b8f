"""What lets a submission be found by a value that is not stored; `search.blind_index` says which."""

from django.db import models

from submissions.models.submission import Submission


class SearchHash(models.Model):
    """A keyed hash of one normalised value, so that it can be found without being stored."""

    EMAIL, CUSTOMER, DOCUMENT, IDENTITY, NAME_WORD = "email", "customer", "document", "identity", "name"
    APPLICANT, PERSON = "applicant", "person"  # ids that ARGOS makes: applicant_id and duplicated_information

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="search_hashes")
    kind = models.CharField(max_length=10)
    digest = models.BinaryField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["digest", "submission"], name="search_hash_once")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.submission_id}"
