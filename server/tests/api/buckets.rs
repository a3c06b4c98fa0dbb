//! Files of evidence in a bucket.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse as _;
use server::config::EvidenceConfig;
use service::files::Bucket;

use super::support::{Backend, World, text};
use super::uploads::{PDF, attach};

/// The part of S3 that is used: whole objects in and out, their list, their removal.
#[derive(Clone, Default)]
struct S3 {
    objects: Arc<Mutex<BTreeMap<String, Bytes>>>,
}

impl S3 {
    async fn start(self) -> String {
        async fn put(
            State(s3): State<S3>,
            Path(key): Path<String>,
            headers: HeaderMap,
            body: Bytes,
        ) -> axum::response::Response {
            let signed =
                headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
            if !signed.starts_with("AWS4-HMAC-SHA256 Credential=ana/")
                || !signed.contains("/eu-test-1/s3/aws4_request")
            {
                return StatusCode::FORBIDDEN.into_response();
            }
            s3.objects.lock().unwrap().insert(key, body);
            [("etag", "\"1\"")].into_response()
        }
        async fn get(State(s3): State<S3>, Path(key): Path<String>) -> axum::response::Response {
            match s3.objects.lock().unwrap().get(&key) {
                Some(body) => {
                    let headers = [("etag", "\"1\""), ("last-modified", "Fri, 20 Nov 2026 12:00:00 GMT")];
                    (headers, body.clone()).into_response()
                }
                None => StatusCode::NOT_FOUND.into_response(),
            }
        }
        async fn list(State(s3): State<S3>, Query(query): Query<BTreeMap<String, String>>) -> String {
            let objects = s3.objects.lock().unwrap();
            let below = objects.iter().filter(|(key, _)| key.starts_with(&query["prefix"]));
            let contents = below.map(|(key, body)| {
                format!(
                    "<Contents><Key>{key}</Key><LastModified>2026-11-20T12:00:00.000Z</LastModified><ETag>\"1\"</ETag>\
                     <Size>{}</Size></Contents>",
                    body.len()
                )
            });
            let contents: String = contents.collect();
            format!("<ListBucketResult><IsTruncated>false</IsTruncated>{contents}</ListBucketResult>")
        }
        async fn delete(State(s3): State<S3>, Path(key): Path<String>) -> StatusCode {
            s3.objects.lock().unwrap().remove(&key);
            StatusCode::NO_CONTENT
        }
        let router = axum::Router::new()
            .route("/rung-test", axum::routing::get(list))
            .route("/rung-test/{*key}", axum::routing::put(put).get(get).delete(delete))
            .with_state(self);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await });
        format!("http://{addr}")
    }
}

#[tokio::test]
async fn files_are_kept_in_a_bucket_by_configuration() {
    let s3 = S3::default();
    let bucket = Bucket {
        name: "rung-test".to_owned(),
        prefix: "evidence".to_owned(),
        endpoint: Some(s3.clone().start().await),
        region: "eu-test-1".to_owned(),
        access_key: "ana".to_owned(),
        secret_key: "walnut".to_owned(),
    };
    let world = World::with(Backend::Sqlite, |config| config.evidence = EvidenceConfig::Bucket(bucket)).await;
    let item = attach(&world, "report.pdf", PDF).await.expect(201);
    let keys: Vec<String> = s3.objects.lock().unwrap().keys().cloned().collect();
    assert_eq!(keys.len(), 1);
    assert!(keys[0].starts_with(&format!("evidence/{}/", world.organization)), "{keys:?}");
    let path = format!("/evidence/{}", text(&item["id"]));
    assert_eq!(world.owner.get(&path).await.text.as_bytes(), PDF);
    s3.objects.lock().unwrap().insert(keys[0].clone(), Bytes::from_static(b"%PDF-another"));
    world.owner.get(&path).await.problem(500);
    world.owner.delete(&path).await.expect(204);
    assert!(s3.objects.lock().unwrap().is_empty());
}
