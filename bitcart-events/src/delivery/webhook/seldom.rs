//! Beside what is polled often, something that has seldom anything to say.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use futures_util::future::BoxFuture;
use futures_util::task::AtomicWaker;

/// What something comes to, if that is before the end. It is looked for the end when it has woken us, and not each time that
/// the other one is polled.
pub(super) async fn until<T>(
    mut end: BoxFuture<'_, ()>,
    mut often: Pin<&mut impl Future<Output = T>>,
) -> Option<T> {
    let bell = Arc::new(Bell { has_rung: AtomicBool::new(true), task: AtomicWaker::new() });
    let waker = Waker::from(Arc::clone(&bell));
    poll_fn(|context| {
        if let Poll::Ready(output) = often.as_mut().poll(context) {
            return Poll::Ready(Some(output));
        }
        // Before the look, so that nothing is missed in between.
        bell.task.register(context.waker());
        if !bell.has_rung.swap(false, Ordering::AcqRel) {
            return Poll::Pending;
        }
        end.as_mut().poll(&mut Context::from_waker(&waker)).map(|()| None)
    })
    .await
}

struct Bell {
    has_rung: AtomicBool,
    task: AtomicWaker,
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.has_rung.store(true, Ordering::Release);
        self.task.wake();
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;
    use std::pin::pin;

    use futures_util::FutureExt;
    use tokio::sync::oneshot;

    use super::*;

    #[test]
    fn it_is_polled_when_it_was_woken_and_wakes_who_polled_last() {
        let (tell, told) = oneshot::channel();
        let (mut told, mut polled) = (pin!(told), 0);
        let end = poll_fn(|context| {
            polled += 1;
            told.as_mut().poll(context).map(|told| assert_eq!(told, Ok(7)))
        });
        let often = pin!(pending::<()>());
        let mut first = Box::pin(until(end.boxed(), often));
        let tasks =
            [(); 2].map(|()| Arc::new(Bell { has_rung: AtomicBool::new(false), task: AtomicWaker::new() }));
        let [one, other] = tasks.clone().map(Waker::from);
        for waker in [&one, &other, &other] {
            assert!(first.as_mut().poll(&mut Context::from_waker(waker)).is_pending());
        }
        tell.send(7).unwrap();
        assert_eq!(tasks.map(|task| task.has_rung.load(Ordering::Acquire)), [false, true]);
        let ended = first.as_mut().poll(&mut Context::from_waker(&other));
        assert_eq!(ended, Poll::Ready(None));
        drop(first);
        assert_eq!(polled, 2);
    }
}
