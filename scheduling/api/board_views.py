"""Saved views of the board."""

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
from clinic.shared.paging import CursorPager, PageQuerySerializer, paged
from scheduling.actions.board_views import ViewWish, delete_board_view, save_board_view
from scheduling.models import BoardView, Site
from scheduling.queries import board_views, catalogue


class BoardViewSerializer(serializers.Serializer[Any]):
    """A view: its columns are resources, from left to right."""

    id = serializers.IntegerField()
    site = serializers.IntegerField(source="site_id")
    name = serializers.CharField()
    function_key = serializers.IntegerField(allow_null=True)
    is_shared = serializers.SerializerMethodField()
    columns = serializers.SerializerMethodField()

    def get_is_shared(self, view: BoardView) -> bool:
        """Whether everybody at the site may call it up."""
        return view.owner_id is None

    def get_columns(self, view: BoardView) -> list[int]:
        """The ids of its resources."""
        return [column.resource_id for column in view.columns.all()]


class BoardViewWishSerializer(serializers.Serializer[Any]):
    """How a view is to be; `function_key` 1 is F1."""

    name = serializers.CharField(max_length=60)
    function_key = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=12
    )
    is_shared = serializers.BooleanField(required=False, default=True)
    columns = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**31), min_length=1, max_length=60
    )


class NewBoardViewSerializer(BoardViewWishSerializer):
    """A new view, of one site."""

    site = serializers.IntegerField(min_value=1, max_value=2**31)


class BoardViews(GuardedAPIView):
    """Saved views."""

    permissions: ClassVar = {"GET": "scheduling.view_board", "POST": "scheduling.view_board"}

    @extend_schema(
        operation_id="board_views_list",
        parameters=[PageQuerySerializer],
        responses=paged(BoardViewSerializer),
    )
    def get(self, request: Request) -> Response:
        """The views that the caller may call up, of every site they work at."""
        validated_query(PageQuerySerializer, request)
        pager = CursorPager(request, ordering=("pk",))
        rows = pager(board_views.all_board_views(self.user(request)))
        return pager.response(BoardViewSerializer(rows, many=True).data)

    @extend_schema(
        request=NewBoardViewSerializer,
        responses={201: BoardViewSerializer, 409: ProblemSerializer},
    )
    def post(self, request: Request) -> Response:
        """Save a view; 409 if its name or its key is taken."""
        asked = validated(NewBoardViewSerializer, request)
        user = self.user(request)
        site = catalogue.access_site(user, asked["site"])
        kept = save_board_view(
            site=site, wish=_wish(user, site, asked), by=user, now=timezone.now()
        )
        return answer_with_etag(request, _seen(user, kept.pk), status=201)


class BoardViewDetail(GuardedAPIView):
    """One view."""

    permissions: ClassVar = {
        "GET": "scheduling.view_board",
        "PUT": "scheduling.view_board",
        "DELETE": "scheduling.view_board",
    }

    @extend_schema(responses=BoardViewSerializer)
    def get(self, request: Request, view_id: int) -> Response:
        """Its name, its key and its columns."""
        return answer_with_etag(request, _seen(self.user(request), view_id))

    @extend_schema(
        request=BoardViewWishSerializer,
        responses={200: BoardViewSerializer, 409: ProblemSerializer},
    )
    def put(self, request: Request, view_id: int) -> Response:
        """Change it as a whole; send the ETag that was read as If-Match."""
        user = self.user(request)
        view = board_views.access_board_view(user, view_id)
        require_match(request, _seen(user, view_id))
        asked = validated(BoardViewWishSerializer, request)
        wish = _wish(user, view.site, asked)
        save_board_view(site=view.site, wish=wish, view=view, by=user, now=timezone.now())
        return answer_with_etag(request, _seen(user, view_id))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, view_id: int) -> Response:
        """Forget it; send the ETag that was read as If-Match."""
        user = self.user(request)
        view = board_views.access_board_view(user, view_id)
        require_match(request, _seen(user, view_id))
        delete_board_view(view=view, by=user, now=timezone.now())
        return Response(status=204)


def _seen(user: User, view_id: int) -> Any:
    return BoardViewSerializer(board_views.access_board_view(user, view_id)).data


def _wish(user: User, site: Site, asked: dict[str, Any]) -> ViewWish:
    columns = board_views.columns_of(user, site, asked["columns"])
    return ViewWish(asked["name"], columns, asked.get("function_key"), asked["is_shared"])
