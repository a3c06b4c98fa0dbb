-- The content: frameworks and everything inside them. A published version never changes.
-- position: the place in the file, from 0.

CREATE TABLE citations (
    key TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    position BIGINT NOT NULL,
    title TEXT COLLATE "C" NOT NULL,
    -- JSON list, official pages first.
    urls TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    valid_from TEXT COLLATE "C",
    valid_to TEXT COLLATE "C",
    binds TEXT COLLATE "C"
);

CREATE TABLE frameworks (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    code TEXT COLLATE "C" NOT NULL,
    version TEXT COLLATE "C" NOT NULL,
    title TEXT COLLATE "C" NOT NULL,
    description TEXT COLLATE "C" NOT NULL,
    disclaimer TEXT COLLATE "C" NOT NULL,
    floor_code TEXT COLLATE "C" NOT NULL,
    floor_name TEXT COLLATE "C" NOT NULL,
    hash TEXT COLLATE "C" NOT NULL,
    imported_at BIGINT NOT NULL,
    UNIQUE (code, version)
);

CREATE TABLE framework_levels (
    framework_id TEXT COLLATE "C" NOT NULL REFERENCES frameworks (id) ON DELETE CASCADE,
    level BIGINT NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (framework_id, level)
);

CREATE TABLE framework_profiles (
    framework_id TEXT COLLATE "C" NOT NULL REFERENCES frameworks (id) ON DELETE CASCADE,
    code TEXT COLLATE "C" NOT NULL,
    position BIGINT NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (framework_id, code)
);

CREATE TABLE evidence_classes (
    framework_id TEXT COLLATE "C" NOT NULL REFERENCES frameworks (id) ON DELETE CASCADE,
    code TEXT COLLATE "C" NOT NULL,
    position BIGINT NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    meaning TEXT COLLATE "C" NOT NULL,
    level_cap BIGINT NOT NULL,
    confidence BIGINT NOT NULL,
    PRIMARY KEY (framework_id, code)
);

CREATE TABLE rungs (
    framework_id TEXT COLLATE "C" NOT NULL REFERENCES frameworks (id) ON DELETE CASCADE,
    code TEXT COLLATE "C" NOT NULL,
    position BIGINT NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    badge TEXT COLLATE "C" NOT NULL,
    min_overall BIGINT,
    min_domain BIGINT,
    min_confidence BIGINT,
    min_completeness BIGINT,
    no_open_contradiction_on_weight BIGINT,
    independent_assessor BOOLEAN NOT NULL,
    gate_evidence_max_age_days BIGINT,
    PRIMARY KEY (framework_id, code)
);

CREATE TABLE domains (
    framework_id TEXT COLLATE "C" NOT NULL REFERENCES frameworks (id) ON DELETE CASCADE,
    code TEXT COLLATE "C" NOT NULL,
    position BIGINT NOT NULL,
    title TEXT COLLATE "C" NOT NULL,
    weight BIGINT NOT NULL,
    purpose TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (framework_id, code)
);

CREATE TABLE criteria (
    framework_id TEXT COLLATE "C" NOT NULL,
    code TEXT COLLATE "C" NOT NULL,
    domain TEXT COLLATE "C" NOT NULL,
    position BIGINT NOT NULL,
    title TEXT COLLATE "C" NOT NULL,
    weight BIGINT NOT NULL,
    question TEXT COLLATE "C" NOT NULL,
    evidence TEXT COLLATE "C" NOT NULL,
    remediation TEXT COLLATE "C" NOT NULL,
    effort TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (framework_id, code),
    FOREIGN KEY (framework_id, domain) REFERENCES domains (framework_id, code) ON DELETE CASCADE
);

CREATE TABLE anchors (
    framework_id TEXT COLLATE "C" NOT NULL,
    criterion TEXT COLLATE "C" NOT NULL,
    level BIGINT NOT NULL,
    description TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (framework_id, criterion, level),
    FOREIGN KEY (framework_id, criterion) REFERENCES criteria (framework_id, code) ON DELETE CASCADE
);

CREATE TABLE criterion_profiles (
    framework_id TEXT COLLATE "C" NOT NULL,
    criterion TEXT COLLATE "C" NOT NULL,
    position BIGINT NOT NULL,
    profile TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (framework_id, criterion, position),
    FOREIGN KEY (framework_id, criterion) REFERENCES criteria (framework_id, code) ON DELETE CASCADE,
    FOREIGN KEY (framework_id, profile) REFERENCES framework_profiles (framework_id, code)
);

CREATE TABLE gates (
    framework_id TEXT COLLATE "C" NOT NULL,
    criterion TEXT COLLATE "C" NOT NULL,
    position BIGINT NOT NULL,
    rung TEXT COLLATE "C" NOT NULL,
    least BIGINT NOT NULL,
    PRIMARY KEY (framework_id, criterion, position),
    FOREIGN KEY (framework_id, criterion) REFERENCES criteria (framework_id, code) ON DELETE CASCADE,
    FOREIGN KEY (framework_id, rung) REFERENCES rungs (framework_id, code)
);

CREATE TABLE criterion_citations (
    framework_id TEXT COLLATE "C" NOT NULL,
    criterion TEXT COLLATE "C" NOT NULL,
    position BIGINT NOT NULL,
    citation TEXT COLLATE "C" NOT NULL REFERENCES citations (key),
    PRIMARY KEY (framework_id, criterion, position),
    FOREIGN KEY (framework_id, criterion) REFERENCES criteria (framework_id, code) ON DELETE CASCADE
);

CREATE TABLE bindings (
    framework_id TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    criterion TEXT COLLATE "C" NOT NULL,
    position BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    passes_when TEXT COLLATE "C" NOT NULL,
    fail_cap BIGINT NOT NULL,
    PRIMARY KEY (framework_id, id),
    FOREIGN KEY (framework_id, criterion) REFERENCES criteria (framework_id, code) ON DELETE CASCADE
);

CREATE TABLE conditions (
    framework_id TEXT COLLATE "C" NOT NULL,
    binding TEXT COLLATE "C" NOT NULL,
    position BIGINT NOT NULL,
    observation TEXT COLLATE "C" NOT NULL,
    operator TEXT COLLATE "C" NOT NULL,
    -- JSON.
    value TEXT COLLATE "C" NOT NULL,
    -- As written in the framework file.
    text TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (framework_id, binding, position),
    FOREIGN KEY (framework_id, binding) REFERENCES bindings (framework_id, id) ON DELETE CASCADE
);
