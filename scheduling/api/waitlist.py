"""The waitlist: who waits, what they wish, and what is offered to them."""

from dataclasses import replace
from typing import Any, ClassVar
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.accounts.api import GuardedAPIView
from clinic.accounts.models import User
from clinic.shared.api import ProblemSerializer, validated, validated_query
from clinic.shared.errors import NotFound
from clinic.shared.etags import answer_with_etag, require_match
from clinic.shared.paging import CursorPager, PageQuerySerializer, paged
from patients.queries import access_patient
from scheduling.actions.offers import accept_offer, decline_offer, offer_time, withdraw_offer
from scheduling.actions.waitlist import (
    LONGEST_NOTICE,
    Wish,
    add_to_waitlist,
    change_entry,
    leave_waitlist,
)
from scheduling.api.appointment_fields import AppointmentSerializer
from scheduling.api.fields import DayField, InstantField, region_field
from scheduling.models import (
    OfferStatus,
    Resource,
    Site,
    WaitlistEntry,
    WaitlistOffer,
    WaitlistPriority,
    WaitlistStatus,
)
from scheduling.queries import board, catalogue
from scheduling.queries import waitlist as lists

LARGEST_ID = 2**31
ORDERINGS = {
    "priority": ("priority", "created_at", "pk"),
    "-priority": ("-priority", "created_at", "pk"),
    "created_at": ("created_at", "pk"),
    "-created_at": ("-created_at", "pk"),
}


class WaitlistQuerySerializer(PageQuerySerializer):
    """Whose entries are wanted, and in which order."""

    site = serializers.IntegerField(required=False, min_value=1, max_value=LARGEST_ID)
    status = serializers.ChoiceField(required=False, choices=WaitlistStatus.values)
    visit_type = serializers.SlugField(required=False)
    sort = serializers.ChoiceField(default="priority", choices=list(ORDERINGS))


class WishSerializer(serializers.Serializer[Any]):
    """When somebody could come, by the clock of the site; `null` takes a bound away."""

    clinician = serializers.IntegerField(
        required=False, min_value=1, max_value=LARGEST_ID, allow_null=True
    )
    earliest_date = DayField()
    latest_date = DayField()
    weekdays = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=7),
        required=False,
        max_length=7,
        help_text="1 is Monday; none means any day.",
    )
    from_time = serializers.TimeField(required=False, allow_null=True)
    until_time = serializers.TimeField(required=False, allow_null=True)
    notice_minutes = serializers.IntegerField(required=False, min_value=0, max_value=LONGEST_NOTICE)
    priority = serializers.ChoiceField(required=False, choices=WaitlistPriority.choices)
    note = serializers.CharField(required=False, max_length=200, allow_blank=True)
    region = region_field()


class WishChangeSerializer(WishSerializer):
    """What changes of a wish; the rest stays."""

    earliest_date = DayField(required=False)
    latest_date = DayField(required=False)


class NewEntrySerializer(WishSerializer):
    """Somebody to put on the list; with an appointment, to bring that visit forward."""

    patient = serializers.UUIDField()
    visit_type = serializers.SlugField()
    site = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)
    appointment = serializers.UUIDField(required=False)


class OpenOfferSerializer(serializers.Serializer[Any]):
    """A time that is held for somebody until they answer."""

    id = serializers.UUIDField()
    entry = serializers.UUIDField(source="entry_id")
    status = serializers.ChoiceField(choices=OfferStatus.values)
    start_at = serializers.DateTimeField(source="hold.start_at")
    end_at = serializers.DateTimeField(source="hold.end_at")
    expires_at = serializers.DateTimeField(source="hold.expires_at")
    offered_at = serializers.DateTimeField()
    answered_at = serializers.DateTimeField(allow_null=True)


class EntrySerializer(serializers.Serializer[Any]):
    """Somebody who waits."""

    id = serializers.UUIDField()
    patient = serializers.UUIDField(source="patient_id")
    visit_type = serializers.CharField(source="visit_type.code")
    site = serializers.IntegerField(source="site_id")
    clinician = serializers.IntegerField(source="clinician_id", allow_null=True)
    appointment = serializers.UUIDField(source="appointment_id", allow_null=True)
    earliest_date = serializers.DateField()
    latest_date = serializers.DateField()
    weekdays = serializers.ListField(child=serializers.IntegerField())
    from_time = serializers.TimeField(allow_null=True)
    until_time = serializers.TimeField(allow_null=True)
    notice_minutes = serializers.IntegerField()
    priority = serializers.IntegerField()
    note = serializers.CharField()
    region = serializers.CharField()
    status = serializers.ChoiceField(choices=WaitlistStatus.values)
    created_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    offers = OpenOfferSerializer(many=True)


