//! Sessions: started, used, listed, and always stopped.

mod builder;
mod check;
mod debug;
mod list;
mod page;
mod scope;
mod scrape;
mod screenshot;
mod session;

pub use builder::SessionBuilder;
pub use debug::SessionDebug;
pub use list::{SessionList, Sessions};
pub use page::{Observe, Page};
pub use scrape::Scrape;
pub use screenshot::{ImageFormat, Screenshot};
pub use session::Session;
