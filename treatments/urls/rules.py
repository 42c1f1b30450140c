"""Findings of the clinical rules, and the rulebook."""

from django.urls import path

from treatments.api import findings as findings_api
from treatments.api import hold_plans as hold_plans_api
from treatments.api import rulebook as rulebook_api
from treatments.pages.manager import rules
from treatments.pages.physician import findings, hold_plans, rulebook

physician_urls = [
    path("findings/", findings.inbox, name="findings"),
    path("findings/<uuid:finding_id>/", findings.finding, name="finding"),
    path("findings/<uuid:finding_id>/seen/", findings.seen, name="finding-seen"),
    path("findings/<uuid:finding_id>/override/", findings.override, name="finding-override"),
    path("rulebook/", rulebook.rulebook, name="rules"),
    path("rulebook/<slug:rule_key>/", rulebook.rule, name="rule"),
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

api_urls = [
    path("findings/", findings_api.Findings.as_view(), name="findings"),
    path("findings/<uuid:finding_id>/", findings_api.FindingDetail.as_view(), name="finding"),
    path(
        "findings/<uuid:finding_id>/acknowledge/",
        findings_api.FindingAcknowledge.as_view(),
        name="finding-acknowledge",
    ),
    path(
        "findings/<uuid:finding_id>/override/",
        findings_api.FindingOverride.as_view(),
        name="finding-override",
    ),
    path("rules/", rulebook_api.Rules.as_view(), name="rules"),
    path("rules/<slug:rule_key>/try/", rulebook_api.RuleTry.as_view(), name="rule-try"),
    path("rules/<slug:rule_key>/", rulebook_api.RuleDetail.as_view(), name="rule"),
    path(
        "rules/<slug:rule_key>/take-over/",
        rulebook_api.RuleTakeOver.as_view(),
        name="rule-take-over",
    ),
    path("hold-plans/", hold_plans_api.HoldPlans.as_view(), name="hold-plans"),
    path("hold-plans/<uuid:plan_id>/", hold_plans_api.HoldPlanDetail.as_view(), name="hold-plan"),
    path(
        "hold-plans/<uuid:plan_id>/prescriber/",
        hold_plans_api.HoldPlanPrescriber.as_view(),
        name="hold-plan-prescriber",
    ),
    path(
        "hold-plans/<uuid:plan_id>/approve/",
        hold_plans_api.HoldPlanApproval.as_view(),
        name="hold-plan-approve",
    ),
    path(
        "hold-plans/<uuid:plan_id>/doses/",
        hold_plans_api.HoldPlanDoses.as_view(),
        name="hold-plan-doses",
    ),
]
