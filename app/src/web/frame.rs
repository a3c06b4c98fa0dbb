//! A whole document around a page's content: head, header with navigation, footer, and the browser code if it is needed.

use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use hydration_context::SsrSharedContext;
use jiff::tz::TimeZone;
use leptos::config::LeptosOptions;
use leptos::hydration::HydrationScripts;
use leptos::nonce::{Nonce, provide_nonce, use_nonce};
use leptos::prelude::*;
use service::Actor;
use service::record::{AssessmentBundle, Organization};

use super::state::AppState;
use crate::ui::{Account, Layout, NavLink, Navigation, PageWidth, Zone, escaped};

/// The nonce of the page's own script, as an extension of its response; the server puts it into the
/// Content-Security-Policy. Only pages with an island have one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageNonce(pub Arc<str>);

/// The pages of an organization, in the order of the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    Overview,
    Assessment,
    Findings,
    Integrations,
    Incidents,
    Evidence,
    Report,
    Members,
}

impl Tab {
    const ALL: [Self; 8] = [
        Self::Overview,
        Self::Assessment,
        Self::Findings,
        Self::Integrations,
        Self::Incidents,
        Self::Evidence,
        Self::Report,
        Self::Members,
    ];

    const fn words(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Assessment => "Assessment",
            Self::Findings => "Findings",
            Self::Integrations => "Integrations",
            Self::Incidents => "Incidents",
            Self::Evidence => "Evidence",
            Self::Report => "Report",
            Self::Members => "Members",
        }
    }

    /// `at` is the organization's address, `assessment` the assessment's if the page is about one.
    fn href(self, at: &str, assessment: Option<&str>) -> String {
        match (self, assessment) {
            (Self::Overview, _) => at.to_owned(),
            (Self::Assessment, Some(assessment)) => assessment.to_owned(),
            (Self::Findings, Some(assessment)) => format!("{assessment}/findings"),
            (Self::Report, Some(assessment)) => format!("{assessment}/report"),
            // Without one in view, these addresses lead to the latest.
            (Self::Assessment, None) => format!("{at}/assessment"),
            (Self::Findings, None) => format!("{at}/findings"),
            (Self::Report, None) => format!("{at}/report"),
            (Self::Integrations, _) => format!("{at}/integrations"),
            (Self::Incidents, _) => format!("{at}/incidents"),
            (Self::Evidence, _) => format!("{at}/evidence"),
            (Self::Members, _) => format!("{at}/members"),
        }
    }
}

/// Everything of a document but its content.
pub struct Frame {
    leptos: LeptosOptions,
    css: &'static str,
    islands: bool,
    /// Whoever goes back to the page asks for it again.
    fresh: bool,
    title: String,
    crumbs: Vec<NavLink>,
    navigation: Option<Navigation>,
    ends: Vec<NavLink>,
    account: Option<Account>,
    demonstration: bool,
    width: PageWidth,
    source: Option<String>,
    zone: Zone,
}

impl Frame {
    /// `title` is the browser's (`Alder Regional Hospital, overview`; the program's name follows).
    pub fn new(state: &AppState, actor: Option<&Actor>, title: impl Into<String>) -> Self {
        let mut ends = vec![NavLink::new("/frameworks", "Frameworks")];
        if state.demo.is_some() && actor.is_some() {
            ends.push(NavLink::new("/demo", "Demonstration"));
        }
        if actor.is_some_and(Actor::is_admin) {
            ends.push(NavLink::new("/admin", "Administration"));
        }
        let account = actor.map(|actor| Account {
            name: actor.name().to_owned(),
            href: "/settings".to_owned(),
            sign_out: "/sign-out".to_owned(),
        });
        Self {
            leptos: state.leptos.clone(),
            css: state.css,
            islands: false,
            fresh: false,
            title: title.into(),
            crumbs: Vec::new(),
            navigation: None,
            ends,
            account,
            demonstration: false,
            width: PageWidth::Wide,
            source: None,
            zone: Zone(actor.map_or(TimeZone::UTC, |actor| actor.time_zone().clone())),
        }
    }

    /// A page of an organization that is called after it: `Alder Regional Hospital, members`.
    pub fn of(state: &AppState, actor: &Actor, organization: &Organization, tab: Tab, subject: &str) -> Self {
        Self::new(state, Some(actor), format!("{}, {subject}", organization.name))
            .organization(organization, tab)
    }

