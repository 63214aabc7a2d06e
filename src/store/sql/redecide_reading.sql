INSERT INTO readings (outcome_id, position, field, engine, raw, status, value, confidence, doubts,
                      crop_sha256, area)
SELECT :new, position, field, engine, raw, :status, :value, :confidence, :doubts, crop_sha256, area
FROM readings WHERE outcome_id = :old AND field = :field
