//! Something for each currency.

use crate::Currency;

/// A place for each of the few currencies: found sooner than in a map, and less code in a program.
#[derive(Clone)]
pub(crate) struct ByCurrency<T>([Option<T>; Currency::ALL.len()]);

impl<T> Default for ByCurrency<T> {
    fn default() -> Self {
        Self([const { None }; Currency::ALL.len()])
    }
}

#[expect(clippy::indexing_slicing, reason = "each currency has its place, which the test below holds")]
impl<T> ByCurrency<T> {
    pub(crate) fn get(&self, currency: Currency) -> Option<&T> {
        self.0[currency as usize].as_ref()
    }

    pub(crate) fn get_or_insert_with(&mut self, currency: Currency, make: impl FnOnce() -> T) -> &mut T {
        self.place(currency).get_or_insert_with(make)
    }

    /// Its place, which may be empty.
    pub(crate) fn place(&mut self, currency: Currency) -> &mut Option<T> {
        &mut self.0[currency as usize]
    }

    /// What there is, in the order of the currencies.
    pub(crate) fn values(&self) -> impl Iterator<Item = &T> {
        self.0.iter().filter_map(Option::as_ref)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_currency_has_its_own_place() {
        let mut codes = ByCurrency::default();
        for currency in Currency::ALL {
            assert_eq!(codes.get(*currency), None);
            assert_eq!(codes.get_or_insert_with(*currency, || currency.code()), &currency.code());
        }
        let all: Vec<_> = Currency::ALL.iter().map(|currency| currency.code()).collect();
        assert_eq!(codes.values().copied().collect::<Vec<_>>(), all);
    }
}