class NewOfferSerializer(serializers.Serializer[Any]):
    """A time to offer; without a clinician, the one they wish or anybody who may do it."""

    start_at = InstantField()
    clinician = serializers.IntegerField(required=False, min_value=1, max_value=LARGEST_ID)


class Waitlist(GuardedAPIView):
    """Who waits."""

    permissions: ClassVar = {"GET": "scheduling.view_board", "POST": "scheduling.book"}

    @extend_schema(
        operation_id="waitlist_list",
        parameters=[
            OpenApiParameter("site", int, description="Without one: every site of yours."),
            OpenApiParameter("status", str, enum=WaitlistStatus.values),
            OpenApiParameter("visit_type", str),
            OpenApiParameter("sort", str, enum=list(ORDERINGS)),
            OpenApiParameter("cursor", str),
            OpenApiParameter("page_size", int),
        ],
        responses=paged(EntrySerializer),
    )
    def get(self, request: Request) -> Response:
        """The entries, most pressing first unless told otherwise."""
        asked = validated_query(WaitlistQuerySerializer, request)
        user = self.user(request)
        named, code = asked.get("site"), asked.get("visit_type")
        pager = CursorPager(request, ordering=ORDERINGS[asked["sort"]])
        shown = lists.entries(
            user,
            [catalogue.access_site(user, named)] if named else catalogue.sites(user),
            status=asked.get("status", ""),
            visit_type=catalogue.access_visit_type(user, code) if code else None,
            page=pager,
        )
        return pager.response(EntrySerializer(shown, many=True).data)

    @extend_schema(
        request=NewEntrySerializer, responses={201: EntrySerializer, 409: ProblemSerializer}
    )
    def post(self, request: Request) -> Response:
        """Put somebody on the list; 409 if they wait for this already."""
        asked = validated(NewEntrySerializer, request)
        user, now = self.user(request), timezone.now()
        site = catalogue.access_site(user, asked.pop("site"))
        visit = asked.pop("appointment", None)
        entry = add_to_waitlist(
            patient=access_patient(user, asked.pop("patient"), now=now),
            visit_type=catalogue.access_visit_type(user, asked.pop("visit_type")),
            site=site,
            appointment=board.access_appointment(user, visit, now=now) if visit else None,
            wish=Wish(**_wish(asked, user, site)),
            by=user,
            now=now,
        )
        data = EntrySerializer(lists.access_entry(user, entry.pk)).data
        return answer_with_etag(request, data, status=201)


class Entry(GuardedAPIView):
    """One entry."""

    permissions: ClassVar = {"GET": "scheduling.view_board", "PATCH": "scheduling.book"}

    @extend_schema(operation_id="waitlist_retrieve", responses=EntrySerializer)
    def get(self, request: Request, entry_id: UUID) -> Response:
        """What they wish, and what was offered to them."""
        entry = lists.access_entry(self.user(request), entry_id)
        return answer_with_etag(request, EntrySerializer(entry).data)

    @extend_schema(
        parameters=[OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, required=True)],
        request=WishChangeSerializer,
        responses={
            200: EntrySerializer,
            409: ProblemSerializer,
            412: OpenApiResponse(ProblemSerializer, "Changed since it was read."),
            428: OpenApiResponse(ProblemSerializer, "No If-Match."),
        },
    )
    def patch(self, request: Request, entry_id: UUID) -> Response:
        """Change what somebody wishes."""
        asked = validated(WishChangeSerializer, request)
        user, now = self.user(request), timezone.now()
        entry = lists.access_entry(user, entry_id)
        require_match(request, EntrySerializer(entry).data)
        wish = replace(_wish_of(entry), **_wish(asked, user, entry.site))
        change_entry(entry=entry, wish=wish, by=user, now=now)
        data = EntrySerializer(lists.access_entry(user, entry_id)).data
        return answer_with_etag(request, data)


