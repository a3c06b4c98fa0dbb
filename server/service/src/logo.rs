//! The logo that an organization's reports bear.
//!
//! What is kept is never what was sent: the picture is decoded within limits, turned the right way up, made as small as
//! paper needs, and written anew as a PNG without anything but its pixels. SVG is a program and is not taken.

use std::io::Cursor;

use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, Limits};
use serde_json::json;
pub use store::record::Logo;
use store::{OrgId, UnixMillis};

use crate::service::org_audit;
use crate::{Actor, Error, Permission, Service};

/// The most that a file may hold, in bytes: 2 MB.
pub const LARGEST_LOGO: usize = 2 << 20;

/// Said of a larger one.
pub const TOO_LARGE: &str = "The file is larger than 2 MB. Send a smaller one.";

/// The least and the most that a side of what is sent may have, in pixels.
const SIDES: (u32, u32) = (16, 4_096);

/// The most memory that decoding may take, in bytes: a picture of the largest size in eight bits for each colour.
const MEMORY: u64 = 4_096 * 4_096 * 4;

/// What is kept, in pixels: 46 × 20 mm at 300 to the inch.
const KEPT: (u32, u32) = (544, 236);

impl Service {
    /// The organization's logo, if it has one.
    pub async fn logo(&self, actor: &Actor, org: OrgId) -> Result<Option<Logo>, Error> {
        self.authorize(actor, org, Permission::Read, "The organization").await?;
        Ok(self.store().logo(org).await?)
    }

    /// Takes a PNG or JPEG as the logo, in place of the one before.
    pub async fn set_logo(&self, actor: &Actor, org: OrgId, sent: Vec<u8>) -> Result<Logo, Error> {
        self.authorize(actor, org, Permission::Own, "The organization").await?;
        let made = tokio::task::spawn_blocking(move || made_anew(&sent)).await.map_err(Error::internal)?;
        let logo = made.map_err(|problem| Error::invalid("file", problem))?;
        let details = json!({ "width": logo.width, "height": logo.height, "bytes": logo.png.len() });
        let entry = org_audit(actor, org, "organization.logo.set", org, details);
        self.store().keep_logo(org, &logo, actor.user(), UnixMillis::now(), entry).await?;
        Ok(logo)
    }

    /// Reports bear no logo any more.
    pub async fn remove_logo(&self, actor: &Actor, org: OrgId) -> Result<(), Error> {
        self.authorize(actor, org, Permission::Own, "The organization").await?;
        let entry = org_audit(actor, org, "organization.logo.removed", org, json!({}));
        if self.store().remove_logo(org, entry).await? { Ok(()) } else { Err(Error::NotFound("The logo")) }
    }
}

/// The picture as it is kept, or what is wrong with what was sent.
pub(crate) fn made_anew(sent: &[u8]) -> Result<Logo, String> {
    if sent.is_empty() {
        return Err("Choose a PNG or JPEG file.".to_owned());
    }
    if sent.len() > LARGEST_LOGO {
        return Err(TOO_LARGE.to_owned());
    }
    // The format is what the content says; a name or a header says nothing.
    let format = image::guess_format(sent).ok();
    let Some(format @ (ImageFormat::Png | ImageFormat::Jpeg)) = format else {
        return Err("The file is neither PNG nor JPEG. Save the logo as PNG and send that.".to_owned());
    };
    let unreadable =
        |_| "The picture could not be read: the file is damaged, or larger than it seems.".to_owned();
    let mut reader = ImageReader::with_format(Cursor::new(sent), format);
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDES.1);
    limits.max_image_height = Some(SIDES.1);
    limits.max_alloc = Some(MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(unreadable)?;
    let (width, height) = decoder.dimensions();
    if width.min(height) < SIDES.0 || width.max(height) > SIDES.1 {
        return Err(format!(
            "The picture has {width} × {height} pixels. Send one of {0} to {1} pixels on each side.",
            SIDES.0, SIDES.1
        ));
    }
    let orientation = decoder.orientation().map_err(unreadable)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(unreadable)?;
    picture.apply_orientation(orientation);
    if picture.width() > KEPT.0 || picture.height() > KEPT.1 {
        picture = picture.resize(KEPT.0, KEPT.1, FilterType::Lanczos3);
    }
    let picture = if picture.color().has_alpha() {
        DynamicImage::ImageRgba8(picture.into_rgba8())
    } else {
        DynamicImage::ImageRgb8(picture.into_rgb8())
    };
    let mut png = Cursor::new(Vec::new());
    picture.write_to(&mut png, ImageFormat::Png).map_err(|_| "The picture could not be kept.".to_owned())?;
    Ok(Logo { width: picture.width(), height: picture.height(), png: png.into_inner() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
        let mut file = Cursor::new(Vec::new());
        DynamicImage::new_rgb8(width, height).write_to(&mut file, format).unwrap();
        file.into_inner()
    }

    #[test]
    fn a_picture_is_made_anew_and_no_larger_than_paper_needs() {
        let small = made_anew(&encoded(120, 40, ImageFormat::Jpeg)).unwrap();
        assert_eq!((small.width, small.height), (120, 40));
        assert!(small.png.starts_with(b"\x89PNG\r\n\x1a\n"), "a JPEG is kept as PNG");
        let large = made_anew(&encoded(2_000, 500, ImageFormat::Png)).unwrap();
        assert_eq!((large.width, large.height), (544, 136));
    }

    #[test]
    fn what_follows_the_picture_or_stands_beside_it_is_not_kept() {
        let mut sent = encoded(64, 64, ImageFormat::Png);
        sent.extend_from_slice(b"<script>alert(1)</script>");
        let kept = made_anew(&sent).unwrap().png;
        assert!(!kept.windows(8).any(|part| part == b"<script>"));
    }

    #[test]
    fn what_is_no_picture_or_lies_about_its_size_is_refused_with_the_reason() {
        let refused = |sent: &[u8]| made_anew(sent).unwrap_err();
        assert!(refused(b"").contains("Choose"));
        assert!(refused(b"<svg xmlns='http://www.w3.org/2000/svg'/>").contains("neither PNG nor JPEG"));
        assert!(refused(b"GIF89a\x01\0\x01\0").contains("neither PNG nor JPEG"));
        assert!(refused(&vec![0; LARGEST_LOGO + 1]).contains("2 MB"));
        assert!(refused(b"\x89PNG\r\n\x1a\n").contains("could not be read"));
        let whole = encoded(64, 64, ImageFormat::Png);
        assert!(refused(&whole[..whole.len() / 2]).contains("could not be read"));
        assert!(refused(&encoded(8, 64, ImageFormat::Png)).contains("8 × 64"));
        assert!(refused(&encoded(5_000, 16, ImageFormat::Png)).contains("could not be read"));
        // A header that promises more pixels than memory holds.
        let mut bomb = whole;
        bomb[16..24].copy_from_slice(&[0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff]);
        assert!(refused(&bomb).contains("could not be read"));
    }
}
