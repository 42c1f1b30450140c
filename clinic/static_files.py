"""Which static files of the installed packages are collected: only those that some page uses."""

from django.contrib.staticfiles.apps import StaticFilesConfig


class CollectedFiles(StaticFilesConfig):
    """Leaves out DRF's browsable API and ReDoc, which are not served; compressing them is slow."""

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "rest_framework", "redoc"]  # noqa: RUF012
