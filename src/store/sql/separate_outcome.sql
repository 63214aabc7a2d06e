INSERT INTO outcomes (page_id, run_id, received, current, outcome, doubts, streaks, reason, detail,
                      hints, album_sha256, picture_sha256, parts)
SELECT page_id, :run, received, 1, 'rejected', '[]', streaks, 'SEPARATED', :parts, hints,
       album_sha256, picture_sha256, :parts
FROM outcomes WHERE id = :outcome
