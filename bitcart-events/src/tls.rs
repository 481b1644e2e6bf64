//! TLS: rustls with ring, which needs a C compiler and nothing else to build.

use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, Error, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt;

/// Whose certificates are accepted.
pub(crate) enum Trust<'a> {
    /// Nobody's: for a client that does not speak TLS, which reqwest wants to be told about it all the same.
    Nobody,
    /// Those of the operating system's authorities.
    System,
    /// These, and what they have signed.
    Only(&'a [CertificateDer<'static>]),
}

/// The provider is named here: a library must not install one for the whole program.
pub(crate) fn config(trust: Trust<'_>) -> Result<ClientConfig, Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let builder = match trust {
        Trust::Nobody => builder.with_root_certificates(RootCertStore::empty()),
        Trust::System => builder.with_platform_verifier()?,
        Trust::Only(roots) => builder.with_root_certificates(store(roots)?),
    };
    Ok(builder.with_no_client_auth())
}

fn store(roots: &[CertificateDer<'static>]) -> Result<RootCertStore, Error> {
    let mut store = RootCertStore::empty();
    roots.iter().try_for_each(|root| store.add(root.clone()))?;
    Ok(store)
}
