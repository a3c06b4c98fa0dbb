//! Reconciling two files for a check: on the reader's machine, with the browser or the command line. Only what came out
//! is sent, by a plain form.

use domain::check::{CheckKind, ObservationSpec, ObservationType};
use leptos::prelude::*;
use service::check::table_of;

use super::check_form::{as_hint, in_words};
use super::parts::{RefusalNote, error_of};
use crate::islands::Reconcile;
use crate::ui::{
    Button, ButtonKind, ButtonLink, Drawer, InputLook, PageHead, Section, TextArea, TextInput, Width,
};
use crate::web::{Fields, Refusal};

/// What the page is about.
pub(crate) struct ReconcileShown {
    /// The check's address.
    pub(crate) at: String,
    /// The integration's name.
    pub(crate) integration: String,
    pub(crate) kind: CheckKind,
    /// The address of the worker's script.
    pub(crate) worker: String,
    /// The check's id, as the API wants it.
    pub(crate) id: String,
}

/// Which file is which, by the kind; `None` where the kind needs no two files.
fn sides(kind: &CheckKind) -> Option<[&'static str; 2]> {
    Some(match kind.code.as_str() {
        "recon.claims_clinical" => ["Clinical file", "Claims file"],
        "recon.portal_api_parity" => ["Portal file", "API file"],
        "recon.referral_loop" => ["Referrals sent", "Referrals closed"],
        "recon.cross_team_counts" => ["First team's file", "Second team's file"],
        "identity.match" => ["Patient index", "Partner's members"],
        _ => return None,
    })
}

/// What the kind makes of the files, for choosing key and rules.
fn advice(kind: &CheckKind) -> &'static str {
    match kind.code.as_str() {
        "recon.claims_clinical" => {
            "Key: member and encounter. Let the member's column name the person, so that claims of known members count even without their encounter."
        }
        "recon.portal_api_parity" => "Key: chart and element. Compare the values.",
        "recon.referral_loop" => {
            "Key: the referral. Compare the day sent with the day closed, 30 days allowed, for closure within 30 days."
        }
        "recon.cross_team_counts" => "Key: the name of the count. Compare the counts as amounts.",
        "identity.match" => "Key: what identifies a person in both, for example name and date of birth.",
        _ => "",
    }
}

#[component]
pub(crate) fn ReconcilePage(
    shown: ReconcileShown,
    typed: Fields,
    #[prop(optional_no_strip)] refusal: Option<Refusal>,
) -> impl IntoView {
    let over =
        view! { <a href=shown.at.clone()>{format!("{}: {}", shown.integration, shown.kind.title)}</a> };
    let (title, files) = match sides(&shown.kind) {
        Some(names) => ("Reconcile two files", Some(files_section(&shown, names))),
        None => ("Report figures", None),
    };
    let send = send_section(&shown, files.is_some(), &typed, refusal.as_ref());
    view! {
        <PageHead title=title over=over/>
        <RefusalNote refusal/>
        <div class="grid split">{files}{send}</div>
    }
    .into_any()
}

