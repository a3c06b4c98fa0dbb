//! A check's parameters between form, database and probe. Secrets are sealed at rest and shown as set or not.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::convert::Infallible;

use domain::KindCode;
use domain::check::{CheckKind, Group, ParameterError, ParameterType, Parameters};
use probe::Aim;
use store::CheckId;
use store::record::Check;

use super::feed::token;
use crate::seals::Tally;
use crate::{Error, FieldError, Service};

/// Said of a secret that is on file for another target.
const TARGET_CHANGED: &str = "The target changed: enter the secret again.";

/// Parameters as they arrive: from the API or from a form.
#[derive(Debug, Clone)]
pub enum RawParameters {
    Json(BTreeMap<String, serde_json::Value>),
    Text(BTreeMap<String, String>),
}

impl RawParameters {
    /// Whether a parameter is left out, or says nothing.
    fn leaves_out(&self, name: &str) -> bool {
        match self {
            Self::Json(values) => match values.get(name) {
                None | Some(serde_json::Value::Null) => true,
                Some(serde_json::Value::String(text)) => text.trim().is_empty(),
                Some(serde_json::Value::Array(items)) => items.is_empty(),
                Some(_) => false,
            },
            Self::Text(values) => values.get(name).is_none_or(|text| text.trim().is_empty()),
        }
    }
}

/// Parameters that say what was agreed, for people: whoever computes the figures keeps to them, and Rung does not see
/// whether they do.
const DESCRIPTIVE: [(&str, &str); 9] = [
    ("recon.claims_clinical", "contracts"),
    ("recon.referral_loop", "window_days"),
    ("recon.cross_team_counts", "counts"),
    ("recon.cross_team_counts", "teams"),
    ("identity.match", "partner"),
    ("hl7v2.flow", "critical"),
    ("hl7v2.flow", "baseline_weeks"),
    ("direct.delivery", "test_mailbox"),
    ("xca.query", "test_patient"),
];

/// Whether nothing is computed from a parameter: it is for people to read.
pub fn is_descriptive(kind: &KindCode, parameter: &str) -> bool {
    DESCRIPTIVE.contains(&(kind.as_str(), parameter))
}

impl Service {
    /// Validates parameters against the kind and the guard, and reads keys, certificates and credentials as a run does. A
    /// secret that is absent is taken from `kept`, as long as it goes where it went before, and unless all is left out that
    /// it goes with.
    pub(super) fn read_parameters(
        &self,
        kind: &CheckKind,
        raw: &RawParameters,
        kept: Option<&Parameters>,
    ) -> Result<Parameters, Error> {
        let kind = &without_token(kind);
        let left_out = |name: &str| {
            let companions = Parameters::companions(kind, name);
            !companions.is_empty() && companions.iter().all(|companion| raw.leaves_out(companion))
        };
        let secrets = kind.parameters.iter();
        let secrets = secrets.filter(|spec| spec.kind == ParameterType::Secret && !left_out(&spec.name));
        let kept_secrets =
            secrets.filter_map(|spec| Some((spec.name.clone(), kept?.text(&spec.name)?.to_owned())));
        let mut taken = Vec::new();
        let read = match raw {
            RawParameters::Json(values) => {
                let mut values = values.clone();
                for (name, secret) in kept_secrets {
                    values.entry(name).or_insert_with_key(|name| {
                        taken.push(name.clone());
                        secret.into()
                    });
                }
                Parameters::from_json(kind, &values)
            }
            RawParameters::Text(values) => {
                let mut values = values.clone();
                for (name, secret) in kept_secrets {
                    if values.get(&name).is_none_or(|typed| typed.trim().is_empty()) {
                        taken.push(name.clone());
                        values.insert(name, secret);
                    }
                }
                Parameters::from_text(kind, &values)
            }
        };
        let invalid = |mut errors: Vec<ParameterError>| {
            errors.sort_by_key(|error| place(kind, &error.name));
            Error::Invalid(errors.into_iter().map(field_error).collect())
        };
        let parameters = read.map_err(invalid)?;
        let elsewhere = |kept: &Parameters| !Aim::of(kind, &parameters).has_origins_of(&Aim::of(kind, kept));
        let mut problems = parameters.problems(kind);
        // What was kept before it was looked at must not stand in the way of another change, unless that is what makes it
        // unreadable, as another key id does.
        let before = kept.map(|kept| probe::unreadable(&kind.code, kept)).unwrap_or_default();
        let stays = |error: &ParameterError| {
            let same = |kept: &Parameters| kept.get(&error.name) == parameters.get(&error.name);
            before.contains(error) && kept.is_some_and(|kept| same(kept) && !elsewhere(kept))
        };
        let unreadable = probe::unreadable(&kind.code, &parameters).into_iter();
        problems.extend(unreadable.filter(|error| !stays(error)));
        if !problems.is_empty() {
            return Err(invalid(problems));
        }
        let mut refused = self.prober().guard().vet_parameters(&parameters);
        refused.sort_by_key(|(name, _)| place(kind, name));
        if !refused.is_empty() {
            let refused = refused
                .into_iter()
                .map(|(name, refusal)| FieldError::new(format!("parameters.{name}"), format!("{refusal}.")));
            return Err(Error::Invalid(refused.collect()));
        }
        if !taken.is_empty() && kept.is_some_and(elsewhere) {
            // Whoever may change a check need not know its secret, and could have it sent to a server of their own.
            let again = |name| FieldError::new(format!("parameters.{name}"), TARGET_CHANGED);
            return Err(Error::Invalid(taken.iter().map(again).collect()));
        }
        Ok(parameters)
    }

