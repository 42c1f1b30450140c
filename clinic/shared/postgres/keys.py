"""Taking off the index of a foreign key in a migration, and nothing else.

Django's `AlterField` takes off every index of that one column, a unique one that guards something
too; and it renders the models twice for each key.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState


class KeysWithoutIndex(Operation):
    """Foreign keys, by the name of their model, that lose the index which Django made for them.

    It cannot be taken back.
    """

    reversible = False

    def __init__(self, keys: Mapping[str, Sequence[str]]) -> None:
        self.keys = keys

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """The fields say that they have no index; nothing is rendered."""
        state.__dict__.pop("apps", None)
        for model, name in self._each():
            field = state.models[app_label, model].fields[name].clone()
            field.db_index = False
            state.alter_field(app_label, model, name, field, True)

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """By its very name, and that for patterns where the key is text."""
        named: Any = schema_editor
        for model, name in self._each():
            for suffix in ("", "_like"):
                index = named._create_index_name(
                    f"{app_label}_{model}", [f"{name}_id"], suffix=suffix
                )
                schema_editor.execute(f"DROP INDEX IF EXISTS {schema_editor.quote_name(index)}")

    def describe(self) -> str:
        """For `migrate` and `showmigrations`."""
        return f"{sum(1 for _key in self._each())} keys without an index"

    def _each(self) -> Iterator[tuple[str, str]]:
        for model, names in self.keys.items():
            for name in names:
                yield model, name
