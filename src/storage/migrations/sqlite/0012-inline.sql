-- What people ask inline: the answer is written over a message in somebody's chat, of which only a handle is known.

-- That message; null: the reply goes into a chat.
ALTER TABLE replies ADD COLUMN inline_message TEXT;
-- The message that carries the answer; null: it went into a chat. Of what is asked inline, conversations have the thread -1.
ALTER TABLE turns ADD COLUMN inline_message TEXT;

-- The question that a pressed button stands for, from when work on it begins: the press does not tell it. Null once it is done.
ALTER TABLE inbox ADD COLUMN asked TEXT;

-- A message is answered once, whoever presses what under it.
CREATE INDEX turns_of_inline ON turns (inline_message) WHERE inline_message IS NOT NULL;
