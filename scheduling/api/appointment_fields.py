"""What a visit looks like in the API, and how one is asked for."""

from datetime import datetime
from typing import Any

from rest_framework import serializers

from clinic.accounts.models import User
from patients.queries import access_patient
from scheduling.actions.book import BookingRequest
from scheduling.api.catalogue import SlotSerializer
from scheduling.api.fields import InstantField, region_field
from scheduling.domain.states import AppointmentStatus
from scheduling.queries import catalogue
from treatments.api.in_spite import InSpiteSerializer, RefusedByRulesSerializer, said_to_rules
from treatments.queries.authorizations import access_bookable


class SlotTakenSerializer(RefusedByRulesSerializer):
    """The refusal of a time that is not free, with the next ones that are.

    With `code` `not_allowed_by_rules` it is a clinical rule that stops the visit: then `findings`
    say which, and `earliest` is the first day on which none does (null if waiting does not help).
    """

    alternatives = SlotSerializer(many=True, required=False)


class BookingSerializer(InSpiteSerializer):
    """A visit to book; without a clinician, by anybody who may do it."""

    patient = serializers.UUIDField()
    visit_type = serializers.SlugField()
    site = serializers.IntegerField(min_value=1, max_value=2**31)
    start_at = InstantField()
    clinician = serializers.IntegerField(required=False, min_value=1, max_value=2**31)
    reason = serializers.CharField(required=False, max_length=200, allow_blank=True)
    region = region_field()


class CountedBookingSerializer(BookingSerializer):
    """The same, the course of treatment in which it is counted, and the room it must take."""

    course = serializers.UUIDField(required=False, allow_null=True)
    resource = serializers.IntegerField(
        required=False, min_value=1, max_value=2**31, help_text="A room or machine it must take."
    )


class ReservedSerializer(serializers.Serializer[Any]):
    """What a visit takes up."""

    id = serializers.IntegerField(source="resource.id")
    kind = serializers.CharField(source="resource.kind")
    name = serializers.CharField(source="resource.name")


class AppointmentSerializer(serializers.Serializer[Any]):
    """A visit, without anything clinical."""

    id = serializers.UUIDField()
    patient = serializers.UUIDField(source="patient_id")
    visit_type = serializers.CharField(source="visit_type.code")
    site = serializers.IntegerField(source="site_id")
    start_at = serializers.DateTimeField()
    end_at = serializers.DateTimeField()
    status = serializers.ChoiceField(choices=[status.value for status in AppointmentStatus])
    reason = serializers.CharField()
    region = serializers.CharField(help_text="As somebody said; empty if its type names one.")
    cancellation_reason = serializers.CharField()
    overbooking_reason = serializers.CharField()
    series = serializers.UUIDField(source="series_id", allow_null=True)
    series_number = serializers.IntegerField(allow_null=True)
    course = serializers.UUIDField(source="course_id", allow_null=True)
    resources = ReservedSerializer(many=True, source="taken")


class SaidSerializer(serializers.Serializer[Any]):
    """Why somebody comes, in words that the desk may read, and where the visit is for."""

    reason = serializers.CharField(required=False, max_length=200, allow_blank=True)
    region = region_field()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """At least one of them changes."""
        if not attrs:
            raise serializers.ValidationError({"reason": "Say what changes."})
        return attrs


def booking_request(
    user: User, asked: dict[str, Any], start_at: datetime, now: datetime
) -> BookingRequest:
    """What a body asks for, each id asked again whether the user may.

    Raises `NotFound`, and `NotAllowed` for a course from somebody who may not see their names.
    """
    wanted = catalogue.access_wanted(
        user,
        site=asked["site"],
        visit_type=asked["visit_type"],
        clinician=asked.get("clinician"),
    )
    patient = access_patient(user, asked["patient"], to_reach=False, now=now)
    using = asked.get("resource")
    named, today = asked.get("course"), now.astimezone(wanted.site.zone).date()
    return BookingRequest(
        patient=patient,
        visit_type=wanted.visit_type,
        site=wanted.site,
        start_at=start_at,
        clinician=wanted.clinician,
        reason=asked.get("reason", ""),
        course=access_bookable(user, patient, named, today=today).course if named else None,
        using=catalogue.access_usable(user, wanted.site, using) if using else None,
        region=asked.get("region", ""),
        **said_to_rules(asked),
    )
