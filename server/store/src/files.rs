//! Files of evidence: in a folder of this machine, or in a bucket of an S3-compatible store.
//!
//! Keys are made of identifiers and hashes, never of names that people give.

use std::fmt;
use std::path::Path as FilePath;
use std::sync::Arc;

use futures_util::stream::{BoxStream, StreamExt as _, TryStreamExt as _};
use object_store::aws::AmazonS3Builder;
use object_store::client::HttpConnector;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _};
use thiserror::Error;

use crate::ids::{EvidenceId, OrgId};

/// Why a file was not kept or read.
#[derive(Debug, Error)]
pub enum FilesError {
    #[error("{folder}: {source}")]
    Folder { folder: String, source: std::io::Error },
    #[error("the store of evidence failed: {0}")]
    Store(#[from] object_store::Error),
}

/// What a file holds, from its beginning to its end: it may be large, and is never whole in memory.
pub type Pieces = BoxStream<'static, Result<Vec<u8>, FilesError>>;

/// A bucket of an S3-compatible store.
#[derive(Clone)]
pub struct Bucket {
    pub name: String,
    /// Below which keys lie; may be empty.
    pub prefix: String,
    /// For example `https://minio.example.org:9000`; `None` for Amazon's.
    pub endpoint: Option<String>,
    pub region: String,
    pub access_key: String,
    pub secret_key: String,
}

/// The secret key never appears in a log.
impl fmt::Debug for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, prefix, endpoint, region, .. } = self;
        let mut shown = f.debug_struct("Bucket");
        shown.field("name", name).field("prefix", prefix).field("endpoint", endpoint).field("region", region);
        shown.finish_non_exhaustive()
    }
}

/// Where the files of evidence are. Cheap to clone.
#[derive(Clone)]
pub struct Files {
    objects: Arc<dyn ObjectStore>,
    prefix: Path,
}

impl fmt::Debug for Files {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Files({})", self.objects)
    }
}

/// A folder that no other user of the machine looks into.
#[cfg(unix)]
fn private(builder: &mut std::fs::DirBuilder) -> &mut std::fs::DirBuilder {
    std::os::unix::fs::DirBuilderExt::mode(builder, 0o700)
}

#[cfg(not(unix))]
fn private(builder: &mut std::fs::DirBuilder) -> &mut std::fs::DirBuilder {
    builder
}

/// Makes a folder, with those above it that are missing, for nobody but this process's user. One that is there stays as it
/// is.
pub fn private_folder(folder: &FilePath) -> std::io::Result<()> {
    private(&mut std::fs::DirBuilder::new()).recursive(true).create(folder)
}

impl Files {
    /// In a folder, which is made when it is missing, for nobody but this process's user.
    pub fn folder(folder: &FilePath) -> Result<Self, FilesError> {
        let named = |source| FilesError::Folder { folder: folder.display().to_string(), source };
        private_folder(folder).map_err(named)?;
        let objects = LocalFileSystem::new_with_prefix(folder)?.with_fsync(true);
        Ok(Self { objects: Arc::new(objects), prefix: Path::default() })
    }

    /// In a bucket, reached by `http`.
    pub fn bucket(bucket: Bucket, http: impl HttpConnector) -> Result<Self, FilesError> {
        let mut builder = AmazonS3Builder::new()
            .with_http_connector(http)
            .with_bucket_name(bucket.name)
            .with_region(bucket.region)
            .with_access_key_id(bucket.access_key)
            .with_secret_access_key(bucket.secret_key)
            // Not every store takes many removals in one request.
            .with_disable_bulk_delete(true)
            .with_virtual_hosted_style_request(false);
        if let Some(endpoint) = bucket.endpoint {
            let plain = endpoint.starts_with("http://");
            builder = builder.with_endpoint(endpoint).with_allow_http(plain);
        }
        Ok(Self { objects: Arc::new(builder.build()?), prefix: Path::from(bucket.prefix) })
    }

    fn place(&self, org: OrgId, evidence: EvidenceId) -> Path {
        self.prefix.clone().join(org.to_string()).join(evidence.to_string())
    }

    /// Keeps a file of an item, under its hash: two that are sent at once lie beside each other.
    pub async fn keep(
        &self,
        org: OrgId,
        evidence: EvidenceId,
        sha256: &str,
        content: Vec<u8>,
    ) -> Result<(), FilesError> {
        self.objects.put(&self.place(org, evidence).join(sha256), content.into()).await?;
        Ok(())
    }

    /// `None` where it is not there.
    pub async fn read(
        &self,
        org: OrgId,
        evidence: EvidenceId,
        sha256: &str,
    ) -> Result<Option<Pieces>, FilesError> {
        match self.objects.get(&self.place(org, evidence).join(sha256)).await {
            Ok(found) => Ok(Some(found.into_stream().map_ok(Vec::from).map_err(FilesError::from).boxed())),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The whole of it, for whoever works through files one after the other.
    pub async fn read_whole(
        &self,
        org: OrgId,
        evidence: EvidenceId,
        sha256: &str,
    ) -> Result<Option<Vec<u8>>, FilesError> {
        let mut whole = Vec::new();
        let found = self.look_through(org, evidence, sha256, |piece| whole.extend_from_slice(piece)).await?;
        Ok(found.then_some(whole))
    }

    /// Shows a file to `look`, from its beginning to its end; whether it is there.
    pub async fn look_through(
        &self,
        org: OrgId,
        evidence: EvidenceId,
        sha256: &str,
        mut look: impl FnMut(&[u8]) + Send,
    ) -> Result<bool, FilesError> {
        let Some(mut pieces) = self.read(org, evidence, sha256).await? else { return Ok(false) };
        while let Some(piece) = pieces.try_next().await? {
            look(&piece);
        }
        Ok(true)
    }

    /// Removes every file of an item.
    pub async fn remove(&self, org: OrgId, evidence: EvidenceId) -> Result<(), FilesError> {
        let place = self.place(org, evidence);
        let found: Vec<_> =
            self.objects.list(Some(&place)).map_ok(|file| file.location).try_collect().await?;
        for file in found {
            match self.objects.delete(&file).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[tokio::test]
    async fn a_folder_that_is_made_is_nobody_elses() {
        let above = tempfile::tempdir().unwrap();
        let folder = above.path().join("rung").join("evidence");
        let files = Files::folder(&folder).unwrap();
        let (org, item) = (OrgId::new(), EvidenceId::new());
        files.keep(org, item, "ab", b"text".to_vec()).await.unwrap();
        assert_eq!(files.read_whole(org, item, "ab").await.unwrap().unwrap(), b"text");
        for made in [folder.as_path(), folder.parent().unwrap()] {
            let mode = made.metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o700, "{}", made.display());
        }
        // One that is there stays as the operator made it.
        let kept = above.path().join("kept");
        std::fs::create_dir(&kept).unwrap();
        std::fs::set_permissions(&kept, std::fs::Permissions::from_mode(0o750)).unwrap();
        Files::folder(&kept).unwrap();
        assert_eq!(kept.metadata().unwrap().permissions().mode() & 0o777, 0o750);
    }
}
