INSERT INTO outcomes (page_id, run_id, received, current, outcome, doubts, streaks, reason, detail,
                      hints, album_sha256, picture_sha256)
SELECT page_id, :run, received, 1, 'rejected', '[]', streaks, coalesce(reason, 'UNKNOWN_FORM'),
       coalesce(detail, ''), hints, album_sha256, picture_sha256
FROM outcomes WHERE id = :outcome
