//! API tokens: 256 random bits, shown once, kept as a SHA-256 hash.

use serde_json::json;
use store::record::ApiToken;
use store::{TokenId, UnixMillis};

use crate::service::{audit, hash_of, random_token};
use crate::{Actor, Error, Service};

/// A token and the text that is shown this once.
pub struct NewToken {
    pub token: ApiToken,
    pub secret: String,
}

impl Service {
    /// A new token that acts as its owner.
    pub async fn create_token(&self, actor: &Actor, name: &str) -> Result<NewToken, Error> {
        let name = name.trim();
        if name.is_empty() || name.chars().count() > 80 {
            return Err(Error::invalid(
                "name",
                "Name the token in 1 to 80 characters, for example after its use.",
            ));
        }
        if let Some(problem) = crate::name::unprintable("name", name) {
            return Err(Error::Invalid(vec![problem]));
        }
        let secret = format!("rung_{}", random_token());
        let token = ApiToken {
            id: TokenId::new(),
            user: actor.user(),
            name: name.to_owned(),
            created_at: UnixMillis::now(),
            last_used_at: None,
        };
        let entry = audit(Some(actor), "token.created", token.id, json!({ "name": name }));
        self.store().create_token(token.clone(), &hash_of(&secret), entry).await?;
        Ok(NewToken { token, secret })
    }

    /// A token from the command line, for an existing account.
    pub async fn create_token_as_operator(&self, email: &str) -> Result<NewToken, Error> {
        let user = self.store().user_by_email(&email.trim().to_lowercase()).await?;
        let user = user.ok_or_else(|| Error::invalid("email", "No account has this e-mail."))?;
        self.create_token(&user.into(), "command line").await
    }

    /// Who a bearer token acts for.
    pub async fn actor_of_token(&self, bearer: &str) -> Result<Actor, Error> {
        let user = self.store().user_by_token_hash(&hash_of(bearer), UnixMillis::now()).await?;
        user.map(Actor::from).ok_or_else(|| Error::Unauthenticated("The token is not valid.".to_owned()))
    }

    /// The actor's tokens, newest last.
    pub async fn tokens(&self, actor: &Actor) -> Result<Vec<ApiToken>, Error> {
        Ok(self.store().tokens_of(actor.user()).await?)
    }

    /// Ends a token of the actor's.
    pub async fn revoke_token(&self, actor: &Actor, token: TokenId) -> Result<(), Error> {
        let entry = audit(Some(actor), "token.revoked", token, json!({}));
        if self.store().delete_token(token, actor.user(), entry).await? {
            Ok(())
        } else {
            Err(Error::NotFound("The token"))
        }
    }
}
