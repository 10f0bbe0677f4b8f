"""Settings of the version after this one, in a drill: everything of today's and one migration more."""

from tests.drills.settings import *  # noqa: F403
from tests.drills.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.drills.next"]
