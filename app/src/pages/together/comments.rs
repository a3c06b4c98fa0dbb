//! What was said about a criterion: threads, each with its answers, and the forms to say more.

use leptos::prelude::*;
use service::Permission;
use service::comment::{Said, Thread};

use super::{AboutForm, AboutSheet};
use crate::pages::parts::error_of;
use crate::ui::{
    Button, ButtonKind, ButtonSize, Drawer, Moment, PostButton, Section, Sign, Tag, TextArea, moment,
};
use crate::words::plural;

pub(super) fn section(sheet: &AboutSheet) -> AnyView {
    let open = sheet.threads.iter().filter(|thread| thread.first.comment.is_open()).count();
    let aside = if sheet.threads.is_empty() {
        "Nobody has said anything yet".to_owned()
    } else {
        format!("{}, {open} open", plural(sheet.threads.len(), "thread"))
    };
    let threads = sheet.threads.iter().map(|thread| thread_view(sheet, thread)).collect_view();
    let list = (!sheet.threads.is_empty()).then(|| view! { <ol class="threads">{threads}</ol> });
    let form = may_comment(sheet).then(|| {
        let action = format!("{}/comments#new-comment", sheet.at());
        let form = text_form(
            sheet,
            &AboutForm::NewThread,
            TextForm {
                id: "new-comment".to_owned(),
                action,
                label: "New comment",
                button: "Comment",
                kept: String::new(),
                hidden: Vec::new(),
            },
        );
        view! { <div class="gap-above">{form}</div> }
    });
    view! {
        <Section id="comments" title="Comments" aside=view! { <p>{aside}</p> }>
            {list}
            {form}
        </Section>
    }
    .into_any()
}

fn may_comment(sheet: &AboutSheet) -> bool {
    sheet.assessed.may(Permission::Comment)
}

fn thread_view(sheet: &AboutSheet, thread: &Thread) -> AnyView {
    let first = &thread.first.comment;
    let id = first.id.to_string();
    let replies = thread
        .replies
        .iter()
        .map(|said| view! { <li id=format!("comment-{}", said.comment.id)>{said_view(sheet, said)}</li> })
        .collect_view();
    let replies = (!thread.replies.is_empty()).then(|| view! { <ol>{replies}</ol> });
    let settled = first.resolved_at.map(|at| {
        let by = first.resolved_by.as_ref().map(|by| format!(" by {}", by.name)).unwrap_or_default();
        let words = format!("Settled{by}, {}", moment(at.timestamp()));
        view! { <p class="gap-small"><Tag sign=Sign::Pass>{words}</Tag></p> }
    });
    let actions = may_comment(sheet).then(|| {
        let (deed, words) = match first.resolved_at {
            None => ("resolve", "Settle thread"),
            Some(_) => ("reopen", "Open again"),
        };
        let answer = text_drawer(
            sheet,
            format!("Answer {}", first.by_name),
            &AboutForm::Reply(id.clone()),
            TextForm {
                id: format!("reply-{id}"),
                action: format!("{}/comments#comment-{id}", sheet.at()),
                label: "Your answer",
                button: "Answer",
                kept: String::new(),
                hidden: vec![("thread".to_owned(), id.clone())],
            },
        );
        view! {
            <div class="deeds deeds-thread">
                {answer}
                {deed_button(sheet, &thread.first, deed, words, ButtonKind::Second)}
            </div>
        }
    });
    view! {
        <li id=format!("comment-{id}")>
            {said_view(sheet, &thread.first)}
            {replies}
            {settled}
            {actions}
        </li>
    }
    .into_any()
}

