//! The form of a criterion: question, anchors, gates, what proves it, its checks.

use domain::CitationKey;
use domain::KindCode;
use domain::check::CheckKinds;
use domain::framework::draft::Draft;
use leptos::prelude::*;

use super::form::Typed;
use crate::ui::{Checkbox, CheckboxGroup, Choice, Drawer, Select};

pub(super) fn criterion_fields(
    typed: &Typed<'_>,
    draft: &Draft,
    kinds: &CheckKinds,
    citations: &[CitationKey],
) -> AnyView {
    let weights =
        choices(typed.value("weight"), "Choose one", &["1", "2", "3"].map(|weight| (weight, weight)));
    let efforts = [("S", "S, small"), ("M", "M, medium"), ("L", "L, large")];
    let efforts = choices(typed.value("effort"), "Choose one", &efforts);
    let anchors = (0..5).map(|level| anchor(typed, draft, level)).collect_view();
    view! {
        <div class="grid two">
            <div>
                {typed.short("code", "Code", Some("Unique in the framework"))}
                {typed.line("title", "Title", None)}
                {typed.area("question", "Question", Some("A full sentence"), 3)}
                <Select
                    id="weight" name="weight" label="Weight" choices=weights chosen=typed.value("weight")
                    error=typed.error("weight")
                />
                {profiles(typed, draft)}
            </div>
            <div>{anchors}</div>
        </div>
        <h2 class="gap-far">"Gates"</h2>
        <p class="small measure gap-small">"The least level that counts which a rung asks of this criterion. Never falling along the ladder; only where the rung's name would be untrue without it."</p>
        <div class="row filters gap-small">{gates(typed, draft)}</div>
        <h2 class="gap-far">"Proof and improvement"</h2>
        <div class="grid two">
            <div>
                {typed.area("evidence", "What to attach", None, 3)}
                {typed.line("citations", "Sources", Some("Keys with commas between them"))}
                {known(citations)}
            </div>
            <div>
                {typed.area("remediation", "How to improve", None, 3)}
                <Select
                    id="effort" name="effort" label="Effort" choices=efforts chosen=typed.value("effort")
                    error=typed.error("effort")
                />
            </div>
        </div>
        <h2 class="gap-far">"Health checks bound to it"</h2>
        {checks(typed, kinds)}
    }
    .into_any()
}

/// The choices, and what stands in the field although it is none of them.
fn choices(chosen: String, nothing: &str, known: &[(&str, &str)]) -> Vec<(String, String)> {
    let odd = (!chosen.is_empty() && known.iter().all(|(value, _)| *value != chosen))
        .then(|| (chosen.clone(), format!("{chosen} (is not allowed)")));
    let known = known.iter().map(|(value, words)| ((*value).to_owned(), (*words).to_owned()));
    std::iter::once((String::new(), nothing.to_owned())).chain(known).chain(odd).collect()
}

fn anchor(typed: &Typed<'_>, draft: &Draft, level: usize) -> AnyView {
    let name = draft.levels.get(level).cloned().unwrap_or_default();
    let hint = match level {
        0 => Some("Absence"),
        1 => Some("The ad-hoc state"),
        2 => Some("Observable: counts, shares or times"),
        3 => Some("Besides all of 2"),
        _ => Some("Besides all of 2 and 3"),
    };
    typed.area(&format!("anchors.{level}"), &format!("Anchor {level} {name}"), hint, 3)
}

fn profiles(typed: &Typed<'_>, draft: &Draft) -> AnyView {
    let chosen: Vec<&str> = typed.fields.all("profiles").collect();
    let known = draft.profiles.iter().map(|profile| {
        let words = format!("{} {}", profile.code, profile.name);
        Choice::new(profile.code.clone(), words).chosen_if(chosen.contains(&profile.code.as_str()))
    });
    let odd = chosen.iter().filter(|code| draft.profiles.iter().all(|profile| profile.code != **code));
    let odd = odd.map(|code| Choice::new(*code, format!("{code} (is no profile)")).chosen_if(true));
    let choices = known.chain(odd).collect();
    view! {
        <CheckboxGroup
            id="profiles" name="profiles" legend="Asked of" choices=choices error=typed.error("profiles")
        />
    }
    .into_any()
}

/// A field for each rung, and for each gate on a rung that there is not.
fn gates(typed: &Typed<'_>, draft: &Draft) -> AnyView {
    let mut rungs: Vec<(String, String)> = Vec::new();
    for rung in &draft.sublevels {
        if rungs.iter().all(|(code, _)| *code != rung.code) && !rung.code.is_empty() {
            rungs.push((rung.code.clone(), format!("{} {}", rung.code, rung.name)));
        }
    }
    for (code, _) in typed.fields.below("gates.") {
        if rungs.iter().all(|(known, _)| known != code) {
            rungs.push((code.to_owned(), format!("{code} (is no rung)")));
        }
    }
    let levels = ["0", "1", "2", "3", "4"].map(|level| (level, level));
    let fields = rungs.into_iter().map(|(code, words)| {
        let name = format!("gates.{code}");
        let value = typed.value(&name);
        let choices = choices(value.clone(), "No gate", &levels);
        view! {
            <Select
                id=name.clone() name=name.clone() label=words choices=choices chosen=value optional=true
                error=typed.error(&name)
            />
        }
    });
    fields.collect_view().into_any()
}

