//! Content comes in: the built-in frameworks and citations at the start, and files of frameworks.

use domain::Framework;
use serde_json::json;
use store::record::{FrameworkEntry, Import};

use crate::service::{audit, hash_of};
use crate::{Actor, Error, FieldError, Imported, Service};

impl Service {
    /// Imports the built-in frameworks and citations; what is there already stays as it is, also where somebody
    /// published other content under the same code and version: that is logged, and keeps nothing from starting.
    pub async fn bring_content(&self) -> Result<(), Error> {
        self.store()
            .import_citations(&domain::builtin::citations().iter().cloned().collect::<Vec<_>>())
            .await?;
        for framework in domain::builtin::frameworks() {
            match self.import(None, framework).await {
                Err(Error::Conflict(said)) => tracing::warn!("a built-in framework was left out: {said}"),
                imported => drop(imported?),
            }
        }
        Ok(())
    }

    /// Imports a framework file; only who administers the installation may. Each problem of the file names its line
    /// and its key.
    pub async fn import_framework(&self, actor: &Actor, text: &str) -> Result<Imported, Error> {
        if !actor.is_admin() {
            let refusal = "Only an administrator of this installation imports frameworks.";
            return Err(Error::Forbidden(refusal.to_owned()));
        }
        self.import_text(Some(actor), text).await
    }

    /// Imports a framework file from the command line.
    pub async fn import_framework_as_operator(&self, text: &str) -> Result<FrameworkEntry, Error> {
        Ok(self.import_text(None, text).await?.entry)
    }

    async fn import_text(&self, actor: Option<&Actor>, text: &str) -> Result<Imported, Error> {
        let citations = self.known_citations().await?;
        let framework = Framework::read(text, self.kinds(), &citations).map_err(|errors| {
            let errors = errors.0.into_iter();
            let problem =
                errors.map(|error| FieldError::new(error.key.clone(), error.to_string()).at_line(error.line));
            Error::Invalid(problem.collect())
        })?;
        self.import(actor, &framework).await
    }

    async fn import(&self, actor: Option<&Actor>, framework: &Framework) -> Result<Imported, Error> {
        let text = framework.write();
        let hash = hash_of(&text);
        let subject = format!("{} {}", framework.code, framework.version);
        let entry = audit(actor, "framework.imported", &subject, json!({ "sha256": hash }));
        let imported = self.store().import_framework(framework, &hash, entry).await?;
        self.know_bindings(None);
        let created = match imported {
            Import::Created(_) => true,
            Import::Unchanged(_) => false,
            Import::ConflictingContent => {
                return Err(Error::Conflict(format!(
                    "{subject} is published already with other content. Give the changed file a new version."
                )));
            }
        };
        let found = self.store().framework_by_code(&framework.code, Some(&framework.version)).await?;
        Ok(Imported { entry: found.ok_or(Error::NotFound("The framework"))?, created })
    }
}
