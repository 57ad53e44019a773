//! A Python file that runs on the service, with its log as it comes.
#![allow(clippy::print_stdout)]

use std::collections::BTreeMap;

use notte_ext::Notte;

#[tokio::main]
async fn main() -> notte_ext::Result<()> {
    let path = std::env::args().nth(1).unwrap_or_else(|| "flights.py".into());
    let notte = Notte::from_env()?;
    let function = notte.functions().create(path).name("flight watch").await?;

    let trip = BTreeMap::from([("city", "Porto")]);
    let done = function.run().variables(&trip).on_log(|line| println!("log: {line}")).await?;
    println!("result: {}", done.result.unwrap_or_default());

    function.schedule("0 7 * * 1").variables(&trip).await?;
    println!("{}", function.curl(&trip)?);
    function.delete().await
}
