//! The recording of a session: a picture after every action, made into a video when the session ends.

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, timeout};

use super::webm::{self, Frame};
use crate::engine::Browser;

/// How long after an action its picture is taken: what it set off is on the page by then.
const AFTER: Duration = Duration::from_millis(150);

/// How long an action that comes soon after may put the picture off: making one takes the browser longer than most actions.
const LATEST: Duration = Duration::from_millis(600);

/// Bytes of pictures that one recording may hold.
const LARGEST: usize = 64 << 20;

/// How long a picture may take; a page that is too busy is left out.
const PATIENCE: Duration = Duration::from_secs(5);

/// Lossy, or there would be no VP8 in it.
const QUALITY: u8 = 60;

/// How long the last picture stands at least, in milliseconds.
const LAST: u64 = 1_000;

/// The pictures of one session.
#[derive(Debug)]
pub(super) struct Recording {
    begun: Instant,
    frames: Mutex<Vec<Frame>>,
    wanted: Notify,
}

impl Recording {
    pub(super) fn new() -> Self {
        Self { begun: Instant::now(), frames: Mutex::default(), wanted: Notify::new() }
    }

    /// Asks for a picture.
    pub(super) fn want(&self) {
        self.wanted.notify_one();
    }

    /// Takes the pictures that are asked for, between two actions where it can; never returns.
    pub(super) async fn run(&self, browser: &Browser, busy: impl Fn() -> bool) {
        loop {
            self.wanted.notified().await;
            let latest = Instant::now() + LATEST;
            sleep(AFTER).await;
            while busy() && Instant::now() < latest {
                sleep(AFTER).await;
            }
            self.take(browser).await;
        }
    }

    /// Takes a picture, unless the page looks as before.
    pub(super) async fn take(&self, browser: &Browser) {
        let Ok(tab) = browser.current().await else { return };
        let at = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        let Ok(Ok(picture)) = timeout(PATIENCE, tab.picture("webp", QUALITY)).await else { return };
        let picture = STANDARD.decode(picture).unwrap_or_default();
        let Some(data) = webm::vp8(&picture) else { return };
        let mut frames = self.frames.lock().unwrap_or_else(PoisonError::into_inner);
        let held: usize = frames.iter().map(|frame| frame.data.len()).sum();
        if frames.last().is_none_or(|last| last.data != data) && held < LARGEST {
            frames.push(Frame { at, data: data.to_vec() });
        }
    }

    /// Writes the video; its length in milliseconds, none when there is no picture.
    pub(super) fn finish(&self, path: &Path) -> Option<u64> {
        let mut frames = std::mem::take(&mut *self.frames.lock().unwrap_or_else(PoisonError::into_inner));
        let mut last = frames.last()?.clone();
        let lived = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        last.at = lived.max(last.at + LAST);
        let length = last.at;
        // Shown once more at the end: players end with the last frame, not with the length.
        frames.push(last);
        std::fs::write(path, webm::video(&frames, length)?).ok()?;
        Some(length)
    }
}
