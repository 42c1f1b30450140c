"""Long lists, a page at a time, without counting and without losing a row that comes meanwhile."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Case, DateTimeField, ExpressionWrapper, F, Model, Q, QuerySet, When
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response

M = TypeVar("M", bound=Model)

LARGEST_PAGE = 200
# Longer ago than anything that is kept here.
_AGES = timedelta(days=365 * 500)

# What a query is given instead of a page number: it cuts one page out of all rows, so that the
# query can note exactly whom it shows.
Pager = Callable[[QuerySet[Any]], list[Any]]


class PageQuerySerializer(serializers.Serializer[Any]):
    """The parameters of every list: which page, and how long it is."""

    cursor = serializers.CharField(required=False, max_length=500)
    page_size = serializers.IntegerField(required=False, min_value=1, max_value=LARGEST_PAGE)


class CursorPager(CursorPagination):
    """Cuts one page out of a queryset, after the row that the cursor names.

    `ordering` must end with something unique, such as "pk". A cursor that makes no sense is
    answered 404.
    """

    page_size = 50
    max_page_size = LARGEST_PAGE
    page_size_query_param = "page_size"

    def __init__(self, request: Request, *, ordering: Sequence[str]) -> None:
        self.request, self.ordering = request, tuple(ordering)

    def __call__(self, rows: QuerySet[Any]) -> list[Any]:
        try:
            return list(self.paginate_queryset(rows, self.request) or [])
        except (ValidationError, ValueError):
            # The row that the cursor names is compared with a column: not everything can be.
            raise NotFound(self.invalid_cursor_message) from None

    def get_ordering(self, request: Any, queryset: Any, view: Any) -> tuple[str, ...]:
        return tuple(self.ordering)

    def response(self, data: Any) -> Response:
        """The page with the addresses of its neighbours."""
        return self.get_paginated_response(data)


def in_line(field: str, *, first: Q, newest_first: bool = False) -> Case:
    """An instant to order by, in which rows that are `first` stand before all others.

    Among themselves both go by `field`, the oldest first or the newest (then order by it
    downwards). One column says all of it, because a cursor remembers one.
    """
    moved = F(field) + _AGES if newest_first else F(field) - _AGES
    ahead = ExpressionWrapper(moved, output_field=DateTimeField())
    return Case(When(first, then=ahead), default=F(field), output_field=DateTimeField())


def paged(item: Any) -> Any:
    """The schema of a page of such items."""
    name = f"{item.__name__.removesuffix('Serializer')}Page"
    fields = {
        "next": serializers.URLField(allow_null=True),
        "previous": serializers.URLField(allow_null=True),
        "results": item(many=True),
        "__doc__": "One page of a list, and the addresses of the pages beside it.",
    }
    return type(f"{name}Serializer", (serializers.Serializer,), fields)
