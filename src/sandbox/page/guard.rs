//! Who may talk to the page, and what its answers forbid the browser to do.
//!
//! The sandbox has no login because it listens on this machine only. That is only true while the browser believes it,
//! too: a page on the internet can point its own name at 127.0.0.1 (DNS rebinding) and would then read the chats. Its
//! name stays in the `Host` header, so only this machine's own names are answered.

use axum::extract::Request;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Own files only: no inline script or style, no frame, no form to elsewhere, no request that leaves this machine.
const POLICY: &str = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Answers this machine's own names, and puts the page's restrictions on every answer.
pub(super) async fn guard(request: Request, next: Next) -> Response {
    let mut response = if is_this_machine(request.headers()) {
        next.run(request).await
    } else {
        let sentence = "The sandbox answers only to http://127.0.0.1 and http://localhost.\n";
        (StatusCode::FORBIDDEN, sentence).into_response()
    };
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    response
}

/// Does the one `Host` header name this machine? Any port: the sandbox chooses a free one.
fn is_this_machine(headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else { return false };
    let Some(authority) = host.to_str().ok().and_then(|host| host.parse::<Authority>().ok()) else { return false };
    // `user@127.0.0.1` is not a Host; a real browser never sends it.
    !authority.as_str().contains('@')
        && ["127.0.0.1", "localhost", "[::1]"].iter().any(|name| authority.host().eq_ignore_ascii_case(name))
}
