//! A wallet's key, which may be a seed, and the fingerprint that is shown in its place.

use std::fmt::{self, Write};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::Currency;

/// The key under which a daemon knows a wallet: an xpub, a seed, a view key, an address.
///
/// Anyone who has a seed has the money, so nothing prints the key: `Debug` and `Display` show a fingerprint, the
/// first eight hexadecimal digits of its SHA-256.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct WalletKey(Arc<str>);

impl WalletKey {
    pub(crate) fn new(key: impl Into<Arc<str>>) -> Self {
        Self(key.into())
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

/// A wallet as a user names it: its key, and for Monero where it is paid, which calls need and events leave out.
#[derive(Clone)]
pub(crate) struct Wallet {
    key: WalletKey,
    address: Option<Arc<str>>,
}

impl Wallet {
    pub(crate) fn new(currency: Currency, text: &str) -> Self {
        let (key, address) = parts(currency, text);
        Self { key: WalletKey::new(key), address: address.map(Into::into) }
    }

    pub(crate) fn key(&self) -> &WalletKey {
        &self.key
    }

    pub(crate) fn address(&self) -> Option<&str> {
        self.address.as_deref()
    }
}

/// The key in what names a wallet, and the address after it if it is Monero's: no view key, seed or address has a `_`
/// in it.
pub(crate) fn parts(currency: Currency, text: &str) -> (&str, Option<&str>) {
    match text.split_once('_') {
        Some((key, address)) if currency == Currency::Xmr => (key, Some(address)),
        _ => (text, None),
    }
}

impl std::borrow::Borrow<str> for WalletKey {
    fn borrow(&self) -> &str {
        &self.0
    }
}

/// Names a wallet without its key: half of the key's SHA-256. What is shown of it, `#` and its first eight hexadecimal
/// digits, is the fingerprint that logs name the wallet by.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct WalletId(pub [u8; 16]);

/// In one piece: many small ones take as many turns to hash.
impl Hash for WalletId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u128(u128::from_le_bytes(self.0));
    }
}

impl WalletId {
    /// The one of this key, as events name it: see [`Coin::wallet`](crate::Coin::wallet).
    #[must_use]
    pub fn of(key: &str) -> Self {
        let mut id = [0; 16];
        id.iter_mut().zip(Sha256::digest(key.as_bytes())).for_each(|(to, from)| *to = from);
        Self(id)
    }
}

impl WalletId {
    /// The one of these 32 hexadecimal digits.
    #[must_use]
    pub fn from_hex(hex: &str) -> Option<Self> {
        let digits = hex.as_bytes();
        let mut id = [0; 16];
        for (to, pair) in id.iter_mut().zip(digits.chunks(2)) {
            *to = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
        }
        (digits.len() == 32).then_some(Self(id))
    }

    /// All of it, in hexadecimal digits.
    #[must_use]
    pub fn hex(&self) -> String {
        let mut hex = String::with_capacity(2 * self.0.len());
        for byte in self.0 {
            // A `String` takes all that is written.
            let _ = write!(hex, "{byte:02x}");
        }
        hex
    }
}

impl fmt::Display for WalletId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("#")?;
        self.0.iter().take(4).try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for WalletId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What may be shown of a wallet's key.
pub(crate) struct Fingerprint<'a>(pub(crate) &'a str);

impl fmt::Display for Fingerprint<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        WalletId::of(self.0).fmt(f)
    }
}

impl fmt::Display for WalletKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&Fingerprint(&self.0), f)
    }
}

impl fmt::Debug for WalletKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&Fingerprint(&self.0), f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_never_printed() {
        let key = WalletKey::new("abandon abandon about");
        let shown = format!("{key} {key:?}");
        assert!(!shown.contains("abandon"), "{shown}");
        assert_eq!(key.to_string(), WalletKey::new("abandon abandon about").to_string());
    }
}
