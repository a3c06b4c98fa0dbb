//! Where the files of evidence are kept.

use std::path::PathBuf;

use service::files::Bucket;
use thiserror::Error;

use super::DatabaseConfig;

/// Where the files of evidence are kept.
#[derive(Debug, Clone)]
pub enum EvidenceConfig {
    /// In a folder of this machine.
    Folder(PathBuf),
    /// In a bucket of an S3-compatible store.
    Bucket(Bucket),
    /// Nowhere: no file is taken. Several nodes have no folder in common.
    Nowhere,
}

/// An address of evidence, as `file:///var/lib/rung/evidence` or
/// `s3://BUCKET/PREFIX?endpoint=https://minio.example.org&region=eu-central-1`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EvidenceUrl {
    Folder(PathBuf),
    Bucket { name: String, prefix: String, endpoint: Option<String>, region: String },
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "\"{0}\" is no place for evidence: write file:///FOLDER, or s3://BUCKET/PREFIX?endpoint=https://HOST&region=REGION"
)]
pub struct EvidenceUrlError(String);

impl std::str::FromStr for EvidenceUrl {
    type Err = EvidenceUrlError;

    fn from_str(text: &str) -> Result<Self, EvidenceUrlError> {
        let refused = || EvidenceUrlError(text.to_owned());
        if let Some(folder) = text.strip_prefix("file://").filter(|folder| folder.starts_with('/')) {
            return Ok(Self::Folder(PathBuf::from(folder)));
        }
        let rest = text.strip_prefix("s3://").ok_or_else(refused)?;
        let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (name, prefix) = place.split_once('/').unwrap_or((place, ""));
        let (mut endpoint, mut region) = (None, "us-east-1".to_owned());
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=') {
                Some(("endpoint", value))
                    if ["https://", "http://"].iter().any(|scheme| value.starts_with(scheme)) =>
                {
                    endpoint = Some(value.trim_end_matches('/').to_owned());
                }
                Some(("region", value)) if !value.is_empty() => value.clone_into(&mut region),
                _ => return Err(refused()),
            }
        }
        if name.is_empty() {
            return Err(refused());
        }
        Ok(Self::Bucket {
            name: name.to_owned(),
            prefix: prefix.trim_matches('/').to_owned(),
            endpoint,
            region,
        })
    }
}

impl EvidenceConfig {
    /// The place given; without one, the folder beside an SQLite database, which one node uses. The text says what is
    /// missing.
    pub fn chosen(
        database: &DatabaseConfig,
        given: Option<EvidenceUrl>,
        access_key: Option<String>,
        secret_key: Option<String>,
    ) -> Result<Self, String> {
        match given {
            Some(EvidenceUrl::Folder(folder)) => Ok(Self::Folder(folder)),
            Some(EvidenceUrl::Bucket { name, prefix, endpoint, region }) => {
                let (Some(access_key), Some(secret_key)) = (access_key, secret_key) else {
                    return Err(
                        "a bucket for evidence needs RUNG_EVIDENCE_ACCESS_KEY and RUNG_EVIDENCE_SECRET_KEY"
                            .to_owned(),
                    );
                };
                Ok(Self::Bucket(Bucket { name, prefix, endpoint, region, access_key, secret_key }))
            }
            None => {
                let beside = || Some(database.sqlite_file()?.parent()?.join("evidence"));
                Ok(beside().map_or(Self::Nowhere, Self::Folder))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn a_place_for_evidence_is_a_folder_or_a_bucket() {
        let read = |text: &str| text.parse::<EvidenceUrl>();
        assert_eq!(read("file:///var/rung"), Ok(EvidenceUrl::Folder(PathBuf::from("/var/rung"))));
        let bucket = EvidenceUrl::Bucket {
            name: "rung".to_owned(),
            prefix: "a/b".to_owned(),
            endpoint: Some("http://127.0.0.1:9000".to_owned()),
            region: "eu-west-1".to_owned(),
        };
        assert_eq!(
            read("s3://rung/a/b/?endpoint=http://127.0.0.1:9000/&region=eu-west-1"),
            Ok(bucket.clone())
        );
        for bad in
            ["", "s3://", "s3:///x", "file://relative", "ftp://a", "s3://a?endpoint=minio", "s3://a?other=1"]
        {
            assert!(read(bad).is_err(), "{bad}");
        }
        let database = DatabaseConfig { url: "postgres://localhost/rung".to_owned() };
        assert!(matches!(EvidenceConfig::chosen(&database, None, None, None), Ok(EvidenceConfig::Nowhere)));
        assert!(EvidenceConfig::chosen(&database, Some(bucket.clone()), None, None).is_err());
        let keys = (Some("id".to_owned()), Some("hunter2".to_owned()));
        let chosen = EvidenceConfig::chosen(&database, Some(bucket), keys.0, keys.1).unwrap();
        assert!(!format!("{chosen:?}").contains("hunter2"));
        let database = DatabaseConfig { url: "sqlite://data/rung.db".to_owned() };
        let chosen = EvidenceConfig::chosen(&database, None, None, None);
        assert!(matches!(chosen, Ok(EvidenceConfig::Folder(folder)) if folder == Path::new("data/evidence")));
    }
}
