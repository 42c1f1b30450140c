"""With whom a visit can be booked, and which times are free."""

import json
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.accounts.api import GuardedAPIView
from clinic.accounts.models import User
from clinic.shared.api import validated_query
from clinic.shared.errors import Invalid
from patients.queries import access_patient
from scheduling.api.fields import InstantField, region_field
from scheduling.domain.emptiness import Reason
from scheduling.domain.slots import Slot
from scheduling.queries import catalogue
from scheduling.queries.availability import SlotSearch, free_slots_json
from scheduling.queries.limited_slots import limited_slots, why_none_left

LONGEST_SEARCH = timedelta(days=62)


class ClinicianSerializer(serializers.Serializer[Any]):
    """Somebody who sees people."""

    id = serializers.IntegerField()
    name = serializers.CharField()


class SlotSerializer(serializers.Serializer[Any]):
    """A free time."""

    start_at = serializers.DateTimeField()
    end_at = serializers.DateTimeField()
    site = serializers.IntegerField()
    clinician = serializers.IntegerField(allow_null=True)


class NothingFreeSerializer(serializers.Serializer[Any]):
    """Why there is no free time: for a program, and as a sentence for the person."""

    reason = serializers.ChoiceField(choices=[reason.value for reason in Reason])
    sentence = serializers.CharField()
    missing = serializers.CharField(help_text="The room or machine that is lacking, if it is one.")


class LimitSerializer(serializers.Serializer[Any]):
    """What the clinical rules say for a person: the first day on which none of them stops it.

    `earliest` is null if waiting does not help; `messages` say why in words for the desk.
    """

    earliest = serializers.DateField(allow_null=True)
    messages = serializers.ListField(child=serializers.CharField())


class FreeTimesSerializer(serializers.Serializer[Any]):
    """The free times, or why there are none. `limit` is null unless a rule narrows them."""

    slots = SlotSerializer(many=True)
    nothing_free = NothingFreeSerializer(allow_null=True)
    limit = LimitSerializer(allow_null=True)


class SlotSearchSerializer(serializers.Serializer[Any]):
    """Which free times are wanted: starts in [`earliest`, `latest`)."""

    visit_type = serializers.SlugField()
    site = serializers.IntegerField(min_value=1, max_value=2**31)
    clinician = serializers.IntegerField(required=False, min_value=1, max_value=2**31)
    patient = serializers.UUIDField(required=False)
    earliest = InstantField()
    latest = InstantField()
    weekdays = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=7), required=False, max_length=7
    )
    from_time = serializers.TimeField(required=False)
    until_time = serializers.TimeField(required=False)
    region = region_field()
    limit = serializers.IntegerField(default=200, min_value=1, max_value=1000)


class Clinicians(GuardedAPIView):
    """Who sees people at a site."""

    permissions: ClassVar = {"GET": "scheduling.find_slots"}

    @extend_schema(responses=ClinicianSerializer(many=True))
    def get(self, request: Request, site_id: int) -> Response:
        """The clinicians of one site."""
        user = self.user(request)
        site = catalogue.access_site(user, site_id)
        return Response(ClinicianSerializer(catalogue.clinicians(user, site), many=True).data)


class Slots(GuardedAPIView):
    """Free times: computed, never stored."""

    permissions: ClassVar = {"GET": "scheduling.find_slots"}

    @extend_schema(
        parameters=[
            OpenApiParameter("visit_type", str, required=True),
            OpenApiParameter("site", int, required=True),
            OpenApiParameter("clinician", int, description="Nobody named: whoever may do it."),
            OpenApiParameter(
                "patient",
                str,
                description="Only times at which this person is free, and that no rule stops.",
            ),
            OpenApiParameter("earliest", str, required=True, description="ISO 8601 with offset."),
            OpenApiParameter("latest", str, required=True, description="ISO 8601 with offset."),
            OpenApiParameter(
                "weekdays", int, many=True, description="Only on these: 1 is Monday. Repeatable."
            ),
            OpenApiParameter("from_time", str, description="Not earlier, by the site's clock."),
            OpenApiParameter("until_time", str, description="Before this, by the site's clock."),
            OpenApiParameter("region", str, description="Where it is for, if its type is silent."),
            OpenApiParameter("limit", int, description="At most 1,000; 200 unless told."),
        ],
        responses=FreeTimesSerializer,
    )
    def get(self, request: Request) -> HttpResponse:
        """The free times in a window of at most 62 days, earliest first, or why there are none."""
        asked = validated_query(SlotSearchSerializer, request)
        user, now = self.user(request), timezone.now()
        search = _slot_search(user, asked, now)
        found = limited_slots(user, search, now=now) if search.patient_id else None
        slots = free_slots_json(user, search, now=now) if found is None else _written(found.slots)
        nothing = why_none_left(user, search, found, now=now) if slots == "[]" else None
        reason = json.dumps(NothingFreeSerializer(nothing).data) if nothing else "null"
        limit = json.dumps(LimitSerializer(found).data) if found and found.messages else "null"
        # PostgreSQL has written the list already.
        return HttpResponse(
            f'{{"slots":{slots},"nothing_free":{reason},"limit":{limit}}}',
            content_type="application/json",
        )


def _written(slots: list[Slot]) -> str:
    return json.dumps(
        [
            {
                "start_at": slot.start_at.isoformat(),
                "end_at": slot.end_at.isoformat(),
                "site": slot.site_id,
                "clinician": slot.clinician_id,
            }
            for slot in slots
        ]
    )


def _slot_search(user: User, asked: dict[str, Any], now: datetime) -> SlotSearch:
    if not timedelta() < asked["latest"] - asked["earliest"] <= LONGEST_SEARCH:
        raise Invalid("Ask for a window that ends after it begins, of at most 62 days.")
    wanted = catalogue.access_wanted(
        user,
        site=asked["site"],
        visit_type=asked["visit_type"],
        clinician=asked.get("clinician"),
    )
    named = asked.get("patient")
    person = access_patient(user, named, to_reach=False, now=now) if named else None
    return SlotSearch(
        visit_type=wanted.visit_type,
        sites=[wanted.site],
        earliest=asked["earliest"],
        latest=asked["latest"],
        clinicians=[wanted.clinician] if wanted.clinician else None,
        patient_id=person.pk if person else None,
        weekdays=asked.get("weekdays", ()),
        from_time=asked.get("from_time"),
        until_time=asked.get("until_time"),
        region=asked.get("region", ""),
        limit=asked["limit"],
    )
