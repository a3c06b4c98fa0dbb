//! Who answers a part of an assessment, and until when: in words, and as a form.

use jiff::civil::Date;
use leptos::prelude::*;
use service::record::{Assignment, Member};

use crate::pages::parts::error_of;
use crate::ui::{Button, ButtonSize, InputLook, Select, TextInput};
use crate::web::{Fields, Refusal};
use crate::words::role_word;

/// The form's place on the page, and what it begins with.
pub(super) struct OwnerForm<'a> {
    /// Unique on the page.
    pub(super) id: String,
    pub(super) action: String,
    /// What the button names after *Save owner of*.
    pub(super) subject: String,
    pub(super) kept: Option<&'a Assignment>,
    pub(super) members: &'a [Member],
    /// What the empty choice means here.
    pub(super) nobody: String,
    pub(super) returned: Option<(&'a Fields, &'a Refusal)>,
}

pub(super) fn owner_form(form: OwnerForm<'_>) -> AnyView {
    let OwnerForm { id, action, subject, kept, members, nobody, returned } = form;
    let refusal = returned.map(|(_, refusal)| refusal);
    let value = |name: &str, kept: String| returned.map_or(kept, |(typed, _)| typed.get(name).to_owned());
    let owner = kept.and_then(|kept| kept.owner.as_ref()).map(|owner| owner.id.to_string());
    let due = kept.and_then(|kept| kept.due).map(|due| due.to_string());
    let people = members
        .iter()
        .map(|one| (one.user.to_string(), format!("{}, {}", one.name, role_word(one.role).to_lowercase())));
    let choices = std::iter::once((String::new(), nobody)).chain(people).collect();
    let note = refusal.and_then(|refusal| refusal.note.clone()).map(|note| {
        view! { <p class="error gap-below" role="alert">{note}</p> }
    });
    view! {
        <form method="post" action=action class="gap-small">
            {note}
            <Select
                id=format!("owner-{id}")
                name="owner"
                label="Owner"
                choices=choices
                chosen=value("owner", owner.unwrap_or_default())
                any=true
                error=error_of(refusal, "owner")
            />
            <TextInput
                id=format!("due-{id}")
                name="due"
                label="Due"
                kind="date"
                look=InputLook::Short
                optional=true
                value=value("due", due.unwrap_or_default())
                error=error_of(refusal, "due")
            />
            <p class="gap-small">
                <Button size=ButtonSize::Small>"Save owner"<span class="vh">{format!(" of {subject}")}</span></Button>
            </p>
        </form>
    }
    .into_any()
}

/// `Bo Tran, due 3 Dec 2026`; a row that is folded has no head beside it, so that there is nobody is said in words.
pub(super) fn owner_words(owner: Option<&str>, due: Option<Date>) -> String {
    match (owner, due) {
        (None, None) => "Nobody yet".to_owned(),
        (Some(owner), None) => owner.to_owned(),
        (None, Some(due)) => format!("Nobody yet, due {}", crate::ui::day(due)),
        (Some(owner), Some(due)) => format!("{owner}, due {}", crate::ui::day(due)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn that_there_is_nobody_is_said_in_words() {
        let due = jiff::civil::date(2026, 12, 3);
        assert_eq!(owner_words(None, None), "Nobody yet");
        assert_eq!(owner_words(None, Some(due)), "Nobody yet, due 3 Dec 2026");
        assert_eq!(owner_words(Some("Bo Tran"), Some(due)), "Bo Tran, due 3 Dec 2026");
    }
}
