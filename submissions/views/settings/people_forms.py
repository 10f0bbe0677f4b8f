"""The forms for users and teams. Nobody changes their own role or deactivates themselves."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from submissions.accounts.preferences import language
from submissions.core.text_fields import NO_CHOICE
from submissions.models import Project, Role, Team, User
from submissions.models.people import REVIEWERS
from submissions.views.settings.setting_form import Sections, SettingForm

HELP = {
    "username": _("For sign-in. Capitals make no difference."),
    "name": _("Shown to colleagues and in the audit log."),
    "email": _("Receives notifications. They name references only."),
    "role": _("Decides which pages and actions the person has."),
    "team": _("Agents see the submissions of their team. Required for agents."),
    "review_projects": _("The person sees and reviews submissions of these projects only. Empty: all."),
    "review_teams": _("The person sees and reviews submissions of these teams only. Empty: all."),
    "is_active": _("Off: no sign-in, and every session ends. Records stay."),
}


AREA = ("review_projects", "review_teams")


def _languages() -> list[tuple[str, Any]]:
    return [("", _("Language of the browser")), *language.names().items()]


class PersonForm(SettingForm):
    sections: ClassVar[Sections] = (
        (pgettext_lazy("settings", "Person"), ("name", "username", "email", "language")),
        (_("Access"), ("role", "team", "is_active")),
        (_("Review area"), AREA),
    )
    language = forms.ChoiceField(
        label=_("Language"), choices=_languages, required=False, help_text=_("Of pages and e-mails.")
    )
    review_projects = forms.ModelMultipleChoiceField(
        Project.objects.order_by("name"),
        label=_("Projects"),
        help_text=HELP["review_projects"],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    review_teams = forms.ModelMultipleChoiceField(
        Team.objects.order_by("name"),
        label=_("Teams"),
        help_text=HELP["review_teams"],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        role = self.fields.get("role")
        if isinstance(role, forms.ChoiceField):  # the user of an API token is made with its token
            role.choices = [("", NO_CHOICE), *((one.value, one.label) for one in Role if one != Role.INTEGRATION)]

    class Meta(SettingForm.Meta):
        model = User
        fields: ClassVar = ["username", "name", "email", "role", "team", "is_active", "language", *AREA]
        help_texts = HELP

    def clean_username(self) -> str:
        given: str = self.cleaned_data["username"]
        if User.objects.filter(username__iexact=given).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("Somebody has this user name already; capitals make no difference."))
        return given

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        role = data.get("role", self.instance.role)
        if role == Role.AGENT and "team" in self.fields and not data.get("team"):
            self.add_error("team", _("An agent belongs to a team."))
        is_reviewer = role in REVIEWERS  # the role's area: nobody else has one
        data["review_projects"] = [str(one.pk) for one in data.get("review_projects", ()) if is_reviewer]
        data["review_teams"] = [one.pk for one in data.get("review_teams", ()) if is_reviewer]
        return data


class NewPersonForm(PersonForm):
    class Meta(PersonForm.Meta):
        fields: ClassVar = ["username", "name", "email", "role", "team", "language", *AREA]


class OwnForm(PersonForm):
    """For administrators themselves: without their role and without the field that would lock them out."""

    review_projects = None  # type: ignore[assignment]
    review_teams = None  # type: ignore[assignment]

    class Meta(PersonForm.Meta):
        fields: ClassVar = ["username", "name", "email", "team", "language"]


class TeamForm(SettingForm):
    sections: ClassVar[Sections] = ((pgettext_lazy("settings", "Team"), ("name",)),)

    class Meta(SettingForm.Meta):
        model = Team
        fields: ClassVar = ["name"]
        labels = {"name": _("Team name")}
        help_texts = {"name": _("Shown on submissions and in reports.")}