fn known(citations: &[CitationKey]) -> AnyView {
    let keys: Vec<&str> = citations.iter().map(CitationKey::as_str).collect();
    let (summary, keys) = (format!("The {} keys that there are", keys.len()), keys.join(", "));
    view! {
        <Drawer summary=summary>
            <p class="small">{keys}</p>
            <p class="small"><a href="/citations">"Read or add sources"</a></p>
        </Drawer>
    }
    .into_any()
}

fn checks(typed: &Typed<'_>, kinds: &CheckKinds) -> AnyView {
    let mut positions: Vec<usize> =
        typed.fields.below("checks.").filter_map(|(name, _)| name.split('.').next()?.parse().ok()).collect();
    positions.sort_unstable();
    positions.dedup();
    let next = positions.last().map_or(0, |last| last + 1);
    let known = positions.into_iter().map(|position| check(typed, kinds, position)).collect_view();
    let new = fields(typed, kinds, next, suggested(typed));
    view! {
        {known}
        <Drawer summary="Bind another check">{new}</Drawer>
    }
    .into_any()
}

/// The criterion's code, a dot and the first number that no check has.
fn suggested(typed: &Typed<'_>) -> String {
    let code = typed.value("code");
    let numbers = typed.fields.below("checks.").filter(|(name, _)| name.rsplit('.').next() == Some("id"));
    let numbers =
        numbers.filter_map(|(_, id)| id.strip_prefix(code.as_str())?.strip_prefix('.')?.parse::<u32>().ok());
    format!("{code}.{}", numbers.max().unwrap_or(0).saturating_add(1))
}

fn check(typed: &Typed<'_>, kinds: &CheckKinds, position: usize) -> AnyView {
    let name = |field: &str| format!("checks.{position}.{field}");
    let id = typed.value(&name("id"));
    let summary = format!("{id} {}", typed.value(&name("kind")));
    let wrong = ["id", "kind", "passes_when", "expect", "fail_cap"];
    let wrong = wrong.iter().any(|field| typed.error(&name(field)).is_some());
    let remove = name("remove");
    let label = format!("Take {id} away");
    let checked = typed.fields.has(&remove);
    let fields = fields(typed, kinds, position, id);
    view! {
        <Drawer summary=summary open=wrong>
            {fields}
            <Checkbox id=remove.clone() name=remove label=label checked=checked/>
        </Drawer>
    }
    .into_any()
}

fn fields(typed: &Typed<'_>, kinds: &CheckKinds, position: usize, id: String) -> AnyView {
    let name = |field: &str| format!("checks.{position}.{field}");
    let kind = typed.value(&name("kind"));
    let titles: Vec<(&str, String)> =
        kinds.iter().map(|kind| (kind.code.as_str(), format!("{}: {}", kind.code, kind.title))).collect();
    let titles: Vec<(&str, &str)> = titles.iter().map(|(code, words)| (*code, words.as_str())).collect();
    let kind_choices = choices(kind.clone(), "Choose a kind", &titles);
    let caps =
        choices(typed.value(&name("fail_cap")), "Choose one", &["0", "1", "2", "3"].map(|cap| (cap, cap)));
    let sees = kinds.get(&KindCode::from(kind.as_str())).map(|kind| {
        let seen = kind.observations.iter().map(|seen| format!("{} ({})", seen.name, seen.kind.as_str()));
        format!(
            "One a line: observation, operator, value. It observes {}",
            seen.collect::<Vec<_>>().join(", ")
        )
    });
    let sees = sees.unwrap_or_else(|| {
        "One a line: observation, operator (>= <= > < == != contains startswith), value".to_owned()
    });
    let (own, of_kind, cap) = (name("id"), name("kind"), name("fail_cap"));
    let id_error = typed.error(&own);
    view! {
        <crate::ui::TextInput
            id=own.clone() name=own label="Id" value=id look=crate::ui::InputLook::Short
            hint="The criterion's code, a dot and a number that was never used" error=id_error autocomplete="off"
        />
        <Select
            id=of_kind.clone() name=of_kind.clone() label="Kind" choices=kind_choices chosen=kind
            error=typed.error(&of_kind)
        />
        {typed.area(&name("passes_when"), "Passes when", Some("In prose"), 2)}
        {typed.area(&name("expect"), "Conditions", Some(sees.as_str()), 3)}
        <Select
            id=cap.clone() name=cap.clone() label="Fail cap" choices=caps chosen=typed.value(&cap)
            hint="The highest level the answer still counts for when the check fails" error=typed.error(&cap)
        />
    }
    .into_any()
}
