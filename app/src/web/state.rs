//! What every handler shares.

use std::sync::Arc;

use axum::extract::FromRef;
use leptos::config::LeptosOptions;
use service::Service;

use crate::sandbox::SandboxControl;

/// Shared by all handlers; cheap to clone.
#[derive(Clone)]
pub struct AppState {
    pub service: Service,
    /// Names the browser code (`output_name`, `site_pkg_dir`); nothing else of it is used.
    pub leptos: LeptosOptions,
    /// Address of the style sheet, for example `/pkg/rung-0a1b2c3d4e5f.css`.
    pub css: &'static str,
    /// The sandbox of a demonstration; `None` without `--demo`, and then there is no page `/demo`.
    pub demo: Option<Arc<dyn SandboxControl>>,
}

impl FromRef<AppState> for Service {
    fn from_ref(state: &AppState) -> Self {
        state.service.clone()
    }
}

impl FromRef<AppState> for LeptosOptions {
    fn from_ref(state: &AppState) -> Self {
        state.leptos.clone()
    }
}
