"""When people are reminded of their visits."""

from datetime import timedelta
from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.accounts.api import GuardedAPIView
from clinic.accounts.models import User
from clinic.shared.api import ProblemSerializer, validated, validated_query
from clinic.shared.etags import answer_with_etag, require_match
from clinic.shared.paging import PageQuerySerializer, paged
from scheduling.actions.reminders import (
    add_reminder_rule,
    change_reminder_rule,
    remove_reminder_rule,
)
from scheduling.api.setup import IdField, created, pager
from scheduling.models import ReminderRule
from scheduling.models.reminder import LONGEST, SHORTEST
from scheduling.queries import reminders as rules
from scheduling.queries import setup

_MINUTE = timedelta(minutes=1)
_FEWEST, _MOST = SHORTEST // _MINUTE, LONGEST // _MINUTE


class ReminderQuerySerializer(PageQuerySerializer):
    """In which order they are wanted."""

    sort = serializers.ChoiceField(choices=["id", "-id"], default="id")


class ReminderRuleSerializer(serializers.Serializer[Any]):
    """People are reminded so many minutes before a visit; 1,440 are 24 hours, whatever clocks do.

    Rules for one kind of visit or one site stand instead of the general ones.
    """

    id = serializers.IntegerField()
    before_minutes = serializers.SerializerMethodField()
    site = serializers.IntegerField(source="site_id", allow_null=True)
    visit_type = serializers.CharField(source="visit_type.code", default=None, allow_null=True)
    is_active = serializers.BooleanField()

    def get_before_minutes(self, rule: ReminderRule) -> int:
        """Whole minutes."""
        return rule.before // _MINUTE


class ReminderRuleChangeSerializer(serializers.Serializer[Any]):
    """What is to be different; the rest stays."""

    before_minutes = serializers.IntegerField(min_value=_FEWEST, max_value=_MOST, required=False)
    is_active = serializers.BooleanField(required=False)


class ReminderRuleWriteSerializer(serializers.Serializer[Any]):
    """Another moment; for all visits, those of a site, of a kind, or both."""

    before_minutes = serializers.IntegerField(min_value=_FEWEST, max_value=_MOST)
    site = IdField(required=False, allow_null=True)
    visit_type = serializers.SlugField(required=False, allow_null=True)


class ReminderRules(GuardedAPIView):
    """The moments at which people are reminded."""

    permissions: ClassVar = {"GET": rules.PERMISSION, "POST": rules.PERMISSION}

    @extend_schema(
        operation_id="reminder_rules_list",
        parameters=[ReminderQuerySerializer],
        responses=paged(ReminderRuleSerializer),
    )
    def get(self, request: Request) -> Response:
        """Every rule, those that are off as well."""
        pages = pager(request, validated_query(ReminderQuerySerializer, request))
        rows = rules.reminder_rules_page(self.user(request), pages)
        return pages.response(ReminderRuleSerializer(rows, many=True).data)

    @extend_schema(
        request=ReminderRuleWriteSerializer,
        responses={201: ReminderRuleSerializer, 409: ProblemSerializer},
    )
    def post(self, request: Request) -> Response:
        """Remind so long before; 409 if there is such a rule."""
        asked, user = validated(ReminderRuleWriteSerializer, request), self.user(request)
        site, kind = asked.get("site"), asked.get("visit_type")
        rule = add_reminder_rule(
            before=asked["before_minutes"] * _MINUTE,
            site=setup.access_site(user, site) if site else None,
            visit_type=setup.access_visit_type(user, kind) if kind else None,
            by=user,
            now=timezone.now(),
        )
        return created(request, ReminderRuleSerializer(rule).data)


class ReminderRuleDetail(GuardedAPIView):
    """One rule."""

    permissions: ClassVar = dict.fromkeys(("GET", "PATCH", "DELETE"), rules.PERMISSION)

    @extend_schema(responses=ReminderRuleSerializer)
    def get(self, request: Request, rule_id: int) -> Response:
        """How long before, and for which visits."""
        rule = rules.access_reminder_rule(self.user(request), rule_id)
        return answer_with_etag(request, ReminderRuleSerializer(rule).data)

    @extend_schema(
        request=ReminderRuleChangeSerializer,
        responses={200: ReminderRuleSerializer, 409: ProblemSerializer},
    )
    def patch(self, request: Request, rule_id: int) -> Response:
        """Another moment, or on or off; nobody is reminded twice by the same rule."""
        user = self.user(request)
        rule = self._matched(request, user, rule_id)
        asked = validated(ReminderRuleChangeSerializer, request)
        minutes = asked.get("before_minutes")
        changed = change_reminder_rule(
            rule=rule,
            before=rule.before if minutes is None else minutes * _MINUTE,
            is_active=asked.get("is_active", rule.is_active),
            by=user,
            now=timezone.now(),
        )
        return answer_with_etag(request, ReminderRuleSerializer(changed).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, rule_id: int) -> Response:
        """Remind nobody by this rule any more."""
        user = self.user(request)
        rule = self._matched(request, user, rule_id)
        remove_reminder_rule(rule=rule, by=user, now=timezone.now())
        return Response(status=204)

    def _matched(self, request: Request, user: User, rule_id: int) -> ReminderRule:
        found = rules.access_reminder_rule(user, rule_id)
        require_match(request, ReminderRuleSerializer(found).data)
        return found
