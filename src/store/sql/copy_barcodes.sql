INSERT INTO barcodes (outcome_id, position, symbology, text, corners, reader)
SELECT ?2, position, symbology, text, corners, reader FROM barcodes WHERE outcome_id = ?1
