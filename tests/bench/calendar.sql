-- The calendar. An hour of a clinician is taken with probability 0.6, and then by three visits of
-- 20 minutes in the room of the same number; the first five clinicians of a site use its C-arms.
-- Everything follows from hashes, so each run measures the same calendar.
CREATE TEMPORARY TABLE place AS
SELECT c.id AS clinician_id, c.site_id, m.id AS room_id, e.id AS c_arm_id,
       row_number() OVER (ORDER BY c.site_id, c.n) - 1 AS number, c.n
FROM (SELECT *, row_number() OVER (PARTITION BY site_id ORDER BY id) AS n
      FROM scheduling_resource WHERE kind = 'clinician') c
JOIN (SELECT *, row_number() OVER (PARTITION BY site_id ORDER BY id) AS n
      FROM scheduling_resource WHERE kind = 'room') m USING (site_id, n)
LEFT JOIN (SELECT *, row_number() OVER (PARTITION BY site_id ORDER BY id) AS n
           FROM scheduling_resource WHERE kind = 'equipment') e USING (site_id, n);

CREATE TEMPORARY TABLE person AS
SELECT id, row_number() OVER (ORDER BY id) - 1 AS number FROM patients_patient;

-- Nobody is in two places: within a day no person comes twice.
CREATE TEMPORARY TABLE visit AS
SELECT uuidv7() AS id, p.*, person.id AS patient_id, at.start_at,
       at.start_at + interval '20 minutes' AS end_at
FROM jsonb_array_elements_text(%(days)s) WITH ORDINALITY day (day, day_number)
CROSS JOIN generate_series(0, %(hours)s::int - 1) hour
CROSS JOIN generate_series(0, 2) third
CROSS JOIN place p
CROSS JOIN LATERAL (
    SELECT (day::date + make_interval(hours => %(opens)s + hour, mins => third * 20))
           AT TIME ZONE %(zone)s AS start_at) at
JOIN person ON person.number =
     ((hour * 3 + third) * (SELECT count(*) FROM place) + p.number + day_number * 7) %% %(patients)s
WHERE mod(abs(hashint8(day_number * 1000003 + p.number * 1009 + hour)::bigint), 10) < 6;

-- One full board: 30 columns, 400 visits.
INSERT INTO visit
SELECT uuidv7(), p.*, person.id, at.start_at, at.start_at + interval '20 minutes'
FROM generate_series(0, 399) turn
JOIN place p ON p.number = turn %% 30
JOIN person ON person.number = turn
CROSS JOIN LATERAL (
    SELECT (%(board_day)s::date + make_interval(hours => %(opens)s, mins => turn / 30 * 20))
           AT TIME ZONE %(zone)s AS start_at) at;

INSERT INTO scheduling_appointment
    (id, patient_id, visit_type_id, site_id, start_at, end_at, status, status_at, reason,
     booked_by_id{visit_columns})
SELECT id, patient_id, %(kind)s, site_id, start_at, end_at,
       CASE WHEN end_at < now() THEN 'completed' ELSE 'booked' END, start_at, '',
       %(clerk)s{visit_values}
FROM visit;

INSERT INTO scheduling_reservation (resource_id, during, kind, appointment_id{part_columns})
SELECT r.resource_id, tstzrange(start_at, end_at), 'appointment', id{part_values}
FROM visit CROSS JOIN LATERAL (VALUES (clinician_id), (room_id), (c_arm_id)) r (resource_id)
WHERE r.resource_id IS NOT NULL
ORDER BY start_at, id;

DROP TABLE place, person, visit
