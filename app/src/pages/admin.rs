//! The page of whoever administers the installation: how the scheduler does, and clients from elsewhere.

mod clients;

use domain::check::Status;
use leptos::prelude::*;
use service::record::WorkerState;
use service::scheduler::SchedulerStatus;

pub(crate) use clients::Brought;

use crate::ui::{
    Column, Fact, KeyValue, Moment, Note, PageHead, Section, StatusBadge, Table, TableLook, Width, moment,
};
use crate::words::plural;

/// A schedule that is this far behind is worth a warning, in milliseconds.
const BEHIND: i64 = 5000;

#[component]
pub(crate) fn AdminPage(scheduler: SchedulerStatus, brought: Brought) -> impl IntoView {
    let figures = scheduler.figures;
    let behind = scheduler.behind_ms();
    let under = format!(
        "{} of {} on schedule",
        plural(usize::try_from(figures.enabled).unwrap_or(0), "check"),
        figures.checks
    );
    let alarm = alarm(&scheduler);
    let facts = vec![
        Fact::new("Waiting for a worker", format!("{} due and not taken up", figures.overdue)),
        Fact::new("Behind schedule", seconds(behind)),
        Fact::new("In hand", format!("{} held by workers", figures.held)),
        Fact::new(
            "Next due",
            figures.next_due_at.map_or_else(|| "nothing".to_owned(), |at| moment(at.timestamp())),
        ),
        Fact::new(
            "Latest run",
            figures.last_started_at.map_or_else(|| "none yet".to_owned(), |at| moment(at.timestamp())),
        ),
        Fact::new(
            "Failing on this side",
            plural(usize::try_from(figures.failing_here).unwrap_or(0), "check"),
        ),
    ];
    let counts = [
        (Status::Pass, figures.pass),
        (Status::Warn, figures.warn),
        (Status::Fail, figures.fail),
        (Status::Unknown, figures.unknown),
    ];
    let rows = counts
        .map(|(status, count)| {
            view! { <tr><th scope="row"><StatusBadge status/></th><td class="num">{count.to_string()}</td></tr> }
        })
        .into_iter()
        .collect_view();
    let columns = vec![Column::text("Result"), Column::number("Runs")];
    let since = format!("since {}", moment(figures.since.timestamp()));
    view! {
        <PageHead title="Administration" under=under/>
        {alarm}
        <div class="grid split">
            <Section id="schedule" title="Schedule"><KeyValue facts/></Section>
            <Section id="latest" title="Latest runs" aside=view! { <p>{since}</p> }>
                <Table caption="Runs by result" columns>{rows}</Table>
            </Section>
            {workers_section(&scheduler.workers)}
            {clients::section(&brought)}
        </div>
    }
    .into_any()
}

/// What somebody should look at.
fn alarm(scheduler: &SchedulerStatus) -> Option<AnyView> {
    let text = if scheduler.workers.is_empty() && scheduler.figures.enabled > 0 {
        "No worker has reported in the last five minutes. Start rung serve without --no-worker, or rung worker."
    } else if scheduler.behind_ms() > BEHIND {
        "Checks wait for a worker. Start another rung worker, or let checks run less often."
    } else {
        return None;
    };
    Some(view! { <Note status=Status::Warn title="The schedule is not kept"><p>{text}</p></Note> }.into_any())
}

fn workers_section(workers: &[WorkerState]) -> AnyView {
    if workers.is_empty() {
        return view! { <Section id="workers" title="Workers" width=Width::Span><p class="dim">"None."</p></Section> }
            .into_any();
    }
    let columns = vec![
        Column::text("Worker"),
        Column::number("Under way"),
        Column::number("In line"),
        Column::number("Recorded"),
        Column::number("Median lag"),
        Column::number("99th lag"),
        Column::number("Since"),
        Column::number("Last heard"),
    ];
    let rows = workers.iter().map(worker_row).collect_view();
    view! {
        <Section id="workers" title="Workers" width=Width::Span>
            <Table caption="Workers, the longest running first" columns look=TableLook::Fold>{rows}</Table>
        </Section>
    }
    .into_any()
}

fn worker_row(worker: &WorkerState) -> AnyView {
    let lag = |percent| {
        worker.lag.percentile(percent).map_or_else(|| "–".to_owned(), |lag| seconds(i64::from(lag)))
    };
    view! {
        <tr>
            <th scope="row"><span class="mono">{worker.node.clone()}</span></th>
            <td class="num" data-label="Under way">{worker.running.to_string()}</td>
            <td class="num" data-label="In line">{worker.waiting.to_string()}</td>
            <td class="num" data-label="Recorded">{worker.recorded.to_string()}</td>
            <td class="num" data-label="Median lag">{lag(50)}</td>
            <td class="num" data-label="99th lag">{lag(99)}</td>
            <td class="num" data-label="Since"><Moment at=worker.started_at.timestamp()/></td>
            <td class="num" data-label="Last heard"><Moment at=worker.seen_at.timestamp()/></td>
        </tr>
    }
    .into_any()
}

/// `12 ms`, `4.2 s`.
fn seconds(milliseconds: i64) -> String {
    if milliseconds < 1000 {
        return format!("{milliseconds} ms");
    }
    let tenths = (milliseconds + 50) / 100;
    format!("{}.{} s", tenths / 10, tenths % 10)
}
