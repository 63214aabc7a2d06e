-- What a person said of how the page lies, when it was read again by hand (JSON).
ALTER TABLE outcomes ADD COLUMN hints TEXT;
