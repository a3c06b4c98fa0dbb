//! The server as its users meet it: over HTTP, started as in production, on SQLite and on PostgreSQL.

#![allow(clippy::unwrap_used, reason = "a test's helper may panic")]

mod api {
    mod accounts;
    mod actions;
    mod aims;
    mod alerts;
    mod answers;
    mod asides;
    mod asked;
    mod attest;
    mod authorization;
    mod benchmark;
    mod buckets;
    mod campaigns;
    mod checks;
    mod clients;
    mod commands;
    mod contents;
    mod decisions;
    mod demonstration;
    mod drafts;
    mod durable;
    mod evidence;
    mod feed_watch;
    mod feeds;
    mod figures;
    mod finalized;
    mod follow;
    mod frameworks;
    mod health;
    mod history;
    mod incidents;
    mod independence;
    mod inventory;
    mod invitations;
    mod logos;
    mod logs;
    mod organizations;
    mod pages;
    mod portfolio;
    mod print;
    mod problems;
    mod profile;
    mod proxies;
    mod rating;
    mod reconciliation;
    mod registers;
    mod reports;
    mod review;
    mod roadmap;
    mod schedule;
    mod second_factor;
    mod sessions;
    mod shares;
    mod spoiled_clients;
    mod startup;
    mod succession;
    mod support;
    mod ties;
    mod together;
    mod trend;
    mod typed_answers;
    mod uploads;
    mod vectors;
}
