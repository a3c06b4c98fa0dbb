//! Views of the portfolio that somebody saved: links, and a form that saves the choice in the address.

use leptos::prelude::*;
use service::record::SavedView;

use super::PortfolioFilter;
use crate::pages::parts::error_of;
use crate::ui::{Button, ButtonKind, ButtonSize, Drawer, PostButton, TextInput};
use crate::web::{Fields, Refusal};

/// The reader's views, and what came of saving one.
#[derive(Default)]
pub(crate) struct Views {
    pub(crate) saved: Vec<SavedView>,
    pub(crate) typed: Fields,
    pub(crate) refusal: Option<Refusal>,
}

/// The way to each saved view; nothing where there is none.
pub(super) fn links(views: &Views, filter: &PortfolioFilter) -> Option<AnyView> {
    if views.saved.is_empty() {
        return None;
    }
    let here = filter.query();
    let links = views.saved.iter().map(|view| {
        let current = (view.query == here).then_some("page");
        view! { <a href=format!("/portfolio?{}", view.query) aria-current=current>{view.name.clone()}</a> }
    });
    let links = links.collect_view();
    Some(view! { <nav class="tabs gap-below" aria-label="Saved views">{links}</nav> }.into_any())
}

/// The form that saves the choice, and the way to be rid of a view.
pub(super) fn keep(views: &Views, filter: &PortfolioFilter) -> AnyView {
    let error = error_of(views.refusal.as_ref(), "view");
    let open = error.is_some();
    let removes = views.saved.iter().map(|view| {
        let action = format!("/portfolio/views/{}/remove", view.id);
        let words = format!("Remove the view {}", view.name);
        view! { <PostButton action=action kind=ButtonKind::Stop size=ButtonSize::Small>{words}</PostButton> }
    });
    let removes = removes.collect_view();
    let (query, name) = (filter.query(), views.typed.get("view").to_owned());
    view! {
        <Drawer summary="Save this view" open=open>
            <form method="post" action="/portfolio/views" class="measure">
                <input type="hidden" name="query" value=query/>
                <TextInput
                    id="view" name="view" label="Name of the view" value=name
                    hint="Framework, filters and order as they are now; one of the same name is replaced" error=error
                />
                <p class="row gap-small"><Button>"Save view"</Button></p>
            </form>
            <div class="row gap-small">{removes}</div>
        </Drawer>
    }
    .into_any()
}
