"""Code that runs in every process of a drill after the models are loaded."""

import os

from django.apps import AppConfig


class Drills(AppConfig):
    name = "tests.drills"
    label = "drills"

    def ready(self) -> None:
        if without := os.environ.get("KYC_DRILL_WITHOUT"):
            from tests.drills import guards

            guards.take_out(without)