    /// A page of an organization: its navigation, the way here, the label of a demonstration.
    #[must_use]
    pub fn organization(self, organization: &Organization, tab: Tab) -> Self {
        self.around(organization, tab, None)
    }

    /// A page of an assessment: the navigation stays with it, and the footer names its framework.
    #[must_use]
    pub fn assessment(self, bundle: &AssessmentBundle, tab: Tab) -> Self {
        let assessment = &bundle.assessment;
        let at = format!("/orgs/{}/assessments/{}", bundle.organization.slug, assessment.id);
        let source = format!("Framework {} {}", assessment.framework_code, assessment.framework_version);
        let frame = self.around(&bundle.organization, tab, Some(&at)).source(source);
        // Evidence is a form: a browser gives back what was typed there only where it kept the page.
        if tab == Tab::Evidence { frame } else { frame.fresh() }
    }

    fn around(mut self, organization: &Organization, tab: Tab, assessment: Option<&str>) -> Self {
        let at = format!("/orgs/{}", organization.slug);
        let links = Tab::ALL
            .map(|other| NavLink::new(other.href(&at, assessment), other.words()).current_if(other == tab));
        self.crumbs = vec![NavLink::new("/", "Organizations"), NavLink::new(at, organization.name.clone())];
        self.navigation = Some(Navigation { label: "Organization".to_owned(), links: links.into() });
        self.demonstration = organization.demo;
        self
    }

    /// The label of a demonstration, for a page outside an organization's own.
    #[must_use]
    pub fn demonstration_if(mut self, demonstration: bool) -> Self {
        self.demonstration = demonstration;
        self
    }

    /// One step further on the way here.
    #[must_use]
    pub fn crumb(mut self, href: impl Into<String>, words: impl Into<String>) -> Self {
        self.crumbs.push(NavLink::new(href, words));
        self
    }

    /// For one column of text or a form.
    #[must_use]
    pub fn narrow(mut self) -> Self {
        self.width = PageWidth::Narrow;
        self
    }

    /// The page shows answers or what follows from them. An island saves them without a page of its own, so a browser that
    /// goes back must not show the page as it was first loaded.
    #[must_use]
    pub fn fresh(mut self) -> Self {
        self.fresh = true;
        self
    }

    /// The page has an island: it loads the browser code.
    #[must_use]
    pub fn with_islands(mut self) -> Self {
        self.islands = true;
        self
    }

    /// What the page was computed with: `Framework B7 1.0.0`.
    #[must_use]
    pub fn source(mut self, source: impl Into<String>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Draws the page. `content` is what `<main>` holds; it is called where islands find their context.
    pub fn respond(self, status: StatusCode, content: impl FnOnce() -> AnyView) -> Response {
        let cache = if self.fresh { "private, no-store" } else { "private, no-cache" };
        let owner = Owner::new_root(Some(Arc::new(SsrSharedContext::new_islands())));
        let (html, nonce) = owner.with(|| {
            provide_context(self.zone.clone());
            if self.islands {
                provide_nonce();
            }
            let html = self.document(content()).to_html();
            (html, use_nonce())
        });
        owner.unset_with_forced_cleanup();
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
            (header::CACHE_CONTROL, HeaderValue::from_static(cache)),
        ];
        let mut response = (status, headers, html).into_response();
        if let Some(nonce) = nonce {
            response.extensions_mut().insert(PageNonce(Nonce::as_inner(&nonce).clone()));
        }
        response
    }

    fn document(self, content: AnyView) -> AnyView {
        // A browser's title is text only: the marks that Leptos puts between nodes would show in it.
        let title = escaped(&format!("{} · Rung", self.title));
        let scripts = self.islands.then(|| view! { <HydrationScripts options=self.leptos islands=true/> });
        view! {
            <!DOCTYPE html>
            <html lang="en">
                <head>
                    <meta charset="utf-8"/>
                    <meta name="viewport" content="width=device-width, initial-scale=1"/>
                    <meta name="color-scheme" content="light dark"/>
                    <title inner_html=title></title>
                    <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                    <link rel="stylesheet" href=self.css/>
                    {scripts}
                </head>
                <body>
                    <Layout
                        crumbs=self.crumbs
                        navigation=self.navigation
                        ends=self.ends
                        account=self.account
                        demonstration=self.demonstration
                        width=self.width
                        source=self.source
                    >
                        {content}
                    </Layout>
                </body>
            </html>
        }
        .into_any()
    }
}
