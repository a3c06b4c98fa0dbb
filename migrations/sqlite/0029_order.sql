-- What somebody did with evidence, which the log alone knows, is found without reading all of an organization's log.

CREATE INDEX audit_log_of_evidence ON audit_log (org_id, actor_id)
    WHERE action IN ('evidence.added', 'evidence.replaced', 'evidence.retied', 'evidence.removed');

-- The incidents of a period, which began in it whenever they were told of.

CREATE INDEX incidents_by_beginning ON incidents (org_id, began_at);
