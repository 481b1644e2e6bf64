//! Beside what is polled often, something that has seldom anything to say.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use futures_util::future::Either;
use futures_util::task::AtomicWaker;

/// What of two ends first. The second one is polled when it was woken, and not each time that the first one is.
pub(super) async fn first_of<A, B>(
    mut often: Pin<&mut impl Future<Output = A>>,
    mut seldom: Pin<&mut impl Future<Output = B>>,
) -> Either<A, B> {
    let bell = Arc::new(Bell { has_rung: AtomicBool::new(true), task: AtomicWaker::new() });
    let waker = Waker::from(Arc::clone(&bell));
    poll_fn(|context| {
        if let Poll::Ready(output) = often.as_mut().poll(context) {
            return Poll::Ready(Either::Left(output));
        }
        // Before the look, so that nothing is missed in between.
        bell.task.register(context.waker());
        if !bell.has_rung.swap(false, Ordering::AcqRel) {
            return Poll::Pending;
        }
        seldom.as_mut().poll(&mut Context::from_waker(&waker)).map(Either::Right)
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

    use tokio::sync::oneshot;

    use super::*;

    #[test]
    fn it_is_polled_when_it_was_woken_and_wakes_who_polled_last() {
        let (tell, told) = oneshot::channel();
        let (mut told, mut polled) = (pin!(told), 0);
        let seldom = poll_fn(|context| {
            polled += 1;
            told.as_mut().poll(context)
        });
        let (often, seldom) = (pin!(pending::<()>()), pin!(seldom));
        let mut first = Box::pin(first_of(often, seldom));
        let tasks =
            [(); 2].map(|()| Arc::new(Bell { has_rung: AtomicBool::new(false), task: AtomicWaker::new() }));
        let [one, other] = tasks.clone().map(Waker::from);
        for waker in [&one, &other, &other] {
            assert!(first.as_mut().poll(&mut Context::from_waker(waker)).is_pending());
        }
        tell.send(7).unwrap();
        assert_eq!(tasks.map(|task| task.has_rung.load(Ordering::Acquire)), [false, true]);
        let ended = first.as_mut().poll(&mut Context::from_waker(&other));
        assert!(matches!(ended, Poll::Ready(Either::Right(Ok(7)))));
        drop(first);
        assert_eq!(polled, 2);
    }
}
