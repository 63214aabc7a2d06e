-- What dust on the scanner's glass drew across the page, as JSON: the direction and the place in mm.
ALTER TABLE outcomes ADD COLUMN streaks TEXT NOT NULL DEFAULT '[]';
