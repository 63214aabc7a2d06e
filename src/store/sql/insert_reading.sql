INSERT INTO readings (outcome_id, position, field, engine, raw, status, value, confidence, doubts,
                      crop_sha256, area)
VALUES (:outcome, :position, :field, :engine, :raw, :status, :value, :confidence, :doubts, :crop,
        :area)
