//! Credentials, as the lists of API clients, file accounts and engine channels name them.

use store::record::{Credential, CredentialKind};

use super::reading::{Reading, day_text, word_of};

const KINDS: [(&str, CredentialKind); 4] = [
    ("api-client", CredentialKind::ApiClient),
    ("file-account", CredentialKind::FileAccount),
    ("engine-channel", CredentialKind::EngineChannel),
    ("other", CredentialKind::Other),
];

pub(super) fn read(reading: &mut Reading<'_>) -> Credential {
    let credential = Credential {
        credential: reading.text("credential"),
        kind: reading.choice("kind", &KINDS).unwrap_or(CredentialKind::Other),
        integration: reading.text("integration"),
        issued: reading.needed_day("issued"),
        last_used: reading.day("last_used"),
        disabled: reading.day("disabled"),
        notes: reading.text("notes"),
    };
    for (name, day) in [("last_used", credential.last_used), ("disabled", credential.disabled)] {
        if day.is_some_and(|day| day < credential.issued) {
            reading.problem(name, "This day lies before the day on which it was issued.");
        }
    }
    credential
}

pub(super) fn shown(credential: &Credential) -> Vec<String> {
    vec![
        credential.credential.clone(),
        word_of(&KINDS, &credential.kind),
        credential.integration.clone(),
        day_text(Some(credential.issued)),
        day_text(credential.last_used),
        day_text(credential.disabled),
        credential.notes.clone(),
    ]
}
