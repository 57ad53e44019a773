//! Tells whether the process that wrote a ledger still runs, even if its number was given to another.

/// A process, for as long as the machine runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Process {
    pub(super) pid: u32,
    /// When it was started, in a form that only equality makes sense of; empty where that cannot be told.
    pub(super) started: String,
}

/// What is known about a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Runs,
    Ended,
    /// This platform does not tell.
    Unknown,
}

impl Process {
    pub(super) fn this() -> Self {
        let pid = std::process::id();
        Self { pid, started: started(pid).unwrap_or_default() }
    }

    pub(super) fn state(&self) -> State {
        if !cfg!(target_os = "linux") || self.started.is_empty() {
            return State::Unknown;
        }
        if started(self.pid).as_ref() == Some(&self.started) { State::Runs } else { State::Ended }
    }
}

/// The boot of the machine, and the ticks since then at which the process was started.
fn started(pid: u32) -> Option<String> {
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name of the program comes second, in parentheses, and may hold anything.
    let mut after_name = stat.rsplit_once(')')?.1.split_whitespace();
    // A zombie has ended, and only its number is left.
    let state = after_name.next()?;
    let ticks = after_name.nth(18)?;
    (state != "Z").then(|| format!("{}-{ticks}", boot.trim()))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn this_process_runs_and_one_with_its_number_but_another_start_does_not() {
        let this = Process::this();
        assert_eq!(this.state(), State::Runs);
        assert_eq!(Process { started: "boot-1".into(), ..this.clone() }.state(), State::Ended);
        assert_eq!(Process { started: String::new(), ..this }.state(), State::Unknown);
    }

    #[test]
    fn a_child_that_was_killed_has_ended() {
        let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        let process = Process { pid: child.id(), started: started(child.id()).unwrap() };
        assert_eq!(process.state(), State::Runs);
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(process.state(), State::Ended);
    }
}
