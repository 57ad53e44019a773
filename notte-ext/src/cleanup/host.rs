//! Which machine, and which part of it, a process runs on.

/// The same for two processes only if a lock of one is seen by the other; none where that cannot be told.
#[cfg(target_os = "linux")]
pub(super) fn host() -> Option<String> {
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let namespace = std::fs::read_link("/proc/self/ns/pid").ok()?;
    Some(format!("{} {}", boot.trim(), namespace.display()))
}

#[cfg(not(target_os = "linux"))]
pub(super) fn host() -> Option<String> {
    gethostname::gethostname().into_string().ok().filter(|name| !name.is_empty())
}
