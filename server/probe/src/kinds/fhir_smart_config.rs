//! `fhir.smart_config`: the SMART configuration of a FHIR server.
//!
//! `GET [base]/.well-known/smart-configuration`, judged against the two profiles that differ in what they require: app
//! launch and backend services (SMART App Launch 2.2). Only what a server claims is held against it: one that serves
//! bulk export alone is not blamed for lacking app launch.

use domain::check::{Message, Outcome, Reach, Severity};
use serde_json::Value;
use url::Url;

use super::below_base;
use super::json::{self, Access};
use crate::http::Get;
use crate::prober::Context;
use crate::report::Report;

pub(crate) const CODE: &str = "fhir.smart_config";

const APP_LAUNCH: &str = "https://hl7.org/fhir/smart-app-launch/conformance.html#metadata";
const BACKEND: &str = "https://hl7.org/fhir/smart-app-launch/backend-services.html";

pub(crate) async fn run(context: &Context<'_>) -> Outcome {
    let url = match below_base(context, "/.well-known/smart-configuration") {
        Ok(url) => url,
        Err(failure) => return Report::new("GET [base]/.well-known/smart-configuration").stop(&failure),
    };
    let mut report = Report::new(format!("GET {url}"));
    let document = match json::fetch(context, &mut report, &url, "application/json", Access::Public).await {
        Ok((_, document)) => document,
        Err(failure) => {
            if failure.reach == Reach::Answered {
                observe(context, &mut report, &Configuration(&Value::Null)).await;
            }
            return report.stop(&failure);
        }
    };
    let configuration = Configuration(&document);
    observe(context, &mut report, &configuration).await;
    if !document.is_object() {
        let text = format!("expected a JSON object, got {}", json::shape(&document));
        report.fail(Message::new(Severity::Error, text).at("parse"));
        return report.close();
    }
    judge(&mut report, &configuration);
    report.close()
}

/// A view of the document.
struct Configuration<'a>(&'a Value);

impl Configuration<'_> {
    fn list(&self, name: &str) -> Vec<String> {
        json::strings(self.0, name)
    }

    fn has(&self, name: &str, wanted: &str) -> bool {
        self.list(name).iter().any(|item| item == wanted)
    }

    /// An absolute address.
    fn endpoint(&self, name: &str) -> bool {
        json::text(self.0, name).is_some_and(|text| {
            Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
        })
    }

    fn asymmetric(&self) -> bool {
        let name = "token_endpoint_auth_signing_alg_values_supported";
        self.has(name, "RS384") || self.has(name, "ES384")
    }

    fn claims_app_launch(&self) -> bool {
        self.0.get("authorization_endpoint").is_some_and(|endpoint| !endpoint.is_null())
            || self.has("grant_types_supported", "authorization_code")
            || self.list("capabilities").iter().any(|capability| capability.starts_with("launch-"))
    }

    fn claims_backend(&self) -> bool {
        self.has("grant_types_supported", "client_credentials")
    }
}

async fn observe(context: &Context<'_>, report: &mut Report, configuration: &Configuration<'_>) {
    let pkce = configuration.list("code_challenge_methods_supported");
    report.observe("valid_json", configuration.0.is_object());
    report.observe("has_authorization_endpoint", configuration.endpoint("authorization_endpoint"));
    report.observe("has_token_endpoint", configuration.endpoint("token_endpoint"));
    report.observe("capabilities", configuration.list("capabilities"));
    report.observe("grant_types", configuration.list("grant_types_supported"));
    report.observe("token_auth_methods", configuration.list("token_endpoint_auth_methods_supported"));
    report.observe("signing_algs", configuration.list("token_endpoint_auth_signing_alg_values_supported"));
    report.observe("asymmetric_alg_offered", configuration.asymmetric());
    report.observe("pkce_plain_offered", pkce.iter().any(|method| method == "plain"));
    report.observe("code_challenge_methods", pkce);
    let registration =
        configuration.endpoint("registration_endpoint") || registration_page(context, report).await;
    report.observe("has_registration_route", registration);
}