    /// The parameters as JSON with every secret sealed for this check.
    pub(super) fn seal_parameters(&self, check: CheckId, parameters: &Parameters) -> String {
        let keys = self.secret_keys();
        let sealed = parameters
            .map_secrets(|name, secret| Ok::<_, Infallible>(keys.seal(secret, &format!("{check}/{name}"))))
            .unwrap_or_else(|never| match never {});
        serde_json::to_string(&sealed).expect("parameters are JSON")
    }

    /// The same parameters with what an older key sealed sealed by the one in use; `None` where there is nothing of it. The
    /// check counts as shut where no key opens one of its secrets.
    pub(crate) fn renewed_parameters(&self, check: &Check, tally: &mut Tally) -> Option<String> {
        // What is no such JSON its runs say.
        let sealed: Parameters = serde_json::from_str(&check.parameters).ok()?;
        let (keys, mut own) = (self.secret_keys(), Tally::default());
        let renewed = sealed
            .map_secrets(|name, secret| {
                let anew = own.renew(keys, secret, &format!("{}/{name}", check.id));
                Ok::<_, Infallible>(anew.unwrap_or_else(|| secret.to_owned()))
            })
            .unwrap_or_else(|never| match never {});
        tally.shut += u32::from(own.shut > 0);
        tally.opened += u32::from(own.shut == 0 && own.opened > 0);
        (renewed != sealed).then(|| serde_json::to_string(&renewed).expect("parameters are JSON"))
    }

    /// The parameters with their secrets, for a run.
    pub(super) fn open_parameters(&self, check: &Check) -> Result<Parameters, Error> {
        let sealed: Parameters = serde_json::from_str(&check.parameters).map_err(Error::internal)?;
        let opened = sealed
            .map_secrets(|name, secret| self.secret_keys().open(secret, &format!("{}/{name}", check.id)));
        opened.map_err(Error::internal)
    }

    /// What a check is aimed at. Its secrets stay sealed: only where the parameters point is read.
    pub(crate) fn aim_of(&self, check: &Check) -> Option<Aim> {
        let parameters: Parameters = serde_json::from_str(&check.parameters).ok()?;
        Some(Aim::of(self.kind(&check.kind)?, &parameters))
    }

    /// The parameters as a page shows them: secrets only as set, in the kind's order.
    pub fn shown_parameters(&self, check: &Check) -> Vec<(String, String)> {
        let Ok(parameters) = serde_json::from_str::<Parameters>(&check.parameters) else { return Vec::new() };
        let specs = self.kind(&check.kind).map(|kind| kind.parameters.as_slice()).unwrap_or_default();
        let shown = specs.iter().filter_map(|spec| {
            let parameter = parameters.get(&spec.name)?;
            Some((spec.name.clone(), parameter.shown().unwrap_or_else(|| "set".to_owned())))
        });
        shown.collect()
    }
}

/// The kind without the token of a feed, which is no parameter to keep: `feed.rs` keeps its hash.
fn without_token(kind: &CheckKind) -> Cow<'_, CheckKind> {
    if kind.group != Group::Feed {
        return Cow::Borrowed(kind);
    }
    let mut kind = kind.clone();
    kind.parameters.retain(|spec| spec.name != token::PARAMETER);
    Cow::Owned(kind)
}

/// Where the form asks for a parameter; what it does not ask for comes last.
fn place(kind: &CheckKind, parameter: &str) -> usize {
    kind.parameters.iter().position(|spec| spec.name == parameter).unwrap_or(usize::MAX)
}

fn field_error(error: ParameterError) -> FieldError {
    let ParameterError { name, fault, problem } = error;
    FieldError { fault, ..FieldError::new(format!("parameters.{name}"), problem) }
}
