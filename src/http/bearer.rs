//! `Authorization: Bearer …`, compared in constant time, so that the time of the answer tells nothing about the token.

use axum::http::{HeaderMap, header};
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

/// Does the request bring this token?
pub(super) fn opens(headers: &HeaderMap, token: &SecretString) -> bool {
    let given = headers.get(header::AUTHORIZATION).map_or(&[][..], |value| value.as_bytes());
    let expected = format!("Bearer {}", token.expose_secret());
    given.ct_eq(expected.as_bytes()).into()
}
