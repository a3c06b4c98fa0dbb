//! Signs from the sprite, and the mark. A sign never stands alone: a word is beside it.

use domain::check::Status;
use leptos::prelude::*;

/// The signs of the sprite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    Pass,
    Warn,
    Fail,
    Unknown,
    Gate,
    File,
    Run,
    Clock,
    Here,
    Up,
    Down,
    Flat,
    Plus,
    Sort,
}

impl Sign {
    /// The address of the sign inside the page.
    pub(crate) const fn href(self) -> &'static str {
        match self {
            Self::Pass => "#i-pass",
            Self::Warn => "#i-warn",
            Self::Fail => "#i-fail",
            Self::Unknown => "#i-unknown",
            Self::Gate => "#i-gate",
            Self::File => "#i-file",
            Self::Run => "#i-run",
            Self::Clock => "#i-clock",
            Self::Here => "#i-here",
            Self::Up => "#i-up",
            Self::Down => "#i-down",
            Self::Flat => "#i-flat",
            Self::Plus => "#i-plus",
            Self::Sort => "#i-sort",
        }
    }
}

impl From<Status> for Sign {
    fn from(status: Status) -> Self {
        match status {
            Status::Pass => Self::Pass,
            Status::Warn => Self::Warn,
            Status::Fail => Self::Fail,
            Status::Unknown => Self::Unknown,
        }
    }
}

/// Signs and hatching patterns; once per page ([`Layout`](super::Layout) brings it). Never hidden with
/// `display`.
#[component]
pub fn Sprite() -> impl IntoView {
    let sprite = include_str!("sprite.svg");
    view! { <svg class="sprite" aria-hidden="true" focusable="false" inner_html=sprite></svg> }.into_any()
}

/// A sign as large as the text around it.
#[component]
pub fn Icon(sign: Sign) -> impl IntoView {
    // A page has dozens: as text they cost a third of what elements do.
    let drawing = format!(r#"<use href="{}"></use>"#, sign.href());
    view! { <svg class="ico" aria-hidden="true" inner_html=drawing></svg> }.into_any()
}

/// The mark: two rails, two rungs climbed, one open.
#[component]
pub fn BrandMark() -> impl IntoView {
    view! {
        <svg viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke-width="2.5">
            <path class="mark-rail" d="M8.5 1.5 4 22.5M20 1.5l-4.5 21"></path>
            <path class="mark-rung" d="M6 18.5h10.2M7.1 12.9h10.2"></path>
            <path class="mark-next" d="M8.3 7.3h2.2M16.2 7.3h2.2"></path>
        </svg>
    }
    .into_any()
}
