-- What these people answered, with the definition's direction.
SELECT r.patient_id, r.id, r.authored_at, i.key, i.version, r.score, r.procedure_id, r.occasion,
       coalesce((i.definition ->> 'higher_is_worse')::boolean, true)
  FROM treatments_questionnaireresponse r
  JOIN treatments_instrument i ON i.id = r.instrument_id
 WHERE r.patient_id = ANY(%(patients)s::uuid[])
   AND r.voided_at IS NULL
   AND r.score IS NOT NULL
 ORDER BY r.authored_at, r.id
