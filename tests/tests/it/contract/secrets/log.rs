//! What is logged at any level, by any library, through `tracing` or `log`, on one thread.

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    io,
    sync::{Arc, Mutex},
};

use tracing::{
    Dispatch,
    subscriber::{DefaultGuard, NoSubscriber},
};
use tracing_subscriber::{
    fmt::{MakeWriter, format::FmtSpan},
    util::SubscriberInitExt as _,
};

#[derive(Clone, Default)]
pub(super) struct Log(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    text: Vec<u8>,
    all: BTreeSet<String>,
}

impl Log {
    /// Listens on this thread until the guards are dropped. The mock server has a thread of its own.
    pub(super) fn listen(&self) -> (Dispatch, DefaultGuard) {
        // With one subscriber alone, what another thread logs first is taken for what nobody listens to.
        let second = Dispatch::new(NoSubscriber::new());
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
            .with_span_events(FmtSpan::FULL)
            .with_ansi(false)
            .with_writer(self.clone())
            .finish();
        (second, subscriber.set_default())
    }

    /// What was logged since the last time.
    pub(super) fn take(&self) -> String {
        let mut state = self.0.lock().unwrap();
        let text = String::from_utf8(std::mem::take(&mut state.text)).unwrap();
        // `TIME LEVEL spans: target: message`
        state.all.extend(text.split_whitespace().filter_map(|word| word.strip_suffix(':')).map(str::to_owned));
        text
    }

    pub(super) fn has_heard(&self, target: &str) -> bool {
        self.0.lock().unwrap().all.contains(target)
    }

    pub(super) fn targets(&self) -> String {
        self.0.lock().unwrap().all.iter().fold(String::new(), |mut all, target| {
            let _ = write!(all, "{target} ");
            all
        })
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().text.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}
