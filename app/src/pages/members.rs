//! Who belongs to an organization, in which role, and who is invited.

mod invitations;

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use service::record::{Invitation, Member, Role};
use service::{UnixMillis, UserId};

use super::parts::{RefusalNote, error_of};
use crate::ui::{
    Button, ButtonKind, ButtonLink, ButtonSize, Column, Day, Fact, KeyValue, PageHead, PostButton, Section,
    Select, Table, TableLook, TextInput, date_of,
};
use crate::web::{Fields, Refusal};
use crate::words::{plural, role_word};

/// Every role as (value on the wire, role), the one for most people first.
pub(crate) const ROLES: [(&str, Role); 5] = [
    ("contributor", Role::Contributor),
    ("assessor", Role::Assessor),
    ("consultant", Role::Consultant),
    ("viewer", Role::Viewer),
    ("owner", Role::Owner),
];

fn value_of(role: Role) -> &'static str {
    ROLES.iter().find(|(_, other)| *other == role).map_or("viewer", |(value, _)| value)
}

fn meaning(role: Role) -> &'static str {
    match role {
        Role::Viewer => "reads everything of the organization",
        Role::Contributor => "answers, attaches evidence, registers integrations and runs checks",
        Role::Assessor => {
            "as a contributor; also starts and submits assessments, reviews evidence and changes ties"
        }
        Role::Consultant => {
            "from outside: runs checks, starts, rates and signs assessments, reviews evidence and changes ties; does not answer"
        }
        Role::Owner => "everything, and manages members",
    }
}

/// What the page shows.
pub(crate) struct MembersSheet {
    pub(crate) slug: String,
    /// A demonstration stays as it is.
    pub(crate) demo: bool,
    pub(crate) members: Vec<Member>,
    /// The latest, for an owner; nobody else manages members.
    pub(crate) invitations: Option<Vec<Invitation>>,
    pub(crate) reader: UserId,
    pub(crate) now: UnixMillis,
    pub(crate) filled: Filled,
}

/// What stands in the page's forms, and what came of them.
#[derive(Default)]
pub(crate) struct Filled {
    /// The fields of a refused addition.
    pub(crate) add: Fields,
    /// The fields of a refused invitation.
    pub(crate) invite: Fields,
    pub(crate) refusal: Option<Refusal>,
    /// The links of the invitations that were just made: shown this once.
    pub(crate) made: Vec<MadeLink>,
}

/// A new invitation's link.
#[derive(Serialize, Deserialize)]
pub(crate) struct MadeLink {
    pub(crate) address: String,
    pub(crate) email: String,
    /// A mail brings it.
    pub(crate) mailed: bool,
}

#[component]
pub(crate) fn MembersPage(sheet: MembersSheet) -> impl IntoView {
    let MembersSheet { slug, demo, members, invitations, reader, now, filled } = sheet;
    let (may_manage, refusal) = (invitations.is_some(), filled.refusal.clone());
    let at = format!("/orgs/{slug}/members");
    let under = plural(members.len(), "member");
    let mut columns =
        vec![Column::text("Name"), Column::text("E-mail"), Column::text("Role"), Column::number("Since")];
    if may_manage {
        columns.push(Column::text("Membership"));
    }
    let rows = members.into_iter().map(|member| row(&at, member, reader, may_manage)).collect_view();
    let add = may_manage.then(|| add_form(&at, &filled.add, refusal.as_ref()));
    let invite = invitations.as_ref().map(|_| invitations::form(&at, &filled.invite, refusal.as_ref()));
    let made = filled.made.iter().map(invitations::made).collect_view();
    let invited = invitations.map(|invitations| invitations::list(&at, &invitations, now));
    let own = may_manage.then(|| organization_section(&slug, demo));
    let roles = ROLES.iter().map(|(_, role)| Fact::new(role_word(*role), meaning(*role))).collect::<Vec<_>>();
    view! {
        <PageHead title="Members" under=under/>
        {made}
        <RefusalNote refusal/>
        <div class="stack-wide">
            <div>
                <Table caption="Members of the organization" columns look=TableLook::Fold>{rows}</Table>
                {may_manage.then(|| view! {
                    <p class="small measure gap-above">
                        "When a membership ends, so do the open invitations and shared links that the member made. \
                         With a role that may not make them, they end as well."
                    </p>
                })}
            </div>
            {invited}
            {may_manage.then(|| view! { <div class="grid two">{invite}{add}</div> })}
            <Section id="roles" title="What a role may do"><KeyValue facts=roles/></Section>
            {own}
        </div>
    }
    .into_any()
}

