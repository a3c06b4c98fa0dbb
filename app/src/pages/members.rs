//! Who belongs to an organization, and in which role.

use leptos::prelude::*;
use service::UserId;
use service::record::{Member, Role};

use super::parts::{RefusalNote, error_of};
use crate::ui::{
    Button, ButtonKind, ButtonSize, Column, Day, Fact, KeyValue, PageHead, PostButton, Section, Select,
    Table, TableLook, TextInput,
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

/// `may_manage`: the reader is an owner. `typed` are the fields of a form that was refused.
#[component]
pub(crate) fn MembersPage(
    slug: String,
    members: Vec<Member>,
    reader: UserId,
    may_manage: bool,
    typed: Fields,
    #[prop(optional_no_strip)] refusal: Option<Refusal>,
) -> impl IntoView {
    let at = format!("/orgs/{slug}/members");
    let under = plural(members.len(), "member");
    let mut columns =
        vec![Column::text("Name"), Column::text("E-mail"), Column::text("Role"), Column::number("Since")];
    if may_manage {
        columns.push(Column::text("Membership"));
    }
    let rows = members.into_iter().map(|member| row(&at, member, reader, may_manage)).collect_view();
    let add = may_manage.then(|| add_form(&at, &typed, refusal.as_ref()));
    let roles = ROLES.iter().map(|(_, role)| Fact::new(role_word(*role), meaning(*role))).collect::<Vec<_>>();
    view! {
        <PageHead title="Members" under=under/>
        <RefusalNote refusal/>
        <div class="stack-wide">
            <Table caption="Members of the organization" columns look=TableLook::Fold>{rows}</Table>
            <div class="grid two">
                {add}
                <Section id="roles" title="What a role may do"><KeyValue facts=roles/></Section>
            </div>
        </div>
    }
    .into_any()
}

fn role_choices() -> Vec<(String, String)> {
    ROLES.iter().map(|(value, role)| ((*value).to_owned(), role_word(*role).to_owned())).collect()
}

fn row(at: &str, member: Member, reader: UserId, may_manage: bool) -> AnyView {
    let you = (member.user == reader).then(|| view! { " "<span class="dim">"(you)"</span> });
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
            <td>{member.email.clone()}</td>
            <td class="wide">{role}</td>
            <td class="num" data-label="Since"><Day date=member.since.date()/></td>
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
            <Button size=ButtonSize::Small>"Change"</Button>
        </form>
    }
    .into_any()
}

fn add_form(at: &str, typed: &Fields, refusal: Option<&Refusal>) -> AnyView {
    let content = view! {
        <form method="post" action=at.to_owned()>
            <TextInput
                id="email" name="email" label="E-mail" kind="email" value=typed.get("email").to_owned()
                hint="Of an existing account; the operator creates accounts" autocomplete="off"
                error=error_of(refusal, "email")
            />
            <Select
                id="role" name="role" label="Role" choices=role_choices() chosen=typed.get("role").to_owned()
                error=error_of(refusal, "role")
            />
            <p class="row gap-above"><Button kind=ButtonKind::Main>"Add member"</Button></p>
        </form>
    }
    .into_any();
    view! {
        <Section id="add" title="Add a member">{content}</Section>
    }
    .into_any()
}
