-- The content: frameworks and everything inside them. A published version never changes.
-- position: the place in the file, from 0.

CREATE TABLE citations (
    key TEXT NOT NULL PRIMARY KEY,
    position BIGINT NOT NULL,
    title TEXT NOT NULL,
    -- JSON list, official pages first.
    urls TEXT NOT NULL,
    status TEXT NOT NULL,
    valid_from TEXT,
    valid_to TEXT,
    binds TEXT
);

CREATE TABLE frameworks (
    id TEXT NOT NULL PRIMARY KEY,
    code TEXT NOT NULL,
    version TEXT NOT NULL,
    title TEXT NOT NULL,
    description TEXT NOT NULL,
    disclaimer TEXT NOT NULL,
    floor_code TEXT NOT NULL,
    floor_name TEXT NOT NULL,
    hash TEXT NOT NULL,
    imported_at BIGINT NOT NULL,
    UNIQUE (code, version)
);

CREATE TABLE framework_levels (
    framework_id TEXT NOT NULL REFERENCES frameworks (id) ON DELETE CASCADE,
    level BIGINT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (framework_id, level)
) WITHOUT ROWID;

CREATE TABLE framework_profiles (
    framework_id TEXT NOT NULL REFERENCES frameworks (id) ON DELETE CASCADE,
    code TEXT NOT NULL,
    position BIGINT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (framework_id, code)
) WITHOUT ROWID;

CREATE TABLE evidence_classes (
    framework_id TEXT NOT NULL REFERENCES frameworks (id) ON DELETE CASCADE,
    code TEXT NOT NULL,
    position BIGINT NOT NULL,
    name TEXT NOT NULL,
    meaning TEXT NOT NULL,
    level_cap BIGINT NOT NULL,
    confidence BIGINT NOT NULL,
    PRIMARY KEY (framework_id, code)
) WITHOUT ROWID;

CREATE TABLE rungs (
    framework_id TEXT NOT NULL REFERENCES frameworks (id) ON DELETE CASCADE,
    code TEXT NOT NULL,
    position BIGINT NOT NULL,
    name TEXT NOT NULL,
    badge TEXT NOT NULL,
    min_overall BIGINT,
    min_domain BIGINT,
    min_confidence BIGINT,
    min_completeness BIGINT,
    no_open_contradiction_on_weight BIGINT,
    independent_assessor BOOLEAN NOT NULL,
    gate_evidence_max_age_days BIGINT,
    PRIMARY KEY (framework_id, code)
) WITHOUT ROWID;

CREATE TABLE domains (
    framework_id TEXT NOT NULL REFERENCES frameworks (id) ON DELETE CASCADE,
    code TEXT NOT NULL,
    position BIGINT NOT NULL,
    title TEXT NOT NULL,
    weight BIGINT NOT NULL,
    purpose TEXT NOT NULL,
    PRIMARY KEY (framework_id, code)
) WITHOUT ROWID;

CREATE TABLE criteria (
    framework_id TEXT NOT NULL,
    code TEXT NOT NULL,
    domain TEXT NOT NULL,
    position BIGINT NOT NULL,
    title TEXT NOT NULL,
    weight BIGINT NOT NULL,
    question TEXT NOT NULL,
    evidence TEXT NOT NULL,
    remediation TEXT NOT NULL,
    effort TEXT NOT NULL,
    PRIMARY KEY (framework_id, code),
    FOREIGN KEY (framework_id, domain) REFERENCES domains (framework_id, code) ON DELETE CASCADE
) WITHOUT ROWID;

CREATE TABLE anchors (
    framework_id TEXT NOT NULL,
    criterion TEXT NOT NULL,
    level BIGINT NOT NULL,
    description TEXT NOT NULL,
    PRIMARY KEY (framework_id, criterion, level),
    FOREIGN KEY (framework_id, criterion) REFERENCES criteria (framework_id, code) ON DELETE CASCADE
) WITHOUT ROWID;

CREATE TABLE criterion_profiles (
    framework_id TEXT NOT NULL,
    criterion TEXT NOT NULL,
    position BIGINT NOT NULL,
    profile TEXT NOT NULL,
    PRIMARY KEY (framework_id, criterion, position),
    FOREIGN KEY (framework_id, criterion) REFERENCES criteria (framework_id, code) ON DELETE CASCADE,
    FOREIGN KEY (framework_id, profile) REFERENCES framework_profiles (framework_id, code)
) WITHOUT ROWID;

CREATE TABLE gates (
    framework_id TEXT NOT NULL,
    criterion TEXT NOT NULL,
    position BIGINT NOT NULL,
    rung TEXT NOT NULL,
    least BIGINT NOT NULL,
    PRIMARY KEY (framework_id, criterion, position),
    FOREIGN KEY (framework_id, criterion) REFERENCES criteria (framework_id, code) ON DELETE CASCADE,
    FOREIGN KEY (framework_id, rung) REFERENCES rungs (framework_id, code)
) WITHOUT ROWID;

CREATE TABLE criterion_citations (
    framework_id TEXT NOT NULL,
    criterion TEXT NOT NULL,
    position BIGINT NOT NULL,
    citation TEXT NOT NULL REFERENCES citations (key),
    PRIMARY KEY (framework_id, criterion, position),
    FOREIGN KEY (framework_id, criterion) REFERENCES criteria (framework_id, code) ON DELETE CASCADE
) WITHOUT ROWID;

CREATE TABLE bindings (
    framework_id TEXT NOT NULL,
    id TEXT NOT NULL,
    criterion TEXT NOT NULL,
    position BIGINT NOT NULL,
    kind TEXT NOT NULL,
    passes_when TEXT NOT NULL,
    fail_cap BIGINT NOT NULL,
    PRIMARY KEY (framework_id, id),
    FOREIGN KEY (framework_id, criterion) REFERENCES criteria (framework_id, code) ON DELETE CASCADE
) WITHOUT ROWID;

CREATE TABLE conditions (
    framework_id TEXT NOT NULL,
    binding TEXT NOT NULL,
    position BIGINT NOT NULL,
    observation TEXT NOT NULL,
    operator TEXT NOT NULL,
    -- JSON.
    value TEXT NOT NULL,
    -- As written in the framework file.
    text TEXT NOT NULL,
    PRIMARY KEY (framework_id, binding, position),
    FOREIGN KEY (framework_id, binding) REFERENCES bindings (framework_id, id) ON DELETE CASCADE
) WITHOUT ROWID;
