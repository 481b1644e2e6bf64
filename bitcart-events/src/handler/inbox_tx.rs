//! What a handler writes into the inbox's own file, in the transaction that settles its event.

use super::{HandlerError, Invocation};
use crate::sealed::Sealed;

#[cfg(feature = "sqlite")]
pub use with_sqlite::InboxTx;

/// What a parameter of a type named `InboxTx` can be: `InboxTx`, which is there with the feature `sqlite`.
#[diagnostic::on_unimplemented(
    message = "the inbox's transaction cannot be passed as `{Self}`",
    label = "expected `bitcart_events::InboxTx`, of the feature `sqlite`",
    note = "a parameter of a type named `InboxTx` is for the inbox's transaction: give a type of your own another name"
)]
pub trait InboxTxArgument: Sealed + Sized {
    #[doc(hidden)]
    fn argument(invocation: &Invocation<'_>, parameter: usize) -> Result<Self, HandlerError>;
}

#[cfg(feature = "sqlite")]
mod with_sqlite {
    use std::fmt;
    use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

    use rusqlite::Transaction;

    use super::{HandlerError, InboxTxArgument, Invocation};
    use crate::BoxError;
    use crate::handler::Need;
    use crate::inbox::Effects;
    use crate::sealed::Sealed;

    /// Writes into the inbox's own SQLite file exactly once for an event.
    ///
    /// Exactly once for this *event*: the same payment may become `Paid` again after a reorganisation of the blockchain, by
    /// another event. So a table of what is done once for a payment has the request as its key.
    ///
    /// A handler asks for it by its type, and gives it closures. They run after the handler has returned without an error, in
    /// their order, in the transaction that settles the event: either both are committed, what they wrote and that the event
    /// is handled, or nothing is. A handler that fails writes nothing; an error of a closure undoes what all of them
    /// wrote, and the event is handled again as if the handler had returned that error. What is given after the handler
    /// has returned is not run.
    ///
    /// ```
    /// use bitcart_events::{BoxError, Decimal, Event, InboxTx, PaymentStatus, on, rusqlite};
    ///
    /// #[on("new_payment", register = false)]
    /// async fn paid(
    ///     event: Event, address: &str, status: PaymentStatus, sent_amount: Option<Decimal>, book: InboxTx,
    /// ) -> Result<(), BoxError> {
    ///     if status == PaymentStatus::Paid {
    ///         // What the closure takes with it is owned, because it runs after the handler.
    ///         let address = address.to_owned();
    ///         let amount = sent_amount.map(|amount| amount.to_string()); // the daemons of 2020 do not send it
    ///         book.write(move |tx| {
    ///             tx.execute("INSERT OR IGNORE INTO booked VALUES (?1, ?2)", (address, amount))?;
    ///             Ok(())
    ///         });
    ///     }
    ///     Ok(())
    /// }
    ///
    /// // In a test of the handler:
    /// # tokio::runtime::Runtime::new()?.block_on(async {
    /// let book = InboxTx::default();
    /// let amount = Decimal::new(15, 4);
    /// paid(Event::find("new_payment")?, "1f804621c6", PaymentStatus::Paid, Some(amount), book.clone()).await?;
    ///
    /// let mut file = rusqlite::Connection::open_in_memory()?;
    /// file.execute_batch("CREATE TABLE booked (request TEXT PRIMARY KEY, amount TEXT)")?;
    /// let tx = file.transaction()?;
    /// book.run(&tx)?;
    /// let booked: String = tx.query_row("SELECT amount FROM booked", (), |row| row.get(0))?;
    /// assert_eq!(booked, "0.0015");
    /// # Ok::<(), BoxError>(())
    /// # })?;
    /// # Ok::<(), BoxError>(())
    /// ```
    ///
    /// No transaction is open while a handler runs, so it may await what it likes. The program makes its tables when it
    /// starts, [after it has opened the inbox](crate::inbox::SqliteInbox#the-file).
    ///
    /// A listener whose inbox is not such a file refuses to be built with a handler that asks for it.
    #[derive(Clone, Default)]
    pub struct InboxTx(Arc<Mutex<Effects>>);

    impl Sealed for InboxTx {}

    impl InboxTx {
        /// Has this done when the event is settled; it is not done now.
        ///
        /// The closure returns a [`BoxError`], so that `?` works in it and nothing has to be annotated.
        pub fn write<F>(&self, write: F)
        where
            F: FnOnce(&Transaction<'_>) -> Result<(), BoxError> + Send + 'static,
        {
            self.effects().writes.push(Box::new(write));
        }

        /// Does what was given to it so far, in its order, up to the first error: in a test, where no inbox does it.
        ///
        /// # Errors
        /// What the closure returned. The caller undoes the transaction.
        pub fn run(&self, tx: &Transaction<'_>) -> Result<(), BoxError> {
            // Taken out first: a closure may hold an `InboxTx`, too.
            let writes = std::mem::take(&mut self.effects().writes);
            writes.into_iter().try_for_each(|write| write(tx))
        }

        fn effects(&self) -> MutexGuard<'_, Effects> {
            self.0.lock().unwrap_or_else(PoisonError::into_inner)
        }
    }

    impl fmt::Debug for InboxTx {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "InboxTx of {} writes", self.effects().writes.len())
        }
    }

    #[diagnostic::do_not_recommend]
    impl InboxTxArgument for InboxTx {
        fn argument(invocation: &Invocation<'_>, _: usize) -> Result<Self, HandlerError> {
            Ok(Self(Arc::clone(invocation.given(&|| Some(Need::InboxTx))?.attempt.effects())))
        }
    }
}
