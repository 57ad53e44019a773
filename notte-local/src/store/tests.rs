//! What the store promises.

use serde::{Deserialize, Serialize};

use super::*;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Note(u32);

impl Kept for Note {
    const KIND: &'static str = "note";
}

/// A directory that goes when it is dropped.
struct Folder(std::path::PathBuf);

impl Folder {
    fn new() -> Self {
        Self(std::env::temp_dir().join(format!("notte-local-store-{}", uuid::Uuid::new_v4())))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

async fn put(store: &Store, owner: &'static str, id: &'static str, number: u32) {
    store.run(move |db| db.put(owner, id, &Note(number))).await.unwrap();
}

async fn list(store: &Store, owner: &'static str) -> Vec<u32> {
    let notes: Vec<Note> = store.run(move |db| db.list(owner)).await.unwrap();
    notes.into_iter().map(|note| note.0).collect()
}

#[tokio::test]
async fn things_are_kept_by_owner_and_id_newest_first() {
    let store = Store::in_memory().unwrap();
    put(&store, "a", "1", 1).await;
    put(&store, "a", "2", 2).await;
    put(&store, "b", "1", 3).await;
    put(&store, "a", "1", 4).await;
    assert_eq!(list(&store, "a").await, [2, 4], "what is replaced keeps its place");
    let rest: Vec<Note> = store.run(|db| db.part(None, 2, 1)).await.unwrap();
    assert_eq!(rest, [Note(2), Note(4)]);
    assert!(store.run(|db| db.remove::<Note>("a", "1")).await.unwrap());
    assert!(!store.run(|db| db.remove::<Note>("a", "1")).await.unwrap());
    store.run(|db| db.remove_all::<Note>("a")).await.unwrap();
    assert_eq!((list(&store, "a").await, list(&store, "b").await), (vec![], vec![3]));
}

#[tokio::test]
async fn an_error_undoes_what_was_written_before_it() {
    let store = Store::in_memory().unwrap();
    let failed: Result<(), StoreError> = store
        .run(|db| {
            db.put("", "1", &Note(1))?;
            Err(StoreError::Json)
        })
        .await;
    assert!(failed.is_err());
    let panicked: Result<(), StoreError> = store
        .run(|db| {
            db.put("", "1", &Note(1))?;
            panic!("on purpose")
        })
        .await;
    assert!(matches!(panicked, Err(StoreError::Ended)));
    assert!(list(&store, "").await.is_empty());
}

#[tokio::test]
async fn only_the_newest_stay_after_a_trim() {
    let store = Store::in_memory().unwrap();
    for number in 1..=50 {
        let keep = move |db: &Db<'_>| {
            db.put("", &number.to_string(), &Note(number))?;
            db.trim::<Note>(20)
        };
        store.run(keep).await.unwrap();
    }
    assert_eq!(list(&store, "").await, (31..=50).rev().collect::<Vec<_>>());
}

#[tokio::test]
async fn a_directory_is_private_and_has_one_server() {
    let folder = Folder::new();
    let store = Store::in_directory(&folder.0).unwrap();
    put(&store, "", "1", 7).await;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&folder.0), 0o700);
        for file in std::fs::read_dir(&folder.0).unwrap() {
            assert_eq!(mode(&file.unwrap().path()), 0o600);
        }
    }
    let second = Store::in_directory(&folder.0).err().unwrap();
    assert!(second.to_string().contains("another notte-local"), "{second}");
    drop(store);
    assert_eq!(list(&Store::in_directory(&folder.0).unwrap(), "").await, [7]);
}

#[cfg(unix)]
#[test]
fn a_directory_that_others_may_enter_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    std::fs::create_dir(&folder.0).unwrap();
    std::fs::set_permissions(&folder.0, std::fs::Permissions::from_mode(0o755)).unwrap();
    let error = Store::in_directory(&folder.0).err().unwrap().to_string();
    assert!(error.contains("mode 755"), "{error}");
    assert_eq!(std::fs::read_dir(&folder.0).unwrap().count(), 0);
}

#[tokio::test]
async fn a_copy_of_the_files_at_any_moment_holds_what_was_acknowledged() {
    let (folder, copy) = (Folder::new(), Folder::new());
    let store = Store::in_directory(&folder.0).unwrap();
    put(&store, "", "1", 1).await;
    put(&store, "", "2", 2).await;
    // What a killed process leaves behind: the files as they are, the database never closed.
    make_private(&copy.0).unwrap();
    for file in std::fs::read_dir(&folder.0).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), copy.0.join(file.file_name())).unwrap();
    }
    assert_eq!(list(&Store::in_directory(&copy.0).unwrap(), "").await, [2, 1]);
}

#[test]
fn a_newer_database_is_left_alone() {
    let folder = Folder::new();
    drop(Store::in_directory(&folder.0).unwrap());
    Connection::open(folder.0.join(FILE)).unwrap().pragma_update(None, "user_version", 1000).unwrap();
    assert!(matches!(Store::in_directory(&folder.0), Err(StoreError::Newer)));
}
