INSERT INTO outcomes (page_id, run_id, received, redecided_from, current, outcome, form, edition,
                      form_digest, side, role, key, key_symbology, registration, margin, doubts,
                      streaks, hints, album_sha256, picture_sha256)
SELECT page_id, :run, :received, coalesce(redecided_from, id), 1, outcome, form, edition,
       :form_digest, side, role, key, key_symbology, registration, margin, :doubts,
       streaks, hints, album_sha256, picture_sha256
FROM outcomes WHERE id = :outcome
