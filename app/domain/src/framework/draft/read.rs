//! From a file that need not be valid to a draft.

use super::{Binding, Class, Criterion, Domain, Draft, Figure, Floor, Gate, Profile, Rung};
use crate::document::{Document, Entry, Fields, ReadErrors, figure};

pub(super) fn draft(source: &str) -> Result<Draft, ReadErrors> {
    Document::read(source, |document, root| Draft {
        code: root.loose_text("code"),
        version: root.loose_text("version"),
        title: root.loose_text("title"),
        description: root.loose_text("description"),
        levels: root.loose_texts("levels"),
        disclaimer: root.loose_text("disclaimer"),
        profiles: profiles(document, root),
        evidence_classes: root.tables("evidence_class").into_iter().map(class).collect(),
        floor: floor(root),
        sublevels: root.tables("sublevel").into_iter().map(rung).collect(),
        domains: root.tables("domain").into_iter().map(|fields| domain(document, fields)).collect(),
    })
}

fn profiles(document: &Document, root: &mut Fields<'_, '_>) -> Vec<Profile> {
    let Some(table) = root.loose_table("profiles") else { return Vec::new() };
    let profile = |entry: Entry<'_, '_>| {
        if let Some(name) = entry.value.get_ref().as_str() {
            Some(Profile { code: entry.name.to_owned(), name: name.to_owned() })
        } else {
            document.report(entry.at, table.key(entry.name), "must be a text in quotes");
            None
        }
    };
    table.entries().into_iter().filter_map(profile).collect()
}

fn floor(root: &mut Fields<'_, '_>) -> Floor {
    let Some(mut fields) = root.loose_table("floor") else { return Floor::default() };
    let floor = Floor { code: fields.loose_text("code"), name: fields.loose_text("name") };
    fields.refuse_unknown();
    floor
}

fn class(mut fields: Fields<'_, '_>) -> Class {
    let class = Class {
        code: fields.loose_text("code"),
        name: fields.loose_text("name"),
        meaning: fields.loose_text("meaning"),
        level_cap: fields.figure("level_cap"),
        confidence: fields.figure("confidence"),
    };
    fields.refuse_unknown();
    class
}

fn rung(mut fields: Fields<'_, '_>) -> Rung {
    let rung = Rung {
        code: fields.loose_text("code"),
        name: fields.loose_text("name"),
        badge: fields.loose_text("badge"),
        min_overall: fields.figure("min_overall"),
        min_domain: fields.figure("min_domain"),
        min_confidence: fields.figure("min_confidence"),
        min_completeness: fields.figure("min_completeness"),
        no_open_contradiction_on_weight: fields.figure("no_open_contradiction_on_weight"),
        independent_assessor: fields.optional_truth("independent_assessor").unwrap_or(false),
        gate_evidence_max_age_days: fields.figure("gate_evidence_max_age_days"),
    };
    fields.refuse_unknown();
    rung
}

fn domain(document: &Document, mut fields: Fields<'_, '_>) -> Domain {
    let domain = Domain {
        code: fields.loose_text("code"),
        title: fields.loose_text("title"),
        weight: fields.figure("weight"),
        purpose: fields.loose_text("purpose"),
        criteria: fields.tables("criterion").into_iter().map(|fields| criterion(document, fields)).collect(),
    };
    fields.refuse_unknown();
    domain
}

fn criterion(document: &Document, mut fields: Fields<'_, '_>) -> Criterion {
    let criterion = Criterion {
        code: fields.loose_text("code"),
        title: fields.loose_text("title"),
        weight: fields.figure("weight"),
        profiles: fields.loose_texts("profiles"),
        question: fields.loose_text("question"),
        anchors: fields.loose_texts("anchors"),
        gates: gates(document, &mut fields),
        evidence: fields.loose_text("evidence"),
        citations: fields.loose_texts("citations"),
        remediation: fields.loose_text("remediation"),
        effort: fields.loose_text("effort"),
        bindings: fields.tables("check").into_iter().map(binding).collect(),
    };
    fields.refuse_unknown();
    criterion
}

fn gates(document: &Document, fields: &mut Fields<'_, '_>) -> Vec<Gate> {
    let Some(table) = fields.loose_table("gates") else { return Vec::new() };
    let gate = |entry: Entry<'_, '_>| {
        // Written so where nothing was typed yet; a key cannot be left out without its value.
        let empty = entry.value.get_ref().as_str().is_some_and(str::is_empty);
        if empty {
            return Gate { rung: entry.name.to_owned(), least: Figure::default() };
        }
        let least = figure(entry.value.get_ref()).unwrap_or_else(|problem| {
            document.report(entry.at, table.key(entry.name), problem);
            Figure::default()
        });
        Gate { rung: entry.name.to_owned(), least }
    };
    table.entries().into_iter().map(gate).collect()
}

fn binding(mut fields: Fields<'_, '_>) -> Binding {
    let binding = Binding {
        id: fields.loose_text("id"),
        kind: fields.loose_text("kind"),
        passes_when: fields.loose_text("passes_when"),
        expect: fields.loose_texts("expect"),
        fail_cap: fields.figure("fail_cap"),
    };
    fields.refuse_unknown();
    binding
}
