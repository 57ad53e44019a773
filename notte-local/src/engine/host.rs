//! What a session's browser runs in, and is given back to when the session ends.

use super::grid::Slot;
use super::launch::Process;
use super::pool::Place;

/// Dropped, it is given back without further ado.
pub(crate) enum Host {
    /// A process that was started here.
    Process(Process),
    /// A session of a Grid.
    Slot(Slot),
    /// A browser of the list, which goes on.
    Place(Place),
    /// A browser that somebody named, which goes on.
    Guest,
}
