INSERT INTO pages (file_id, page, part, part_of, region, pixel_sha256, lot_id)
SELECT p.file_id, p.page,
       1 + (SELECT max(x.part) FROM pages x WHERE x.file_id = p.file_id AND x.page = p.page),
       p.id, :region, :pixels, p.lot_id
FROM pages p WHERE p.id = :page