fn files_section(shown: &ReconcileShown, names: [&'static str; 2]) -> AnyView {
    let pickers = [("left", names[0]), ("right", names[1])].into_iter().enumerate().map(|(side, (id, label))| {
        let (field, state) = (format!("{id}-file"), format!("{id}-file-state"));
        view! {
            <div class="field" data-drop=side.to_string()>
                <label class="label" for=field.clone()>{label}</label>
                <span class="hint">"CSV with a header. Choose it or drop it here."</span>
                <input class="input" type="file" id=field accept=".csv,text/csv" aria-describedby=state.clone()/>
                <span class="small dim" id=state></span>
            </div>
        }
    });
    let (commands, commands_again) = (command_line(shown), command_line(shown));
    let (worker, advice, pickers) = (shown.worker.clone(), advice(&shown.kind), pickers.collect_view());
    let body = view! {
        <p class="measure">
            "The files stay on this machine: they are read here, and only counts, the names of columns and row numbers come out. "
            {advice}
        </p>
        <Reconcile>
            <div id="reconcile" data-worker=worker>
                <div id="without-scripts">{commands}</div>
                <div id="with-scripts" class="gap-above" hidden=true>
                    <div class="stack">{pickers}</div>
                    <div id="mapping" class="gap-above"></div>
                    <div id="reconcile-problem" class="gap-above" hidden=true></div>
                    <p class="row gap-above">
                        <button class="btn" type="button" id="reconcile-run" disabled=true>"Reconcile"</button>
                        <button class="btn" type="button" id="reconcile-cancel" hidden=true>"Cancel"</button>
                    </p>
                    <p class="gap-above" id="reconcile-progress" hidden=true>
                        <progress class="progress" id="reconcile-bar" max="100" value="0" aria-label="Progress"></progress>
                    </p>
                    <p class="small dim gap-small" id="reconcile-status" role="status"></p>
                    <div id="outcome" class="gap-above"></div>
                    <div class="gap-above">
                        <Drawer summary="On the command line">{commands_again}</Drawer>
                    </div>
                </div>
            </div>
        </Reconcile>
    }
    .into_any();
    view! { <Section id="files" title="On this machine" width=Width::Span>{body}</Section> }.into_any()
}

/// The same by `rung reconcile`.
fn command_line(shown: &ReconcileShown) -> AnyView {
    let command = "rung reconcile left.csv right.csv --key patient_id=member_id,encounter_id \\\n  \
                   --member patient_id=member_id --compare service_date:days=1,charge:cents=5,diagnosis:code=icd10";
    let post = format!("POST /api/v1/checks/{}/reports", shown.id);
    view! {
        <p class="measure gap-small">"The command line does the same with the same engine, and prints what came out:"</p>
        <pre class="raw gap-small" tabindex="0" role="region" aria-label="Command">{command}</pre>
        <p class="measure gap-small">
            "Put what it prints into the field "<b>"What came out"</b>", or send it as "
            <span class="mono">"aggregate"</span>" to "<span class="mono">{post}</span>"."
        </p>
    }
    .into_any()
}

fn send_section(
    shown: &ReconcileShown,
    with_files: bool,
    typed: &Fields,
    refusal: Option<&Refusal>,
) -> AnyView {
    let aggregate = with_files.then(|| {
        view! {
            <TextArea
                id="aggregate" name="aggregate" label="What came out" rows=14 optional=true
                hint="Exactly this is sent: counts, names of columns, row numbers. No value of any row."
                value=typed.get("aggregate").to_owned() error=error_of(refusal, "aggregate")
            />
        }
    });
    let table = table_of(&shown.kind.code).map(|wanted| {
        view! {
            <TextArea
                id="table" name="table" label=wanted.label rows=8 optional=true hint=wanted.help
                value=typed.get("table").to_owned() error=error_of(refusal, "table")
            />
        }
    });
    let figures = shown.kind.observations.iter().filter(|spec| spec.name != "run_age_days");
    let figures = figures.map(|spec| figure_field(spec, typed, refusal)).collect_view();
    let figures_title =
        if with_files { "Figures that the files do not tell" } else { "The figures of the report" };
    let body = view! {
        <form method="post" action=format!("{}/reconcile", shown.at) novalidate=true>
            {aggregate}
            {table}
            <h3 class="gap-above">{figures_title}</h3>
            <div class="gap-small">{figures}</div>
            <div class="gap-above">
                <TextInput
                    id="computed_at" name="computed_at" label="Computed on" kind="date" look=InputLook::Short
                    optional=true hint="Today, where empty" value=typed.get("computed_at").to_owned()
                    error=error_of(refusal, "computed_at")
                />
            </div>
            <p class="row gap-above">
                <Button kind=ButtonKind::Main>"Send"</Button>
                <ButtonLink href=shown.at.clone() kind=ButtonKind::Plain>"Cancel"</ButtonLink>
            </p>
        </form>
    }
    .into_any();
    view! { <Section id="send" title="What is sent" width=Width::Span>{body}</Section> }.into_any()
}

fn figure_field(spec: &ObservationSpec, typed: &Fields, refusal: Option<&Refusal>) -> AnyView {
    let id = format!("observations.{}", spec.name);
    let name = id.clone();
    let unit = if spec.unit.is_empty() { String::new() } else { format!(" In {}.", spec.unit) };
    let more = if spec.kind == ObservationType::List { " Separated by commas." } else { "" };
    let hint = as_hint(&format!("{}{unit}{more}", spec.help));
    let (look, inputmode) = match spec.kind {
        ObservationType::Integer => (InputLook::Short, "numeric"),
        ObservationType::Number => (InputLook::Short, "decimal"),
        _ => (InputLook::Full, "text"),
    };
    let error = error_of(refusal, &id);
    // The hint names the unit.
    let label = in_words(spec.name.strip_suffix("_pct").unwrap_or(&spec.name));
    view! {
        <TextInput
            id=id.clone() name label look=look inputmode=inputmode optional=true
            hint=hint value=typed.get(&id).to_owned() error=error autocomplete="off"
        />
    }
    .into_any()
}
