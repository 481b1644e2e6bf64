use super::{Folder, SqliteInbox, kill, with};
use crate::inbox::promises::{append, batch, event};
use crate::inbox::{Batch, Fact, Inbox, Life, Mark, NewEvent, Remember};

fn height(height: u64) -> NewEvent {
    NewEvent { fact: Some(Fact::Height { of: "BTC".to_owned(), height }), ..event(0) }
}

fn transfer(number: u8, life: Life) -> NewEvent {
    NewEvent { fact: Some(Fact::Transfer { mark: Mark([number; 16]), life }), ..event(0) }
}

fn new(inbox: &SqliteInbox, events: Vec<NewEvent>) -> Vec<bool> {
    append(inbox, batch(events)).unwrap().iter().map(Option::is_some).collect()
}

fn stretches(inbox: &SqliteInbox) -> Vec<(i64, i64)> {
    with(inbox, |store| {
        let mut all = store.conn.prepare("SELECT first, last FROM bitcart_height WHERE whose = 'BTC'")?;
        all.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
    })
}

#[test]
fn facts_are_known_after_a_restart() {
    let folder = Folder::new();
    let inbox = SqliteInbox::open(folder.file()).unwrap();
    let life = Life::new();
    assert_eq!(new(&inbox, [5, 6, 9, 8, 2].map(height).into()), [true; 5]);
    assert_eq!(stretches(&inbox), [(2, 2), (5, 6), (8, 9)]);
    assert_eq!(new(&inbox, vec![height(7)]), [true]);
    assert_eq!(stretches(&inbox), [(2, 2), (5, 9)]);
    assert_eq!(new(&inbox, vec![transfer(1, life), transfer(1, life), transfer(2, life)]), [true; 3]);

    let inbox = SqliteInbox::open(kill(inbox, "second.db")).unwrap();
    assert_eq!(new(&inbox, [5, 7, 10, 2].map(height).into()), [false, false, true, false]);
    assert_eq!(stretches(&inbox), [(2, 2), (5, 10)]);
    // No life goes on over a restart.
    let life = Life::new();
    let again = [1, 1, 1, 2, 3].map(|number| transfer(number, life));
    assert_eq!(new(&inbox, again.into()), [false, false, true, false, true]);
}

#[test]
fn what_was_rolled_back_is_no_fact() {
    let folder = Folder::new();
    let inbox = SqliteInbox::open(folder.file()).unwrap();
    let (life, next) = (Life::new(), Life::new());
    assert_eq!(new(&inbox, vec![height(1), transfer(1, life)]), [true; 2]);
    let fails = |is_on: bool| {
        with(&inbox, move |store| {
            store.conn.execute_batch(if is_on {
                "CREATE TRIGGER fails AFTER INSERT ON bitcart_memory BEGIN SELECT RAISE(ABORT, 'the test says so'); END"
            } else {
                "DROP TRIGGER fails"
            })
        });
    };
    let lines = |life| vec![height(1), height(2), transfer(1, life), transfer(1, life), transfer(2, life)];
    let fail = |life| {
        fails(true);
        for _ in 0..3 {
            let remember = vec![Remember::Put("x".to_owned(), Vec::new())];
            let error = append(&inbox, Batch { remember, ..batch(lines(life)) }).unwrap_err().to_string();
            assert!(error.contains("the test says so"), "{error}");
        }
        fails(false);
    };
    fail(life);
    assert_eq!(new(&inbox, lines(life)), [false, true, true, true, true]);
    // Nor was it sent.
    fail(next);
    assert_eq!(new(&inbox, lines(next)), [false; 5]);
    assert_eq!(
        new(&inbox, vec![transfer(1, next), transfer(1, next)]),
        [false, true],
        "three were delivered"
    );
    assert_eq!(stretches(&inbox), [(1, 2)]);
}

#[tokio::test]
async fn a_dead_letter_is_a_fact_too_and_only_so_many_heights_are_kept() {
    let folder = Folder::new();
    let inbox = SqliteInbox::open(folder.file()).unwrap();
    let dead = NewEvent { dead: Some("no".to_owned()), ..height(1) };
    assert_eq!(new(&inbox, vec![dead, height(1)]), [true, false]);
    let stats = inbox.stats().await.unwrap();
    assert_eq!((stats.pending, stats.dead), (0, 1));
    assert_eq!(new(&inbox, (1..=4_097).map(|number| height(2 * number)).collect()), vec![true; 4_097]);
    let stretches = stretches(&inbox);
    assert_eq!((stretches.len(), stretches[0]), (4_096, (4, 4)));
}

/// What was refused once would be refused again and again, with all that is appended beside it.
#[test]
fn a_height_that_no_file_knows_is_stored_as_the_highest() {
    const HIGHEST: u64 = i64::MAX.cast_unsigned();
    let folder = Folder::new();
    let inbox = SqliteInbox::open(folder.file()).unwrap();
    assert_eq!(new(&inbox, [HIGHEST, HIGHEST + 1].map(height).into()), [true, false]);
    assert_eq!(stretches(&inbox), [(i64::MAX, i64::MAX)]);

    let inbox = SqliteInbox::open(kill(inbox, "second.db")).unwrap();
    assert_eq!(new(&inbox, [u64::MAX, HIGHEST, 7].map(height).into()), [false, false, true]);
}
