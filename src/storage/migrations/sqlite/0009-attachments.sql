-- What people send besides text.

-- What came with the question: a JSON array of references to files at Telegram (kind, file, bytes, name, mime, seconds). Never
-- the files themselves.
ALTER TABLE turns ADD COLUMN attachments TEXT NOT NULL DEFAULT '[]';
