//! Something for each currency.

use crate::Currency;

/// One for each of the few currencies: found sooner than in a map, and less code in a program.
#[derive(Clone, Default)]
pub(crate) struct Each<T>([T; Currency::ALL.len()]);

#[expect(clippy::indexing_slicing, reason = "each currency has its place, which the test below holds")]
impl<T> Each<T> {
    pub(crate) fn of(&self, currency: Currency) -> &T {
        &self.0[currency as usize]
    }

    fn of_mut(&mut self, currency: Currency) -> &mut T {
        &mut self.0[currency as usize]
    }
}

/// The same for what only some of them have.
#[derive(Clone)]
pub(crate) struct ByCurrency<T>(Each<Option<T>>);

impl<T> Default for ByCurrency<T> {
    fn default() -> Self {
        Self(Each([const { None }; Currency::ALL.len()]))
    }
}

impl<T> ByCurrency<T> {
    pub(crate) fn get(&self, currency: Currency) -> Option<&T> {
        self.0.of(currency).as_ref()
    }

    pub(crate) fn get_or_insert_with(&mut self, currency: Currency, make: impl FnOnce() -> T) -> &mut T {
        self.place(currency).get_or_insert_with(make)
    }

    /// Its place, which may be empty.
    pub(crate) fn place(&mut self, currency: Currency) -> &mut Option<T> {
        self.0.of_mut(currency)
    }

    /// What there is, in the order of the currencies.
    pub(crate) fn values(&self) -> impl Iterator<Item = &T> {
        self.0.0.iter().flatten()
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