fn organization_section(slug: &str, demo: bool) -> AnyView {
    let (edit, action) = (format!("/orgs/{slug}/edit"), format!("/orgs/{slug}/export"));
    let edit = if demo {
        view! { <p class="dim gap-small">"This is a demonstration: it stays as it is."</p> }.into_any()
    } else {
        view! { <p class="gap-small"><ButtonLink href=edit>"Edit the organization"</ButtonLink></p> }
            .into_any()
    };
    view! {
        <Section id="organization" title="The organization">
            <p>"Its name, what it is and its size: they decide which criteria are asked, and with whom it is compared."</p>
            {edit}
        </Section>
        <Section id="export" title="The organization as a file">
            <p>
                "All its records, files of evidence and snapshots, with their hashes, for another installation of Rung: whoever \
                 administers that brings it in under Administration, or with "<code>"rung client import"</code>". Accounts \
                 and secrets of checks stay here."
            </p>
            <p class="gap-small">
                <PostButton action=action>"Download the organization"</PostButton>
            </p>
        </Section>
    }
    .into_any()
}

fn role_choices() -> Vec<(String, String)> {
    ROLES.iter().map(|(value, role)| ((*value).to_owned(), role_word(*role).to_owned())).collect()
}

fn row(at: &str, member: Member, reader: UserId, may_manage: bool) -> AnyView {
    let you = (member.user == reader).then(|| view! { " "<span class="dim">"(you)"</span> });
    // Who came along with a client, or belongs to a demonstration, is a name without an account.
    let address = if member.email.contains('@') {
        member.email.clone().into_any()
    } else {
        view! { <span class="dim">"Cannot sign in"</span> }.into_any()
    };
    let role = if may_manage { role_form(at, &member) } else { role_word(member.role).into_any() };
    let remove = may_manage.then(|| {
        let fields = vec![("user".to_owned(), member.user.to_string())];
        view! {
            <td class="wide">
                <PostButton action=format!("{at}/remove") fields kind=ButtonKind::Stop size=ButtonSize::Small>
                    {format!("Remove {}", member.name)}
                </PostButton>
            </td>
        }
    });
    view! {
        <tr>
            <th scope="row">{member.name.clone()}{you}</th>
            <td>{address}</td>
            <td class="wide">{role}</td>
            <td class="num" data-label="Since"><Day date=date_of(member.since.timestamp())/></td>
            {remove}
        </tr>
    }
    .into_any()
}

fn role_form(at: &str, member: &Member) -> AnyView {
    let options = role_choices()
        .into_iter()
        .map(|(value, words)| {
            let selected = value == value_of(member.role);
            view! { <option value=value selected=selected>{words}</option> }
        })
        .collect_view();
    view! {
        <form class="row" method="post" action=format!("{at}/role")>
            <input type="hidden" name="user" value=member.user.to_string()/>
            <select class="input input-short" name="role" aria-label=format!("Role of {}", member.name)>{options}</select>
            <Button>"Change"</Button>
        </form>
    }
    .into_any()
}

fn add_form(at: &str, typed: &Fields, refusal: Option<&Refusal>) -> AnyView {
    let content = view! {
        <form method="post" action=at.to_owned()>
            <TextInput
                id="email" name="email" label="E-mail" kind="email" value=typed.get("email").to_owned()
                hint="Of somebody who has an account here" autocomplete="off"
                error=error_of(refusal, "email")
            />
            <Select
                id="role" name="role" label="Role" choices=role_choices() chosen=typed.get("role").to_owned()
                error=error_of(refusal, "role")
            />
            <p class="row gap-above"><Button>"Add member"</Button></p>
        </form>
    }
    .into_any();
    view! {
        <Section id="add" title="Add an account">{content}</Section>
    }
    .into_any()
}
