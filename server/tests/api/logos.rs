//! The logo of an organization's reports: taken as a picture and nothing else, by owners, and shown on every cover.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat};
use reqwest::Method;
use rstest::rstest;

use super::support::{Answer, Backend, Person, World};

const BOUNDARY: &str = "rung-test-boundary-22";

pub(super) fn picture(width: u32, height: u32) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    DynamicImage::new_rgb8(width, height).write_to(&mut file, ImageFormat::Png).unwrap();
    file.into_inner()
}

/// A form as browsers send it.
fn form(content: &[u8]) -> Vec<u8> {
    let head = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"../logo.png\"\r\nContent-Type: \
         image/svg+xml\r\n\r\n"
    );
    [head.as_bytes(), content, format!("\r\n--{BOUNDARY}--\r\n").as_bytes()].concat()
}

pub(super) async fn send(person: &Person, world: &World, content: &[u8]) -> Answer {
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    let request = person.api(Method::PUT, &world.org("/logo"));
    Answer::of(request.header("content-type", kind).body(form(content))).await
}

#[rstest]
#[tokio::test]
async fn an_owner_sets_the_logo_and_every_report_bears_it(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::new(backend).await;
    let (consultant, outsider) = (world.member("consultant").await, world.app.person("outsider").await);
    world.owner.sign_in().await;
    world.owner.get(&world.org("/logo")).await.problem(404);
    let report = format!("/orgs/{}/assessments/{}/report", world.slug, world.assessment);
    assert!(!world.owner.page(&report).await.text.contains("class=\"logo\""));

    send(&consultant, &world, &picture(300, 100)).await.problem(403);
    send(&outsider, &world, &picture(300, 100)).await.problem(404);
    assert_eq!(send(&world.owner, &world, &picture(300, 100)).await.status, 204);

    let kept = consultant.api(Method::GET, &world.org("/logo")).send().await.unwrap();
    assert_eq!(
        (kept.status().as_u16(), &kept.headers()["content-type"]),
        (200, &"image/png".parse().unwrap())
    );
    assert!(kept.headers()["content-disposition"].to_str().unwrap().starts_with("attachment"));
    assert!(kept.headers()["content-security-policy"].to_str().unwrap().starts_with("sandbox"));
    outsider.get(&world.org("/logo")).await.problem(404);

    let page = world.owner.page(&report).await.text;
    assert!(page.contains("data:image/png;base64,") && page.contains("Logo of Alder Regional Hospital"));
    let pdf = world.owner.api(Method::GET, &world.at("/report.pdf")).send().await.unwrap();
    let pdf = pdf.bytes().await.unwrap();
    let has_picture = pdf.windows(15).any(|part| part == b"/Subtype /Image" || part == b"/Subtype/Image\n");
    assert!(
        has_picture || pdf.windows(14).any(|part| part == b"/Subtype/Image"),
        "the PDF holds the picture"
    );
    let docx = world.owner.api(Method::GET, &world.at("/report.docx")).send().await.unwrap();
    let docx = std::io::Cursor::new(docx.bytes().await.unwrap());
    let mut docx = zip::ZipArchive::new(docx).unwrap();
    assert!(docx.by_name("word/media/logo.png").is_ok(), "the Word document does too");

    let settings = format!("/orgs/{}/logo", world.slug);
    assert!(world.owner.page(&settings).await.text.contains("Remove the logo"));
    consultant.sign_in().await;
    let seen = consultant.page(&settings).await.text;
    assert!(seen.contains("class=\"logo\"") && !seen.contains("Remove the logo"), "a member sees it");
    assert_eq!(consultant.submit(&format!("{settings}/remove"), &[]).await.status, 403);
    assert_eq!(world.owner.submit(&format!("{settings}/remove"), &[]).await.status, 303);
    world.owner.get(&world.org("/logo")).await.problem(404);
    world.owner.delete(&world.org("/logo")).await.problem(404);
    world.app.stop().await;
}

#[tokio::test]
async fn what_is_no_picture_of_a_fair_size_is_refused_at_its_field() {
    let world = World::new(Backend::Sqlite).await;
    world.owner.sign_in().await;
    let mut bomb = picture(64, 64);
    bomb[16..24].copy_from_slice(&[0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff]);
    let large = vec![0; 3 << 20];
    for wrong in [
        &b""[..],
        b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>",
        b"%PDF-1.7",
        b"\x89PNG\r\n\x1a\nnothing",
        &picture(4, 4),
        &bomb,
        &large,
    ] {
        let refused = send(&world.owner, &world, wrong).await;
        assert_eq!((refused.status.as_u16(), refused.pointers()), (422, vec!["/file".to_owned()]));
    }
    let path = format!("{}/orgs/{}/logo", world.app.url, world.slug);
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    let request = world.owner.client.post(path).header("content-type", kind).body(form(b"<svg/>"));
    let page = Answer::of(request).await;
    assert_eq!(page.status, 422);
    assert!(page.text.contains("neither PNG nor JPEG"), "{}", page.text);
    world.owner.get(&world.org("/logo")).await.problem(404);
    world.app.stop().await;
}
