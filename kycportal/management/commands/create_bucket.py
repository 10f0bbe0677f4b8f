"""`manage.py create_bucket`: create the bucket of STORAGE_URL if it does not exist."""

from typing import Any

from botocore.exceptions import ClientError
from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand, CommandError

from kycportal import s3

FIRST_REGION = "us-east-1"
OURS_ALREADY = "BucketAlreadyOwnedByYou"


class Command(BaseCommand):
    help = "Create the bucket of STORAGE_URL if it does not exist. Without STORAGE_URL there is none to create."

    def handle(self, *args: Any, **options: Any) -> None:
        if not isinstance(default_storage, s3.SealedStorage):
            raise CommandError("STORAGE_URL names no bucket.")
        # S3 takes a region other than its first one only as a location; other servers ignore it.
        region = default_storage.region_name or FIRST_REGION
        place = {} if region == FIRST_REGION else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        with s3.as_os_errors(default_storage.bucket_name):
            try:
                default_storage.connection.create_bucket(Bucket=default_storage.bucket_name, **place)
            except ClientError as error:
                if error.response.get("Error", {}).get("Code") != OURS_ALREADY:
                    raise
        self.stdout.write(f"The bucket {default_storage.bucket_name} exists.")
