"""Findings of the clinical rules, and the rulebook."""

from django.urls import path

from treatments.pages.manager import rules
from treatments.pages.physician import findings, hold_plans

physician_urls = [
    path("findings/", findings.inbox, name="findings"),
    path("findings/<uuid:finding_id>/", findings.finding, name="finding"),
    path("findings/<uuid:finding_id>/seen/", findings.seen, name="finding-seen"),
    path("findings/<uuid:finding_id>/override/", findings.override, name="finding-override"),
    path("hold-plans/", hold_plans.plans, name="hold-plans"),
    path("hold-plans/<uuid:plan_id>/", hold_plans.plan, name="hold-plan"),
    path(
        "hold-plans/<uuid:plan_id>/prescriber/", hold_plans.prescriber, name="hold-plan-prescriber"
    ),
    path("hold-plans/<uuid:plan_id>/approve/", hold_plans.approve, name="hold-plan-approve"),
    path("hold-plans/<uuid:plan_id>/doses/", hold_plans.doses, name="hold-plan-doses"),
]

manager_urls = [
    path("rules/", rules.rulebook, name="rules"),
    path("rules/<slug:rule_key>/", rules.rule, name="rule"),
    path("rules/<slug:rule_key>/take-over/", rules.take_over, name="rule-take-over"),
    path("rules/<slug:rule_key>/try/", rules.attempt, name="rule-attempt"),
]
