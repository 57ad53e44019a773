//! The keeper: one thread that starts every browser, and whose end ends them all.
//!
//! On Linux a child can ask to be killed when the thread that started it ends. That thread therefore has to live exactly
//! as long as the server: a worker thread of the runtime may end earlier. `setpriv` asks on the child's behalf, since asking
//! from here would need unsafe code.

use std::io;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread::JoinHandle;

use tokio::sync::oneshot;

type Order = (Command, oneshot::Sender<io::Result<Child>>);

/// Runs a program whose standard input and output become the pipes of the DevTools protocol, its descriptors 3 and 4.
const PIPED: &str = r#"exec "$@" 3<&0 4>&1 </dev/null >/dev/null"#;

/// The same for a program that is named after a process, unless that process ended before the child could ask to die with
/// it.
const UNLESS_ORPHANED: &str = r#"test "$PPID" = "$0" && exec "$@" 3<&0 4>&1 </dev/null >/dev/null"#;

/// The thread, and the way to ask it for a child.
#[derive(Debug)]
pub(crate) struct Keeper {
    orders: Option<mpsc::Sender<Order>>,
    thread: Option<JoinHandle<()>>,
    bound: bool,
}

impl Keeper {
    /// Starts the thread.
    pub(crate) fn start() -> io::Result<Self> {
        let (orders, queue) = mpsc::channel::<Order>();
        let thread = std::thread::Builder::new().name("browser-keeper".into()).spawn(move || {
            while let Ok((mut command, answer)) = queue.recv() {
                if let Err(Ok(mut unwanted)) = answer.send(command.spawn()) {
                    let _ = unwanted.kill();
                    let _ = unwanted.wait();
                }
            }
        })?;
        let probe = Command::new("setpriv").args(["--pdeathsig", "KILL", "true"]).stderr(Stdio::null()).status();
        let bound = cfg!(target_os = "linux") && probe.is_ok_and(|status| status.success());
        Ok(Self { orders: Some(orders), thread: Some(thread), bound })
    }

    /// A command for a browser that takes the DevTools protocol on its standard input and output, and that dies with the
    /// keeper where the system can do that.
    pub(crate) fn command(&self, program: &Path) -> Command {
        let mut command = if self.bound {
            let mut command = Command::new("setpriv");
            command.args(["--pdeathsig", "KILL", "--", "sh", "-c", UNLESS_ORPHANED]);
            command.arg(std::process::id().to_string());
            command
        } else {
            let mut command = Command::new("sh");
            command.args(["-c", PIPED, "sh"]);
            command
        };
        command.arg(program).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        command
    }

    /// Starts a child from the keeper's thread.
    pub(crate) async fn spawn(&self, command: Command) -> io::Result<Child> {
        let gone = || io::Error::other("the keeper has ended");
        let (sender, child) = oneshot::channel();
        self.orders.as_ref().ok_or_else(gone)?.send((command, sender)).map_err(|_| gone())?;
        child.await.map_err(|_| gone())?
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.orders.take();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