class EntryWithdrawal(GuardedAPIView):
    """Taking somebody off the list."""

    permissions: ClassVar = {"POST": "scheduling.book"}

    @extend_schema(request=None, responses={200: EntrySerializer, 409: ProblemSerializer})
    def post(self, request: Request, entry_id: UUID) -> Response:
        """They wait no longer; an open offer goes to the next in line."""
        validated(serializers.Serializer, request)
        user = self.user(request)
        entry = lists.access_entry(user, entry_id)
        leave_waitlist(entry=entry, by=user, now=timezone.now())
        return Response(EntrySerializer(lists.access_entry(user, entry_id)).data)


class Offers(GuardedAPIView):
    """Times offered to somebody who waits."""

    permissions: ClassVar = {"POST": "scheduling.book"}

    @extend_schema(
        request=NewOfferSerializer,
        responses={
            201: OpenOfferSerializer,
            409: OpenApiResponse(ProblemSerializer, "Not free, or they have another offer."),
        },
    )
    def post(self, request: Request, entry_id: UUID) -> Response:
        """Hold a time for them and ask them."""
        asked = validated(NewOfferSerializer, request)
        user = self.user(request)
        entry = lists.access_entry(user, entry_id)
        named = asked.get("clinician")
        offer = offer_time(
            entry=entry,
            start_at=asked["start_at"],
            clinician=catalogue.access_clinician(user, entry.site, named)
            if named
            else entry.clinician,
            by=user,
            now=timezone.now(),
        )
        return Response(OpenOfferSerializer(offer).data, status=201)


class OfferView(GuardedAPIView):
    """What is said about an open offer: nothing but which one it is."""

    permissions: ClassVar = {"POST": "scheduling.book"}

    def asked(self, request: Request, offer_id: UUID) -> tuple[User, WaitlistOffer]:
        """Who asks, and the offer. Raises `ValidationError` for any field, `NotFound`."""
        validated(serializers.Serializer, request)
        user = self.user(request)
        return user, lists.access_offer(user, offer_id)


class OfferWithdrawal(OfferView):
    """Taking an offer back."""

    @extend_schema(request=None, responses={200: OpenOfferSerializer, 409: ProblemSerializer})
    def post(self, request: Request, offer_id: UUID) -> Response:
        """The time goes to the next in line; 409 if it was answered already."""
        user, offer = self.asked(request, offer_id)
        taken = withdraw_offer(offer=offer, by=user, now=timezone.now())
        return Response(OpenOfferSerializer(taken).data)


class OfferAcceptance(OfferView):
    """What somebody said on the phone: yes."""

    @extend_schema(request=None, responses={200: AppointmentSerializer, 409: ProblemSerializer})
    def post(self, request: Request, offer_id: UUID) -> Response:
        """The visit that was booked, or brought forward; 409 if the offer is over."""
        user, offer = self.asked(request, offer_id)
        visit = accept_offer(offer=offer, by=user, now=timezone.now())
        return Response(AppointmentSerializer(board.with_places(user, visit)).data)


class OfferRefusal(OfferView):
    """What somebody said on the phone: no."""

    @extend_schema(request=None, responses={200: OpenOfferSerializer, 409: ProblemSerializer})
    def post(self, request: Request, offer_id: UUID) -> Response:
        """The time goes to the next in line; 409 if it was answered already."""
        user, offer = self.asked(request, offer_id)
        return Response(
            OpenOfferSerializer(decline_offer(offer=offer, by=user, now=timezone.now())).data
        )


def _wish(asked: dict[str, Any], user: User, site: Site) -> dict[str, Any]:
    """The fields of a `Wish` that were sent. Raises `ValidationError` for an unknown clinician."""
    wish = dict(asked)
    if "weekdays" in wish:
        wish["weekdays"] = tuple(wish["weekdays"])
    if "clinician" in wish:
        wish["clinician"] = _clinician(wish["clinician"], user, site)
    return wish


def _clinician(named: int | None, user: User, site: Site) -> Resource | None:
    if named is None:
        return None
    try:
        return catalogue.access_clinician(user, site, named)
    except NotFound:
        raise serializers.ValidationError(
            {"clinician": ["Nobody at this site has this number."]}
        ) from None


def _wish_of(entry: WaitlistEntry) -> Wish:
    return Wish(
        earliest_date=entry.earliest_date,
        latest_date=entry.latest_date,
        clinician=entry.clinician,
        weekdays=tuple(entry.weekdays),
        from_time=entry.from_time,
        until_time=entry.until_time,
        notice_minutes=entry.notice_minutes,
        priority=entry.priority,
        note=entry.note,
        region=entry.region,
    )