/// One comment with what its reader may do with it.
fn said_view(sheet: &AboutSheet, said: &Said) -> AnyView {
    let comment = &said.comment;
    let id = comment.id.to_string();
    let edited = comment.edited_at.map(|at| format!(", changed {}", moment(at.timestamp())));
    let text = match comment.withdrawn_at {
        Some(at) => {
            let words = format!("Withdrawn {}.", moment(at.timestamp()));
            view! { <p class="dim">{words}</p> }.into_any()
        }
        None => view! { <p class="words">{comment.text.clone()}</p> }.into_any(),
    };
    let earlier = (!said.earlier.is_empty()).then(|| {
        let lines = said
            .earlier
            .iter()
            .map(|earlier| {
                let at = format!("Until it was changed, from {} on:", moment(earlier.at.timestamp()));
                view! { <p class="small dim">{at}</p><p class="small words">{earlier.text.clone()}</p> }
            })
            .collect_view();
        view! { <Drawer summary="What it said before"><div class="stack-tight">{lines}</div></Drawer> }
    });
    let change = said.editable.then(|| {
        text_drawer(
            sheet,
            "Change".to_owned(),
            &AboutForm::Change(id.clone()),
            TextForm {
                id: format!("change-{id}"),
                action: format!("{}/comments/{id}#comment-{id}", sheet.at()),
                label: "Your comment",
                button: "Save change",
                kept: comment.text.clone(),
                hidden: vec![
                    ("do".to_owned(), "change".to_owned()),
                    ("revision".to_owned(), comment.revision.to_string()),
                ],
            },
        )
    });
    let withdraw =
        said.withdrawable.then(|| deed_button(sheet, said, "withdraw", "Withdraw", ButtonKind::Plain));
    // Below the text, so that one comment reads on into the next.
    let deeds = (change.is_some() || withdraw.is_some() || earlier.is_some())
        .then(|| view! { <div class="deeds">{change}{withdraw}{earlier}</div> });
    view! {
        <p class="small dim">
            <strong>{comment.by_name.clone()}</strong>", "<Moment at=comment.at.timestamp()/>{edited}
        </p>
        {text}
        {deeds}
    }
    .into_any()
}

/// A button that does something with a comment.
fn deed_button(
    sheet: &AboutSheet,
    said: &Said,
    deed: &'static str,
    words: &'static str,
    kind: ButtonKind,
) -> AnyView {
    let id = said.comment.id;
    let action = format!("{}/comments/{id}#comment-{id}", sheet.at());
    let of = format!(" of {}, {}", said.comment.by_name, moment(said.comment.at.timestamp()));
    let fields = vec![("do".to_owned(), deed.to_owned())];
    view! {
        <PostButton action=action fields=fields kind=kind size=ButtonSize::Small>
            {words}<span class="vh">{of}</span>
        </PostButton>
    }
    .into_any()
}

struct TextForm {
    /// Of the form; its field has it with `-text`.
    id: String,
    action: String,
    label: &'static str,
    button: &'static str,
    kept: String,
    hidden: Vec<(String, String)>,
}

/// A form behind its summary; open where it came back.
fn text_drawer(sheet: &AboutSheet, summary: String, which: &AboutForm, form: TextForm) -> AnyView {
    let open = sheet.returned(which).is_some();
    let form = text_form(sheet, which, form);
    view! { <Drawer summary=summary open=open>{form}</Drawer> }.into_any()
}

fn text_form(sheet: &AboutSheet, which: &AboutForm, form: TextForm) -> AnyView {
    let returned = sheet.returned(which);
    let refusal = returned.map(|(_, refusal)| refusal);
    let text = returned.map_or(form.kept, |(typed, _)| typed.get("text").to_owned());
    let note = refusal.and_then(|refusal| refusal.note.clone()).map(|note| {
        view! { <p class="error gap-below" role="alert">{note}</p> }
    });
    let hidden = form
        .hidden
        .into_iter()
        .map(|(name, value)| view! { <input type="hidden" name=name value=value/> })
        .collect_view();
    view! {
        <form method="post" action=form.action id=form.id.clone()>
            {note}
            {hidden}
            <TextArea
                id=format!("{}-text", form.id)
                name="text"
                label=form.label
                value=text
                error=error_of(refusal, "text")
            />
            <p class="gap-small"><Button size=ButtonSize::Small>{form.button}</Button></p>
        </form>
    }
    .into_any()
}
