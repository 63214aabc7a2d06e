SELECT q.id, q.page_id, q.kind, q.field, q.reason, q.doubts, q.state, q.policy, q.entries,
       p.file, p.page, p.form, p.edition, p.side, p.key,
       r.value AS proposal, r.confidence, r.raw, r.area, r.crop_sha256,
       coalesce(r.crop_sha256, o.picture_sha256) AS picture, o.album_sha256, q.outcome_id,
       EXISTS (SELECT 1 FROM mynumber_suspect s
               WHERE s.outcome_id = q.outcome_id AND s.field = q.field)
       AND NOT EXISTS (SELECT 1 FROM uncoverings u
                       WHERE u.page_id = q.page_id AND u.field = q.field AND u.who = :who)
           AS covered
FROM questions q
JOIN page p ON p.page_id = q.page_id
JOIN outcomes o ON o.id = q.outcome_id
LEFT JOIN readings r ON r.outcome_id = q.outcome_id AND r.field = q.field
