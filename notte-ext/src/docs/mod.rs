//! Guides: each module holds one, and nothing else. The guide to agents is the module [`agents`](crate::agents).

#[doc = include_str!("authoring.md")]
pub mod authoring {}

#[doc = include_str!("blocking.md")]
pub mod blocking {}

pub mod coming_from_python {
    #![doc = include_str!("coming-from-python.md")]

    #[allow(unused_imports, reason = "the names that the guide links to")]
    use crate::{agents::StopAgent, *};
}

#[doc = include_str!("errors.md")]
pub mod errors {}

pub mod execution_modes {
    #![doc = include_str!("execution-modes.md")]

    #[allow(unused_imports, reason = "the names that the guide links to")]
    use crate::*;
}

#[doc = include_str!("faults.md")]
pub mod faults {}

#[doc = include_str!("fleet.md")]
pub mod fleet {}

#[doc = include_str!("logging-and-privacy.md")]
pub mod logging_and_privacy {}

#[doc = include_str!("retries.md")]
pub mod retries {}

#[doc = include_str!("sessions.md")]
pub mod sessions {}

#[doc = include_str!("sessions-never-leak.md")]
pub mod sessions_never_leak {}

// Its example needs the mocks of notte-api, which the workspace's own tests have.
#[cfg_attr(not(doctest), doc = include_str!("testing.md"))]
pub mod testing {}

#[doc = include_str!("workflows.md")]
pub mod workflows {}
