//! `rung user` and `rung token`.

use std::io::Read as _;

use anyhow::Context as _;
use clap::Subcommand;
use service::account::SignUp;

use super::Database;

/// What can be done to accounts.
#[derive(Debug, Subcommand)]
pub(super) enum User {
    /// Create an account
    Create {
        #[command(flatten)]
        database: Database,
        /// The address that they sign in with
        #[arg(long)]
        email: String,
        /// How others see them
        #[arg(long)]
        name: String,
        /// Read the password from standard input
        #[arg(long, required = true)]
        password_stdin: bool,
        /// May administer the installation
        #[arg(long)]
        admin: bool,
    },
    /// Give an account a new password, for somebody who has forgotten theirs; it is signed out everywhere
    ResetPassword {
        #[command(flatten)]
        database: Database,
        /// The address that they sign in with
        #[arg(long)]
        email: String,
        /// Read the new password from standard input
        #[arg(long, required = true)]
        password_stdin: bool,
    },
    /// Take the second factor of an account away, for somebody who has lost authenticator and recovery codes
    ResetSecondFactor {
        #[command(flatten)]
        database: Database,
        /// The address that they sign in with
        #[arg(long)]
        email: String,
    },
}

/// What can be done to tokens.
#[derive(Debug, Subcommand)]
pub(super) enum Token {
    /// Create a token for an account, and print it, once
    Create {
        #[command(flatten)]
        database: Database,
        /// The address that they sign in with
        #[arg(long)]
        email: String,
    },
}

impl User {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Create { database, email, name, password_stdin: _, admin } => {
                let password = password_from_stdin()?;
                let service = database.service().await?;
                let sign_up = SignUp { name, email, password };
                let actor = service.create_account_as_operator(sign_up, admin).await.map_err(explained)?;
                println!("Created the account of {} ({}).", actor.name(), actor.email());
            }
            Self::ResetPassword { database, email, password_stdin: _ } => {
                let password = password_from_stdin()?;
                database.must_exist()?;
                let service = database.service().await?;
                let actor = service.reset_password_as_operator(&email, &password).await.map_err(explained)?;
                println!("{} ({}) signs in with the new password from now on.", actor.name(), actor.email());
            }
            Self::ResetSecondFactor { database, email } => {
                database.must_exist()?;
                let service = database.service().await?;
                let actor = service.reset_second_factor_as_operator(&email).await.map_err(explained)?;
                println!(
                    "The account of {} ({}) has no second factor any more.",
                    actor.name(),
                    actor.email()
                );
            }
        }
        Ok(())
    }
}

impl Token {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let Self::Create { database, email } = self;
        database.must_exist()?;
        let service = database.service().await?;
        let token = service.create_token_as_operator(&email).await.map_err(explained)?;
        println!("{}", token.secret);
        Ok(())
    }
}

/// The password without the line break that `echo` or a terminal appends.
fn password_from_stdin() -> anyhow::Result<String> {
    let mut text = String::new();
    std::io::stdin()
        .read_to_string(&mut text)
        .context("the password could not be read from standard input")?;
    let password = text.strip_suffix('\n').unwrap_or(&text);
    Ok(password.strip_suffix('\r').unwrap_or(password).to_owned())
}

/// Every problem of the input, one a line.
pub(super) fn explained(error: service::Error) -> anyhow::Error {
    match error {
        service::Error::Invalid(problems) => {
            let lines: Vec<String> =
                problems.iter().map(|problem| format!("{}: {}", problem.field, problem.problem)).collect();
            anyhow::anyhow!(lines.join("\n"))
        }
        other => match other.own_fault() {
            Some(cause) => anyhow::anyhow!("{cause}"),
            None => other.into(),
        },
    }
}
