//! The pages whose forms are sent to an address of its own. Such an address shows nothing when it is opened: it is in the
//! address bar after a form came back, and in the browser's history.

use axum::extract::MatchedPath;
use http::{Method, Uri};

use crate::web::PageError;

/// Of these patterns the longest that an address goes on from is the page with the form.
const PAGES: [&str; 22] = [
    "/demo",
    "/drafts/{id}",
    "/drafts/{id}/parts/{part}",
    "/invitations/{token}",
    "/orgs/{slug}/alerts",
    "/orgs/{slug}/assessments/{id}/criteria/{criterion}",
    "/orgs/{slug}/assessments/{id}/findings",
    "/orgs/{slug}/assessments/{id}/owners",
    "/orgs/{slug}/assessments/{id}/review",
    "/orgs/{slug}/assessments/{id}/review/{domain}",
    "/orgs/{slug}/assessments/{id}/roadmap",
    "/orgs/{slug}/assessments/{id}/shares",
    "/orgs/{slug}/assessments/{id}/{domain}",
    "/orgs/{slug}/checks/{id}",
    "/orgs/{slug}/evidence",
    "/orgs/{slug}/integrations/{id}",
    "/orgs/{slug}/logo",
    "/orgs/{slug}/members",
    "/orgs/{slug}/peers",
    "/portfolio",
    "/portfolio/campaigns/{id}",
    "/settings",
];

/// The file of a whole client is asked for where its members are.
const EXPORT: &str = "/orgs/{slug}/export";
const EXPORTED_FROM: &str = "/orgs/{slug}/members";

/// The answer to a method that an address does not take.
pub(super) async fn not_a_page(method: Method, uri: Uri, matched: Option<MatchedPath>) -> PageError {
    let page = matched.filter(|_| method == Method::GET || method == Method::HEAD);
    let page = page.and_then(|matched| page_of(matched.as_str()));
    PageError::method_not_allowed(page.map(|page| filled(page, uri.path())))
}

/// The pattern of the page with the form that is sent to addresses of this pattern.
fn page_of(sent_to: &str) -> Option<&'static str> {
    if sent_to == EXPORT {
        return Some(EXPORTED_FROM);
    }
    let goes_on = |page: &&str| sent_to.strip_prefix(page).is_some_and(|rest| rest.starts_with('/'));
    PAGES.into_iter().filter(goes_on).max_by_key(|page| page.len())
}

/// The page's address: what stands for its parameters stands at the same places of `path`.
fn filled(page: &str, path: &str) -> String {
    let mut given = path.split('/');
    let segments = page.split('/').map(|segment| {
        let own = given.next().unwrap_or_default();
        if segment.starts_with('{') { own } else { segment }
    });
    segments.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::*;

    /// The patterns of all routes, with what answers them, as the sources say.
    fn routes(folder: &Path, found: &mut Vec<(String, String)>) {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                routes(&path, found);
                continue;
            }
            let source = fs::read_to_string(&path).unwrap();
            for rest in source.split(".route(").skip(1) {
                let mut open = 1;
                let end = rest.find(|letter: char| {
                    open += i32::from(letter == '(') - i32::from(letter == ')');
                    open == 0
                });
                let call = &rest[..end.unwrap()];
                // This file speaks of routes and has none.
                if let Some(pattern) = call.split('"').nth(1).filter(|pattern| pattern.starts_with('/')) {
                    found.push((pattern.to_owned(), call.to_owned()));
                }
            }
        }
    }

    #[test]
    fn every_address_that_only_takes_a_form_has_the_page_with_the_form() {
        let mut all = Vec::new();
        routes(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/routes"), &mut all);
        assert!(all.len() > 100, "only {} routes were found", all.len());
        let (forms, shown): (Vec<_>, Vec<_>) =
            all.iter().partition(|(_, call)| call.contains("post(") && !call.contains("get("));
        assert!(forms.len() > 50, "only {} of them take a form alone", forms.len());
        let pages: BTreeSet<&str> = shown.iter().map(|(pattern, _)| pattern.as_str()).collect();
        for (pattern, _) in forms {
            // From every page one signs out.
            if pattern != "/sign-out" {
                let page = page_of(pattern).unwrap_or_else(|| panic!("{pattern} has no page"));
                assert!(pages.contains(page), "{pattern} leads to {page}, which is no page");
            }
        }
    }

    #[test]
    fn the_page_is_the_nearest_with_the_same_names() {
        let leads = |pattern: &str, path: &str| page_of(pattern).map(|page| filled(page, path));
        let to = |page: &str| Some(page.to_owned());
        assert_eq!(
            leads("/orgs/{slug}/checks/{id}/tie/clear", "/orgs/a/checks/7/tie/clear"),
            to("/orgs/a/checks/7")
        );
        assert_eq!(
            leads(
                "/orgs/{slug}/assessments/{id}/review/{domain}/evidence",
                "/orgs/a/assessments/1/review/PAT/evidence"
            ),
            to("/orgs/a/assessments/1/review/PAT")
        );
        assert_eq!(leads("/orgs/{slug}/export", "/orgs/b%20c/export"), to("/orgs/b%20c/members"));
        assert_eq!(leads("/settings/tokens/revoke", "/settings/tokens/revoke"), to("/settings"));
        assert_eq!(leads("/sign-out", "/sign-out"), None);
    }
}
