"""Settings of the simulated next version: today's and one more migration."""

from tests.drills.settings import *  # noqa: F403
from tests.drills.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.drills.next"]
