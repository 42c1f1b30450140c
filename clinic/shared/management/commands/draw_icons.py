"""`manage.py draw_icons`: the home screen's icons, after the logo was changed."""

from typing import Any

from django.core.management.base import BaseCommand

from clinic.shared.management.icons import draw_icons


class Command(BaseCommand):
    """What it draws is kept with the sources: servers need not draw."""

    help = "Draws the icons of the home screen from img/logo.svg."

    def handle(self, *args: Any, **options: Any) -> None:
        """Draw them."""
        draw_icons()
