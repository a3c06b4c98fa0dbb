//! Every repository function, on SQLite and on PostgreSQL.

mod answers;
mod assessments;
mod audit;
mod checks;
mod connecting;
mod evidence;
mod findings;
mod frameworks;
mod history;
mod incidents;
mod integrations;
mod live;
mod organizations;
mod outbox;
mod runs;
mod schedule;
mod sessions;
mod standings;
mod statements;
mod ties;
mod tokens;
mod users;
mod world;
