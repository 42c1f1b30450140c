"""Many steps of a migration as one.

Django renders its picture of the models anew after each step, with everything that a changed model
is related to; where nearly every table leads to one other that takes a hundred times as long as the
database does. Steps that do not need the pictures in between share one.
"""

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import AddConstraint, AddField, AddIndex, CreateModel
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

# A table is made with these, whether they were written beside it or after it.
_PARTS = (AddField, AddConstraint, AddIndex)


class Together(Operation):
    """The steps as one, with the models as they are after the last of them.

    Good for new tables with their parts, for new parts of old tables, and for triggers; not for
    changing what another step of the same migration made. It cannot be taken back.
    """

    reversible = False

    def __init__(self, operations: list[Operation]) -> None:
        self.operations = operations

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """The state after all steps; nothing is rendered in between."""
        state.__dict__.pop("apps", None)
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Each step, except for parts of tables that this very migration has made whole."""
        made: set[Any] = set()
        for operation in self.operations:
            if isinstance(operation, CreateModel):
                made.add(operation.name_lower)
            elif isinstance(operation, _PARTS) and operation.model_name_lower in made:
                continue
            operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        """For `migrate` and `showmigrations`."""
        return f"{len(self.operations)} steps together"
