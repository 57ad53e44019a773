//! Signals that end a program.

/// Returns at SIGINT or SIGTERM, with its number; heard from the moment that this is called.
pub(crate) fn ended() -> impl Future<Output = i32> {
    const INTERRUPT: i32 = 2;
    #[cfg(unix)]
    const TERMINATE: i32 = 15;
    #[cfg(unix)]
    let terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()).ok();
    #[cfg(unix)]
    let interrupt = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt()).ok();
    async move {
        #[cfg(unix)]
        if let (Some(mut terminate), Some(mut interrupt)) = (terminate, interrupt) {
            return tokio::select! {
                _ = terminate.recv() => TERMINATE,
                _ = interrupt.recv() => INTERRUPT,
            };
        }
        let _ = tokio::signal::ctrl_c().await;
        INTERRUPT
    }
}
