//! Whether Telegram takes a file for a photo: by its first bytes, never by its name.

use imagesize::{ImageSize, ImageType};

use super::answer::Refusal;

/// 10 MB, as Telegram counts them.
const LARGEST: usize = 10 << 20;
/// Width and height together, in pixels.
const MOST_PIXELS: usize = 10_000;
/// The longer side by the shorter.
const MOST_STRETCHED: usize = 20;

/// How large the picture is; refused, in Telegram's words, what is none or too much of one.
pub(super) fn judge(content: &[u8]) -> Result<ImageSize, Refusal> {
    if content.len() > LARGEST {
        let size = content.len();
        let why = format!("file of size {size} bytes is too big for a photo; the maximum size is {LARGEST} bytes");
        return Err(Refusal::bad_request(why));
    }
    let not_one = || Refusal::bad_request("IMAGE_PROCESS_FAILED");
    let known = imagesize::image_type(content).map_err(|_| not_one())?;
    if !matches!(known, ImageType::Bmp | ImageType::Gif | ImageType::Jpeg | ImageType::Png | ImageType::Webp) {
        return Err(not_one());
    }
    let size = imagesize::blob_size(content).map_err(|_| not_one())?;
    let (longer, shorter) = (size.width.max(size.height), size.width.min(size.height));
    if longer + shorter > MOST_PIXELS || longer > shorter.saturating_mul(MOST_STRETCHED) {
        return Err(Refusal::bad_request("PHOTO_INVALID_DIMENSIONS"));
    }
    Ok(size)
}

/// The MIME type of a picture, for whoever shows it; Telegram's own photos are JPEG.
pub(super) fn mime(content: &[u8]) -> &'static str {
    match imagesize::image_type(content) {
        Ok(ImageType::Png) => "image/png",
        Ok(ImageType::Webp) => "image/webp",
        Ok(ImageType::Gif) => "image/gif",
        _ => "image/jpeg",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The beginning of a PNG: all that is looked at.
    fn png(width: u32, height: u32) -> Vec<u8> {
        let head = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
        [&head[..], &width.to_be_bytes(), &height.to_be_bytes(), &[8, 3, 0, 0, 0, 0, 0, 0, 0]].concat()
    }

    fn refusal(content: &[u8]) -> String {
        judge(content).unwrap_err().description
    }

    #[test]
    fn a_photo_is_a_picture_of_a_size_that_telegram_takes() {
        for (width, height) in [(1200, 800), (1, 1), (20, 1), (5000, 5000), (500, 9500)] {
            let size = judge(&png(width, height)).unwrap();
            assert_eq!((size.width, size.height), (width as usize, height as usize));
        }
        for (width, height) in [(21, 1), (5000, 5001), (0, 4), (40, 801)] {
            assert_eq!(refusal(&png(width, height)), "Bad Request: PHOTO_INVALID_DIMENSIONS", "{width}×{height}");
        }
        for content in [&b"hello"[..], b"<svg xmlns='http://www.w3.org/2000/svg'/>", &png(1, 1)[..20], b""] {
            assert_eq!(refusal(content), "Bad Request: IMAGE_PROCESS_FAILED");
        }
        let why = "Bad Request: file of size 10485761 bytes is too big for a photo; the maximum size is 10485760 bytes";
        assert_eq!(refusal(&[png(1, 1), vec![0; LARGEST]].concat()[..=LARGEST]), why);
    }
}
