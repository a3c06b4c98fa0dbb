//! The levels aimed at: one for every criterion, and others for single ones. What counts less is a finding (a gap).

use domain::{CriterionCode, Level};
use leptos::prelude::*;
use service::Permission;

use super::RoadmapSheet;
use crate::ui::{Button, ButtonKind, ButtonSize, Column, PostButton, Section, Select, Table, TableLook};

pub(super) fn targets(sheet: &RoadmapSheet) -> AnyView {
    let bundle = &sheet.assessed.bundle;
    let aimed = level_name(sheet, bundle.assessment.target_level);
    let own = match bundle.targets.len() {
        0 => String::new(),
        1 => " 1 criterion has a target of its own.".to_owned(),
        count => format!(" {count} criteria have targets of their own."),
    };
    let words = format!(
        "Every criterion aims at {aimed}.{own} What counts less than its target, and is no gate of the next rung, is a finding."
    );
    let may = sheet.may(Permission::Assess);
    let forms = may.then(|| forms(sheet));
    let table = (!bundle.targets.is_empty()).then(|| table(sheet, may));
    view! {
        <Section id="targets" title="Target levels">
            <p class="measure">{words}</p>
            {table}
            {forms}
        </Section>
    }
    .into_any()
}

/// `3 Operational`.
fn level_name(sheet: &RoadmapSheet, level: Level) -> String {
    let name = sheet.assessed.framework.levels.get(usize::from(level.get()));
    format!("{} {}", level.get(), name.map_or("", String::as_str))
}

fn levels(sheet: &RoadmapSheet) -> Vec<(String, String)> {
    Level::ALL.iter().map(|level| (level.get().to_string(), level_name(sheet, *level))).collect()
}

fn forms(sheet: &RoadmapSheet) -> AnyView {
    let aimed = sheet.assessed.bundle.assessment.target_level;
    let at = sheet.paths.roadmap();
    let asked = sheet.assessed.framework.criteria().filter(|criterion| {
        let score = sheet.assessed.criterion_score(&criterion.code);
        score.is_some_and(domain::scoring::CriterionScore::is_applicable)
    });
    let criteria = asked.map(|one| (one.code.to_string(), format!("{} {}", one.code, one.title))).collect();
    view! {
        <div class="grid two gap-above no-print">
            <form method="post" action=format!("{at}/target-level")>
                <Select
                    id="target-level" name="level" label="Target level of every criterion" choices=levels(sheet)
                    chosen=aimed.get().to_string()
                />
                <p class="gap-small"><Button size=ButtonSize::Small>"Set the target"</Button></p>
            </form>
            <form method="post" action=format!("{at}/target-levels")>
                <Select id="target-criterion" name="criterion" label="Criterion" choices=criteria/>
                <Select
                    id="criterion-level" name="level" label="Its own target level" choices=levels(sheet)
                    chosen=Level::MOST.get().to_string()
                />
                <p class="gap-small"><Button size=ButtonSize::Small>"Set its target"</Button></p>
            </form>
        </div>
    }
    .into_any()
}

fn table(sheet: &RoadmapSheet, may: bool) -> AnyView {
    let mut columns = vec![Column::text("Criterion"), Column::text("Target"), Column::number("Counts")];
    if may {
        columns.push(Column::text("Change"));
    }
    let targets = sheet.assessed.bundle.targets.iter();
    let rows = targets.filter_map(|(code, level)| row(sheet, code, *level, may)).collect_view();
    view! {
        <div class="gap-above">
            <Table caption="Criteria with a target of their own" columns=columns look=TableLook::Fold>{rows}</Table>
        </div>
    }
    .into_any()
}

fn row(sheet: &RoadmapSheet, code: &CriterionCode, level: Level, may: bool) -> Option<AnyView> {
    let framework = &sheet.assessed.framework;
    let (domain, criterion) = (framework.domain_of(code)?, framework.criterion(code)?);
    let counts = sheet.assessed.criterion_score(code).map_or(0, |score| score.effective.get());
    let clear = may.then(|| {
        let fields = vec![("criterion".to_owned(), code.to_string()), ("level".to_owned(), String::new())];
        let action = format!("{}/target-levels", sheet.paths.roadmap());
        view! {
            <td class="wide">
                <PostButton action=action fields=fields kind=ButtonKind::Plain size=ButtonSize::Small>
                    {format!("Let {code} aim as the others do")}
                </PostButton>
            </td>
        }
    });
    Some(
        view! {
            <tr>
                <th scope="row">
                    <a href=sheet.paths.criterion(&domain.code, code)>{code.to_string()}</a>
                    <span class="sub">{criterion.title.clone()}</span>
                </th>
                <td data-label="Target">{level_name(sheet, level)}</td>
                <td class="num" data-label="Counts">{counts.to_string()}</td>
                {clear}
            </tr>
        }
        .into_any(),
    )
}
