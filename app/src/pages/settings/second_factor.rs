//! The second factor on the settings page: off, being set up, on.

use leptos::prelude::*;
use qrcode::{Color, QrCode};
use service::account::{SecondFactorState, TotpSecret};

use super::super::parts::error_of;
use crate::ui::{Button, ButtonKind, Day, Fact, KeyValue, PostButton, Section, TextInput, Width};
use crate::web::{Refusal, percent_encoded};

/// White modules around a QR code (ISO/IEC 18004, section 9.1).
const QUIET: usize = 4;

pub(super) fn second_factor_section(
    state: SecondFactorState,
    email: &str,
    refusal: Option<&Refusal>,
) -> AnyView {
    let content = match state {
        SecondFactorState::Off => off(),
        SecondFactorState::Begun(secret) => begun(&secret, email, refusal),
        SecondFactorState::On { since, codes_left } => {
            let codes = format!("{codes_left} of {} left", SecondFactorState::RECOVERY_CODES);
            let facts = vec![
                Fact::new("State", "On"),
                Fact::new("Since", view! { <Day date=since.date()/> }.into_any()),
                Fact::new("Recovery codes", codes),
            ];
            view! { <KeyValue facts/>{change(refusal)} }.into_any()
        }
    };
    let aside = view! { <p>"A code at sign-in, after the password"</p> };
    view! { <Section id="second-factor" title="Second factor" width=Width::Span aside>{content}</Section> }
        .into_any()
}

fn off() -> AnyView {
    view! {
        <p class="measure">
            "Off. With it, signing in takes a code too, from an authenticator on your telephone: a password that somebody \
            got hold of opens nothing. API tokens do without."
        </p>
        <div class="gap-above">
            <PostButton action="/settings/second-factor/begin">"Set up a second factor"</PostButton>
        </div>
    }
    .into_any()
}

fn begun(secret: &TotpSecret, email: &str, refusal: Option<&Refusal>) -> AnyView {
    let address = authenticator_address(secret, email);
    let drawing = qr_code(&address);
    let facts = vec![
        Fact::new("Account", format!("Rung: {email}")),
        Fact::new("Secret", view! { <code class="mono">{grouped(&secret.base32())}</code> }.into_any()),
    ];
    view! {
        <p class="measure">
            "Scan the picture with an authenticator, or type the secret into it. It is on once a code fits; until then nothing \
            changes."
        </p>
        <div class="grid two gap-above">
            <div>{drawing}</div>
            <div class="stack">
                <KeyValue facts/>
                <p><a href=address>"Open an authenticator on this device"</a></p>
                <form method="post" action="/settings/second-factor/confirm">
                    <TextInput
                        id="second-code" name="second-code" label="Code" autocomplete="one-time-code" inputmode="numeric"
                        hint="The six digits that the authenticator shows" error=error_of(refusal, "second-code")
                    />
                    <p class="row gap-above"><Button>"Turn on"</Button></p>
                </form>
                <PostButton action="/settings/second-factor/abandon" kind=ButtonKind::Plain>"Do not set it up"</PostButton>
            </div>
        </div>
    }
    .into_any()
}

/// One form for both changes, since both ask for the same.
fn change(refusal: Option<&Refusal>) -> AnyView {
    view! {
        <form method="post" action="/settings/second-factor" class="gap-above measure">
            <p class="small dim gap-below">"For new recovery codes, and to turn it off:"</p>
            <TextInput
                id="second-password" name="second-password" label="Your password" kind="password"
                autocomplete="current-password" error=error_of(refusal, "second-password")
            />
            <TextInput
                id="second-code" name="second-code" label="Code" autocomplete="one-time-code"
                hint="The six digits that the authenticator shows, or a recovery code"
                error=error_of(refusal, "second-code")
            />
            <p class="row gap-above">
                <Button name="second-act" value="codes">"New recovery codes"</Button>
                <Button kind=ButtonKind::Stop name="second-act" value="off">"Turn off"</Button>
            </p>
        </form>
    }
    .into_any()
}

/// `ABCD EFGH …`: to be typed.
fn grouped(base32: &str) -> String {
    let letters: Vec<char> = base32.chars().collect();
    let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
    groups.join(" ")
}

/// What authenticators read, from a picture or a link ("Key Uri Format" of Google Authenticator). Hash, digits and period
/// are those that it means by itself.
fn authenticator_address(secret: &TotpSecret, email: &str) -> String {
    let account = percent_encoded(email).replace('/', "%2F");
    format!("otpauth://totp/Rung:{account}?secret={}&issuer=Rung", secret.base32())
}

/// The text as a QR code; nothing where it is longer than one can hold.
fn qr_code(text: &str) -> Option<AnyView> {
    let code = QrCode::new(text).ok()?;
    let side = code.width();
    let view_box = format!("0 0 {0} {0}", side + 2 * QUIET);
    let path = dark_runs(&code.to_colors(), side);
    Some(
        view! {
            <svg
                class="qr" viewBox=view_box role="img" aria-labelledby="second-picture" shape-rendering="crispEdges"
            >
                <title id="second-picture">"QR code with the secret that stands beside it"</title>
                <path d=path></path>
            </svg>
        }
        .into_any(),
    )
}

/// Every run of dark modules in a row as a rectangle of one path, `QUIET` modules from the edge.
fn dark_runs(modules: &[Color], side: usize) -> String {
    use std::fmt::Write as _;
    let mut path = String::new();
    for (y, row) in modules.chunks(side).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|one, next| one == next) {
            if run[0] == Color::Dark {
                let _ = write!(path, "M{} {}h{2}v1h-{2}z", x + QUIET, y + QUIET, run.len());
            }
            x += run.len();
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_names_account_and_issuer_and_nothing_in_it_ends_it() {
        let secret = TotpSecret::from_base32("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ").unwrap();
        let address = authenticator_address(&secret, "a/b&c?d@clinic.example");
        let expected = "otpauth://totp/Rung:a%2Fb%26c%3Fd%40clinic.example\
                        ?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Rung";
        assert_eq!(address, expected);
        assert_eq!(grouped("GEZDGNBVGY"), "GEZD GNBV GY");
    }

    #[test]
    fn a_picture_has_a_rectangle_for_every_run_of_dark_modules() {
        let (dark, light) = (Color::Dark, Color::Light);
        let path = dark_runs(&[dark, dark, light, light, light, dark, light, light, light], 3);
        assert_eq!(path, "M4 4h2v1h-2zM6 5h1v1h-1z");
    }
}
