//! Which wallets there are: those that were added since, and those that were removed.

use super::Ledger;
use super::wallet::{Asking, Wallet};
use crate::Coin;
use crate::inbox::WalletId;

impl Ledger {
    /// Takes up the wallets that were added, and leaves those that were removed.
    pub(in super::super) fn read_wallets(&mut self) {
        let coins = self.leave_removed();
        self.take_up(coins);
    }

    /// Leaves the wallets that were removed; those that are listened to.
    pub(super) fn leave_removed(&mut self) -> Vec<Coin> {
        // Before they are read, so that no change falls between.
        self.changes.mark_unchanged();
        for wallet in self.wallets.values_mut() {
            wallet.is_listened_to = false;
        }
        let mut coins = Vec::new();
        for coin in self.desk.source.coins() {
            if coin.currency() == self.currency {
                if let Some(wallet) = coin.id().and_then(|key| self.wallets.get_mut(&key)) {
                    wallet.is_listened_to = true;
                }
                coins.push(coin);
            }
        }
        for key in self.those(&|wallet| !wallet.is_listened_to) {
            self.was_removed(key);
        }
        coins
    }

    /// Something has come for a wallet, which may be here since a moment ago.
    pub(super) fn meet(&mut self, coin: &Coin) {
        let Some(key) = coin.id().filter(|_| coin.currency() == self.currency) else { return };
        if self.wallets.get(&key).is_none_or(|wallet| !wallet.coin.is(coin)) {
            self.take_up(vec![coin.clone()]);
        }
    }

    fn take_up(&mut self, coins: Vec<Coin>) {
        self.own = None;
        let mut added = Vec::new();
        for coin in coins {
            let Some(key) = coin.id() else { continue };
            match self.wallets.get_mut(&key) {
                Some(wallet) if wallet.coin.is(&coin) => {}
                // It was removed and added again since: then it has handlers of its own anew, and what came in between was
                // for nobody.
                Some(wallet) => {
                    self.desk.missed(&coin);
                    wallet.give_to(coin);
                    self.merge_again(key);
                    self.lack(key);
                    if self.is_established {
                        self.ask(key);
                    }
                }
                None => {
                    self.desk.missed(&coin);
                    self.add(key, coin);
                    added.push(key);
                }
            }
        }
        if self.is_established {
            // What is under way for one was asked for before it came back, and is asked for again afterwards.
            let mut asked = Vec::new();
            for key in added {
                if self.wallets.get(&key).is_some_and(|wallet| wallet.asking == Asking::No) {
                    asked.push(key);
                }
            }
            self.asked_rows(&asked);
            self.ask_these(asked);
        }
    }

    /// A wallet was removed. What comes for it now is for nobody, so that a block that comes next does not follow on what it had,
    /// nor one block on another: after a restart neither.
    pub(super) fn was_removed(&mut self, key: WalletId) {
        self.lack(key);
        self.block_rows.left = self.number;
        self.let_go(key);
    }

    /// A wallet is not listened to any more.
    pub(super) fn let_go(&mut self, key: WalletId) {
        self.flush();
        let Some(wallet) = self.wallets.remove(&key) else { return };
        self.own = None;
        if wallet.asking != Asking::No {
            self.left.push(key);
        }
        let known = wallet.into_known(&self.passed, self.loaded, self.keeps);
        self.memory.keep(self.currency, key, known);
    }

    /// The answer for a wallet that was removed is waited for no more, because it has come, or the wallet has. Whether it was.
    pub(super) fn take_left(&mut self, key: WalletId) -> bool {
        let at = self.left.iter().position(|left| *left == key);
        at.map(|at| self.left.swap_remove(at)).is_some()
    }

    /// The wallets of which this is true.
    pub(super) fn those(&self, is: &dyn Fn(&Wallet) -> bool) -> Vec<WalletId> {
        let mut those = Vec::new();
        for (key, wallet) in &self.wallets {
            if is(wallet) {
                those.push(*key);
            }
        }
        those
    }
}
