INSERT INTO barcodes (outcome_id, position, symbology, text, corners, reader)
VALUES (?1, ?2, ?3, ?4, ?5, ?6)
