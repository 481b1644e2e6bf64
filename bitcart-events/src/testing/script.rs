//! What happens on the chain, as the test writes it.

use std::future::Future;
use std::time::Duration;

use super::amount::{NotAnAmount, Units};
use super::chain;
use super::daemon::State;
use super::disk::Payee;
use super::event::Told;
use super::{ScriptError, TestDaemon, family};

/// A request for payment, as far as a script needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PaymentRequest {
    /// What the request's `new_payment` events name in their `address`, and what `get_request` takes. In 2020 it
    /// is the [`address`](Self::address).
    pub id: String,
    /// Where to pay.
    pub address: String,
    /// How much, in the currency's own unit.
    pub amount: String,
}

/// What happens to the chain. All of these return when every attempt to deliver has ended, and what they
/// began goes on if they are no longer waited for. Call them concurrently to let events overlap.
impl TestDaemon {
    /// Mines blocks, one after another, with all that waits in the first of them.
    ///
    /// In 2020 there is one `new_block` for each and each loaded wallet, and no more. Today there is one for all,
    /// and then each transaction is told of: as a payment that is now confirmed, and as verified (measured,
    /// Bitcart `065c8421`, capture `btc_ws`: ws2-xpub).
    pub async fn mine(&self, blocks: u64) {
        let daemon = self.daemon.clone();
        to_the_end(async move {
            for _ in 0..blocks {
                let told = daemon.change(|state| chain::mined(state, &daemon.config, 1));
                daemon.tell(told).await;
            }
        })
        .await;
    }

    /// Mines blocks faster than the daemon asks for them: the daemons on Electrum tell of the last alone (measured,
    /// Bitcart `065c8421`, capture `btc_rpc`: get_updates-40-blocks).
    pub async fn mine_at_once(&self, blocks: u64) {
        self.happens(|state, config| chain::mined(state, config, blocks)).await;
    }

    /// Pays `amount`, all that was requested or a part or more, to a request that is named by its id or its
    /// address; returns the transaction's hash.
    ///
    /// A `new_payment` tells the request's status, then a `new_transaction` follows. The status is 0 until the
    /// payments add up to the amount. Then 2020's daemons say 3 "Paid" before any block (measured, Bitcart
    /// `edda6711`, capture `webhook_http`: hook-200; they send both at the same time, and this order is the more
    /// frequent one), and today's say 7 "Unconfirmed", and 3 with [`mine`](Self::mine) (measured, Bitcart
    /// `065c8421`, capture `btc_ws`: ws2-xpub).
    ///
    /// # Errors
    ///
    /// If there is no such request, or the amount is none.
    pub async fn pay(&self, request: &str, amount: &str) -> Result<String, ScriptError> {
        let payee = self.daemon.look(|state| state.disk.payee_of_request(request))?;
        self.transfer(payee, amount, true).await
    }

    /// Pays as [`pay`](Self::pay) does, but the daemon sees nothing of it before the next block (measured, Bitcart
    /// `065c8421`, capture `btc_rpc`: get_updates-mined-directly).
    ///
    /// # Errors
    ///
    /// If there is no such request, or the amount is none.
    pub async fn pay_unseen(&self, request: &str, amount: &str) -> Result<String, ScriptError> {
        let payee = self.daemon.look(|state| state.disk.payee_of_request(request))?;
        self.transfer(payee, amount, false).await
    }

    /// Sends `amount` to a wallet, but to no request of it, so that there is no `new_payment`; returns the
    /// transaction's hash.
    ///
    /// # Errors
    ///
    /// If the wallet key would not be recognised, or the amount is none.
    pub async fn send(&self, wallet: &str, amount: &str) -> Result<String, ScriptError> {
        let payee = self.daemon.change(|state| state.disk.payee_of_wallet(wallet))?;
        self.transfer(payee, amount, true).await
    }

    /// Replaces the last `depth` blocks by one more than they were, with the same transactions at the same heights.
    ///
    /// Today's daemons on Electrum tell of the one height that is new, and of each payment in those blocks that it
    /// is unconfirmed, then paid and verified again: 3, 7, 3 (measured, Bitcart `065c8421`, capture `btc_ws`:
    /// ws2-xpub).
    pub async fn reorganise(&self, depth: u64) {
        self.happens(|state, config| chain::reorganised(state, config, depth)).await;
    }

    /// Closes the wallet as the RPC `close_wallet` does, and loads it again: its ring is empty.
    ///
    /// # Errors
    ///
    /// If the wallet key is not recognised, or the daemon is stopped.
    pub async fn reload(&self, wallet: &str) -> Result<(), ScriptError> {
        self.daemon.change(|state| {
            let memory = state.memory.as_mut().ok_or(ScriptError::Stopped)?;
            memory.close(wallet);
            let recognised = memory.load(&mut state.disk, wallet);
            recognised.then_some(()).ok_or_else(|| ScriptError::BadWallet(wallet.to_owned()))
        })
    }

    /// Lets time pass for the daemon, by its clock alone: nothing is waited for. A request that expires by it is
    /// told to nobody, in no currency (measured, Bitcart `065c8421`, captures `btc_rpc`: get_updates-after-expiry,
    /// `eth_rpc`: get_updates-after-expiry).
    pub fn let_pass(&self, time: Duration) {
        self.daemon.change(|state| state.disk.chain.pass(time));
    }

    /// Makes a request for `amount` and loads the wallet, as the RPC `add_request` does.
    ///
    /// # Errors
    ///
    /// If the wallet key is not recognised, the amount is none, or the daemon is stopped.
    pub async fn request(&self, wallet: &str, amount: &str) -> Result<PaymentRequest, ScriptError> {
        let units = self.units(amount)?;
        let request = self.daemon.request(wallet, units)?;
        let amount = request.amount.short(family::digits(self.daemon.config.currency));
        Ok(PaymentRequest { id: request.id, address: request.address, amount })
    }

    async fn transfer(&self, payee: Payee, amount: &str, seen: bool) -> Result<String, ScriptError> {
        let amount = self.units(amount)?;
        let mut made = String::new();
        self.happens(|state, config| {
            let (place, hash) = state.disk.chain.add(payee, amount, seen);
            made = hash;
            if seen { chain::seen(state, config, place) } else { Vec::new() }
        })
        .await;
        Ok(made)
    }

    fn units(&self, amount: &str) -> Result<Units, ScriptError> {
        let refused = |reason: NotAnAmount| ScriptError::bad_amount(amount, reason);
        Units::read(amount, family::digits(self.daemon.config.currency)).map_err(refused)
    }

    /// Something happens at once; then it is told.
    pub(super) async fn happens(&self, happens: impl FnOnce(&mut State, &super::Config) -> Vec<Told>) {
        let told = self.daemon.change(|state| happens(state, &self.daemon.config));
        let daemon = self.daemon.clone();
        to_the_end(async move { daemon.tell(told).await }).await;
    }
}

/// Runs `work` as a task, so that a daemon does not stop sending because the script stopped waiting.
pub(super) async fn to_the_end(work: impl Future<Output = ()> + Send + 'static) {
    // It fails only by a panic or with the runtime's end, and neither leaves anything to wait for.
    let _ = tokio::spawn(work).await;
}
