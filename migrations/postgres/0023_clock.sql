-- What the scheduler knows of a check whose clock was set back.

-- Instants up to this one come a second time, and each may have a second run; 0 where the clock was never set back.
ALTER TABLE checks ADD COLUMN twice_until BIGINT NOT NULL DEFAULT 0;
