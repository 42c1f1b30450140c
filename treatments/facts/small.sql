-- Everything short about these people, in one list: who they are, who pays, what they have and take,
-- what was measured. Each row has its kind, its key, a text, a code, days and what else it says.
SELECT p.id AS patient_id, 'person', p.id::text, p.gender, '', p.birth_date, p.deceased_date, NULL::jsonb
  FROM patients_patient p
 WHERE p.id = ANY(%(patients)s::uuid[])
UNION ALL
SELECT c.patient_id, 'coverage', c.id::text, c.payer, c.payer_class, c.start_date, c.end_date,
       to_jsonb(c.rank)
  FROM patients_coverage c
 WHERE c.patient_id = ANY(%(patients)s::uuid[])
UNION ALL
SELECT a.patient_id, 'allergy', a.id::text, a.text, a.status, a.noted_date, NULL, NULL
  FROM patients_allergyintolerance a
 WHERE a.patient_id = ANY(%(patients)s::uuid[]) AND a.status = 'active'
UNION ALL
SELECT k.patient_id, 'condition', k.id::text, k.text, k.code, k.onset_date, k.abatement_date,
       to_jsonb(k.code_system)
  FROM patients_condition k
 WHERE k.patient_id = ANY(%(patients)s::uuid[])
   AND k.status = ANY(%(present)s::text[])
   AND k.verification NOT IN ('refuted', 'entered-in-error')
UNION ALL
SELECT m.patient_id, 'medication', m.id::text, m.text, m.status, m.start_date, m.end_date,
       jsonb_build_array(m.dosage, m.recorded_at)
  FROM patients_medicationstatement m
 WHERE m.patient_id = ANY(%(patients)s::uuid[]) AND m.status <> 'cancelled'
UNION ALL
SELECT o.patient_id, 'observation', o.id::text, o.text, o.unit, NULL, NULL,
       jsonb_build_array(o.value::text, o.effective_at, o.recorded_at)
  FROM treatments_observation o
 WHERE o.patient_id = ANY(%(patients)s::uuid[])
   AND o.value IS NOT NULL
   AND o.effective_at IS NOT NULL
   AND o.status IN ('final', 'amended', 'corrected')
   AND o.text ~* %(measures)s
   -- A correction is another report for the same order: of what it tells, it counts alone.
   AND NOT EXISTS (SELECT FROM treatments_diagnosticreport r
                     JOIN treatments_diagnosticreport later ON later.order_id = r.order_id
                      AND (later.entered_at, later.id) > (r.entered_at, r.id)
                     JOIN treatments_observation told ON told.report_id = later.id
                    WHERE r.id = o.report_id AND lower(told.text) = lower(o.text))
UNION ALL
SELECT g.patient_id, 'authorization', g.id::text, g.payer, g.treatment_id, g.valid_from, g.valid_until,
       to_jsonb(g.number)
  FROM treatments_priorauthorization g
 WHERE g.patient_id = ANY(%(patients)s::uuid[]) AND g.revoked_at IS NULL
UNION ALL
SELECT n.patient_id, 'asked', n.id::text, '', '', NULL, NULL,
       jsonb_build_array(n.red_flags, n.occurred_at)
  FROM treatments_consultation n
 WHERE n.patient_id = ANY(%(patients)s::uuid[])
   AND n.record_status = 'signed'
   AND n.red_flags <> '{}'::jsonb
UNION ALL
-- A correction counts alone.
SELECT r.patient_id, 'imaging', r.id::text, e.key, '', r.effective_date, NULL, NULL
  FROM treatments_diagnosticreport r
  JOIN treatments_servicerequest s ON s.id = r.order_id
  JOIN treatments_catalogueentry e ON e.key = s.diagnostic_id
 WHERE r.patient_id = ANY(%(patients)s::uuid[])
   AND e.kind = 'imaging'
   AND NOT EXISTS (SELECT FROM treatments_diagnosticreport later
                    WHERE later.order_id = r.order_id
                      AND (later.entered_at, later.id) > (r.entered_at, r.id))
UNION ALL
SELECT h.patient_id, 'agreed', h.id::text, h.prescriber, '', NULL, NULL,
       jsonb_build_array(h.procedure_at, h.drugs, h.approved_at IS NOT NULL)
  FROM treatments_holdplan h
 WHERE h.patient_id = ANY(%(patients)s::uuid[])
   AND (h.prescriber <> '' OR h.approved_at IS NOT NULL)
UNION ALL
SELECT h.patient_id, 'last_doses', h.id::text, '', '', NULL, NULL, h.last_doses
  FROM treatments_holdplan h
 WHERE h.patient_id = ANY(%(patients)s::uuid[]) AND h.last_doses <> '{}'::jsonb
