-- What was done to these people and counts, with the drugs of each.
SELECT p.patient_id, p.id, p.text, p.treatment_id, p.performed_at, p.ended_at, p.record_status,
       p.region, p.levels, p.laterality, p.approach, p.purpose, p.pain_before, p.pain_after,
       p.is_none_of_ours,
       (SELECT jsonb_agg(jsonb_build_array(d.drug_id, d.dose::text, d.dose_unit) ORDER BY d.id)
          FROM treatments_proceduredrug d WHERE d.procedure_id = p.id)
  FROM treatments_procedure p
 WHERE p.patient_id = ANY(%(patients)s::uuid[])
   AND p.record_status = ANY(%(counted)s::text[])
   AND p.status <> 'not-done'
 ORDER BY p.performed_at, p.id
