//! The last part of the webhook's path, which only the daemon knows.

use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

use crate::{Error, ErrorKind, Result};

/// Long enough not to be guessed, and safe in a path.
pub(super) struct Secret(SecretString);

/// Fewer letters than this could be found by trying.
const SHORTEST: usize = 16;

impl Secret {
    pub(super) fn new(text: String) -> Result<Self> {
        let safe = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
        if text.len() < SHORTEST || !text.bytes().all(safe) {
            // The secret itself must not be in the message.
            let message = format!(
                "the webhook's secret (BITCART_WEBHOOK_SECRET) should be at least {SHORTEST} letters, digits, `-`, \
                 `_`, `.` or `~`; one of {} characters was given",
                text.chars().count()
            );
            return Err(Error::new(ErrorKind::Settings, message));
        }
        Ok(Self(text.into()))
    }

    /// 128 random bits.
    pub(super) fn random() -> Result<Self> {
        let mut bytes = [0_u8; 16];
        getrandom::fill(&mut bytes).map_err(|error| {
            Error::new(ErrorKind::Settings, "the system has no random numbers for the webhook's secret")
                .because(error.to_string())
        })?;
        Ok(Self(format!("{:032x}", u128::from_be_bytes(bytes)).into()))
    }

    pub(super) fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// Compares in a time that does not tell how much was right.
    pub(super) fn is(&self, text: &str) -> bool {
        self.expose().as_bytes().ct_eq(text.as_bytes()).into()
    }
}
