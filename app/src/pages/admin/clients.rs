//! A client from another installation: the form for its file, and what came of it.

use domain::check::Status;
use leptos::prelude::*;
use service::client::ImportedClient;

use crate::pages::parts::{RefusalNote, error_of};
use crate::ui::{Button, FileInput, Note, Section, Width};
use crate::web::Refusal;
use crate::words::plural;

/// What the form came to; nothing of either before it was sent.
#[derive(Debug, Default)]
pub(crate) struct Brought {
    pub(crate) imported: Option<ImportedClient>,
    pub(crate) refusal: Option<Refusal>,
}

pub(super) fn section(brought: &Brought) -> AnyView {
    let error = error_of(brought.refusal.as_ref(), "file");
    let done = brought.imported.as_ref().map(done);
    let refusal = brought.refusal.clone();
    view! {
        <Section id="clients" title="A client from a file" width=Width::Span>
            {done}
            <RefusalNote refusal=refusal/>
            <p class="measure">
                "An organization that an owner downloaded in another installation, with all its records, files and snapshots. It \
                 is taken whole or not at all, and you own it from then on."
            </p>
            <form class="gap-above" method="post" action="/admin/clients#clients" enctype="multipart/form-data">
                <FileInput
                    id="file"
                    name="file"
                    label="File of the client"
                    accept=".zip,application/zip"
                    hint="At most 1 GB; rung client import takes more"
                    error=error
                />
                <p class="row gap-above"><Button>"Bring the client"</Button></p>
            </form>
        </Section>
    }
    .into_any()
}

/// The same that the command line says.
fn done(client: &ImportedClient) -> AnyView {
    let counts = format!(
        "{}, {}, and {} whose hashes and chain are verified.",
        plural(client.rows, "record"),
        plural(client.files, "file"),
        plural(client.snapshots, "snapshot"),
    );
    let frameworks: Vec<_> =
        client.frameworks.iter().map(|name| format!("{name} was added to the frameworks.")).collect();
    let members: Vec<_> = client.members.iter().map(|(name, role)| format!("{name}, {role}")).collect();
    let href = format!("/orgs/{}", client.slug);
    let lists = [
        ("Evidence whose file was missing already where it comes from:", client.missing_files.clone()),
        (
            "Evidence whose file would not be taken here; it is kept, and handed out as .bin:",
            client.untaken_files.clone(),
        ),
        ("Members where it comes from, who have no access here until they are invited:", members),
    ];
    let lists = lists.into_iter().filter(|(_, lines)| !lines.is_empty()).map(|(title, lines)| {
        let lines = lines.into_iter().map(|line| view! { <li>{line}</li> }).collect_view();
        view! { <p>{title}</p><ul class="lines">{lines}</ul> }
    });
    let lists = lists.collect_view();
    let (title, open, people) =
        (format!("{} is here", client.name), format!("Open {}", client.name), client.same_people());
    let frameworks = frameworks.into_iter().map(|line| view! { <p>{line}</p> }).collect_view();
    view! {
        <div class="gap-below">
            <Note status=Status::Pass title=title alert=true>
                <p><a href=href>{open}</a></p>
                <p>{counts}</p>
                {frameworks}
                {lists}
                <p>{people}</p>
                <p>"Checks that had secrets are paused until somebody enters them again."</p>
            </Note>
        </div>
    }
    .into_any()
}