/// Whether the registration page entered for this endpoint answers.
async fn registration_page(context: &Context<'_>, report: &mut Report) -> bool {
    let Some(page) = context.parameters.text("registration_page") else { return false };
    let guard = context.connector.guard();
    let answer = match guard.vet_url(page) {
        Ok(url) => {
            let get =
                Get { url: &url, accept: "text/html, */*;q=0.5", bearer: None, deadline: context.deadline };
            context.http.get(&get).await
        }
        Err(error) => Err(error.into()),
    };
    let problem = match answer {
        Ok(answer) if answer.status.is_success() => return true,
        Ok(answer) => format!("the registration page {page} answered {}", json::status_text(answer.status)),
        Err(failure) => format!("the registration page {page} does not answer: {failure}"),
    };
    report.say(Message::new(Severity::Warning, problem).at("registration_page"));
    false
}

/// One requirement of a profile: where, and what is wrong.
type Problem = (&'static str, String);

fn judge(report: &mut Report, configuration: &Configuration<'_>) {
    let profiles = [
        ("app launch", APP_LAUNCH, configuration.claims_app_launch(), app_launch(configuration)),
        ("backend services", BACKEND, configuration.claims_backend(), backend_services(configuration)),
    ];
    for (name, link, claimed, problems) in &profiles {
        match (claimed, problems.is_empty()) {
            (true, true) => report.note(format!("fulfils what SMART requires for {name}")),
            (true, false) => {
                for (at, problem) in problems {
                    let text = format!("SMART {name}: {problem}");
                    let message = Message::new(Severity::Error, text).at(*at);
                    report.fail(message.requirement(format!("SMART {name}"), *link));
                }
            }
            (false, _) => report.note(format!("does not offer SMART {name}, and is not judged by it")),
        }
    }
    if profiles.iter().all(|(_, _, claimed, _)| !claimed) {
        let text = "expected an authorization_endpoint (app launch) or the client_credentials grant (backend services); \
                    the configuration offers neither";
        report.fail(
            Message::new(Severity::Error, text).at("grant_types_supported").requirement("SMART", APP_LAUNCH),
        );
    }
}

fn app_launch(configuration: &Configuration<'_>) -> Vec<Problem> {
    let mut problems = endpoints(configuration, &["authorization_endpoint", "token_endpoint"]);
    if configuration.list("capabilities").is_empty() {
        problems.push(("capabilities", "expected a list of capabilities; it is missing or empty".to_owned()));
    }
    problems.extend(wanted(configuration, "grant_types_supported", "authorization_code"));
    problems.extend(wanted(configuration, "code_challenge_methods_supported", "S256"));
    if configuration.has("code_challenge_methods_supported", "plain") {
        let text = "code_challenge_methods_supported must not offer plain".to_owned();
        problems.push(("code_challenge_methods_supported", text));
    }
    let openid = configuration.has("capabilities", "sso-openid-connect");
    for name in ["issuer", "jwks_uri"] {
        match (openid, configuration.endpoint(name)) {
            (true, false) => {
                problems.push((
                    name,
                    format!("sso-openid-connect is listed, so {name} is expected as an absolute address"),
                ));
            }
            (false, true) => {
                problems.push((name, format!("{name} is only expected where sso-openid-connect is listed")));
            }
            _ => {}
        }
    }
    problems
}

fn backend_services(configuration: &Configuration<'_>) -> Vec<Problem> {
    let mut problems = endpoints(configuration, &["token_endpoint"]);
    problems.extend(wanted(configuration, "grant_types_supported", "client_credentials"));
    problems.extend(wanted(configuration, "token_endpoint_auth_methods_supported", "private_key_jwt"));
    if !configuration.asymmetric() {
        let name = "token_endpoint_auth_signing_alg_values_supported";
        problems.push((
            name,
            format!("expected RS384 or ES384 in {name}, got {}", seen(&configuration.list(name))),
        ));
    }
    problems
}

fn endpoints(configuration: &Configuration<'_>, names: &[&'static str]) -> Vec<Problem> {
    let missing = names.iter().filter(|name| !configuration.endpoint(name));
    missing
        .map(|name| {
            (*name, format!("expected {name} as an absolute address; got {}", configuration.0[*name]))
        })
        .collect()
}

fn wanted(configuration: &Configuration<'_>, list: &'static str, item: &str) -> Option<Problem> {
    let missing = !configuration.has(list, item);
    missing.then(|| (list, format!("expected {item} in {list}, got {}", seen(&configuration.list(list)))))
}

fn seen(list: &[String]) -> String {
    if list.is_empty() { "nothing".to_owned() } else { list.join(", ") }
}
