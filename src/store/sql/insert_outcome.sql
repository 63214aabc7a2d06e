INSERT INTO outcomes (page_id, run_id, received, current, outcome, form, edition, form_digest, side,
                      role, key, key_symbology, separator, registration, margin, doubts, streaks,
                      reason, detail, album_sha256, picture_sha256)
VALUES (:page, :run, :received, 1, :outcome, :form, :edition, :form_digest, :side,
        :role, :key, :key_symbology, :separator, :registration, :margin, :doubts, :streaks,
        :reason, :detail, :album, :picture)
