"""The form for a new submission."""

import uuid
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from argos import limits, matrix
from submissions.capture.fields.country_field import CountryField
from submissions.capture.fields.form_fields import choice_label
from submissions.core import vendor_text
from submissions.core.text_fields import EmailField, TextField, set_messages
from submissions.demo import scenarios
from submissions.models import Project, Submission, Team, User
from submissions.workflow import review_area
from submissions.workflow.role_permissions import is_limited_to_team


def last_project(user: User) -> uuid.UUID | None:
    """Return the project of the user's last submission; country and ID type are chosen for each customer."""
    newest = Submission.objects.filter(created_by=user).order_by("-created_at").only("project_id").first()
    return newest.project_id if newest else None


def offered_types(projects: Iterable[Project]) -> dict[str, dict[str, tuple[str, ...]]]:
    """Return the ID types by project and issuing country; "" is every country without types of its own."""
    return {str(project.pk): matrix.id_types_by_country(project.options) for project in projects}


def limited_to_area(form: forms.Form, user: User) -> tuple[forms.ModelChoiceField, forms.ModelChoiceField]:  # type: ignore[type-arg]
    """Return the form's team and project, which now offer only what is in the user's review area."""
    team, project = form.fields["team"], form.fields["project"]
    assert isinstance(team, forms.ModelChoiceField)
    assert isinstance(project, forms.ModelChoiceField)
    team.queryset = review_area.teams(user).order_by("name")
    project.queryset = review_area.projects(user).filter(is_open=True).order_by("name")
    return team, project


class NewForm(forms.Form):
    """`draft`: the id of the new draft, so that a form sent twice creates one draft."""

    field_order = ("email", "project", "team", "issuing_country", "id_type", "customer_id")
    draft = forms.UUIDField(required=False, initial=uuid.uuid4, widget=forms.HiddenInput)
    project = forms.ModelChoiceField(Project.objects.filter(is_open=True).order_by("name"), label=_("Project"))
    team = forms.ModelChoiceField(Team.objects.order_by("name"), label=_("Team"))
    issuing_country = CountryField(
        label=_("Issuing country"),
        help_text=_("Type part of the name and choose from the list, or enter the three letters"),
    )
    id_type = forms.ChoiceField(label=_("ID type"))
    email = EmailField(label=_("Customer's e-mail"), max_length=limits.EMAIL, help_text=_("ARGOS requires it"))
    customer_id = TextField(
        label=_("Customer number"),
        required=False,
        max_length=60,
        help_text=_("Optional. ARGOS keeps it with the check, so that both records can be matched."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_messages(self)
        if scenarios.are_offered():
            self.fields["scenario"] = _scenario_field()
        id_type = self.fields["id_type"]
        assert isinstance(id_type, forms.ChoiceField)
        id_type.choices = [("", _("Select the ID type")), *((name, choice_label(name)) for name in matrix.ID_TYPES)]
        team, project = limited_to_area(self, user)
        if is_limited_to_team(user):
            team.queryset = Team.objects.filter(pk=user.team_id or 0)
            team.initial = user.team_id
            team.widget = forms.HiddenInput()
        opened = list(project.queryset or [])
        last = last_project(user)
        project.initial = next((one for one in opened if one.pk == last), opened[0] if opened else None)
        project.empty_label = None
        self.types = offered_types(opened)
        for name, field in self.fields.items():
            is_list = isinstance(field, forms.ChoiceField)
            field.widget.attrs |= {"class": "form-select" if is_list else "form-control"}
            field.widget.attrs |= {"autofocus": ""} if name == "email" else {}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        values = {
            "issuingCountry": data.get("issuing_country", ""),
            "idType": data.get("id_type", ""),
            "email": data.get("email", ""),
        }
        if project := data.get("project"):
            found = matrix.check_step1(values, {"idImage"}, project.options)
            for problem in vendor_text.translated_problems(found, project.vendor_name):
                name = STEP1_FIELDS.get(problem.field, problem.field)
                if name in self.fields and name not in self.errors:
                    self.add_error(name, problem.message)
            if "email" in data and scenarios.applies_to(project):
                data["email"] = scenarios.tagged(data["email"], data.get("scenario", ""))
        return data


def _scenario_field() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("Sandbox scenario"),
        choices=scenarios.SCENARIOS,
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
        help_text=_("The outcome that the sandbox plays. It is added to the e-mail as a tag."),
    )


STEP1_FIELDS = {"issuingCountry": "issuing_country", "idType": "id_type", "email": "email"}
