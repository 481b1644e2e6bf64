//! What happens on the chain, as the test writes it.

use std::future::Future;
use std::time::Duration;

use super::account::Account;
use super::amount::{NotAnAmount, Units};
use super::blocks::Replay;
use super::chain;
use super::event::Told;
use super::family::Family;
use super::methods::set_payer;
use super::request::DEFAULT_EXPIRATION;
use super::state::State;
use super::transactions::Payee;
use super::{ScriptError, TestDaemon};

/// A request for payment, as far as a script needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PaymentRequest {
    /// What the request's `new_payment` events name in their `address`, and what `get_request` takes. In 2020
    /// it is the [`address`](Self::address).
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
    /// In 2020 there is one `new_block` for each and each loaded wallet, and no more. Today there is one for
    /// all, and then each transaction is told of: as a payment that is now confirmed, and as verified
    /// (measured, Bitcart `065c8421`, capture `btc_ws`: ws2-xpub).
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

    /// Mines blocks faster than the daemon asks for them: the daemons on Electrum tell of the last alone
    /// (measured, Bitcart `065c8421`, capture `btc_rpc`: get_updates-40-blocks).
    pub async fn mine_at_once(&self, blocks: u64) {
        self.happens(|state, config| chain::mined(state, config, blocks)).await;
    }

    /// Pays `amount`, all that was requested or a part or more, to a request that is named by its id or its
    /// address; returns the transaction's hash.
    ///
    /// A `new_payment` tells the request's status, then a `new_transaction` follows. The status is 0 until
    /// the payments add up to the amount. Then 2020's daemons say 3 "Paid" before any block (measured,
    /// Bitcart `edda6711`, capture `webhook_http`: hook-200; they send both at the same time, and this order
    /// is the more frequent one), and today's say 7 "Unconfirmed", and 3 with [`mine`](Self::mine) (measured,
    /// Bitcart `065c8421`, capture `btc_ws`: ws2-xpub).
    ///
    /// # Errors
    ///
    /// If there is no such request, or the amount is none.
    pub async fn pay(&self, request: &str, amount: &str) -> Result<String, ScriptError> {
        let payee = self.daemon.look(|state| state.disk.payee_of_request(request))?;
        self.transfer(payee, amount, true).await
    }

    /// Pays as [`pay`](Self::pay) does, but the daemon sees nothing of it before the next block (measured,
    /// Bitcart `065c8421`, capture `btc_rpc`: get_updates-mined-directly).
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
        let config = &self.daemon.config;
        let payee = self.daemon.change(|state| state.disk.payee_of_wallet(config, wallet))?;
        self.transfer(payee, amount, true).await
    }

    /// Sends as [`send`](Self::send) does, from this address: where payments are known by their sender, it is
    /// a payment to the request that waits for it (measured, Bitcart `065c8421`, capture `eth_rpc`:
    /// setrequestaddress, get_updates-after-payment).
    ///
    /// # Errors
    ///
    /// If the wallet key would not be recognised, or the amount is none.
    pub async fn send_from(&self, payer: &str, wallet: &str, amount: &str) -> Result<String, ScriptError> {
        let config = &self.daemon.config;
        let payee = self.daemon.change(|state| state.disk.payee_of_wallet(config, wallet))?;
        self.transfer(Payee { payer: Some(payer.to_owned()), ..payee }, amount, true).await
    }

    /// Says from which address a request will be paid, as the RPC `setrequestaddress` does; without it no
    /// payment is known where they are known by their sender. False if that cannot be said: there is no such
    /// request, the address is none, or the currency has no need of it.
    pub async fn expect_payer(&self, request: &str, payer: &str) -> bool {
        let config = &self.daemon.config;
        self.daemon.change(|state| {
            let wallet = state.disk.payee_of_request(request).ok().map(|payee| payee.wallet);
            wallet.is_some_and(|wallet| set_payer(config, &mut state.disk, &wallet, request, payer))
        })
    }

    /// Replaces the last `depth` blocks by one more than they were, with the same transactions at the same
    /// heights.
    ///
    /// Today's daemons on Electrum tell of the one height that is new, and of each payment in those blocks
    /// that it is unconfirmed, then paid and verified again: 3, 7, 3 (measured, Bitcart `065c8421`, capture
    /// `btc_ws`: ws2-xpub).
    pub async fn reorganise(&self, depth: u64) {
        self.happens(|state, config| chain::reorganised(state, config, depth)).await;
    }

    /// Closes the wallet as the RPC `close_wallet` does, and loads it again: its ring is empty. A daemon that
    /// is not on Electrum tells the transactions of all blocks that it still has again (measured, Bitcart
    /// `065c8421`, captures `eth_rpc`: get_updates-after-reload, `eth_ws`: ws-wallet-reload), and puts them
    /// into the new ring; one on Electrum tells only what it has missed (measured, capture `btc_rpc`:
    /// get_updates-after-reload).
    ///
    /// # Errors
    ///
    /// If the wallet key is not recognised, or the daemon is stopped.
    pub async fn reload(&self, wallet: &str) -> Result<(), ScriptError> {
        let config = &self.daemon.config;
        let replay = self.daemon.change(|state| {
            let memory = state.memory.as_mut().ok_or(ScriptError::Stopped)?;
            memory.close(wallet);
            chain::load(&mut state.disk, memory, config, &Account::of_key(wallet, config))
                .ok_or_else(|| ScriptError::BadWallet(wallet.to_owned()))
        })?;
        let daemon = self.daemon.clone();
        to_the_end(async move {
            daemon.tell(replay.now).await;
            daemon.tell(replay.later).await;
        })
        .await;
        Ok(())
    }

    /// Lets time pass for the daemon, by its clock alone: nothing is waited for. A request that expires by it
    /// is told to nobody, in no currency (measured, Bitcart `065c8421`, captures `btc_rpc`:
    /// get_updates-after-expiry, `eth_rpc`: get_updates-after-expiry).
    pub fn let_pass(&self, time: Duration) {
        self.daemon.change(|state| state.disk.chain.pass(time));
    }

    /// Makes a request for `amount` and loads the wallet, as the RPC `add_request` does.
    ///
    /// # Errors
    ///
    /// If the wallet key is not recognised, the amount is none, or the daemon is stopped.
    pub async fn request(&self, wallet: &str, amount: &str) -> Result<PaymentRequest, ScriptError> {
        let units = self.units(wallet, amount)?;
        let (made, replay) = self.daemon.change(|state| self.make_request(state, wallet, units))?;
        let daemon = self.daemon.clone();
        to_the_end(async move {
            daemon.tell(replay.now).await;
            daemon.tell(replay.later).await;
        })
        .await;
        Ok(made)
    }

    fn make_request(
        &self,
        state: &mut State,
        wallet: &str,
        amount: Units,
    ) -> Result<(PaymentRequest, Replay), ScriptError> {
        let config = &self.daemon.config;
        let memory = state.memory.as_mut().ok_or(ScriptError::Stopped)?;
        let account = Account::of_key(wallet, config);
        let bad = || ScriptError::BadWallet(wallet.to_owned());
        let replay = chain::load(&mut state.disk, memory, config, &account).ok_or_else(bad)?;
        let digits = config.digits_of(&account);
        let (memo, expiration) = (String::new(), DEFAULT_EXPIRATION);
        let (id, address) = if config.family() == Family::Electrum {
            let made = state.disk.add_request(config, wallet, amount, memo, expiration).ok_or_else(bad)?;
            (made.id, made.address)
        } else {
            let shown = (amount, amount.fixed(digits));
            let made = state.disk.add_invoice(config, &account, shown, memo, expiration).ok_or_else(bad)?;
            (made.id.clone(), made.address.clone())
        };
        Ok((PaymentRequest { id, address, amount: amount.short(digits) }, replay))
    }

    async fn transfer(&self, payee: Payee, amount: &str, seen: bool) -> Result<String, ScriptError> {
        let amount = self.units(&payee.wallet, amount)?;
        let mut made = String::new();
        self.happens(|state, config| {
            // Only blocks are looked into, or the mempool too.
            let seen = seen && config.family() != Family::Blocks;
            let (place, hash) = state.disk.chain.add(config, payee, amount);
            made = hash;
            if seen { chain::seen(state, config, place) } else { Vec::new() }
        })
        .await;
        Ok(made)
    }

    fn units(&self, wallet: &str, amount: &str) -> Result<Units, ScriptError> {
        let config = &self.daemon.config;
        let refused = |reason: NotAnAmount| ScriptError::bad_amount(amount, reason);
        Units::read(amount, config.digits_of(&Account::of_key(wallet, config))).map_err(refused)
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
