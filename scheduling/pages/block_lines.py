"""The diary of a block on a phone: the same for whoever signed in and for whoever has a link."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from clinic.accounts.models import User
from clinic.shared.errors import Conflict, Invalid
from treatments.actions.own_block_diary import keep_block_line
from treatments.domain.block_hours import Hour, asked_line
from treatments.forms.own_diaries import BlockLineForm, hour_of
from treatments.queries.own_diaries import Block, Line


def block_context(
    request: HttpRequest, block: Block, *, by: User | None, now: datetime
) -> tuple[dict[str, Any], int] | None:
    """What the page shows, and with which status; None once a line has been written down."""
    form = BlockLineForm(request.POST) if request.method == "POST" else None
    status = 200
    if form is not None:
        status = 422
        if form.is_valid():
            try:
                _keep(form, block, by, now)
            except (Conflict, Invalid) as refusal:
                form.add_error(None, _(refusal.sentence))
                status = refusal.status
            else:
                return None
    line = _asked(request, block, now)
    if form is None and line is not None:
        form = BlockLineForm(initial=_initial(line, block))
    return {"block": block, "form": form, "asked": line, "lines": block.lines}, status


def _keep(form: BlockLineForm, block: Block, by: User | None, now: datetime) -> None:
    keep_block_line(
        block=block.procedure,
        instrument=block.instrument,
        hour=form.line(),
        pain=form.cleaned_data["pain"],
        by=by,
        now=now,
    )


def _asked(request: HttpRequest, block: Block, now: datetime) -> Hour | None:
    """The line that was chosen, or the one that is due."""
    source = request.POST if request.method == "POST" else request.GET
    named = source.get("hour", "")
    if named:
        wanted = hour_of(named)
        found = (one.hour for one in block.lines if may_write(one) and one.hour.hour == wanted)
        return next(found, None)
    return asked_line(block.begun, block.answered, now)


def may_write(line: Line) -> bool:
    """Whether this line is open to the person."""
    return line.hour.is_open and not line.is_ours


def _initial(line: Hour, block: Block) -> dict[str, Any]:
    said = {one.hour.hour: one.pain for one in block.lines}
    return {"hour": line.key, "pain": said.get(line.hour)}
