"""A saved view of the board: its name, its key, and its columns in order."""

from collections.abc import Sequence
from typing import Any

from django import forms

from scheduling.actions.board_views import ViewWish
from scheduling.models import BoardView, Resource

FUNCTION_KEYS = range(1, 13)


class BoardViewForm(forms.Form):
    """Each possible column has a field for its place from the left; empty leaves it out."""

    name = forms.CharField(max_length=60)
    function_key = forms.TypedChoiceField(
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", "None"), *((number, f"F{number}") for number in FUNCTION_KEYS)],
    )
    is_shared = forms.BooleanField(
        required=False, initial=True, label="Everybody at this site may use it"
    )

    def __init__(
        self, *args: Any, possible: Sequence[Resource], view: BoardView | None = None, **kwargs: Any
    ) -> None:
        self.possible = {resource.pk: resource for resource in possible}
        super().__init__(*args, **{"initial": _initial(view)} | kwargs)
        for resource in possible:
            self.fields[f"place-{resource.pk}"] = forms.IntegerField(
                required=False, min_value=1, max_value=99, label=resource.name
            )

    def places(self) -> list[forms.BoundField]:
        """The fields of the columns."""
        return [self[f"place-{pk}"] for pk in self.possible]

    def clean(self) -> dict[str, Any]:
        """A view without columns would show nothing."""
        said = super().clean() or self.cleaned_data
        if not self.errors and not any(said.get(f"place-{pk}") for pk in self.possible):
            raise forms.ValidationError("Give at least one column a place from the left.")
        return said

    def wish(self) -> ViewWish:
        """The view that was described; call it after the form was checked."""
        said = self.cleaned_data
        chosen = [pk for pk in self.possible if said[f"place-{pk}"]]
        chosen.sort(key=lambda pk: said[f"place-{pk}"])
        columns = [self.possible[pk] for pk in chosen]
        return ViewWish(said["name"], columns, said["function_key"], said["is_shared"])


def _initial(view: BoardView | None) -> dict[str, Any]:
    if view is None:
        return {}
    places = {f"place-{c.resource_id}": n + 1 for n, c in enumerate(view.columns.all())}
    return {
        "name": view.name,
        "function_key": view.function_key,
        "is_shared": view.owner_id is None,
        **places,
    }
