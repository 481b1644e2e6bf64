//! How an address is shown.

/// A URL as a message may show it: what has a login in it is not shown at all.
pub(crate) fn without_login(url: &str) -> String {
    if url.contains('@') {
        "an address with a login in it (not shown here)".to_owned()
    } else {
        format!("`{url}`")
    }
}
