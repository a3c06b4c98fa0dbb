//! The criteria that one item speaks to, to be chosen anew.

use domain::CriterionCode;
use leptos::prelude::*;
use service::assessment::Assessed;
use service::record::Evidence;

use super::form::criteria_groups;
use crate::pages::parts::RefusalNote;
use crate::ui::{Button, ButtonKind, ButtonLink, PageHead};
use crate::web::Refusal;
use crate::words::Paths;

/// What the page shows.
pub(crate) struct CriteriaSheet {
    pub(crate) assessed: Assessed,
    pub(crate) paths: Paths,
    pub(crate) item: Evidence,
    /// As they are, or as they were ticked where the form came back.
    pub(crate) chosen: Vec<CriterionCode>,
    pub(crate) refusal: Option<Refusal>,
}

impl CriteriaSheet {
    fn list(&self) -> String {
        let assessment = self.assessed.bundle.assessment.id;
        format!("{}?assessment={assessment}#item-{}", self.paths.evidence(), self.item.id)
    }
}

pub(crate) fn criteria_page(sheet: &CriteriaSheet) -> AnyView {
    let item = &sheet.item;
    let title = format!("Criteria of {}", item.title);
    let under = "The item stays as it is, and has to be reviewed again: a reviewer says what it proves.";
    let back = sheet.list();
    let groups = criteria_groups(&sheet.assessed, &sheet.chosen, sheet.refusal.as_ref());
    let action = format!("{}/{}/criteria", sheet.paths.evidence(), item.id);
    view! {
        <PageHead title=title under=under>
            <ButtonLink href=back>"Back to the evidence"</ButtonLink>
        </PageHead>
        <RefusalNote refusal=sheet.refusal.clone()/>
        <form method="post" action=action>
            <input type="hidden" name="revision" value=item.revision.to_string()/>
            {groups}
            <p class="row gap-above"><Button kind=ButtonKind::Main>"Tie it to the chosen"</Button></p>
        </form>
    }
    .into_any()
}
