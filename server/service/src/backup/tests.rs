use store::Backend;
use store::testing::TestDatabase;

use super::*;

/// Writes a backup that holds this database, in this version of the form.
fn written(file: &Path, database: &[u8], version: u32) {
    let (bytes, sha256) = copied(&mut &*database, &mut io::sink()).unwrap();
    let entry = Entry { name: DATABASE.to_owned(), bytes, sha256 };
    let manifest = Manifest {
        format: FORMAT.to_owned(),
        version,
        made_by: "Rung".to_owned(),
        made_at: "2026-11-27T08:00:00Z".to_owned(),
        schema: 1,
        entries: vec![entry],
    };
    let manifest = serde_json::to_vec(&manifest).unwrap();
    let mut zip = ZipWriter::new(File::create(file).unwrap());
    for (name, held) in [(DATABASE, database), (MANIFEST, manifest.as_slice())] {
        zip.start_file(name, options()).unwrap();
        zip.write_all(held).unwrap();
    }
    zip.finish().unwrap();
}

#[tokio::test]
async fn a_backup_by_a_newer_program_is_refused_and_leaves_nothing() {
    let (database, store) = TestDatabase::open(Backend::Sqlite).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rung.backup.zip");
    let copy_of = async |name: &str| {
        let copy = folder.path().join(name);
        assert_eq!(store.copy_into(&copy).await.unwrap(), Copied::Done);
        fs::read(&copy).unwrap()
    };
    let good = copy_of("good.db").await;
    let later = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
        VALUES (9999, 'later', TRUE, x'01', 0)";
    database.execute(later.to_owned()).await;
    let newer = copy_of("newer.db").await;
    let new = folder.path().join("new");
    let to = Places { database: new.join("rung.db"), evidence: None };

    for (held, version, words) in [
        (&good, VERSION + 1, "The backup was made by a newer Rung."),
        (&newer, VERSION, "written by a newer Rung (schema 9999)."),
    ] {
        written(&file, held, version);
        let refused = restore(&file, &to).await.unwrap_err().to_string();
        assert!(refused.contains(words) && refused.ends_with("Nothing was changed."), "{refused}");
        let left = fs::read_dir(&new).map_or(0, Iterator::count);
        assert_eq!(left, 0, "{words}");
    }
    written(&file, &good, VERSION);
    restore(&file, &to).await.unwrap();
    assert_eq!(fs::read(&to.database).unwrap(), good);
}
