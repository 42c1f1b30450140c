from datetime import datetime

from django.apps import AppConfig


class SchedulingConfig(AppConfig):
    name = "scheduling"

    def ready(self) -> None:
        """Answer those below, who may not look up here."""
        from clinic.messaging.arrivals import handled_by
        from scheduling.actions.text_answers import answer_next_text
        from scheduling.queries.for_the_record import ForTheRecord
        from treatments.facts.calendar import answered_by

        def answer_text(now: datetime) -> None:
            answer_next_text(by="web", now=now)

        answered_by(ForTheRecord())
        handled_by(answer_text)
