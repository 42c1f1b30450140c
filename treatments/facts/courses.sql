-- The courses of these people that began, with what a rule may ask of their detail.
SELECT c.patient_id, c.id, c.treatment_id, c.form, c.status, c.start_date, c.end_date,
       m.drug_id, m.dose::text, m.dose_unit, m.doses_per_day::text, m.statement_id,
       t.certified_start_date, t.outside_order_date, t.plan_sent_date,
       CASE WHEN u.role = 'physician' THEN c.ordered_at END,
       (SELECT jsonb_agg(jsonb_build_array(v.occurred_at, v.is_progress_report)
                         ORDER BY v.occurred_at)
          FROM treatments_therapyvisit v
         WHERE v.course_id = c.id AND v.outcome = 'attended')
  FROM treatments_treatmentcourse c
  JOIN accounts_user u ON u.id = c.ordered_by_id
  LEFT JOIN treatments_medicationdetail m ON m.course_id = c.id
  LEFT JOIN treatments_therapydetail t ON t.course_id = c.id
 WHERE c.patient_id = ANY(%(patients)s::uuid[])
   AND NOT (c.status = 'stopped' AND c.start_date IS NULL)
 ORDER BY c.id
