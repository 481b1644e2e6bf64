//! What handlers share: a database pool, a shop, a counter.

use std::any::{Any, TypeId, type_name};
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use super::{HandlerError, Invocation, Need};
use crate::sealed::Sealed;

/// A value that was given to the listener, and is shared by its handlers.
///
/// A handler asks for it by its type; whoever builds the listener gives it. One that nobody gave is an error when
/// the listener is built, with the handler's file and line.
///
/// ```standalone_crate
/// use std::sync::atomic::{AtomicU64, Ordering};
/// use bitcart_events::{Coin, Event, State, handlers, on};
///
/// #[derive(Default)]
/// struct Blocks(AtomicU64);
///
/// #[on("new_block", register = false)]
/// fn count(event: Event, blocks: State<Blocks>) {
///     blocks.0.fetch_add(1, Ordering::Relaxed);
/// }
///
/// # tokio::runtime::Runtime::new()?.block_on(async {
/// let listener = Coin::btc("xpub…").listener().handlers(handlers![count]).state(Blocks::default()).build()?;
/// let report = listener.process_updates(r#"[{"event": "new_block", "height": 1}]"#).await?;
/// assert_eq!(report.handled, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct State<T>(Arc<dyn Shared<T> + Send + Sync>);

/// The value of a state. A trait, because then a state is `Send` and `Sync` whatever it is of: that its value can be shared is asked
/// where it is made, and rustc does not say it a second time of the future of each `async` handler, nor look into the value there.
trait Shared<T> {
    fn value(&self) -> &T;

    fn whole(self: Arc<Self>) -> Arc<T>;
}

impl<T> Shared<T> for T {
    fn value(&self) -> &T {
        self
    }

    fn whole(self: Arc<Self>) -> Arc<T> {
        self
    }
}

impl<T> Sealed for State<T> {}

impl<T: Send + Sync + 'static> State<T> {
    /// Wraps a value, to call a handler by hand: in a test.
    #[must_use]
    pub fn new(value: T) -> Self {
        Self(Arc::new(value))
    }
}

impl<T> State<T> {
    /// The shared value itself, to keep it longer than the call.
    #[must_use]
    pub fn into_inner(self) -> Arc<T> {
        self.0.whole()
    }
}

/// As [`State::new`], for a value that is shared already.
impl<T: Send + Sync + 'static> From<Arc<T>> for State<T> {
    fn from(value: Arc<T>) -> Self {
        Self(value)
    }
}

impl<T> Clone for State<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Deref for State<T> {
    type Target = T;

    fn deref(&self) -> &T {
        (*self.0).value()
    }
}

impl<T: fmt::Debug> fmt::Debug for State<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("State").field(&**self).finish()
    }
}

/// A state that a handler asks for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StateNeed {
    pub(crate) id: TypeId,
    pub(crate) name: &'static str,
}

/// What a state can be: [`State<T>`](State) of a `T` that can be shared between threads.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be shared by handlers",
    label = "expected `bitcart_events::State<T>`, with a `T` that is `Send`, `Sync` and `'static`",
    note = "a `Mutex`, an `RwLock` or an atomic makes a value shareable; a trait object is, as `Box<dyn Trait + Send + Sync>`"
)]
pub trait StateArgument: Sealed + Sized {
    #[doc(hidden)]
    fn argument(invocation: &Invocation<'_>, parameter: usize) -> Result<Self, HandlerError>;
}

#[diagnostic::do_not_recommend]
impl<T: Send + Sync + 'static> StateArgument for State<T> {
    fn argument(invocation: &Invocation<'_>, _: usize) -> Result<Self, HandlerError> {
        let need = || Some(Need::State(StateNeed { id: TypeId::of::<T>(), name: type_name::<T>() }));
        let states = invocation.given(&need)?.states;
        states.get::<T>().map(Self::from).ok_or_else(|| {
            // Only a handler that was added after the listener had been built can come here.
            let message = format!(
                "no `State<{0}>` was given; build the listener with `.state({0} …)`",
                type_name::<T>()
            );
            HandlerError::Failed(message.into())
        })
    }
}

/// The values that were given to a listener, by their types.
#[derive(Clone, Default)]
pub(crate) struct States(Vec<(TypeId, Arc<dyn Any + Send + Sync>)>);

impl States {
    pub(crate) fn insert<T: Send + Sync + 'static>(&mut self, value: Arc<T>) {
        let id = TypeId::of::<T>();
        self.0.retain(|(known, _)| *known != id);
        self.0.push((id, value));
    }

    pub(crate) fn meets(&self, need: &StateNeed) -> bool {
        self.find(need.id).is_some()
    }

    fn get<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        Arc::clone(self.find(TypeId::of::<T>())?).downcast().ok()
    }

    fn find(&self, id: TypeId) -> Option<&Arc<dyn Any + Send + Sync>> {
        self.0.iter().find(|(known, _)| *known == id).map(|(_, value)| value)
    }
}

impl fmt::Debug for States {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} states", self.0.len())
    }
}
